package cdk

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Options says what to write. The zero value writes a TypeScript project.
type Options struct {
	Language string // one of Languages; "" is typescript
	Handlers string // one of HandlerLanguages; "" is the stack's own where there is one and all handlers can be in it, else typescript
	Scope    string // "project" ("" likewise): all files; "snippet": constructs and imports only
	Name     string // lower-case words joined by dashes: package, class and stack are named after it
	Title    string
	Summary  string
	Diagram  string // Mermaid text for the README; "" for none
}

// Project is the generated code. Files[0] is the stack.
type Project struct {
	Name     string
	Language string
	Scope    string
	Files    []File
	Notes    []string // what could not be carried, and what the user has to fill in
}

// File is one file. Path is relative, with forward slashes, and never leaves the project's folder.
type File struct{ Path, Text string }

// Languages are the languages that can be written.
var Languages = []string{"typescript", "python", "go", "java", "sam", "cloudformation"}

// spelling is how a program becomes the files of one language.
type spelling struct {
	ending     string // of a snippet's file
	snippet    func(*program) string
	project    func(*graph.Graph, *program, Options) []File
	entryPoint func(Options) string    // the file that holds the stack's properties
	name       func(string) string     // how the language spells a property
	stack      func(Options) string    // the stack's file
	needs      string                  // beside Node
	lacks      func(*program) []string // properties that the language's library does not know; nil where it knows all
	note       string                  // what a user of the language must know
}

// tsHandlersNote goes with every language but TypeScript whose functions run TypeScript handlers.
const tsHandlersNote = "The functions run TypeScript handlers. esbuild, an npm package, bundles them: " +
	"npx cdk and npm test put it on the path; without it the library asks for Docker."

var spellings = map[string]spelling{
	"typescript": {
		ending: ".ts", snippet: tsSnippet, project: tsProject, name: func(s string) string { return s },
		entryPoint: func(o Options) string { return "bin/" + o.Name + ".ts" },
		stack:      func(o Options) string { return "lib/" + o.Name + "-stack.ts" },
	},
	"python": {
		ending: ".py", snippet: pySnippet, project: pyProject, name: pyName,
		entryPoint: func(Options) string { return "app.py" },
		stack:      func(Options) string { return "infrastructure/stack.py" },
		needs:      pyNeeds,
	},
	"java": {
		ending: ".java", snippet: javaSnippet, project: javaProject, name: javaName, lacks: lackingInJava,
		entryPoint: func(o Options) string {
			folder, _ := javaFolder(o)
			return "src/main/java/" + folder + "/" + pascal(o.Name) + "App.java"
		},
		stack: func(o Options) string {
			folder, _ := javaFolder(o)
			return "src/main/java/" + folder + "/" + pascal(o.Name) + "Stack.java"
		},
		needs: "Java 17 or newer, Maven, ",
		note: "The construct library for Java is 2.263.0, the newest that Maven's central repository has; " +
			"cdk-nag has no release for it there: the TypeScript project of the same description passes it.",
	},
	"go": {
		ending: ".go", snippet: goSnippet, project: goProject, name: goMember, lacks: lacking,
		entryPoint: func(Options) string { return "main.go" },
		stack:      func(Options) string { return "stack.go" },
		needs:      "Go 1.23 or newer, ",
		note: "The construct library for Go is 2.220.0, the newest that the module proxy serves and that compiles; " +
			"cdk-nag is not to be had for Go: the TypeScript project of the same description passes it.",
	},
}

// Scopes are how much is written.
var Scopes = []string{"project", "snippet"}

// ChoiceError is a language or scope that there is not.
type ChoiceError struct {
	What    string // language or scope
	Got     string
	Choices []string
}

func (e *ChoiceError) Error() string {
	return fmt.Sprintf("there is no %s %q: choose %s", e.What, e.Got, strings.Join(e.Choices, ", "))
}

// LackError says that a language has no way to write something: what would be generated without it would look right
// and be another thing.
type LackError struct {
	Language string
	What     []string // properties of the construct library; for a template, nodes and edges
}

func (e *LackError) Error() string {
	if isTemplate(e.Language) {
		return fmt.Sprintf("%s templates are not written yet for %s, which this architecture has: choose another language", e.Language, strings.Join(e.What, ", "))
	}
	return fmt.Sprintf("the construct library for %s has no %s, which this architecture needs: choose another language", e.Language, strings.Join(e.What, ", "))
}

// Writable are the languages that a graph can be written in.
func Writable(g *graph.Graph) []string {
	out := []string{}
	for _, language := range Languages {
		if isTemplate(language) {
			if len(templateLacks(g, language)) > 0 {
				continue
			}
		}
		if lacks := spellings[language].lacks; lacks != nil {
			if p, _ := lower(g, Options{Name: "stack", Language: language, Scope: "project"}); len(lacks(p)) > 0 {
				continue
			}
		}
		out = append(out, language)
	}
	return out
}

// flags are the feature flags that `cdk init` recommends for the library version in versions, plus the switch that
// turns the library's own rules from warnings into errors. All languages get the same: they change the template.
//
//go:embed flags.json
var flags string

// Generate writes the code for a graph.
func Generate(g *graph.Graph, o Options) (*Project, error) {
	if o.Language == "" {
		o.Language = Languages[0]
	}
	if o.Scope == "" {
		o.Scope = Scopes[0]
	}
	if !one(Languages, o.Language) {
		return nil, &ChoiceError{"language", o.Language, Languages}
	}
	if !one(Scopes, o.Scope) {
		return nil, &ChoiceError{"scope", o.Scope, Scopes}
	}
	if o.Title == "" {
		o.Title = graph.UpperFirst(strings.ReplaceAll(o.Name, "-", " "))
	}
	choice, err := chooseHandlers(g, &o)
	if err != nil {
		return nil, err
	}
	if isTemplate(o.Language) {
		return generateTemplate(g, o)
	}
	p, notes := lower(g, o)
	if lacks := spellings[o.Language].lacks; lacks != nil {
		if what := lacks(p); len(what) > 0 {
			return nil, &LackError{o.Language, what}
		}
	}
	pr := &Project{Name: o.Name, Language: o.Language, Scope: o.Scope, Notes: notes}
	into := spellings[o.Language]
	for _, note := range []string{choice, handlersNote(o), into.note} {
		if note != "" {
			pr.Notes = append(pr.Notes, note)
		}
	}
	if o.Scope == "snippet" {
		pr.Files = []File{{o.Name + into.ending, into.snippet(p)}}
		return pr, nil
	}
	pr.Files = append(into.project(g, p, o), File{"README.md", readme(g, p, o, into)})
	for _, prop := range p.Props {
		if prop.Name == "jwtIssuer" {
			pr.Notes = append(pr.Notes, "Set "+into.name("jwtIssuer")+" and "+into.name("jwtAudience")+" in "+into.entryPoint(o)+" to those of your identity provider before you deploy.")
		}
	}
	return pr, nil
}

func one(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}
