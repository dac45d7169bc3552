package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "subscription-over-http",
	Code:     "SNS004",
	Title:    `Subscription sends messages over plain HTTP`,
	Severity: High,
	Pillar:   Security,
	Why:      `SNS sends the whole message in clear: whoever is on the way can read it, and change it where the endpoint does not verify the signature.`,
	Fix:      `Use Protocol: https and an https endpoint.`,
	CDK:      `new subscriptions.UrlSubscription("https://...")`,
	Sources: []Source{
		{Title: `Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html", Checked: "2026-11-30"},
		{Title: `Amazon SNS Developer Guide, "Amazon SNS security best practices"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"prowler:sns_subscription_not_using_http_endpoints"},
	Bad: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Hook:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: http # want "over plain HTTP"
      Endpoint: http://hooks.example.com/orders
`,
	Good: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Hook:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: https
      Endpoint: https://hooks.example.com/orders
`,
	MoreBad: []string{`Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Subscription:
        - {Protocol: http, Endpoint: "http://hooks.example.com/orders"} # want "over plain HTTP"
`},
	Check: checkHTTPSubscriptions,
})

func checkHTTPSubscriptions(p *Pass) {
	for _, topic := range p.Graph.OfKind(graph.Topic) {
		for _, s := range topic.Setting("subscriptions").Each() {
			v := s.Get("Protocol")
			if text, ok := p.Text(topic, v); ok && text == "http" {
				p.Report(Hit{Node: topic, Resource: carrier(p.Graph, s), Related: []*graph.Node{topic}, Values: []graph.Value{v, s.Get("Endpoint")}, Message: "subscription of " + nameOf(topic) + " sends its messages over plain HTTP"})
			}
		}
	}
}
