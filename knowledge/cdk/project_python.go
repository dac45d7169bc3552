package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// The versions the generated Python projects pin, in the order of their files. The library is one release behind npm's:
// it is the newest that the package index has. Powertools is the release that the layer holds.
const (
	pyRequirements        = "aws-cdk-lib==2.275.0\nconstructs==10.8.1\n"
	pyStackRequirements   = "-r requirements.txt\ncdk-nag==3.0.2\n"
	pyToolRequirements    = "pytest==9.2.0\nruff==0.17.6\n"
	pyRuntimeRequirements = "aws-lambda-powertools==" + powertoolsRelease + "\naws-xray-sdk==2.15.0\nboto3==1.44.8\npydantic==2.14.4\n"
	pyHandlerRequirements = "# What Lambda and the layer of Powertools bring: here for the tests.\n" + pyRuntimeRequirements + pyToolRequirements
)

const pyProjectTOML = `[tool.pytest.ini_options]
pythonpath = [".", "src", "test"]
testpaths = ["test"]
# A call that fails counts nothing, of which Powertools warns.
filterwarnings = ["ignore:No application metrics to publish"]

[tool.ruff]
target-version = "py311"
src = [".", "src", "test"]
lint.extend-select = ["I"]
`

// pyProject writes all files of a Python project, the stack first. TypeScript handlers have their own package.json: npm
// and npx put esbuild on the path, which the library looks for before it asks for Docker. The tests of the stack run
// through npm test therefore.
func pyProject(g *graph.Graph, p *program, o Options) []File {
	files := []File{{"infrastructure/stack.py", pyStack(p)}, {"app.py", pyEntryPoint(p, o)}}
	h := handlersOf(g, o)
	files = append(files, h.files...)
	requirements, tests := pyStackRequirements+pyToolRequirements, tsTests+" && pytest"
	ignored := pyIgnored
	switch o.Handlers {
	case "python":
		requirements, tests = pyStackRequirements+pyHandlerRequirements, "pytest"
	case "go":
		tests, ignored = goTestCommand+" && pytest", ignored+goIgnored
	case "java":
		tests, ignored = javaBuildCommand+" && pytest", ignored+javaIgnored
	default:
		files = append(files, File{"tsconfig.json", tsConfig("src", "test")})
	}
	files = append(files, pyToolFiles(requirements)...)
	return append(files,
		File{"test/test_stack.py", pyStackTest(g, p)},
		File{"infrastructure/__init__.py", "\"\"\"The infrastructure of this project.\"\"\"\n"},
		File{"requirements.txt", pyRequirements},
		File{"package.json", tsPackage(o, h.modules, tests)},
		File{"cdk.json", cdkJSON("python3 app.py", o)},
		File{".gitignore", "node_modules/\ncdk.out/\n" + ignored},
	)
}

const pySettings = `@jsii.implements(%s.IAccessLogSettings)
class AccessLogSettings:
    """Where an API writes its access log, and how: the library has only an interface."""

    def __init__(
        self,
        *,
        destination: %[1]s.IAccessLogDestination,
        format: %[2]s.AccessLogFormat,
    ) -> None:
        self._destination = destination
        self._format = format

    @property
    def destination(self) -> %[1]s.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> %[2]s.AccessLogFormat:
        return self._format
`

func pyStack(p *program) string {
	py := newPyPrinter(p, false)
	py.name(typeName{"", "Stack"})
	py.plain["from typing import Any"] = true
	params := []doc{txt("self"), txt("scope: Construct"), txt("construct_id: str"), txt("*")}
	for _, q := range p.Props {
		var above []doc
		for _, l := range wrap(graph.UpperFirst(q.Comment), 76) {
			above = append(above, txt("# "+l), hard)
		}
		params = append(params, cat(append(above, txt(pyName(q.Name)+": "+py.paramType(q)))...))
	}
	params = append(params, txt("**kwargs: Any"))
	p = acknowledged(p)
	body := py.statements(p.Body)
	class := []doc{hard, txt(`"""` + pyDoc(p.Title+".") + `"""`), hard, hard,
		cat(txt("def __init__"), py.call(params, true), txt(" -> None:"),
			nest(hard, txt("super().__init__(scope, construct_id, **kwargs)"), hard, hard, body))}
	for _, h := range p.Helpers {
		class = append(class, hard, hard, py.method(h))
	}
	code := layout(cat(txt("class "+p.Stack+"Stack(Stack):"), nest(class...)), pyWidth, "    ")
	if py.settings {
		code = fmt.Sprintf(pySettings, pyAlias(apigw2), pyAlias(restModule)) + "\n\n" + code
	}
	if py.entries {
		py.plain["from pathlib import Path"] = true
		code = "HANDLERS = Path(__file__).resolve().parent.parent / \"src\"\n\n\n" + code
	} else {
		code = "\n" + code
	}
	return tidy(py.imports() + "from constructs import Construct\n\n" + code)
}

// pyDoc makes a text safe between three quotes.
func pyDoc(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(oneLine(s), `\`, `\\`), `"`, `\"`)
}

// method spells a helper of the stack.
func (py *pyPrinter) method(h function) doc {
	params := []doc{txt("self")}
	for _, q := range h.Params {
		params = append(params, txt(pyName(q.Name)+": "+py.paramType(q)))
	}
	result := "None"
	if h.Result.Name != "" {
		result = py.name(h.Result)
	}
	return py.function("_", params, " -> "+result, h)
}

// inner spells a helper within the constructor. In a snippet its types would be half of it.
func (py *pyPrinter) inner(h function) doc {
	var params []doc
	for _, q := range h.Params {
		name := pyName(q.Name)
		if q.Type == "optional text" {
			name += "=None"
		}
		params = append(params, txt(name))
	}
	return py.function("", params, "", h)
}

func (py *pyPrinter) function(prefix string, params []doc, result string, h function) doc {
	var about []doc
	if h.Comment != "" {
		about = []doc{hard, txt(`"""` + pyDoc(h.Comment) + `"""`)}
	}
	return cat(txt("def "+prefix+pyName(h.Name)), py.call(params, false), txt(result+":"),
		nest(append(about, hard, py.statements(h.Body))...))
}

// pyStackFields are the stack's properties as keywords, stage being the variable.
func (py *pyPrinter) stackFields(p *program) []doc {
	var docs []doc
	for _, q := range p.Props {
		if q.Name == "stage" {
			docs = append(docs, txt("stage=stage"))
			continue
		}
		docs = append(docs, cat(txt(pyName(q.Name)+"="), py.expr(q.Value)))
	}
	return docs
}

func pyEntryPoint(p *program, o Options) string {
	py := newPyPrinter(p, true)
	args := append([]doc{txt("app"), txt(pyString(p.Stack)), txt(`stack_name=f"` + o.Name + `-{stage}"`)}, py.stackFields(p)...)
	return tidy(fmt.Sprintf(`from aws_cdk import App

from infrastructure.stack import %[1]sStack

app = App()

# cdk deploy -c stage=dev makes a stack of its own that deletes its data with itself.
stage = app.node.try_get_context("stage") or "prod"

%[1]sStack%[2]s
app.synth()
`, p.Stack, layout(py.call(args, true), pyWidth, "    ")))
}

func pySnippet(p *program) string {
	py := newPyPrinter(p, true)
	var first []statement
	body := p.Body
	for len(body) > 0 {
		l, ok := body[0].(let)
		if !ok || !l.Field {
			break
		}
		first, body = append(first, l), body[1:]
	}
	items := []doc{py.statements(first), hard, hard}
	for _, h := range p.Helpers {
		items = append(items, py.inner(h), hard, hard)
	}
	text := layout(cat(append(items, py.statements(body))...), pyWidth, "    ")
	head := ""
	if py.entries {
		py.plain["from pathlib import Path"] = true
		head += "\nHANDLERS = Path(__file__).resolve().parent\n"
	}
	if py.settings {
		head += "\n\n" + fmt.Sprintf(pySettings, pyAlias(apigw2), pyAlias(restModule))
	}
	return tidy(py.imports() + head + "\n# Inside __init__ of a Stack:\n\n" + strings.TrimLeft(text, "\n"))
}
