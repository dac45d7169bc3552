package cfn_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// FuzzLoad: whatever the bytes are, Load ends, does not panic, and gives scenarios or a SyntaxError; every resource
// has its place and every reference can be spelled.
func FuzzLoad(f *testing.F) {
	small, err := filepath.Glob("../../.ci/templates/*/aws__serverless-application-model*")
	require.NoError(f, err)
	for _, name := range small {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	for _, s := range []string{nestedParent, nestedChild, forEachBomb(2), "Resources: &r\n  Q: *r\n",
		`{"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"E": {"Type": "Api"}, "S": {"Type": "SNS"}}}}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		s, err := cfn.Load(context.Background(), []cfn.File{{Name: "f.yaml", Data: data}}, cfn.Options{})
		if err != nil {
			var se *cfn.SyntaxError
			if !errors.As(err, &se) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, sc := range s.Scenarios {
			for _, r := range sc.Resources {
				if r.At == nil || r.ID == "" || r.Type == "" {
					t.Fatalf("resource without place, id or type: %+v", r)
				}
				r.Properties.Walk(func(v graph.Value) { _ = v.String() })
			}
		}
	})
}

// FuzzSub puts any text into the functions that read texts of their own.
func FuzzSub(f *testing.F) {
	for _, s := range []string{"${Q.Arn}-${AWS::Region}-${!x}", "${", "${}", "{{resolve:ssm:/a}}b{{resolve:", "${Q", "a|b|c", "${Q.}", "${.x}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := graph.NewString(nil, text)
		for _, fn := range []string{"Fn::Sub", "Ref", "Fn::GetAtt", "Fn::Base64"} {
			template := `{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}, "R": {"Type": "AWS::X::Y", "Properties": {"A": {"` + fn + `": ` + jsonText(quoted.String()) + `},
				"B": {"Fn::Select": ["0", {"Fn::Split": ["|", {"Fn::Sub": ` + jsonText(text) + `}]}]}}}}}`
			s, err := cfn.Load(context.Background(), []cfn.File{{Name: "f.json", Data: []byte(template)}}, cfn.Options{})
			if err != nil {
				continue // texts that YAML cannot hold
			}
			for _, r := range s.Scenarios[0].Resources {
				_ = r.Properties.String()
			}
		}
	})
}

func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
