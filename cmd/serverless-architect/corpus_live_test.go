//go:build toolchain

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// A local path of a SAM template is what sam package uploads; all become one object here.
var (
	localCode       = regexp.MustCompile(`(?m)^(\s*"?(?:CodeUri|ContentUri)"?\s*:\s*)"?'?[^\s{"'][^\n{]*?"?'?(,?)\s*$`)
	localDefinition = regexp.MustCompile(`(?m)^(\s*"?DefinitionUri"?\s*:\s*)"?'?[^\s{"'][^\n{]*?"?'?(,?)\s*$`)
)

func packaged(template string) string {
	template = localCode.ReplaceAllString(template, `${1}"s3://code/app.zip"$2`)
	return localDefinition.ReplaceAllString(template, `${1}"s3://code/definition.json"$2`)
}

// given makes up values for the parameters that have no default.
func given(t *testing.T, template string) map[string]string {
	t.Helper()
	out := map[string]string{}
	sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "t", Data: []byte(template)}}, cfn.Options{})
	if err != nil {
		return out
	}
	for _, p := range sys.Parameters {
		switch {
		case p.Default.Exists():
		case strings.Contains(p.Type, "Number"):
			out[p.Name] = "1"
		case strings.Contains(strings.ToLower(p.Name), "email"):
			out[p.Name] = "a@example.com"
		case strings.Contains(strings.ToLower(p.Name), "bucket"):
			out[p.Name] = "code"
		default:
			out[p.Name] = "test"
		}
	}
	return out
}

// The live review of a stack must find what the review of its processed template finds: no more, no less, but for what
// only a deployed stack has (LIV rules, of which none may say that a setting differs).
func TestLiveFindingsOfRealTemplatesAreThoseOfTheTemplates(t *testing.T) {
	e := stacktest.Start(t)
	paths, err := filepath.Glob(filepath.Join(root(t), ".ci", "templates", "[cs]*", "*")) // sam, cfn, cdk
	require.NoError(t, err)
	t.Setenv("AWS_ENDPOINT_URL", e.URL)
	t.Setenv("AWS_REGION", stacktest.Region)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	uploads := stacktest.Caller{URL: e.Direct, Key: "999999999999", Secret: "test"} // buckets are all accounts' on the emulator
	require.NoError(t, uploads.Put("/code", ""))
	require.NoError(t, uploads.Put("/code/app.zip", stacktest.Zip(t, "index.js", "exports.handler = async () => 1")))
	require.NoError(t, uploads.Put("/code/definition.json", `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}`))
	deployed, resources := 0, 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if filepath.Ext(path) == ".md" || !strings.Contains(string(text), "Resources") {
			continue
		}
		account := e.Account()
		credentials, err := account.Retrieve(t.Context())
		require.NoError(t, err)
		template := packaged(string(text))
		parameters := given(t, template)
		if !stacktest.TryDeployWith(t, e.Client(account), "reviewed", template, parameters) {
			continue // a type that the emulator lacks, or something that stands elsewhere
		}
		deployed++
		processed, err := e.Client(account).GetTemplate(t.Context(), &cloudformation.GetTemplateInput{StackName: aws.String("reviewed"), TemplateStage: types.TemplateStageProcessed})
		require.NoError(t, err)
		described, err := e.Client(account).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("reviewed")})
		require.NoError(t, err)
		for _, p := range described.Stacks[0].Parameters { // the defaults, too: they decide the conditions
			parameters[*p.ParameterKey] = aws.ToString(p.ParameterValue)
			if p.ResolvedValue != nil {
				parameters[*p.ParameterKey] = *p.ResolvedValue
			}
		}
		t.Setenv("AWS_ACCESS_KEY_ID", credentials.AccessKeyID)
		w := &tools.Workbench{Today: today()}
		fromFile, err := w.ReviewTemplate(t.Context(), tools.ReviewInput{Source: tools.Source{Template: *processed.TemplateBody, Parameters: parameters}, Rules: "advisory"})
		require.NoError(t, err, path)
		fromStack, err := w.ReviewStackFully(t.Context(), tools.StackInput{Stack: "reviewed", Rules: "advisory"})
		require.NoError(t, err, path)
		resources += fromStack.Summary.Resources
		assert.Equal(t, signs(fromFile.Report), signs(fromStack.Report), filepath.Base(path))
		for _, f := range fromStack.Findings {
			assert.NotEqual(t, "deployed-setting-differs", f.Rule, "%s: %s", filepath.Base(path), f.Message)
		}
	}
	t.Logf("%d of %d templates could be created and compared, %d resources", deployed, len(paths), resources)
	require.GreaterOrEqual(t, deployed, 40)
}

// signs lists a report's findings in a form that does not depend on where they were read.
func signs(r rules.Report) []string {
	out := []string{}
	for _, f := range r.Findings {
		if !strings.HasPrefix(f.Code, "LIV") {
			out = append(out, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Resource.ID))
		}
	}
	sort.Strings(out)
	return out
}
