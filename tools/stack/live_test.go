package stack_test

import (
	"context"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

// resources answers GetResource from a map: TYPE IDENTIFIER → properties.
type resources struct {
	of    map[string]string
	fail  func(typ string) error
	mu    sync.Mutex
	calls []string
}

func (r *resources) GetResource(_ context.Context, in *cloudcontrol.GetResourceInput, _ ...func(*cloudcontrol.Options)) (*cloudcontrol.GetResourceOutput, error) {
	r.mu.Lock()
	r.calls = append(r.calls, *in.TypeName+" "+*in.Identifier)
	r.mu.Unlock()
	if r.fail != nil {
		if err := r.fail(*in.TypeName); err != nil {
			return nil, err
		}
	}
	text, ok := r.of[*in.TypeName+" "+*in.Identifier]
	if !ok {
		return nil, refusal("ResourceNotFoundException", "no such resource")
	}
	return &cloudcontrol.GetResourceOutput{ResourceDescription: &types.ResourceDescription{Properties: aws.String(text)}}, nil
}

// overlay reads a template and lays live settings over it. physical ids are the logical ones unless given.
func overlay(t *testing.T, template string, cc *resources, physical map[string]string) (map[string]*graph.Resource, []graph.Gap) {
	t.Helper()
	sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "stack:orders", Data: []byte(template)}}, cfn.Options{})
	require.NoError(t, err)
	st := &stack.Stack{Name: "orders", ID: "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1", Region: "eu-west-1", Physical: map[string]string{}, Hidden: []string{"Key"}}
	out := map[string]*graph.Resource{}
	for _, r := range sys.Scenarios[0].Resources {
		st.Physical[r.LogicalID] = r.LogicalID
		if id := physical[r.LogicalID]; id != "" {
			st.Physical[r.LogicalID] = id
		}
		out[r.LogicalID] = r
	}
	gaps := (&stack.Reader{CloudControl: cc}).Overlay(context.Background(), st, sys.Scenarios)
	return out, gaps
}

func drift(r *graph.Resource) []string {
	out := []string{}
	for _, c := range r.Drift {
		out = append(out, c.Setting+": "+c.Template.String()+" → "+c.Live.String())
	}
	sort.Strings(out)
	return out
}

func TestLiveSettingsAreComparedWithTheTemplate(t *testing.T) {
	const dlq = `"RedrivePolicy":{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:Dlq","maxReceiveCount":5}`
	for name, c := range map[string]struct {
		template, live string // of Thing
		want           []string
	}{
		"equal":                          {`{Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: "30"}}`, `{"VisibilityTimeout":30,"Arn":"x"}`, nil},
		"another value":                  {`{Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 30}}`, `{"VisibilityTimeout":899}`, []string{"VisibilityTimeout: 30 → 899"}},
		"a default is no change":         {`{Type: AWS::SQS::Queue}`, `{"VisibilityTimeout":30,"SqsManagedSseEnabled":true,"DelaySeconds":0}`, nil},
		"off the default":                {`{Type: AWS::SQS::Queue}`, `{"VisibilityTimeout":31,"SqsManagedSseEnabled":false}`, []string{"SqsManagedSseEnabled: (absent) → false", "VisibilityTimeout: (absent) → 31"}},
		"back to the default":            {`{Type: AWS::SQS::Queue, Properties: {DelaySeconds: 9}}`, `{"DelaySeconds":0}`, []string{"DelaySeconds: 9 → 0"}},
		"dead-letter queue by reference": {`{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 5}}}`, `{` + dlq + `}`, nil},
		"dead-letter queue taken away":   {`{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 5}}}`, `{}`, []string{"RedrivePolicy: {deadLetterTargetArn: ${Dlq.Arn}, maxReceiveCount: 5} → (absent)"}},
		"dead-letter queue added":        {`{Type: AWS::SQS::Queue}`, `{` + dlq + `}`, []string{"RedrivePolicy: (absent) → {deadLetterTargetArn: ${Dlq.Arn}, maxReceiveCount: 5}"}},
		"part of a setting":              {`{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 1}}}`, `{` + dlq + `}`, []string{"RedrivePolicy/maxReceiveCount: 1 → 5"}},
		"another dead-letter queue":      {`{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 5}}}`, `{"RedrivePolicy":{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:other","maxReceiveCount":5}}`, []string{"RedrivePolicy/deadLetterTargetArn: ${Dlq.Arn} → arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:other"}},
		"what is not reviewed":           {`{Type: AWS::SQS::Queue, Properties: {Tags: [{Key: a, Value: b}]}}`, `{"Tags":[]}`, nil},
		"targets by id": {`{Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: [{Id: q, Arn: !GetAtt Dlq.Arn}]}}`,
			`{"EventPattern":"{\"source\":[\"a\"]}","State":"ENABLED","EventBusName":"default","Targets":[{"Arn":"arn:aws:sqs:eu-west-1:111122223333:Dlq","Id":"q"},{"Id":"new","Arn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}]}`,
			[]string{"Targets/new: (absent) → {Arn: arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:f, Id: new}"}},
		"a target's failure queue": {`{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: q, Arn: !GetAtt Dlq.Arn, DeadLetterConfig: {Arn: !GetAtt Dlq.Arn}}]}}`,
			`{"ScheduleExpression":"rate(1 hour)","Targets":[{"Arn":"arn:aws:sqs:eu-west-1:111122223333:Dlq","Id":"q"}]}`, []string{"Targets/q/DeadLetterConfig: {Arn: ${Dlq.Arn}} → (absent)"}},
		"order of a list":         {`{Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: f, FilterCriteria: {Filters: [{Pattern: '{"a":[1]}'}, {Pattern: '{"b":[1]}'}]}}}`, `{"FilterCriteria":{"Filters":[{"Pattern":"{\"b\":[1]}"},{"Pattern":"{ \"a\": [1] }"}]}}`, nil},
		"stopped":                 {`{Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: f}}`, `{"Enabled":false}`, []string{"Enabled: (absent) → false"}},
		"an inline policy beside": {`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}}}]}}`, `{"Policies":[{"PolicyName":"beside","PolicyDocument":{}},{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}}]}`, nil},
		"a wider policy":          {`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}}}]}}`, `{"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":"*"}]}}]}`, []string{"Policies/p/PolicyDocument: {Statement: {Effect: Allow, Action: sqs:*, Resource: *}} → {Statement: [{Action: [*], Effect: Allow, Resource: *}]}"}},
		"a policy by hand":        {`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}`, `{"ManagedPolicyArns":["arn:aws:iam::aws:policy/AdministratorAccess"]}`, []string{"ManagedPolicyArns: (absent) → [arn:aws:iam::aws:policy/AdministratorAccess]"}},
		"scaling is no drift":     {`{Type: AWS::Lambda::Alias, Properties: {FunctionName: f, FunctionVersion: 1, Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}}}`, `{"ProvisionedConcurrencyConfig":{"ProvisionedConcurrentExecutions":7}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			template := "Resources:\n  Dlq: {Type: AWS::SQS::Queue}\n  Beside: {Type: AWS::IAM::Policy, Properties: {PolicyName: beside}}\n  Thing: " + c.template + "\n"
			typ := strings.TrimPrefix(strings.SplitN(c.template, ",", 2)[0], "{Type: ")
			id := "Thing"
			if strings.HasPrefix(typ, "AWS::Events::Rule") {
				id = "arn:aws:events:eu-west-1:111122223333:rule/Thing"
			}
			cc := &resources{of: map[string]string{"AWS::SQS::Queue Dlq": "{}", strings.TrimSuffix(typ, "}") + " " + id: c.live}}
			got, gaps := overlay(t, template, cc, nil)
			require.Empty(t, gaps)
			if c.want == nil {
				c.want = []string{}
			}
			require.Equal(t, c.want, drift(got["Thing"]))
		})
	}
}

func TestWhatIsDeployedIsWhatRulesSee(t *testing.T) {
	cc := &resources{of: map[string]string{
		"AWS::SQS::Queue https://sqs.eu-west-1.amazonaws.com/111122223333/jobs": `{"VisibilityTimeout":899,"RedrivePolicy":{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead","maxReceiveCount":1}}`,
		"AWS::SQS::Queue https://sqs.eu-west-1.amazonaws.com/111122223333/dead": `{}`}}
	got, _ := overlay(t, "Resources:\n  Dlq: {Type: AWS::SQS::Queue}\n  Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 30}}\n", cc,
		map[string]string{"Jobs": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", "Dlq": "https://sqs.eu-west-1.amazonaws.com/111122223333/dead"})
	v := got["Jobs"].Properties.Get("VisibilityTimeout")
	n, _ := v.Int()
	assert.Equal(t, 899, n)
	assert.Equal(t, graph.Live, v.Origin)
	assert.Equal(t, 3, v.At.Line, "the place stays the template's")
	ref, ok := got["Jobs"].Properties.Get("RedrivePolicy", "deadLetterTargetArn").Ref()
	assert.True(t, ok, "an ARN of the stack's own queue is a reference again")
	assert.Equal(t, graph.Ref{Resource: "Dlq", Attribute: "Arn"}, ref)
}

func TestSecretsStayOutOfWhatIsCompared(t *testing.T) {
	const template = `
Parameters: {Key: {Type: String, NoEcho: true}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {Environment: {Variables: {OPEN: a, TOKEN: !Ref Key, GONE: x}}}
`
	cc := &resources{of: map[string]string{"AWS::Lambda::Function F": `{"Environment":{"Variables":{"OPEN":"hunter2","TOKEN":"hunter2","NEW":"hunter2"}}}`}}
	got, _ := overlay(t, template, cc, nil)
	assert.Equal(t, []string{"Environment/Variables/GONE: (set) → (absent)", "Environment/Variables/NEW: (absent) → (set)", "Environment/Variables/OPEN: (another value) → (not shown)"}, drift(got["F"]))
	assert.NotContains(t, got["F"].Properties.String(), "hunter2")
}

func TestRefusalsOfLiveSettingsAreSaidOnceAndTheTemplateIsTaken(t *testing.T) {
	const template = "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 5}}\n  B: {Type: AWS::SQS::Queue}\n  F: {Type: AWS::Lambda::Function}\n"
	for _, c := range []struct {
		err  error
		want string
	}{
		{refusal("UnsupportedActionException", "no"), "Cloud Control does not support AWS::SQS::Queue"},
		{refusal("AccessDeniedException", "User: x is not authorized to perform: cloudformation:GetResource on resource: y"), "access denied to cloudformation:GetResource"},
		{refusal("GeneralServiceException", "AccessDenied. User x is not authorized to perform: sqs:GetQueueAttributes on resource y"), "access denied to sqs:GetQueueAttributes"},
		{refusal("ResourceNotFoundException", "gone"), "deleted"},
		{refusal("ThrottlingException", "Rate exceeded"), "throttled"},
		{context.DeadlineExceeded, "in time"},
	} {
		cc := &resources{of: map[string]string{"AWS::Lambda::Function F": "{}"}, fail: func(typ string) error {
			if typ == "AWS::SQS::Queue" {
				return c.err
			}
			return nil
		}}
		got, gaps := overlay(t, template, cc, nil)
		require.NotEmpty(t, gaps, "%v", c.err)
		require.Contains(t, gaps[0].Why, c.want)
		n, _ := got["A"].Properties.Get("VisibilityTimeout").Int()
		require.Equal(t, 5, n)
		require.Equal(t, graph.Known, got["A"].Properties.Get("VisibilityTimeout").Origin)
	}
}
