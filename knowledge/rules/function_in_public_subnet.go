package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-in-public-subnet",
	Code:     "LAM023",
	Title:    `VPC function is in a public subnet`,
	Severity: High,
	Pillar:   Reliability,
	Why: `The network interfaces of a function never get a public IP address. In a subnet whose default route leads to an internet gateway its calls to the internet, ` +
		`and to AWS services without a VPC endpoint, get no answer and hang until they time out.`,
	Fix: `Put the function into private subnets, whose default route leads to a NAT gateway, or which reach the services they need through VPC endpoints.`,
	CDK: `vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }; allowPublicSubnet hides the mistake`,
	Sources: []Source{
		{Title: `aws/agent-toolkit-for-aws, skill on internet access of functions in a VPC (no public addresses; NAT gateway)`, URL: "https://github.com/aws/agent-toolkit-for-aws/blob/main/skills/specialized-skills/networking-and-content-delivery-skills/enabling-lambda-vpc-internet-access/SKILL.md", Checked: "2026-11-29"},
		{Title: `AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC" (a public subnet gives no public address)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html", Checked: "2026-11-30"},
	},
	Gaps: `Medium where nothing shows that the function calls more than databases of its VPC. Subnets outside the files and subnets without a route table of their own are listed as undecided or left out.`,
	Bad: publicNetwork + `
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
      VpcConfig:
        SubnetIds: [!Ref Public] # want "subnet Public, whose default route leads to an internet gateway"
        SecurityGroupIds: [sg-11112222]
`,
	Good: publicNetwork + `
  Gateway:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: !Ref Public, AllocationId: eipalloc-11112222}
  Private:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}
  Inside:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: !Ref Vpc}
  Out:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Inside, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Gateway}
  PrivateInside:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Private, RouteTableId: !Ref Inside}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
      VpcConfig: {SubnetIds: [!Ref Private], SecurityGroupIds: [sg-11112222]}
`,
	MoreGood: []string{publicNetwork + `
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
      VpcConfig: {SubnetIds: [!ImportValue private-subnet], SecurityGroupIds: [sg-11112222]}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External {
				checkSubnets(p, fn)
			}
		}
	},
})

// publicNetwork is a VPC with one public subnet, for the examples.
const publicNetwork = `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Internet:
    Type: AWS::EC2::InternetGateway
  Attached:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Internet}
  Public:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}
  Outside:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: !Ref Vpc}
  Default:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Outside, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Internet}
  PublicOutside:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Outside}
  Jobs:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Jobs.Arn}]`

func checkSubnets(p *Pass, fn *graph.Node) {
	dual := fn.Setting("vpcConfig", "ipv6AllowedForDualStack")
	if on, _ := dual.Truth(); on && mayReachByIPv6(p.Graph, fn) {
		return
	}
	var public []*graph.Node
	for _, e := range p.Graph.Out(fn, graph.AttachedTo) {
		if e.To.Kind != graph.Subnet {
			continue
		}
		if e.To.External {
			p.Unclear(fn, "the routes of "+withKind("subnet", e.To)+" are not part of this system")
			continue
		}
		for _, table := range p.Graph.Out(e.To, graph.AttachedTo) {
			for _, route := range table.To.Setting("routes").Each() {
				if gateway := route.Get("GatewayId"); !table.To.External && open(gateway) {
					p.Unknown(fn, gateway)
				}
			}
		}
		if leadsToInternetGateway(p.Graph, e.To) {
			public = append(public, e.To)
		}
	}
	if len(public) == 0 {
		if len(p.Graph.Out(fn, graph.AttachedTo)) == 0 {
			return
		}
		if v := p.openRouteTable(fn); v.Exists() {
			p.Unknown(fn, v)
		}
		return
	}
	// A table has one default route, a subnet one table: what is open elsewhere changes nothing for these, but over IPv6.
	if v := dual; open(v) {
		p.Unknown(fn, v)
		return
	}
	if on, _ := dual.Truth(); on && p.openRouteTable(fn).Exists() {
		p.Unknown(fn, p.openRouteTable(fn))
		return
	}
	severity := Medium
	for _, e := range p.Graph.Out(fn, graph.Reads, graph.Writes, graph.Invokes) {
		if e.To.Kind != graph.Database && e.To.Kind != graph.Cluster && e.Label != "file system" {
			severity = High
		}
	}
	word := "subnet"
	if len(public) > 1 {
		word = "subnets"
	}
	p.Report(Hit{Node: fn, Severity: severity, Related: public, Values: []graph.Value{fn.Setting("vpcConfig", "subnetIds")},
		Message: fmt.Sprintf("%s is in %s %s, whose default route leads to an internet gateway: it gets no public address there, and its calls out of the VPC hang", nameOf(fn), word, names(public))})
}

// mayReachByIPv6 tells whether a subnet of a function may have a route for IPv6: then it does reach the internet, also from
// a public subnet.
func mayReachByIPv6(g *graph.Graph, fn *graph.Node) bool {
	for _, subnet := range g.Out(fn, graph.AttachedTo) {
		if subnet.To.Kind != graph.Subnet {
			continue
		}
		for _, table := range g.Out(subnet.To, graph.AttachedTo) {
			for _, route := range table.To.Setting("routes").Each() {
				if route.IsUnknown() || route.Get("DestinationIpv6CidrBlock").Exists() {
					return true
				}
			}
		}
	}
	return false
}

// leadsToInternetGateway tells whether the only default route of a subnet's own table leads to an internet gateway.
func leadsToInternetGateway(g *graph.Graph, subnet *graph.Node) bool {
	found := false
	for _, table := range g.Out(subnet, graph.AttachedTo) {
		if table.To.Type != "AWS::EC2::RouteTable" {
			continue
		}
		for _, route := range table.To.Setting("routes").Each() {
			if to, _ := route.Get("DestinationCidrBlock").Str(); to != "0.0.0.0/0" {
				continue
			}
			if !internetGateway(g, route.Get("GatewayId")) {
				return false
			}
			found = true
		}
	}
	return found
}

func internetGateway(g *graph.Graph, v graph.Value) bool {
	if ref, ok := v.Ref(); ok {
		n := g.Node(ref.Resource)
		return n != nil && n.Type == "AWS::EC2::InternetGateway"
	}
	s, ok := v.Str()
	return ok && strings.HasPrefix(s, "igw-")
}
