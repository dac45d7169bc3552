package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = add(resourceType{Type: "AWS::EC2::VPC", Kind: graph.VPC})

var _ = add(resourceType{
	Type: "AWS::EC2::Subnet", Kind: graph.Subnet,
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.attached(n, r, r.Properties.Get("VpcId"), graph.VPC)
	},
})

var _ = add(resourceType{
	Type: "AWS::EC2::SecurityGroup", Kind: graph.SecurityGroup, Name: "GroupName",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.attached(n, r, r.Properties.Get("VpcId"), graph.VPC)
	},
})

var _ = add(resourceType{
	Type: "AWS::EC2::VPCEndpoint", Kind: graph.Endpoint,
	Defaults: []setting{text("vpcEndpointType", "Gateway"), truth("privateDnsEnabled", false)}, // CloudFormation reference
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		p := r.Properties
		b.attached(n, r, p.Get("VpcId"), graph.VPC)
		b.network(n, r, p.Get("SubnetIds"), p.Get("SecurityGroupIds"))
		for _, v := range p.Get("RouteTableIds").Each() {
			b.attached(n, r, v, graph.Other)
		}
		if doc := p.Get("PolicyDocument"); doc.Exists() {
			b.resourcePolicy(r, doc, graph.Endpoint, []graph.Value{graph.NewRef(r.At, r.ID, "")}, "")
		}
	},
})

func (b *builder) attached(n *graph.Node, r *graph.Resource, v graph.Value, kind graph.Kind) {
	if v.Exists() {
		b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r}, b.reach(v, kind), v)
	}
}

// of joins a network part with what it hangs on, by property.
func of(properties ...string) func(*builder, *graph.Resource, *graph.Node) {
	return func(b *builder, r *graph.Resource, n *graph.Node) {
		for _, p := range properties {
			for _, v := range r.Properties.Get(p).Each() {
				b.attached(n, r, v, partKind[p])
			}
		}
	}
}

// partKind is the kind of what a property names. All who name an unknown thing must agree on it: the first one
// makes the node.
var partKind = map[string]graph.Kind{"VpcId": graph.VPC, "SubnetId": graph.Subnet, "SubnetIds": graph.Subnet}

var _ = add(resourceType{Type: "AWS::EC2::RouteTable", Kind: graph.Other, Connect: of("VpcId")})
var _ = add(resourceType{Type: "AWS::EC2::InternetGateway", Kind: graph.Other})
var _ = add(resourceType{Type: "AWS::EC2::EgressOnlyInternetGateway", Kind: graph.Other, Connect: of("VpcId")})
var _ = add(resourceType{Type: "AWS::EC2::NatGateway", Kind: graph.Other, Connect: of("SubnetId")})
var _ = add(resourceType{Type: "AWS::EC2::TransitGatewayAttachment", Kind: graph.Other, Connect: of("VpcId", "SubnetIds")})

// A route becomes a setting of its table, and joins it to the gateway it leads to. The edge word routes is for
// events, so the network's own routes are attachments labelled with their range.
var _ = add(resourceType{Type: "AWS::EC2::Route", Of: "RouteTableId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	table := b.find(r.Properties.Get("RouteTableId")).node
	b.collect(table, "routes", withID(r))
	for _, name := range []string{"GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId", "TransitGatewayId", "VpcEndpointId", "InstanceId"} {
		v := r.Properties.Get(name)
		b.edge(graph.Edge{From: table, Kind: graph.AttachedTo, Via: r, Label: first(r.Properties, "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId").String(), Settings: r.Properties}, b.find(v), v)
	}
}})

// A subnet is attached to its route table.
var _ = add(resourceType{Type: "AWS::EC2::SubnetRouteTableAssociation", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	subnet := b.find(r.Properties.Get("SubnetId")).node
	v := r.Properties.Get("RouteTableId")
	b.edge(graph.Edge{From: subnet, Kind: graph.AttachedTo, Via: r}, b.find(v), v)
}})

var _ = add(resourceType{Type: "AWS::EC2::VPCGatewayAttachment", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	gateway := b.find(r.Properties.Get("InternetGatewayId")).node
	v := r.Properties.Get("VpcId")
	b.edge(graph.Edge{From: gateway, Kind: graph.AttachedTo, Via: r}, b.find(v), v)
}})

var _ = add(resourceType{Type: "AWS::EC2::SecurityGroupIngress", Of: "GroupId", Connect: collectAs("GroupId", "ingressRules")})
var _ = add(resourceType{Type: "AWS::EC2::SecurityGroupEgress", Of: "GroupId", Connect: collectAs("GroupId", "egressRules")})

// A flow log writes what it sees of a network into a log group, a bucket or a delivery stream.
var _ = add(resourceType{Type: "AWS::EC2::FlowLog", Kind: graph.Other, Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	b.role(n, r, p.Get("DeliverLogsPermissionArn"))
	seen := b.find(p.Get("ResourceId")).node
	group := p.Get("LogGroupName")
	if to := b.find(group, "logs:log-group:"); to.node != nil {
		b.edge(graph.Edge{From: to.node, To: seen, Kind: graph.Logs, Via: r, Label: "flow log"}, target{byName: to.byName}, group)
	}
	v := p.Get("LogDestination")
	to := b.find(v)
	if to.node != nil && to.node.Kind == graph.LogGroup {
		b.edge(graph.Edge{From: to.node, To: seen, Kind: graph.Logs, Via: r, Label: "flow log"}, target{byName: to.byName}, v)
		return
	}
	b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r}, to, v)
}})
