package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "archive-without-retention",
	Code:     "EVT007",
	Title:    `Event archive keeps its events for ever`,
	Severity: Low,
	Pillar:   Cost,
	Why:      `RetentionDays is 0 where it is not written, which means for ever: the archive's storage grows without end, and so does what a replay by mistake would send again.`,
	Fix:      `Set RetentionDays to how far back a replay can be wanted.`,
	CDK:      `bus.archive("Archive", { eventPattern, retention: Duration.days(30) })`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Events::Archive RetentionDays`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-archive.html#cfn-events-archive-retentiondays", Checked: "2026-11-30"},
	},
	Gaps: `An archive whose Metadata gives a reason (serverless-review.retention-reason, such as a legal hold) is left out.`,
	Bad: `Resources:
  Archive: # want "for ever"
    Type: AWS::Events::Archive
    Properties: {SourceArn: "arn:aws:events:eu-west-1:111122223333:event-bus/shop"}
  Endless:
    Type: AWS::Events::Archive
    Properties:
      SourceArn: arn:aws:events:eu-west-1:111122223333:event-bus/shop
      RetentionDays: 0 # want "for ever"
`,
	Good: `Resources:
  Archive:
    Type: AWS::Events::Archive
    Properties: {SourceArn: "arn:aws:events:eu-west-1:111122223333:event-bus/shop", RetentionDays: 30}
`,
	Check: func(p *Pass) {
		for _, a := range p.Graph.OfKind(graph.Other) {
			if a.Type != "AWS::Events::Archive" || a.External || intent(a, "retention-reason") != "" {
				continue
			}
			v := a.Setting("retentionDays")
			if days, ok := p.Int(a, v); ok && days == 0 {
				p.Report(Hit{Node: a, Values: []graph.Value{v}, Message: fmt.Sprintf("archive %s keeps its events for ever (RetentionDays is 0)", nameOf(a))})
			}
		}
	},
})
