package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "caller-times-out-before-function",
	Code:     "GRF005",
	Title:    `Caller gives up before the function that it waits for`,
	Severity: High,
	Pillar:   Reliability,
	Why: `When the caller's wait ends the function works on, unseen: the caller fails, or tries again, and then the work is done twice. Cognito waits 5 s and may call again, ` +
		`AppSync waits 30 s, a load balancer lets the connection of a client go after 60 s without a byte, a task waits its TimeoutSeconds.`,
	Fix: `Set the function's Timeout below what its caller waits, or let it hand long work to a queue.`,
	CDK: `timeout: Duration.seconds(4) for a user pool's trigger; taskTimeout of LambdaInvoke above the function's timeout`,
	Sources: []Source{
		{Title: `Amazon Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers" (5 seconds, not to be changed)`, URL: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html", Checked: "2026-11-30"},
		{Title: `AWS General Reference, "AWS AppSync endpoints and quotas" (request execution time 30 seconds, not adjustable)`, URL: "https://docs.aws.amazon.com/general/latest/gr/appsync.html", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Using timeouts to avoid stuck Step Functions workflow executions"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#sfn-stuck-execution", Checked: "2026-11-30"},
		{Title: `Elastic Load Balancing, "Edit attributes for your Application Load Balancer" (connection idle timeout, 60 seconds by default)`, URL: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html", Checked: "2026-12-01"},
	},
	Outranks: []string{"SFN011"},
	Gaps:     `Medium for user pools, GraphQL APIs and load balancers: a Timeout is the longest run, not the usual one. One level lower where both times are equal. A function that calls a function, by its environment and its rights, is taken to wait, as likely. Target groups whose load balancer is not in the template are left out. API Gateway has a rule of its own, function-outlives-api.`,
	Bad: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: !GetAtt Worker.Arn}
            TimeoutSeconds: 30
            End: true
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Timeout: 60 # want "state Charge of Flow waits 30 s"
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      LambdaConfig: {PreSignUp: !GetAtt Check.Arn}
  Check:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Timeout: 10 # want "Pool waits 5 s"
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: !GetAtt Worker.Arn}
            TimeoutSeconds: 90
            End: true
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Timeout: 60
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      LambdaConfig: {PreSignUp: !GetAtt Check.Arn}
  Check:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Check: func(p *Pass) {
		for _, e := range p.Graph.OfEdge(graph.Invokes) {
			if e.To.Kind == graph.Function && (e.Mode == graph.Sync || e.From.Kind == graph.Function && mayWait(e.From) && mayCallFunction(e)) {
				checkCallerWaits(p, e)
			}
		}
	},
})

func checkCallerWaits(p *Pass, e *graph.Edge) {
	limit, severity, caller, confidence := 0, Medium, nameOf(e.From), weaker(e)
	var aliases []string
	switch e.From.Kind {
	case graph.UserPool:
		if strings.HasSuffix(e.Label, "Sender") {
			return // Cognito does not wait for those that send mail and messages
		}
		limit = facts.Int("cognito.trigger_seconds")
	case graph.GraphQLAPI, graph.EventAPI:
		limit = facts.Int("appsync.request_seconds")
	case graph.Endpoint:
		n, balancer := idleTimeout(p, e.From)
		if balancer == nil {
			return
		}
		limit, caller, confidence = n, nameOf(balancer), Likely
	case graph.StateMachine:
		if resource := e.Settings.Get("Resource").String(); strings.Contains(resource, "waitForTaskToken") {
			return // the task waits for a token, not for the function
		}
		n, ok := p.Int(e.From, e.Settings.Get("TimeoutSeconds"))
		if !ok {
			return
		}
		if triesAgain(e.Settings) && intent(e.To, "idempotent") == "" {
			aliases = []string{"SFN011"}
		}
		limit, severity, caller = n, High, "state "+e.Label+" of "+caller
	case graph.Function:
		n, ok := p.Int(e.From, e.From.Setting("timeout"))
		if !ok {
			return
		}
		limit, confidence = n, Likely // its code may call without waiting
	default:
		return
	}
	if e.To.External {
		p.Unclear(e.To, "function "+nameOf(e.To)+" is not part of this system")
		return
	}
	v := e.To.Setting("timeout")
	timeout, ok := p.Int(e.To, v)
	if !ok || timeout < limit {
		return
	}
	if timeout == limit { // the caller is first by a moment, and few runs take all of it
		severity, aliases = severity.Lower(), nil
	}
	fix, cdk := waitLonger(e, limit)
	p.Report(Hit{Node: e.To, Fix: fix, CDK: cdk, Severity: severity, Confidence: confidence, Aliases: aliases, Related: []*graph.Node{e.From}, Values: append([]graph.Value{v}, edgePlace(e)...),
		Message: fmt.Sprintf("%s may run %s, but %s waits %d s: it gives up while the work goes on", nameOf(e.To), seconds(v), caller, limit)})
}

// waitLonger says how function and caller come to agree: what waits for a fixed time cannot be told to wait longer.
func waitLonger(e *graph.Edge, limit int) (fix, cdk string) {
	fix, cdk = fmt.Sprintf("Set the function's Timeout below %d s", limit), "timeout of the function"
	if limit > 1 {
		cdk = fmt.Sprintf("timeout: Duration.seconds(%d) of the function", limit-1)
	}
	switch e.From.Kind {
	case graph.StateMachine:
		return fix + ", or TimeoutSeconds of state " + e.Label + " above the function's Timeout.", cdk + ", or taskTimeout of LambdaInvoke above it"
	case graph.Endpoint:
		return fix + ", raise idle_timeout.timeout_seconds of the load balancer (LoadBalancerAttributes) above it, or let the function hand long work to a queue.", cdk + ", or idleTimeout of the load balancer above it"
	case graph.Function:
		return fix + ", raise that of " + nameOf(e.From) + " above it, or hand long work to a queue.", cdk + ", or that of the caller above it"
	}
	return fix + ", or let it hand long work to a queue.", cdk
}

// idleTimeout finds a load balancer in front of a target group, and for how many seconds it keeps the connection of a client
// on which nothing is sent.
func idleTimeout(p *Pass, group *graph.Node) (int, *graph.Node) {
	for _, in := range p.Graph.In(group, graph.Invokes) {
		balancer := in.From
		if balancer.Type != "AWS::ElasticLoadBalancingV2::LoadBalancer" || balancer.External {
			continue
		}
		attributes := balancer.Setting("loadBalancerAttributes")
		if v := firstWithin(attributes); v.Exists() {
			p.Unknown(balancer, v)
			return 0, nil
		}
		for _, a := range attributes.Each() {
			if key, _ := a.Get("Key").Str(); key == "idle_timeout.timeout_seconds" {
				n, ok := p.Int(balancer, a.Get("Value"))
				if !ok {
					return 0, nil
				}
				return n, balancer
			}
		}
		return idleSeconds, balancer
	}
	return 0, nil
}

// idleSeconds is the idle timeout of an Application Load Balancer that sets none.
const idleSeconds = 60

// triesAgain tells whether a task that timed out is, or may be, started again. States.TaskFailed leaves timeouts out.
func triesAgain(task graph.Value) bool {
	retry := task.Get("Retry")
	if open(retry) {
		return true
	}
	for _, r := range retry.Each() {
		for _, e := range r.Get("ErrorEquals").Each() {
			if name, ok := e.Str(); !ok || name == "States.ALL" || name == "States.Timeout" {
				return !neverAgain(r) // the first retrier that names an error decides
			}
		}
	}
	return false
}
