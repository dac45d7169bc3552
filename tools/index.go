package tools

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
)

// prebuilt is the search index that `make build` wrote, or only its README.
//
//go:embed index
var prebuilt embed.FS

// indexFolder is where the prebuilt index stands within prebuilt.
const indexFolder = "index/corpus"

// contentFile holds, within the prebuilt index, the hash of what it was made of: two versions of the program must not
// share an unpacked index, and reading all pages to tell them apart would take a tenth of the time to a first answer.
const contentFile = "content"

// OpenKnowledge opens the product's own knowledge. The prebuilt index is unpacked once into a folder of cacheDir
// ("" is the user's cache folder, then the temporary folder, then shared memory) that is named after its content, and opened there
// for reading. Where nothing was prebuilt, it does not fit the corpus, or no folder can be written, the index is
// built in memory: slower, never a failure.
func OpenKnowledge(ctx context.Context, cacheDir string) (*search.Index, error) {
	corpus := search.NewCorpus(references.Files)
	for _, base := range cacheBases(cacheDir) {
		if ix, err := openUnpacked(ctx, corpus, base); err == nil {
			return ix, nil
		}
	}
	return search.Memory(ctx, corpus)
}

var errNotBuilt = errors.New("no index was built into this program")

func openUnpacked(ctx context.Context, corpus *search.Corpus, base string) (*search.Index, error) {
	content, err := prebuiltContent()
	if err != nil {
		return nil, err
	}
	return openKept(ctx, corpus, base, "index-"+content, func(dir string) error {
		sub, err := fs.Sub(prebuilt, indexFolder)
		if err != nil {
			return err
		}
		return os.CopyFS(dir, sub)
	})
}

// prebuiltContent returns the hash of what the prebuilt index was made of.
func prebuiltContent() (string, error) {
	content, err := fs.ReadFile(prebuilt, path.Join(indexFolder, contentFile))
	if err != nil {
		return "", errNotBuilt
	}
	return string(content), nil
}

// WriteIndex builds the index of the product's own knowledge into dir/corpus, replacing what is there.
func WriteIndex(ctx context.Context, dir string) error {
	target := filepath.Join(dir, filepath.Base(indexFolder))
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return err
	}
	corpus := search.NewCorpus(references.Files)
	if err := search.Build(ctx, corpus, target); err != nil {
		return err
	}
	content, err := corpus.ContentHash()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(target, contentFile), []byte(content), 0o600)
}
