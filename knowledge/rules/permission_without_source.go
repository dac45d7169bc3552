package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "permission-without-source",
	Code:     "LAM018",
	Title:    "Service may call the function for anyone's resources",
	Severity: Medium,
	Pillar:   Security,
	Why: `A permission for a service without a source also holds when the service acts for another account: whoever knows the function's ARN can point a topic, bucket or API of their own at it. ` +
		`A bucket's ARN names no account, so that a bucket of the same name made later by someone else fits too.`,
	Fix: `Set SourceArn to the resource that calls (and SourceAccount: !Ref AWS::AccountId for S3; for AWS Config, whose rule comes after the permission, that alone); for Alexa set EventSourceToken to the skill's id.`,
	CDK: `fn.addPermission('Call', { principal, sourceArn, sourceAccount: this.account })`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::Lambda::Permission", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html", Checked: "2026-11-30"},
		{Title: `AWS Security Hub User Guide, Lambda.1 "Lambda function policies should prohibit public access"`, URL: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html", Checked: "2026-11-30"},
		{Title: `AWS Config Developer Guide, "Custom Lambda Rules (General Example)"`, URL: "https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_nodejs.html", Checked: "2026-12-01"},
	},
	Equivalents: []string{"checkov:CKV_AWS_364", "cfn-lint:W3663", "guard-rules-registry:LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED", "control-tower:lambda_function_public_access_prohibited_check"},
	Gaps:        `S3 with SourceArn but without SourceAccount is low. Lambda@Edge, CloudFormation and load balancers are left out: they act for the own account, give no source, or (target groups) need the permission before their ARN exists. A SourceArn with wildcards passes where it names an account.`,
	Bad: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Call:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com # want "no SourceArn"
  Put:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com # want "no SourceAccount"
      SourceArn: arn:aws:s3:::uploads
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Call:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Ref Topic
  Put:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
      SourceArn: arn:aws:s3:::uploads
      SourceAccount: !Ref AWS::AccountId
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
  Call:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !GetAtt Worker.Arn
      Action: lambda:InvokeFunction
      Principal: !Sub "logs.${AWS::Region}.amazonaws.com" # want "no SourceArn"
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Uploads:
    Type: AWS::S3::Bucket
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Put: {Type: S3, Properties: {Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*"}}
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
        Get: {Type: Api, Properties: {Path: /x, Method: get}}
`, `Parameters:
  Source: {Type: String}
Resources:
  Call:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: worker
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Ref Source
`},
	Check: checkPermissionSources,
})

// sourceless are service principals that call only for the function's own account, that tell no source, or whose
// source cannot exist before the permission does.
var sourceless = []string{"edgelambda.", "replicator.lambda.", "cloudformation.", "lambda.", "elasticloadbalancing."}

func checkPermissionSources(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		for _, s := range fn.ResourcePolicy {
			if s.Origin == "permission" && s.Principals[0].Kind == "" && !s.Conditions.Get("ArnLike").Exists() && !s.Conditions.Get("StringEquals", "AWS:SourceAccount").Exists() {
				p.Unknown(fn, s.Principals[0].Value)
			}
			if s.Origin == "permission" && isAllow(s) && len(s.Principals) == 1 && s.Principals[0].Kind == "Service" {
				checkPermissionSource(p, fn, s)
			}
		}
	}
}

func checkPermissionSource(p *Pass, fn *graph.Node, s graph.Statement) {
	principal := s.Principals[0].Value
	name := principal.String()
	for _, prefix := range sourceless {
		if strings.HasPrefix(name, prefix) {
			return
		}
	}
	arn := s.Conditions.Get("ArnLike", "AWS:SourceArn")
	account := s.Conditions.Get("StringEquals", "AWS:SourceAccount")
	token := s.Conditions.Get("StringEquals", "lambda:EventSourceToken")
	org := s.Conditions.Get("StringEquals", "aws:PrincipalOrgID")
	if anyAccount(arn) {
		arn = graph.Value{}
	}
	h := Hit{Node: fn, Resource: s.Via, Related: []*graph.Node{fn}, Values: []graph.Value{principal}}
	switch {
	case account.Exists() || token.Exists() || org.Exists():
		return
	case arn.Exists() && strings.HasPrefix(name, "s3."):
		h.Severity, h.Values = Low, append(h.Values, arn)
		h.Fix, h.CDK = "Set SourceAccount: !Ref AWS::AccountId.", "fn.addPermission('Call', { principal, sourceArn, sourceAccount: this.account })"
		h.Message = fmt.Sprintf("%s may call %s for the bucket of any account: SourceArn names no account, and there is no SourceAccount", name, nameOf(fn))
	case arn.Exists():
		return
	case strings.HasPrefix(name, "alexa"):
		h.Message = fmt.Sprintf("%s may call %s for any skill: there is no EventSourceToken", name, nameOf(fn))
		h.Fix, h.CDK = "Set EventSourceToken to the skill's id.", "fn.addPermission('Call', { principal, eventSourceToken: skillId })"
		if s.Via != nil && s.Via.Source != "" {
			h.Fix = "Set SkillId on the AlexaSkill event: SAM writes it into the permission."
		}
	default:
		h.Message = fmt.Sprintf("%s may call %s for anyone's resources: there is no SourceArn and no SourceAccount", name, nameOf(fn))
		h.Fix = "Set SourceArn to the resource that calls."
		switch {
		case strings.HasPrefix(name, "s3."): // which the permission comes before
			h.Fix = "Set SourceAccount: !Ref AWS::AccountId, and SourceArn to the bucket's ARN written out (no Ref, which makes a circle where the bucket notifies the function)."
		case strings.HasPrefix(name, "config."):
			h.Fix, h.CDK = "Set SourceAccount: !Ref AWS::AccountId, and no SourceArn: the rule comes after the permission.", "fn.addPermission('Call', { principal, sourceAccount: this.account })"
		}
		if all := s.Conditions.Get("ArnLike", "AWS:SourceArn"); all.Exists() {
			h.Message = fmt.Sprintf("%s may call %s for anyone's resources: SourceArn fits every account, and there is no SourceAccount", name, nameOf(fn))
			h.Values = append(h.Values, all)
			h.Fix = "Name the account in SourceArn, or set SourceAccount: !Ref AWS::AccountId beside it."
		}
	}
	p.Report(h)
}

// anyAccount tells a source that things of every account fit: a star alone, or in the place of the account.
func anyAccount(arn graph.Value) bool {
	text, known := arn.Str()
	text = strings.ReplaceAll(text, "${AWS::", "${") // the colons of pseudo parameters separate nothing
	fields := strings.SplitN(text, ":", 6)
	return known && (text == "*" || len(fields) == 6 && fields[4] == "*")
}
