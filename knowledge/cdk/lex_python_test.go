package cdk_test

import (
	"fmt"
	"strings"
)

// onlyInPythonText fails where "process.exit" stands in Python code: outside of literals, doc strings and comments, or
// in the braces of an f-string.
func onlyInPythonText(code string) error {
	for i := 0; i < len(code); i++ {
		switch {
		case strings.HasPrefix(code[i:], "process.exit"):
			return fmt.Errorf("code at %q", code[i:min(i+40, len(code))])
		case code[i] == '#':
			i += strings.IndexByte(code[i:]+"\n", '\n')
		case strings.HasPrefix(code[i:], `"""`):
			end := strings.Index(code[i+3:], `"""`)
			if end < 0 {
				return fmt.Errorf("a doc string does not end")
			}
			i += end + 5
		case code[i] == '"' || code[i] == '\'':
			formatted := i > 0 && code[i-1] == 'f'
			end, err := pythonLiteral(code, i, formatted)
			if err != nil {
				return err
			}
			i = end
		}
	}
	return nil
}

// pythonLiteral finds the end of the literal at i.
func pythonLiteral(code string, i int, formatted bool) (int, error) {
	for j := i + 1; j < len(code); j++ {
		switch {
		case code[j] == '\\':
			j++
		case code[j] == code[i]:
			return j, nil
		case code[j] == '\n':
			return 0, fmt.Errorf("a literal runs over the line's end at %q", code[i:j])
		case formatted && strings.HasPrefix(code[j:], "{{"):
			j++
		case formatted && strings.HasPrefix(code[j:], "{process"):
			return 0, fmt.Errorf("code in an f-string at %q", code[j:min(j+40, len(code))])
		}
	}
	return 0, fmt.Errorf("a literal does not end")
}
