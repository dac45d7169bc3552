// Package lazy holds what is made when it is first needed. The program starts anew for each call of the command line and each
// session of an assistant, and most of what it could do is not asked for: compiling all its regular expressions took
// a fifteenth of the time to the first answer.
package lazy

import (
	"regexp"
	"strings"
	"sync"
)

// Regexp compiles an expression at the first call of what it returns. A wrong one panics there.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// Words makes a set of the words of a text at the first call of what it returns.
func Words(text string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, word := range strings.Fields(text) {
			set[word] = true
		}
		return set
	})
}
