package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "scheduled-runs-overlap",
	Code:     "GRF011",
	Title:    `Scheduled function or workflow may still run when it is started again`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `The function or execution may work for longer than the time between two starts. Then two of them work at once: on the same rows, the same files, the same partner.`,
	Fix:      `Set ReservedConcurrentExecutions: 1 (the next start then waits in the queue of asynchronous events, for up to 6 hours), shorten the Timeout, lengthen the interval, or take a lock.`,
	CDK:      `reservedConcurrentExecutions: 1`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring reserved concurrency for a function"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" (throttled events wait)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"checkov:CKV_AWS_115", "cdk-nag:LambdaConcurrency", "guard-rules-registry:LAMBDA_CONCURRENCY_CHECK"},
	Gaps:        `Of cron expressions the minutes and hours are compared. A Standard workflow without TimeoutSeconds is held against schedules of an hour or less, at Low, and against others at Info where one of its tasks has no TimeoutSeconds either; what its states take is not added up. Metadata serverless-review idempotent, of the function or its schedule, excuses a function that may run twice.`,
	Bad: `Resources:
  Often:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Targets: [{Id: t, Arn: !GetAtt Sync.Arn}]
  Sync:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/sync
      Code: {ZipFile: "..."}
      Timeout: 900 # want "every 5 minutes"
`,
	Good: `Resources:
  Often:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Targets: [{Id: t, Arn: !GetAtt Sync.Arn}, {Id: u, Arn: !GetAtt Alone.Arn}]
  Sync:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/sync
      Code: {ZipFile: "..."}
      Timeout: 240
  Alone:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/alone
      Code: {ZipFile: "..."}
      Timeout: 900
      ReservedConcurrentExecutions: 1
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Sync:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Timeout: 300 # want "every 1 minute"
      Events:
        Often: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(* * * * ? *)}}
`},
	Check: checkOverlaps,
})

func checkOverlaps(p *Pass) {
	for _, s := range p.Graph.OfKind(graph.Rule, graph.Schedule) {
		if s.External || disabled(s) {
			continue
		}
		for _, e := range p.Graph.Out(s, graph.Routes) {
			if e.To.External || intent(e.To, "idempotent") != "" || intent(s, "idempotent") != "" || e.To.Kind != graph.Function && e.To.Kind != graph.StateMachine {
				continue
			}
			expression := s.Setting("scheduleExpression")
			if open(expression) {
				p.Unknown(s, expression)
				continue
			}
			every, ok := interval(expression)
			switch {
			case !ok:
			case p.stateUnknown(s):
			case e.To.Kind == graph.Function:
				checkFunctionOverlap(p, s, e, every)
			default:
				checkMachineOverlap(p, s, e, every)
			}
		}
	}
}

func checkFunctionOverlap(p *Pass, s *graph.Node, e *graph.Edge, every time.Duration) {
	fn := e.To
	timeout, reserved := fn.Setting("timeout"), fn.Setting("reservedConcurrentExecutions")
	if n, ok := reserved.Int(); ok && n <= 1 {
		return
	}
	seconds, known := p.Int(fn, timeout)
	takes := time.Duration(seconds) * time.Second
	if !known || takes < every {
		return
	}
	if open(reserved) {
		p.Unknown(fn, reserved)
		return
	}
	h := Hit{Node: fn, Confidence: weaker(e), Related: []*graph.Node{s}, Values: []graph.Value{timeout, s.Setting("scheduleExpression")},
		Message: fmt.Sprintf("%s may work for %d s, but %s starts it every %s: two runs can overlap", nameOf(fn), seconds, nameOf(s), minutes(every))}
	if calledOtherwise(p.Graph, fn, s) {
		h.Fix = "Shorten the Timeout below the interval, lengthen the interval, or take a lock. ReservedConcurrentExecutions: 1 would throttle its other callers too."
		h.CDK = "timeout: Duration.seconds(...) below the interval"
	}
	if takes == every { // few runs take all of their time
		h.Severity = Low
	}
	p.Report(h)
}

// calledOtherwise tells whether something else than one schedule calls a function.
func calledOtherwise(g *graph.Graph, fn, schedule *graph.Node) bool {
	return slices.ContainsFunc(g.In(fn, graph.Polls, graph.Invokes, graph.Routes), func(e *graph.Edge) bool {
		return e.From != schedule && e.Strength != graph.Wildcard
	})
}

// oftenStarted is up to what interval an execution without a limit is held against its schedule whatever it does: of those
// that are started more seldom some task has to be without a limit, too, and they rarely last until the next one.
const oftenStarted = time.Hour

func checkMachineOverlap(p *Pass, s *graph.Node, e *graph.Edge, every time.Duration) {
	machine := e.To
	if machine.Workflow == nil || machine.Workflow.Unknown != "" {
		return
	}
	limit := machine.Workflow.Timeout
	h := Hit{Node: machine, Confidence: weaker(e), Related: []*graph.Node{s}, Values: []graph.Value{limit, s.Setting("scheduleExpression")},
		Fix: "Set TimeoutSeconds at the top of the definition to less than the interval, lengthen the interval, or have the first step take a lock (a conditional write).",
		CDK: "timeout: Duration.seconds(...) of the sfn.StateMachine, below the interval"}
	kind, _ := machine.Setting("stateMachineType").Str()
	seconds, known := limit.Int()
	switch {
	case open(limit):
		p.Unknown(machine, limit)
		return
	case known && time.Duration(seconds)*time.Second >= every:
		h.Message = fmt.Sprintf("%s may work for %d s, but %s starts it every %s: two executions can overlap", nameOf(machine), seconds, nameOf(s), minutes(every))
		if time.Duration(seconds)*time.Second == every { // few executions take all of their time
			h.Severity = Low
		}
	case !limit.Exists() && kind == "STANDARD" && (every <= oftenStarted || unboundedTask(machine)):
		h.Severity, h.Confidence, h.Values = Low, Likely, []graph.Value{{}, s.Setting("scheduleExpression")}
		h.Message = fmt.Sprintf("%s has no TimeoutSeconds, but %s starts it every %s: an execution that hangs runs beside the next ones", nameOf(machine), nameOf(s), minutes(every))
		if every > oftenStarted {
			h.Severity = Info
		}
	default:
		return
	}
	p.Report(h)
}

// unboundedTask tells whether some task of a workflow has no TimeoutSeconds.
func unboundedTask(machine *graph.Node) bool {
	return slices.ContainsFunc(machine.Workflow.States, func(s graph.State) bool {
		return s.Type == "Task" && !s.Definition.Get("TimeoutSeconds").Exists() && !s.Definition.Get("TimeoutSecondsPath").Exists()
	})
}

func minutes(d time.Duration) string {
	n := int(d / time.Minute)
	if n == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", n)
}
