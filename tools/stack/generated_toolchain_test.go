//go:build toolchain

package stack_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// beyondEmulator are the types of generated templates that the emulator (ministack 1.5.33) does not know. It refuses a
// template with one of them whole, so they are taken out: nothing else refers to them.
var beyondEmulator = []string{
	"AWS::AppSync::Api", "AWS::AppSync::ChannelNamespace", "AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::EventSchemas::Registry",
	"AWS::EventSchemas::Schema", "AWS::Events::Archive", "AWS::Events::EventBusPolicy", "AWS::Lambda::CapacityProvider", "AWS::WAFv2::WebACLAssociation",
}

// notDeployed are the templates that cannot be without what the emulator lacks.
var notDeployed = map[string]string{
	"canary-released-function-sam":                "SAM makes AWS::CodeDeploy::Application of the function's DeploymentPreference",
	"custom-event-bus-subscribers-cloudformation": "the bus is an AWS::EventsV2::EventBus",
	"custom-event-bus-subscribers-sam":            "the bus is an AWS::EventsV2::EventBus",
}

var (
	localCode = regexp.MustCompile(`(?m)^( +)(?:Code: dist/\S+|CodeUri: '\.')$`)
	resource  = regexp.MustCompile(`(?m)^  \w+:\n    Type: (\S+)\n(?:    .*\n|\n)*`)
)

// deployable is a generated template as the emulator can take it: with code in it, and without what it lacks.
func deployable(text, language string) string {
	code := map[string]string{"cloudformation": "Code: {ZipFile: 'exports.handler = async () => {}'}", "sam": "CodeUri: s3://code/code.zip"}
	text = localCode.ReplaceAllString(text, "${1}"+code[language])
	return resource.ReplaceAllStringFunc(text, func(s string) string {
		if slices.Contains(beyondEmulator, resource.FindStringSubmatch(s)[1]) {
			return ""
		}
		return s
	})
}

// Generated templates become stacks: every pattern's, in CloudFormation and in SAM.
func TestGeneratedTemplatesDeploy(t *testing.T) {
	emulator := stacktest.Start(t)
	client := emulator.Client(emulator.Account())
	written := map[string]bool{}
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		for _, language := range []string{"cloudformation", "sam"} {
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Language: language})
			require.NoError(t, err)
			for _, m := range resource.FindAllStringSubmatch(pr.Files[0].Text, -1) {
				written[m[1]] = true
			}
			name := p.Slug + "-" + language
			text := deployable(pr.Files[0].Text, language)
			if why := notDeployed[name]; why != "" {
				assert.False(t, stacktest.TryDeploy(t, client, name, text), "%s deploys: it is no longer true that %s", name, why)
				continue
			}
			stacktest.Deploy(t, client, name, text, nil)
		}
	}
	for _, typ := range beyondEmulator {
		assert.True(t, written[typ], "no generated template has %s", typ)
	}
}
