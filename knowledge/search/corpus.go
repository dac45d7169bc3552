package search

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// Passage is the unit that is searched and returned: a section of a page, a rule, a few facts.
type Passage struct {
	ID       string // guides/eda/idempotency#conditional-write
	Title    string // the section's heading, with the page's title where the heading alone says too little
	Page     string // the page's title
	Domain   string
	Kind     string
	Topics   []string
	Services []string
	Text     string
	Asked    string // other ways to put the question; searched only
	Sources  []Source
	Rules    []string
	Patterns []string
}

// Corpus is all that can be searched and read: the pages of a file system, the rules and the facts. Pages are
// parsed when they are first needed, so that a search reads the few files it answers from. It is safe for
// concurrent use.
type Corpus struct {
	fsys fs.FS
	own  bool // the user's own pages: no rules, no facts

	mu         sync.Mutex
	file       bytes.Buffer      // the one read last
	texts      map[string]string // the files of pages, which all below is made of
	pages      map[string]*Page
	passages   map[string]Passage   // that were answers, by id
	signatures map[string]signature // of the passages that were answers, by id
	asked      map[string][]phrase  // of the sections that were among the best, by id

	list func() ([]pageFile, error) // all pages
	hash func() (string, error)     // see Hash
}

// NewCorpus returns the corpus over the product's own pages: guides/, patterns/ and, from the rules' and facts'
// own tables, the rest.
func NewCorpus(fsys fs.FS) *Corpus { return newCorpus(fsys, false, "guides", "patterns") }

func newCorpus(fsys fs.FS, own bool, roots ...string) *Corpus {
	c := &Corpus{fsys: fsys, own: own, texts: map[string]string{}, pages: map[string]*Page{}, passages: map[string]Passage{},
		signatures: map[string]signature{}, asked: map[string][]phrase{}}
	c.list = sync.OnceValues(func() ([]pageFile, error) { return markdownFiles(fsys, roots...) })
	c.hash = sync.OnceValues(c.sizeHash)
	if own {
		c.hash = sync.OnceValues(c.ContentHash)
	}
	return c
}

// pageFile is the file of a page.
type pageFile struct {
	path string
	size int64
}

func markdownFiles(fsys fs.FS, roots ...string) ([]pageFile, error) {
	var out []pageFile
	for _, root := range roots {
		err := fs.WalkDir(fsys, root, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if name := d.Name(); d.IsDir() && strings.HasPrefix(name, ".") && name != "." {
				return fs.SkipDir
			}
			if !d.IsDir() && strings.HasSuffix(p, ".md") && d.Name() != "README.md" {
				info, err := d.Info()
				if err != nil {
					return err
				}
				out = append(out, pageFile{p, info.Size()})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("listing pages: %w", err)
		}
	}
	slices.SortFunc(out, func(a, b pageFile) int { return cmp.Compare(a.path, b.path) })
	return out, nil
}

// PageIDs lists the ids of all markdown pages, sorted.
func (c *Corpus) PageIDs() ([]string, error) {
	files, err := c.list()
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(files))
	for i, f := range files {
		ids[i] = pageID(f.path)
		if c.own {
			ids[i] = ownPrefix + ids[i]
		}
	}
	return ids, nil
}

// Page returns the page of an id.
func (c *Corpus) Page(id string) (*Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.pages[id]; ok {
		return p, nil
	}
	text, err := c.text(id)
	if err != nil {
		return nil, err
	}
	if c.own {
		c.pages[id] = parseOwn(id, text)
		return c.pages[id], nil
	}
	p, err := ParsePage(id, text)
	if err != nil {
		return nil, err
	}
	c.pages[id] = p
	return p, nil
}

// maxPageBytes bounds a page: what is larger is none that somebody reads.
const maxPageBytes = 1 << 20

// text returns the file of a page. c.mu must be held.
func (c *Corpus) text(page string) (string, error) {
	if text, ok := c.texts[page]; ok {
		return text, nil
	}
	file := page + ".md"
	if c.own {
		file = strings.TrimPrefix(file, ownPrefix)
	}
	if !fs.ValidPath(file) {
		return "", fmt.Errorf("page %q: %w", page, fs.ErrNotExist)
	}
	f, err := c.fsys.Open(file)
	if err == nil {
		c.file.Reset()
		c.file.Grow(32 << 10) // most are smaller
		_, err = c.file.ReadFrom(io.LimitReader(f, maxPageBytes))
		f.Close()
	}
	if err != nil {
		return "", fmt.Errorf("page %q: %w", page, err)
	}
	text := strings.ReplaceAll(c.file.String(), "\r\n", "\n")
	if !c.own {
		c.texts[page] = text // of the user's pages, those that are read are kept, in parts
	}
	return text, nil
}

// Hash tells a stale index from a fresh one and is not meant against an adversary. It is worked out once. For the user's
// pages it changes with their content. Ours are part of the program, like the index, and a search reads few of them: their
// names and sizes count, and ContentHash, which reads them all, names the index that was made of them.
func (c *Corpus) Hash() (string, error) { return c.hash() }

// sizeHash goes by what can be known without reading a page or making a passage.
func (c *Corpus) sizeHash() (string, error) {
	files, err := c.list()
	if err != nil {
		return "", err
	}
	size, sum, line := int64(0), crc32.ChecksumIEEE([]byte(synonymText)), []byte(nil)
	row := func(name string, size int) {
		line = strconv.AppendInt(append(line[:0], name...), int64(size), 10)
		sum = crc32.Update(sum, crc32.IEEETable, line)
	}
	for _, f := range files {
		row(f.path, int(f.size))
		size += f.size
	}
	for _, r := range rules.All() {
		row(r.ID, len(r.Title)+len(r.Why)+len(r.Fix)+len(r.SAM)+len(r.CDK))
	}
	for _, t := range facts.Tables() {
		for _, f := range t.Facts {
			row(f.ID, len(f.Title)+len(f.Text)+len(f.Note))
		}
	}
	return fmt.Sprintf("%d-%08x-%d", indexVersion, sum, size), nil
}

// ContentHash changes whenever something that is searched changes. It reads all pages piece by piece: they are megabytes,
// and nothing of them is kept.
func (c *Corpus) ContentHash() (string, error) {
	files, err := c.list()
	if err != nil {
		return "", err
	}
	sum, size := crc32.New(crc32.MakeTable(crc32.Castagnoli)), uint64(0)
	w := bufio.NewWriterSize(sum, 32<<10)
	w.WriteString(synonymText)
	for _, file := range files {
		f, err := c.fsys.Open(file.path)
		if err != nil {
			return "", fmt.Errorf("hashing %s: %w", file.path, err)
		}
		n, err := w.ReadFrom(struct{ io.Reader }{f}) // no WriterTo: it would read all at once
		f.Close()
		if err != nil {
			return "", fmt.Errorf("hashing %s: %w", file.path, err)
		}
		fmt.Fprintf(w, "%s %d", file.path, n)
		size += uint64(n)
	}
	if !c.own {
		for _, p := range tablePassages() {
			for _, text := range []string{p.ID, p.Title, p.Text} {
				w.WriteString(text)
				size += uint64(len(text))
			}
		}
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d-%08x-%d", indexVersion, sum.Sum32(), size), nil
}

// signature returns the signature of one of the corpus's passages.
func (c *Corpus) signature(p *Passage) signature {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.signatures[p.ID]
	if !ok {
		s = signatureOf(p.Text)
		c.signatures[p.ID] = s
	}
	return s
}

// Passages returns every passage of the corpus, in a fixed order.
func (c *Corpus) Passages() ([]Passage, error) {
	ids, err := c.PageIDs()
	if err != nil {
		return nil, err
	}
	var out []Passage
	for _, id := range ids {
		p, err := c.Page(id)
		if err != nil {
			return nil, err
		}
		for i := range p.Sections {
			out = append(out, p.passage(&p.Sections[i]))
		}
	}
	if c.own {
		return out, nil
	}
	return append(out, tablePassages()...), nil
}

// passage returns a section of a page as a passage.
func (p *Page) passage(s *Section) Passage {
	title := s.Heading
	if p.Kind == "pattern" {
		title = p.Title + ": " + s.Heading
	}
	out := Passage{ID: p.ID + "#" + s.Anchor, Title: title, Page: p.Title, Domain: p.Domain, Kind: p.Kind, Topics: p.Topics,
		Services: p.Services, Text: s.Text, Asked: s.Asked, Sources: s.Sources, Rules: p.Rules}
	for _, id := range p.Related {
		if strings.HasPrefix(id, "patterns/") {
			out.Patterns = append(out.Patterns, id)
		}
	}
	return out
}

// passage returns the passage of an id, wherever it comes from.
func (c *Corpus) passage(id string) (Passage, error) {
	if p, ok := tablePassage(id); ok && !c.own {
		return p, nil
	}
	page, anchor, _ := strings.Cut(id, "#")
	if !c.own {
		return c.section(page, anchor)
	}
	p, err := c.Page(page)
	if err != nil {
		return Passage{}, err
	}
	for i := range p.Sections {
		if p.Sections[i].Anchor == anchor {
			return p.passage(&p.Sections[i]), nil
		}
	}
	return Passage{}, noSection(page, anchor)
}

// tablePassages are the passages that do not come from pages: rules and facts.
var tablePassages = sync.OnceValue(func() []Passage {
	var out []Passage
	for _, r := range rules.All() {
		out = append(out, rulePassage(r))
	}
	for _, t := range facts.Tables() {
		for _, f := range t.Facts {
			out = append(out, factPassage(t, f))
		}
	}
	slices.SortFunc(out, func(a, b Passage) int { return cmp.Compare(a.ID, b.ID) })
	return out
})

func tablePassage(id string) (Passage, bool) {
	if !strings.HasPrefix(id, "rules/") && !strings.HasPrefix(id, "facts/") {
		return Passage{}, false // the tables need not be made for it
	}
	all := tablePassages()
	i, found := slices.BinarySearchFunc(all, id, func(p Passage, id string) int { return cmp.Compare(p.ID, id) })
	if !found {
		return Passage{}, false
	}
	return all[i], true
}

func rulePassage(r *rules.Rule) Passage {
	p := Passage{ID: "rules/" + r.ID, Title: r.Title, Page: "Review rule " + r.ID, Kind: "rule", Rules: []string{r.ID}, Domain: "deployment"}
	p.Text = strings.TrimSpace(r.Why) + "\n\nFix: " + strings.TrimSpace(r.Fix)
	if r.SAM != "" {
		p.Text += "\n\nSAM: " + strings.TrimSpace(r.SAM)
	}
	if r.CDK != "" {
		p.Text += "\n\nCDK: " + strings.TrimSpace(r.CDK)
	}
	p.Text += fmt.Sprintf("\n\nReview rule `%s` (%s), severity %s.", r.ID, r.Code, r.Severity)
	switch r.Pillar {
	case rules.Security:
		p.Domain = "security"
	case rules.Performance, rules.Cost:
		p.Domain = "performance"
	case rules.Operations:
		p.Domain = "observability"
	case rules.Reliability:
		p.Domain = "eda"
	}
	for _, s := range r.Sources {
		p.Sources = append(p.Sources, Source{Title: s.Title, URL: s.URL, Checked: s.Checked, Unverified: s.Unverified})
	}
	return p
}

func factPassage(t facts.Table, f facts.Fact) Passage {
	service, _, _ := strings.Cut(t.Title, ":")
	name := strings.ReplaceAll(strings.TrimPrefix(f.ID, t.Name+"."), "_", " ")
	p := Passage{ID: "facts/" + t.Name + "#" + f.ID, Title: f.Title + " (" + service + ")", Page: t.Title, Kind: "facts", Domain: "serverless",
		Services: []string{service}, Topics: []string{name},
		Sources: []Source{{Title: f.Source.Title, URL: f.Source.URL, Checked: f.Source.Checked, Unverified: !f.Verified}}}
	p.Text = fmt.Sprintf("%s: %s.", f.Title, f.Text)
	switch f.Kind {
	case facts.Hard:
		p.Text += " Fixed limit."
	case facts.Adjustable:
		p.Text += " Default quota, raised on request."
	case facts.Default:
		p.Text += " Default where nothing is set."
	}
	if f.Note != "" {
		p.Text += " " + f.Note
	}
	return p
}
