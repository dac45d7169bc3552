package tools

import (
	"context"
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// designFor completes what the input names, and returns the files that go with it besides the code.
func (w *Workbench) designFor(ctx context.Context, in GenerateInput) (*patterns.Design, []cdk.File, error) {
	if len(in.Paths) == 0 && in.Template == "" {
		design, err := designOf(in)
		return design, nil, err
	}
	if in.Pattern != "" || in.Sketch != "" {
		return nil, nil, wrong("send one of them", "templates were given, and a pattern or a sketch besides")
	}
	sys, err := w.system(ctx, in.Source)
	if err != nil {
		return nil, nil, err
	}
	return carryOver(sys, in)
}

// carryOver writes templates down as a sketch, and says in the notes what is lost.
func carryOver(sys *system, in GenerateInput) (*patterns.Design, []cdk.File, error) {
	g, notes := richest(sys.graphs)
	t, err := patterns.Transcribe(g, nameOf(sys.source.Files), patterns.Options{NoAdditions: !in.Complete})
	if err != nil {
		return nil, nil, &Problem{Class: InputWrong, Err: fmt.Errorf("carrying over %s: %w", strings.Join(sys.source.Files, ", "), err),
			Next: "review or draw it, or describe what you want as a sketch"}
	}
	text, err := t.Sketch.Text()
	if err != nil {
		return nil, nil, err
	}
	for _, u := range sys.Unreadable {
		notes = append(notes, fmt.Sprintf("%s:%d was not read: %s.", u.File, u.Line, u.Message))
	}
	for _, gap := range append(append([]graph.Gap{}, sys.Gaps...), g.Gaps...) {
		notes = append(notes, fmt.Sprintf("%s:%d was not followed: %s.", gap.Evidence.File, gap.Evidence.Line, gap.Why))
	}
	if fns := t.Design.Graph.OfKind(graph.Function); len(fns) > 0 {
		notes = append(notes, fmt.Sprintf("The code of %d functions is not carried: put it into the folders under code/, in place of the stubs.", len(fns)))
	}
	if !in.Complete {
		notes = append(notes, "Nothing was added to the architecture; "+howToComplete)
	}
	design := t.Design
	design.Notes = append(append(notes, t.Notes()...), design.Notes...)
	return design, []cdk.File{{Path: "sketch.yaml", Text: text}}, nil
}

const howToComplete = "dead-letter queues, alarms and the like come with --complete (complete: true)."

// richest is the graph of the scenario with the most nodes, and a note that names what the others have beyond it.
func richest(graphs []*graph.Graph) (*graph.Graph, []string) {
	best := graphs[0]
	for _, g := range graphs {
		if len(g.Nodes) > len(best.Nodes) {
			best = g
		}
	}
	if len(graphs) == 1 {
		return best, nil
	}
	var when, others []string
	for name, on := range best.When {
		when = append(when, fmt.Sprintf("%s is %t", name, on))
	}
	sort.Strings(when)
	note := "The conditions are taken as " + strings.Join(when, ", ") + ": the code has no conditions"
	for _, n := range graph.Merge(graphs).Nodes {
		if best.Node(n.ID) == nil && !n.External {
			others = append(others, n.ID)
		}
	}
	if len(others) > 0 {
		note += "; what exists otherwise only is left out: " + strings.Join(others, ", ")
	}
	return best, []string{note + "."}
}

var notInName = lazy.Regexp(`[^a-z0-9]+`)

// nameOf names the project after its template, or after the folder where the template has a name that all have.
func nameOf(files []string) string {
	name := ""
	if len(files) > 0 {
		base := filepath.Base(files[0])
		name = strings.SplitN(base, ".", 2)[0]
		if dir := filepath.Base(filepath.Dir(files[0])); name == "template" && dir != "." && dir != "/" {
			name = dir
		}
	}
	name = strings.Trim(notInName().ReplaceAllString(strings.ToLower(name), "-"), "-")
	name = strings.TrimLeft(name, "0123456789-")
	if len(name) > 60 {
		name = strings.Trim(name[:60], "-")
	}
	if name == "" {
		name = "system"
	}
	return name
}
