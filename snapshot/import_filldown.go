package snapshot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// filledDown is what the rows of a file take from rows above them: reports write what
// the lines of an order share on its first line alone.
type filledDown struct {
	at    []int      // places of the columns
	heads [][]string // what they hold, of each row that has any of them
	rows  []int64    // that have none, by number
	of    []int32    // the head of each
}

// fillDown gives the rows that have none of the columns those of the last row above
// that has any.
func (st *stager) fillDown(ctx context.Context, i int, s *source, columns []string) error {
	bad := func(what string) error {
		return fail(planwright.CodeMapping, "import", s.in.name, "fill_down: "+what, "see docs/mapping.md", nil)
	}
	f := &filledDown{}
	cells := []string{"__row"}
	defs, puts, types := []string{"__row BIGINT"}, []string{}, []outType{outBig}
	for n, c := range columns {
		at := slices.Index(s.columns, c)
		if at < 0 {
			return bad("the file has no column " + c)
		}
		if slices.Contains(f.at, at) {
			return bad("column " + c + " stands twice")
		}
		f.at = append(f.at, at)
		cells = append(cells, "coalesce(CAST("+quote(c)+" AS VARCHAR), '')")
		defs, types = append(defs, fmt.Sprintf("c%d VARCHAR", n)), append(types, outText)
		puts = append(puts, fmt.Sprintf("coalesce(l.c%d, CAST(%s AS VARCHAR)) AS %[2]s", n, quote(c)))
	}
	if err := st.numbered(ctx, i, s); err != nil {
		return err
	}
	table := fmt.Sprintf("filled_%d", i)
	if err := st.c.Exec(ctx, fmt.Sprintf("CREATE TABLE %s (%s)", table, strings.Join(defs, ", "))); err != nil {
		return err
	}
	rows, err := st.c.Query(ctx, fmt.Sprintf("SELECT %s FROM %s ORDER BY __row", strings.Join(cells, ", "), s.from))
	if err != nil {
		return err
	}
	defer rows.Close()
	var row int64
	values := make([]string, len(columns))
	into := []any{&row}
	for k := range values {
		into = append(into, &values[k])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" }) {
			f.heads = append(f.heads, slices.Clone(values))
		} else if len(f.heads) > 0 {
			f.rows, f.of = append(f.rows, row), append(f.of, int32(len(f.heads)-1))
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	w, err := st.c.newWriter("main", table, types, nil)
	if err != nil {
		return err
	}
	for k, row := range f.rows {
		w.big(0, row)
		for n, v := range f.heads[f.of[k]] {
			w.textOrNull(n+1, v)
		}
		w.endRow()
	}
	if err := w.finish(); err != nil {
		return err
	}
	s.from = fmt.Sprintf("(SELECT f.* REPLACE (%s) FROM %s f LEFT JOIN %s l USING (__row))", strings.Join(puts, ", "), s.from, table)
	s.filled = f
	return nil
}

// cells adds to the cells of a row, as they came, what it takes from above, so that it
// can be mended by itself.
func (f *filledDown) cells(row int64, cells []string) []string {
	k, ok := slices.BinarySearchFunc(f.rows, row, cmp.Compare[int64])
	if !ok {
		return cells
	}
	out := slices.Clone(cells)
	for n, at := range f.at {
		if at < len(out) {
			out[at] = f.heads[f.of[k]][n]
		}
	}
	return out
}

// repeats finds the columns that the lines of an order or a bill share and that stand
// on its first line alone: the number of the order or the parent, each one once, and what is empty wherever it
// is, while item and quantity are not. nil where the file is not of that kind.
func (st *stager) repeats(ctx context.Context, s *seen) ([]string, error) {
	order, item, qty := s.has("order"), s.has("item"), s.find(ms{"qty", "open_qty", "received_qty", "ordered_qty"})
	few := 2
	if k := s.has("parent"); order < 0 && k >= 0 {
		order, item, qty, few = k, s.has("component"), s.find(ms{"usage", "qty"}), 1
	}
	if order < 0 || item < 0 || qty < 0 || order == item || len(s.titles()) < len(s.src.columns) || int64(s.cols[order].filled) >= min(s.rows, sampleRows) || s.cols[order].filled == 0 {
		return nil, nil
	}
	filled := func(k int) string {
		return "coalesce(trim(CAST(" + quote(s.cols[k].title) + " AS VARCHAR)), '') <> ''"
	}
	if err := st.numbered(ctx, s.i, s.src); err != nil {
		return nil, err
	}
	head := filled(order)
	var rows, heads, different, lines, odd int64
	var begins bool
	if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*), count(*) FILTER (WHERE h), count(DISTINCT o) FILTER (WHERE h), count(*) FILTER (WHERE NOT h AND l), count(*) FILTER (WHERE NOT h AND NOT l), coalesce(arg_min(h, __row), false) FROM (SELECT __row, %s AS h, %s AS o, %s AND %s AS l FROM %s)",
		head, quote(s.cols[order].title), filled(item), filled(qty), s.src.from), nil, &rows, &heads, &different, &lines, &odd, &begins); err != nil {
		return nil, err
	}
	if !begins || lines == 0 || odd*20 > lines || different*20 < heads*19 {
		return nil, nil
	}
	var list []string
	for k := range s.cols {
		var above, below int64
		if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*) FILTER (WHERE h AND c), count(*) FILTER (WHERE NOT h AND c) FROM (SELECT %s AS h, %s AS c FROM %s)", head, filled(k), s.src.from), nil, &above, &below); err != nil {
			return nil, err
		}
		if above > 0 && below == 0 {
			list = append(list, s.cols[k].title)
		}
	}
	if len(list) < few { // a number that is missing here and there
		return nil, nil
	}
	return list, nil
}
