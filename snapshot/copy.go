package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"planwright"
)

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
	from, err := os.Open(w.path(planKind, id))
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
