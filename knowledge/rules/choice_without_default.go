package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "choice-without-default",
	Code:     "SFN008",
	Title:    `Choice state has no default`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `An input that matches none of the rules fails the execution with States.NoChoiceMatched: a new status, a misspelt word, an empty field. A Choice state cannot catch that error itself.`,
	Fix:      `Add Default to the state, if only to a Fail state that names the value.`,
	CDK:      `choice.otherwise(new sfn.Fail(this, "UnknownStatus"))`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Choice workflow state"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html", Checked: "2026-11-30"},
	},
	Gaps: `Two rules that together cover everything (true and false of one variable, less than and not less than one number, present and not present) need no default. JSONata conditions are not compared.`,
	Bad: `Resources:
  Import:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition:
        StartAt: Which
        States:
          Which:
            Type: Choice # want "NoChoiceMatched"
            Choices:
              - {Variable: $.status, StringEquals: new, Next: Done}
              - {Variable: $.status, StringEquals: old, Next: Done}
          Done: {Type: Succeed}
`,
	Good: `Resources:
  Import:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition:
        StartAt: Which
        States:
          Which:
            Type: Choice
            Choices:
              - {Variable: $.status, StringEquals: new, Next: Paid}
            Default: Paid
          Paid:
            Type: Choice
            Choices:
              - {Variable: $.paid, BooleanEquals: true, Next: Large}
              - {Variable: $.paid, BooleanEquals: false, Next: Large}
          Large:
            Type: Choice
            Choices:
              - {Variable: $.total, NumericGreaterThan: 100, Next: Done}
              - {Variable: $.total, NumericLessThanEquals: 100, Next: Known}
          Known:
            Type: Choice
            Choices:
              - {Variable: $.id, IsPresent: true, Next: Done}
              - {Not: {Variable: $.id, IsPresent: true}, Next: Done}
          Done: {Type: Succeed}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Import:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Which
        States:
          Which:
            Type: Choice # want "NoChoiceMatched"
            Choices:
              - {Variable: $.paid, BooleanEquals: true, Next: Done}
              - {Variable: $.sent, BooleanEquals: false, Next: Done}
          Done: {Type: Succeed}
`},
	Check: checkChoices,
})

func checkChoices(p *Pass) {
	for _, m := range p.Graph.OfKind(graph.StateMachine) {
		if m.Workflow == nil || m.External {
			continue
		}
		for _, s := range m.Workflow.States {
			choices := s.Definition.Get("Choices")
			if s.Type != "Choice" || s.Definition.Get("Default").Exists() || choices.IsUnknown() || exhaustive(choices.Items()) {
				continue
			}
			if v := firstWithin(choices); v.Exists() {
				p.Unknown(m, v)
				continue
			}
			p.Report(Hit{Node: m, Values: []graph.Value{{At: s.At}},
				Message: fmt.Sprintf("choice %s of %s has no Default: an input that fits none of its %s fails the execution with States.NoChoiceMatched", s.Name, nameOf(m), ruleCount(len(choices.Items())))})
		}
	}
}

func ruleCount(n int) string {
	if n == 1 {
		return "one rule"
	}
	return fmt.Sprintf("%d rules", n)
}

// complements are the operators of which one holds whenever the other does not.
var complements = map[string]string{
	"NumericLessThan": "NumericGreaterThanEquals", "NumericGreaterThan": "NumericLessThanEquals",
	"StringLessThan": "StringGreaterThanEquals", "StringGreaterThan": "StringLessThanEquals",
	"TimestampLessThan": "TimestampGreaterThanEquals", "TimestampGreaterThan": "TimestampLessThanEquals",
}

// exhaustive tells whether two of the rules cover every input between them.
func exhaustive(rules []graph.Value) bool {
	seen := map[string]bool{}
	for _, r := range alternatives(rules) {
		for _, opposite := range opposites(r) {
			if seen[opposite] {
				return true
			}
		}
		seen[condition(r)] = true
		for _, f := range r.Fields() { // the other way round: Not comes first
			if inner := f.Value; f.Name == "Not" {
				seen["not "+condition(inner)] = true
			}
		}
	}
	return false
}

// alternatives are the rules of a choice, each part of an Or as one of its own.
func alternatives(rules []graph.Value) []graph.Value {
	var out []graph.Value
	for _, r := range rules {
		if or := r.Get("Or"); or.Exists() {
			out = append(out, alternatives(or.Items())...)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// condition spells a rule of one comparison, "" for others.
func condition(r graph.Value) string {
	if expression, ok := r.Get("Condition").Str(); ok {
		return jsonata(expression)
	}
	variable, ok := r.Get("Variable").Str()
	if !ok {
		return ""
	}
	for _, f := range r.Fields() {
		if s, ok := f.Value.Str(); ok && f.Name != "Variable" && f.Name != "Next" && f.Name != "Comment" {
			return variable + " " + f.Name + " " + s
		}
	}
	return ""
}

// opposites spells the conditions that hold whenever the rule's does not.
func opposites(r graph.Value) []string {
	if not := r.Get("Not"); not.Exists() {
		if c := condition(not); c != "" {
			return []string{c}
		}
		return nil
	}
	if r.Get("Condition").Exists() {
		return expressionOpposites(condition(r))
	}
	variable, ok := r.Get("Variable").Str()
	if !ok {
		return nil
	}
	out := []string{"not " + condition(r)}
	for _, f := range r.Fields() {
		s, ok := f.Value.Str()
		if !ok {
			continue
		}
		if (s == "true" || s == "false") && (f.Name == "BooleanEquals" || strings.HasPrefix(f.Name, "Is")) {
			other := map[string]string{"true": "false", "false": "true"}[s]
			out = append(out, variable+" "+f.Name+" "+other)
		}
		for a, b := range complements {
			switch f.Name {
			case a:
				out = append(out, variable+" "+b+" "+s)
			case b:
				out = append(out, variable+" "+a+" "+s)
			}
		}
	}
	return out
}
