package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-outlives-api",
	Code:     "API010",
	Title:    `Function may run longer than the API waits for it`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `When the integration times out the client gets an error (status 504 from a REST API, 503 from an HTTP API), while the function works on and is billed. A client that then tries again has the work done twice.`,
	Fix:      `Set the function's Timeout below the integration's (29 s for REST and WebSocket, 30 s for HTTP APIs, or its TimeoutInMillis), or answer at once and work asynchronously.`,
	CDK:      `timeout: Duration.seconds(28), or an asynchronous integration`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::ApiGateway::Method Integration TimeoutInMillis`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-method-integration.html#cfn-apigateway-method-integration-timeoutinmillis", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::ApiGatewayV2::Integration TimeoutInMillis`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-integration.html#cfn-apigatewayv2-integration-timeoutinmillis", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Gateway response types for API Gateway" (INTEGRATION_TIMEOUT is 504; REST APIs)`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html", Checked: "2026-11-30"},
		{Title: `Serverless Framework, issue 11222 (an HTTP API answers 503 when the integration times out)`, URL: "https://github.com/serverless/serverless/issues/11222", Checked: "2026-11-30"},
		{Title: `AWS What's New, "Amazon API Gateway integration timeout limit increase beyond 29 seconds"`, URL: "https://aws.amazon.com/about-aws/whats-new/2024/06/amazon-api-gateway-integration-timeout-limit-29-seconds/", Checked: "2026-11-30"},
	},
	Gaps: `A timeout of the integration beyond what its API can have is high; info where a raised quota allows it (Regional and private REST APIs). Medium for a function that serves ANY or a proxy route: only some of its paths may be slow. Streamed responses are left out.`,
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
      Timeout: 60 # want "may run 60 s, but Api waits 29 s"
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
      Timeout: 28
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 120 # want "may run 120 s, but ServerlessHttpApi waits 30 s"
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get:
          Type: HttpApi
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
      Timeout: 120
      Events:
        Orders:
          Type: SQS
          Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:orders"}
`},
	Check: checkAPITimeouts,
})

func checkAPITimeouts(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
		checkOtherTimeouts(p, api)
	}
	for _, e := range p.Graph.OfEdge(graph.Invokes) {
		if e.Mode != graph.Sync || e.To.Kind != graph.Function || e.To.External || streams(e.Settings) {
			continue
		}
		var limit int // milliseconds
		switch e.From.Kind {
		case graph.RestAPI:
			limit = facts.Int("apigw.rest_integration_default_ms")
		case graph.HTTPAPI:
			limit = facts.Int("apigw.http_integration_ms")
		case graph.WebSocketAPI:
			limit = facts.Int("apigw.websocket_integration_ms")
		default:
			continue
		}
		checkAPITimeout(p, e, limit)
	}
}

func checkAPITimeout(p *Pass, e *graph.Edge, limit int) {
	most := limit
	for _, path := range [][]string{{"TimeoutInMillis"}, {"Integration", "TimeoutInMillis"}, {"x-amazon-apigateway-integration", "timeoutInMillis"}} {
		v := e.Settings.Get(path...)
		if !v.Exists() {
			continue
		}
		n, ok := p.Int(e.From, v)
		if !ok || refusedTimeout(p, e, v, n, limit) {
			return
		}
		limit = n
	}
	v := e.To.Setting("timeout")
	timeout, ok := p.Int(e.To, v)
	if !ok || timeout*1000 <= limit {
		return
	}
	if mode := firstOpen(e.Settings.Get("ResponseTransferMode"), e.Settings.Get("Integration", "ResponseTransferMode"), e.Settings.Get("x-amazon-apigateway-integration", "responseTransferMode")); mode.Exists() {
		p.Unknown(e.From, mode)
		return
	}
	severity, answer := High, "an error"
	switch e.From.Kind {
	case graph.RestAPI:
		answer = "status 504"
	case graph.HTTPAPI:
		answer = "status 503"
	}
	if strings.HasPrefix(e.Label, "ANY ") || strings.Contains(e.Label, "{proxy+}") || e.Label == "$default" {
		severity = Medium
	}
	if doesLittle(e.To) {
		severity = Info // its code ends long before
	}
	waits := secondsOf(limit)
	if e.Via != nil && e.Via.Type == "AWS::Lambda::Permission" { // the definition that calls it was not read
		waits += " at most"
		if raisable(e.From) {
			waits = secondsOf(limit) + " unless its definition, not read here, sets another timeoutInMillis"
		}
	}
	h := Hit{Node: e.To, Severity: severity, Confidence: weaker(e), Related: []*graph.Node{e.From}, RelatedResources: []*graph.Resource{e.Via}, Values: append([]graph.Value{v}, edgePlace(e)...),
		Message: fmt.Sprintf("%s may run %s, but %s waits %s: the client gets %s while the work goes on", nameOf(e.To), seconds(v), nameOf(e.From), waits, answer)}
	h.Fix, h.CDK = endSooner(e, v, limit, most)
	p.Report(h)
}

// endSooner says how a function comes to end before its API stops waiting, after limit of the most milliseconds that this
// kind of API waits without a raised quota.
func endSooner(e *graph.Edge, timeout graph.Value, limit, most int) (fix, cdk string) {
	fix, cdk = "Set the function's Timeout below "+secondsOf(limit), "an asynchronous integration"
	if whole := (limit - 1) / 1000; whole > 0 {
		cdk = fmt.Sprintf("timeout: Duration.seconds(%d), or %s", whole, cdk)
	}
	if timeout.At != nil && strings.HasPrefix(timeout.At.Path, "/Globals/") {
		fix += " (it stands under Globals: set it on this function)"
	}
	switch {
	case limit < most:
		fix += ", raise the integration's TimeoutInMillis (" + fmt.Sprint(most) + " at most) above it"
	case raisable(e.From):
		fix += ", raise TimeoutInMillis, for which a Regional or private REST API needs a raised quota"
	}
	return fix + ", or answer at once and work asynchronously.", cdk
}

// raisable tells whether an account can have an API wait longer: it is, or may be, a Regional or private REST API.
func raisable(api *graph.Node) bool {
	for _, t := range api.Setting("endpointConfiguration", "types").Each() {
		if s, known := t.Str(); api.Kind == graph.RestAPI && (!known || s != "EDGE") {
			return true
		}
	}
	return api.Kind == graph.RestAPI && openEndpoint(api).Exists()
}

// secondsOf spells milliseconds in seconds: "29 s", "1.5 s".
func secondsOf(ms int) string { return fmt.Sprintf("%g s", float64(ms)/1000) }

// refusedTimeout reports an integration that is to wait longer than most (milliseconds), which only Regional and private
// REST APIs can, with a raised quota. It is true where API Gateway refuses it.
func refusedTimeout(p *Pass, e *graph.Edge, v graph.Value, n, most int) bool {
	if n <= most {
		return false
	}
	h := Hit{Node: e.To, Resource: e.Via, Related: []*graph.Node{e.From, e.To}, Values: []graph.Value{v},
		Fix: fmt.Sprintf("Set TimeoutInMillis to %d at most, or answer at once and work asynchronously.", most), CDK: fmt.Sprintf("timeout of the integration: Duration.millis(%d) at most, or an asynchronous integration", most)}
	for _, at := range edgePlace(e) {
		h.Place = routePlace(p, e.From, at, graph.Value{}) // an event of SAM
	}
	kind := "this kind of API"
	if e.From.Kind == graph.RestAPI {
		kind = "an edge-optimized API"
		for _, t := range e.From.Setting("endpointConfiguration", "types").Each() {
			s, ok := p.Text(e.From, t)
			if !ok {
				return true
			}
			if s != "EDGE" {
				h.Severity = Info
				h.Fix = fmt.Sprintf("Have the quota of the integration timeout raised before the deployment, or set TimeoutInMillis to %d at most.", most)
				h.Message = fmt.Sprintf("%s waits %s for %s: the account needs a raised quota for more than %s", nameOf(e.From), secondsOf(n), nameOf(e.To), secondsOf(most))
				p.Report(h)
				return false
			}
		}
	}
	h.Message = fmt.Sprintf("%s is to wait %s for %s, and %s can wait %s at most: API Gateway refuses it", nameOf(e.From), secondsOf(n), nameOf(e.To), kind, secondsOf(most))
	p.Report(h)
	return true
}

// longestWait is how long an API can wait for an integration (milliseconds) whatever quota the account has; 0 where a
// quota can raise it, or where that is not known. name is what such an API is called.
func longestWait(api *graph.Node) (most int, name string) {
	switch api.Kind {
	case graph.HTTPAPI:
		return facts.Int("apigw.http_integration_ms"), "an HTTP API"
	case graph.WebSocketAPI:
		return facts.Int("apigw.websocket_integration_ms"), "a WebSocket API"
	}
	if open(api.Setting("endpointConfiguration")) {
		return 0, ""
	}
	for _, t := range api.Setting("endpointConfiguration", "types").Each() {
		if s, known := t.Str(); !known || s != "EDGE" {
			return 0, ""
		}
	}
	return facts.Int("apigw.rest_integration_default_ms"), "an edge-optimized API"
}

// checkOtherTimeouts reports integrations with other things than functions that are to wait longer than their API can.
func checkOtherTimeouts(p *Pass, api *graph.Node) {
	most, kind := longestWait(api)
	if api.External || most == 0 || open(api.Setting("protocolType")) {
		return
	}
	calls := map[string]bool{} // what a function's own finding is about
	for _, e := range p.Graph.Out(api, graph.Invokes) {
		if e.To.Kind == graph.Function && e.Via != nil {
			calls[e.Label] = true
			calls[e.Via.ID] = true
		}
	}
	report := func(v graph.Value, place *Place, of string) {
		n, known := v.Int()
		if !known || n <= most {
			return
		}
		fix := fmt.Sprintf("Set TimeoutInMillis to %d at most", most)
		if api.Kind == graph.RestAPI {
			fix += ", or make the API Regional and have the quota raised"
		}
		p.Report(Hit{Node: api, Place: place, Related: []*graph.Node{api}, Values: []graph.Value{v},
			Fix: fix + ".", CDK: fmt.Sprintf("timeout of the integration: Duration.millis(%d) at most", most),
			Message: fmt.Sprintf("%s is to wait %s (%s), and %s can wait %s at most: API Gateway refuses it", nameOf(api), secondsOf(n), of, kind, secondsOf(most))})
	}
	for _, r := range api.Setting("routes").Each() {
		if key, _ := r.Get("RouteKey").Str(); !calls[key] && !streams(r) {
			v := r.Get("Integration", "TimeoutInMillis")
			if !v.Exists() {
				v = r.Get("Integration", "timeoutInMillis") // in a definition
			}
			report(v, routePlace(p, api, v, r), key)
		}
	}
	for _, in := range api.Setting("integrations").Each() {
		if id, _ := in.Get("ResourceId").Str(); !calls[id] && in.At != nil {
			report(in.Get("TimeoutInMillis"), &Place{ID: plainID(id), Type: "AWS::ApiGatewayV2::Integration", File: in.At.File}, "integration "+plainID(id))
		}
	}
}

// streams tells whether an integration hands the response on while it is made.
func streams(settings graph.Value) bool {
	found := false
	settings.Walk(func(v graph.Value) {
		if v.Kind == graph.String {
			s := v.String()
			found = found || s == "STREAM" || strings.Contains(s, "response-streaming-invocations")
		}
	})
	return found
}
