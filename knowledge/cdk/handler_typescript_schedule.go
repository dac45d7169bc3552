package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// How long and how often Scheduler tries to start what was due: as for schedules that are known beforehand.
const (
	scheduleAgeSeconds = 3600
	scheduleRetries    = 5
)

// dueType is the type of the field that says when the thing is due.
const dueType = "due"

// asPlanner adds what a function needs to be told that makes schedules: when. What names the thing becomes the
// schedule's name, which has letters, digits and a few signs only.
func (w *work) asPlanner(g *graph.Graph) {
	for _, e := range g.Out(w.fn, graph.Writes) {
		if e.To.Kind != graph.ScheduleGroup {
			continue
		}
		name := "at"
		for hasField(w.fields, name) {
			name += "Time"
		}
		for i := range w.fields {
			w.fields[i].typ = map[bool]string{true: "scheduleName", false: "scheduleHalf"}[w.second == ""]
		}
		w.parksFailures = len(g.Out(e.To, graph.FailsTo)) > 0
		w.due, w.fields = name, append(w.fields, field{name, dueType})
	}
}

// past spells a request for a time that is over, as JSON in single quotes.
func (w work) past() string {
	var fields []string
	for _, f := range w.fields {
		value := "'a'"
		if f.name == w.due {
			value = "'2000-01-01T08:00:00Z'"
		}
		fields = append(fields, "'"+f.name+"':"+value)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// plan makes a schedule that hands the work over once, at its time, and is gone after that.
func (h *tsHandler) plan(indent string, group *graph.Node) {
	h.use("@aws-sdk/client-scheduler", "CreateScheduleCommand", "SchedulerClient")
	h.client("const scheduler = new SchedulerClient({});")
	name := "work" + tsAccess(h.key)
	if h.second != "" {
		name = "`${work" + tsAccess(h.key) + "}.${work" + tsAccess(h.second) + "}`"
	}
	lines := []string{
		"await scheduler.send(",
		"  new CreateScheduleCommand({",
		"    GroupName: process.env." + groupEnv(group, "GROUP_NAME") + ",",
		"    // A second schedule of this name is refused: nothing is planned twice.",
		"    Name: " + name + ",",
		"    // In UTC, which Scheduler takes without the Z.",
		"    ScheduleExpression: `at(${work" + tsAccess(h.due) + ".slice(0, -1)})`,",
		"    FlexibleTimeWindow: { Mode: 'OFF' },",
		"    ActionAfterCompletion: 'DELETE',",
		"    Target: {",
		"      Arn: process.env." + groupEnv(group, "TARGET_ARN") + ",",
		"      RoleArn: process.env." + groupEnv(group, "ROLE_ARN") + ",",
	}
	if h.parksFailures {
		lines = append(lines, "      DeadLetterConfig: { Arn: process.env."+groupEnv(group, "DLQ_ARN")+" },")
	}
	lines = append(lines,
		fmt.Sprintf("      RetryPolicy: { MaximumEventAgeInSeconds: %d, MaximumRetryAttempts: %d },", scheduleAgeSeconds, scheduleRetries),
		"      Input: JSON.stringify(work),",
		"    },",
		"  }),",
		");",
	)
	h.b.WriteString(indented(strings.Join(lines, "\n"), indent))
}
