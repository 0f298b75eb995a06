package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
	"planwright/tabular"
)

// perRow is by how much the numbers of rows are multiplied where a row of the
// file becomes several: row 7, column 3 is 7*perRow+3. A table has fewer
// columns.
const perRow = maxColumns * 2

// unpivot makes a row of each of the columns. The rows of the source are cells
// from then on, and are counted as such.
func (st *stager) unpivot(ctx context.Context, i int, s *source, u *Unpivot) error {
	bad := func(what string) error {
		return fail(planwright.CodeMapping, "import", s.in.name, "unpivot: "+what, "see docs/mapping.md", nil)
	}
	if len(u.Columns) == 0 || u.Name == "" || u.Value == "" {
		return bad("want columns, name and value")
	}
	if s.text == nil || s.json != "" {
		return bad("only text files and workbooks can be turned")
	}
	var periods, values, numbers, rest []string
	for k, c := range s.columns {
		if !slices.Contains(u.Columns, c) {
			if strings.EqualFold(c, u.Name) || strings.EqualFold(c, u.Value) {
				return bad("there is already a column " + c)
			}
			rest = append(rest, c)
			continue
		}
		p := tabular.Period(c)
		if p == "" {
			p = c
		}
		periods, values, numbers = append(periods, literal(p)), append(values, quote(c)), append(numbers, fmt.Sprint(k+1))
	}
	if len(values) != len(u.Columns) {
		return bad("the file has not all of the columns " + strings.Join(u.Columns, ", "))
	}
	if err := st.numbered(ctx, i, s); err != nil {
		return err
	}
	cols := ""
	for _, c := range rest {
		cols += ", " + quote(c)
	}
	s.from = fmt.Sprintf("(SELECT %s * %d + unnest([%s]) AS __row%s, unnest([%s]) AS %s, unnest([%s]) AS %s FROM %s)",
		"__row", perRow, strings.Join(numbers, ", "), cols, strings.Join(periods, ", "), quote(u.Name), strings.Join(values, ", "), quote(u.Value), s.from)
	s.turned = u
	s.shown = s.columns
	s.columns = append(append([]string{}, rest...), u.Name, u.Value)
	s.types = make([]string, len(s.columns))
	for i := range s.types {
		s.types[i] = "VARCHAR"
	}
	s.rows = (s.rows-s.bad)*int64(len(values)) + s.bad
	return nil
}

// shownRow is the row of the file that a number of a row stands for.
func (s *source) shownRow(row int64) int64 {
	if s.turned != nil {
		return row / perRow
	}
	return row
}

// shownColumns are the columns of the file as it came.
func (s *source) shownColumns() []string {
	if s.turned != nil {
		return s.shown
	}
	return s.columns
}

// shownCells are the cells of a row as they came; of a row that became several,
// only the one that the number is about, so that the others are not read twice
// when the row is mended and read again.
func (s *source) shownCells(row int64, cells []string) []string {
	if s.filled != nil {
		cells = s.filled.cells(s.shownRow(row), cells)
	}
	if s.leveled != nil {
		return s.placedCells(row, cells)
	}
	if s.turned == nil {
		return cells
	}
	out := slices.Clone(cells)
	for k := range out {
		if k < len(s.shown) && int64(k+1) != row%perRow && slices.Contains(s.turned.Columns, s.shown[k]) {
			out[k] = ""
		}
	}
	return out
}
