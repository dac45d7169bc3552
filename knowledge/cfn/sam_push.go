package cfn

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// permission lets a service call the function of an event.
func (e event) permission(principal string, fields ...graph.Field) *graph.Resource {
	return e.permissionNamed(e.id+"Permission", principal, fields...)
}

func (e event) permissionNamed(id, principal string, fields ...graph.Field) *graph.Resource {
	all := append([]graph.Field{f("Action", str(e.at, "lambda:InvokeFunction")), f("FunctionName", e.m.name(e.at)),
		f("Principal", str(e.at, principal))}, fields...)
	return e.m.resource(id, "AWS::Lambda::Permission", e.at, all...)
}

// own is a reference to what the event itself generates.
func (e event) own(id, attribute string) graph.Value {
	return e.m.x.ref(e.at, e.m.src.LogicalID, id, attribute)
}

// rule makes an EventBridge rule that calls the function or starts the machine.
func (e event) rule(trigger string, value graph.Value, name string) {
	p, machine := e.props, e.m.main.Type == "AWS::StepFunctions::StateMachine"
	target := []graph.Field{f("Arn", e.m.arn(e.at)), f("Id", e.targetID(machine))}
	target = append(target, pass(p, "Input", "InputPath")...)
	var extra []*graph.Resource
	if dlq := p.Get("DeadLetterConfig"); dlq.Kind == graph.Map {
		arn, made := e.ruleDLQ(dlq)
		extra = made
		target = append(target, f("DeadLetterConfig", obj(dlq.At, f("Arn", arn))))
	}
	target = append(target, pass(p, "RetryPolicy", "InputTransformer")...)
	if machine {
		arn := p.Get("RoleArn")
		if !arn.Exists() {
			extra = append(extra, e.startRole("events.amazonaws.com"))
			arn = e.own(e.id+"Role", "Arn")
		}
		target = append(target, f("RoleArn", arn))
	} else {
		extra = append(extra, e.permission("events.amazonaws.com", f("SourceArn", e.own(e.id, "Arn"))))
	}
	fields := []graph.Field{f(trigger, value), f("Name", p.Get(name)), f("State", e.state())}
	fields = append(fields, pass(p, "EventBusName", "Description")...)
	fields = append(fields, f("Targets", lst(e.at, obj(e.at, target...))))
	e.m.put(append([]*graph.Resource{e.m.resource(e.id, "AWS::Events::Rule", e.at, fields...)}, extra...)...)
}

func (e event) targetID(machine bool) graph.Value {
	if id := e.props.Get("Target", "Id"); id.Exists() {
		return id
	}
	suffix := "LambdaTarget"
	if machine {
		suffix = "StepFunctionsTarget"
	}
	id := e.id + suffix
	if len(id) > 64 { // EventBridge's limit: SAM cuts the id and adds a hash
		id = e.id[:min(len(e.id), 64-len(suffix))] + suffix
	}
	return str(e.at, id)
}

// state is what State or Enabled say.
func (e event) state() graph.Value {
	if s := e.props.Get("State"); s.Exists() {
		return s
	}
	on := e.props.Get("Enabled")
	b, ok := on.Truth()
	switch {
	case !on.Exists():
		return graph.Value{}
	case !ok:
		return graph.NewUnknown(on.At, on.Reason())
	case b:
		return str(on.At, "ENABLED")
	}
	return str(on.At, "DISABLED")
}

// ruleDLQ is the queue for events that a rule could not deliver, made where the template only names its type.
func (e event) ruleDLQ(dlq graph.Value) (graph.Value, []*graph.Resource) {
	if arn := dlq.Get("Arn"); arn.Exists() {
		return arn, nil
	}
	id := e.queueID(dlq)
	queue := e.m.resource(id, "AWS::SQS::Queue", dlq.At)
	arn := e.own(id, "Arn")
	statement := obj(dlq.At, f("Effect", str(dlq.At, "Allow")),
		f("Principal", obj(dlq.At, f("Service", str(dlq.At, "events.amazonaws.com")))), f("Action", str(dlq.At, "sqs:SendMessage")),
		f("Resource", arn), f("Condition", obj(dlq.At, f("ArnEquals", obj(dlq.At, f("aws:SourceArn", e.own(e.id, "Arn")))))))
	policy := e.m.resource(e.id+"QueuePolicy", "AWS::SQS::QueuePolicy", dlq.At,
		f("PolicyDocument", obj(dlq.At, f("Version", str(dlq.At, "2012-10-17")), f("Statement", lst(dlq.At, statement)))),
		f("Queues", lst(dlq.At, e.own(id, ""))))
	return arn, []*graph.Resource{queue, policy}
}

func (e event) queueID(dlq graph.Value) string {
	if id := literal(dlq.Get("QueueLogicalId")); id != "" {
		return id
	}
	return e.id + "Queue"
}

// startRole lets a service start the state machine.
func (e event) startRole(service string) *graph.Resource {
	id := e.id + "Role"
	doc := obj(e.at, f("Statement", lst(e.at, allowed(e.at, e.m.arn(e.at), "states:StartExecution"))))
	return e.m.resource(id, "AWS::IAM::Role", e.at, f("AssumeRolePolicyDocument", trustOf(e.at, service)),
		f("Policies", lst(e.at, obj(e.at, f("PolicyName", str(e.at, id+"StartExecutionPolicy")), f("PolicyDocument", doc)))),
		f("PermissionsBoundary", e.m.props.Get("PermissionsBoundary")))
}

// schedule makes a schedule of EventBridge Scheduler with its role.
func (e event) schedule() {
	p := e.props
	fields := pass(p, "ScheduleExpression", "State", "Description", "StartDate", "EndDate", "ScheduleExpressionTimezone", "GroupName", "KmsKeyArn")
	if omit, ok := p.Get("OmitName").Truth(); !ok || !omit {
		name := p.Get("Name")
		if !name.Exists() {
			name = str(e.at, e.id)
		}
		fields = append(fields, f("Name", name))
	}
	window := p.Get("FlexibleTimeWindow")
	if !window.Exists() {
		window = obj(e.at, f("Mode", str(e.at, "OFF")))
	}
	fields = append(fields, f("FlexibleTimeWindow", window))
	var extra []*graph.Resource
	dlqArn := graph.Value{}
	if dlq := p.Get("DeadLetterConfig"); dlq.Kind == graph.Map {
		if dlqArn = dlq.Get("Arn"); !dlqArn.Exists() {
			extra = append(extra, e.m.resource(e.queueID(dlq), "AWS::SQS::Queue", dlq.At))
			dlqArn = e.own(e.queueID(dlq), "Arn")
		}
	}
	roleArn := p.Get("RoleArn")
	if !roleArn.Exists() {
		extra = append(extra, e.scheduleRole(dlqArn))
		roleArn = e.own(e.id+"Role", "Arn")
	}
	target := []graph.Field{f("Arn", e.m.arn(e.at)), f("RoleArn", roleArn), f("Input", p.Get("Input"))}
	if dlqArn.Exists() {
		target = append(target, f("DeadLetterConfig", obj(dlqArn.At, f("Arn", dlqArn))))
	}
	target = append(target, f("RetryPolicy", p.Get("RetryPolicy")))
	fields = append(fields, f("Target", obj(e.at, target...)))
	e.m.put(append([]*graph.Resource{e.m.resource(e.id, "AWS::Scheduler::Schedule", e.at, fields...)}, extra...)...)
}

func (e event) scheduleRole(dlq graph.Value) *graph.Resource {
	r := &role{id: e.id + "Role", trust: trustOf(e.at, "scheduler.amazonaws.com"), boundary: e.props.Get("PermissionsBoundary")}
	if e.m.main.Type == "AWS::StepFunctions::StateMachine" {
		r.allow(e.id+"StartExecutionPolicy", e.at, e.m.arn(e.at), "states:StartExecution")
	} else {
		r.allow(e.id+"LambdaPolicy", e.at, e.m.arn(e.at), "lambda:InvokeFunction")
	}
	if dlq.Exists() {
		r.sends(e.m, str(dlq.At, "SQS"), e.id, dlq, dlq.At)
	}
	made := r.resource(e.m)
	made.At = e.at
	return made
}

// target returns a copy of the written resource that a property refers to, to which the event adds something.
func (e event) target(v graph.Value, typ string) *graph.Resource {
	ref, ok := v.Ref()
	if ok {
		for _, r := range e.m.x.raw {
			if r.ID != ref.Resource || r.Type != typ {
				continue
			}
			changed := e.m.x.changed[r.LogicalID]
			if changed == nil {
				dup := *r
				changed = &dup
				e.m.x.changed[r.LogicalID] = changed
			}
			return changed
		}
	}
	e.m.x.gap(e.m.src, e.at, "event %s must refer to an %s of this template, it has %s", e.name, typ, v)
	return nil
}

func (e event) bucket() {
	e.m.put(e.permission("s3.amazonaws.com", f("SourceAccount", e.m.x.pseudo(e.at, "AccountId"))))
	b := e.target(e.props.Get("Bucket"), "AWS::S3::Bucket")
	if b == nil {
		return
	}
	list := b.Properties.Get("NotificationConfiguration", "LambdaConfigurations")
	for _, kind := range e.props.Get("Events").Each() {
		list = appended(list, e.at, obj(e.at, f("Function", e.m.arn(e.at)), f("Filter", e.props.Get("Filter")), f("Event", kind)))
	}
	b.Properties = with(b.Properties, e.at, list, "NotificationConfiguration", "LambdaConfigurations")
}

func (e event) userPool() {
	pool := e.target(e.props.Get("UserPool"), "AWS::Cognito::UserPool")
	e.m.put(e.permissionNamed(e.m.src.LogicalID+"CognitoPermission", "cognito-idp.amazonaws.com", f("SourceArn", e.poolArn())))
	if pool == nil {
		return
	}
	for _, trigger := range e.props.Get("Trigger").Each() {
		if name, ok := trigger.Str(); ok {
			pool.Properties = with(pool.Properties, e.at, e.m.arn(e.at), "LambdaConfig", name)
		} else {
			e.m.x.gap(e.m.src, e.at, "the trigger of event %s is not known: %s", e.name, trigger.Reason())
		}
	}
}

func (e event) poolArn() graph.Value {
	if ref, ok := e.props.Get("UserPool").Ref(); ok {
		return graph.NewRef(e.at, ref.Resource, "Arn")
	}
	return graph.NewUnknown(e.at, "the user pool is not known")
}

func (e event) logs() {
	name := e.props.Get("LogGroupName")
	p := e.permission("logs.amazonaws.com", f("SourceArn", e.m.x.arn(e.at, "logs", "log-group:", name, ":*")))
	e.m.put(p, e.m.resource(e.id, "AWS::Logs::SubscriptionFilter", e.at, f("LogGroupName", name),
		f("FilterPattern", e.props.Get("FilterPattern")), f("DestinationArn", e.m.arn(e.at))))
}

func (e event) iot() {
	action := obj(e.at, f("Lambda", obj(e.at, f("FunctionArn", e.m.arn(e.at)))))
	payload := obj(e.at, f("Sql", e.props.Get("Sql")), f("RuleDisabled", graph.NewBool(e.at, false)), f("Actions", lst(e.at, action)),
		f("AwsIotSqlVersion", e.props.Get("AwsIotSqlVersion")))
	e.m.put(e.permission("iot.amazonaws.com", f("SourceArn", e.m.x.arn(e.at, "iot", "rule/", e.own(e.id, ""))),
		f("SourceAccount", e.m.x.pseudo(e.at, "AccountId"))),
		e.m.resource(e.id, "AWS::IoT::TopicRule", e.at, f("TopicRulePayload", payload)))
}

// topic subscribes the function to a topic, by way of a queue where SqsSubscription asks for one.
func (e event) topic() {
	p := e.props
	subscribe := func(protocol string, endpoint graph.Value) *graph.Resource {
		fields := append([]graph.Field{f("Protocol", str(e.at, protocol)), f("Endpoint", endpoint), f("TopicArn", p.Get("Topic"))},
			pass(p, "Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")...)
		return e.m.resource(e.id, "AWS::SNS::Subscription", e.at, fields...)
	}
	sqs := p.Get("SqsSubscription")
	on, isBool := sqs.Truth()
	if !sqs.Exists() || isBool && !on {
		e.m.put(e.permission("sns.amazonaws.com", f("SourceArn", p.Get("Topic"))), subscribe("lambda", e.m.arn(e.at)))
		return
	}
	arn, url, policyID := sqs.Get("QueueArn"), sqs.Get("QueueUrl"), literal(sqs.Get("QueuePolicyLogicalId"))
	if isBool {
		arn, url = e.own(e.id+"Queue", "Arn"), e.own(e.id+"Queue", "")
		var fifo []graph.Field
		if e.fifoTopic() {
			fifo = append(fifo, f("FifoQueue", graph.NewBool(e.at, true)))
		}
		e.m.put(e.m.resource(e.id+"Queue", "AWS::SQS::Queue", e.at, fifo...))
	}
	if policyID == "" {
		policyID = e.id + "QueuePolicy"
	}
	statement := obj(e.at, f("Effect", str(e.at, "Allow")), f("Principal", str(e.at, "*")), f("Action", str(e.at, "sqs:SendMessage")),
		f("Resource", arn), f("Condition", obj(e.at, f("ArnEquals", obj(e.at, f("aws:SourceArn", p.Get("Topic")))))))
	e.m.put(e.m.resource(policyID, "AWS::SQS::QueuePolicy", e.at, f("PolicyDocument",
		obj(e.at, f("Version", str(e.at, "2012-10-17")), f("Statement", lst(e.at, statement)))), f("Queues", lst(e.at, url))),
		subscribe("sqs", arn))
	size := sqs.Get("BatchSize")
	if !size.Exists() {
		size = graph.NewInt(e.at, 10)
	}
	mapping := e
	mapping.typ = "SQS"
	mapping.props = obj(e.at, f("Queue", arn), f("BatchSize", size), f("Enabled", graph.NewBool(e.at, true)))
	e.m.pull(mapping, e.id+"EventSourceMapping")
}

func (e event) fifoTopic() bool {
	ref, ok := e.props.Get("Topic").Ref()
	if !ok {
		return false
	}
	for _, r := range e.m.x.raw {
		if r.ID == ref.Resource {
			fifo, _ := r.Properties.Get("FifoTopic").Truth()
			return fifo
		}
	}
	return false
}
