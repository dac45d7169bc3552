package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "api-function-released-at-once",
	Code:     "DEP001",
	Title:    `New code takes all requests at once`,
	Severity: Low,
	Pillar:   Operations,
	Profile:  Advisory,
	Why:      `A bad version of a function behind an API meets every request until somebody notices and deploys again; there is nothing to fall back to.`,
	Fix:      `Let the API call an alias, and shift its traffic by CodeDeploy: UpdatePolicy: {CodeDeployLambdaAliasUpdate: ...} with a canary configuration and alarms.`,
	SAM:      `Set AutoPublishAlias: live and DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [...]}: the events then call the alias.`,
	CDK:      `new codedeploy.LambdaDeploymentGroup(this, "Release", { alias, deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES, alarms })`,
	Sources: []Source{
		{Title: `AWS SAM Developer Guide, "Deploying serverless applications gradually with AWS SAM"`, URL: "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html", Checked: "2026-11-30"},
	},
	Gaps: `One finding for each stack, with all its functions. Traffic that a pipeline shifts by its own calls is not seen.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Call: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: "2.0", IntegrationUri: !GetAtt Worker.Arn}}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: GET /orders, Target: !Sub "integrations/${Call}"}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}} # want "Worker takes all requests at once"
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Call: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: "2.0", IntegrationUri: !Ref Live}}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: GET /orders, Target: !Sub "integrations/${Call}"}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Worker}}
  Live:
    Type: AWS::Lambda::Alias
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: shop, DeploymentGroupName: shop}}
    Properties: {FunctionName: !Ref Worker, FunctionVersion: !GetAtt Version.Version, Name: live}
`,
	Check: func(p *Pass) {
		stacks := map[string]*Hit{}
		var order []string
		for _, e := range p.Graph.OfEdge(graph.Invokes) {
			fn := e.To
			if fn.Kind != graph.Function || fn.External || fn.Framework != "" || !isAPI(e.From) || shiftsTraffic(p.Graph, fn) {
				continue
			}
			if v := p.openLink(fn, "FunctionName", "AWS::Lambda::Alias"); v.Exists() {
				p.Unknown(fn, v)
				continue
			}
			h := stacks[fn.Resource.Stack]
			if h == nil {
				h = &Hit{Node: fn, Values: []graph.Value{{}}}
				stacks[fn.Resource.Stack] = h
				order = append(order, fn.Resource.Stack)
			}
			if fn != h.Node && !slices.Contains(h.Related, fn) {
				h.Related = append(h.Related, fn)
			}
		}
		for _, s := range order {
			h := stacks[s]
			h.Message = fmt.Sprintf("new code of %s takes all requests at once: no alias shifts its traffic step by step", nameOf(h.Node))
			if n := len(h.Related); n > 0 {
				h.Message += fmt.Sprintf(" (%d more functions likewise)", n)
			}
			p.Report(*h)
		}
	},
})

func isAPI(n *graph.Node) bool {
	switch n.Kind {
	case graph.RestAPI, graph.HTTPAPI, graph.GraphQLAPI, graph.FunctionURL:
		return true
	}
	return false
}

// shiftsTraffic tells whether an alias of the function moves to new versions by CodeDeploy, step by step.
func shiftsTraffic(g *graph.Graph, fn *graph.Node) bool {
	moved := false
	for _, e := range g.In(fn, graph.Deploys) {
		switch {
		case e.From.Kind == graph.Alias && e.From.Resource != nil && e.From.Resource.Attributes.Get("UpdatePolicy", "CodeDeployLambdaAliasUpdate").Exists():
			moved = true
		case e.From.Type == "AWS::CodeDeploy::DeploymentGroup":
			if s, ok := e.From.Setting("deploymentConfigName").Str(); ok && strings.Contains(s, "AllAtOnce") {
				return false
			}
		}
	}
	return moved
}
