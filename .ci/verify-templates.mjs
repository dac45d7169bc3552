#!/usr/bin/env node
// Passes generated CloudFormation templates through cdk-nag (AwsSolutions and Serverless) and the validator that
// aws-cdk-lib brings, as CDK's CfnInclude reads them.
//
//   node verify-templates PROJECT...      (run inside the toolchain's folder; a PROJECT is a folder with a template.yaml)
//
// Prints one line of JSON for each project; exit code 1 if any has a problem.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';

const require = createRequire(path.join(process.cwd(), 'package.json'));
const { App, DefaultStackSynthesizer, Stack, Validations } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks, ServerlessChecks } = require('cdk-nag');

// Findings that stay: the rule, the resource, why, and what else the template must have. A template has no place to say so.
const accepted = [
  [/^AwsSolutions-IAM4\[.*AmazonAPIGatewayPushToCloudWatchLogs\]/, /LogRole$/, 'API Gateway takes this managed policy to write logs for the whole account.'],
  [/^AwsSolutions-IAM4\[.*AWSAppSyncPushToCloudWatchLogs\]/, /LogRole$/, 'AppSync takes this managed policy to write its logs.'],
  [/^AwsSolutions-IAM4\[.*AWSLambdaVPCAccessExecutionRole\]/, /Role$/, "Lambda's own policy for the interfaces of functions in a network."],
  [/^AwsSolutions-IAM4\[.*AWSCodeDeployRoleForLambdaLimited\]/, /ReleaseRole$/, "CodeDeploy's own policy for moving aliases."],
  [/^AwsSolutions-IAM4\[.*AWSLambdaBasicDurableExecutionRolePolicy\]/, /Role$/, 'Lets a durable function save its own progress.'],
  [/^AwsSolutions-IAM4\[.*AWSLambdaManagedEC2ResourceOperator\]/, /OperatorRole$/, "Lambda's own policy for running the instances of capacity providers."],
  [/^AwsSolutions-IAM5\[Resource::\*\]|^Serverless-LambdaStarPermissions/, /Role$/, 'Traces, log deliveries and the list of streams have no resource to narrow the right to.'],
  [/^W3694/, /To\w+$/, "A subscription's endpoint may be an alias, whose Ref is its ARN: the rule knows functions alone."],
  [/^AwsSolutions-L1|^Serverless-LambdaLatestVersion/, /^(Work|Help)$/, 'The runtime is that of the code which is brought.'],
  [/^AwsSolutions-L1|^Serverless-LambdaLatestVersion/, /./, 'Powertools for AWS Lambda has no layer for a newer runtime of Python.', /^ +Runtime: python3\.14$/m],
  [/^AwsSolutions-IAM5\[Resource::<\w+\.Arn>\/index\/\*\]/, /Role$/, "The right holds for one table's indexes."],
  [/^AwsSolutions-IAM5\[Resource::<\w+\.Arn>\/\*\]/, /Role$/, "Objects have names of their own: the right holds for one bucket's."],
  [/^AwsSolutions-IAM5\[Resource::arn:.*:execution:<\w+\.Name>/, /MapPolicy$/, "A map's own executions have ids that nobody knows before."],
  [/^AwsSolutions-IAM5\[Resource::arn:.*:schedule\/<\w+>\/\*\]/, /Role$/, 'Schedules have names of their own: the right holds for those of one group.'],
  [/^AwsSolutions-IAM5\[Resource::arn:.*@connections\/\*\]/, /Role$/, 'Connections have ids of their own: the right holds for those of one API.'],
  [/^AwsSolutions-SQS3|^Serverless-SQSRedrivePolicy/, /(Dlq|Failures|Parked)\d*$/, 'This is a dead-letter queue itself.'],
  [/^Serverless-LambdaDLQ/, /./, 'Failed events go to the failure destination of the function or of its source; who calls and waits sees the failure.'],
  [/^Serverless-LambdaEventSourceMappingDestination/, /To\w+$/, 'Mappings of queues have no failure destination: the dead-letter queue of the source takes that part.'],
  [/^AwsSolutions-S1/, /./, 'Who reads and writes is told by CloudTrail data events, which name the caller.'],
  [/^AwsSolutions-CFR[1234]/, /Site/, 'The site is for all countries, its API checks its callers, and its name is CloudFront\'s own.'],
  [/^AwsSolutions-SMG4/, /./, 'The sender makes the key and says when it changes.'],
  [/^AwsSolutions-APIG4/, /Webhooks|Socket/, 'The handler checks the signature, or the connection was let in before.'],
  [/^AwsSolutions-ASC3/, /./, 'Errors are logged; whole requests would put what callers send into the log.'],
];

function prove(project) {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'nag-'));
  const problems = [];
  try {
    // As "aws cloudformation package" leaves it: code and schemas are in a bucket.
    const packaged = path.join(out, 'packaged.yaml');
    const text = fs.readFileSync(path.join(project, 'template.yaml'), 'utf8');
    fs.writeFileSync(packaged, text
      .replace(/^( +Code:) (src|(dist|code|handlers)\/.*)$/gm, '$1 {S3Bucket: code, S3Key: code}')
      .replace(/^( +DefinitionS3Location:) src\/.*$/gm, '$1 s3://code/schema.graphql'));
    const app = new App({ outdir: path.join(out, 'cdk.out') });
    const stack = new Stack(app, 'Stack', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    new CfnInclude(stack, 'Include', { templateFile: packaged });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
    let thrown;
    try {
      app.synth();
    } catch (e) {
      thrown = e; // it has findings: the report names them
    }
    const report = path.join(app.outdir, 'validation-report.json');
    if (!fs.existsSync(report)) {
      throw thrown ?? new Error('there is no report');
    }
    for (const plugin of JSON.parse(fs.readFileSync(report, 'utf8')).pluginReports) {
      for (const v of plugin.violations ?? []) {
        for (const place of v.violatingConstructs ?? v.violatingResources ?? [{}]) {
          const id = (place.constructPath ?? place.resourceLogicalId ?? '').split('/').pop();
          if (!accepted.some(([rule, on, , where]) => rule.test(v.ruleName) && on.test(id) && (!where || where.test(text)))) {
            problems.push(`${v.ruleName} at ${id}: ${v.description}`);
          }
        }
      }
    }
  } catch (e) {
    problems.push(String(e.message).slice(0, 1000));
  } finally {
    fs.rmSync(out, { recursive: true });
  }
  return problems;
}

const log = console.error;
console.error = () => {}; // each acceptance would be told at length
let failed = false;
for (const project of process.argv.slice(2)) {
  const started = Date.now();
  const problems = prove(project);
  failed ||= problems.length > 0;
  console.log(JSON.stringify({ project: path.basename(project), problems, ms: Date.now() - started }));
}
console.error = log;
process.exitCode = failed ? 1 : 0;
