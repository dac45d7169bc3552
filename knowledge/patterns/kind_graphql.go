package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Bounds of a query where none are written: what screens need, far below what the service would let through.
const (
	queryDepth     = 5
	queryResolvers = 50
)

var _ = learn(func(g *grammar) {
	g.kind(graph.GraphQLAPI, "AWS::AppSync::GraphQLApi", map[string]reader{
		"authorizer":         extraWords("authorizer", "cognito", "iam"),
		"types":              readTypes,
		"queryDepthLimit":    whole("QueryDepthLimit", 1, 75),
		"resolverCountLimit": whole("ResolverCountLimit", 1, 10000),
		"webAcl":             truth(func(n *node, on bool) { n.setExtra("webAcl", n.bool(on)) }),
	})
	g.arrows[[2]graph.Kind{graph.GraphQLAPI, graph.UserPool}] = sureness
	g.arrows[[2]graph.Kind{graph.GraphQLAPI, graph.Table}] = sends
	for _, to := range []graph.Kind{graph.Function, graph.Queue, graph.EventBus, graph.StateMachine} {
		g.impossible[[2]graph.Kind{graph.GraphQLAPI, to}] = [2]string{"the generator resolves the fields of a GraphQL API from tables", "graphqlApi Mutation.createOrder -> table, table -> function"}
	}
})

// readTypes reads what an API gives out: the names of types, each with its fields and their JSON types.
func readTypes(_ *draft, n *node, name string, v graph.Value) error {
	want := "types with their fields, such as {Order: {orderId: string, total: number}}"
	if v.Kind != graph.Map {
		return wrong(*v.At, want, "%s of %s is %s", name, n.id, clip(v.String()))
	}
	for _, t := range v.Fields() {
		if !typeForm().MatchString(t.Name) || t.Value.Kind != graph.Map || len(t.Value.Fields()) == 0 || contains(graphQLWords, t.Name) {
			return wrong(*v.At, want, "%s of %s has %q", name, n.id, clip(t.Name))
		}
		for _, f := range t.Value.Fields() {
			if typ, _ := f.Value.Str(); !idForm().MatchString(f.Name) || !contains([]string{"string", "number", "integer", "boolean"}, typ) {
				return wrong(*v.At, "string, number, integer or boolean", "field %q of %s is %s", clip(f.Name), t.Name, clip(f.Value.String()))
			}
		}
	}
	n.setExtra("types", v)
	return nil
}

var (
	typeForm  = lazy.Regexp(`^[A-Z][A-Za-z0-9]{0,39}$`)
	fieldForm = lazy.Regexp(`^(Query\.(get|list)|Mutation\.(create|delete))([A-Z][A-Za-z0-9]{0,39})$`)
	// graphQLWords are types that every schema has, or that the generated one makes.
	graphQLWords = []string{"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID"}
)

// readField checks what stands between a GraphQL API and a table: the field that the table answers.
func (e *edge) readField(spec EdgeSpec) error {
	if e.kind == graph.Authorizes {
		if spec.Label != "" {
			return wrong(spec.at, `an edge such as "api -> users"`, "%q between %s and %s", clip(spec.Label), e.from.id, e.to.id)
		}
		return nil
	}
	m := fieldForm().FindStringSubmatch(spec.Label)
	if m == nil {
		return wrong(spec.at, `a field such as Query.getOrder, Query.listOrders, Mutation.createOrder or Mutation.deleteOrder`, "the field %q", clip(spec.Label))
	}
	e.label = spec.Label
	if strings.HasPrefix(e.label, "Query.") {
		e.kind = graph.Reads
	}
	return nil
}

// typeOf is the type that a field is about, "" where the API has none: Order of getOrder and of listOrders.
func (e *edge) typeOf() string {
	m := fieldForm().FindStringSubmatch(e.label)
	for _, name := range []string{m[4], strings.TrimSuffix(m[4], "s")} {
		if e.from.getExtra("types").Get(name).Exists() {
			return name
		}
	}
	return ""
}

// refuseGraphs finds GraphQL APIs whose fields no resolver could answer.
func (d *draft) refuseGraphs() error {
	for _, api := range d.ofKind(graph.GraphQLAPI) {
		fields, seen := d.out(api, graph.Reads, graph.Writes), map[string]bool{}
		if len(d.out(api, graph.Reads)) == 0 {
			return refusal(api.at, api.id+" Query.getOrder -> table", "%s has no query: GraphQL asks for one at least", api.id)
		}
		for _, e := range fields {
			if seen[e.label] {
				return refusal(e.at, "one table for each field", "%s has the field %s twice", api.id, e.label)
			}
			seen[e.label] = true
			if err := e.refuseField(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *edge) refuseField() error {
	key, sorted := e.to.partitionKey(), e.to.getExtra("sortKey")
	typ := e.typeOf()
	if typ == "" {
		return refusal(e.at, "types: {Order: {orderId: string}} for a field such as Query.getOrder", "%s %s: %s has no such type", e.from.id, e.label, e.from.id)
	}
	if strings.HasPrefix(e.label, "Query.list") && !sorted.Exists() {
		return refusal(e.to.at, "{kind: table, key: owner, sortKey: orderId}", "%s %s cannot be answered: without a sort key %s could only be read as a whole", e.from.id, e.label, e.to.id)
	}
	for _, k := range []graph.Value{key, sorted} {
		if !k.Exists() {
			continue
		}
		name := k.String()
		field := e.from.getExtra("types").Get(typ).Get(name)
		switch {
		case e.ownedBy() == name && field.Exists():
			return refusal(e.at, "leave "+name+" out of "+typ, "%s %s: the caller's own id is the key %s, which nobody may choose", e.from.id, e.label, name)
		case e.ownedBy() == name:
		case !field.Exists() || field.String() != "string":
			return refusal(e.at, "types: {"+typ+": {"+name+": string}}", "%s %s: the type %s has no text %s, which is a key of %s", e.from.id, e.label, typ, name, e.to.id)
		}
	}
	return nil
}

// ownedBy is the partition key that the caller's own id fills, "" where the caller names it: users of a pool see their
// own items of a table that has a sort key.
func (e *edge) ownedBy() string {
	way, _ := e.from.getExtra("authorizer").Str()
	if way == "iam" || !e.to.getExtra("sortKey").Exists() {
		return ""
	}
	return e.to.partitionKey().String()
}

// completeGraphs gives a GraphQL API an authorizer, bounds, logs, traces and a web ACL.
func (d *draft) completeGraphs() {
	for _, api := range d.ofKind(graph.GraphQLAPI) {
		d.completeAuthorizer(api)
		way, _ := api.getExtra("authorizer").Str()
		name := d.blueprint.Name
		if len(d.ofKind(graph.GraphQLAPI)) > 1 {
			name += "-" + api.id
		}
		api.set("Name", api.text(name+"-prod"))
		api.set("AuthenticationType", api.text(map[bool]string{true: "AWS_IAM", false: "AMAZON_COGNITO_USER_POOLS"}[way == "iam"]))
		api.set("LogConfig", api.object(field("FieldLogLevel", api.text("ERROR")), field("ExcludeVerboseContent", api.bool(true))))
		api.set("XrayEnabled", api.bool(true))
		api.setNew("QueryDepthLimit", api.num(queryDepth))
		api.setNew("ResolverCountLimit", api.num(queryResolvers))
		d.connect(d.logGroup(api, "Logs"), api, graph.Logs, "", api.at)
		if v := api.getExtra("webAcl"); !v.Exists() || v.String() == "true" {
			d.webACL(api)
		}
		var resolvers []graph.Field
		for _, e := range d.out(api, graph.Reads, graph.Writes) {
			resolver := []graph.Field{field("type", api.text(e.typeOf()))}
			if owner := e.ownedBy(); owner != "" {
				resolver = append(resolver, field("owner", api.text(owner)))
			}
			resolvers = append(resolvers, field(e.label, api.object(resolver...)))
		}
		api.setExtra("resolvers", api.object(resolvers...))
		d.readBack(api)
	}
}

// readBack joins an API with the tables that it only writes by a second edge: who may write by the data source's role
// may read, too.
func (d *draft) readBack(api *node) {
	for _, w := range d.out(api, graph.Writes) {
		read := false
		for _, r := range d.out(api, graph.Reads) {
			read = read || r.to == w.to
		}
		if !read {
			d.connect(api, w.to, graph.Reads, "", w.at)
		}
	}
}
