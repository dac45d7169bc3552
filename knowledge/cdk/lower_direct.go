package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Direct integrations: an API that hands requests on without a function between.

// routed lists an API's routes, in the graph's order.
func (l *lowerer) routed(api *graph.Node) []*graph.Edge {
	return l.g.Out(api, graph.Invokes, graph.Writes, graph.Reads)
}

// queueIntegration sends the body of a request into a queue as it is.
func (l *lowerer) queueIntegration(e *graph.Edge) value {
	const module = "aws-apigatewayv2-integrations"
	custom := func(v expression) expression {
		return static{typeName{apigw2, "MappingValue"}, "custom", []expression{v}}
	}
	mapping := static{typeName{apigw2, "ParameterMapping"}, "fromObject", []expression{dict{[]argument{
		{Name: "QueueUrl", Value: custom(attribute{l.ref(e.To), "queueUrl"})}, {Name: "MessageBody", Value: custom(text("$request.body"))}}}}}
	return value{typeName{module, "HttpSqsIntegration"}, []expression{joinedID(constructID(e.To), "Integration"),
		*props(typeName{module, "HttpSqsIntegrationProps"}).open().with("queue", l.ref(e.To)).with("parameterMapping", mapping).done()}}
}

// asJSONText is the Velocity for a JSON text inside a JSON text: escapeJavaScript would escape apostrophes too, which
// JSON does not allow.
func asJSONText(of string) string {
	return `$util.escapeJavaScript(` + of + `).replaceAll("\\'", "'")`
}

// directIntegration is what a REST API asks of a table or a workflow, and what it makes of the answer.
type directIntegration struct {
	service, action string
	request         joined
	responses       [][3]string // status, what the service's status must match ("" is the rest), template
	grant           func(role expression) expression
}

const notUnderstood = `{"message":"The service behind did not take the request."}`

// direct adds the method of a direct integration. options are the method's, so far.
func (l *lowerer) direct(e *graph.Edge, resource expression, roles map[*graph.Node]string, options *builder) {
	method, path, _ := strings.Cut(e.Label, " ")
	d := l.tableIntegration(e, method, path)
	if e.To.Kind == graph.StateMachine {
		d = l.workflowIntegration(e)
	}
	if roles[e.To] == "" {
		role := l.names[e.From] + "To" + graph.UpperFirst(l.names[e.To])
		t := typeName{"aws-iam", "Role"}
		roles[e.To], l.taken[role] = role, true
		l.emit(let{Name: role, Type: t, Value: construct{t, constructID(e.From) + "To" + constructID(e.To), props(typeName{"aws-iam", "RoleProps"}).
			with("assumedBy", value{typeName{"aws-iam", "ServicePrincipal"}, []expression{text("apigateway.amazonaws.com")}}).done()}})
	}
	role := local(roles[e.To])
	l.do(d.grant(role))
	var answers, declared []expression
	for _, r := range d.responses {
		// In the order in which Python hands a struct over, what is required first: the deployment's id is made from the
		// text of the responses.
		b := props(rest("IntegrationResponse")).open().with("statusCode", text(r[0])).
			with("responseTemplates", dict{[]argument{{Name: "application/json", Value: text(r[2])}}})
		if r[1] != "" {
			b.with("selectionPattern", text(r[1]))
		}
		answers = append(answers, *b.done())
		declared = append(declared, *props(rest("MethodResponse")).with("statusCode", text(r[0])).done())
	}
	integration := value{rest("AwsIntegration"), []expression{*props(rest("AwsIntegrationProps")).open().
		with("action", text(d.action)).
		with("options", *props(rest("IntegrationOptions")).open().
			with("credentialsRole", role).
			with("integrationResponses", list{Of: rest("IntegrationResponse"), Items: answers}).
			with("passthroughBehavior", member{rest("PassthroughBehavior"), "NEVER"}).
			with("requestTemplates", dict{[]argument{{Name: "application/json", Value: d.request}}}).done()).
		with("service", text(d.service)).done()}}
	options.with("methodResponses", list{Of: rest("MethodResponse"), Items: declared})
	l.do(call{resource, "addMethod", []expression{text(method), integration, *options.done()}})
}

// workflowIntegration waits for an Express workflow. Its answer comes with status 200 however the execution ended.
func (l *lowerer) workflowIntegration(e *graph.Edge) directIntegration {
	return directIntegration{
		service: "states", action: "StartSyncExecution",
		request: joined{text(`{"stateMachineArn":"`), attribute{l.ref(e.To), "stateMachineArn"}, text(`","input":"` + asJSONText("$input.json('$')") + `"}`)},
		responses: [][3]string{
			{"200", "", "#if($input.path('$.status') == 'SUCCEEDED')$input.path('$.output')" +
				"#elseif($input.path('$.status') == 'TIMED_OUT')#set($context.responseOverride.status = 504){\"message\":\"The workflow took too long.\"}" +
				"#else#set($context.responseOverride.status = 500){\"message\":\"The workflow failed.\"}#end"},
			{"400", `4\d{2}`, notUnderstood}, {"500", `5\d{2}`, notUnderstood},
		},
		grant: func(role expression) expression {
			return call{l.ref(e.To), "grantStartSyncExecution", []expression{role}}
		},
	}
}

// tableIntegration creates, reads or deletes one item: the key, and the whole body as a JSON text beside it.
func (l *lowerer) tableIntegration(e *graph.Edge, method, path string) directIntegration {
	key := tableKey(e.To, "HASH")
	quoted := `"` + key + `"` // a plain word: others are refused
	table := attribute{l.ref(e.To), "tableName"}
	given := asJSONText("$input.params('" + (route{method, path}).param() + "')")
	d := directIntegration{service: "dynamodb"}
	head := joined{text(`{"TableName":"`), table}
	switch method {
	case "GET":
		d.action = "GetItem"
		d.request = append(head, text(`","Key":{`+quoted+`:{"S":"`+given+`"}}}`))
		d.responses = [][3]string{{"200", "", "#set($document = $input.path('$.Item.document.S'))#if(\"$!document\" == \"\")#set($context.responseOverride.status = 404)" +
			`{"message":"There is no such item."}#else$document#end`}}
	case "DELETE":
		d.action = "DeleteItem"
		d.request = append(head, text(`","Key":{`+quoted+`:{"S":"`+given+`"}}}`))
		d.responses = [][3]string{{"200", "", "{}"}}
	default:
		d.action = "PutItem"
		d.request = append(head, text(`","Item":{`+quoted+`:{"S":"`+asJSONText("$input.path('$."+key+"')")+`"},"document":{"S":"`+asJSONText("$input.json('$')")+
			`"}},"ConditionExpression":"attribute_not_exists(#key)","ExpressionAttributeNames":{"#key":`+quoted+`}}`))
		d.responses = [][3]string{{"201", "", `{"message":"It is kept."}`}, {"400", `4\d{2}`, "#if($input.path('$.__type').contains('ConditionalCheckFailed'))" +
			`#set($context.responseOverride.status = 409){"message":"It is there already."}#else` + notUnderstood + "#end"}}
	}
	if len(d.responses) == 1 {
		d.responses = append(d.responses, [3]string{"400", `4\d{2}`, notUnderstood})
	}
	d.responses = append(d.responses, [3]string{"500", `5\d{2}`, notUnderstood})
	d.grant = func(role expression) expression {
		return call{l.ref(e.To), "grant", []expression{role, text("dynamodb:" + d.action)}}
	}
	return d
}
