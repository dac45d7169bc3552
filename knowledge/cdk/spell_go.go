package cdk

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// goWidth is the line width of the generated Go; gofmt itself breaks no lines.
const goWidth = 110

// goTaken are names that Go keeps, or that the generated code uses itself or from Go's universe.
var goTaken = lazy.Words(`break case chan const continue default defer else fallthrough for func go goto if import interface map package
		range return select struct switch type var any append bool cap copy error false float64 int len make new nil panic print println recover
		string true jsii constructs assertions testing os json`)

var goPackageName = lazy.Regexp(`^aws[a-z0-9]+$`)

// goName spells a variable of the program. Names of the program have no underscore, so none becomes another's.
func goName(s string) string {
	if goTaken()[s] || goPackageName().MatchString(s) {
		return s + "_"
	}
	return s
}

// goMember spells a property or method as the library's Go package does.
func goMember(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// goString spells a text literal: as it is between backquotes where quotes would need many strokes.
func goString(s string) string {
	if strings.Count(s, `"`) > 2 && strconv.CanBackquote(s) && printable(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// printable tells whether a reader sees all of the text.
func printable(s string) bool {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// goPackage is the name of a module's package.
func goPackage(module string) string {
	if module == "" {
		return "awscdk"
	}
	return strings.ReplaceAll(module, "-", "")
}

const goLibraryPath = "github.com/aws/aws-cdk-go/awscdk/v2"

func goImport(module string) string {
	switch module {
	case "":
		return goLibraryPath
	case "constructs":
		return "github.com/aws/constructs-go/constructs/v10"
	}
	return goLibraryPath + "/" + goPackage(module)
}
