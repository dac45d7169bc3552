package cdk

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.RestAPI, composeRestAPI)

// restLogFormat is one JSON object a line with the standard fields of a REST API's access log.
const restLogFormat = `{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","user":"$context.identity.user","caller":"$context.identity.caller",` +
	`"requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","status":"$context.status",` +
	`"protocol":"$context.protocol","responseLength":"$context.responseLength"}`

// restComposer writes one REST API.
type restComposer struct {
	*composer
	api       *graph.Node
	id        string
	guard     mapping           // what every method says of its callers
	model     string            // of bodies, "" before the first
	resources map[string]string // by path
	roles     map[*graph.Node]*resource
	parts     sequence // what a deployment waits for
	first     int      // the place of the API among the resources: what describes it follows
}

func composeRestAPI(c *composer, api *graph.Node) {
	r := &restComposer{composer: c, api: api, id: c.ids[api], resources: map[string]string{}, roles: map[*graph.Node]*resource{}, first: len(c.t.Resources)}
	c.node(api, mapping{}.with("Name", c.stagedName(spelled(api.Setting("name")))).with("EndpointConfiguration", mapping{}.with("Types", sequence{"REGIONAL"})))
	r.authorizer()
	validator := c.name(r.id + "Validator")
	c.add(validator, "AWS::ApiGateway::RequestValidator", mapping{}.with("RestApiId", reference(r.id)).with("ValidateRequestBody", true).with("ValidateRequestParameters", true))
	for _, e := range c.g.Out(api, graph.Invokes, graph.Writes, graph.Reads) {
		r.method(e, validator)
	}
	r.cors()
	r.stage()
}

// stagedName is a name that the stages of one account do not share. Descriptions hold production's.
func (c *composer) stagedName(name string) tree {
	base, ok := strings.CutSuffix(name, "-prod")
	switch {
	case !ok:
		return name
	case c.snippet():
		return base
	}
	return substituted(plainSub(base) + "-${Stage}")
}

func (r *restComposer) authorizer() {
	for _, e := range r.g.Out(r.api, graph.Authorizes) {
		r.carry(e)
		id := r.name(r.id + "Authorizer")
		r.add(id, "AWS::ApiGateway::Authorizer", mapping{}.
			with("RestApiId", reference(r.id)).
			with("Name", "users").
			with("Type", "COGNITO_USER_POOLS").
			with("IdentitySource", "method.request.header.Authorization").
			with("ProviderARNs", sequence{getAtt{r.ids[e.To], "Arn"}}))
		r.guard = mapping{}.with("AuthorizationType", "COGNITO_USER_POOLS").with("AuthorizerId", reference(id))
		return
	}
	way := "NONE"
	if spelled(r.api.Setting("authorizer")) == "iam" {
		way = "AWS_IAM"
	}
	r.guard = mapping{}.with("AuthorizationType", way)
}

// resource is the id of a path's resource, made with those above it when the path first comes up.
func (r *restComposer) resource(path string) tree {
	path = strings.Trim(path, "/")
	if path == "" {
		return getAtt{r.id, "RootResourceId"}
	}
	if r.resources[path] == "" {
		above, part := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			above, part = path[:i], path[i+1:]
		}
		parent := r.resource(above)
		id := r.name(r.id + pascal(pathWords(path)))
		r.resources[path] = id
		r.add(id, "AWS::ApiGateway::Resource", mapping{}.with("RestApiId", reference(r.id)).with("ParentId", parent).with("PathPart", part))
	}
	return reference(r.resources[path])
}

func (r *restComposer) method(e *graph.Edge, validator string) {
	method, path, _ := strings.Cut(e.Label, " ")
	m := mapping{}.with("RestApiId", reference(r.id)).with("ResourceId", r.resource(path)).with("HttpMethod", method)
	m = append(m, r.guard...).with("RequestValidatorId", reference(validator))
	if method == "POST" || method == "PUT" || method == "PATCH" {
		m = m.with("RequestModels", mapping{}.with("application/json", reference(r.bodyModel(e.To))))
	}
	id := r.id + pascal(strings.ToLower(method)+"-"+pathWords(path))
	switch e.To.Kind {
	case graph.Function:
		m = m.with("Integration", r.toFunction(e))
		r.permission(e.To, id+"Permission", "apigateway.amazonaws.com",
			substituted("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${"+r.id+"}/*/"+method+plainSub(anyParameters(path))))
	case graph.Table, graph.StateMachine:
		m = r.direct(e, method, path, m)
	default:
		return // told as missing
	}
	r.carry(e)
	id = r.name(id)
	r.parts = append(r.parts, id)
	r.add(id, "AWS::ApiGateway::Method", m)
}

// anyParameters puts a star for each parameter of a path, as permissions name it.
func anyParameters(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

func (r *restComposer) toFunction(e *graph.Edge) mapping {
	m := mapping{}.with("Type", "AWS_PROXY").with("IntegrationHttpMethod", "POST")
	if streams(e) {
		timeout, _ := e.To.Setting("timeout").Int()
		m = m.with("Uri", r.invocationURI(e.To, "2021-11-15", "response-streaming-invocations")).
			with("ResponseTransferMode", "STREAM").
			because("TimeoutInMillis", min(timeout, 900)*1000, "a stream may take as long as the function")
	} else {
		m = m.with("Uri", r.invocationURI(e.To, "2015-03-31", "invocations"))
	}
	if isolated(e.To) {
		m = m.because("RequestParameters", mapping{}.with("integration.request.header.X-Amz-Tenant-Id", "context.authorizer.claims.sub"),
			"from the checked token, never from what the caller may choose")
	}
	return m
}

// direct hands requests on to a table or a workflow without a function between.
func (r *restComposer) direct(e *graph.Edge, method, path string, m mapping) mapping {
	l := &lowerer{g: r.g, names: map[*graph.Node]string{}}
	d := l.tableIntegration(e, method, path)
	if e.To.Kind == graph.StateMachine {
		d = l.workflowIntegration(e)
	}
	actions := map[graph.Kind]string{graph.Table: "dynamodb:" + d.action, graph.StateMachine: "states:" + d.action}
	if r.roles[e.To] == nil {
		role := r.name(r.id + "To" + r.ids[e.To] + "Role")
		r.roles[e.To] = r.role(role, "apigateway.amazonaws.com", nil, []mapping{allow(r.composer.arn(e.To))})
	}
	r.grant(r.roles[e.To], actions[e.To.Kind])
	request := ""
	for _, piece := range d.request {
		switch x := piece.(type) {
		case text:
			request += plainSub(string(x))
		case attribute: // the thing's name or ARN, which Ref gives
			request += "${" + r.ids[e.To] + "}"
		}
	}
	var answers, declared sequence
	for _, a := range d.responses {
		answer := mapping{}.with("StatusCode", a[0])
		if a[1] != "" {
			answer = answer.with("SelectionPattern", a[1])
		}
		answers = append(answers, answer.with("ResponseTemplates", mapping{}.with("application/json", a[2])))
		declared = append(declared, mapping{}.with("StatusCode", a[0]))
	}
	return m.with("MethodResponses", declared).with("Integration", mapping{}.
		with("Type", "AWS").
		with("IntegrationHttpMethod", "POST").
		with("Uri", substituted("arn:${AWS::Partition}:apigateway:${AWS::Region}:"+d.service+":action/"+d.action)).
		with("Credentials", getAtt{r.roles[e.To].ID, "Arn"}).
		with("PassthroughBehavior", "NEVER").
		with("RequestTemplates", mapping{}.with("application/json", substituted(request))).
		with("IntegrationResponses", answers))
}

// grant adds an action to the one statement of a role's policy.
func (r *restComposer) grant(role *resource, action string) {
	for _, p := range role.Properties {
		if p.Name != "Policies" {
			continue
		}
		policy := p.Value.(sequence)[0].(mapping)[1].Value.(mapping)
		statement := policy[1].Value.(sequence)[0].(mapping)
		for i := range statement {
			if statement[i].Name == "Action" {
				actions, _ := statement[i].Value.(sequence)
				for _, a := range actions {
					if a == action {
						return
					}
				}
				statement[i].Value = append(actions, action)
			}
		}
	}
}

// bodyModel declares what a body must look like: the fields of what is worked on. One holds for the whole API.
func (r *restComposer) bodyModel(to *graph.Node) string {
	if r.model != "" {
		return r.model
	}
	var required sequence
	properties := mapping{}
	for _, f := range modelWork(r.g, to, r.o.Name).fields {
		required = append(required, f.name)
		p := mapping{}.with("type", f.jsonType())
		if f.jsonType() == "string" {
			p = p.with("minLength", 1)
		}
		properties = properties.with(f.name, flat(p))
	}
	sort.Slice(properties, func(i, j int) bool { return properties[i].Name < properties[j].Name })
	r.model = r.name(r.id + "Model")
	r.add(r.model, "AWS::ApiGateway::Model", mapping{}.with("RestApiId", reference(r.id)).with("ContentType", "application/json").
		with("Schema", mapping{}.with("$schema", "http://json-schema.org/draft-04/schema#").with("type", "object").with("required", required).with("properties", properties))).Comment =
		"Bodies are checked against it before anything behind is paid for."
	return r.model
}

// cors answers a browser's question whether it may call.
func (r *restComposer) cors() {
	origins := r.api.Setting("corsOrigins").Each()
	if len(origins) == 0 {
		return
	}
	if len(origins) > 1 {
		r.lacks = append(r.lacks, r.api.ID+" with several corsOrigins")
	}
	var paths []string
	for path := range r.resources {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	header := func(name string) string { return "method.response.header.Access-Control-Allow-" + name }
	for _, path := range paths {
		id := r.name(r.id + pascal("options-"+pathWords(path)))
		r.parts = append(r.parts, id)
		r.add(id, "AWS::ApiGateway::Method", mapping{}.with("RestApiId", reference(r.id)).with("ResourceId", reference(r.resources[path])).with("HttpMethod", "OPTIONS").
			with("AuthorizationType", "NONE").
			with("MethodResponses", sequence{mapping{}.with("StatusCode", "204").with("ResponseParameters", mapping{}.
				with(header("Headers"), true).with(header("Methods"), true).with(header("Origin"), true))}).
			with("Integration", mapping{}.with("Type", "MOCK").with("RequestTemplates", mapping{}.with("application/json", `{"statusCode":204}`)).
				with("IntegrationResponses", sequence{mapping{}.with("StatusCode", "204").with("ResponseParameters", mapping{}.
					with(header("Headers"), "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent'").
					with(header("Methods"), "'OPTIONS,GET,PUT,POST,DELETE,PATCH,HEAD'").
					with(header("Origin"), "'"+spelled(origins[0])+"'"))})))
	}
}

const deploymentWord = "Deployment"

// digest tells one description of the API from another: a deployment of another name is made where it is another.
// Hexadecimal, as CDK and SAM have it.
func (r *restComposer) digest() string {
	p := &yamlPrinter{}
	for _, x := range r.t.Resources[r.first:] {
		if strings.HasPrefix(x.Type, "AWS::ApiGateway::") {
			p.resources([]*resource{{ID: x.ID, Type: x.Type, Properties: x.Properties}})
		}
	}
	sum := sha256.Sum256([]byte(p.b.String()))
	return hex.EncodeToString(sum[:5])
}

func (r *restComposer) stage() {
	var access tree
	if r.snippet() {
		r.leftOut = true
	} else {
		access = mapping{}.with("DestinationArn", substituted("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${"+r.logGroup(r.api, "AccessLogs")+"}")).with("Format", restLogFormat)
	}
	deployment, stage := r.name(r.id+deploymentWord+r.digest()), r.name(r.id+"Stage")
	account := r.logAccount(r.api)
	d := r.add(deployment, "AWS::ApiGateway::Deployment", mapping{}.with("RestApiId", reference(r.id)))
	d.Attributes = d.Attributes.with("DependsOn", r.parts)
	d.Comment = "A deployment is a picture of the API. Its name ends in a hash of what it shows: whoever changes a route by hand gives it another name, here and in the stage, " +
		"else nobody ever sees the change."
	s := r.add(stage, "AWS::ApiGateway::Stage", mapping{}.
		with("RestApiId", reference(r.id)).
		with("DeploymentId", reference(deployment)).
		with("StageName", liveStage).
		with("TracingEnabled", true).
		with("MethodSettings", sequence{mapping{}.with("ResourcePath", "/*").with("HttpMethod", "*").
			because("LoggingLevel", "ERROR", "errors only: full logs would hold what callers send").with("DataTraceEnabled", false).with("MetricsEnabled", true).
			with("ThrottlingRateLimit", intOf(r.api.Setting("throttlingRateLimit"))).
			with("ThrottlingBurstLimit", intOf(r.api.Setting("throttlingBurstLimit")))}).
		with("AccessLogSetting", access))
	s.Attributes = s.Attributes.with("DependsOn", account)
	if acl, ok := r.api.Setting("webAcl").Ref(); ok {
		r.add(r.name(r.id+"WebAclAssociation"), "AWS::WAFv2::WebACLAssociation", mapping{}.
			with("ResourceArn", substituted("arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${"+r.id+"}/stages/${"+stage+"}")).
			with("WebACLArn", getAtt{r.ids[r.g.Node(acl.Resource)], "Arn"}))
	}
	r.output(r.id+"Url", substituted("https://${"+r.id+"}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"+liveStage+"/"))
}
