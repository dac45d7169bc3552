package cdk

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// What a template says of the handlers of its functions, which may be in any language.

// handlerRuntimes are the runtimes that handlers run on, by their language.
var handlerRuntimes = map[string]string{"typescript": usualRuntime, "python": pythonRuntime, "go": goRuntime, "java": javaRuntime}

// samSources are the folders that `sam build` builds for all functions, by the language of the handlers. A handler in Go
// has one of its own.
var samSources = map[string]tree{"typescript": ".", "python": pyFolder, "java": javaModule}

// handlerCode is what one function runs, as a template names it.
type handlerCode struct {
	entry  string  // what Lambda calls
	source tree    // the folder that sam build builds, nil where it is that of all functions
	build  mapping // how sam build builds it, nil where the runtime tells
	built  string  // what goes into the bucket where nothing builds it on the way
}

func (c *composer) handlerCode(fn *graph.Node) handlerCode {
	w := work{file: kebab(fn.ID)}
	switch c.o.Handlers {
	case "python":
		return handlerCode{entry: pyEntry(w.pyModule()), built: pyFolder}
	case "go": // Source: SAM developer guide, "Building Lambda functions with custom runtimes", and the SAM CLI 1.170.0, checked 2026-11-30
		return handlerCode{entry: "bootstrap", source: goFolder + "/" + w.goCommand(), built: goBuilt + "/" + w.goCommand(),
			build: mapping{}.with("BuildMethod", "go1.x").with("BuildProperties", flat{{"TrimGoPath", true, ""}})}
	case "java":
		_, pkg := javaFolder(c.o)
		return handlerCode{entry: javaEntry(pkg, w.javaClass()), built: javaJar}
	}
	bundle := mapping{}.with("EntryPoints", sequence{"src/" + w.file + ".ts"})
	if c.snippet() {
		bundle = bundle.with("External", sequence{"@aws-sdk/*"})
	} else {
		bundle = bundle.because("External", sequence{"@aws-sdk/*"}, "the runtime has it").with("Target", "es2023")
	}
	entry := ".handler"
	if !c.sam {
		entry = "index.handler" // each bundle has a folder of its own
	} else {
		entry = w.file + entry
	}
	return handlerCode{entry: entry, built: bundleFolder + w.file,
		build: mapping{}.with("BuildMethod", "esbuild").with("BuildProperties", bundle)}
}

// handlerLayers are the layers that all handlers need, nil if none.
func (c *composer) handlerLayers() tree {
	if c.o.Handlers != "python" {
		return nil
	}
	return sequence{substituted("arn:aws:lambda:${AWS::Region}:" + powertoolsAccount + ":layer:" + powertoolsLayer)}
}

const layersReason = "Powertools for AWS Lambda " + powertoolsRelease + " with all it needs, as its maker publishes it: nothing is bundled"

// broughtBeside tells whether a template has functions with code of the user's own beside those with handlers: lists
// that all functions share would be theirs, too.
func (c *composer) broughtBeside() bool {
	for _, fn := range c.g.OfKind(graph.Function) {
		if ownCode(fn) {
			return true
		}
	}
	return false
}

// handlerRuntime is the runtime of a function's handler.
func (c *composer) handlerRuntime(fn *graph.Node) string {
	if c.o.Handlers == "typescript" {
		return runtimeName(fn)
	}
	if note := otherRuntime(fn, c.o); note != "" {
		c.notes = append(c.notes, note)
	}
	return handlerRuntimes[c.o.Handlers]
}

// snapStart has a function start from snapshots where that is worth it.
func (c *composer) snapStart(fn *graph.Node, p mapping) mapping {
	if !snapshots(fn, c.aliasOf(fn), c.o) {
		return p
	}
	return p.because("SnapStart", flat{{"ApplyOn", "PublishedVersions", ""}}, snapshotsReason)
}
