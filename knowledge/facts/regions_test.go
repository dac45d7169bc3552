package facts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
)

func TestRegionsTellWhereATypeExists(t *testing.T) {
	a, ok := facts.Regions("aws::sqs::queue")
	assert.True(t, ok)
	assert.True(t, a.Everywhere())
	assert.Contains(t, a.In, "eu-central-1")
	assert.Contains(t, a.Unknown, "us-iso-east-1", "only a copy of another list is known")
	assert.NotContains(t, a.In, "us-iso-east-1")

	a, ok = facts.Regions("AWS::Lambda::Url")
	assert.True(t, ok)
	assert.Contains(t, a.NotIn, "us-gov-west-1")
	assert.Contains(t, a.In, "us-east-1")

	_, ok = facts.Regions("AWS::No::Such")
	assert.False(t, ok)
}

func TestEachRowOfRegionsIsWhole(t *testing.T) {
	assert.Contains(t, facts.RegionNames(), "eu-west-1")
	for _, name := range facts.ResourceTypes() {
		a, ok := facts.Regions(name)
		assert.True(t, ok, name)
		assert.Len(t, append(a.In, a.NotIn...), len(facts.RegionNames()), name)
		assert.NotEmpty(t, a.In, name)
	}
}
