package cfn_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
)

// aliasBomb is the billion laughs: each level refers nine times to the one before.
func aliasBomb() string {
	b := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 12; i++ {
		b += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	return b + "Resources: {}\n"
}

func forEachBomb(levels int) string {
	items := "[" + strings.TrimSuffix(strings.Repeat("a,", 40), ",") + "]"
	body := "{Type: AWS::SQS::Queue}"
	key := ""
	for i := range levels {
		key += fmt.Sprintf("${X%d}", i)
	}
	out := fmt.Sprintf("{'Q%s': %s}", key, body)
	for i := levels - 1; i >= 0; i-- {
		out = fmt.Sprintf("{'Fn::ForEach::L%d': [X%d, %s, %s]}", i, i, strings.ReplaceAll(items, "a", fmt.Sprintf("v%d", i)), out)
	}
	return "Transform: AWS::LanguageExtensions\nResources: " + out
}

func TestLoadAnswersHostileInputWithALocatedErrorInBoundedTime(t *testing.T) {
	broken, err := os.ReadFile("../../.ci/templates/sam/aws-samples__serverless-patterns__apigw-custom-domain-edge__template.yaml")
	require.NoError(t, err)
	cases := []struct{ name, data, message string }{
		{"empty", "", "t.yaml: the file is empty; expected a CloudFormation or SAM template in YAML or JSON: a mapping with a Resources section"},
		{"only comments", "# nothing\n", "t.yaml: the file holds no value, only comments or white space; expected a CloudFormation or SAM template"},
		{"binary", "PK\x03\x04\x00\x00", "t.yaml:1:5: the file is not text: byte 0x00; expected a template saved as UTF-8"},
		{"UTF-16", "\xff\xfeR\x00e\x00", "t.yaml:1:1: the file is not text: byte 0xff; expected a template saved as UTF-8"},
		{"20 MB", strings.Repeat("# comment\n", 2<<20), "t.yaml: the file has 20971520 bytes; expected at most 4194304; CloudFormation itself takes 1,000,000: is it the right file?"},
		{"broken YAML", string(broken), "t.yaml:35:9: mapping values are not allowed in this context; expected valid YAML: at most one"},
		{"broken JSON", "{\"Resources\": {\n\"Q\": {\"Type\": }", "t.yaml:2:15: invalid character '}' looking for beginning of value; expected valid JSON"},
		{"placeholder", "Resources:\n  {%- if x %}\n", "t.yaml:2:"},
		{"a list", "- a\n- b\n", "t.yaml:1:1: the file holds a list, no template; expected"},
		{"a text", "hello", "t.yaml:1:1: the file holds a text, no template; expected"},
		{"another YAML", "apiVersion: v1\nkind: Pod\n", "t.yaml:1:1: the file has no Resources section (it has: apiVersion, kind); expected"},
		{"Resources is a list", "Resources:\n  - a\n", "t.yaml:2:3: Resources is a list; expected a mapping of logical ids to resources"},
		{"two documents", "Resources: {}\n---\nResources: {}\n", "t.yaml:2:1: the file holds more than one YAML document; expected"},
		{"alias bomb", aliasBomb(), "values once aliases are followed; expected a template of usual size, without nested aliases"},
		{"alias in itself", "Resources: &r\n  Q: *r\n", "t.yaml:2:6: "},
		{"deep flow", "Resources: " + strings.Repeat("[", 10_000), "t.yaml:2:1: did not find expected node content"},
		{"deep JSON", `{"Resources":` + strings.Repeat(`{"a":`, 10_000), "t.yaml:1:"},
		{"deep block", "Resources:\n" + deepBlock(300), "the nesting is deeper than 200 levels"},
		{"loops", forEachBomb(6), "the loops (Fn::ForEach) come to more than 1048576 values; expected loops over shorter collections"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := cfn.Load(context.Background(), []cfn.File{{Name: "t.yaml", Data: []byte(c.data)}}, cfn.Options{})
			require.Error(t, err)
			var se *cfn.SyntaxError
			require.ErrorAs(t, err, &se)
			assert.Contains(t, err.Error(), c.message)
		})
	}
}

func deepBlock(levels int) string {
	var b strings.Builder
	for i := 1; i <= levels; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestLoadEndsOnCircles(t *testing.T) {
	text := `
Parameters: {P: {Type: String, Default: !Ref P}}
Conditions:
  A: !Not [!Condition B]
  B: !Condition A
Resources:
  Q: {Type: AWS::SQS::Queue, Condition: A, Properties: {QueueName: !Ref Q, Tags: [!GetAtt Q.Arn]}}
  R: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [A, x, y]}}
Outputs:
  O: {Value: !ImportValue o, Export: {Name: o}}
  N: {Value: x, Export: {Name: !ImportValue n}}
`
	s := load(t, text, cfn.Options{})
	var whys []string
	for _, g := range s.Gaps {
		whys = append(whys, g.Why)
	}
	assert.Contains(t, strings.Join(whys, "\n"), "refers to itself")
	find(t, s.Scenarios[0], "R")
}

func TestLoadBoundsTheCombinationsOfConditions(t *testing.T) {
	var b strings.Builder
	b.WriteString("Parameters:\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  P%d: {Type: String, Default: '', AllowedValues: ['', a, b, c]}\n", i)
	}
	b.WriteString("Conditions:\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  C%d: !Equals [!Ref P%d, a]\n  D%d: !And [!Condition C%d, !Condition C%d]\n", i, i, i, i, (i+1)%30)
	}
	b.WriteString("Resources:\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  Q%d: {Type: AWS::SQS::Queue, Condition: D%d, Properties: {DelaySeconds: !If [C%d, 1, 2]}}\n", i, i, (i+7)%30)
	}
	s := load(t, b.String(), cfn.Options{})
	assert.LessOrEqual(t, len(s.Scenarios), 16)
	require.NotEmpty(t, s.Gaps)
}

func TestLoadStopsWhenTheCallerDoes(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := cfn.Load(ctx, []cfn.File{{Name: "t.yaml", Data: []byte("Resources: {}")}}, cfn.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}
