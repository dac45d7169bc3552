package cdk

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is longer than a line is broken as google-java-format breaks it: TestJavaHandlers asks it for all that is generated.
func TestLongLinesOfJavaAreBroken(t *testing.T) {
	long := strings.Repeat("x", 60)
	tests := map[string]struct{ code, want string }{
		"what fits stays":                  {"void a() {\nb(1, \"c\");\n}", "void a() {\n  b(1, \"c\");\n}\n"},
		"a value behind its name":          {"String a = b(" + long + ", " + long[:24] + ", c);", "String a =\n    b(" + long + ", " + long[:24] + ", c);\n"},
		"a chain call by call":             {"a = Foo.builder().name(" + long + ").other(" + long + ").build();", "a =\n    Foo.builder()\n        .name(" + long + ")\n        .other(" + long + ")\n        .build();\n"},
		"arguments on a line of their own": {"client.put(" + long + ", " + long[:30] + ");", "client.put(\n    " + long + ", " + long[:30] + ");\n"},
		"a condition before its signs":     {"if (" + long + " || " + long + ") {\n}", "if (" + long + "\n    || " + long + ") {\n}\n"},
		"what a class implements":          {"class A implements B<" + long + ", " + long + "> {\n}", "class A\n    implements B<" + long + ", " + long + "> {\n}\n"},
		"what a method throws":             {"void a(String " + long + ", int b) throws IOException, " + long[:20] + " {\n}", "void a(String " + long + ", int b)\n    throws IOException, " + long[:20] + " {\n}\n"},
		"a comment of two paragraphs":      {"/** One. <p>Two. */", "/**\n * One.\n *\n * <p>Two.\n */\n"},
		"signs in a text are no code":      {"String a = \"" + long + " = {(\" + b + \"" + long + "\";", "String a =\n    \"" + long + " = {(\"\n        + b\n        + \"" + long + "\";\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, javaFormatted(test.code)) })
	}
}
