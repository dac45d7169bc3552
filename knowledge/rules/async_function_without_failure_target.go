package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "async-function-without-failure-target",
	Code:     "LAM005",
	Title:    "Function is invoked asynchronously and its failed events go nowhere",
	Severity: High,
	Pillar:   Reliability,
	Why: `For an asynchronous invocation Lambda itself keeps the event, retries twice by default, and after that, or after 6 hours, throws it away. ` +
		`Nobody gets an error: the caller was told that the event was accepted. A dead-letter queue of the rule, schedule or subscription does not help: it takes only what could not be handed to Lambda.`,
	Fix: `Add an AWS::Lambda::EventInvokeConfig with Qualifier ($LATEST, or the alias that is called) and DestinationConfig.OnFailure.Destination (a queue keeps the event and its error), or DeadLetterConfig.TargetArn on the function. The function's role needs the right to send there (sqs:SendMessage).`,
	SAM: `Set EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: a queue's ARN}}}: without Destination SAM makes the queue, without Type it refuses the template. ` +
		`Or DeadLetterQueue: {Type: SQS, TargetArn: a queue's ARN}. The role that SAM makes gets the right to send, a role of your own needs sqs:SendMessage.`,
	CDK: `onFailure: new destinations.SqsDestination(dlq) on the function (or deadLetterQueue)`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring error handling settings for asynchronous invocations"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Invoking durable Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-LambdaAsyncFailureDestination", "cdk-nag:Serverless-LambdaDLQ", "cdk-nag:LambdaDLQ", "cdk-nag:LambdaAsyncFailureDestination",
		"checkov:CKV_AWS_116", "serverless-rules:ES1007", "prowler:awslambda_function_no_dead_letter_queue", "guard-rules-registry:lambda_dlq_check"},
	Gaps: `Callers outside the files, and code that invokes with InvocationType Event, are seen only where a grant names the function, or a permission without a source admits a service (medium). A function whose only asynchronous callers are custom resources is left out. Of durable functions only a dead-letter queue counts. A function that is handed to a nested stack whose template is not at hand is listed as undecided.`,
	Bad: `Resources:
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets: [{Id: t, Arn: !GetAtt Report.Arn}]
  Report: # want "invoked asynchronously by Nightly"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/report
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets: [{Id: t, Arn: !GetAtt Report.Arn}]
  Report:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/report
      Code: {ZipFile: "..."}
  ReportAsync:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Report
      Qualifier: $LATEST
      DestinationConfig:
        OnFailure: {Destination: !GetAtt Failed.Arn}
  Failed:
    Type: AWS::SQS::Queue
  Called:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/called
      Code: {ZipFile: "..."}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref Called, AuthType: AWS_IAM}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Thumbnails: # want "invoked asynchronously by Uploads"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Upload:
          Type: S3
          Properties: {Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*"}
  Uploads:
    Type: AWS::S3::Bucket
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Thumbnails:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      EventInvokeConfig:
        DestinationConfig:
          OnFailure: {Type: SQS}
      Events:
        Upload:
          Type: S3
          Properties: {Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*"}
  Uploads:
    Type: AWS::S3::Bucket
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External {
				checkAsync(p, fn)
			}
		}
	},
})

func checkAsync(p *Pass, fn *graph.Node) {
	if fn.Setting("deadLetterConfig", "targetArn").Exists() {
		return
	}
	durable := fn.Setting("durableConfig").Exists() // it takes no destination
	caught := map[string]bool{}                     // by qualifier
	for _, e := range p.Graph.Out(fn, graph.FailsTo) {
		if e.Label == "on failure" && !durable && (e.Via == nil || e.Via.Type != "AWS::Lambda::EventSourceMapping") {
			caught[e.Qualifier] = true
		}
	}
	h := Hit{Node: fn, Severity: Medium, Confidence: Likely, Values: []graph.Value{{}}}
	for _, e := range p.Graph.In(fn, graph.Routes, graph.Invokes, graph.FailsTo) {
		if e.Mode != graph.Async || caught[e.Qualifier] || byCloudFormation(e) || e.Kind == graph.FailsTo && e.From.Type != "AWS::IoT::TopicRule" {
			continue
		}
		if e.Strength != graph.Wildcard {
			h.Severity = High
		}
		if len(caught) > 0 && openQualifier(p.Graph, e.Qualifier) {
			p.Unclear(fn, "by which version or alias "+nameOf(e.From)+" calls it"+because(openPart(e.Qualifier)))
			return
		}
		if weaker(e) == Certain {
			h.Confidence = Certain
		}
		h.Related = append(h.Related, e.From)
	}
	by := names(h.Related)
	if len(h.Related) == 0 && len(caught) == 0 {
		s := admittedCaller(fn)
		if s == nil {
			return
		}
		by, h.RelatedResources = s.Principals[0].Value.String()+", as a permission shows,", []*graph.Resource{s.Via}
	} else if len(h.Related) == 0 {
		return
	}
	if v := openInvokeConfig(p.Graph, fn); v.Exists() && !durable {
		p.Unknown(fn, v)
		return
	}
	if stack := handedTo(p.Graph, fn); stack != nil && !durable {
		p.Unclear(fn, "nested stack "+plainID(stack.ID)+", whose template is not here, is given it and may configure its asynchronous calls")
		return
	}
	h.Message = fmt.Sprintf("function is invoked asynchronously by %s and has neither an on-failure destination nor a dead-letter queue%s: %s",
		by, elsewhere(len(caught) > 0), lostAfter(fn))
	if configs := fn.Setting("eventInvokeConfigs").Each(); len(configs) == 1 && len(caught) == 0 && spelled(fn, "", "SAM") == "" {
		h.Fix = "Add DestinationConfig: {OnFailure: {Destination: a queue's ARN}} to the AWS::Lambda::EventInvokeConfig that is there, or DeadLetterConfig.TargetArn to the function. The function's role needs the right to send there (sqs:SendMessage)."
	}
	if len(caught) > 0 {
		h.Fix = "Add an AWS::Lambda::EventInvokeConfig with DestinationConfig.OnFailure.Destination for the Qualifier that is invoked ($LATEST where the caller names none), or let the caller name the one that has a destination."
		h.CDK = "onFailure in the options of the alias or version that is invoked (alias.configureAsyncInvoke({ onFailure }))"
	}
	if durable {
		h.Message = fmt.Sprintf("durable function is invoked asynchronously by %s and has no dead-letter queue, and destinations are not for durable functions: the event of a failed execution is lost", by)
		h.Fix = "Set " + spelled(fn, "DeadLetterConfig: {TargetArn: a queue's ARN} on the function; its role needs sqs:SendMessage there.", "DeadLetterQueue: {Type: SQS, TargetArn: a queue's ARN} on the function; a role of your own needs sqs:SendMessage there.")
		h.CDK = "deadLetterQueue: dlq on the function"
	}
	p.Report(h)
}

// lostAfter says when a failing event is lost: after the retries that the function's configurations agree on.
func lostAfter(fn *graph.Node) string {
	const usual = "2"
	retries := map[string]bool{}
	for _, config := range fn.Setting("eventInvokeConfigs").Each() {
		v := config.Get("MaximumRetryAttempts")
		switch n, known := v.Str(); {
		case !v.Exists():
			retries[usual] = true
		case known:
			retries[n] = true
		default:
			retries[""] = true
		}
	}
	switch {
	case len(retries) == 0 || len(retries) == 1 && retries[usual]:
		return "after 2 retries the event is lost"
	case len(retries) > 1 || retries[""]:
		return "after its retries the event is lost"
	case retries["0"]:
		return "there are no retries, so the event is lost at the first failure"
	}
	return "after 1 retry the event is lost"
}

// asynchronous are the services that invoke functions and do not wait.
var asynchronous = []string{"events.", "s3.", "sns.", "logs.", "ses.", "iot.", "config.", "codecommit."}

// admittedCaller finds a permission that lets a service invoke the function, whatever for: with no source in it, it says
// that callers are outside the files. It is nil where there is none.
func admittedCaller(fn *graph.Node) *graph.Statement {
	for i, s := range fn.ResourcePolicy {
		if s.Via == nil || s.Via.Source != "" || len(s.Principals) != 1 || s.Principals[0].Kind != "Service" || s.Via.Properties.Get("SourceArn").Exists() || !allowsAction(s, "lambda:InvokeFunction") {
			continue
		}
		who, _ := s.Principals[0].Value.Str()
		if slices.ContainsFunc(asynchronous, func(service string) bool { return strings.HasPrefix(who, service) }) {
			return &fn.ResourcePolicy[i]
		}
	}
	return nil
}

// openInvokeConfig finds what leaves open whether a configuration with a destination is for a function's asynchronous
// calls: the function that it names, the version, or the destination itself. It is absent where nothing does.
func openInvokeConfig(g *graph.Graph, fn *graph.Node) graph.Value {
	for _, r := range g.Resources {
		if r.Type != "AWS::Lambda::EventInvokeConfig" {
			continue
		}
		function, destination := r.Properties.Get("FunctionName"), r.Properties.Get("DestinationConfig")
		if !destination.Exists() {
			continue
		}
		if mayMeanOwn(function) && sameStack(r, fn) && mayCatch(g, fn, r.Properties) {
			return function
		}
		own := false
		for _, ref := range function.Refs() {
			own = own || ref.Resource == fn.ID || slices.Contains(fn.StandIns, ref.Resource)
		}
		if !own && function.String() != fn.Name {
			continue
		}
		if v := firstOpen(r.Properties.Get("Qualifier"), destination, destination.Get("OnFailure")); v.Exists() {
			return v
		}
		for _, e := range g.Out(fn, graph.FailsTo) {
			if e.Via == r && openQualifier(g, e.Qualifier) {
				return destination.Get("OnFailure")
			}
		}
	}
	return graph.Value{}
}

// mayCatch tells whether a configuration, were it that of fn, may take the failures of some asynchronous call: it has a
// destination for them, and is for a version that is called. Callers outside the files may call any.
func mayCatch(g *graph.Graph, fn *graph.Node, config graph.Value) bool {
	destination := config.Get("DestinationConfig")
	if !open(destination) && !destination.Get("OnFailure").Exists() {
		return false
	}
	qualifier, known := config.Get("Qualifier").Str()
	called := false
	for _, e := range g.In(fn, graph.Invokes, graph.Routes) {
		if e.Mode != graph.Async {
			continue
		}
		called = true
		if !known || e.Qualifier == qualifier || e.Qualifier == "" && qualifier == "$LATEST" || openQualifier(g, e.Qualifier) {
			return true
		}
	}
	return !called
}

// handedTo finds a nested stack, the template of which is not at hand, that is told of a function: what configures its
// calls may stand there. Applications of others (SAR) are not: they do not know the function.
func handedTo(g *graph.Graph, fn *graph.Node) *graph.Resource {
	for _, r := range g.Resources {
		if !r.Unread || r.Type != "AWS::CloudFormation::Stack" || r.Source != "" {
			continue
		}
		for _, ref := range r.Properties.Get("Parameters").Refs() {
			if ref.Resource == fn.ID || slices.Contains(fn.StandIns, ref.Resource) {
				return r
			}
		}
	}
	return nil
}

func elsewhere(caught bool) string {
	if caught {
		return " for the version or alias that is invoked"
	}
	return ""
}

// byCloudFormation tells whether CloudFormation itself is the caller, for a custom resource or a macro: whoever deploys
// sees the failure in the stack's events.
func byCloudFormation(e *graph.Edge) bool {
	t := e.From.Type
	return t == "AWS::CloudFormation::CustomResource" || t == "AWS::CloudFormation::Macro" || strings.HasPrefix(t, "Custom::")
}

// onlyForDeployments tells whether CloudFormation is the only caller of a function that the files show.
func onlyForDeployments(g *graph.Graph, fn *graph.Node) bool {
	calls := g.In(fn, graph.Invokes, graph.Routes, graph.Polls)
	for _, e := range calls {
		if !byCloudFormation(e) {
			return false
		}
	}
	return len(calls) > 0
}
