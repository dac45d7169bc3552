package asl

import (
	"errors"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// maxDepth bounds the nesting of a definition: deeper ones are refused, not followed.
const maxDepth = 200

var (
	errSyntax = errors.New("the definition is not valid JSON")
	errDepth  = errors.New("the definition is nested too deeply")
)

// Decode reads any JSON text of parts, as decode does: definitions are not the only thing that templates write
// as JSON with references inside.
func Decode(v graph.Value) (graph.Value, error) { return decode(v) }

// decode reads JSON from a text of parts. References and unknown parts stand inside JSON strings (an ARN made
// by Fn::Sub) or in the place of a whole value; both keep their identity in the tree.
func decode(v graph.Value) (graph.Value, error) {
	d := &decoder{at: v.At, parts: v.Parts()}
	d.blank()
	out, err := d.value(0)
	if err != nil {
		return graph.Value{}, err
	}
	d.blank()
	if !d.end() {
		return graph.Value{}, errSyntax
	}
	return out, nil
}

type decoder struct {
	at    *graph.Evidence
	parts []graph.Part
	part  int
	pos   int
}

func (d *decoder) end() bool {
	for d.part < len(d.parts) && d.literal() && d.pos >= len(d.parts[d.part].Literal) {
		d.part, d.pos = d.part+1, 0
	}
	return d.part >= len(d.parts)
}

func (d *decoder) literal() bool {
	p := d.parts[d.part]
	return p.Ref == nil && p.Unknown == ""
}

// peek returns the next byte, or 0 at the end and before a part that is not literal.
func (d *decoder) peek() byte {
	if d.end() || !d.literal() {
		return 0
	}
	return d.parts[d.part].Literal[d.pos]
}

func (d *decoder) blank() {
	for {
		switch d.peek() {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) value(depth int) (graph.Value, error) {
	if depth > maxDepth {
		return graph.Value{}, errDepth
	}
	if d.end() {
		return graph.Value{}, errSyntax
	}
	if !d.literal() { // a whole value by reference: "MaxConcurrency": ${Limit}
		p := d.parts[d.part]
		d.part, d.pos = d.part+1, 0
		return graph.NewText(d.at, p), nil
	}
	switch c := d.peek(); {
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case c == '"':
		d.pos++
		return d.text()
	case c == '-' || c >= '0' && c <= '9':
		return graph.NewNumber(d.at, d.word("+-.eE0123456789")), nil
	}
	switch d.word("abcdefghijklmnopqrstuvwxyz") {
	case "true":
		return graph.NewBool(d.at, true), nil
	case "false":
		return graph.NewBool(d.at, false), nil
	case "null":
		return graph.NewNull(d.at), nil
	}
	return graph.Value{}, errSyntax
}

func (d *decoder) word(alphabet string) string {
	var s strings.Builder
	for c := d.peek(); c != 0 && strings.IndexByte(alphabet, c) >= 0; c = d.peek() {
		s.WriteByte(c)
		d.pos++
	}
	return s.String()
}

func (d *decoder) object(depth int) (graph.Value, error) {
	d.pos++
	var fields []graph.Field
	for {
		d.blank()
		switch d.peek() {
		case '}':
			d.pos++
			return graph.NewMap(d.at, fields...), nil
		case ',':
			d.pos++
			continue
		case '"':
			d.pos++
		default:
			return graph.Value{}, errSyntax
		}
		name, err := d.text()
		if err != nil {
			return graph.Value{}, err
		}
		d.blank()
		if d.peek() != ':' {
			return graph.Value{}, errSyntax
		}
		d.pos++
		d.blank()
		v, err := d.value(depth + 1)
		if err != nil {
			return graph.Value{}, err
		}
		fields = append(fields, graph.Field{Name: name.String(), Value: v})
	}
}

func (d *decoder) array(depth int) (graph.Value, error) {
	d.pos++
	var items []graph.Value
	for {
		d.blank()
		switch d.peek() {
		case ']':
			d.pos++
			return graph.NewList(d.at, items...), nil
		case ',':
			d.pos++
			continue
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return graph.Value{}, err
		}
		items = append(items, v)
	}
}

// text reads a JSON string whose opening quote is consumed.
func (d *decoder) text() (graph.Value, error) {
	var parts []graph.Part
	var s strings.Builder
	flush := func() {
		if s.Len() > 0 {
			parts = append(parts, graph.Part{Literal: s.String()})
			s.Reset()
		}
	}
	for !d.end() {
		if !d.literal() {
			flush()
			parts = append(parts, d.parts[d.part])
			d.part, d.pos = d.part+1, 0
			continue
		}
		c := d.parts[d.part].Literal[d.pos]
		d.pos++
		switch c {
		case '"':
			flush()
			return graph.NewText(d.at, parts...), nil
		case '\\':
			if err := d.escape(&s); err != nil {
				return graph.Value{}, err
			}
		default:
			s.WriteByte(c)
		}
	}
	return graph.Value{}, errSyntax
}

func (d *decoder) escape(s *strings.Builder) error {
	c := d.peek()
	if c == 0 {
		return errSyntax
	}
	d.pos++
	switch c {
	case 'n':
		s.WriteByte('\n')
	case 't':
		s.WriteByte('\t')
	case 'r':
		s.WriteByte('\r')
	case 'b':
		s.WriteByte('\b')
	case 'f':
		s.WriteByte('\f')
	case 'u':
		hex := make([]byte, 0, 4)
		for i := 0; i < 4; i++ {
			c := d.peek()
			if c == 0 {
				return errSyntax
			}
			hex = append(hex, c)
			d.pos++
		}
		n, err := strconv.ParseUint(string(hex), 16, 32)
		if err != nil {
			return errSyntax
		}
		s.WriteRune(rune(n))
	default:
		s.WriteByte(c)
	}
	return nil
}
