package snapshot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
	Columns   []string
	Tables    []TableGuess // best first; what an import would make of it comes first
	Err       error        // why the file cannot be read, nil where it can
}

// TableGuess is a table that a file may hold.
type TableGuess struct {
	Table      string
	Confidence float64 // 0..1
	By         string  // mapping, name or columns
	Columns    []ColumnGuess
	Missing    []string // required columns that the file lacks
}

// ColumnGuess says what a column of a file becomes.
type ColumnGuess struct {
	Source     string // column or expression
	Target     string // x_... for one that the data set does not know
	Confidence float64
}

// Inspect tells what files are, without changing anything: format, encoding,
// header, the table they hold and what their columns become. A file that cannot
// be read has its error in the report.
func Inspect(ctx context.Context, paths []string, mapFile string) (reports []FileReport, err error) {
	var m *Mapping
	if mapFile != "" {
		if m, err = readMapping(mapFile); err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			paths = []string{filepath.Dir(mapFile)}
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
	for i, in := range inputs {
		r := FileReport{Name: in.name, Path: in.path, Format: in.kindOf()}
		src, serr := st.source(ctx, i)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if serr != nil {
			r.Err = serr
			reports = append(reports, r)
			continue
		}
		r.Columns, r.Rows, r.Blank, r.Ragged = src.columns, src.rows, src.blank, src.bad+src.notObject
		if src.text != nil && !in.grid() {
			r.Encoding = src.text.encoding
		}
		if src.text != nil {
			r.HeaderRow = src.text.header
		}
		if in.format == "csv" {
			r.Delimiter = string(src.text.delim)
		}
		if m != nil {
			r.Tables = mappedGuesses(m, inputs, i)
		} else {
			r.Tables = guessTables(in, onlySheet(inputs, i), src.columns)
		}
		reports = append(reports, r)
	}
	return reports, nil
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

// guessTables finds the tables that a file may hold: the one that it is named
// after, then up to three whose required columns it has.
func guessTables(in input, only bool, columns []string) []TableGuess {
	var out []TableGuess
	named := tableOf(in, only)
	if named != nil {
		g := guess(named, columns)
		g.By, g.Confidence = "name", 1
		if len(g.Missing) > 0 {
			g.Confidence = 0.5
		}
		out = append(out, g)
	}
	var others []TableGuess
	for i := range Tables {
		if t := &Tables[i]; t != named {
			if g := guess(t, columns); len(g.Missing) == 0 && g.Confidence > 0 {
				others = append(others, g)
			}
		}
	}
	for len(others) > 0 && len(out) < 3 {
		best := 0
		for k := range others { // the order of Tables breaks ties
			if others[k].Confidence > others[best].Confidence {
				best = k
			}
		}
		out = append(out, others[best])
		others = append(others[:best], others[best+1:]...)
	}
	return out
}

// guess compares the titles of a file with the columns of a table. The
// confidence is the share of the file's columns that the table knows.
func guess(t *Table, columns []string) TableGuess {
	g := TableGuess{Table: t.Name, By: "columns"}
	spec, err := identitySpec(t, "", columns)
	known := 0
	for _, c := range spec.Columns {
		confidence := 1.0
		if strings.HasPrefix(c.Name, "x_") {
			confidence = 0
		} else {
			known++
		}
		g.Columns = append(g.Columns, ColumnGuess{c.Expr, c.Name, confidence})
	}
	if len(columns) > 0 {
		g.Confidence = float64(known) / float64(len(columns))
	}
	if err != nil {
		for i := range t.Columns {
			if c := &t.Columns[i]; c.Required && c.Default == "" && spec.expr(c.Name) == "" {
				g.Missing = append(g.Missing, c.Name)
			}
		}
	}
	return g
}
