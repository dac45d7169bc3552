package tools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

// PermissionFormats are the forms of Permissions.
var PermissionFormats = []string{"json", "cloudformation", "cdk"}

// Permissions prints the least-privilege policy for reading deployed stacks: an IAM policy document, a managed policy
// for a CloudFormation template, or a statement for CDK (TypeScript).
func Permissions(format string) (string, error) {
	actions := stack.Actions()
	if !slices.Contains(PermissionFormats, format) {
		return "", wrong("choose one of "+strings.Join(PermissionFormats, ", "), "there is no format %q for permissions", format)
	}
	// Listing stacks and exports has no narrower resource than all.
	switch format {
	case "cloudformation":
		return "Resources:\n  ServerlessArchitectRead:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: '2012-10-17'\n" +
			"        Statement:\n          - Effect: Allow\n            Action:\n              - " + strings.Join(actions, "\n              - ") + "\n            Resource: '*'\n", nil
	case "cdk":
		return fmt.Sprintf("new iam.PolicyStatement({\n  actions: [\n    '%s',\n  ],\n  resources: ['*'],\n});\n", strings.Join(actions, "',\n    '")), nil
	}
	type statement struct {
		Effect   string
		Action   []string
		Resource string
	}
	policy := struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{"Allow", actions, "*"}}}
	text, err := json.MarshalIndent(policy, "", "  ")
	return string(text) + "\n", err
}
