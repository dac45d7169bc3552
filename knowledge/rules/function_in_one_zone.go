package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-in-one-zone",
	Code:     "LAM022",
	Title:    "Function in a VPC has subnets of one Availability Zone only",
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `Lambda runs the function in the zones of its subnets. When that one zone fails the function cannot run, and where its addresses run out Lambda can make no further network interfaces there.`,
	Fix:      `List subnets of at least two Availability Zones in VpcConfig.SubnetIds.`,
	CDK:      `vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } on a VPC with maxAzs of 2 or more`,
	Sources: []Source{
		{Title: `AWS Security Hub User Guide, Lambda.5 "VPC Lambda functions should operate in multiple Availability Zones"`, URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"security-hub:Lambda.5", "prowler:awslambda_function_vpc_multi_az"},
	Gaps:        `Subnets whose zone is not known count as one zone each. A list that a parameter brings in is an open question; one parameter as the only item of a list is one subnet.`,
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      VpcConfig:
        SecurityGroupIds: [sg-11112222]
        SubnetIds: [!Ref Inside] # want "one subnet"
  Inside:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-11112222, CidrBlock: 10.0.0.0/24}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      VpcConfig:
        SecurityGroupIds: [sg-11112222]
        SubnetIds: [!Ref A, !Ref B]
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-11112222, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-11112222, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1b}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      VpcConfig:
        SecurityGroupIds: [sg-11112222]
        SubnetIds: [!Ref A, !Ref B] # want "all in eu-west-1a"
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-11112222, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-11112222, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}
`},
	MoreGood: []string{`Parameters:
  Inside: {Type: "List<AWS::EC2::Subnet::Id>"}
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      VpcConfig:
        SecurityGroupIds: [sg-11112222]
        SubnetIds: !Ref Inside
`},
	Check: checkZones,
})

func checkZones(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		subnets := fn.Setting("vpcConfig", "SubnetIds")
		if fn.External || !subnets.Exists() {
			continue
		}
		items := subnets.Each()
		zones := map[string]bool{}
		known, asked, fix := !subnets.IsUnknown(), subnets, ""
		if fn.Setting("fileSystemConfigs").Exists() {
			fix = "List subnets of at least two Availability Zones in VpcConfig.SubnetIds, and give the file system a mount target in each of them: the function cannot mount it from a zone without."
		}
		for _, v := range items {
			s, _ := v.Str()
			ref, isRef := v.Ref()
			if s == "" && !isRef { // not known, or the empty default of a parameter
				known = false
				if v.Reason() != "" { // imports of two names are taken for two zones
					zones[v.Reason()], asked = true, v
				}
				continue
			}
			zone := s + ref.Resource
			if isRef {
				if n := p.Graph.Node(ref.Resource); n != nil && n.Kind == graph.Subnet {
					zone = zoneOf(fn, n, zone)
				}
			}
			zones[zone] = true
		}
		switch {
		case len(zones) > 1 || len(items) == 0:
		case len(items) == 1 && !subnets.IsUnknown() && strings.HasPrefix(items[0].Reason(), "parameter "):
			if name := parameterName().FindStringSubmatch(items[0].Reason()); name != nil && fix == "" {
				fix = fmt.Sprintf("Give parameter %s the type List<AWS::EC2::Subnet::Id>, write SubnetIds: !Ref %s, and pass subnets of at least two Availability Zones.", name[1], name[1])
			}
			p.Report(Hit{Node: fn, Fix: fix, Confidence: Likely, Values: []graph.Value{subnets},
				Message: fmt.Sprintf("%s has one subnet, whatever %s gives: it stops with that subnet's Availability Zone; at least two zones are wanted", nameOf(fn), oneParameter(items[0].Reason()))})
		case !known:
			p.Unknown(fn, asked)
		case len(items) == 1:
			p.Report(Hit{Node: fn, Fix: fix, Values: []graph.Value{subnets},
				Message: fmt.Sprintf("%s has one subnet, %s: it stops with that subnet's Availability Zone; at least two zones are wanted", nameOf(fn), plainID(strings.Trim(items[0].String(), "${}")))})
		default:
			for zone := range zones {
				p.Report(Hit{Node: fn, Fix: fix, Values: []graph.Value{subnets},
					Message: fmt.Sprintf("the %d subnets of %s are all in %s: at least two Availability Zones are wanted", len(items), nameOf(fn), zone)})
			}
		}
	}
}

// zoneOf names the Availability Zone of a subnet, as far as the files say it: what one parameter or one import gives is one
// zone. It is otherwise where nothing says it. Parameters of two files may share a name.
func zoneOf(fn, subnet *graph.Node, otherwise string) string {
	where := subnet.Setting("availabilityZone")
	if id := subnet.Setting("availabilityZoneId"); !where.Exists() && id.Exists() {
		where = id
	}
	if z, ok := where.Str(); ok {
		return z
	}
	reason := where.Reason()
	if zone, _, found := strings.Cut(reason, " of the region"); found && strings.HasPrefix(zone, "availability zone ") { // Fn::Select of Fn::GetAZs, by its index
		return zone
	}
	oneFile := subnet.Resource != nil && fn.Resource != nil && subnet.Resource.File == fn.Resource.File
	if where.IsUnknown() && (strings.HasPrefix(reason, "parameter ") && oneFile || strings.HasPrefix(reason, "import ") && !strings.HasPrefix(reason, "import ?")) {
		return "one zone, whatever it is (" + reason + ")"
	}
	return otherwise
}

// oneParameter is the parameter that a reason names.
func oneParameter(reason string) string {
	if name := parameterName().FindStringSubmatch(reason); name != nil {
		return "parameter " + name[1]
	}
	return "the parameter"
}
