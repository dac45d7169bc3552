package cfn

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v4"
)

// parseJSON reads JSON into the YAML library's nodes. JSON is YAML, and the library reads it, but at a third of the
// speed and with ten times the memory: half of all templates are JSON. ok is false where the text is not strict
// JSON; the library then has the word.
func parseJSON(data []byte) (root *yaml.Node, ok bool) {
	p := &jsonParser{data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), line: 1}
	root = p.value(0)
	p.space()
	return root, root != nil && p.pos == len(p.data)
}

type jsonParser struct {
	data        []byte
	pos         int
	line, start int // the line, and where it begins
}

func (p *jsonParser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case '\n':
			p.line++
			p.start = p.pos + 1
		case ' ', '\t', '\r':
		default:
			return
		}
		p.pos++
	}
}

// next skips space and reports whether c comes, which it takes.
func (p *jsonParser) next(c byte) bool {
	p.space()
	if p.pos < len(p.data) && p.data[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *jsonParser) node(kind yaml.Kind, tag string) *yaml.Node {
	return &yaml.Node{Kind: kind, Tag: tag, Line: p.line, Column: p.pos - p.start + 1}
}

// value reads one value; nil where there is none, or the nesting is beyond what a template may have.
func (p *jsonParser) value(depth int) *yaml.Node {
	p.space()
	if p.pos >= len(p.data) || depth > maxDepth+1 {
		return nil
	}
	switch c := p.data[p.pos]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.text()
	}
	n := p.node(yaml.ScalarNode, "")
	end := p.pos
	for end < len(p.data) && bytes.IndexByte([]byte(" \t\r\n,]}:"), p.data[end]) < 0 {
		end++
	}
	n.Value = string(p.data[p.pos:end])
	switch {
	case n.Value == "null":
		n.Tag = "!!null"
	case n.Value == "true" || n.Value == "false":
		n.Tag = "!!bool"
	case n.Value == "" || !json.Valid(p.data[p.pos:end]):
		return nil
	case bytes.ContainsAny(p.data[p.pos:end], ".eE"):
		n.Tag = "!!float"
	default:
		n.Tag = "!!int"
	}
	p.pos = end
	return n
}

func (p *jsonParser) text() *yaml.Node {
	n := p.node(yaml.ScalarNode, "!!str")
	n.Style = yaml.DoubleQuotedStyle
	begin := p.pos
	plain := true
	for p.pos++; p.pos < len(p.data); p.pos++ {
		switch c := p.data[p.pos]; {
		case c == '\\':
			plain = false
			p.pos++
		case c < ' ':
			return nil
		case c == '"':
			p.pos++
			if plain {
				n.Value = string(p.data[begin+1 : p.pos-1])
				return n
			}
			if json.Unmarshal(p.data[begin:p.pos], &n.Value) != nil {
				return nil
			}
			return n
		}
	}
	return nil
}

func (p *jsonParser) array(depth int) *yaml.Node {
	n := p.node(yaml.SequenceNode, "!!seq")
	p.pos++
	if p.next(']') {
		return n
	}
	for {
		v := p.value(depth + 1)
		if v == nil {
			return nil
		}
		n.Content = append(n.Content, v)
		if p.next(']') {
			return n
		}
		if !p.next(',') {
			return nil
		}
	}
}

func (p *jsonParser) object(depth int) *yaml.Node {
	n := p.node(yaml.MappingNode, "!!map")
	p.pos++
	if p.next('}') {
		return n
	}
	for {
		p.space()
		if p.pos >= len(p.data) || p.data[p.pos] != '"' {
			return nil
		}
		key := p.text()
		if key == nil || !p.next(':') {
			return nil
		}
		v := p.value(depth + 1)
		if v == nil {
			return nil
		}
		n.Content = append(n.Content, key, v)
		if p.next('}') {
			return n
		}
		if !p.next(',') {
			return nil
		}
	}
}
