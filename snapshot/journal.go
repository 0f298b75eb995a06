package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"planwright"
)

// Run is one line of the journal's table runs: an import, a planning run.
type Run struct {
	ID         string
	RequestID  string // of the caller; two requests with one id are one run
	Kind       string // import, plan
	Status     string // running, done, failed, cancelled
	SnapshotID string
	PlanID     string
	Options    string
	Error      string
	Started    time.Time
	Ended      time.Time // zero: not yet
}

// NewRunID returns a name for a run that no other run has.
func NewRunID() string {
	return "r" + time.Now().UTC().Format("20060102150405") + "-" + randomName()[:8]
}

// journalName is the journal's file in a workspace.
const journalName = "journal" + dbExt

func (w *Workspace) journalPath() string { return filepath.Join(w.dir, journalName) }

// journalOptions: the journal is small, and nothing of it spills.
var journalOptions = dbOptions{Threads: 1, Memory: 256 << 20}

const journalTables = `
CREATE TABLE meta (key VARCHAR, value VARCHAR);
INSERT INTO meta VALUES ('kind', 'journal'), ('format_version', '1');
CREATE TABLE runs (run_id VARCHAR, request_id VARCHAR, kind VARCHAR, status VARCHAR, snapshot VARCHAR, plan VARCHAR,
	options VARCHAR, error VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP)`

// makeJournal makes an empty journal where there is none: beside its place, and
// renamed when it is whole, so that a reader never meets one without tables.
func (w *Workspace) makeJournal(ctx context.Context) error {
	if _, err := os.Stat(w.journalPath()); err == nil {
		return nil
	}
	temp := filepath.Join(w.dir, tempName())
	db, conn, err := createDB(temp, journalOptions)
	if err != nil {
		return errors.Join(err, removeDB(temp)) // a disk without room has its name
	}
	err = conn.Exec(ctx, journalTables+"; CHECKPOINT")
	conn.Close()
	if err = errors.Join(err, db.Close()); err == nil {
		_, _, err = syncAndSum(ctx, temp)
	}
	if err == nil {
		err = os.Rename(temp, w.journalPath())
	}
	if err != nil {
		return errors.Join(fail(planwright.CodeInternal, "journal", w.journalPath(), "", "look at the disk and the permissions", err), removeDB(temp))
	}
	return syncDir(w.dir)
}

// writeJournal runs do as one transaction on the journal: when it returns without an
// error, what do wrote is on the disk; otherwise nothing of it is. tables are
// made where an older version left none. Other processes hold the workspace for
// the moment of such a write, or read the journal: it waits for them, for
// journalPatience; do is called at most once.
func (w *Workspace) writeJournal(ctx context.Context, tables string, do func(c *Conn) error) error {
	return patiently(ctx, func() (begun bool, err error) { return w.tryJournal(ctx, tables, do) })
}

// patiently repeats try while something is BUSY before try has begun its work.
func patiently(ctx context.Context, try func() (begun bool, err error)) error {
	deadline := time.Now().Add(journalPatience)
	for {
		begun, err := try()
		var e *planwright.Error
		if err == nil || begun || !errors.As(err, &e) || e.Code != planwright.CodeBusy {
			return err
		}
		if time.Now().After(deadline) {
			// What DuckDB says of its locks helps nobody.
			return fail(planwright.CodeBusy, e.Op, e.Subject, e.What, e.Fix, nil)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (w *Workspace) tryJournal(ctx context.Context, tables string, do func(c *Conn) error) (begun bool, err error) {
	release, err := w.hold()
	if err != nil {
		return false, err
	}
	defer release()
	w.journal.Lock()
	defer w.journal.Unlock()
	if err := w.makeJournal(ctx); err != nil {
		return false, err
	}
	db, conn, err := createDB(w.journalPath(), journalOptions)
	if err != nil {
		return false, err
	}
	err = conn.Exec(ctx, "BEGIN TRANSACTION")
	if err == nil && tables != "" {
		err = conn.Exec(ctx, tables)
	}
	if err == nil {
		err = do(conn)
	}
	if err == nil {
		err = conn.Exec(ctx, "COMMIT")
	}
	conn.Close() // rolls back what is not committed
	w.written.Add(1)
	return true, errors.Join(err, db.Close())
}

// JournalStamp is a text that changes whenever somebody writes the journal.
func (w *Workspace) JournalStamp() string {
	info, err := os.Stat(w.journalPath())
	if err != nil {
		return "none"
	}
	return fmt.Sprintf("%d %d %d", w.written.Load(), info.ModTime().UnixNano(), info.Size())
}

// RecordRun writes a run to the journal, in place of what it says of the same
// run before.
func (w *Workspace) RecordRun(ctx context.Context, r Run) error {
	if r.ID == "" {
		return fail(planwright.CodeInternal, "journal", "run", "without an id", "", nil)
	}
	return w.writeJournal(ctx, "", func(c *Conn) error {
		if err := c.Exec(ctx, "DELETE FROM runs WHERE run_id = ?", r.ID); err != nil {
			return err
		}
		return c.Exec(ctx, "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", r.ID, r.RequestID, r.Kind, r.Status, r.SnapshotID, r.PlanID, r.Options, r.Error, timeOrNull(r.Started), timeOrNull(r.Ended))
	})
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

const runColumns = "run_id, request_id, kind, status, snapshot, plan, options, error, started_at, ended_at"

// FindRun returns the run of a kind that a request asked for: the one that is done,
// whatever the clock showed, else the newest.
func (w *Workspace) FindRun(ctx context.Context, kind, requestID string) (Run, bool, error) {
	if requestID == "" {
		return Run{}, false, nil
	}
	runs, err := w.runs(ctx, "WHERE kind = ? AND request_id = ? ORDER BY status = 'done' DESC, started_at DESC, run_id DESC LIMIT 1", kind, requestID)
	if err != nil || len(runs) == 0 {
		return Run{}, false, err
	}
	return runs[0], true, nil
}

// GetRun returns a run by its id.
func (w *Workspace) GetRun(ctx context.Context, id string) (Run, bool, error) {
	runs, err := w.runs(ctx, "WHERE run_id = ?", id)
	if err != nil || len(runs) == 0 {
		return Run{}, false, err
	}
	return runs[0], true, nil
}

// ListRuns returns the newest runs, at most limit.
func (w *Workspace) ListRuns(ctx context.Context, limit int) ([]Run, error) {
	return w.runs(ctx, "ORDER BY started_at DESC, run_id DESC LIMIT ?", limit)
}

// journalPatience is how long a reader or a writer waits for the moment in which
// another process has the journal to pass.
const journalPatience = 5 * time.Second

// readJournal runs do on the journal, read-only. A journal that is not there,
// or lacks the table, is read as empty: do is not called.
func (w *Workspace) readJournal(ctx context.Context, table string, do func(c *Conn) error) error {
	if w.mirror != nil && table != "decisions" && table != "forecast_overrides" {
		return w.mirror.notHere(table)
	}
	w.journal.Lock()
	defer w.journal.Unlock()
	if _, err := os.Stat(w.journalPath()); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return patiently(ctx, func() (begun bool, err error) { return false, w.onceJournal(ctx, table, do) })
}

func (w *Workspace) onceJournal(ctx context.Context, table string, do func(c *Conn) error) (err error) {
	db, conn, err := createDB(w.journalPath(), dbOptions{ReadOnly: true, Threads: journalOptions.Threads, Memory: journalOptions.Memory})
	if err != nil {
		return err
	}
	defer func() {
		conn.Close()
		err = errors.Join(err, db.Close())
	}()
	var have string
	found, err := conn.Scan(ctx, "SELECT table_name FROM duckdb_tables() WHERE table_name = ?", []any{table}, &have)
	if err != nil || !found {
		return err
	}
	return do(conn)
}

func (w *Workspace) runs(ctx context.Context, where string, args ...any) (runs []Run, err error) {
	err = w.readJournal(ctx, "runs", func(c *Conn) error {
		runs = nil
		rows, err := c.Query(ctx, "SELECT "+runColumns+" FROM runs "+where, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r Run
			if err := rows.Scan(&r.ID, &r.RequestID, &r.Kind, &r.Status, &r.SnapshotID, &r.PlanID, &r.Options, &r.Error, &r.Started, &r.Ended); err != nil {
				return err
			}
			runs = append(runs, r)
		}
		return rows.Err()
	})
	return runs, err
}
