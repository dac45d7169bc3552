package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
)

// listTables are the lists among the facts that are no figures.
var listTables = map[string]func() Document{
	"runtimes":          runtimesDocument,
	"principals":        principalsDocument,
	"star-only-actions": starOnlyDocument,
	"regions":           regionsDocument,
}

func (c *Corpus) readFacts(id string) (Document, bool, error) {
	if id == "facts" {
		return factsOverview(), true, nil
	}
	name, explicit := strings.CutPrefix(id, "facts/")
	name, row, _ := strings.Cut(name, "#")
	if list, ok := listTables[name]; ok && row != "" {
		d := list()
		d.ID = "facts/" + name + "#" + row
		d.Sections = slices.DeleteFunc(d.Sections, func(s DocSection) bool { return s.ID != d.ID })
		return d, len(d.Sections) > 0, nil
	}
	if row == "" && strings.Contains(name, ".") {
		row = name
	}
	if row != "" {
		f, ok := facts.Find(row)
		if !ok {
			return Document{}, false, nil
		}
		t, _ := facts.Lookup(f.Table())
		return factsDocument(t, f), true, nil
	}
	if t, ok := facts.Lookup(name); ok {
		return factsDocument(t, t.Facts...), true, nil
	}
	if list, ok := listTables[name]; ok && (explicit || name != "principals") {
		return list(), true, nil
	}
	return Document{}, false, nil
}

func factsOverview() Document {
	d := Document{ID: "facts", Title: "Facts", Kind: "facts", Summary: "Limits, defaults and lists, each with its source and the day it was checked."}
	for _, t := range facts.Tables() {
		d.Outline = append(d.Outline, Title{"facts/" + t.Name, fmt.Sprintf("%s (%d)", t.Title, len(t.Facts))})
	}
	for _, name := range []string{"runtimes", "regions", "principals", "star-only-actions"} {
		d.Outline = append(d.Outline, Title{"facts/" + name, listTables[name]().Title})
	}
	return d
}

func factsDocument(t facts.Table, rows ...facts.Fact) Document {
	d := Document{ID: "facts/" + t.Name, Title: t.Title, Kind: "facts", Facts: rows}
	if len(rows) == 1 {
		d.ID += "#" + rows[0].ID
		d.Title = factPassage(t, rows[0]).Title
	}
	var b strings.Builder
	b.WriteString("| fact | value | kind | note |\n|---|---|---|---|\n")
	for _, f := range rows {
		note := f.Note
		if !f.Verified {
			note = strings.TrimSpace(note + " (not verified)")
		}
		fmt.Fprintf(&b, "| %s `%s` | %s | %s | %s |\n", cell(f.Title), f.ID, cell(f.Text), f.Kind, cell(note))
		d.Sources = mergeSources(d.Sources, []Source{{f.Source.Title, f.Source.URL, f.Source.Checked, !f.Verified}})
	}
	d.Sections = []DocSection{{d.ID, d.Title, strings.TrimSpace(b.String())}}
	d.Outline = []Title{{d.ID, d.Title}}
	return d
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func runtimesDocument() Document {
	d := Document{ID: "facts/runtimes", Title: "Lambda runtimes: end of support, blocks, successor", Kind: "facts"}
	var b strings.Builder
	b.WriteString("| runtime | deprecated | create blocked | update blocked | successor | SnapStart | arm64 |\n|---|---|---|---|---|---|---|\n")
	yes := map[bool]string{true: "yes", false: "no"}
	for _, r := range facts.Runtimes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.ID, dash(r.Deprecated), dash(r.CreateBlock), dash(r.UpdateBlock), dash(r.Successor), yes[r.SnapStart], yes[!r.NoARM64])
	}
	d.Sections = []DocSection{{d.ID, d.Title, strings.TrimSpace(b.String())}}
	d.Sources = []Source{{facts.RuntimesSource.Title, facts.RuntimesSource.URL, facts.RuntimesSource.Checked, false}}
	return d
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func principalsDocument() Document {
	d := Document{ID: "facts/principals", Title: "Service principals by resource type", Kind: "facts"}
	var b strings.Builder
	b.WriteString("| resource type | principal | acts by role |\n|---|---|---|\n")
	for _, p := range facts.Principals() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %v |\n", p.Type, p.Service, p.ByRole)
	}
	d.Sections = []DocSection{{d.ID, d.Title, strings.TrimSpace(b.String())}}
	return d
}

func starOnlyDocument() Document {
	d := Document{ID: "facts/star-only-actions", Title: "Actions that can be granted on all resources only", Kind: "facts"}
	d.Sections = []DocSection{{d.ID, d.Title, "- `" + strings.Join(facts.StarOnlyActions(), "`\n- `") + "`"}}
	return d
}

// regionsDocument lists, for each resource type, the Regions that lack it: most types are nearly everywhere.
func regionsDocument() Document {
	d := Document{ID: "facts/regions", Title: "Resource types by Region", Kind: "facts",
		Summary: "In which Regions a resource type can be created through CloudFormation."}
	var everywhere []string
	var rest strings.Builder
	rest.WriteString("| resource type | Regions with it | Regions without it |\n|---|---|---|\n")
	names := facts.RegionNames()
	var unknown []string
	for _, t := range facts.ResourceTypes() {
		a, _ := facts.Regions(t)
		unknown = a.Unknown
		switch {
		case a.Everywhere():
			everywhere = append(everywhere, t)
		case len(a.In) < len(a.NotIn):
			fmt.Fprintf(&rest, "| `%s` | only %s | all %d others |\n", t, strings.Join(a.In, ", "), len(a.NotIn))
		default:
			fmt.Fprintf(&rest, "| `%s` | %d | %s |\n", t, len(a.In), strings.Join(a.NotIn, ", "))
		}
	}
	add := func(anchor, title, text string) {
		d.Sections = append(d.Sections, DocSection{d.ID + "#" + anchor, title, text})
		d.Outline = append(d.Outline, Title{d.ID + "#" + anchor, title})
	}
	add("limits", "What the table says and does not", fmt.Sprintf("The table tells whether the CloudFormation registry lists a type in a Region. "+
		"A listed type may lack some of its features there; a type that is not listed may still be reached through the service's API. "+
		"Regions in the table (%d): %s. Not known, because only a copy of us-east-1's list exists for them: %s.",
		len(names), strings.Join(names, ", "), strings.Join(unknown, ", ")))
	add("everywhere", fmt.Sprintf("In all %d Regions", len(names)), codeList(everywhere))
	add("partly", "Missing in some Regions", strings.TrimSpace(rest.String()))
	s := facts.RegionsSource
	d.Sources = []Source{{s.Title, s.URL, s.Checked, false}}
	return d
}
