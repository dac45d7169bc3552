package stack

import (
	"encoding/json"
	"strings"
)

// reviewed lists, for each type that is read live, the settings that rules and edges use, and a few that whoever
// trusts the template relies on. Only these are taken from the deployed resource and compared with the template; what else differs is none of a review's business.
//
// A mark behind the name says what a missing setting means: "?" that there is nothing (a dead-letter queue), so that
// one side without it differs from a side with it; "=value" that the value holds (several where it depends), beside
// the defaults that knowledge/services has. Without a mark only two written values are compared: what Cloud Control
// leaves out, or adds, then says nothing.
var reviewed = map[string]string{
	"AWS::ApiGateway::Stage":         `TracingEnabled=false AccessLogSetting? MethodSettings? CacheClusterEnabled=false`,
	"AWS::ApiGatewayV2::Stage":       `AutoDeploy=false AccessLogSettings? DefaultRouteSettings`,
	"AWS::CloudWatch::Alarm":         `ActionsEnabled=true AlarmActions? Threshold ComparisonOperator EvaluationPeriods DatapointsToAlarm MetricName Namespace Period Statistic TreatMissingData=missing`,
	"AWS::Cognito::UserPool":         `MfaConfiguration=OFF DeletionProtection`,
	"AWS::DynamoDB::Table":           `BillingMode=PROVISIONED DeletionProtectionEnabled=false PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled":false} StreamSpecification? SSESpecification? TimeToLiveSpecification TableClass=STANDARD`,
	"AWS::Events::Rule":              `State=ENABLED ScheduleExpression? EventPattern? Targets EventBusName=default`,
	"AWS::IAM::Role":                 `AssumeRolePolicyDocument PermissionsBoundary? Policies? ManagedPolicyArns?`,
	"AWS::KMS::Key":                  `EnableKeyRotation=false Enabled=true KeyPolicy`,
	"AWS::Kinesis::Stream":           `RetentionPeriodHours=24 StreamEncryption?`,
	"AWS::Lambda::Alias":             `ProvisionedConcurrencyConfig`,
	"AWS::Lambda::EventInvokeConfig": `MaximumEventAgeInSeconds=21600 MaximumRetryAttempts=2 DestinationConfig?`,
	"AWS::Lambda::EventSourceMapping": `Enabled=true BatchSize=10|100 MaximumBatchingWindowInSeconds=0 FunctionResponseTypes? FilterCriteria? DestinationConfig? ScalingConfig? MaximumRetryAttempts=-1
		MaximumRecordAgeInSeconds=-1 ParallelizationFactor=1 BisectBatchOnFunctionError=false StartingPosition`,
	"AWS::Lambda::Function": `Timeout MemorySize Runtime Role DeadLetterConfig? ReservedConcurrentExecutions? VpcConfig? Layers? KmsKeyArn? TracingConfig={"Mode":"PassThrough"} Architectures=["x86_64"]
		RecursiveLoop Environment`,
	"AWS::Lambda::Url":                 `AuthType Cors? InvokeMode=BUFFERED`,
	"AWS::Logs::LogGroup":              `RetentionInDays? KmsKeyId?`,
	"AWS::Pipes::Pipe":                 `DesiredState=RUNNING Source Target Enrichment? RoleArn`,
	"AWS::S3::Bucket":                  `VersioningConfiguration={"Status":"Suspended"} PublicAccessBlockConfiguration BucketEncryption`,
	"AWS::SNS::Subscription":           `FilterPolicy? FilterPolicyScope RedrivePolicy? RawMessageDelivery=false Endpoint Protocol`,
	"AWS::SNS::Topic":                  `KmsMasterKeyId? ContentBasedDeduplication=false`,
	"AWS::SQS::Queue":                  `VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds RedrivePolicy? RedriveAllowPolicy? KmsMasterKeyId? SqsManagedSseEnabled ContentBasedDeduplication=false`,
	"AWS::Scheduler::Schedule":         `State=ENABLED ScheduleExpression ScheduleExpressionTimezone=UTC Target FlexibleTimeWindow`,
	"AWS::StepFunctions::StateMachine": `TracingConfiguration={"Enabled":false} LoggingConfiguration={"Level":"OFF"} RoleArn`,
}

// rule is how one setting is compared.
type rule struct {
	name     string
	optional bool  // "?": nothing written means there is nothing
	defaults []any // "=": what holds where nothing is written
}

// rulesOf reads the table for one type.
func rulesOf(typ string) []rule {
	var out []rule
	for _, word := range strings.Fields(reviewed[typ]) {
		name, values, marked := strings.Cut(word, "=")
		r := rule{name: strings.TrimSuffix(name, "?"), optional: strings.HasSuffix(name, "?")}
		for _, v := range strings.Split(values, "|") {
			if !marked {
				break
			}
			var parsed any
			d := json.NewDecoder(strings.NewReader(v))
			d.UseNumber()
			if d.Decode(&parsed) != nil {
				parsed = v
			}
			r.defaults = append(r.defaults, parsed)
		}
		out = append(out, r)
	}
	return out
}

// unstable are settings that others than the author change as they should: scaling, gradual deployments. They are
// read live and are no drift.
var unstable = map[string]bool{
	"AWS::Lambda::Alias/ProvisionedConcurrencyConfig": true,
}

// within are settings below another one whose absence means that there is nothing, as "?" does at the top.
var within = map[string]bool{
	"DeadLetterConfig": true, "RetryPolicy": true, "OnFailure": true, "FilterCriteria": true,
	"deadLetterTargetArn": true, "maxReceiveCount": true,
}
