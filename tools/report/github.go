package report

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// GitHub prints the findings as workflow commands, which GitHub Actions shows as annotations beside the line.
// It shows ten errors, ten warnings and ten notices a step: the worst come first.
func GitHub(r rules.Report, o Options) ([]byte, error) {
	var b strings.Builder
	for _, f := range Cut(r, o.MaxTokens).Findings {
		e := f.Evidence[0]
		fmt.Fprintf(&b, "::%s file=%s,line=%d,title=%s::%s\n", annotation(f.Severity),
			property(e.File), max(e.Line, 1), property(f.Code+" "+f.Title), data(said(f)))
	}
	for _, u := range r.Unreadable {
		fmt.Fprintf(&b, "::error file=%s,line=%d,col=%d,title=not read::%s\n", property(u.File), max(u.Line, 1), max(u.Column, 1), data(u.Message))
	}
	return []byte(b.String()), nil
}

func annotation(s rules.Severity) string {
	switch s {
	case rules.Critical, rules.High:
		return "error"
	case rules.Medium:
		return "warning"
	}
	return "notice"
}

// said is the finding in one line of plain text: name, message, branch and fix.
func said(f rules.Finding) string {
	text := f.Resource.ID + ": " + f.Message
	if f.When != "" {
		text += " (when " + f.When + ")"
	}
	return text + " Fix: " + f.Fix.Summary
}

var dataEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
var propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")

func data(s string) string     { return dataEscapes.Replace(visible(s)) }
func property(s string) string { return propertyEscapes.Replace(visible(s)) }
