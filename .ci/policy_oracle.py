"""Answers policy questions with ministack's own IAM evaluator, as an oracle for knowledge/policy.

Reads from standard input a JSON list of {statements, action, resource, principal, service, context} and writes a list
of true (allowed) and false. Statements without a principal are the asker's own; the others are a resource policy.
Either of the two allows, a deny in either denies: asker and resource are in one account.
"""

import json
import sys

from ministack.core.iam_evaluator import EvalContext, evaluate, evaluate_resource_policy, parse_policy_document

ACCOUNT = "123456789012"


def answer(case):
    keys = {k.lower(): v for k, v in case["context"].items()}
    ctx = EvalContext(
        principal_arn=case["principal"], principal_type="AssumedRole", principal_account=ACCOUNT,
        action=case["action"], resource_arn=case["resource"], region="us-east-1", source_ip="203.0.113.7",
        secure_transport=keys.pop("aws:securetransport", "true") != "false", service_context=keys)
    own = [s for s in case["statements"] if "Principal" not in s and "NotPrincipal" not in s]
    of_resource = [s for s in case["statements"] if "Principal" in s or "NotPrincipal" in s]
    decisions = [
        evaluate(ctx, [parse_policy_document({"Statement": own})]).decision,
        evaluate_resource_policy({"Statement": of_resource}, ctx, case["service"] or None).decision,
    ]
    return "Allow" in decisions and "Deny" not in decisions


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
