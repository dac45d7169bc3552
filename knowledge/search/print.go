package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Markdown is the answer as a person or an assistant reads it: passages with their sources beneath.
func (r Result) Markdown() string {
	var b strings.Builder
	if len(r.Passages) == 0 {
		b.WriteString("Nothing in the knowledge base answers this well.")
		if len(r.Nearest) > 0 {
			b.WriteString(" Nearest titles:\n")
			for _, t := range r.Nearest {
				fmt.Fprintf(&b, "- %s (`%s`)\n", t.Title, t.ID)
			}
		} else {
			b.WriteString(" Ask with the names of the services or settings.\n")
		}
		return b.String()
	}
	for i, p := range r.Passages {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "## %s\n`%s`", p.Title, p.ID)
		for _, w := range p.With {
			fmt.Fprintf(&b, " `%s`", w.ID)
		}
		if p.Kind == ownKind {
			b.WriteString(" (your own page)")
		}
		fmt.Fprintf(&b, "\n\n%s\n\n", p.Text)
		for _, s := range p.Sources {
			b.WriteString("- " + s.line() + "\n")
		}
		if len(p.Rules) > 0 {
			fmt.Fprintf(&b, "- Checked by review rules: %s\n", strings.Join(p.Rules, ", "))
		}
		if len(p.Patterns) > 0 {
			fmt.Fprintf(&b, "- Done right in: %s\n", strings.Join(p.Patterns, ", "))
		}
	}
	if r.Omitted > 0 {
		fmt.Fprintf(&b, "\n%d more passages match; raise the limit or the token budget to see them.\n", r.Omitted)
	}
	return b.String()
}

func (s Source) line() string {
	text := fmt.Sprintf("%s, <%s>", s.Title, s.URL)
	if s.Checked != "" {
		text += ", checked " + s.Checked
	}
	if s.Unverified {
		text += ", not verified"
	}
	return text
}

// Markdown is the document as a person reads it.
func (d Document) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", d.Title)
	if d.Summary != "" {
		fmt.Fprintf(&b, "\n%s\n", d.Summary)
	}
	for _, s := range d.Sections {
		if s.Title != "" && s.Title != d.Title {
			fmt.Fprintf(&b, "\n## %s\n", s.Title)
		}
		fmt.Fprintf(&b, "\n%s\n", s.Text)
	}
	if len(d.Sections) < len(d.Outline) {
		b.WriteString("\nOutline:\n")
		for _, t := range d.Outline {
			fmt.Fprintf(&b, "- %s (`%s`)\n", t.Title, t.ID)
		}
	}
	if len(d.Sources) > 0 {
		b.WriteString("\nSources:\n")
		for _, s := range d.Sources {
			b.WriteString("- " + s.line() + "\n")
		}
	}
	if len(d.Rules) > 0 {
		fmt.Fprintf(&b, "\nReview rules: %s\n", strings.Join(d.Rules, ", "))
	}
	if len(d.Related) > 0 {
		fmt.Fprintf(&b, "\nRelated: %s\n", strings.Join(d.Related, ", "))
	}
	return b.String()
}

// closest returns up to n of the names that share the most letter triples with one, most alike first.
func closest(name string, names []string, n int) []string {
	want := triples(name)
	type scored struct {
		name  string
		score float64
	}
	var found []scored
	for _, other := range names {
		have := triples(other)
		common := 0
		for t := range want {
			if have[t] {
				common++
			}
		}
		if s := 2 * float64(common) / float64(len(want)+len(have)+1); s > 0.35 {
			found = append(found, scored{other, s})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	out := []string{}
	for _, f := range found[:min(n, len(found))] {
		out = append(out, f.name)
	}
	return out
}

func triples(s string) map[string]bool {
	s = " " + strings.ToLower(s) + " "
	m := map[string]bool{}
	for i := 0; i+3 <= len(s); i++ {
		m[s[i:i+3]] = true
	}
	return m
}
