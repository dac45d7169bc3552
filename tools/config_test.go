package tools_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

func configured(t *testing.T, text string) (tools.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "review.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	w := tools.Workbench{Reach: tools.Reach{Any: true}}
	return w.ReadConfig(path)
}

func TestConfigIsReadWhole(t *testing.T) {
	c, err := configured(t, `stage: dev
rules: advisory
fail-on: medium
skip: [SQS006, queue-without-dlq]
ignore:
  - {rule: API001, resource: Shop, reason: a web shop, until: "2027-01-31"}
  - {rule: LAM003, reason: moved in spring}
parameters: {Stage: dev}
`)
	require.NoError(t, err)
	require.Equal(t, tools.Config{Stage: "dev", Rules: "advisory", FailOn: "medium", Skip: []string{"SQS006", "queue-without-dlq"},
		Ignore:     []rules.Ignore{{Rule: "API001", Resource: "Shop", Reason: "a web shop", Until: "2027-01-31"}, {Rule: "LAM003", Reason: "moved in spring"}},
		Parameters: map[string]string{"Stage": "dev"}}, c)
	c, err = configured(t, "")
	require.NoError(t, err)
	require.Equal(t, tools.Config{}, c)
}

func TestConfigRefusesWhatWouldGoUnnoticed(t *testing.T) {
	for text, why := range map[string]string{
		"ignores: []":                                      "ignores",
		"skip: [SQS999]":                                   `there is no rule "SQS999"`,
		"ignore: [{rule: SQS001}]":                         "a reason is missing",
		"ignore: [{rule: SQ1, reason: x}]":                 `there is no rule "SQ1"`,
		"ignore: [{rule: SQS001, reason: x, until: soon}]": "not a date",
		"rules: all":                                       `no rule profile "all"`,
		"fail-on: sometimes":                               "no severity",
		"a: [":                                             "reading the configuration",
	} {
		_, err := configured(t, text)
		require.ErrorContains(t, err, why, text)
		require.Equal(t, tools.InputWrong, tools.ClassOf(err), text)
	}
}

// The stage that a call's parameter names lowers all but security findings; a template's default does not.
func TestStageComesFromWhatIsGiven(t *testing.T) {
	const template = `Parameters: {Environment: {Type: String, Default: dev}}
Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: stage, Value: !Ref Environment}]}}
  Outbox: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Orders], PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*"}]}}}
`
	severities := func(w *tools.Workbench, parameters map[string]string) map[string]rules.Severity {
		r, err := w.ReviewTemplate(context.Background(), tools.ReviewInput{Source: tools.Source{Template: template, Parameters: parameters}})
		require.NoError(t, err)
		out := map[string]rules.Severity{}
		for _, f := range r.Findings {
			out[f.Code] = f.Severity
		}
		return out
	}
	whole := severities(&tools.Workbench{}, nil)
	require.Equal(t, rules.Medium, whole["SQS001"])
	require.Equal(t, rules.Critical, whole["SQS005"])
	for _, less := range []map[string]rules.Severity{
		severities(&tools.Workbench{}, map[string]string{"Environment": "dev"}),
		severities(&tools.Workbench{Config: tools.Config{Stage: "sandbox"}}, nil),
	} {
		require.Equal(t, rules.Low, less["SQS001"])
		require.Equal(t, rules.Critical, less["SQS005"])
	}
	require.Equal(t, rules.Medium, severities(&tools.Workbench{Config: tools.Config{Stage: "prod"}}, map[string]string{"Environment": "dev"})["SQS001"])
}
