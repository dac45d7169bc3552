package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.ScheduleGroup, rankEntries, lowerScheduleGroup)

// lowerScheduleGroup writes the group in which functions make schedules at run time, and the role under which those
// schedules work: whoever makes one may pass this role and no other.
func lowerScheduleGroup(l *lowerer, g *graph.Node) {
	const iam = "aws-iam"
	l.let(g, typeName{schedulerModule, "ScheduleGroup"}, props(typeName{schedulerModule, "ScheduleGroupProps"}).with("removalPolicy", l.removal()).done(), "")
	role := l.names[g] + "Role"
	l.taken[role] = true
	trust := dict{[]argument{{Name: "StringEquals", Value: dict{[]argument{
		{Name: "aws:SourceAccount", Value: attribute{local("this"), "account"}}, {Name: "aws:SourceArn", Value: attribute{l.ref(g), "scheduleGroupArn"}}}}}}}
	t := typeName{iam, "Role"}
	l.emit(let{Name: role, Type: t, Comment: "What the schedules work as. Only schedules of this group may take it.", Value: construct{t, constructID(g) + "Role",
		props(typeName{iam, "RoleProps"}).with("assumedBy", value{typeName{iam, "ServicePrincipal"}, []expression{text("scheduler.amazonaws.com"),
			*props(typeName{iam, "ServicePrincipalOpts"}).with("conditions", trust).done()}}).done()}})
	told := []argument{{Name: "GROUP_NAME", Value: attribute{l.ref(g), "scheduleGroupName"}}, {Name: "ROLE_ARN", Value: attribute{local(role), "roleArn"}}}
	for _, e := range l.g.Out(g, graph.Routes) {
		l.do(call{l.callee(e.To), "grantInvoke", []expression{local(role)}})
		told = append(told, argument{Name: "TARGET_ARN", Value: attribute{l.callee(e.To), "functionArn"}})
		l.p.Accepts = append(l.p.Accepts, acceptance{role, "AwsSolutions-IAM5[Resource::<" + logicalID(string(constructID(e.To))) + ".Arn>:*]",
			"The schedules may start any version of " + e.To.ID + ", and nothing else."})
	}
	for _, e := range l.g.Out(g, graph.FailsTo) {
		l.do(call{l.ref(e.To), "grantSendMessages", []expression{local(role)}})
		told = append(told, argument{Name: "DLQ_ARN", Value: attribute{l.ref(e.To), "queueArn"}})
	}
	for _, e := range l.g.In(g, graph.Writes) {
		l.do(call{l.ref(g), "grant", []expression{l.ref(e.From), text("scheduler:CreateSchedule")}})
		l.do(call{local(role), "grantPassRole", []expression{attribute{l.ref(e.From), "grantPrincipal"}}})
		for _, a := range told {
			l.do(call{l.ref(e.From), "addEnvironment", []expression{text(groupEnv(g, a.Name)), a.Value}})
		}
		l.accept(e.From, "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/<"+logicalID(string(constructID(g)))+">/*]",
			"Schedules have names of their own: the right holds for those of this group.")
	}
}

// groupEnv is the environment variable that tells a handler one thing about a group: REMINDERS_ROLE_ARN.
func groupEnv(g *graph.Node, what string) string { return constant(kebab(g.ID)) + "_" + what }
