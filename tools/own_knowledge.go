package tools

import (
	"context"
	"fmt"
	"os"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
)

// openOwn opens an index over a folder of the user's own pages. It is kept in the cache under the name of what is in
// the folder, so that only a change is paid for; where nothing can be written it is built in memory.
func openOwn(ctx context.Context, dir, cacheDir string) (*search.Index, error) {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, wrong("name a folder with markdown files", "the knowledge folder %q cannot be read", dir)
	}
	corpus := search.NewUserCorpus(os.DirFS(dir))
	hash, err := corpus.Hash()
	if err != nil {
		return nil, &Problem{Class: InputWrong, Err: fmt.Errorf("reading the knowledge folder %q: %w", dir, err), Next: "See that all its files can be read."}
	}
	for _, base := range cacheBases(cacheDir) {
		if ix, err := openKept(ctx, corpus, base, "own-"+hash, func(dir string) error {
			defer letGo(dir)
			if err := os.Mkdir(dir, 0o700); err != nil {
				return err
			}
			return search.Build(ctx, corpus, dir)
		}); err == nil {
			return ix, nil
		}
	}
	return search.Memory(ctx, corpus)
}
