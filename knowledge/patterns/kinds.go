package patterns

import (
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// kind says how the settings of a kind of node are read. Settings carry the CloudFormation property's name
// with a small first letter; a few short words stand for what people write most.
type kind struct {
	typ      string
	settings map[string]reader
}

// reader puts a setting's value where it belongs.
type reader func(d *draft, n *node, name string, v graph.Value) error

func (k kind) read(d *draft, n *node, name string, v graph.Value) error {
	r, ok := k.settings[name]
	if other := otherSettings[name]; !ok && other != "" {
		r, ok = k.settings[other]
		name = other
	}
	if ok {
		return r(d, n, name, v)
	}
	switch name {
	case "alarms":
		return truth(func(n *node, on bool) { n.noAlarms = !on })(d, n, name, v)
	case "deadLetterQueue":
		return truth(func(n *node, on bool) { n.noDLQ = !on })(d, n, name, v)
	}
	var names []string
	for s := range k.settings {
		names = append(names, s)
	}
	sort.Strings(names)
	err := wrong(*v.At, "one of "+strings.Join(names, ", "), "a %s has no setting %q here", n.kind, clip(name)).(*InputError)
	if near := nearest(name, names, 1); len(near) > 0 {
		err.Nearest = near[0]
	}
	return err
}

// whole reads a whole number within bounds into a property.
func whole(property string, low, high int) reader {
	return func(d *draft, n *node, name string, v graph.Value) error {
		i, ok := v.Int()
		if !ok || i < low || i > high {
			return wrong(*v.At, graph.NewInt(nil, low).String()+" to "+graph.NewInt(nil, high).String(), "%s of %s is %s", name, n.id, clip(v.String()))
		}
		n.set(property, v)
		return nil
	}
}

// extraWhole reads a whole number that is no property of the resource itself.
func extraWhole(low, high int) reader {
	return func(d *draft, n *node, name string, v graph.Value) error {
		if err := whole(name, low, high)(d, n, name, v); err != nil {
			return err
		}
		n.props = n.props[:len(n.props)-1]
		n.setExtra(name, v)
		return nil
	}
}

func words(property string, allowed ...string) reader {
	return func(d *draft, n *node, name string, v graph.Value) error {
		text, ok := v.Str()
		if ok && len(allowed) == 0 {
			n.set(property, v)
			return nil
		}
		for _, a := range allowed {
			if ok && strings.EqualFold(a, text) { // CloudFormation has STANDARD
				n.set(property, graph.NewString(v.At, a))
				return nil
			}
		}
		want := "a text"
		if len(allowed) > 0 {
			want = strings.Join(allowed, ", ")
		}
		return wrong(*v.At, want, "%s of %s is %s", name, n.id, clip(v.String()))
	}
}

func truth(apply func(n *node, on bool)) reader {
	return func(d *draft, n *node, name string, v graph.Value) error {
		on, ok := v.Truth()
		if !ok {
			return wrong(*v.At, "true or false", "%s of %s is %s", name, n.id, clip(v.String()))
		}
		apply(n, on)
		return nil
	}
}

func flag(property string) reader {
	return truth(func(n *node, on bool) { n.set(property, n.bool(on)) })
}

// texts reads one text or a list of texts, and keeps it as a list.
func texts(apply func(n *node, v graph.Value)) reader {
	return func(d *draft, n *node, name string, v graph.Value) error {
		for _, item := range v.Each() {
			if _, ok := item.Str(); !ok || item.Kind == graph.Null {
				return wrong(*v.At, "a text or a list of texts", "%s of %s is %s", name, n.id, clip(v.String()))
			}
		}
		apply(n, graph.NewList(v.At, v.Each()...))
		return nil
	}
}

func contains(list []string, s string) bool {
	for _, t := range list {
		if s == t {
			return true
		}
	}
	return false
}

func kindList() string {
	var names []string
	for k := range language().kinds {
		names = append(names, string(k))
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
