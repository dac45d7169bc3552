// Small CDK stacks, one a kind of connection, each with the edges its graph must have: who does what to whom, by
// construct path, written by hand from what the constructs are documented to do. Run with a folder as argument: it
// synthesises the stacks there and writes the edges beside them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigw from 'aws-cdk-lib/aws-apigateway';
import * as http from 'aws-cdk-lib/aws-apigatewayv2';
import * as httpAuth from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import * as httpTo from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as appsync from 'aws-cdk-lib/aws-appsync';
import * as cw from 'aws-cdk-lib/aws-cloudwatch';
import * as cwActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as ddb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as eventTo from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as iot from 'aws-cdk-lib/aws-iot';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as lambdaTo from 'aws-cdk-lib/aws-lambda-destinations';
import * as from from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as logsTo from 'aws-cdk-lib/aws-logs-destinations';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3To from 'aws-cdk-lib/aws-s3-notifications';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as scheduleTo from 'aws-cdk-lib/aws-scheduler-targets';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as sesTo from 'aws-cdk-lib/aws-ses-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as snsTo from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';

const out = process.argv[2];
const app = new App({ outdir: out, analyticsReporting: false, context: { 'aws:cdk:enable-path-metadata': true } });

function stack(name, build, edges) {
  const s = new Stack(app, name, { env: { region: 'eu-west-1', account: '111122223333' } });
  build(s);
  const lines = edges.split('\n').map((l) => l.trim()).filter(Boolean).sort();
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(path.join(out, name + '.edges'), lines.join('\n'));
}

const fn = (s, id, props = {}) => new lambda.Function(s, id, {
  runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => {}'), ...props,
});
const queue = (s, id, props) => new sqs.Queue(s, id, props);
const table = (s, id, props) => new ddb.Table(s, id, { partitionKey: { name: 'id', type: ddb.AttributeType.STRING }, ...props });

stack('bucket-notifies', (s) => {
  const bucket = new s3.Bucket(s, 'Bucket');
  bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new s3To.LambdaDestination(fn(s, 'Fn')));
  bucket.addEventNotification(s3.EventType.OBJECT_REMOVED, new s3To.SqsDestination(queue(s, 'Queue')));
  bucket.addEventNotification(s3.EventType.OBJECT_RESTORE_POST, new s3To.SnsDestination(new sns.Topic(s, 'Topic')));
}, `
  Bucket routes Fn async
  Bucket routes Queue async
  Bucket routes Topic async`);

stack('bucket-events', (s) => {
  const bucket = new s3.Bucket(s, 'Bucket', { eventBridgeEnabled: true });
  new events.Rule(s, 'Rule', {
    eventPattern: { source: ['aws.s3'], detailType: ['Object Created'], detail: { bucket: { name: [bucket.bucketName] } } },
    targets: [new eventTo.SqsQueue(queue(s, 'Queue'), { deadLetterQueue: queue(s, 'Dead') })],
  });
}, `
  Bucket routes default async
  default routes Rule async
  Bucket routes Rule async
  Rule routes Queue async
  Rule failsTo Dead async`);

stack('topic-to-queue', (s) => {
  const topic = new sns.Topic(s, 'Topic');
  topic.addSubscription(new snsTo.SqsSubscription(queue(s, 'Queue'), {
    filterPolicy: { kind: sns.SubscriptionFilter.stringFilter({ allowlist: ['a'] }) }, deadLetterQueue: queue(s, 'Dead'), rawMessageDelivery: true,
  }));
  topic.addSubscription(new snsTo.LambdaSubscription(fn(s, 'Fn')));
  topic.addSubscription(new snsTo.EmailSubscription('a@example.com'));
}, `
  Topic routes Queue async
  Topic failsTo Dead async
  Topic routes Fn async`);

stack('queue-to-function', (s) => {
  const q = queue(s, 'Queue', { deadLetterQueue: { queue: queue(s, 'Dead'), maxReceiveCount: 5 } });
  fn(s, 'Fn').addEventSource(new from.SqsEventSource(q, { reportBatchItemFailures: true, maxConcurrency: 5 }));
}, `
  Queue polls Fn poll
  Queue failsTo Dead async`);

stack('streams-to-function', (s) => {
  const f = fn(s, 'Fn');
  f.addEventSource(new from.KinesisEventSource(new kinesis.Stream(s, 'Stream'), { startingPosition: lambda.StartingPosition.LATEST, onFailure: new from.SqsDlq(queue(s, 'Dead')) }));
  f.addEventSource(new from.DynamoEventSource(table(s, 'Table', { stream: ddb.StreamViewType.NEW_IMAGE }), { startingPosition: lambda.StartingPosition.LATEST, onFailure: new from.SnsDlq(new sns.Topic(s, 'Told')) }));
}, `
  Stream polls Fn poll
  Table polls Fn poll
  Fn failsTo Dead async
  Fn failsTo Told async`);

stack('kafka-to-function', (s) => {
  const secret = new secrets.Secret(s, 'Secret');
  fn(s, 'Fn').addEventSource(new from.SelfManagedKafkaEventSource({ bootstrapServers: ['b1:9092'], topic: 'orders', secret, startingPosition: lambda.StartingPosition.LATEST }));
}, `
  kafka:b1:9092 polls Fn poll
  Fn reads Secret sync`);

stack('rest-api', (s) => {
  const pool = new cognito.UserPool(s, 'Pool');
  const api = new apigw.RestApi(s, 'Api', { deployOptions: { accessLogDestination: new apigw.LogGroupLogDestination(new logs.LogGroup(s, 'Access')) } });
  const authorizer = new apigw.CognitoUserPoolsAuthorizer(s, 'Auth', { cognitoUserPools: [pool] });
  const orders = api.root.addResource('orders');
  orders.addMethod('GET', new apigw.LambdaIntegration(fn(s, 'Fn')), { authorizer, authorizationType: apigw.AuthorizationType.COGNITO });
  orders.addMethod('PUT', new apigw.LambdaIntegration(fn(s, 'Later'), { proxy: false, requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" } }));
}, `
  Api invokes Fn sync
  Api invokes Later async
  Api authorizes Pool sync
  Access logs Api`);

stack('rest-api-to-services', (s) => {
  const role = new iam.Role(s, 'Role', { assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com') });
  const q = queue(s, 'Queue');
  q.grantSendMessages(role);
  const t = table(s, 'Table');
  t.grantReadData(role);
  const api = new apigw.RestApi(s, 'Api');
  api.root.addMethod('POST', new apigw.AwsIntegration({ service: 'sqs', path: `111122223333/${q.queueName}`, options: { credentialsRole: role } }));
  api.root.addMethod('GET', new apigw.AwsIntegration({ service: 'dynamodb', action: 'GetItem', options: { credentialsRole: role, requestTemplates: { 'application/json': JSON.stringify({ TableName: t.tableName, Key: {} }) } } }));
  const flow = new sfn.StateMachine(s, 'Flow', { stateMachineType: sfn.StateMachineType.EXPRESS, definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(s, 'Pass')) });
  api.root.addMethod('PUT', apigw.StepFunctionsIntegration.startExecution(flow));
}, `
  Api writes Queue async
  Api reads Table sync
  Api invokes Flow sync`);

stack('http-api', (s) => {
  const pool = new cognito.UserPool(s, 'Pool');
  const client = pool.addClient('Client');
  const api = new http.HttpApi(s, 'Api');
  api.addRoutes({ path: '/orders', methods: [http.HttpMethod.GET], integration: new httpTo.HttpLambdaIntegration('ToFn', fn(s, 'Fn')), authorizer: new httpAuth.HttpUserPoolAuthorizer('Auth', pool, { userPoolClients: [client] }) });
  api.addRoutes({ path: '/orders', methods: [http.HttpMethod.POST], integration: new httpTo.HttpSqsIntegration('ToQueue', { queue: queue(s, 'Queue') }) });
  api.addRoutes({ path: '/checked', methods: [http.HttpMethod.GET], integration: new httpTo.HttpLambdaIntegration('ToFn2', fn(s, 'Other')), authorizer: new httpAuth.HttpLambdaAuthorizer('Check', fn(s, 'Checker')) });
}, `
  Api invokes Fn sync
  Api invokes Other sync
  Api writes Queue async
  Api authorizes Pool sync
  Api authorizes Checker sync`);

stack('websocket-api', (s) => {
  const f = fn(s, 'Fn');
  const api = new http.WebSocketApi(s, 'Api', { connectRouteOptions: { integration: new httpTo.WebSocketLambdaIntegration('Connect', f) } });
  const stage = new http.WebSocketStage(s, 'Stage', { webSocketApi: api, stageName: 'prod', autoDeploy: true });
  const sender = fn(s, 'Sender', { environment: { URL: stage.callbackUrl } });
  stage.grantManagementApiAccess(sender);
}, `
  Api invokes Fn sync
  Sender writes Api sync`);

stack('function-url', (s) => {
  fn(s, 'Fn').addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
}, `
  Fn/FunctionUrl invokes Fn sync`);

stack('machine', (s) => {
  const child = new sfn.StateMachine(s, 'Child', { definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(s, 'Nothing')) });
  const q = queue(s, 'Queue');
  const chain = new tasks.LambdaInvoke(s, 'Call', { lambdaFunction: fn(s, 'Fn') })
    .next(new tasks.SqsSendMessage(s, 'Ask', { queue: q, integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN, messageBody: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }) }))
    .next(new tasks.DynamoPutItem(s, 'Keep', { table: table(s, 'Table'), item: { id: tasks.DynamoAttributeValue.fromString('1') } }))
    .next(new tasks.SnsPublish(s, 'Tell', { topic: new sns.Topic(s, 'Topic'), message: sfn.TaskInput.fromText('done') }))
    .next(new tasks.EventBridgePutEvents(s, 'Emit', { entries: [{ eventBus: new events.EventBus(s, 'Bus'), source: 'a', detailType: 'b', detail: sfn.TaskInput.fromObject({}) }] }))
    .next(new tasks.StepFunctionsStartExecution(s, 'Start', { stateMachine: child, integrationPattern: sfn.IntegrationPattern.RUN_JOB }));
  new sfn.StateMachine(s, 'Flow', { definitionBody: sfn.DefinitionBody.fromChainable(chain), logs: { destination: new logs.LogGroup(s, 'Logs'), level: sfn.LogLevel.ERROR } });
}, `
  Flow invokes Fn sync
  Flow writes Queue sync
  Flow writes Table sync
  Flow writes Topic async
  Flow writes Bus async
  Flow invokes Child sync
  Logs logs Flow`);

stack('distributed-map', (s) => {
  const each = new sfn.DistributedMap(s, 'Each', {
    itemReader: new sfn.S3JsonItemReader({ bucket: new s3.Bucket(s, 'In'), key: 'items.json' }),
    resultWriter: new sfn.ResultWriter({ bucket: new s3.Bucket(s, 'Out'), prefix: 'results' }),
  });
  each.itemProcessor(tasks.LambdaInvoke.jsonata(s, 'Work', { lambdaFunction: fn(s, 'Fn') }));
  new sfn.StateMachine(s, 'Flow', { definitionBody: sfn.DefinitionBody.fromChainable(each) });
}, `
  Flow reads In sync
  Flow writes Out sync
  Flow invokes Fn sync`);

stack('bus', (s) => {
  const bus = new events.EventBus(s, 'Bus', { deadLetterQueue: queue(s, 'BusDead') });
  bus.archive('Archive', { eventPattern: { source: ['shop'] } });
  const flow = new sfn.StateMachine(s, 'Flow', { definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(s, 'Pass')) });
  new events.Rule(s, 'Rule', { eventBus: bus, eventPattern: { source: ['shop'] }, targets: [
    new eventTo.LambdaFunction(fn(s, 'Fn'), { deadLetterQueue: queue(s, 'Dead') }), new eventTo.SfnStateMachine(flow),
    new eventTo.CloudWatchLogGroup(new logs.LogGroup(s, 'Logs')), new eventTo.KinesisStream(new kinesis.Stream(s, 'Stream')),
  ] });
  new events.Rule(s, 'Nightly', { schedule: events.Schedule.rate(Duration.days(1)), targets: [new eventTo.EventBus(bus)] });
}, `
  Bus failsTo BusDead async
  Bus routes Bus/Archive/Archive async
  Bus routes Rule async
  Rule routes Fn async
  Rule failsTo Dead async
  Rule routes Flow async
  Rule routes Logs async
  Rule routes Stream async
  Nightly routes Bus async`);

stack('schedules', (s) => {
  new scheduler.Schedule(s, 'Nightly', { schedule: scheduler.ScheduleExpression.rate(Duration.days(1)), target: new scheduleTo.LambdaInvoke(fn(s, 'Fn'), { deadLetterQueue: queue(s, 'Dead') }) });
  const q = queue(s, 'Queue');
  new scheduler.Schedule(s, 'Any', { schedule: scheduler.ScheduleExpression.rate(Duration.days(1)), target: new scheduleTo.Universal({
    service: 'sqs', action: 'sendMessage', input: scheduler.ScheduleTargetInput.fromObject({ QueueUrl: q.queueUrl, MessageBody: 'x' }), policyStatements: [new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [q.queueArn] })],
  }) });
}, `
  Nightly routes Fn async
  Nightly failsTo Dead async
  Any routes Queue async`);

stack('pipe', (s) => {
  const source = table(s, 'Table', { stream: ddb.StreamViewType.NEW_IMAGE });
  const role = new iam.Role(s, 'Role', { assumedBy: new iam.ServicePrincipal('pipes.amazonaws.com') });
  new pipes.CfnPipe(s, 'Pipe', {
    roleArn: role.roleArn, source: source.tableStreamArn, sourceParameters: { dynamoDbStreamParameters: { startingPosition: 'LATEST', deadLetterConfig: { arn: queue(s, 'Dead').queueArn } } },
    enrichment: fn(s, 'Fn').functionArn, target: new events.EventBus(s, 'Bus').eventBusArn,
  });
}, `
  Table polls Pipe poll
  Pipe failsTo Dead async
  Pipe invokes Fn sync
  Pipe routes Bus sync`);

stack('graphql', (s) => {
  const pool = new cognito.UserPool(s, 'Pool');
  const api = new appsync.EventApi(s, 'Events', { apiName: 'events', authorizationConfig: { authProviders: [{ authorizationType: appsync.AppSyncAuthorizationType.USER_POOL, cognitoConfig: { userPool: pool } }] } });
  api.addChannelNamespace('default');
  const graphql = new appsync.GraphqlApi(s, 'Api', { name: 'api', definition: appsync.Definition.fromSchema(new appsync.SchemaFile({ filePath: new URL('schema.graphql', import.meta.url).pathname })),
    authorizationConfig: { defaultAuthorization: { authorizationType: appsync.AuthorizationType.LAMBDA, lambdaAuthorizerConfig: { handler: fn(s, 'Check') } } } });
  graphql.addDynamoDbDataSource('table', table(s, 'Table'));
  graphql.addLambdaDataSource('fn', fn(s, 'Fn'));
  graphql.addEventBridgeDataSource('bus', new events.EventBus(s, 'Bus'));
}, `
  Events authorizes Pool sync
  Api authorizes Check sync
  Api reads Table sync
  Api writes Table sync
  Api invokes Fn sync
  Api writes Bus async`);

stack('destinations', (s) => {
  fn(s, 'Fn', { onFailure: new lambdaTo.SqsDestination(queue(s, 'Dead')), onSuccess: new lambdaTo.EventBridgeDestination(new events.EventBus(s, 'Bus')), maxEventAge: Duration.hours(1) });
  fn(s, 'Old', { deadLetterQueue: queue(s, 'OldDead') });
  fn(s, 'First', { onSuccess: new lambdaTo.LambdaDestination(fn(s, 'Second')), onFailure: new lambdaTo.SnsDestination(new sns.Topic(s, 'Told')) });
}, `
  Fn failsTo Dead async
  Fn writes Bus async
  Old failsTo OldDead async
  First invokes Second async
  First failsTo Told async`);

stack('deployment', (s) => {
  const f = fn(s, 'Fn');
  const alias = new lambda.Alias(s, 'Live', { aliasName: 'live', version: f.currentVersion });
  const alarm = alias.metricErrors().createAlarm(s, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  new codedeploy.LambdaDeploymentGroup(s, 'Group', { alias, deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES, alarms: [alarm], preHook: fn(s, 'Hook') });
  alias.addAutoScaling({ maxCapacity: 5 }).scaleOnUtilization({ utilizationTarget: 0.7 });
}, `
  Live deploys Fn
  Alarm alarms Fn
  Group deploys Fn
  Group reads Alarm
  Group invokes Hook async
  Live/AliasScaling/Target deploys Fn`);

stack('alarms', (s) => {
  const q = queue(s, 'Queue');
  const f = fn(s, 'Fn');
  const topic = new sns.Topic(s, 'Topic');
  const depth = q.metricApproximateNumberOfMessagesVisible().createAlarm(s, 'Depth', { threshold: 1, evaluationPeriods: 1 });
  depth.addAlarmAction(new cwActions.SnsAction(topic));
  const rate = new cw.MathExpression({ expression: '100 * e / i', usingMetrics: { e: f.metricErrors(), i: f.metricInvocations() } }).createAlarm(s, 'Rate', { threshold: 1, evaluationPeriods: 1 });
  rate.addOkAction(new cwActions.LambdaAction(fn(s, 'Heal')));
  new cw.CompositeAlarm(s, 'Both', { alarmRule: cw.AlarmRule.anyOf(depth, rate) }).addAlarmAction(new cwActions.SnsAction(topic));
}, `
  Depth alarms Queue
  Depth notifies Topic async
  Rate alarms Fn
  Rate notifies Heal async
  Both alarms Depth
  Both alarms Rate
  Both notifies Topic async`);

stack('log-subscriptions', (s) => {
  const group = new logs.LogGroup(s, 'Logs');
  group.addSubscriptionFilter('ToStream', { destination: new logsTo.KinesisDestination(new kinesis.Stream(s, 'Stream')), filterPattern: logs.FilterPattern.allEvents() });
  group.addSubscriptionFilter('ToFn', { destination: new logsTo.LambdaDestination(fn(s, 'Fn')), filterPattern: logs.FilterPattern.allEvents() });
}, `
  Logs routes Stream async
  Logs routes Fn async`);

stack('keys', (s) => {
  const key = new kms.Key(s, 'Key', { alias: 'shop' });
  new s3.Bucket(s, 'Bucket', { encryptionKey: key });
  queue(s, 'Queue', { encryptionMasterKey: key });
  new sns.Topic(s, 'Topic', { masterKey: key });
  table(s, 'Table', { encryption: ddb.TableEncryption.CUSTOMER_MANAGED, encryptionKey: key });
  new ddb.TableV2(s, 'Global', { partitionKey: { name: 'id', type: ddb.AttributeType.STRING }, encryption: ddb.TableEncryptionV2.customerManagedKey(key) });
  new kinesis.Stream(s, 'Stream', { encryptionKey: key });
  new logs.LogGroup(s, 'Logs', { encryptionKey: key });
  new secrets.Secret(s, 'Secret', { encryptionKey: key });
  fn(s, 'Fn', { environmentEncryption: key });
}, `
  Key encrypts Bucket
  Key encrypts Queue
  Key encrypts Topic
  Key encrypts Table
  Key encrypts Global
  Key encrypts Stream
  Key encrypts Logs
  Key encrypts Secret
  Key encrypts Fn`);

stack('user-pool', (s) => {
  const pool = new cognito.UserPool(s, 'Pool');
  pool.addTrigger(cognito.UserPoolOperation.PRE_SIGN_UP, fn(s, 'Before'));
  pool.addTrigger(cognito.UserPoolOperation.POST_CONFIRMATION, fn(s, 'After'));
}, `
  Pool invokes Before sync
  Pool invokes After sync`);

stack('grants', (s) => {
  const t = table(s, 'Table');
  const bucket = new s3.Bucket(s, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
  const q = queue(s, 'Queue');
  const topic = new sns.Topic(s, 'Topic');
  const bus = new events.EventBus(s, 'Bus');
  const secret = new secrets.Secret(s, 'Secret');
  const stream = new kinesis.Stream(s, 'Stream');
  const other = fn(s, 'Other');
  const f = fn(s, 'Fn', { environment: { TABLE: t.tableName, BUCKET: bucket.bucketName, QUEUE: q.queueUrl, TOPIC: topic.topicArn, BUS: bus.eventBusName, SECRET: secret.secretArn, STREAM: stream.streamName, OTHER: other.functionName } });
  t.grantReadWriteData(f);
  bucket.grantRead(f);
  q.grantSendMessages(f);
  topic.grantPublish(f);
  bus.grantPutEventsTo(f);
  secret.grantRead(f);
  stream.grantWrite(f);
  other.grantInvoke(f);
}, `
  Fn reads Table sync
  Fn writes Table sync
  Fn reads Bucket sync
  Fn writes Queue async
  Fn writes Topic async
  Fn writes Bus async
  Fn reads Secret sync
  Fn writes Stream async
  Fn invokes Other`);

stack('delivery', (s) => {
  const key = new kinesis.Stream(s, 'Stream');
  new firehose.DeliveryStream(s, 'Fire', { source: new firehose.KinesisStreamSource(key), destination: new firehose.S3Bucket(new s3.Bucket(s, 'Bucket'), {
    processors: [new firehose.LambdaFunctionProcessor(fn(s, 'Fn'), {})], s3Backup: { mode: firehose.BackupMode.ALL, bucket: new s3.Bucket(s, 'Backup') }, loggingConfig: new firehose.DisableLogging(),
  }) });
}, `
  Stream polls Fire poll
  Fire routes Bucket async
  Fire invokes Fn sync
  Fire failsTo Backup async`);

stack('container', (s) => {
  const vpc = new ec2.Vpc(s, 'Vpc', { maxAzs: 1, restrictDefaultSecurityGroup: false });
  const cluster = new ecs.Cluster(s, 'Cluster', { vpc });
  const q = queue(s, 'Queue');
  const task = new ecs.FargateTaskDefinition(s, 'Task');
  task.addContainer('main', { image: ecs.ContainerImage.fromRegistry('nginx'), environment: { QUEUE: q.queueUrl }, logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'x', logGroup: new logs.LogGroup(s, 'Logs') }) });
  q.grantSendMessages(task.taskRole);
  new ecs.FargateService(s, 'Service', { cluster, taskDefinition: task });
}, `
  Task writes Queue async
  Service/Service deploys Task
  Logs logs Task`);

stack('mail-and-devices', (s) => {
  const f = fn(s, 'Fn');
  new ses.ReceiptRuleSet(s, 'Rules', { rules: [{ receiptRuleName: 'mail', actions: [new sesTo.S3({ bucket: new s3.Bucket(s, 'Bucket'), topic: new sns.Topic(s, 'Topic') }), new sesTo.Lambda({ function: f })] }] });
  new iot.CfnTopicRule(s, 'Device', { topicRulePayload: { sql: 'SELECT * FROM a', actions: [{ lambda: { functionArn: f.functionArn } }], errorAction: { sqs: { queueUrl: queue(s, 'Dead').queueUrl, roleArn: new iam.Role(s, 'Role', { assumedBy: new iam.ServicePrincipal('iot.amazonaws.com') }).roleArn } } } });
}, `
  Rules/Rule0 routes Bucket async
  Rules/Rule0 routes Topic async
  Rules/Rule0 routes Fn async
  Device routes Fn async
  Device failsTo Dead async`);

app.synth();
