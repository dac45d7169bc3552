package tools

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// letGo has a folder that was just written be read from its disk again. What is written stands in memory in pieces of up to
// 2 MB, and since Linux 6.18 a process that touches a byte of a piece has all of it to its name: 9 MB for an index of 5,000
// passages, of which it reads 2 MB. It is best effort.
func letGo(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := f.Sync(); err != nil { // only what is on disk can go
			return err
		}
		return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	})
}
