// Package rules holds the review: one rule a file, each a literal with its words, its sources, two examples and
// a check that looks at the architecture graph and at nothing else. The same rule therefore works for
// CloudFormation, SAM, CDK output and deployed stacks.
//
// A rule never accuses on an unknown: what cannot be decided is reported as such, with what would settle it.
package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Severity says how much a finding matters, worst first.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists all severities, worst first.
var Severities = []Severity{Critical, High, Medium, Low, Info}

// AtLeast tells whether s is as bad as other, or worse.
func (s Severity) AtLeast(other Severity) bool { return s.rank() <= other.rank() }

// Lower returns the severity one level down; Info stays Info.
func (s Severity) Lower() Severity { return Severities[min(s.rank()+1, len(Severities)-1)] }

func (s Severity) rank() int {
	for i, t := range Severities {
		if s == t {
			return i
		}
	}
	return len(Severities)
}

// Pillar is the pillar of the Well-Architected Framework a rule serves.
type Pillar string

// The pillars.
const (
	Reliability Pillar = "reliability"
	Security    Pillar = "security"
	Operations  Pillar = "operational-excellence"
	Performance Pillar = "performance-efficiency"
	Cost        Pillar = "cost-optimization"
)

// Pillars lists all pillars.
var Pillars = []Pillar{Reliability, Security, Operations, Performance, Cost}

// Profile says when a rule runs: Core by default, Advisory and Strict when asked for. Each holds the ones before.
type Profile string

// The profiles.
const (
	Core     Profile = "core"
	Advisory Profile = "advisory"
	Strict   Profile = "strict"
)

// Includes tells whether a run in profile p runs rules of profile q.
func (p Profile) Includes(q Profile) bool {
	order := map[Profile]int{Core: 0, Advisory: 1, Strict: 2}
	return order[q] <= order[p]
}

// Confidence says how sure a finding is.
type Confidence string

// The confidences.
const (
	Certain Confidence = "certain"
	Likely  Confidence = "likely"
)

// Source is where a statement was read, and when (YYYY-MM-DD). Unverified marks one that was not seen.
type Source struct {
	Title      string
	URL        string
	Checked    string
	Unverified bool
}

// Rule is one thing a reviewer looks for. See the package comment.
type Rule struct {
	ID       string // says what is wrong, in words; equals the file's name with dashes for underscores; never changes
	Code     string // the catalogue's code, an alias of ID: ESM001
	Title    string // one sentence, what is wrong
	Severity Severity
	Pillar   Pillar
	Profile  Profile // "" is Core
	Why      string  // what happens if it stays so
	Fix      string  // what to do, in CloudFormation's words
	SAM      string  // what to do to a SAM resource, where SAM spells it otherwise
	CDK      string  // what to do, in CDK's words
	Sources  []Source
	// Equivalents are rules of other tools that look for the same: "cdk-nag:AwsSolutions-SQS3".
	Equivalents []string
	// Aliases are ids this rule had before.
	Aliases []string
	// Outranks holds catalogue codes of rules that describe the same defect less exactly: where both fail at one
	// place, only this one is reported and the other's code stands in the finding's aliases.
	Outranks []string
	// Gaps says what the rule knowingly does not see.
	Gaps string
	// Bad and Good are smallest whole templates. Each line of Bad on which a finding must be shown ends in
	// `# want "part of the message"`; Good gives no finding of this rule. MoreBad and MoreGood hold further
	// dialects (SAM, CDK output) in the same form.
	Bad, Good         string
	MoreBad, MoreGood []string
	// Wakes: the rule asks for what wakes somebody. What exists in trial stages only may do without: Info.
	Wakes bool
	// Keeps: the rule asks to keep data, or to be able to restore them. Those of what exists in trial stages only may go:
	// Info.
	Keeps bool
	// DependsOnDate: the rule reads Pass.Today.
	Check func(*Pass)
}

// added are the rules as their files add them at start-up, which does no more: most runs ask for none of them.
var added []*Rule

// add registers a rule.
func add(r Rule) bool {
	if r.Profile == "" {
		r.Profile = Core
	}
	added = append(added, &r)
	return true
}

// All returns every rule, sorted by id.
func All() []*Rule {
	out := slices.Clone(added)
	slices.SortFunc(out, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// named finds rules by id, code and former ids. Two of one name are a mistake in our own table.
var named = sync.OnceValue(func() map[string]*Rule {
	out := make(map[string]*Rule, 2*len(added))
	for _, r := range added {
		for _, name := range append([]string{r.ID, r.Code}, r.Aliases...) {
			if out[name] != nil {
				panic(fmt.Sprintf("rules: %q is the name of %s and of %s", name, out[name].ID, r.ID))
			}
			if name != "" {
				out[name] = r
			}
		}
	}
	return out
})

// Find returns the rule of an id, code or former id.
func Find(name string) (*Rule, bool) {
	r, ok := named()[name]
	return r, ok
}

// Pass is one run of one rule over one graph.
type Pass struct {
	Graph *graph.Graph
	// Scenarios are the graphs of all ways in which the system's conditions can fall, Graph among them.
	Scenarios []*graph.Graph
	Rule      *Rule
	Today     time.Time // the day that dates are compared with

	hits     []hit
	unknowns []Undecided
	watched  []watched         // what alarms watch, once openAlarm was asked
	broad    []*graph.Node     // alarms on all things of a kind, once watches was asked
	links    map[string][]link // what openLink has found, by what it was asked
	public   []*graph.Resource // what says that it is for everyone, once declaredPublic was asked
	uses     []use             // what openUse has found, once it was asked
	asked    bool
}

// Hit is what a check reports: the defect at one place.
type Hit struct {
	Node     *graph.Node     // the thing at fault
	Resource *graph.Resource // the resource that carries the property, where it is not the node's own (a mapping)
	// Place is the written resource, where it is no node and its resource is not at hand: a method of an API.
	Place    *Place
	Message  string   // names the resource, the present value and the wanted one, with units
	Severity Severity // "" is the rule's
	// Confidence is the weaker of rule and edge; "" is Certain.
	Confidence Confidence
	// Values are the settings that show the defect, in order of weight; the first gives the finding's place.
	// An absent value's place is the resource's own line.
	Values []graph.Value
	// Related are the other parts of this defect (both ends, roles, policies), never sound neighbours.
	Related []*graph.Node
	// RelatedResources are further such parts that have no node of their own: a mapping, a policy. Nil ones are
	// left out.
	RelatedResources []*graph.Resource
	// Lacks tells of an edge to Node or Related whether its absence is the defect, nil where the defect is none of that
	// kind: the conditions of such edges in other scenarios bound the finding.
	Lacks   func(*graph.Edge) bool
	Aliases []string // catalogue codes of rules that describe the same defect and have no rule, or no finding, of their own here
	// Together makes one finding of all hits of the rule in a file that have the same: on whatever resource, in whatever
	// scenario. "" is one finding for each resource.
	Together string
	Fix      string // instead of the rule's, where template, dialect or present value decide what to do
	CDK      string // likewise
	Patch    []PatchOp
}

// PatchOp is one operation of a JSON patch (RFC 6902) on the template.
type PatchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// Undecided is a question that the files leave open.
type Undecided struct {
	Resource string   `json:"resource"`
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`
	Path     string   `json:"path"`
	Why      string   `json:"why"`
	Settle   string   `json:"settle,omitempty"` // what would settle it
	Rules    []string `json:"rules"`
}

type hit struct{ Hit }

// Report records a defect.
func (p *Pass) Report(h Hit) { p.hits = append(p.hits, hit{h}) }

// Unknown records that the rule could not be decided for n because of v.
func (p *Pass) Unknown(n *graph.Node, v graph.Value) {
	why := v.Reason()
	if why == "" {
		why = "its value is not a literal"
	}
	p.unknown(n, v.At, why)
}

// Unclear records that the rule could not be decided for n for a reason that no single value holds.
func (p *Pass) Unclear(n *graph.Node, why string) { p.unknown(n, n.At(), why) }

func (p *Pass) unknown(n *graph.Node, at *graph.Evidence, why string) {
	place := placeOf(n, n.Resource)
	if n.Resource == nil && at == nil {
		place, at = p.writtenBy(n, place)
		if reason, unknown := strings.CutPrefix(n.ID, "unknown:"); unknown {
			why = strings.Replace(why, "it is not part of this system", reason, 1)
		}
		why = strings.Replace(why, "it is not part of", nameOf(n)+" is not part of", 1)
	}
	u := Undecided{Resource: place.ID, File: place.File, Why: dotted(why), Rules: []string{p.Rule.ID}}
	if at != nil {
		u.File, u.Line, u.Path = at.File, at.Line, at.Path
	}
	p.unknowns = append(p.unknowns, u)
}

// writtenBy finds the property that names a thing which is not of this system: that is the place to look at.
func (p *Pass) writtenBy(n *graph.Node, place Place) (Place, *graph.Evidence) {
	for _, e := range p.Graph.In(n) {
		if e.From.Resource != nil && len(e.Evidence) > 0 {
			return placeOf(e.From, e.From.Resource), &e.Evidence[0]
		}
	}
	for _, e := range p.Graph.Out(n) {
		if len(e.Evidence) == 0 {
			continue
		}
		if e.Via != nil {
			return placeOf(nil, e.Via), &e.Evidence[0]
		}
		if e.To.Resource != nil {
			return placeOf(e.To, e.To.Resource), &e.Evidence[0]
		}
	}
	return place, nil
}

// Int reads a whole number of n. What is written but not known is recorded as undecided. ok is false for that
// and for an absent value.
func (p *Pass) Int(n *graph.Node, v graph.Value) (i int, ok bool) {
	if i, ok = v.Int(); !ok && open(v) {
		p.Unknown(n, v)
	}
	return i, ok
}

// Truth reads a truth value, as Int does a number.
func (p *Pass) Truth(n *graph.Node, v graph.Value) (b, ok bool) {
	if b, ok = v.Truth(); !ok && open(v) {
		p.Unknown(n, v)
	}
	return b, ok
}

// Text reads a literal text, as Int does a number. A reference to a resource is neither: ok is false and
// nothing is recorded.
func (p *Pass) Text(n *graph.Node, v graph.Value) (s string, ok bool) {
	if s, ok = v.Str(); !ok && open(v) {
		p.Unknown(n, v)
	}
	return s, ok
}

// open tells whether something is written whose value, or part of it, is not known.
func open(v graph.Value) bool { return v.Reason() != "" }
