//go:build toolchain

package stack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

const queueTemplate = `
Parameters:
  Stage: {Type: String, Default: dev}
  Secret: {Type: String, NoEcho: true}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub 'orders-${Stage}', VisibilityTimeout: 45}
`

func TestLoadReadsARealStack(t *testing.T) {
	e := stacktest.Start(t)
	client := e.Client(e.Account())
	stacktest.Deploy(t, client, "orders", queueTemplate, map[string]string{"Stage": "prod", "Secret": "hunter2hunter2"})
	r := &stack.Reader{CloudFormation: client, Region: stacktest.Region}

	st, err := r.Load(context.Background(), "orders")
	require.NoError(t, err)
	require.Equal(t, "orders", st.Name)
	require.Equal(t, "CREATE_COMPLETE", st.Status)
	require.Equal(t, "prod", st.Parameters["Stage"])
	require.NotContains(t, fmt.Sprint(st.Parameters), "hunter2")
	require.Contains(t, st.Physical["Queue"], "orders-prod")
	require.Contains(t, string(st.Template), "VisibilityTimeout")

	_, err = r.Load(context.Background(), "order")
	require.Equal(t, stack.NotFound, stack.KindOf(err))
	var e2 *stack.Error
	require.ErrorAs(t, err, &e2)
	require.Equal(t, []string{"orders"}, e2.Nearest)
}

func TestLoadFollowsPages(t *testing.T) {
	e := stacktest.Start(t)
	client := e.Client(e.Account())
	var b strings.Builder
	b.WriteString("Resources:\n")
	for i := range 230 {
		fmt.Fprintf(&b, "  T%d: {Type: AWS::SNS::Topic}\n", i)
	}
	stacktest.Deploy(t, client, "many", b.String(), nil)
	st, err := (&stack.Reader{CloudFormation: client, Region: stacktest.Region}).Load(context.Background(), "many")
	require.NoError(t, err)
	require.Len(t, st.Physical, 230)
	require.Empty(t, st.Gaps)
}
