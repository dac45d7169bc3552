package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

const ec2Module = "aws-ec2"

// importNetwork names a network that is there already.
func (l *lowerer) importNetwork(name string, id text, subnets string) {
	l.emit(let{Name: name, Type: typeName{ec2Module, "IVpc"}, Value: static{typeName{ec2Module, "Vpc"}, "fromVpcAttributes", []expression{local("this"), id,
		*props(typeName{ec2Module, "VpcAttributes"}).open().
			with("vpcId", l.stackProp("vpcId", "text", text("vpc-0123456789abcdef0"), "your network")).
			with("availabilityZones", l.stackProp("availabilityZones", "texts", textList("eu-west-1a", "eu-west-1b", "eu-west-1c"), "zones of the subnets, in their order")).
			with("privateSubnetIds", l.stackProp("privateSubnetIds", "texts", textList("subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"), subnets)).done()}}})
	l.p.Accepts = append(l.p.Accepts, acceptance{name, "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId", "Nothing here asks for the subnets' route tables."})
}

// securityGroup names a security group that is there already.
func (l *lowerer) securityGroup(id text, what string) expression {
	return static{typeName{ec2Module, "SecurityGroup"}, "fromSecurityGroupId", []expression{local("this"), id,
		l.stackProp("securityGroupId", "text", text("sg-0123456789abcdef0"), what)}}
}

// What the inputs of functions in a network are.
const (
	networkSubnets = "private subnets of the functions, one a zone, with a way to what they call"
	networkGroup   = "security group of the functions: what they call must let it in"
)

func inNetwork(fn *graph.Node) bool { return isTrue(fn.Setting("network")) }

// onNetwork puts a function into the network that all such functions share.
func (l *lowerer) onNetwork(fn *graph.Node, b *builder) {
	if !inNetwork(fn) {
		return
	}
	if l.network == "" {
		l.network, l.group = l.free("functionNetwork"), l.free("functionNetworkGroup")
		l.importNetwork(l.network, "FunctionNetwork", networkSubnets)
		l.emit(let{Name: l.group, Type: typeName{ec2Module, "ISecurityGroup"}, Value: l.securityGroup("FunctionNetworkGroup", networkGroup)})
	}
	b.with("vpc", local(l.network)).with("securityGroups", list{Of: typeName{ec2Module, "ISecurityGroup"}, Items: []expression{local(l.group)}})
	l.accept(fn, "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]",
		"Lambda's own policy for the interfaces of functions in a network.")
}

// free is a name for a variable that no other has.
func (l *lowerer) free(name string) string {
	for l.taken[name] || reserved()[name] {
		name += "2"
	}
	l.taken[name] = true
	return name
}

// layers are the layers of a function with its own code, nil if it has none.
func (l *lowerer) layers(fn *graph.Node) expression {
	var items []expression
	for i, v := range fn.Setting("layers").Each() {
		items = append(items, static{typeName{"aws-lambda", "LayerVersion"}, "fromLayerVersionArn", []expression{local("this"),
			joinedID(constructID(fn), "Layer"+string(whole(i+1))), inRegion(spelled(v))}})
	}
	if len(items) == 0 {
		return nil
	}
	return list{Of: layerVersion, Items: items}
}

// inRegion spells a text in which the stack's region may be left open.
func inRegion(s string) expression {
	before, after, found := strings.Cut(s, "${AWS::Region}")
	if !found {
		return text(s)
	}
	return joined{text(before), attribute{local("this"), "region"}, text(after)}
}
