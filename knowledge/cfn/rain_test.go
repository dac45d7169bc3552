package cfn_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
)

func TestRainDirectivesAreResolvedWhereTheirFilesAreAtHand(t *testing.T) {
	files := fstest.MapFS{"inc.yaml": {Data: []byte("A: 1\n")}, "code.txt": {Data: []byte("print(1)\n")}}
	sys := load(t, `
Parameters: {Stage: {Type: String, Default: dev}}
Rain:
  Constants:
    Name: orders
    Full: !Sub "${Stage}-${Rain::Name}"
    Loop: !Rain::Constant Loop
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Rain::Constant Full}}
  Sub: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "x-${Const::Full}"}}
  Loop: {Type: AWS::SQS::Queue, Properties: {QueueName: !Rain::Constant Loop}}
  Fn: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: !Rain::Embed code.txt}, Environment: {Variables: !Rain::Include inc.yaml}, Role: !Rain::Env ROLE}}
  Gone: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: !Rain::Embed ../../etc/passwd}}}
  Module: {Type: !Rain::Module ./x.yaml}
`, cfn.Options{Files: files})
	first := sys.Scenarios[0]
	name := func(id string) string { return find(t, first, id).Properties.Get("QueueName").String() }
	assert.Equal(t, "dev-orders", name("Q"))
	assert.Equal(t, "x-dev-orders", name("Sub"))
	assert.Contains(t, find(t, first, "Loop").Properties.Get("QueueName").Reason(), "by itself")
	fn := find(t, first, "Fn").Properties
	assert.Equal(t, "print(1)\n", fn.Get("Code", "ZipFile").String())
	assert.Equal(t, "1", fn.Get("Environment", "Variables", "A").String())
	assert.Contains(t, fn.Get("Role").Reason(), "!Rain::Env")
	assert.Contains(t, find(t, first, "Gone").Properties.Get("Code", "ZipFile").Reason(), "!Rain::Embed")
	assert.Len(t, sys.Gaps, 4, "the loop, the environment, the file out of reach, the module: %v", sys.Gaps)
}
