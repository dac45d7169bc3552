package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "secret-in-environment",
	Code:     "LAM008",
	Title:    "Secret stands in an environment variable",
	Severity: High,
	Pillar:   Security,
	Why: `The value is in the repository and its history, in the stack's template, and readable for everyone who may read the function's configuration. ` +
		`To exchange it the configuration of the function has to be changed.`,
	Fix: `Exchange the secret, store it in Secrets Manager or as an SSM SecureString, pass its ARN or name, and read it at run time.`,
	CDK: `environment: { SECRET_ARN: secret.secretArn }; secret.grantRead(fn)`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Working with Lambda environment variables"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html", Checked: "2026-11-30"},
		{Title: `AWS CloudFormation User Guide, "Get values stored in other services using dynamic references"`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"checkov:CKV_AWS_45", "prowler:awslambda_function_no_secrets_in_variables"},
	Gaps:        `Known spellings of credentials are certain. A random text under a name such as API_KEY or PASSWORD, and a password that mixes kinds of characters, is likely; words are not found. Values that a reference brings in are not judged.`,
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      Environment:
        Variables:
          DATABASE: "postgres://app:kR7x-Pq2vLm9@db.internal:5432/orders" # want "connection string"
          MAIL_API_KEY: "9f8a7c6e5d4b3a291807f6e5d4c3b2a1" # want "looks like a secret"
          TOKEN_URL: "https://login.internal/oauth2/token"
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      Environment:
        Variables:
          DATABASE: "postgres://db.internal:5432/orders"
          MAIL_API_KEY_ARN: arn:aws:secretsmanager:eu-west-1:111122223333:secret:mail-a1b2c3
          MAIL_API_KEY: CHANGE_ME_BEFORE_2027_0123456789
          PASSWORD: ""
          SECRET_NAME: orders/prod/db-7f3a9c21e8b4
          POWERTOOLS_SERVICE_NAME: orders
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Environment:
      Variables:
        SIGNING_SECRET: "q8Zr1Wc7Tn4Lx9Vb2Km6" # want "SIGNING_SECRET"
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
`},
	MoreGood: []string{`Parameters:
  Key: {Type: String, NoEcho: true}
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      Environment:
        Variables:
          API_KEY: !Ref Key
          SECRET: "{{resolve:secretsmanager:orders/db:SecretString:password}}"
`},
	Check: checkEnvironmentLiterals,
})

func checkEnvironmentLiterals(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External {
			continue
		}
		for _, f := range fn.Setting("environment", "Variables").Fields() {
			text, whole := f.Value.Str()
			h := Hit{Node: fn, Values: []graph.Value{hidden(f.Value)}}
			switch what := secretIn(ownText(f.Value)); {
			case what != "":
				if strings.Contains(what, "AWS access key") {
					h.Fix = "Delete the access key. Let the function call AWS under its own role, which the SDK finds by itself, or take a role of the other account by sts:AssumeRole."
					h.CDK = "the grant method of what it calls (table.grantReadData(fn) ...); for another account fn.addToRolePolicy with sts:AssumeRole"
				}
				h.Message = fmt.Sprintf("environment variable %s of %s holds %s", f.Name, nameOf(fn), what)
			case whole && looksLikeSecret(f.Name, text):
				h.Confidence = Likely
				h.Message = fmt.Sprintf("environment variable %s of %s holds a text of %d characters, which looks like a secret", f.Name, nameOf(fn), len(text))
			default:
				continue
			}
			if at := f.Value.At; at != nil && at.From != nil && at.From.Default != "" {
				h.Aliases = []string{"SEC001"} // the default of a parameter
			}
			p.Report(h)
		}
	}
}
