package cdk

import (
	"crypto/md5"
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = lowers(graph.Schedule, rankEntries, lowerSchedule)

const (
	schedulerModule  = "aws-scheduler"
	schedulerTargets = "aws-scheduler-targets"
)

// scheduleClasses are the targets of a schedule that there are, by the kind of the thing.
var scheduleClasses = map[graph.Kind]string{graph.Function: "LambdaInvoke", graph.Queue: "SqsSendMessage", graph.Topic: "SnsPublish", graph.StateMachine: "StepFunctionsStartExecution"}

func lowerSchedule(l *lowerer, s *graph.Node) {
	for _, e := range l.g.Out(s, graph.Routes) {
		class, ok := scheduleClasses[e.To.Kind]
		if !ok || l.names[e.To] == "" {
			continue
		}
		target := props(typeName{schedulerTargets, "ScheduleTargetBaseProps"}).open()
		for _, f := range l.g.Out(s, graph.FailsTo) {
			target.with("deadLetterQueue", l.ref(f.To))
		}
		target.with("maxEventAge", secondsOf(e.Setting("retryPolicy", "maximumEventAgeInSeconds")))
		target.with("retryAttempts", wholeOf(e.Setting("retryPolicy", "maximumRetryAttempts")))
		target.because("input", l.scheduledInput(e.To), "names the run: a second delivery of it is known by that")
		args := []expression{l.callee(e.To)}
		if len(target.o.Fields) > 0 {
			args = append(args, *target.done())
		}
		b := props(typeName{schedulerModule, "ScheduleProps"}).open().
			with("schedule", scheduleExpression(s)).
			with("timeWindow", timeWindow(s)).
			with("description", textOf(s.Setting("description"))).
			with("target", value{typeName{schedulerTargets, class}, args})
		l.do(construct{typeName{schedulerModule, "Schedule"}, constructID(s), b.done()})
		if e.To.Kind == graph.Function {
			l.accept(nil, "AwsSolutions-IAM5[Resource::<"+logicalID(string(constructID(e.To)))+".Arn>:*]", "The schedule may start any version of "+e.To.ID+", and nothing else.")
		}
	}
}

func scheduleExpression(s *graph.Node) expression {
	expr := spelled(s.Setting("scheduleExpression"))
	class := typeName{schedulerModule, "ScheduleExpression"}
	if rest, ok := strings.CutPrefix(expr, "rate("); ok {
		var n int
		var unit string
		if _, err := fmt.Sscanf(strings.TrimSuffix(rest, ")"), "%d %s", &n, &unit); err == nil {
			factor := map[byte]int{'m': 60, 'h': 3600, 'd': 86400}[unit[0]]
			return static{class, "rate", []expression{seconds(n * factor)}}
		}
	}
	return static{class, "expression", []expression{text(expr),
		static{typeName{"", "TimeZone"}, "of", []expression{text(spelled(s.Setting("scheduleExpressionTimezone")))}}}}
}

func timeWindow(s *graph.Node) expression {
	if minutes, ok := s.Setting("flexibleTimeWindow", "maximumWindowInMinutes").Int(); ok {
		return static{typeName{schedulerModule, "TimeWindow"}, "flexible", []expression{seconds(minutes * 60)}}
	}
	return nil
}

// scheduledInput is what a run hands over: the time it was due, under the name by which the work is known.
func (l *lowerer) scheduledInput(to *graph.Node) expression {
	if startsOwnCode(l.g, to) {
		return nil
	}
	return static{typeName{schedulerModule, "ScheduleTargetInput"}, "fromObject", []expression{
		dict{[]argument{{Name: l.scheduledKey(to), Value: text("<aws.scheduler.scheduled-time>")}}}}}
}

// startsOwnCode tells whether a schedule starts the user's own code, which reads the event that Scheduler makes.
func startsOwnCode(g *graph.Graph, to *graph.Node) bool {
	for _, n := range downstream(g, to) {
		if n.Kind == graph.Function {
			return ownCode(n)
		}
	}
	return false
}

// scheduledKey is the name by which the work is known that a schedule starts.
func (l *lowerer) scheduledKey(to *graph.Node) string {
	for _, n := range downstream(l.g, to) {
		if n.Kind == graph.Function {
			return workOf(l.g, n, "").key
		}
	}
	return "id"
}

// logicalID is the id that CDK gives to the resource of an L2 construct that stands directly in the stack: its name
// and a hash of its path. cdk-nag names resources by it.
func logicalID(construct string) string {
	sum := md5.Sum([]byte(construct + "/Resource"))
	return construct + fmt.Sprintf("%X", sum[:4])
}
