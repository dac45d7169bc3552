package cfn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Limits on one file. Templates come from strangers. CloudFormation itself takes 1 MB (1,000,000 bytes).
const (
	maxBytes = 4 << 20 // four times CloudFormation's own limit: room for what a packager would shrink
	maxDepth = 200     // levels of nesting; real templates stay below 30
	maxNodes = 1 << 20 // values after aliases are followed and loops are unrolled
)

// SyntaxError says that a file is no template, or no YAML or JSON at all.
type SyntaxError struct {
	File         string
	Line, Column int    // count from 1, 0 where the whole file is meant
	Message      string // what was found
	Want         string // what was expected, and what to do next
}

// Error spells the error as FILE:LINE:COLUMN: message; expected ...
func (e *SyntaxError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": " + e.Message)
	if e.Want != "" {
		b.WriteString("; expected " + e.Want)
	}
	return b.String()
}

// parse turns a template's text into a tree of nodes.
func parse(file string, data []byte) (*node, []graph.Gap, *SyntaxError) {
	if err := checkText(file, data); err != nil {
		return nil, nil, err
	}
	top, err := document(file, data)
	if err != nil {
		return nil, nil, err
	}
	b := &builder{file: file, left: maxNodes}
	root := b.node(top, "", 0)
	if b.err != nil {
		return nil, nil, b.err
	}
	return root, b.gaps, nil
}

// document reads JSON or YAML.
func document(file string, data []byte) (*yaml.Node, *SyntaxError) {
	isJSON := looksLikeJSON(data)
	if isJSON {
		if top, ok := parseJSON(data); ok {
			return top, nil
		}
		data = easeJSON(data)
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc, yaml.WithUniqueKeys(false)); err != nil {
		return nil, syntaxError(file, data, isJSON, err)
	}
	if len(doc.Content) == 0 {
		return nil, &SyntaxError{File: file, Message: "the file holds no value, only comments or white space", Want: wantTemplate}
	}
	return doc.Content[0], nil
}

const wantTemplate = "a CloudFormation or SAM template in YAML or JSON: a mapping with a Resources section"

func checkText(file string, data []byte) *SyntaxError {
	if len(data) > maxBytes {
		return &SyntaxError{File: file, Message: fmt.Sprintf("the file has %d bytes", len(data)),
			Want: fmt.Sprintf("at most %d; CloudFormation itself takes 1,000,000: is it the right file?", maxBytes)}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return &SyntaxError{File: file, Message: "the file is empty", Want: wantTemplate}
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == 0 || r == utf8.RuneError && n <= 1 {
			line := bytes.Count(data[:i], []byte{'\n'}) + 1
			col := i - bytes.LastIndexByte(data[:i], '\n')
			return &SyntaxError{File: file, Line: line, Column: col, Message: fmt.Sprintf("the file is not text: byte 0x%02x", data[i]),
				Want: "a template saved as UTF-8"}
		}
		i += n
	}
	return nil
}

func looksLikeJSON(data []byte) bool {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	return len(trimmed) > 0 && trimmed[0] == '{'
}

var surrogates = lazy.Regexp(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)

// easeJSON removes the two things in which JSON is not a part of the YAML that the library reads: tabs as white
// space at the start of a line, and characters spelled as surrogate pairs. Lines and, tabs being one column,
// nearly all columns stay.
func easeJSON(data []byte) []byte {
	if bytes.IndexByte(data, '\t') >= 0 {
		data = bytes.Clone(data)
		start := true
		for i, c := range data {
			switch {
			case c == '\n':
				start = true
			case c == '\t' && start:
				data[i] = ' '
			case c != ' ':
				start = false
			}
		}
	}
	return surrogates().ReplaceAllFunc(data, func(pair []byte) []byte {
		hi, _ := strconv.ParseUint(string(pair[2:6]), 16, 16)
		lo, _ := strconv.ParseUint(string(pair[8:12]), 16, 16)
		return []byte(string(utf16.DecodeRune(rune(hi), rune(lo))))
	})
}

// syntaxError turns the library's message into ours, with the line that it is about.
func syntaxError(file string, data []byte, isJSON bool, err error) *SyntaxError {
	out := &SyntaxError{File: file, Message: err.Error(), Want: "valid YAML"}
	if isJSON {
		out.Want = "valid JSON"
	}
	var le *yaml.LoadError
	switch {
	case strings.Contains(err.Error(), "no documents"):
		out.Message, out.Want = "the file holds no value, only comments or white space", wantTemplate
		return out
	case strings.Contains(err.Error(), "single document"):
		out.Line, out.Column = secondDocument(data), 1
		out.Message, out.Want = "the file holds more than one YAML document", "one template in a file: split it at the lines ---"
		return out
	case !errors.As(err, &le):
		return out
	}
	if je := jsonError(file, data); isJSON && je != nil {
		return je
	}
	out.Line, out.Column, out.Message = le.Mark.Line, le.Mark.Column, le.Message
	if le.ContextMsg != "" && le.ContextMark.Line > 0 {
		out.Message += fmt.Sprintf(" (%s that began in line %d)", le.ContextMsg, le.ContextMark.Line)
	}
	text := lineOf(data, out.Line)
	switch {
	case strings.Contains(text, "{{") || strings.Contains(text, "{%"):
		out.Want += "; the line holds a placeholder of a template engine: render it first (sam init, cookiecutter)"
	case strings.Contains(le.Message, "mapping values are not allowed"):
		out.Want += `: at most one "key: value" on a line, text with ": " in quotes, and the keys of one mapping below each other`
	case strings.Contains(le.Message, "document start"):
		out.Want += ": one document in a file"
	case strings.Contains(le.Message, "could not find expected ':'"):
		out.Want += `: "key: value" on each line of a mapping`
	case strings.Contains(le.Message, "cannot start any token"):
		out.Want += ": spaces instead of tabs for indentation, and quotes around text that starts with @, ` or %"
	case strings.Contains(le.Message, "did not find expected key"), strings.Contains(le.Message, "did not find expected '-'"):
		out.Want += ": the entries of one mapping or list indented alike"
	case strings.Contains(strings.ToLower(le.Message), "depth"):
		out.Want = fmt.Sprintf("at most %d levels of nesting", maxDepth)
	}
	return out
}

// secondDocument is the line in which the second document begins.
func secondDocument(data []byte) int {
	seen := false
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "---") && seen {
			return i + 1
		}
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			seen = true
		}
	}
	return 0
}

// jsonError says what is wrong with a file as JSON: closer to the place than the YAML library's message. It is nil
// where the JSON is sound, or broken in a way that has no place.
func jsonError(file string, data []byte) *SyntaxError {
	var se *json.SyntaxError
	if !errors.As(json.Unmarshal(data, new(any)), &se) {
		return nil
	}
	before := data[:min(max(int(se.Offset)-1, 0), len(data))]
	return &SyntaxError{File: file, Line: bytes.Count(before, []byte{'\n'}) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Message: se.Error(), Want: "valid JSON"}
}

func lineOf(data []byte, line int) string {
	for ; line > 1; line-- {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			return ""
		}
		data = data[i+1:]
	}
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		data = data[:i]
	}
	return string(data)
}
