package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

func allow(action, resource string) graph.Statement {
	return graph.Statement{Effect: "Allow", Actions: []graph.Value{graph.NewString(nil, action)}, Resources: []graph.Value{graph.NewString(nil, resource)}}
}

func TestBoundaryTakesAwayAndNeverGives(t *testing.T) {
	const queue = "arn:aws:sqs:us-east-1:111122223333:orders"
	for _, c := range []struct {
		name     string
		own      []graph.Statement
		boundary *graph.Boundary
		want     policy.Answer
		notes    int
	}{
		{"no boundary", []graph.Statement{allow("sqs:*", "*")}, nil, policy.Yes, 0},
		{"both allow", []graph.Statement{allow("sqs:*", "*")}, &graph.Boundary{Statements: []graph.Statement{allow("*", "*")}}, policy.Yes, 1},
		{"the boundary does not", []graph.Statement{allow("sqs:*", "*")}, &graph.Boundary{Statements: []graph.Statement{allow("s3:*", "*")}}, policy.No, 0},
		{"only the boundary does", []graph.Statement{allow("s3:*", "*")}, &graph.Boundary{Statements: []graph.Statement{allow("*", "*")}}, policy.No, 0},
		{"the boundary is not known", []graph.Statement{allow("sqs:*", "*")}, &graph.Boundary{Unknown: "it is elsewhere"}, policy.Unknown, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := policy.Request{Principal: graph.Principal{Kind: "AWS", Value: graph.NewString(nil, "arn:aws:iam::111122223333:role/x")},
				Action: "sqs:SendMessage", Resource: policy.ARN(queue), Boundary: c.boundary}
			d := policy.Decide(request, c.own)
			require.Equal(t, c.want, d.Answer, d.Why)
			require.Len(t, d.Notes, c.notes)
		})
	}
}

func TestThingsOfAnotherAccountAreNoted(t *testing.T) {
	mine := policy.Request{Principal: graph.Principal{Kind: "AWS", Value: graph.NewString(nil, "arn:aws:iam::111122223333:role/x")}, Action: "sqs:SendMessage"}
	mine.Resource = policy.ARN("arn:aws:sqs:us-east-1:444455556666:orders")
	require.Contains(t, policy.Decide(mine, []graph.Statement{allow("sqs:*", "*")}).Notes[0], "account 444455556666")
	mine.Resource = policy.ARN("arn:aws:sqs:us-east-1:111122223333:orders")
	require.Empty(t, policy.Decide(mine, []graph.Statement{allow("sqs:*", "*")}).Notes)
	mine.Resource = policy.ARN("arn:aws:sqs:us-east-1:${AWS::AccountId}:orders")
	require.Empty(t, policy.Decide(mine, []graph.Statement{allow("sqs:*", "*")}).Notes)
}
