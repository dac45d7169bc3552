package rules_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// today fixes the day for rules that depend on it.
var today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// review reads templates as one system and reviews it.
func review(t *testing.T, files map[string]string, parameters map[string]string, o rules.Options) rules.Report {
	t.Helper()
	var in []cfn.File
	for _, name := range sortedNames(files) {
		in = append(in, cfn.File{Name: name, Data: []byte(files[name])})
	}
	system, err := cfn.Load(context.Background(), in, cfn.Options{Parameters: parameters})
	require.NoError(t, err)
	require.Empty(t, system.Unreadable)
	var graphs []*graph.Graph
	for _, s := range system.Scenarios {
		observe(&s)
		graphs = append(graphs, services.Build(s))
	}
	if o.Today.IsZero() {
		o.Today = today
	}
	return rules.Review(graphs, o)
}

// observe takes what an example says was seen of its deployed resources, in their Metadata, key observed: metrics and
// states by name ("unknown: reason" for what could not be seen), changes under drift, facts of stack and account
// under stack, what the policy of a queue is under policy. Only examples are read so: of a real stack AWS tells it.
func observe(s *graph.Scenario) {
	var policies []*graph.Resource
	for _, r := range s.Resources {
		for _, f := range r.Metadata.Get("observed").Fields() {
			switch f.Name {
			case "drift":
				for _, d := range f.Value.Fields() {
					change := graph.Change{Setting: d.Name, Template: r.Properties.Get(strings.Split(d.Name, "/")...)}
					if d.Value.Kind != graph.Null {
						change.Live = d.Value.WithOrigin(graph.Live)
					}
					r.Drift = append(r.Drift, change)
				}
			case "stack":
				for _, d := range f.Value.Fields() {
					if s.Observed == nil {
						s.Observed = map[string]graph.Value{}
					}
					s.Observed[d.Name] = seen(d.Value, nil)
				}
			case "policy": // as tools/stack puts it
				policies = append(policies, &graph.Resource{ID: r.ID + "DeployedPolicy", LogicalID: r.LogicalID + "DeployedPolicy", File: r.File, Stack: r.Stack, Type: "AWS::SQS::QueuePolicy", At: r.At, Source: r.ID, SourceType: r.Type,
					Properties: graph.NewMap(r.At, graph.Field{Name: "Queues", Value: graph.NewList(r.At, graph.NewRef(r.At, r.ID, ""))}, graph.Field{Name: "PolicyDocument", Value: seen(f.Value, r.At)})})
			default:
				r.Observe(f.Name, seen(f.Value, r.At))
			}
		}
	}
	s.Resources = append(s.Resources, policies...)
}

func seen(v graph.Value, at *graph.Evidence) graph.Value {
	if text, _ := v.Str(); strings.HasPrefix(text, "unknown: ") {
		return graph.NewUnknown(v.At, strings.TrimPrefix(text, "unknown: "))
	}
	v.At = at // what is seen has no place of its own
	return v.WithOrigin(graph.Live)
}

func reviewOne(t *testing.T, template string, o rules.Options) rules.Report {
	t.Helper()
	return review(t, map[string]string{"template.yaml": template}, nil, o)
}

const queueOfStage = `Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Condition: IsProd
`

func TestFindingNamesTheBranchItHoldsIn(t *testing.T) {
	r := reviewOne(t, queueOfStage, rules.Options{Only: []string{"SQS001"}})
	require.Len(t, r.Findings, 1)
	require.Equal(t, "IsProd", r.Findings[0].When)
}

func TestReportHasNoNullLists(t *testing.T) {
	for _, template := range []string{queueOfStage, "Resources:\n  T: {Type: AWS::SNS::Topic}\n"} {
		text, err := json.Marshal(reviewOne(t, template, rules.Options{Only: []string{"SQS001"}}))
		require.NoError(t, err)
		require.NotContains(t, string(text), ":null")
	}
}

func TestFindingKeepsItsIDWhenLinesMove(t *testing.T) {
	a := reviewOne(t, queueOfStage, rules.Options{Only: []string{"SQS001"}})
	b := review(t, map[string]string{"other/place.yaml": "# a comment\n" + queueOfStage}, nil, rules.Options{Only: []string{"SQS001"}})
	require.Equal(t, a.Findings[0].ID, b.Findings[0].ID)
	require.NotEqual(t, a.Findings[0].Evidence[0].Line, b.Findings[0].Evidence[0].Line)
}

func TestSuppressions(t *testing.T) {
	template := func(metadata string) string {
		return "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n    Metadata: " + metadata + "\n"
	}
	for _, c := range []struct {
		name, metadata, by string
	}{
		{"our own, by code", `{serverless-review: {ignore: [{id: SQS001, reason: drained by hand}]}}`, "serverless-review"},
		{"our own, by id", `{serverless-review: {ignore: {id: queue-without-dlq, reason: drained by hand}}}`, "serverless-review"},
		{"without a reason", `{serverless-review: {ignore: [{id: SQS001}]}}`, ""},
		{"on its last day", `{serverless-review: {ignore: [{id: SQS001, reason: x, until: "2026-11-24"}]}}`, "serverless-review"},
		{"ended", `{serverless-review: {ignore: [{id: SQS001, reason: x, until: "2026-11-22"}]}}`, ""},
		{"another rule", `{serverless-review: {ignore: [{id: SQS002, reason: x}]}}`, ""},
		{"cdk-nag", `{cdk_nag: {rules_to_suppress: [{id: AwsSolutions-SQS3, reason: x}]}}`, "cdk-nag"},
		{"cdk-nag, another rule", `{cdk_nag: {rules_to_suppress: [{id: AwsSolutions-SQS4, reason: x}]}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := reviewOne(t, template(c.metadata), rules.Options{Only: []string{"SQS001"}})
			if c.by == "" {
				require.Empty(t, r.Suppressed)
				require.Len(t, r.Findings, 1)
				return
			}
			require.Empty(t, r.Findings)
			require.Len(t, r.Suppressed, 1)
			require.Equal(t, c.by, r.Suppressed[0].By)
		})
	}
}

// Each tool's way to accept a finding, on a rule that names this tool's rule as its equal.
func TestSuppressionsOfOtherToolsAreHonoured(t *testing.T) {
	const plain = "SqsManagedSseEnabled: false, KmsMasterKeyId: !Ref AWS::NoValue"
	for _, c := range []struct {
		by, rule, metadata, reason string
	}{
		{"cdk-nag", "SQS001", `{cdk_nag: {rules_to_suppress: [{id: AwsSolutions-SQS3, reason: drained by hand}]}}`, "drained by hand"},
		{"checkov", "SQS004", `{checkov: {skip: [{id: CKV_AWS_27, comment: nothing secret}]}}`, "nothing secret"},
		{"cfn-lint", "SQS001", `{cfn-lint: {config: {ignore_checks: [E3002, ES6000]}}}`, ""}, // serverless-rules runs in cfn-lint
		{"cfn-lint", "SQS001", `{cfn-lint: {config: {ignore_checks: [ES6]}}}`, ""},
	} {
		t.Run(c.by+" "+c.rule, func(t *testing.T) {
			r := reviewOne(t, "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n    Metadata: "+c.metadata+"\n    Properties: {"+plain+"}\n",
				rules.Options{Only: []string{"SQS001", "SQS004"}})
			require.Len(t, r.Suppressed, 1)
			require.Equal(t, c.by, r.Suppressed[0].By)
			require.Equal(t, c.rule, r.Suppressed[0].Code)
			require.Equal(t, c.reason, r.Suppressed[0].Reason)
			require.Len(t, r.Findings, 1, "the other rule still speaks")
		})
	}
	r := reviewOne(t, `Resources:
  Files:
    Type: AWS::S3::Bucket
    Metadata: {guard: {SuppressedRules: [S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED]}}
    Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: false}}
`, rules.Options{Only: []string{"S3B002"}})
	require.Len(t, r.Suppressed, 1)
	require.Equal(t, "guard-rules-registry", r.Suppressed[0].By)
	require.Empty(t, r.Findings)
}

func TestStageInMetadataLowersReliability(t *testing.T) {
	template := func(stage string) string {
		return strings.Replace(queueOfStage, "Condition: IsProd", "Metadata: {serverless-review: {stage: "+stage+"}}", 1)
	}
	only := rules.Options{Only: []string{"SQS001"}}
	require.Equal(t, rules.Low, reviewOne(t, template("dev"), only).Findings[0].Severity)
	require.Equal(t, rules.Medium, reviewOne(t, template("prod"), only).Findings[0].Severity)
	only.Stage = "sandbox"
	lowered := reviewOne(t, template("dev"), only)
	require.Equal(t, rules.Low, lowered.Findings[0].Severity, "two signs lower once")
	require.Equal(t, "sandbox", lowered.Source.Stage)
}

func TestIgnoreInOptionsNeedsAReason(t *testing.T) {
	o := rules.Options{Only: []string{"SQS001"}, Ignore: []rules.Ignore{{Rule: "SQS001", Resource: "Orders", Reason: "known"}}}
	require.Len(t, reviewOne(t, queueOfStage, o).Suppressed, 1)
	o.Ignore[0].Reason = ""
	require.Len(t, reviewOne(t, queueOfStage, o).Findings, 1)
}

func TestBaselineMovesKnownFindings(t *testing.T) {
	r := reviewOne(t, queueOfStage, rules.Options{Only: []string{"SQS001"}})
	rest := r.Without(map[string]bool{r.Findings[0].ID: true})
	require.Empty(t, rest.Findings)
	require.Equal(t, "baseline", rest.Suppressed[0].By)
	require.Equal(t, 0, rest.Summary.Findings.Total())
	require.Len(t, r.Findings, 1, "the report it was made from stays as it is")
}

func TestFailsAtTheSeverityOrWorse(t *testing.T) {
	r := reviewOne(t, queueOfStage, rules.Options{Only: []string{"SQS001"}}) // medium: nothing reads the queue
	require.True(t, r.Fails(rules.Medium))
	require.True(t, r.Fails(rules.Low))
	require.False(t, r.Fails(rules.High))
	none, ok := rules.ParseSeverity("none")
	require.True(t, ok)
	require.False(t, r.Fails(none))
}

func TestDevelopmentStageLowersReliabilityNotSecurity(t *testing.T) {
	o := rules.Options{Only: []string{"SQS001"}, Stage: "dev"}
	require.Equal(t, rules.Low, reviewOne(t, queueOfStage, o).Findings[0].Severity)
	bad := rule(t, "IAM002").Bad
	o = rules.Options{Only: []string{"IAM002"}, Stage: "dev"}
	require.Equal(t, rules.High, reviewOne(t, bad, o).Findings[0].Severity)
}

func TestUnknownNamesWhatSettlesIt(t *testing.T) {
	r := reviewOne(t, `Parameters:
  Seconds: {Type: Number}
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Timeout: !Ref Seconds, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}
`, rules.Options{Only: []string{"ESM001"}})
	require.Empty(t, r.Findings)
	require.Len(t, r.Unknown, 1)
	require.Equal(t, "give its value: --parameter Seconds=VALUE", r.Unknown[0].Settle)
	require.Equal(t, []string{"queue-visibility-below-function-timeout"}, r.Unknown[0].Rules)
}

func TestFindingsOfOneGlobalsLineShareAGroup(t *testing.T) {
	r := reviewOne(t, `Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 60, Runtime: python3.13, Handler: app.handler, CodeUri: src, ReservedConcurrentExecutions: 2}
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties: {Events: {Q: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:a", ScalingConfig: {MaximumConcurrency: 2}}}, R: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:b", ScalingConfig: {MaximumConcurrency: 2}}}}}
  B:
    Type: AWS::Serverless::Function
    Properties: {Events: {Q: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:c", ScalingConfig: {MaximumConcurrency: 2}}}, R: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:d", ScalingConfig: {MaximumConcurrency: 2}}}}}
`, rules.Options{Only: []string{"ESM005"}})
	require.Len(t, r.Findings, 2)
	require.NotEmpty(t, r.Findings[0].Group)
	require.Equal(t, r.Findings[0].Group, r.Findings[1].Group)
}

func TestFindingOfATrialStageMattersLess(t *testing.T) {
	only := func(condition string) string { return strings.Replace(queueOfStage, "IsProd", condition, -1) }
	high := reviewOne(t, only("HasQueue"), rules.Options{Only: []string{"SQS001"}})
	require.Equal(t, rules.Medium, high.Findings[0].Severity)
	low := reviewOne(t, only("IsDev"), rules.Options{Only: []string{"SQS001"}})
	require.Equal(t, rules.Low, low.Findings[0].Severity)
}

func TestTheMoreExactRuleSpeaksAlone(t *testing.T) {
	r := reviewOne(t, rule(t, "OBS003").Bad, rules.Options{Only: []string{"OBS002", "OBS003"}})
	require.Len(t, r.Findings, 1)
	require.Equal(t, "OBS003", r.Findings[0].Code)
	require.Equal(t, []string{"OBS002"}, r.Findings[0].Aliases)
	r = reviewOne(t, rule(t, "GRF002").Bad, rules.Options{Only: []string{"GRF001", "GRF002"}})
	require.Len(t, r.Findings, 1)
	require.Equal(t, []string{"GRF001"}, r.Findings[0].Aliases)
}

func TestMisfitPermissionIsNotAlsoAMissingOne(t *testing.T) {
	for _, bad := range append([]string{rule(t, "LAM019").Bad}, rule(t, "LAM019").MoreBad...) {
		r := reviewOne(t, bad, rules.Options{Only: []string{"LAM019", "EVT003"}})
		require.Len(t, r.Findings, 1)
		require.Equal(t, "LAM019", r.Findings[0].Code)
	}
}

func TestReviewIsTheSameEachTime(t *testing.T) {
	first := reviewOne(t, rule(t, "DEP003").Bad, rules.Options{})
	for range 5 {
		require.Equal(t, first, reviewOne(t, rule(t, "DEP003").Bad, rules.Options{}))
	}
}

func TestUnknownRoleIsPlacedWhereItIsNamed(t *testing.T) {
	r := reviewOne(t, `Resources:
  Orders: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "."}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}}
`, rules.Options{Only: []string{"role-cannot-read-event-source"}})
	require.Len(t, r.Unknown, 1)
	require.Equal(t, "Worker", r.Unknown[0].Resource)
	require.Equal(t, "/Resources/Worker/Properties/Role", r.Unknown[0].Path)
	require.Equal(t, 6, r.Unknown[0].Line)
}

func TestUnknownSourceIsPlacedWhereItIsNamed(t *testing.T) {
	r := reviewOne(t, `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Timeout: 60, Code: {ZipFile: "."}}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
`, rules.Options{Only: []string{"queue-visibility-below-function-timeout"}})
	require.Len(t, r.Unknown, 1)
	require.Equal(t, "Mapping", r.Unknown[0].Resource)
	require.Equal(t, 7, r.Unknown[0].Line)
	require.Equal(t, "arn:aws:sqs:eu-west-1:111122223333:orders is not part of this system", r.Unknown[0].Why)
}

func TestAPIKnownOnlyByNameRaisesNoQuestions(t *testing.T) {
	r := reviewOne(t, `Resources:
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Latency, Namespace: AWS/ApiGateway, Dimensions: [{Name: ApiName, Value: elsewhere}]}}
`, rules.Options{Only: []string{"api-logs-full-data"}})
	require.Empty(t, r.Unknown)
}

// Of two findings of one severity the one that matters more where it stands comes first, and says why.
func TestContextRanksWithinASeverity(t *testing.T) {
	r := reviewOne(t, `Resources:
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.b, Role: !GetAtt ARole.Arn, Code: {ZipFile: "."}}
  ARole: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.b, Role: !GetAtt ARole.Arn, Code: {ZipFile: "."}, Environment: {Variables: {MAIL_API_KEY: 9f8a7c6e5d4b3a291807f6e5d4c3b2a1}}}
  Aside:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.b, Role: !GetAtt ARole.Arn, Code: {ZipFile: "."}, Environment: {Variables: {MAIL_API_KEY: 9f8a7c6e5d4b3a291807f6e5d4c3b2a1}}}
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP, Name: shop}}
  Integration: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: "2.0", IntegrationUri: !GetAtt B.Arn}}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: POST /orders, Target: !Sub "integrations/${Integration}"}}
`, rules.Options{Only: []string{"LAM008"}})
	require.Len(t, r.Findings, 2)
	require.Equal(t, "B", r.Findings[0].Resource.ID)
	require.Equal(t, []string{"reachable from outside through Api"}, r.Findings[0].Context)
	require.Empty(t, r.Findings[1].Context)

	r = reviewOne(t, `Resources:
  Idle: {Type: AWS::SQS::Queue}
  Orders: {Type: AWS::SQS::Queue}
  Kept: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:lost", maxReceiveCount: 5}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Timeout: 60, Role: "arn:aws:iam::111122223333:role/r", Code: {ZipFile: "."}}}
  FromKept: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Kept.Arn, FunctionName: !Ref Worker}}
  FromOrders: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}}
`, rules.Options{Only: []string{"ESM001"}})
	require.Len(t, r.Findings, 2)
	require.Equal(t, "Orders", r.Findings[0].Resource.ID)
	require.Equal(t, []string{"what fails here is lost for good"}, r.Findings[0].Context)
	require.Empty(t, r.Findings[1].Context)
}
