package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "route-without-authorization",
	Code:     "API001",
	Title:    `Method or route admits everyone`,
	Severity: High,
	Pillar:   Security,
	Why:      `Everyone on the internet may call it, as often as the throttle lets them, and reach the back end behind it.`,
	Fix: `Set AuthorizationType on the method or route: AWS_IAM; or, with an AuthorizerId, COGNITO_USER_POOLS or CUSTOM (REST), JWT or CUSTOM (HTTP), CUSTOM with a REQUEST authorizer ($connect of a WebSocket API). ` +
		`In OpenAPI give the operation security, in SAM Auth. Where the route is meant for everyone (a webhook, a health check), say so in Metadata serverless-review.ignore with a reason.`,
	CDK: `defaultMethodOptions: { authorizer } on a RestApi, defaultAuthorizer on an HttpApi, connectRouteOptions: { integration, authorizer } on a WebSocketApi`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Control and manage access to REST APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-APIG4", "cdk-nag:AwsSolutions-COG4", "cdk-nag:APIGWAuthorization", "cdk-nag:CognitoUserPoolAPIGWAuthorizer", "checkov:CKV_AWS_59", "cfn_nag:W59", "security-hub:APIGateway.8", "prowler:apigateway_restapi_authorizers_enabled", "prowler:apigatewayv2_api_authorizers_enabled", "prowler:apigateway_restapi_public_with_authorizer", "guard-rules-registry:api_gw_method_authorization_type_rule", "control-tower:api_gw_v2_authorization_type_configured_check"},
	Gaps:        `Left out: OPTIONS, WebSocket routes other than $connect, private APIs (medium where their policy admits every VPC endpoint), APIs whose resource policy admits some callers only, APIs whose default endpoint is off, paths such as /health, /webhook, /.well-known, /login and /oauth2, and what says public in its Metadata. Mock integrations are low.`,
	Bad: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE # want "POST / has no authorization"
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: AWS_IAM
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get:
          Type: HttpApi # want "GET /orders has no authorization"
          Properties: {Path: /orders, Method: get}
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
          Properties: {Path: /orders, Method: get, RestApiId: !Ref Shop}
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: {DefaultAuthorizer: AWS_IAM}
`, `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      EndpointConfiguration: {Types: [PRIVATE]}
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`, `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`},
	Check: checkRoutes,
})

// publicPath matches paths that are meant for everyone. Words that are also states and parts of things (/orders/{id}/status)
// count at the beginning only, behind a version or the like.
var publicPath = lazy.Regexp(`(?i)(^|[/ ])(health(z|check)?|ping|webhooks?|callback|\.well-known|favicon\.ico|robots\.txt)(/|$)` +
	`|(^|[ ])/?((api|auth|v\d+)/)*(status|version|login|signin|signup|register|logout|signout|token|jwt|oauth2?|sso|saml|(forgot|reset)-?password|docs|swagger|openapi(\.json|\.yaml)?|public)(/|$)`)

func checkRoutes(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
		if api.External || intent(api, "public") != "" || p.maybeClosed(api, anyOpenRoute(api)) || closedAPI(p.Graph, api) && !openToEveryNetwork(api) {
			continue
		}
		for _, r := range api.Setting("routes").Each() {
			checkRoute(p, api, r)
		}
	}
}

// openRoute tells whether the method or path of a route, such as "POST /orders", is not known; openPart says why.
func openRoute(key string) bool { return strings.Contains(key, "(unknown: ") }

func openPart(key string) string {
	_, why, _ := strings.Cut(key, "(unknown: ")
	why, _, _ = strings.Cut(why, ")")
	return why
}

func checkRoute(p *Pass, api *graph.Node, r graph.Value) {
	key, _ := r.Get("RouteKey").Str()
	if v := api.Setting("protocolType"); open(v) {
		p.Unknown(api, v)
		return
	}
	protocol, _ := api.Setting("protocolType").Str()
	webSocket := api.Kind == graph.WebSocketAPI || strings.EqualFold(protocol, "WEBSOCKET")
	if strings.HasPrefix(key, "OPTIONS ") || webSocket && key != "$connect" || publicPath().MatchString(key) {
		return
	}
	auth := r.Get("AuthorizationType")
	if kind, known := auth.Str(); openRoute(key) && (!auth.Exists() || known && kind == "NONE") {
		p.Unknown(api, graph.NewUnknown(r.At, openPart(key))) // OPTIONS, and paths meant for everyone, need none
		return
	}
	kind, ok := p.Text(api, auth)
	if !ok && open(auth) || ok && kind != "NONE" || !ok && r.Get("AuthorizerId").Exists() {
		return
	}
	if key, ok := r.Get("ApiKeyRequired").Truth(); ok && key && !(api.Kind == graph.HTTPAPI && !webSocket) {
		return // the API key is another rule's matter; HTTP APIs ask for none
	}
	severity, everyone := High, "everyone may call it"
	if privateAPI(api) {
		severity, everyone = Medium, "the VPC endpoints of every account may call it"
	}
	if isMock(r) {
		severity = Low // API Gateway answers by itself what the template says: there is nothing behind it to reach
	}
	auth = written(auth)
	if auth.At == nil {
		auth.At = r.At
	}
	place := routePlace(p, api, auth, r)
	if p.declaredPublic(place) {
		return
	}
	h := Hit{Node: api, Place: place, Related: []*graph.Node{api}, Severity: severity, Values: []graph.Value{auth},
		Message: fmt.Sprintf("%s has no authorization: %s", key, everyone)}
	switch {
	case webSocket:
		h.CDK = "connectRouteOptions: { integration, authorizer: new WebSocketIamAuthorizer() } on the WebSocketApi"
	case api.Kind == graph.HTTPAPI:
		h.CDK = "defaultAuthorizer: new HttpIamAuthorizer() on the HttpApi, or another authorizer"
	default:
		h.CDK = "defaultMethodOptions: { authorizer } on the RestApi, or { authorizationType: apigateway.AuthorizationType.IAM }"
	}
	if place == nil && !webSocket && inDefinition(r) {
		h.CDK = "security in the definition that the SpecRestApi (or CfnApi body) reads"
	}
	h.Fix = authorizationFix(api, h.Place, r, webSocket)
	if privateAPI(api) {
		h.Fix += " Or admit your own VPC endpoints alone in the API's resource policy (Condition on aws:SourceVpce)."
	}
	h.Fix += " Where it is meant for everyone (a webhook, a health check), say so in Metadata serverless-review.ignore with a reason."
	p.Report(h)
}

// declaredPublic tells whether the Metadata of what writes a route says that it is for everyone.
func (p *Pass) declaredPublic(writer *Place) bool {
	if p.public == nil {
		p.public = slices.DeleteFunc(slices.Clone(p.Graph.Resources), func(r *graph.Resource) bool { return declared(r, "public") == "" })
	}
	return writer != nil && slices.ContainsFunc(p.public, func(r *graph.Resource) bool {
		return r.File == writer.File && plainID(r.WrittenID()) == writer.ID
	})
}

// authorizationFix says how a route gets an authorization where it is written: in a resource, an event of SAM, or the
// definition of an API. Source: CloudFormation reference, AWS::ApiGatewayV2::Route, and the API Gateway developer guide,
// "x-amazon-apigateway-auth object", checked 2026-11-30.
func authorizationFix(api *graph.Node, place *Place, r graph.Value, webSocket bool) string {
	sam := place != nil && strings.HasPrefix(place.Type, "AWS::Serverless::")
	defined := place == nil && inDefinition(r)
	iam := "AWS_IAM"
	if api.Kind == graph.HTTPAPI {
		iam = "AWS_IAM with EnableIamAuthorizer: true"
	}
	switch {
	case webSocket:
		return "Set AuthorizationType: AWS_IAM on the route $connect, or CUSTOM with the AuthorizerId of a REQUEST authorizer."
	case sam && inGlobals(api, "") != "":
		return inGlobals(api, "Set DefaultAuthorizer under Auth: "+iam+", or one of Authorizers.")
	case sam:
		return "Set Auth: {Authorizer: NAME} on the event, or DefaultAuthorizer under Auth of the API for all (" + iam + ", or one of its Authorizers)."
	case defined && spelled(api, "", "SAM") != "":
		return "Set DefaultAuthorizer under Auth of the API (" + iam + ", or one of its Authorizers), or give the operation security in the definition."
	case defined:
		return "Give the operation of the definition security by a scheme with x-amazon-apigateway-authorizer, or x-amazon-apigateway-auth: {type: AWS_IAM}."
	case api.Kind == graph.HTTPAPI:
		return "Set AuthorizationType: AWS_IAM on the route, or JWT or CUSTOM with an AuthorizerId."
	}
	return "Set AuthorizationType: AWS_IAM on the method, or COGNITO_USER_POOLS or CUSTOM with an AuthorizerId."
}

// inDefinition tells whether a route is an operation of an OpenAPI definition.
func inDefinition(r graph.Value) bool { return r.At != nil && strings.Contains(r.At.Path, "/paths/") }

// isMock tells whether API Gateway answers a route by itself: there is no back end to reach. OpenAPI spells it "type: mock".
func isMock(route graph.Value) bool {
	method, _ := route.Get("Integration", "Type").Str()
	operation, _ := route.Get("Integration", "type").Str()
	return method == "MOCK" || strings.EqualFold(operation, "mock")
}

// routePlace names what writes an entry of an API's routes: the method or route, or the resource of SAM whose event it
// is; nil where what is shown stands at the API itself.
func routePlace(p *Pass, api *graph.Node, shown, r graph.Value) *Place {
	id, ok := r.Get("ResourceId").Str()
	if ok && id != api.ID && r.At != nil && (api.External || api.Resource != nil && id != api.Resource.WrittenID()) {
		typ := "AWS::ApiGateway::Method"
		if api.Kind != graph.RestAPI {
			typ = "AWS::ApiGatewayV2::Route"
		}
		if res := p.Graph.Resource(id); res != nil && res.Source != "" { // SAM makes it
			return &Place{ID: plainID(res.WrittenID()), Type: res.SourceType, File: res.File}
		}
		return &Place{ID: plainID(id), Type: typ, File: r.At.File}
	}
	if shown.At == nil || !strings.Contains(shown.At.Path, "/Properties/Events/") {
		return nil
	}
	writer, _, _ := strings.Cut(strings.TrimPrefix(shown.At.Path, "/Resources/"), "/")
	for _, res := range p.Graph.Resources {
		if res.File == shown.At.File && plainID(res.WrittenID()) == writer && res.SourceType != "" {
			return &Place{ID: writer, Type: res.SourceType, File: res.File}
		}
	}
	return nil
}

// anyOpenRoute tells whether an API has a route without authorization, or one that may have none.
func anyOpenRoute(api *graph.Node) bool {
	for _, r := range api.Setting("routes").Each() {
		auth := r.Get("AuthorizationType")
		if kind, known := auth.Str(); !auth.Exists() && !r.Get("AuthorizerId").Exists() || known && kind == "NONE" || open(auth) {
			return true
		}
	}
	return false
}
