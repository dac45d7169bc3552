package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-logs-kept-forever",
	Code:     "LAM010",
	Title:    "Logs of functions are kept for ever",
	Severity: Low,
	Pillar:   Cost,
	Profile:  Advisory,
	Why: `Lambda makes the log group of a function by itself at its first call, where the role allows it, without an end of retention. It is not part of the stack: ` +
		`its costs grow without bound, it stays when the stack is deleted, and personal data in it stays as well.`,
	Fix: `Add an AWS::Logs::LogGroup with RetentionInDays and name it in the function's LoggingConfig.LogGroup (or call it /aws/lambda/ and the function's name: where Lambda has made that one already, import or delete it first).`,
	CDK: `logGroup: new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH })`,
	Sources: []Source{
		{Title: `awslabs serverless-rules, "Lambda Log Retention"`, URL: "https://awslabs.github.io/serverless-rules/rules/lambda/log_retention", Checked: "2026-11-30"},
		{Title: "CloudFormation reference, AWS::Logs::LogGroup RetentionInDays", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html#cfn-logs-loggroup-retentionindays", Checked: "2026-11-23"},
	},
	Equivalents: []string{"serverless-rules:WS1004", "cdk-nag:Serverless-CloudWatchLogGroupRetentionPeriod", "cdk-nag:CloudWatchLogGroupRetentionPeriod", "checkov:CKV_AWS_66",
		"guard-rules-registry:CW_LOGGROUP_RETENTION_PERIOD_CHECK", "control-tower:cloudwatch_log_group_retention_period_check"},
	Gaps: `Low and on request, because most published templates leave it so and it costs storage only; a log group that is written without an end has a finding by default (log-group-without-retention). All functions of a file without a log group make one finding. Log groups of other stacks, and such whose name or retention is not known, count as kept for a while.`,
	Bad: `Resources:
  Worker: # want "2 functions (Worker and Mail)"
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Mail:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Audit:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, LoggingConfig: {LogGroup: !Ref AuditLogs}}
  AuditLogs: # want "RetentionInDays is absent"
    Type: AWS::Logs::LogGroup
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, LoggingConfig: {LogGroup: !Ref Logs}}
  Mail:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, LoggingConfig: {LogGroup: !ImportValue SharedLogs}}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: 30}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "log group of Worker"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub "/aws/lambda/${Worker}", RetentionInDays: 14}
`, `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  WorkerLogRetention:
    Type: Custom::LogRetention
    Properties:
      ServiceToken: arn:aws:lambda:eu-west-1:111122223333:function:retention
      LogGroupName: {"Fn::Join": ["", ["/aws/lambda/", {Ref: Worker}]]}
      RetentionInDays: 7
`},
	Check: checkFunctionLogs,
})

func checkFunctionLogs(p *Pass) {
	unnamed, retained := logRetentions(p.Graph)
	asked := map[string]bool{}
	bare := map[string][]*graph.Node{} // by file
	var files []string
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External || fn.Resource == nil || fn.Framework != "" || retained[fn] {
			continue
		}
		groups := p.Graph.In(fn, graph.Logs)
		for _, e := range groups {
			reportRetention(p, e)
		}
		if len(groups) == 0 && unnamed[fn.Resource.File].Exists() && !asked[fn.Resource.File] && !fn.Setting("loggingConfig", "LogGroup").Exists() {
			asked[fn.Resource.File] = true // once for all functions of the file
			p.Unknown(fn, unnamed[fn.Resource.File])
		}
		if len(groups) > 0 || unnamed[fn.Resource.File].Exists() || fn.Setting("loggingConfig", "LogGroup").Exists() {
			continue
		}
		if l := namedGroup(p.Graph, fn); open(fn.Named) && l != nil {
			p.Unclear(fn, fmt.Sprintf("log group %s may be its own: %s", nameOf(l), fn.Named.Reason()))
			continue
		}
		if bare[fn.Resource.File] == nil {
			files = append(files, fn.Resource.File)
		}
		bare[fn.Resource.File] = append(bare[fn.Resource.File], fn)
	}
	for _, file := range files {
		fns := bare[file]
		message := fmt.Sprintf("the log group of %s is not in the template, so that its logs are kept for ever", nameOf(fns[0]))
		if len(fns) > 1 {
			message = fmt.Sprintf("the log groups of %d functions (%s) are not in the template, so that their logs are kept for ever", len(fns), names(fns))
		}
		p.Report(Hit{Node: fns[0], Values: []graph.Value{fns[0].Setting("loggingConfig")}, Related: fns[1:], Message: message})
	}
}

// logRetentions finds the functions whose retention a custom resource of CDK sets, and the files with a log group
// whose name is not known, and which is not known to be a function's: it may be that of any function of the file.
func logRetentions(g *graph.Graph) (unnamed map[string]graph.Value, retained map[*graph.Node]bool) {
	unnamed, retained = map[string]graph.Value{}, map[*graph.Node]bool{}
	for _, n := range g.Nodes {
		switch {
		case n.Type == "Custom::LogRetention":
			if !n.Setting("retentionInDays").Exists() { // CDK's RetentionDays.INFINITE
				continue
			}
			for _, ref := range n.Setting("logGroupName").Refs() {
				retained[g.Node(ref.Resource)] = true
			}
			if name, literal := n.Setting("logGroupName").Str(); literal {
				retained[functionOfGroup(g, n, name)] = true
			}
			if open(n.Setting("logGroupName")) && n.Resource != nil {
				unnamed[n.Resource.File] = n.Setting("logGroupName")
			}
		case n.Kind == graph.LogGroup && !n.External && n.Resource != nil && open(n.Setting("logGroupName")) && begins(n.Setting("logGroupName"), "/aws/lambda/") && len(g.Out(n, graph.Logs)) == 0:
			unnamed[n.Resource.File] = n.Setting("logGroupName")
		}
	}
	return unnamed, retained
}

// functionOfGroup finds the function of the stack of n that writes to the log group of a name, nil where there is none.
func functionOfGroup(g *graph.Graph, n *graph.Node, group string) *graph.Node {
	for _, fn := range g.OfKind(graph.Function) {
		if fn.Name != "" && group == "/aws/lambda/"+fn.Name && sameStack(fn.Resource, n) {
			return fn
		}
	}
	return nil
}

// begins tells whether a text that is not all known may begin with a prefix.
func begins(v graph.Value, prefix string) bool {
	text := firstLiteral(v)
	return strings.HasPrefix(text, prefix) || strings.HasPrefix(prefix, text)
}

// namedGroup finds a log group that is named as a function's is, and belongs to none that is known by its name.
func namedGroup(g *graph.Graph, fn *graph.Node) *graph.Node {
	for _, l := range g.OfKind(graph.LogGroup) {
		if !l.External && l.Resource != nil && l.Resource.File == fn.Resource.File && len(g.Out(l, graph.Logs)) == 0 && strings.HasPrefix(l.Setting("logGroupName").String(), "/aws/lambda/") {
			return l
		}
	}
	return nil
}

func reportRetention(p *Pass, e *graph.Edge) {
	v := e.From.Setting("retentionInDays")
	if e.From.External || v.Exists() {
		return
	}
	p.Report(Hit{Node: e.From, Fix: "Set RetentionInDays on the log group.", CDK: "retention: logs.RetentionDays.ONE_MONTH of the LogGroup", Values: []graph.Value{v}, Confidence: weaker(e), Related: []*graph.Node{e.To},
		Message: fmt.Sprintf("log group %s of %s keeps its logs for ever: RetentionInDays is absent", nameOf(e.From), nameOf(e.To))})
}
