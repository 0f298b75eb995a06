package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// assign makes the specs of one file.
func (st *stager) assign(ctx context.Context, s *seen, files []*seen) error {
	named := tableOf(s.in, onlySheet(st.inputs, s.i))
	if s.find(ms{"item", "item_name"}) >= 0 && len(s.periods) >= 2 && s.has("qty") < 0 && s.has("date") < 0 {
		return st.wide(ctx, s)
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
		spec.Columns = append(spec.Columns, ColumnSpec{"from", "period"}, ColumnSpec{"to", "CAST(period AS DATE) + to_months(1) - to_days(1)"})
	} else {
		spec.Columns = append(spec.Columns, ColumnSpec{"on", "period"})
	}
	spec.Columns = append(spec.Columns, ColumnSpec{"qty", "qty"})
	s.table, s.sure = r.table, 0.85
	s.reasons = []string{fmt.Sprintf("%d columns are months or days", len(s.periods))}
	s.cols = append(s.cols, profile{title: "qty"}, profile{title: "period"})
	return st.finish(ctx, s, ordered(spec))
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
					e = full
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

// finish dresses the columns of a spec and adds it.
func (st *stager) finish(ctx context.Context, s *seen, spec TableSpec) error {
	if err := st.dress(ctx, s, &spec); err != nil {
		return err
	}
	switch spec.Table {
	case "items":
		if err := st.itemWords(ctx, s, &spec); err != nil {
			return err
		}
	case "skus":
		if err := st.skuWords(ctx, s, &spec); err != nil {
			return err
		}
	case "demand_history":
		if err := st.returns(ctx, s, &spec); err != nil {
			return err
		}
	case "movements":
		if err := st.signs(ctx, s, &spec); err != nil {
			return err
		}
	case "stock":
		if k := s.has("stock_status"); k >= 0 && spec.expr("status") == "" {
			values, err := st.values(ctx, s, k, 50)
			if err != nil {
				return err
			}
			if c := cases(s.cols[k].title, wordsFor["blocked"], values); c != "" {
				spec.Columns = append(spec.Columns, ColumnSpec{"status", c})
			}
		}
	case "demand_orders", "supply_orders":
		if err := st.orderID(ctx, s, &spec); err != nil {
			return err
		}
	}
	s.specs = append(s.specs, ordered(spec))
	return nil
}

// itemWords reads what says that an item is not used any more, and makes one
// row of an item that stands on several.
func (st *stager) itemWords(ctx context.Context, s *seen, spec *TableSpec) error {
	if k := s.has("discontinued"); k >= 0 && spec.expr("status") == "" {
		values, err := st.values(ctx, s, k, 20)
		if err != nil {
			return err
		}
		if c := cases(s.cols[k].title, wordsFor["obsolete"], values); c != "" {
			spec.Columns = append(spec.Columns, ColumnSpec{"status", c})
		}
	} else if k := s.has("status"); k >= 0 && spec.expr("status") != "" {
		values, err := st.values(ctx, s, k, 50)
		if err != nil {
			return err
		}
		known := TableNamed("items").Column("status").Values
		if slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(known, v) }) && s.sure < 1 {
			if c := cases(s.cols[k].title, wordsFor["obsolete"], values); c != "" {
				spec.set("status", c)
			} else {
				spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return c.Name == "status" })
			}
		}
	}
	k := s.has("item")
	if s.sure < 1 && k >= 0 && s.cols[k].distinct < s.cols[k].filled {
		st.grouped(s, spec)
	}
	return nil
}

// grouped makes one row of the rows of an item.
func (st *stager) grouped(s *seen, spec *TableSpec) {
	t := TableNamed(spec.Table)
	spec.GroupBy = []string{"item_id"}
	for i := range spec.Columns {
		c := &spec.Columns[i]
		if c.Name == "item_id" {
			continue
		}
		e := asColumn(s, c.Expr)
		if col := t.Column(c.Name); col != nil && (col.Type == Float || col.Type == Qty || col.Type == Int || col.Type == Length) {
			e = "num(" + e + ")"
		}
		c.Expr = "max(" + e + ")"
	}
	s.reasons = append(s.reasons, "an item stands on several rows: one is made of them")
}

func (st *stager) skuWords(ctx context.Context, s *seen, spec *TableSpec) error {
	k := s.has("procurement")
	if k < 0 || spec.expr("procurement") != s.cols[k].title {
		return nil
	}
	values, err := st.values(ctx, s, k, 50)
	if err != nil {
		return err
	}
	known := TableNamed("skus").Column("procurement").Values
	if !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(known, v) }) {
		return nil
	}
	if c := cases(s.cols[k].title, wordsFor["procurement"], values); c != "" {
		spec.set("procurement", c)
	} else {
		spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return c.Name == "procurement" })
	}
	return nil
}

// returns tells what came back from what was sold.
func (st *stager) returns(ctx context.Context, s *seen, spec *TableSpec) error {
	if spec.expr("kind") != "" {
		return nil
	}
	e := asColumn(s, spec.expr("qty"))
	var any int64
	if found, err := st.c.Scan(ctx, fmt.Sprintf("SELECT 1 FROM %s AS src WHERE CAST(%s AS VARCHAR) LIKE '-%%' LIMIT 1", s.src.from, e), nil, &any); err != nil || !found {
		return err
	}
	num := e
	if e != quote(spec.expr("qty")) {
		num = "num(" + e + ")"
	}
	spec.set("qty", "abs("+num+")")
	spec.Columns = append(spec.Columns, ColumnSpec{"kind", "CASE WHEN " + num + " < 0 THEN 'return' ELSE 'sale' END"})
	s.reasons = append(s.reasons, "negative quantities are returns")
	return nil
}

// signs makes signed quantities of a ledger that writes them in two columns or
// by a word.
func (st *stager) signs(ctx context.Context, s *seen, spec *TableSpec) error {
	in, out := s.has("in_qty"), s.has("out_qty")
	term := func(k int) (string, error) {
		x := TableSpec{Table: "movements", Columns: []ColumnSpec{{"qty", s.cols[k].title}}}
		err := st.dress(ctx, s, &x)
		return "coalesce(num(" + asColumn(s, x.Columns[0].Expr) + "), 0)", err
	}
	if in >= 0 || out >= 0 {
		expr := ""
		for _, x := range []struct {
			k    int
			sign string
		}{{in, ""}, {out, "-"}} {
			if x.k < 0 {
				continue
			}
			e, err := term(x.k)
			if err != nil {
				return err
			}
			if expr != "" {
				expr += " - " + e
			} else if x.sign != "" {
				expr = "0 - " + e
			} else {
				expr = e
			}
		}
		spec.set("qty", expr)
		return nil
	}
	k := s.has("movement")
	if k < 0 || spec.expr("qty") == "" {
		return nil
	}
	values, err := st.values(ctx, s, k, 200)
	if err != nil {
		return err
	}
	var words []string
	for _, v := range values {
		if slices.Contains(wordsFor["out"]["out"], v) {
			words = append(words, literal(v))
		}
	}
	if len(words) == 0 {
		return nil
	}
	e := asColumn(s, spec.expr("qty"))
	spec.set("qty", fmt.Sprintf("CASE WHEN lower(trim(%s)) IN (%s) THEN 0 - abs(num(%s)) ELSE num(%s) END", quote(s.cols[k].title), strings.Join(words, ", "), e, e))
	return nil
}

// masters leaves one file for each of the tables that list things once: the
// one that is called so. A history of prices lists items, too, but again and
// again.
func (st *stager) masters(files []*seen) {
	for _, table := range []string{"items", "sites", "suppliers", "bom"} {
		best := 0.0
		for _, s := range files {
			if s.table == table {
				best = max(best, s.sure)
			}
			if s.table == table && (s.entity() == table || tableOf(s.in, true) != nil) {
				best = max(best, 0.95)
			}
		}
		for _, s := range files {
			named := s.entity() == table || tableOf(s.in, true) != nil
			if s.table == table && best >= 0.95 && s.sure < 0.95 && !named {
				s.drop("another file is the list of " + table)
			}
		}
	}
}

// drop takes a file for nothing, and says why.
func (s *seen) drop(why string) {
	s.table, s.sure, s.specs = "", 0, nil
	s.reasons = []string{why}
}

// twice leaves one of two files that tell the same history, once by order and
// once summed up by month.
func (st *stager) twice(ctx context.Context, files []*seen) error {
	type told struct {
		s     *seen
		total float64
		items int64
	}
	var list []told
	for _, s := range files {
		if s.table != "demand_history" || len(s.specs) == 0 || s.has("item") < 0 || s.has("qty") < 0 || s.unpivot != nil {
			continue
		}
		t := told{s: s}
		if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT coalesce(sum(TRY_CAST(%s AS DOUBLE)), 0.0), count(DISTINCT %s) FROM %s", quote(s.cols[s.has("qty")].title), quote(s.cols[s.has("item")].title), s.src.from), nil, &t.total, &t.items); err != nil {
			return err
		}
		list = append(list, t)
	}
	for i := range list {
		for j := range list {
			a, b := &list[i], &list[j]
			if i == j || a.s.table == "" || b.s.table == "" || a.s.rows >= b.s.rows || a.items == 0 {
				continue
			}
			if ratio := a.total / max(b.total, 1e-9); ratio < 0.8 || ratio > 1.25 || a.items*5 < b.items*4 || a.items*4 > b.items*5 {
				continue
			}
			var share float64
			if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT CAST(count(*) FILTER (WHERE c IN (SELECT trim(%s) FROM %s)) AS DOUBLE) / greatest(count(*), 1) FROM (SELECT DISTINCT trim(%s) AS c FROM %s)",
				quote(b.s.cols[b.s.has("item")].title), b.s.src.from, quote(a.s.cols[a.s.has("item")].title), a.s.src.from), nil, &share); err != nil {
				return err
			}
			if share > 0.9 {
				a.s.drop("it sums up the demand that " + b.s.in.name + " tells in detail")
			}
		}
	}
	return nil
}

// oneSite plans everything at one site where demand and parameters name none:
// the places of the stock are bins then.
func (st *stager) oneSite(files []*seen) {
	with, without := 0, 0
	for _, s := range files {
		for _, spec := range s.specs {
			if spec.expr("site_id") != "" && s.sure == 1 {
				return // a data set that says what it means
			}
			switch spec.Table {
			case "demand_history", "demand_orders", "skus", "supply_orders":
				if spec.expr("site_id") == "" {
					without++
				} else {
					with++
				}
			}
		}
	}
	if without == 0 || with > 0 {
		return
	}
	for _, s := range files {
		var kept []TableSpec
		for _, spec := range s.specs {
			if spec.Table == "sites" {
				s.reasons = append(s.reasons, "demand names no site: everything is planned at one, places are bins")
				continue
			}
			if e := spec.expr("site_id"); e != "" {
				spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return c.Name == "site_id" })
				spec.GroupBy = slices.DeleteFunc(spec.GroupBy, func(c string) bool { return c == "site_id" })
				if spec.Table == "stock" && len(spec.GroupBy) == 0 {
					if bin := spec.expr("bin"); bin != "" {
						spec.set("bin", fmt.Sprintf("concat_ws(' ', %s, %s)", asColumn(s, e), asColumn(s, bin)))
					} else {
						spec.Columns = append(spec.Columns, ColumnSpec{"bin", e})
					}
					spec = ordered(spec)
				}
			}
			kept = append(kept, spec)
		}
		s.specs = kept
		if len(kept) == 0 && s.table == "sites" {
			s.table = ""
		}
	}
}

// takenAs says whether some file was taken for a table.
func takenAs(files []*seen, table string) bool {
	for _, s := range files {
		for _, spec := range s.specs {
			if spec.Table == table {
				return true
			}
		}
	}
	return false
}

// names adds what a file says beside its own table: planning parameters, stock
// and suppliers in a list of items; names of items in the only file of a data
// set; stock and history in a ledger.
func (st *stager) names(files []*seen) {
	ctx := context.Background()
	derive := func(s *seen, r *recipe, use func(*TableSpec) bool) {
		if takenAs(files, r.table) {
			return
		}
		spec, ok := st.build(ctx, s, r)
		if !ok {
			return
		}
		spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return strings.HasPrefix(c.Name, "x_") })
		if use != nil && !use(&spec) {
			return
		}
		before := len(s.specs)
		if err := st.finish(ctx, s, spec); err != nil || len(s.specs) == before {
			s.specs = s.specs[:before]
			return
		}
		s.reasons = append(s.reasons, "also "+r.table)
	}
	contributors := 0
	for _, s := range files {
		if len(s.specs) > 0 && s.find(ms{"item", "component", "parent"}) >= 0 {
			contributors++
		}
	}
	for _, s := range files {
		if len(s.specs) == 0 || s.unpivot != nil {
			continue
		}
		switch s.table {
		case "items":
			if s.find(ms{"safety_stock", "reorder_point", "lead_time", "order_up_to", "lot_min", "lot_multiple", "procurement"}) >= 0 {
				derive(s, recipeOf("skus"), nil)
			}
			if s.has("on_hand") >= 0 {
				derive(s, recipeOf("stock"), func(spec *TableSpec) bool { return true })
			}
			if s.has("supplier") >= 0 {
				derive(s, recipeOf("sources"), func(spec *TableSpec) bool {
					// The price of an item is not what it costs to buy.
					spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool {
						return c.Name == "price" && s.has("cost") < 0
					})
					if k := s.has("cost"); k >= 0 {
						spec.set("price", s.cols[k].title)
					}
					spec.Where = quote(s.cols[s.has("supplier")].title) + " IS NOT NULL"
					return true
				})
			}
		case "stock":
			if s.find(ms{"safety_stock", "reorder_point", "order_up_to", "lead_time", "lot_min"}) >= 0 {
				derive(s, recipeOf("skus"), nil)
			}
		case "movements":
			st.ledger(files, s)
		}
		if contributors == 1 && s.table != "items" && s.table != "bom" && s.find(ms{"item_name", "uom"}) >= 0 && s.has("item") >= 0 {
			derive(s, recipeOf("items"), func(spec *TableSpec) bool {
				spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool {
					return c.Name != "item_id" && c.Name != "name" && c.Name != "uom" && c.Name != "category"
				})
				return true
			})
		}
	}
}

// ledger makes stock, the sum of all movements, and history, what went out, of
// a stock ledger that comes without either.
func (st *stager) ledger(files []*seen, s *seen) {
	mv := s.specs[0]
	if !takenAs(files, "stock") {
		spec := TableSpec{Table: "stock", From: mv.From, As: "src", GroupBy: []string{"item_id"}}
		spec.Columns = append(spec.Columns, ColumnSpec{"item_id", mv.expr("item_id")})
		if e := mv.expr("site_id"); e != "" {
			spec.Columns = append(spec.Columns, ColumnSpec{"site_id", e})
			spec.GroupBy = append(spec.GroupBy, "site_id")
		}
		spec.Columns = append(spec.Columns, ColumnSpec{"qty", "sum(num(" + asColumn(s, mv.expr("qty")) + "))"})
		s.specs = append(s.specs, spec)
		s.reasons = append(s.reasons, "stock is the sum of its movements")
	}
	if !takenAs(files, "demand_history") {
		qty := "num(" + asColumn(s, mv.expr("qty")) + ")"
		spec := TableSpec{Table: "demand_history", From: mv.From, As: "src", Where: "coalesce(" + qty + ", -1) < 0"}
		for _, c := range []string{"item_id", "site_id", "on"} {
			if e := mv.expr(c); e != "" {
				spec.Columns = append(spec.Columns, ColumnSpec{c, e})
			}
		}
		spec.Columns = append(spec.Columns, ColumnSpec{"qty", "0 - " + qty})
		s.specs = append(s.specs, spec)
		s.reasons = append(s.reasons, "what went out is history")
	}
}

// details joins lines of orders to the file that holds their heads, found by
// the number that both carry.
func (st *stager) details(ctx context.Context, files []*seen) error {
	for _, d := range files {
		if len(d.specs) > 0 || d.has("order") < 0 || d.has("item") < 0 || d.has("qty") < 0 || d.has("date") >= 0 {
			continue
		}
		for _, h := range files {
			k := h.has("order")
			if h == d || len(h.specs) > 0 || k < 0 || h.has("item") >= 0 || h.has("date") < 0 {
				continue
			}
			dk, hk := quote(d.cols[d.has("order")].title), quote(h.cols[k].title)
			var share float64
			if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT CASE WHEN (SELECT count(DISTINCT %[1]s) = count(%[1]s) FROM %[2]s) THEN CAST(count(*) FILTER (WHERE %[3]s IN (SELECT %[1]s FROM %[2]s)) AS DOUBLE) / greatest(count(*), 1) ELSE 0.0 END FROM %[4]s",
				hk, h.src.from, dk, d.src.from), nil, &share); err != nil {
				return err
			}
			if share < 0.8 {
				continue
			}
			if err := st.joined(ctx, d, h, dk, hk, share); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (st *stager) joined(ctx context.Context, d, h *seen, dk, hk string, share float64) error {
	spec := TableSpec{Table: "demand_history", From: d.in.name, As: "src", Join: []JoinSpec{{File: h.in.name, As: "h", On: "h." + hk + " = src." + dk}}}
	add := func(s *seen, alias, column string, meanings ms) error {
		k := s.find(meanings)
		if k < 0 || spec.expr(column) != "" {
			return nil
		}
		x := TableSpec{Table: spec.Table, Columns: []ColumnSpec{{column, s.cols[k].title}}}
		if err := st.dress(ctx, s, &x); err != nil {
			return err
		}
		e := strings.ReplaceAll(asColumn(s, x.Columns[0].Expr), quote(s.cols[k].title), alias+"."+quote(s.cols[k].title))
		spec.Columns = append(spec.Columns, ColumnSpec{column, e})
		return nil
	}
	for _, x := range []struct {
		s        *seen
		alias    string
		column   string
		meanings ms
	}{{d, "src", "item_id", ms{"item"}}, {d, "src", "site_id", ms{"site"}}, {h, "h", "on", ms{"date"}}, {d, "src", "qty", ms{"qty"}}, {h, "h", "customer_id", ms{"customer"}}, {d, "src", "price", ms{"price"}}} {
		if err := add(x.s, x.alias, x.column, x.meanings); err != nil {
			return err
		}
	}
	d.table, d.sure = "demand_history", 0.6+0.3*share
	d.reasons = []string{fmt.Sprintf("%.0f %% of its orders are in %s, which has the day", 100*share, h.in.name)}
	d.specs = append(d.specs, spec)
	if h.table == "" {
		h.table, h.sure, h.reasons = "demand_history", d.sure, []string{"the heads of the orders in " + d.in.name}
	}
	return nil
}
