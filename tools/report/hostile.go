package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the number of characters of one name or message that is shown: a template may hold a name of a
// megabyte.
const longest = 400

// visible makes control characters and invisible or direction-changing characters of a foreign text visible, so
// that it can neither drive a terminal nor show something other than it says, and bounds its length. The result
// is one line.
func visible(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > longest {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the Control Pictures block: ESC becomes ␛
		case disguised(r):
			fmt.Fprintf(&b, `\u{%X}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// disguised tells whether a character is not seen, or changes how its neighbours are seen.
func disguised(r rune) bool {
	switch {
	case r >= 0x7f && r <= 0x9f, r == utf8.RuneError, r == 0x2028, r == 0x2029, r == 0xFEFF:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// markdownText makes a foreign text show as itself in markdown: no emphasis, link, image, HTML, table cell,
// heading or list can come out of it.
func markdownText(s string) string {
	s = visible(s)
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		switch r {
		case '\\', '`', '*', '[', ']', '<', '>', '|', '~', '#':
			b.WriteByte('\\')
		case '_':
			if !wordAt(runes, i-1) || !wordAt(runes, i+1) {
				b.WriteByte('\\')
			}
		case '&':
			b.WriteString("&amp;")
			continue
		case ':':
			if strings.HasPrefix(string(runes[i:min(i+3, len(runes))]), "://") {
				b.WriteByte('\\') // a bare address would become a link
			}
		case '-', '+', '=', '.', ')':
			if atStart(runes, i) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "www.", `www\.`)
}

// atStart tells whether everything before i could begin a list item or an underline.
func atStart(runes []rune, i int) bool {
	for _, r := range runes[:i] {
		if !unicode.IsDigit(r) && r != ' ' {
			return false
		}
	}
	return true
}

func wordAt(runes []rune, i int) bool {
	return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
}

// markdownCode shows a foreign text as a code span. The fence is longer than any run of backticks within.
func markdownCode(s string) string {
	s = visible(s)
	run, most := 0, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		most = max(most, run)
	}
	fence := strings.Repeat("`", most+1)
	if most > 0 || strings.TrimSpace(s) == "" {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}
