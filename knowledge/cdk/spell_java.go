package cdk

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// javaWidth is the line width google-java-format keeps.
const javaWidth = 100

// javaTaken are names that Java keeps or that the generated code uses itself; a variable gets an underscore behind.
var javaTaken = lazy.Words(`abstract assert boolean break byte case catch char class const continue default do double else enum extends final
		finally float for goto if implements import instanceof int interface long native new package private protected public return short static
		strictfp super switch synchronized this throw throws transient try void volatile while true false null var record yield sealed permits`)

// javaName spells a variable of the program. Names of the program have no underscore, so none becomes another's.
func javaName(s string) string {
	if javaTaken()[s] {
		return s + "_"
	}
	return s
}

// javaGetter spells how an attribute is read.
func javaGetter(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return javaMember("get" + string(unicode.ToUpper(r)) + s[n:])
}

// javaMember spells a property as the library's Java package does: capitals in a row are one word (enforceSSL is
// enforceSsl). Methods keep their names.
func javaMember(s string) string {
	letters := []rune(s)
	out := []rune(s)
	for i := 1; i < len(letters); i++ {
		begins := i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if unicode.IsUpper(letters[i]) && unicode.IsUpper(letters[i-1]) && !begins {
			out[i] = unicode.ToLower(letters[i])
		}
	}
	return string(out)
}

var digitsAndLetters = lazy.Regexp(`([0-9])([A-Z])`)

// javaConstant spells a constant. Those of classes get an underscore between digits and letters; an enum's keep their
// names.
func javaConstant(x member) string {
	if d, _ := declaration(x.Type.full()); d.Kind == "enum" {
		return x.Name
	}
	return digitsAndLetters().ReplaceAllString(x.Name, "${1}_$2")
}

// javaString spells a text literal.
func javaString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff && unicode.Is(unicode.Cf, r):
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		case r < 0x20, r >= 0x7f && r <= 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, unicode.Is(unicode.Cf, r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// javaComment makes a text safe for a comment: Java reads \u escapes before it sees comments.
func javaComment(s string) string { return oneLine(strings.ReplaceAll(s, `\`, `\ `)) }

// javaPackages are the modules whose package does not follow from their name.
var javaPackages = map[string]string{
	"":                              "software.amazon.awscdk",
	"constructs":                    "software.constructs",
	"assertions":                    "software.amazon.awscdk.assertions",
	"aws-apigatewayv2-authorizers":  "software.amazon.awscdk.aws_apigatewayv2_authorizers",
	"aws-apigatewayv2-integrations": "software.amazon.awscdk.aws_apigatewayv2_integrations",
	"aws-lambda-event-sources":      "software.amazon.awscdk.services.lambda.eventsources",
}

func javaPackage(module string) string {
	if p, ok := javaPackages[module]; ok {
		return p
	}
	return "software.amazon.awscdk.services." + strings.ReplaceAll(strings.TrimPrefix(module, "aws-"), "-", ".")
}
