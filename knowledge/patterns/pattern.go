package patterns

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/references"
)

// Pattern is a proven architecture: a page for people and a blueprint for the generator.
type Pattern struct {
	Slug      string
	Title     string
	Summary   string
	Domain    string
	Topics    []string
	Services  []string
	Page      string // the whole page, markdown with front matter
	Blueprint *Blueprint
}

var load = sync.OnceValue(func() []*Pattern {
	all, err := parseAll(references.Files)
	if err != nil {
		panic("patterns: the embedded patterns are broken: " + err.Error())
	}
	return all
})

// All returns every pattern, sorted by slug. The result is shared: do not change it.
func All() []*Pattern { return load() }

// Find returns the pattern of a slug.
func Find(slug string) (*Pattern, bool) {
	for _, p := range All() {
		if p.Slug == slug {
			return p, true
		}
	}
	return nil, false
}

// Nearest returns up to three slugs that resemble a name, most alike first. It is empty where nothing does.
func Nearest(name string) []string {
	slugs := make([]string, 0, len(All()))
	for _, p := range All() {
		slugs = append(slugs, p.Slug)
	}
	return nearest(name, slugs, 3)
}

func parseAll(files fs.FS) ([]*Pattern, error) {
	pages, err := fs.Glob(files, "patterns/*.yaml")
	if err != nil {
		return nil, err
	}
	sort.Strings(pages)
	var all []*Pattern
	for _, name := range pages {
		p, err := parsePattern(files, strings.TrimSuffix(path.Base(name), ".yaml"))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func parsePattern(files fs.FS, slug string) (*Pattern, error) {
	file := "patterns/" + slug + ".yaml"
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	b, err := ParseSketch(file, data)
	if err != nil {
		return nil, err
	}
	page, err := fs.ReadFile(files, "patterns/"+slug+".md")
	if err != nil {
		return nil, fmt.Errorf("the page of pattern %s: %w", slug, err)
	}
	front, err := frontMatter(string(page))
	if err != nil {
		return nil, fmt.Errorf("the page of pattern %s: %w", slug, err)
	}
	b.Title, b.Summary = front.Title, front.Summary
	return &Pattern{
		Slug: slug, Title: front.Title, Summary: front.Summary, Domain: front.Domain, Topics: front.Topics,
		Services: front.Services, Page: string(page), Blueprint: b,
	}, nil
}

type front struct {
	Title    string   `yaml:"title"`
	Summary  string   `yaml:"summary"`
	Domain   string   `yaml:"domain"`
	Topics   []string `yaml:"topics"`
	Services []string `yaml:"services"`
}

func frontMatter(page string) (front, error) {
	var f front
	rest, ok := strings.CutPrefix(page, "---\n")
	if !ok {
		return f, fmt.Errorf("it does not begin with front matter")
	}
	head, _, ok := strings.Cut(rest, "\n---\n")
	if !ok {
		return f, fmt.Errorf("its front matter does not end")
	}
	err := yaml.Unmarshal([]byte(head), &f)
	return f, err
}

// nearest returns up to n candidates that resemble name: those that hold it or share most of its letter pairs.
func nearest(name string, candidates []string, n int) []string {
	type scored struct {
		text  string
		score float64
	}
	var found []scored
	for _, c := range candidates {
		if s := likeness(strings.ToLower(name), strings.ToLower(c)); s >= 0.4 {
			found = append(found, scored{c, s})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].score > found[j].score })
	var out []string
	for i := 0; i < len(found) && i < n; i++ {
		out = append(out, found[i].text)
	}
	return out
}

// likeness is the Dice coefficient of the two texts' letter pairs: 1 for equal, 0 for nothing in common.
func likeness(a, b string) float64 {
	if a == b {
		return 1
	}
	pairs := map[string]int{}
	for i := 0; i+2 <= len(a); i++ {
		pairs[a[i:i+2]]++
	}
	common := 0
	for i := 0; i+2 <= len(b); i++ {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			common++
		}
	}
	total := max(len(a)-1, 0) + max(len(b)-1, 0)
	if total == 0 {
		return 0
	}
	return 2 * float64(common) / float64(total)
}
