package tools

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
)

// shared gathers what stacks have in common: the concurrency of the account, and failure queues and buses that
// several of them use.
type shared struct {
	mu       sync.Mutex
	quota    map[string]float64                        // region → concurrent executions of the account
	reserved map[string]float64                        // region → what the stacks' functions reserve
	users    map[string]map[graph.Kind]map[string]bool // thing's ARN → as what → stacks
}

func newShared() *shared {
	return &shared{quota: map[string]float64{}, reserved: map[string]float64{}, users: map[string]map[graph.Kind]map[string]bool{}}
}

// add takes in one stack's graph.
func (s *shared) add(region, stack string, g *graph.Graph) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q, ok := g.Observed["account.concurrency"].Float(); ok {
		s.quota[region] = q
	}
	for _, fn := range g.OfKind(graph.Function) {
		if n, ok := fn.Setting("reservedConcurrentExecutions").Float(); ok && !fn.External {
			s.reserved[region] += n
		}
	}
	use := func(n *graph.Node, as graph.Kind) {
		name := n.ID
		if n.Resource != nil {
			name = n.Resource.Physical
		}
		if name = name[strings.LastIndexAny(name, "/:")+1:]; name == "" || name == "default" || strings.ContainsAny(name, "${}?") {
			return
		}
		key := region + " " + name
		if s.users[key] == nil {
			s.users[key] = map[graph.Kind]map[string]bool{}
		}
		if s.users[key][as] == nil {
			s.users[key][as] = map[string]bool{}
		}
		s.users[key][as][stack] = true
	}
	for _, e := range g.OfEdge(graph.FailsTo) {
		use(e.To, graph.Queue)
	}
	for _, bus := range g.OfKind(graph.EventBus) {
		if len(g.In(bus))+len(g.Out(bus)) > 0 {
			use(bus, graph.EventBus)
		}
	}
}

// notes says what is shared, sorted.
func (s *shared) notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, region := range slices.Sorted(maps.Keys(s.reserved)) {
		if quota := s.quota[region]; quota > 0 {
			out = append(out, fmt.Sprintf("%s: the functions of these stacks reserve %.0f of the account's %.0f concurrent executions; at least 100 must stay free for all others", region, s.reserved[region], quota))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.users)) {
		region, name, _ := strings.Cut(key, " ")
		for as, word := range map[graph.Kind]string{graph.Queue: "failures of", graph.EventBus: "events of"} {
			if stacks := slices.Sorted(maps.Keys(s.users[key][as])); len(stacks) > 1 {
				out = append(out, fmt.Sprintf("%s: %s takes the %s %d stacks: %s", region, report.Quote(name), word, len(stacks), strings.Join(stacks, ", ")))
			}
		}
	}
	sort.Strings(out)
	return out
}
