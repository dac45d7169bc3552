package cfn

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// samProfiles holds what SAM's connectors grant, one pair of types a line. Source: aws-sam-translator 1.115.0,
// connector_profiles/profiles.json (Apache-2.0, Amazon Web Services), taken 2026-11-23.
//
//go:embed sam_connectors.jsonl
var samProfiles string

// connection is a connector as written: as a resource of its own or inside its source.
type connection struct {
	src         *graph.Resource // carries the connector
	id          string
	from, to    graph.Value
	permissions graph.Value
	at          *graph.Evidence
}

// connectorResource leaves the connector for the end, when the roles are made.
func (x *expander) connectorResource(src *graph.Resource) {
	x.made[src.LogicalID] = []*graph.Resource{}
}

// connectors adds what connectors make to the stack's resources.
func (x *expander) connectors(out []*graph.Resource) []*graph.Resource {
	var all []connection
	for _, r := range x.raw {
		if r.Type == "AWS::Serverless::Connector" {
			p := r.Properties
			all = append(all, connection{r, r.LogicalID, p.Get("Source"), p.Get("Destination"), p.Get("Permissions"), r.At})
		}
		for _, c := range r.Attributes.Get("Connectors").Fields() {
			p := c.Value.Get("Properties")
			from := with(p.Get("SourceReference"), c.Value.At, str(c.Value.At, r.LogicalID), "Id")
			all = append(all, connection{r, r.LogicalID + c.Name, from, p.Get("Destination"), p.Get("Permissions"), c.Value.At})
		}
	}
	for _, c := range all {
		list := c.to.Kind == graph.List
		for i, to := range c.to.Each() {
			suffix := ""
			if list {
				suffix = fmt.Sprintf("Destination%d", i)
			}
			out = append(out, x.connect(c, to, suffix, out)...)
		}
	}
	return out
}

// end is one side of a connector.
type end struct {
	typ  string
	r    *graph.Resource
	vars map[string]graph.Value // Arn, ResourceId, Name, Qualifier, QueueUrl, RoleName
}

func (x *expander) end(v, otherEnd graph.Value, out []*graph.Resource) end {
	e := end{typ: literal(v.Get("Type")), vars: map[string]graph.Value{}}
	for _, name := range []string{"Arn", "ResourceId", "Name", "Qualifier", "QueueUrl", "RoleName"} {
		if p := v.Get(name); p.Exists() {
			e.vars[name] = p
		}
	}
	if t := cfnTypes[e.typ]; t != "" {
		e.typ = t
	}
	id := literal(v.Get("Id"))
	for _, r := range out {
		if id == "" || r.LogicalID != id {
			continue
		}
		e.r, e.typ = r, r.Type
		at := v.At
		arn := graph.NewRef(at, r.ID, "Arn")
		switch r.Type {
		case "AWS::StepFunctions::StateMachine", "AWS::SNS::Topic", "AWS::AppSync::GraphQLApi", "AWS::AppSync::DataSource":
			arn = graph.NewRef(at, r.ID, "")
		}
		e.vars["Arn"] = arn
		e.vars["QueueUrl"] = graph.NewRef(at, r.ID, "")
		e.vars["ResourceId"] = graph.NewRef(at, r.ID, "")
		e.vars["Name"] = graph.NewRef(at, r.ID, "Name")
		if r.Type == "AWS::AppSync::GraphQLApi" {
			e.vars["ResourceId"] = graph.NewRef(at, r.ID, "ApiId")
		}
		if _, ok := e.vars["Qualifier"]; !ok {
			e.vars["Qualifier"] = str(at, "*")
		}
		e.vars["RoleName"] = roleName(r, otherEnd)
	}
	return e
}

var cfnTypes = map[string]string{
	"AWS::Serverless::Function": "AWS::Lambda::Function", "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
	"AWS::Serverless::Api": "AWS::ApiGateway::RestApi", "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
	"AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
}

// roleName is the role of a resource, where it is one of this template.
func roleName(r *graph.Resource, otherEnd graph.Value) graph.Value {
	var v graph.Value
	switch r.Type {
	case "AWS::Lambda::Function":
		v = r.Properties.Get("Role")
	case "AWS::StepFunctions::StateMachine":
		v = r.Properties.Get("RoleArn")
	case "AWS::AppSync::DataSource":
		v = r.Properties.Get("ServiceRoleArn")
	case "AWS::Events::Rule":
		for _, t := range r.Properties.Get("Targets").Items() {
			if ref, ok := t.Get("Arn").Ref(); ok && (ref.Resource == literal(otherEnd.Get("Id")) || strings.HasSuffix(ref.Resource, "#"+literal(otherEnd.Get("Id")))) {
				v = t.Get("RoleArn")
			}
		}
	}
	if ref, ok := v.Ref(); ok {
		return graph.NewRef(v.At, ref.Resource, "")
	}
	return graph.Value{}
}

func (x *expander) connect(c connection, to graph.Value, suffix string, out []*graph.Resource) []*graph.Resource {
	from, dest := x.end(c.from, to, out), x.end(to, c.from, out)
	root := x.s.l.ownText(samProfiles, "pair", from.typ+" "+dest.typ)
	if root == nil {
		x.gap(c.src, c.at, "connector %s joins %q and %q: SAM has no such connector, or an end is not in this template", c.id, from.typ, dest.typ)
		return nil
	}
	vars := map[string]graph.Value{}
	for k, v := range from.vars {
		vars["Source."+k] = v
	}
	for k, v := range dest.vars {
		vars["Destination."+k] = v
	}
	profile := fill(placed(root.value, c.at), vars)
	owner := dest
	if yes, _ := profile.Get("SourcePolicy").Truth(); yes {
		owner = from
	}
	return x.granted(c, suffix, literal(profile.Get("kind")), profile.Get("AccessCategories"), owner)
}

// fill puts values in the place of %{Name}.
func fill(v graph.Value, vars map[string]graph.Value) graph.Value {
	switch v.Kind {
	case graph.List:
		items := make([]graph.Value, len(v.Items()))
		for i, it := range v.Items() {
			items[i] = fill(it, vars)
		}
		return graph.NewList(v.At, items...)
	case graph.Map:
		fields := make([]graph.Field, len(v.Fields()))
		for i, fl := range v.Fields() {
			fields[i] = f(fl.Name, fill(fl.Value, vars))
		}
		return graph.NewMap(v.At, fields...)
	}
	s, ok := v.Str()
	if !ok || !strings.Contains(s, "%{") && !strings.Contains(s, "${") {
		return v
	}
	var pieces []any
	for {
		before, rest, ok := strings.Cut(s, "%{")
		pieces = append(pieces, before)
		if !ok {
			return text(v.At, pieces...)
		}
		name, after, _ := strings.Cut(rest, "}")
		value := vars[name]
		if !value.Exists() {
			value = graph.NewUnknown(v.At, "the connector does not say "+name)
		}
		pieces = append(pieces, value)
		s = after
	}
}

// granted makes the policy or permissions of a connector.
func (x *expander) granted(c connection, suffix, kind string, categories graph.Value, owner end) []*graph.Resource {
	wanted := map[string]bool{}
	for _, p := range c.permissions.Each() {
		wanted[literal(p)] = true
	}
	var made []*graph.Resource
	var statements []graph.Value
	fields := append([]graph.Field(nil), categories.Fields()...)
	sort.SliceStable(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	for _, cat := range fields {
		if !wanted[cat.Name] {
			continue
		}
		if kind != "AWS_LAMBDA_PERMISSION" {
			statements = append(statements, cat.Value.Get("Statement").Items()...)
			continue
		}
		made = append(made, x.resource(c.src, c.id+cat.Name+"LambdaPermission"+suffix, "AWS::Lambda::Permission", c.at,
			append(pass(cat.Value, "Action", "Principal", "SourceArn", "SourceAccount"), f("FunctionName", owner.vars["Arn"]))...))
	}
	if kind == "AWS_LAMBDA_PERMISSION" {
		return made
	}
	doc := obj(c.at, f("Version", str(c.at, "2012-10-17")), f("Statement", lst(c.at, statements...)))
	switch kind {
	case "AWS_SQS_QUEUE_POLICY":
		return append(made, x.resource(c.src, c.id+"QueuePolicy"+suffix, "AWS::SQS::QueuePolicy", c.at, f("PolicyDocument", doc), f("Queues", lst(c.at, owner.vars["QueueUrl"]))))
	case "AWS_SNS_TOPIC_POLICY":
		return append(made, x.resource(c.src, c.id+"TopicPolicy"+suffix, "AWS::SNS::TopicPolicy", c.at, f("PolicyDocument", doc), f("Topics", lst(c.at, owner.vars["Arn"]))))
	}
	name := owner.vars["RoleName"]
	if !name.Exists() {
		x.gap(c.src, c.at, "connector %s: the role it adds rights to is not in this template", c.id)
		name = graph.NewUnknown(c.at, "the role that connector "+c.id+" adds rights to is not in this template")
	}
	return append(made, x.resource(c.src, c.id+"Policy"+suffix, "AWS::IAM::ManagedPolicy", c.at, f("PolicyDocument", doc), f("Roles", lst(c.at, name))))
}
