package search

import (
	"math"
	"slices"
	"unicode/utf8"
)

// Sections of one page that answer the same question are given as one passage: they need each other more often
// than not, and a reader follows one page better than the same text spread between others. A section joins the
// better one of its page while both together have no more than joinWords words, and where it scores joinShare of
// the best passage or more. Measured on .ci/queries: 340 words and 0.4 answer 2 points fewer at once; beyond 480 words
// the passages left out for want of budget grow faster than what is gained.
const (
	joinWords = 480
	joinShare = 0.3
)

// choice fills a result in ranked order.
type choice struct {
	res     *Result
	seen    []signature
	onPage  map[string]int // the place in the result of a page's newest passage
	atLeast float64        // the score from which a section joins
}

// fillResult chooses whole passages in ranked order until limit or budget is reached. A passage that does not
// fit is left out and a shorter one further down may still come.
func fillResult(res *Result, ranked []candidate, q Query, enough float64) error {
	c := choice{res: res, onPage: map[string]int{}}
	if len(ranked) > 0 {
		c.atLeast = joinShare * ranked[0].score
	}
	for _, cand := range ranked {
		var err error
		if cand.score < enough {
			err = res.nearest(cand)
		} else {
			err = c.take(cand, q.Limit, q.MaxTokens)
		}
		if err != nil {
			return err
		}
	}
	if len(res.Passages) > 0 {
		res.Nearest = nil
	}
	return nil
}

// take puts a passage into the result where it says something new and fits.
func (c *choice) take(cand candidate, limit, budget int) error {
	page := cand.page()
	place, joins := c.onPage[page]
	joins = joins && isSection(cand.id) && cand.score >= c.atLeast
	if len(c.res.Passages) == limit && !joins {
		c.res.Omitted++
		return nil
	}
	p, err := cand.corpus.passage(cand.id)
	if err != nil {
		return err
	}
	sig := cand.corpus.signature(&p)
	if sig.likeAny(c.seen) {
		return nil
	}
	if joins {
		if h, ok := c.res.Passages[place].with(p); ok && c.res.Tokens+h.tokens()-c.res.Passages[place].tokens() <= budget {
			c.res.Tokens += h.tokens() - c.res.Passages[place].tokens()
			c.res.Passages[place] = h
			c.seen = append(c.seen, sig)
			return nil
		}
	}
	n := tokens(p.Title) + tokens(p.Text)
	if len(c.res.Passages) == limit || c.res.Tokens+n > budget {
		c.res.Omitted++
		return nil
	}
	c.seen = append(c.seen, sig)
	c.res.Tokens += n
	c.onPage[page] = len(c.res.Passages)
	c.res.Passages = append(c.res.Passages, hit(p, cand.score))
	return nil
}

// with returns the passage with a section of the same page joined, unless both are too long for one passage.
func (h Hit) with(p Passage) (Hit, bool) {
	if words(h.Text)+words(p.Text) > joinWords {
		return h, false
	}
	h.Text += "\n\n**" + p.Title + ".** " + p.Text
	h.With = append(slices.Clip(h.With), Title{p.ID, p.Title})
	for _, s := range p.Sources {
		if !slices.Contains(h.Sources, s) {
			h.Sources = append(slices.Clip(h.Sources), s)
		}
	}
	return h, true
}

func (h Hit) tokens() int { return tokens(h.Title) + tokens(h.Text) }

// maxNearest is how many titles are named when nothing is good.
const maxNearest = 3

func (r *Result) nearest(c candidate) error {
	if len(r.Nearest) == maxNearest {
		return nil
	}
	p, err := c.corpus.passage(c.id)
	if err != nil {
		return err
	}
	r.Nearest = append(r.Nearest, Title{p.ID, p.Title})
	return nil
}

func hit(p Passage, score float64) Hit {
	sources := p.Sources
	if sources == nil {
		sources = []Source{}
	}
	return Hit{ID: p.ID, Title: p.Title, Domain: p.Domain, Kind: p.Kind, Text: p.Text, Score: math.Round(score*1000) / 1000,
		Sources: sources, Rules: p.Rules, Patterns: p.Patterns}
}

func tokens(text string) int {
	return (utf8.RuneCountInString(text) + CharsPerToken - 1) / CharsPerToken
}
