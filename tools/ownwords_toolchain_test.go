//go:build toolchain

package tools_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	notProse = regexp.MustCompile("(?ms)\\A---.*?^---$|^```.*?^```$|^\\[\\^[^]]+\\]:.*?$|<!--.*?-->|\\[\\^[^]]+\\]|\"[^\"\n]*\"|`[^`\n]*`")
	markup   = regexp.MustCompile(`<[^>]*>`)
	word     = regexp.MustCompile(`[a-z0-9]+`)
)

// TestPagesAreInOurOwnWords compares the pages with the documentation that the pinned tools bring: the API models of
// botocore and the docs of aws-cdk-lib, which hold CloudFormation's too. Facts carry over, sentences must not: no twelve
// words in a row are shared. Error messages and names, which pages quote as they are, stand in quotation marks or code.
func TestPagesAreInOurOwnWords(t *testing.T) {
	const run = 12
	ours := map[string]string{}
	root := filepath.Join("..", "references")
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		text, err := os.ReadFile(path)
		for paragraph := range strings.Lines(notProse.ReplaceAllString(string(text), "\x00")) {
			for _, clause := range strings.Split(paragraph, "\x00") { // what was taken out joins nothing
				eachRun(clause, run, func(words string) { ours[words] = path })
			}
		}
		return err
	}))
	require.Greater(t, len(ours), 50_000)
	sentences := 0
	compare := func(source, text string) {
		sentences++
		eachRun(markup.ReplaceAllString(text, " "), run, func(words string) {
			if page, ok := ours[words]; ok {
				assert.Fail(t, "a page speaks in another's words", "%s has these of %s: %q", page, source, words)
			}
		})
	}
	for _, model := range models(t) {
		documentation(t, model, compare)
	}
	require.Greater(t, sentences, 50_000)
}

// models are the files with documentation in the toolchain: those services that pages speak of.
func models(t *testing.T) []string {
	t.Helper()
	toolchain := filepath.Join("..", ".toolchain")
	out := []string{filepath.Join(toolchain, "node", "node_modules", "aws-cdk-lib", ".jsii.gz")}
	for service := range strings.FieldsSeq("lambda sqs sns events pipes scheduler schemas stepfunctions apigateway apigatewayv2 appsync dynamodb " +
		"dynamodbstreams s3 kinesis firehose kafka cognito-idp cognito-identity iam sts kms secretsmanager ssm wafv2 cloudwatch logs xray application-signals " +
		"synthetics cloudformation codedeploy codepipeline appconfig") {
		found, err := filepath.Glob(filepath.Join(toolchain, "python", "lib", "python3*", "site-packages", "botocore", "data", service, "*", "service-2.json.gz"))
		require.NoError(t, err)
		require.NotEmpty(t, found, service)
		out = append(out, found...)
	}
	return out
}

// documentation hands every text that documents something in a model to show.
func documentation(t *testing.T, file string, show func(source, text string)) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	data, err := io.ReadAll(z)
	require.NoError(t, err)
	var tree any
	require.NoError(t, json.Unmarshal(data, &tree))
	var walk func(node any, name string)
	walk = func(node any, name string) {
		switch n := node.(type) {
		case map[string]any:
			for key, child := range n {
				walk(child, key)
			}
		case []any:
			for _, child := range n {
				walk(child, name)
			}
		case string:
			if name == "documentation" || name == "summary" || name == "remarks" {
				show(filepath.Base(filepath.Dir(filepath.Dir(file))), n)
			}
		}
	}
	walk(tree, "")
}

func eachRun(text string, length int, show func(string)) {
	words := word.FindAllString(strings.ToLower(text), -1)
	for i := 0; i+length <= len(words); i++ {
		show(strings.Join(words[i:i+length], " "))
	}
}
