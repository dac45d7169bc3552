//go:build toolchain

package cdk_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// carriedTemplates are published templates that are proven as projects, by the ends of their names.
var carriedTemplates = []string{
	"cache-extension-demo__SAM__template.yaml", "backend__loyalty__template.yaml", "backends__9-validator__template.yaml", "lambda-kinesis-lambda__template.yaml",
	"s3-eventbridge-direct__template.yaml", "security-controls-demo__order__template.yaml", "dotnet-test-samples__apigw-lambda-ddb__template.yaml",
	"lamstp-deployFunctionWithVpc.template.json", "input__connector_esm_dependson.yaml", "lamsqslam-existingProducerFunction.template.json",
	"the-dynamo-streamer__typescript__template.yaml", "the-eventbridge-circuit-breaker__python__template.yaml", "the-xray-tracer__python__sqs_flow_template.yaml",
	"cdk-ecs-codedeploy-service.template.json",
}

// carriedDesigns are the designs of published templates, by the templates' names. They have all resources and
// connections that descriptions have words for, and no others.
func carriedDesigns(t *testing.T) map[string]*patterns.Design {
	designs := map[string]*patterns.Design{}
	for i, end := range carriedTemplates {
		found, err := filepath.Glob("../../.ci/templates/*/*" + end)
		require.NoError(t, err)
		require.Len(t, found, 1, end)
		data, err := os.ReadFile(found[0])
		require.NoError(t, err)
		system, err := cfn.Load(context.Background(), []cfn.File{{Name: end, Data: data}}, cfn.Options{})
		require.NoError(t, err, end)
		carried, err := patterns.Transcribe(services.Build(system.Scenarios[0]), fmt.Sprintf("carried-%d", i+1), patterns.Options{NoAdditions: true})
		require.NoError(t, err, end)
		for _, l := range carried.Lost {
			lost := l.Of == patterns.LostConnection || l.Of == patterns.LostResource && !l.Foreign
			assert.False(t, lost, "%s: %s %s %s", end, l.Resource, l.What, l.Why)
		}
		assert.Empty(t, carried.Added, end)
		designs[end] = carried.Design
	}
	return designs
}
