package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Containers, jobs and builds: what runs code without being a function. What the code does is read from the
// role and the environment, as with functions.

var _ = add(resourceType{
	Type: "AWS::ECS::TaskDefinition", Kind: graph.Other, ARN: "ecs:task-definition/", Name: "Family",
	Variables: func(n *graph.Node) []graph.Value {
		var out []graph.Value
		for _, c := range n.Resource.Properties.Get("ContainerDefinitions").Each() {
			out = append(append(out, listed(c.Get("Environment"))...), listed(c.Get("Secrets"))...)
		}
		return out
	},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.edge(graph.Edge{From: n, Kind: graph.Assumes, Via: r, Label: "task"}, b.reach(r.Properties.Get("TaskRoleArn"), graph.Role, "iam:role/"), r.Properties.Get("TaskRoleArn"))
		b.edge(graph.Edge{From: n, Kind: graph.Assumes, Via: r, Label: executionRole}, b.reach(r.Properties.Get("ExecutionRoleArn"), graph.Role, "iam:role/"), r.Properties.Get("ExecutionRoleArn"))
		for _, c := range r.Properties.Get("ContainerDefinitions").Each() {
			v := c.Get("LogConfiguration", "Options", "awslogs-group")
			to := b.find(v, "logs:log-group:")
			b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Logs, Via: r}, target{byName: to.byName}, v)
			for _, s := range c.Get("Secrets").Each() {
				v := s.Get("ValueFrom")
				to := b.find(v, "secretsmanager:secret:", "ssm:parameter/")
				b.edge(graph.Edge{From: n, Kind: graph.Reads, Mode: graph.Sync, Via: r, Label: "secret"}, to, v)
			}
		}
	},
})

var _ = add(resourceType{Type: "AWS::ECS::Cluster", Kind: graph.Cluster, ARN: "ecs:cluster/", Name: "ClusterName"})

// A service keeps tasks running, in its subnets and behind its load balancers.
var _ = add(resourceType{Type: "AWS::ECS::Service", Kind: graph.Other, ARN: "ecs:service/", Name: "ServiceName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	task := p.Get("TaskDefinition")
	b.edge(graph.Edge{From: n, Kind: graph.Deploys, Via: r, Settings: p}, b.find(task, "ecs:task-definition/"), task)
	b.attached(n, r, p.Get("Cluster"), graph.Cluster)
	network := p.Get("NetworkConfiguration", "AwsvpcConfiguration")
	b.network(n, r, network.Get("Subnets"), network.Get("SecurityGroups"))
	for _, lb := range p.Get("LoadBalancers").Each() {
		v := lb.Get("TargetGroupArn")
		group := b.find(v)
		b.edge(graph.Edge{From: group.node, To: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r}, target{byName: group.byName}, v)
	}
}})

var _ = add(resourceType{Type: "AWS::Batch::JobQueue", Kind: graph.Other, ARN: "batch:job-queue/", Name: "JobQueueName"})
var _ = add(resourceType{
	Type: "AWS::Batch::JobDefinition", Kind: graph.Other, ARN: "batch:job-definition/", Name: "JobDefinitionName",
	Variables: func(n *graph.Node) []graph.Value {
		return listed(n.Resource.Properties.Get("ContainerProperties", "Environment"))
	},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.role(n, r, r.Properties.Get("ContainerProperties", "JobRoleArn"))
		v := r.Properties.Get("ContainerProperties", "ExecutionRoleArn")
		b.edge(graph.Edge{From: n, Kind: graph.Assumes, Via: r, Label: executionRole}, b.reach(v, graph.Role, "iam:role/"), v)
	},
})

var _ = add(resourceType{
	Type: "AWS::CodeBuild::Project", Kind: graph.Other, ARN: "codebuild:project/", Name: "Name",
	Variables: func(n *graph.Node) []graph.Value {
		return listed(n.Resource.Properties.Get("Environment", "EnvironmentVariables"))
	},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.role(n, r, r.Properties.Get("ServiceRole"))
		b.encrypted(n, r, r.Properties.Get("EncryptionKey"))
	},
})

var _ = add(resourceType{
	Type: "AWS::Glue::Job", Kind: graph.Other, ARN: "glue:job/", Name: "Name",
	Variables: valuesOf("DefaultArguments"),
	Connect:   func(b *builder, r *graph.Resource, n *graph.Node) { b.role(n, r, r.Properties.Get("Role")) },
})

var _ = add(resourceType{
	Type: "AWS::AppRunner::Service", Kind: graph.Other, Name: "ServiceName",
	Variables: func(n *graph.Node) []graph.Value {
		image := n.Resource.Properties.Get("SourceConfiguration", "ImageRepository", "ImageConfiguration")
		return append(listed(image.Get("RuntimeEnvironmentVariables")), listed(image.Get("RuntimeEnvironmentSecrets"))...)
	},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.role(n, r, r.Properties.Get("InstanceConfiguration", "InstanceRoleArn"))
	},
})

var _ = add(resourceType{Type: "AWS::SageMaker::Endpoint", Kind: graph.Endpoint, ARN: "sagemaker:endpoint/", Name: "EndpointName"})
