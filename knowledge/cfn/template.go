package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// template is a file's text sorted into its sections.
type template struct {
	file       string
	transforms []string
	sam, cdk   bool
	parameters []*parameter
	byName     map[string]*parameter
	mappings   *node
	conditions map[string]*node
	conditionN []string // names in written order
	globals    *node
	resources  []*declared
	index      map[string]*declared
	outputs    []entry
	metadata   *node
	constants  *node // of rain
	written    int   // resources as written
}

// declared is a resource as it is written.
type declared struct {
	name      string
	typ       string
	condition string
	body      *node
	at        *graph.Evidence // of the logical id
}

type parameter struct {
	name, typ string
	def       *node
	allowed   []string
	noEcho    bool
	nonEmpty  bool // MinLength of 1 or more
	at        *graph.Evidence
	allowedAt *graph.Evidence // nil where there is no list of allowed values
}

// samPrefix begins the types that only the SAM transform knows.
const samPrefix = "AWS::Serverless::"

func (l *loader) newTemplate(file string, root *node) (*template, *SyntaxError) {
	fail := func(at *graph.Evidence, message, want string) *SyntaxError {
		return &SyntaxError{File: file, Line: at.Line, Column: at.Column, Message: message, Want: want}
	}
	if root.shape != mapping {
		return nil, fail(root.at, "the file holds "+root.describe()+", no template", wantTemplate)
	}
	t := &template{file: file, byName: map[string]*parameter{}, conditions: map[string]*node{}, index: map[string]*declared{}}
	l.readParameters(t, root.get("Parameters"))
	root, err := l.unroll(t, root)
	if err != nil {
		return nil, err
	}
	res := root.get("Resources")
	switch {
	case res == nil:
		return nil, fail(root.at, "the file has no Resources section"+keysOf(root), wantTemplate)
	case res.shape != mapping:
		return nil, fail(res.at, "Resources is "+res.describe(), "a mapping of logical ids to resources")
	}
	t.mappings, t.globals, t.metadata = root.get("Mappings"), root.get("Globals"), root.get("Metadata")
	t.transforms = texts(root.get("Transform"))
	t.constants = root.get("Rain").get("Constants")
	l.readConditions(t, root.get("Conditions"))
	l.readResources(t, res)
	l.readOutputs(t, root.get("Outputs"))
	l.readRest(t, root)
	t.written = len(t.resources)
	l.mergeGlobals(t)
	return t, nil
}

// keysOf helps to see what the file is instead.
func keysOf(n *node) string {
	if len(n.entries) == 0 {
		return ""
	}
	names := make([]string, 0, 5)
	for _, e := range n.entries {
		if len(names) == 5 {
			names = append(names, "...")
			break
		}
		name := e.name
		if len(name) > 40 {
			name = name[:40] + "..."
		}
		names = append(names, name)
	}
	return " (it has: " + strings.Join(names, ", ") + ")"
}

// describe names the shape of a node for messages.
func (n *node) describe() string {
	switch n.shape {
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	case call:
		return "the function " + n.fn
	}
	switch n.value.Kind {
	case graph.Null:
		return "null"
	case graph.Bool:
		return "a truth value"
	case graph.Number:
		return "a number"
	}
	return "a text"
}

// texts returns the literal texts of a scalar or list.
func texts(n *node) []string {
	if n == nil {
		return nil
	}
	if s, ok := n.text(); ok {
		return []string{s}
	}
	var out []string
	for _, it := range n.items {
		if s, ok := it.text(); ok && n.shape == list {
			out = append(out, s)
		}
	}
	return out
}

func (l *loader) readParameters(t *template, n *node) {
	if n == nil {
		return
	}
	for _, e := range n.entries {
		if e.node.shape != mapping {
			l.gapAt("", e.at, "parameter %s is %s, expected a mapping with a Type", e.name, e.node.describe())
			continue
		}
		p := &parameter{name: e.name, def: e.node.get("Default"), at: e.at}
		p.typ, _ = e.node.get("Type").text()
		if p.def != nil && p.def.shape != scalar && p.def.fn != dynamicRef {
			l.gapAt("", p.def.at, "the default of parameter %s is %s, expected a text or number", e.name, p.def.describe())
			p.def = nil
		}
		if allowed := e.node.get("AllowedValues"); allowed != nil && allowed.shape == list {
			p.allowedAt = allowed.at
		}
		p.allowed = texts(e.node.get("AllowedValues"))
		if ne, ok := e.node.get("NoEcho").text(); ok {
			p.noEcho = strings.EqualFold(ne, "true")
		}
		if m, ok := e.node.get("MinLength").text(); ok {
			p.nonEmpty = m != "0"
		}
		t.parameters = append(t.parameters, p)
		t.byName[p.name] = p
	}
}

func (l *loader) readConditions(t *template, n *node) {
	if n == nil {
		return
	}
	for _, e := range n.entries {
		t.conditions[e.name] = e.node
		t.conditionN = append(t.conditionN, e.name)
	}
}

func (l *loader) readResources(t *template, n *node) {
	for _, e := range n.entries {
		if e.node.shape == call || strings.HasPrefix(e.name, "Fn::") {
			l.gapAt("", e.at, "%s makes resources when the template is deployed: they are not known here", e.name)
			continue
		}
		if strings.Contains(e.name, "${") { // nothing else than letters and digits may be in a logical id
			l.gapAt("", e.at, "the logical id %s holds a variable that no loop (Fn::ForEach) sets: CloudFormation refuses it, and what it would be is left out", e.name)
			continue
		}
		if e.node.shape != mapping {
			l.gapAt("", e.at, "resource %s is %s, expected a mapping with a Type", e.name, e.node.describe())
			continue
		}
		d := &declared{name: e.name, body: e.node, at: e.at}
		if typ, ok := e.node.get("Type").text(); ok && strings.HasSuffix(typ, "::MODULE") {
			l.gapAt(e.name, e.at, "resource %s is a module: what it holds is known when it is deployed", e.name)
		}
		if typ := e.node.get("Type"); typ != nil && typ.shape == call && typ.fn == rainTag+"Module" {
			l.gapAt(e.name, e.at, "resource %s is a module of rain: what it holds is known when rain has packaged the template; review what rain pkg writes", e.name)
			continue
		}
		typ, ok := e.node.get("Type").text()
		if !ok || typ == "" || e.name == "" {
			l.gapAt("", e.at, "resource %q has no Type or no logical id", e.name)
			continue
		}
		d.typ = typ
		if c := e.node.get("Condition"); c != nil {
			if d.condition, ok = c.text(); !ok {
				l.gapAt("", c.at, "the Condition of resource %s is %s, expected the name of a condition", e.name, c.describe())
			}
		}
		if strings.HasPrefix(typ, samPrefix) {
			t.sam = true
		}
		if typ == "AWS::CDK::Metadata" || e.node.get("Metadata").get("aws:cdk:path") != nil {
			t.cdk = true
		}
		t.resources = append(t.resources, d)
		t.index[d.name] = d
	}
	for _, tr := range t.transforms {
		if strings.HasPrefix(tr, "AWS::Serverless-") {
			t.sam = true
		}
	}
}

func (l *loader) readOutputs(t *template, n *node) {
	if n == nil {
		return
	}
	for _, e := range n.entries {
		if e.node.shape != mapping {
			l.gapAt("", e.at, "output %s is %s, expected a mapping with a Value", e.name, e.node.describe())
			continue
		}
		t.outputs = append(t.outputs, e)
	}
}

// knownSections are the sections of a template that are read, or that say nothing about resources.
var knownSections = lazy.Words(`AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform
	Resources Outputs Globals Hooks Rain`)

// readRest lists what stands in the template and is not looked at.
func (l *loader) readRest(t *template, root *node) {
	for _, e := range root.entries {
		switch {
		case e.name == "Fn::Transform":
			l.gapAt("", e.at, "Fn::Transform at the top of the template adds sections that are not known here")
		case e.name == "Modules":
			l.gapAt("", e.at, "Modules are filled in when the template is packaged: review what the packaging writes")
		case !knownSections()[e.name] && !strings.HasPrefix(e.name, "x-") && !strings.HasPrefix(e.name, "X-"):
			l.gapAt("", e.at, "%s is no section of a template: it is left out", e.name)
		}
	}
	for _, tr := range t.transforms {
		if !strings.HasPrefix(tr, "AWS::") {
			l.gapAt("", root.get("Transform").at, "the macro %s changes the template in a way that is not known here", tr)
		}
	}
}
