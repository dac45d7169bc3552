package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// whens lists what differs between the scenarios.
func whens(s *cfn.System) []map[string]bool {
	var out []map[string]bool
	for _, sc := range s.Scenarios {
		out = append(out, sc.When)
	}
	return out
}

const stages = `
Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Equals [!Ref Stage, test]
  Never: !And [!Condition IsProd, !Condition IsTest]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "q-${Stage}"
      DelaySeconds: !If [IsProd, 1, !If [IsTest, 2, 3]]
      KmsMasterKeyId: !If [IsProd, key, !Ref AWS::NoValue]
  OnlyProd: {Type: AWS::SQS::Queue, Condition: IsProd}
  Impossible: {Type: AWS::SQS::Queue, Condition: Never}
  Same: {Type: AWS::SQS::Queue}
`

func TestScenariosAreTheSatisfiableCombinationsAndFixParameters(t *testing.T) {
	s := load(t, stages, cfn.Options{})
	assert.Equal(t, []map[string]bool{{"IsProd": false, "IsTest": false}, {"IsProd": false, "IsTest": true}, {"IsProd": true, "IsTest": false}}, whens(s))
	assert.Empty(t, s.Gaps)
	names := map[string]string{}
	for _, sc := range s.Scenarios {
		q := find(t, sc, "Q").Properties
		names[q.Get("QueueName").String()] = q.Get("DelaySeconds").String()
		has := len(sc.Resources) == 3
		assert.Equal(t, sc.When["IsProd"], has, "OnlyProd exists in prod")
		assert.Equal(t, sc.When["IsProd"], q.Get("KmsMasterKeyId").Exists(), "NoValue is absence")
	}
	assert.Equal(t, map[string]string{"q-dev": "3", "q-test": "2", "q-prod": "1"}, names)
	assert.Same(t, find(t, s.Scenarios[0], "Same"), find(t, s.Scenarios[2], "Same"), "what does not differ is shared")
	assert.NotSame(t, find(t, s.Scenarios[0], "Q"), find(t, s.Scenarios[2], "Q"))
}

func TestScenariosAreOneWhereTheParameterIsGiven(t *testing.T) {
	s := load(t, stages, cfn.Options{Parameters: map[string]string{"Stage": "prod"}})
	require.Len(t, s.Scenarios, 1)
	assert.Empty(t, s.Scenarios[0].When)
	assert.Equal(t, "q-prod", find(t, s.Scenarios[0], "Q").Properties.Get("QueueName").String())
}

func TestScenariosLeaveAParameterOpenWhereSeveralValuesRemain(t *testing.T) {
	s := load(t, `
Parameters: {Stage: {Type: String, Default: prod, AllowedValues: [dev, test, prod]}, Free: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod], HasFree: !Not [!Equals [!Ref Free, ""]]}
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Stage, DelaySeconds: !If [IsProd, 1, 2]}}
  R: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [HasFree, !Ref Free, none]}}
`, cfn.Options{})
	require.Len(t, s.Scenarios, 2, "conditions that no property joins are varied side by side")
	assert.Equal(t, "prod", find(t, s.Scenarios[0], "Q").Properties.Get("QueueName").String())
	assert.Equal(t, `parameter Stage is not its default "prod" here`, find(t, s.Scenarios[1], "Q").Properties.Get("QueueName").Reason())
	assert.Equal(t, "parameter Free has no default", find(t, s.Scenarios[0], "R").Properties.Get("QueueName").Reason())
	assert.Equal(t, "none", find(t, s.Scenarios[1], "R").Properties.Get("QueueName").String())
}

func TestScenariosCombineConditionsThatOnePropertyJoins(t *testing.T) {
	s := load(t, `
Parameters: {A: {Type: String, Default: ""}, B: {Type: String, Default: ""}}
Conditions: {HasA: !Not [!Equals [!Ref A, ""]], HasB: !Not [!Equals [!Ref B, ""]]}
Resources:
  Q: {Type: AWS::SQS::Queue, Condition: HasA, Properties: {DelaySeconds: !If [HasB, 1, 2]}}
`, cfn.Options{})
	assert.ElementsMatch(t, []map[string]bool{{"HasA": false, "HasB": false}, {"HasA": true, "HasB": true}, {"HasA": true, "HasB": false}, {"HasA": false, "HasB": true}}, whens(s))
}

func TestScenariosTakeWhatIsNotKnownBothWays(t *testing.T) {
	s := load(t, `
Conditions: {Is: !Equals [!ImportValue x, "1"], Home: !Equals [!Ref AWS::Region, eu-west-1]}
Resources:
  Q: {Type: AWS::SQS::Queue, Condition: Is}
  R: {Type: AWS::SQS::Queue, Condition: Home}
`, cfn.Options{})
	assert.Len(t, s.Scenarios, 2)
	in := load(t, `
Conditions: {Home: !Equals [!Ref AWS::Region, eu-west-1]}
Resources: {R: {Type: AWS::SQS::Queue, Condition: Home}, S: {Type: AWS::SQS::Queue}}
`, cfn.Options{Region: "us-east-1"})
	require.Len(t, in.Scenarios, 1)
	assert.Len(t, in.Scenarios[0].Resources, 1)
}

func TestValuesSayWhyTheyAreNotKnown(t *testing.T) {
	s := load(t, `
Parameters:
  Open: {Type: String}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /aws/ami}
  Zones: {Type: CommaDelimitedList, Default: "a, b"}
Mappings: {M: {eu-west-1: {id: 1, same: x}, us-east-1: {id: 2, same: x}}}
Resources:
  R:
    Type: AWS::X::Y
    Properties:
      Open: !Ref Open
      Secret: !Ref Secret
      Image: !Ref Image
      Zones: !Ref Zones
      Joined: !Join ["-", !Ref Zones]
      Map: !FindInMap [M, !Ref AWS::Region, id]
      MapSame: !FindInMap [M, !Ref AWS::Region, same]
      Dynamic: "{{resolve:secretsmanager:db:SecretString:password}}"
      Inside: "user:{{resolve:ssm:/name}}@host"
      Import: !ImportValue shared
      Macro: {"Fn::Transform": {Name: Mine}}
      Bare: OFF
      Date: 2012-10-17
      Account: 012345678901
`, cfn.Options{})
	p := find(t, s.Scenarios[0], "R").Properties
	reasons := map[string]string{}
	for _, fl := range p.Fields() {
		if r := fl.Value.Reason(); r != "" {
			reasons[fl.Name] = r
		}
	}
	assert.Equal(t, map[string]string{
		"Open": "parameter Open has no default", "Secret": "parameter Secret is a secret (NoEcho)",
		"Image": "parameter Image is read from SSM parameter /aws/ami", "Map": "mapping M is looked up by ${AWS::Region}",
		"Dynamic": "dynamic reference secretsmanager:db:SecretString:password", "Inside": "dynamic reference ssm:/name",
		"Import": "import shared: no template here exports it", "Macro": "it is made by the macro Mine when it is deployed"}, reasons)
	assert.Equal(t, []any{"a", "b"}, p.Get("Zones").Plain())
	assert.Equal(t, "a-b", p.Get("Joined").String())
	assert.Equal(t, "x", p.Get("MapSame").String())
	assert.Equal(t, "user:${?}@host", p.Get("Inside").String())
	off, ok := p.Get("Bare").Truth()
	assert.True(t, ok && !off)
	assert.Equal(t, "OFF", p.Get("Bare").String())
	assert.Equal(t, "2012-10-17", p.Get("Date").String())
	assert.Equal(t, "012345678901", p.Get("Account").String())
}

func TestEveryValueHasItsPlace(t *testing.T) {
	s := load(t, "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 30\n      A/b: !If [x, 1, 2]\n", cfn.Options{})
	r := find(t, s.Scenarios[0], "Q")
	assert.Equal(t, &graph.Evidence{File: "template.yaml", Line: 2, Column: 3, Path: "/Resources/Q"}, r.At)
	assert.Equal(t, &graph.Evidence{File: "template.yaml", Line: 5, Column: 26, Path: "/Resources/Q/Properties/VisibilityTimeout"}, r.Properties.Get("VisibilityTimeout").At)
	assert.Equal(t, "/Resources/Q/Properties/A~1b", r.Properties.Get("A/b").At.Path)
}

func TestDuplicateKeysAreListedAndTheLaterCounts(t *testing.T) {
	s := load(t, "Resources:\n  Q: {Type: AWS::SNS::Topic}\n  Q: {Type: AWS::SQS::Queue}\n", cfn.Options{})
	assert.Equal(t, "AWS::SQS::Queue", find(t, s.Scenarios[0], "Q").Type)
	require.Len(t, s.Gaps, 1)
	assert.Equal(t, "the key Q is written twice, in lines 2 and 3: the later one counts", s.Gaps[0].Why)
	assert.Equal(t, 3, s.Gaps[0].Evidence.Line)
}

func TestLoopsAreUnrolled(t *testing.T) {
	s := load(t, `
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "a,b"}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - Queue${Name}:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: !Sub "q-${Name}"
          Tags: [{Key: n, Value: !Ref Name}]
  Fn::ForEach::Open: [X, !Ref Nope, {"R${X}": {Type: AWS::SQS::Queue}}]
`, cfn.Options{})
	require.Len(t, s.Scenarios[0].Resources, 2)
	b := find(t, s.Scenarios[0], "Queueb").Properties
	assert.Equal(t, map[string]any{"QueueName": "q-b", "Tags": []any{map[string]any{"Key": "n", "Value": "b"}}}, b.Plain())
	require.NotEmpty(t, s.Gaps)
}

func TestLogicalIDThatNoLoopSetsIsNoResource(t *testing.T) {
	s := load(t, `
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Outer:
    - X
    - [a, b]
    - Fn::ForEach::Inner:
        - X
        - [c]
        - Queue${X}${Y}: {Type: AWS::SQS::Queue}
      Topic${X}: {Type: AWS::SNS::Topic}
`, cfn.Options{})
	require.Len(t, s.Scenarios[0].Resources, 2)
	assert.Equal(t, "AWS::SNS::Topic", find(t, s.Scenarios[0], "Topica").Type)
	assert.Equal(t, "AWS::SNS::Topic", find(t, s.Scenarios[0], "Topicb").Type)
	require.NotEmpty(t, s.Gaps)
	assert.Contains(t, s.Gaps[0].Why, "Queuea${Y} holds a variable that no loop")
}

func TestSplitDoesNotGuessWhatAPseudoParameterHolds(t *testing.T) {
	s := load(t, `
Resources:
  Q: {Type: AWS::SQS::Queue}
  R:
    Type: AWS::X::Y
    Properties:
      Id: !Select [2, !Split ["/", !Ref AWS::StackId]]
      Arn: !Select [5, !Split [":", !GetAtt Q.Arn]]
      Known: !Select [1, !Split ["|", !Sub "a|${AWS::Region}|b"]]
`, cfn.Options{})
	p := find(t, s.Scenarios[0], "R").Properties
	assert.Empty(t, s.Gaps)
	assert.True(t, p.Get("Id").IsUnknown())
	assert.Equal(t, "${AWS::Region}", p.Get("Known").String())
	ref, ok := p.Get("Arn").Ref()
	assert.True(t, ok, "a piece of an ARN still leads to its resource")
	assert.Equal(t, "Q", ref.Resource)
}
