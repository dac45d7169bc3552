package tools

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Reach says which files may be read: any (the command line), those below some folders (a local server), or
// none at all (a server over HTTP).
type Reach struct {
	Any   bool
	Roots []string
}

// maxFile bounds one file that is read, in bytes. CloudFormation takes templates up to 1 MB (51,200 bytes
// inline), so four times that leaves room for files that bundle several.
const maxFile = 4 << 20

// open opens a path for reading if it is within reach. Links that lead out of a root are refused by os.Root.
func (r Reach) open(path string) (fs.File, error) {
	if r.Any {
		return os.Open(path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for _, dir := range r.Roots {
		rel, err := filepath.Rel(dir, abs)
		if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			continue
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return root.Open(rel)
	}
	return nil, r.deny(path)
}

func (r Reach) deny(path string) error {
	if len(r.Roots) == 0 {
		return wrong("send the template's text instead", "reading %q: this server reads no files", path)
	}
	return wrong("give a path below it, send the template's text, or add the folder to the client's roots",
		"reading %q: only files below %s may be read", path, strings.Join(r.Roots, ", "))
}

// Open makes Reach a file system for files named as templates name them, so also with .. and absolute paths.
func (r Reach) Open(name string) (fs.File, error) { return r.open(filepath.FromSlash(name)) }

// stat describes a path within reach.
func (r Reach) stat(path string) (fs.FileInfo, error) {
	f, err := r.open(path)
	if err != nil {
		return nil, readProblem(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, readProblem(path, err)
	}
	return info, nil
}

// list names the entries of a folder within reach, sorted.
func (r Reach) list(path string) ([]fs.DirEntry, error) {
	f, err := r.open(path)
	if err != nil {
		return nil, readProblem(path, err)
	}
	defer f.Close()
	dir, ok := f.(fs.ReadDirFile)
	if !ok {
		return nil, wrong("", "reading %q: it is no folder", path)
	}
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, readProblem(path, err)
	}
	return entries, nil
}

func readProblem(path string, err error) error {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return wrong("check the path; a template, a cdk.out folder, a SAM project folder or - for standard input is expected", "reading %q: there is no such file or folder", path)
	case errors.Is(err, fs.ErrPermission):
		return wrong("check the file's rights", "reading %q: permission denied", path)
	}
	return refused("", "reading %q: %w", path, err)
}

// Folder returns the absolute path of an existing folder.
func Folder(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", readProblem(path, err)
	}
	if !info.IsDir() {
		return "", wrong("name a folder", "%q is no folder", path)
	}
	return filepath.Abs(path)
}
