package cdk

import (
	"strconv"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// builder collects the fields of a props literal.
type builder struct{ o object }

func props(t typeName) *builder { return &builder{object{Type: t}} }

// with adds a field; a nil value adds nothing.
func (b *builder) with(name string, v expression) *builder {
	return b.because(name, v, "")
}

// because adds a field with a comment that says why it has this value.
func (b *builder) because(name string, v expression, comment string) *builder {
	if v != nil {
		b.o.Fields = append(b.o.Fields, argument{name, v, comment})
	}
	return b
}

func (b *builder) open() *builder { b.o.Open = true; return b }
func (b *builder) done() *object  { return &b.o }

var duration = typeName{"", "Duration"}

// seconds spells a time in the largest unit that divides it.
func seconds(n int) expression {
	switch {
	case n > 0 && n%86400 == 0:
		return static{duration, "days", []expression{whole(n / 86400)}}
	case n > 0 && n%3600 == 0:
		return static{duration, "hours", []expression{whole(n / 3600)}}
	case n > 0 && n%60 == 0:
		return static{duration, "minutes", []expression{whole(n / 60)}}
	}
	return static{duration, "seconds", []expression{whole(n)}}
}

func whole(n int) number { return number(strconv.Itoa(n)) }

// The readers of settings: nil where nothing known is written, so that the construct's default holds.

func secondsOf(v graph.Value) expression {
	if n, ok := v.Int(); ok && v.Origin != graph.Default {
		return seconds(n)
	}
	return nil
}

func wholeOf(v graph.Value) expression {
	if n, ok := v.Int(); ok && v.Origin != graph.Default {
		return whole(n)
	}
	return nil
}

func textOf(v graph.Value) expression {
	if s, ok := v.Str(); ok && v.Origin != graph.Default {
		return text(s)
	}
	return nil
}

func isTrue(v graph.Value) bool {
	b, ok := v.Truth()
	return ok && b
}

// spelled is the value's literal text, "" where it is none.
func spelled(v graph.Value) string {
	s, _ := v.Str()
	return s
}
