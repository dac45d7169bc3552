package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// stepCall is the call of a workflow's function. A callback's function is given the token by which the answer comes
// back, beside the field that names the work.
func (l *lowerer) stepCall(m, fn *graph.Node, described graph.Value) *builder {
	b := props(typeName{tasksModule, "LambdaInvokeProps"}).open().with("lambdaFunction", l.callee(fn))
	if wait, ok := described.Get("callback").Int(); ok {
		key := workOf(l.g, fn, l.o.Name).key
		path := typeName{sfnModule, "JsonPath"}
		return b.with("integrationPattern", member{typeName{sfnModule, "IntegrationPattern"}, "WAIT_FOR_TASK_TOKEN"}).
			because("payload", static{typeName{sfnModule, "TaskInput"}, "fromObject", []expression{dict{[]argument{
				{Name: key, Value: static{path, "stringAt", []expression{text("$." + key)}}},
				{Name: "token", Value: member{path, "taskToken"}}}}}}, "whoever has the token can answer").
			because("taskTimeout", static{typeName{sfnModule, "Timeout"}, "duration", []expression{seconds(wait)}}, "without it an answer that never comes would be waited for up to a year").
			because("resultPath", text("$."+fn.ID), "the answer, beside the input")
	}
	b.with("payloadResponseOnly", truth(true))
	if express(m) {
		b.because("retryOnServiceExceptions", truth(false), "its six tries would take two minutes: longer than the workflow may")
	}
	if !isTrue(described.Get("each")) {
		b.because("resultPath", text("$."+fn.ID), "beside the input, which the later steps need")
	}
	return b
}

func express(m *graph.Node) bool { return spelled(m.Setting("stateMachineType")) == "EXPRESS" }

// retry tries a step of an Express workflow again where Lambda itself failed, within seconds.
func (l *lowerer) retry(step expression) {
	l.do(call{step, "addRetry", []expression{*props(typeName{sfnModule, "RetryProps"}).open().
		with("errors", list{Items: []expression{text("Lambda.ServiceException"), text("Lambda.AWSLambdaException"), text("Lambda.SdkClientException"), text("Lambda.TooManyRequestsException")}}).
		with("interval", seconds(1)).
		with("maxAttempts", whole(2)).
		with("backoffRate", whole(2)).done()}})
}

// eachObject wraps a step so that it is done for every object of a bucket, in batches side by side.
func (l *lowerer) eachObject(m, fn *graph.Node, described graph.Value, inner expression) expression {
	var from, to *graph.Node
	for _, e := range l.g.Out(m, graph.Reads) {
		from = e.To
	}
	for _, e := range l.g.Out(m, graph.Writes) {
		to = e.To
	}
	if from == nil || to == nil {
		return inner
	}
	name, label := l.part(m, fn.ID, "Map")
	t := typeName{sfnModule, "DistributedMap"}
	reader := props(typeName{sfnModule, "S3ObjectsItemReaderProps"}).with("bucket", l.ref(from))
	if prefix := spelled(from.Setting("prefix")); prefix != "" {
		reader.with("prefix", text(prefix))
	}
	b := props(typeName{sfnModule, "DistributedMapProps"}).open().
		with("itemReader", value{typeName{sfnModule, "S3ObjectsItemReader"}, []expression{*reader.done()}}).
		with("itemBatcher", value{typeName{sfnModule, "ItemBatcher"}, []expression{*props(typeName{sfnModule, "ItemBatcherProps"}).
			with("maxItemsPerBatch", wholeOf(described.Get("batchSize"))).done()}}).
		because("maxConcurrency", wholeOf(described.Get("maxConcurrency")), "leaves the rest of the account's concurrency to others").
		with("toleratedFailurePercentage", wholeOf(described.Get("toleratedFailurePercentage"))).
		because("resultWriterV2", value{typeName{sfnModule, "ResultWriterV2"}, []expression{*props(typeName{sfnModule, "ResultWriterV2Props"}).
			with("bucket", l.ref(to)).with("prefix", text("results")).done()}}, "what succeeded and what failed: too much for the workflow's own output").
		with("mapExecutionType", member{typeName{sfnModule, "StateMachineType"}, "STANDARD"}).
		with("resultPath", text("$."+fn.ID))
	l.emit(let{Name: name, Type: t, Value: construct{t, label, b.done()}})
	run := `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"` + logicalID(string(constructID(m))) + `"}]}]}`
	for _, id := range []string{run + ":*", run + "/*:*"} {
		l.accept(m, "AwsSolutions-IAM5[Resource::"+id+"]", "The map's own executions have ids that nobody knows before.")
	}
	l.accept(m, "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::<"+logicalID(string(constructID(to)))+">/*]", "Results have names of their own: the right holds for this bucket's.")
	l.do(call{local(name), "itemProcessor", []expression{inner}})
	return local(name)
}
