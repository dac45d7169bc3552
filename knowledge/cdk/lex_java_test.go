package cdk_test

import (
	"fmt"
	"strings"
)

// onlyInJavaText fails where "process.exit" stands in Java code outside of literals, text blocks and comments.
func onlyInJavaText(code string) error {
	for i := 0; i < len(code); i++ {
		rest := code[i:]
		switch {
		case strings.HasPrefix(rest, "process.exit"):
			return fmt.Errorf("code at %q", rest[:min(len(rest), 40)])
		case strings.HasPrefix(rest, `\`):
			return fmt.Errorf("an escape outside of a literal at %q", rest[:min(len(rest), 40)])
		case strings.HasPrefix(rest, "//"):
			comment, _, _ := strings.Cut(rest, "\n")
			if strings.Contains(comment, `\u`) {
				return fmt.Errorf("an escape in a comment: %q", comment)
			}
			i += len(comment) - 1
		case strings.HasPrefix(rest, "/*"):
			comment, _, ok := strings.Cut(rest, "*/")
			if !ok || strings.Contains(comment, `\u`) {
				return fmt.Errorf("a comment that does not end, or an escape in it: %q", comment)
			}
			i += len(comment) + 1
		case strings.HasPrefix(rest, `"`):
			end := javaLiteral(rest)
			if end < 0 {
				return fmt.Errorf("a literal does not end at %q", rest[:min(len(rest), 40)])
			}
			i += end
		}
	}
	return nil
}

// javaLiteral is where the literal or text block at the start of s ends.
func javaLiteral(s string) int {
	mark := `"`
	if strings.HasPrefix(s, `"""`) {
		mark = `"""`
	}
	for i := len(mark); i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], mark):
			return i + len(mark) - 1
		case s[i] == '\n' && mark == `"`:
			return -1
		}
	}
	return -1
}
