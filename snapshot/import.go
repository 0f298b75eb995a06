package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"planwright"
	"planwright/lang"
)

// ImportOptions say what to import and how. AsOf must be set, to
// [planwright.NoDay] where the data tells the planning day.
type ImportOptions struct {
	Paths   []string       // files and directories
	MapFile string         // "": files are named after tables, columns after columns
	SaveMap string         // writes the mapping that was used
	AsOf    planwright.Day // 0: what the mapping, the settings or the data say
	Today   planwright.Day // taken where nothing else tells the planning day; 0: none is
	// MaxBad stops the import where more rows are refused: a share of the rows
	// read below 1, a count from 1 on, none for a negative number; 0: any
	// number may be.
	MaxBad float64
	// Update goes on from the newest snapshot: see meet. Append adds rows to it
	// and replaces those of the same key alone.
	Update, Append bool
	Tombstone      bool          // every row of the files names one that is gone: see bury
	MapText        string        // a mapping as text, in place of MapFile
	Repair         bool          // fills in what can be told safely, and marks it
	File           FileOptions   // of all files that the mapping says nothing about
	Language       lang.Language // of the report's notes
	Progress       func(stage string, done, total int64)
}

// TableReport is what became of the rows of one file for one table:
// Read = Imported + Merged + Ignored + Quarantined.
type TableReport struct {
	Table       string `json:"table"`
	File        string `json:"file"`
	Read        int64  `json:"read"`
	Imported    int64  `json:"imported"`
	Merged      int64  `json:"merged"`  // equal to a row before, or summed up into one
	Ignored     int64  `json:"ignored"` // blank, titles, sums, or left out by the mapping's filter
	Quarantined int64  `json:"quarantined"`
	// Of the ignored rows: blank ones, titles above and headers inside the
	// table, and rows of sums. The rest were left out by the mapping.
	Blank  int64 `json:"blank,omitempty"`
	Titles int64 `json:"titles,omitempty"`
	Totals int64 `json:"totals,omitempty"`
}

// ImportReport is what an import did.
type ImportReport struct {
	Snapshot      SnapshotInfo
	Unchanged     bool   // the newest snapshot was the same already: no new one was made
	Base          string // the snapshot that an update went on from
	AsOf          planwright.Day
	AsOfBy        string // option, mapping, settings, last day of the data
	Tables        []TableReport
	Files         []FileReport // what each file was taken for, where no mapping says it
	Skipped       []string     // files that were given and are no table
	Notes         []string     // what was noticed about files, such as their encoding
	Findings      []Finding
	Counts        []FindingCount
	QuarantineDir string // "" where nothing was refused
}

// Finding is something that a check found, with its place.
type Finding struct {
	Code     planwright.Code
	Severity planwright.Severity
	Table    string
	File     string
	Row      int64 // 0: not of one row
	ItemID   string
	SiteID   string
	Subject  string
	Value    float64 // NaN: none
	Detail   string
}

// FindingCount is how often a check found something; the findings themselves
// are kept up to a thousand.
type FindingCount struct {
	Code     planwright.Code
	Severity planwright.Severity
	Table    string
	Rows     int64
}

// Import reads files into a new snapshot and publishes it. Rows that cannot be
// used are put under quarantine/<snapshot id>, the others are kept. On an error
// and on cancellation nothing is left behind.
func (w *Workspace) Import(ctx context.Context, o ImportOptions) (ImportReport, error) {
	draft, err := w.NewSnapshotFile(ctx)
	if err != nil {
		return ImportReport{}, err
	}
	folded := false
	if o.Update || o.Append { // of a snapshot with events: they are folded in again
		if newest, err := w.ResolveSnapshot(""); err == nil {
			lin, err := w.lineage(newest)
			if err != nil {
				return ImportReport{}, errors.Join(err, draft.Discard())
			}
			folded = lin.root != newest
		}
	}
	report, err := w.importInto(ctx, draft, o, nil)
	if err != nil {
		err = errors.Join(err, draft.Discard())
	}
	if err == nil && folded && !report.Unchanged {
		var f FoldReport
		if f, err = w.Fold(ctx, FoldOptions{Progress: o.Progress}); err == nil {
			report.Snapshot = f.Snapshot
			report.Notes = append(report.Notes, lang.Text(o.Language, "import.folded", "n", fmt.Sprint(f.Applied)))
		}
	}
	return report, plainCancel(ctx, err)
}

// plainCancel makes the context's own error of whatever its end caused.
func plainCancel(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (w *Workspace) importInto(ctx context.Context, draft *Draft, o ImportOptions, fold *folding) (ImportReport, error) {
	o.AsOf = givenDay(o.AsOf)
	work, err := os.MkdirTemp(w.dir, fmt.Sprintf("%sspill-%d-import-", tempPrefix, os.Getpid()))
	if err != nil {
		return ImportReport{}, fail(planwright.CodeInternal, "import", w.dir, "no directory for intermediate files", "look at the disk and the permissions", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // only intermediate files
	j := &job{o: o, dir: work, draft: draft, w: w, fold: fold}
	if fold == nil {
		if j.arrived, err = w.eventsUpTo(ctx, nil); err != nil {
			return j.report, err
		}
	}
	if j.report.Base, err = w.updateOf(o); err != nil {
		return j.report, err
	}
	if latest, err := w.ResolveSnapshot(""); err == nil {
		if info, err := w.GetSnapshot(latest); err == nil {
			draft.unlessDigests = append(draft.unlessDigests, info.Digest)
			if lin, err := w.lineage(latest); err == nil && lin.root != latest && fold == nil {
				if root, err := w.GetSnapshot(lin.root); err == nil { // the import again changes nothing
					draft.unlessDigests = append(draft.unlessDigests, root.Digest)
				}
			}
			j.newest = info
			if o.Append && !o.AsOf.Known() {
				j.o.AsOf = info.AsOf
			}
		}
	}
	if err := j.run(ctx); err != nil {
		return j.report, err
	}
	temp := ""
	if j.refused > 0 {
		temp = filepath.Join(w.dir, "quarantine", tempPrefix+randomName())
		if err := j.quarantine(ctx, temp); err != nil {
			return j.report, errors.Join(err, os.RemoveAll(temp))
		}
	}
	j.close()
	var moved string
	if temp != "" {
		draft.beforePublish = func(id string) error {
			moved = filepath.Join(w.dir, "quarantine", id)
			if err := os.Rename(temp, moved); err != nil {
				return fail(planwright.CodeInternal, "import", moved, "", "look at the disk and the permissions", err)
			}
			return syncDir(filepath.Dir(moved))
		}
	}
	j.note("publish", 0, 0)
	info, err := draft.Publish(ctx)
	if err != nil {
		if temp != "" {
			err = errors.Join(err, os.RemoveAll(temp))
		}
		if moved != "" {
			err = errors.Join(err, os.RemoveAll(moved))
		}
		if errors.Is(err, errUnchanged) {
			j.report.Snapshot, j.report.Unchanged = j.newest, true
			if dir := filepath.Join(w.dir, "quarantine", j.newest.ID); j.refused > 0 {
				j.report.QuarantineDir = dir
			}
			if o.SaveMap != "" {
				return j.report, j.saveMap(o.SaveMap)
			}
			return j.report, nil
		}
		return j.report, err
	}
	j.report.Snapshot, j.report.QuarantineDir = info, moved
	if o.SaveMap != "" {
		return j.report, j.saveMap(o.SaveMap)
	}
	return j.report, nil
}

// LoadFiles reads the files of a directory into a snapshot in memory, for the
// verbs that need no workspace. close must be called when the snapshot is done
// with. asOf is the planning day, or 0 where the data tells.
func LoadFiles(ctx context.Context, dir string, asOf planwright.Day) (snap *planwright.Snapshot, report ImportReport, close func() error, err error) {
	draft, err := NewScratch(ctx)
	if err != nil {
		return nil, ImportReport{}, nil, err
	}
	work, err := os.MkdirTemp("", "planwright-")
	if err != nil {
		return nil, ImportReport{}, nil, errors.Join(fail(planwright.CodeInternal, "import", os.TempDir(), "no directory for intermediate files", "look at the disk", err), draft.Discard())
	}
	defer func() { _ = os.RemoveAll(work) }() // only intermediate files
	j := &job{o: ImportOptions{Paths: []string{dir}, AsOf: givenDay(asOf)}, dir: work, draft: draft, strict: true}
	err = j.run(ctx)
	j.close()
	if err == nil {
		var done func() error
		if snap, done, err = draft.Load(ctx, LoadOptions{}); err == nil {
			return snap, j.report, func() error { return errors.Join(done(), draft.Discard()) }, nil
		}
	}
	return nil, j.report, nil, plainCancel(ctx, errors.Join(err, draft.Discard()))
}

// givenDay takes the zero value for no day: nobody plans on 1 January 1970.
func givenDay(d planwright.Day) planwright.Day {
	if d == 0 {
		return planwright.NoDay
	}
	return d
}
