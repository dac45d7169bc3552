package facts

// tables lists the tables of figures in the order in which they are shown.
var tables = []Table{
	lambdaTable, esmTable, sqsTable, snsTable, eventbridgeTable, schedulerTable, pipesTable, sfnTable, apigwTable,
	dynamodbTable, kinesisTable, s3Table, cloudwatchTable, cognitoTable, appsyncTable, cloudformationTable,
	iamTable, secretsTable, ssmTable, kmsTable, wafTable, cloudfrontTable, latticeTable, avpTable, codedeployTable,
}
