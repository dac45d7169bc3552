package rules

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// polled lists the mappings of functions that read things of the given kinds, and those whose source is not known and
// may be one of them. For the latter a check that would report must say that it does not know: see unproven.
func polled(g *graph.Graph, kinds ...graph.Kind) []*graph.Edge {
	var out []*graph.Edge
	for _, e := range g.OfEdge(graph.Polls) {
		if e.To.Kind != graph.Function {
			continue
		}
		for _, kind := range kinds {
			if e.From.Kind == kind || unproven(e) && startsLike(e, kind) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// dormant tells a mapping that is written as disabled: nothing comes through it.
func dormant(e *graph.Edge) bool {
	on, known := e.Setting("enabled").Truth()
	return known && !on
}

// unproven tells a mapping whose source is named by a parameter, import or the like and shown by nothing else.
func unproven(e *graph.Edge) bool {
	return e.From.External && e.From.Kind == graph.Other && e.From.ARN.IsUnknown()
}

// startsLike tells whether a mapping may read a thing of this kind: streams must have a starting position, and for
// a queue Lambda refuses one ("StartingPosition is not valid for SQS event sources"). Source: CloudFormation reference,
// AWS::Lambda::EventSourceMapping StartingPosition; node-lambda issue 466 for the refusal; checked 2026-11-30.
func startsLike(e *graph.Edge, kind graph.Kind) bool {
	switch kind {
	case graph.Queue:
		return !e.Setting("startingPosition").Exists()
	case graph.Stream, graph.Table:
		return e.Setting("startingPosition").Exists()
	}
	return false
}

// unknownSource records that a mapping would be at fault if what it reads is what it may be.
func (p *Pass) unknownSource(e *graph.Edge) { p.Unknown(e.To, e.Setting("eventSourceArn")) }
