package cdk_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

var deploymentName = regexp.MustCompile(`(?m)^  (ApiDeployment[0-9a-f]{10}):\n    Type: AWS::ApiGateway::Deployment$`)

// deploymentOf is the name of the one deployment of a sketch's template, in which the stage shows it.
func deploymentOf(t *testing.T, language, sketch string) string {
	b, err := patterns.ParseSketch("s.yaml", []byte(sketch))
	require.NoError(t, err)
	d, err := b.Graph(nil)
	require.NoError(t, err)
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
	require.NoError(t, err)
	m := deploymentName.FindAllStringSubmatch(pr.Files[0].Text, -1)
	require.Len(t, m, 1)
	assert.Contains(t, pr.Files[0].Text, "      DeploymentId: !Ref "+m[0][1]+"\n")
	readme := pr.Files[len(pr.Files)-1]
	require.Equal(t, "README.md", readme.Path)
	assert.Contains(t, readme.Text, "renames its deployment, `ApiDeployment` and a hash")
	return m[0][1]
}

// A REST API whose description changes gets a deployment of another name: its stage shows the change. What is behind the
// API may change without one.
func TestDeploymentsAreNamedAfterWhatTheyShow(t *testing.T) {
	const before = `{name: a, nodes: {api: restApi, f: function, g: function, t: {kind: table, key: itemId}}, edges: [api GET /x -> f, api POST /x -> g, g -> t]}`
	for _, language := range templateLanguages {
		name := deploymentOf(t, language, before)
		for change, after := range map[string]string{
			"a route":      `{name: a, nodes: {api: restApi, f: function, g: function, t: {kind: table, key: itemId}}, edges: [api GET /y -> f, api POST /x -> g, g -> t]}`,
			"a method":     `{name: a, nodes: {api: restApi, f: function, g: function, t: {kind: table, key: itemId}}, edges: [api DELETE /x -> f, api POST /x -> g, g -> t]}`,
			"a target":     `{name: a, nodes: {api: restApi, f: function, g: function, t: {kind: table, key: itemId}}, edges: [api GET /x -> g, api POST /x -> g, api PUT /x -> f, g -> t]}`,
			"the callers":  `{name: a, nodes: {api: {kind: restApi, authorizer: iam}, f: function, g: function, t: {kind: table, key: itemId}}, edges: [api GET /x -> f, api POST /x -> g, g -> t]}`,
			"the origins":  `{name: a, nodes: {api: {kind: restApi, corsOrigins: ['https://a.example']}, f: function, g: function, t: {kind: table, key: itemId}}, edges: [api GET /x -> f, api POST /x -> g, g -> t]}`,
			"what it asks": `{name: a, nodes: {api: restApi, f: function, g: function, t: {kind: table, key: orderId}}, edges: [api GET /x -> f, api POST /x -> g, g -> t]}`,
		} {
			assert.NotEqual(t, name, deploymentOf(t, language, after), "%s: %s", language, change)
		}
		assert.Equal(t, name, deploymentOf(t, language, `{name: a, nodes: {api: restApi, f: {kind: function, memory: 1024}, g: function, t: {kind: table, key: itemId}}, edges: [api GET /x -> f, api POST /x -> g, g -> t]}`), language)
	}
}
