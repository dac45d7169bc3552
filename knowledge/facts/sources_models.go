package facts

// The service models as botocore 1.44.8 has them, and pages, read on the day below.
const readLate = "2026-11-29"

// readAgain is the day on which pages were read whole and all rows that cite them compared with them.
const readAgain = "2026-11-30"

var (
	modelAppSignals  = model("application-signals", "2024-04-15")
	modelAppsync     = model("appsync", "2017-07-25")
	modelAvp         = model("verifiedpermissions", "2021-12-01")
	modelCloudfront  = model("cloudfront", "2020-05-31")
	modelCognito     = model("cognito-idp", "2016-04-18")
	modelCw          = model("cloudwatch", "2010-08-01")
	modelIam         = model("iam", "2010-05-08")
	modelKms         = model("kms", "2014-11-01")
	modelLambda      = model("lambda", "2015-03-31")
	modelLattice     = model("vpc-lattice", "2022-11-30")
	modelCodedeploy  = model("codedeploy", "2014-10-06")
	modelLogs        = model("logs", "2014-03-28")
	modelSecrets     = model("secretsmanager", "2017-10-17")
	modelSsm         = model("ssm", "2014-11-06")
	modelSts         = model("sts", "2011-06-15")
	modelWaf         = model("wafv2", "2019-07-29")
	modelXray        = model("xray", "2016-04-12")
	modelSynthetics  = model("synthetics", "2017-10-11")
	modelSfn         = model("stepfunctions", "2016-11-23")
	modelS3          = model("s3", "2006-03-01")
	modelCfn         = model("cloudformation", "2010-05-15")
	modelDdb         = model("dynamodb", "2012-08-10")
	modelDdbStreams  = model("dynamodbstreams", "2012-08-10")
	modelSqs         = model("sqs", "2012-11-05")
	modelPipes       = model("pipes", "2015-10-07")
	cdkLogGroup      = Source{Title: "CloudFormation reference, AWS::Logs::LogGroup, text in aws-cdk-lib 2.276.0", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html", Checked: readLate}
	docLatticeLambda = Source{Title: "Amazon VPC Lattice User Guide, \"Lambda functions as targets in VPC Lattice\"", URL: "https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html", Checked: readLate}
)

func model(service, version string) Source {
	return Source{
		Title:   "botocore 1.44.8, " + service + " service model",
		URL:     "https://github.com/boto/botocore/blob/1.44.8/botocore/data/" + service + "/" + version + "/service-2.json.gz",
		Checked: readLate,
	}
}
