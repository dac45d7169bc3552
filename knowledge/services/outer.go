package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// The services at the edge of a serverless system: they call functions or feed queues, and are not
// themselves described in detail.

var _ = add(resourceType{Type: "AWS::IoT::TopicRule", Kind: graph.Rule, ARN: "iot:rule/", Name: "RuleName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	payload := r.Properties.Get("TopicRulePayload")
	for _, a := range payload.Get("Actions").Each() {
		b.iotAction(n, r, a, graph.Routes)
	}
	if a := payload.Get("ErrorAction"); a.Exists() {
		b.iotAction(n, r, a, graph.FailsTo)
	}
}})

// iotActions are the actions of an IoT rule: the property that names the thing.
var iotActions = []struct {
	action, property string
	kind             graph.Kind
	namespace        string
}{
	{"Lambda", "FunctionArn", graph.Function, "lambda:function:"}, {"Sqs", "QueueUrl", graph.Queue, "sqs:"},
	{"Sns", "TargetArn", graph.Topic, "sns:"}, {"DynamoDB", "TableName", graph.Table, "dynamodb:table/"},
	{"DynamoDBv2", "PutItem", graph.Table, "dynamodb:table/"}, {"Kinesis", "StreamName", graph.Stream, "kinesis:stream/"},
	{"Firehose", "DeliveryStreamName", graph.Firehose, "firehose:deliverystream/"}, {"S3", "BucketName", graph.Bucket, "s3:"},
	{"StepFunctions", "StateMachineName", graph.StateMachine, "states:stateMachine:"}, {"CloudwatchLogs", "LogGroupName", graph.LogGroup, "logs:log-group:"},
}

func (b *builder) iotAction(n *graph.Node, r *graph.Resource, a graph.Value, kind graph.EdgeKind) {
	for _, known := range iotActions {
		settings := a.Get(known.action)
		if !settings.Exists() {
			continue
		}
		v := settings.Get(known.property)
		if v.Kind == graph.Map {
			v = v.Get("TableName")
		}
		label := ""
		if kind == graph.FailsTo {
			label = "error action"
		}
		b.edge(graph.Edge{From: n, Kind: kind, Mode: graph.Async, Via: r, Label: label, Settings: settings}, b.reach(v, known.kind, known.namespace), v)
		b.role(n, r, settings.Get("RoleArn"))
	}
}

var _ = add(resourceType{Type: "AWS::SES::ReceiptRule", Kind: graph.Rule, Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	for _, a := range r.Properties.Get("Rule", "Actions").Each() {
		if v := a.Get("LambdaAction", "FunctionArn"); v.Exists() {
			mode := graph.Async
			if t, _ := a.Get("LambdaAction", "InvocationType").Str(); t == "RequestResponse" {
				mode = graph.Sync
			}
			b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: mode, Via: r, Settings: a.Get("LambdaAction")}, b.reach(v, graph.Function, "lambda:function:"), v)
		}
		if v := a.Get("S3Action", "BucketName"); v.Exists() {
			b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: a.Get("S3Action")}, b.reach(v, graph.Bucket, "s3:"), v)
		}
		for _, name := range []string{"S3Action", "SNSAction", "LambdaAction", "BounceAction"} {
			if v := a.Get(name, "TopicArn"); v.Exists() {
				b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "notice", Settings: a.Get(name)}, b.reach(v, graph.Topic, "sns:"), v)
			}
		}
	}
}})

var _ = add(resourceType{Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Kind: graph.Endpoint, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.network(n, r, r.Properties.Get("Subnets"), r.Properties.Get("SecurityGroups"))
}})
var _ = add(resourceType{Type: "AWS::ElasticLoadBalancingV2::Listener", Of: "LoadBalancerArn", Connect: connectListener("DefaultActions", "LoadBalancerArn")})
var _ = add(resourceType{Type: "AWS::ElasticLoadBalancingV2::ListenerRule", Of: "ListenerArn", Connect: connectListener("Actions", "ListenerArn")})
var _ = add(resourceType{Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Kind: graph.Endpoint, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	if t, _ := r.Properties.Get("TargetType").Str(); t != "lambda" {
		return
	}
	for _, t := range r.Properties.Get("Targets").Each() {
		v := t.Get("Id")
		b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r}, b.reach(v, graph.Function, "lambda:function:"), v)
	}
}})

// connectListener joins a load balancer with the target groups and user pools of one listener's actions.
func connectListener(actions, of string) func(*builder, *graph.Resource, *graph.Node) {
	return func(b *builder, r *graph.Resource, _ *graph.Node) {
		lb := b.find(r.Properties.Get(of)).node
		b.collect(lb, "listeners", withID(r))
		for _, a := range r.Properties.Get(actions).Each() {
			groups := a.Get("TargetGroupArn").Each()
			for _, g := range a.Get("ForwardConfig", "TargetGroups").Each() {
				groups = append(groups, g.Get("TargetGroupArn"))
			}
			for _, v := range groups {
				b.edge(graph.Edge{From: lb, Kind: graph.Invokes, Mode: graph.Sync, Via: r}, b.find(v), v)
			}
			if v := a.Get("AuthenticateCognitoConfig", "UserPoolArn"); v.Exists() {
				b.edge(graph.Edge{From: lb, Kind: graph.Authorizes, Mode: graph.Sync, Via: r}, b.reach(v, graph.UserPool, "cognito-idp:userpool/"), v)
			}
		}
	}
}

var _ = add(resourceType{Type: "AWS::CloudFront::Distribution", Kind: graph.Endpoint, Connect: connectDistribution})

// connectDistribution joins a distribution with its origins in this system and the functions at its edge.
func connectDistribution(b *builder, r *graph.Resource, n *graph.Node) {
	config := r.Properties.Get("DistributionConfig")
	for _, o := range config.Get("Origins").Each() {
		seen := map[*graph.Node]bool{}
		for _, ref := range o.Get("DomainName").Refs() {
			to := b.standsFor(ref.Resource)
			if to.node == nil || seen[to.node] {
				continue
			}
			seen[to.node] = true
			kind := graph.Invokes
			if to.node.Kind == graph.Bucket {
				kind = graph.Reads
			}
			b.edge(graph.Edge{From: n, Kind: kind, Mode: graph.Sync, Via: r, Label: "origin", Settings: o}, to, o.Get("DomainName"))
		}
	}
	behaviours := append(config.Get("DefaultCacheBehavior").Each(), config.Get("CacheBehaviors").Each()...)
	for _, c := range behaviours {
		for _, f := range c.Get("LambdaFunctionAssociations").Each() {
			v := f.Get("LambdaFunctionARN")
			b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: f.Get("EventType").String(), Settings: f}, b.reach(v, graph.Function, "lambda:function:"), v)
		}
	}
	if v := config.Get("Logging", "Bucket"); v.Exists() {
		for _, ref := range v.Refs() {
			b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: "access logs"}, b.standsFor(ref.Resource), v)
		}
	}
}

var _ = add(resourceType{Type: "AWS::Config::ConfigRule", Kind: graph.Rule, Name: "ConfigRuleName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	if owner, _ := r.Properties.Get("Source", "Owner").Str(); owner == "CUSTOM_LAMBDA" {
		v := r.Properties.Get("Source", "SourceIdentifier")
		b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r}, b.reach(v, graph.Function, "lambda:function:"), v)
	}
}})

var _ = add(resourceType{Type: "AWS::Config::OrganizationConfigRule", Kind: graph.Rule, Name: "OrganizationConfigRuleName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	v := r.Properties.Get("OrganizationCustomRuleMetadata", "LambdaFunctionArn")
	b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r}, b.reach(v, graph.Function, "lambda:function:"), v)
}})

var _ = add(resourceType{Type: "AWS::CodeCommit::Repository", Kind: graph.Other, Name: "RepositoryName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	for _, t := range r.Properties.Get("Triggers").Each() {
		v := t.Get("DestinationArn")
		b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: t}, b.reach(v, graph.Other), v)
	}
}})

var _ = add(resourceType{Type: "AWS::CloudFormation::Macro", Kind: graph.Other, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	v := r.Properties.Get("FunctionName")
	b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: "macro"}, b.reach(v, graph.Function, "lambda:function:"), v)
}})

// A delivery channel puts AWS Config's snapshots into a bucket and tells a topic.
var _ = add(resourceType{Type: "AWS::Config::DeliveryChannel", Kind: graph.Other, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	bucket, topic := r.Properties.Get("S3BucketName"), r.Properties.Get("SnsTopicARN")
	b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r}, b.reach(bucket, graph.Bucket, "s3:"), bucket)
	b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r}, b.reach(topic, graph.Topic, "sns:"), topic)
}})

var _ = add(resourceType{Type: "AWS::WAFv2::WebACL", Kind: graph.Other, Name: "Name"})
var _ = add(resourceType{Type: "AWS::WAFv2::WebACLAssociation", Connect: connectWebACL})
var _ = add(resourceType{Type: "AWS::WAFRegional::WebACLAssociation", Connect: connectWebACL}) // AWS WAF Classic

// connectWebACL keeps the association of a web ACL on what it protects.
func connectWebACL(b *builder, r *graph.Resource, _ *graph.Node) {
	v := r.Properties.Get("ResourceArn")
	var api target
	for _, ref := range v.Refs() { // arn:...:/restapis/${Api}/stages/${Stage}
		if t := b.standsFor(ref.Resource); t.node != nil {
			api = t
			break
		}
	}
	if api.node == nil {
		api = b.find(v)
	}
	b.collect(api.node, "webAcls", withID(r))
}
