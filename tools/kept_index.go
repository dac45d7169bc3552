package tools

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
)

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

// openKept opens the index that is kept in base under name, a name that changes with what it was made of. Where there is
// none that fits, fill makes it in a folder that does not exist yet.
func openKept(ctx context.Context, corpus *search.Corpus, base, name string, fill func(dir string) error) (*search.Index, error) {
	dir := filepath.Join(base, name)
	if private(base) == nil {
		if ix, err := search.Open(ctx, corpus, dir); err == nil {
			markUsed(dir)
			return ix, nil
		}
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, err
	}
	if err := private(base); err != nil {
		return nil, err
	}
	// Written beside its place and moved there in one step: another process never sees half of it.
	fresh, err := os.MkdirTemp(base, freshPrefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(fresh)
	if err := fill(filepath.Join(fresh, "index")); err != nil {
		return nil, err
	}
	forgetUnused(base)
	if err := os.Rename(filepath.Join(fresh, "index"), dir); err == nil {
		return search.Open(ctx, corpus, dir)
	}
	if ix, err := search.Open(ctx, corpus, dir); err == nil { // another process was first
		return ix, nil
	}
	if err := os.RemoveAll(dir); err != nil { // what is there cannot be opened
		return nil, err
	}
	if err := os.Rename(filepath.Join(fresh, "index"), dir); err != nil {
		return nil, err
	}
	return search.Open(ctx, corpus, dir)
}

const (
	freshPrefix = "new-"              // of folders that are being written
	unusedFor   = 30 * 24 * time.Hour // an index that nobody opened for so long is removed
)

// markUsed dates an index by its last use, to the day.
func markUsed(dir string) {
	if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
		now := time.Now()
		_ = os.Chtimes(dir, now, now) // best effort: at worst it is made anew one day
	}
}

// forgetUnused removes the indexes of former versions and of former states of the user's pages, megabytes each, and what
// programs left that were stopped while they wrote. It is called when a new one was made, and never fails: what cannot be
// removed stays.
func forgetUnused(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		ours := false
		for _, prefix := range []string{"index-", "own-", freshPrefix, "unpack-", "build-"} { // the last two: of former versions
			ours = ours || strings.HasPrefix(e.Name(), prefix)
		}
		if info, err := e.Info(); err == nil && ours && e.IsDir() && time.Since(info.ModTime()) > unusedFor {
			_ = os.RemoveAll(filepath.Join(base, e.Name()))
		}
	}
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
