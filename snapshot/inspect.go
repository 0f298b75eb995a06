package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"planwright"
)

// FileReport is what a file was found to be.
type FileReport struct {
	Name      string // file, or workbook#sheet
	Path      string
	Format    string // csv, parquet, jsonl, xlsx
	Encoding  string // utf-8, utf-16, gb18030; "" where the format says
	Delimiter string // "" where the format says
	HeaderRow int64  // 0: the format has no header row
	Rows      int64  // behind the header, blank ones left out
	Blank     int64
	Ragged    int64 // rows that cannot be taken apart
	Titles    int64 // rows above the header, and headers inside the table
	Totals    int64 // rows of sums
	Columns   []string
	Tables    []TableGuess // best first; what an import would make of it comes first
	Note      string       // why it was taken for nothing, or what it is used for
	Err       error        // why the file cannot be read, nil where it can
}

// TableGuess is a table that a file may hold.
type TableGuess struct {
	Table      string
	Confidence float64 // 0..1
	By         string  // why: mapping, or what speaks for it
	Columns    []ColumnGuess
	Missing    []string // required columns that the file lacks
}

// ColumnGuess says what a column of a file becomes.
type ColumnGuess struct {
	Source     string // column or expression
	Target     string // x_... for one that the data set does not know
	Confidence float64
}

// InspectOptions say what to look at.
type InspectOptions struct {
	Paths   []string
	MapFile string         // "": what the files are is guessed
	SaveMap string         // writes the mapping that an import would use
	Today   planwright.Day // months that lie ahead of it are forecasts; 0: no day is known
	File    FileOptions
}

// Inspect tells what files are, without changing anything: format, encoding,
// header, the table they hold and what their columns become, with confidence
// and reasons. A file that cannot be read has its error in the report.
func Inspect(ctx context.Context, o InspectOptions) (reports []FileReport, err error) {
	var m *Mapping
	paths := o.Paths
	if o.MapFile != "" {
		if m, err = readMapping(o.MapFile); err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			paths = []string{filepath.Dir(o.MapFile)}
		}
	}
	work, err := os.MkdirTemp("", "planwright-")
	if err != nil {
		return nil, fail(planwright.CodeInternal, "inspect", os.TempDir(), "no directory for intermediate files", "look at the disk", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // only intermediate files
	inputs, unread, err := findInputs(paths, work)
	if err != nil {
		return nil, err
	}
	for _, b := range unread {
		reports = append(reports, FileReport{Name: b.name, Path: b.path, Err: b.err})
	}
	db, st, err := openStage(ctx, work, inputs, m)
	if err != nil {
		return nil, err
	}
	defer func() {
		st.c.Close()
		err = errors.Join(err, db.Close())
	}()
	st.given, st.today = o.File, givenDay(o.Today)
	var rest []byte
	if m == nil {
		made, files, bad, err := st.recognise(ctx)
		if err != nil {
			return nil, internal(ctx, err)
		}
		for _, b := range bad {
			reports = append(reports, FileReport{Name: b.name, Path: b.path, Err: b.err})
		}
		for _, s := range files {
			reports = append(reports, s.report())
			if len(s.specs) == 0 {
				rest = append(rest, s.beginning()...)
			}
		}
		m = made
	} else {
		for i, in := range inputs {
			src, serr := st.source(ctx, i)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if serr != nil {
				reports = append(reports, FileReport{Name: in.name, Path: in.path, Format: in.kindOf(), Err: serr})
				continue
			}
			r := src.report()
			r.Tables = mappedGuesses(m, inputs, i)
			reports = append(reports, r)
		}
	}
	slices.SortStableFunc(reports, func(a, b FileReport) int { return strings.Compare(a.Name, b.Name) })
	if o.SaveMap != "" {
		text, err := m.Format()
		if err != nil {
			return reports, err
		}
		if err := os.WriteFile(o.SaveMap, append(text, rest...), 0o644); err != nil {
			return reports, fail(planwright.CodeInternal, "inspect", o.SaveMap, "the mapping cannot be written", "choose another file", err)
		}
	}
	return reports, nil
}

// report says what a source was found to be.
func (s *source) report() FileReport {
	r := FileReport{Name: s.in.name, Path: s.in.path, Format: s.in.kindOf(), Columns: s.shownColumns(), Rows: s.rows, Blank: s.blank, Ragged: s.bad + s.notObject, Titles: s.titles, Totals: s.totals}
	if s.text != nil && !s.in.grid() {
		r.Encoding = s.text.encoding
	}
	if s.text != nil {
		r.HeaderRow = s.text.header
	}
	if s.in.format == "csv" {
		r.Delimiter = string(s.text.delim)
	}
	return r
}

// report says what a file was taken for.
func (s *seen) report() FileReport {
	r := s.src.report()
	by := strings.Join(s.reasons, "; ")
	for _, spec := range s.specs {
		g := TableGuess{Table: spec.Table, Confidence: s.sure, By: by}
		if spec.Table != s.table {
			g.Confidence, g.By = 0.9*s.sure, "the same file as "+s.table
		}
		for _, c := range spec.Columns {
			x := ColumnGuess{c.Expr, c.Name, s.sure}
			if strings.HasPrefix(c.Name, "x_") {
				x.Confidence = 0
			} else if columnName(c.Expr) == c.Name {
				x.Confidence = 1
			}
			g.Columns = append(g.Columns, x)
		}
		r.Tables = append(r.Tables, g)
	}
	if len(s.specs) == 0 {
		r.Note = by
	}
	if s.table == "" {
		if t := tableOf(s.in, true); t != nil {
			g := TableGuess{Table: t.Name, Confidence: 0, By: "the name of the table"}
			spec, _ := identitySpec(t, s.in.name, s.src.columns)
			for i := range t.Columns {
				if c := &t.Columns[i]; c.Required && c.Default == "" && spec.expr(c.Name) == "" {
					g.Missing = append(g.Missing, c.Name)
				}
			}
			r.Tables = append(r.Tables, g)
		}
	}
	return r
}

// mappedGuesses are the tables that a mapping makes of a file.
func mappedGuesses(m *Mapping, inputs []input, i int) []TableGuess {
	var out []TableGuess
	for _, t := range m.Tables {
		if k, err := findInput(inputs, t.From); err != nil || k != i {
			continue
		}
		g := TableGuess{Table: t.Table, Confidence: 1, By: "mapping"}
		for _, c := range t.Columns {
			g.Columns = append(g.Columns, ColumnGuess{c.Expr, c.Name, 1})
		}
		out = append(out, g)
	}
	return out
}

// beginning is what a person who knows a file that was not recognised goes on
// from, as comments of a mapping: its columns with a few of their cells.
func (s *seen) beginning() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n# %s was not recognised. To use it, take the # away, name a table (items, stock,\n# bom, ...) and its columns in place of the ?, and delete the lines that are not needed.\n#  - table: ?\n#    from: %s\n#    columns:\n", s.in.name, strconv.Quote(s.in.name))
	for _, p := range s.cols {
		shown := make([]string, len(p.examples))
		for i, e := range p.examples {
			shown[i] = strings.Join(strings.Fields(e), " ") // one line
		}
		fmt.Fprintf(&b, "#      ?: %s    # %s\n", strconv.Quote(p.title), strings.Join(shown, ", "))
	}
	return b.String()
}
