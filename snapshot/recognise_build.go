package snapshot

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"planwright"
	"planwright/tabular"
)

// assign makes the specs of one file.
func (st *stager) assign(ctx context.Context, s *seen, files []*seen) error {
	named := tableOf(s.in, onlySheet(st.inputs, s.i))
	if s.find(ms{"item", "item_name"}) >= 0 && len(s.periods) >= 2 && s.has("qty") < 0 && s.has("date") < 0 {
		return st.wide(ctx, s)
	}
	if l := s.indented(); l != nil {
		return st.indentedBOM(ctx, s, l)
	}
	if named != nil {
		if spec, err := identitySpec(named, s.in.name, s.titles()); err == nil {
			s.table, s.sure = named.Name, 1
			s.reasons = append([]string{"the names of the table and of its columns"}, s.reasons...)
			return st.finish(ctx, s, st.fillUp(s, spec))
		}
		if r := recipeOf(named.Name); r != nil {
			if spec, ok := st.build(ctx, s, r); ok {
				s.table, s.sure = named.Name, 0.95
				s.reasons = append([]string{"the name of the table"}, s.reasons...)
				return st.finish(ctx, s, spec)
			}
		}
	}
	r := s.choose()
	if r == nil {
		return st.settings(ctx, s, named)
	}
	if r.table == "demand_orders" || r.table == "supply_orders" {
		return st.orders(ctx, s, r)
	}
	spec, ok := st.build(ctx, s, r)
	if !ok {
		s.table, s.sure = "", 0
		return nil
	}
	return st.finish(ctx, s, spec)
}

// fillUp adds, to a file that carries the data set's names, the columns that
// it has under other titles.
func (st *stager) fillUp(s *seen, spec TableSpec) TableSpec {
	r := recipeOf(spec.Table)
	if r == nil {
		return spec
	}
	for _, f := range r.cols {
		if spec.expr(f.column) != "" || strings.HasPrefix(f.column, "x_") || TableNamed(spec.Table).Column(f.column) == nil {
			continue
		}
		k := s.find(f.meanings)
		if k < 0 {
			continue
		}
		for i, c := range spec.Columns {
			if c.Expr == s.cols[k].title && strings.HasPrefix(c.Name, "x_") {
				spec.Columns[i].Name = f.column
				break
			}
		}
	}
	return ordered(spec)
}

// ordered puts the columns of a spec in the order of the table, extra ones
// last.
func ordered(spec TableSpec) TableSpec {
	t := TableNamed(spec.Table)
	at := func(name string) int {
		for i := range t.Columns {
			if t.Columns[i].Name == name {
				return i
			}
		}
		return len(t.Columns)
	}
	slices.SortStableFunc(spec.Columns, func(a, b ColumnSpec) int { return at(a.Name) - at(b.Name) })
	return spec
}

// build fills the columns of a recipe from a file; false where a required one
// stays empty. Expressions are the plain titles; finish dresses them.
func (st *stager) build(ctx context.Context, s *seen, r *recipe) (TableSpec, bool) {
	t := TableNamed(r.table)
	spec := TableSpec{Table: r.table, From: s.in.name, As: "src"}
	used := map[string]bool{}
	put := func(name, expr string) { spec.Columns = append(spec.Columns, ColumnSpec{name, expr}) }
	own := map[string]int{}
	for k := range s.cols {
		name := columnName(s.cols[k].title)
		if _, ok := own[name]; !ok && t.Column(name) != nil {
			own[name] = k
		}
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		k, ok := own[c.Name]
		if j := s.has("item_name"); ok && r.table == "items" && c.Name == "name" && j >= 0 {
			k = j
		}
		if !ok {
			k = -1
			for _, f := range r.cols {
				if f.column == c.Name {
					for _, m := range f.meanings {
						if j := s.has(m); j >= 0 && (!used[s.cols[j].title] || r.table == "receipts") {
							k = j
							break
						}
					}
				}
			}
		}
		if k < 0 || s.cols[k].filled == 0 && s.rows > 0 && !c.Required {
			continue
		}
		used[s.cols[k].title] = true
		put(c.Name, s.cols[k].title)
		if !ok && c.Type == Ref && int64(s.cols[k].filled) < min(s.rows, sampleRows) {
			if j := s.instead(r, c.Name, k, used); j >= 0 {
				used[s.cols[j].title] = true
				spec.set(c.Name, fmt.Sprintf("coalesce(nullif(trim(%s), ''), %s)", quote(s.cols[k].title), quote(s.cols[j].title)))
				s.reasons = append(s.reasons, s.cols[j].title+" where "+s.cols[k].title+" is empty")
			}
		}
	}
	switch r.table {
	case "demand_history":
		if spec.expr("item_id") == "" {
			if k := s.has("item_name"); k >= 0 {
				put("item_id", s.cols[k].title)
				used[s.cols[k].title] = true
				s.reasons = append(s.reasons, "no code: the name stands for the item")
				s.sure = min(s.sure, 0.5)
			}
		}
		if spec.expr("on") == "" {
			if k := s.has("step"); k >= 0 {
				put("on", stepExpr(s, s.cols[k].title))
				used[s.cols[k].title] = true
			}
		} else if k := slices.IndexFunc(s.cols, func(p profile) bool { return p.title == spec.expr("on") && p.weeks() }); k >= 0 {
			spec.set("on", isoWeek(s.cols[k].title))
		} else if k := s.has("period"); k >= 0 && spec.expr("on") == s.cols[k].title && s.cols[k].share(s.cols[k].numbers) == 1 && s.cols[k].most < 10000 {
			spec.set("on", stepExpr(s, s.cols[k].title))
		}
	case "sources":
		if k := s.has("from_site"); k >= 0 && s.has("supplier") < 0 {
			put("kind", "'transfer'")
		} else if spec.expr("kind") == "" {
			put("kind", "'buy'")
		}
	case "movements":
		if spec.expr("qty") == "" && s.find(ms{"in_qty", "out_qty"}) >= 0 {
			put("qty", "0") // signs writes what it is
		}
	case "forecasts":
		if spec.expr("to") == "" && spec.expr("from") != "" {
			put("to", "CAST(as_day("+quote(spec.expr("from"))+", 'ymd') AS DATE) + to_months(1) - to_days(1)")
			s.reasons = append(s.reasons, "a forecast is taken to be of a month")
		}
	}
	for k := range s.cols {
		p := &s.cols[k]
		if used[p.title] || p.filled == 0 || slices.Contains(s.periods, p.title) {
			continue
		}
		name := columnName(p.title)
		if name == "" || s.src.text != nil && p.title == fmt.Sprintf("column_%d", k+1) {
			continue
		}
		if slices.Contains(p.meanings, "spec") && spec.expr("x_spec") == "" {
			name = "spec"
		}
		name = "x_" + strings.TrimPrefix(name, "x_")
		for base, n := name, 2; spec.expr(name) != ""; n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		put(name, p.title)
	}
	spec = ordered(spec)
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Required && c.Default == "" && spec.expr(c.Name) == "" && (c.Name != "kind" || r.table != "supply_orders") {
			return spec, false
		}
	}
	return spec, true
}

// instead returns the column that another meaning of a recipe's column names, for
// the rows in which the k-th is empty; -1 for none. Files that list orders of
// several kinds have a column for each.
func (s *seen) instead(r *recipe, column string, k int, used map[string]bool) int {
	for _, f := range r.cols {
		if f.column != column {
			continue
		}
		for _, m := range f.meanings {
			if j := s.has(m); j >= 0 && j != k && !used[s.cols[j].title] && s.cols[j].filled > 0 {
				return j
			}
		}
	}
	return -1
}

func (t *TableSpec) set(column, expr string) {
	for i := range t.Columns {
		if t.Columns[i].Name == column {
			t.Columns[i].Expr = expr
			return
		}
	}
	t.Columns = append(t.Columns, ColumnSpec{column, expr})
}

// stepExpr counts periods from the first day of 2000, which a person may
// change: such files do not say when a series begins.
func stepExpr(s *seen, title string) string {
	lower := strings.ToLower(s.in.base())
	unit := "to_months(CAST(num(%s) AS INTEGER) - 1)"
	switch {
	case strings.Contains(lower, "week"):
		unit = "to_days(7 * (CAST(num(%s) AS INTEGER) - 1))"
	case strings.Contains(lower, "quarter"):
		unit = "to_months(3 * (CAST(num(%s) AS INTEGER) - 1))"
	case strings.Contains(lower, "year"):
		unit = "to_years(CAST(num(%s) AS INTEGER) - 1)"
	case strings.Contains(lower, "dai"), strings.Contains(lower, "day"):
		unit = "to_days(CAST(num(%s) AS INTEGER) - 1)"
	}
	s.sure = min(s.sure, 0.5)
	s.reasons = append(s.reasons, "periods are numbered: counted from 2000-01-01, change it in the mapping")
	return "CAST('2000-01-01' AS DATE) + " + fmt.Sprintf(unit, quote(title))
}

// wide makes rows of the columns whose titles are months or days.
func (st *stager) wide(ctx context.Context, s *seen) error {
	table := "demand_history"
	for _, w := range recipeOf("forecasts").name {
		if strings.Contains(strings.ToLower(s.in.base()+" "+s.in.sheet), w) {
			table = "forecasts"
		}
	}
	ahead := false
	if now := st.asOf; now.Known() || st.today.Known() {
		if !now.Known() {
			now = st.today
		}
		ahead = slices.Min(periodsOf(s.periods)) > now.String()
	}
	if ahead {
		table = "forecasts"
	}
	s.unpivot = &Unpivot{Columns: s.periods, Name: "period", Value: "qty"}
	if err := st.unpivot(ctx, s.i, s.src, s.unpivot); err != nil {
		return err
	}
	r := recipeOf(table)
	spec := TableSpec{Table: table, From: s.in.name, As: "src", Where: "qty IS NOT NULL"}
	item := s.find(ms{"item", "item_name"})
	spec.Columns = append(spec.Columns, ColumnSpec{"item_id", s.cols[item].title})
	if k := s.has("site"); k >= 0 {
		spec.Columns = append(spec.Columns, ColumnSpec{"site_id", s.cols[k].title})
	}
	if k := s.has("customer"); k >= 0 {
		spec.Columns = append(spec.Columns, ColumnSpec{"customer_id", s.cols[k].title})
	}
	if table == "forecasts" {
		spec.Columns = append(spec.Columns, ColumnSpec{"from", "period"}, ColumnSpec{"to", "CAST(period AS DATE) + " + spanOf(periodsOf(s.periods)) + " - to_days(1)"})
	} else {
		spec.Columns = append(spec.Columns, ColumnSpec{"on", "period"})
	}
	spec.Columns = append(spec.Columns, ColumnSpec{"qty", "qty"})
	s.table, s.sure = r.table, 0.85
	s.reasons = []string{fmt.Sprintf("%d columns are months or days", len(s.periods))}
	if ahead {
		s.reasons = append(s.reasons, "they lie ahead")
	}
	s.cols = append(s.cols, profile{title: "qty"}, profile{title: "period"})
	return st.finish(ctx, s, ordered(spec))
}

// periodsOf are the first days of the months or days that titles name.
func periodsOf(titles []string) []string {
	out := make([]string, len(titles))
	for i, t := range titles {
		if out[i] = tabular.Period(t); out[i] == "" {
			out[i] = t
		}
	}
	return out
}

// spanOf is the length of periods that begin on some days, as SQL: a month where all
// begin on the first of one, else the least distance between them.
func spanOf(days []string) string {
	sorted := slices.Sorted(slices.Values(days))
	least := 0
	months := true
	for i, d := range sorted {
		months = months && strings.HasSuffix(d, "-01")
		if i > 0 {
			a, err := planwright.ParseDay(sorted[i-1])
			b, err2 := planwright.ParseDay(d)
			if n := int(b - a); err == nil && err2 == nil && n > 0 && (least == 0 || n < least) {
				least = n
			}
		}
	}
	if months || least == 0 {
		return "to_months(1)"
	}
	return fmt.Sprintf("to_days(%d)", least)
}

// isoWeek is the Monday of a week written 2025-W07, as SQL.
func isoWeek(title string) string {
	return fmt.Sprintf(`CAST(try_strptime(regexp_replace(upper(trim(%s)), '^([0-9]{4})[- ]?W([0-9]{1,2})$', '\1-W\2-1'), '%%G-W%%V-%%u') AS DATE)`, quote(title))
}

// weeks says that a column holds weeks by number and year.
func (p *profile) weeks() bool {
	return len(p.examples) > 0 && !slices.ContainsFunc(p.examples, func(c string) bool { return !weekNumber.MatchString(c) })
}

var weekNumber = regexp.MustCompile(`^(?i)\d{4}[- ]?W\d{1,2}$`)

// indented says how a file is an indented bill of materials; nil where it is none.
func (s *seen) indented() *Levels {
	level, item, qty := s.has("level"), s.find(ms{"component", "item"}), s.find(ms{"usage", "qty"})
	if level < 0 || item < 0 || qty < 0 || s.find(ms{"parent", "date", "due", "order", "customer", "on_hand"}) >= 0 {
		return nil
	}
	cells := make([]levelRow, len(s.cols[level].examples))
	for i, c := range s.cols[level].examples {
		cells[i].level = c
	}
	if len(cells) == 0 || slices.Contains(depths(cells), -1) {
		return nil
	}
	l := &Levels{Level: s.cols[level].title, Item: s.cols[item].title, Qty: s.cols[qty].title}
	if k := s.has("item"); k >= 0 && k != item {
		l.Top = s.cols[k].title
		s.cols[k].meanings = nil
	}
	if k := s.has("site"); k >= 0 {
		l.Site = s.cols[k].title
	}
	s.cols[item].meanings = ms{"component", "item"}
	return l
}

// indentedBOM takes a file for an indented bill of materials.
func (st *stager) indentedBOM(ctx context.Context, s *seen, l *Levels) error {
	if err := st.levels(ctx, s.i, s.src, l); err != nil {
		return err
	}
	s.levels, s.table, s.sure = l, "bom", 0.9
	s.reasons = []string{l.Level + " tells how deep a row lies: the row above it that lies one level higher is its parent"}
	s.cols = append(s.cols, profile{title: levelParent, meanings: ms{"parent"}, filled: int(s.rows)}, profile{title: levelListed})
	spec, ok := st.build(ctx, s, recipeOf("bom"))
	if !ok {
		s.table, s.sure = "", 0
		return nil
	}
	spec.Where = levelListed + " = 'line'"
	return st.finish(ctx, s, spec)
}

// values returns the different texts of a column in lower case, at most n.
func (st *stager) values(ctx context.Context, s *seen, k, n int) ([]string, error) {
	rows, err := st.c.Query(ctx, fmt.Sprintf("SELECT DISTINCT lower(trim(CAST(%s AS VARCHAR))) AS v FROM %s WHERE v <> '' ORDER BY v LIMIT %d", quote(s.cols[k].title), s.src.from, n))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// cases makes a CASE of the words that stand for values; "" where no value of
// the column is known.
func cases(title string, words map[string][]string, values []string) string {
	var b strings.Builder
	for _, v := range sortedKeys(words) {
		var known []string
		for _, have := range values {
			if slices.Contains(words[v], have) {
				known = append(known, literal(have))
			}
		}
		if len(known) > 0 {
			fmt.Fprintf(&b, " WHEN lower(trim(%s)) IN (%s) THEN %s", quote(title), strings.Join(known, ", "), literal(v))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "CASE" + b.String() + " END"
}

// orders makes open orders, and of orders that are done the history.
func (st *stager) orders(ctx context.Context, s *seen, r *recipe) error {
	spec, ok := st.build(ctx, s, r)
	if !ok {
		s.table = ""
		return nil
	}
	var where []string
	var closed []string
	var values []string
	status := s.has("status")
	if status >= 0 {
		var err error
		if values, err = st.values(ctx, s, status, 200); err != nil {
			return err
		}
		for _, v := range values {
			if slices.Contains(wordsFor["closed"]["closed"], v) {
				closed = append(closed, literal(v))
			}
		}
	}
	if len(closed) > 0 {
		where = append(where, fmt.Sprintf("coalesce(lower(trim(%s)), '') NOT IN (%s)", quote(s.cols[status].title), strings.Join(closed, ", ")))
	}
	if r.table == "supply_orders" && spec.expr("kind") == "" {
		kind, err := st.supplyKind(ctx, s)
		if err != nil {
			return err
		}
		spec.Columns = append(spec.Columns, ColumnSpec{"kind", kind})
		spec = ordered(spec)
	}
	if err := st.dress(ctx, s, &spec); err != nil {
		return err
	}
	full := spec.expr("qty")
	whole := full // what an order was for, of which the rest may be open
	if k := s.has("qty"); k >= 0 && s.has("open_qty") >= 0 {
		x := TableSpec{Table: "demand_history", Columns: []ColumnSpec{{"qty", s.cols[k].title}}}
		if err := st.dress(ctx, s, &x); err != nil {
			return err
		}
		whole = x.Columns[0].Expr
	}
	if s.has("open_qty") >= 0 {
		where = append(where, "coalesce(num("+asColumn(s, full)+"), 1) > 0")
	} else if k := s.has("received_qty"); k >= 0 {
		done := TableSpec{Table: "receipts", Columns: []ColumnSpec{{"qty_received", s.cols[k].title}}}
		if err := st.dress(ctx, s, &done); err != nil {
			return err
		}
		left := fmt.Sprintf("num(%s) - coalesce(num(%s), 0)", asColumn(s, full), asColumn(s, done.Columns[0].Expr))
		where = append(where, "coalesce("+left+", 1) > 0")
		spec.set("qty", left)
		s.reasons = append(s.reasons, "open is what "+s.cols[k].title+" leaves")
	}
	spec.Where = strings.Join(where, " AND ")
	if err := st.orderID(ctx, s, &spec); err != nil {
		return err
	}
	history := TableSpec{}
	if r.table == "demand_orders" && len(closed) > 0 {
		var done []string
		for _, c := range closed {
			if v := strings.Trim(c, "'"); !slices.Contains(wordsFor["cancelled"]["cancelled"], v) {
				done = append(done, c)
			}
		}
		if len(done) > 0 {
			history = TableSpec{Table: "demand_history", From: s.in.name, As: "src", Where: fmt.Sprintf("lower(trim(%s)) IN (%s)", quote(s.cols[status].title), strings.Join(done, ", "))}
			for _, c := range [][2]string{{"item_id", "item_id"}, {"site_id", "site_id"}, {"on", "due_on"}, {"qty", "qty"}, {"customer_id", "customer_id"}, {"price", "price"}} {
				e := spec.expr(c[1])
				if c[1] == "qty" {
					e = whole
				}
				if e != "" {
					history.Columns = append(history.Columns, ColumnSpec{c[0], e})
				}
			}
			s.reasons = append(s.reasons, "orders that are done are history")
		}
	}
	if len(closed) == 0 || len(closed) < len(values) {
		s.specs = append(s.specs, spec)
	}
	if history.Table != "" {
		s.specs = append(s.specs, history)
	}
	return nil
}

// asColumn writes an expression that may be a bare title for use inside
// another expression.
func asColumn(s *seen, expr string) string {
	for k := range s.cols {
		if s.cols[k].title == expr {
			return quote(expr)
		}
	}
	return expr
}

// orderID adds the line to the number of an order that stands on several rows.
func (st *stager) orderID(_ context.Context, s *seen, spec *TableSpec) error {
	k, line := s.has("order"), s.has("line")
	if k < 0 || line < 0 || line == k || spec.expr("order_id") != s.cols[k].title {
		return nil
	}
	if s.cols[k].distinct < s.cols[k].filled {
		spec.set("order_id", quote(s.cols[k].title)+" || '/' || coalesce("+quote(s.cols[line].title)+", '')")
	}
	return nil
}

// supplyKind says what kind of receipt the orders of a file are.
func (st *stager) supplyKind(ctx context.Context, s *seen) (string, error) {
	if k := s.has("movement"); k >= 0 {
		values, err := st.values(ctx, s, k, 100)
		if err != nil {
			return "", err
		}
		if c := cases(s.cols[k].title, wordsFor["supply"], values); c != "" {
			return c, nil
		}
	}
	lower := strings.ToLower(s.in.base() + " " + s.in.sheet)
	for _, x := range []struct{ kind, words string }{
		{"subcontract", "委外|外协|subcontract"}, {"transfer", "调拨|transfer"}, {"purchase", "purchase|po_|采购|発注|bestell|buy"}, {"work", "work|生产|工单|mo_|wo_|production|manufactur|製造|fertigung"},
	} {
		for _, w := range strings.Split(x.words, "|") {
			if strings.Contains(lower, w) {
				return literal(x.kind), nil
			}
		}
	}
	titles := strings.ToLower(strings.Join(s.src.columns, " "))
	switch {
	case s.has("supplier") >= 0:
		return "'purchase'", nil
	case s.has("from_site") >= 0:
		return "'transfer'", nil
	case strings.Contains(titles, "work"), strings.Contains(titles, "工单"), strings.Contains(titles, "wo_"), strings.Contains(titles, "生产"):
		return "'work'", nil
	}
	return "'purchase'", nil
}

// settings takes a file of names and values that says the planning day.
func (st *stager) settings(ctx context.Context, s *seen, named *Table) error {
	name, value := -1, -1
	for k := range s.cols {
		switch columnName(s.cols[k].title) {
		case "name", "pk":
			if name < 0 || s.cols[k].filled > s.cols[name].filled {
				name = k
			}
		case "value":
			value = k
		}
	}
	if named != nil || name < 0 || value < 0 {
		return nil
	}
	values, err := st.values(ctx, s, name, 1000)
	if err != nil || !slices.Contains(values, "currentdate") {
		return err
	}
	n, v := quote(s.cols[name].title), quote(s.cols[value].title)
	s.table, s.sure, s.reasons = "settings", 0.7, []string{"a parameter is the current date"}
	s.specs = []TableSpec{{Table: "settings", From: s.in.name, As: "src", Where: fmt.Sprintf("%s = 'currentdate' AND %s LIKE '____-__-__%%'", n, v),
		Columns: []ColumnSpec{{"name", "'as_of'"}, {"value", "left(" + v + ", 10)"}}}}
	return nil
}
