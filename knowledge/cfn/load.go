package cfn

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// File is one template. Name is the name evidence uses: as it was given on the command line.
type File struct {
	Name string
	Data []byte
}

// Options says what is known beside the templates. The zero value is good.
type Options struct {
	// Parameters are values for parameters of the top-level templates; they go before defaults.
	Parameters map[string]string
	// Files holds what templates point to: nested templates, definitions, OpenAPI bodies. A path is looked up
	// below the template's own folder and then from the root. Nil: nothing can be looked up.
	Files fs.FS
	// Nested, where set, names the given file that holds the template of a nested stack: that of resource, written in
	// file. "" means that it says nothing, and the resource's own TemplateURL counts.
	Nested func(file, resource string) string
	// Imports are the values of exports of stacks that are not read here, by name.
	Imports map[string]string
	// Region and Account replace ${AWS::Region} and ${AWS::AccountId}, which otherwise stay as they are.
	Region, Account string
	// MaxScenarios bounds the scenarios, 0 means 16.
	MaxScenarios int
	// Each, where set, is called with every scenario in their order, as soon as it is read.
	Each func(graph.Scenario)
}

// System is what several templates come to when they are read together.
type System struct {
	Files []FileInfo
	// Scenarios are the ways the conditions can fall; the first is the one of the parameters' defaults. There is
	// at least one. Resources that do not differ are shared between scenarios: do not change them.
	Scenarios []graph.Scenario
	// Gaps lists what was not understood, in the order of the files.
	Gaps []graph.Gap
	// Unreadable lists the files that could not be read, where others could.
	Unreadable []*SyntaxError
	// Parameters, Outputs and Exports of all stacks, as they are in the first scenario.
	Parameters []Parameter
	Outputs    []Output
}

// FileInfo tells about one template that was read.
type FileInfo struct {
	Name       string
	Stack      string // name of the stack: its file, and for nested stacks where it hangs
	SAM        bool   // the SAM transform was applied: it is named, or SAM types occur
	CDK        bool   // synthesised by CDK
	Transforms []string
	Resources  int // as written, before any expansion
	Nested     bool
}

// Parameter is a parameter of a template. Value is what it resolves to in the first scenario.
type Parameter struct {
	Name, Type, File, Stack string
	Default                 graph.Value
	NoEcho                  bool
	Value                   graph.Value
	At                      *graph.Evidence
}

// Output is an output of a template. Export is "" unless it is exported.
type Output struct {
	Name, Export, File, Stack string
	Value                     graph.Value
	At                        *graph.Evidence
}

// Load reads templates as one system. An unreadable file is returned as *SyntaxError where it is the only one;
// of several the rest is read, and Unreadable lists it. It is safe to call concurrently.
func Load(ctx context.Context, files []File, o Options) (*System, error) {
	if o.MaxScenarios <= 0 {
		o.MaxScenarios = 16
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("reading templates: none was given")
	}
	l := &loader{options: o, sys: &System{}, seenGaps: map[string]bool{}}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t, err := l.read(f.Name, f.Data)
		if err != nil {
			l.sys.Unreadable = append(l.sys.Unreadable, err)
			continue
		}
		l.stacks = append(l.stacks, &stack{t: t, name: l.freeName(f.Name), l: l})
	}
	if len(l.stacks) == 0 {
		return nil, l.sys.Unreadable[0]
	}
	if err := l.run(ctx); err != nil {
		return nil, err
	}
	return l.sys, nil
}

// freeName is a name for a top-level stack: its file's, made different where a file is given twice.
func (l *loader) freeName(name string) string {
	for i := 2; ; i++ {
		taken := false
		for _, s := range l.stacks {
			taken = taken || s.name == name
		}
		if !taken {
			return name
		}
		name = fmt.Sprintf("%s@%d", name, i)
	}
}

// loader holds what one call of Load knows.
type loader struct {
	options   Options
	sys       *System
	stacks    []*stack
	seenGaps  map[string]bool
	includes  map[string]*node // files that templates include, by template and path
	pending   []pending
	own       map[string]*node            // lines of our embedded files, parsed
	documents map[templateKey]graph.Value // of SAM policy templates, filled in
	varies    map[string]bool             // conditions and parameters that differ between scenarios
}

// stack is one use of a template: a nested template may be used several times with different arguments.
type stack struct {
	t    *template
	name string
	l    *loader
	// parent and args are set for nested stacks: args are the Parameters of the stack resource.
	parent   *stack
	resource string // logical id of the stack resource in parent
	args     map[string]*node
	// double holds the logical ids that occur in other stacks too.
	double map[string]bool
	memo   map[string][]memo
	whole  []wholeMemo
	// SAM functions as they were made in earlier scenarios: those that change nothing else whole, others without events.
	alone     map[*graph.Resource][]*graph.Resource
	eventless map[*graph.Resource]*eventless
	hashes    map[string]string // of resources as written
	// values are given names, for the policy templates of SAM.
	values map[string]graph.Value
}

// id is the graph id of a logical id of this stack.
func (s *stack) id(logical string) string {
	if s.double[logical] {
		return s.name + "#" + logical
	}
	return logical
}

func (l *loader) read(name string, data []byte) (*template, *SyntaxError) {
	root, gaps, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	l.gap(gaps...)
	return l.newTemplate(name, root)
}

// gap records gaps, each once.
func (l *loader) gap(gaps ...graph.Gap) {
	for _, g := range gaps {
		key := fmt.Sprint(g.Evidence, g.Why)
		if !l.seenGaps[key] {
			l.seenGaps[key] = true
			l.sys.Gaps = append(l.sys.Gaps, g)
		}
	}
}

func (l *loader) gapAt(resource string, at *graph.Evidence, format string, args ...any) {
	g := graph.Gap{Resource: resource, Why: fmt.Sprintf(format, args...)}
	if at != nil {
		g.Evidence = *at
	}
	l.gap(g)
}

// gapOnce records a gap at its first place only.
func (l *loader) gapOnce(key string, at *graph.Evidence, format string, args ...any) {
	if !l.seenGaps[key] {
		l.seenGaps[key] = true
		l.gapAt("", at, format, args...)
	}
}

func (l *loader) run(ctx context.Context) error {
	l.nest()
	l.findDoubles()
	for _, s := range l.stacks {
		l.sys.Files = append(l.sys.Files, s.info())
	}
	scenarios, deciders, parameters := l.scenarios(), l.deciders(), l.parameters()
	for i := range scenarios {
		if err := ctx.Err(); err != nil {
			return err
		}
		w := &world{loader: l, choice: scenarios[i]}
		resources := w.resources()
		scenario := graph.Scenario{When: scenarios[i].when, Resources: resources, Deciders: deciders, Parameters: parameters}
		for _, out := range w.outputs() {
			scenario.Outputs = append(scenario.Outputs, out.Value)
		}
		l.sys.Scenarios = append(l.sys.Scenarios, scenario)
		if l.options.Each != nil {
			l.options.Each(scenario)
		}
		if i == 0 {
			w.describe()
		}
	}
	l.checkPending()
	return nil
}

// parameters are those of the templates that are nested in none.
func (l *loader) parameters() []graph.TemplateParameter {
	var all []graph.TemplateParameter
	for _, s := range l.stacks {
		if s.parent != nil {
			continue
		}
		for _, p := range s.t.parameters {
			one := graph.TemplateParameter{Name: p.name, Type: p.typ, NoEcho: p.noEcho, At: p.at}
			if p.def != nil {
				one.Default = p.def.value
			}
			all = append(all, one)
		}
	}
	return all
}

// findDoubles marks logical ids that occur in more than one stack.
func (l *loader) findDoubles() {
	resources, sams := 0, 0
	for _, s := range l.stacks {
		resources += len(s.t.resources)
		if s.t.sam {
			sams++
		}
	}
	count := make(map[string]int, resources)
	for _, s := range l.stacks {
		for _, r := range s.t.resources {
			count[r.name]++
		}
	}
	for _, s := range l.stacks {
		s.double = map[string]bool{}
		for _, r := range s.t.resources {
			if count[r.name] > 1 {
				s.double[r.name] = true
			}
		}
		for _, shared := range []string{codeDeployApp, codeDeployOwn} {
			s.double[shared] = sams > 1
		}
	}
}

func (s *stack) info() FileInfo {
	return FileInfo{Name: s.t.file, Stack: s.name, SAM: s.t.sam, CDK: s.t.cdk, Transforms: s.t.transforms,
		Resources: s.t.written, Nested: s.parent != nil}
}

// pointer appends a step to an RFC 6901 pointer.
func pointer(base, step string) string {
	if strings.ContainsAny(step, "~/") {
		step = pointerEscapes.Replace(step)
	}
	return base + "/" + step
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")
