package cdk_test

import (
	"fmt"
	"strings"
)

// onlyInText fails where "process.exit" stands in code: outside of literals and comments.
func onlyInText(code string) error {
	state := byte(0) // 0 code, ' " ` literal, / line comment, * block comment
	for i := 0; i < len(code); i++ {
		c := code[i]
		switch state {
		case 0:
			switch {
			case strings.HasPrefix(code[i:], "process.exit"):
				return fmt.Errorf("code at %q", code[i:min(i+40, len(code))])
			case strings.HasPrefix(code[i:], "//"):
				state = '/'
			case strings.HasPrefix(code[i:], "/*"):
				state = '*'
			case c == '\'' || c == '"' || c == '`':
				state = c
			}
		case '/':
			if c == '\n' {
				state = 0
			}
		case '*':
			if strings.HasPrefix(code[i:], "*/") {
				state, i = 0, i+1
			}
		default:
			switch {
			case c == '\\':
				i++
			case c == state:
				state = 0
			case c == '\n' && state != '`':
				return fmt.Errorf("a literal runs over the line's end at %q", code[max(0, i-40):i])
			case state == '`' && strings.HasPrefix(code[i:], "${process"):
				return fmt.Errorf("code in a template at %q", code[i:min(i+40, len(code))])
			}
		}
	}
	if state != 0 && state != '/' {
		return fmt.Errorf("a literal or comment does not end")
	}
	return nil
}
