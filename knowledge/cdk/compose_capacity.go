package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composesType("AWS::Lambda::CapacityProvider", composeCapacity)

// composeCapacity writes what a function on managed instances runs on. The network is there already: it is named, not
// made.
func composeCapacity(c *composer, provider *graph.Node) {
	role := c.name(c.ids[provider] + "OperatorRole")
	trust := mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", "lambda.amazonaws.com", ""}}).with("Action", "sts:AssumeRole")
	c.add(role, "AWS::IAM::Role", mapping{}.
		with("AssumeRolePolicyDocument", document([]mapping{trust})).
		because("ManagedPolicyArns", sequence{substituted("arn:${AWS::Partition}:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator")},
			"Lambda's own policy for running the instances of capacity providers: it may touch no others"))
	p := c.properties(provider)
	for i := range p {
		if p[i].Name == "CapacityProviderScalingConfig" {
			p[i].Comment = "the bill's ceiling: no more instances start"
		}
	}
	c.node(provider, p.
		with("VpcConfig", mapping{}.
			with("SubnetIds", c.parameters("SubnetIds", "subnets for the instances, one a zone, with a way to CloudWatch Logs, X-Ray and what the function calls",
				"subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2")).
			with("SecurityGroupIds", sequence{c.parameter("SecurityGroupId", "security group of the instances: it needs to let traffic out, and nothing in", "sg-0123456789abcdef0")})).
		with("PermissionsConfig", mapping{}.with("CapacityProviderOperatorRoleArn", getAtt{role, "Arn"}))).Comment = "Instances in your network that Lambda starts, patches and replaces."
}

// capacity is how a function says that it runs on managed instances: SAM has words of its own for it.
func (c *composer) capacity(fn *graph.Node) tree {
	if !c.sam {
		return c.treeOf(fn.Setting("capacityProviderConfig"))
	}
	arn := managedConfig(fn, "capacityProviderArn")
	if !arn.Exists() {
		return nil
	}
	return mapping{}.with("Arn", c.tree(arn)).
		with("PerExecutionEnvironmentMaxConcurrency", intOf(managedConfig(fn, "perExecutionEnvironmentMaxConcurrency"))).
		with("ExecutionEnvironmentMemoryGiBPerVCpu", intOf(managedConfig(fn, "executionEnvironmentMemoryGiBPerVCpu")))
}
