package cdk

import (
	"strings"
	"unicode"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// pyWidth is the line width ruff keeps unless told otherwise.
const pyWidth = 88

// pyTaken are names that Python keeps or that the generated module uses itself; a variable gets an underscore behind.
var pyTaken = lazy.Words(`False None True and as assert async await break class continue def del elif else except finally for from global
		if import in is lambda nonlocal not or pass raise return try while with yield match case type self cls kwargs json jsii cast str dict list len
		print super int bool float HANDLERS`)

// pyName spells a variable of the program. An underscore goes before each capital, one by one, so that two names of
// the program never become one.
func pyName(s string) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	if name := b.String(); pyTaken()[name] {
		return name + "_"
	}
	return b.String()
}

// pyMember spells a property or method as the library's Python package does: capitals in a row are one word
// (enforceSSL is enforce_ssl), and Python's own words get an underscore behind.
func pyMember(s string) string {
	var b strings.Builder
	letters := []rune(strings.ReplaceAll(s, "GiB", "Gib")) // the package takes the unit for one word
	for i, r := range letters {
		if unicode.IsUpper(r) && i > 0 {
			after := i+1 < len(letters) && unicode.IsLower(letters[i+1])
			if !unicode.IsUpper(letters[i-1]) || after {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	switch name := b.String(); name {
	case "and", "or", "not", "lambda", "from", "import", "in", "is", "class", "def", "pass", "return", "with", "as", "global", "yield", "assert", "async", "await":
		return name + "_"
	default:
		return name
	}
}

// pyConstants are the static constants that the library's Python package spells otherwise: it parts numbers from words.
// Members of enums keep their names.
var pyConstants = map[string]string{
	"CANARY_10PERCENT_5MINUTES":      "CANARY_10_PERCENT_5_MINUTES",
	"LINEAR_10PERCENT_EVERY_1MINUTE": "LINEAR_10_PERCENT_EVERY_1_MINUTE",
	"taskToken":                      "task_token", // a static property
}

func pyConstant(name string) string {
	if s, ok := pyConstants[name]; ok {
		return s
	}
	return name
}

// pyString spells a text literal with the quotes ruff chooses.
func pyString(s string) string {
	quote := `"`
	if strings.Count(s, `"`) > strings.Count(s, "'") {
		quote = "'"
	}
	return quote + strings.ReplaceAll(escapeControl(s), quote, `\`+quote) + quote
}

// pyAlias is the name under which a module is imported.
func pyAlias(module string) string {
	if module == "aws-lambda" {
		return "lambda_"
	}
	return alias(module)
}

func pyModule(module string) string { return strings.ReplaceAll(module, "-", "_") }
