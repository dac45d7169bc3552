package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// frameworkPaths are steps of CDK construct paths that belong to CDK itself, with the words for them.
var frameworkPaths = []struct{ step, name string }{
	{"LogRetention", "CDK log retention"},
	{"BucketNotificationsHandler", "CDK bucket notifications"},
	{"Custom::S3AutoDeleteObjects", "CDK auto-delete objects"},
	{"Custom::ECRAutoDeleteImages", "CDK auto-delete images"},
	{"Custom::CDKBucketDeployment", "CDK bucket deployment"},
	{"Custom::VpcRestrictDefaultSG", "CDK VPC defaults"},
	{"Custom::CrossRegionExportWriter", "CDK cross-region references"},
	{"Custom::CrossRegionExportReader", "CDK cross-region references"},
	{"Custom::AWSCDKOpenIdConnectProvider", "CDK OpenID Connect provider"},
	{"Custom::AWSCDK-EKS", "CDK EKS handler"},
	{"framework-onEvent", "CDK custom resource provider"},
	{"framework-isComplete", "CDK custom resource provider"},
	{"framework-onTimeout", "CDK custom resource provider"},
	{"waiter-state-machine", "CDK custom resource provider"},
}

// singletonPrefixes are the logical ids CDK gives its own handlers, for templates without construct paths.
var singletonPrefixes = []struct{ prefix, name string }{
	{"LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a", "CDK log retention"},
	{"BucketNotificationsHandler050a0587b7544547bf325f094a3db834", "CDK bucket notifications"},
	{"CustomS3AutoDeleteObjectsCustomResourceProvider", "CDK auto-delete objects"},
	{"CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C", "CDK bucket deployment"},
	{"CustomVpcRestrictDefaultSGCustomResourceProvider", "CDK VPC defaults"},
	{"AWS679f53fac002430cb0da5b7982bd2287", "CDK AWS custom resource"},
	{"AWSCDKOpenIdConnectProvider", "CDK OpenID Connect provider"},
}

// providerIDs are pieces of the logical ids of CDK's provider framework.
var providerIDs = []string{"frameworkonEvent", "frameworkisComplete", "frameworkonTimeout", "waiterstatemachine"}

// foldFramework marks what is not the user's own: handlers that CDK brings along, and functions that do
// nothing but serve custom resources, with what belongs to them alone (roles, log groups).
func (b *builder) foldFramework() {
	for _, n := range b.g.Nodes {
		if n.Resource != nil {
			n.Framework = b.shared.framework(n.Resource)
		} else if strings.HasPrefix(n.Name, "cdk-") && strings.Contains(n.Name, "-assets-") || strings.HasPrefix(n.ID, "parameter:AssetParameters") {
			n.Framework = "CDK assets" // the bucket that holds what CDK uploads before it deploys
		}
	}
	for _, n := range b.byKind[graph.Function] {
		if n.Framework == "" && b.providers[n] && b.onlyProvider(n) {
			n.Framework = "custom resource provider"
		}
	}
	// Provider framework: the user's handlers are reached only from framework functions.
	for _, n := range b.byKind[graph.Function] {
		if n.Framework == "" && b.onlyFromFramework(n) {
			n.Framework = "custom resource provider"
		}
	}
	for _, n := range b.g.Nodes {
		if n.Framework == "" && (n.Kind == graph.Role || n.Kind == graph.LogGroup || n.Kind == graph.Policy) {
			n.Framework = b.ownedByFramework(n)
		}
	}
}

func cdkPart(r *graph.Resource) string {
	for _, f := range frameworkPaths {
		if r.Path != "" && hasStep(r.Path, f.step) {
			return f.name
		}
	}
	if hasStep(r.Path, "AWS679f53fac002430cb0da5b7982bd2287") {
		return "CDK AWS custom resource"
	}
	for _, end := range providerIDs {
		if strings.Contains(r.LogicalID, end) {
			return "CDK custom resource provider"
		}
	}
	if r.Type == "AWS::Lambda::Function" && r.Properties.Get("Environment", "Variables", "USER_ON_EVENT_FUNCTION_ARN").Exists() {
		return "CDK custom resource provider"
	}
	for _, s := range singletonPrefixes {
		if strings.HasPrefix(r.LogicalID, s.prefix) {
			return s.name
		}
	}
	return ""
}

// hasStep looks for a step of a construct path that begins with the word: LogRetentionaae0... as well.
func hasStep(path, word string) bool {
	for step := range strings.SplitSeq(path, "/") {
		if step == word || strings.HasPrefix(step, word) && len(step) >= len(word)+32 || strings.HasPrefix(word, "Custom::") && strings.HasPrefix(step, word) {
			return true
		}
	}
	return false
}

// onlyProvider tells whether nothing but custom resources calls the function.
func (b *builder) onlyProvider(n *graph.Node) bool {
	return len(b.g.In(n, graph.Polls, graph.Routes, graph.Authorizes)) == 0 && !b.invokedByOwn(n)
}

func (b *builder) invokedByOwn(n *graph.Node) bool {
	for _, e := range b.g.In(n, graph.Invokes) {
		if e.From.Framework == "" && e.Strength != graph.Wildcard && !isCustom(e.From.Type) {
			return true
		}
	}
	return false
}

func (b *builder) onlyFromFramework(n *graph.Node) bool {
	from := b.g.In(n, graph.Invokes)
	real := 0
	for _, e := range from {
		if e.Strength != graph.Wildcard && !isCustom(e.From.Type) {
			real++
			if !strings.Contains(e.From.Framework, "provider") {
				return false
			}
		}
	}
	return real > 0 && len(b.g.In(n, graph.Polls, graph.Routes, graph.Authorizes)) == 0
}

// ownedByFramework returns the framework part that all users of a role or log group belong to.
func (b *builder) ownedByFramework(n *graph.Node) string {
	name := ""
	edges := append(b.g.In(n, graph.Assumes), b.g.Out(n, graph.Logs)...)
	for _, e := range edges {
		other := e.From
		if other == n {
			other = e.To
		}
		if other.Framework == "" {
			return ""
		}
		name = other.Framework
	}
	return name
}
