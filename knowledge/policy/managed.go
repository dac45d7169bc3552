package policy

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Managed returns the statements of an AWS managed policy, named by its ARN or plain name. known is false for
// policies that are not in the table.
func Managed(arn string, at *graph.Evidence, via *graph.Resource) (statements []graph.Statement, known bool) {
	name := arn[strings.LastIndex(arn, "/")+1:]
	if strings.Contains(arn, ":") && !strings.Contains(arn, ":iam::aws:") {
		return nil, false
	}
	rows, known := managed[name]
	for _, row := range rows {
		s := graph.Statement{Effect: "Allow", At: at, Via: via, Origin: "managed " + arn}
		for _, a := range strings.Fields(row.actions) {
			s.Actions = append(s.Actions, graph.NewString(at, a))
		}
		for _, res := range strings.Fields(row.resources) {
			s.Resources = append(s.Resources, graph.NewString(at, res))
		}
		statements = append(statements, s)
	}
	return statements, known
}

// row is one statement: actions and resources, each separated by blanks.
type row struct{ actions, resources string }

const (
	logsWrite = "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"
	vpcENI    = "ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses"
)

// managed holds the statements of AWS managed policies that templates of serverless systems use, without
// their conditions' detail where they have none. Compared with their pages of the AWS managed policy reference
// guide on 2026-11-23: AWSLambdaBasicExecutionRole (v1), AWSLambdaVPCAccessExecutionRole (v3),
// AWSLambdaDynamoDBExecutionRole (v1), AWSLambdaKinesisExecutionRole (v2), AWSXRayDaemonWriteAccess (v2) and
// AWSXrayWriteOnlyAccess (v2). The other rows are from general knowledge and were not compared.
var managed = map[string][]row{
	"AWSLambdaBasicExecutionRole":     {{logsWrite, "*"}},
	"AWSLambdaVPCAccessExecutionRole": {{logsWrite + " " + vpcENI, "*"}},
	"AWSLambdaSQSQueueExecutionRole":  {{"sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes " + logsWrite, "*"}},
	"AWSLambdaDynamoDBExecutionRole":  {{"dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams " + logsWrite, "*"}},
	"AWSLambdaKinesisExecutionRole":   {{"kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards kinesis:ListStreams kinesis:SubscribeToShard " + logsWrite, "*"}},
	"AWSLambdaMSKExecutionRole":       {{"kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeVpcs ec2:DeleteNetworkInterface ec2:DescribeSubnets ec2:DescribeSecurityGroups " + logsWrite, "*"}},
	"AWSLambdaRole":                   {{"lambda:InvokeFunction", "*"}},
	"AWSXRayDaemonWriteAccess":        {{"xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets xray:GetSamplingStatisticSummaries", "*"}},
	"AWSXrayWriteOnlyAccess":          {{"xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets xray:GetSamplingStatisticSummaries", "*"}},
	"CloudWatchLambdaInsightsExecutionRolePolicy": {
		{"logs:CreateLogGroup", "*"},
		{"logs:CreateLogStream logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*"},
	},
	// The AWS Batch user guide, "execution IAM role", shows its document; checked 2026-11-24.
	"AmazonECSTaskExecutionRolePolicy":     {{"ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage logs:CreateLogStream logs:PutLogEvents", "*"}},
	"AWSAppSyncPushToCloudWatchLogs":       {{logsWrite, "*"}},
	"AmazonAPIGatewayPushToCloudWatchLogs": {{logsWrite + " logs:DescribeLogGroups logs:DescribeLogStreams logs:GetLogEvents logs:FilterLogEvents", "*"}},
	"AdministratorAccess":                  {{"*", "*"}},
	"AmazonDynamoDBFullAccess":             {{"dynamodb:* dax:*", "*"}},
	"AmazonSQSFullAccess":                  {{"sqs:*", "*"}},
	"AmazonSNSFullAccess":                  {{"sns:*", "*"}},
	"AmazonS3FullAccess":                   {{"s3:* s3-object-lambda:*", "*"}},
	"AmazonS3ReadOnlyAccess":               {{"s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*", "*"}},
	"AmazonKinesisFullAccess":              {{"kinesis:*", "*"}},
	"AmazonEventBridgeFullAccess":          {{"events:* schemas:* scheduler:* pipes:*", "*"}},
	"AWSStepFunctionsFullAccess":           {{"states:*", "*"}},
	"AWSLambda_FullAccess":                 {{"lambda:*", "*"}},
}
