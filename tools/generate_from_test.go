package tools

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// ordersTemplate is a queue whose messages a function writes into a table.
const ordersTemplate = `
Transform: AWS::Serverless-2016-10-31
Parameters: {Seconds: {Type: Number}}
Resources:
  OrdersQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      DelaySeconds: !Ref Seconds
      RedrivePolicy: {deadLetterTargetArn: !GetAtt OrdersDlq.Arn, maxReceiveCount: 4}
  OrdersDlq: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
      CodeUri: src/
      Timeout: 10
      EphemeralStorage: {Size: 1024}
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref OrdersTable}}]
      Events: {Orders: {Type: SQS, Properties: {Queue: !GetAtt OrdersQueue.Arn, BatchSize: 5}}}
  OrdersTable:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: orderId, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: orderId, AttributeType: S}]
  Cluster: {Type: AWS::ECS::Cluster}
`

func TestTemplateIsCarriedOver(t *testing.T) {
	out, err := (&Workbench{}).GenerateCDK(context.Background(), GenerateInput{Source: Source{Template: ordersTemplate}})
	require.NoError(t, err)
	stack, sketch := out.Files[0].Text, out.Files[len(out.Files)-1]
	for _, part := range []string{"deadLetterQueue: { queue: ordersDlq, maxReceiveCount: 4 }", "new SqsEventSource(ordersQueue, {\n        batchSize: 5,", "ordersTable.grantReadWriteData(worker)", "NODEJS_22_X", "fromAsset(path.join(__dirname, '..', 'code', 'worker'))"} {
		assert.Contains(t, stack, part)
	}
	assert.NotContains(t, stack, "Alarm", "nothing is added to what is carried over")
	notes := strings.Join(out.Notes, "\n")
	for _, part := range []string{"Cluster (AWS::ECS::Cluster) is not carried", "Worker: ", "ephemeralStorage is not carried", "delaySeconds is not"} {
		assert.Contains(t, notes, part)
	}
	assert.Equal(t, "sketch.yaml", sketch.Path)
	again, err := (&Workbench{}).GenerateCDK(context.Background(), GenerateInput{Sketch: sketch.Text})
	require.NoError(t, err)
	assert.Equal(t, stack, again.Files[0].Text, "the sketch says what the template's code was made of")

	whole, err := (&Workbench{}).GenerateCDK(context.Background(), GenerateInput{Source: Source{Template: ordersTemplate}, Complete: true})
	require.NoError(t, err)
	assert.Contains(t, whole.Files[0].Text, "Alarm")
}

func TestTemplateWithNothingToCarryIsRefused(t *testing.T) {
	_, err := (&Workbench{}).GenerateCDK(context.Background(), GenerateInput{Source: Source{Template: "Resources: {C: {Type: AWS::ECS::Cluster}}"}})
	require.ErrorIs(t, err, patterns.ErrNothingToCarry)
	_, err = (&Workbench{}).GenerateCDK(context.Background(), GenerateInput{Source: Source{Template: ordersTemplate}, Pattern: "queue-worker"})
	require.ErrorContains(t, err, "besides")
}

// published are the templates that people deploy, as they are kept for all tests.
func published(t *testing.T) []string {
	var out []string
	for _, folder := range []string{"sam", "cfn", "cdk"} {
		names, err := filepath.Glob(filepath.Join("../.ci/templates", folder, "*"))
		require.NoError(t, err)
		out = append(out, names...)
	}
	require.GreaterOrEqual(t, len(out), 180)
	return out
}

// Of most published templates all that the generator has a word for comes over, with all connections and no others.
// Whatever is lost of the rest is named in the notes.
func TestPublishedTemplatesAreCarriedOver(t *testing.T) {
	equal, carried, resources, templates := 0, 0, 0, 0
	for _, name := range published(t) {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		sys, err := (&Workbench{}).system(context.Background(), Source{Template: string(data)})
		if err != nil {
			continue // what cannot be read is the reader's matter
		}
		g, _ := richest(sys.graphs)
		resources += own(g)
		transcript, err := patterns.Transcribe(g, "carried", patterns.Options{NoAdditions: true})
		if err != nil {
			require.ErrorIs(t, err, patterns.ErrNothingToCarry, name)
			continue
		}
		templates++
		carried += len(transcript.Names)
		if same(transcript) {
			equal++
		}
		notes := strings.Join(transcript.Notes(), "\n")
		for _, n := range g.Nodes {
			if transcript.Names[n.ID] == "" && !n.External && !anew(n) {
				assert.Contains(t, notes, n.ID+" ("+n.Type+")", name)
			}
		}
	}
	t.Logf("equal graphs: %d of %d templates; carried: %d of %d resources", equal, templates, carried, resources)
	assert.GreaterOrEqual(t, 100*equal, 60*templates)
}

// same tells whether a description has all resources and connections of a system that it has words for, and no others.
func same(t *patterns.Transcript) bool {
	for _, l := range t.Lost {
		if l.Of == patterns.LostConnection || l.Of == patterns.LostResource && !l.Foreign {
			return false
		}
	}
	return len(t.Added) == 0
}

// own counts the resources that a system makes, without those that the generator writes anew.
func own(g *graph.Graph) int {
	n := 0
	for _, node := range g.Nodes {
		if !node.External && !anew(node) {
			n++
		}
	}
	return n
}

func anew(n *graph.Node) bool {
	return n.Kind == graph.Role || n.Kind == graph.Policy || n.Kind == graph.LogGroup
}
