package cfn

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// The ids that SAM gives to the APIs it makes for events that name none, and to what its deployments share.
const (
	implicitRest  = "ServerlessRestApi"
	implicitHTTP  = "ServerlessHttpApi"
	codeDeployApp = "ServerlessDeploymentApplication"
	codeDeployOwn = "CodeDeployServiceRole"
)

// expander turns the SAM resources of one stack, in one scenario, into those that CloudFormation deploys, with the
// ids that SAM gives them. It stands for aws-sam-translator; where that stops with an error the expander makes what
// it can and records a gap.
type expander struct {
	w    *world
	s    *stack
	raw  []*graph.Resource
	byID map[string]*graph.Resource // by logical id, as written

	made    map[string][]*graph.Resource // what a written resource came to
	changed map[string]*graph.Resource   // written resources that events add to: buckets, user pools
	bodies  map[string]graph.Value       // OpenAPI documents of SAM's own APIs, while routes are added
	deploys []*graph.Resource            // functions with gradual deployments
	plans   planned
}

// expand replaces SAM resources by what they generate. Other resources stay as they are.
func (w *world) expand(s *stack, raw []*graph.Resource) []*graph.Resource {
	x := &expander{w: w, s: s, raw: raw, byID: make(map[string]*graph.Resource, len(raw)), made: make(map[string][]*graph.Resource, len(raw)),
		changed: map[string]*graph.Resource{}, bodies: map[string]graph.Value{}, plans: planned{noKey: map[string]bool{}}}
	for _, r := range raw {
		x.byID[r.LogicalID] = r
	}
	x.prepareAPIs()
	for _, r := range raw { // functions and machines first: their events add routes to the APIs
		switch r.Type {
		case "AWS::Serverless::Function":
			x.function(r)
		case "AWS::Serverless::StateMachine":
			x.stateMachine(r)
		}
	}
	for _, r := range x.raw {
		if expand := samTypes[r.Type]; expand != nil {
			expand(x, r)
		} else if strings.HasPrefix(r.Type, samPrefix) && x.made[r.LogicalID] == nil {
			x.made[r.LogicalID] = []*graph.Resource{r}
			w.loader.gapAt(r.ID, r.At, "%s is not a type that SAM is known to have: what it generates is left out", r.Type)
		}
	}
	var out []*graph.Resource
	for _, r := range x.raw {
		switch {
		case x.changed[r.LogicalID] != nil:
			out = append(out, x.changed[r.LogicalID])
		case x.made[r.LogicalID] != nil:
			out = append(out, x.made[r.LogicalID]...)
		case r.LogicalID == implicitRest && r.At == nil, r.LogicalID == implicitHTTP && r.At == nil:
			// no event of this scenario uses the implicit API
		default:
			out = append(out, r)
		}
	}
	out = append(out, x.deployment()...)
	out = append(out, x.sharedPlan()...)
	out = append(out, x.plans.zones...)
	return x.connectors(dedupe(out))
}

// dedupe keeps the last resource of each id at the first one's place: SAM lets later ones overwrite earlier ones.
func dedupe(in []*graph.Resource) []*graph.Resource {
	index := make(map[string]int, len(in))
	out := make([]*graph.Resource, 0, len(in))
	for _, r := range in {
		if i, ok := index[r.ID]; ok {
			out[i] = r
			continue
		}
		index[r.ID] = len(out)
		out = append(out, r)
	}
	return out
}

// samTypes are the types beside functions and state machines.
var samTypes map[string]func(*expander, *graph.Resource)

func init() {
	samTypes = map[string]func(*expander, *graph.Resource){
		"AWS::Serverless::Api":              (*expander).restAPI,
		"AWS::Serverless::HttpApi":          (*expander).httpAPI,
		"AWS::Serverless::SimpleTable":      (*expander).simpleTable,
		"AWS::Serverless::LayerVersion":     (*expander).layer,
		"AWS::Serverless::Application":      (*expander).application,
		"AWS::Serverless::Connector":        (*expander).connectorResource,
		"AWS::Serverless::GraphQLApi":       (*expander).graphQL,
		"AWS::Serverless::WebSocketApi":     (*expander).webSocketAPI,
		"AWS::Serverless::CapacityProvider": (*expander).capacityProvider,
		"AWS::Serverless::WebFunction":      (*expander).webFunction,
		"AWS::Serverless::MicrovmImage":     (*expander).microVMImage,
		"AWS::Serverless::NetworkConnector": (*expander).networkConnector,
	}
}

// resource makes a generated resource of src.
func (x *expander) resource(src *graph.Resource, logical, typ string, at *graph.Evidence, fields ...graph.Field) *graph.Resource {
	if at == nil {
		at = src.At
	}
	r := &graph.Resource{ID: x.s.generatedID(src.LogicalID, logical), LogicalID: logical, File: src.File, Stack: src.Stack, Type: typ,
		At: at, Condition: src.Condition, Properties: obj(at, fields...), Source: src.ID, SourceType: src.Type}
	if kept := pass(src.Attributes, "DeletionPolicy", "UpdateReplacePolicy"); kept != nil {
		r.Attributes = obj(at, kept...)
	}
	return r
}

// primary makes the resource that carries on the id of src, with its attributes and metadata.
func (x *expander) primary(src *graph.Resource, typ string, fields ...graph.Field) *graph.Resource {
	r := x.resource(src, src.LogicalID, typ, src.At, fields...)
	r.Attributes, r.Metadata, r.Path, r.Unread = src.Attributes, src.Metadata, src.Path, src.Unread
	return r
}

// ref is a reference to a resource of this stack by its logical id; src is what generated it, or itself.
func (x *expander) ref(at *graph.Evidence, src, logical, attribute string) graph.Value {
	return graph.NewRef(at, x.s.generatedID(src, logical), attribute)
}

func (x *expander) put(src *graph.Resource, made ...*graph.Resource) {
	x.made[src.LogicalID] = append(x.made[src.LogicalID], made...)
}

func (x *expander) gap(src *graph.Resource, at *graph.Evidence, format string, args ...any) {
	if at == nil {
		at = src.At
	}
	x.w.loader.gapAt(src.ID, at, format, args...)
}

// pseudo is a pseudo parameter's text.
func (x *expander) pseudo(at *graph.Evidence, name string) graph.Value {
	return x.w.pseudo(x.s, "AWS::"+name, at)
}

// arn makes an ARN of this region and account.
func (x *expander) arn(at *graph.Evidence, service string, resource ...any) graph.Value {
	pieces := []any{"arn:", x.pseudo(at, "Partition"), ":" + service + ":", x.pseudo(at, "Region"), ":", x.pseudo(at, "AccountId"), ":"}
	return text(at, append(pieces, resource...)...)
}

// generatedID is the graph id of something that is generated for src.
func (s *stack) generatedID(src, logical string) string {
	if s.double[src] || s.double[logical] {
		return s.name + "#" + logical
	}
	return logical
}

// shortHash is how SAM tells apart ids that depend on content.
func shortHash(s string) string {
	if s == "" {
		return ""
	}
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:])[:10]
}

// suffixed is prefix+suffix, or prefix and a hash where the suffix has other characters than letters and digits.
func suffixed(prefix, suffix, tail string) string {
	if alphanumeric(suffix) {
		return prefix + suffix + tail
	}
	return prefix + tail + shortHash(suffix)
}

func alphanumeric(s string) bool {
	for _, c := range s {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return s != ""
}

// contentHash is a short hash of a resource as written. SAM hashes what it deploys, such as the place of uploaded
// code, which a template before packaging does not know: these ten characters differ from SAM's.
func (s *stack) contentHash(logical string) string {
	d := s.t.index[logical]
	if d == nil {
		return shortHash(logical)
	}
	h, ok := s.hashes[logical]
	if !ok {
		if s.hashes == nil {
			s.hashes = map[string]string{}
		}
		h = shortHash(samJSON(s, d.body))
		s.hashes[logical] = h
	}
	return h
}
