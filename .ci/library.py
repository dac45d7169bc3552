#!/usr/bin/env python3
"""Writes knowledge/cdk/library.txt: what the construct library declares of the types that the lowerings may name, as
Go's printer must know them (Go has pointers, typed lists and no optional parameters).

    library.py [--check]      (needs what .ci/setup installs: the library as Go module and as npm package)

One line a type, sorted: name, kind, members; separated by tabs. A member is name:type, name(parameters)>type, or the
name alone (an enum's). Types: s n b a are text, number, truth, anything; [] a list, {} a mapping, * a struct.
? marks what is optional, ... what comes in any number, - what only newer libraries have. A member * names the other
modules that have a type of that name, too.
Taken are the types whose module and name stand as texts in the sources of knowledge/cdk, and what their members lead to.
"""

import gzip
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "knowledge/cdk/library.txt"


def literals():
    found = set()
    for file in (ROOT / "knowledge/cdk").glob("*.go"):
        if not file.name.endswith("_test.go") and not re.search("compose|template|yaml", file.name):  # those name what CloudFormation has
            found |= set(re.findall(r'"([^"\\\n]*)"', file.read_text()))
    return found


def short(fqn):
    """aws-cdk-lib.aws_sqs.Queue is aws-sqs.Queue, aws-cdk-lib.Stack is .Stack."""
    package, *rest = fqn.split(".")
    if package == "constructs":
        return fqn
    if rest[0].startswith("aws_"):
        return rest[0].replace("_", "-") + "." + ".".join(rest[1:])
    if rest[0][0].islower():
        return rest[0].replace("_", "-") + "." + ".".join(rest[1:])
    return "." + ".".join(rest)


class Library:
    def __init__(self, assembly):
        self.types = {short(fqn): t for fqn, t in assembly["types"].items()}

    def kind(self, t):
        if t["kind"] == "interface":
            return "struct" if t.get("datatype") else "interface"
        return t["kind"]

    def spec(self, t):
        if "primitive" in t:
            return {"string": "s", "number": "n", "boolean": "b"}.get(t["primitive"], "a")
        if "collection" in t:
            return ("[]" if t["collection"]["kind"] == "array" else "{}") + self.spec(t["collection"]["elementtype"])
        if "fqn" in t:
            name = short(t["fqn"])
            known = self.types.get(name)
            return ("*" if known and self.kind(known) == "struct" else "") + name
        return "a"

    def member(self, m):
        return m["name"] + ("?" if m.get("optional") else "") + ":" + self.spec(m["type"])

    def signature(self, name, callable):
        params = []
        for p in callable.get("parameters", []):
            params.append(("..." if p.get("variadic") else "") + p["name"] + ("?" if p.get("optional") else "") + ":" + self.spec(p["type"]))
        returns = callable.get("returns")
        return f"{name}({','.join(params)})" + (">" + self.spec(returns["type"]) if returns else "")

    def parents(self, t):
        for fqn in ([t["base"]] if "base" in t else []) + t.get("interfaces", []):
            if short(fqn) in self.types:
                yield self.types[short(fqn)]

    def members(self, t):
        """Name to text, and name to the type it leads to, inherited ones too."""
        texts, leads = {}, {}
        for parent in self.parents(t):
            for into, more in zip((texts, leads), self.members(parent)):
                into.update(more)
        if "initializer" in t:
            texts["new"] = self.signature("new", t["initializer"])
        for m in t.get("properties", []):
            texts[m["name"]], leads[m["name"]] = self.member(m), m["type"]
        for m in t.get("methods", []):
            texts[m["name"]] = self.signature(m["name"], m)
            leads[m["name"]] = m.get("returns", {}).get("type", {})
        for m in t.get("members", []):
            texts[m["name"]] = m["name"]
        return texts, leads


def wanted(library, names):
    modules = {n for n in names if re.fullmatch(r"aws-[a-z0-9-]+", n)} | {""}
    todo = []
    for name in library.types:
        module, _, rest = name.partition(".")
        if module in modules and not set(rest.split(".")).isdisjoint(names):
            todo.append(name)
    return todo


def build(go, npm):
    names = literals()
    modules = {}
    for name in npm.types:
        module, _, rest = name.partition(".")
        modules.setdefault(rest.split(".")[0], set()).add(module)

    def doubled(name):
        module, _, rest = name.partition(".")
        others = sorted(modules.get(rest.split(".")[0], set()) - {module})
        return ["*" + ",".join(others)] if others else []

    todo, lines = sorted(set(wanted(go, names)) | set(wanted(npm, names))), {}
    while todo:
        name = todo.pop()
        if name in lines:
            continue
        if name not in go.types:
            lines[name] = [name, "-"] + doubled(name)
            continue
        texts, leads = go.members(go.types[name])
        newer = npm.members(npm.types[name])[0] if name in npm.types else {}
        all_members = go.kind(go.types[name]) in ("struct", "enum")
        constants = {p["name"] for t in (go.types[name], npm.types.get(name, {})) for p in t.get("properties", []) if p.get("static")}
        keep = lambda m: all_members or m == "new" or m in names or m in constants
        shown = [texts[m] for m in sorted(texts) if keep(m)] + ["-" + m for m in sorted(newer) if m not in texts and keep(m)]
        lines[name] = [name, go.kind(go.types[name])] + shown + doubled(name)
        for m, t in leads.items():
            if m in names and "fqn" in t and short(t["fqn"]) in go.types:
                todo.append(short(t["fqn"]))
    return "".join("\t".join(lines[n]) + "\n" for n in sorted(lines))


def main():
    folder = subprocess.run(["go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-cdk-go/awscdk/v2"],
                            cwd=(ROOT / ".toolchain/go").resolve(), check=True, capture_output=True, text=True).stdout.strip()
    with tarfile.open(next(Path(folder).glob("jsii/*.tgz"))) as archive:
        go = Library(json.loads(gzip.decompress(archive.extractfile("package/.jsii.gz").read())))
    npm = Library(json.loads(gzip.decompress((ROOT / ".toolchain/node/node_modules/aws-cdk-lib/.jsii.gz").read_bytes())))
    text = build(go, npm)
    if "--check" in sys.argv:
        if OUT.read_text() != text:
            sys.exit("knowledge/cdk/library.txt is out of date: run `make library`")
        return
    OUT.write_text(text)


main()
