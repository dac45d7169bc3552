package stack_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// fake answers with what a test sets.
type fake struct {
	describe  func(*cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error)
	resources func(*cloudformation.ListStackResourcesInput) (*cloudformation.ListStackResourcesOutput, error)
	template  func(*cloudformation.GetTemplateInput) (*cloudformation.GetTemplateOutput, error)
	exports   func(*cloudformation.ListExportsInput) (*cloudformation.ListExportsOutput, error)
}

func (f fake) ListExports(_ context.Context, in *cloudformation.ListExportsInput, _ ...func(*cloudformation.Options)) (*cloudformation.ListExportsOutput, error) {
	return f.exports(in)
}

func (f fake) DescribeStacks(_ context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	return f.describe(in)
}

func (f fake) ListStackResources(_ context.Context, in *cloudformation.ListStackResourcesInput, _ ...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error) {
	return f.resources(in)
}

func (f fake) GetTemplate(_ context.Context, in *cloudformation.GetTemplateInput, _ ...func(*cloudformation.Options)) (*cloudformation.GetTemplateOutput, error) {
	return f.template(in)
}

func orders() fake {
	return fake{
		describe: func(*cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
			return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{{StackName: aws.String("orders"), StackId: aws.String("arn:aws:cloudformation:us-east-1:111122223333:stack/orders/1"),
				StackStatus: types.StackStatusUpdateComplete, CreationTime: aws.Time(time.Unix(0, 0)),
				Parameters: []types.Parameter{{ParameterKey: aws.String("Key"), ParameterValue: aws.String("****")}, {ParameterKey: aws.String("Ami"), ParameterValue: aws.String("/ami"), ResolvedValue: aws.String("ami-1")}}}}}, nil
		},
		resources: func(*cloudformation.ListStackResourcesInput) (*cloudformation.ListStackResourcesOutput, error) {
			return &cloudformation.ListStackResourcesOutput{}, nil
		},
		template: func(*cloudformation.GetTemplateInput) (*cloudformation.GetTemplateOutput, error) {
			return &cloudformation.GetTemplateOutput{TemplateBody: aws.String("Resources: {}")}, nil
		},
	}
}

func refusal(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message}
}

func TestHiddenParametersStayOut(t *testing.T) {
	st, err := (&stack.Reader{CloudFormation: orders()}).Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Equal(t, []string{"Key"}, st.Hidden)
	require.Equal(t, map[string]string{"Ami": "ami-1"}, st.Parameters)
}

func TestARefusedListIsANoteAndNotAnError(t *testing.T) {
	f := orders()
	f.resources = func(*cloudformation.ListStackResourcesInput) (*cloudformation.ListStackResourcesOutput, error) {
		return nil, refusal("AccessDenied", "no")
	}
	st, err := (&stack.Reader{CloudFormation: f}).Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Len(t, st.Gaps, 1)
	require.Contains(t, st.Gaps[0], "AccessDenied")
}

func TestAMissingProcessedTemplateFallsBackToTheOriginal(t *testing.T) {
	f := orders()
	f.template = func(in *cloudformation.GetTemplateInput) (*cloudformation.GetTemplateOutput, error) {
		if in.TemplateStage == types.TemplateStageProcessed {
			return nil, refusal("ValidationError", "Template stage Processed is not available")
		}
		return &cloudformation.GetTemplateOutput{TemplateBody: aws.String("Resources: {}")}, nil
	}
	st, err := (&stack.Reader{CloudFormation: f}).Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Len(t, st.Gaps, 1)
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind stack.Kind
		next string
	}{
		{refusal("AccessDenied", "User is not authorized"), stack.Denied, "allow cloudformation:DescribeStacks"},
		{refusal("Throttling", "Rate exceeded"), stack.Throttled, "minute"},
		{refusal("ExpiredToken", "expired"), stack.Expired, "log in again"},
		{refusal("InvalidClientTokenId", "bad"), stack.NoCredentials, "log in"},
		{refusal("ValidationError", "Stack with id x does not exist"), stack.NotFound, "other stacks"},
		{errors.New("failed to refresh cached credentials, no EC2 IMDS role found"), stack.NoCredentials, "--profile"},
		{errors.New("dial tcp: lookup x: no such host"), stack.Network, "network"},
		{context.DeadlineExceeded, stack.Interrupted, "again"},
	} {
		calls := 0
		f := orders()
		f.describe = func(*cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
			if calls++; calls > 1 { // the search for the nearest names
				return &cloudformation.DescribeStacksOutput{}, nil
			}
			return nil, c.err
		}
		_, err := (&stack.Reader{CloudFormation: f}).Load(context.Background(), "x")
		var e *stack.Error
		require.ErrorAs(t, err, &e, "%v", c.err)
		require.Equal(t, c.kind, e.Kind, "%v", c.err)
		require.Contains(t, e.Next(), c.next)
	}
}

var update = flag.Bool("update", false, "rewrite the list of calls")

func TestOnlyReadingCallsAreReachable(t *testing.T) {
	reading := regexp.MustCompile(`^(Describe|Get|List)[A-Z]`)
	listed := map[reflect.Type]bool{}
	for _, api := range stacktest.APIs() {
		listed[api.Calls] = true
		require.Positive(t, api.Calls.NumMethod())
		for i := range api.Calls.NumMethod() {
			require.Regexp(t, reading, api.Calls.Method(i).Name)
		}
	}
	if calls := strings.Join(stacktest.Calls(), "\n") + "\n"; *update {
		require.NoError(t, os.WriteFile("calls.txt", []byte(calls), 0o644))
	} else {
		written, err := os.ReadFile("calls.txt")
		require.NoError(t, err)
		require.Equal(t, calls, string(written), "run make generate")
	}
	// Whatever client the Reader holds is one of the listed interfaces.
	for _, holder := range []reflect.Type{reflect.TypeFor[stack.Reader](), reflect.TypeFor[stack.Services]()} {
		for i := range holder.NumField() {
			if f := holder.Field(i).Type; f.Kind() == reflect.Interface {
				require.True(t, listed[f], "%s is not among APIs()", f)
			}
		}
	}
	for _, action := range stack.Actions() { // what Cloud Control does in the caller's name
		require.Regexp(t, `^[a-z0-9-]+:(Describe|Get|List)|^apigateway:GET$`, action)
	}
}

func TestTheLastDriftDetectionIsToldWithItsDate(t *testing.T) {
	f := orders()
	describe := f.describe
	f.describe = func(in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
		out, err := describe(in)
		out.Stacks[0].DriftInformation = &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusDrifted, LastCheckTimestamp: aws.Time(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))}
		return out, err
	}
	f.resources = func(*cloudformation.ListStackResourcesInput) (*cloudformation.ListStackResourcesOutput, error) {
		return &cloudformation.ListStackResourcesOutput{StackResourceSummaries: []types.StackResourceSummary{
			{LogicalResourceId: aws.String("Queue"), DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: types.StackResourceDriftStatusModified}},
			{LogicalResourceId: aws.String("Topic"), DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: types.StackResourceDriftStatusInSync}},
		}}, nil
	}
	st, err := (&stack.Reader{CloudFormation: f}).Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Equal(t, []string{"CloudFormation's own drift detection, last run on 2026-11-20, says DRIFTED: Queue MODIFIED"}, st.Notes)
}

// A stack that nests itself, or too many of them, must end.
func TestNestedStacksAreFollowedAndEnd(t *testing.T) {
	f := orders()
	f.resources = func(*cloudformation.ListStackResourcesInput) (*cloudformation.ListStackResourcesOutput, error) {
		return &cloudformation.ListStackResourcesOutput{StackResourceSummaries: []types.StackResourceSummary{
			{LogicalResourceId: aws.String("Child"), ResourceType: aws.String("AWS::CloudFormation::Stack"), PhysicalResourceId: aws.String("arn:aws:cloudformation:us-east-1:111122223333:stack/orders/1")}}}, nil
	}
	st, err := (&stack.Reader{CloudFormation: f}).Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Len(t, st.All(), 9)
	require.Contains(t, st.All()[8].Gaps[0], "not followed")

	calls := 0
	describe := f.describe
	f.describe = func(in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
		if calls++; calls > 1 {
			return nil, refusal("AccessDenied", "no")
		}
		return describe(in)
	}
	st, err = (&stack.Reader{CloudFormation: f}).Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Empty(t, st.Nested)
	require.Contains(t, st.Gaps[0], "nested stack Child was not read")
}
