"""Expands the SAM templates of .ci/templates (sam, features) with AWS's own translator, as an oracle for knowledge/cfn.

    sam_expand.py           writes .ci/templates/expanded/NAME.json
    sam_expand.py --check   says which files would change, and exits with 1 if any would

The translator runs offline: it needs a region, knows AWS's managed policies by itself, and takes uploaded code only,
so local paths are rewritten to S3 URIs. A template that it refuses gives a file with its message in "error".
"""

import json
import logging
import os
import pathlib
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
logging.disable(logging.CRITICAL)

from samtranslator.model.exceptions import InvalidDocumentException  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent / "templates"

# The properties that hold the path of something to upload, by SAM type.
UPLOADS = {
    "AWS::Serverless::Function": ["CodeUri", "ImageUri"],
    "AWS::Serverless::LayerVersion": ["ContentUri"],
    "AWS::Serverless::Api": ["DefinitionUri"],
    "AWS::Serverless::HttpApi": ["DefinitionUri"],
    "AWS::Serverless::StateMachine": ["DefinitionUri"],
    "AWS::Serverless::Application": ["Location"],
    "AWS::Serverless::GraphQLApi": ["SchemaUri"],
}


def upload(value):
    """The S3 URI that `sam package` would put in the place of a local path."""
    if not isinstance(value, str) or value.startswith(("s3://", "https://")):
        return value
    return "s3://bucket/" + (value.strip("./") or "code")


def packaged(template):
    """The template with local paths rewritten. A function without code gets some: it is built elsewhere."""
    sections = [(f"AWS::Serverless::{name}", body) for name, body in (template.get("Globals") or {}).items()]
    for resource in template["Resources"].values():
        if isinstance(resource, dict):
            sections.append((resource.get("Type"), resource.setdefault("Properties", {}) if str(resource.get("Type")).startswith("AWS::Serverless::") else {}))
    for kind, properties in sections:
        for name in UPLOADS.get(kind, []):
            if isinstance(properties, dict) and name in properties:
                properties[name] = upload(properties[name])
        if kind == "AWS::Serverless::Application":  # an entry of the application repository needs the network
            properties["Location"] = "https://s3.amazonaws.com/bucket/template.yaml"
        if isinstance(properties, dict) and "Fn::Transform" in (properties.get("DefinitionBody") or {}):
            # AWS::Include runs before the transform and would put the document here.
            body = properties["DefinitionBody"]
            del body["Fn::Transform"]
            if "openapi" not in body:
                body.update({"swagger": "2.0", "info": {}, "paths": {}})
    shared = (template.get("Globals") or {}).get("Function") or {}
    for resource in template["Resources"].values():
        if not isinstance(resource, dict) or resource.get("Type") != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        if properties.get("PackageType", shared.get("PackageType")) == "Image":
            if "ImageUri" not in properties:
                properties["ImageUri"] = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"
        elif not ({"CodeUri", "InlineCode"} & (properties.keys() | shared.keys())):
            properties["CodeUri"] = "s3://bucket/code"
    return template


def expand(path):
    """The expanded template, or the translator's message."""
    try:
        template = packaged(yaml_parse(path.read_text()))
    except Exception as e:  # noqa: BLE001 - whatever the YAML library says is the answer
        return {"error": f"{type(e).__name__}: {e}".splitlines()[0]}
    try:
        out = Translator({}, Parser()).translate(template, {})
    except InvalidDocumentException as e:
        return {"error": "; ".join(sorted(c.message for c in e.causes))}
    except Exception as e:  # noqa: BLE001 - the translator's own failure is the answer
        return {"error": f"{type(e).__name__}: {e}".splitlines()[0]}
    return out


def main():
    check = "--check" in sys.argv[1:]
    target = HERE / "expanded"
    target.mkdir(exist_ok=True)
    changed = []
    for path in sorted([*(HERE / "sam").iterdir(), *(HERE / "features").iterdir()]):
        text = json.dumps(expand(path), indent=1, sort_keys=True, default=str) + "\n"
        out = target / (path.name + ".json")
        if not out.exists() or out.read_text() != text:
            changed.append(path.name)
            if not check:
                out.write_text(text)
    for name in changed:
        print(("would change: " if check else "written: ") + name)
    sys.exit(1 if check and changed else 0)


if __name__ == "__main__":
    main()
