package tools

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
)

var _ = define(Tool{
	Name:  "generate_cdk",
	Title: "Generate CDK code or a template",
	Description: "CDK code (or a SAM or CloudFormation template: language sam, cloudformation) for a named pattern, a sketch of any architecture or an existing template, " +
		"with dead-letter queues, alarms and least privilege; proven to compile, synthesise and pass cdk-nag. " +
		"Prefer it to code from memory. Example sketch: {\"sketch\":\"name: orders\\nnodes:\\n  jobs: {kind: queue}\\n  worker: {kind: function, timeout: 30}\\nedges: [jobs -> worker]\"}",
	Input: `{"type":"object","properties":{"pattern":{"type":"string","description":"slug, such as queue-worker; a wrong one lists them"},"sketch":{"type":"string","description":"YAML instead of a pattern"},` +
		`"paths":{"type":"array","items":{"type":"string"},"description":"existing templates to carry over"},"template":{"type":"string"},"complete":{"type":"boolean","description":"add to it what good practice asks for"},` +
		`"language":{"type":"string","default":"typescript","description":"` + strings.Join(cdk.Languages, ", ") + `"},` +
		`"handlers":{"type":"string","description":"` + strings.Join(cdk.HandlerLanguages, ", ") + `; by default the language's own, where there is one, else typescript"},"scope":{"type":"string","enum":["snippet","project"],"default":"snippet"},` +
		`"parameters":{"type":"object","additionalProperties":{"type":"string"}},"file":{"type":"string","description":"show this one file of the result"},` +
		`"max_tokens":{"type":"integer","minimum":200,"default":3000}},"additionalProperties":false}`,
	Output: `{"type":"object","properties":{"schema":{"const":"generate/1"},"name":{"type":"string"},"language":{"type":"string"},` +
		`"files":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},"text":{"type":"string"}}}},"diagram":{"type":"string"},"review":{"type":"object"},"notes":{"type":"array","items":{"type":"string"}}},"required":["schema","name","files"]}`,
}, (*Workbench).generateBriefly)

// defaultGenerateTokens is how much code an assistant gets at once, in tokens of 4 characters.
const defaultGenerateTokens = 3000

// GenerateInput says what to generate: one of Pattern, Sketch and the templates of Paths or Template.
type GenerateInput struct {
	Source
	Pattern    string `json:"pattern,omitempty"`
	Sketch     string `json:"sketch,omitempty"`
	SketchName string `json:"-"` // file the sketch came from, for messages
	Language   string `json:"language,omitempty"`
	Handlers   string `json:"handlers,omitempty"`
	Scope      string `json:"scope,omitempty"`
	Complete   bool   `json:"complete,omitempty"` // add to templates what good practice asks for
	File       string `json:"file,omitempty"`
	MaxTokens  int    `json:"max_tokens,omitempty"`
}

// GenerateResult is generate/1. A file cut for the budget has Size but no text.
type GenerateResult struct {
	Schema   string          `json:"schema"`
	Name     string          `json:"name"`
	Language string          `json:"language"`
	Scope    string          `json:"scope"`
	Files    []GeneratedFile `json:"files"`
	Diagram  string          `json:"diagram"`
	Review   rules.Report    `json:"review"`
	Notes    []string        `json:"notes"`
}

// GeneratedFile is one file of a generated project.
type GeneratedFile struct {
	Path    string `json:"path"`
	Text    string `json:"text,omitempty"`
	Size    int    `json:"size"` // bytes
	Omitted bool   `json:"omitted,omitempty"`
}

// Markdown shows the files as code blocks.
func (g GenerateResult) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (%s %s)\n", g.Name, g.Language, g.Scope)
	for _, n := range g.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	var left []string
	for _, f := range g.Files {
		if f.Omitted {
			left = append(left, fmt.Sprintf("`%s` (%d bytes)", f.Path, f.Size))
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s", f.Path, report.Fence(strings.TrimPrefix(filepath.Ext(f.Path), "."), f.Text))
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "\nNot shown (ask with file, or run `serverless-architect generate --out`): %s\n", strings.Join(left, ", "))
	}
	if g.Diagram != "" {
		fmt.Fprintf(&b, "\n%s", report.Fence("mermaid", g.Diagram))
	}
	fmt.Fprintf(&b, "\nOwn review of the architecture: %s\n", verdict(g.Review))
	return b.String()
}

// verdict is a review in one line.
func verdict(r rules.Report) string {
	if len(r.Findings) == 0 {
		return fmt.Sprintf("no findings (%d rules)", r.Summary.Rules)
	}
	lines := make([]string, 0, len(r.Findings))
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprintf("%s: %s", f.Severity, f.Message))
	}
	return strings.Join(lines, "; ")
}

// GenerateCDK generates code for a pattern, a sketch or existing templates.
func (w *Workbench) GenerateCDK(ctx context.Context, in GenerateInput) (GenerateResult, error) {
	design, extra, err := w.designFor(ctx, in)
	if err != nil {
		return GenerateResult{}, err
	}
	diagram := mermaid(design.Graph)
	project, err := cdk.Generate(design.Graph, cdk.Options{Language: in.Language, Handlers: in.Handlers, Scope: in.Scope, Name: design.Name,
		Title: design.Title, Summary: design.Summary, Diagram: diagram})
	if err != nil {
		return GenerateResult{}, &Problem{Class: InputWrong, Err: err}
	}
	out := GenerateResult{Schema: "generate/1", Name: project.Name, Language: project.Language, Scope: project.Scope, Diagram: diagram,
		Review: rules.Review([]*graph.Graph{design.Graph}, rules.Options{Today: w.Today, Source: rules.Reviewed{Kind: "template", Files: []string{}}}),
		Notes:  append(append([]string{}, design.Notes...), project.Notes...)}
	for _, f := range append(project.Files, extra...) {
		out.Files = append(out.Files, GeneratedFile{Path: f.Path, Text: f.Text, Size: len(f.Text)})
	}
	return out, nil
}

// generateBriefly is GenerateCDK for an assistant: a snippet by default, within a budget, stack file first.
func (w *Workbench) generateBriefly(ctx context.Context, in GenerateInput) (GenerateResult, error) {
	if in.Scope == "" {
		in.Scope = "snippet"
	}
	out, err := w.GenerateCDK(ctx, in)
	if err != nil {
		return out, err
	}
	if in.File != "" {
		for _, f := range out.Files {
			if f.Path == in.File {
				out.Files, out.Diagram = []GeneratedFile{f}, ""
				return out, nil
			}
		}
		return out, wrong("take one of the listed paths", "there is no file %q in the result", in.File)
	}
	if in.Pattern != "" || in.Sketch != "" { // what is unknown there are policies, which the code makes: the summary counts them
		out.Review.Unknown = []rules.Undecided{}
	}
	left := in.MaxTokens
	if left <= 0 {
		left = defaultGenerateTokens
	}
	for i := range out.Files {
		f := &out.Files[i]
		if cost := len(f.Text) / 4; cost <= left || i == 0 {
			left -= cost
			continue
		}
		f.Text, f.Omitted = "", true
	}
	return out, nil
}

// designOf finds the pattern or reads the sketch, and completes its graph.
func designOf(in GenerateInput) (*patterns.Design, error) {
	var b *patterns.Blueprint
	switch {
	case in.Pattern != "" && in.Sketch != "":
		return nil, wrong("send one of the two", "both a pattern and a sketch were given")
	case in.Pattern != "":
		p, ok := patterns.Find(in.Pattern)
		if !ok {
			return nil, unknownPattern(in.Pattern)
		}
		b = p.Blueprint
	case in.Sketch != "":
		name := in.SketchName
		if name == "" {
			name = "sketch"
		}
		var err error
		if b, err = patterns.ParseSketch(name, []byte(in.Sketch)); err != nil {
			return nil, &Problem{Class: InputWrong, Err: err}
		}
	default:
		return nil, wrong("send one of the two", "neither a pattern nor a sketch was given")
	}
	d, err := b.Graph(in.Parameters)
	if err != nil {
		return nil, &Problem{Class: InputWrong, Err: err}
	}
	return d, nil
}

func unknownPattern(name string) error {
	var all []string
	for _, p := range patterns.All() {
		all = append(all, p.Slug)
	}
	next := "there are " + strings.Join(all, ", ")
	if near := patterns.Nearest(name); len(near) > 0 {
		next = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return wrong(next+" A sketch describes anything else", "there is no pattern %q", name)
}

// PatternOrSketch tells what a command line argument names: a pattern's slug, or a file (or - for standard input)
// with a sketch, which it reads.
func (w *Workbench) PatternOrSketch(arg string) (pattern, sketch, name string, err error) {
	if _, ok := patterns.Find(arg); ok {
		return arg, "", "", nil
	}
	if arg != "-" {
		if _, statErr := w.Reach.stat(arg); statErr != nil {
			if filepath.Ext(arg) != "" {
				return "", "", "", statErr // it was meant as a file
			}
			return "", "", "", unknownPattern(arg)
		}
	}
	g := gathered{}
	if arg == "-" {
		err = g.add("-", "<stdin>", w.Stdin)
	} else {
		err = g.addFile(w.Reach, arg)
	}
	if err != nil {
		return "", "", "", err
	}
	return "", string(g.files[0].Data), g.files[0].Name, nil
}
