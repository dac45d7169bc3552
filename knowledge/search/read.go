package search

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// Document is one page, section, rule or table, read/1. Lists are never nil.
type Document struct {
	Schema   string         `json:"schema"`
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Summary  string         `json:"summary,omitempty"`
	Domain   string         `json:"domain,omitempty"`
	Kind     string         `json:"kind"`
	Services []string       `json:"services,omitempty"`
	Sections []DocSection   `json:"sections"`
	Outline  []Title        `json:"outline"` // all sections of the page; for a section its neighbours too
	Sources  []Source       `json:"sources"`
	Rules    []string       `json:"rules,omitempty"`
	Related  []string       `json:"related,omitempty"`
	Facts    []facts.Fact   `json:"facts,omitempty"`
	Property []PropertyFact `json:"properties,omitempty"`
	Omitted  []string       `json:"omitted,omitempty"` // ids of sections left out to keep to a budget
	Tokens   int            `json:"tokens"`
}

// DocSection is one part of a document. Text is markdown with facts and footnotes resolved.
type DocSection struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// NotFoundError says that an id names nothing, and what it may have meant.
type NotFoundError struct {
	ID   string
	Near []string // ids, most alike first
}

func (e *NotFoundError) Error() string {
	text := fmt.Sprintf("there is nothing under %q", e.ID)
	if len(e.Near) > 0 {
		text += "; did you mean " + strings.Join(e.Near, ", ")
	}
	return text
}

// Read returns what an id names: guides/<domain>/<topic> and patterns/<slug>, whole or with #section; rules/<id>
// or a rule's code; facts, facts/<table> or a fact's id, facts/regions and the other lists; AWS::Service::Type, also with a property's path after a
// dot. The error for an id that names nothing is a *NotFoundError.
func (c *Corpus) Read(id string) (Document, error) {
	id = strings.TrimSpace(strings.TrimPrefix(id, "/"))
	for _, read := range []func(string) (Document, bool, error){c.readResource, c.readFacts, c.readRule, c.readPage} {
		d, ok, err := read(id)
		if err != nil {
			return Document{}, err
		}
		if ok {
			return d.finished(), nil
		}
	}
	return Document{}, &NotFoundError{ID: id, Near: c.nearIDs(id)}
}

// Read returns what an id names; see Corpus.Read.
func (ix *Index) Read(id string) (Document, error) {
	if ix.own != nil && strings.HasPrefix(strings.TrimPrefix(id, "/"), ownPrefix) {
		return ix.own.corpus.Read(id)
	}
	return ix.corpus.Read(id)
}

func (d Document) finished() Document {
	d.Schema = "read/1"
	if d.Sections == nil {
		d.Sections = []DocSection{}
	}
	if d.Outline == nil {
		d.Outline = []Title{}
	}
	if d.Sources == nil {
		d.Sources = []Source{}
	}
	d.Tokens = 0
	for _, s := range d.Sections {
		d.Tokens += tokens(s.Title) + tokens(s.Text)
	}
	return d
}

func (c *Corpus) readPage(id string) (Document, bool, error) {
	pageID, anchor, isSection := strings.Cut(strings.TrimSuffix(id, ".md"), "#")
	if !strings.Contains(pageID, "/") {
		return Document{}, false, nil
	}
	p, err := c.Page(pageID)
	if errors.Is(err, fs.ErrNotExist) {
		return Document{}, false, nil
	}
	if err != nil {
		return Document{}, false, err
	}
	d := Document{ID: id, Title: p.Title, Summary: p.Summary, Domain: p.Domain, Kind: p.Kind, Services: p.Services, Rules: p.Rules, Related: p.Related}
	if p.Lead != "" && !isSection {
		d.Sections = append(d.Sections, DocSection{p.ID, "", p.Lead})
	}
	for i := range p.Sections {
		passage := p.passage(&p.Sections[i])
		d.Outline = append(d.Outline, Title{passage.ID, p.Sections[i].Heading})
		if isSection && p.Sections[i].Anchor != anchor {
			continue
		}
		d.Sections = append(d.Sections, DocSection{passage.ID, p.Sections[i].Heading, passage.Text})
		d.Sources = mergeSources(d.Sources, passage.Sources)
	}
	return d, len(d.Sections) > 0, nil
}

func mergeSources(all, more []Source) []Source {
	for _, s := range more {
		known := false
		for _, a := range all {
			known = known || a == s
		}
		if !known {
			all = append(all, s)
		}
	}
	return all
}

func (c *Corpus) readRule(id string) (Document, bool, error) {
	name, explicit := strings.CutPrefix(id, "rules/")
	if !explicit && strings.Contains(name, "/") {
		return Document{}, false, nil
	}
	r, ok := rules.Find(name)
	if !ok {
		return Document{}, false, nil
	}
	p := rulePassage(r)
	d := Document{ID: p.ID, Title: p.Title, Summary: r.Code, Domain: p.Domain, Kind: "rule", Rules: []string{r.ID}, Sources: p.Sources}
	add := func(anchor, title, text string) {
		if strings.TrimSpace(text) != "" {
			d.Sections = append(d.Sections, DocSection{p.ID + "#" + anchor, title, strings.TrimSpace(text)})
			d.Outline = append(d.Outline, Title{p.ID + "#" + anchor, title})
		}
	}
	add("why", "Why", p.Text)
	add("avoid", "Avoid", fence("yaml", r.Bad))
	add("prefer", "Prefer", fence("yaml", r.Good))
	add("gaps", "What it does not see", r.Gaps)
	add("equivalents", "The same in other tools", strings.Join(r.Equivalents, ", "))
	return d, true, nil
}

func fence(language, text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return "```" + language + "\n" + strings.Trim(text, "\n") + "\n```"
}

// nearIDs names ids that share the most with one that was not found.
func (c *Corpus) nearIDs(id string) []string {
	ids, err := c.PageIDs()
	if err != nil {
		return nil
	}
	ids = append(ids, nearResources(id)...)
	for _, t := range facts.Tables() {
		ids = append(ids, "facts/"+t.Name)
		for _, f := range t.Facts {
			ids = append(ids, f.ID)
		}
	}
	for _, r := range rules.All() {
		ids = append(ids, "rules/"+r.ID)
	}
	return closest(id, ids, maxNearest)
}

// Within cuts a document to a budget of tokens by leaving out whole sections from the end, and names what it
// left out. The first section always stays.
func (d Document) Within(maxTokens int) Document {
	if maxTokens <= 0 || d.Tokens <= maxTokens {
		return d
	}
	kept, used := d.Sections[:0:0], 0
	d.Omitted = nil
	for _, s := range d.Sections {
		n := tokens(s.Title) + tokens(s.Text)
		if len(kept) > 0 && used+n > maxTokens {
			d.Omitted = append(d.Omitted, s.ID)
			continue
		}
		kept = append(kept, s)
		used += n
	}
	d.Sections, d.Tokens = kept, used
	return d
}
