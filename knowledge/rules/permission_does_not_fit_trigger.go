package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "permission-does-not-fit-trigger",
	Code:     "LAM019",
	Title:    "Lambda permission does not fit the trigger it is meant for",
	Severity: High,
	Pillar:   Reliability,
	Why: `The trigger is drawn and a permission is there, but the permission names another service than the one its SourceArn belongs to, or another alias than the one the trigger invokes. ` +
		`Lambda compares all of them: unless another permission fits, every invocation is refused.`,
	Fix: `Set Principal to the service of the SourceArn, and FunctionName to exactly what the trigger invokes (with the alias, if it invokes an alias).`,
	CDK: `use the event source or target construct of the trigger on the function or alias: it writes the permission`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::Lambda::Permission SourceArn", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html#cfn-lambda-permission-sourcearn", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Working with resource-based policies in Lambda"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:W3664"},
	Outranks:    []string{"EVT003", "API011", "S3B001"},
	Gaps:        `Permissions for account principals are left out. A version that a trigger names by number is compared as text.`,
	Bad: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Worker.Arn}]
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com # want "events.amazonaws.com"
      SourceArn: !GetAtt Placed.Arn
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Live}]
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Worker}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Worker
      FunctionVersion: !GetAtt Version.Version
      Name: live
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Live
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Placed.Arn
`,
	MoreBad: []string{`Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Live}]
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Worker}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Worker
      FunctionVersion: !GetAtt Version.Version
      Name: live
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker # want "invokes alias live"
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Placed.Arn
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      AutoPublishAlias: live
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [shop.orders]}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			lackedPermission(p, fn)
			for _, s := range fn.ResourcePolicy {
				if s.Via == nil || s.Via.Type != "AWS::Lambda::Permission" {
					continue
				}
				if who := s.Via.Properties.Get("Principal"); open(who) && s.Via.Properties.Get("SourceArn").Exists() {
					p.Unknown(fn, who)
				}
				if len(s.Principals) != 1 || s.Principals[0].Kind != "Service" {
					continue
				}
				if !checkPrincipal(p, fn, s) {
					checkQualifier(p, fn, s)
				}
			}
		}
	},
})

// lackedPermission records a permission that may be the one which a caller of fn lacks: its FunctionName is not known.
func lackedPermission(p *Pass, fn *graph.Node) {
	for _, e := range p.Graph.In(fn, graph.Routes, graph.Invokes) {
		if servicePrincipals[serviceOfType(e.From.Type)] == "" || fits(p.Graph, fn, e.From, e.Qualifier) {
			continue
		}
		if v := mayLet(fn, invocation(fn, e.From)); v.Exists() {
			p.Unknown(fn, v)
			return
		}
	}
}

// servicePrincipals maps the service in a source's ARN to the principal that invokes functions for it. Services
// whose triggers invoke under a role (SQS, Kinesis, DynamoDB, Step Functions, Scheduler, Pipes) are not there.
var servicePrincipals = map[string]string{
	"events": "events", "s3": "s3", "sns": "sns", "execute-api": "apigateway", "cognito-idp": "cognito-idp", "logs": "logs",
	"elasticloadbalancing": "elasticloadbalancing", "iot": "iot", "ses": "ses", "secretsmanager": "secretsmanager", "config": "config",
	"codecommit": "codecommit", "lex": "lex", "codepipeline": "codepipeline",
}

// checkPrincipal reports a permission whose SourceArn belongs to another service than its principal.
func checkPrincipal(p *Pass, fn *graph.Node, s graph.Statement) bool {
	source := s.Via.Properties.Get("SourceArn")
	from, service := sourceOf(p.Graph, source)
	want := servicePrincipals[service]
	principal, ok := s.Principals[0].Value.Str()
	if !ok || !source.Exists() || want == "" || strings.HasPrefix(principal, want+".") || want == "lex" && strings.HasPrefix(principal, "lexv2.") {
		return false // bots of Lex V2 have ARNs of lex, too
	}
	// Rules of Config and the like are invoked by services named after others; only a plain AWS service can be wrong.
	if !ofAWS(principal) {
		return false
	}
	var aliases []string
	if from != nil {
		aliases = refusals[from.Kind]
	}
	p.Report(Hit{Node: fn, Resource: s.Via, Related: []*graph.Node{from, fn}, Values: []graph.Value{s.Principals[0].Value, source}, Aliases: aliases,
		Message: fmt.Sprintf("Principal is %s, but SourceArn belongs to %s: only %s.amazonaws.com invokes on its behalf, so the permission lets nothing in", principal, sourceName(from, service), want),
		Fix:     fmt.Sprintf("Set Principal to %s.amazonaws.com.", want),
		Patch:   SetPatch(s.Via, s.Principals[0].Value, "Principal", want+".amazonaws.com")})
	return true
}

func sourceName(n *graph.Node, service string) string {
	if n != nil {
		return nameOf(n)
	}
	return service
}

// serviceOfType is the service in the ARNs of a type whose triggers invoke functions by permission.
func serviceOfType(typ string) string {
	if typ == "AWS::Logs::LogGroup" { // the source that a permission names is the group, not its filter
		typ = "AWS::Logs::SubscriptionFilter"
	}
	p, ok := facts.PrincipalOf(typ)
	if !ok || p.ByRole {
		return ""
	}
	name, _, _ := strings.Cut(p.Service, ".")
	if name == "apigateway" {
		return "execute-api"
	}
	return name
}

// sourceOf finds the thing a SourceArn names, and the service in its ARN.
func sourceOf(g *graph.Graph, arn graph.Value) (*graph.Node, string) {
	if ref, ok := arn.Ref(); ok {
		n := g.Node(ref.Resource)
		if n == nil {
			return nil, ""
		}
		return n, serviceOfType(n.Type)
	}
	var from *graph.Node
	for _, ref := range arn.Refs() {
		if n := g.Node(ref.Resource); n != nil && n.Kind != graph.EventBus { // of a rule's ARN the bus is a part
			from = n
		}
	}
	text := strings.ReplaceAll(arn.String(), "${AWS::Partition}", "aws")
	fields := strings.SplitN(text, ":", 4)
	if len(fields) < 4 || fields[0] != "arn" {
		return from, ""
	}
	return from, fields[2]
}

// checkQualifier reports a permission on the function where its trigger invokes an alias, or the reverse,
// unless another permission fits.
func checkQualifier(p *Pass, fn *graph.Node, s graph.Statement) {
	mine, ok := qualifierOf(p.Graph, s.Via.Properties.Get("FunctionName"))
	if !ok {
		return
	}
	for _, from := range admitted(p.Graph, fn, s) {
		checkCaller(p, fn, s, from, mine)
	}
}

// admitted are the callers that a permission is for: the one that its SourceArn refers to, those whose ARN matches it, or
// without SourceArn all of its principal's.
func admitted(g *graph.Graph, fn *graph.Node, s graph.Statement) []*graph.Node {
	source := s.Via.Properties.Get("SourceArn")
	if from, _ := sourceOf(g, source); from != nil {
		return []*graph.Node{from}
	}
	var out []*graph.Node
	for _, e := range g.In(fn, graph.Routes, graph.Invokes) {
		if slices.Contains(out, e.From) {
			continue
		}
		if answer := matched(fn, e.From, s); answer == policy.Yes || answer != policy.No && spelledOut(g, e.From, source) {
			out = append(out, e.From)
		}
	}
	return out
}

// spelledOut tells whether an ARN with a Region or account written out names a thing of these files: the stack is hardly
// meant for another Region or account.
func spelledOut(g *graph.Graph, from *graph.Node, arn graph.Value) bool {
	text := arn.String()
	_, service := sourceOf(g, arn)
	return from.Name != "" && service != "" && service == serviceOfType(from.Type) && text[strings.LastIndexAny(text, ":/")+1:] == from.Name
}

// matched tells whether a permission whose SourceArn is a text lets a rule, bucket or topic in; of other things the ARN
// says more than the template does.
func matched(fn, from *graph.Node, s graph.Statement) policy.Answer {
	if from.External || from.Kind != graph.Rule && from.Kind != graph.Bucket && from.Kind != graph.Topic {
		return policy.Unknown
	}
	s.Resources = nil
	return policy.Decide(invocation(fn, from), []graph.Statement{s}).Answer
}

func checkCaller(p *Pass, fn *graph.Node, s graph.Statement, from *graph.Node, mine string) {
	var missed *graph.Edge
	for _, e := range p.Graph.In(fn, graph.Routes, graph.Invokes) {
		if e.From != from {
			continue
		}
		if e.Qualifier == mine || strings.HasPrefix(e.Qualifier, "${stageVariables.") || fits(p.Graph, fn, from, e.Qualifier) {
			return
		}
		missed = e
	}
	if missed == nil {
		return
	}
	if openQualifier(p.Graph, missed.Qualifier) {
		p.Unclear(fn, "by which version or alias "+nameOf(from)+" calls it")
		return
	}
	if openQualifier(p.Graph, mine) {
		p.Unclear(fn, "for which alias a permission is"+because(strings.TrimSuffix(strings.TrimPrefix(mine, "(unknown: "), ")")))
		return
	}
	if why := missing(fn, invocation(fn, from)); why != "" {
		p.Unclear(fn, "whether another permission fits "+nameOf(from)+": "+why)
		return
	}
	name, aliases := s.Via.Properties.Get("FunctionName"), append([]string{}, refusals[from.Kind]...)
	if mine == "" && fn.Setting("durableConfig").Exists() {
		aliases = append(aliases, "LAM026") // a durable function is not to be called that way at all
	}
	p.Report(Hit{Node: fn, Resource: s.Via, Related: []*graph.Node{from, fn}, RelatedResources: []*graph.Resource{missed.Via}, Values: append([]graph.Value{name}, edgePlace(missed)...), Confidence: weaker(missed), Aliases: aliases,
		Message: fmt.Sprintf("%s invokes %s, but the permission is for %s: every call is refused", nameOf(from), spellQualifier(fn, missed.Qualifier), spellQualifier(fn, mine)),
		Fix:     fmt.Sprintf("Set FunctionName of the permission to %s.", spellQualifier(fn, missed.Qualifier))})
}

// refusals are the rules that ask whether a function lets things of a kind in: the refusal is the same defect.
var refusals = map[graph.Kind][]string{
	graph.Rule: {"EVT003"}, graph.Bucket: {"S3B001"}, graph.RestAPI: {"API011"}, graph.HTTPAPI: {"API011"}, graph.WebSocketAPI: {"API011"},
}

// fits tells whether some permission lets from invoke the qualifier.
func fits(g *graph.Graph, fn, from *graph.Node, qualifier string) bool {
	service := servicePrincipals[serviceOfType(from.Type)]
	for _, s := range fn.ResourcePolicy {
		if s.Via == nil || !mayInvoke(s) {
			continue
		}
		if who, ok := s.Via.Properties.Get("Principal").Str(); ok && service != "" && ofAWS(who) && !strings.HasPrefix(who, service+".") {
			continue // another service's
		}
		source := s.Via.Properties.Get("SourceArn")
		other, _ := sourceOf(g, source)
		if source.Exists() && other != from && (other != nil || matched(fn, from, s) == policy.No) {
			continue
		}
		if mine, ok := qualifierOf(g, s.Via.Properties.Get("FunctionName")); !ok || mine == qualifier {
			return true
		}
	}
	return false
}

func spellQualifier(fn *graph.Node, qualifier string) string {
	switch {
	case qualifier == "":
		return nameOf(fn) + " without alias"
	case strings.HasPrefix(qualifier, "${"):
		return "a version of " + nameOf(fn)
	}
	return "alias " + qualifier + " of " + nameOf(fn)
}
