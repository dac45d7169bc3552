package cfn_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// sample lists the templates of .ci/templates.
func sample(t testing.TB) []string {
	var all []string
	for _, dir := range []string{"sam", "cfn", "cdk"} {
		files, err := filepath.Glob(filepath.Join("..", "..", ".ci", "templates", dir, "*"))
		require.NoError(t, err)
		all = append(all, files...)
	}
	return all
}

func load(t testing.TB, text string, o cfn.Options) *cfn.System {
	t.Helper()
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "template.yaml", Data: []byte(text)}}, o)
	require.NoError(t, err)
	return s
}

// find returns a resource of a scenario by its id.
func find(t testing.TB, s graph.Scenario, id string) *graph.Resource {
	t.Helper()
	for _, r := range s.Resources {
		if r.ID == id {
			return r
		}
	}
	require.Fail(t, "no resource "+id)
	return nil
}

func TestLoadReadsTheWholeSampleAndLocatesTheTwoThatDoNotParse(t *testing.T) {
	files := sample(t)
	require.Len(t, files, 180)
	var failed []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		name := filepath.Base(f)
		s, err := cfn.Load(context.Background(), []cfn.File{{Name: name, Data: data}}, cfn.Options{})
		if err != nil {
			var se *cfn.SyntaxError
			require.ErrorAs(t, err, &se)
			assert.NotEmpty(t, se.Want)
			failed = append(failed, strings.TrimPrefix(err.Error()[:strings.Index(err.Error(), ": ")], name))
			continue
		}
		require.NotEmpty(t, s.Scenarios, name)
		for _, sc := range s.Scenarios {
			for _, r := range sc.Resources {
				require.NotZero(t, r.At.Line, "%s %s", name, r.ID)
				require.Equal(t, name, r.At.File)
			}
		}
	}
	assert.Equal(t, []string{":35:9", ":21:8"}, failed)
}

func TestLoadResolvesFunctionsInShortAndLongForm(t *testing.T) {
	for _, text := range []string{`
Parameters: {Stage: {Type: String, Default: dev}}
Mappings: {M: {dev: {days: 7}, prod: {days: 30}}}
Resources:
  Q: {Type: AWS::SQS::Queue}
  R:
    Type: AWS::X::Y
    Properties:
      Ref: !Ref Q
      Att: !GetAtt Q.Arn
      AttList: !GetAtt [Q, Arn]
      Sub: !Sub "${Stage}-${Q.Arn}-${AWS::Region}-${!Keep}-${x}"
      SubVars: !Sub ["${v}/${Q}", {v: !Ref Stage}]
      Join: !Join [":", [a, !Ref Stage, !Ref Q]]
      Select: !Select [1, !Split ["-", !Sub "a-${Stage}-c"]]
      Map: !FindInMap [M, !Ref Stage, days]
      MapDefault: !FindInMap [M, none, days, {DefaultValue: 1}]
      Nothing: !Ref AWS::NoValue
      Base64: !Base64 hi
      Length: !Length [a, b]
      Json: !ToJsonString {a: 1, b: !Ref Q, c: "x\"y"}
  x: {Type: AWS::SQS::Queue}
`, `{"Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
"Mappings": {"M": {"dev": {"days": 7}, "prod": {"days": 30}}},
"Resources": {"Q": {"Type": "AWS::SQS::Queue"}, "x": {"Type": "AWS::SQS::Queue"},
	"R": {"Type": "AWS::X::Y", "Properties": {
		"Ref": {"Ref": "Q"}, "Att": {"Fn::GetAtt": "Q.Arn"}, "AttList": {"Fn::GetAtt": ["Q", "Arn"]},
		"Sub": {"Fn::Sub": "${Stage}-${Q.Arn}-${AWS::Region}-${!Keep}-${x}"},
		"SubVars": {"Fn::Sub": ["${v}/${Q}", {"v": {"Ref": "Stage"}}]},
		"Join": {"Fn::Join": [":", ["a", {"Ref": "Stage"}, {"Ref": "Q"}]]},
		"Select": {"Fn::Select": ["1", {"Fn::Split": ["-", {"Fn::Sub": "a-${Stage}-c"}]}]},
		"Map": {"Fn::FindInMap": ["M", {"Ref": "Stage"}, "days"]},
		"MapDefault": {"Fn::FindInMap": ["M", "none", "days", {"DefaultValue": 1}]},
		"Nothing": {"Ref": "AWS::NoValue"}, "Base64": {"Fn::Base64": "hi"}, "Length": {"Fn::Length": ["a", "b"]},
		"Json": {"Fn::ToJsonString": {"a": 1, "b": {"Ref": "Q"}, "c": "x\"y"}}}}}}`} {
		s := load(t, text, cfn.Options{})
		assert.Empty(t, s.Gaps)
		got := find(t, s.Scenarios[0], "R").Properties.Plain()
		assert.Equal(t, map[string]any{"Ref": "${Q}", "Att": "${Q.Arn}", "AttList": "${Q.Arn}",
			"Sub": "dev-${Q.Arn}-${AWS::Region}-${Keep}-${x}", "SubVars": "dev/${Q}", "Join": "a:dev:${Q}", "Select": "dev",
			"Map": 7, "MapDefault": 1, "Base64": "aGk=", "Length": 2, "Json": `{"a":1,"b":"${Q}","c":"x\"y"}`}, got)
	}
}
