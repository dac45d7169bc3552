package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.GraphQLAPI, composeGraphQL)

// composeGraphQL writes a GraphQL API with its schema and resolvers, whose code stands in the template.
func composeGraphQL(c *composer, api *graph.Node) {
	id := c.ids[api]
	logs := c.appsyncLogRole(api)
	p := mapping{}
	for _, f := range c.properties(api).put("Name", c.stagedName(spelled(api.Setting("name")))) {
		switch f.Name {
		case "LogConfig":
			config, _ := f.Value.(mapping)
			f.Value, f.Comment = config.with("CloudWatchLogsRoleArn", getAtt{logs, "Arn"}), "a resolver's error answers with status 200: only here it is seen"
		case "QueryDepthLimit":
			f.Comment = "one nested query must not make thousands of calls"
		}
		p = append(p, f)
	}
	for _, e := range c.g.Out(api, graph.Authorizes) {
		c.carry(e)
		p = p.with("UserPoolConfig", mapping{}.with("UserPoolId", reference(c.ids[e.To])).with("AwsRegion", reference("AWS::Region")).with("DefaultAction", "ALLOW"))
	}
	c.node(api, p)
	c.appsyncLogGroup(api)
	resolvers := resolversOf(c.g, api)
	schema := c.name(id + "Schema")
	c.add(schema, "AWS::AppSync::GraphQLSchema", append(mapping{}.with("ApiId", getAtt{id, "ApiId"}), c.source("Definition", schemaFile(api), schemaText(api, resolvers))...))
	c.fields(api, schema, resolvers)
	if acl, ok := api.Setting("webAcl").Ref(); ok {
		c.add(c.name(id+"WebAclAssociation"), "AWS::WAFv2::WebACLAssociation", mapping{}.
			with("ResourceArn", getAtt{id, "Arn"}).
			with("WebACLArn", getAtt{c.ids[c.g.Node(acl.Resource)], "Arn"}))
	}
	c.output(id+"Url", getAtt{id, "GraphQLUrl"})
}

// source is a text of the API: a file of the project, which packaging uploads, or the text itself in a snippet. The
// AWS CLI uploads schemas, but no resolvers' code; SAM's uploads both. Sources: AWS CLI reference, "cloudformation
// package"; aws/aws-sam-cli, RESOURCES_WITH_LOCAL_PATHS; both read 2026-11-30.
func (c *composer) source(property, file, content string) mapping {
	switch {
	case c.snippet():
		return mapping{}.with(property, block(content))
	case property == "Code" && !c.sam:
		return mapping{}.because(property, block(content), "as in src/"+file+": packaging uploads no resolvers")
	}
	return mapping{}.with(property+"S3Location", "src/"+sourceFile(file))
}

// fields writes a data source for each table, and the fields that it answers.
func (c *composer) fields(api *graph.Node, schema string, resolvers []resolver) {
	id, sources := c.ids[api], map[*graph.Node]string{}
	by := map[string]resolver{}
	for _, r := range resolvers {
		by[r.field] = r
	}
	for _, e := range c.g.Out(api, graph.Reads, graph.Writes) {
		c.carry(e)
		r, ok := by[e.Label]
		if !ok {
			continue // who may write may read, too: there is no resolver for that
		}
		if sources[e.To] == "" {
			sources[e.To] = c.tableFields(api, e.To, by)
		}
		typ, field, _ := strings.Cut(e.Label, ".")
		resource := c.add(c.name(id+graph.UpperFirst(field)), "AWS::AppSync::Resolver", append(mapping{}.
			with("ApiId", getAtt{id, "ApiId"}).
			with("TypeName", typ).
			with("FieldName", field).
			with("DataSourceName", getAtt{sources[e.To], "Name"}).
			with("Runtime", flat{{"Name", "APPSYNC_JS", ""}, {"RuntimeVersion", "1.0.0", ""}}), c.source("Code", r.file, r.text())...))
		resource.Attributes = resource.Attributes.with("DependsOn", schema)
	}
}

// itemRights are the calls that resolvers make, by their verb.
var itemRights = map[string]string{"get": "dynamodb:GetItem", "list": "dynamodb:Query", "create": "dynamodb:PutItem", "delete": "dynamodb:DeleteItem"}

// tableFields writes the data source of a table, with a role for the calls that its fields make.
func (c *composer) tableFields(api, table *graph.Node, by map[string]resolver) string {
	var actions []string
	for _, e := range c.g.Out(api, graph.Reads, graph.Writes) {
		right := itemRights["get"] // an edge without a field: what was written may be read back
		if r, ok := by[e.Label]; ok {
			right = itemRights[r.verb]
		}
		if e.To == table && !one(actions, right) {
			actions = append(actions, right)
		}
	}
	source := c.name(c.ids[api] + c.ids[table] + "Source")
	role := c.name(source + "Role")
	c.role(role, "appsync.amazonaws.com", mapping{}.with("StringEquals", mapping{}.with("aws:SourceAccount", reference("AWS::AccountId"))), []mapping{allow(c.arn(table), actions...)})
	c.add(source, "AWS::AppSync::DataSource", mapping{}.
		with("ApiId", getAtt{c.ids[api], "ApiId"}).
		with("Name", c.ids[table]).
		with("Type", "AMAZON_DYNAMODB").
		with("ServiceRoleArn", getAtt{role, "Arn"}).
		with("DynamoDBConfig", mapping{}.with("TableName", reference(c.ids[table])).with("AwsRegion", reference("AWS::Region"))))
	return source
}
