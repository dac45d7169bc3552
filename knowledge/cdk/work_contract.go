package cdk

import (
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// downstream lists what data from fn reaches, nearest first.
func downstream(g *graph.Graph, fn *graph.Node) []*graph.Node {
	out, seen := []*graph.Node{fn}, map[*graph.Node]bool{fn: true}
	for i := 0; i < len(out); i++ {
		for _, e := range g.Out(out[i], graph.Writes, graph.Reads, graph.Polls, graph.Routes, graph.Invokes) {
			if !seen[e.To] {
				seen[e.To] = true
				out = append(out, e.To)
			}
		}
	}
	return out
}

// contractOf finds the event a function publishes or is called with: the pattern of the rule on its way.
func contractOf(g *graph.Graph, fn *graph.Node) (bus *graph.Node, source, kind string) {
	for _, e := range g.Out(fn, graph.Writes) {
		if e.To.Kind == graph.EventBus {
			for _, r := range g.Out(e.To, graph.Routes) {
				if s, k := patternOf(r.To); k != "" {
					return e.To, s, k
				}
			}
			return e.To, "", firstContract(e.To)
		}
	}
	for _, in := range feeding(g, fn) {
		if in.Kind != graph.Rule {
			continue
		}
		source, kind = patternOf(in)
		for _, b := range g.In(in, graph.Routes) {
			return b.From, source, kind
		}
	}
	return nil, "", ""
}

// feeding lists the rules that reach fn, through a queue or topic too.
func feeding(g *graph.Graph, fn *graph.Node) []*graph.Node {
	out, seen := []*graph.Node{fn}, map[*graph.Node]bool{fn: true}
	for i := 0; i < len(out); i++ {
		for _, e := range g.In(out[i], graph.Polls, graph.Routes) {
			if !seen[e.From] && (e.From.Kind == graph.Rule || e.From.Kind == graph.Queue || e.From.Kind == graph.Topic) {
				seen[e.From] = true
				out = append(out, e.From)
			}
		}
	}
	return out[1:]
}

func patternOf(rule *graph.Node) (source, kind string) {
	p := rule.Setting("eventPattern")
	return firstText(p.Get("source")), firstText(p.Get("detail-type"))
}

func firstText(v graph.Value) string {
	for _, it := range v.Each() {
		if s, ok := it.Str(); ok {
			return s
		}
	}
	return ""
}

func firstContract(bus *graph.Node) string {
	var names []string
	for _, f := range bus.Setting("schemas").Fields() {
		names = append(names, f.Name)
	}
	sort.Strings(names)
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// contract lists the fields of an event as the bus's registry declares them.
func contract(bus *graph.Node, kind string) []field {
	if bus == nil {
		return nil
	}
	var out []field
	for _, f := range bus.Setting("schemas").Get(kind).Fields() {
		out = append(out, field{f.Name, spelled(f.Value)})
	}
	return out
}
