package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"planwright"
)

// lost returns the ids of what was published and whose file is missing, though
// nobody deleted it with planwright.
func (w *Workspace) lost(k kind) (ids []string, err error) {
	dir := filepath.Join(w.dir, k.dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "list "+k.dir, w.dir, "", "give a workspace with --data", err)
	}
	for id, lost := range orphans(dir, entries) {
		if lost && sequenceOf(k, id) > 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// lostError is the error of verifying a file that is lost, nil where it is not.
func (w *Workspace) lostError(k kind, id string) error {
	ids, err := w.lost(k)
	if err != nil || id == "" {
		return nil
	}
	for _, have := range ids {
		if have == id || strings.HasPrefix(have, id+"-") {
			return fail(planwright.CodeDigestMismatch, "verify "+k.op, have, "its file "+k.dir+"/"+have+dbExt+" is missing", "bring it back from a backup, or remove "+k.dir+"/"+have+infoExt, nil)
		}
	}
	return nil
}

// orphans returns the ids in a directory that are described and have no file, and
// whether that was lost. It was not where an unfinished file is there that is
// older than the description: publishing finishes the file, writes the
// description, and renames; deleting renames, removes the description, then the
// file.
func orphans(dir string, entries []os.DirEntry) map[string]bool {
	ids := map[string]bool{}
	described := map[string]time.Time{}
	var unfinished []time.Time
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		switch id, ok := strings.CutSuffix(e.Name(), infoExt); {
		case strings.HasPrefix(e.Name(), tempPrefix):
			unfinished = append(unfinished, info.ModTime())
		case ok:
			described[id] = info.ModTime()
		}
	}
	for id, at := range described {
		if _, err := os.Stat(filepath.Join(dir, id+dbExt)); errors.Is(err, fs.ErrNotExist) {
			ids[id] = !slices.ContainsFunc(unfinished, func(t time.Time) bool { return !t.After(at) })
		}
	}
	return ids
}
