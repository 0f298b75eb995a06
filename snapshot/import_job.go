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

	proposals bool // the files list proposals of another system: see ReadProposals
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
			if j.w == nil || j.proposals { // files without a workspace, or beside it
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
	if n := threadsFor(j.inputs); n > 0 {
		if err := j.draft.Conn.Exec(ctx, fmt.Sprintf("SET threads = %d", n)); err != nil {
			return internal(ctx, err)
		}
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
	st.asOf, st.today = j.o.AsOf, givenDay(j.o.Today)
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
		if j.proposals {
			settle = j.proposed
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
	if err := j.chooseBulk(ctx, st, all); err != nil {
		return internal(ctx, err)
	}
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
