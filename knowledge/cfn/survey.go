package cfn

import (
	"sort"
	"strings"
)

// survey finds what decides conditions: parameters without a given value, and the values they are compared with.
type survey struct {
	l       *loader
	vars    map[string]*variable
	visited map[string]bool
}

// variable is a parameter or pseudo parameter that is free, with the values worth trying.
type variable struct {
	key      string // as stack.paramKey, or the pseudo parameter's name
	p        *parameter
	literals map[string]bool
}

// other stands for any value that the conditions do not name.
const other = "\x00other "

// found is what one expression depends on.
type found struct {
	vars     map[string]bool // variables, and conditions passed on the way (as condKey)
	literals map[string]bool
}

func (f *found) add(g *found) {
	for k := range g.vars {
		f.vars[k] = true
	}
	for k := range g.literals {
		f.literals[k] = true
	}
}

func newFound() *found { return &found{vars: map[string]bool{}, literals: map[string]bool{}} }

// condition surveys a condition by name.
func (v *survey) condition(s *stack, name string) *found {
	f := newFound()
	key := s.condKey(name)
	n := s.t.conditions[name]
	if n == nil || v.visited[key] {
		return f
	}
	v.visited[key] = true
	f.add(v.expr(s, n))
	f.literals = map[string]bool{}
	f.vars[key] = true
	delete(v.visited, key)
	return f
}

func (v *survey) expr(s *stack, n *node) *found {
	f := newFound()
	switch n.shape {
	case scalar:
		if t, ok := n.text(); ok {
			f.literals[t] = true
		}
	case list, mapping:
		if name, ok := n.get("Condition").text(); ok && len(n.entries) == 1 {
			f.add(v.condition(s, name))
			return f
		}
		for _, it := range n.items {
			f.add(v.expr(s, it))
		}
		for _, e := range n.entries {
			f.add(v.expr(s, e.node))
		}
	case call:
		v.call(s, n, f)
	}
	return f
}

func (v *survey) call(s *stack, n *node, f *found) {
	arg := n.arg()
	switch n.fn {
	case "Ref":
		if name, ok := arg.text(); ok {
			f.add(v.name(s, name))
		}
	case "Condition":
		if name, ok := arg.text(); ok {
			f.add(v.condition(s, name))
		}
	case "Fn::If":
		if len(arg.items) > 0 {
			if name, ok := arg.items[0].text(); ok {
				f.add(v.condition(s, name))
			}
		}
		f.add(v.expr(s, arg))
	case "Fn::Sub":
		f.add(v.expr(s, arg))
		for lit := range f.literals {
			for _, name := range subNames(lit) {
				f.add(v.name(s, name))
			}
		}
	case "Fn::FindInMap":
		f.add(v.expr(s, arg))
		v.keys(s, arg, f)
	case "Fn::Equals":
		f.add(v.expr(s, arg))
		for key := range f.vars {
			if known := v.vars[key]; known != nil {
				for lit := range f.literals {
					known.literals[lit] = true
				}
			}
		}
		f.literals = map[string]bool{}
	default:
		f.add(v.expr(s, arg))
	}
}

// keys makes the keys of a mapping literals of the expression that looks them up.
func (v *survey) keys(s *stack, arg *node, f *found) {
	if len(arg.items) == 0 {
		return
	}
	name, _ := arg.items[0].text()
	for i, row := range s.t.mappings.get(name).fields() {
		if i > 50 { // a table of machine images, not a switch
			return
		}
		for key := range f.vars {
			if known := v.vars[key]; known != nil {
				known.literals[row.name] = true
			}
		}
	}
}

// fields are the entries of a mapping. n may be nil.
func (n *node) fields() []entry {
	if n == nil {
		return nil
	}
	return n.entries
}

// subNames are the names in the text of Fn::Sub.
func subNames(text string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(text, "${")
		if !ok {
			return names
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return names
		}
		if !strings.HasPrefix(name, "!") {
			names = append(names, name)
		}
		text = after
	}
}

func (v *survey) name(s *stack, name string) *found {
	f := newFound()
	p := s.t.byName[name]
	if s.parent != nil && p != nil && s.args[name] != nil {
		key := s.name + "\x00argument\x00" + name
		if !v.visited[key] {
			v.visited[key] = true
			f.add(v.expr(s.parent, s.args[name]))
			delete(v.visited, key)
		}
		return f
	}
	o := v.l.options
	switch {
	case p != nil:
		if _, ok := v.l.given(s, p); ok || strings.HasPrefix(p.typ, "AWS::SSM::Parameter::Value") {
			return f
		}
		v.variable(s.paramKey(name), p)
		f.vars[s.paramKey(name)] = true
	case name == "AWS::Region" && o.Region == "", name == "AWS::AccountId" && o.Account == "",
		name == "AWS::Partition" && o.Region == "", name == "AWS::URLSuffix" && o.Region == "",
		name == "AWS::StackName":
		v.variable(name, nil)
		f.vars[name] = true
	}
	return f
}

func (v *survey) variable(key string, p *parameter) {
	if v.vars[key] == nil {
		v.vars[key] = &variable{key: key, p: p, literals: map[string]bool{}}
	}
}

// domain lists the values worth trying, the default first.
func (v *variable) domain() []string {
	var out []string
	seen := map[string]bool{}
	put := func(s string) {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	if v.p != nil {
		if def, ok := v.p.def.text(); ok {
			put(def)
		}
		for _, a := range v.p.allowed {
			put(a)
		}
		if len(v.p.allowed) > 0 {
			return out
		}
	}
	put(other + v.key)
	literals := make([]string, 0, len(v.literals))
	for l := range v.literals {
		literals = append(literals, l)
	}
	sort.Strings(literals)
	for _, l := range literals {
		if l == "" && v.p != nil && v.p.nonEmpty {
			continue
		}
		put(l)
	}
	return out
}
