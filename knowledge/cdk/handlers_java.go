package cdk

import (
	"embed"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// javaShared are the classes that handlers share, in main, and what their tests share, in test. PACKAGE stands for the
// package of the project.
// They log by lines of JSON with level and timestamp, which Lambda does not encode again and filters by level. Source: Lambda
// developer guide, "Log and monitor Java Lambda functions" and "Log-level filtering", checked 2026-11-30.
//
//go:embed java_handlers
var javaShared embed.FS

// What handlers in Java may need, in the newest versions that go together.
//
//go:embed java_handler_pom.xml
var javaHandlerPOM string

const (
	javaModule       = "handlers"                          // the folder of the handlers' Maven project
	javaJar          = javaModule + "/target/handlers.jar" // with all handlers
	javaBuildCommand = "mvn -q -f handlers/pom.xml package"
	javaIgnored      = "target/\n"
	javaHandlerNeeds = "Java 17 or newer, Maven, "
	javaSnippetNote  = "The functions run classes of one jar, " + javaJar + ", that you build before you synthesise. The project scope has the handlers in Java, with their tests " +
		"and a pom.xml for that."
	javaHandlersNote = "The functions run Java handlers, all from one jar: mvn -f handlers/pom.xml package tests them and builds " + javaJar + ". cdk.json has it built before each synthesis, " +
		"and npm test runs their tests too. Java starts slowly: functions with an alias start from a snapshot (SnapStart); give the others memory, which brings them CPU."
)

// javaLacks are the ways to be called for which handlers in Java are refused, each with the reason.
var javaLacks = map[trigger]string{
	triggerAnswer:  "streams its answer, which handlers in Java are not written for yet",
	triggerDurable: "is durable, which handlers in Java are not written for yet",
}

// javaHandlers writes the handlers in Java: a Maven project of their own, which makes one jar of them.
func javaHandlers(g *graph.Graph, o Options) []File {
	folder, pkg := javaFolder(o)
	main, test := "handlers/src/main/java/"+folder+"/", "handlers/src/test/java/"+folder+"/"
	var mains, tests []File
	for _, w := range works(g, o.Name) {
		h := newJavaHandler(w, pkg)
		mains = append(mains, File{main + w.javaClass() + ".java", h.text()})
		tests = append(tests, File{test + w.javaClass() + "Test.java", h.test()})
	}
	if len(mains) == 0 {
		return nil
	}
	mains = append(mains, javaSharedFiles(main, "main", pkg, mains)...)
	shared := map[string]bool{}
	for _, f := range mains {
		shared[strings.TrimSuffix(path.Base(f.Path), ".java")] = true
	}
	tests = append(tests, javaSharedFiles(test, "test", pkg, tests)...)
	for _, f := range javaSharedFiles(test, "test", pkg, nil) { // the tests of what is shared
		if about, ok := strings.CutSuffix(path.Base(f.Path), "Test.java"); ok && shared[about] {
			tests = append(tests, f)
		}
	}
	return append(append(mains, tests...), File{"handlers/pom.xml", javaHandlersPOM(o, mains)})
}

// javaSharedFiles are the classes of a folder that the files use, and those that these use in turn; all where there are
// no files.
func javaSharedFiles(to, from, pkg string, files []File) (out []File) {
	entries, err := fs.ReadDir(javaShared, "java_handlers/"+from)
	if err != nil {
		panic("cdk: java_handlers: " + err.Error()) // our own files
	}
	all := files == nil
	taken := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, e := range entries {
			name := strings.TrimSuffix(e.Name(), ".java.txt")
			if taken[name] || !all && !usesClass(append(files, out...), name) {
				continue
			}
			text, err := javaShared.ReadFile("java_handlers/" + from + "/" + e.Name())
			if err != nil {
				panic("cdk: java_handlers: " + err.Error()) // our own files
			}
			out = append(out, File{to + name + ".java", strings.ReplaceAll(string(text), "PACKAGE", pkg)})
			taken[name], grown = true, true
		}
	}
	return out
}

func usesClass(files []File, name string) bool {
	word := regexp.MustCompile(`\b` + name + `\b`)
	for _, f := range files {
		if word.MatchString(f.Text) {
			return true
		}
	}
	return false
}

// javaServicePOM describes a service of the SDK in the project file.
var javaServicePOM = lazy.Regexp(`(?s)    <dependency>\n      <groupId>software\.amazon\.awssdk</groupId>\n      <artifactId>([a-z0-9]+)</artifactId>\n      <exclusions>.*?</dependency>\n`)

// javaHandlersPOM leaves out what the handlers do not need.
func javaHandlersPOM(o Options, files []File) string {
	pom := javaServicePOM().ReplaceAllStringFunc(javaHandlerPOM, func(dependency string) string {
		service := javaServicePOM().FindStringSubmatch(dependency)[1]
		for _, f := range files {
			if strings.Contains(f.Text, javaSDK+service+".") {
				return dependency
			}
		}
		return ""
	})
	if !strings.Contains(pom, "<exclusions>") { // no client needs one
		from, to := strings.Index(pom, "    <!-- The HTTP client"), strings.Index(pom, "    <dependency>\n      <groupId>org.junit")
		pom = pom[:from] + pom[to:]
	}
	return strings.Replace(pom, "ARTIFACT", o.Name, 1)
}
