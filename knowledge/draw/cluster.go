package draw

import (
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// leastCluster is the smallest flow that gets a frame of its own.
const leastCluster = 3

// cluster groups boxes by flow: each box belongs to the entry point it is nearest to downstream. Failure
// targets follow what fails into them.
func (v *view) cluster() {
	out, in := map[*box][]*box{}, map[*box]int{}
	for _, a := range v.arrows {
		out[a.from] = append(out[a.from], a.to)
		if !a.failure {
			in[a.to]++
		}
	}
	owner := map[*box]*box{}
	for _, entry := range v.entries(in) {
		spread(entry, out, owner)
	}
	for _, b := range v.boxes { // what no entry reaches lies on a circle: its first box is the entry
		if owner[b] == nil {
			spread([]*box{b}, out, owner)
		}
	}
	members := map[*box][]*box{}
	var heads []*box
	for _, b := range v.boxes {
		head := owner[b]
		if members[head] == nil {
			heads = append(heads, head)
		}
		members[head] = append(members[head], b)
	}
	framed := 0
	for _, h := range heads {
		if len(members[h]) >= leastCluster {
			framed++
		}
	}
	if framed < 2 {
		return // one flow needs no frame
	}
	for _, h := range heads {
		if len(members[h]) < leastCluster {
			continue
		}
		for _, b := range members[h] {
			b.cluster = len(v.clusters)
		}
		v.clusters = append(v.clusters, &cluster{title: name(h) + " flow", boxes: members[h]})
	}
}

// entries returns the boxes nothing flows into, in one list: their distances are measured side by side. A
// stand-alone box is no entry.
func (v *view) entries(in map[*box]int) [][]*box {
	var all []*box
	for _, b := range v.boxes {
		if in[b] == 0 {
			all = append(all, b)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return entryRank(all[i]) < entryRank(all[j]) })
	return [][]*box{all}
}

// entryRank puts doors to the outside before rules and functions: where two are equally near, they win.
func entryRank(b *box) int {
	switch b.kind {
	case graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.GraphQLAPI, graph.FunctionURL:
		return 0
	case graph.Bucket, graph.Topic, graph.Queue, graph.Stream, graph.EventBus, graph.Schedule:
		return 1
	}
	return 2
}

// spread walks breadth first from all starts at once; each box belongs to the first start that reaches it.
func spread(starts []*box, out map[*box][]*box, owner map[*box]*box) {
	queue := []*box{}
	for _, s := range starts {
		if owner[s] == nil {
			owner[s] = s
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		b := queue[0]
		queue = queue[1:]
		for _, next := range out[b] {
			if owner[next] == nil {
				owner[next] = owner[b]
				queue = append(queue, next)
			}
		}
	}
}
