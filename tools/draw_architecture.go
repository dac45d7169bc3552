package tools

import (
	"context"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/draw"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
)

var _ = define(Tool{
	Name:  "draw_architecture",
	Title: "Draw the architecture",
	Description: "Mermaid or SVG drawing, or the graph as JSON (nodes, edges, settings, evidence), of a template, pattern, sketch or deployed stack. " +
		"Example: {\"paths\":[\"template.yaml\"],\"findings\":true}",
	Input: `{"type":"object","properties":{` + sourceSchema + `,"pattern":{"type":"string"},"sketch":{"type":"string"},` +
		`"stack":{"type":"string"},"region":{"type":"string"},"profile":{"type":"string"},` +
		`"format":{"type":"string","enum":["mermaid","svg","json"],"default":"mermaid"},"findings":{"type":"boolean","description":"mark what a review finds"}},"additionalProperties":false}`,
	Output: `{"type":"object","properties":{"schema":{"const":"draw/1"},"format":{"type":"string"},"drawing":{"type":"string"},` +
		`"graph":{"type":"object","properties":{"schema":{"type":"string"},"nodes":{"type":"array","items":{"type":"object"}},"edges":{"type":"array","items":{"type":"object"}},"unknown":{"type":"array","items":{"type":"object"}}}}},"required":["schema","format"]}`,
	OpenWorld: true,
}, (*Workbench).DrawArchitecture)

// DrawInput says what to draw: one of a source, a pattern, a sketch, a deployed stack.
type DrawInput struct {
	Source
	Pattern    string `json:"pattern,omitempty"`
	Sketch     string `json:"sketch,omitempty"`
	SketchName string `json:"-"`
	Stack      string `json:"stack,omitempty"`
	Region     string `json:"region,omitempty"`
	Profile    string `json:"profile,omitempty"`
	Format     string `json:"format,omitempty"` // mermaid, svg or json
	Findings   bool   `json:"findings,omitempty"`
}

// DrawResult is a drawing, or the graph itself.
type DrawResult struct {
	Schema  string         `json:"schema"` // draw/1
	Format  string         `json:"format"`
	Drawing string         `json:"drawing,omitempty"`
	Graph   *draw.Document `json:"graph,omitempty"`
}

// Markdown shows the drawing in a code block.
func (d DrawResult) Markdown() string {
	if d.Graph == nil {
		return report.Fence(d.Format, d.Drawing)
	}
	text, err := draw.Marshal(*d.Graph)
	if err != nil {
		return "the graph cannot be shown: " + err.Error()
	}
	return report.Fence("json", string(text))
}

// DrawArchitecture draws what its input names.
func (w *Workbench) DrawArchitecture(ctx context.Context, in DrawInput) (DrawResult, error) {
	if in.Format == "" {
		in.Format = "mermaid"
	}
	g, findings, err := w.graphOf(ctx, in)
	if err != nil {
		return DrawResult{}, err
	}
	out := DrawResult{Schema: "draw/1", Format: in.Format}
	options := draw.Options{}
	if in.Findings {
		options.Marks = map[string][]string{}
		for _, f := range findings() {
			options.Marks[f.Resource.ID] = append(options.Marks[f.Resource.ID], string(f.Severity))
		}
	}
	switch in.Format {
	case "mermaid":
		out.Drawing = draw.Mermaid(g, options)
	case "svg":
		out.Drawing = draw.SVG(g, options)
	case "json":
		doc := draw.Describe(g)
		out.Graph = &doc
	default:
		return out, wrong("choose mermaid, svg or json", "there is no drawing format %q", in.Format)
	}
	return out, nil
}

// graphOf finds the graph of what is to be drawn, and how to get its findings where they are wanted.
func (w *Workbench) graphOf(ctx context.Context, in DrawInput) (*graph.Graph, func() []rules.Finding, error) {
	switch {
	case in.Pattern != "" || in.Sketch != "":
		design, err := designOf(GenerateInput{Pattern: in.Pattern, Sketch: in.Sketch, SketchName: in.SketchName, Source: Source{Parameters: in.Parameters}})
		if err != nil {
			return nil, nil, err
		}
		return design.Graph, func() []rules.Finding {
			return rules.Review([]*graph.Graph{design.Graph}, rules.Options{Today: w.Today}).Findings
		}, nil
	case in.Stack != "":
		sys, err := w.deployed(ctx, StackInput{Stack: in.Stack, Region: in.Region, Profile: in.Profile})
		return drawn(w, sys, err)
	}
	sys, err := w.system(ctx, in.Source)
	return drawn(w, sys, err)
}

func drawn(w *Workbench, sys *system, err error) (*graph.Graph, func() []rules.Finding, error) {
	if err != nil {
		return nil, nil, err
	}
	g := *graph.Merge(sys.graphs)
	g.Gaps = slices.Concat(sys.Gaps, g.Gaps) // what the reader did not understand is no less unknown
	return &g, func() []rules.Finding { return sys.review(w, rules.Core).Findings }, nil
}

// mermaid is the drawing that goes with generated code.
func mermaid(g *graph.Graph) string { return draw.Mermaid(g, draw.Options{}) }

// looksLikeSketch tells a sketch from a template: only sketches have nodes at the top.
var looksLikeSketch = lazy.Regexp(`(?m)^(\s*\{?\s*"nodes"|nodes)\s*:`)

// DrawWhat fills in what command line arguments name: a pattern, a sketch, or templates.
func (w *Workbench) DrawWhat(args []string, in *DrawInput) error {
	if len(args) == 1 {
		if _, ok := patterns.Find(args[0]); ok {
			in.Pattern = args[0]
			return nil
		}
		if info, err := w.Reach.stat(args[0]); err == nil && !info.IsDir() {
			g := gathered{}
			if err := g.addFile(w.Reach, args[0]); err != nil {
				return err
			}
			if looksLikeSketch().Match(g.files[0].Data) {
				in.Sketch, in.SketchName = string(g.files[0].Data), args[0]
				return nil
			}
		}
	}
	in.Paths = args
	return nil
}
