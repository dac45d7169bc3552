package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// A capability of B2B Data Interchange takes documents from one bucket and puts their translation into another.
var _ = add(resourceType{Type: "AWS::B2BI::Capability", Kind: graph.Other, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	edi := r.Properties.Get("Configuration", "Edi")
	in, out := edi.Get("InputLocation", "BucketName"), edi.Get("OutputLocation", "BucketName")
	b.edge(graph.Edge{From: n, Kind: graph.Reads, Mode: graph.Async, Via: r, Settings: edi}, b.reach(in, graph.Bucket, "s3:"), in)
	b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Settings: edi}, b.reach(out, graph.Bucket, "s3:"), out)
}})
