package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "schedules-fire-together",
	Code:     "SCH002",
	Title:    `Many schedules start the same thing in the same minute`,
	Severity: Low,
	Pillar:   Reliability,
	Profile:  Advisory,
	Why:      `All of them start at once: the target, or what it calls, may be throttled, although the same starts spread over some minutes would pass.`,
	Fix:      `Give the schedules FlexibleTimeWindow: {Mode: FLEXIBLE, MaximumWindowInMinutes: 15}, or different minutes; rules of EventBridge have no such window.`,
	CDK:      `timeWindow: TimeWindow.flexible(Duration.minutes(15))`,
	Sources: []Source{
		{Title: `Amazon EventBridge Scheduler User Guide, "Configuring flexible time windows"`, URL: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html", Checked: "2026-11-30"},
	},
	Gaps: `Five or more cron expressions with the same minute and hour. Rates, which count from their creation or start date, are left out.`,
	Bad: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  S1: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}} # want "5 schedules"
  S2: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S3: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S4: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S5: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
`,
	Good: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  S1: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S2: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S3: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(0 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S4: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(4 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
  S5: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "cron(5 6 * * ? *)", FlexibleTimeWindow: {Mode: "OFF"}, Target: {Arn: !GetAtt Worker.Arn, RoleArn: "arn:aws:iam::111122223333:role/start"}}}
`,
	Check: func(p *Pass) {
		together := map[string][]*graph.Node{}
		var order []string
		for _, s := range p.Graph.OfKind(graph.Schedule, graph.Rule) {
			at := s.Setting("scheduleExpression")
			expr, ok := at.Str()
			if s.External || !ok || !strings.HasPrefix(expr, "cron(") {
				continue
			}
			if mode, known := s.Setting("flexibleTimeWindow", "Mode").Str(); known && mode == "FLEXIBLE" {
				continue
			}
			if v := firstOpen(s.Setting("flexibleTimeWindow"), s.Setting("flexibleTimeWindow", "Mode")); v.Exists() {
				p.Unknown(s, v)
				continue
			}
			fields := strings.Fields(strings.TrimPrefix(expr, "cron("))
			if len(fields) < 2 {
				continue
			}
			for _, e := range p.Graph.Out(s, graph.Routes, graph.Invokes) {
				key := fields[0] + " " + fields[1] + " " + e.To.ID
				if together[key] == nil {
					order = append(order, key)
				}
				together[key] = append(together[key], s)
			}
		}
		for _, key := range order {
			if all := together[key]; len(all) >= crowd {
				p.Report(Hit{Node: all[0], Related: all[1:], Values: []graph.Value{{}},
					Message: fmt.Sprintf("%d schedules start %s in the same minute (%s)", len(all), plainID(key[strings.LastIndexByte(key, ' ')+1:]), all[0].Setting("scheduleExpression"))})
			}
		}
	},
})

// crowd is the number of starts in one minute from which it is worth spreading them.
const crowd = 5
