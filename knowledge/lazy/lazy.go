// Package lazy holds what is made when it is first needed. The program starts anew for each call of the command line and each
// session of an assistant, and most of what it could do is not asked for: compiling all its regular expressions took
// a fifteenth of the time to the first answer.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp compiles an expression at the first call of what it returns. A wrong one panics there.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
