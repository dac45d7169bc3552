package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "secret-value-in-environment",
	Code:     "SEC002",
	Title:    "Secret is resolved into an environment variable",
	Severity: Medium,
	Pillar:   Security,
	Why: `CloudFormation puts the secret's value into the function's configuration, where everyone who may read that (GetFunctionConfiguration, the console) reads the secret; with a key of your own on the function, only who may decrypt with it. ` +
		`After a rotation the function still has the old value until the next deployment that changes it.`,
	Fix: `Pass the secret's ARN, grant secretsmanager:GetSecretValue on it, and read the value at run time with a cache (Powertools parameters, or the AWS Parameters and Secrets Lambda extension). Where an agent in a layer reads the variable, give it the secret in the agent's own way, if it has one.`,
	CDK: `environment: { SECRET_ARN: secret.secretArn }; secret.grantRead(fn)`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Securing Lambda environment variables"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html", Checked: "2026-11-30"},
		{Title: `AWS CloudFormation User Guide, "Get a secret or secret value from Secrets Manager"`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html", Checked: "2026-11-30"},
	},
	Gaps: `References to secure strings (ssm-secure) are found as well, but CloudFormation supports them in few properties, and in no function. Secrets that a parameter brings in cannot be told from other values.`,
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
          STAGE: prod
          DB_PASSWORD: "{{resolve:secretsmanager:orders/db:SecretString:password}}" # want "DB_PASSWORD"
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
          DB_SECRET_ARN: !Ref Secret
          LEVEL: "{{resolve:ssm:/orders/level}}"
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {}}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment:
        Variables:
          DB_URL: !Sub "postgres://app:{{resolve:secretsmanager:${Secret}:SecretString:password}}@db/orders" # want "DB_URL"
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {}}
`},
	Check: checkEnvironmentSecrets,
})

func checkEnvironmentSecrets(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External {
			continue
		}
		h := Hit{Node: fn}
		var names []string
		for _, f := range fn.Setting("environment", "Variables").Fields() {
			if resolvesSecret(f.Value) {
				names, h.Values = append(names, f.Name), append(h.Values, f.Value)
			}
		}
		reportSecureStrings(p, fn)
		if len(names) > 0 {
			h.Message = fmt.Sprintf("the environment of %s holds values of secrets (%s): they are readable in the function's configuration and stay old after a rotation", nameOf(fn), strings.Join(names, ", "))
			p.Report(h)
		}
	}
}

// resolvesSecret finds a dynamic reference to Secrets Manager: as a piece that is known at deployment only, or,
// where the reference itself holds a resource's name, as text around it.
func resolvesSecret(v graph.Value) bool {
	for _, part := range v.Parts() {
		if strings.HasPrefix(part.Unknown, "dynamic reference secretsmanager:") || strings.Contains(part.Literal, "{{resolve:secretsmanager:") {
			return true
		}
	}
	return false
}

// reportSecureStrings finds references to secure strings of Parameter Store, which CloudFormation resolves in few
// properties only. Source: AWS CloudFormation User Guide, "Get a secure string value from Systems Manager Parameter Store",
// checked 2026-11-30.
func reportSecureStrings(p *Pass, fn *graph.Node) {
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		for _, part := range f.Value.Parts() {
			if strings.HasPrefix(part.Unknown, "dynamic reference ssm-secure:") || strings.Contains(part.Literal, "{{resolve:ssm-secure:") {
				p.Report(Hit{Node: fn, Values: []graph.Value{f.Value},
					Fix:     "Pass the parameter's name, grant ssm:GetParameter on it (and kms:Decrypt on its key, where that is one of your own), and read it at run time (WithDecryption) with a cache.",
					CDK:     "environment: { PARAMETER: parameter.parameterName }; parameter.grantRead(fn)",
					Message: fmt.Sprintf("environment variable %s of %s is to hold a secure string (ssm-secure): CloudFormation refuses that reference in functions, and the value would be readable in the configuration", f.Name, nameOf(fn))})
				return
			}
		}
	}
}
