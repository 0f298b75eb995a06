package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"planwright"
	"planwright/lang"
	"planwright/tabular"
)

// QuarantineRow is one refused row as it came.
type QuarantineRow struct {
	Table   string
	File    string
	Row     int64 // in the file, the header being row 1
	Code    planwright.Code
	Reason  string
	Columns []string
	Values  []string
	Raw     string // the whole record where it could not be taken apart
	Mend    string // what to do about it, in English
	MendZh  string // and in Chinese
}

// quarantineColumns stand behind the columns of the file; where a file has a
// column of the name, an underscore goes before ours. What an earlier version
// wrote ends at raw or at mend_zh.
var quarantineColumns = []string{"code", "reason", "file", "row", "raw", "mend", "mend_zh", "reason_zh"}

// quarantine writes the refused rows to dir, one CSV a table, and brings them
// to the disk.
func (j *job) quarantine(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fail(planwright.CodeInternal, "import", dir, "the refused rows cannot be written", "look at the disk and the permissions", err)
	}
	m := &mender{im: j.im}
	if err := m.load(ctx); err != nil {
		return internal(ctx, err)
	}
	for i := range Tables {
		specs := j.im.byTable[Tables[i].Name]
		if len(specs) == 0 {
			continue
		}
		q, err := newQuarantine(specs)
		q.mender = m
		if err != nil {
			return err
		}
		for _, s := range specs {
			if err := j.refusedOf(ctx, q, dir, s); err != nil {
				return internal(ctx, errors.Join(err, q.close()))
			}
		}
		if err := q.close(); err != nil {
			return fail(planwright.CodeInternal, "import", dir, "the refused rows cannot be written", "look at the disk space", err)
		}
	}
	if err := quarantineBook(dir); err != nil {
		return fail(planwright.CodeInternal, "import", dir, "the refused rows cannot be written", "look at the disk space", err)
	}
	return syncDir(dir)
}

// quarantineFile is the file of one table, made with its first row.
type quarantineFile struct {
	table   string
	columns []string // of all files of the table
	at      map[string]int
	file    *os.File
	w       *csv.Writer
	line    []string
	mender  *mender
}

func newQuarantine(specs []*staged) (*quarantineFile, error) {
	q := &quarantineFile{table: specs[0].table.Name, at: map[string]int{}}
	for _, s := range specs {
		for _, c := range s.src.shownColumns() {
			if _, ok := q.at[c]; !ok {
				q.at[c] = len(q.columns)
				q.columns = append(q.columns, c)
			}
		}
	}
	return q, nil
}

func (q *quarantineFile) put(dir string, s *staged, cells []string, r refusal, raw string) error {
	if q.file == nil {
		f, err := os.Create(filepath.Join(dir, q.table+".csv"))
		if err != nil {
			return err
		}
		q.file, q.w = f, csv.NewWriter(bufio.NewWriterSize(f, 1<<16))
		header := slices.Clone(q.columns)
		for _, c := range quarantineColumns {
			for slices.ContainsFunc(q.columns, func(have string) bool { return strings.EqualFold(have, c) }) {
				c = "_" + c
			}
			header = append(header, c)
		}
		if err := q.w.Write(header); err != nil {
			return err
		}
	}
	q.line = append(q.line[:0], make([]string, len(q.columns)+len(quarantineColumns))...)
	for i, c := range s.src.shownColumns() {
		if i < len(cells) {
			q.line[q.at[c]] = cells[i]
		}
	}
	en, zh := q.mender.mend(r.code, r.reason)
	copy(q.line[len(q.columns):], []string{r.code, r.reason, s.src.in.name, strconv.FormatInt(r.row, 10), raw, en, zh, lang.Detail(lang.Chinese, r.reason)})
	return q.w.Write(q.line)
}

func (q *quarantineFile) close() error {
	if q.file == nil {
		return nil
	}
	q.w.Flush()
	return errors.Join(q.w.Error(), q.file.Sync(), q.file.Close())
}

// refusal is the verdict on one row of a file.
type refusal struct {
	row          int64
	code, reason string
}

// refusedOf writes the refused rows of one spec: the verdicts, ordered by row,
// run along the file.
func (j *job) refusedOf(ctx context.Context, q *quarantineFile, dir string, s *staged) error {
	query := fmt.Sprintf("SELECT row, code, reason FROM bad WHERE src = %d AND code <> '%s' ORDER BY row", s.k, merged)
	if s.grouped {
		// A refused group takes all the rows with it that it was made of.
		query = fmt.Sprintf(`SELECT coalesce(u.row, b.row) AS row, b.code, b.reason FROM (SELECT *, row IN (SELECT row FROM stg.b_%[1]d) AS alone FROM bad) b
			LEFT JOIN stg.u_%[1]d u ON u.__row = b.row AND NOT b.alone WHERE b.src = %[1]d AND b.code <> '%[2]s' ORDER BY 1`, s.k, merged)
	}
	if s.src.in.format == "parquet" {
		return j.parquetRefused(ctx, q, dir, s, query)
	}
	rows, err := j.im.c.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	v := &verdicts{rows: rows}
	if err := v.advance(); err != nil {
		return err
	}
	if !v.more && s.src.bad == 0 {
		return nil
	}
	err = j.eachRecord(ctx, s.src, func(row int64, cells func() []string, line func() string, problem string) error {
		if problem != "" {
			return q.put(dir, s, cells(), refusal{row, planwright.CodeRaggedRow.String(), problem}, line())
		}
		for v.more && s.src.shownRow(v.next.row) == row {
			text := ""
			if v.next.reason == notObject {
				text = line()
			}
			r := v.next
			r.row = row
			if err := q.put(dir, s, s.src.shownCells(v.next.row, cells()), r, text); err != nil {
				return err
			}
			if err := v.advance(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if v.more {
		return fail(planwright.CodeInternal, "import", s.src.in.name, fmt.Sprintf("refused row %d is not in the file", v.next.row), "", nil)
	}
	return nil
}

type verdicts struct {
	rows *Rows
	next refusal
	more bool
}

func (v *verdicts) advance() error {
	v.more = v.rows.Next()
	if !v.more {
		return v.rows.Err()
	}
	return v.rows.Scan(&v.next.row, &v.next.code, &v.next.reason)
}

// giveRecord takes one record: its cells, its whole text, and why it could not
// be taken apart.
type giveRecord func(row int64, cells func() []string, line func() string, problem string) error

// eachRecord gives every record of a text source in order, as it came.
func (j *job) eachRecord(ctx context.Context, s *source, give giveRecord) error {
	if s.in.grid() {
		return sheetRecords(ctx, s, give)
	}
	f := s.text
	r, closeFile, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = closeFile() }()
	recs := newRecords(r, f.delim, f.quote)
	var rec record
	for {
		if recs.row&0xffff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ok, err := recs.next(&rec)
		if err != nil || !ok {
			return err
		}
		if f.kind(&rec, recs.row) != aRecord {
			continue
		}
		if f.lenient && rec.problem == "" && !ascii(rec.raw) && (!utf8.Valid(rec.raw) || f.encoding != tabular.UTF8 && bytes.Contains(rec.raw, []byte("\uFFFD"))) {
			rec.problem = "bytes that are not " + strings.ToUpper(f.encoding)
		}
		f.judge(&rec)
		if err := give(recs.row, func() []string { return f.cells(rec.raw) }, func() string { return string(rec.raw) }, rec.problem); err != nil {
			return err
		}
	}
}

// sheetRecords reads the copy of a sheet, and merges in the rows that were too
// long.
func sheetRecords(ctx context.Context, s *source, give giveRecord) error {
	var bad [][]string
	if s.text.bad > 0 {
		file, err := os.Open(s.text.clean + raggedExt)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		r := csv.NewReader(file)
		r.FieldsPerRecord = -1
		for {
			cells, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			bad = append(bad, cells)
		}
	}
	giveBad := func(before int64) error {
		for len(bad) > 0 {
			row, err := strconv.ParseInt(bad[0][0], 10, 64)
			if err != nil {
				return err
			}
			if row >= before {
				return nil
			}
			cells := bad[0][1:]
			bad = bad[1:]
			if err := give(row, func() []string { return cells }, func() string { return strings.Join(cells, ",") }, fmt.Sprintf("%d cells, want %d", len(cells), s.text.width)); err != nil {
				return err
			}
		}
		return nil
	}
	file, err := os.Open(s.text.clean)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	r := csv.NewReader(bufio.NewReaderSize(file, 1<<20))
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return giveBad(1 << 62)
		}
		if err != nil {
			return err
		}
		row, err := strconv.ParseInt(cells[0], 10, 64)
		if err != nil {
			return err
		}
		if err := giveBad(row); err != nil {
			return err
		}
		if err := give(row, func() []string { return cells[1:] }, func() string { return "" }, ""); err != nil {
			return err
		}
	}
}

// cells takes a record apart; a JSON line by the keys of the file.
func (f *textFile) cells(raw []byte) []string {
	if f.quote != 0 {
		return split(raw, f.delim, f.quote)
	}
	var values map[string]json.RawMessage
	if json.Unmarshal(raw, &values) != nil {
		return nil
	}
	cells := make([]string, len(f.keys))
	for i, k := range f.keys {
		v := values[k]
		if json.Unmarshal(v, &cells[i]) != nil {
			cells[i] = string(v)
		}
	}
	return cells
}

// parquetRefused writes the refused rows of a Parquet file; verdicts is the
// query of row, code and reason.
func (j *job) parquetRefused(ctx context.Context, q *quarantineFile, dir string, s *staged, verdicts string) error {
	cols := ""
	for _, c := range s.src.columns {
		cols += ", CAST(p." + quote(c) + " AS VARCHAR)"
	}
	rows, err := j.im.c.Query(ctx, fmt.Sprintf("SELECT v.row, v.code, v.reason%s FROM (%s) v JOIN %s p ON p.__row = v.row ORDER BY v.row", cols, verdicts, s.src.parquetRows()))
	if err != nil {
		return err
	}
	defer rows.Close()
	cells := make([]string, len(s.src.columns))
	for rows.Next() {
		var r refusal
		dst := []any{&r.row, &r.code, &r.reason}
		for i := range cells {
			dst = append(dst, &cells[i])
		}
		if err := rows.Scan(dst...); err != nil {
			return err
		}
		if err := q.put(dir, s, cells, r, ""); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ListQuarantine returns refused rows of a snapshot, of one table or of all
// ("" ), from the offset-th on, at most limit, and how many there are. id is as
// in [Workspace.ResolveSnapshot].
func (w *Workspace) ListQuarantine(ctx context.Context, id, table string, offset, limit int) ([]QuarantineRow, int64, error) {
	id, err := w.ResolveSnapshot(id)
	if err != nil {
		return nil, 0, err
	}
	dir := filepath.Join(w.dir, "quarantine", id)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fail(planwright.CodeFileNotFound, "list quarantine", dir, "", "check its permissions", err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".csv"); ok && (table == "" || table == name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var list []QuarantineRow
	total := int64(0)
	for _, name := range names {
		if err := readQuarantine(ctx, filepath.Join(dir, name+".csv"), name, func(r QuarantineRow) {
			if total >= int64(offset) && len(list) < limit {
				list = append(list, r)
			}
			total++
		}); err != nil {
			return nil, 0, err
		}
	}
	return list, total, nil
}

// ownNames returns how many columns of a quarantine file are those of the file that
// it is about, -1 if it is none.
func ownNames(header []string) int {
	for _, own := range []int{len(quarantineColumns), len(quarantineColumns) - 1, len(quarantineColumns) - 3} {
		n := len(header) - own
		if n >= 0 && slices.EqualFunc(header[n:], quarantineColumns[:own], func(have, want string) bool { return strings.TrimLeft(have, "_") == want }) {
			return n
		}
	}
	return -1
}

func readQuarantine(ctx context.Context, path, table string, give func(QuarantineRow)) error {
	bad := func(err error) error {
		return fail(planwright.CodeFileFormat, "list quarantine", path, "", "it was changed by another program; import again", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return bad(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(bufio.NewReader(f))
	header, err := r.Read()
	if err != nil {
		return bad(err)
	}
	n := ownNames(header)
	if n < 0 {
		return bad(nil)
	}
	own := len(header) - n
	for k := 0; ; k++ {
		if k&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bad(err)
		}
		q := QuarantineRow{Table: table, Columns: header[:n], Values: cells[:n], Reason: cells[n+1], File: cells[n+2], Raw: cells[n+4]}
		q.Code, _ = planwright.ParseCode(cells[n])
		q.Row, _ = strconv.ParseInt(cells[n+3], 10, 64) // 0 where somebody edited it
		if own > 6 {
			q.Mend, q.MendZh = cells[n+5], cells[n+6]
		}
		give(q)
	}
}
