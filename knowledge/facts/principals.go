package facts

import "slices"

// Principal says as whom a type of resource acts on others. Where ByRole is set it calls with a role that it is
// given, which trusts Service, and a resource policy on the target is not needed in the same account.
type Principal struct {
	Type    string `json:"type"`
	Service string `json:"service,omitempty"`
	ByRole  bool   `json:"byRole"`
}

// PrincipalOf returns the principal of a CloudFormation resource type.
func PrincipalOf(resourceType string) (Principal, bool) {
	for _, p := range principals {
		if p.Type == resourceType {
			return p, true
		}
	}
	return Principal{}, false
}

// Principals returns all principals, sorted by resource type.
func Principals() []Principal { return principals }

var principals = []Principal{
	{Type: "AWS::ApiGateway::RestApi", Service: "apigateway.amazonaws.com"},
	{Type: "AWS::ApiGatewayV2::Api", Service: "apigateway.amazonaws.com"},
	{Type: "AWS::AppSync::DataSource", Service: "appsync.amazonaws.com", ByRole: true},
	{Type: "AWS::Cognito::UserPool", Service: "cognito-idp.amazonaws.com"},
	{Type: "AWS::Config::ConfigRule", Service: "config.amazonaws.com"},
	{Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Service: "elasticloadbalancing.amazonaws.com"},
	{Type: "AWS::Events::Rule", Service: "events.amazonaws.com"},
	{Type: "AWS::EventsV2::Subscriber", Service: "events.amazonaws.com", ByRole: true},
	{Type: "AWS::IoT::TopicRule", Service: "iot.amazonaws.com"},
	{Type: "AWS::Logs::SubscriptionFilter", Service: "logs.amazonaws.com"},
	{Type: "AWS::S3::Bucket", Service: "s3.amazonaws.com"},
	{Type: "AWS::SES::ReceiptRule", Service: "ses.amazonaws.com"},
	{Type: "AWS::SNS::Topic", Service: "sns.amazonaws.com"},
	{Type: "AWS::Scheduler::Schedule", Service: "scheduler.amazonaws.com", ByRole: true},
	{Type: "AWS::SecretsManager::RotationSchedule", Service: "secretsmanager.amazonaws.com"},
}

// StarOnly tells whether an action can be granted on all resources only, so that "*" as its resource is no fault.
func StarOnly(action string) bool {
	_, found := slices.BinarySearch(starOnly, action)
	return found
}

// StarOnlyActions returns the actions that cannot be narrowed to a resource, sorted.
func StarOnlyActions() []string { return starOnly }

// The list is a start from general knowledge, not generated from the service authorization reference: an action
// that is missing here is no proof that it can be narrowed.
var starOnly = []string{
	"cloudwatch:PutMetricData",
	"ec2:DescribeNetworkInterfaces",
	"kms:ListAliases",
	"logs:CreateLogDelivery",
	"logs:DeleteLogDelivery",
	"logs:DescribeLogGroups",
	"logs:DescribeResourcePolicies",
	"logs:GetLogDelivery",
	"logs:ListLogDeliveries",
	"logs:PutResourcePolicy",
	"logs:UpdateLogDelivery",
	"s3:ListAllMyBuckets",
	"sns:ListTopics",
	"sqs:ListQueues",
	"sts:GetCallerIdentity",
	"xray:GetSamplingRules",
	"xray:GetSamplingTargets",
	"xray:PutTelemetryRecords",
	"xray:PutTraceSegments",
}
