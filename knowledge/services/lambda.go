package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::Lambda::Function", Kind: graph.Function, ARN: "lambda:function:", Name: "FunctionName",
	Defaults: []setting{
		number("timeout", facts.Int("lambda.timeout_default_seconds")),
		number("memorySize", 128),          // MB. Lambda API reference, CreateFunction: "The default value is 128 MB" (read in a copy, checked 2026-11-23)
		text("packageType", "Zip"),         // likewise PackageType
		text("recursiveLoop", "Terminate"), // Lambda API reference, PutFunctionRecursionConfig, checked 2026-11-23
	},
	Variables: valuesOf("Environment", "Variables"),
	Connect:   connectFunction,
})

func connectFunction(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	b.role(n, r, p.Get("Role"))
	b.encrypted(n, r, p.Get("KmsKeyArn"))
	if dlq := p.Get("DeadLetterConfig", "TargetArn"); dlq.Exists() {
		b.failure(n, r, dlq, graph.Edge{Label: "dead letters", Settings: p.Get("DeadLetterConfig")})
	}
	for _, layer := range p.Get("Layers").Each() {
		b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r, Label: "layer"}, b.reach(layer, graph.Layer, "lambda:layer:"), layer)
	}
	b.network(n, r, p.Get("VpcConfig", "SubnetIds"), p.Get("VpcConfig", "SecurityGroupIds"))
	if group := p.Get("LoggingConfig", "LogGroup"); group.Exists() {
		to := b.find(group, "logs:log-group:")
		b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Logs, Via: r}, target{byName: to.byName}, group)
	}
	for _, fs := range p.Get("FileSystemConfigs").Each() {
		arn := fs.Get("Arn")
		b.edge(graph.Edge{From: n, Kind: graph.Writes, Via: r, Label: "file system"}, b.find(arn), arn)
	}
}

// network joins an actor with its subnets and security groups.
func (b *builder) network(n *graph.Node, r *graph.Resource, subnets, groups graph.Value) {
	for _, v := range subnets.Each() {
		b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r}, b.reach(v, graph.Subnet), v)
	}
	for _, v := range groups.Each() {
		b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r}, b.reach(v, graph.SecurityGroup), v)
	}
}

var _ = add(resourceType{
	Type: "AWS::Lambda::Alias", Kind: graph.Alias, Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		version := r.Properties.Get("FunctionVersion")
		to := b.find(r.Properties.Get("FunctionName"), "lambda:function:")
		if to.node == nil {
			to = b.reach(r.Properties.Get("FunctionName"), graph.Function, "lambda:function:")
		}
		to.qualifier = spell(version)
		b.edge(graph.Edge{From: n, Kind: graph.Deploys, Via: r, Settings: r.Properties}, to, r.Properties.Get("FunctionName"))
	},
})

var _ = add(resourceType{Type: "AWS::Lambda::Version", Of: "FunctionName", ARN: "lambda:function:", Connect: connectVersion})

// connectVersion keeps what a version adds: its provisioned concurrency and its description (the build number
// of hand-made deployments).
func connectVersion(b *builder, r *graph.Resource, _ *graph.Node) {
	fn := b.find(r.Properties.Get("FunctionName"), "lambda:function:").node
	b.collect(fn, "versions", record(r.At,
		graph.Field{Name: "Id", Value: graph.NewString(r.At, r.ID)},
		graph.Field{Name: "ProvisionedConcurrencyConfig", Value: r.Properties.Get("ProvisionedConcurrencyConfig")},
		graph.Field{Name: "CodeSha256", Value: r.Properties.Get("CodeSha256")},
		graph.Field{Name: "Description", Value: r.Properties.Get("Description")}))
}

var _ = add(resourceType{Type: "AWS::Lambda::Permission", Of: "FunctionName", ARN: "lambda:function:", Connect: connectPermission})

// connectPermission adds one statement to the function's resource policy. SourceArn, SourceAccount and the
// others become the conditions that Lambda makes of them.
func connectPermission(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	to := b.reach(p.Get("FunctionName"), graph.Function, "lambda:function:")
	if to.node == nil {
		b.gap(r, p.Get("FunctionName"), "the permission's function was not found")
		return
	}
	s := graph.Statement{
		Effect:    "Allow",
		Actions:   p.Get("Action").Each(),
		Resources: []graph.Value{p.Get("FunctionName")},
		At:        r.At, Via: r, Origin: "permission",
	}
	principal := p.Get("Principal")
	s.Principals = []graph.Principal{{Kind: permissionPrincipal(principal), Value: principal}}
	s.Conditions = conditions(r.At,
		condition{"ArnLike", "AWS:SourceArn", b.withBusNames(p.Get("SourceArn"))},
		condition{"StringEquals", "AWS:SourceAccount", p.Get("SourceAccount")},
		condition{"StringEquals", "aws:PrincipalOrgID", p.Get("PrincipalOrgID")},
		condition{"StringEquals", "lambda:EventSourceToken", p.Get("EventSourceToken")},
		condition{"StringEquals", "lambda:FunctionUrlAuthType", p.Get("FunctionUrlAuthType")},
		condition{"Bool", "lambda:InvokedViaFunctionUrl", p.Get("InvokedViaFunctionUrl")})
	b.mayMean(p.Get("FunctionName"), to, nameless{kind: graph.Function, policy: r, statements: []graph.Statement{s}})
	to.node.ResourcePolicy = append(to.node.ResourcePolicy, s)
}

// permissionPrincipal tells a service (events.amazonaws.com) from an account, a role or everyone.
func permissionPrincipal(v graph.Value) string {
	s := spell(v)
	switch {
	case s == "*":
		return "*"
	case hasService(s) && !v.IsUnknown():
		return "Service"
	case v.Reason() != "" && !strings.HasPrefix(s, "arn:"):
		return ""
	}
	return "AWS"
}

type condition struct {
	operator, key string
	value         graph.Value
}

func conditions(at *graph.Evidence, all ...condition) graph.Value {
	var fields []graph.Field
	for _, c := range all {
		if c.value.Exists() {
			fields = append(fields, graph.Field{Name: c.operator, Value: graph.NewMap(c.value.At, graph.Field{Name: c.key, Value: c.value})})
		}
	}
	if len(fields) == 0 {
		return graph.Value{}
	}
	return graph.NewMap(at, mergeFields(fields)...)
}

// mergeFields joins entries of one name, whose values are mappings, into one entry.
func mergeFields(fields []graph.Field) []graph.Field {
	var out []graph.Field
	at := map[string]int{}
	for _, f := range fields {
		i, seen := at[f.Name]
		if !seen {
			at[f.Name] = len(out)
			out = append(out, f)
			continue
		}
		both := append(append([]graph.Field{}, out[i].Value.Fields()...), f.Value.Fields()...)
		out[i].Value = graph.NewMap(out[i].Value.At, both...)
	}
	return out
}

var _ = add(resourceType{
	Type: "AWS::Lambda::Url", Kind: graph.FunctionURL,
	Defaults: []setting{text("invokeMode", "BUFFERED")},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		fn := r.Properties.Get("TargetFunctionArn")
		to := b.reach(fn, graph.Function, "lambda:function:")
		if q := r.Properties.Get("Qualifier"); q.Exists() {
			to.qualifier = spell(q)
		}
		b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Settings: r.Properties}, to, fn)
	},
})

var _ = add(resourceType{Type: "AWS::Lambda::EventInvokeConfig", Of: "FunctionName", ARN: "lambda:function:", Connect: connectInvokeConfig})

// connectInvokeConfig keeps the asynchronous settings of a function or of one of its aliases, and its
// destinations: the failure one as failsTo, the success one as a write.
func connectInvokeConfig(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	to := b.reach(p.Get("FunctionName"), graph.Function, "lambda:function:")
	if to.node == nil {
		return
	}
	qualifier := spell(p.Get("Qualifier"))
	if qualifier == "$LATEST" {
		qualifier = ""
	}
	if q, ok := p.Get("Qualifier").Ref(); ok { // !Ref of an alias or version: its name
		if t := b.standsFor(q.Resource); t.qualifier != "" {
			qualifier = t.qualifier
		}
	}
	if to.qualifier != "" && qualifier == "" {
		qualifier = to.qualifier
	}
	b.collect(to.node, "eventInvokeConfigs", p)
	if v := p.Get("DestinationConfig", "OnFailure", "Destination"); v.Exists() {
		b.failure(to.node, r, v, graph.Edge{Label: "on failure", Qualifier: qualifier, Settings: p})
	}
	if v := p.Get("DestinationConfig", "OnSuccess", "Destination"); v.Exists() {
		dest := b.reach(v, graph.Other)
		kind := graph.Writes
		if dest.node != nil && dest.node.Kind == graph.Function {
			kind = graph.Invokes
		}
		b.edge(graph.Edge{From: to.node, Kind: kind, Mode: graph.Async, Via: r, Label: "on success", Settings: p}, dest, v)
	}
}

var _ = add(resourceType{Type: "AWS::Lambda::LayerVersion", Kind: graph.Layer, ARN: "lambda:layer:", Name: "LayerName"})
var _ = add(resourceType{Type: "AWS::Lambda::LayerVersionPermission", Of: "LayerVersionArn", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	to := b.reach(p.Get("LayerVersionArn"), graph.Layer, "lambda:layer:")
	if to.node == nil {
		b.gap(r, p.Get("LayerVersionArn"), "the permission's layer was not found")
		return
	}
	principal := p.Get("Principal")
	to.node.ResourcePolicy = append(to.node.ResourcePolicy, graph.Statement{
		Effect: "Allow", Actions: p.Get("Action").Each(), Resources: []graph.Value{p.Get("LayerVersionArn")}, At: r.At, Via: r, Origin: "permission",
		Principals: []graph.Principal{{Kind: permissionPrincipal(principal), Value: principal}},
		Conditions: conditions(r.At, condition{"StringEquals", "aws:PrincipalOrgID", p.Get("OrganizationId")}),
	})
}})
var _ = add(resourceType{Type: "AWS::Serverless::LayerVersion", Kind: graph.Layer, Name: "LayerName"})
