package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "function-refuses-api",
	Code:     "API011",
	Title:    `API may not invoke its function`,
	Severity: Critical,
	Pillar:   Reliability,
	Why:      `Without a permission API Gateway is refused each time, and every call of the route ends in status 500 (an error message on a WebSocket), with no trace in the function's log.`,
	Fix:      `Add an AWS::Lambda::Permission with Principal apigateway.amazonaws.com and SourceArn arn:aws:execute-api:REGION:ACCOUNT:API/*, or give the integration Credentials.`,
	CDK:      `LambdaIntegration or HttpLambdaIntegration writes the permission`,
	Sources: []Source{
		{Title: `AWS re:Post, "Invalid permissions on Lambda function" from a REST API (status 500)`, URL: "https://repost.aws/knowledge-center/api-gateway-rest-api-lambda-integrations", Checked: "2026-11-29"},
	},
	Gaps: `The stage in SourceArn is not compared with the API's stages.`,
	Bad: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      Target: !GetAtt Worker.Arn
  Worker: # want "no permission lets Api invoke it"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      Target: !GetAtt Worker.Arn
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"
`,
	MoreBad: []string{`Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: AWS_IAM
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker: # want "no permission lets Api invoke it"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get:
          Type: Api
          Properties: {Path: /, Method: get}
`},
	Check: checkAPIPermissions,
})

func checkAPIPermissions(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
		for _, e := range p.Graph.Out(api, graph.Invokes) {
			if e.To.Kind != graph.Function || e.To.External || hasCredentials(e.Settings) {
				continue
			}
			if apiMay(p.Graph, e, api) {
				if v := openAPIGrant(p.Graph, e, api); v.Exists() {
					p.Unknown(e.To, v)
				}
				continue
			}
			if openRoute(e.Label) && apiMayPart(p.Graph, e, api) {
				p.Unclear(e.To, "whether a permission covers "+e.Label+" of "+nameOf(api)+": "+openPart(e.Label))
				continue
			}
			if why := missing(e.To, invocation(e.To, api)); why != "" {
				p.Unclear(e.To, why)
				continue
			}
			answer := "status 500"
			if api.Kind == graph.WebSocketAPI {
				answer = "an error"
			}
			confidence := weaker(e)
			if api.External {
				if admitsAnAPI(e.To) {
					p.Unclear(e.To, "whether the API that a permission is for is "+nameOf(api))
					continue
				}
				confidence = Likely // its stack may hold the permission
			}
			fix, cdk := letAPI(e, api)
			p.Report(Hit{Node: e.To, Confidence: confidence, Related: []*graph.Node{api}, RelatedResources: []*graph.Resource{e.Via},
				Values: append([]graph.Value{{}}, edgePlace(e)...), Fix: fix, CDK: cdk,
				Message: fmt.Sprintf("no permission lets %s invoke it (%s): every call ends in %s", nameOf(api), e.Label, answer)})
		}
	}
}

// letAPI is the permission that a route lacks, on what it calls: the function, or its alias or version.
func letAPI(e *graph.Edge, api *graph.Node) (fix, cdk string) {
	on := "the function"
	if e.Qualifier != "" {
		on = "what the route calls, " + spellQualifier(e.To, e.Qualifier)
	}
	id := "API"
	if api.Resource != nil && !api.External {
		id = "${" + api.Resource.WrittenID() + "}"
	}
	role, cdk := "CredentialsArn", "HttpLambdaIntegration writes the permission"
	switch api.Kind {
	case graph.RestAPI:
		role, cdk = "Credentials", "LambdaIntegration writes the permission; beside a SpecRestApi fn.addPermission"
	case graph.WebSocketAPI:
		cdk = "WebSocketLambdaIntegration writes the permission"
	}
	return fmt.Sprintf(`Add an AWS::Lambda::Permission: FunctionName of %s, Action lambda:InvokeFunction, Principal apigateway.amazonaws.com, SourceArn !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:%s/*"; or give the integration a role that may invoke it (%s).`, on, id, role), cdk
}

// admitsAnAPI tells whether a permission of a function is for API Gateway, or may be.
func admitsAnAPI(fn *graph.Node) bool {
	return slices.ContainsFunc(fn.ResourcePolicy, func(s graph.Statement) bool {
		return mayInvoke(s) && slices.ContainsFunc(s.Principals, func(principal graph.Principal) bool {
			name, literal := principal.Value.Str()
			return !literal || name == "*" || strings.HasPrefix(name, "apigateway.")
		})
	})
}

func hasCredentials(settings graph.Value) bool {
	found := false
	settings.Walk(func(v graph.Value) {
		for _, f := range v.Fields() {
			found = found || (f.Name == "Credentials" || f.Name == "CredentialsArn" || f.Name == "credentials") && f.Value.Exists()
		}
	})
	return found
}

// apiMay tells whether a permission of the function may be for the API's route: it names it, or no source at all.
func apiMay(g *graph.Graph, e *graph.Edge, api *graph.Node) bool {
	for _, s := range e.To.ResourcePolicy {
		for _, principal := range s.Principals {
			name, literal := principal.Value.Str()
			if literal && name != "*" && !strings.HasPrefix(name, "apigateway.") || s.Via == nil || !mayInvoke(s) {
				continue
			}
			source := s.Via.Properties.Get("SourceArn")
			if from, _ := sourceOf(g, source); !source.Exists() || from == nil || from == api && coversRoute(api, source, e.Label) {
				if !isForAnother(g, s, e, api) {
					return true
				}
			}
		}
	}
	return false
}

// mayInvoke tells whether a permission is one to invoke the function itself and not through its URL, as far as its action is known.
func mayInvoke(s graph.Statement) bool {
	if byURL, _ := s.Conditions.Get("Bool", "lambda:InvokedViaFunctionUrl").Truth(); byURL {
		return false
	}
	return firstOpen(s.Actions...).Exists() || allowsAction(s, "lambda:InvokeFunction")
}

// isForAnother tells whether a permission is on an alias or version, or on the bare function, that another route of the API
// calls and this one does not. One that fits no route is the matter of permission-does-not-fit-trigger.
func isForAnother(g *graph.Graph, s graph.Statement, e *graph.Edge, api *graph.Node) bool {
	mine, ok := qualifierOf(g, s.Via.Properties.Get("FunctionName"))
	if !ok || mine == e.Qualifier || strings.Contains(e.Qualifier, "$") {
		return false
	}
	for _, other := range g.Out(api, graph.Invokes) {
		if other.To == e.To && other.Qualifier == mine {
			return true
		}
	}
	return false
}

// openAPIGrant finds what is not known of the only permissions that may let an API in; it is absent where one surely does.
func openAPIGrant(g *graph.Graph, e *graph.Edge, api *graph.Node) graph.Value {
	unsure := graph.Value{}
	for _, s := range e.To.ResourcePolicy {
		if s.Via == nil || len(s.Principals) == 0 || !mayInvoke(s) {
			continue
		}
		principal, source := s.Principals[0].Value, s.Via.Properties.Get("SourceArn")
		name, literal := principal.Str()
		if literal && name != "*" && !strings.HasPrefix(name, "apigateway.") {
			continue
		}
		if from, _ := sourceOf(g, source); from != nil && from != api {
			continue
		}
		v := firstOpen(principal, source)
		if from, _ := sourceOf(g, source); !open(principal) && from == api {
			v = graph.Value{} // the stage or path behind it may be open
		}
		if !v.Exists() {
			return graph.Value{}
		}
		unsure = v
	}
	return unsure
}

// apiMayPart tells whether a permission of the function is for the API, if maybe not for the route.
func apiMayPart(g *graph.Graph, e *graph.Edge, api *graph.Node) bool {
	for _, s := range e.To.ResourcePolicy {
		if s.Via == nil {
			continue
		}
		if from, _ := sourceOf(g, s.Via.Properties.Get("SourceArn")); from == api {
			return true
		}
	}
	return false
}

// coversRoute tells whether the source of a permission, API/STAGE/METHOD/PATH, may be a route such as "POST /orders",
// or API/STAGE/KEY the key of a WebSocket route.
// A stage that is written out must be one of the API's, as far as they are known.
func coversRoute(api *graph.Node, source graph.Value, route string) bool {
	method, path, isRoute := strings.Cut(route, " /")
	pattern, known := after(source, api)
	if !known || pattern == "" {
		return true
	}
	stage, _, _ := strings.Cut(pattern, "/")
	if !mayBeStage(api, stage) {
		return false
	}
	if api.Kind == graph.WebSocketAPI {
		return policy.Glob(pattern, strings.ReplaceAll(stage, "*", "any")+"/"+route) || !isForRoute(api, pattern)
	}
	if !isRoute {
		return true
	}
	methods := []string{method}
	if method == "ANY" {
		methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	}
	for _, m := range methods {
		if policy.Glob(pattern, strings.ReplaceAll(stage, "*", "any")+"/"+m+"/"+path) {
			return true
		}
	}
	return false
}

// mayBeStage tells whether a stage in the source of a permission may be one of the API's. test-invoke-stage has only the
// console's test calls, authorizers/ID those of an authorizer. A wildcard reaches beyond the stage: the CDK writes */*$connect as *$connect.
func mayBeStage(api *graph.Node, pattern string) bool {
	stages := api.Setting("stages").Each()
	switch {
	case pattern == "test-invoke-stage", pattern == "authorizers":
		return false
	case pattern == "", pattern == someStage, len(stages) == 0, api.External:
		return true
	}
	for _, s := range stages {
		name, known := s.Get("StageName").Str()
		before, _, wild := strings.Cut(pattern, "*")
		if !known || wild && strings.HasPrefix(name, before) || policy.Glob(pattern, name) {
			return true
		}
	}
	return false
}

// someStage stands for a stage that is referred to.
const someStage = "stage"

// isForRoute tells whether the source of a permission, behind the API, ends in the key of one of its routes, or of those
// that every WebSocket API may have.
func isForRoute(api *graph.Node, pattern string) bool {
	last := strings.TrimLeft(pattern[strings.LastIndex(pattern, "/")+1:], "*")
	if last == "$connect" || last == "$disconnect" || last == "$default" {
		return true
	}
	for _, r := range api.Setting("routes").Each() {
		if key, ok := r.Get("RouteKey").Str(); ok && key == last {
			return true
		}
	}
	return false
}

// after gives what a text says behind its reference to a node, without the first slash. It is not known where
// something else is referred to there, but for the stage.
func after(text graph.Value, n *graph.Node) (rest string, known bool) {
	found := false
	var b strings.Builder
	for _, part := range text.Parts() {
		switch {
		case part.Ref != nil && part.Ref.Resource == n.ID:
			found = true
		case !found:
		case part.Ref == nil && part.Unknown == "":
			b.WriteString(part.Literal)
		case b.String() == "/":
			b.WriteString(someStage)
		default:
			return "", false
		}
	}
	return strings.TrimPrefix(b.String(), "/"), found
}
