package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"planwright"
	"planwright/lang"
	"planwright/tabular"
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

// job is one import.
type job struct {
	o       ImportOptions
	dir     string // for intermediate files
	draft   *Draft
	mapping *Mapping
	inputs  []input
	specs   []*staged
	im      *importer
	report  ImportReport
	refused int64
	stage   string // path of the staging database
	strict  bool   // files are named after tables, columns after columns
	w       *Workspace
	newest  SnapshotInfo
	fold    *folding // nil: files are imported, no events folded
	tombs   map[*staged]bool
	arrived int64 // events of the log when the import began
}

// say adds a note of the catalogue to the report.
func (j *job) say(key string, pairs ...string) {
	j.report.Notes = append(j.report.Notes, lang.Text(j.o.Language, key, pairs...))
}

func (j *job) note(stage string, done, total int64) {
	if j.o.Progress != nil {
		j.o.Progress(stage, done, total)
	}
}

// run does everything but the quarantine files and publishing.
func (j *job) run(ctx context.Context) error {
	if err := j.readFiles(ctx); err != nil {
		return err
	}
	im := &importer{c: j.draft.Conn, specs: j.specs, byTable: map[string][]*staged{}, spoiled: map[int]bool{}, asOf: planwright.NoDay, note: j.note}
	for _, s := range j.specs {
		im.byTable[s.table.Name] = append(im.byTable[s.table.Name], s)
	}
	j.im = im
	steps := []func(context.Context) error{
		func(ctx context.Context) error { return im.attach(ctx, j.stage) },
		func(ctx context.Context) error { return im.findAsOf(ctx, j.o.AsOf, givenDay(j.o.Today), j.mapping) },
		im.resolve, im.breakCycles, im.closure, im.write,
		func(ctx context.Context) error {
			if !j.o.Repair {
				return nil
			}
			return im.repair(ctx)
		},
		im.findings,
		func(ctx context.Context) error {
			if j.fold != nil {
				return j.foldFindings(ctx)
			}
			if j.w == nil { // files without a workspace
				return nil
			}
			return j.noteCuts(ctx, j.arrived)
		},
		func(ctx context.Context) (err error) { j.report.Tables, err = im.account(ctx); return err },
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return internal(ctx, err)
		}
	}
	j.report.AsOf, j.report.AsOfBy = im.asOf, im.asOfBy
	j.draft.AsOf = im.asOf
	var err error
	if j.report.Findings, j.report.Counts, err = im.readFindings(ctx); err != nil {
		return internal(ctx, err)
	}
	if err := j.tooMany(); err != nil {
		return err
	}
	return j.meta()
}

// internal keeps our own errors and the end of the context, and names any other
// error of DuckDB as ours to mend.
func internal(ctx context.Context, err error) error {
	var e *planwright.Error
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.As(err, &e) {
		return err
	}
	return fail(planwright.CodeInternal, "import", "", "", "please report this with the files", err)
}

// offer finds the inputs. It returns the specs of the snapshot that is gone on
// from, and how many of the inputs are not of it.
func (j *job) offer(ctx context.Context) (old []TableSpec, news int, err error) {
	if j.fold != nil {
		old, err = j.readFold(ctx)
		return old, 0, err
	}
	paths := j.o.Paths
	if j.o.MapText != "" {
		if j.mapping, err = ParseMapping([]byte(j.o.MapText)); err != nil {
			return nil, 0, err
		}
	}
	if j.o.MapFile == "" && j.mapping == nil && !j.strict {
		j.o.MapFile = mappingIn(paths)
		if j.o.MapFile != "" {
			j.say("import.map", "file", j.o.MapFile)
		}
	}
	if j.o.MapFile != "" {
		if j.mapping, err = readMapping(j.o.MapFile); err != nil {
			return nil, 0, err
		}
		if len(paths) == 0 {
			paths = []string{filepath.Dir(j.o.MapFile)}
		}
	}
	var bad []unreadable
	if j.inputs, bad, err = findInputs(paths, j.dir); err != nil {
		return nil, 0, err
	}
	for _, b := range bad {
		j.report.Notes = append(j.report.Notes, b.name+": "+b.err.Error())
		j.report.Skipped = append(j.report.Skipped, b.name)
	}
	if len(j.inputs) == 0 {
		return nil, 0, fail(planwright.CodeFileNotFound, "import", fmt.Sprint(paths), "no file that an import reads", "give CSV, Parquet, JSON lines or xlsx files", nil)
	}
	news = len(j.inputs)
	if j.report.Base != "" {
		in, specs, err := j.base(ctx, j.w, j.report.Base)
		if err != nil {
			return nil, 0, err
		}
		j.inputs, old = append(j.inputs, in...), specs
	}
	return old, news, nil
}

// readFiles finds the inputs, settles the mapping and stages every spec.
func (j *job) readFiles(ctx context.Context) (err error) {
	old, news, err := j.offer(ctx)
	if err != nil {
		return err
	}
	db, st, err := openStage(ctx, j.dir, j.inputs, j.mapping)
	if err != nil {
		return err
	}
	defer func() {
		st.c.Close()
		err = errors.Join(err, db.Close())
	}()
	st.note, st.given = j.note, j.o.File
	st.asOf = j.o.AsOf
	if !st.asOf.Known() && j.mapping != nil && j.mapping.AsOf != "" {
		if st.asOf, err = planwright.ParseDay(j.mapping.AsOf); err != nil {
			return fail(planwright.CodeMapping, "import", "as_of", j.mapping.AsOf, "write it as 2026-07-01", err)
		}
	}
	if j.mapping == nil {
		settle := j.recognise
		if j.strict {
			settle = j.identity
		}
		st.inputs = j.inputs[:news]
		if err := settle(ctx, st); err != nil {
			return internal(ctx, err)
		}
		st.inputs = j.inputs
	}
	// Rows of the snapshot before come first; what is saved is the mapping of
	// the new files alone.
	all := append(old, j.mapping.Tables...)
	used := map[int]bool{}
	for k := range all {
		s, err := st.stage(ctx, k, all[k])
		if err != nil {
			return internal(ctx, err)
		}
		j.specs = append(j.specs, s)
		for _, name := range append([]string{s.spec.From}, joinFiles(&s.spec)...) {
			if i, err := findInput(j.inputs, name); err == nil {
				used[i] = true
			}
		}
	}
	for i := range j.inputs[:news] {
		src := st.sources[i]
		if !used[i] || src == nil {
			j.report.Skipped = append(j.report.Skipped, j.inputs[i].name)
			continue
		}
		if src.text != nil && src.text.encoding != tabular.UTF8 {
			j.say("import.encoding", "file", src.in.name, "encoding", src.text.encoding)
		}
		if src.titles > 0 || src.totals > 0 {
			j.say("import.titles", "file", src.in.name, "titles", fmt.Sprint(src.titles), "totals", fmt.Sprint(src.totals))
		}
	}
	if err := j.meet(ctx, st); err != nil {
		return internal(ctx, err)
	}
	j.stage = db.path
	return st.c.Exec(ctx, "CHECKPOINT")
}

// identity makes the mapping of files that are named as the data set names its
// tables. A file that was given by name must be one; a directory may hold
// others.
func (j *job) identity(ctx context.Context, st *stager) error {
	m := &Mapping{Version: mappingVersion}
	for _, t := range Tables {
		for i, in := range j.inputs {
			table := tableOf(in, onlySheet(j.inputs, i))
			if table == nil || table.Name != t.Name {
				continue
			}
			src, err := st.source(ctx, i)
			if err != nil {
				return err
			}
			spec, err := identitySpec(table, in.name, src.columns)
			if err != nil {
				return err
			}
			m.Tables = append(m.Tables, spec)
		}
	}
	for i, in := range j.inputs {
		if tableOf(in, onlySheet(j.inputs, i)) != nil || in.sheet != "" {
			continue
		}
		for _, p := range j.o.Paths {
			if abs, err := filepath.Abs(p); err == nil && abs == in.path {
				return fail(planwright.CodeMapping, "import", p, "not named after a table of the data set", "rename it (items.csv, stock.csv, ...), or say in a mapping file (--map) what it is; `planwright inspect` guesses", nil)
			}
		}
	}
	if len(m.Tables) == 0 {
		return fail(planwright.CodeMapping, "import", fmt.Sprint(j.o.Paths), "no file is named after a table of the data set", "name them items.csv, stock.csv, ..., or give a mapping file (--map)", nil)
	}
	j.mapping = m
	return nil
}

// mappingIn returns the mapping that lies in the only directory given, "" where
// there is none.
func mappingIn(paths []string) string {
	if len(paths) != 1 {
		return ""
	}
	p := filepath.Join(paths[0], mappingFileName)
	if info, err := os.Stat(p); err != nil || info.IsDir() {
		return ""
	}
	return p
}

// recognise makes the mapping of files of any kind. A file that was given by
// name must be understood; a directory may hold others.
func (j *job) recognise(ctx context.Context, st *stager) error {
	m, files, bad, err := st.recognise(ctx)
	if err != nil {
		return err
	}
	given := func(path string) bool {
		for _, p := range j.o.Paths {
			if abs, err := filepath.Abs(p); err == nil && abs == path {
				return true
			}
		}
		return false
	}
	for _, b := range bad {
		if given(b.path) {
			return b.err
		}
		j.report.Notes = append(j.report.Notes, b.name+": "+b.err.Error())
	}
	for _, s := range files {
		j.report.Files = append(j.report.Files, s.report())
		if s.table == "" && s.in.sheet == "" && given(s.in.path) {
			what := "no table of the data set is recognised in it; it has " + strings.Join(clip(s.src.columns, 20), ", ")
			if t := tableOf(s.in, true); t != nil {
				_, err := identitySpec(t, s.in.name, s.src.columns)
				var e *planwright.Error
				if errors.As(err, &e) {
					what = e.What
				}
			}
			return fail(planwright.CodeMapping, "import", s.in.name, what, "name its columns in a mapping file: planwright inspect --save-map FILE starts one", nil)
		}
	}
	if len(m.Tables) == 0 {
		return fail(planwright.CodeMapping, "import", fmt.Sprint(j.o.Paths), "no table of the data set is recognised in the files", "see what planwright inspect says, or give a mapping file (--map)", errors.Join(firstErrors(bad)...))
	}
	j.mapping, st.mapping = m, m
	return nil
}

// joinFiles are the files that a spec looks values up in.
func joinFiles(t *TableSpec) []string {
	var names []string
	for _, j := range t.Join {
		names = append(names, j.File)
	}
	return names
}

func firstErrors(bad []unreadable) []error {
	var out []error
	for _, b := range bad[:min(len(bad), 5)] {
		out = append(out, b.err)
	}
	return out
}

// tooMany applies the limit on refused rows.
func (j *job) tooMany() error {
	read := int64(0)
	for _, t := range j.report.Tables {
		read += t.Read
		j.refused += t.Quarantined
	}
	limit := j.o.MaxBad
	switch {
	case limit == 0:
		return nil
	case limit < 0:
		limit = 0
	case limit < 1:
		limit *= float64(read)
	}
	if float64(j.refused) <= limit {
		return nil
	}
	return fail(planwright.CodeTooManyBadRows, "import", fmt.Sprintf("%d of %d rows", j.refused, read), "cannot be used, more than allowed", "correct them, or allow more with --max-bad", nil)
}

// filesOf reads the accounting that meta keeps.
func filesOf(meta map[string]string) ([]TableReport, error) {
	var files []TableReport
	text, ok := meta[filesKey]
	if !ok {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &files); err != nil {
		return nil, fail(planwright.CodeFileFormat, "check", filesKey, "not readable", "import the data again", err)
	}
	return files, nil
}

// filesKey is the key of the accounting in meta.
const filesKey = "import.files"

// meta keeps the accounting with the snapshot.
func (j *job) meta() error {
	text, err := json.Marshal(j.report.Tables)
	if err != nil {
		return fail(planwright.CodeInternal, "import", "", "", "", err)
	}
	j.draft.Meta[filesKey] = string(text)
	j.draft.Meta["import.as_of_by"] = j.im.asOfBy
	for _, c := range j.report.Counts {
		j.draft.Meta["findings."+c.Severity.String()+"."+c.Code.String()+"."+c.Table] = strconv.FormatInt(c.Rows, 10)
	}
	return nil
}

func (j *job) saveMap(path string) error {
	text, err := j.mapping.Format()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fail(planwright.CodeInternal, "import", path, "the mapping cannot be written", "the snapshot is published; choose another file and import again", err)
	}
	return nil
}

// close lets go of the staging database.
func (j *job) close() {
	if j.im != nil {
		_ = j.im.detach(context.Background())
	}
}
