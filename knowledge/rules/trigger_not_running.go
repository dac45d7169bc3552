package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "trigger-not-running",
	Code:     "LIV008",
	Title:    `Trigger is switched off or fails`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Nothing is processed, and the function counts no error: queues fill, schedules pass, events match no rule that is on.`,
	Fix:      `Switch it on again, and find out why it was switched off; where it fails, mend what LastProcessingResult or StateReason names.`,
	CDK:      `enabled: true on the event source, rule or schedule`,
	Sources: []Source{
		{Title: `AWS Lambda API Reference, "GetEventSourceMapping"`, URL: "https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Troubleshooting Amazon EventBridge Pipes"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. What the template itself switches off is left out. Medium where only the last poll of a mapping failed: a single bad batch does that, too.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Metadata: {observed: {stack: {mappings: ""}, State: Disabled, drift: {Enabled: false}}}
    Properties:
      Enabled: true # want "Mapping is switched off"
      FunctionName: f
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:jobs
  Failing: # want "PROBLEM: Function call failed"
    Type: AWS::Lambda::EventSourceMapping
    Metadata: {observed: {State: Enabled, LastProcessingResult: "PROBLEM: Function call failed"}}
    Properties: {FunctionName: f, EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:jobs}
  Nightly: # want "Nightly is switched off"
    Type: AWS::Events::Rule
    Metadata: {observed: {drift: {State: DISABLED}}}
    Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: a, Arn: arn:aws:sqs:eu-west-1:111122223333:jobs}]}
  Pipe: # want "CREATE_FAILED"
    Type: AWS::Pipes::Pipe
    Metadata: {observed: {CurrentState: CREATE_FAILED, StateReason: the role may not read the queue}}
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/pipe", Source: arn:aws:sqs:eu-west-1:111122223333:jobs, Target: arn:aws:sqs:eu-west-1:111122223333:jobs2}
`,
	Good: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Metadata: {observed: {stack: {mappings: ""}, State: Enabled, LastProcessingResult: OK}}
    Properties: {FunctionName: f, EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:jobs}
  Resting:
    Type: AWS::Lambda::EventSourceMapping
    Metadata: {observed: {State: Disabled}}
    Properties: {Enabled: false, FunctionName: f, EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:jobs}
  Pipe:
    Type: AWS::Pipes::Pipe
    Metadata: {observed: {CurrentState: STOPPED}}
    Properties: {DesiredState: STOPPED, RoleArn: "arn:aws:iam::111122223333:role/pipe", Source: arn:aws:sqs:eu-west-1:111122223333:jobs, Target: arn:aws:sqs:eu-west-1:111122223333:jobs2}
`,
	Check: checkTriggers,
})

func checkTriggers(p *Pass) {
	looked := p.looked("mappings")
	for _, r := range p.Graph.Resources {
		if intent := r.Metadata.Get("serverless-review", "maintenance"); intent.Exists() {
			continue
		}
		h := Hit{Node: p.Graph.Node(r.ID), Resource: r}
		name := placeOf(nil, r).ID
		switch r.Type {
		case "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule", "AWS::Scheduler::Schedule":
			if c, off := stopped(r); off && open(c.Template) {
				p.unknownSwitch(r, c.Template)
				continue
			} else if off {
				h.Values = []graph.Value{placed(r, c, c.Live)}
				h.Fix, h.CDK = "Find out why it was switched off, and switch it on again in the account"+switchOn[r.Type]+": the template has it on, and a deployment that does not change it leaves it off.", "nothing to change: it is on in the code"
				h.Message = fmt.Sprintf("%s is switched off in the account and on in the template: nothing comes through it", name)
				p.Report(h)
				continue
			}
			result := r.Seen("LastProcessingResult")
			if text, _ := result.Str(); looked && strings.HasPrefix(text, "PROBLEM") {
				h.Severity, h.Values = Medium, []graph.Value{result}
				h.Fix, h.CDK = "Mend what LastProcessingResult names: rights of the function's role, the network, or the function's own errors.", "fn.addEventSource(...) grants the rights of the source"
				h.Message = fmt.Sprintf("the last poll of %s failed: %s", name, text)
				p.Report(h)
			}
		case "AWS::Pipes::Pipe":
			state := r.Seen("CurrentState")
			text, _ := state.Str()
			wanted, _ := r.Properties.Get("DesiredState").Str()
			if text == "" || text == "RUNNING" || text == "CREATING" || text == "UPDATING" || text == "STARTING" || wanted == "STOPPED" {
				continue
			}
			if v := r.Properties.Get("DesiredState"); open(v) && text == "STOPPED" && h.Node != nil {
				p.Unknown(h.Node, v)
				continue
			}
			h.Values = []graph.Value{state}
			h.Fix, h.CDK = "Mend what StateReason names, and start the pipe again (aws pipes start-pipe --name NAME).", "desiredState: pipes.DesiredState.RUNNING, where the code stops it"
			h.Message = fmt.Sprintf("%s is in state %s", name, text)
			if why, _ := r.Seen("StateReason").Str(); why != "" {
				h.Message += ": " + short(why)
			}
			p.Report(h)
		}
	}
}

// switchOn is how each is switched on again.
var switchOn = map[string]string{
	"AWS::Lambda::EventSourceMapping": " (aws lambda update-event-source-mapping --uuid UUID --enabled)",
	"AWS::Events::Rule":               " (aws events enable-rule --name NAME, with --event-bus-name for a bus of your own)",
	"AWS::Scheduler::Schedule":        " (state ENABLED: in the console, or aws scheduler update-schedule with all its settings)",
}

// stopped finds the change that switched a trigger off.
func stopped(r *graph.Resource) (graph.Change, bool) {
	for _, c := range r.Drift {
		if stops(r, c) {
			return c, true
		}
	}
	return graph.Change{}, false
}

// stops tells a change that switches a trigger off.
func stops(r *graph.Resource, c graph.Change) bool {
	live, _ := c.Live.Str()
	switch r.Type {
	case "AWS::Lambda::EventSourceMapping":
		return c.Setting == "Enabled" && live == "false"
	case "AWS::Events::Rule", "AWS::Scheduler::Schedule":
		return c.Setting == "State" && live == "DISABLED"
	}
	return false
}

// unknownSwitch records that it is not known whether a trigger is on in the template.
func (p *Pass) unknownSwitch(r *graph.Resource, v graph.Value) {
	n := p.Graph.Node(r.ID)
	for _, e := range p.Graph.OfEdge(graph.Polls) { // a mapping has no node: its function has
		if n == nil && e.Via == r {
			n = e.To
		}
	}
	if n != nil {
		p.Unknown(n, v)
	}
}
