package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "cached-responses-not-encrypted",
	Code:     "API013",
	Title:    "Cached responses are not encrypted",
	Severity: Medium,
	Pillar:   Security,
	Why:      `The cache holds the responses of the API, personal data included, and by default in clear.`,
	Fix:      `Set CacheDataEncrypted: true beside CachingEnabled in MethodSettings.`,
	CDK:      `deployOptions: { cachingEnabled: true, cacheDataEncrypted: true }`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::ApiGateway::Deployment MethodSetting CacheDataEncrypted", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-deployment-methodsetting.html#cfn-apigateway-deployment-methodsetting-cachedataencrypted", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:APIGWCacheEnabledAndEncrypted", "security-hub:APIGateway.5", "prowler:apigateway_restapi_cache_encrypted", "guard-rules-registry:api_gw_cache_enabled_and_encrypted", "control-tower:api_gw_cache_encrypted_check"},
	Gaps:        `A stage without a cache cluster is never reported: no cache is asked for.`,
	Bad: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      CacheClusterEnabled: true
      MethodSettings:
        - HttpMethod: "*"
          ResourcePath: /*
          CachingEnabled: true # want "CacheDataEncrypted is absent"
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      CacheClusterEnabled: true
      MethodSettings:
        - {HttpMethod: "*", ResourcePath: "/*", CachingEnabled: true, CacheDataEncrypted: true}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      CacheClusterEnabled: true
      MethodSettings:
        - HttpMethod: "*"
          ResourcePath: "/*"
          CachingEnabled: true
          CacheDataEncrypted: false # want "CacheDataEncrypted is false"
`},
	MoreGood: []string{`Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      MethodSettings:
        - {HttpMethod: "*", ResourcePath: "/*", CachingEnabled: true}
`},
	Check: checkCachedResponses,
})

func checkCachedResponses(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI) {
		for _, stage := range stagesHere(api) {
			cluster := stage.Get("CacheClusterEnabled")
			if !cluster.Exists() {
				cluster = stage.Get("StageDescription", "CacheClusterEnabled")
			}
			if on, ok := p.Truth(api, cluster); !ok || !on {
				continue
			}
			for _, m := range methodSettings(stage) {
				caching, encrypted := m.Get("CachingEnabled"), m.Get("CacheDataEncrypted")
				if on, ok := p.Truth(api, caching); !ok || !on {
					continue
				}
				state := "absent, that is false"
				if encrypted.Exists() {
					if yes, ok := p.Truth(api, encrypted); !ok || yes {
						continue
					}
					caching, state = encrypted, "false"
				}
				p.Report(Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{caching},
					Message: fmt.Sprintf("responses of %s are cached, but CacheDataEncrypted is %s", nameOf(api), state)})
			}
		}
	}
}
