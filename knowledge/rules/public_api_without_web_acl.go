package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "public-api-without-web-acl",
	Code:     "API007",
	Title:    `Public API has no web ACL`,
	Severity: Medium,
	Pillar:   Security,
	Why:      `Nothing filters known attacks, bad addresses and floods from single addresses before they reach your code and your bill; throttling bounds the whole, and hits good callers with them.`,
	Fix:      `Associate an AWS::WAFv2::WebACL with the stage, GraphQL API or user pool (AWS::WAFv2::WebACLAssociation).`,
	CDK:      `new wafv2.CfnWebACLAssociation(this, "Acl", { resourceArn, webAclArn }) with stage.stageArn, the GraphQL API's api.arn or userPool.userPoolArn`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Use AWS WAF to protect your REST APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-APIG3", "cdk-nag:APIGWAssociatedWithWAF", "checkov:CKV2_AWS_33", "security-hub:APIGateway.4", "prowler:apigateway_restapi_waf_acl_attached", "prowler:cognito_user_pool_waf_acl_attached"},
	Gaps:        `Low for APIs whose methods all ask for a signature (AWS_IAM) or have mock integrations, info where such a mock is for trial stages only. An association made outside the template (Firewall Manager), is not seen; one on a CloudFront distribution is, where it stands before all domains of an API whose default endpoint is off. HTTP APIs cannot have a web ACL. User pools are low, and info where threat protection is enforced and only administrators make users.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Live: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployed, StageName: live}} # want "stage live"
  Graph: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: shop, AuthenticationType: AWS_IAM}} # want "GraphQL API Graph"
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Live: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployed, StageName: live}}
  Acl: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Live}", WebACLArn: "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/1"}}
  Inner: {Type: AWS::ApiGateway::RestApi, Properties: {Name: inner, EndpointConfiguration: {Types: [PRIVATE]}}}
  InnerDeployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Inner}}
  InnerLive: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Inner, DeploymentId: !Ref InnerDeployed, StageName: live}}
  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Graph: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: shop, AuthenticationType: AWS_IAM, Visibility: PRIVATE}}
`,
	Check: func(p *Pass) {
		// What an association protects may be any of them, also one in another of the files: they often stand in one of their own.
		accuse := func(h Hit) {
			for _, l := range p.openLinks("ResourceArn", "AWS::WAFv2::WebACLAssociation", "AWS::WAFRegional::WebACLAssociation") {
				if !p.namesAnother(l.value, h.Node) {
					p.Unknown(h.Node, l.value)
					return
				}
			}
			if why := givenToUnread(p.Graph, h.Node); why != "" {
				p.Unclear(h.Node, why)
				return
			}
			protected := protectable[h.Node.Kind]
			protected.arn = arnOf(h, protected.arn)
			h.Fix = "Associate an AWS::WAFv2::WebACL with the " + protected.what + " (AWS::WAFv2::WebACLAssociation, ResourceArn: " + protected.arn + ")."
			h.CDK = `new wafv2.CfnWebACLAssociation(this, "Acl", { resourceArn: ` + protected.cdk + `, webAclArn })`
			p.Report(h)
		}
		eachRestStage(p, func(api *graph.Node, stage graph.Value) {
			guarded := stageHasWebACL(p, api, stage)
			likely := policyMayBeIncluded(api)
			if !likely && p.maybeClosed(api, !guarded) {
				return
			}
			if v := firstOpen(openEndpoint(api), api.Setting("disableExecuteApiEndpoint")); likely && v.Exists() {
				p.Unknown(api, v)
				return
			}
			if !closedAPI(p.Graph, api) && !guarded && !guardedInFront(p.Graph, api) {
				h := Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{{At: stage.At}},
					Message: fmt.Sprintf("stage %s of %s is open to the internet without a web ACL", stageName(stage), nameOf(api))}
				if likely {
					h.Confidence = Likely
					h.Message = fmt.Sprintf("stage %s of %s has no web ACL, and nothing here closes the API; the definition that it includes may", stageName(stage), nameOf(api))
				}
				switch {
				case mockOnTrial(api):
					h.Severity = Info
				case signedOnly(api), mockOnly(api):
					h.Severity = Low
				}
				accuse(h)
			}
		})
		for _, api := range p.Graph.OfKind(graph.GraphQLAPI) {
			visibility := api.Setting("visibility")
			if api.External || api.Type != "AWS::AppSync::GraphQLApi" || hasWebACL(api) {
				continue
			}
			if s, _ := visibility.Str(); open(visibility) {
				p.Unknown(api, visibility)
			} else if s != "PRIVATE" {
				accuse(Hit{Node: api, Values: []graph.Value{{}}, Message: fmt.Sprintf("GraphQL API %s is open to the internet without a web ACL", nameOf(api))})
			}
		}
		for _, pool := range p.Graph.OfKind(graph.UserPool) {
			if !pool.External && !hasWebACL(pool) {
				h := Hit{Node: pool, Severity: Low, Values: []graph.Value{{}}, Message: fmt.Sprintf("the sign-in of user pool %s has no web ACL", nameOf(pool))}
				if guardsItself(pool) {
					h.Severity = Info
				}
				accuse(h)
			}
		}
	},
})

// guardedInFront tells whether an API is reached by its domains only, and CloudFront distributions with a web ACL have them
// for an origin.
func guardedInFront(g *graph.Graph, api *graph.Node) bool {
	mappings := api.Setting("domainMappings").Each()
	if off, _ := api.Setting("disableExecuteApiEndpoint").Truth(); !off {
		return false
	}
	for _, m := range mappings {
		domain := domainOf(g, m)
		if domain == nil || !slices.ContainsFunc(g.Nodes, func(n *graph.Node) bool { return standsBefore(n, domain) }) {
			return false
		}
	}
	return len(mappings) > 0
}

// standsBefore tells whether a node is a CloudFront distribution with a web ACL and a domain for an origin.
func standsBefore(distribution, domain *graph.Node) bool {
	config := distribution.Setting("distributionConfig")
	acl := config.Get("WebACLId")
	if s, known := acl.Str(); distribution.Type != "AWS::CloudFront::Distribution" || !acl.Exists() || known && s == "" {
		return false
	}
	name, _ := domain.Setting("domainName").Str()
	for _, origin := range config.Get("Origins").Each() {
		at := origin.Get("DomainName")
		text, known := at.Str()
		if known && text == name || slices.ContainsFunc(at.Refs(), func(r graph.Ref) bool { return r.Resource == domain.ID }) {
			return true
		}
	}
	return false
}

// policyMayBeIncluded tells whether nothing but a file that a definition includes may hold a resource policy of an API: few
// do, and a policy filters no attacks of those it admits.
func policyMayBeIncluded(api *graph.Node) bool {
	return !api.Setting("policy").Exists() && api.Setting("body", "Fn::Transform").Exists() && open(api.Setting("body", "x-amazon-apigateway-policy"))
}

// protectable are the kinds of thing that a web ACL can be for, by what an association names. Source: AWS CDK reference,
// CfnWebACLAssociationProps (the forms of ResourceArn), checked 2026-11-30.
var protectable = map[graph.Kind]struct{ what, arn, cdk string }{
	graph.RestAPI:    {"stage", `!Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/API/stages/STAGE"`, "stage.stageArn"},
	graph.GraphQLAPI: {"GraphQL API", "!GetAtt Api.Arn", "api.arn"},
	graph.UserPool:   {"user pool", "!GetAtt Pool.Arn", "userPool.userPoolArn"},
}

// arnOf names in the ARN of an association what it is for. By a reference to the stage the association comes after it. SAM
// gives the stage of its API as Api.Stage.
func arnOf(h Hit, arn string) string {
	r := h.Node.Resource
	if r == nil {
		return arn
	}
	api := r.WrittenID()
	switch {
	case h.Node.Kind != graph.RestAPI:
		return "!GetAtt " + api + ".Arn"
	case h.Place != nil:
		return strings.NewReplacer("/API/", "/${"+api+"}/", "/STAGE", "/${"+h.Place.ID+"}").Replace(arn)
	}
	return strings.NewReplacer("/API/", "/${"+api+"}/", "/STAGE", "/${"+api+".Stage}").Replace(arn)
}

// signedOnly tells whether all methods of an API ask for a signature (AWS_IAM): API Gateway turns everyone else away by
// itself. What browsers ask beforehand (OPTIONS) does not count.
func signedOnly(api *graph.Node) bool {
	signed := false
	for _, r := range api.Setting("routes").Each() {
		key, _ := r.Get("RouteKey").Str()
		if strings.HasPrefix(key, "OPTIONS ") {
			continue
		}
		if kind, _ := r.Get("AuthorizationType").Str(); kind != "AWS_IAM" {
			return false
		}
		signed = true
	}
	return signed
}

// stageHasWebACL tells whether an association names a stage, or the API without naming a stage that is known.
func stageHasWebACL(p *Pass, api *graph.Node, stage graph.Value) bool {
	if api.Setting("webAcl").Exists() {
		return true
	}
	own, _ := stage.Get("ResourceId").Str()
	for _, acl := range api.Setting("webAcls").Each() {
		arn := acl.Get("ResourceArn")
		if open(arn) {
			p.Unknown(api, arn)
			return true
		}
		_, name, ok := strings.Cut(arn.String(), "/stages/")
		another := false
		for _, ref := range arn.Refs() {
			if ref.Resource == own {
				return true
			}
			if n := p.Graph.Node(ref.Resource); n == nil || n != api {
				another = true // a stage, by its resource
			}
		}
		if !ok || !another && (name == stageName(stage) || open(stage.Get("StageName"))) {
			return true
		}
	}
	return false
}

// guardsItself tells whether a user pool answers risky sign-ins by itself and lets nobody sign up: what a web ACL would
// keep off is small. Source: AWS Security Blog, "Protect your Amazon Cognito user pool with AWS WAF", checked 2026-11-30.
func guardsItself(pool *graph.Node) bool {
	if pool.Resource == nil {
		return false
	}
	mode, _ := pool.Resource.Properties.Get("UserPoolAddOns", "AdvancedSecurityMode").Str()
	closed, _ := pool.Resource.Properties.Get("AdminCreateUserConfig", "AllowAdminCreateUserOnly").Truth()
	return mode == "ENFORCED" && closed
}

func hasWebACL(n *graph.Node) bool {
	return len(n.Setting("webAcls").Each()) > 0 || n.Setting("webAcl").Exists()
}
