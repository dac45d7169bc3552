package cdk

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var identifier = lazy.Regexp(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// tsKey spells a property name, quoted only where it must be.
func tsKey(s string) string {
	if identifier().MatchString(s) {
		return s
	}
	return tsString(s)
}

// tsString spells a text literal with the quotes prettier chooses.
func tsString(s string) string {
	quote := "'"
	if strings.Count(s, "'") > strings.Count(s, `"`) {
		quote = `"`
	}
	return quote + strings.ReplaceAll(escapeControl(s), quote, `\`+quote) + quote
}

// escapeControl escapes the backslash and everything that would end a line or hide in one.
func escapeControl(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20, r >= 0x7f && r <= 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, unicode.Is(unicode.Cf, r) && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine makes a text safe for a comment: no line ends, no comment ends, no control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "*/", "* /")), " ")
}

// wrap breaks a comment into lines of at most width letters.
func wrap(s string, width int) []string {
	var lines []string
	current := ""
	for _, w := range strings.Fields(oneLine(s)) {
		if current != "" && runes(current)+1+runes(w) > width {
			lines = append(lines, current)
			current = ""
		}
		if current != "" {
			current += " "
		}
		current += w
	}
	return append(lines, current)
}

// split breaks a name into lower-case words at capitals, digits stay with the word before: orderIdIndex2.
func split(s string) []string {
	var words []string
	start := 0
	letters := []rune(s)
	for i := 1; i < len(letters); i++ {
		if letters[i] == '-' || letters[i] == '_' {
			words = append(words, string(letters[start:i]))
			start = i + 1
			continue
		}
		if i > start && unicode.IsUpper(letters[i]) && !unicode.IsUpper(letters[i-1]) {
			words = append(words, string(letters[start:i]))
			start = i
		}
	}
	words = append(words, string(letters[start:]))
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	return words
}

func kebab(s string) string    { return strings.Join(split(s), "-") }
func constant(s string) string { return strings.ToUpper(strings.Join(split(s), "_")) }

func pascal(s string) string {
	var b strings.Builder
	for _, w := range split(s) {
		if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}

func camel(s string) string {
	p := pascal(s)
	if p == "" {
		return p
	}
	return strings.ToLower(p[:1]) + p[1:]
}
