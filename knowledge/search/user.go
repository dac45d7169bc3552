package search

import "strings"

// parseUserPage reads a page of the user's own folder: front matter is welcome but not needed, footnotes need no
// form, and text before the first second-level heading is a section of its own.
func parseUserPage(id, text string) (*Page, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	p := &Page{ID: id, Kind: "guide", Theirs: true}
	lines := strings.Split(text, "\n")
	if strings.TrimSpace(lines[0]) == "---" {
		if n, err := p.front(lines); err == nil {
			lines = lines[n:]
		} else if p.Title == "" {
			lines = lines[1:] // a rule, or front matter of another kind
		}
	}
	current := Section{Anchor: "top"}
	var body []string
	flush := func() {
		current.Text, _, _ = resolve(strings.Join(body, "\n"))
		if current.Text != "" {
			if current.Heading == "" {
				current.Heading = p.Title
			}
			p.Sections = append(p.Sections, current)
		}
		body = body[:0]
	}
	inFence := false
	seen := map[string]int{}
	for _, line := range lines {
		inFence = inFence != isFence(line)
		level := headingLevel(line)
		if inFence || level == 0 || level > 3 {
			body = append(body, line)
			continue
		}
		if level == 1 && p.Title == "" {
			p.Title = strings.TrimSpace(strings.TrimLeft(line, "#"))
			continue
		}
		flush()
		current = Section{}
		current.Heading, current.Anchor = parseHeading(strings.TrimLeft(line, "#"))
		if seen[current.Anchor]++; seen[current.Anchor] > 1 {
			current.Anchor += "-" + string(rune('0'+seen[current.Anchor]%10))
		}
	}
	flush()
	if p.Title == "" {
		p.Title = id[strings.LastIndexByte(id, '/')+1:]
	}
	for i := range p.Sections {
		if p.Sections[i].Heading == "" {
			p.Sections[i].Heading = p.Title
		}
	}
	return p, nil
}

func headingLevel(line string) int {
	n := 0
	for n < len(line) && line[n] == '#' {
		n++
	}
	if n == 0 || n == len(line) || line[n] != ' ' {
		return 0
	}
	return n
}
