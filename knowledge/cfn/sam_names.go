package cfn

import (
	"encoding/json"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// samString is what SAM sees of a property when it makes ids: a literal, or a parameter's given or default value,
// the same in all scenarios. For anything else, such as Fn::Sub, SAM has no text.
func samString(w *world, s *stack, n *node) (string, bool) {
	if t, ok := n.text(); ok {
		return t, true
	}
	if n == nil {
		return "", false
	}
	if name, ok := n.refName(); ok {
		if p := s.t.byName[name]; p != nil {
			if given, ok := w.loader.given(s, p); ok {
				return given, true
			}
			return p.def.text()
		}
	}
	return "", false
}

// samJSON spells a node as Python's json.dumps does with sorted keys and no spaces, parameters resolved.
func samJSON(s *stack, n *node) string {
	var b strings.Builder
	writeJSON(&b, s, n)
	return b.String()
}

func writeJSON(b *strings.Builder, s *stack, n *node) {
	switch n.shape {
	case scalar:
		switch n.value.Kind {
		case graph.Null:
			b.WriteString("null")
		case graph.Bool, graph.Number:
			b.WriteString(literal(n.value))
		default:
			b.WriteString(quoteASCII(literal(n.value)))
		}
	case list:
		b.WriteByte('[')
		for i, it := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, s, it)
		}
		b.WriteByte(']')
	case mapping:
		entries := append([]entry(nil), n.entries...)
		sort.SliceStable(entries, func(i, j int) bool { return entries[i].name < entries[j].name })
		b.WriteByte('{')
		for i, e := range entries {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteASCII(e.name) + ":")
			writeJSON(b, s, e.node)
		}
		b.WriteByte('}')
	case call:
		writeCall(b, s, n)
	}
}

func writeCall(b *strings.Builder, s *stack, n *node) {
	if n.fn == dynamicRef {
		writeJSON(b, s, n.arg())
		return
	}
	if name, ok := n.refName(); ok {
		if p := s.t.byName[name]; p != nil {
			if v, ok := p.def.text(); ok {
				b.WriteString(quoteASCII(v))
				return
			}
		}
	}
	b.WriteString("{" + quoteASCII(n.fn) + ":")
	if t, ok := n.arg().text(); ok && n.fn == "Fn::GetAtt" {
		name, attr, _ := strings.Cut(t, ".")
		b.WriteString("[" + quoteASCII(name) + "," + quoteASCII(attr) + "]")
	} else {
		writeArgument(b, s, n)
	}
	b.WriteByte('}')
}

// writeArgument writes the argument of a function; in the text of Fn::Sub parameters are resolved.
func writeArgument(b *strings.Builder, s *stack, n *node) {
	t, ok := n.arg().text()
	if n.fn != "Fn::Sub" || !ok {
		writeJSON(b, s, n.arg())
		return
	}
	for _, p := range s.t.parameters {
		if v, ok := p.def.text(); ok {
			t = strings.ReplaceAll(t, "${"+p.name+"}", v)
		}
	}
	b.WriteString(quoteASCII(t))
}

// quoteASCII quotes a text as JSON with all but ASCII escaped.
func quoteASCII(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return `""`
	}
	var b strings.Builder
	for _, r := range string(quoted) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			b.WriteString(escape(0xd800+(r>>10)) + escape(0xdc00+(r&0x3ff)))
		default:
			b.WriteString(escape(r))
		}
	}
	return pythonEscapes.Replace(b.String())
}

// pythonEscapes undoes the escapes that Go's JSON has and Python's has not.
var pythonEscapes = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

func escape(r rune) string {
	const hex = "0123456789abcdef"
	return `\u` + string([]byte{hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15]})
}

// property is the node of a property of a declared resource, Globals merged in.
func (s *stack) property(logical string, path ...string) *node {
	d := s.t.index[logical]
	if d == nil {
		return nil
	}
	n := d.body.get("Properties")
	for _, p := range path {
		n = n.get(p)
	}
	return n
}

// stageID is the id of an API's stage.
func (s *stack) stageID(api string) string {
	d := s.t.index[api]
	if d.typ == "AWS::Serverless::Api" {
		stage, _ := s.property(api, "StageName").text() // SAM looks at literal names only
		return suffixed(api, stage, "Stage")
	}
	n := s.property(api, "StageName")
	stage, _ := n.text()
	switch {
	case d.typ == "AWS::Serverless::WebSocketApi" && (n == nil || stage == "default"):
		return api + "DefaultStage"
	case d.typ == "AWS::Serverless::WebSocketApi":
		return api + stage + "Stage"
	case n == nil, stage == "$default":
		return api + "ApiGatewayDefaultStage"
	}
	return suffixed(api, stage, "Stage")
}

// aliasID is the id of a function's alias.
func aliasID(function, alias string) string {
	return function + "Alias" + strings.NewReplacer("-", "D", "_", "U").Replace(alias)
}

// domainID is the id of the domain name resource: it depends on the name as written.
func (w *world) domainID(s *stack, api string) string {
	n := s.property(api, "Domain", "DomainName")
	if n == nil {
		return ""
	}
	name, ok := samString(w, s, n)
	if !ok {
		name = samJSON(s, n)
	}
	switch kind, _ := samString(w, s, s.property(api, "Domain", "EndpointConfiguration")); {
	case s.t.index[api].typ != "AWS::Serverless::Api", kind == "PRIVATE":
		return "ApiGatewayDomainNameV2" + shortHash(name)
	}
	return "ApiGatewayDomainName" + shortHash(name)
}

// samReference is the id that a reference to something generated stands for: Function.Alias, Api.Stage, a layer,
// or the generated resource's own id.
func (w *world) samReference(s *stack, name string) (string, bool) {
	if head, tail, ok := strings.Cut(name, "."); ok {
		d := s.t.index[head]
		if d == nil {
			return "", false
		}
		id := w.referable(s, d, tail)
		return s.generatedID(head, id), id != ""
	}
	src := ""
	for _, d := range s.t.resources {
		if strings.HasPrefix(d.typ, samPrefix) && strings.HasPrefix(name, d.name) && len(d.name) > len(src) {
			src = d.name
		}
	}
	for _, own := range []string{codeDeployApp, codeDeployOwn, "ApiGatewayDomainName", "RecordSetGroup", "ServerlessUsagePlan", "ServerlessApiKey"} {
		if strings.HasPrefix(name, own) {
			src = name
		}
	}
	return s.generatedID(src, name), src != ""
}

// referable is the generated id behind RESOURCE.NAME, "" if there is none.
func (w *world) referable(s *stack, d *declared, name string) string {
	switch d.typ + "/" + name {
	case "AWS::Serverless::Function/Alias":
		alias, _ := samString(w, s, s.property(d.name, "AutoPublishAlias"))
		if alias == "" {
			return ""
		}
		return aliasID(d.name, alias)
	case "AWS::Serverless::Function/Version":
		return d.name + "Version" + s.contentHash(d.name)
	case "AWS::Serverless::Function/DestinationQueue":
		return d.name + "EventInvokeConfig" + destinationOf(s, d.name, "SQS") + "Queue"
	case "AWS::Serverless::Function/DestinationTopic":
		return d.name + "EventInvokeConfig" + destinationOf(s, d.name, "SNS") + "Topic"
	case "AWS::Serverless::Api/Stage", "AWS::Serverless::HttpApi/Stage", "AWS::Serverless::WebSocketApi/Stage":
		return s.stageID(d.name)
	case "AWS::Serverless::Api/Deployment":
		return d.name + "Deployment" + s.contentHash(d.name)
	case "AWS::Serverless::Api/DomainName", "AWS::Serverless::Api/DomainNameV2", "AWS::Serverless::HttpApi/DomainName",
		"AWS::Serverless::WebSocketApi/DomainName":
		return w.domainID(s, d.name)
	case "AWS::Serverless::Api/UsagePlan", "AWS::Serverless::Api/UsagePlanKey", "AWS::Serverless::Api/ApiKey":
		if kind, _ := s.property(d.name, "Auth", "UsagePlan", "CreateUsagePlan").text(); kind == "SHARED" {
			return "Serverless" + name
		}
		return d.name + name
	}
	return ""
}

// destinationOf tells which destination of a function SAM makes a queue or topic for.
func destinationOf(s *stack, function, kind string) string {
	for _, on := range []string{"OnSuccess", "OnFailure"} {
		n := s.property(function, "EventInvokeConfig", "DestinationConfig", on)
		if t, ok := n.get("Type").text(); ok && t == kind {
			return on
		}
	}
	return "OnFailure"
}
