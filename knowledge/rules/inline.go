package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// plainInline is the length, in characters, up to which inline code without modules counts as doing nothing to wait for:
// a few lines that log or answer.
const plainInline = 500

var (
	handlerWord = lazy.Regexp(`exports\.\w+\s*=|module\.exports|\bexport\s+(const|async|function|default)|\bdef\s+\w+\s*\(`)
	waitingWord = lazy.Regexp(`\b(require|import|fetch|await|Promise|setTimeout|for|while)\b`)
)

// doesLittle tells whether the code of a function stands in the template and can be seen to call nobody and to compute
// next to nothing: it brings in no module, waits for nothing and has no loop. Code that only holds a place tells nothing.
func doesLittle(fn *graph.Node) bool {
	if fn.Resource == nil {
		return false
	}
	code, ok := fn.Resource.Properties.Get("Code", "ZipFile").Str()
	return ok && len(code) <= plainInline && handlerWord().MatchString(code) && !waitingWord().MatchString(code)
}
