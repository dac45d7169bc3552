package report

import "strings"

// Fence puts a text of several lines into a code block. The fence is longer than any run of backticks within, so
// that nothing in the text can end it.
func Fence(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimSuffix(text, "\n") + "\n" + fence + "\n"
}

// Quote shows a foreign name as a code span that it cannot leave, with control characters visible.
func Quote(name string) string { return markdownCode(name) }
