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
	p := &Page{ID: id, Domain: domainOf(id), Kind: kindOf(id)}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	body, err := p.front(lines)
	if err != nil {
		return nil, err
	}
	notes := map[string]Source{}
	rest := make([]string, 0, len(lines)-body)
	inFence := false
	for i, line := range lines[body:] {
		inFence = inFence != isFence(line)
		if inFence || !isNote(line) {
			rest = append(rest, line)
			continue
		}
		key, source, ok := parseNote(line)
		if !ok {
			return nil, &pageError{id, body + i + 1, "a footnote must read `[^key]: TITLE, <URL>, checked YYYY-MM-DD.`"}
		}
		notes[key] = source
		rest = append(rest, "")
	}
	if inFence {
		return nil, &pageError{id, len(lines), "a code block is not closed"}
	}
	if err := p.sections(rest, notes); err != nil {
		return p, err
	}
	p.detach()
	return p, nil
}

// detach copies the short strings, which are parts of the file's text and would keep all of it as long as the page is kept:
// a third of what a server holds after some hundred questions.
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

// front reads the front matter and returns the line after it.
func (p *Page) front(lines []string) (int, error) {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return 0, &pageError{p.ID, 1, "front matter (---) is missing"}
	}
	key := ""
	for i := 1; i < len(lines); i++ {
		line := lines[i]
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "---":
			if p.Title == "" {
				return 0, &pageError{p.ID, i + 1, "front matter has no title"}
			}
			return i + 1, nil
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case strings.HasPrefix(trimmed, "- "):
			p.set(key, append(p.list(key), unquote(strings.TrimSpace(trimmed[2:])))...)
		default:
			k, v, ok := strings.Cut(line, ":")
			if !ok {
				return 0, &pageError{p.ID, i + 1, "front matter line is not `key: value`"}
			}
			key = strings.TrimSpace(k)
			p.set(key, parseValue(strings.TrimSpace(v))...)
		}
	}
	return 0, &pageError{p.ID, 1, "front matter is not closed"}
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

// sections cuts the body at its second-level headings.
func (p *Page) sections(lines []string, notes map[string]Source) error {
	var current *Section
	var text []string
	inFence := false
	flush := func() error {
		joined := strings.TrimSpace(strings.Join(text, "\n"))
		text = text[:0]
		if current == nil {
			p.Lead, _, _ = resolve(joined)
			return nil
		}
		current.Text, current.Facts, current.Notes = resolve(joined)
		for _, key := range current.Notes {
			source, ok := notes[key]
			if !ok {
				return &pageError{p.ID, 0, fmt.Sprintf("section #%s cites [^%s], which is not defined", current.Anchor, key)}
			}
			current.Sources = append(current.Sources, source)
		}
		p.Sections = append(p.Sections, *current)
		return nil
	}
	for _, line := range lines {
		inFence = inFence != isFence(line)
		if !inFence && strings.HasPrefix(line, "## ") {
			if err := flush(); err != nil {
				return err
			}
			current = &Section{}
			current.Heading, current.Anchor = parseHeading(line[3:])
			continue
		}
		if !inFence && strings.HasPrefix(line, "# ") && current == nil {
			continue // a title repeated for hosting sites
		}
		if asked, ok := askedIn(line); ok && !inFence && current != nil {
			current.Asked = strings.TrimSpace(current.Asked + "\n" + asked)
			continue
		}
		text = append(text, line)
	}
	return flush()
}

// askedIn reads a comment that lists how people put the question which the section answers.
func askedIn(line string) (string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "<!-- asked:")
	if !ok {
		return "", false
	}
	rest, ok = strings.CutSuffix(rest, "-->")
	return strings.TrimSpace(rest), ok
}

// isNote tells a footnote's definition from a line that begins with footnote marks.
func isNote(line string) bool {
	shut := strings.IndexByte(line, ']')
	return strings.HasPrefix(line, "[^") && shut > 0 && strings.HasPrefix(line[shut:], "]:")
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
