package tools

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
)

// Source says which templates a tool looks at. Several paths are one system.
type Source struct {
	Paths []string `json:"paths,omitempty"`
	// Template is a template's text, instead of paths.
	Template string `json:"template,omitempty"`
	// Parameters are values for the template's parameters, before its defaults.
	Parameters map[string]string `json:"parameters,omitempty"`
}

// gathered is what a Source comes to.
type gathered struct {
	files      []cfn.File
	parameters map[string]string
	assembly   bool // a cdk.out folder is among the paths
}

const maxFiles = 200

// gather reads the files that a Source names.
func (w *Workbench) gather(reach Reach, src Source) (gathered, error) {
	g := gathered{parameters: map[string]string{}}
	if src.Template != "" {
		if len(src.Paths) > 0 {
			return g, wrong("send one of the two", "both a template's text and paths were given")
		}
		g.files = []cfn.File{{Name: "template", Data: []byte(src.Template)}}
	}
	for _, path := range src.Paths {
		if err := w.gatherPath(reach, path, &g); err != nil {
			return g, err
		}
	}
	for k, v := range src.Parameters {
		g.parameters[k] = v
	}
	switch {
	case len(g.files) == 0:
		return g, wrong("give a template, a cdk.out folder, a SAM project folder, or - for standard input", "there is nothing to read")
	case len(g.files) > maxFiles:
		return g, wrong("review them in parts", "%d templates at once are too many (at most %d)", len(g.files), maxFiles)
	}
	return g, nil
}

func (w *Workbench) gatherPath(reach Reach, path string, g *gathered) error {
	if path == "-" {
		if w.Stdin == nil {
			return wrong("send the template's text instead", "standard input cannot be read here")
		}
		return g.add("-", "<stdin>", w.Stdin)
	}
	info, err := reach.stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return g.addFile(reach, path)
	}
	return g.addFolder(reach, path)
}

// add reads one file, at most maxFile bytes of it.
func (g *gathered) add(path, name string, r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return readProblem(path, err)
	}
	if len(data) > maxFile {
		return wrong("CloudFormation takes templates up to 1 MB: is it the right file?", "reading %q: it is larger than %d MiB", path, maxFile>>20)
	}
	g.files = append(g.files, cfn.File{Name: name, Data: data})
	return nil
}

func (g *gathered) addFile(reach Reach, path string) error {
	f, err := reach.open(path)
	if err != nil {
		return readProblem(path, err)
	}
	defer f.Close()
	return g.add(path, filepath.ToSlash(path), f)
}

// templateNames are what a SAM project's template is called, in the order the SAM command line looks for them.
var templateNames = []string{"template.yaml", "template.yml", "template.json"}

// addFolder reads a cdk.out folder by its manifest, a SAM project by its template and samconfig.toml, else every
// file of the folder that looks like a template.
func (g *gathered) addFolder(reach Reach, dir string) error {
	entries, err := reach.list(dir)
	if err != nil {
		return err
	}
	has := map[string]bool{}
	var loose []string
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		has[e.Name()] = true
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".yaml", ".yml", ".json", ".template":
			loose = append(loose, e.Name())
		}
	}
	if has["manifest.json"] {
		return g.addAssembly(reach, dir)
	}
	for _, name := range templateNames {
		if has[name] {
			if has["samconfig.toml"] {
				if err := g.addSamConfig(reach, filepath.Join(dir, "samconfig.toml")); err != nil {
					return err
				}
			}
			return g.addFile(reach, filepath.Join(dir, name))
		}
	}
	sort.Strings(loose)
	return g.addLoose(reach, dir, loose)
}

// addLoose reads those files that look like templates: they have a Resources section.
func (g *gathered) addLoose(reach Reach, dir string, names []string) error {
	before := len(g.files)
	for _, name := range names {
		if err := g.addFile(reach, filepath.Join(dir, name)); err != nil {
			return err
		}
		last := len(g.files) - 1
		text := string(g.files[last].Data)
		if !strings.Contains(text, "Resources") || !strings.Contains(text, "Type") {
			g.files = g.files[:last]
		}
	}
	if len(g.files) == before {
		return wrong("name the template itself, or run cdk synth or sam build first", "no template was found in folder %q", dir)
	}
	return nil
}

// manifest is the part of a cloud assembly's manifest.json that names its templates.
type manifest struct {
	Artifacts map[string]struct {
		Type       string `json:"type"`
		Properties struct {
			TemplateFile  string `json:"templateFile"`
			DirectoryName string `json:"directoryName"`
		} `json:"properties"`
	} `json:"artifacts"`
}

func (g *gathered) addAssembly(reach Reach, dir string) error {
	path := filepath.Join(dir, "manifest.json")
	f, err := reach.open(path)
	if err != nil {
		return readProblem(path, err)
	}
	defer f.Close()
	var m manifest
	if err := json.NewDecoder(io.LimitReader(f, maxFile)).Decode(&m); err != nil {
		return wrong("run cdk synth again", "reading %q: it is no cloud assembly manifest: %w", path, err)
	}
	g.assembly = true
	names := make([]string, 0, len(m.Artifacts))
	for name := range m.Artifacts {
		names = append(names, name)
	}
	sort.Strings(names)
	before := len(g.files)
	for _, name := range names {
		a := m.Artifacts[name]
		switch a.Type {
		case "aws:cloudformation:stack":
			if err := g.addFile(reach, filepath.Join(dir, a.Properties.TemplateFile)); err != nil {
				return err
			}
		case "cdk:cloud-assembly": // a stage: an assembly of its own
			if err := g.addAssembly(reach, filepath.Join(dir, a.Properties.DirectoryName)); err != nil {
				return err
			}
		}
	}
	if len(g.files) == before {
		return wrong("run cdk synth first", "the cloud assembly in %q has no stack", dir)
	}
	return nil
}

// addSamConfig takes the parameter overrides of the default environment: deploy's, else those for all commands.
func (g *gathered) addSamConfig(reach Reach, path string) error {
	f, err := reach.open(path)
	if err != nil {
		return readProblem(path, err)
	}
	defer f.Close()
	var config map[string]any
	if _, err := toml.NewDecoder(io.LimitReader(f, maxFile)).Decode(&config); err != nil {
		return wrong("mend or remove the file", "reading %q: %w", path, err)
	}
	env, _ := config["default"].(map[string]any)
	for _, name := range []string{"global", "deploy"} {
		cmd, _ := env[name].(map[string]any)
		params, _ := cmd["parameters"].(map[string]any)
		for k, v := range overrides(params["parameter_overrides"]) {
			g.parameters[k] = v
		}
	}
	return nil
}

// overrides reads "Key=Value Key2=\"V 2\"", a list of such, or a table.
func overrides(v any) map[string]string {
	out := map[string]string{}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			out[k] = fmt.Sprint(x)
		}
	case []any:
		for _, x := range v {
			for k, val := range overrides(x) {
				out[k] = val
			}
		}
	case string:
		for _, pair := range splitQuoted(v) {
			if k, val, ok := strings.Cut(pair, "="); ok {
				out[k] = val
			}
		}
	}
	return out
}

// splitQuoted cuts at spaces outside quotes and drops the quotes.
func splitQuoted(s string) []string {
	var out []string
	var b strings.Builder
	var quote rune
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && (r == ' ' || r == '\n' || r == '\t'):
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return out
}

var _ fs.FS = Reach{}
