package patterns

import (
	"maps"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// grammar is what a description may say.
type grammar struct {
	kinds map[graph.Kind]kind

	// arrows says what "A -> B" means. Pairs that are missing cannot be joined: see impossible for why.
	arrows map[[2]graph.Kind]meaning

	// verbs are joins that need their word because an arrow would mean something else.
	verbs map[graph.EdgeKind][][2]graph.Kind

	// edgeSettings are the settings an edge may have, by its kind, with their bounds.
	edgeSettings map[graph.EdgeKind]map[string]bounds

	// impossible says why two kinds cannot be joined, and what can. Pairs without an entry get the general words.
	impossible map[[2]graph.Kind][2]string
}

var lessons []func(*grammar)

// learn adds a part of the grammar, in any order: each kind of node stands in its own file.
func learn(part func(*grammar)) bool {
	lessons = append(lessons, part)
	return true
}

// language puts the grammar together when it is first needed: most runs of the program read no description.
var language = sync.OnceValue(func() *grammar {
	g := &grammar{kinds: map[graph.Kind]kind{}, arrows: basicArrows(), verbs: basicVerbs(), edgeSettings: basicEdgeSettings(), impossible: basicRefusals()}
	for _, part := range lessons {
		part(g)
	}
	return g
})

// kind adds a kind of node, or settings to one.
func (g *grammar) kind(k graph.Kind, typ string, settings map[string]reader) {
	maps.Copy(g.settings(k), settings)
	g.kinds[k] = kind{typ, g.kinds[k].settings}
}

// settings returns the settings of a kind, to add some.
func (g *grammar) settings(k graph.Kind) map[string]reader {
	if g.kinds[k].settings == nil {
		g.kinds[k] = kind{g.kinds[k].typ, map[string]reader{}}
	}
	return g.kinds[k].settings
}
