package snapshot

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"planwright"
)

// RunInfo says which run made a plan. It is written into the plan and is no
// part of its digest.
type RunInfo struct {
	RunID     string
	RequestID string // of the caller, "" for none
	Started   time.Time
	Notes     map[string]string // further lines of meta, such as stage times
}

// WritePlan writes a plan as plans/<id>.duckdb: one table for every table that
// the data set documents, in a useful order, with codes in place of numbers and
// reasons in words. Nothing is to be seen before the file is whole and on the
// disk; a cancelled or failed write leaves nothing behind. progress, if given,
// is called from several goroutines with the rows written so far.
func (w *Workspace) WritePlan(ctx context.Context, snap *planwright.Snapshot, p *planwright.Plan, run RunInfo, progress func(done, total int64)) (info PlanInfo, err error) {
	release, err := w.hold()
	if err != nil {
		return info, err
	}
	defer release()
	temp := filepath.Join(w.dir, planKind.dir, tempName())
	db, conn, err := createDB(temp, dbOptions{TempDir: w.spillDir()})
	if err != nil {
		return info, errors.Join(err, removeDB(temp)) // a disk without room has its name
	}
	info, err = w.fillPlan(ctx, db, conn, snap, p, run, progress)
	conn.Close()
	if err = errors.Join(err, db.Close()); err != nil {
		return info, errors.Join(err, removeDB(temp))
	}
	err = w.publish(ctx, planKind, temp, info.ID, func(sha string, size int64) any {
		info.FileSHA, info.Size = sha, size
		return info
	})
	return info, err
}

// fillPlan writes every table of a plan into an empty database.
func (w *Workspace) fillPlan(ctx context.Context, db *DB, conn *Conn, snap *planwright.Snapshot, p *planwright.Plan, run RunInfo, progress func(done, total int64)) (PlanInfo, error) {
	var info PlanInfo
	// One checkpoint at the end: rows go to the file as their row groups fill.
	create := "SET checkpoint_threshold = '1TB'; BEGIN; CREATE SCHEMA data; CREATE TABLE main.meta (key VARCHAR, value VARCHAR);"
	tables := planFileTables(newPlanText(snap, p))
	var total int64
	for _, t := range tables {
		create += t.create()
		total += int64(t.rows)
	}
	if err := conn.Exec(ctx, create+"COMMIT"); err != nil { // one commit: each is brought to the disk
		return info, err
	}
	sums := make([]tableSum, len(tables))
	var done atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(planWriters)
	for _, i := range largestFirst(tables) {
		g.Go(func() error {
			var err error
			sums[i], err = writeTable(gctx, db, &tables[i], func(rows int) {
				if n := done.Add(int64(rows)); progress != nil {
					progress(n, total)
				}
			})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		if cerr := ctx.Err(); cerr != nil {
			return info, cerr
		}
		return info, err
	}
	info = PlanInfo{SnapshotID: p.SnapshotID, SnapshotDigest: p.SnapshotDigest, AsOf: p.AsOf, HorizonEnd: p.HorizonEnd, CreatedAt: time.Now().UTC().Truncate(time.Second),
		Digest: p.Digest, Format: PlanFormatVersion, Engine: p.Version, Options: p.Options, RunID: run.RunID, RequestID: run.RequestID, Rows: map[string]int64{}}
	if len(info.Digest) < 8 {
		info.Digest = p.ComputeDigest()
	}
	info.Content = contentDigest(planIdentity(info), sums)
	seq, err := w.nextSequence(planKind)
	if err != nil {
		return info, err
	}
	info.ID = idOf(planKind, seq, info.Digest)
	if err := conn.Exec(ctx, "BEGIN;"+planViews()+"COMMIT"); err != nil {
		return info, err
	}
	meta := map[string]string{}
	for k, v := range run.Notes {
		meta[k] = v
	}
	for _, kv := range planIdentity(info) {
		meta[kv[0]] = kv[1]
	}
	meta["id"], meta["snapshot_id"], meta["content_digest"] = info.ID, info.SnapshotID, info.Content
	meta["created_at"] = info.CreatedAt.Format(time.RFC3339)
	meta["run_id"], meta["request_id"] = run.RunID, run.RequestID
	meta["journal"], meta["carried"] = strconv.FormatInt(p.Journal, 10), p.Carried
	meta["currency"] = snap.Currency
	if !run.Started.IsZero() {
		meta["started_at"] = run.Started.UTC().Format(time.RFC3339)
	}
	for i, s := range sums {
		info.Rows[tables[i].name] = s.rows
		meta["rows."+tables[i].name] = strconv.FormatInt(s.rows, 10)
		meta["digest."+tables[i].name] = s.sum
	}
	meta["bi_version"] = strconv.Itoa(BIVersion)
	if err := writeMeta(ctx, conn, meta); err != nil {
		return info, err
	}
	if err := createBIViews(ctx, conn, info); err != nil {
		return info, err
	}
	return info, conn.Exec(ctx, "CHECKPOINT")
}

// planWriters is the number of tables written at once: making the rows of one
// overlaps with compressing those of another.
const planWriters = 3

// planIdentity is what the content digest of a plan covers beside its tables.
func planIdentity(p PlanInfo) [][2]string {
	return [][2]string{
		{"kind", "plan"}, {"format_version", strconv.Itoa(p.Format)}, {"snapshot_digest", p.SnapshotDigest}, {"as_of", p.AsOf.String()},
		{"horizon_end", p.HorizonEnd.String()}, {"options", p.Options}, {"engine_version", p.Engine}, {"digest", p.Digest},
	}
}

// largestFirst returns the order in which tables are written: the longest work
// must not start last.
func largestFirst(tables []planTable) []int {
	order := make([]int, len(tables))
	for i := range order {
		order[i] = i
	}
	for i := 1; i < len(order); i++ { // a dozen of them
		for j := i; j > 0 && weight(tables[order[j]]) > weight(tables[order[j-1]]); j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	return order
}

// weight is the rows of a table; one whose rows are not known reads the whole
// history and goes first.
func weight(t planTable) int {
	if t.each != nil {
		return math.MaxInt
	}
	return t.rows
}

// writeTable writes one table in one transaction and returns its digest.
func writeTable(ctx context.Context, db *DB, t *planTable, wrote func(rows int)) (tableSum, error) {
	sum := tableSum{name: t.name}
	conn, err := db.Conn()
	if err != nil {
		return sum, err
	}
	defer conn.Close()
	if err := conn.Exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return sum, err
	}
	dig, err := newTableDigest(t.home()+"."+t.name, t.columnInfo())
	if err != nil {
		return sum, err
	}
	types := make([]outType, len(t.cols))
	for i, c := range t.cols {
		types[i] = c.typ
	}
	w, err := conn.newWriter(t.home(), t.name, types, dig)
	if err != nil {
		return sum, err
	}
	defer w.discard()
	if t.each != nil {
		end := func() error { w.endRow(); return w.err }
		if err := t.each(ctx, w, end); err != nil {
			return sum, err
		}
		return closeTable(ctx, conn, w, dig, sum)
	}
	fill := t.fill()
	for lo := 0; lo < t.rows; lo += progressRows {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		hi := min(lo+progressRows, t.rows)
		for i := lo; i < hi; i++ {
			fill(w, i)
			w.endRow()
		}
		if w.err != nil {
			return sum, w.err
		}
		wrote(hi - lo)
	}
	return closeTable(ctx, conn, w, dig, sum)
}

// closeTable ends the transaction of a table.
func closeTable(ctx context.Context, conn *Conn, w *writer, dig *tableDigest, sum tableSum) (tableSum, error) {
	if err := w.finish(); err != nil {
		return sum, err
	}
	sum.sum, sum.rows = dig.sum(), dig.rows
	return sum, conn.Exec(ctx, "COMMIT")
}

// progressRows is how many rows lie between two looks at the context.
const progressRows = 1 << 16
