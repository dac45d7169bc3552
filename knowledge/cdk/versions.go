package cdk

// npmVersions are the versions the generated TypeScript projects pin. The proof toolchain installs the same ones, and
// a test compares the two.
var npmVersions = map[string]string{
	"@aws-lambda-powertools/batch":            "2.35.0",
	"@aws-lambda-powertools/idempotency":      "2.35.0",
	"@aws-lambda-powertools/logger":           "2.35.0",
	"@aws-sdk/client-apigatewaymanagementapi": "3.1162.0",
	"@aws-sdk/client-dynamodb":                "3.1162.0",
	"@aws-sdk/client-eventbridge":             "3.1162.0",
	"@aws-sdk/client-kinesis":                 "3.1143.0",
	"@aws-sdk/client-s3":                      "3.1166.0",
	"@aws-sdk/client-scheduler":               "3.1162.0",
	"@aws-sdk/client-secrets-manager":         "3.1162.0",
	"@aws-sdk/client-sfn":                     "3.1162.0",
	"@aws-sdk/client-sns":                     "3.1162.0",
	"@aws-sdk/client-sqs":                     "3.1162.0",
	"@aws/durable-execution-sdk-js":           "2.4.0",
	"@aws/durable-execution-sdk-js-testing":   "1.1.4",
	"@aws-sdk/lib-dynamodb":                   "3.1162.0",
	"@aws-sdk/util-dynamodb":                  "3.996.9",
	"@types/aws-lambda":                       "8.10.164",
	"@types/node":                             "24.19.2",
	"aws-cdk":                                 "2.1148.1",
	"aws-cdk-lib":                             "2.276.0",
	"aws-sdk-client-mock":                     "4.1.0",
	"cdk-nag":                                 "3.0.2",
	"constructs":                              "10.8.1",
	"esbuild":                                 "0.28.2",
	"tsx":                                     "4.23.15",
	"typescript":                              "7.0.2",
	"zod":                                     "4.6.7",
}
