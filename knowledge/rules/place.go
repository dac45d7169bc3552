package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// placeOf names the written resource behind r: for what SAM generates, the SAM resource.
func placeOf(n *graph.Node, r *graph.Resource) Place {
	if r == nil {
		typ := ""
		if n != nil {
			typ = n.Type
			if n.Resource != nil {
				return placeOf(n, n.Resource)
			}
			return Place{ID: n.ID, Type: typ}
		}
		return Place{}
	}
	if r.Source != "" {
		return Place{ID: plainID(r.Source), Type: r.SourceType, File: r.File}
	}
	id := r.LogicalID
	if id == "" {
		id = plainID(r.ID)
	}
	return Place{ID: id, Type: r.Type, File: r.File}
}

// plainID takes the file off a graph id.
func plainID(id string) string { return id[strings.LastIndexByte(id, '#')+1:] }

// evidenceOf turns a value into evidence. What is not written has the place of the resource that lacks it.
func evidenceOf(v graph.Value, at *graph.Evidence) Evidence {
	e := Evidence{Origin: v.Origin.String(), Reason: v.Reason()}
	if v.At != nil {
		at = v.At
	}
	if at != nil {
		e.File, e.Line, e.Path = at.File, at.Line, at.Path
	}
	switch v.Kind {
	case graph.Absent:
		e.Origin = graph.Default.String()
	case graph.Bool, graph.Number:
		e.Value = v.Plain()
	case graph.Unknown:
	default:
		// What stands in an environment may be a secret: the name in Path says enough.
		if !strings.Contains(e.Path, "/Environment/Variables/") {
			e.Value = short(v.String())
		}
	}
	if e.Reason != "" {
		e.Origin = graph.Undecided.String()
	}
	return e
}

// chosen tells whether a value stands in a branch of Fn::If: the author has decided it for some stages only, so a
// value that is less than ideal there (no backups outside production) is no oversight.
func chosen(v graph.Value) bool { return v.At != nil && strings.Contains(v.At.Path, "/Fn::If/") }

// short cuts a value to what fits beside a finding.
func short(s string) string {
	const most = 160
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// SetPatch is the JSON patch that sets a property of r to a value, or nil where the template's own spelling of
// it is not known: a setting that SAM derives from another name, or a value that stands elsewhere. For a Ref to a parameter
// it sets the parameter's default, and adds the value to those that are allowed.
func SetPatch(r *graph.Resource, v graph.Value, name string, to any) []PatchOp {
	if from := givenBy(v); from != nil {
		if from.Default == "" {
			return nil // the value is handed in
		}
		var ops []PatchOp
		if from.Allowed != "" && !slices.Contains(from.AllowedValues, fmt.Sprint(to)) {
			ops = append(ops, PatchOp{Op: "add", Path: from.Allowed + "/-", Value: to})
		}
		return append(ops, PatchOp{Op: "replace", Path: from.Default, Value: to})
	}
	if v.Exists() && (v.Origin == graph.Known || v.Origin == graph.Live) && v.At != nil && strings.HasSuffix(v.At.Path, "/"+name) {
		return []PatchOp{{Op: "replace", Path: v.At.Path, Value: to}}
	}
	if r == nil || r.Source != "" || r.At == nil || r.At.Path == "" || v.Exists() && v.Origin != graph.Default {
		return nil
	}
	if !r.Properties.Exists() {
		return []PatchOp{{Op: "add", Path: r.At.Path + "/Properties", Value: map[string]any{name: to}}}
	}
	return []PatchOp{{Op: "add", Path: r.At.Path + "/Properties/" + name, Value: to}}
}

// givenBy is the parameter that a value is a Ref to, nil where it is none.
func givenBy(v graph.Value) *graph.Given {
	if v.At == nil || v.IsUnknown() {
		return nil
	}
	return v.At.From
}

// atParameter is the last sentence of a fix that is to be made at a parameter, where the fix does not say so itself.
func atParameter(h Hit) string {
	if len(h.Patch) == 0 || len(h.Values) == 0 {
		return ""
	}
	from := givenBy(h.Values[0])
	if from == nil || h.Patch[len(h.Patch)-1].Path != from.Default || strings.Contains(h.Fix, "parameter "+from.Name+" ") {
		return ""
	}
	return " It is the default of parameter " + from.Name + ": change it there, and pass it when you update stacks that exist."
}

// lowerFirst is a sentence as it goes on within another one.
func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// intent reads what the author says about a resource in Metadata, key serverless-review (public, role,
// idempotent, ordering, stage ...). "" where nothing is said.
func intent(n *graph.Node, key string) string {
	if n.Resource == nil {
		return ""
	}
	return declared(n.Resource, key)
}

// declared is intent for a resource. What is said to be false is not said.
func declared(r *graph.Resource, key string) string {
	v := r.Metadata.Get("serverless-review", key)
	if is, ok := v.Truth(); ok && !is {
		return ""
	}
	s, _ := v.Str()
	return s
}

// mayLose tells whether Metadata says of a resource that what it carries may be lost.
func mayLose(r *graph.Resource) bool {
	if r == nil {
		return false
	}
	role := declared(r, "role")
	return role == "ephemeral" || role == "telemetry" || declared(r, "loss") != "" || declared(r, "telemetry") != ""
}

// edgeIntent is the first answer that the Metadata of what stands between two things, or of these, gives: who states
// how a mapping is meant may write it on any of the three.
func edgeIntent(e *graph.Edge, key string) string {
	if e.Via != nil {
		if s := declared(e.Via, key); s != "" {
			return s
		}
	}
	if s := intent(e.To, key); s != "" {
		return s
	}
	return intent(e.From, key)
}

// nameOf is the logical id of a thing, for messages, or what the files call one that is not in them: its ARN, or the
// parameter or import that names it.
func nameOf(n *graph.Node) string {
	id := plainID(n.ID)
	if n.Resource != nil || !n.External {
		return id
	}
	kind, rest, _ := strings.Cut(id, ":")
	switch {
	case kind == "kafka":
		return "self-managed Kafka"
	case kind == "unknown" && n.Kind == graph.Other:
		return "an unknown thing"
	case kind == "unknown":
		return "an unknown " + strings.ToLower(innerCapital().ReplaceAllString(string(n.Kind), "$1 $2"))
	case kind == "parameter" || kind == "import":
		return kind + " " + dotted(rest)
	}
	return dotted(id)
}

// dotted puts dots for the parts of a name that are not known: ${?why}.
func dotted(id string) string {
	before, rest, found := strings.Cut(id, "${?")
	if !found {
		return id
	}
	end := 0
	for depth := 1; end < len(rest) && depth > 0; end++ {
		switch rest[end] {
		case '{':
			depth++
		case '}':
			depth--
		}
	}
	return before + "…" + dotted(rest[end:])
}

// withKind names a thing with the word for its kind.
func withKind(word string, n *graph.Node) string {
	name := nameOf(n)
	if strings.HasPrefix(name, "an unknown ") {
		return name
	}
	return word + " " + name
}

var innerCapital = lazy.Regexp(`([a-z])([A-Z])`)

// unnamed tells whether the files leave open what a thing outside of them is called.
func unnamed(n *graph.Node) bool {
	return n.External && (strings.HasPrefix(n.ID, "unknown:") || strings.HasPrefix(n.ID, "kafka:unknown:") || strings.Contains(n.ID, "${?"))
}

// edgePlace is the place that makes an edge, as a further piece of evidence.
func edgePlace(edges ...*graph.Edge) []graph.Value {
	var out []graph.Value
	for _, e := range edges {
		if len(e.Evidence) > 0 {
			out = append(out, graph.NewString(&e.Evidence[0], string(e.Kind)+" "+nameOf(e.To)))
		}
	}
	return out
}

// written is v where something is written, else nothing at all, which has the place of the finding's resource.
func written(v graph.Value) graph.Value {
	if v.Exists() && v.Origin != graph.Default {
		return v
	}
	return graph.Value{}
}

// inGlobals is a fix with the word where it is written for an API that no resource declares, because SAM makes it for
// the events of functions. It is "" for all other APIs: their rule's own fix stands.
func inGlobals(api *graph.Node, fix string) string {
	if api.Resource == nil {
		return ""
	}
	switch api.Resource.WrittenID() {
	case "ServerlessRestApi":
		return fix + " SAM makes this API for its events: write it under Globals: Api."
	case "ServerlessHttpApi":
		return fix + " SAM makes this API for its events: write it under Globals: HttpApi."
	}
	return ""
}

// orInGlobals is a fix as it stands, or with the word of inGlobals.
func orInGlobals(api *graph.Node, fix string) string {
	return cmp.Or(inGlobals(api, fix), fix)
}

// names lists up to three things for a message.
func names(nodes []*graph.Node) string {
	var out []string
	seen := map[string]bool{}
	for _, n := range nodes {
		if name := nameOf(n); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return few(out)
}

// few lists up to three words for a message: "a, b and c".
func few(words []string) string {
	switch last := len(words) - 1; {
	case last > 2:
		return fmt.Sprintf("%s and %d more", strings.Join(words[:2], ", "), last-1)
	case last > 0:
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return strings.Join(words, "")
}

// spelled is the name of a property as the file spells it that n is written in.
func spelled(n *graph.Node, cloudFormation, sam string) string {
	if n.Resource != nil && strings.HasPrefix(n.Resource.SourceType, "AWS::Serverless::") {
		return sam
	}
	return cloudFormation
}

// seconds spells a duration with the word default where nothing is written.
func seconds(v graph.Value) string {
	s, _ := v.Str()
	if v.Origin == graph.Default {
		return s + " s (the default)"
	}
	return s + " s"
}

// carrier is the written resource that a value stands in, nil where that is not known. Settings that a thing collects
// from others (subscriptions of a topic) are found at those.
func carrier(g *graph.Graph, v graph.Value) *graph.Resource {
	if v.At == nil {
		return nil
	}
	rest, ok := strings.CutPrefix(v.At.Path, "/Resources/")
	if !ok {
		return nil
	}
	id, _, _ := strings.Cut(rest, "/")
	if own, ok := v.Get("ResourceId").Str(); ok {
		id = plainID(own)
	}
	for _, r := range g.Resources {
		if r.LogicalID == id && r.File == v.At.File && r.Source == "" {
			return r
		}
	}
	return nil
}

// stagePlace names the written stage behind an entry of an API's stages; nil where SAM makes it of the API.
func stagePlace(api *graph.Node, stage graph.Value) *Place {
	id, ok := stage.Get("ResourceId").Str()
	if !ok || stage.At == nil || api.Resource == nil && !api.External || api.Resource != nil && api.Resource.Source != "" {
		return nil
	}
	typ := "AWS::ApiGateway::Stage"
	switch {
	case api.Kind != graph.RestAPI:
		typ = "AWS::ApiGatewayV2::Stage"
	case stage.Get("StageDescription").Exists():
		typ = "AWS::ApiGateway::Deployment"
	}
	return &Place{ID: plainID(id), Type: typ, File: stage.At.File}
}

// stagesHere are the stages of an API that the files hold: all of it, or those made for an API of another stack.
func stagesHere(api *graph.Node) []graph.Value {
	stages := api.Setting("stages")
	if api.External && stages.IsUnknown() {
		return nil
	}
	return stages.Each()
}
