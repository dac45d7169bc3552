package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// stores are databases and brokers: a key, and a place in the network.
func store(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	b.encrypted(n, r, first(p, "KmsKeyId", "KmsKeyID", "KmsKeyArn"))
	for _, name := range []string{"VpcSecurityGroupIds", "VPCSecurityGroups", "SecurityGroupIds", "SecurityGroups"} {
		b.network(n, r, graph.Value{}, p.Get(name))
	}
	b.network(n, r, p.Get("SubnetIds"), graph.Value{})
	for _, name := range []string{"DBClusterIdentifier", "DBSubnetGroupName", "CacheSubnetGroupName"} {
		v := p.Get(name)
		b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r}, b.find(v), v)
	}
}

var _ = add(resourceType{Type: "AWS::RDS::DBCluster", Kind: graph.Database, ARN: "rds:cluster:", Name: "DBClusterIdentifier", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	store(b, r, n)
	v := r.Properties.Get("MasterUserSecret", "SecretArn")
	b.edge(graph.Edge{From: n, Kind: graph.Reads, Via: r, Label: "credentials"}, b.find(v), v)
}})
var _ = add(resourceType{Type: "AWS::RDS::DBInstance", Kind: graph.Database, ARN: "rds:db:", Name: "DBInstanceIdentifier", Connect: store})
var _ = add(resourceType{Type: "AWS::RDS::GlobalCluster", Kind: graph.Database, Name: "GlobalClusterIdentifier"})
var _ = add(resourceType{Type: "AWS::RDS::DBProxy", Kind: graph.Database, Name: "DBProxyName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.role(n, r, r.Properties.Get("RoleArn"))
	b.network(n, r, r.Properties.Get("VpcSubnetIds"), r.Properties.Get("VpcSecurityGroupIds"))
	for _, a := range r.Properties.Get("Auth").Each() {
		v := a.Get("SecretArn")
		b.edge(graph.Edge{From: n, Kind: graph.Reads, Via: r, Label: "credentials"}, b.find(v, "secretsmanager:secret:"), v)
	}
}})
var _ = add(resourceType{Type: "AWS::RDS::DBProxyTargetGroup", Of: "DBProxyName", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	proxy := b.find(r.Properties.Get("DBProxyName")).node
	for _, v := range append(r.Properties.Get("DBClusterIdentifiers").Each(), r.Properties.Get("DBInstanceIdentifiers").Each()...) {
		b.edge(graph.Edge{From: proxy, Kind: graph.Writes, Mode: graph.Sync, Via: r}, b.find(v, "rds:cluster:", "rds:db:"), v)
	}
}})

func init() {
	for _, t := range []struct {
		typ  string
		kind graph.Kind
		name string
	}{
		{"AWS::DocDB::DBCluster", graph.Database, "DBClusterIdentifier"}, {"AWS::DocDB::DBInstance", graph.Database, "DBInstanceIdentifier"},
		{"AWS::Neptune::DBCluster", graph.Database, "DBClusterIdentifier"}, {"AWS::Neptune::DBInstance", graph.Database, "DBInstanceIdentifier"},
		{"AWS::Redshift::Cluster", graph.Database, "ClusterIdentifier"}, {"AWS::DSQL::Cluster", graph.Database, ""},
		{"AWS::ElastiCache::ReplicationGroup", graph.Database, "ReplicationGroupId"}, {"AWS::ElastiCache::CacheCluster", graph.Database, "ClusterName"},
		{"AWS::ElastiCache::ServerlessCache", graph.Database, "ServerlessCacheName"}, {"AWS::MemoryDB::Cluster", graph.Database, "ClusterName"},
		{"AWS::OpenSearchServerless::Collection", graph.Database, "Name"}, {"AWS::Timestream::Database", graph.Database, "DatabaseName"},
		{"AWS::DAX::Cluster", graph.Database, "ClusterName"},
		{"AWS::MSK::ServerlessCluster", graph.Cluster, "ClusterName"},
	} {
		add(resourceType{Type: t.typ, Kind: t.kind, Name: t.name, Connect: store})
	}
	for _, t := range []string{"AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"} {
		add(resourceType{Type: t, Kind: graph.Database, ARN: "es:domain/", Name: "DomainName", Connect: store})
	}
}

var _ = add(resourceType{Type: "AWS::MSK::Cluster", Kind: graph.Cluster, ARN: "kafka:cluster/", Name: "ClusterName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.network(n, r, r.Properties.Get("BrokerNodeGroupInfo", "ClientSubnets"), r.Properties.Get("BrokerNodeGroupInfo", "SecurityGroups"))
	b.encrypted(n, r, r.Properties.Get("EncryptionInfo", "EncryptionAtRest", "DataVolumeKMSKeyId"))
}})
var _ = add(resourceType{Type: "AWS::AmazonMQ::Broker", Kind: graph.Broker, ARN: "mq:broker:", Name: "BrokerName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.network(n, r, r.Properties.Get("SubnetIds"), r.Properties.Get("SecurityGroups"))
	b.encrypted(n, r, r.Properties.Get("EncryptionOptions", "KmsKeyId"))
}})
