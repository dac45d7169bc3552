package cdk

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// yamlWidth is how wide the lines of templates get; those of snippets, which stand in a chat, are wider.
const (
	yamlWidth        = 110
	yamlSnippetWidth = 132
)

// yamlPrinter writes values as YAML 1.1, which CloudFormation reads: what such a reader could take for something else
// than a text is quoted.
type yamlPrinter struct {
	b     strings.Builder
	tight bool // whatever fits on a line stands on it: indents are half of a snippet
	width int  // how wide a line gets, where a value can be broken at all
}

// plainForm is a text that needs no quotes anywhere: it begins with a letter or slash and holds nothing that ends a
// scalar, begins a comment or closes a flow.
var plainForm = lazy.Regexp(`^[A-Za-z/]([A-Za-z0-9 _./()=+*%;<>?$^~'-]|:+[A-Za-z0-9_/*.-])*$`)

// yamlWords are no texts without quotes in YAML 1.1.
var yamlWords = map[string]bool{"y": true, "n": true, "yes": true, "no": true, "true": true, "false": true, "on": true, "off": true, "null": true}

func yamlString(s string) string {
	switch {
	case plainForm().MatchString(s) && !strings.HasSuffix(s, " ") && !yamlWords[strings.ToLower(s)]:
		return s
	case escapeControl(strings.ReplaceAll(s, `\`, "")) != strings.ReplaceAll(s, `\`, "") || strings.ContainsRune(s, 0xfffd):
		return `"` + strings.ReplaceAll(escapeControl(s), `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// inline spells a value on the line of its name; ok is false where it takes lines of its own.
func inline(v tree) (s string, ok bool) {
	switch x := v.(type) {
	case string:
		return yamlString(x), true
	case int:
		return strconv.Itoa(x), true
	case number:
		return string(x), true
	case bool:
		return strconv.FormatBool(x), true
	case reference:
		return "!Ref " + string(x), true
	case getAtt:
		return "!GetAtt " + x.ID + "." + x.Attribute, true
	case substituted:
		return "!Sub " + yamlString(string(x)), true
	case staged:
		a, okA := inline(x.Production)
		b, okB := inline(x.Other)
		return "!If [IsProduction, " + a + ", " + b + "]", okA && okB
	case equals:
		a, _ := inline(x.A)
		b, _ := inline(x.B)
		return "!Equals [" + a + ", " + b + "]", true
	case sequence:
		return flow(x)
	case flat:
		return braces(mapping(x))
	case mapping:
		if len(x) == 0 {
			return "{}", true
		}
	}
	return "", false
}

// oneLiner spells any value on one line; ok is false where that would lose a comment or a line break.
func oneLiner(v tree) (s string, ok bool) {
	var parts []string
	switch x := v.(type) {
	case block:
		return "", false
	case sequence:
		for _, it := range x {
			s, ok := oneLiner(it)
			if !ok {
				return "", false
			}
			parts = append(parts, s)
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	case mapping:
		for _, e := range x {
			s, ok := oneLiner(e.Value)
			if !ok || e.Comment != "" {
				return "", false
			}
			parts = append(parts, yamlString(e.Name)+": "+s)
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	}
	return inline(v)
}

// flow spells a list of scalars in brackets.
func flow(items sequence) (string, bool) {
	var spelt []string
	for _, it := range items {
		switch it.(type) {
		case sequence, mapping, staged, flat:
			return "", false
		}
		s, _ := inline(it)
		spelt = append(spelt, s)
	}
	return "[" + strings.Join(spelt, ", ") + "]", true
}

// braces spells a mapping on one line; ok is false where that would lose a comment.
func braces(m mapping) (s string, ok bool) {
	var spelt []string
	for _, e := range m {
		s, ok := inline(e.Value)
		if !ok || e.Comment != "" {
			return "", false
		}
		spelt = append(spelt, yamlString(e.Name)+": "+s)
	}
	return "{" + strings.Join(spelt, ", ") + "}", true
}

// pair spells a small mapping of scalars in braces: an element of a list that is read as one thing.
func pair(m mapping) (string, bool) {
	for _, e := range m {
		switch e.Value.(type) {
		case sequence, flat:
			return "", false
		}
	}
	s, ok := braces(m)
	return s, ok && len(m) > 0 && len(m) <= 2
}

func (p *yamlPrinter) comment(s string, indent int) {
	if s == "" {
		return
	}
	for _, line := range wrap(s, p.width-indent-2) {
		fmt.Fprintf(&p.b, "%s# %s\n", strings.Repeat(" ", indent), line)
	}
}

// mapping writes the entries at an indent. first stands before the first one in place of its indent: the dash of a list.
func (p *yamlPrinter) mapping(m mapping, indent int, first string) {
	for i, e := range m {
		lead := strings.Repeat(" ", indent)
		if i == 0 && first != "" {
			lead = first
		} else {
			p.comment(e.Comment, indent)
		}
		p.b.WriteString(lead + yamlString(e.Name) + ":")
		p.value(e.Value, indent, runes(lead+yamlString(e.Name)))
	}
}

// value writes what stands behind a name at an indent; used is how much of the line is taken.
func (p *yamlPrinter) value(v tree, indent, used int) {
	if text, ok := v.(block); ok {
		p.b.WriteString(" |\n")
		for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			p.b.WriteString(strings.TrimRight(strings.Repeat(" ", indent+2)+line, " ") + "\n")
		}
		return
	}
	if s, ok := oneLiner(v); p.tight && ok && used+2+runes(s) <= p.width {
		p.b.WriteString(" " + s + "\n")
		return
	}
	s, ok := inline(v)
	_, list := v.(sequence)
	if ok && (!list || used+2+runes(s) <= p.width) {
		p.b.WriteString(" " + s + "\n")
		return
	}
	if words, ok := v.(sequence); ok && p.tight {
		if s, ok := flow(words); ok && strings.Count(s, ", ") == len(words)-1 {
			p.filled(s, indent, used)
			return
		}
	}
	p.b.WriteString("\n")
	switch x := v.(type) {
	case mapping:
		p.mapping(x, indent+2, "")
	case sequence:
		p.sequence(x, indent+2)
	}
}

// filled breaks a list in brackets into lines as long as they may be.
func (p *yamlPrinter) filled(list string, indent, used int) {
	for i, word := range strings.SplitAfter(list, ", ") {
		word = strings.TrimSuffix(word, " ")
		switch {
		case i == 0 || used+1+runes(word) <= p.width:
			p.b.WriteString(" ")
			used++
		default:
			p.b.WriteString("\n" + strings.Repeat(" ", indent+2))
			used = indent + 2
		}
		p.b.WriteString(word)
		used += runes(word)
	}
	p.b.WriteString("\n")
}

func (p *yamlPrinter) sequence(items sequence, indent int) {
	lead := strings.Repeat(" ", indent) + "- "
	for _, it := range items {
		if m, ok := it.(mapping); ok && len(m) > 0 {
			s, ok := pair(m)
			if p.tight {
				s, ok = oneLiner(m)
			}
			if ok && indent+2+runes(s) <= p.width {
				p.b.WriteString(lead + s + "\n")
				continue
			}
			p.comment(m[0].Comment, indent)
			p.mapping(m, indent+2, lead)
			continue
		}
		s, _ := inline(it)
		p.b.WriteString(lead + s + "\n")
	}
}

// section writes a part of a template under its name, nothing where it is empty.
func (p *yamlPrinter) section(name string, m mapping) {
	if len(m) == 0 {
		return
	}
	if p.b.Len() > 0 {
		p.b.WriteString("\n")
	}
	p.b.WriteString(name + ":\n")
	p.mapping(m, 2, "")
}

func (p *yamlPrinter) resources(all []*resource) {
	if p.b.Len() > 0 {
		p.b.WriteString("\n")
	}
	p.b.WriteString("Resources:\n")
	short := false // the last one was on one line
	for i, r := range all {
		body := mapping{}.with("Type", r.Type)
		body = append(body, r.Attributes...)
		if len(r.Properties) > 0 {
			body = body.with("Properties", r.Properties)
		}
		line, ok := oneLiner(body)
		ok = ok && p.tight && 4+runes(r.ID)+runes(line) <= p.width
		if i > 0 && !(short && ok && r.Comment == "") {
			p.b.WriteString("\n")
		}
		short = ok
		if r.Heading != "" {
			p.comment("---- "+r.Heading, 2)
		}
		p.comment(r.Comment, 2)
		p.b.WriteString("  " + yamlString(r.ID) + ":")
		if ok {
			p.b.WriteString(" " + line + "\n")
			continue
		}
		p.b.WriteString("\n")
		p.mapping(body, 4, "")
	}
}
