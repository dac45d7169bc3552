package rules

import (
	"fmt"
	"math"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "retries-outlast-workflow",
	Code:     "SFN013",
	Title:    `Retries of a step take longer than its workflow may run`,
	Severity: Medium,
	Pillar:   Reliability,
	Why: `An Express workflow ends after 5 minutes, any workflow after its TimeoutSeconds, whatever its steps are waiting for. A step that is still between two retries then is cut off: ` +
		`the last retries never happen, and its Catch, which was to save the work, never runs.`,
	Fix: `Set MaxDelaySeconds, or lower MaxAttempts, IntervalSeconds or BackoffRate, until the waits fit well inside the limit; or use a STANDARD workflow with a longer TimeoutSeconds.`,
	CDK: `addRetry({ maxAttempts, interval, backoffRate, maxDelay })`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Step Functions service quotas" (Express executions end after 5 minutes)`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html", Checked: "2026-11-30"},
		{Title: `AWS CDK reference, RetryProps (3 attempts, 1 second, rate 2, no longest delay unless told)`, URL: "https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_stepfunctions.RetryProps.html", Checked: "2026-11-29"},
	},
	Gaps: `Only the waits between attempts count, not the attempts: a step that runs long may be cut off although its waits fit. Waits of several steps in a row are not added up. With full jitter half of the waits count, as likely.`,
	Bad: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      StateMachineType: EXPRESS
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: charge, "Payload.$": $}
            Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 2, MaxAttempts: 9}] # want "waits 1022 s"
            End: true
`,
	Good: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      StateMachineType: EXPRESS
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: charge, "Payload.$": $}
            Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 2, MaxAttempts: 9, MaxDelaySeconds: 20}]
            End: true
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        TimeoutSeconds: 60
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: charge, "Payload.$": $}
            Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 30, BackoffRate: 1}] # want "TimeoutSeconds"
            End: true
`},
	Check: func(p *Pass) {
		for _, m := range p.Graph.OfKind(graph.StateMachine) {
			if m.External || m.Workflow == nil {
				continue
			}
			for _, s := range m.Workflow.States {
				for _, retrier := range s.Definition.Get("Retry").Each() {
					checkRetrier(p, m, s, retrier)
				}
			}
		}
	},
})

func checkRetrier(p *Pass, m *graph.Node, s graph.State, v graph.Value) {
	r, unknown := readRetrier(v)
	if unknown.Exists() {
		if _, ok := lifetime(m); ok || m.Setting("stateMachineType").Reason() != "" {
			p.Unknown(m, unknown)
		}
		return
	}
	most, known := lifetime(m)
	total := r.total(r.attempts)
	if !known {
		if kind := m.Setting("stateMachineType"); kind.Reason() != "" && total >= expressSeconds {
			p.Unknown(m, kind)
		}
		return
	}
	confidence := Certain
	if r.jitter {
		total, confidence = total/2, Likely // each delay is drawn between nothing and its full length
	}
	if total < most.seconds {
		return
	}
	done := r.attempts
	for done > 0 && r.total(done) >= most.seconds {
		done--
	}
	lower := "Set MaxDelaySeconds, or lower MaxAttempts, IntervalSeconds or BackoffRate, until the waits fit well inside the limit"
	cdk := ""
	if r.rate <= 1 || r.interval*float64(r.attempts) >= most.seconds { // MaxDelaySeconds has to be more than IntervalSeconds
		lower, cdk = "Lower MaxAttempts or IntervalSeconds until the waits fit well inside the limit", "addRetry({ maxAttempts, interval })"
	}
	longer := "; or use a STANDARD workflow (which makes a new state machine) with a TimeoutSeconds that is longer than the waits."
	switch {
	case !m.Workflow.Express:
		longer = "; or raise TimeoutSeconds of the state machine."
	case most.seconds < expressSeconds && total < expressSeconds:
		longer = fmt.Sprintf("; or raise TimeoutSeconds of the state machine (an Express workflow ends after %.0f s anyway).", expressSeconds)
	}
	p.Report(Hit{Node: m, Confidence: confidence, Values: []graph.Value{v, most.at}, Fix: lower + longer, CDK: cdk,
		Message: fmt.Sprintf("%s of %s waits %.0f s between its %d retries, but %s after %.0f s: at most %d of them happen, and no Catch follows", s.Name, nameOf(m), total, r.attempts, most.what, most.seconds, done)})
}

// lifespan is how long an execution may run, what ends it, and where that is written.
type lifespan struct {
	seconds float64
	what    string
	at      graph.Value
}

var expressSeconds = float64(facts.Int("sfn.express_max_seconds"))

// lifetime is how long an execution may run at most; ok is false where that is a year, or not known.
func lifetime(m *graph.Node) (l lifespan, ok bool) {
	if m.Workflow.Express {
		l, ok = lifespan{expressSeconds, "an Express workflow ends", m.Setting("stateMachineType")}, true
	}
	if seconds, known := m.Workflow.Timeout.Float(); known && (!ok || seconds < l.seconds) {
		l, ok = lifespan{seconds, "by its TimeoutSeconds the workflow ends", m.Workflow.Timeout}, true
	}
	return l, ok
}

// retrier is one entry of a state's Retry; times in seconds.
type retrier struct {
	attempts              int
	interval, rate, limit float64
	jitter                bool
}

// readRetrier reads one entry of Retry with the defaults of the Amazon States Language; unknown is the first
// value that is written and not known.
func readRetrier(v graph.Value) (r retrier, unknown graph.Value) {
	r = retrier{attempts: 3, interval: 1, rate: 2, limit: math.Inf(1)}
	attempts := 3.0
	for _, field := range []struct {
		name string
		to   *float64
	}{{"MaxAttempts", &attempts}, {"IntervalSeconds", &r.interval}, {"BackoffRate", &r.rate}, {"MaxDelaySeconds", &r.limit}} {
		set := v.Get(field.name)
		if !set.Exists() {
			continue
		}
		n, ok := set.Float()
		if !ok {
			return r, set
		}
		*field.to = n
	}
	r.attempts = int(math.Min(attempts, 1e4))
	strategy, _ := v.Get("JitterStrategy").Str()
	r.jitter = strategy == "FULL"
	return r, graph.Value{}
}

// total is the sum of the delays before the first n retries, in seconds.
func (r retrier) total(n int) float64 {
	sum, delay := 0.0, r.interval
	for range n {
		sum += math.Min(delay, r.limit)
		delay = math.Min(delay*r.rate, 1e9)
	}
	return sum
}
