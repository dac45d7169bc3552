package cdk

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// HandlerLanguages are the languages that handlers can be written in, whatever the language of the stack.
var HandlerLanguages = []string{"typescript", "python", "go", "java"}

// handlerLanguage is what there is to know of a language of handlers before they are written.
type handlerLanguage struct {
	name       string // as people write it
	lacks      map[trigger]string
	writes     func(trigger) bool // whether there are handlers that are called so
	operations map[graph.Kind]string
	single     string                // why it cannot serve several calls at the same time, "" where it can
	names      func() *regexp.Regexp // names that fields may have; nil for any
}

// handlerLanguages are the languages in which not every handler can be written.
var handlerLanguages = sync.OnceValue(func() map[string]handlerLanguage {
	return map[string]handlerLanguage{
		"python": {"Python", pyLacks, func(t trigger) bool { return pyWriters[t] != nil }, pyOperations, "", nil},
		"go": {"Go", goLacks, func(t trigger) bool { return goWriters[t] != nil }, sameOperations(goSends),
			// Source: Lambda developer guide, "Lambda Managed Instances runtimes", checked 2026-11-30: of programs those in Rust only.
			"runs on managed instances, which Lambda has for no program in Go", goTagName},
		"java": {"Java", javaLacks, func(t trigger) bool { return javaWriters[t] != nil }, sameOperations(javaSends), "", nil},
	}
})

// sameOperations are the calls by which work is passed on, of the kinds that a language has words for: boto3 names them as
// the other SDKs do.
func sameOperations[T any](sends map[graph.Kind]T) map[graph.Kind]string {
	out := map[graph.Kind]string{}
	for kind := range sends {
		out[kind] = pyOperations[kind]
	}
	return out
}

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
		if one(HandlerLanguages, o.Language) {
			o.Handlers = o.Language
		}
	}
	if len(works(g, o.Name)) == 0 { // there is nothing to write, and nothing to install or build for it
		switch {
		case o.Language != "python":
			o.Handlers = HandlerLanguages[0]
		case o.Handlers == "go" || o.Handlers == "java":
			o.Handlers = "python"
		}
	}
	in, some := handlerLanguages()[o.Handlers]
	if !some {
		return "", nil
	}
	var why []string
	for _, w := range works(g, o.Name) {
		if lack := w.lack(in); lack != "" {
			why = append(why, w.fn.ID+" "+lack)
		}
	}
	switch {
	case len(why) == 0:
		return "", nil
	case asked != "":
		return "", &HandlersError{in.name, why}
	}
	o.Handlers = HandlerLanguages[0]
	return "The handlers are in TypeScript, as not all of them can be in " + in.name + ": " + strings.Join(why, "; ") + ".", nil
}

// pyLacks are the ways to be called for which handlers in Python are refused, each with the reason.
var pyLacks = map[trigger]string{
	triggerAnswer: "streams its answer, which Lambda's own runtime can in Node.js only",
	// Source: Lambda developer guide, "Supported runtimes for durable functions", read 2026-11-30.
	triggerDurable: "is durable, and AWS asks to ship the SDK for that with the code, which is not bundled here",
}

// lack tells why a handler cannot be written in a language, "" where it can.
func (w work) lack(in handlerLanguage) string {
	if why, ok := in.lacks[w.trigger]; ok {
		return why
	}
	if w.crowded && in.single != "" {
		return in.single
	}
	if !in.writes(w.trigger) {
		return "is called in a way that handlers in " + in.name + " are not written for"
	}
	for _, f := range w.fields {
		if in.names != nil && !in.names().MatchString(f.name) {
			return "works on something with a field whose name types in " + in.name + " cannot have"
		}
	}
	for _, n := range w.writes {
		if _, named := handles[n.Kind]; named && in.operations[n.Kind] == "" {
			return "writes to a " + string(n.Kind) + ", which handlers in " + in.name + " do not"
		}
	}
	return ""
}

// purposes say what a handler does, behind its name.
var purposes = map[trigger]string{
	triggerAnswer:  "answers the requests of an API, piece by piece.",
	triggerHTTP:    "answers the requests of an API.",
	triggerREST:    "answers the requests of an API.",
	triggerQueue:   "works on the messages of a queue.",
	triggerEvent:   "works on the events of a bus.",
	triggerTopic:   "works on the messages of a topic.",
	triggerStream:  "works on the records of a stream, in their order.",
	triggerTable:   "works on the changes of a table, in their order.",
	triggerSocket:  "is told by a WebSocket API who comes, goes and speaks.",
	triggerObjects: "works on a few of a bucket's objects at once.",
	triggerEnrich:  "adds to the records of a pipe what is known of them.",
	triggerPlain:   "works on what it is called with.",
}

// handlers are the files of a project's handlers and their tests, and what they need.
type handlers struct {
	files    []File
	modules  map[string]bool // npm packages
	language string
}

// handlersOf writes the handlers of a graph in the language that was chosen.
func handlersOf(g *graph.Graph, o Options) handlers {
	var files []File
	switch o.Handlers {
	case "python":
		files = pyHandlers(g, o)
	case "go":
		files = goHandlers(g, o)
	case "java":
		files = javaHandlers(g, o)
	default:
		files, modules := tsHandlerFiles(g, o)
		return handlers{files, modules, o.Handlers}
	}
	for _, more := range []func(*graph.Graph) []File{graphQLSources, channelSources, codeFiles} {
		files = append(files, more(g)...)
	}
	return handlers{files, map[string]bool{}, o.Handlers}
}

// beside gives what a project whose stack is in neither TypeScript nor Python has for its handlers: files, the command
// that tests the handlers before that of the stack, and what git ignores.
func (h handlers) beside(stack string) (files []File, test, ignored string) {
	switch h.language {
	case "python":
		return pyToolFiles(pyHandlerRequirements), "pytest && " + stack, pyIgnored
	case "go":
		return nil, goTestCommand + " && " + stack, goIgnored
	case "java":
		return nil, javaBuildCommand + " && " + stack, javaIgnored
	}
	return []File{{"tsconfig.json", tsConfig("src", "test")}}, tsTests + " && " + stack, ""
}

// pyHandlers writes the handlers in Python: one package, which all functions get, and a test for each.
func pyHandlers(g *graph.Graph, o Options) []File {
	files := []File{{pyFolder + "/handlers/__init__.py", "\"\"\"The handlers of this project's functions.\"\"\"\n"}}
	var written []*pyHandler
	for _, w := range works(g, o.Name) {
		h := newPyHandler(w)
		written = append(written, h)
		files = append(files, File{pyFolder + "/handlers/" + w.pyModule() + ".py", h.text()}, File{"test/test_" + w.pyModule() + ".py", h.test()})
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

// pyFolder is the folder that functions in Python get.
const pyFolder = "src"

const pyIgnored = ".venv/\n__pycache__/\n"

const pyNeeds = "Python 3.11 or newer, "

// hasPython tells whether a project has Python in it.
func (o Options) hasPython() bool { return o.Language == "python" || o.Handlers == "python" }

// needs are the tools beside Node.
func (o Options) needs(into spelling) string {
	switch {
	case o.Handlers == "go" && o.Language == "go":
		return goHandlerNeeds
	case o.Handlers == "go":
		return into.needs + goHandlerNeeds
	case o.Handlers == "java" && o.Language != "java":
		return into.needs + javaHandlerNeeds
	case o.hasPython() && into.needs != pyNeeds:
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
	case o.Handlers == "go" && o.Scope == "snippet":
		return goSnippetNote
	case o.Handlers == "go":
		return goHandlersNote
	case o.Handlers == "java" && o.Scope == "snippet":
		return javaSnippetNote
	case o.Handlers == "java":
		return javaHandlersNote
	case o.Handlers == o.Language:
		return ""
	case o.Handlers == "python":
		return "The functions run Python handlers: npm test runs pytest too."
	}
	return tsHandlersNote
}
