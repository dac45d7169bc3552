package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = lowers(graph.GraphQLAPI, rankEntries, lowerGraphQL)

const appsyncModule = "aws-appsync"

func appsync(name string) typeName { return typeName{appsyncModule, name} }

// Where the schema and the resolvers of GraphQL APIs stand in a project.
const graphQLFolder = "graphql/"

func lowerGraphQL(l *lowerer, api *graph.Node) {
	b := props(appsync("GraphqlApiProps")).open().
		with("name", l.staged(spelled(api.Setting("name")))).
		with("definition", static{appsync("Definition"), "fromFile", []expression{entry(schemaFile(api))}}).
		with("authorizationConfig", *props(appsync("AuthorizationConfig")).with("defaultAuthorization", l.graphQLAuthorizer(api)).done()).
		with("xrayEnabled", truth(true)).
		because("queryDepthLimit", wholeOf(api.Setting("queryDepthLimit")), "one nested query must not make thousands of calls").
		with("resolverCountLimit", wholeOf(api.Setting("resolverCountLimit")))
	l.let(api, appsync("GraphqlApi"), b.done(), "")
	l.appsyncLogs(api, "CfnGraphQLApi", "LogConfig", []argument{
		{Name: "FieldLogLevel", Value: text(spelled(api.Setting("logConfig", "FieldLogLevel")))}, {Name: "ExcludeVerboseContent", Value: truth(true)}})
	l.resolvers(api)
	l.graphQLWall(api)
	l.output(api, attribute{l.ref(api), "graphqlUrl"})
	for _, rule := range []string{"AwsSolutions-ASC3", "Serverless-AppSyncGraphQLRequestLogging"} {
		l.accept(api, rule, "It logs resolvers' errors; what callers send and get stays out of the logs.")
	}
	if l.snippet() {
		l.notes = append(l.notes, "The schema and the resolvers are files: the project scope writes them into src/"+graphQLFolder+".")
	}
}

// appsyncLogs has an API write logs. The construct's own setting would bring a function along that sets the retention.
func (l *lowerer) appsyncLogs(api *graph.Node, class, property string, config []argument) {
	const iam = "aws-iam"
	role, id := l.names[api]+"LogRole", constructID(api)
	l.taken[role] = true
	b := props(typeName{"aws-logs", "LogGroupProps"}).open().
		because("logGroupName", joined{text("/aws/appsync/apis/"), attribute{l.ref(api), "apiId"}}, "the name that AppSync gives it: made here, it does not keep logs for ever").
		with("retention", member{typeName{"aws-logs", "RetentionDays"}, "ONE_MONTH"})
	if !l.snippet() {
		b.with("removalPolicy", l.removal())
	}
	l.do(construct{logGroup, joinedID(id, "Logs"), b.done()})
	t := typeName{iam, "Role"}
	l.emit(let{Name: role, Type: t, Value: construct{t, joinedID(id, "LogRole"), props(typeName{iam, "RoleProps"}).open().
		with("assumedBy", value{typeName{iam, "ServicePrincipal"}, []expression{text("appsync.amazonaws.com")}}).
		with("managedPolicies", list{Of: typeName{iam, "IManagedPolicy"}, Items: []expression{
			static{typeName{iam, "ManagedPolicy"}, "fromAwsManagedPolicyName", []expression{text("service-role/AWSAppSyncPushToCloudWatchLogs")}}}}).done()}})
	l.emit(run{Comment: "The construct's own setting would add a function that does nothing but set the retention.", Value: call{escaped{l.ref(api), appsync(class)}, "addPropertyOverride",
		[]expression{text(property), dict{append([]argument{{Name: "CloudWatchLogsRoleArn", Value: attribute{local(role), "roleArn"}}}, config...)}}}})
	l.p.Accepts = append(l.p.Accepts, acceptance{role, "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs]",
		"AppSync's own policy for writing its logs."})
}

// schemaFile is the file with an API's types; an API's resolvers stand beside it.
func schemaFile(api *graph.Node) string { return graphQLFolder + kebab(api.ID) + "/schema.graphql" }

func resolverFile(api *graph.Node, field string) string {
	return graphQLFolder + kebab(api.ID) + "/" + field + ".js"
}

func (l *lowerer) graphQLAuthorizer(api *graph.Node) expression {
	for _, e := range l.g.Out(api, graph.Authorizes) {
		return *props(appsync("AuthorizationMode")).open().
			with("authorizationType", member{appsync("AuthorizationType"), "USER_POOL"}).
			with("userPoolConfig", *props(appsync("UserPoolConfig")).with("userPool", l.ref(e.To)).done()).done()
	}
	return *props(appsync("AuthorizationMode")).with("authorizationType", member{appsync("AuthorizationType"), "IAM"}).done()
}

// resolvers writes a data source for each table, and behind it the fields that the table answers.
func (l *lowerer) resolvers(api *graph.Node) {
	sources := map[*graph.Node]string{}
	for _, e := range l.g.Out(api, graph.Reads, graph.Writes) {
		if e.Label == "" || l.names[e.To] == "" {
			continue
		}
		if sources[e.To] == "" {
			sources[e.To] = l.tableSource(api, e.To)
		}
		typ, field, _ := strings.Cut(e.Label, ".")
		l.do(call{local(sources[e.To]), "createResolver", []expression{constructID(api) + text(graph.UpperFirst(field)), *props(appsync("BaseResolverProps")).open().
			with("typeName", text(typ)).
			with("fieldName", text(field)).
			with("runtime", member{appsync("FunctionRuntime"), "JS_1_0_0"}).
			with("code", static{appsync("Code"), "fromAsset", []expression{entry(resolverFile(api, e.Label))}}).done()}})
	}
}

func (l *lowerer) tableSource(api, table *graph.Node) string {
	name := l.names[api] + graph.UpperFirst(l.names[table]) + "Source"
	l.taken[name] = true
	b := props(appsync("DynamoDbDataSourceProps")).with("api", l.ref(api)).with("table", l.ref(table))
	writes := false
	for _, e := range l.g.Out(api, graph.Writes) {
		writes = writes || e.To == table
	}
	if !writes {
		b.with("readOnlyAccess", truth(true))
	}
	t := appsync("DynamoDbDataSource")
	l.emit(let{Name: name, Type: t, Value: construct{t, constructID(api) + text(graph.UpperFirst(table.ID)+"Source"), b.done()}})
	return name
}

// graphQLWall puts the web ACL before the API.
func (l *lowerer) graphQLWall(api *graph.Node) {
	acl, ok := api.Setting("webAcl").Ref()
	if !ok {
		return
	}
	l.do(construct{typeName{wafModule, "CfnWebACLAssociation"}, constructID(api) + "WebAclAssociation", props(typeName{wafModule, "CfnWebACLAssociationProps"}).
		with("resourceArn", attribute{l.ref(api), "arn"}).
		with("webAclArn", attribute{l.ref(l.g.Node(acl.Resource)), "attrArn"}).done()})
}
