package search

import (
	"fmt"
	"path"
	"strings"
)

// Source is where a passage's statements were read, and when (YYYY-MM-DD).
type Source struct {
	Title      string `json:"title"`
	URL        string `json:"url"`
	Checked    string `json:"checked"`
	Unverified bool   `json:"unverified,omitempty"`
}

// Page is one markdown file of the corpus.
type Page struct {
	ID       string // guides/eda/idempotency
	Title    string
	Summary  string
	Domain   string
	Kind     string
	Topics   []string
	Services []string
	Rules    []string // ids of review rules that look at the same matter
	Related  []string // ids of other pages
	Replaces []string // on a page of the user's: ids of ours that it stands in for
	Lead     string   // the paragraph before the first section; not searched on its own
	Sections []Section
}

// Section is one second-level heading of a page with its text: a passage.
type Section struct {
	Anchor  string
	Heading string
	Text    string // markdown with fact links and footnote marks resolved
	Asked   string // how people put the question, from a comment `<!-- asked: ...; ... -->`; searched, not shown
	Sources []Source
	Facts   []string // ids of the facts it links to
	Notes   []string // footnote keys it cites, in order
}

// pageError is a fault in a page's form, with its line.
type pageError struct {
	page string
	line int
	text string
}

func (e *pageError) Error() string { return fmt.Sprintf("%s.md:%d: %s", e.page, e.line, e.text) }

// ParsePage reads a page. Its id is its path without ".md". The faults it reports are those that would leave a
// page unfit to be shown (no front matter, an unfinished code block, a footnote without its source); the page
// format test looks at the rest.
func ParsePage(id, text string) (*Page, error) {
	p := newPage(id)
	body, err := p.front(text)
	if err != nil {
		return nil, err
	}
	first := 1 + strings.Count(text[:len(text)-len(body)], "\n")
	if line, err := checkNotes(body); err != nil {
		return nil, &pageError{id, first + line, err.Error()}
	}
	for heading, raw := range cutSections(body) {
		if heading == "" {
			p.Lead, _, _ = resolve(shown(withoutTitle(raw)))
			continue
		}
		s, err := parseSection(heading, raw, body)
		if err != nil {
			return p, &pageError{p.ID, 0, err.Error()}
		}
		p.Sections = append(p.Sections, s)
	}
	return p, nil
}

func newPage(id string) *Page { return &Page{ID: id, Domain: domainOf(id), Kind: kindOf(id)} }

// detach copies the short strings, which are parts of the file's text and would keep all of it as long as the page is kept.
func (p *Page) detach() {
	copies := map[string]string{} // sections cite the same sources
	own := func(texts ...*string) {
		for _, t := range texts {
			c, ok := copies[*t]
			if !ok {
				c = strings.Clone(*t)
				copies[c] = c
			}
			*t = c
		}
	}
	each := func(list []string) {
		for i := range list {
			own(&list[i])
		}
	}
	own(&p.Title, &p.Summary, &p.Domain, &p.Kind)
	for _, list := range [][]string{p.Topics, p.Services, p.Rules, p.Related, p.Replaces} {
		each(list)
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		own(&s.Anchor, &s.Heading, &s.Asked)
		each(s.Facts)
		each(s.Notes)
		for j := range s.Sources {
			own(&s.Sources[j].Title, &s.Sources[j].URL, &s.Sources[j].Checked)
		}
	}
}

// front reads the front matter and returns the text after it.
func (p *Page) front(text string) (string, error) {
	line, rest, _ := strings.Cut(text, "\n")
	if strings.TrimSpace(line) != "---" {
		return "", &pageError{p.ID, 1, "front matter (---) is missing"}
	}
	key := ""
	for n := 2; rest != ""; n++ {
		line, rest, _ = strings.Cut(rest, "\n")
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "---":
			if p.Title == "" {
				return "", &pageError{p.ID, n, "front matter has no title"}
			}
			return rest, nil
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case strings.HasPrefix(trimmed, "- "):
			p.set(key, append(p.list(key), unquote(strings.TrimSpace(trimmed[2:])))...)
		default:
			k, v, ok := strings.Cut(line, ":")
			if !ok {
				return "", &pageError{p.ID, n, "front matter line is not `key: value`"}
			}
			key = strings.TrimSpace(k)
			p.set(key, parseValue(strings.TrimSpace(v))...)
		}
	}
	return "", &pageError{p.ID, 1, "front matter is not closed"}
}

// parseValue reads a scalar or a flow list; a comment after a list is dropped.
func parseValue(v string) []string {
	if !strings.HasPrefix(v, "[") {
		if v == "" {
			return nil
		}
		return []string{unquote(v)}
	}
	inner, _, _ := strings.Cut(v[1:], "]")
	var out []string
	for _, item := range strings.Split(inner, ",") {
		if item = unquote(strings.TrimSpace(item)); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

func (p *Page) list(key string) []string {
	switch key {
	case "topics":
		return p.Topics
	case "services":
		return p.Services
	case "rules":
		return p.Rules
	case "related":
		return p.Related
	case "replaces":
		return p.Replaces
	}
	return nil
}

func (p *Page) set(key string, values ...string) {
	text := strings.Join(values, ", ")
	switch key {
	case "title":
		p.Title = text
	case "summary":
		p.Summary = text
	case "domain":
		p.Domain = text
	case "kind":
		p.Kind = text
	case "topics":
		p.Topics = values
	case "services":
		p.Services = values
	case "rules":
		p.Rules = values
	case "related":
		p.Related = values
	case "replaces":
		p.Replaces = values
	}
}

func isFence(line string) bool {
	line = strings.TrimLeft(line, " ")
	return strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")
}

// parseHeading splits "Heading {#anchor}"; a heading without anchor gets one as GitHub makes it.
func parseHeading(text string) (heading, anchor string) {
	text = strings.TrimSpace(text)
	if i := strings.LastIndex(text, "{#"); i >= 0 && strings.HasSuffix(text, "}") {
		return strings.TrimSpace(text[:i]), text[i+2 : len(text)-1]
	}
	return text, slug(text)
}

func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
			b.WriteRune(r)
		case r == ' ' || r == '-':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// domainOf and kindOf read what a page's place says; front matter overrides them.
func domainOf(id string) string {
	parts := strings.Split(id, "/")
	if len(parts) > 2 && parts[0] == "guides" {
		return parts[1]
	}
	return ""
}

func kindOf(id string) string {
	switch dir, _, _ := strings.Cut(id, "/"); dir {
	case "patterns":
		return "pattern"
	case "rules":
		return "rule"
	}
	return "guide"
}

// pageID turns a file's path into the page's id.
func pageID(file string) string { return strings.TrimSuffix(path.Clean(file), ".md") }
