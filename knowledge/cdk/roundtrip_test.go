package cdk_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// plumbing are the kinds that CDK makes to hold the rest together; a description does not name them.
var plumbing = map[graph.Kind]bool{graph.Role: true, graph.Policy: true}

// graphOf reads a template back into its graph.
func graphOf(t *testing.T, name string, data []byte) *graph.Graph {
	system, err := cfn.Load(context.Background(), []cfn.File{{Name: name, Data: data}}, cfn.Options{Parameters: map[string]string{"Stage": "prod"}})
	require.NoError(t, err)
	require.Len(t, system.Scenarios, 1)
	return services.Build(system.Scenarios[0])
}

// readTemplate reads a synthesised template back into its graph.
func readTemplate(t *testing.T, file string) *graph.Graph {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return graphOf(t, filepath.Base(file), data)
}

// checkRoundTrip compares a template's graph with the graph it was generated from, and reviews it.
func checkRoundTrip(t *testing.T, want, got *graph.Graph) { checkRoundTripAs(t, want, got, "") }

// checkRoundTripAs expects all functions to have a runtime other than the one described, if it is not "".
func checkRoundTripAs(t *testing.T, want, got *graph.Graph, runtime string) {
	(&roundTrip{t: t, want: want, got: got, runtime: runtime}).check()
}

// checkRoundTripOfSAM is checkRoundTrip for a template in which SAM makes aliases and releases under names of its own.
func checkRoundTripOfSAM(t *testing.T, want, got *graph.Graph, runtime string) {
	(&roundTrip{t: t, want: want, got: got, sam: true, runtime: runtime}).check()
}

// check compares the graphs, and reviews the template's.
func (r *roundTrip) check() {
	r.compare()
	report := rules.Review([]*graph.Graph{r.got}, rules.Options{})
	for _, f := range report.Findings {
		if f.Severity.AtLeast(rules.Medium) {
			r.t.Errorf("own review: %s at %s: %s", f.Rule, f.Resource.ID, f.Message)
		}
	}
}

// compare is check without the review.
func (r *roundTrip) compare() {
	t, want, got := r.t, r.want, r.got
	r.ids = map[string]string{}
	r.matchNodes()
	assert.ElementsMatch(t, edgeNames(want, nil), edgeNames(got, r.ids), "edges")
	for _, n := range want.Nodes {
		r.compareSettings(n)
	}
	for _, e := range want.Edges {
		r.compareEdge(e)
	}
}

type roundTrip struct {
	t         *testing.T
	want, got *graph.Graph
	ids       map[string]string // the template's id → the description's
	runtime   string            // of all functions; "" is the described one
	sam       bool
}

// byName finds the description's nodes by the names that their resources have in the template.
func (r *roundTrip) byName() map[string]*graph.Node {
	names := map[string]*graph.Node{}
	for _, n := range r.want.Nodes {
		names[graph.UpperFirst(n.ID)] = n
	}
	if !r.sam {
		return names
	}
	for _, e := range r.want.OfEdge(graph.Deploys) {
		fn := graph.UpperFirst(e.To.ID)
		if e.From.Kind == graph.Alias {
			names[fn+"Alias"+e.From.Setting("name").String()] = e.From
		} else {
			names[fn+"DeploymentGroup"] = e.From
		}
	}
	return names
}

// samApplication is the one application that SAM makes for all releases of a template.
const samApplication = "ServerlessDeploymentApplication"

// matchNodes finds each node of the description by its construct path, or by its logical id, and strangers.
func (r *roundTrip) matchNodes() {
	byConstruct, found := r.byName(), map[string]bool{}
	for _, n := range r.got.Nodes {
		if plumbing[n.Kind] || n.External || n.Resource == nil {
			continue
		}
		path := strings.Split(n.Resource.Path, "/")
		if n.Resource.Path == "" {
			path = []string{"", n.Resource.LogicalID}
		}
		w := byConstruct[path[min(1, len(path)-1)]]
		switch {
		case r.sam && n.ID == samApplication:
			for _, a := range r.want.OfKind(graph.Deployment) {
				found[a.ID] = found[a.ID] || a.Type == n.Type
			}
		case w != nil && w.Kind == n.Kind && w.Type == n.Type && !found[w.ID]:
			found[w.ID] = true
			r.ids[n.ID] = w.ID
		case n.Kind != graph.Other:
			r.t.Errorf("the template has a %s that the description does not: %s %s", n.Kind, n.ID, n.Resource.Path)
		}
	}
	for _, n := range r.want.Nodes {
		if n.External { // named by its ARN on both sides
			for _, got := range r.got.Nodes {
				if got.External && (got.ID == n.ARN.String() || got.ARN.String() == n.ARN.String()) {
					r.ids[got.ID], found[n.ID] = n.ID, true
				}
			}
		}
		assert.True(r.t, found[n.ID], "%s %s (%s) is not in the template", n.Kind, n.ID, n.Type)
	}
}

// edgeNames spells the edges between things of the architecture. ids translates the template's ids.
func edgeNames(g *graph.Graph, ids map[string]string) []string {
	name := func(n *graph.Node) string {
		if ids == nil {
			return n.ID
		}
		return ids[n.ID]
	}
	set := map[string]bool{}
	for _, e := range g.Edges {
		if e.Kind == graph.Writes && len(failures(g, e)) > 0 {
			continue // the right to send what failed is part of failing
		}
		if plumbing[e.From.Kind] || plumbing[e.To.Kind] || e.Strength == graph.Wildcard || name(e.From) == "" || name(e.To) == "" {
			continue
		}
		s := fmt.Sprintf("%s %s %s", name(e.From), e.Kind, name(e.To))
		if e.Kind == graph.Invokes || e.Kind == graph.FailsTo {
			s += " (" + e.Label + ")"
		}
		set[s] = true
	}
	var out []string
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

func failures(g *graph.Graph, e *graph.Edge) []*graph.Edge {
	var out []*graph.Edge
	for _, f := range g.Out(e.From, graph.FailsTo) {
		if f.To == e.To {
			out = append(out, f)
		}
	}
	return out
}

var reference = regexp.MustCompile(`\$\{([A-Za-z0-9]+)(\.[A-Za-z]+)?\}`)

// spell writes a value with the description's ids, so that the two sides compare.
func (r *roundTrip) spell(v graph.Value) string {
	return reference.ReplaceAllStringFunc(v.String(), func(s string) string {
		m := reference.FindStringSubmatch(s)
		id := m[1]
		if to, ok := r.ids[id]; ok {
			id = to
		}
		return "${" + id + "}"
	})
}

// compared are the settings beside the resource's own properties that must come back.
var compared = []string{"pointInTimeRecoverySpecification", "deletionProtectionEnabled"}

func (r *roundTrip) compareSettings(w *graph.Node) {
	var g *graph.Node
	for id, to := range r.ids {
		if to == w.ID {
			g = r.got.Node(id)
		}
	}
	if g == nil {
		return
	}
	if w.External {
		return
	}
	names := append([]string{}, compared...)
	for _, f := range w.Resource.Properties.Fields() {
		names = append(names, graph.LowerFirst(f.Name))
	}
	for _, name := range names {
		if name == "runtime" && r.runtime != "" && strings.HasPrefix(w.Setting(name).String(), "nodejs") { // other code is the user's own
			assert.Equal(r.t, r.runtime, g.Setting(name).String(), w.ID)
			continue
		}
		if r.sam && name == "autoRollbackConfiguration" { // SAM rolls back where a release is stopped by hand, too
			assert.Subset(r.t, g.Setting(name, "events").Plain(), w.Setting(name, "events").Plain())
			continue
		}
		if r.sam && name == "protocolType" && w.Kind == graph.HTTPAPI { // SAM makes it of an OpenAPI text, which tells the protocol by itself
			continue
		}
		if v := w.Setting(name); v.Exists() {
			r.compareValue(w.ID+"."+name, v, g.Setting(name))
		}
	}
}

// compareValue compares mappings by the fields the description has: CDK may add to them.
func (r *roundTrip) compareValue(where string, want, got graph.Value) {
	if want.Kind == graph.Map {
		for _, f := range want.Fields() {
			r.compareValue(where+"."+f.Name, f.Value, got.Get(f.Name))
		}
		return
	}
	if items := want.Items(); want.Kind == graph.List && len(items) == len(got.Items()) {
		for i, item := range items {
			r.compareValue(fmt.Sprintf("%s[%d]", where, i), item, got.Items()[i])
		}
		return
	}
	assert.Equal(r.t, r.spell(want), r.spell(got), where)
}

func (r *roundTrip) compareEdge(w *graph.Edge) {
	for _, g := range r.got.Edges {
		if r.ids[g.From.ID] != w.From.ID || r.ids[g.To.ID] != w.To.ID || g.Kind != w.Kind || g.Strength == graph.Wildcard {
			continue
		}
		for _, f := range w.Settings.Fields() {
			r.compareValue(w.From.ID+" "+string(w.Kind)+" "+w.To.ID+"."+f.Name, f.Value, g.Setting(graph.LowerFirst(f.Name)))
		}
		return
	}
}
