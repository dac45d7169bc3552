package search

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sections of one page that answer the same question are given as one passage: they need each other more often
// than not, and a reader follows one page better than the same text spread between others. A section joins the
// better one of its page while both together have no more than joinWords words, and where it scores joinShare of
// the best passage or more. Measured on .ci/queries: 4 points more questions answered within three passages.
const (
	joinWords = 340
	joinShare = 0.5
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
func fillResult(res *Result, ranked []candidate, q Query, enough float64) {
	c := choice{res: res, onPage: map[string]int{}}
	if len(ranked) > 0 {
		c.atLeast = joinShare * ranked[0].score
	}
	for _, cand := range ranked {
		if cand.score < enough {
			res.nearest(cand)
			continue
		}
		c.take(cand, q.Limit, q.MaxTokens)
	}
	if len(res.Passages) > 0 {
		res.Nearest = nil
	}
}

// take puts a passage into the result where it says something new and fits.
func (c *choice) take(cand candidate, limit, budget int) {
	sig := cand.corpus.signature(&cand.Passage)
	if sig.likeAny(c.seen) {
		return
	}
	page, _, _ := strings.Cut(cand.ID, "#")
	if i, ok := c.onPage[page]; ok && isSection(cand.ID) && cand.score >= c.atLeast {
		if h, ok := c.res.Passages[i].with(cand); ok && c.res.Tokens+h.tokens()-c.res.Passages[i].tokens() <= budget {
			c.res.Tokens += h.tokens() - c.res.Passages[i].tokens()
			c.res.Passages[i] = h
			c.seen = append(c.seen, sig)
			return
		}
	}
	n := tokens(cand.Title) + tokens(cand.Text)
	if len(c.res.Passages) == limit || c.res.Tokens+n > budget {
		c.res.Omitted++
		return
	}
	c.seen = append(c.seen, sig)
	c.res.Tokens += n
	c.onPage[page] = len(c.res.Passages)
	c.res.Passages = append(c.res.Passages, hit(cand))
}

// with returns the passage with a section of the same page joined, unless both are too long for one passage.
func (h Hit) with(c candidate) (Hit, bool) {
	if len(strings.Fields(h.Text))+len(strings.Fields(c.Text)) > joinWords {
		return h, false
	}
	h.Text += "\n\n**" + c.Title + ".** " + c.Text
	h.With = append(slices.Clip(h.With), Title{c.ID, c.Title})
	for _, s := range c.Sources {
		if !slices.Contains(h.Sources, s) {
			h.Sources = append(slices.Clip(h.Sources), s)
		}
	}
	return h, true
}

func (h Hit) tokens() int { return tokens(h.Title) + tokens(h.Text) }

// maxNearest is how many titles are named when nothing is good.
const maxNearest = 3

func (r *Result) nearest(c candidate) {
	if len(r.Nearest) < maxNearest {
		r.Nearest = append(r.Nearest, Title{c.ID, c.Title})
	}
}

func hit(c candidate) Hit {
	sources := c.Sources
	if sources == nil {
		sources = []Source{}
	}
	return Hit{ID: c.ID, Title: c.Title, Domain: c.Domain, Kind: c.Kind, Text: c.Text, Score: math.Round(c.score*1000) / 1000,
		Sources: sources, Rules: c.Rules, Patterns: c.Patterns}
}

func tokens(text string) int {
	return (utf8.RuneCountInString(text) + CharsPerToken - 1) / CharsPerToken
}
