#!/usr/bin/env node
// Proves generated TypeScript projects, all in one process: pinned versions, prettier, tsc, the projects' own tests, and
// the template their entry point makes, checked by cdk-nag (AwsSolutions and Serverless) and by the validator that
// aws-cdk-lib brings. Templates are left in OUT/<project>.template.json.
//
//   node --import tsx verify-typescript OUT PROJECT...      (run inside the toolchain's folder)
//
// Prints one line of JSON for each project; exit code 1 if any has a problem.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const [out, ...projects] = process.argv.slice(2);
const root = process.cwd();
const require = createRequire(path.join(root, 'package.json'));
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

/** Versions the project pins but the toolchain lacks. The CDK's command line is not needed to synthesise. */
function versions(project) {
  const own = read(path.join(project, 'package.json'));
  const pinned = read(path.join(root, 'package.json')).dependencies;
  return Object.entries({ ...own.dependencies, ...own.devDependencies })
    .filter(([name, version]) => name !== 'aws-cdk' && pinned[name] !== version)
    .map(([name, version]) => `package.json pins ${name} ${version}, the toolchain has ${pinned[name]}`);
}

async function format(project) {
  const prettier = require('prettier');
  const problems = [];
  for (const file of fs.readdirSync(project, { recursive: true }).filter((f) => f.endsWith('.ts'))) {
    const full = path.join(project, file);
    const text = fs.readFileSync(full, 'utf8');
    const options = { ...read(path.join(project, 'package.json')).prettier, filepath: full };
    const wanted = await prettier.format(text, options);
    if (wanted !== text) {
      const [a, b] = [text.split('\n'), wanted.split('\n')];
      const i = a.findIndex((line, n) => line !== b[n]);
      problems.push(`prettier would change ${file}:${i + 1}: ${JSON.stringify(a[i])} to ${JSON.stringify(b[i])}`);
    }
  }
  return problems;
}

async function run(project, what, ...args) {
  try {
    await exec(process.execPath, args, { cwd: project, maxBuffer: 1 << 26 });
    return [];
  } catch (e) {
    return [`${what}: ${(e.stdout + e.stderr).slice(0, 4000)}`];
  }
}

const typecheck = (project) => run(project, 'tsc', path.join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');

function tests(project) {
  const files = fs.readdirSync(path.join(project, 'test')).map((f) => path.join('test', f));
  return run(project, 'tests', '--import', 'tsx', '--test', ...files);
}

// The entry point keeps its App to itself, as any CDK project does: this stands between, to get hold of it.
const library = require('aws-cdk-lib');
let app;
class CapturedApp extends library.App {
  constructor(props) {
    super({ ...props, outdir: fs.mkdtempSync(path.join(root, 'cdk.out-')), autoSynth: false });
    app = this;
  }
}
require.cache[require.resolve('aws-cdk-lib')].exports = new Proxy(library, {
  get: (target, name) => (name === 'App' ? CapturedApp : target[name]),
});

function synthesise(project) {
  const { AwsSolutionsChecks, ServerlessChecks } = require('cdk-nag');
  process.chdir(project);
  // As the CDK's command line passes them: cdk.json's context, and construct paths in the template's metadata.
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...read('cdk.json').context, 'aws:cdk:enable-path-metadata': true });
  const problems = [];
  const name = path.basename(project);
  require(path.join(project, 'bin', `${name}.ts`));
  library.Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  try {
    app.synth();
  } catch (e) {
    problems.push(String(e.message).split('\n')[0]);
  }
  for (const plugin of read(path.join(app.outdir, 'validation-report.json')).pluginReports) {
    for (const v of plugin.violations ?? []) {
      for (const place of v.violatingConstructs ?? v.violatingResources ?? [{}]) {
        problems.push(`${v.ruleName} at ${place.constructPath ?? place.resourceLogicalId}: ${v.description}`);
      }
    }
  }
  const template = fs.readdirSync(app.outdir).find((f) => f.endsWith('.template.json'));
  fs.copyFileSync(path.join(app.outdir, template), path.join(out, `${name}.template.json`));
  fs.rmSync(app.outdir, { recursive: true });
  process.chdir(root);
  return problems;
}

fs.mkdirSync(out, { recursive: true });
let failed = false;
for (const project of projects.map((p) => path.resolve(p))) {
  const started = Date.now();
  const [types, ran, styled] = await Promise.all([typecheck(project), tests(project), format(project)]);
  let synthesised;
  try {
    synthesised = synthesise(project);
  } catch (e) {
    synthesised = [`synthesis: ${e.stack ?? e}`.slice(0, 2000)];
    process.chdir(root);
  }
  const problems = [...versions(project), ...styled, ...types, ...ran, ...synthesised];
  failed ||= problems.length > 0;
  console.log(JSON.stringify({ project: path.basename(project), problems, ms: Date.now() - started }));
}
process.exitCode = failed ? 1 : 0;
