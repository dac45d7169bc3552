#!/usr/bin/env node
// Proves generated TypeScript projects, all in one process and by one run of tsc: pinned versions, prettier, types, the
// projects' own tests, and the template their entry point makes, checked by cdk-nag (AwsSolutions and Serverless) and by
// the validator that aws-cdk-lib brings. Templates are left in OUT/<project>.template.json.
//
//   node --import tsx verify-typescript OUT PROJECT...      (run inside the toolchain's folder; all PROJECTs in one folder)
//
// With PROOF=handlers the tests of the stacks are left out: they are those of projects that are proven without it.
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

/** Types of all projects, by one compiler under their own settings: tsc's problems by project. */
async function typecheck(projects) {
  const settings = projects.map((project) => read(path.join(project, 'tsconfig.json')));
  const found = new Map();
  for (const [i, { compilerOptions }] of settings.entries()) {
    if (JSON.stringify(compilerOptions) !== JSON.stringify(settings[0].compilerOptions)) {
      throw new Error(`${projects[i]} has other compiler options than ${projects[0]}: check it by itself`);
    }
  }
  const folder = path.dirname(projects[0]);
  const include = settings.flatMap((s, i) => s.include.map((files) => path.join(projects[i], files)));
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: settings[0].compilerOptions, include }));
  try {
    await exec(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'], { cwd: folder, maxBuffer: 1 << 26 });
  } catch (e) {
    let project = projects[0];
    for (const line of (e.stdout + e.stderr).trim().split('\n')) {
      project = projects.find((p) => line.includes(path.sep + path.basename(p) + path.sep)) ?? project;
      found.set(project, [...(found.get(project) ?? []), `tsc: ${line}`]);
    }
  }
  return found;
}

// The projects' tests run here, one file after the other, under node:test itself. Between the files the environment is
// put back; each file replaces the mocks of the one before.
const runner = require('node:test');
const { test: registered } = runner;
let ran = [];
let failures = [];
runner.test = (name, body) => {
  ran.push(
    registered(name, async (context) => {
      try {
        await body(context);
      } catch (e) {
        failures.push(`test ${JSON.stringify(name)}: ${String(e.stack ?? e).slice(0, 2000)}`);
        throw e;
      }
    }),
  );
};

async function tests(project) {
  const problems = [];
  const script = read(path.join(project, 'package.json')).scripts.test;
  const files = fs.readdirSync(path.join(project, 'test')).filter((f) => f.endsWith('.test.ts'));
  const python = fs.existsSync(path.join(project, 'pyproject.toml')) ? ' && pytest' : ''; // run by verify_python.py
  const go = fs.existsSync(path.join(project, 'Makefile')) ? 'make test && ' : ''; // run by TestGoHandlers
  const java = fs.existsSync(path.join(project, 'handlers', 'pom.xml')) ? 'mvn -q -f handlers/pom.xml package && ' : ''; // run by TestJavaHandlers
  if (script !== `${go}${java}node --import tsx --test test/*.test.ts${python}`) {
    problems.push(`the script "test" is ${script}, not what is run here`);
  }
  if (process.env.PROOF === 'handlers') {
    return problems;
  }
  const environment = { ...process.env };
  process.chdir(project);
  for (const file of files) {
    [ran, failures] = [[], []];
    try {
      require(path.join(project, 'test', file));
      await Promise.all(ran);
      if (ran.length === 0) {
        failures.push('it has no test');
      }
    } catch (e) {
      failures.push(String(e.stack ?? e).slice(0, 2000));
    }
    problems.push(...failures.map((f) => `test/${file}: ${f}`));
    for (const name of Object.keys(process.env).filter((n) => !(n in environment))) {
      delete process.env[name];
    }
    Object.assign(process.env, environment);
  }
  process.chdir(root);
  return problems;
}

// The entry point keeps its App to itself, as any CDK project does: this stands between, to get hold of it.
const library = require('aws-cdk-lib');
let app;
let capturing = false;
class CapturedApp extends library.App {
  constructor(props) {
    super({ ...props, outdir: fs.mkdtempSync(path.join(root, 'cdk.out-')), autoSynth: false });
    app = this;
  }
}
require.cache[require.resolve('aws-cdk-lib')].exports = new Proxy(library, {
  get: (target, name) => (name === 'App' && capturing ? CapturedApp : target[name]),
});

function synthesise(project) {
  const { AwsSolutionsChecks, ServerlessChecks } = require('cdk-nag');
  process.chdir(project);
  // As the CDK's command line passes them: cdk.json's context, and construct paths in the template's metadata.
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...read('cdk.json').context, 'aws:cdk:enable-path-metadata': true });
  const problems = [];
  const name = path.basename(project);
  capturing = true;
  try {
    require(path.join(project, 'bin', `${name}.ts`));
  } finally {
    capturing = false;
    delete process.env.CDK_CONTEXT_JSON;
  }
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
const all = projects.map((p) => path.resolve(p));
const types = await typecheck(all);
let failed = false;
for (const project of all) {
  const started = Date.now();
  const problems = [...versions(project), ...(await format(project)), ...(types.get(project) ?? []), ...(await tests(project))];
  try {
    problems.push(...synthesise(project));
  } catch (e) {
    problems.push(`synthesis: ${e.stack ?? e}`.slice(0, 2000));
    process.chdir(root);
  }
  failed ||= problems.length > 0;
  // node:test writes to standard output too: the line begins anew.
  console.log('\n' + JSON.stringify({ project: path.basename(project), problems, ms: Date.now() - started }));
}
process.exitCode = failed ? 1 : 0;
