// Package report prints a review: for people (markdown, HTML), for machines (JSON, which is review/1) and for
// the places where findings are shown (SARIF, JUnit, GitHub annotations). A printer decides nothing: it shows
// what rules.Review found, in the order it was found, worst first.
//
// Every name and value in a report comes from a template, which may be written by a stranger. Each printer
// therefore passes such text through the guard of its format (see hostile.go).
package report

import (
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// Options steer a printer. The zero value prints all findings without a limit.
type Options struct {
	MaxTokens int            // budget in tokens of four characters; 0 is no limit
	Detail    bool           // markdown: every place, open question and suppression, not only the first few
	FailOn    rules.Severity // JUnit: findings as bad as this are failures; "" is high
	Version   string         // of this tool, for SARIF
}

// Printer prints a report in one format.
type Printer func(rules.Report, Options) ([]byte, error)

// Formats maps a format's name to its printer.
var Formats = map[string]Printer{
	"markdown": func(r rules.Report, o Options) ([]byte, error) { return []byte(Markdown(r, o)), nil },
	"json":     JSON,
	"sarif":    SARIF,
	"junit":    JUnit,
	"github":   GitHub,
	"html":     HTML,
}

// Names lists the formats, sorted.
func Names() []string {
	out := make([]string, 0, len(Formats))
	for name := range Formats {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// cluster is what the reader sees as one matter: findings of one root cause, or of one rule and severity.
type cluster struct {
	findings []rules.Finding
}

func (c cluster) first() rules.Finding { return c.findings[0] }

// clusters joins findings that belong together, keeping the order of their first members.
func clusters(fs []rules.Finding) []cluster {
	index := map[string]int{}
	var out []cluster
	for _, f := range fs {
		key := string(f.Severity) + "\x00" + f.Rule
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, cluster{})
		}
		out[i].findings = append(out[i].findings, f)
	}
	return out
}
