package cdk

import (
	"path"
	"sort"
)

// What the printers of all languages have in common.

// paragraphs lays statements out one below the other, with an empty line where a new thought begins.
func paragraphs(body []statement, print func(statement) doc) doc {
	var items []doc
	for i, s := range body {
		if i > 0 {
			items = append(items, hard)
			if spaced(body[i-1], s) {
				items = append(items, hard)
			}
		}
		items = append(items, print(s))
	}
	return cat(items...)
}

// commented puts each line of a comment behind the language's sign; no lines are no comment.
func commented(sign string, lines []string) doc {
	var items []doc
	for _, l := range lines {
		items = append(items, txt(sign+l), hard)
	}
	return cat(items...)
}

// wrapped are the lines of a comment; none for an empty one.
func wrapped(comment string, width int) []string {
	if comment == "" {
		return nil
	}
	return wrap(comment, width)
}

// parenthesised lays arguments out in parentheses, all on one line or one a line. A last argument that hugs opens on
// the line of the call.
func parenthesised(docs []doc, hugs bool) doc {
	if len(docs) == 0 {
		return txt("()")
	}
	if !hugs {
		return group(txt("("), nest(softline, commaList(docs)), ifWide(","), softline, txt(")"))
	}
	out := []doc{txt("(")}
	for _, d := range docs[:len(docs)-1] {
		out = append(out, d, txt(", "))
	}
	hugged := cat(doc{kind: docFlat, items: out}, docs[len(docs)-1], txt(")"))
	spread := cat(txt("("), nest(hard, commaLines(docs)), txt(","), hard, txt(")"))
	return doc{kind: docChoice, items: []doc{hugged, spread}}
}

// usedFields are the fields of the stack that a helper uses, by name.
func usedFields(h function, fields map[string]let) []let {
	uses := localsOf(h.Body)
	var out []let
	for name, l := range fields {
		if uses[name] {
			out = append(out, l)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// sourceFile is the file of an entry: a handler's has the ending of its language, any other its own.
func sourceFile(name string) string {
	if path.Ext(name) != "" {
		return name
	}
	return name + ".ts"
}
