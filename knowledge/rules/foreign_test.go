package rules_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// sameIntent names our rule for another tool's check, where both look for the same.
var sameIntent = map[string]string{
	"trivy:AWS-0001": "api-without-access-log",
	"trivy:AWS-0064": "stream-not-encrypted",
	"trivy:AWS-0095": "topic-without-kms-key",
	"SNS_TOPICPOLICY_NO_ALLOW_PLUS_NOTPRINCIPAL": "resource-policy-allows-all-but-named",
	"DYNAMODB_TABLE_ENCRYPTED_KMS":               "store-without-own-key",
	"ES2003":                                     "api-stage-without-throttling",
	"ES6000":                                     "queue-without-dlq",
	"WS2002":                                     "api-without-access-log",
	"CKV_AWS_66":                                 "log-group-without-retention",
	"CKV_AWS_363":                                "function-runtime-deprecated",
}

// otherIntent says why a check has no rule of ours beside it.
var otherIntent = map[string]string{
	"cfn-lint:E3021": "a property of the wrong type: the schema's business",
	"cfn-lint:E3030": "a value outside its list: the schema's business",
	"CKV_AWS_115":    "wants reserved concurrency of every function: it takes capacity from all others, so we ask for it only before a database or a schedule",
	"cfn_nag:W68":    "wants a usage plan of every API: throttling of the stage is what protects it",
	"cfn_nag:W88":    "an encryption setting without its type, which CloudFormation refuses",
}

// differing are verdicts on which we do not agree, with the reason.
var differing = map[string]string{
	"CKV_AWS_363 Pass": "nodejs18.x has left support since the other tool's list was made",
	"CKV_AWS_363 Fail": "its author has suppressed the finding in cfn-lint, by the id of the same check there",
}

// Verdicts that other tools' authors wrote on their own test templates are ours too, where the intent is the same.
func TestVerdictsOfOtherToolsAreOurs(t *testing.T) {
	const folder = "../../.ci/templates"
	f, err := os.Open(filepath.Join(folder, "labelled-sample.tsv"))
	require.NoError(t, err)
	defer f.Close()
	read := csv.NewReader(f)
	read.Comma = '\t'
	rows, err := read.ReadAll()
	require.NoError(t, err)
	compared, differ := 0, map[string]bool{}
	for _, row := range rows[1:] {
		file, check, resource, expected := row[0], row[4], row[5], row[6]
		if otherIntent[check] != "" {
			continue
		}
		id := sameIntent[check]
		require.NotEmpty(t, id, "%s: say which rule has the same intent, or why none has", check)
		text, err := os.ReadFile(filepath.Join(folder, file))
		require.NoError(t, err)
		found := false
		for _, finding := range reviewOne(t, string(text), rules.Options{Profile: rules.Strict}).Findings {
			code := rule(t, id).Code
			if finding.Code == code || slices.Contains(finding.Aliases, code) {
				found = found || resource == "*" || finding.Resource.ID == resource
			}
		}
		compared++
		if found != (expected == "fail") {
			differ[check+" "+resource] = true
			require.NotEmpty(t, differing[check+" "+resource], "%s says %s of %s in %s, we do not", check, expected, resource, file)
		}
	}
	require.Equal(t, 20, compared)
	require.Len(t, differ, len(differing), "a difference that is no more: %v", differ)
}
