package cdk

import (
	"encoding/json"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// jsonLiteral turns JSON text into the literal that spells it, keeping the order of names. The text is our own.
func jsonLiteral(s string) expression {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return nextLiteral(d)
}

func nextLiteral(d *json.Decoder) expression {
	token, err := d.Token()
	if err != nil {
		panic("cdk: broken JSON in the program: " + err.Error()) // made by this module
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			var items []expression
			for d.More() {
				items = append(items, nextLiteral(d))
			}
			d.Token()
			return list{Items: items}
		}
		var fields []argument
		for d.More() {
			name, _ := d.Token()
			fields = append(fields, argument{Name: name.(string), Value: nextLiteral(d)})
		}
		d.Token()
		return dict{fields}
	case json.Number:
		return number(t.String())
	case bool:
		return truth(t)
	case string:
		return text(t)
	}
	return text("")
}

// literal turns a setting into the literal that spells it; nil where parts of it are not known.
func literal(v graph.Value) expression {
	switch v.Kind {
	case graph.Map:
		var fields []argument
		for _, f := range v.Fields() {
			if e := literal(f.Value); e != nil {
				fields = append(fields, argument{Name: f.Name, Value: e})
			}
		}
		return dict{fields}
	case graph.List:
		var items []expression
		for _, it := range v.Items() {
			if e := literal(it); e != nil {
				items = append(items, e)
			}
		}
		return list{Items: items}
	}
	s, ok := v.Str()
	switch {
	case !ok:
		return nil
	case v.Kind == graph.Number:
		return number(s)
	case v.Kind == graph.Bool:
		return truth(s == "true")
	}
	return text(s)
}

// jsonString is a text as JSON.stringify spells it, with letters as they are.
func jsonString(s string) string {
	var pieces []string
	for _, piece := range strings.Split(s, "\u2028") {
		for i, p := range strings.Split(piece, "\u2029") {
			if i > 0 {
				pieces[len(pieces)-1] += "\u2029" + encoded(p)
				continue
			}
			pieces = append(pieces, encoded(p))
		}
	}
	return `"` + strings.Join(pieces, "\u2028") + `"`
}

func encoded(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("cdk: a text that is no JSON: " + err.Error()) // every text is
	}
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}
