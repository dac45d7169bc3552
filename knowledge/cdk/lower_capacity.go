package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowersType("AWS::Lambda::CapacityProvider", rankData, lowerCapacity)

// lowerCapacity writes what a function on managed instances runs on. The network is there already: it is named, not made.
func lowerCapacity(l *lowerer, provider *graph.Node) {
	network := l.names[provider] + "Network"
	l.taken[network] = true
	l.importNetwork(network, constructID(provider)+"Network", "subnets for the instances, one a zone, with a way to CloudWatch Logs, X-Ray and what the function calls")
	l.let(provider, typeName{"aws-lambda", "CapacityProvider"}, props(typeName{"aws-lambda", "CapacityProviderProps"}).open().
		with("subnets", attribute{local(network), "privateSubnets"}).
		with("securityGroups", list{Of: typeName{ec2Module, "ISecurityGroup"}, Items: []expression{
			l.securityGroup(constructID(provider)+"SecurityGroup", "security group of the instances: it needs to let traffic out, and nothing in")}}).
		with("architectures", list{Of: typeName{"aws-lambda", "Architecture"}, Items: []expression{member{typeName{"aws-lambda", "Architecture"}, "ARM_64"}}}).
		because("maxVCpuCount", wholeOf(provider.Setting("capacityProviderScalingConfig", "maxVCpuCount")), "the bill's ceiling: no more instances start").done(),
		"Instances in your network that Lambda starts, patches and replaces.")
	l.accept(provider, "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator]",
		"Lambda's own policy for running the instances of capacity providers: it may touch no others.")
}

func textList(items ...string) list {
	var out list
	for _, s := range items {
		out.Items = append(out.Items, text(s))
	}
	return out
}

// capacityOf is the capacity provider that a function runs on, nil for Lambda's own.
func (l *lowerer) capacityOf(fn *graph.Node) *graph.Node {
	if arn, ok := managedConfig(fn, "capacityProviderArn").Ref(); ok {
		return l.g.Node(arn.Resource)
	}
	return nil
}

func managedConfig(fn *graph.Node, name string) graph.Value {
	return fn.Setting("capacityProviderConfig", "lambdaManagedInstancesCapacityProviderConfig", name)
}

// onCapacity has a function run on its capacity provider.
func (l *lowerer) onCapacity(fn *graph.Node) {
	provider := l.capacityOf(fn)
	if provider == nil || l.names[provider] == "" {
		return
	}
	l.do(call{l.ref(provider), "addFunction", []expression{l.ref(fn), *props(typeName{"aws-lambda", "CapacityProviderFunctionOptions"}).open().
		because("perExecutionEnvironmentMaxConcurrency", wholeOf(managedConfig(fn, "perExecutionEnvironmentMaxConcurrency")), "calls that one environment serves at the same time").
		with("executionEnvironmentMemoryGiBPerVCpu", wholeOf(managedConfig(fn, "executionEnvironmentMemoryGiBPerVCpu"))).
		with("latestPublishedScalingConfig", *props(typeName{"aws-lambda", "LatestPublishedScalingConfig"}).
			with("minExecutionEnvironments", wholeOf(fn.Setting("functionScalingConfig", "minExecutionEnvironments"))).
			with("maxExecutionEnvironments", wholeOf(fn.Setting("functionScalingConfig", "maxExecutionEnvironments"))).done()).done()}})
}
