//go:build toolchain

package cdk_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// olderLibrary lists where the template of Go's library, 2.220.0, differs from that of 2.276.0 because the library
// changed in between. Each entry takes the newer resource back to what the older library makes, and tells whether it
// had anything to change.
var olderLibrary = map[string]func(typ string, properties map[string]any) bool{
	// The role of a state machine: the newer library lets Step Functions take it on behalf of this account's state
	// machines only.
	"trust in state machines of the account only": func(typ string, properties map[string]any) (changed bool) {
		document, _ := properties["AssumeRolePolicyDocument"].(map[string]any)
		statements, _ := document["Statement"].([]any)
		for _, s := range statements {
			statement := s.(map[string]any)
			if typ == "AWS::IAM::Role" && reflect.DeepEqual(statement["Principal"], map[string]any{"Service": "states.amazonaws.com"}) && statement["Condition"] != nil {
				delete(statement, "Condition")
				changed = true
			}
		}
		return changed
	},
	// The access log of a REST API's stage: the newer library writes the log group's ARN without the :* at the end.
	"the ARN of an access log's group": func(typ string, properties map[string]any) bool {
		setting, _ := properties["AccessLogSetting"].(map[string]any)
		arn, _ := setting["DestinationArn"].(map[string]any)
		join, _ := arn["Fn::Join"].([]any)
		if typ != "AWS::ApiGateway::Stage" || len(join) != 2 {
			return false
		}
		parts := join[1].([]any)
		group := parts[len(parts)-1].(map[string]any)["Ref"]
		setting["DestinationArn"] = map[string]any{"Fn::GetAtt": []any{group, "Arn"}}
		return true
	},
}

var (
	inputTemplate = regexp.MustCompile(`("InputTemplate":\s*)("(?:[^"\\]|\\.)*")`)
	placeholder   = regexp.MustCompile(`<[^<>]+>`)
)

// deploymentID is the logical id of a REST API's deployment: it ends in a hash over the API's methods, spelt in the order
// in which the language hands their properties over. Go's and Java's mappings are sorted.
var deploymentID = regexp.MustCompile(`(Deployment[0-9A-F]{8})[0-9a-f]{32}`)

func sameDeployments(template []byte) []byte { return deploymentID.ReplaceAll(template, []byte("$1")) }

// sameOrder sorts the members of the objects that rules make of events: Go and Java hand their mappings over
// sorted, so that the same object has another text.
func sameOrder(template []byte) []byte {
	return inputTemplate.ReplaceAllFunc(template, func(found []byte) []byte {
		parts := inputTemplate.FindSubmatch(found)
		var text string
		var object map[string]any
		if json.Unmarshal(parts[2], &text) != nil || json.Unmarshal([]byte(placeholder.ReplaceAllString(text, `"$0"`)), &object) != nil {
			return found // a text, not an object
		}
		sorted, err := json.Marshal(object)
		if err != nil {
			return found
		}
		quoted, err := json.Marshal(string(sorted))
		if err != nil {
			return found
		}
		return append(append([]byte{}, parts[1]...), quoted...)
	})
}

// asOlderLibrary rewrites a template as Go's library makes it, and notes which of the differences it met.
func asOlderLibrary(t *testing.T, text []byte, met map[string]bool) []byte {
	var template map[string]any
	require.NoError(t, json.Unmarshal(text, &template))
	for _, r := range template["Resources"].(map[string]any) {
		resource := r.(map[string]any)
		properties, _ := resource["Properties"].(map[string]any)
		for name, change := range olderLibrary {
			if change(resource["Type"].(string), properties) {
				met[name] = true
			}
		}
	}
	out, err := json.Marshal(template)
	require.NoError(t, err)
	return out
}
