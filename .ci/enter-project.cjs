// Lets the apps of many projects run in one process of the construct library, each as if it were alone: loaded by
// NODE_OPTIONS into the library's process, which languages other than TypeScript talk to. An App reads CDK_OUTDIR when
// it is made; at that moment the process moves to the folder that PROOF_PROJECT names, and writes into its cdk.out.
const fs = require('node:fs');

process.env = new Proxy(process.env, {
  get(env, name) {
    if (name !== 'CDK_OUTDIR') return env[name];
    const project = fs.readFileSync(env.PROOF_PROJECT, 'utf8');
    process.chdir(project);
    return `${project}/cdk.out`;
  },
});
