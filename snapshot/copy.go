package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"planwright"
)

// OpenFile opens the file of a snapshot or a plan, by its own id, as it was
// published, with the time of that.
func (w *Workspace) OpenFile(ctx context.Context, id string) (*os.File, time.Time, error) {
	k := snapshotKind
	if sequenceOf(planKind, id) > 0 {
		k = planKind
	}
	path, err := w.file(ctx, k, id)
	if err != nil {
		return nil, time.Time{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, fail(k.missing, "open "+k.op, id, "its file is gone", "", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, errors.Join(err, f.Close())
	}
	return f, info.ModTime(), nil
}

// CopyPlan copies the file of a plan to a path, whole or not at all, and holds
// the copy against the sum that the plan was published with.
func (w *Workspace) CopyPlan(ctx context.Context, id, path string) (PlanInfo, error) {
	id, err := w.ResolvePlan(id)
	if err != nil {
		return PlanInfo{}, err
	}
	info, err := w.GetPlan(id)
	if err != nil {
		return info, err
	}
	source, err := w.file(ctx, planKind, id)
	if err != nil {
		return info, err
	}
	from, err := os.Open(source)
	if err != nil {
		return info, fail(planwright.CodeFileNotFound, "copy plan", id, "", "", err)
	}
	defer func() { _ = from.Close() }() // it was only read
	sum := sha256.New()
	err = replaceFile(path, func(to io.Writer) error {
		if _, err := io.Copy(io.MultiWriter(to, sum), contextReader{ctx, from}); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); info.FileSHA != "" && got != info.FileSHA {
			return mismatch("copy plan", id, "the file", got, info.FileSHA)
		}
		return nil
	})
	if err != nil {
		return info, err
	}
	return info, syncDir(filepath.Dir(path))
}
