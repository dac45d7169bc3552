package cdk

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// goShared are the packages below internal that handlers share: Go files with another ending, so that this module's own
// build leaves them alone. MODULE stands for the path of the handlers' module.
//
//go:embed go_handlers
var goShared embed.FS

// What handlers in Go may need, all in the newest versions that go together, and the sums of that.
//
//go:embed go_handler_modules.txt
var goHandlerModules string

//go:embed go_handler_sums.txt
var goHandlerSums string

const (
	goBuilt        = "dist"     // the folder with a folder for each handler's program
	goFolder       = "handlers" // the folder of the handlers' module
	goIgnored      = goBuilt + "/\n"
	goTestCommand  = "make test" // builds too: the stack does not synthesise without the programs
	goHandlerNeeds = "Go 1.26 or newer, make, "
	goHandlersNote = "The functions run Go handlers: make build puts each handler's program, bootstrap, into a folder below dist. cdk.json has that done " +
		"before each synthesis. npm test runs their tests too."
	goSnippetNote = "The functions run programs that you build before you synthesise, each as bootstrap into its folder below dist: CGO_ENABLED=0 GOOS=linux " +
		"GOARCH=arm64 go build -tags lambda.norpc. The project scope has the handlers in Go, with their tests and a Makefile for that."
)

// goLacks are the ways to be called for which handlers in Go are refused, each with the reason.
var goLacks = map[trigger]string{
	// Source: Lambda developer guide, "Supported runtimes for durable functions", checked 2026-11-30.
	triggerDurable: "is durable, for which AWS has no SDK in Go",
}

// goHandlers writes the handlers in Go: one module, with a command for each, a test beside it, and what they share.
func goHandlers(g *graph.Graph, o Options) []File {
	module := o.Name + "/" + goFolder
	var files []File
	used := map[string]bool{}
	for _, w := range works(g, o.Name) {
		h := newGoHandler(w, module)
		files = append(files, File{goFolder + "/" + w.goCommand() + "/main.go", h.text()}, File{goFolder + "/" + w.goCommand() + "/main_test.go", h.test()})
		for path := range h.imports {
			used[path] = true
		}
	}
	if len(files) == 0 {
		return nil
	}
	files = append(files, sharedFiles(module, used)...)
	mod := goHandlerMod(module, files)
	files = append(files, File{goFolder + "/go.mod", mod}, File{goFolder + "/go.sum", goHandlerSum(mod)})
	if o.Language == "sam" { // sam build makes the programs
		return files
	}
	return append(files, File{"Makefile", goMakefile})
}

// goCommand names the folder of a handler's command. Folders of some names are no commands to Go.
func (w work) goCommand() string {
	if one([]string{"internal", "vendor", "testdata"}, w.file) {
		return w.file + "-function"
	}
	return w.file
}

// sharedFiles are the packages below internal that handlers import.
func sharedFiles(module string, used map[string]bool) []File {
	var files []File
	err := fs.WalkDir(goShared, "go_handlers", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		path := strings.TrimSuffix(strings.TrimPrefix(name, "go_handlers/"), ".txt")
		if parts := strings.Split(path, "/"); !used[module+"/"+parts[0]+"/"+parts[1]] {
			return nil
		}
		text, err := goShared.ReadFile(name)
		files = append(files, File{goFolder + "/" + path, goFormatted(strings.ReplaceAll(string(text), "MODULE/", module+"/"))})
		return err
	})
	if err != nil {
		panic("cdk: go_handlers: " + err.Error()) // our own files
	}
	return files
}

// goBehind are modules that others need: by the module that needs them, "" for those that are always there.
var goBehind = map[string]string{
	"": "credentials feature/ec2/imds internal/configsources internal/endpoints/v2 internal/v4a service/internal/accept-encoding " +
		"service/internal/presigned-url service/signin service/sso service/ssooidc service/sts",
	"feature/dynamodb/attributevalue": "service/dynamodb service/dynamodbstreams",
	"service/dynamodb":                "service/internal/endpoint-discovery",
	"service/kinesis":                 "aws/protocol/eventstream",
	"service/s3":                      "aws/protocol/eventstream service/internal/checksum service/internal/s3shared",
}

// goHandlerMod writes the module's file, tidy: what is imported, and what that needs.
func goHandlerMod(module string, files []File) string {
	direct, indirect := map[string]bool{}, map[string]bool{"github.com/aws/smithy-go": true}
	behind := func(module string) {
		for _, m := range strings.Fields(goBehind[module]) {
			indirect[goSDK+"/"+m] = true
		}
	}
	behind("")
	var lines [2][]string
	all := strings.Split(strings.TrimSpace(goHandlerModules), "\n")
	for _, line := range all {
		path, _, _ := strings.Cut(line, " ")
		for _, f := range files {
			if importsModule(f.Text, path) {
				direct[path] = true
				behind(strings.TrimPrefix(path, goSDK+"/"))
			}
		}
	}
	if direct[goSDK+"/feature/dynamodb/attributevalue"] {
		behind("service/dynamodb")
	}
	for _, line := range all {
		switch path, _, _ := strings.Cut(line, " "); {
		case direct[path]:
			lines[0] = append(lines[0], "\t"+line)
		case indirect[path]:
			lines[1] = append(lines[1], "\t"+line+" // indirect")
		}
	}
	return fmt.Sprintf("module %s\n\ngo 1.26\n\nrequire (\n%s\n)\n\nrequire (\n%s\n)\n", module, strings.Join(lines[0], "\n"), strings.Join(lines[1], "\n"))
}

// goHandlerSum leaves out the sums of modules that there are and that this one does not need.
func goHandlerSum(mod string) string {
	var b strings.Builder
	for line := range strings.Lines(goHandlerSums) {
		module := strings.Join(strings.Fields(strings.ReplaceAll(line, "/go.mod", ""))[:2], " ")
		if !strings.Contains(goHandlerModules, module+"\n") || strings.Contains(mod, "\t"+module) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// importsModule tells whether a file imports a package of a module. The packages of the SDK itself, which all others are
// below, are those named.
func importsModule(text, path string) bool {
	if path == goSDK {
		return strings.Contains(text, `"`+path+`/aws"`)
	}
	return strings.Contains(text, `"`+path+`"`) || strings.Contains(text, `"`+path+`/`)
}

const goMakefile = `# Each folder of handlers/ with a main.go becomes a program for Lambda: dist/<folder>/bootstrap.
commands := $(patsubst handlers/%/main.go,%,$(wildcard handlers/*/main.go))

# Static, as Lambda's system has no Go. Without the path of this folder and the state of the repository in it, which
# would change the program, and with it the deployment, where no code has changed.
flags := -tags lambda.norpc -trimpath -buildvcs=false -ldflags "-s -w"

.PHONY: build test always

build: $(commands:%=dist/%/bootstrap)

# Always: the go command knows best what has changed.
dist/%/bootstrap: always
	cd handlers && CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build $(flags) -o ../$@ ./$*

test: build
	cd handlers && go vet ./... && go test ./...
`
