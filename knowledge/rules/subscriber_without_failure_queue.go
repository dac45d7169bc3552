package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "subscriber-without-failure-queue",
	Code:     "EVT009",
	Title:    `Subscriber of a Custom Event Bus has no failure queue`,
	Severity: High,
	Pillar:   Reliability,
	Why: `A subscriber tries a failed delivery only 5 times within 300 s unless its RetryPolicy says more, far less than the 24 hours of a classic rule. ` +
		`Then the event is dropped; only the metric EventsDropped shows it.`,
	Fix: `Set OnFailureConfiguration: {Arn: <queue ARN>}, and a RetryPolicy beside it that outlasts an outage of the target (MaxEventAgeInSeconds up to 86400).`,
	CDK: `onFailureConfiguration: {arn: dlq.queueArn} on CfnSubscriber`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Retry policies and dead-letter queues" of the Custom Event Bus`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-custom-bus-retry.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge Custom Event Bus API reference, RetryPolicy`, URL: "https://docs.aws.amazon.com/eventbridgev2/latest/APIReference/API_RetryPolicy.html", Checked: "2026-11-30"},
	},
	Gaps: `Low where the target is a queue, which is seldom out of reach. With a failure queue the short retries are low (MaxEventAgeInSeconds or MaxRetryAttempts is left at its default), and left out where the target is a queue or the subscriber keeps an order (Type: FIFO): nothing is lost, and a long retry blocks the group of its event. A subscriber without a queue whose Metadata says from where to replay (serverless-review.replay or retention-reason) is left out.`,
	Bad: `Resources:
  Bus:
    Type: AWS::EventsV2::EventBus
    Properties: {Name: orders}
  Placed: # want "no failure queue"
    Type: AWS::EventsV2::Subscriber
    Properties:
      Name: placed
      EventBusArn: !GetAtt Bus.EventBusArn
      FilterConfiguration: {Filters: [{Scope: DATA, Pattern: '{"source": ["shop.orders"]}'}]}
      InvokeConfiguration:
        TargetArn: !GetAtt Worker.Arn
        RoleArn: arn:aws:iam::111122223333:role/deliver
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Bus:
    Type: AWS::EventsV2::EventBus
    Properties: {Name: orders}
  Placed:
    Type: AWS::EventsV2::Subscriber
    Properties:
      Name: placed
      EventBusArn: !GetAtt Bus.EventBusArn
      FilterConfiguration: {Filters: [{Scope: DATA, Pattern: '{"source": ["shop.orders"]}'}]}
      InvokeConfiguration:
        TargetArn: !GetAtt Worker.Arn
        RoleArn: arn:aws:iam::111122223333:role/deliver
      RetryPolicy: {MaxEventAgeInSeconds: 86400, MaxRetryAttempts: 185}
      OnFailureConfiguration: {Arn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.Rule) {
			if n.External || n.Type != "AWS::EventsV2::Subscriber" {
				continue
			}
			failure := n.Setting("onFailureConfiguration")
			if failure.IsUnknown() {
				p.Unknown(n, failure)
				continue
			}
			if !failure.Get("Arn").Exists() { // whichever queue it is
				if intent(n, "replay") == "" && intent(n, "retention-reason") == "" {
					reportSubscriber(p, n)
				}
			} else if kind := n.Setting("type"); open(kind) {
				p.Unknown(n, kind)
			} else if order, _ := kind.Str(); order != "FIFO" { // in which a long retry blocks its group
				reportShortRetries(p, n)
			}
		}
	},
})

func reportSubscriber(p *Pass, n *graph.Node) {
	h := Hit{Node: n, Severity: High, Values: []graph.Value{{}}}
	limits := ""
	for _, e := range p.Graph.Out(n, graph.Routes) {
		h.Related = append(h.Related, e.To)
		if e.To.Kind == graph.Queue {
			h.Severity = Low
		}
		age, attempts := e.Setting("retryPolicy", "MaxEventAgeInSeconds"), e.Setting("retryPolicy", "MaxRetryAttempts")
		a, known := age.Str()
		t, alsoKnown := attempts.Str()
		if known && alsoKnown {
			limits = fmt.Sprintf(" after %s retries or %s s", t, a)
		}
	}
	h.Message = fmt.Sprintf("subscriber %s has no failure queue: an event that cannot be delivered is dropped%s", nameOf(n), limits)
	p.Report(h)
}

// reportShortRetries reports a subscriber with a failure queue that takes over soon, since nobody has said how long, or
// how often, to try.
func reportShortRetries(p *Pass, n *graph.Node) {
	for _, e := range p.Graph.Out(n, graph.Routes) {
		if e.To.Kind == graph.Queue || e.Setting("retryPolicy").IsUnknown() {
			continue
		}
		aged, counted := decided(e, "MaxEventAgeInSeconds"), decided(e, "MaxRetryAttempts")
		age := fmt.Sprintf("%d s", facts.Int("eventbridge.custom_bus_retry_age_seconds"))
		attempts := fmt.Sprintf("%d retries", facts.Int("eventbridge.custom_bus_retry_attempts"))
		lacking, limit := "", ""
		switch {
		case aged && counted:
			continue
		case aged:
			lacking, limit = "MaxRetryAttempts in its RetryPolicy", attempts
		case counted:
			lacking, limit = "MaxEventAgeInSeconds in its RetryPolicy", age
		default:
			lacking, limit = "RetryPolicy", attempts+" or "+age
		}
		p.Report(Hit{Node: n, Severity: Low, Values: []graph.Value{{}}, Related: []*graph.Node{e.To}, Fix: "Set RetryPolicy, beside InvokeConfiguration, so that it outlasts an outage of the target (MaxEventAgeInSeconds up to 86400), or write the short one.",
			CDK:     "retryPolicy: { maxEventAgeInSeconds: 86400, maxRetryAttempts: 185 } on CfnSubscriber",
			Message: fmt.Sprintf("subscriber %s sets no %s: after %s an event is in the failure queue", nameOf(n), lacking, limit)})
	}
}

// decided tells whether a limit of the retries is written, with whatever value.
func decided(e *graph.Edge, limit string) bool {
	v := e.Setting("retryPolicy", limit)
	return v.Exists() && v.Origin != graph.Default
}
