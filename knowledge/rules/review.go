package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Options steer a review. The zero value runs the core rules.
type Options struct {
	Profile Profile   // "" is Core
	Today   time.Time // the day that runtimes and suppressions are judged on; zero leaves dates out of account
	Only    []string  // ids or codes: run these rules only, whatever their profile
	Skip    []string  // ids or codes: leave these out
	Ignore  []Ignore  // accepted findings from a configuration file
	Stage   string    // dev, test or sandbox lowers all but security findings by one level
	Source  Reviewed  // copied into the report
	Gaps    []graph.Gap
}

// Review runs the rules over the graphs of one system, one graph for each way its conditions can fall, and
// merges what they find. It is deterministic: the same graphs give the same report.
func Review(graphs []*graph.Graph, o Options) Report {
	chosen := o.rules()
	m := merger{options: o, graphs: graphs, byKey: map[string]*merged{}, alike: map[string]*merged{}}
	graph.Seal(graphs...)
	passes := make([][]*Pass, len(graphs))
	graph.InOrder(len(graphs), func(i int) {
		for _, r := range chosen {
			p := &Pass{Graph: graphs[i], Scenarios: graphs, Rule: r, Today: o.Today}
			r.Check(p)
			passes[i] = append(passes[i], p)
		}
	}, func(i int) {
		for _, p := range passes[i] {
			m.take(i, p)
		}
	})
	return m.report(len(chosen))
}

// rules selects what runs, in the order of ids.
func (o Options) rules() []*Rule {
	profile := o.Profile
	if profile == "" {
		profile = Core
	}
	var out []*Rule
	for _, r := range All() {
		run := profile.Includes(r.Profile)
		if len(o.Only) > 0 {
			run = r.namedIn(o.Only)
		}
		if run && !r.namedIn(o.Skip) {
			out = append(out, r)
		}
	}
	return out
}

func (r *Rule) namedIn(words []string) bool {
	for _, w := range words {
		if r.named(w) {
			return true
		}
	}
	return false
}

// merged is one finding with the scenarios it occurs in.
type merged struct {
	Finding
	rule      *Rule
	in        []bool
	likely    []string // conditions that decide the finding, in this scenario or another
	perhaps   []string // conditions that may
	node      string   // graph id of the node it is about, "" if none
	lacks     func(*graph.Edge) bool
	lacking   []string // graph ids of the nodes to which such an edge is missing
	metadata  []graph.Value
	framework string
	construct string
	says      []said              // what it says when, where it stands for several things
	gravity   map[Severity][]bool // the scenarios in which it has a severity
}

type merger struct {
	options  Options
	graphs   []*graph.Graph
	order    []*merged
	byKey    map[string]*merged
	alike    map[string]*merged // by what a hit says: most say the same in every scenario
	saying   []byte             // what the hit in hand says
	unknowns []Undecided
	entries  []map[*graph.Node]*graph.Node // by scenario, filled when needed: see context.go
}

func (m *merger) take(scenario int, p *Pass) {
	for _, h := range p.hits {
		m.saying = h.appendSaying(m.saying[:0], p.Rule)
		if same := m.alike[string(m.saying)]; same != nil {
			same.in[scenario] = true
			same.noteGravity(h.gravity(p.Rule), scenario)
			if h.Together != "" {
				same.say(m.finding(p, h.Hit), scenario)
			}
			continue
		}
		f := m.finding(p, h.Hit)
		key := strings.Join([]string{f.Rule, f.Resource.File, f.Resource.ID, f.Evidence[0].File, f.Evidence[0].Path}, "\x00")
		if h.Together != "" {
			key = strings.Join([]string{f.Rule, f.Resource.File, h.Together}, "\x00")
		}
		old, ok := m.byKey[key]
		if !ok {
			f.in = make([]bool, len(m.graphs))
			m.byKey[key], old = f, f
			m.order = append(m.order, f)
		}
		old.in[scenario] = true
		old.noteGravity(h.gravity(p.Rule), scenario)
		m.alike[string(m.saying)] = old
		if h.Together != "" {
			old.say(f, scenario)
		}
		switch {
		case old == f:
		case h.Together != "":
			old.absorbOther(f)
		default:
			old.absorb(f)
		}
	}
	m.unknowns = append(m.unknowns, p.unknowns...)
}

// appendSaying spells all that goes into the finding of a hit: two hits that say the same make the same finding.
func (h hit) appendSaying(b []byte, r *Rule) []byte {
	write := func(parts ...string) {
		for _, part := range parts {
			b = append(append(b, part...), 0)
		}
	}
	write(r.ID, h.Message, string(h.Severity), string(h.Confidence), h.Fix, h.CDK)
	for _, n := range append([]*graph.Node{h.Node}, h.Related...) {
		if n != nil {
			write("n", n.ID)
		}
	}
	for _, res := range append([]*graph.Resource{h.Resource}, h.RelatedResources...) {
		if res != nil {
			write("r", res.ID)
		}
	}
	if h.Place != nil {
		write(h.Place.File, h.Place.ID)
	}
	for _, v := range h.Values {
		if v.At != nil {
			write(v.At.File, v.At.Path)
		}
		write(v.String())
	}
	return b
}

// finding turns a hit into a finding, without what only the whole report tells (when, group, aliases).
func (m *merger) finding(p *Pass, h Hit) *merged {
	r := p.Rule
	resource := h.Resource
	if resource == nil && h.Node != nil {
		resource = h.Node.Resource
	}
	f := &merged{rule: r, Finding: Finding{
		Rule: r.ID, Code: r.Code, Title: r.Title, Pillar: r.Pillar, Severity: h.Severity, Confidence: h.Confidence,
		Message: h.Message, Resource: placeOf(h.Node, resource), Related: []Place{}, Evidence: []Evidence{},
		Fix:         Remedy{Summary: r.Fix, Patch: h.Patch, CDK: r.CDK},
		References:  []string{"rules/" + r.ID},
		Docs:        []string{},
		Aliases:     append([]string{}, r.Aliases...),
		Equivalents: append([]string{}, r.Equivalents...),
	}}
	if h.Place != nil {
		f.Resource = *h.Place
	}
	if f.Severity == "" {
		f.Severity = r.Severity
	}
	if f.Confidence == "" {
		f.Confidence = Certain
	}
	f.Aliases = append(f.Aliases, h.Aliases...)
	if r.SAM != "" && strings.HasPrefix(f.Resource.Type, "AWS::Serverless::") {
		f.Fix.Summary = r.SAM
	}
	if h.Fix != "" {
		f.Fix.Summary = h.Fix
	}
	if h.CDK != "" {
		f.Fix.CDK = h.CDK
	}
	f.Fix.Summary += atParameter(h)
	if f.Fix.Patch == nil {
		f.Fix.Patch = []PatchOp{}
	}
	for _, s := range r.Sources {
		f.Docs = append(f.Docs, s.URL)
	}
	m.locate(f, p.Graph, h, resource)
	return f
}

// locate fills in evidence, related resources and what Metadata and conditions say.
func (m *merger) locate(f *merged, g *graph.Graph, h Hit, resource *graph.Resource) {
	var at *graph.Evidence
	if resource != nil {
		at = resource.At
		f.note(resource, g)
	}
	for _, v := range h.Values {
		e := evidenceOf(v, at)
		if e.File == "" && e.Line == 0 && e.Path == "" && at != nil {
			continue
		}
		f.Evidence = append(f.Evidence, e)
	}
	if len(f.Evidence) == 0 {
		f.Evidence = append(f.Evidence, evidenceOf(graph.Value{}, at))
	}
	if h.Node != nil {
		f.node = h.Node.ID
		f.framework = h.Node.Framework
		if h.Node.Resource != nil && h.Node.Resource != resource {
			f.note(h.Node.Resource, g)
		}
	}
	for _, n := range h.Related {
		if n == nil || n.Resource == nil && unnamed(n) {
			continue
		}
		p := placeOf(n, n.Resource)
		if n.Resource == nil {
			p.ID = nameOf(n)
		}
		if p != f.Resource && !contains(f.Related, p) {
			f.Related = append(f.Related, p)
		}
	}
	for _, r := range h.RelatedResources {
		if r == nil {
			continue
		}
		if p := placeOf(nil, r); p != f.Resource && !contains(f.Related, p) {
			f.Related = append(f.Related, p)
		}
	}
	f.likely, f.perhaps = deciding(g, f.Evidence, h)
	f.lacks, f.lacking = h.Lacks, h.lacking()
}

// note remembers a resource's condition, construct and Metadata, and those of the resource it was written as.
func (f *merged) note(r *graph.Resource, g *graph.Graph) {
	if i := strings.LastIndexByte(r.Path, '/'); i > 0 && f.construct == "" {
		f.construct = strings.TrimSuffix(r.Path[:i], "/Resource")
	}
	f.metadata = append(f.metadata, r.Metadata)
	if written := g.Node(r.Source); r.Source != "" && r.Source != r.ID && written != nil && written.Resource != nil {
		f.metadata = append(f.metadata, written.Resource.Metadata)
	}
}

func (m *merger) report(ran int) Report {
	rep := Report{Schema: "review/1", Source: m.options.Source, Findings: []Finding{}, Suppressed: []Suppressed{},
		Folded: []Folded{}, Unreadable: []Unreadable{}}
	if rep.Source.Files == nil {
		rep.Source.Files = []string{}
	}
	if onTrial(m.options.Stage) {
		rep.Source.Stage = m.options.Stage
	}
	scenarios := make([]map[string]bool, len(m.graphs))
	for i, g := range m.graphs {
		scenarios[i] = g.When
	}
	for _, f := range m.order {
		f.nameBranches(m.graphs, scenarios)
	}
	m.identify()
	var open []*merged
	for _, f := range m.order {
		if partly(f.in) {
			prefer := slices.Concat(f.likely, f.perhaps, beside(m.graphs, f.node))
			f.When = branch(scenarios, f.in, prefer, cures(m.graphs, f.lacking, f.lacks))
		}
		f.nameGravity(scenarios)
		switch onTrialOnly := trialBranch(f.When) || f.trial(); {
		case onTrialOnly && (f.rule.Wakes || f.rule.Keeps):
			f.Severity = Info
		case f.Pillar != Security && (onTrialOnly || onTrial(m.options.Stage)):
			f.Severity = f.Severity.Lower()
		}
		if i, ok := suppression(f.rule, f.Finding, f.metadata, m.options); ok {
			rep.Suppressed = append(rep.Suppressed, f.suppressed(i))
			continue
		}
		open = append(open, f)
	}
	open, rep.Folded = fold(outranked(open))
	group(open)
	for _, f := range open {
		m.setContext(f)
	}
	sortWorstFirst(open)
	for _, f := range open {
		rep.Findings = append(rep.Findings, f.Finding)
		rep.Summary.Findings.add(f.Severity)
	}
	rep.Unknown = joinUnknowns(m.unknowns, append(gapsOf(m.graphs), m.options.Gaps...))
	rep.Summary.Unknowns, rep.Summary.Rules = len(rep.Unknown), ran
	rep.Summary.Resources, rep.Summary.Edges = m.size()
	return rep
}

// identify gives each finding its fingerprint: rule, resource and property, without file and line, so that it
// outlives edits above it and another working directory. Where two files bear the same ids the file's base
// name tells them apart.
func (m *merger) identify() {
	seen := map[string]int{}
	prints := make([]string, len(m.order))
	for i, f := range m.order {
		prints[i] = f.Rule + "\n" + f.Resource.ID + "\n" + f.Evidence[0].Path
		seen[prints[i]]++
	}
	for i, f := range m.order {
		print := prints[i]
		if seen[print] > 1 {
			print += "\n" + path.Base(strings.ReplaceAll(f.Evidence[0].File, `\`, "/"))
		}
		sum := sha256.Sum256([]byte(print))
		f.ID = hex.EncodeToString(sum[:8])
	}
}

// size counts the things that stand for resources, and what joins them, over all scenarios.
func (m *merger) size() (resources, edges int) {
	nodes, joints := map[string]bool{}, map[string]bool{}
	for _, g := range m.graphs {
		for _, n := range g.Nodes {
			if !n.External {
				nodes[n.ID] = true
			}
		}
		for _, e := range g.Edges {
			joints[strings.Join([]string{e.From.ID, string(e.Kind), e.To.ID, e.Label, e.Qualifier}, "\x00")] = true
		}
	}
	return len(nodes), len(joints)
}
