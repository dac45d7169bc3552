#!/usr/bin/env python3
"""Writes knowledge/policy/managed.tsv: the statements of AWS's managed policies, a line each.

    pip download --no-deps moto==5.2.5 && managed_policies.py moto-5.2.5-py3-none-any.whl

moto (Apache-2.0) carries what iam:GetPolicyVersion answered for every managed policy; this takes name, version, day of
the last change and document of those whose document is short (the long ones belong to no function). A line is
name TAB version TAB day TAB document, without Sids, sorted by name.
"""
import json, os, re, sys, zipfile

LONGEST = 4000  # bytes of a document; 1,446 of 1,582 policies are shorter
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "knowledge", "policy", "managed.tsv")

with zipfile.ZipFile(sys.argv[1]) as wheel:
    source = wheel.read("moto/iam/aws_managed_policies.py").decode()
policies = json.loads(re.search(r'"""(.*)"""', source, re.S)[1])

lines = []
for name, policy in sorted(policies.items()):
    statements = policy["Document"]["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    short = json.dumps({"Statement": [{k: v for k, v in s.items() if k != "Sid"} for s in statements]}, separators=(",", ":"))
    if len(short) <= LONGEST:
        day = (policy.get("UpdateDate") or policy["CreateDate"])[:10]
        lines.append("\t".join([name, policy["DefaultVersionId"], day, short]))
with open(OUT, "w") as f:
    f.write("\n".join(lines) + "\n")
print(f"{len(lines)} of {len(policies)} policies, {os.path.getsize(OUT)} bytes")
