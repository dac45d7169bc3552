package cdk

import (
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var (
	_ = lowers(graph.RestAPI, rankEntries, lowerRestAPI)
	_ = lowers(graph.UserPool, rankUsers, lowerUserPool)
)

var _ = lowersType("AWS::WAFv2::WebACL", rankData, lowerWebACL)

const restModule = "aws-apigateway"

func rest(name string) typeName { return typeName{restModule, name} }

func lowerRestAPI(l *lowerer, api *graph.Node) {
	name := l.names[api]
	if !l.snippet() {
		l.emit(let{Name: name + "AccessLogs", Type: logGroup, Value: l.functionLogs(joinedID(constructID(api), "AccessLogs"))})
	}
	b := props(rest("RestApiProps")).open()
	b.with("restApiName", l.staged(spelled(api.Setting("name"))))
	b.with("endpointTypes", list{Of: rest("EndpointType"), Items: []expression{member{rest("EndpointType"), "REGIONAL"}}})
	b.because("cloudWatchRole", truth(true), "lets API Gateway write logs; one setting for the whole account and region")
	b.with("deployOptions", l.restStage(api))
	if o := l.restAuthorizer(api); o != nil {
		b.with("defaultMethodOptions", *o)
	}
	if origins := api.Setting("corsOrigins"); len(origins.Each()) > 0 {
		b.with("defaultCorsPreflightOptions", l.restCORS(origins))
	}
	l.let(api, rest("RestApi"), b.done(), "")
	l.restMethods(api)
	if acl, ok := api.Setting("webAcl").Ref(); ok {
		t := typeName{"aws-wafv2", "CfnWebACLAssociation"}
		l.do(construct{t, constructID(api) + "WebAclAssociation", props(typeName{"aws-wafv2", "CfnWebACLAssociationProps"}).
			with("resourceArn", attribute{attribute{l.ref(api), "deploymentStage"}, "stageArn"}).
			with("webAclArn", attribute{l.ref(l.g.Node(acl.Resource)), "attrArn"}).done()})
	}
	if !api.Setting("webAcl").Exists() || spelled(api.Setting("webAcl")) == "false" {
		l.accept(api, "AwsSolutions-APIG3", "The description leaves the web ACL out.")
	}
	l.unthrottled(api)
	switch spelled(api.Setting("authorizer")) {
	case "iam":
		l.accept(api, "AwsSolutions-COG4", "Callers sign their requests with IAM.")
	case "none":
		for _, rule := range []string{"AwsSolutions-APIG4", "AwsSolutions-COG4"} {
			l.accept(api, rule, "The description asks for an API without an authorizer: everyone may call it.")
		}
	}
	l.accept(api, "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
		"API Gateway takes this managed policy to write logs for the whole account.")
}

// staged is a name that the stages of one account do not share. Descriptions hold production's.
func (l *lowerer) staged(name string) expression {
	base, ok := strings.CutSuffix(name, "-prod")
	switch {
	case name == "":
		return nil
	case !ok || l.snippet():
		return text(base)
	}
	return joined{text(base + "-"), prop("stage")}
}

// standardFields are all fields of a REST API's access log. TypeScript alone would let them be left out.
func standardFields() object {
	b := props(rest("JsonWithStandardFieldProps"))
	for _, name := range []string{"caller", "httpMethod", "ip", "protocol", "requestTime", "resourcePath", "responseLength", "status", "user"} {
		b.with(name, truth(true))
	}
	return *b.done()
}

func (l *lowerer) restStage(api *graph.Node) expression {
	b := props(rest("StageOptions")).open().
		with("stageName", text("live")).
		with("tracingEnabled", truth(true)).
		with("metricsEnabled", truth(true)).
		because("loggingLevel", member{rest("MethodLoggingLevel"), "ERROR"}, "errors only: full logs would hold what callers send").
		with("throttlingRateLimit", wholeOf(api.Setting("throttlingRateLimit"))).
		with("throttlingBurstLimit", wholeOf(api.Setting("throttlingBurstLimit")))
	if l.snippet() {
		l.leftOut = true
		return *b.done()
	}
	return *b.with("accessLogDestination", value{rest("LogGroupLogDestination"), []expression{local(l.names[api] + "AccessLogs")}}).
		with("accessLogFormat", static{rest("AccessLogFormat"), "jsonWithStandardFields", []expression{standardFields()}}).done()
}

// restAuthorizer gives the options all methods share: who may call. nil leaves the API open.
func (l *lowerer) restAuthorizer(api *graph.Node) *object {
	for _, e := range l.g.Out(api, graph.Authorizes) {
		name := l.names[api] + "Authorizer"
		t := rest("CognitoUserPoolsAuthorizer")
		l.emit(let{Name: name, Type: t, Value: construct{t, constructID(api) + "Authorizer", props(rest("CognitoUserPoolsAuthorizerProps")).
			with("cognitoUserPools", list{Of: typeName{"aws-cognito", "IUserPool"}, Items: []expression{l.ref(e.To)}}).done()}})
		return props(rest("MethodOptions")).
			with("authorizer", local(name)).
			with("authorizationType", member{rest("AuthorizationType"), "COGNITO"}).done()
	}
	if spelled(api.Setting("authorizer")) == "iam" {
		return props(rest("MethodOptions")).with("authorizationType", member{rest("AuthorizationType"), "IAM"}).done()
	}
	return nil
}

func (l *lowerer) restCORS(origins graph.Value) expression {
	var items []expression
	for _, o := range origins.Each() {
		items = append(items, text(spelled(o)))
	}
	return *props(rest("CorsOptions")).with("allowOrigins", list{Items: items}).done()
}

// restMethods adds the routes. Bodies are checked against a model before any function is paid for.
func (l *lowerer) restMethods(api *graph.Node) {
	validator := l.names[api] + "Validator"
	l.emit(let{Name: validator, Type: rest("RequestValidator"), Value: call{l.ref(api), "addRequestValidator", []expression{text("Validator"),
		*props(rest("RequestValidatorOptions")).with("validateRequestBody", truth(true)).with("validateRequestParameters", truth(true)).done()}}})
	model, resources, roles := "", map[string]string{}, map[*graph.Node]string{}
	for _, e := range l.routed(api) {
		method, path, _ := strings.Cut(e.Label, " ")
		o := props(rest("MethodOptions")).with("requestValidator", local(validator))
		if method == "POST" || method == "PUT" || method == "PATCH" {
			if model == "" {
				model = l.restModel(api, e.To)
			}
			o.with("requestModels", dict{[]argument{{Name: "application/json", Value: local(model)}}})
		}
		if e.To.Kind != graph.Function {
			l.direct(e, l.restResource(api, path, resources), roles, o)
			continue
		}
		integration := value{rest("LambdaIntegration"), []expression{l.callee(e.To), *lambdaOptions(e).done()}}
		l.do(call{l.restResource(api, path, resources), "addMethod", []expression{text(method), integration, *o.done()}})
	}
}

func lambdaOptions(e *graph.Edge) *builder {
	b := props(rest("LambdaIntegrationOptions")).with("allowTestInvoke", truth(false))
	if isolated(e.To) {
		b.open().because("requestParameters", dict{[]argument{{Name: "integration.request.header.X-Amz-Tenant-Id", Value: text("context.authorizer.claims.sub")}}},
			"from the checked token, never from what the caller may choose")
	}
	if streams(e) {
		timeout, _ := e.To.Setting("timeout").Int()
		b.open().with("responseTransferMode", member{rest("ResponseTransferMode"), "STREAM"}).
			because("timeout", seconds(min(timeout, 900)), "a stream may take as long as the function")
	}
	return b
}

// streams tells whether a route hands a function's answer on while it is still being written.
func streams(e *graph.Edge) bool {
	return spelled(e.Setting("integration", "responseTransferMode")) == "STREAM"
}

// restResource is the resource of a path, made when the path first comes up.
func (l *lowerer) restResource(api *graph.Node, path string, made map[string]string) expression {
	root := attribute{l.ref(api), "root"}
	if path == "/" {
		return root
	}
	if made[path] == "" {
		name := l.names[api] + pascal(strings.Join(strings.FieldsFunc(path, func(r rune) bool { return !isWord(r) }), "-"))
		for base, i := name, 2; l.taken[name]; i++ {
			name = fmt.Sprintf("%s%d", base, i)
		}
		l.taken[name] = true
		made[path] = name
		l.emit(let{Name: name, Type: rest("Resource"), Value: call{root, "resourceForPath", []expression{text(path)}}})
	}
	return local(made[path])
}

func isWord(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' }

// restModel declares what a body must look like: the fields of what the function works on. Names stand in the order of
// the alphabet: the deployment's id is made from the text of the model, and some languages sort the fields of a struct.
func (l *lowerer) restModel(api, to *graph.Node) string {
	w := modelWork(l.g, to, l.o.Name)
	var required []expression
	var properties []argument
	for _, f := range w.fields {
		required = append(required, text(f.name))
		s := props(rest("JsonSchema"))
		if f.jsonType() == "string" {
			s.with("minLength", whole(1))
		}
		s.with("type", member{rest("JsonSchemaType"), strings.ToUpper(f.jsonType())})
		properties = append(properties, argument{Name: f.name, Value: *s.done()})
	}
	sort.Slice(properties, func(i, j int) bool { return properties[i].Name < properties[j].Name })
	name := l.names[api] + "Model"
	l.emit(let{Name: name, Type: rest("Model"), Value: call{l.ref(api), "addModel", []expression{text(w.event),
		*props(rest("ModelOptions")).
			with("contentType", text("application/json")).
			with("schema", *props(rest("JsonSchema")).open().
				with("properties", dict{properties}).
				with("required", list{Items: required}).
				with("type", member{rest("JsonSchemaType"), "OBJECT"}).done()).done()}}})
	return name
}

// modelWork is the work whose fields a body has that an API hands to a node.
func modelWork(g *graph.Graph, to *graph.Node, service string) work {
	for _, e := range g.Out(to, graph.Invokes) { // a workflow is given what its first step works on
		if to.Kind == graph.StateMachine {
			return workOf(g, e.To, service)
		}
	}
	return workOf(g, to, service)
}

func lowerUserPool(l *lowerer, pool *graph.Node) {
	const m = "aws-cognito"
	t := truth(true)
	l.let(pool, typeName{m, "UserPool"}, props(typeName{m, "UserPoolProps"}).open().
		with("selfSignUpEnabled", truth(false)).
		with("signInAliases", *props(typeName{m, "SignInAliases"}).with("email", t).done()).
		with("mfa", member{typeName{m, "Mfa"}, "REQUIRED"}).
		with("mfaSecondFactor", *props(typeName{m, "MfaSecondFactor"}).with("otp", t).with("sms", truth(false)).done()).
		with("passwordPolicy", *props(typeName{m, "PasswordPolicy"}).open().
			with("minLength", whole(12)).with("requireLowercase", t).with("requireUppercase", t).with("requireDigits", t).with("requireSymbols", t).done()).
		with("accountRecovery", member{typeName{m, "AccountRecovery"}, "EMAIL_ONLY"}).
		because("featurePlan", member{typeName{m, "FeaturePlan"}, "PLUS"}, "brings threat protection; costs more for each active user").
		with("standardThreatProtectionMode", member{typeName{m, "StandardThreatProtectionMode"}, "FULL_FUNCTION"}).
		with("deletionProtection", l.whenProduction()).
		with("removalPolicy", l.removal()).done(), "")
	client := call{l.ref(pool), "addClient", []expression{text("Client"), *props(typeName{m, "UserPoolClientOptions"}).
		with("authFlows", *props(typeName{m, "AuthFlow"}).with("userSrp", t).done()).
		because("disableOAuth", t, "else a hosted page hands out tokens, and sends them to example.com").
		with("preventUserExistenceErrors", t).done()}}
	name := l.names[pool] + "Client"
	l.taken[name] = true
	l.emit(let{Name: name, Type: typeName{m, "UserPoolClient"}, Value: client})
	l.outputs(pool, "PoolId", attribute{l.ref(pool), "userPoolId"})
	l.outputs(pool, "ClientId", attribute{local(name), "userPoolClientId"})
}
