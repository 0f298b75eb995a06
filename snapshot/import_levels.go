package snapshot

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"planwright"
)

// Levels says that a file is an indented bill of materials, in which a column tells
// how deep each row lies and the parent of a row is the last one above it that lies
// one level higher. Two columns are added: [levelParent] and [levelListed].
type Levels struct {
	Level string `yaml:"level"`          // column with the depth: 0, 1, 2; .1, ..2; 1, 1.1, 1.1.2
	Item  string `yaml:"item"`           // column with the item of the row
	Top   string `yaml:"top,omitempty"`  // column with the parent of the highest rows, where it has no row of its own
	Site  string `yaml:"site,omitempty"` // column with the place whose bill it is
	Qty   string `yaml:"qty,omitempty"`  // column with the quantity, by which listings are compared
}

const (
	levelParent = "parent_by_level" // code of the parent; empty where there is none or a level is left out
	levelListed = "listed"          // line, top (has no parent), again (its parent's lines stand above already, the same)
)

// levels adds to the rows of a source what its levels say.
func (st *stager) levels(ctx context.Context, i int, s *source, l *Levels) error {
	bad := func(what string) error {
		return fail(planwright.CodeMapping, "import", s.in.name, "levels: "+what, "see docs/mapping.md", nil)
	}
	if slices.Contains(s.columns, levelParent) && slices.Contains(s.columns, levelListed) {
		return nil // rows of ours, mended
	}
	if l.Level == "" || l.Item == "" {
		return bad("want level and item")
	}
	cell := func(title string) string {
		if title == "" {
			return "''"
		}
		return "coalesce(trim(CAST(" + quote(title) + " AS VARCHAR)), '')"
	}
	for _, c := range []string{l.Level, l.Item, l.Top, l.Site, l.Qty} {
		if c != "" && !slices.Contains(s.columns, c) {
			return bad("the file has no column " + c)
		}
	}
	if err := st.numbered(ctx, i, s); err != nil {
		return err
	}
	rows, err := st.c.Query(ctx, fmt.Sprintf("SELECT __row, %s, %s, %s, %s, %s FROM %s ORDER BY __row", cell(l.Level), cell(l.Item), cell(l.Top), cell(l.Site), cell(l.Qty), s.from))
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []levelRow
	for rows.Next() {
		var r levelRow
		if err := rows.Scan(&r.row, &r.level, &r.item, &r.top, &r.site, &r.qty); err != nil {
			return err
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	place(list)
	table := fmt.Sprintf("levels_%d", i)
	if err := st.c.Exec(ctx, fmt.Sprintf("CREATE TABLE %s (__row BIGINT, %s VARCHAR, %s VARCHAR)", table, levelParent, levelListed)); err != nil {
		return err
	}
	w, err := st.c.newWriter("main", table, []outType{outBig, outText, outText}, nil)
	if err != nil {
		return err
	}
	for k := range list {
		r := &list[k]
		w.big(0, r.row)
		w.textOrNull(1, r.parent)
		w.text(2, r.listed)
		w.endRow()
	}
	if err := w.finish(); err != nil {
		return err
	}
	s.from = fmt.Sprintf("(SELECT f.*, l.%s, l.%s FROM %s f JOIN %s l USING (__row))", levelParent, levelListed, s.from, table)
	s.leveled = list
	s.columns = append(slices.Clone(s.columns), levelParent, levelListed)
	s.types = append(slices.Clone(s.types), "VARCHAR", "VARCHAR")
	return nil
}

// placedCells adds to the cells of a row, as they came, where it lies in its bill.
func (s *source) placedCells(row int64, cells []string) []string {
	k, ok := slices.BinarySearchFunc(s.leveled, row, func(r levelRow, row int64) int { return cmp.Compare(r.row, row) })
	if !ok {
		return cells
	}
	out := make([]string, len(s.columns))
	copy(out, cells[:min(len(cells), len(out)-2)])
	out[len(out)-2], out[len(out)-1] = s.leveled[k].parent, s.leveled[k].listed
	return out
}

// levelRow is a row of an indented bill.
type levelRow struct {
	row                         int64
	level, item, top, site, qty string
	parent, listed              string
	of                          int32 // listing of its parent; -1: none
}

// billListing is one time that the lines of a parent stand in a file.
type billListing struct {
	key string
	sum uint64 // of its lines
}

// place finds the parents. A part that several products have is listed under each of
// them: listings like the first one are marked, so that no line counts twice; one that
// differs stays, to be set aside as standing twice.
func place(rows []levelRow) {
	depth := depths(rows)
	base := 1 << 30
	for _, d := range depth {
		if d >= 0 {
			base = min(base, d)
		}
	}
	type open struct {
		depth   int
		item    string
		listing int32 // of its lines; -1: none so far
	}
	var stack []open
	var listings []billListing
	seed := maphash.MakeSeed()
	begin := func(site, item string) int32 {
		listings = append(listings, billListing{key: site + "\x00" + item})
		return int32(len(listings) - 1)
	}
	top := open{listing: -1}
	topKey := ""
	for k := range rows {
		r := &rows[k]
		r.listed, r.of = "line", -1
		d := depth[k]
		if d < 0 {
			continue
		}
		for len(stack) > 0 && stack[len(stack)-1].depth >= d {
			stack = stack[:len(stack)-1]
		}
		var above *open
		switch {
		case d == base && r.top != "" && r.top != r.item:
			if key := r.site + "\x00" + r.top; key != topKey {
				topKey, top = key, open{item: r.top, listing: -1}
			}
			above = &top
		case d == base:
			r.listed = "top"
		case len(stack) > 0 && stack[len(stack)-1].depth == d-1:
			above = &stack[len(stack)-1]
		}
		if above != nil && above.item != "" {
			if above.listing < 0 {
				above.listing = begin(r.site, above.item)
			}
			r.parent, r.of = above.item, above.listing
			l := &listings[r.of]
			l.sum = l.sum*31 + maphash.String(seed, r.item+"\x00"+r.qty)
		}
		stack = append(stack, open{d, r.item, -1})
	}
	first := map[string]int32{}
	for i := range listings {
		if _, ok := first[listings[i].key]; !ok {
			first[listings[i].key] = int32(i)
		}
	}
	for k := range rows {
		if r := &rows[k]; r.of >= 0 {
			if f := first[listings[r.of].key]; f != r.of && listings[f].sum == listings[r.of].sum {
				r.listed = "again"
			}
		}
	}
}

// depths reads the levels: whole numbers with dots, dashes or signs around them, else
// numbers in parts (1.2.3), each part a level; -1 where a cell is neither.
func depths(rows []levelRow) []int {
	whole, parts := make([]int, len(rows)), make([]int, len(rows))
	wholes := 0
	for k := range rows {
		whole[k], parts[k] = -1, -1
		text := strings.TrimSuffix(rows[k].level, ".0")
		if n, err := strconv.Atoi(strings.Trim(text, " .-_+*>|└├─│\u3000\tLl级层阶第")); err == nil && n >= 0 && n < 100 {
			whole[k] = n
			wholes++
		}
		if list := strings.Split(strings.TrimSuffix(rows[k].level, "."), "."); !slices.ContainsFunc(list, func(p string) bool { _, err := strconv.Atoi(p); return err != nil }) {
			parts[k] = len(list)
		}
	}
	byParts := 0
	for _, n := range parts {
		if n >= 0 {
			byParts++
		}
	}
	if byParts > wholes {
		return parts
	}
	return whole
}
