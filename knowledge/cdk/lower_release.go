package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var (
	// An alias is written together with its function.
	_ = lowers(graph.Alias, rankFunctions, func(*lowerer, *graph.Node) {})
	_ = lowers(graph.Deployment, rankReleases, lowerDeployment)
)

const deployModule = "aws-codedeploy"

// deploymentConfigs are CodeDeploy's own configurations that there are members for.
var deploymentConfigs = map[string]string{
	"CodeDeployDefault.LambdaCanary10Percent5Minutes":     "CANARY_10PERCENT_5MINUTES",
	"CodeDeployDefault.LambdaLinear10PercentEvery1Minute": "LINEAR_10PERCENT_EVERY_1MINUTE",
}

// alias emits the alias of a function that is released step by step.
func (l *lowerer) alias(fn *graph.Node) {
	if a := l.aliasOf(fn); a != nil {
		l.let(a, typeName{"aws-lambda", "Alias"}, props(typeName{"aws-lambda", "AliasProps"}).
			with("aliasName", text(spelled(a.Setting("name")))).
			with("version", attribute{l.ref(fn), "currentVersion"}).done(), aliasReason(fn))
	}
}

func aliasReason(fn *graph.Node) string {
	if fn.Setting("durableConfig").Exists() {
		return "What callers call: an execution stays with the version it began with."
	}
	return "What callers call: it moves to a new version step by step."
}

func (l *lowerer) aliasOf(fn *graph.Node) *graph.Node {
	for _, e := range l.g.In(fn, graph.Deploys) {
		if e.From.Kind == graph.Alias && l.names[e.From] != "" {
			return e.From
		}
	}
	return nil
}

// callee is what a caller of a function names: its alias, where it has one.
func (l *lowerer) callee(n *graph.Node) expression {
	if a := l.aliasOf(n); a != nil {
		return l.ref(a)
	}
	return l.ref(n)
}

// lowerDeployment writes a deployment group with its application, which the graph has as a node of its own.
func lowerDeployment(l *lowerer, d *graph.Node) {
	if d.Type != "AWS::CodeDeploy::DeploymentGroup" {
		l.let(d, typeName{deployModule, "LambdaApplication"}, nil, "")
		return
	}
	b := props(typeName{deployModule, "LambdaDeploymentGroupProps"}).open()
	var application *graph.Node
	for _, n := range l.g.OfKind(graph.Deployment) {
		if n.Type == "AWS::CodeDeploy::Application" && n.Resource.At.Path == d.Resource.At.Path {
			application = n
		}
	}
	var alarms []expression
	for _, e := range l.g.Out(d, graph.Reads) {
		alarms = append(alarms, l.ref(e.To))
	}
	for _, e := range l.g.Out(d, graph.Deploys) {
		if application == nil || l.aliasOf(e.To) == nil {
			return
		}
		b.with("application", l.ref(application)).
			with("alias", l.ref(l.aliasOf(e.To))).
			with("deploymentConfig", member{typeName{deployModule, "LambdaDeploymentConfig"}, deploymentConfigs[spelled(d.Setting("deploymentConfigName"))]}).
			because("alarms", list{Of: typeName{"aws-cloudwatch", "IAlarmRef"}, Items: alarms}, "one that rings meanwhile brings the version before back")
	}
	l.let(d, typeName{deployModule, "LambdaDeploymentGroup"}, b.done(), "")
	l.accept(d, "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
		"CodeDeploy's own policy for moving aliases: it may touch no other thing of the account's.")
}
