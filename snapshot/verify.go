package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"planwright"
)

// VerifySnapshot reads a snapshot whole and compares it with what was
// published: every byte of the file with the sum kept beside it, and the
// content with the digest inside. It returns an error with code
// DIGEST_MISMATCH that names what differs.
func (w *Workspace) VerifySnapshot(ctx context.Context, id string) (SnapshotInfo, error) {
	ask := id
	id, err := w.ResolveSnapshot(ask)
	if err != nil {
		if lost := w.lostError(snapshotKind, ask); lost != nil {
			return SnapshotInfo{}, lost
		}
		return SnapshotInfo{}, err
	}
	var info SnapshotInfo
	described := w.readInfo(snapshotKind, id, &info) == nil
	if described {
		if err := verifyFile(ctx, "verify snapshot", id, w.path(snapshotKind, id), info.FileSHA, info.Size); err != nil {
			return info, err
		}
	}
	err = w.read(ctx, w.path(snapshotKind, id), func(c *Conn) error {
		meta, err := readMeta(ctx, c, id)
		if err != nil {
			return err
		}
		sums, err := snapshotSums(ctx, c)
		if err != nil {
			return err
		}
		inside := snapshotInfo(id, meta)
		got := contentDigest(snapshotIdentity(inside.AsOf), sums)
		if got != inside.Digest {
			return mismatch("verify snapshot", id, "its content", got, inside.Digest)
		}
		if described && info.Digest != inside.Digest {
			return mismatch("verify snapshot", id, "the description beside it", info.Digest, inside.Digest)
		}
		if !described {
			info = inside
		}
		return nil
	})
	return info, err
}

// VerifyPlan reads a plan whole and compares it with what was published; see
// [Workspace.VerifySnapshot]. A table that differs is named.
func (w *Workspace) VerifyPlan(ctx context.Context, id string) (PlanInfo, error) {
	ask := id
	id, err := w.ResolvePlan(ask)
	if err != nil {
		if lost := w.lostError(planKind, ask); lost != nil {
			return PlanInfo{}, lost
		}
		return PlanInfo{}, err
	}
	var info PlanInfo
	described := w.readInfo(planKind, id, &info) == nil
	if described {
		if err := verifyFile(ctx, "verify plan", id, w.path(planKind, id), info.FileSHA, info.Size); err != nil {
			return info, err
		}
	}
	err = w.read(ctx, w.path(planKind, id), func(c *Conn) error {
		meta, err := readMeta(ctx, c, id)
		if err != nil {
			return err
		}
		inside := planInfo(id, meta)
		var sums []tableSum
		for _, t := range planFileTables(nil) {
			sum, rows, err := digestTable(ctx, c, t.home(), t.name)
			if err != nil {
				return err
			}
			if want := meta["digest."+t.name]; sum != want {
				return mismatch("verify plan", id, "table "+t.name, sum, want)
			}
			sums = append(sums, tableSum{t.name, sum, rows})
		}
		if got := contentDigest(planIdentity(inside), sums); got != inside.Content {
			return mismatch("verify plan", id, "what it says of itself", got, inside.Content)
		}
		if described && info.Content != inside.Content {
			return mismatch("verify plan", id, "the description beside it", info.Content, inside.Content)
		}
		if !described {
			info = inside
		}
		return nil
	})
	return info, err
}

// VerifySnapshots verifies snapshots one after the other and tells of each what
// came of it; without ids all of them, those that are lost too. Its own error is
// one of listing them, or the end of ctx.
func (w *Workspace) VerifySnapshots(ctx context.Context, ids []string, told func(id string, err error)) error {
	return w.verifyAll(ctx, snapshotKind, ids, told, func(id string) (string, error) {
		info, err := w.VerifySnapshot(ctx, id)
		return info.ID, err
	})
}

// VerifyPlans verifies plans as [Workspace.VerifySnapshots] does snapshots.
func (w *Workspace) VerifyPlans(ctx context.Context, ids []string, told func(id string, err error)) error {
	return w.verifyAll(ctx, planKind, ids, told, func(id string) (string, error) {
		info, err := w.VerifyPlan(ctx, id)
		return info.ID, err
	})
}

func (w *Workspace) verifyAll(ctx context.Context, k kind, ids []string, told func(id string, err error), one func(id string) (string, error)) error {
	if len(ids) == 0 {
		have, err := w.ids(k)
		if err != nil {
			return err
		}
		lost, err := w.lost(k)
		if err != nil {
			return err
		}
		ids = append(append(ids, have...), lost...) // verifying the lost ones tells
	}
	for _, id := range ids {
		whole, err := one(id)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if whole == "" {
			whole = id
		}
		told(whole, err)
	}
	return nil
}

func verifyFile(ctx context.Context, op, id, path, want string, size int64) error {
	got, n, err := sumFile(ctx, path)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fail(planwright.CodeFileFormat, op, id, "", "look at the disk", err)
	}
	if n != size {
		return fail(planwright.CodeDigestMismatch, op, id, fmt.Sprintf("the file has %d bytes, %d were published", n, size), "bring it back from a backup, or delete it", nil)
	}
	if got != want {
		return mismatch(op, id, "the file", got, want)
	}
	return nil
}

func mismatch(op, id, what, got, want string) error {
	return fail(planwright.CodeDigestMismatch, op, id, fmt.Sprintf("%s has digest %.12s, %.12s was published", what, got, want), "bring it back from a backup, or delete it", nil)
}

// read opens a published file for one purpose.
func (w *Workspace) read(ctx context.Context, path string, use func(c *Conn) error) error {
	db, conn, err := createDB(path, dbOptions{ReadOnly: true, TempDir: w.spillDir()})
	if err != nil {
		return err
	}
	err = use(conn)
	conn.Close()
	var q *queryError
	if errors.As(err, &q) { // reading failed below SQL: a damaged file
		err = fail(planwright.CodeFileFormat, "read", path, "the file is damaged", "bring it back from a backup, or delete it", q)
	}
	return errors.Join(err, db.Close())
}

// readMeta reads main.meta of a file, refusing other formats.
func (w *Workspace) readMeta(path string) (map[string]string, error) {
	var meta map[string]string
	ctx := context.Background()
	err := w.read(ctx, path, func(c *Conn) (err error) {
		meta, err = readMeta(ctx, c, path)
		return err
	})
	return meta, err
}

func readMeta(ctx context.Context, c *Conn, subject string) (map[string]string, error) {
	rows, err := c.Query(ctx, "SELECT key, value FROM main.meta")
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fail(planwright.CodeFileFormat, "open", subject, "it has no table meta: not a file of planwright", "", err)
	}
	defer rows.Close()
	meta := map[string]string{}
	for rows.Next() {
		var k, v string
		if err := rows.Scan(&k, &v); err != nil {
			return nil, err
		}
		meta[k] = v
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := checkFormat(subject, meta["kind"], meta["format_version"]); err != nil {
		return nil, err
	}
	return meta, nil
}

// checkFormat refuses a format version that is not ours.
func checkFormat(subject, kind, version string) error {
	oldest, newest := 1, FormatVersion
	if kind == "plan" {
		oldest, newest = PlanFormatVersion, PlanFormatVersion
	}
	n, err := strconv.Atoi(version)
	switch {
	case err != nil || n < 1:
		return fail(planwright.CodeFileFormat, "open", subject, "its format version is "+strconv.Quote(version), "", nil)
	case n > newest:
		return fail(planwright.CodeFileNewer, "open", subject, fmt.Sprintf("format %d, this planwright reads up to %d", n, newest), "use a newer planwright", nil)
	case n < oldest:
		return fail(planwright.CodeFileFormat, "open", subject, fmt.Sprintf("format %d, this planwright reads format %d", n, oldest), "run the plan again: its snapshot is still read", nil)
	}
	return nil
}

// snapshotInfo reads the description from a file's own meta.
func snapshotInfo(id string, meta map[string]string) SnapshotInfo {
	info := SnapshotInfo{ID: id, Digest: meta["digest"], Engine: meta["engine_version"], AsOf: dayOf(meta["as_of"]), Rows: map[string]int64{}}
	info.CreatedAt, _ = time.Parse(time.RFC3339, meta["created_at"])
	info.Format, _ = strconv.Atoi(meta["format_version"])
	rowsOf(meta, info.Rows)
	return info
}

// planInfo reads the description from a file's own meta.
func planInfo(id string, meta map[string]string) PlanInfo {
	info := PlanInfo{ID: id, SnapshotID: meta["snapshot_id"], SnapshotDigest: meta["snapshot_digest"], AsOf: dayOf(meta["as_of"]), HorizonEnd: dayOf(meta["horizon_end"]),
		Digest: meta["digest"], Content: meta["content_digest"], Engine: meta["engine_version"], Options: meta["options"],
		RunID: meta["run_id"], RequestID: meta["request_id"], Rows: map[string]int64{}}
	info.CreatedAt, _ = time.Parse(time.RFC3339, meta["created_at"])
	info.Format, _ = strconv.Atoi(meta["format_version"])
	rowsOf(meta, info.Rows)
	return info
}

func rowsOf(meta map[string]string, rows map[string]int64) {
	for k, v := range meta {
		if len(k) > 5 && k[:5] == "rows." {
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				rows[k[5:]] = n
			}
		}
	}
}

func dayOf(s string) planwright.Day {
	d, err := planwright.ParseDay(s)
	if err != nil {
		return planwright.NoDay
	}
	return d
}
