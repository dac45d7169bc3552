package draw

import (
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// leastCluster is the smallest flow that gets a frame of its own.
const leastCluster = 3

// cluster groups boxes by flow: boxes that arrows join, in whatever direction, are one flow, named after the
// door through which it begins. A drawing with a single flow needs no frame.
func (v *view) cluster() {
	next := map[*box][]*box{}
	in := map[*box]int{}
	for _, a := range v.arrows {
		next[a.from] = append(next[a.from], a.to)
		next[a.to] = append(next[a.to], a.from)
		in[a.to]++
	}
	seen := map[*box]bool{}
	var flows [][]*box
	for _, b := range v.boxes {
		if !seen[b] {
			if members := v.reached(b, next, seen); len(members) >= leastCluster {
				flows = append(flows, members)
			}
		}
	}
	if len(flows) < 2 {
		return
	}
	for _, members := range flows {
		for _, b := range members {
			b.cluster = len(v.clusters)
		}
		v.clusters = append(v.clusters, &cluster{title: name(entry(members, in)) + " flow", boxes: members})
	}
}

// reached returns the boxes joined with b, in the order of the drawing.
func (v *view) reached(b *box, next map[*box][]*box, seen map[*box]bool) []*box {
	member := map[*box]bool{b: true}
	queue := []*box{b}
	for len(queue) > 0 {
		b, queue = queue[0], queue[1:]
		seen[b] = true
		for _, n := range next[b] {
			if !member[n] {
				member[n] = true
				queue = append(queue, n)
			}
		}
	}
	var out []*box
	for _, b := range v.boxes {
		if member[b] {
			out = append(out, b)
		}
	}
	return out
}

// entry is the box a flow begins at: one that nothing leads to, doors to the outside first. A flow that runs
// in a circle begins at its first box.
func entry(members []*box, in map[*box]int) *box {
	sorted := append([]*box{}, members...)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i], sorted[j]
		if (in[a] == 0) != (in[b] == 0) {
			return in[a] == 0
		}
		return entryRank(a) < entryRank(b)
	})
	return sorted[0]
}

// entryRank puts doors to the outside before channels, and those before what runs.
func entryRank(b *box) int {
	switch b.kind {
	case graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.GraphQLAPI, graph.EventAPI, graph.FunctionURL:
		return 0
	case graph.Bucket, graph.Topic, graph.Queue, graph.Stream, graph.EventBus, graph.Schedule:
		return 1
	}
	return 2
}
