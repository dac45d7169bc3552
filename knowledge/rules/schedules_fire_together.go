package rules

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
	Gaps: `Five or more cron expressions or one-time schedules that start the same thing in one minute of one day, or functions that use the same database or table. Months and years are not compared, nor the fields L, W and #, and schedules in different time zones are not put together. Rates, which count from their creation or start date, are left out.`,
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
	Check: checkFiringTogether,
})

// crowd is the number of starts in one minute from which it is worth spreading them.
const crowd = 5
