package cdk

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// pyHandler writes one handler in Python: a module of the package handlers, put together from its trigger and from
// what it writes and reads.
type pyHandler struct {
	work
	imports   pyImports
	constants []string // statements that name things of the environment
	settings  []string // statements that name what somebody may want to change
	clients   []string // statements that make what outlives a call
	blocks    []string // classes and functions, in order
}

func newPyHandler(w work) *pyHandler { return &pyHandler{work: w, imports: pyImports{}} }

// pyModule names the handler's module. Words that Python keeps get an underscore behind.
func (w work) pyModule() string {
	name := strings.ReplaceAll(w.file, "-", "_")
	if pyTaken()[name] {
		name += "_"
	}
	return name
}

// pyWriters write what a handler does that is called by each trigger. A trigger that is missing has no handler in
// Python.
var pyWriters = map[trigger]func(*pyHandler){
	triggerHTTP:    (*pyHandler).api,
	triggerREST:    (*pyHandler).api,
	triggerQueue:   (*pyHandler).queue,
	triggerEvent:   (*pyHandler).onEvent,
	triggerTopic:   (*pyHandler).onMessage,
	triggerStream:  (*pyHandler).stream,
	triggerTable:   (*pyHandler).stream,
	triggerSocket:  (*pyHandler).socket,
	triggerObjects: (*pyHandler).objects,
	triggerEnrich:  (*pyHandler).enrich,
	triggerPlain:   (*pyHandler).given,
}

// text returns the handler's file.
func (h *pyHandler) text() string {
	h.use("aws_lambda_powertools", "Logger", "Metrics", "Tracer")
	h.use("aws_lambda_powertools.utilities.typing", "LambdaContext")
	pyWriters[h.trigger](h)
	var out strings.Builder
	out.WriteString(`"""` + pyDoc(graph.UpperFirst(h.fn.ID)+" "+purposes[h.trigger]) + "\"\"\"\n\n" + h.imports.text())
	for _, statements := range [][]string{h.constants, h.settings} {
		if len(statements) > 0 {
			out.WriteString(strings.Join(statements, "\n") + "\n\n")
		}
	}
	service := pyString(h.service)
	fmt.Fprintf(&out, "logger = Logger(service=%s)\ntracer = Tracer(service=%s)\n%s\n", service, service,
		h.laid("metrics = ", "Metrics", "namespace="+service, "service="+service))
	for _, c := range h.clients {
		out.WriteString(c + "\n")
	}
	return out.String() + "\n\n" + strings.Join(h.blocks, "\n\n\n") + "\n"
}

func (h *pyHandler) use(module string, names ...string) { h.imports.add(module, names...) }

func (h *pyHandler) client(statement string) {
	if !one(h.clients, statement) {
		h.clients = append(h.clients, statement)
	}
}

// environment names a constant for a variable of the environment: a function without it fails when it is loaded, not
// at its first call.
func (h *pyHandler) environment(name string) string {
	h.use("os")
	statement := name + " = os.environ[" + pyString(name) + "]"
	if !one(h.constants, statement) {
		h.constants = append(h.constants, statement)
	}
	return name
}

// block adds a class or function.
func (h *pyHandler) block(lines ...string) { h.blocks = append(h.blocks, strings.Join(lines, "\n")) }

// laid spells a call as ruff lays it out, behind what stands before it on its line.
func (h *pyHandler) laid(before, callee string, args ...string) string {
	return pyLine(before + callee + "(" + strings.Join(slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "" }), ", ") + ")")
}

// head spells the first line of a function.
func (h *pyHandler) head(name, result string, params ...string) string {
	return layout(cat(txt("def "+name), (&pyPrinter{}).call(docsOf(params), false), txt(" -> "+result+":")), pyWidth, "    ")
}

// entry adds the function that Lambda calls. quiet keeps its answer, which may hold data of people, out of the trace.
func (h *pyHandler) entry(quiet bool, event, result string, body ...string) {
	if strings.Contains(event+result, "Any") {
		h.use("typing", "Any")
	}
	traced := "@tracer.capture_lambda_handler"
	if quiet {
		traced += "(capture_response=False)"
	}
	lines := []string{"@logger.inject_lambda_context", traced, "@metrics.log_metrics", h.head("handler", result, "event: "+event, "context: LambdaContext")}
	h.block(append(lines, body...)...)
}

// log spells a log entry that names the work.
func (h *pyHandler) log(indent, message string) string {
	return h.laid(indent, "logger.info", pyString(message), "extra={"+pyString(h.key)+": "+h.named()+"}")
}

// named spells what names one piece of work.
func (h *pyHandler) named() string { return "work." + h.attribute(h.key) }

// count spells the statement that counts work in a metric.
func (h *pyHandler) count(indent, name string) string {
	h.use("aws_lambda_powertools.metrics", "MetricUnit")
	return h.laid(indent, "metrics.add_metric", pyString(name), "MetricUnit.Count", "1")
}

// pyImports are the names a module imports, by module; a module without names is imported whole.
type pyImports map[string]map[string]bool

func (im pyImports) add(module string, names ...string) {
	if im[module] == nil {
		im[module] = map[string]bool{}
	}
	for _, n := range names {
		im[module][n] = true
	}
}

// pyOwn are the modules that a project has itself; pyStandard are those of Python that handlers and tests use.
var (
	pyOwn      = map[string]bool{"handlers": true, "stand_in": true}
	pyStandard = lazy.Words("base64 collections datetime email decimal functools hashlib hmac io json os time typing unittest urllib")
)

// text spells the imports as ruff sorts them.
func (im pyImports) text() string {
	var sections [3][]string
	for _, whole := range []bool{true, false} {
		for _, m := range sortedKeys(im) {
			root, _, _ := strings.Cut(m, ".")
			section := &sections[1]
			switch {
			case pyStandard()[root]:
				section = &sections[0]
			case pyOwn[root]:
				section = &sections[2]
			}
			names := sortedKeys(im[m])
			switch {
			case whole && (len(names) == 0 || im[m][""]):
				*section = append(*section, "import "+m)
			case !whole && len(names) > 0:
				*section = append(*section, pyImportLine(m, names))
			}
		}
	}
	var out strings.Builder
	for _, s := range sections {
		if len(s) > 0 {
			out.WriteString(strings.Join(s, "\n") + "\n\n")
		}
	}
	return out.String()
}

// pyImportLine sorts constants before classes before all else.
func pyImportLine(module string, names []string) string {
	rank := func(s string) string {
		switch {
		case len(s) > 1 && s == strings.ToUpper(s):
			return "0" + s
		case unicode.IsUpper(rune(s[0])):
			return "1" + s
		}
		return "2" + s
	}
	var listed []string
	for _, n := range names {
		if n != "" {
			listed = append(listed, n)
		}
	}
	sort.Slice(listed, func(i, j int) bool { return rank(listed[i]) < rank(listed[j]) })
	line := "from " + module + " import " + strings.Join(listed, ", ")
	if len(line) > pyWidth {
		line = "from " + module + " import (\n    " + strings.Join(listed, ",\n    ") + ",\n)"
	}
	return line
}

// dynamo names the variable of a table.
func (h *pyHandler) dynamo(n *graph.Node) string {
	h.use("boto3")
	name := strings.ReplaceAll(kebab(n.ID), "-", "_")
	if !strings.HasSuffix(name, "table") {
		name += "_table"
	}
	h.client("dynamodb = boto3.resource(\"dynamodb\")")
	h.client(h.laid(name+" = ", "dynamodb.Table", h.environment(envName(n))))
	return name
}
