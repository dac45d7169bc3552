package search

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
)

// parseNote reads `[^key]: TITLE, <URL>, checked YYYY-MM-DD[, unverified].`
func parseNote(line string) (key string, s Source, ok bool) {
	key, rest, ok := strings.Cut(strings.TrimPrefix(line, "[^"), "]:")
	if !ok {
		return "", s, false
	}
	open, shut := strings.LastIndex(rest, "<"), strings.LastIndex(rest, ">")
	if open < 0 || shut < open {
		return "", s, false
	}
	s.Title = strings.TrimSuffix(strings.TrimSpace(rest[:open]), ",")
	s.URL = rest[open+1 : shut]
	tail := strings.TrimSuffix(strings.TrimSpace(rest[shut+1:]), ".")
	for i, part := range strings.Split(tail, ",") {
		part = strings.TrimSpace(part)
		switch {
		case i == 0 && part == "":
		case strings.HasPrefix(part, "checked "):
			s.Checked = strings.TrimPrefix(part, "checked ")
		case part == "unverified":
			s.Unverified = true
		default:
			return "", s, false
		}
	}
	return key, s, s.Title != "" && s.URL != "" && s.Checked != ""
}

// resolve turns a section's markdown into what a reader gets: a link to a fact becomes the fact's own words, a
// link to a page becomes its text, footnote marks go. Code is left as it is.
func resolve(text string) (out string, factIDs, notes []string) {
	var b strings.Builder
	b.Grow(len(text))
	inFence := false
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		fence := isFence(line)
		inFence = inFence != fence
		if fence || inFence {
			b.WriteString(line)
			continue
		}
		resolveLine(&b, line, &factIDs, &notes)
	}
	return squeeze(b.String()), factIDs, notes
}

func resolveLine(b *strings.Builder, line string, factIDs, notes *[]string) {
	for {
		open := strings.IndexAny(line, "[`")
		if open < 0 {
			b.WriteString(line)
			return
		}
		if line[open] == '`' { // an inline code span may hold brackets
			end := strings.IndexByte(line[open+1:], '`')
			if end < 0 {
				b.WriteString(line)
				return
			}
			b.WriteString(line[:open+end+2])
			line = line[open+end+2:]
			continue
		}
		shut := matching(line, open)
		if shut < 0 {
			b.WriteString(line)
			return
		}
		label := line[open+1 : shut]
		rest := line[shut+1:]
		switch {
		case strings.HasPrefix(label, "^"):
			b.WriteString(strings.TrimRight(line[:open], " "))
			*notes = append(*notes, label[1:])
		case strings.HasPrefix(rest, "(") && strings.Contains(rest, ")"):
			target := rest[1:strings.IndexByte(rest, ')')]
			rest = rest[len(target)+2:]
			b.WriteString(line[:open])
			if id, ok := strings.CutPrefix(target, "fact:"); ok {
				*factIDs = append(*factIDs, id)
				if f, ok := facts.Find(id); ok {
					label = f.Text
				}
			}
			b.WriteString(label)
		default:
			b.WriteString(line[:shut+1])
		}
		line = rest
	}
}

// matching finds the bracket that closes the one at open.
func matching(line string, open int) int {
	depth := 0
	for i := open; i < len(line); i++ {
		switch line[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// squeeze takes out the blank lines that removed footnotes leave.
func squeeze(text string) string {
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(text)
}

// words counts the words of a text, without keeping them.
func words(text string) int {
	n, inWord := 0, false
	for i := 0; i < len(text); i++ {
		blank := text[i] == ' ' || text[i] == '\n' || text[i] == '\t'
		if !blank && !inWord {
			n++
		}
		inWord = !blank
	}
	return n
}

// leadOf returns the first sentence of a passage.
func leadOf(text string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '.' && (text[i+1] == ' ' || text[i+1] == '\n') && i > 20 {
			return text[:i+1]
		}
	}
	return text
}
