// Package startup puts garbage collection off while the program starts. A quarter of the time to the first answer went
// into two collections of tables that live as long as the program: those of the libraries, made when their packages are
// initialized. It has to be set before them, and it is: packages without dependencies beyond the standard library are
// initialized before those that wait for others (golang.org/x/text, go.etcd.io/bbolt), in the order of their paths.
package startup

import "runtime/debug"

// With a percentage of 400 the first collection comes at 16 MB; starting allocates about 8.
const (
	whileStarting = 400
	usual         = 100
)

// chosen tells that the user has set GOGC.
var chosen = func() bool {
	if before := debug.SetGCPercent(whileStarting); before != usual {
		debug.SetGCPercent(before)
		return true
	}
	return false
}()

// Over sets what holds from now on: the usual percentage for a server, more for a program that soon ends. What the user
// has set stays.
func Over(percent int) {
	if !chosen {
		debug.SetGCPercent(percent)
	}
}
