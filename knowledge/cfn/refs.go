package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func (w *world) ref(s *stack, n *node) graph.Value {
	name, ok := n.arg().text()
	if !ok {
		v := w.eval(s, n.arg())
		if name, ok = v.Str(); !ok {
			return unresolved(n, v, "Ref needs a literal name")
		}
	}
	return w.named(s, name, n.at)
}

// named is what Ref gives for a name: a pseudo parameter, a parameter or a resource.
func (w *world) named(s *stack, name string, at *graph.Evidence) graph.Value {
	if strings.HasPrefix(name, "AWS::") {
		return w.pseudo(s, name, at)
	}
	if v, ok := s.values[name]; ok {
		return v
	}
	if p := s.t.byName[name]; p != nil {
		v := w.parameter(s, p, at)
		v.At = w.from(s, p, v, at)
		return v
	}
	if id, ok := w.resourceID(s, name, at); ok {
		return graph.NewRef(at, id, "")
	}
	w.loader.gapOnce(s.t.file+"\x00"+name, at, "%s is neither a parameter nor a resource of this template", name)
	return graph.NewUnknown(at, name+" is neither a parameter nor a resource of this template")
}

// resourceID is the graph id of a logical id as references spell it. SAM lets references name what it generates
// (Function.Alias, Api.Stage ...).
func (w *world) resourceID(s *stack, name string, at *graph.Evidence) (string, bool) {
	if d, ok := s.t.index[name]; ok {
		if d.typ == "AWS::Serverless::LayerVersion" {
			return s.generatedID(name, name+s.contentHash(name)), true
		}
		return s.id(name), true
	}
	if !s.t.sam {
		return "", false
	}
	id, ok := w.samReference(s, name)
	if ok {
		w.loader.pending = append(w.loader.pending, pending{id, name, at})
	}
	return id, ok
}

// pending is a reference to something that SAM may generate.
type pending struct {
	id, name string
	at       *graph.Evidence
}

// checkPending lists references to generated resources that no scenario has.
func (l *loader) checkPending() {
	if len(l.pending) == 0 {
		return
	}
	ids := map[string]bool{}
	for _, s := range l.sys.Scenarios {
		for _, r := range s.Resources {
			ids[r.ID] = true
		}
	}
	for _, p := range l.pending {
		if !ids[p.id] {
			l.gapOnce(p.at.File+"\x00"+p.name, p.at, "%s is neither a parameter nor a resource of this template, nor does SAM generate it", p.name)
		}
	}
}

// pseudo gives a pseudo parameter. What is not known stays as its placeholder, so that ARNs can still be read.
func (w *world) pseudo(s *stack, name string, at *graph.Evidence) graph.Value {
	if w.trial {
		if v, ok := w.choice.params[name]; ok {
			return graph.NewString(at, v.value)
		}
	}
	o := w.loader.options
	switch name {
	case "AWS::NoValue":
		return graph.Value{}
	case "AWS::Region":
		if o.Region != "" {
			return graph.NewString(at, o.Region)
		}
	case "AWS::AccountId":
		if o.Account != "" {
			return graph.NewString(at, o.Account)
		}
	case "AWS::Partition":
		if o.Region != "" {
			return graph.NewString(at, partition(o.Region))
		}
	case "AWS::URLSuffix":
		if o.Region != "" {
			if partition(o.Region) == "aws-cn" {
				return graph.NewString(at, "amazonaws.com.cn")
			}
			return graph.NewString(at, "amazonaws.com")
		}
	case "AWS::NotificationARNs":
		return graph.NewUnknown(at, "the notification topics of the stack are known when it is deployed")
	case "AWS::StackName", "AWS::StackId":
	default:
		w.loader.gapAt("", at, "%s is no pseudo parameter", name)
		return graph.NewUnknown(at, name+" is no pseudo parameter")
	}
	return graph.NewString(at, "${"+name+"}")
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (w *world) getAtt(s *stack, n *node) graph.Value {
	var name, attr string
	arg := n.arg()
	if text, ok := arg.text(); ok {
		name, attr, ok = strings.Cut(text, ".")
		if !ok {
			return w.wrong(n, "LogicalId.Attribute")
		}
	} else {
		args, ok := n.args(2, 8)
		if !ok {
			return w.wrong(n, "[logical id, attribute]")
		}
		texts := make([]string, len(args))
		for i, a := range args {
			v := w.eval(s, a)
			if texts[i], ok = v.Str(); !ok {
				return unresolved(n, v, "Fn::GetAtt needs literal names")
			}
		}
		name, attr = texts[0], strings.Join(texts[1:], ".")
	}
	return w.attribute(s, name, attr, n.at)
}

// attribute is what Fn::GetAtt gives.
func (w *world) attribute(s *stack, name, attr string, at *graph.Evidence) graph.Value {
	if out, ok := strings.CutPrefix(attr, "Outputs."); ok {
		if v, ok := w.nestedOutput(s, name, out, at); ok {
			return v
		}
	}
	if why := s.decidedLater(name, attr); why != "" {
		return graph.NewUnknown(at, why)
	}
	// SAM's generated resources have dots in the names by which they are referred to: Function.Alias.Arn.
	if head, rest, ok := strings.Cut(attr, "."); ok {
		if id, ok := w.resourceID(s, name+"."+head, at); ok {
			return graph.NewRef(at, id, rest)
		}
	}
	if id, ok := w.resourceID(s, name, at); ok {
		return graph.NewRef(at, id, attr)
	}
	w.loader.gapAt("", at, "%s, whose %s is read, is no resource of this template", name, attr)
	return graph.NewUnknown(at, name+" is no resource of this template")
}

// decidedLater says why nobody can tell an attribute of a resource before the deployment: the code of a custom resource
// makes it, or a nested stack whose template is not here. It is "" for others.
func (s *stack) decidedLater(name, attr string) string {
	d := s.t.index[name]
	switch {
	case d == nil:
		return ""
	case strings.HasPrefix(d.typ, "Custom::"), d.typ == "AWS::CloudFormation::CustomResource":
		return "attribute " + attr + " of custom resource " + name + " is made by its code"
	case strings.HasPrefix(attr, "Outputs.") && (d.typ == "AWS::CloudFormation::Stack" || d.typ == "AWS::Serverless::Application"):
		return "output " + strings.TrimPrefix(attr, "Outputs.") + " of nested stack " + name + ", whose template is not here"
	}
	return ""
}

func (w *world) sub(s *stack, n *node) graph.Value {
	arg := n.arg()
	vars := (*node)(nil)
	if arg.shape == list {
		if len(arg.items) != 2 || arg.items[1].shape != mapping {
			return w.wrong(n, "a text, or [text, {name: value}]")
		}
		arg, vars = arg.items[0], arg.items[1]
	}
	var text graph.Value
	switch {
	case arg.shape == scalar:
		text = arg.value
	case arg.shape == call && arg.fn == dynamicRef:
		text = arg.arg().value
	default:
		text = w.eval(s, arg)
	}
	literal, ok := text.Str()
	if !ok {
		return unresolved(n, text, "Fn::Sub needs a literal text")
	}
	parts := w.substitute(s, literal, vars, n.at)
	v := graph.NewText(n.at, parts...)
	if strings.Contains(literal, "{{resolve:") {
		v = w.dynamicParts(n, v)
	}
	return v
}

// substitute splits the text of Fn::Sub into parts.
func (w *world) substitute(s *stack, text string, vars *node, at *graph.Evidence) []graph.Part {
	var parts []graph.Part
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			return append(parts, graph.Part{Literal: text})
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			return append(parts, graph.Part{Literal: text})
		}
		parts = append(parts, graph.Part{Literal: text[:i]})
		name := text[i+2 : i+j]
		if rest, ok := strings.CutPrefix(name, "!"); ok {
			parts = append(parts, graph.Part{Literal: "${" + rest + "}"})
		} else {
			parts = append(parts, textParts(w.variable(s, strings.TrimSpace(name), vars, at))...)
		}
		text = text[i+j+1:]
	}
}

func (w *world) variable(s *stack, name string, vars *node, at *graph.Evidence) graph.Value {
	if v := vars.get(name); v != nil {
		return w.eval(s, v)
	}
	if constant, ok := rainVariable(name); ok && s.t.constants != nil {
		return w.rainConstant(s, constant, at)
	}
	if strings.HasPrefix(name, "AWS::") || s.t.byName[name] != nil {
		return w.named(s, name, at)
	}
	if _, ok := w.resourceID(s, name, at); ok {
		return w.named(s, name, at)
	}
	if id, attr, ok := strings.Cut(name, "."); ok {
		return w.attribute(s, id, attr, at)
	}
	return w.named(s, name, at)
}

// dynamic resolves a text with {{resolve:service:reference}}.
func (w *world) dynamic(n *node) graph.Value { return w.dynamicParts(n, n.arg().value) }

func (w *world) dynamicParts(n *node, v graph.Value) graph.Value {
	var out []graph.Part
	for _, p := range v.Parts() {
		text := p.Literal
		for {
			i := strings.Index(text, "{{resolve:")
			j := -1
			if i >= 0 {
				j = strings.Index(text[i:], "}}")
			}
			if j < 0 {
				break
			}
			reference := text[i+len("{{resolve:") : i+j]
			out = append(out, graph.Part{Literal: text[:i]}, graph.Part{Unknown: "dynamic reference " + reference})
			text = text[i+j+2:]
		}
		p.Literal = text
		out = append(out, p)
	}
	if name, ok := strings.CutPrefix(starred(v), "{{resolve:ssm:"); ok && strings.Contains(name, "*") && strings.Index(name, "}}") == len(name)-2 {
		if set := w.ssm(strings.TrimSuffix(name, "}}"), n.at, v.Reason()); !set.IsUnknown() {
			return set
		}
	}
	if len(out) == 2 && out[0].Literal == "" && out[1].Unknown != "" || len(out) == 3 && out[0].Literal == "" && out[2] == (graph.Part{}) {
		if service, name, _ := strings.Cut(strings.TrimPrefix(out[1].Unknown, "dynamic reference "), ":"); service == "ssm" {
			return w.ssm(name, n.at, out[1].Unknown)
		}
		return graph.NewUnknown(n.at, out[1].Unknown)
	}
	return graph.NewText(n.at, out...)
}
