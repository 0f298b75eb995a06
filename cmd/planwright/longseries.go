package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwright"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// longSeries is one series of a file in long format: the value of every period
// from the first to the last, NaN where the file has none.
type longSeries struct {
	id    string
	y     []float64
	first int   // index of the first period; see timeAxis
	step  bool  // time is a number of steps, not a date
	bad   error // why there is no series: rows that make no sense; the other series do not suffer
}

// observation is one row of the file.
type observation struct {
	at int64 // step, or seconds since 1970
	y  float64
}

// longReader gathers rows by series, in the order in which series appear.
type longReader struct {
	file  string
	index map[string]int
	ids   []string
	rows  [][]observation
	bad   []error // the first row of a series that makes no sense
	steps int     // rows whose time is a number
	dates int
}

func badFile(file string, row int, what string) error {
	where := file
	if row > 0 {
		where = fmt.Sprintf("%s row %d", file, row)
	}
	return &planwright.Error{Code: planwright.CodeFileFormat, Args: []string{"detail", where + ": " + what}}
}

func (l *longReader) add(row int, id, at, value string) error {
	if id == "" {
		return badFile(l.file, row, "empty series id")
	}
	i, seen := l.index[id]
	if !seen {
		i = len(l.ids)
		l.index[id] = i
		l.ids = append(l.ids, id)
		l.rows = append(l.rows, nil)
		l.bad = append(l.bad, nil)
	}
	t, step, ok := parseTime(at)
	if !ok {
		l.spoil(i, row, fmt.Sprintf("time %q is neither a date nor a number", at))
		return nil
	}
	y := math.NaN()
	switch v := strings.TrimSpace(value); strings.ToUpper(v) {
	case "", "NA", "NAN", "NULL", "NONE":
	default:
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsInf(f, 0) {
			l.spoil(i, row, fmt.Sprintf("value %q is not a finite number", value))
		}
		y = f
	}
	if step {
		l.steps++
	} else {
		l.dates++
	}
	if l.steps > 0 && l.dates > 0 {
		return badFile(l.file, row, "times are dates in some rows and numbers in others")
	}
	l.rows[i] = append(l.rows[i], observation{t, y})
	return nil
}

// spoil says why series i cannot be read, if nothing has before.
func (l *longReader) spoil(i, row int, what string) {
	if l.bad[i] == nil {
		l.bad[i] = badFile(l.file, row, what+" (series "+l.ids[i]+")")
	}
}

// parseTime reads a date, a timestamp or a whole number of steps.
func parseTime(s string) (at int64, step, ok bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return n, true, true
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1e9 {
		return int64(f), true, true
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", "2006/01/02", "2006-01"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), false, true
		}
	}
	return 0, false, false
}

// readLong reads a csv (.gz too) or Parquet file in long format.
func readLong(ctx context.Context, path, id, at, value, period string) ([]longSeries, error) {
	l := &longReader{file: path, index: map[string]int{}}
	var err error
	if strings.HasSuffix(path, ".parquet") {
		err = l.parquet(ctx, path, id, at, value)
	} else {
		err = l.csv(ctx, path, id, at, value)
	}
	if err != nil {
		return nil, err
	}
	if len(l.ids) == 0 {
		return nil, badFile(path, 0, "no rows")
	}
	out := make([]longSeries, len(l.ids))
	for i, name := range l.ids {
		if l.bad[i] != nil {
			out[i] = longSeries{id: name, bad: l.bad[i]}
		} else if out[i], err = l.series(name, l.rows[i], period); err != nil {
			out[i] = longSeries{id: name, bad: err}
		}
		l.rows[i] = nil
	}
	return out, nil
}

func (l *longReader) csv(ctx context.Context, path, id, at, value string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	var r io.Reader = bufio.NewReaderSize(f, 1<<20)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return badFile(path, 0, err.Error())
		}
		defer func() { _ = z.Close() }() // only read
		r = z
	}
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return badFile(path, 0, "the file is empty")
	}
	if err != nil {
		return badFile(path, 1, err.Error())
	}
	head = slices.Clone(head)
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	col := [3]int{}
	for i, name := range []string{id, at, value} {
		col[i] = slices.Index(head, name)
		if col[i] < 0 {
			return badFile(path, 1, fmt.Sprintf("no column %q (it has %s)", name, strings.Join(head, ", ")))
		}
	}
	for row := 2; ; row++ {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badFile(path, row, err.Error())
		}
		if row%65536 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		// The id is kept as a map key: it must not share the record's memory.
		if err := l.add(row, strings.Clone(rec[col[0]]), rec[col[1]], rec[col[2]]); err != nil {
			return err
		}
	}
}

func (l *longReader) parquet(ctx context.Context, path, id, at, value string) error {
	pf, err := file.OpenParquetFile(path, false, file.WithReadProps(parquet.NewReaderProperties(memory.DefaultAllocator)))
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return err
		}
		return badFile(path, 0, err.Error())
	}
	defer func() { _ = pf.Close() }() // only read
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: 65536}, memory.DefaultAllocator)
	if err != nil {
		return badFile(path, 0, err.Error())
	}
	schema, err := r.Schema()
	if err != nil {
		return badFile(path, 0, err.Error())
	}
	var cols []int
	for _, name := range []string{id, at, value} {
		at := schema.FieldIndices(name)
		if len(at) == 0 {
			return badFile(path, 0, fmt.Sprintf("no column %q", name))
		}
		cols = append(cols, at[0])
	}
	rr, err := r.GetRecordReader(ctx, cols, nil)
	if err != nil {
		return badFile(path, 0, err.Error())
	}
	defer rr.Release()
	row := 0
	for rr.Next() {
		rec := rr.RecordBatch()
		var c [3]arrow.Array
		for i, name := range []string{id, at, value} {
			c[i] = rec.Column(rec.Schema().FieldIndices(name)[0])
		}
		for i := range int(rec.NumRows()) {
			row++
			if err := l.add(row, cell(c[0], i), cell(c[1], i), cell(c[2], i)); err != nil {
				return err
			}
		}
	}
	if err := rr.Err(); err != nil && !errors.Is(err, io.EOF) {
		return badFile(path, row, err.Error())
	}
	return nil
}

// cell is a value as the csv reader would have seen it.
func cell(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return ""
	}
	switch x := a.(type) {
	case *array.Timestamp:
		unit := x.DataType().(*arrow.TimestampType).Unit
		return x.Value(i).ToTime(unit).UTC().Format("2006-01-02 15:04:05")
	case *array.Date32:
		return x.Value(i).ToTime().Format("2006-01-02")
	case *array.Float64:
		return strconv.FormatFloat(x.Value(i), 'g', -1, 64)
	}
	return a.ValueStr(i)
}

// timeAxis numbers the periods of a calendar: consecutive periods have
// consecutive numbers.
func timeAxis(period string, at int64) int {
	t := time.Unix(at, 0).UTC()
	day := int(planwright.Date(t.Year(), int(t.Month()), t.Day()))
	switch period {
	case "year":
		return t.Year()
	case "quarter":
		return t.Year()*4 + int(t.Month()-1)/3
	case "month":
		return t.Year()*12 + int(t.Month()) - 1
	case "hour":
		return day*24 + t.Hour()
	}
	return day
}

// series puts the rows of one series on its axis. Weeks are counted from the
// first row's day, whatever weekday that is.
func (l *longReader) series(id string, rows []observation, period string) (longSeries, error) {
	slices.SortStableFunc(rows, func(a, b observation) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	s := longSeries{id: id, step: l.steps > 0}
	axis := func(o observation) int {
		if s.step {
			return int(o.at)
		}
		return timeAxis(period, o.at)
	}
	s.first = axis(rows[0])
	width := 1
	if !s.step && period == "week" {
		width = 7
	}
	last := (axis(rows[len(rows)-1]) - s.first) / width
	if last >= 1_000_000 {
		return s, badFile(l.file, 0, fmt.Sprintf("series %s spans %d periods of a %s: is --period right?", id, last+1, period))
	}
	s.y = make([]float64, last+1)
	for i := range s.y {
		s.y[i] = math.NaN()
	}
	used := make([]bool, last+1)
	for _, o := range rows {
		i := (axis(o) - s.first) / width
		if used[i] {
			return s, badFile(l.file, 0, fmt.Sprintf("series %s has two rows in one %s: sum them, or give a shorter --period", id, period))
		}
		used[i] = true
		s.y[i] = o.y
	}
	return s, nil
}

// periodStart is the first day (or hour) of the period n after the first one.
func (s *longSeries) periodStart(period string, n int) string {
	if s.step {
		return strconv.Itoa(s.first + n)
	}
	switch period {
	case "year":
		return planwright.Date(s.first+n, 1, 1).String()
	case "quarter":
		q := s.first + n
		return planwright.Date(q/4, q%4*3+1, 1).String()
	case "month":
		m := s.first + n
		return planwright.Date(m/12, m%12+1, 1).String()
	case "week":
		return planwright.Day(s.first + 7*n).String()
	case "hour":
		h := s.first + n
		return fmt.Sprintf("%s %02d:00:00", planwright.Day(h/24), h%24)
	}
	return planwright.Day(s.first + n).String()
}
