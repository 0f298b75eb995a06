package snapshot

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"planwright/tabular"
)

// seen is what recognition knows of one input.
type seen struct {
	i       int
	in      input
	src     *source
	cols    []profile
	periods []string // columns whose titles are months or days
	table   string   // what it was taken for, "" for nothing
	sure    float64
	reasons []string
	specs   []TableSpec
	unpivot *Unpivot
	levels  *Levels
	fill    []string // columns that stand on the first line of an order alone
	rows    int64
}

// profile is a column of a file: what its title may mean and what the first
// thousand rows hold.
type profile struct {
	title    string
	meanings []tabular.Meaning
	filled   int
	distinct int
	numbers  int
	days     int
	display  int  // [CODE] name
	whole    bool // all numbers are whole
	most     float64
	examples []string
}

const sampleRows = 1000

// has returns the best column for a meaning: one with cells, of days the one with
// most of them (not every order is paid or shipped), a title that says what it names
// before one that is only "name", and the leftmost; -1 for none.
func (s *seen) has(m tabular.Meaning) int {
	best := -1
	for i := range s.cols {
		p := &s.cols[i]
		if !slices.Contains(p.meanings, m) {
			continue
		}
		if best >= 0 {
			b := &s.cols[best]
			switch {
			case p.filled > 0 && b.filled == 0:
			case m == "date" && p.filled > b.filled:
			case m == "item_name" && p.filled == b.filled && columnName(b.title) == "name":
			default:
				continue
			}
		}
		best = i
	}
	return best
}

// find returns the column for the first of the meanings that there is one for.
func (s *seen) find(list []tabular.Meaning) int {
	for _, m := range list {
		if i := s.has(m); i >= 0 {
			return i
		}
	}
	return -1
}

// look profiles the columns of an input.
func (st *stager) look(ctx context.Context, i int) (*seen, error) {
	src, err := st.source(ctx, i)
	if err != nil {
		return nil, err
	}
	s := &seen{i: i, in: st.inputs[i], src: src, rows: src.rows}
	var cols []string
	for _, c := range s.titles() {
		cols = append(cols, "CAST("+quote(c)+" AS VARCHAR)")
		s.cols = append(s.cols, profile{title: c, meanings: tabular.Meanings(c), whole: true})
	}
	for k := range s.cols {
		p := &s.cols[k]
		if src.text != nil && p.title == fmt.Sprintf("column_%d", k+1) {
			p.meanings = nil
		}
		if tabular.Period(p.title) != "" && len(p.meanings) == 0 {
			s.periods = append(s.periods, p.title)
		}
	}
	rows, err := st.c.Query(ctx, fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(cols, ", "), src.from, sampleRows))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cells := make([]string, len(cols))
	dst := make([]any, len(cols))
	for k := range cells {
		dst[k] = &cells[k]
	}
	distinct := make([]map[string]bool, len(cols))
	for rows.Next() {
		if err := rows.Scan(dst...); err != nil {
			return nil, err
		}
		for k, c := range cells {
			c = strings.TrimSpace(c)
			if c == "" {
				continue
			}
			p := &s.cols[k]
			p.filled++
			if distinct[k] == nil {
				distinct[k] = map[string]bool{}
			}
			if !distinct[k][c] {
				distinct[k][c] = true
				if len(p.examples) < 3 && utf8.RuneCountInString(c) <= 40 {
					p.examples = append(p.examples, c)
				}
			}
			p.judge(c)
		}
	}
	for k := range s.cols {
		s.cols[k].distinct = len(distinct[k])
	}
	s.ownNames()
	return s, rows.Err()
}

// titles are the columns of the file, without those that a quarantine file has
// behind them: what is mended in one can be read again.
func (s *seen) titles() []string {
	if n := ownNames(s.src.columns); n > 0 {
		return s.src.columns[:n]
	}
	return s.src.columns
}

// judge adds a cell to the shapes of a column.
func (p *profile) judge(c string) {
	if c[0] == '[' && strings.Contains(c, "] ") {
		p.display++
	}
	var n tabular.Numbers
	n.Add(c, 1)
	if n.Bad == 0 {
		p.numbers++
		if x, ok := tabular.Value(c); ok {
			p.most = max(p.most, x)
			p.whole = p.whole && x == float64(int64(x))
		}
	}
	var d tabular.Days
	d.Add(c, 1)
	if d.Bad == 0 {
		p.days++
	}
}

// share is the part of the filled cells.
func (p *profile) share(n int) float64 {
	if p.filled == 0 {
		return 0
	}
	return float64(n) / float64(p.filled)
}

// ownNames settles what titles mean that stand for two things, by the shape of
// their cells and by what the file lists.
func (s *seen) ownNames() {
	for i := range s.cols {
		p := &s.cols[i]
		p.meanings = slices.DeleteFunc(slices.Clone(p.meanings), func(m tabular.Meaning) bool {
			switch m {
			case "qty", "on_hand", "usage", "open_qty", "received_qty", "forecast", "price", "cost", "in_qty", "out_qty", "lead_time", "safety_stock", "reorder_point":
				return p.filled > 0 && p.share(p.numbers) < 0.5
			case "date", "due", "received_on", "expires", "ordered_on", "promised_on":
				// A column full of numbers is no date; one that a spreadsheet
				// spoilt still is.
				return p.filled > 0 && p.share(p.days) < 0.5 && p.share(p.numbers) > 0.5
			}
			return false
		})
	}
	s.byNeighbours()
	table := s.entity()
	if table == "" {
		return
	}
	id := map[string]tabular.Meaning{"items": "item", "sites": "site", "suppliers": "supplier", "orders": "order"}[table]
	if s.has(id) >= 0 {
		return
	}
	for _, want := range []string{"pk", "id", "code", "name", "编码", "代码", "编号", "名称"} {
		for i := range s.cols {
			if columnName(s.cols[i].title) == want && s.cols[i].filled > 0 {
				s.cols[i].meanings = append([]tabular.Meaning{id}, s.cols[i].meanings...)
				return
			}
		}
	}
}

// entity is what the input is a list of by its name: items, sites, suppliers,
// orders; "" for another name.
func (s *seen) entity() string {
	for _, table := range []string{"items", "sites", "suppliers", "orders"} {
		for _, name := range []string{s.in.sheet, s.in.base()} {
			name = strings.ToLower(name)
			if slices.Contains(entityNames[table], name) || slices.Contains(entityNames[table], strings.Trim(name, "0123456789_- .()")) {
				return table
			}
		}
	}
	return ""
}

// score says how well a recipe fits, 0 not at all, with reasons.
func (s *seen) score(r *recipe) (float64, []string) {
	var reasons []string
	named := 0.0
	lower := strings.ToLower(s.in.base() + " " + s.in.sheet)
	for _, n := range r.name {
		if entityNames[r.table] == nil && strings.Contains(lower, n) {
			named = max(named, 1+0.05*float64(utf8.RuneCountInString(n)))
			reasons = []string{"the name speaks of " + n}
		}
	}
	if s.entity() == r.table {
		named += 1
		reasons = []string{"the name speaks of " + r.table}
	}
	score := r.base + 1.5*named
	if r.table == "stock" && named == 0 && s.has("on_hand") < 0 {
		return 0, nil // a quantity alone may be of anything
	}
	if r.table == "demand_history" && s.received() {
		return 0, nil
	}
	var by []string
	for _, group := range r.need {
		i := s.find(group)
		if i < 0 {
			return 0, nil
		}
		score += 0.5
		by = append(by, s.cols[i].title)
	}
	for _, m := range r.clue {
		if i := s.has(m); i >= 0 {
			score += 0.6
			if m == "on_hand" || m == "open_qty" {
				score += 0.8
			}
			if !slices.Contains(by, s.cols[i].title) {
				by = append(by, s.cols[i].title)
			}
		}
	}
	for _, m := range r.not {
		if s.has(m) >= 0 {
			score -= 0.9
		}
	}
	return score, append(reasons, "it has "+strings.Join(by, ", "))
}

// choose takes the recipe that fits best.
func (s *seen) choose() *recipe {
	best, second := 0.0, 0.0
	var chosen *recipe
	for i := range recipes {
		score, reasons := s.score(&recipes[i])
		if score > best {
			second, best, chosen, s.reasons = best, score, &recipes[i], reasons
		} else if score > second {
			second = score
		}
	}
	if chosen == nil || best < 0.9 {
		return nil
	}
	s.table = chosen.table
	s.sure = min(0.99, 0.45+0.12*best+0.15*min(1, best-second))
	return chosen
}

// overlap settles which of several columns is the code of an item: the one
// whose cells occur in the other files.
func (st *stager) overlap(ctx context.Context, files []*seen) error {
	codes := func(s *seen, k int) (string, bool) {
		return fmt.Sprintf("SELECT DISTINCT trim(CAST(%s AS VARCHAR)) AS c FROM %s LIMIT 20000", quote(s.cols[k].title), s.src.from), s.cols[k].filled > 0
	}
	for _, m := range []tabular.Meaning{"item", "site", "supplier"} {
		for _, s := range files {
			var several []int
			for k := range s.cols {
				if slices.Contains(s.cols[k].meanings, m) && s.cols[k].filled > 0 {
					several = append(several, k)
				}
			}
			if len(several) < 2 {
				continue
			}
			best, bestShare := several[0], -10.0
			for _, k := range several {
				// Where no other file tells: the column with more different
				// cells, and not one that is only called item, which SAP calls
				// the lines of an order.
				share := 0.01 * float64(s.cols[k].distinct) / float64(s.cols[k].filled)
				if t := columnName(s.cols[k].title); t == "item" || t == "item_no" || t == "no" {
					share -= 0.02
				}
				a, _ := codes(s, k)
				for _, o := range files {
					if o == s {
						continue
					}
					j := o.has(m)
					if m == "item" && j < 0 {
						j = o.has("component")
					}
					if j < 0 {
						continue
					}
					b, ok := codes(o, j)
					if !ok {
						continue
					}
					var x float64
					if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT CAST(count(*) FILTER (WHERE c IN (%s)) AS DOUBLE) / greatest(count(*), 1) FROM (%s)", a, b), nil, &x); err != nil {
						return err
					}
					share += x
				}
				if share > bestShare+1e-9 {
					best, bestShare = k, share
				}
			}
			for _, k := range several {
				if k != best {
					s.cols[k].meanings = slices.DeleteFunc(slices.Clone(s.cols[k].meanings), func(x tabular.Meaning) bool { return x == m })
				}
			}
			if bestShare > 0.1 {
				s.reasons = append(s.reasons, fmt.Sprintf("%s is the code that the other files use", s.cols[best].title))
			}
		}
	}
	return nil
}

// recognise guesses the mapping of all inputs. What it cannot tell is in the
// list without a table.
func (st *stager) recognise(ctx context.Context) (*Mapping, []*seen, []unreadable, error) {
	var files []*seen
	var bad []unreadable
	for i := range st.inputs {
		s, err := st.look(ctx, i)
		if ctx.Err() != nil {
			return nil, nil, nil, ctx.Err()
		}
		if err != nil {
			bad = append(bad, unreadable{st.inputs[i].name, st.inputs[i].path, err})
			continue
		}
		fill, err := st.repeats(ctx, s)
		if err != nil {
			return nil, nil, nil, err
		}
		if fill != nil {
			if err := st.fillDown(ctx, i, s.src, fill); err != nil {
				return nil, nil, nil, err
			}
			if s, err = st.look(ctx, i); err != nil {
				return nil, nil, nil, err
			}
			s.fill = fill
		}
		files = append(files, s)
	}
	st.note("recognise", 0, 0)
	if err := st.overlap(ctx, files); err != nil {
		return nil, nil, nil, err
	}
	m := &Mapping{Version: mappingVersion, Files: map[string]FileOptions{}}
	for _, s := range files {
		if err := st.assign(ctx, s, files); err != nil {
			return nil, nil, nil, err
		}
		if s.fill != nil {
			s.reasons = append(s.reasons, strings.Join(s.fill, ", ")+" stand on the first line of a group alone and hold for the lines below")
		}
	}
	if err := st.details(ctx, files); err != nil {
		return nil, nil, nil, err
	}
	st.masters(files)
	if err := st.twice(ctx, files); err != nil {
		return nil, nil, nil, err
	}
	if err := st.names(ctx, files); err != nil {
		return nil, nil, nil, err
	}
	st.oneSite(files)
	for _, s := range files {
		o := st.fileOptions(s)
		if !o.empty() {
			m.Files[s.in.name] = o
		}
	}
	// The order of the data set's tables, then that of the files.
	for _, t := range Tables {
		for _, s := range files {
			for _, spec := range s.specs {
				if spec.Table == t.Name {
					m.Tables = append(m.Tables, spec)
				}
			}
		}
	}
	sort.SliceStable(bad, func(a, b int) bool { return bad[a].name < bad[b].name })
	return m, files, bad, nil
}

// fileOptions are what a mapping should say about how the file is read, so that
// it is read the same way next time.
func (st *stager) fileOptions(s *seen) FileOptions {
	o := FileOptions{Unpivot: s.unpivot, Levels: s.levels, FillDown: s.fill}
	t := s.src.text
	if t == nil {
		return o
	}
	if s.in.format == "csv" {
		if t.encoding != tabular.UTF8 {
			o.Encoding = t.encoding
		}
		if t.delim != ',' {
			o.Delimiter = string(t.delim)
			if t.delim == '\t' {
				o.Delimiter = "tab"
			}
		}
	}
	if t.first1 == t.header && t.header > 1 && !s.in.grid() {
		o.Header = int(t.header)
	}
	return o
}
