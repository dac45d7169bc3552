package tools

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

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
		if ix, err := openBuilt(ctx, corpus, base, "own-"+hash); err == nil {
			return ix, nil
		}
	}
	return search.Memory(ctx, corpus)
}

// openBuilt opens an index in a folder of base, and builds it first where it is missing.
func openBuilt(ctx context.Context, corpus *search.Corpus, base, name string) (*search.Index, error) {
	dir := filepath.Join(base, name)
	if private(base) == nil {
		if ix, err := search.Open(ctx, corpus, dir); err == nil {
			return ix, nil
		}
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, err
	}
	if err := private(base); err != nil {
		return nil, err
	}
	fresh, err := os.MkdirTemp(base, "build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(fresh)
	built := filepath.Join(fresh, "index")
	if err := search.Build(ctx, corpus, built); err != nil {
		return nil, err
	}
	if err := os.Rename(built, dir); err != nil && !os.IsExist(err) {
		if ix, open := search.Open(ctx, corpus, dir); open == nil { // another process was first
			return ix, nil
		}
		return nil, err
	}
	return search.Open(ctx, corpus, dir)
}
