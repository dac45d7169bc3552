package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
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
	CDK:      `leave vpc, vpcSubnets and securityGroups out`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html", Checked: "2026-11-30"},
	},
	Gaps: `Only functions in subnets of these files are judged. A security group that leads to a group of elsewhere, and an address or a database's name in the environment, tell of a private thing; one that a parameter or import gives leaves it open. Compliance profiles may ask for the opposite.`,
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
		leading := leadingElsewhere(p.Graph)
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External && fn.Framework == "" && !fn.Setting("fileSystemConfigs").Exists() {
				checkNeed(p, fn, leading)
			}
		}
	},
})

// checkNeed looks for what a function may reach in its VPC; leading are the security groups that lead out of the files.
func checkNeed(p *Pass, fn *graph.Node, leading map[string]bool) {
	in := false
	for _, e := range p.Graph.Out(fn, graph.AttachedTo) {
		if e.To.Kind != graph.Subnet {
			continue
		}
		in = true
		if e.To.External {
			return
		}
		for _, v := range p.Graph.Out(e.To, graph.AttachedTo) {
			if v.To.Kind == graph.VPC && (v.To.External || privateThings(p.Graph, fn, v.To)) {
				return
			}
		}
	}
	if !in {
		return
	}
	var asked graph.Value
	for _, group := range fn.Setting("vpcConfig", "SecurityGroupIds").Each() {
		if ref, ok := group.Ref(); ok && leading[ref.Resource] {
			return
		}
		if open(group) {
			asked = group
		}
	}
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		switch private, unknown := tellsOfPrivate(f.Name, f.Value); {
		case private:
			return
		case unknown:
			asked = f.Value
		}
	}
	if asked.Exists() {
		p.Unknown(fn, asked)
		return
	}
	p.Report(Hit{Node: fn, Confidence: Likely, Values: []graph.Value{{}}, Message: fmt.Sprintf("%s is in a VPC, but there is no private thing in this system that it could reach there", nameOf(fn))})
}

// leadingElsewhere finds the security groups whose members may call those of a group outside the files, or private
// addresses. HTTPS to private addresses is for endpoints.
func leadingElsewhere(g *graph.Graph) map[string]bool {
	out := map[string]bool{}
	from := func(group, to graph.Value) {
		if ref, ok := group.Ref(); ok && to.Exists() && len(to.Refs()) == 0 {
			out[ref.Resource] = true
		}
	}
	for _, r := range g.Resources {
		p := r.Properties
		switch r.Type {
		case "AWS::EC2::SecurityGroupIngress":
			from(p.Get("SourceSecurityGroupId"), p.Get("GroupId"))
		case "AWS::EC2::SecurityGroupEgress":
			from(p.Get("GroupId"), privateTarget(p))
		case "AWS::EC2::SecurityGroup":
			for _, rule := range p.Get("SecurityGroupEgress").Each() {
				if to := privateTarget(rule); to.Exists() && len(to.Refs()) == 0 {
					out[r.ID] = true
				}
			}
		}
	}
	return out
}

// privateTarget is the group or private range that an egress rule leads to, absent where it is another.
func privateTarget(rule graph.Value) graph.Value {
	if group := rule.Get("DestinationSecurityGroupId"); group.Exists() {
		return group
	}
	cidr := rule.Get("CidrIp")
	if text, _ := cidr.Str(); privateAddress().MatchString(text) && rule.Get("FromPort").String() != "443" {
		return cidr
	}
	return graph.Value{}
}

var (
	privateAddress = lazy.Regexp(`(?i)(^|[/@])(10\.\d|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|\.(rds|docdb|neptune|cache)\.amazonaws\.com|\.kafka\.[a-z0-9-]+\.amazonaws|\bvpc-[^/]*\.es\.amazonaws|\.(internal|local|corp|lan)\b|^(jdbc:|(postgres(ql)?|mysql|mongodb(\+srv)?|rediss?|amqps?|ldaps?):)`)
	databaseName   = lazy.Regexp(`(?i)(^|_)(db|database|rds|aurora|mysql|mssql|postgres(ql)?|pg|mongo(db)?|docdb|redis|valkey|memcached|elasticache|cache|kafka|elastic|elasticsearch|opensearch|neptune|ldap)($|_?(cluster_?)?(host(name)?|endpoint|url|uri|addr(ess)?|servers?|dsn|conn(ection)?(_string)?|brokers?|bootstrap(_servers)?|writer|reader|proxy|secret(_arn|_name|_id)?|cred(ential)?s?|user(name)?|password|port)$)`)
	hostName       = lazy.Regexp(`(?i)(host(name)?|endpoint|servers?|brokers?|addr(ess)?)$`)
)

// tellsOfPrivate tells whether a variable names a private thing that is not among the resources of the files; unknown,
// whether its value may.
func tellsOfPrivate(name string, v graph.Value) (private, unknown bool) {
	if len(v.Refs()) > 0 {
		return false, false // a thing of the files
	}
	database := databaseName().MatchString(name)
	if open(v) {
		return privateAddress().MatchString(ownText(v)), database || hostName().MatchString(name)
	}
	text := v.String()
	return text != "" && (database || privateAddress().MatchString(text)), false
}

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
