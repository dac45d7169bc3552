package draw

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// shapes are Mermaid's brackets by kind; the rest is a plain rectangle.
var shapes = map[graph.Kind][2]string{
	graph.Queue: {"[/", "/]"}, graph.Stream: {"[/", "/]"}, graph.Firehose: {"[/", "/]"},
	graph.Topic: {">", "]"}, graph.EventBus: {"{{", "}}"}, graph.Rule: {"{{", "}}"},
	graph.Table: {"[(", ")]"}, graph.Bucket: {"[(", ")]"}, graph.Database: {"[(", ")]"},
	graph.RestAPI: {"([", "])"}, graph.HTTPAPI: {"([", "])"}, graph.WebSocketAPI: {"([", "])"}, graph.GraphQLAPI: {"([", "])"}, graph.EventAPI: {"([", "])"},
	graph.FunctionURL: {"([", "])"}, graph.Schedule: {"([", "])"}, graph.ScheduleGroup: {"([", "])"},
	graph.StateMachine: {"[[", "]]"},
}

// Mermaid writes the graph as a Mermaid flowchart. Failure paths are dashed, likely connections thin and
// marked with a question mark, nodes with findings coloured by the worst one.
func Mermaid(g *graph.Graph, o Options) string {
	v := look(g, o)
	var s strings.Builder
	if o.Title != "" {
		fmt.Fprintf(&s, "---\ntitle: %q\n---\n", o.Title)
	}
	s.WriteString("flowchart LR\n")
	ids := map[*box]string{}
	for i, b := range v.boxes {
		ids[b] = fmt.Sprintf("n%d", i+1)
	}
	for i, c := range v.clusters {
		fmt.Fprintf(&s, "  subgraph c%d[\"%s\"]\n    direction LR\n", i+1, escape(c.title))
		for _, b := range c.boxes {
			writeBox(&s, "    ", ids[b], b)
		}
		s.WriteString("  end\n")
	}
	for _, b := range v.boxes {
		if b.cluster < 0 {
			writeBox(&s, "  ", ids[b], b)
		}
	}
	for _, a := range v.arrows {
		s.WriteString("  " + ids[a.from] + " " + mermaidArrow(a) + " " + ids[a.to] + "\n")
	}
	if len(v.aside) > 0 {
		fmt.Fprintf(&s, "  aside[\"not drawn: %s\"]:::aside\n", escape(strings.Join(v.aside, ", ")))
	}
	writeClasses(&s, v, ids)
	return s.String()
}

func writeBox(s *strings.Builder, indent, id string, b *box) {
	shape, ok := shapes[b.kind]
	if !ok {
		shape = [2]string{"[", "]"}
	}
	text := escape(name(b))
	if len(b.nodes) == 1 {
		text += "<br/><small>" + words(b.kind) + "</small>"
	}
	if m := mark(b); m != "" {
		text += "<br/><b>" + escape(m) + "</b>"
	}
	fmt.Fprintf(s, "%s%s%s\"%s\"%s\n", indent, id, shape[0], text, shape[1])
}

func mermaidArrow(a *arrow) string {
	text := a.text()
	if a.likely && !a.failure {
		text = strings.TrimSpace(text + " ?")
	}
	line := "-->"
	if a.failure {
		line = "-.->"
	}
	if text == "" {
		return line
	}
	return fmt.Sprintf("%s|\"%s\"|", line, escape(text))
}

// colours are fill and border by severity, readable on white and on dark pages.
var colours = map[string][2]string{
	"critical": {"#ffd6d6", "#b00020"}, "high": {"#ffe3cc", "#c75000"}, "medium": {"#fff3c4", "#a07800"},
	"low": {"#e3f0ff", "#2f6db5"}, "info": {"#eeeeee", "#777777"},
}

func writeClasses(s *strings.Builder, v *view, ids map[*box]string) {
	by := map[string][]string{}
	external := []string{}
	for _, b := range v.boxes {
		switch {
		case len(b.marks) > 0:
			by[b.marks[0]] = append(by[b.marks[0]], ids[b])
		case b.nodes[0].External:
			external = append(external, ids[b])
		}
	}
	for _, severity := range []string{"critical", "high", "medium", "low", "info"} {
		if members := by[severity]; len(members) > 0 {
			c := colours[severity]
			fmt.Fprintf(s, "  classDef %s fill:%s,stroke:%s,color:#111\n  class %s %s\n", severity, c[0], c[1], strings.Join(members, ","), severity)
		}
	}
	if len(external) > 0 {
		fmt.Fprintf(s, "  classDef external stroke-dasharray:4 3,fill:#fafafa,color:#444\n  class %s external\n", strings.Join(external, ","))
	}
	if len(v.aside) > 0 {
		s.WriteString("  classDef aside fill:none,stroke:none,color:#777\n")
	}
}

// escape keeps text inside Mermaid's quotes. Entity codes are written with # as Mermaid wants it.
func escape(s string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\n", " ", "\r", " ").Replace(s)
}
