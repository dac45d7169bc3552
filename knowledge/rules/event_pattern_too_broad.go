package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "event-pattern-too-broad",
	Code:     "EVT005",
	Title:    `Event pattern matches nearly every event`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `A rule that does not say whose events it wants runs its target for every event on the bus, also for those that the target itself sends: cost without use, and a loop where the target sends to this bus.`,
	Fix:      `Name source and detail-type in the pattern.`,
	CDK:      `eventPattern: { source: ["shop.orders"], detailType: ["OrderPlaced"] }`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Best practices for Amazon EventBridge event patterns"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html", Checked: "2026-11-30"},
	},
	Gaps: `Rules that only record or pass on (targets are log groups, Firehose streams or other buses) may match everything, and so may the rules of a bus that is there for one consumer, or such a rule, where Metadata says so (serverless-review.role: dedicated).`,
	Bad: `Resources:
  Everything:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {account: ["111122223333"]} # want "every event"
      Targets: [{Id: work, Arn: "arn:aws:lambda:eu-west-1:111122223333:function:work"}]
  Prefixed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [{prefix: ""}]} # want "every event"
      Targets: [{Id: work, Arn: "arn:aws:lambda:eu-west-1:111122223333:function:work"}]
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders], detail-type: [OrderPlaced]}
      Targets: [{Id: work, Arn: "arn:aws:lambda:eu-west-1:111122223333:function:work"}]
  Audit:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {account: ["111122223333"]}
      Targets: [{Id: log, Arn: "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/audit"}]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        All:
          Type: EventBridgeRule
          Properties:
            Pattern: {region: [eu-west-1]} # want "every event"
`},
	Check: checkPatterns,
})

func checkPatterns(p *Pass) {
	for _, rule := range p.Graph.OfKind(graph.Rule) {
		pattern := rule.Setting("eventPattern")
		if rule.Type == "AWS::Events::Rule" && !rule.External && open(pattern) {
			p.Unknown(rule, pattern)
		}
		if rule.Type != "AWS::Events::Rule" || rule.External || pattern.Kind != graph.Map || disabled(rule) || !matchesAll(pattern) && !idleSource(pattern) || dedicated(p.Graph, rule) {
			continue
		}
		if only, unsure := onlyRecords(p.Graph, rule); only {
			if unsure.Exists() {
				p.Unknown(rule, unsure)
			}
			continue
		}
		h := Hit{Node: rule, Values: []graph.Value{pattern},
			Message: fmt.Sprintf("rule %s matches nearly every event on its bus: its pattern names neither source nor detail-type", nameOf(rule))}
		switch {
		case !matchesAll(pattern):
			h.Severity, h.Values = Low, []graph.Value{pattern.Get("source")}
			h.Fix = "Name the senders in source, in the place of what every source fulfils."
			h.Message = fmt.Sprintf("rule %s matches events of any sender with its detail-type: what its pattern asks of source, every source fulfils", nameOf(rule))
		case pattern.Get("detail").Exists():
			h.Message = fmt.Sprintf("rule %s matches events of any source whose detail looks alike: its pattern names neither source nor detail-type", nameOf(rule))
		}
		p.Report(h)
	}
}

// dedicated tells whether the author says of a rule, or of the bus that it listens on, that all of the bus is for it.
func dedicated(g *graph.Graph, rule *graph.Node) bool {
	for _, e := range g.In(rule, graph.Routes) {
		if e.From.Kind == graph.EventBus && intent(e.From, "role") == "dedicated" {
			return true
		}
	}
	return intent(rule, "role") == "dedicated"
}

// matchesAll tells whether a pattern asks for nothing that tells one event from another. What is not known may. Fields of
// the detail alone do not: any sender may use the same.
func matchesAll(pattern graph.Value) bool {
	for _, f := range pattern.Fields() {
		switch f.Name {
		case "account", "region", "version", "time", "id", "detail":
		case "source", "detail-type":
			if !admitsAll(f.Value) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// idleSource tells whether a pattern asks something of source that every source fulfils, where the detail-type alone tells
// events apart. All but some is no such thing: it mostly keeps the rule's own events away.
func idleSource(pattern graph.Value) bool {
	source := pattern.Get("source")
	return pattern.Get("detail-type").Exists() && admitsAll(source) && !slices.ContainsFunc(source.Each(), func(v graph.Value) bool {
		return v.Get("anything-but").Exists()
	})
}

// admitsAll tells whether one of the alternatives lets nearly everything through.
func admitsAll(alternatives graph.Value) bool {
	for _, a := range alternatives.Each() {
		if s, ok := a.Get("prefix").Str(); ok && s == "" {
			return true
		}
		if s, ok := a.Get("wildcard").Str(); ok && s == "*" {
			return true
		}
		if yes, ok := a.Get("exists").Truth(); ok && yes {
			return true
		}
		if a.Kind == graph.Map && a.Get("anything-but").Exists() {
			return true
		}
	}
	return false
}

// onlyRecords tells whether a rule's targets only keep its events or pass them on, and which of them is not known and may.
func onlyRecords(g *graph.Graph, rule *graph.Node) (only bool, unsure graph.Value) {
	targets := rule.Setting("targets")
	if open(targets) {
		return true, targets
	}
	for _, t := range targets.Each() {
		switch unknown := firstOpen(t, t.Get("Arn")); {
		case lastInLine(g, t), toFirehose(g, t):
		case !unknown.Exists():
			return false, graph.Value{}
		default:
			unsure = unknown
		}
	}
	return true, unsure
}
