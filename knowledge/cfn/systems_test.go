package cfn_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
)

const nestedParent = `
Parameters: {Stage: {Type: String, Default: dev}}
Resources:
  Dlq: {Type: AWS::SQS::Queue}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./child.yaml
      Parameters: {Prefix: !Ref Stage, Failed: !GetAtt Dlq.Arn}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {Dimensions: [{Name: QueueName, Value: !GetAtt Child.Outputs.Name}]}
`

const nestedChild = `
Parameters: {Prefix: {Type: String}, Failed: {Type: String}}
Resources:
  Dlq: {Type: AWS::SQS::Queue}
  Work:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "${Prefix}-work", RedrivePolicy: {deadLetterTargetArn: !Ref Failed, maxReceiveCount: 3}}
Outputs:
  Name: {Value: !GetAtt Work.QueueName}
`

func TestLoadFollowsNestedStacksByLocalPathWithArgumentsAndOutputs(t *testing.T) {
	files := []cfn.File{{Name: "infra/parent.yaml", Data: []byte(nestedParent)}}
	beside := cfn.Options{Files: fstest.MapFS{"infra/child.yaml": {Data: []byte(nestedChild)}}}
	both := append(files, cfn.File{Name: "infra/child.yaml", Data: []byte(nestedChild)})
	for name, load := range map[string]func() (*cfn.System, error){
		"beside the template": func() (*cfn.System, error) { return cfn.Load(context.Background(), files, beside) },
		"given as well":       func() (*cfn.System, error) { return cfn.Load(context.Background(), both, cfn.Options{}) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := load()
			require.NoError(t, err)
			assert.Empty(t, s.Gaps)
			require.Len(t, s.Files, 2)
			assert.True(t, s.Files[1].Nested)
			work := find(t, s.Scenarios[0], "Work")
			assert.Equal(t, "dev-work", work.Properties.Get("QueueName").String())
			ref, ok := work.Properties.Get("RedrivePolicy", "deadLetterTargetArn").Ref()
			require.True(t, ok)
			assert.Equal(t, "infra/parent.yaml#Dlq", ref.Resource, "both stacks have a Dlq: ids tell them apart")
			find(t, s.Scenarios[0], "infra/child.yaml#Dlq")
			alarm := find(t, s.Scenarios[0], "Alarm")
			ref, ok = alarm.Properties.Get("Dimensions").Items()[0].Get("Value").Ref()
			require.True(t, ok)
			assert.Equal(t, "Work", ref.Resource)
		})
	}
}

func TestLoadCutsTextThatIsHandedToListParametersOfNestedStacks(t *testing.T) {
	parent := `{Resources: {A: {Type: AWS::EC2::Subnet}, B: {Type: AWS::EC2::Subnet}, Child: {Type: AWS::CloudFormation::Stack, Properties: {
		TemplateURL: ./child.yaml, Parameters: {Subnets: {"Fn::Join": [",", [{Ref: A}, {Ref: B}, subnet-1]]}, Zones: {"Fn::Sub": "${AWS::Region}a,${Open}"}}}}}}`
	child := `{Parameters: {Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}, Zones: {Type: CommaDelimitedList}}, Resources: {F: {Type: AWS::Lambda::Function,
		Properties: {VpcConfig: {SubnetIds: {Ref: Subnets}}, Layers: {Ref: Zones}}}}}`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "parent.yaml", Data: []byte(parent)}}, cfn.Options{Files: fstest.MapFS{"child.yaml": {Data: []byte(child)}}})
	require.NoError(t, err)
	f := find(t, s.Scenarios[0], "F").Properties
	var subnets []string
	for _, v := range f.Get("VpcConfig", "SubnetIds").Items() {
		subnets = append(subnets, v.String())
	}
	assert.Equal(t, []string{"${A}", "${B}", "subnet-1"}, subnets)
	assert.Empty(t, f.Get("Layers").Items(), "what is not known may be several items")
}

func TestLoadStopsAtStacksThatNestThemselves(t *testing.T) {
	loop := `{Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: loop.yaml}}}}`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "loop.yaml", Data: []byte(loop)}},
		cfn.Options{Files: fstest.MapFS{"loop.yaml": {Data: []byte(loop)}}})
	require.NoError(t, err)
	require.Len(t, s.Gaps, 1)
	assert.Contains(t, s.Gaps[0].Why, "nests itself")
}

func TestLoadFollowsNestedStacksOfCDKByTheirAsset(t *testing.T) {
	parent := `{"Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3/", {"Ref": "AWS::Region"}]]}},
		"Metadata": {"aws:cdk:path": "App/N", "aws:asset:path": "AppN.nested.template.json", "aws:asset:property": "TemplateURL"}}}}`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "cdk.out/App.template.json", Data: []byte(parent)}},
		cfn.Options{Files: fstest.MapFS{"cdk.out/AppN.nested.template.json": {Data: []byte(`{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`)}}})
	require.NoError(t, err)
	assert.Equal(t, "cdk.out/AppN.nested.template.json", find(t, s.Scenarios[0], "Q").File)
	assert.Equal(t, "App/N", find(t, s.Scenarios[0], "N").Path)
}

func TestLoadJoinsExportsImportsAndSSMParametersOfSeveralFiles(t *testing.T) {
	a := `
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Name: {Type: AWS::SSM::Parameter, Properties: {Name: /app/topic, Type: String, Value: !Ref Topic}}
Outputs:
  T: {Value: !Ref Topic, Export: {Name: !Sub "${AWS::Region}-topic"}}
`
	b := `
Parameters: {TopicArn: {Type: AWS::SSM::Parameter::Value<String>, Default: /app/topic}}
Resources:
  S:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !ImportValue {"Fn::Sub": "${AWS::Region}-topic"}
      BySSM: !Ref TopicArn
      ByDynamic: "{{resolve:ssm:/app/topic}}"
      Elsewhere: !ImportValue other
`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "a.yaml", Data: []byte(a)}, {Name: "b.yaml", Data: []byte(b)}}, cfn.Options{})
	require.NoError(t, err)
	p := find(t, s.Scenarios[0], "S").Properties
	for _, name := range []string{"TopicArn", "BySSM", "ByDynamic"} {
		ref, ok := p.Get(name).Ref()
		require.True(t, ok, name)
		assert.Equal(t, "Topic", ref.Resource, name)
		assert.Equal(t, "b.yaml", p.Get(name).At.File, "evidence is where the value is used")
	}
	assert.Equal(t, "import other: no template here exports it", p.Get("Elsewhere").Reason())
}

func TestLoadJoinsImportsByWhatIsKnownOfTheName(t *testing.T) {
	a := `
Parameters: {Environment: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  T: {Value: !Ref Topic, Export: {Name: !Sub "${AWS::StackName}-TopicArn"}}
  Q: {Value: !GetAtt Queue.Arn, Export: {Name: !Sub "shop-${Environment}-queue"}}
  Here: {Value: !GetAtt Queue.Arn, Export: {Name: !Sub "${AWS::StackName}-Shared"}}
`
	b := `
Parameters: {Stack: {Type: String}, Environment: {Type: String}}
Resources:
  S:
    Type: AWS::SNS::Subscription
    Properties:
      ByParameter: !ImportValue {"Fn::Sub": "${Stack}-TopicArn"}
      ByName: !ImportValue messages-TopicArn
      Environment: !ImportValue {"Fn::Sub": "shop-${Environment}-queue"}
      Ambiguous: !ImportValue {"Fn::Sub": "${Stack}-Shared"}
      Other: !ImportValue {"Fn::Sub": "${Stack}-TopicName"}
      Any: !ImportValue {Ref: Stack}
`
	c := `
Resources: {Bucket: {Type: AWS::S3::Bucket}}
Outputs: {There: {Value: !GetAtt Bucket.Arn, Export: {Name: !Sub "${AWS::StackName}-Shared"}}}
`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "a.yaml", Data: []byte(a)}, {Name: "b.yaml", Data: []byte(b)}, {Name: "c.yaml", Data: []byte(c)}}, cfn.Options{})
	require.NoError(t, err)
	p := find(t, s.Scenarios[0], "S").Properties
	for name, id := range map[string]string{"ByParameter": "Topic", "ByName": "Topic", "Environment": "Queue"} {
		ref, ok := p.Get(name).Ref()
		require.True(t, ok, name)
		assert.Equal(t, id, ref.Resource, name)
	}
	for _, name := range []string{"Ambiguous", "Other", "Any"} {
		assert.Contains(t, p.Get(name).Reason(), "import ", name)
	}
}

func TestLoadJoinsSSMParametersByWhatIsKnownOfTheName(t *testing.T) {
	a := `
Parameters: {Environment: {Type: String}}
Resources:
  Key: {Type: AWS::KMS::Key}
  Arn: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub "/${Environment}/keys/orders", Type: String, Value: !GetAtt Key.Arn}}
`
	b := `
Parameters: {Environment: {Type: String}, Here: {Type: AWS::SSM::Parameter::Value<String>, Default: /prod/keys/orders}}
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      Alike: !Sub "{{resolve:ssm:/${Environment}/keys/orders}}"
      InOne: !Ref Here
      Another: !Sub "{{resolve:ssm:/${Environment}/keys/bills}}"
`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "a.yaml", Data: []byte(a)}, {Name: "b.yaml", Data: []byte(b)}}, cfn.Options{})
	require.NoError(t, err)
	p := find(t, s.Scenarios[0], "Q").Properties
	for _, name := range []string{"Alike", "InOne"} {
		ref, ok := p.Get(name).Ref()
		require.True(t, ok, name)
		assert.Equal(t, "Key", ref.Resource, name)
	}
	assert.NotEmpty(t, p.Get("Another").Reason())
}

func TestLoadReadsTheRestWhereOneOfSeveralFilesIsUnreadable(t *testing.T) {
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "bad.yaml", Data: []byte("a: b: c")},
		{Name: "good.yaml", Data: []byte("Resources: {Q: {Type: AWS::SQS::Queue}}")}}, cfn.Options{})
	require.NoError(t, err)
	find(t, s.Scenarios[0], "Q")
	require.Len(t, s.Unreadable, 1)
	assert.Equal(t, "bad.yaml", s.Unreadable[0].File)
}

func TestLoadReadsDefinitionsAndDocumentsBesideTheTemplate(t *testing.T) {
	text := `
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: flow.asl.json}
  Plain:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: flow.asl.json}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: api.yaml}}}
`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "t/template.yaml", Data: []byte(text)}}, cfn.Options{Files: fstest.MapFS{
		"t/flow.asl.json": {Data: []byte(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`)},
		"t/api.yaml":      {Data: []byte("openapi: 3.0.1\npaths: {/x: {get: {x-amazon-apigateway-integration: {uri: !GetAtt F.Arn}}}}\n")},
	}})
	require.NoError(t, err)
	for _, id := range []string{"Machine", "Plain"} {
		start := find(t, s.Scenarios[0], id).Properties.Get("Definition", "StartAt")
		assert.Equal(t, "A", start.String(), id)
		assert.Equal(t, "t/flow.asl.json", start.At.File)
	}
	body := find(t, s.Scenarios[0], "Api").Properties.Get("Body")
	assert.Equal(t, "3.0.1", body.Get("openapi").String())
}

func TestLoadReadsOnlyFilesOfAKindThatTemplatesNeed(t *testing.T) {
	text := `{Resources: {M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: secrets.env}}, N: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: /flow.json}}}}`
	s, err := cfn.Load(context.Background(), []cfn.File{{Name: "t.yaml", Data: []byte(text)}}, cfn.Options{Files: fstest.MapFS{
		"secrets.env": {Data: []byte("{StartAt: A}")}, "flow.json": {Data: []byte("{StartAt: A}")}}})
	require.NoError(t, err)
	for _, id := range []string{"M", "N"} {
		assert.Contains(t, find(t, s.Scenarios[0], id).Properties.Get("Definition").Reason(), "which is not here")
	}
}
