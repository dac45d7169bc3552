package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Projects whose infrastructure is a template: template.yaml, the handlers with their tests, and what builds them. Plain
// CloudFormation has no tool that builds: that of the handlers' language does.

// isTemplate tells the languages that are no programs.
func isTemplate(language string) bool { return language == "sam" || language == "cloudformation" }

// templateLacks says what of a graph a template cannot hold.
func templateLacks(g *graph.Graph, language string) []string {
	return compose(g, Options{Name: "stack", Language: language, Scope: "project"}).lacks
}

func templateYAML(c *composer) string {
	p := &yamlPrinter{width: yamlWidth}
	if c.snippet() {
		p.tight, p.width = true, yamlSnippetWidth
		p.section("Globals", c.t.Globals)
		p.resources(c.t.Resources)
		return p.b.String()
	}
	p.b.WriteString("AWSTemplateFormatVersion: '2010-09-09'\n")
	// Deletion policies that depend on the stage need the language extensions: without them they must be plain words.
	// Source: CloudFormation user guide, "Intrinsic function references in DeletionPolicy and UpdateReplacePolicy
	// attributes", checked 2026-11-30.
	transform := "AWS::LanguageExtensions"
	if c.sam {
		transform = "[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]"
	}
	p.b.WriteString("Transform: " + transform + "\n")
	p.b.WriteString("Description: " + yamlString(clipped(oneLine(c.o.Title), descriptionBytes)) + "\n")
	p.section("Parameters", c.t.Parameters)
	p.section("Conditions", mapping{}.with("IsProduction", equals{reference("Stage"), "prod"}))
	p.section("Globals", c.t.Globals)
	p.resources(c.t.Resources)
	p.section("Outputs", c.t.Outputs)
	return p.b.String()
}

// descriptionBytes is how long a template's description may be. Source: CloudFormation user guide, "Template
// Description", checked 2026-11-30.
const descriptionBytes = 1024

// clipped is a text's beginning, whole letters, in so many bytes.
func clipped(s string, most int) string {
	for len(s) > most {
		letters := []rune(s)
		s = string(letters[:len(letters)-1])
	}
	return s
}

func templateProject(c *composer) []File {
	files := []File{{"template.yaml", templateYAML(c)}}
	ignored := "packaged.yaml\n"
	if c.sam {
		files = append(files, File{"samconfig.toml", samConfig(c.o)})
		ignored = ".aws-sam/\n"
	}
	h := handlersOf(c.g, c.o)
	own := h.template(c)
	return append(append(append(files, h.files...), own.files...), File{".gitignore", own.ignored + ignored})
}

// samConfig are the settings of the SAM command line: one environment a stage.
func samConfig(o Options) string {
	stages, cached := "", "cached = true\n"
	if o.Handlers == "go" { // a change to what handlers share would not be seen; the go command caches by itself
		cached = ""
	}
	for _, s := range []struct{ environment, stage, more string }{{"default", "prod", "confirm_changeset = true\n"}, {"dev", "dev", ""}} {
		stages += fmt.Sprintf(`
[%[1]s.global.parameters]
stack_name = "%[2]s-%[3]s"

[%[1]s.build.parameters]
%[5]sparallel = true

[%[1]s.deploy.parameters]
capabilities = "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
resolve_s3 = true
%[4]sparameter_overrides = "Stage=%[3]s"
`, s.environment, o.Name, s.stage, s.more, cached)
	}
	return "version = 0.1\n" + stages
}

// templatePackage pins what the handlers are made of, and holds the commands.
func templatePackage(c *composer, modules map[string]bool) string {
	runtime, dev := pinnedModules(modules)
	for _, m := range []string{"@types/node", "esbuild", "tsx", "typescript"} {
		dev[m] = ""
	}
	if c.sam { // sam build installs what is no development dependency, and looks for esbuild there
		delete(dev, "esbuild")
		runtime["esbuild"] = ""
	}
	scripts := []string{`"build": "tsc"`, `"test": "` + tsTests + `"`}
	if !c.sam {
		scripts = append(scripts,
			`"bundle": "esbuild src/*.ts --bundle --platform=node --target=node24 --external:@aws-sdk/* --outdir=dist --entry-names=[name]/index"`)
		if c.released() {
			scripts = append(scripts, `"release": "cat template.yaml dist/*/index.js | openssl sha256 -r | cut -c1-12"`)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"name\": %q,\n  \"version\": \"0.1.0\",\n  \"private\": true,\n", c.o.Name)
	b.WriteString("  \"engines\": { \"node\": \">=22\" },\n  \"scripts\": {\n    " + strings.Join(scripts, ",\n    ") + "\n  },\n")
	fmt.Fprintf(&b, "  \"dependencies\": {\n%s\n  },\n  \"devDependencies\": {\n%s\n  }\n}\n", pinned(runtime), pinned(dev))
	return b.String()
}

// released tells whether versions are published, each named by the code it was made of.
func (c *composer) released() bool {
	for _, p := range c.t.Parameters {
		if p.Name == "Release" {
			return true
		}
	}
	return false
}

// generateTemplate writes a graph as a template.
func generateTemplate(g *graph.Graph, o Options) (*Project, error) {
	c := compose(g, o)
	if len(c.lacks) > 0 {
		return nil, &LackError{o.Language, c.lacks}
	}
	pr := &Project{Name: o.Name, Language: o.Language, Scope: o.Scope, Notes: c.notes}
	if note := templateHandlersNote(o); note != "" {
		pr.Notes = append(pr.Notes, note)
	}
	if o.Scope == "snippet" {
		pr.Files = []File{{o.Name + ".yaml", templateYAML(c)}}
		return pr, nil
	}
	pr.Files = append(templateProject(c), File{"README.md", templateReadme(c)})
	for _, p := range c.t.Parameters {
		if p.Name == "JwtIssuer" {
			pr.Notes = append(pr.Notes, "Give JwtIssuer and JwtAudience the values of your identity provider when you deploy: parameters of template.yaml.")
		}
	}
	return pr, nil
}

func templateReadme(c *composer) string {
	var b strings.Builder
	readmeHead(&b, c.o)
	name, own := c.o.Name, handlersOf(c.g, c.o).template(c)
	commands := own.commands
	if c.sam {
		fmt.Fprintf(&b, "%s, the AWS SAM CLI, and credentials of an account.\n\n", own.needs)
		commands = append(commands,
			[2]string{"sam build && sam deploy", "production: keeps its data when the stack goes"},
			[2]string{"sam build --config-env dev && sam deploy --config-env dev", "a stage of its own that can be deleted whole"},
			[2]string{"sam delete --config-env dev", ""})
	} else {
		fmt.Fprintf(&b, "%s, the AWS CLI, credentials of an account, and a bucket there for the code.\n\n", own.needs)
		overrides := "Stage=prod"
		if c.released() {
			overrides += " Release=$(" + own.release + ")"
		}
		commands = append(commands,
			[2]string{"aws cloudformation package --template-file template.yaml --s3-bucket BUCKET --output-template-file packaged.yaml", ""},
			[2]string{"aws cloudformation deploy --template-file packaged.yaml --stack-name " + name + "-prod --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND \\\n  --parameter-overrides " + overrides, "production: keeps its data"},
			[2]string{"aws cloudformation delete-stack --stack-name " + name + "-dev", "after the same with Stage=dev: that stage can be deleted whole"})
	}
	b.WriteString("```sh\n")
	for _, command := range commands {
		line := command[0]
		if command[1] != "" {
			line += "  # " + command[1]
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("```\n\nParameters, with `--parameter-overrides`:\n\n")
	for _, p := range c.t.Parameters {
		body, _ := p.Value.(mapping)
		for _, f := range body {
			if f.Name == "Description" {
				fmt.Fprintf(&b, "- `%s`: %s.\n", p.Name, f.Value)
			}
		}
	}
	readmeAfter(&b, c.g, c.o)
	b.WriteString("\n## Files\n\n- `template.yaml`: the infrastructure\n")
	readmeCode(&b, c.g)
	b.WriteString(own.about + "\n")
	readmeBill(&b, c.g)
	return b.String()
}
