#!/usr/bin/env python3
"""Proves generated templates by cfn-lint: those in SAM as AWS's own translator expands them, which is left in
OUT/<project>.template.json.

    python verify_templates.py OUT PROJECT...      (a PROJECT is a folder with a template.yaml)

Prints one line of JSON for each project; exit code 1 if any has a problem.
"""

import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import sam_expand
from cfnlint.config import ConfigMixIn, ManualArgs
from cfnlint.runner import Runner

# Checks that find what is meant so.
IGNORED = [
    "W3002",  # the code of functions is a folder: README.md says to run "aws cloudformation package"
    "W3694",  # the endpoint of a subscription may be an alias, whose Ref is its ARN: the rule knows functions alone
]


def prove(projects):
    """The problems of some projects, by one linter: making it takes longer than linting."""
    started = time.time()
    rows = {}
    for project in projects:
        template, problems = project / "template.yaml", []
        if "AWS::Serverless-2016-10-31" in template.read_text():
            expanded = sam_expand.expand(template)
            if "error" in expanded:
                problems.append("the translator refuses it: " + expanded["error"])
            template = OUT / f"{project.name}.template.json"
            template.write_text(json.dumps(expanded))
        rows[str(template)] = {"project": project.name, "problems": problems}
    config = ConfigMixIn(**ManualArgs(templates=list(rows), ignore_checks=IGNORED, regions=["us-east-1"]))
    for m in Runner(config).run():
        rows[m.filename]["problems"].append(f"cfn-lint {m.rule.id} at {'/'.join(map(str, m.path or []))}: {m.message}")
    ms = round((time.time() - started) * 1000 / len(rows))
    return [row | {"ms": ms} for row in rows.values()]


OUT = Path(sys.argv[1])

if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    projects = [Path(p) for p in sys.argv[2:]]
    workers = os.cpu_count() or 1
    with multiprocessing.Pool(workers) as pool:
        rows = [row for part in pool.map(prove, [projects[i::workers] for i in range(min(workers, len(projects)))], chunksize=1) for row in part]
    for row in rows:
        print(json.dumps(row))
    sys.exit(any(row["problems"] for row in rows))
