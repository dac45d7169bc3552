package report

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// JSON prints the report as review/1. Characters that a terminal acts on or does not show are written as
// escapes: the text stays the same for a machine.
func JSON(r rules.Report, o Options) ([]byte, error) {
	return encode(Cut(r, o.MaxTokens))
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if !disguised(r) {
			out.WriteRune(r)
			continue
		}
		if r > 0xFFFF {
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xD800+(r>>10), 0xDC00+(r&0x3FF))
			continue
		}
		fmt.Fprintf(&out, `\u%04x`, r)
	}
	return out.Bytes(), nil
}

// Cut leaves out what does not fit into a budget of tokens and counts it in Omitted: suppressed findings first,
// then open questions, then findings from the mildest upwards. The worst finding always stays. A budget of 0
// cuts nothing.
func Cut(r rules.Report, maxTokens int) rules.Report {
	if maxTokens <= 0 {
		return r
	}
	most := rules.Omitted{Findings: len(r.Findings), Unknown: len(r.Unknown), Suppressed: len(r.Suppressed)}
	left := maxTokens*4 - size(rules.Report{Schema: r.Schema, Source: r.Source, Summary: r.Summary, Unreadable: r.Unreadable, Folded: r.Folded, Omitted: &most})
	omitted := rules.Omitted{}
	findings := fitting(r.Findings, &left, 1)
	omitted.Findings = len(r.Findings) - len(findings)
	if omitted.Findings > 0 {
		left = 0
	}
	unknown := fitting(r.Unknown, &left, 0)
	omitted.Unknown = len(r.Unknown) - len(unknown)
	suppressed := fitting(r.Suppressed, &left, 0)
	omitted.Suppressed = len(r.Suppressed) - len(suppressed)
	r.Findings, r.Unknown, r.Suppressed = findings, unknown, suppressed
	if omitted != (rules.Omitted{}) {
		r.Omitted = &omitted
	}
	return r
}

// fitting returns the leading items that fit into the characters left, but at least some of them.
func fitting[T any](items []T, left *int, atLeast int) []T {
	for i, item := range items {
		n := size(item)
		if n > *left && i >= atLeast {
			return items[:i:i]
		}
		*left -= n
	}
	if items == nil {
		return []T{}
	}
	return items
}

// size is the length of the compact JSON of v, in characters; every field of a report can be marshalled.
func size(v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(bytes.Runes(b)) + 1
}
