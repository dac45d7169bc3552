package search_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
)

func read(t *testing.T, id string) search.Document {
	d, err := search.NewCorpus(references.Files).Read(id)
	require.NoError(t, err, id)
	return d
}

func TestReadTellsTheBoundsOfAProperty(t *testing.T) {
	d := read(t, "AWS::Lambda::EventSourceMapping.MaximumBatchingWindowInSeconds")
	require.Len(t, d.Property, 1)
	p := d.Property[0]
	assert.Equal(t, "0 300 integer", p.Minimum+" "+p.Maximum+" "+p.Type)
	assert.False(t, p.Replacement)
	assert.Contains(t, d.Sections[0].Text, "0 to 300")
	assert.Contains(t, d.Sources[0].Title, "cfn-lint")
	assert.NotEmpty(t, d.Sources[0].Checked)
}

func TestReadTellsWhichChangesReplace(t *testing.T) {
	for id, want := range map[string]bool{
		"AWS::SQS::Queue.FifoQueue": true, "AWS::SQS::Queue.VisibilityTimeout": false,
		"AWS::StepFunctions::StateMachine.StateMachineType": true, "AWS::DynamoDB::Table.BillingMode": false,
		"AWS::Lambda::Function.FunctionName":                                                     true,
		"AWS::Lambda::EventSourceMapping.SelfManagedEventSource.Endpoints.KafkaBootstrapServers": true,
		"AWS::Lambda::EventSourceMapping.DestinationConfig.OnFailure.Destination":                false,
	} {
		assert.Equal(t, want, read(t, id).Property[0].Replacement, id)
	}
	assert.Contains(t, read(t, "AWS::SQS::Queue").Sections[0].Text, "replaces the resource: `FifoQueue`, `QueueName`")
}

func TestReadFindsPathsHoweverWritten(t *testing.T) {
	for _, id := range []string{
		"aws::lambda::eventsourcemapping.filtercriteria.filters.pattern",
		"AWS::Lambda::EventSourceMapping.FilterCriteria.Filters[].Pattern",
		"AWS::Lambda::EventSourceMapping.FilterCriteria/Filters/Pattern",
	} {
		d := read(t, id)
		assert.Equal(t, "AWS::Lambda::EventSourceMapping.FilterCriteria.Filters[].Pattern", d.ID)
		assert.Equal(t, "4096", d.Property[0].Maximum)
	}
	// written out under another property, of the same form
	d := read(t, "AWS::DynamoDB::Table.StreamSpecification.Tags.Key")
	assert.Equal(t, "128", d.Property[0].Maximum)
}

func TestPropertiesThatExcludeEachOtherAreNamed(t *testing.T) {
	assert.Contains(t, read(t, "AWS::CloudWatch::Alarm#summary").Sections[0].Text, "ExtendedStatistic excludes Statistic")
	assert.Contains(t, read(t, "AWS::SQS::Queue#summary").Sections[0].Text, "with FifoQueue = false: excludes")
}

func TestUnknownTypesAndPropertiesGetNearOnes(t *testing.T) {
	c := search.NewCorpus(references.Files)
	for id, near := range map[string]string{
		"AWS::SQS::Que": "AWS::SQS::Queue", "AWS::SQS::Queue.VisibilityTimeoutSeconds": "AWS::SQS::Queue.VisibilityTimeout",
	} {
		_, err := c.Read(id)
		var missing *search.NotFoundError
		require.ErrorAs(t, err, &missing, id)
		assert.Contains(t, missing.Near, near)
	}
}

func TestEveryTypeReadsWhole(t *testing.T) {
	types := facts.ResourceTypes()
	assert.Greater(t, len(types), 90)
	for _, name := range types {
		d := read(t, name)
		assert.Equal(t, name, d.ID)
		for _, s := range d.Sections {
			assert.NotEmpty(t, s.Text, s.ID)
		}
		for _, o := range d.Outline {
			assert.Len(t, read(t, o.ID).Sections, 1, o.ID)
		}
		small := d.Within(500)
		assert.NotEmpty(t, small.Sections)
	}
}

func TestRegionsAreReadAsATable(t *testing.T) {
	d := read(t, "facts/regions")
	for _, o := range d.Outline {
		assert.Len(t, read(t, o.ID).Sections, 1, o.ID)
	}
	text := d.Markdown()
	assert.Contains(t, text, "`AWS::SQS::Queue`")
	assert.Contains(t, text, "copy of us-east-1's list")
	assert.True(t, strings.Contains(text, "us-gov-west-1"))
	assert.Less(t, len(text), 16000)
}

func TestSearchAnswersNamesOfTypesAndProperties(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	for question, id := range map[string]string{
		"AWS::SQS::Queue VisibilityTimeout":                              "AWS::SQS::Queue.VisibilityTimeout",
		"aws::lambda::eventsourcemapping maximumbatchingwindowinseconds": "AWS::Lambda::EventSourceMapping.MaximumBatchingWindowInSeconds",
		"AWS::StepFunctions::StateMachine":                               "AWS::StepFunctions::StateMachine",
	} {
		res, err := ix.Search(t.Context(), search.Query{Text: question, Limit: 2})
		require.NoError(t, err)
		require.NotEmpty(t, res.Passages, question)
		assert.Equal(t, id, res.Passages[0].ID)
		assert.LessOrEqual(t, len(res.Passages), 2)
		assert.LessOrEqual(t, res.Tokens, search.DefaultMaxTokens)
		assert.Equal(t, id, read(t, res.Passages[0].ID).ID)
	}
}
