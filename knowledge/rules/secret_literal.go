package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "secret-literal",
	Code:     "SEC001",
	Title:    "Secret stands in the template",
	Severity: Critical,
	Pillar:   Security,
	Why:      `The value is in the repository and its history, in every copy of the template, and in the stack's template for everyone who may read it.`,
	Fix:      `Exchange the secret. Let Secrets Manager make it (GenerateSecretString, ManageMasterUserPassword), or name it by a dynamic reference: {{resolve:secretsmanager:NAME:SecretString:KEY}}.`,
	CDK:      `new secretsmanager.Secret(this, 'Db', { generateSecretString: { ... } }); rds.Credentials.fromSecret(secret)`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::SecretsManager::Secret SecretString", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-secretsmanager-secret.html#cfn-secretsmanager-secret-secretstring", Checked: "2026-11-30"},
		{Title: `AWS CloudFormation User Guide, "Get a secret or secret value from Secrets Manager"`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:W1011", "aws-validate:W2509", "prowler:stepfunctions_statemachine_no_secrets_in_definition", "prowler:apigateway_restapi_no_secrets_in_stage_variables", "prowler:cloudformation_stack_outputs_find_secrets"},
	Gaps:        `Looked at: password properties, SecretString, client secrets of identity providers, parameters of nested stacks, plain parameters of Systems Manager, stage variables and workflow definitions (there for known spellings of credentials only). Defaults of parameters count where they reach such a property, and so do parameters whose names say that they are given a secret; those with NoEcho, empty texts and placeholders such as CHANGE_ME are left out. Literals in environment variables have a rule of their own.`,
	Bad: `Resources:
  Db:
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: aurora-postgresql
      MasterUsername: app
      MasterUserPassword: kR7x-Pq2vLm9 # want "MasterUserPassword"
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString: '{"user": "app", "key": "kR7x-Pq2vLm9"}' # want "SecretString"
`,
	Good: `Resources:
  Db:
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: aurora-postgresql
      MasterUsername: app
      ManageMasterUserPassword: true
  Reader:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      MasterUsername: app
      MasterUserPassword: "{{resolve:secretsmanager:orders/db:SecretString:password}}"
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString: '{"user": "", "key": "CHANGE_ME"}'
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Call
        States:
          Call:
            Type: Pass
            Result:
              url: "https://app:kR7x-Pq2vLm9@partner.internal/orders" # want "connection string"
            End: true
`},
	MoreGood: []string{`Parameters:
  Password: {Type: String, NoEcho: true, Default: kR7x-Pq2vLm9}
Resources:
  Db:
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: aurora-postgresql
      MasterUsername: app
      MasterUserPassword: !Ref Password
`},
	Check: checkSecretLiterals,
})

// secretProperties hold a secret whatever they say.
var secretProperties = [][]string{
	{"masterUserPassword"}, {"secretString"}, {"authToken"}, {"oauthToken"},
}

func checkSecretLiterals(p *Pass) {
	for _, r := range p.Graph.Resources {
		switch r.Type {
		case "AWS::Cognito::UserPoolIdentityProvider":
			checkClientSecret(p, r)
		case "AWS::CloudFormation::Stack", "AWS::Serverless::Application":
			checkHandedSecrets(p, r)
		case "AWS::SSM::Parameter": // CloudFormation makes none that is encrypted
			reportCredentials(p, Hit{Resource: r, Node: p.Graph.Node(r.ID)}, r.Properties.Get("Value"), "the value of "+plainID(r.ID))
		}
	}
	for _, n := range p.Graph.Nodes {
		if n.External || n.Resource == nil {
			continue
		}
		for _, path := range secretProperties {
			v := n.Setting(path...)
			if name := plainParameter(v); name != "" {
				p.Report(Hit{Node: n, Severity: High, Values: []graph.Value{v}, Fix: "Set NoEcho: true on parameter " + name + ", or better let Secrets Manager make the secret.",
					Message: fmt.Sprintf("%s of %s comes from parameter %s, which has no NoEcho: everyone who may describe the stack reads the secret", graph.UpperFirst(strings.Join(path, ".")), nameOf(n), name)})
			}
			if text, ok := v.Str(); ok && inTemplate(v) && carriesSecret(text) {
				p.Report(Hit{Node: n, Values: []graph.Value{hidden(v)},
					Message: fmt.Sprintf("%s of %s is written in the template", graph.UpperFirst(strings.Join(path, ".")), nameOf(n))})
			}
		}
		switch n.Kind {
		case graph.Function:
			checkShownPasswords(p, n)
		case graph.StateMachine:
			for _, name := range []string{"definition", "definitionString"} {
				reportCredentials(p, Hit{Node: n}, n.Setting(name), "the definition of "+nameOf(n))
			}
		case graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI:
			for _, stage := range n.Setting("stages").Each() {
				h := Hit{Node: n, Place: stagePlace(n, stage), Related: []*graph.Node{n}}
				reportCredentials(p, h, stage.Get("Variables"), "a stage variable of "+nameOf(n))
				reportCredentials(p, h, stage.Get("StageVariables"), "a stage variable of "+nameOf(n))
			}
		}
	}
}

// checkShownPasswords looks for environment variables that are given passwords by parameters without NoEcho.
func checkShownPasswords(p *Pass, fn *graph.Node) {
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		if name := plainParameter(f.Value); passwordEnd().MatchString(name) && !harmlessEnd().MatchString(f.Name) {
			p.Report(Hit{Node: fn, Severity: High, Values: []graph.Value{f.Value}, Fix: "Set NoEcho: true on parameter " + name + ", or better give the function the ARN of a secret and let it read the secret.",
				Message: fmt.Sprintf("environment variable %s of %s takes a password from parameter %s, which has no NoEcho: everyone who may describe the stack reads it", f.Name, nameOf(fn), name)})
		}
	}
}

// jsonValue matches the texts of a JSON object with their names.
var jsonValue = lazy.Regexp(`"([^"]+)"\s*:\s*"([^"]*)"`)

// inTemplate tells what stands in the template, as a parameter's default too, from what the one who deploys gives.
func inTemplate(v graph.Value) bool {
	return (v.Origin == graph.Known || v.Origin == graph.Live) && v.At != nil && (strings.HasPrefix(v.At.Path, "/Resources/") || strings.HasPrefix(v.At.Path, "/Globals/") || strings.HasPrefix(v.At.Path, "/Mappings/") || strings.HasPrefix(v.At.Path, "/Parameters/"))
}

// plainParameter names the parameter without a default, and without NoEcho, that a secret property takes its value from,
// where the parameter's name says that it is a secret.
func plainParameter(v graph.Value) string {
	if v.Reason() == "" { // of all settings of all things: most are known, or not there
		return ""
	}
	reasons := []string{v.Reason()}
	for _, part := range v.Parts() {
		reasons = append(reasons, part.Unknown)
	}
	for _, reason := range reasons {
		if name := parameterOf(reason); name != "" && (secretName().MatchString(name) || passwordEnd().MatchString(name)) && !harmlessEnd().MatchString(name) {
			return name
		}
	}
	return ""
}

// parameterOf names the parameter whose value is not known for want of a default. Reasons of others differ.
func parameterOf(reason string) string {
	name, ok := strings.CutPrefix(reason, "parameter ")
	name, bare := strings.CutSuffix(name, " has no default")
	if !ok || !bare {
		return ""
	}
	return name
}

// carriesSecret tells a secret from an empty text, a placeholder or a document of such.
func carriesSecret(text string) bool {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		for _, m := range jsonValue().FindAllStringSubmatch(text, -1) {
			if !secretName().MatchString(m[1]) && !strings.EqualFold(m[1], "key") {
				continue
			}
			if len(m[2]) >= 4 && !stub().MatchString(m[2]) {
				return true
			}
		}
		return false
	}
	return len(text) >= 4 && !stub().MatchString(text)
}

// checkClientSecret looks at what an identity provider of a user pool, of this system or another, is told.
func checkClientSecret(p *Pass, r *graph.Resource) {
	v := r.Properties.Get("ProviderDetails", "client_secret")
	if text, ok := v.Str(); !ok || !inTemplate(v) || !carriesSecret(text) {
		return
	}
	h := Hit{Resource: r, Values: []graph.Value{hidden(v)}, Message: fmt.Sprintf("the client secret of %s is written in the template", plainID(r.ID))}
	if ref, ok := r.Properties.Get("UserPoolId").Ref(); ok {
		if pool := p.Graph.Node(ref.Resource); pool != nil {
			h.Node, h.Related = pool, []*graph.Node{pool}
		}
	}
	p.Report(h)
}

// checkHandedSecrets looks at what a nested stack is given.
func checkHandedSecrets(p *Pass, r *graph.Resource) {
	for _, f := range r.Properties.Get("Parameters").Fields() {
		text, ok := f.Value.Str()
		if what := secretIn(ownText(f.Value)); what != "" || ok && inTemplate(f.Value) && looksLikeSecret(f.Name, text) {
			p.Report(Hit{Resource: r, Node: p.Graph.Node(r.ID), Values: []graph.Value{hidden(f.Value)},
				Message: fmt.Sprintf("%s gives its parameter %s a secret that is written in the template", plainID(r.ID), f.Name)})
		}
	}
}

// reportCredentials reports h for each text below root that shows a credential.
func reportCredentials(p *Pass, h Hit, root graph.Value, where string) {
	root.Walk(func(v graph.Value) {
		if v.Kind != graph.String || !v.Exists() {
			return
		}
		if what := secretIn(ownText(v)); what != "" {
			h.Values, h.Message = []graph.Value{hidden(v)}, fmt.Sprintf("%s holds %s", where, what)
			p.Report(h)
		}
	})
}
