package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// HandlerLanguages are the languages that handlers can be written in, whatever the language of the stack.
var HandlerLanguages = []string{"typescript", "python"}

// HandlersError says why handlers cannot be written in a language.
type HandlersError struct {
	Language string
	Why      []string
}

func (e *HandlersError) Error() string {
	return fmt.Sprintf("handlers in %s: %s: choose handlers typescript", e.Language, strings.Join(e.Why, "; "))
}

// chooseHandlers settles the language of the handlers: the stack's own where it can be, as a team expects that. note
// tells where it cannot.
func chooseHandlers(g *graph.Graph, o *Options) (note string, err error) {
	if o.Handlers != "" && !one(HandlerLanguages, o.Handlers) {
		return "", &ChoiceError{"language of handlers", o.Handlers, HandlerLanguages}
	}
	asked := o.Handlers
	if asked == "" {
		o.Handlers = HandlerLanguages[0]
		if o.Language == "python" {
			o.Handlers = "python"
		}
	}
	if len(works(g, o.Name)) == 0 && o.Language != "python" {
		o.Handlers = HandlerLanguages[0] // there is nothing to write, and nothing to install for it
	}
	if o.Handlers != "python" {
		return "", nil
	}
	var why []string
	for _, w := range works(g, o.Name) {
		if lack := w.pyLack(); lack != "" {
			why = append(why, w.fn.ID+" "+lack)
		}
	}
	switch {
	case len(why) == 0:
		return "", nil
	case asked != "":
		return "", &HandlersError{"Python", why}
	}
	o.Handlers = HandlerLanguages[0]
	return "The handlers are in TypeScript, as not all of them can be in Python: " + strings.Join(why, "; ") + ".", nil
}

// pyLacks are the ways to be called for which handlers in Python are refused, each with the reason.
var pyLacks = map[trigger]string{
	triggerAnswer: "streams its answer, which Lambda's own runtime can in Node.js only",
	// Source: Lambda developer guide, "Supported runtimes for durable functions", read 2026-11-30.
	triggerDurable: "is durable, and AWS asks to ship the SDK for that with the code, which is not bundled here",
}

// pyLack tells why a handler cannot be written in Python, "" where it can.
func (w work) pyLack() string {
	if why, ok := pyLacks[w.trigger]; ok {
		return why
	}
	if pyWriters[w.trigger] == nil {
		return "is called in a way that handlers in Python are not written for"
	}
	for _, n := range w.writes {
		if _, named := handles[n.Kind]; named && pyOperations[n.Kind] == "" {
			return "writes to a " + string(n.Kind) + ", which handlers in Python do not"
		}
	}
	return ""
}

// handlers are the files of a project's handlers and their tests, and what they need.
type handlers struct {
	files   []File
	modules map[string]bool // npm packages
	python  bool
}

// handlersOf writes the handlers of a graph in the language that was chosen.
func handlersOf(g *graph.Graph, o Options) handlers {
	if o.Handlers == "python" {
		files := pyHandlers(g, o)
		for _, more := range []func(*graph.Graph) []File{graphQLSources, channelSources, codeFiles} {
			files = append(files, more(g)...)
		}
		return handlers{files, map[string]bool{}, true}
	}
	files, modules := tsHandlerFiles(g, o)
	return handlers{files, modules, false}
}

// beside gives what a project whose stack is in neither language of handlers has for them: files, the command that
// tests the handlers before that of the stack, and what git ignores.
func (h handlers) beside(stack string) (files []File, test, ignored string) {
	if h.python {
		return pyToolFiles(pyHandlerRequirements), "pytest && " + stack, pyIgnored
	}
	return []File{{"tsconfig.json", tsConfig("src", "test")}}, tsTests + " && " + stack, ""
}

// pyHandlers writes the handlers in Python: one package, which all functions get, and a test for each.
func pyHandlers(g *graph.Graph, o Options) []File {
	files := []File{{"src/handlers/__init__.py", "\"\"\"The handlers of this project's functions.\"\"\"\n"}}
	var written []*pyHandler
	for _, w := range works(g, o.Name) {
		h := newPyHandler(w)
		written = append(written, h)
		files = append(files, File{"src/handlers/" + w.pyModule() + ".py", h.text()}, File{"test/test_" + w.pyModule() + ".py", h.test()})
	}
	if len(written) == 0 {
		return nil
	}
	return append(files, File{"test/conftest.py", pyTestSettings(written)}, File{"test/stand_in.py", pyStandIn})
}

// pyToolFiles are the files that a project with Python in it has, beside its code.
func pyToolFiles(requirements string) []File {
	return []File{{"requirements-dev.txt", requirements}, {"pyproject.toml", pyProjectTOML}}
}

const pyIgnored = ".venv/\n__pycache__/\n"

const pyNeeds = "Python 3.11 or newer, "

// hasPython tells whether a project has Python in it.
func (o Options) hasPython() bool { return o.Language == "python" || o.Handlers == "python" }

// needs are the tools beside Node.
func (o Options) needs(into spelling) string {
	if o.hasPython() && into.needs != pyNeeds {
		return into.needs + pyNeeds
	}
	return into.needs
}

// install are the commands before the first test.
func (o Options) install() string {
	if o.hasPython() {
		return "npm install\npython3 -m venv .venv && . .venv/bin/activate\npip install -r requirements-dev.txt"
	}
	return "npm install"
}

// handlersNote tells of handlers in another language than the stack's.
func handlersNote(o Options) string {
	switch {
	case o.Handlers == o.Language:
		return ""
	case o.Handlers == "python":
		return "The functions run Python handlers: npm test runs pytest too."
	}
	return tsHandlersNote
}
