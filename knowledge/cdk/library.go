package cdk

import (
	_ "embed"
	"sort"
	"strings"
	"sync"
)

// library is what the construct library declares of the types that programs name, one line a type: .ci/library.py
// writes it and says what stands where. Typed languages need it; TypeScript and Python do not.
//
//go:embed library.txt
var library string

// declared is a type of the library.
type declared struct {
	Kind    string // class, struct, interface, enum; "-" where only newer libraries have it
	members string
}

// member is a property, method, constructor ("new") or constant of a type.
type libraryMember struct {
	Type   string // of a property, or what a method returns; "" for an enum's and for nothing
	Params []libraryParam
	Call   bool // a method or constructor
}

type libraryParam struct {
	Type     string
	Optional bool
	Variadic bool
}

// declaration finds a type by its name: aws-sqs.Queue, .Duration.
func declaration(name string) (declared, bool) {
	lines := libraryLines()
	i := sort.Search(len(lines), func(i int) bool { return lines[i] >= name+"\t" })
	if i == len(lines) {
		return declared{}, false
	}
	rest, ok := strings.CutPrefix(lines[i], name+"\t")
	kind, members, _ := strings.Cut(rest, "\t")
	return declared{kind, "\t" + members + "\t"}, ok
}

var libraryLines = sync.OnceValue(func() []string { return strings.Split(strings.TrimSuffix(library, "\n"), "\n") })

// member finds a member by its name.
func (d declared) member(name string) (libraryMember, bool) {
	for _, end := range []string{":", "?:", "(", "\t"} {
		i := strings.Index(d.members, "\t"+name+end)
		if i < 0 {
			continue
		}
		rest, _, _ := strings.Cut(d.members[i+1+len(name)+len(strings.TrimSuffix(end, "\t")):], "\t")
		if end != "(" {
			return libraryMember{Type: rest}, true
		}
		params, returns, _ := strings.Cut(rest, ")")
		return libraryMember{Type: strings.TrimPrefix(returns, ">"), Params: parseParams(params), Call: true}, true
	}
	return libraryMember{}, false
}

// doubled are the other modules of the library that have a type of the same name, too.
func (d declared) doubled() []string {
	_, rest, found := strings.Cut(d.members, "\t*")
	if !found {
		return nil
	}
	modules, _, _ := strings.Cut(rest, "\t")
	return strings.Split(modules, ",")
}

// lacks tells whether only newer libraries than Go's have the member.
func (d declared) lacks(name string) bool {
	return d.Kind == "-" || strings.Contains(d.members, "\t-"+name+"\t")
}

func parseParams(s string) []libraryParam {
	var out []libraryParam
	for _, p := range strings.Split(s, ",") {
		name, typ, ok := strings.Cut(p, ":")
		if ok {
			out = append(out, libraryParam{Type: typ, Optional: strings.HasSuffix(name, "?"), Variadic: strings.HasPrefix(name, "...")})
		}
	}
	return out
}

// names lists the members of an interface in order, those that must be there first.
func (d declared) names() (out []string) {
	var optional []string
	for _, m := range strings.Split(strings.Trim(d.members, "\t"), "\t") {
		switch name, _, ok := strings.Cut(m, ":"); {
		case !ok || strings.Contains(m, "("):
		case strings.HasSuffix(name, "?"):
			optional = append(optional, strings.TrimSuffix(name, "?"))
		default:
			out = append(out, name)
		}
	}
	return append(out, optional...)
}

func (t typeName) full() string { return t.Module + "." + t.Name }

// ignored are settings that Go's library declares, and does nothing with.
var ignored = map[string]bool{"aws-apigatewayv2.WebSocketStageProps.accessLogSettings": true}

// lacking names the settings and constructs of a program that Go's library does not know.
func lacking(p *program) []string {
	return missing(p, func(o object, d declared, f argument) string {
		name := o.Type.Name + "." + f.Name
		switch {
		case d.Kind == "-":
			return constructOf(o.Type)
		case d.lacks(f.Name) || ignored[o.Type.Module+"."+name]:
			return name
		}
		return ""
	})
}

// laterThanJava are the modules that the library got after the version that Java's has.
var laterThanJava = map[string]bool{"aws-eventsv2": true}

// lackingInJava names the constructs of a program that Java's library does not know.
func lackingInJava(p *program) []string {
	return missing(p, func(o object, _ declared, _ argument) string {
		if laterThanJava[o.Type.Module] {
			return constructOf(o.Type)
		}
		return ""
	})
}

// constructOf is the construct that a struct belongs to: CfnPipe of CfnPipeProps and of CfnPipe.FilterProperty.
func constructOf(t typeName) string {
	name, _, _ := strings.Cut(t.Name, ".")
	return strings.TrimSuffix(name, "Props")
}

// missing collects what a library does not know, each once. tell gives the words for a field, "" for one that it knows.
func missing(p *program, tell func(o object, d declared, f argument) string) (what []string) {
	walk(*p, func(x any) {
		o, ok := x.(object)
		if !ok {
			return
		}
		d, _ := declaration(o.Type.full())
		for _, f := range o.Fields {
			if name := tell(o, d, f); name != "" && !one(what, name) {
				what = append(what, name)
			}
		}
	})
	return what
}
