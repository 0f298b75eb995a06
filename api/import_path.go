package api

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"planwright"
)

// resolveRoots returns the directories below which imports may read, by their
// true names.
func resolveRoots(dirs []string) ([]string, error) {
	roots := make([]string, 0, len(dirs))
	for _, dir := range dirs {
		abs, err := filepath.Abs(dir)
		if err == nil {
			abs, err = filepath.EvalSymlinks(abs)
		}
		var info fs.FileInfo
		if err == nil {
			info, err = os.Stat(abs)
		}
		if err == nil && !info.IsDir() {
			err = errors.New("it is no directory")
		}
		if err != nil {
			return nil, &planwright.Error{Code: planwright.CodeFileNotFound, Op: "serve", Subject: "import root " + dir, Fix: "give an existing directory", Args: []string{"detail", dir}, Err: err}
		}
		roots = append(roots, abs)
	}
	return roots, nil
}

// importPath returns the true name of a file or directory that a client names,
// relative to an import root or whole. Links are followed first: what counts is
// where the file lies. Outside of the roots, existing and missing files look
// the same.
func (s *Server) importPath(field, path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, uploadPrefix); ok {
		return s.uploaded(field, rest)
	}
	outside := badField(field, "%q is not below an import root of the server", clip(path))
	if path == "" || strings.IndexByte(path, 0) >= 0 || len(s.roots) == 0 {
		return "", outside
	}
	missing := false
	for _, root := range s.roots {
		full := filepath.Clean(path)
		if !filepath.IsAbs(full) {
			full = filepath.Join(root, full)
		}
		if !below(root, full) {
			continue
		}
		real, err := filepath.EvalSymlinks(full)
		if errors.Is(err, fs.ErrNotExist) {
			missing = true
			continue
		}
		if err != nil || !below(root, real) {
			continue
		}
		if err := s.noLinksOut(root, real); err != nil {
			return "", outside
		}
		return real, nil
	}
	if missing {
		return "", &planwright.Error{Code: planwright.CodeFileNotFound, Op: "import", Subject: path, What: "there is no such file or directory", Fix: "check the path", Args: []string{"detail", clip(path)}}
	}
	return "", outside
}

// below says whether a clean path is root or lies in it.
func below(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// noLinksOut refuses a directory with a link to a file outside of the root: an
// import reads every file of a directory.
func (s *Server) noLinksOut(root, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // a file
	}
	for _, e := range entries {
		if e.Type()&fs.ModeSymlink == 0 {
			continue
		}
		real, err := filepath.EvalSymlinks(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || !below(root, real) {
			return errors.New("a link leads out")
		}
	}
	return nil
}
