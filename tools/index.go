package tools

import (
	"context"
	"embed"
	"errors"
	"fmt"
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

// cacheBases are the folders to try, best first.
func cacheBases(cacheDir string) []string {
	if cacheDir != "" {
		return []string{cacheDir}
	}
	var out []string
	if dir, err := os.UserCacheDir(); err == nil {
		out = append(out, filepath.Join(dir, "serverless-architect"))
	}
	own := fmt.Sprintf("serverless-architect-%d", os.Getuid())
	out = append(out, filepath.Join(os.TempDir(), own))
	if info, err := os.Stat(sharedMemory); err == nil && info.IsDir() {
		out = append(out, filepath.Join(sharedMemory, own))
	}
	return out
}

// sharedMemory is writable in most containers whose file system is not.
const sharedMemory = "/dev/shm"

var errNotBuilt = errors.New("no index was built into this program")

func openUnpacked(ctx context.Context, corpus *search.Corpus, base string) (*search.Index, error) {
	content, err := fs.ReadFile(prebuilt, path.Join(indexFolder, contentFile))
	if err != nil {
		return nil, errNotBuilt
	}
	dir := filepath.Join(base, "index-"+string(content))
	if private(base) == nil {
		if ix, err := search.Open(ctx, corpus, dir); err == nil {
			return ix, nil
		}
	}
	if err := unpack(base, dir); err != nil {
		return nil, err
	}
	return search.Open(ctx, corpus, dir)
}

// unpack writes the prebuilt index beside its place and moves it there in one step, so that another process
// never sees half of it. A folder that is there already but could not be opened is replaced.
func unpack(base, dir string) error {
	if err := os.MkdirAll(base, 0o700); err != nil {
		return err
	}
	if err := private(base); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(base, "unpack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	sub, err := fs.Sub(prebuilt, indexFolder)
	if err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(fresh, "corpus"), sub); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(fresh, "corpus"), dir); err == nil {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(filepath.Join(fresh, "corpus"), dir)
}

// private refuses a folder that others may write or own: in a shared temporary folder somebody else could have put
// one there to feed us an index.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 || !ownedByUs(info) {
		return fmt.Errorf("%s is not ours alone", dir)
	}
	return nil
}

// WriteIndex builds the index of the product's own knowledge into dir/corpus, replacing what is there.
func WriteIndex(ctx context.Context, dir string) error {
	target := filepath.Join(dir, filepath.Base(indexFolder))
	if err := os.RemoveAll(target); err != nil {
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
