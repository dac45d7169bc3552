#!/usr/bin/env python3
"""Proves generated Python projects, all in one process: pinned versions, ruff's format, ty's types, the projects' own
tests, and the template that their entry point makes. Templates are left in OUT/<project>.template.json.

    python verify_python.py OUT PROJECT...      (Node 22 and esbuild on the path, run inside .toolchain/node)

With PROOF=handlers the stacks' tests and types are left out: they are those of projects that are proven without it.
Prints one line of JSON for each project; exit code 1 if any has a problem.
"""

import contextlib
import importlib.metadata
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOOLS = Path(sys.executable).parent
STACKS = os.environ.get("PROOF") != "handlers"
# ty holds that a class does not fit an interface of the library where jsii gave their parameters different names.
FALSE_TYPES = re.compile(r"^(invalid-argument-type|invalid-assignment|invalid-return-type)$")


def versions(project: Path) -> list[str]:
    problems = []
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (project / file).read_text().split():
            name, found, version = line.partition("==")
            if found and importlib.metadata.version(name) != version:
                problems.append(f"{file} pins {line}, the toolchain has {importlib.metadata.version(name)}")
    return problems


def run(what: str, *command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True)
    return [] if done.returncode == 0 else [f"{what}: {(done.stdout + done.stderr)[:4000]}"]


def handlers(project: Path) -> list[Path]:
    """The files of the handlers and their tests; none where a project has no functions."""
    tests = {*(project / "test").glob("*.py")} - {project / "test/test_stack.py"}
    return [*project.glob("src/handlers/*.py"), *sorted(tests)]


def types(projects: list[Path]) -> dict[str, list[str]]:
    """ty's errors by project, without those that come from how jsii names the parameters of interfaces."""
    found: dict[str, list[str]] = {}
    for project in projects:
        checked = [project] if STACKS else handlers(project)
        if not checked:
            continue
        command = [TOOLS / "ty", "check", "--output-format", "concise", "--python", TOOLS.parent, "--project", project, *checked]
        out = subprocess.run(command, capture_output=True, text=True).stdout
        for line in out.splitlines():
            m = re.search(r"error\[([a-z-]+)\] (.*)", line)
            if m and not (FALSE_TYPES.match(m[1]) and FALSE_CLASSES.search(m[2])):
                found.setdefault(project.name, []).append("ty: " + line)
    return found


FALSE_CLASSES = re.compile(r"Expected `[A-Za-z0-9_.| \[]*\bI[A-Z][A-Za-z0-9]*\b|Protocol")


# The modules of a project, which all projects name alike.
OWN = ("infrastructure", "app", "handlers", "stand_in", "conftest", "test")


def forget() -> None:
    for name in [n for n in sys.modules if n.split(".")[0] in OWN]:
        del sys.modules[name]


def tests(project: Path) -> list[str]:
    import pytest

    forget()
    if not STACKS and not handlers(project):
        return []
    heard = io.StringIO()
    before = list(sys.path)
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(project), "-c", str(project / "pyproject.toml")]
    left_out = [] if STACKS else ["--ignore", str(project / "test/test_stack.py")]
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        code = pytest.main([*options, str(project / "test"), *left_out])
    sys.path[:] = before
    return [] if code == 0 else [f"pytest: {heard.getvalue()[-3000:]}"]


def synthesise(project: Path, out: Path) -> list[str]:
    """Runs the entry point as the CDK's command line would, with an output folder of our own."""
    import aws_cdk

    forget()
    folder = Path(tempfile.mkdtemp(prefix="cdk.out-", dir=out))
    kept = aws_cdk.App
    before = list(sys.path)
    sys.path.insert(0, str(project))
    try:
        aws_cdk.App = lambda: kept(outdir=str(folder))  # type: ignore
        runpy.run_path(str(project / "app.py"), run_name="__main__")
        [template] = folder.glob("*.template.json")
        shutil.copyfile(template, out / f"{project.name}.template.json")
        return []
    except Exception as e:  # whatever the project raises is the finding
        return [f"synthesis: {type(e).__name__}: {str(e)[:2000]}"]
    finally:
        aws_cdk.App = kept
        sys.path[:] = before
        shutil.rmtree(folder)


def main() -> int:
    out, *projects = [Path(a).resolve() for a in sys.argv[1:]]
    out.mkdir(parents=True, exist_ok=True)
    # As the CDK's command line passes them: cdk.json's context, and construct paths in the template's metadata. The
    # library's process reads this once, so all projects must have the same.
    contexts = {json.dumps(json.loads((p / "cdk.json").read_text())["context"], sort_keys=True) for p in projects}
    assert len(contexts) == 1, "the projects differ in their feature flags"
    os.environ["CDK_CONTEXT_JSON"] = json.dumps({**json.loads(contexts.pop()), "aws:cdk:enable-path-metadata": True})
    found = types(projects)
    failed = False
    for project in projects:
        started = time.monotonic()
        problems = versions(project) + found.get(project.name, [])
        problems += run("ruff", str(TOOLS / "ruff"), "format", "--no-cache", "--diff", str(project))
        problems += run("ruff", str(TOOLS / "ruff"), "check", "--no-cache", str(project))
        problems += synthesise(project, out) + tests(project)
        failed |= bool(problems)
        print(json.dumps({"project": project.name, "problems": problems, "ms": round(1000 * (time.monotonic() - started))}), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
