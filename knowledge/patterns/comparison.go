package patterns

import (
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// comparison sets a system beside its description, and lists what differs.
type comparison struct {
	*transcriber
	out *Transcript
}

// remade are the kinds that the generator writes anew from the connections.
var remade = map[graph.Kind]bool{graph.Role: true, graph.Policy: true, graph.LogGroup: true}

func (c comparison) compare() {
	for _, n := range c.g.Nodes {
		if c.twin(n) == nil {
			c.lostNode(n)
			continue
		}
		c.compareNode(n, c.twin(n))
	}
	said := map[string]bool{}
	for _, e := range c.g.Edges {
		if _, ok := writtenKinds[e.Kind]; !ok || c.twin(e.From) == nil || c.twin(e.To) == nil {
			continue
		}
		c.compareEdge(e, said)
	}
	c.added()
}

// added lists nodes and connections that the system does not have.
func (c comparison) added() {
	system := map[string]*graph.Node{}
	for n, id := range c.names {
		system[id] = n
	}
	for _, n := range c.out.Design.Graph.Nodes {
		if system[n.ID] == nil && !remade[n.Kind] {
			c.out.Added = append(c.out.Added, n.ID)
		}
	}
	for _, e := range c.out.Design.Graph.Edges {
		from, to := system[e.From.ID], system[e.To.ID]
		if _, ok := writtenKinds[e.Kind]; !ok || from == nil || to == nil || c.joined(from, to, e.Kind) {
			continue
		}
		c.out.Added = append(c.out.Added, e.From.ID+" "+string(e.Kind)+" "+e.To.ID)
	}
}

func (c comparison) joined(from, to *graph.Node, kind graph.EdgeKind) bool {
	for _, e := range c.g.Out(from, kind) {
		if e.To == to {
			return true
		}
	}
	return false
}

// twin is the node of the description that stands for a node of the system; nil where none does.
func (c comparison) twin(n *graph.Node) *graph.Node {
	id, ok := c.names[n]
	if !ok {
		return nil
	}
	return c.out.Design.Graph.Node(id)
}

func (c comparison) lose(l Loss) { c.out.Lost = append(c.out.Lost, l) }

func (c comparison) lostNode(n *graph.Node) {
	l := Loss{Of: LostResource, Resource: n.ID, What: n.Type, Why: "is not carried: the generator has no word for it"}
	switch {
	case n.External:
		return // not made by this system
	case remade[n.Kind]:
		l.Of, l.Why = LostPlumbing, "is written anew"
	case c.names[n] != "":
		l.Why = "is not carried: " + c.left["/nodes/"+c.names[n]]
	default:
		l.Foreign = true
	}
	c.lose(l)
}

// compareNode compares the settings that are written.
func (c comparison) compareNode(n, twin *graph.Node) {
	if n.Type != twin.Type {
		c.lose(Loss{Of: LostSetting, Resource: n.ID, What: "type", Why: "is " + twin.Type + ", not " + n.Type + ": a new resource, which has none of the old one's data"})
	}
	if n.Kind == graph.StateMachine {
		c.lose(Loss{Of: LostSetting, Resource: n.ID, What: "the definition", Why: "is replaced: the code calls its functions one after another, without its choices, waits, branches and retries"})
	}
	if isAPI(n.Kind) {
		c.compareAPI(n, twin)
	}
	for _, f := range n.Resource.Properties.Fields() {
		name := graph.LowerFirst(f.Name)
		if n.Kind == graph.StateMachine && strings.HasPrefix(name, "definition") {
			continue
		}
		if rightsOf[name] || onEdges[name] && (n.Kind == graph.Rule || n.Kind == graph.Schedule) || bySAM(n, f) ||
			n.Kind == graph.Function && (name == "code" || name == "packageType" && f.Value.String() == "Zip") {
			continue
		}
		if in, _ := twin.Setting("network").Truth(); in && name == "vpcConfig" {
			c.lose(Loss{Of: LostSetting, Resource: n.ID, What: name, Why: "is asked for anew: network, subnets and security group are inputs of the stack"})
			continue
		}
		c.compareValue(n, name, n.Setting(name), twin.Setting(name))
	}
}

// stageNames are the properties of a stage that name it and its parts.
var stageNames = map[string]bool{"RestApiId": true, "ApiId": true, "DeploymentId": true, "StageName": true, "AutoDeploy": true, "ResourceId": true, "Tags": true,
	"AccessLogSetting": true, "AccessLogSettings": true, "TracingEnabled": true}

// compareAPI compares how callers are let in, and the settings of the stages.
func (c comparison) compareAPI(n, twin *graph.Node) {
	way, _ := twin.Setting("authorizer").Str()
	if ways := waysIn(n); len(ways) > 1 || len(ways) == 1 && sameWay[ways[0]] != way {
		c.lose(Loss{Of: LostSetting, Resource: n.ID, What: "authorizer", Why: "is " + way + " on every route, in place of " + strings.Join(ways, ", ")})
	}
	for _, stage := range n.Setting("stages").Each() {
		for _, f := range stage.Fields() {
			if !stageNames[f.Name] {
				c.lose(Loss{Of: LostSetting, Resource: n.ID, What: "stage " + stage.Get("StageName").String() + " " + graph.LowerFirst(f.Name), Why: "is not carried, but for ceilings of all routes"})
			}
		}
	}
}

// sameWay are the words of descriptions for the ways in which routes let callers in.
var sameWay = map[string]string{"NONE": "none", "AWS_IAM": "iam", "COGNITO_USER_POOLS": "cognito"}

// rightsOf are the properties that name roles: the generator writes its own.
var rightsOf = map[string]bool{"role": true, "roleArn": true}

// onEdges are the properties of rules and schedules that join them with others.
var onEdges = map[string]bool{"targets": true, "target": true, "eventBusName": true}

// bySAM tells whether a property is what SAM puts on or into what it makes: its tag, and an API's routes.
func bySAM(n *graph.Node, f graph.Field) bool {
	items := f.Value.Items()
	return isAPI(n.Kind) && f.Name == "Body" && n.Resource.Source != "" || f.Name == "Tags" && len(items) == 1 && items[0].Get("Key").String() == "lambda:createdBy"
}

// compareValue compares mappings field by field: the description's may say more.
func (c comparison) compareValue(n *graph.Node, path string, want, got graph.Value) {
	if want.Kind == graph.Map && got.Kind == graph.Map {
		for _, f := range want.Fields() {
			c.compareValue(n, path+"."+f.Name, f.Value, got.Get(f.Name))
		}
		return
	}
	if unordered[path] && want.Kind == graph.List && got.Kind == graph.List && c.asSet(want) == c.asSet(got) {
		return
	}
	l := Loss{Of: LostSetting, Resource: n.ID, What: path}
	switch {
	case !want.Exists() || want.Kind == graph.Null:
		return
	case want.IsUnknown() && got.Exists():
		l.Why = "is not known (" + want.Reason() + "): " + clip(got.String()) + " stands for it"
	case !got.Exists():
		l.Why = "is not carried"
	case c.spell(want) == got.String():
		return
	default:
		l.Why = "is " + clip(got.String()) + ", not " + clip(c.spell(want))
	}
	c.lose(l)
}

// unordered are the lists whose order says nothing.
var unordered = map[string]bool{"attributeDefinitions": true, "globalSecondaryIndexes": true}

// asSet spells a list without its order, and its items without the order of their fields. Capacity is another matter.
func (c comparison) asSet(v graph.Value) string {
	var items []string
	for _, item := range v.Items() {
		var fields []string
		for _, f := range item.Fields() {
			if f.Name != "ProvisionedThroughput" {
				fields = append(fields, f.Name+": "+c.spell(f.Value))
			}
		}
		sort.Strings(fields)
		items = append(items, strings.Join(fields, ", "))
	}
	sort.Strings(items)
	return strings.Join(items, "; ")
}

var reference = lazy.Regexp(`\$\{([^}.]+)((?:\.[^}]*)?)\}`)

// spell writes a value with the description's names.
func (c comparison) spell(v graph.Value) string {
	return reference().ReplaceAllStringFunc(v.String(), func(s string) string {
		m := reference().FindStringSubmatch(s)
		if id := c.out.Names[m[1]]; id != "" {
			return "${" + id + m[2] + "}"
		}
		return s
	})
}

func (c comparison) compareEdge(e *graph.Edge, said map[string]bool) {
	to := c.names[e.To]
	label := ""
	if isAPI(e.From.Kind) {
		label = routeOf(e)
	}
	words := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s", e.From.ID, label, e.Kind, e.To.ID)), " ")
	if said[words] {
		return
	}
	said[words] = true
	for _, twin := range c.out.Design.Graph.Out(c.twin(e.From), e.Kind) {
		if twin.To.ID == to && (label == "" || twin.Label == label) {
			c.compareEdgeSettings(e, twin)
			return
		}
	}
	l := Loss{Of: LostConnection, Resource: e.From.ID, What: words, Why: "is not carried"}
	if e.Strength == graph.Wildcard {
		l.Of, l.Why = LostPlumbing, "is not carried: only a right with wildcards allows it"
	}
	for path, written := range c.ends {
		if written.From == e.From && written.To == e.To && written.Kind == e.Kind && routeOf(written) == routeOf(e) && c.left[path] != "" {
			l.Why = "is not carried: " + c.left[path]
		}
	}
	c.lose(l)
}

func isAPI(k graph.Kind) bool {
	return k == graph.HTTPAPI || k == graph.RestAPI || k == graph.WebSocketAPI
}

// compareEdgeSettings compares what is written on a mapping, a subscription or a target. A route's own settings are its
// API's matter.
func (c comparison) compareEdgeSettings(e, twin *graph.Edge) {
	if isAPI(e.From.Kind) || e.From.Kind == graph.EventBus || e.From.Kind == graph.StateMachine || e.Kind == graph.Reads || e.Kind == graph.Writes {
		return
	}
	for _, f := range e.Settings.Fields() {
		if ends[f.Name] {
			continue
		}
		name := graph.LowerFirst(f.Name)
		if name == "filterCriteria" && sameFilters(e.Setting(name), twin.Setting(name)) {
			continue
		}
		c.compareValue(e.From, "-> "+e.To.ID+" "+name, e.Setting(name), twin.Setting(name))
	}
}

// ends are the fields of an edge's resource that name its two ends and how they are joined.
var ends = map[string]bool{"EventSourceArn": true, "FunctionName": true, "Arn": true, "Id": true, "RoleArn": true, "Endpoint": true, "Protocol": true,
	"TopicArn": true, "deadLetterTargetArn": true, "Region": true}

// Notes says in sentences what is lost, a line for each resource.
func (t *Transcript) Notes() []string {
	var order []string
	lines := map[string][]string{}
	plumbing := 0
	for _, l := range t.Lost {
		text := ""
		switch l.Of {
		case LostPlumbing:
			plumbing++
			continue
		case LostResource:
			text = l.Resource + " (" + l.What + ") " + l.Why
		case LostConnection:
			text = l.What + " " + l.Why
		case LostSetting:
			if lines[l.Resource] == nil {
				order = append(order, l.Resource)
			}
			lines[l.Resource] = append(lines[l.Resource], l.What+" "+l.Why)
			continue
		}
		order = append(order, text)
	}
	var out []string
	for _, key := range order {
		if settings := lines[key]; settings != nil {
			sort.Strings(settings)
			key += ": " + strings.Join(settings, "; ")
		}
		out = append(out, key+".")
	}
	if plumbing > 0 {
		out = append(out, fmt.Sprintf("%d roles, policies, log groups and rights with wildcards are left out: the generated code makes its own from the connections.", plumbing))
	}
	return out
}
