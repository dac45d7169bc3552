package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "isolated-function-without-endpoint",
	Code:     "LAM024",
	Title:    `Function in an isolated subnet cannot reach a service it uses`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Its subnet has no way out, and the VPC has no endpoint for the service: each call waits until its own timeout or the function's.`,
	Fix:      `Add an AWS::EC2::VPCEndpoint for each service (Gateway with RouteTableIds for S3 and DynamoDB, Interface with SubnetIds, SecurityGroupIds that let in port 443 and PrivateDnsEnabled: true for the others; private DNS asks for EnableDnsHostnames: true on the VPC), or a route through a NAT gateway.`,
	CDK:      `vpc.addInterfaceEndpoint / vpc.addGatewayEndpoint`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html", Checked: "2026-11-30"},
	},
	Gaps: `Services are read off the role: a right that the code never uses counts. Rights that Lambda itself needs to poll a queue or stream are left out. A subnet without a route table of its own is taken to have the VPC's main one, as a new VPC has it, which leads nowhere outside. A route to an internet gateway passes, though a function has no public IPv4 address there (function-in-public-subnet).`,
	Bad: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}} # want "secretsmanager"
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  InnerTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Inner, RouteTableId: !Ref Table}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: worker}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-1"}]}}]
`,
	Good: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  InnerTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Inner, RouteTableId: !Ref Table}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: worker}}
  Secrets: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: !Sub "com.amazonaws.${AWS::Region}.secretsmanager", SubnetIds: [!Ref Inner]}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-1"}, {Effect: Allow, Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "logs:PutLogEvents"], Resource: "*"}]}}]
`,
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External && fn.Framework == "" {
				checkWayOut(p, fn)
			}
		}
	},
})

// reachable are the services whose calls need an endpoint, by the prefix of their actions.
var reachable = map[string]bool{"sqs": true, "sns": true, "secretsmanager": true, "ssm": true, "events": true, "states": true, "dynamodb": true, "s3": true, "kms": true, "sts": true}

// polling are actions that Lambda's pollers take for the function: they do not go through its network.
var polling = map[string]bool{
	"sqs:receivemessage": true, "sqs:deletemessage": true, "sqs:getqueueattributes": true, "sqs:changemessagevisibility": true,
	"dynamodb:getrecords": true, "dynamodb:getsharditerator": true, "dynamodb:describestream": true, "dynamodb:liststreams": true,
}

func checkWayOut(p *Pass, fn *graph.Node) {
	used := usedServices(p.Graph, fn)
	var vpc *graph.Node
	for _, e := range p.Graph.Out(fn, graph.AttachedTo) {
		if e.To.Kind != graph.Subnet {
			continue
		}
		if e.To.External {
			if len(used) > 0 {
				p.Unclear(fn, "the routes of "+withKind("subnet", e.To)+" are not part of this system")
			}
			return
		}
		if hasWayOut(p.Graph, e.To) {
			return
		}
		if v := e.To.Setting("vpcId"); open(v) && len(used) > 0 {
			p.Unknown(fn, v)
			return
		}
		for _, v := range p.Graph.Out(e.To, graph.AttachedTo) {
			if v.To.Kind == graph.VPC {
				vpc = v.To
			}
		}
	}
	if vpc == nil || len(used) == 0 {
		return
	}
	if vpc.External {
		p.Unclear(fn, "the endpoints of "+nameOf(vpc)+" are not part of this system")
		return
	}
	for _, e := range p.Graph.In(vpc, graph.AttachedTo) {
		if e.From.Type != "AWS::EC2::VPCEndpoint" {
			continue
		}
		name := e.From.Setting("serviceName")
		if leadsAnywhere(name) {
			p.Unknown(e.From, name)
			return
		}
		delete(used, endpointService(name))
	}
	if len(used) == 0 {
		return
	}
	if v := firstOpen(p.openEndpoint(fn, used), p.openRouteTable(fn)); v.Exists() {
		p.Unknown(fn, v)
		return
	}
	services := slices.Sorted(maps.Keys(used))
	its := "it"
	if len(services) > 1 {
		its = "them"
	}
	fix, cdk := endpointFix(services)
	p.Report(Hit{Node: fn, Values: []graph.Value{fn.Setting("vpcConfig", "subnetIds")}, Fix: fix, CDK: cdk,
		Message: fmt.Sprintf("%s has no way to %s: its subnets lead nowhere outside, and the VPC has no endpoint for %s", nameOf(fn), strings.Join(services, ", "), its)})
}

// endpointFix names the endpoints that services need. Only with private DNS do the calls of an SDK find an interface endpoint,
// which CloudFormation leaves off and a new VPC does not support. Source: CloudFormation reference, AWS::EC2::VPCEndpoint
// PrivateDnsEnabled and AWS::EC2::VPC EnableDnsHostnames, checked 2026-12-01.
func endpointFix(services []string) (fix, cdk string) {
	var gateways, interfaces, steps, calls []string
	for _, s := range services {
		if s == "s3" || s == "dynamodb" {
			gateways = append(gateways, s)
		} else {
			interfaces = append(interfaces, s)
		}
	}
	if len(gateways) > 0 {
		steps = append(steps, "for "+strings.Join(gateways, " and ")+" of VpcEndpointType Gateway, with RouteTableIds of the function's subnets")
		calls = append(calls, `vpc.addGatewayEndpoint("`+graph.UpperFirst(gateways[0])+`", { service: ec2.GatewayVpcEndpointAwsService.`+strings.ToUpper(gateways[0])+` })`)
	}
	if len(interfaces) > 0 {
		steps = append(steps, "for "+strings.Join(interfaces, ", ")+" of VpcEndpointType Interface, with the function's SubnetIds, SecurityGroupIds that let in port 443 from it, and PrivateDnsEnabled: true, which asks for EnableDnsHostnames: true on the VPC")
		calls = append(calls, "vpc.addInterfaceEndpoint with ec2.InterfaceVpcEndpointAwsService")
	}
	return "Add an AWS::EC2::VPCEndpoint " + strings.Join(steps, "; ") + `. ServiceName is !Sub "com.amazonaws.${AWS::Region}.` + services[0] + `" and the like. Or add a route through a NAT gateway.`, strings.Join(calls, "; ")
}

// openEndpoint takes out of used what an endpoint of a VPC that is not known may serve. It is what leaves the rest open:
// that VPC where nothing is left, or an endpoint that may be for anything.
func (p *Pass) openEndpoint(fn *graph.Node, used map[string]bool) graph.Value {
	var last graph.Value
	for _, r := range p.Graph.Resources {
		vpc, name := r.Properties.Get("VpcId"), r.Properties.Get("ServiceName")
		if r.Type != "AWS::EC2::VPCEndpoint" || !sameStack(r, fn) || !mayMeanOwn(vpc) {
			continue
		}
		if leadsAnywhere(name) {
			return vpc
		}
		if service := endpointService(name); used[service] {
			delete(used, service)
			last = vpc
		}
	}
	if len(used) == 0 {
		return last
	}
	return graph.Value{}
}

// leadsAnywhere tells whether it is not known which service an endpoint leads to; its Region alone may well be.
func leadsAnywhere(name graph.Value) bool {
	return open(name) && (!strings.Contains(name.String(), ".") || strings.ContainsAny(endpointService(name), "${}"))
}

// endpointService is the service that an endpoint leads to: sqs of com.amazonaws.eu-west-1.sqs.
func endpointService(name graph.Value) string {
	return name.String()[strings.LastIndexByte(name.String(), '.')+1:]
}

// usedServices are the services that a function's role lets it call by its own code.
func usedServices(g *graph.Graph, fn *graph.Node) map[string]bool {
	out := map[string]bool{}
	for _, role := range rolesOf(g, fn) {
		for _, s := range role.Statements {
			if !isAllow(s) || s.Via == nil { // of a managed policy: rights for many cases
				continue
			}
			for _, a := range literals(s.Actions) {
				service, _, _ := strings.Cut(strings.ToLower(a), ":")
				if reachable[service] && !polling[strings.ToLower(a)] && !sentByLambda(g, fn, service) {
					out[service] = true
				}
			}
		}
	}
	return out
}

// sentByLambda tells whether the right to send is for failures only, which Lambda sends itself.
func sentByLambda(g *graph.Graph, fn *graph.Node, service string) bool {
	kind := map[string]graph.Kind{"sqs": graph.Queue, "sns": graph.Topic}[service]
	fails := false
	for _, e := range g.Out(fn, graph.FailsTo) {
		fails = fails || e.To.Kind == kind
	}
	for _, e := range g.Out(fn, graph.Writes) {
		if e.To.Kind == kind {
			return false
		}
	}
	return fails
}

func hasWayOut(g *graph.Graph, subnet *graph.Node) bool {
	for _, table := range g.Out(subnet, graph.AttachedTo) {
		if table.To.Kind == graph.VPC {
			continue
		}
		for _, route := range table.To.Setting("routes").Each() {
			to, known := route.Get("DestinationCidrBlock").Str()
			six, _ := route.Get("DestinationIpv6CidrBlock").Str()
			if to == "0.0.0.0/0" || six == "::/0" || !known && open(route.Get("DestinationCidrBlock")) {
				return true
			}
		}
		if table.To.Type == "AWS::EC2::RouteTable" && table.To.External {
			return true
		}
	}
	return false
}
