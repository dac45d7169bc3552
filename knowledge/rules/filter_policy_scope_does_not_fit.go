package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "filter-policy-scope-does-not-fit",
	Code:     "SNS007",
	Title:    `Filter policy of a subscription looks into the body, its scope does not`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Where FilterPolicyScope is not written SNS compares the policy with the message attributes, which have no nested keys: SNS refuses the nested policy ("Filter policy scope MessageAttributes does not support nested filter policy"), and the deployment fails.`,
	Fix:      `Set FilterPolicyScope: MessageBody on the subscription.`,
	CDK:      `filterPolicyWithMessageBody instead of filterPolicy`,
	Sources: []Source{
		{Title: `Amazon SNS Developer Guide, "Amazon SNS subscription filter policy scope"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html", Checked: "2026-11-30"},
		{Title: `moto, sns/models.py (the error message)`, URL: "https://github.com/getmoto/moto/blob/master/moto/sns/models.py", Checked: "2026-11-30"},
	},
	Gaps: `Keys of one level fit both scopes; which one the publisher uses stands in its code.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SNS::Topic
  ToWork:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders
      Protocol: sqs
      Endpoint: arn:aws:sqs:eu-west-1:111122223333:work
      FilterPolicy:
        order: {country: [DE]} # want "order"
`,
	Good: `Resources:
  Orders:
    Type: AWS::SNS::Topic
  ToWork:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders
      Protocol: sqs
      Endpoint: arn:aws:sqs:eu-west-1:111122223333:work
      FilterPolicyScope: MessageBody
      FilterPolicy:
        order: {country: [DE]}
  ToOthers:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders
      Protocol: sqs
      Endpoint: arn:aws:sqs:eu-west-1:111122223333:others
      FilterPolicy:
        country: [{anything-but: [DE]}]
        $or: [{kind: [new]}, {urgent: ["true"]}]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SNS::Topic
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Order:
          Type: SNS
          Properties:
            Topic: !Ref Orders
            FilterPolicy:
              order: {country: [DE]} # want "order"
`},
	Check: checkFilterScopes,
})

func checkFilterScopes(p *Pass) {
	for _, topic := range p.Graph.OfKind(graph.Topic) {
		for _, s := range topic.Setting("subscriptions").Each() {
			filter, scope := s.Get("FilterPolicy"), s.Get("FilterPolicyScope")
			if open(filter) && !s.IsUnknown() {
				p.Unknown(topic, filter)
			}
			nested := nestedKey(filter)
			if nested == "" {
				continue
			}
			text, known := scope.Str()
			switch {
			case scope.Exists() && !known:
				p.Unknown(topic, scope)
			case !scope.Exists() || text == "MessageAttributes":
				p.Report(Hit{Node: topic, Place: subscriptionPlace(s), Values: []graph.Value{filter, scope},
					Message: fmt.Sprintf("filter policy of a subscription of %s has nested keys (%s), but its scope is MessageAttributes, which have none", nameOf(topic), nested)})
			}
		}
	}
}

// nestedKey finds a key that has others below it, be it in an alternative of $or; "" where there is none.
func nestedKey(filter graph.Value) string {
	for _, f := range filter.Fields() {
		if f.Value.Kind == graph.Map {
			return f.Name
		}
		if f.Name != "$or" {
			continue // what stands in the lists of other keys are operators
		}
		for _, alternative := range f.Value.Items() {
			if name := nestedKey(alternative); name != "" {
				return name
			}
		}
	}
	return ""
}
