package search

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ownPrefix begins the ids of the user's own pages, and ownKind is what they are.
const (
	ownPrefix = "own/"
	ownKind   = "own"
)

// ownWeight ranks the user's own pages before ours that say as much: a team's decision outranks general advice. It also
// makes up for what a note lacks: ours repeat the words of a question in title, topics and lead.
const ownWeight = 3

// NewUserCorpus returns the corpus over a folder of the user's markdown: standards, decisions, notes. Its pages need
// no front matter: the title is the first heading or the file's name, sections begin at second-level headings.
// Front matter may name title, domain, topics, services and, in replaces, ids of our pages or sections that shall not
// be shown any more.
func NewUserCorpus(fsys fs.FS) *Corpus { return newCorpus(fsys, true, ".") }

// With returns an index that answers from the user's own pages, too.
func (ix *Index) With(own *Index) *Index {
	replaced := map[string]bool{}
	for _, r := range own.stats.Replaces {
		replaced[r] = true
	}
	return &Index{corpus: ix.corpus, segment: ix.segment, impacts: ix.impacts, stats: ix.stats, vocabulary: ix.vocabulary, synonyms: ix.synonyms,
		own: own, ownImpacts: newImpactCache(measuredBy(ix.impacts.stats, own.impacts.stats)), replaced: replaced}
}

// replaces lists the ids that pages of the corpus stand in for. All its pages must have been read.
func (c *Corpus) replaces() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, p := range c.pages {
		for _, r := range p.Replaces {
			out = append(out, strings.TrimSuffix(r, ".md"))
		}
	}
	slices.Sort(out)
	return out
}

// measuredBy takes the mean lengths of fields from ours, for a few pages of the user's say nothing of what is usual; the
// number of passages is the larger one, since no term may be in more passages than there are.
func measuredBy(ours, own *stats) *stats {
	out := &stats{Count: max(ours.Count, own.Count), Length: map[string]int{}}
	for field, n := range ours.Length {
		out.Length[field] = int(float64(n) * float64(out.Count) / float64(ours.Count))
	}
	return out
}

// isReplaced tells whether a page of the user's takes the place of one of our passages.
func (ix *Index) isReplaced(id string) bool {
	page, _, _ := strings.Cut(id, "#")
	return ix.replaced[id] || ix.replaced[page]
}

// parseOwn reads a page of the user's. It refuses nothing: what is not understood is text.
func parseOwn(id, text string) *Page {
	p := &Page{ID: id, Kind: ownKind, Title: strings.ReplaceAll(path.Base(id), "-", " ")}
	if body, err := p.front(text); err == nil {
		text = body
	}
	p.Kind = ownKind
	current := Section{Anchor: "top"}
	var body []string
	inFence := false
	flush := func() {
		current.Text = strings.TrimSpace(strings.Join(body, "\n"))
		body = body[:0]
		if current.Heading == "" {
			current.Heading = p.Title
		}
		if current.Text != "" {
			p.Sections = append(p.Sections, current)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		inFence = inFence != isFence(line)
		switch {
		case !inFence && strings.HasPrefix(line, "# ") && len(p.Sections) == 0:
			p.Title = strings.TrimSpace(line[2:])
		case !inFence && strings.HasPrefix(line, "## "):
			flush()
			current = Section{}
			current.Heading, current.Anchor = parseHeading(line[3:])
		default:
			body = append(body, line)
		}
	}
	flush()
	p.detach()
	return p
}

// beside ranks the user's own pages with ours. Lengths are measured by ours, and scores are brought to the same share of
// what the question's words weigh: a few pages say nothing of what is usual.
func (ix *Index) beside(ranked []candidate, ours *conceptQuery, q Query) ([]candidate, error) {
	if ix.own == nil {
		return ranked, nil
	}
	ranked = slices.DeleteFunc(ranked, func(c candidate) bool { return ix.isReplaced(c.id) })
	correct := func(term string) (string, bool) {
		if !ours.unknown[term] {
			return "", false // no slip: it is spelt as in our pages
		}
		return ix.own.correct(term)
	}
	scored := &conceptQuery{concepts: ix.own.concepts(q.Text), impacts: ix.ownImpacts, correct: correct}
	theirs, err := ix.own.rank(scored, q)
	if err != nil || scored.ideal == 0 {
		return ranked, err
	}
	for _, c := range theirs {
		c.score *= ownWeight * ours.ideal / scored.ideal
		ranked = append(ranked, c)
	}
	sortByScore(ranked)
	return ranked, nil
}
