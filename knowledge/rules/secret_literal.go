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
	Gaps:        `Looked at: password properties, SecretString, client secrets of identity providers, parameters of nested stacks, plain parameters of Systems Manager, stage variables and workflow definitions. Defaults of parameters count where they reach a property, and so do parameters without NoEcho whose names say that they are given a secret; those with NoEcho and literal empty texts and placeholders such as CHANGE_ME are left out. A known spelling of a credential as the default of a parameter counts in any case. Literals in environment variables have a rule of their own.`,
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
var secretProperties = []string{"masterUserPassword", "secretString", "authToken", "oauthToken"}

func checkSecretLiterals(p *Pass) {
	for _, r := range p.Graph.Resources {
		switch r.Type {
		case "AWS::Cognito::UserPoolIdentityProvider":
			checkClientSecret(p, r)
		case "AWS::CloudFormation::Stack", "AWS::Serverless::Application":
			checkHandedSecrets(p, r)
		case "AWS::SSM::Parameter": // CloudFormation makes none that is encrypted
			reportCredentials(p, Hit{Resource: r, Node: p.Graph.Node(r.ID), Fix: inSecretsManager + ", or as a SecureString outside of the template (CloudFormation makes none), and take it out of here: a dynamic reference in Value would leave it in clear too.",
				CDK: "new secretsmanager.Secret(this, 'Key'), or ssm.StringParameter.fromSecureStringParameterAttributes(...) for one that exists"}, r.Properties.Get("Value"), "the value of "+plainID(r.ID))
		}
	}
	told := checkShownParameters(p)
	checkUntold(p, told)
	for _, n := range p.Graph.Nodes {
		switch kind := n.Kind; {
		case kind == graph.RestAPI, kind == graph.HTTPAPI, kind == graph.WebSocketAPI:
			checkStageVariables(p, n)
			continue
		case n.External || n.Resource == nil:
			continue
		}
		switch n.Kind {
		case graph.Database, graph.Cluster, graph.Broker, graph.Secret, graph.Other:
			checkSecretProperties(p, n, told)
		case graph.StateMachine:
			for _, name := range []string{"definition", "definitionString", "definitionSubstitutions"} {
				reportCredentials(p, Hit{Node: n, Fix: inSecretsManager + "; have the function that needs it read it, or name an EventBridge connection in an HTTP task (Authentication.ConnectionArn). A dynamic reference would put it into the definition in clear.",
					CDK: "tasks.HttpInvoke with connection: new events.Connection(...), or secret.grantRead(fn) for the function that needs it"}, n.Setting(name), "the definition of "+nameOf(n))
			}
		}
	}
}

// inSecretsManager is what becomes of a secret that was handed out by somebody else, or that nobody but code reads.
const inSecretsManager = "Exchange the secret and store it in Secrets Manager"

func checkStageVariables(p *Pass, api *graph.Node) {
	for _, stage := range stagesHere(api) {
		h := Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api},
			Fix: inSecretsManager + "; have the back end read it there, or pass its ARN: stage variables are readable for everyone who may read the stage.", CDK: "secret.grantRead(fn); environment: { SECRET_ARN: secret.secretArn }"}
		reportCredentials(p, h, stage.Get("Variables"), "a stage variable of "+nameOf(api))
		reportCredentials(p, h, stage.Get("StageVariables"), "a stage variable of "+nameOf(api))
	}
}

// checkSecretProperties looks at what is a secret whatever it says. told is what was told already, as resource and parameter.
func checkSecretProperties(p *Pass, n *graph.Node, told map[string]bool) {
	for _, path := range secretProperties {
		v := n.Setting(path)
		if name := plainParameter(v); name != "" && !told[n.Resource.WrittenID()+" "+name] {
			p.Report(Hit{Node: n, Severity: High, Values: append([]graph.Value{v}, parameterPlace(p.Graph, name, v)...), Fix: "Set NoEcho: true on parameter " + name + ", or better let Secrets Manager make the secret.",
				Message: fmt.Sprintf("%s of %s comes from parameter %s, which has no NoEcho: everyone who may describe the stack reads the secret", graph.UpperFirst(path), nameOf(n), name)})
		}
		if v.At != nil && v.At.From != nil && told[n.Resource.WrittenID()+" "+v.At.From.Name] {
			continue
		}
		if text, ok := v.Str(); ok && inTemplate(v) && carriesSecret(text) || !ok && v.Kind == graph.String && inDocument(ownText(v)) {
			p.Report(Hit{Node: n, Values: []graph.Value{hidden(v)}, Fix: madeSecret(n.Type, path),
				Message: fmt.Sprintf("%s of %s is written in the template", graph.UpperFirst(path), nameOf(n))})
		}
	}
}

// madeSecret is the fix for what is a secret whatever it says: who can make it is told by where it stands.
func madeSecret(typ, path string) string {
	const reference = "{{resolve:secretsmanager:NAME:SecretString:KEY}}"
	switch {
	case path == "secretString":
		return "Exchange the secret. Let Secrets Manager make it (GenerateSecretString in place of SecretString); one that somebody else gives out put in by hand or by a script after the deployment."
	case path == "masterUserPassword" && typ == "AWS::Redshift::Cluster":
		return "Exchange the secret. Set ManageMasterPassword: true in place of MasterUserPassword, or name a secret by a dynamic reference: " + reference + "."
	case path == "masterUserPassword" && (typ == "AWS::RDS::DBInstance" || typ == "AWS::RDS::DBCluster" || typ == "AWS::DocDB::DBCluster"):
		return "Exchange the secret. Set ManageMasterUserPassword: true in place of MasterUserPassword, or name a secret by a dynamic reference: " + reference + "."
	}
	return inSecretsManager + ", and name it by a dynamic reference: " + reference + "."
}

// jsonValue matches the texts of a JSON object with their names.
var jsonValue = lazy.Regexp(`"([^"]+)"\s*:\s*"([^"]*)"`)

// inTemplate tells what stands in the template, as a parameter's default too, from what the one who deploys gives.
func inTemplate(v graph.Value) bool {
	return (v.Origin == graph.Known || v.Origin == graph.Live) && v.At != nil && (strings.HasPrefix(v.At.Path, "/Resources/") || strings.HasPrefix(v.At.Path, "/Globals/") || strings.HasPrefix(v.At.Path, "/Mappings/") || strings.HasPrefix(v.At.Path, "/Parameters/"))
}

// carriesSecret tells a secret from an empty text, a placeholder or a document of such.
func carriesSecret(text string) bool {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		return inDocument(text)
	}
	return len(text) >= 4 && !stub().MatchString(text)
}

// inDocument tells whether a JSON text, or what is literal of one, names a secret and holds it.
func inDocument(text string) bool {
	for _, m := range jsonValue().FindAllStringSubmatch(text, -1) {
		if (secretName().MatchString(m[1]) || strings.EqualFold(m[1], "key")) && len(m[2]) >= 4 && !stub().MatchString(m[2]) {
			return true
		}
	}
	return false
}

// checkClientSecret looks at what an identity provider of a user pool, of this system or another, is told.
func checkClientSecret(p *Pass, r *graph.Resource) {
	v, what := r.Properties.Get("ProviderDetails", "client_secret"), "client secret"
	if !v.Exists() { // Apple's
		v, what = r.Properties.Get("ProviderDetails", "private_key"), "private key"
	}
	if text, ok := v.Str(); !ok || !inTemplate(v) || !carriesSecret(text) {
		return
	}
	h := Hit{Resource: r, Values: []graph.Value{hidden(v)}, Fix: "Exchange the " + what + " at the provider, store it in Secrets Manager, and name it by a dynamic reference: {{resolve:secretsmanager:NAME:SecretString:KEY}}.",
		CDK: "clientSecretValue (Google) or privateKeyValue (Apple): secret.secretValue; of others clientSecret: secret.secretValue.unsafeUnwrap(), which writes a dynamic reference", Message: fmt.Sprintf("the %s of %s is written in the template", what, plainID(r.ID))}
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
				Fix: inSecretsManager + "; hand over its name or ARN, and have the nested template read it where it is needed.", CDK: "hand over secret.secretArn in parameters of the NestedStack",
				Message: fmt.Sprintf("%s gives its parameter %s a secret that is written in the template", plainID(r.ID), f.Name)})
		}
	}
}

// reportCredentials reports h for each text below root that shows a credential, or is named as one and looks like it.
func reportCredentials(p *Pass, h Hit, root graph.Value, where string) {
	withNames(root, "", func(name string, v graph.Value) {
		if v.Kind != graph.String || !v.Exists() {
			return
		}
		text, whole := v.Str()
		what := secretIn(ownText(v))
		if what == "" && whole && inTemplate(v) && givenAsSecret(name, text) {
			what = "a text that looks like a secret, under the name " + name
		}
		for _, m := range jsonValue().FindAllStringSubmatch(ownText(v), -1) {
			if what == "" && givenAsSecret(m[1], m[2]) {
				what = "a text that looks like a secret, under the name " + m[1]
			}
		}
		if what != "" {
			h.Values, h.Message = []graph.Value{hidden(v)}, fmt.Sprintf("%s holds %s", where, what)
			p.Report(h)
		}
	})
}

// authorization matches the value of a header that carries a token or a user and password itself.
var authorization = lazy.Regexp(`^(Bearer|Basic|Token|ApiKey) [0-9A-Za-z+/=_.~-]{8,}$`)

// givenAsSecret tells a secret from what is looked up in the input of a state: paths, and expressions of JSONata.
func givenAsSecret(name, text string) bool {
	if strings.EqualFold(name, "authorization") {
		return authorization().MatchString(text) && !stub().MatchString(text)
	}
	return !strings.HasSuffix(name, ".$") && !strings.HasPrefix(text, "$") && !strings.HasPrefix(text, "{%") && looksLikeSecret(name, text)
}
