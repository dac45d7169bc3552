package cfn

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// call resolves an intrinsic function.
func (w *world) call(s *stack, n *node) graph.Value {
	arg := n.arg()
	switch n.fn {
	case "Ref":
		return w.ref(s, n)
	case "Fn::GetAtt":
		return w.getAtt(s, n)
	case "Fn::Sub":
		return w.sub(s, n)
	case "Fn::If":
		return w.ifFn(s, n)
	case "Fn::Join":
		return w.join(s, n)
	case "Fn::Split":
		return w.split(s, n)
	case "Fn::Select":
		return w.selectFn(s, n)
	case "Fn::FindInMap":
		return w.findInMap(s, n)
	case "Fn::ImportValue":
		return w.importValue(s, n)
	case "Fn::Base64":
		return w.base64(s, n)
	case "Fn::Length":
		v := w.eval(s, arg)
		if v.Kind == graph.List {
			return graph.NewInt(n.at, len(v.Items()))
		}
		return unresolved(n, v, "Fn::Length needs a list")
	case "Fn::ToJsonString":
		return w.toJSON(s, n)
	case "Fn::GetAZs":
		return graph.NewUnknown(n.at, "the availability zones of the region are known when it is deployed")
	case "Fn::GetStackOutput":
		return w.stackOutput(s, n)
	case "Fn::Cidr":
		return graph.NewUnknown(n.at, "Fn::Cidr is computed when it is deployed")
	case "Fn::Transform":
		return w.transform(s, n)
	case dynamicRef:
		return w.dynamic(n)
	case "Condition", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals":
		return w.truth(s, n)
	}
	if strings.HasPrefix(n.fn, rainTag) {
		return w.rain(s, n)
	}
	w.loader.gapAt("", n.at, "the function %s is not known", n.fn)
	return graph.NewUnknown(n.at, "the function "+n.fn+" is not known")
}

// unresolved is the unknown value of a call: for the argument's own reason where it has one.
func unresolved(n *node, arg graph.Value, otherwise string) graph.Value {
	if r := arg.Reason(); r != "" {
		return graph.NewUnknown(n.at, r)
	}
	return graph.NewUnknown(n.at, otherwise)
}

// wrong records a malformed call and gives its unknown value.
func (w *world) wrong(n *node, want string) graph.Value {
	w.loader.gapAt("", n.at, "%s is malformed: expected %s", n.fn, want)
	return graph.NewUnknown(n.at, n.fn+" is malformed: expected "+want)
}

// args returns the arguments of a call that takes a list of min to max of them.
func (n *node) args(min, max int) ([]*node, bool) {
	arg := n.arg()
	if arg.shape != list || len(arg.items) < min || len(arg.items) > max {
		return nil, false
	}
	return arg.items, true
}

func (w *world) ifFn(s *stack, n *node) graph.Value {
	args, ok := n.args(3, 3)
	if !ok {
		return w.wrong(n, "[condition, value if true, value if false]")
	}
	name, ok := args[0].text()
	if !ok && args[0].shape == call && args[0].fn == "Condition" {
		name, ok = args[0].arg().text()
	}
	if !ok {
		return w.wrong(n, "the name of a condition first")
	}
	if _, ok := s.t.conditions[name]; !ok {
		w.loader.gapAt("", args[0].at, "condition %s is not defined", name)
		return graph.NewUnknown(n.at, "condition "+name+" is not defined")
	}
	if w.condition(s, name, args[0].at) {
		return w.eval(s, args[1])
	}
	return w.eval(s, args[2])
}

func (w *world) join(s *stack, n *node) graph.Value {
	args, ok := n.args(2, 2)
	if !ok {
		return w.wrong(n, "[delimiter, list of values]")
	}
	delim, ok := w.eval(s, args[0]).Str()
	if !ok {
		return w.wrong(n, "a literal delimiter")
	}
	items := w.eval(s, args[1])
	if items.Kind != graph.List {
		return unresolved(n, items, "Fn::Join needs a list")
	}
	var parts []graph.Part
	for i, it := range items.Items() {
		if i > 0 {
			parts = append(parts, graph.Part{Literal: delim})
		}
		for j, sub := range it.Each() { // a list inside the list is joined as well: Ref of a list parameter
			if j > 0 {
				parts = append(parts, graph.Part{Literal: delim})
			}
			parts = append(parts, textParts(sub)...)
		}
	}
	return graph.NewText(n.at, parts...)
}

// textParts are the parts of a value that is used as text.
func textParts(v graph.Value) []graph.Part {
	if parts := v.Parts(); parts != nil {
		return parts
	}
	switch v.Kind {
	case graph.Absent, graph.Null:
		return nil
	}
	return []graph.Part{{Unknown: "a list or mapping is used as text"}}
}

func (w *world) split(s *stack, n *node) graph.Value {
	args, ok := n.args(2, 2)
	if !ok {
		return w.wrong(n, "[delimiter, text]")
	}
	delim, ok := w.eval(s, args[0]).Str()
	if !ok || delim == "" {
		return w.wrong(n, "a literal delimiter")
	}
	text := w.eval(s, args[1])
	if text.Kind == graph.Unknown || text.Parts() == nil {
		return unresolved(n, text, "Fn::Split needs a text")
	}
	items, ok := pieces(n.at, text, delim)
	if !ok {
		return unresolved(n, text, "Fn::Split cuts through "+text.String())
	}
	return graph.NewList(n.at, items...)
}

// pieces cuts a text at a delimiter; ok is false where what is not known, or is a reference, may hold the delimiter.
func pieces(at *graph.Evidence, text graph.Value, delim string) (items []graph.Value, ok bool) {
	var current []graph.Part
	for _, p := range text.Parts() {
		if p.Ref != nil && mayHold(*p.Ref, delim) || p.Unknown != "" || standIn(p.Literal, delim) {
			return nil, false
		}
		if p.Ref != nil {
			current = append(current, p)
			continue
		}
		for i, piece := range strings.Split(p.Literal, delim) {
			if i > 0 {
				items = append(items, graph.NewText(at, current...))
				current = nil
			}
			current = append(current, graph.Part{Literal: piece})
		}
	}
	return append(items, graph.NewText(at, current...)), true
}

// standIn tells whether a text has a pseudo parameter in it that is not known and may contain a delimiter.
func standIn(text, delim string) bool {
	for name, chars := range map[string]string{"StackId": ":/-", "StackName": "-", "Region": "-", "Partition": "-", "URLSuffix": "."} {
		if strings.Contains(text, "${AWS::"+name+"}") && strings.ContainsAny(delim, chars) {
			return true
		}
	}
	return false
}

// mayHold tells whether what a reference yields may contain a delimiter: ARNs and URLs hold : and /.
func mayHold(r graph.Ref, delim string) bool {
	return strings.ContainsAny(delim, ":/.") || r.Attribute != "" && !strings.HasSuffix(r.Attribute, "Arn") && delim != "|"
}

func (w *world) selectFn(s *stack, n *node) graph.Value {
	args, ok := n.args(2, 2)
	if !ok {
		return w.wrong(n, "[index, list]")
	}
	index, ok := w.eval(s, args[0]).Int()
	if !ok {
		return unresolved(n, w.eval(s, args[0]), "Fn::Select needs a literal index")
	}
	items := w.eval(s, args[1])
	if items.Kind == graph.List {
		if index < 0 || index >= len(items.Items()) {
			return w.wrong(n, fmt.Sprintf("an index below %d", len(items.Items())))
		}
		v := items.Items()[index]
		if v.At == nil {
			v.At = n.at
		}
		return v
	}
	// A piece of one resource's ARN or URL still leads to that resource: the reference is kept.
	if args[1].fn == "Fn::Split" && args[1].shape == call {
		if inner, ok := args[1].args(2, 2); ok {
			if refs := w.eval(s, inner[1]).Refs(); len(refs) == 1 {
				return graph.NewRef(n.at, refs[0].Resource, refs[0].Attribute)
			}
		}
	}
	if args[1].fn == "Fn::GetAZs" && args[1].shape == call {
		return graph.NewUnknown(n.at, fmt.Sprintf("availability zone %d of the region is known when it is deployed", index))
	}
	if r := items.Reason(); r != "" { // two items of one list are not one thing
		return graph.NewUnknown(n.at, fmt.Sprintf("%s (item %d of it)", r, index))
	}
	return graph.NewUnknown(n.at, "Fn::Select needs a list")
}

func (w *world) findInMap(s *stack, n *node) graph.Value {
	args, ok := n.args(3, 4)
	if !ok {
		return w.wrong(n, "[map, first key, second key]")
	}
	var fallback *node
	if len(args) == 4 {
		fallback = args[3].get("DefaultValue")
	}
	miss := func(reason string) graph.Value {
		if fallback != nil {
			return w.eval(s, fallback)
		}
		return graph.NewUnknown(n.at, reason)
	}
	name := w.eval(s, args[0])
	mapName, ok := name.Str()
	if !ok {
		return unresolved(n, name, "Fn::FindInMap needs a literal map name")
	}
	m := s.t.mappings.get(mapName)
	if m == nil {
		return miss("mapping " + mapName + " is not defined")
	}
	first, second := w.eval(s, args[1]), w.eval(s, args[2])
	v, reason := lookUp(m, first, second)
	switch {
	case v != nil:
		return w.eval(s, v)
	case !openKey(first) && !openKey(second):
		return miss(fmt.Sprintf("mapping %s has no entry %s/%s", mapName, first, second))
	}
	return graph.NewUnknown(n.at, fmt.Sprintf("mapping %s is looked up by %s", mapName, reason))
}

// openKey tells whether a key of a mapping is not known, or only as a placeholder such as ${AWS::Region}.
func openKey(v graph.Value) bool {
	s, ok := v.Str()
	return !ok || strings.Contains(s, "${AWS::")
}

// lookUp finds an entry of a mapping. A key that is not known gives the value that all its entries have in common.
func lookUp(m *node, first, second graph.Value) (*node, string) {
	rows := []*node{}
	reason := ""
	if openKey(first) {
		reason = first.String()
		for _, e := range m.entries {
			rows = append(rows, e.node)
		}
	} else if k, _ := first.Str(); m.get(k) != nil {
		rows = append(rows, m.get(k))
	}
	var cells []*node
	for _, row := range rows {
		if openKey(second) {
			reason = second.String()
			for _, e := range row.entries {
				cells = append(cells, e.node)
			}
		} else if k, _ := second.Str(); row.get(k) != nil {
			cells = append(cells, row.get(k))
		}
	}
	if len(cells) == 0 {
		return nil, reason
	}
	for _, c := range cells[1:] {
		if c.value.String() != cells[0].value.String() {
			return nil, reason
		}
	}
	return cells[0], reason
}

func (w *world) base64(s *stack, n *node) graph.Value {
	v := w.eval(s, n.arg())
	text, ok := v.Str()
	if !ok {
		return unresolved(n, v, "the text of Fn::Base64 has parts that are known when it is deployed")
	}
	return graph.NewString(n.at, base64.StdEncoding.EncodeToString([]byte(text)))
}

// toJSON writes JSON text in which references stay parts.
func (w *world) toJSON(s *stack, n *node) graph.Value {
	return graph.NewText(n.at, jsonParts(w.eval(s, n.arg()))...)
}

func jsonParts(v graph.Value) []graph.Part {
	lit := func(s string) graph.Part { return graph.Part{Literal: s} }
	quoted := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil { // a string always marshals
			return `""`
		}
		return string(b)
	}
	switch v.Kind {
	case graph.Absent, graph.Null:
		return []graph.Part{lit("null")}
	case graph.Unknown:
		return v.Parts()
	case graph.List:
		out := []graph.Part{lit("[")}
		for i, it := range v.Items() {
			if i > 0 {
				out = append(out, lit(","))
			}
			out = append(out, jsonParts(it)...)
		}
		return append(out, lit("]"))
	case graph.Map:
		out := []graph.Part{lit("{")}
		for i, f := range v.Fields() {
			if i > 0 {
				out = append(out, lit(","))
			}
			out = append(out, lit(quoted(f.Name)+":"))
			out = append(out, jsonParts(f.Value)...)
		}
		return append(out, lit("}"))
	case graph.Bool, graph.Number:
		return v.Parts()
	}
	out := []graph.Part{lit(`"`)}
	for _, p := range v.Parts() {
		if p.Ref == nil && p.Unknown == "" {
			p.Literal = strings.TrimSuffix(strings.TrimPrefix(quoted(p.Literal), `"`), `"`)
		}
		out = append(out, p)
	}
	return append(out, lit(`"`))
}

func (w *world) transform(s *stack, n *node) graph.Value {
	name, _ := n.arg().get("Name").text()
	if name == "AWS::Include" {
		if loc := w.eval(s, n.arg().get("Parameters").get("Location")); loc.Exists() {
			if v, ok := w.include(s, loc); ok {
				return v
			}
			return graph.NewUnknown(n.at, "it is included from "+loc.String()+", which is not here")
		}
	}
	if name == "" {
		name = "without a name"
	}
	return graph.NewUnknown(n.at, "it is made by the macro "+name+" when it is deployed")
}
