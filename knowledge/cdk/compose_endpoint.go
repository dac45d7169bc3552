package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.Endpoint, composeDistribution)

// CloudFront's own policies, by their ids, which are the same in every account. Source: CloudFront developer guide,
// "Use managed cache policies", "... origin request policies" and "... response headers policies", checked 2026-11-30.
const (
	cacheOptimized      = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	cacheDisabled       = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewerExceptHost = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
	securityHeaders     = "67f7725c-6f97-4210-82d7-5512b31e9d03"
)

func composeDistribution(c *composer, d *graph.Node) {
	id := c.ids[d]
	paths, access := c.name(id+"Paths"), c.name(id+"Access")
	c.add(paths, "AWS::CloudFront::Function", mapping{}.
		with("Name", substituted("${AWS::StackName}-paths")).
		with("AutoPublish", true).
		with("FunctionConfig", mapping{}.with("Runtime", "cloudfront-js-2.0").with("Comment", "shows the page for its own addresses")).
		with("FunctionCode", pagePaths)).Comment = "Addresses without an ending are the page's own: it shows them itself."
	c.add(access, "AWS::CloudFront::OriginAccessControl", mapping{}.with("OriginAccessControlConfig", mapping{}.
		with("Name", substituted("${AWS::StackName}-"+kebab(d.ID))).with("OriginAccessControlOriginType", "s3").with("SigningBehavior", "always").with("SigningProtocol", "sigv4")))
	config := mapping{}.with("Enabled", true).with("Comment", stringOf(d.Setting("description"))).with("DefaultRootObject", "index.html").
		with("HttpVersion", "http2and3").with("IPV6Enabled", true)
	var origins, behaviours sequence
	for _, e := range c.g.Out(d, graph.Reads) {
		c.carry(e)
		origins = append(origins, mapping{}.with("Id", "pages").with("DomainName", getAtt{c.ids[e.To], "RegionalDomainName"}).
			with("OriginAccessControlId", getAtt{access, "Id"}).with("S3OriginConfig", mapping{}.with("OriginAccessIdentity", "")))
		config = config.with("DefaultCacheBehavior", mapping{}.with("TargetOriginId", "pages").with("ViewerProtocolPolicy", "redirect-to-https").with("Compress", true).
			with("CachePolicyId", cacheOptimized).
			with("ResponseHeadersPolicyId", securityHeaders).
			with("FunctionAssociations", sequence{mapping{}.with("EventType", "viewer-request").with("FunctionARN", getAtt{paths, "FunctionARN"})}))
	}
	for _, e := range c.g.Out(d, graph.Invokes) {
		c.carry(e)
		origins = append(origins, mapping{}.with("Id", "api").
			with("DomainName", substituted("${"+c.ids[e.To]+"}.execute-api.${AWS::Region}.${AWS::URLSuffix}")).
			with("CustomOriginConfig", mapping{}.with("OriginProtocolPolicy", "https-only").with("OriginSSLProtocols", sequence{"TLSv1.2"})))
		behaviours = append(behaviours, mapping{}.with("PathPattern", "/api/*").with("TargetOriginId", "api").with("ViewerProtocolPolicy", "https-only").with("Compress", true).
			with("AllowedMethods", sequence{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}).
			because("CachePolicyId", cacheDisabled, "answers are for one caller").
			because("OriginRequestPolicyId", allViewerExceptHost, "an API answers under its own name only"))
	}
	if behaviours != nil {
		config = config.with("CacheBehaviors", behaviours)
	}
	c.node(d, mapping{}.with("DistributionConfig", config.with("Origins", origins))).Comment = "The site: pages from the bucket, and the API under the same address."
	c.output(id+"DomainName", getAtt{id, "DomainName"})
}
