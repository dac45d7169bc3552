package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-in-network-without-need",
	Code:     "LAM025",
	Title:    `Function is in a VPC without a private thing to reach`,
	Severity: Info,
	Pillar:   Cost,
	Profile:  Advisory,
	Why:      `A function in a VPC pays for NAT gateways or endpoints to reach the rest of the world, and needs addresses; nothing here that it uses is in the VPC.`,
	Fix:      `Leave VpcConfig out, unless a rule of your company asks for it.`,
	CDK:      `leave vpc out`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html", Checked: "2026-11-30"},
	},
	Gaps: `What lies behind a subnet or an address given by parameter is not known: only functions in subnets of this template are judged. Compliance profiles may ask for the opposite.`,
	Bad: `Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: worker}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}} # want "no private thing"
`,
	Good: `Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: worker}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}}
  Cache: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {ReplicationGroupDescription: cache, SecurityGroupIds: [!Ref Group]}}
`,
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Framework != "" || fn.Setting("fileSystemConfigs").Exists() {
				continue
			}
			in, needed := false, false
			for _, e := range p.Graph.Out(fn, graph.AttachedTo) {
				if e.To.Kind != graph.Subnet {
					continue
				}
				in = true
				needed = needed || e.To.External
				for _, v := range p.Graph.Out(e.To, graph.AttachedTo) {
					needed = needed || v.To.Kind == graph.VPC && (v.To.External || privateThings(p.Graph, fn, v.To))
				}
			}
			if in && !needed {
				p.Report(Hit{Node: fn, Confidence: Likely, Values: []graph.Value{{}}, Message: fmt.Sprintf("%s is in a VPC, but there is no private thing in this system that it could reach there", nameOf(fn))})
			}
		}
	},
})

// privateThings tells whether the function's stack, or its VPC, has anything that is reached inside a VPC only.
func privateThings(g *graph.Graph, fn, vpc *graph.Node) bool {
	for _, n := range g.Nodes {
		if isPrivate(n) && (n.Resource != nil && n.Resource.Stack == fn.Resource.Stack || standsIn(g, n, vpc, 0)) {
			return true
		}
	}
	return false
}

func isPrivate(n *graph.Node) bool {
	switch n.Kind {
	case graph.Database, graph.Cluster, graph.Broker:
		return true
	}
	for _, service := range []string{"EFS", "ElasticLoadBalancingV2", "EC2::Instance", "ECS"} {
		if strings.HasPrefix(n.Type, "AWS::"+service) {
			return true
		}
	}
	return false
}

// standsIn tells whether a thing is attached to a VPC, through its subnets and security groups.
func standsIn(g *graph.Graph, n, vpc *graph.Node, depth int) bool {
	for _, e := range g.Out(n, graph.AttachedTo) {
		if e.To == vpc || depth < 3 && standsIn(g, e.To, vpc, depth+1) {
			return true
		}
	}
	return false
}
