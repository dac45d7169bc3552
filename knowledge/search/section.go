package search

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// section returns a section of one of our pages as a passage. The rest of the page is not looked at: few sections of a page
// become part of an answer.
func (c *Corpus) section(page, anchor string) (Passage, error) {
	id := page + "#" + anchor
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.passages[id]; ok {
		return p, nil
	}
	heading, raw, err := c.written(page, anchor)
	if err != nil {
		return Passage{}, err
	}
	p := newPage(page)
	body, err := p.front(c.texts[page])
	if err != nil {
		return Passage{}, err
	}
	s, err := parseSection(heading, raw, body)
	if err != nil {
		return Passage{}, &pageError{page, 0, err.Error()}
	}
	c.passages[id] = p.passage(&s)
	return c.passages[id], nil
}

// written returns a section of one of our pages as it is written. c.mu must be held.
func (c *Corpus) written(page, anchor string) (heading, raw string, err error) {
	text, err := c.text(page)
	if err != nil {
		return "", "", err
	}
	for heading, raw := range cutSections(text) {
		if _, a := parseHeading(heading); a == anchor && heading != "" {
			return heading, raw, nil
		}
	}
	return "", "", noSection(page, anchor)
}

func noSection(page, anchor string) error {
	return fmt.Errorf("passage %q: page %q has no such section", page+"#"+anchor, page)
}

// cutSections goes through a page's sections as they are written: each heading's text with what follows it. What stands
// before the first heading comes first, without one.
func cutSections(body string) iter.Seq2[string, string] {
	return func(yield func(heading, raw string) bool) {
		heading, start, inFence := "", 0, false
		for at := 0; at < len(body); {
			end := lineEnd(body, at)
			line := body[at:end]
			inFence = inFence != isFence(line)
			if !inFence && strings.HasPrefix(line, "## ") {
				if !yield(heading, body[start:at]) {
					return
				}
				heading, start = strings.TrimRight(line[3:], "\n"), end
			}
			at = end
		}
		yield(heading, body[start:])
	}
}

// lineEnd returns where the line that begins at a place ends, its line feed included.
func lineEnd(text string, at int) int {
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// parseSection reads a section. The definitions of its footnotes are somewhere in the page's body.
func parseSection(heading, raw, body string) (Section, error) {
	var s Section
	s.Heading, s.Anchor = parseHeading(heading)
	s.Asked = askedOf(raw)
	s.Text, s.Facts, s.Notes = resolve(shown(raw))
	for _, key := range s.Notes {
		source, ok := noteOf(body, key)
		if !ok {
			return s, fmt.Errorf("section #%s cites [^%s], which is not defined", s.Anchor, key)
		}
		s.Sources = append(s.Sources, source)
	}
	return s, nil
}

// shown leaves out what is not shown of a section: definitions of footnotes and other ways to ask.
func shown(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	inFence := false
	for line := range strings.Lines(raw) {
		inFence = inFence != isFence(line)
		if !inFence {
			if isNote(line) {
				line = "\n"
			} else if _, ok := askedIn(line); ok {
				continue
			}
		}
		b.WriteString(line)
	}
	return strings.TrimSpace(b.String())
}

// withoutTitle leaves out a page's title, which is repeated before the first section for hosting sites.
func withoutTitle(lead string) string {
	lead = strings.TrimLeft(lead, "\n")
	if strings.HasPrefix(lead, "# ") {
		return lead[lineEnd(lead, 0):]
	}
	return lead
}

// askedOf returns the other ways to ask a section.
func askedOf(raw string) string {
	const begin = "<!-- asked:"
	var out []string
	if !strings.Contains(raw, begin) {
		return ""
	}
	inFence := false
	for line := range strings.Lines(raw) {
		inFence = inFence != isFence(line)
		if asked, ok := askedIn(line); ok && !inFence {
			out = append(out, asked)
		}
	}
	return strings.Join(out, "\n")
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

// noteOf finds the definition of a footnote.
func noteOf(body, key string) (Source, bool) {
	begin := "\n[^" + key + "]:"
	at := strings.LastIndex(body, begin) // they stand at the end
	if at < 0 {
		return Source{}, false
	}
	_, source, ok := parseNote(strings.TrimRight(body[at+1:lineEnd(body, at+1)], "\n"))
	return source, ok
}

// checkNotes looks whether all code blocks are closed and all definitions of footnotes have their form. With an error comes
// its line, counted from 0.
func checkNotes(body string) (int, error) {
	inFence, n := false, 0
	for line := range strings.Lines(body) {
		inFence = inFence != isFence(line)
		if !inFence && isNote(line) {
			if _, _, ok := parseNote(strings.TrimRight(line, "\n")); !ok {
				return n, errors.New("a footnote must read `[^key]: TITLE, <URL>, checked YYYY-MM-DD.`")
			}
		}
		n++
	}
	if inFence {
		return n, errors.New("a code block is not closed")
	}
	return n, nil
}

// isNote tells a footnote's definition from a line that begins with footnote marks.
func isNote(line string) bool {
	shut := strings.IndexByte(line, ']')
	return strings.HasPrefix(line, "[^") && shut > 0 && strings.HasPrefix(line[shut:], "]:")
}
