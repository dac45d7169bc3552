package cdk

import (
	"slices"
	"strings"
)

// templateHandlers is what a project whose infrastructure is a template has for its handlers: files beside them, what
// git ignores, and what README.md says.
type templateHandlers struct {
	files    []File
	ignored  string
	needs    string      // tools, as the first words of a sentence
	commands [][2]string // to test and, for plain CloudFormation, to build, each with what there is to say of it
	release  string      // the command that names the code, for plain CloudFormation
	about    string      // lines on the handlers' files
}

const (
	testedSo   = "the handlers; no AWS needed"
	handlersIn = "- `src/`: the handlers\n- `test/`: their tests\n"
	// namedBy names code, with the template that goes with it, by its content.
	namedBy = "cat template.yaml %s | openssl sha256 -r | cut -c1-12"
)

func release(code string) string { return strings.Replace(namedBy, "%s", code, 1) }

func (h handlers) template(c *composer) templateHandlers {
	switch h.language {
	case "python":
		return pyTemplate(c)
	case "go":
		return h.goTemplate(c)
	case "java":
		return templateHandlers{ignored: javaIgnored, needs: "Java 17 or newer, Maven", release: release(javaJar),
			commands: [][2]string{{javaBuildCommand, "builds and tests the handlers; no AWS needed"}},
			about:    "- `handlers/`: the handlers, a Maven project with a test for each\n"}
	}
	out := templateHandlers{ignored: "node_modules/\n", needs: "Node 22 or newer", release: "npm run --silent release"}
	if !c.sam {
		out.ignored += bundleFolder + "\n"
	}
	if slices.ContainsFunc(h.files, func(f File) bool { return !strings.HasPrefix(f.Path, codeFolder) }) {
		out.files = []File{{"package.json", templatePackage(c, h.modules)}, {"tsconfig.json", tsConfig("src", "test")}}
	}
	if len(works(c.g, c.o.Name)) > 0 {
		out.commands = [][2]string{{"npm install", ""}, {"npm test", testedSo}}
		if !c.sam {
			out.commands = append(out.commands, [2]string{"npm run bundle", "each handler into a folder below dist/"})
		}
		out.about = handlersIn
	}
	return out
}

// pyTemplate needs nothing built: what handlers in Python need is in the runtime and the layer. `sam build` installs what
// the user adds, and asks for the very Python that the functions run on.
func pyTemplate(c *composer) templateHandlers {
	out := templateHandlers{files: pyToolFiles(pyHandlerRequirements), ignored: pyIgnored, needs: strings.TrimSuffix(pyNeeds, ", "),
		release: release(pyFolder + "/handlers/*.py"), about: handlersIn,
		commands: [][2]string{{"python3 -m venv .venv && . .venv/bin/activate", ""}, {"pip install -r requirements-dev.txt", ""}, {"pytest", testedSo}}}
	if c.sam {
		out.files = append(out.files, File{pyFolder + "/requirements.txt", pyBuildRequirements})
		out.needs = "Python " + strings.TrimPrefix(pythonRuntime, "python") + " (or Docker: say `sam build --use-container`)"
	}
	return out
}

const pyBuildRequirements = "# What the functions need beside boto3, which the runtime has, and Powertools and pydantic, which the layer has.\n"

// goTemplate leaves the building to SAM, where that is at hand.
func (h handlers) goTemplate(c *composer) templateHandlers {
	out := templateHandlers{ignored: goIgnored, needs: "Go 1.26 or newer, make", release: release(goBuilt + "/*/bootstrap"),
		commands: [][2]string{{goTestCommand, "builds and tests the handlers; no AWS needed"}},
		about:    "- `handlers/`: the handlers, a Go module with a test beside each; `Makefile` builds them into `dist/`\n"}
	if c.sam {
		out.ignored, out.needs, out.about = "", "Go 1.26 or newer", "- `handlers/`: the handlers, a Go module with a test beside each\n"
		out.commands = [][2]string{{"(cd handlers && go vet ./... && go test ./...)", testedSo}}
	}
	return out
}

// templateHandlersNote tells of handlers that ask for another tool than those in TypeScript do.
func templateHandlersNote(o Options) string {
	if o.Handlers == "typescript" {
		return ""
	}
	in := handlerLanguages()[o.Handlers].name
	if o.Scope == "snippet" {
		return "The functions run handlers in " + in + ": the project scope has them, with their tests and what builds them."
	}
	return "The functions run handlers in " + in + ": README.md has the commands that build and test them."
}
