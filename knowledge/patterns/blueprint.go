// Package patterns turns descriptions of an architecture into graphs: blueprints, which ship with a page
// beside them, and sketches, which users write. Both have one form, a few nodes and edges with settings;
// neither holds code.
//
// A description is completed by good practice (a queue gets a dead-letter queue and an alarm), and every
// completion is named in the notes. What cannot work on AWS is refused with the reason and the nearest that
// can. The result is an architecture graph like that of a template, so rules, drawings and printers need not
// know where it came from.
package patterns

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Blueprint is a parsed description: a sketch, or a pattern's blueprint with parameters.
type Blueprint struct {
	Name       string
	Title      string // one line for headings; the name in words where none is written
	Summary    string
	Parameters []Parameter
	Nodes      []NodeSpec
	Edges      []EdgeSpec
	Options    Options

	file string
}

// Options switch completions off for the whole description. The zero value completes everything.
type Options struct {
	NoAlarms      bool
	NoIdempotency bool
	// NoAdditions adds nothing that is not written: no dead-letter queues, alarms, remembered work, web ACLs, user pools
	// or ceilings. An existing system is carried over so.
	NoAdditions bool
}

// Parameter is a named number or word of a blueprint that the user may set.
type Parameter struct {
	Name    string
	Type    string // integer, text or boolean
	Unit    string
	Min     *int
	Max     *int
	Values  []string // the allowed words; empty means any
	Default string
	Meaning string
}

// NodeSpec is one node as written.
type NodeSpec struct {
	ID       string
	Kind     graph.Kind
	settings []setting
	at       graph.Evidence
}

// EdgeSpec is one edge as written. Kind is empty where the two nodes decide it.
type EdgeSpec struct {
	From, To string
	Kind     graph.EdgeKind
	Label    string
	settings []setting
	at       graph.Evidence
}

type setting struct {
	name string
	node *yaml.Node
	at   graph.Evidence
}

// Design is a description after completion: a graph, and what was added to it and why.
type Design struct {
	Name    string
	Title   string
	Summary string
	Graph   *graph.Graph
	Notes   []string
}

// InputError says what is wrong with a description and where. Refusals of architectures that cannot work are
// input errors too; Nearest then names what can.
type InputError struct {
	File    string
	Line    int
	Column  int
	Message string // what was found
	Want    string // what was expected, "" where the message says it all
	Nearest string // the nearest that works, "" if none is known

	path string // of the piece it is about, "" where it is about the whole
}

func (e *InputError) Error() string {
	var b strings.Builder
	if e.File != "" {
		fmt.Fprintf(&b, "%s:", e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
		}
		b.WriteString(" ")
	}
	b.WriteString(e.Message)
	if e.Want != "" {
		b.WriteString("; expected " + e.Want)
	}
	if e.Nearest != "" {
		b.WriteString("; the nearest that works: " + e.Nearest)
	}
	return b.String()
}

func refusal(at graph.Evidence, nearest, format string, args ...any) error {
	return &InputError{File: at.File, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...), Nearest: nearest, path: at.Path}
}

func wrong(at graph.Evidence, want, format string, args ...any) error {
	return &InputError{File: at.File, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...), Want: want, path: at.Path}
}
