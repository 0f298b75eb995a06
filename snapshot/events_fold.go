package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"planwright"
	"planwright/ledger"
)

// FoldOptions say how events become a snapshot.
type FoldOptions struct {
	AsOf     planwright.Day // planning day, and the last day of events that count; 0: of the newest event
	Progress func(stage string, done, total int64)
}

// FoldReport is what a fold did.
type FoldReport struct {
	Snapshot  SnapshotInfo
	Unchanged bool             // the newest snapshot holds all of it already
	Root      string           // the import that it starts from
	Position  int64            // number of the newest event that was looked at
	Applied   int64            // events that are in the snapshot and not in the import
	Held      int64            // events that the import holds already
	Reversed  int64            // events that did not happen, and what says so
	Later     int64            // events after the planning day
	Waiting   []ledger.Waiting // events that cannot be applied yet, by id
}

// foldCounts are the counts of a fold as meta keeps them.
type foldCounts struct {
	Applied  int64 `json:"applied"`
	Held     int64 `json:"held"`
	Reversed int64 `json:"reversed"`
	Later    int64 `json:"later"`
	Waiting  int64 `json:"waiting"`
}

// Fold makes a snapshot of the newest import and of all events that are not in
// it: the same import and the same events give the same tables, in whatever
// order the events came and however many folds lie in between, because every
// fold starts from the import. Where nothing is new, the newest snapshot stays.
func (w *Workspace) Fold(ctx context.Context, o FoldOptions) (FoldReport, error) {
	draft, err := w.NewSnapshotFile(ctx)
	if err != nil {
		return FoldReport{}, err
	}
	report, err := w.foldInto(ctx, draft, o)
	if err != nil {
		err = errors.Join(err, draft.Discard())
	}
	return report, plainCancel(ctx, err)
}

func (w *Workspace) foldInto(ctx context.Context, draft *Draft, o FoldOptions) (r FoldReport, err error) {
	newest, err := w.GetSnapshot("")
	if err != nil {
		return r, err
	}
	before, err := w.lineage(newest.ID)
	if err != nil {
		return r, err
	}
	if _, err := w.ResolveSnapshot(before.root); err != nil {
		return r, fail(planwright.CodeNoSnapshot, "fold", before.root, "snapshot "+newest.ID+" starts from it, and it was deleted", "import the data again", err)
	}
	root, err := w.lineage(before.root)
	if err != nil {
		return r, err
	}
	f := &folding{w: w, root: root, until: givenDay(o.AsOf)}
	if f.until.Known() && f.until < root.asOf {
		return r, fail(planwright.CodeUsage, "fold", f.until.String(), "the planning day is before that of the import, "+root.asOf.String(), "give a later day", nil)
	}
	last, err := w.eventsUpTo(ctx, nil)
	if err != nil {
		return r, err
	}
	r.Root, r.Position = root.root, last
	until := ""
	if f.until.Known() {
		until = f.until.String()
	}
	if before.fold == "" && last == 0 && (until == "" || f.until == root.asOf) { // nothing ever happened
		r.Snapshot, r.Unchanged = newest, true
		return r, draft.Discard()
	}
	if before.fold != "" && before.position == last && before.until == until {
		r.Snapshot, r.Unchanged = newest, true
		r.take(before.fold)
		return r, draft.Discard()
	}
	if f.events, f.skipped, f.position, err = w.eventsSince(ctx, root.all()); err != nil {
		return r, err
	}
	r.Position = f.position
	report, err := w.importInto(ctx, draft, ImportOptions{AsOf: f.until, Progress: o.Progress}, f)
	if f.out != nil {
		r.Applied, r.Held, r.Reversed, r.Later, r.Waiting = f.out.Applied, f.out.Held+f.skipped, f.out.Reversed, f.out.Later, f.out.Waiting
	}
	r.Snapshot, r.Unchanged = report.Snapshot, report.Unchanged
	return r, err
}

// FoldCount is what became of the events of a fold.
type FoldCount struct {
	Root                                    string // the import
	Position                                int64  // number of the newest event that was looked at
	Applied, Held, Reversed, Later, Waiting int64
}

// FoldCounts returns what became of the events of a snapshot; false for one that
// is no fold. id is as in [Workspace.ResolveSnapshot].
func (w *Workspace) FoldCounts(id string) (FoldCount, bool, error) {
	id, err := w.ResolveSnapshot(id)
	if err != nil {
		return FoldCount{}, false, err
	}
	l, err := w.lineage(id)
	if err != nil || l.fold == "" {
		return FoldCount{}, false, err
	}
	var c foldCounts
	if err := json.Unmarshal([]byte(l.fold), &c); err != nil {
		return FoldCount{}, false, fail(planwright.CodeFileFormat, "open snapshot", id, "its note on events cannot be read", "import the data again", err)
	}
	return FoldCount{l.root, l.position, c.Applied, c.Held, c.Reversed, c.Later, c.Waiting}, true, nil
}

// take reads the counts of an earlier fold.
func (r *FoldReport) take(text string) {
	var c foldCounts
	if json.Unmarshal([]byte(text), &c) == nil {
		r.Applied, r.Held, r.Reversed, r.Later = c.Applied, c.Held, c.Reversed, c.Later
	}
}

// eventsSince returns the events that a base may lack; those that its tables
// all hold are counted only.
func (w *Workspace) eventsSince(ctx context.Context, c ledger.Cuts) (list []ledger.Numbered, held, last int64, err error) {
	lacks := func(e *ledger.Numbered) bool {
		for _, x := range []ledger.Cut{c.Stock, c.Demand, c.Supply, c.Reservations, c.Master} {
			if !e.When.Before(x.Moment) {
				return true
			}
		}
		for _, x := range []ledger.Cut{c.History, c.Movements, c.Receipts} {
			if !e.When.Before(x.Moment) || e.Seq > x.Position {
				return true
			}
		}
		return false
	}
	ids, undone := map[string]bool{}, map[string]bool{}
	read := func(keep func(e *ledger.Numbered) bool) (int64, error) {
		return w.eventsUpTo(ctx, func(seq int64, event []byte) error {
			var raw ledger.Raw
			if p := ledger.ReadJSON(event, &raw); p != nil {
				return nil // it was one when it came; a newer version may know it
			}
			e, p := ledger.Parse(&raw)
			if p != nil {
				return nil
			}
			n := ledger.Numbered{Seq: seq, Event: e}
			if !ids[e.ID] && keep(&n) {
				ids[e.ID] = true
				list = append(list, n)
			}
			return nil
		})
	}
	last, err = read(func(e *ledger.Numbered) bool {
		if e.Type == ledger.Reversal {
			undone[e.Of] = true
			return true
		}
		if lacks(e) {
			return true
		}
		held++
		return false
	})
	if err == nil && len(undone) > 0 { // what is taken back must be known, however old
		_, err = read(func(e *ledger.Numbered) bool {
			if undone[e.ID] && e.Seq <= last {
				held--
				return true
			}
			return false
		})
	}
	return list, held, last, err
}

// folding is a fold inside an import.
type folding struct {
	w        *Workspace
	root     lineage
	events   []ledger.Numbered
	skipped  int64
	position int64
	until    planwright.Day
	out      *ledger.Result
}

// readFold offers the tables of the root, changed by the events, to the import, and
// returns the specs that read them.
func (j *job) readFold(ctx context.Context) ([]TableSpec, error) {
	f := j.fold
	inputs, specs, err := j.base(ctx, j.w, f.root.root)
	if err != nil {
		return nil, err
	}
	db, c, err := createDB("", dbOptions{TempDir: filepath.Join(j.dir, "fold")})
	if err != nil {
		return nil, err
	}
	defer func() {
		c.Close()
		_ = db.Close() // in memory
	}()
	p := &patcher{c: c, dir: j.dir, inputs: inputs, specs: specs}
	in, err := p.input(ctx, f)
	if err != nil {
		return nil, internal(ctx, err)
	}
	in.Until = f.until
	if !in.Until.Known() {
		in.Until = planwright.MaxDay
	}
	f.out = ledger.Fold(in, f.events)
	if !f.until.Known() {
		j.o.AsOf = max(f.root.asOf, f.out.Last)
	}
	if err := p.apply(ctx, f.out); err != nil {
		return nil, internal(ctx, err)
	}
	j.inputs, j.mapping = p.inputs, &Mapping{Version: mappingVersion}
	return p.specs, nil
}

// foldFindings notes the events that wait with the snapshot, and what the root's
// import had repaired.
func (j *job) foldFindings(ctx context.Context) error {
	f := j.fold
	for i, x := range f.out.Waiting {
		if i < maxExamples {
			if err := j.im.c.Exec(ctx, "INSERT INTO main.findings VALUES (?, 'warn', 'events', 'events', NULL, ?, ?, ?, NULL, ?)", x.Code.String(), textOrNil(x.Item), textOrNil(x.Site), x.ID, "event "+x.ID+" waits: "+x.Problem.Reason); err != nil {
				return err
			}
		}
		if err := j.im.c.Exec(ctx, "INSERT INTO found_counts VALUES (?, 'warn', 'events', 1)", x.Code.String()); err != nil {
			return err
		}
	}
	counts, err := json.Marshal(foldCounts{f.out.Applied, f.out.Held + f.skipped, f.out.Reversed, f.out.Later, int64(len(f.out.Waiting))})
	if err != nil {
		return err
	}
	j.draft.Meta[foldKey], j.draft.Meta[rootKey], j.draft.Meta[positionKey] = string(counts), f.root.root, strconv.FormatInt(f.position, 10)
	if f.until.Known() {
		j.draft.Meta[untilKey] = f.until.String()
	}
	path := j.w.path(snapshotKind, f.root.root)
	if err := j.im.c.Exec(ctx, fmt.Sprintf("ATTACH %s AS root (READ_ONLY)", literal(path))); err != nil {
		return err
	}
	err = j.im.c.Exec(ctx, `INSERT INTO data.repairs SELECT k.sku, r.note FROM root.data.repairs r JOIN root.main.skus o ON o.sku = r.sku JOIN main.skus k ON k.item_id = o.item_id AND k.site_id = o.site_id ORDER BY k.sku, r.note`)
	return errors.Join(err, j.im.c.Exec(ctx, "DETACH root"))
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
