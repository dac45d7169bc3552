package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Behind the APIs, which it names.
var _ = lowers(graph.Endpoint, rankAlarms, lowerDistribution)

const (
	cdnModule     = "aws-cloudfront"
	originsModule = "aws-cloudfront-origins"
)

// pagePaths is the code that gives addresses of a page's own routes, which have no ending, the page.
const pagePaths = "function handler(event) { var request = event.request; if (request.uri.lastIndexOf('.') <= request.uri.lastIndexOf('/')) { request.uri = '/index.html'; } return request; }"

func lowerDistribution(l *lowerer, d *graph.Node) {
	cdn := func(name string) typeName { return typeName{cdnModule, name} }
	l.emit(heading{"The site: pages from the bucket, and the API under the same address."})
	paths := l.names[d] + "Paths"
	l.taken[paths] = true
	l.emit(let{Name: paths, Type: cdn("Function"), Comment: "Addresses without an ending are the page's own: it shows them itself.", Value: construct{cdn("Function"), constructID(d) + "Paths",
		props(cdn("FunctionProps")).open().
			with("code", static{cdn("FunctionCode"), "fromInline", []expression{text(pagePaths)}}).
			with("runtime", member{cdn("FunctionRuntime"), "JS_2_0"}).done()}})
	b := props(cdn("DistributionProps")).open().with("comment", textOf(d.Setting("description"))).with("defaultRootObject", text("index.html"))
	for _, e := range l.g.Out(d, graph.Reads) {
		b.with("defaultBehavior", *props(cdn("BehaviorOptions")).open().
			with("origin", static{typeName{originsModule, "S3BucketOrigin"}, "withOriginAccessControl", []expression{l.ref(e.To)}}).
			with("viewerProtocolPolicy", member{cdn("ViewerProtocolPolicy"), "REDIRECT_TO_HTTPS"}).
			with("responseHeadersPolicy", member{cdn("ResponseHeadersPolicy"), "SECURITY_HEADERS"}).
			with("functionAssociations", list{Of: cdn("FunctionAssociation"), Items: []expression{*props(cdn("FunctionAssociation")).
				with("function", local(paths)).with("eventType", member{cdn("FunctionEventType"), "VIEWER_REQUEST"}).done()}}).done())
	}
	for _, e := range l.g.Out(d, graph.Invokes) {
		host := joined{attribute{l.ref(e.To), "apiId"}, text(".execute-api."), attribute{local("this"), "region"}, text("."), attribute{local("this"), "urlSuffix"}}
		b.with("additionalBehaviors", dict{[]argument{{Name: "/api/*", Value: *props(cdn("BehaviorOptions")).open().
			with("origin", value{typeName{originsModule, "HttpOrigin"}, []expression{host}}).
			with("viewerProtocolPolicy", member{cdn("ViewerProtocolPolicy"), "HTTPS_ONLY"}).
			with("allowedMethods", member{cdn("AllowedMethods"), "ALLOW_ALL"}).
			because("cachePolicy", member{cdn("CachePolicy"), "CACHING_DISABLED"}, "answers are for one caller").
			because("originRequestPolicy", member{cdn("OriginRequestPolicy"), "ALL_VIEWER_EXCEPT_HOST_HEADER"}, "an API answers under its own name only").done()}}})
	}
	l.let(d, cdn("Distribution"), b.with("httpVersion", member{cdn("HttpVersion"), "HTTP2_AND_3"}).done(), "")
	l.output(d, attribute{l.ref(d), "distributionDomainName"})
	l.accept(d, "AwsSolutions-CFR1", "The site is meant for all countries.")
	l.accept(d, "AwsSolutions-CFR2", "Pages are static and the API checks its callers and throttles them; a web ACL for CloudFront lives in another Region than this stack may.")
	l.accept(d, "AwsSolutions-CFR3", "Who calls the API is in its access log; requests for pages are counted by CloudFront's own reports.")
	l.accept(d, "AwsSolutions-CFR4", "Under CloudFront's own name the oldest protocol cannot be set: it can with a domain and certificate of your own.")
}
