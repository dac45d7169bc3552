package tools

import (
	"context"
	"io"
	"time"
)

// Workbench is what tools share: where files may be read, how AWS is reached, the day, the knowledge.
// It is safe for concurrent use once made.
type Workbench struct {
	// Reach says which paths may be read.
	Reach Reach
	// RootsOf, where set, returns the folders that the client of this call allows; they replace Reach.Roots.
	RootsOf func(context.Context) []string
	// Stdin is what the path "-" reads; nil where there is none (a server).
	Stdin io.Reader
	// Today is the day that dates (runtimes, deadlines) are compared with.
	Today time.Time
	// Config is what the user has settled for all reviews.
	Config Config
	// CacheDir is where the search index may be unpacked; "" picks the user's cache folder.
	CacheDir string
	// Knowledge is a folder of the user's own markdown that is searched beside ours; "" for none.
	Knowledge string
	// Version is this program's version, written into reports.
	Version string

	words words
	live  live
}
