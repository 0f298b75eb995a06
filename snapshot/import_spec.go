package snapshot

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"planwright"
)

// columns returns the spec's columns as the table has them, then the extra
// ones; the expression of a column that the spec leaves out is "".
func (s *staged) columns() []ColumnSpec {
	var out []ColumnSpec
	for i := range s.table.Columns {
		name := s.table.Columns[i].Name
		out = append(out, ColumnSpec{name, s.spec.expr(name)})
	}
	for _, c := range s.spec.Columns {
		if s.table.Column(c.Name) == nil {
			out = append(out, c)
		}
	}
	return out
}

// specPlan is a spec as SQL.
type specPlan struct {
	from    string   // with aliases and joins
	where   string   // with WHERE, "" for all
	row     string   // SQL of the row's number, "" where rowid tells it
	exprs   []string // by column, "" where left out
	types   []string
	numbers []string // text columns that must be numbers
}

// plan compiles a spec.
func (st *stager) plan(ctx context.Context, i int, s *staged) (*specPlan, error) {
	p := &specPlan{}
	rows := s.spec.usesRow()
	scope := []relation{{s.spec.As, s.src.columns, s.src.types}}
	if rows {
		scope[0] = relation{s.spec.As, append(slices.Clone(s.src.columns), "__row"), append(slices.Clone(s.src.types), "BIGINT")}
	}
	if consts := st.constants(); len(consts.columns) > 0 {
		scope = append(scope, consts)
	}
	numbers := map[string]bool{}
	compile := func(what, text string, scope []relation) (string, error) {
		c, err := st.expr.compile(ctx, text, scope, s.grouped && what != "where" && what != "on")
		if err != nil {
			return "", fmt.Errorf("%s: %w", what, err)
		}
		for _, n := range c.numbers {
			numbers[n] = true
		}
		return c.sql, nil
	}
	joins, err := st.joins(ctx, s, &scope, compile)
	if err != nil {
		return nil, err
	}
	usesConst := strings.Contains(joins, "const.")
	if s.spec.Where != "" {
		w, err := compile("where", s.spec.Where, scope)
		if err != nil {
			return nil, err
		}
		usesConst = usesConst || strings.Contains(w, "const.")
		p.where = " WHERE (" + w + ") IS TRUE"
		for _, n := range sortedKeys(numbers) {
			// A number that cannot be read decides nothing: its row is set
			// aside, not left out.
			p.where += fmt.Sprintf(" OR (nullif(trim(%s), '') IS NOT NULL AND num(%s) IS NULL)", n, n)
		}
	}
	for _, c := range s.columns() {
		sql, typ := "", ""
		if c.Expr != "" {
			if sql, err = compile("column "+c.Name, c.Expr, scope); err != nil {
				return nil, err
			}
			usesConst = usesConst || strings.Contains(sql, "const.")
			typ = typeOfRef(sql, scope)
		}
		p.exprs, p.types = append(p.exprs, sql), append(p.types, typ)
	}
	p.numbers = sortedKeys(numbers)
	if rows || !s.spec.simple() || usesConst || len(p.numbers) > 0 && s.grouped {
		if err := st.numbered(ctx, i, s.src); err != nil {
			return nil, err
		}
	}
	s.hasRow = s.src.hasRow
	if s.hasRow {
		p.row = s.spec.As + ".__row"
	}
	p.from = s.src.from + " AS " + s.spec.As
	if usesConst {
		p.from += " CROSS JOIN " + st.constantRow()
	}
	p.from += joins
	if joins != "" {
		if err := st.oneMatch(ctx, s, p); err != nil {
			return nil, err
		}
	}
	return p, st.typesOf(ctx, s, p)
}

// usesRow says whether an expression asks for the number of its row in the
// file.
func (t *TableSpec) usesRow() bool {
	return strings.Contains(t.Where, "__row") || slices.ContainsFunc(t.Columns, func(c ColumnSpec) bool { return strings.Contains(c.Expr, "__row") })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// constants are the mapping's constants, and as_of where it is known.
func (st *stager) constants() relation {
	r := relation{alias: "const"}
	if st.mapping != nil {
		r.columns = sortedKeys(st.mapping.Constants)
	}
	if st.asOf.Known() && r.column("as_of") < 0 {
		r.columns = append(r.columns, "as_of")
	}
	for range r.columns {
		r.types = append(r.types, "VARCHAR")
	}
	return r
}

func (st *stager) constantRow() string {
	r := st.constants()
	var cols []string
	for _, c := range r.columns {
		v := st.asOf.String()
		if st.mapping != nil {
			if given, ok := st.mapping.Constants[c]; ok {
				v = given
			}
		}
		cols = append(cols, literal(v)+" AS "+quote(c))
	}
	return "(SELECT " + strings.Join(cols, ", ") + ") AS const"
}

// joins returns the JOIN clauses and adds their files to the scope, each seen
// by its own condition and those behind it.
func (st *stager) joins(ctx context.Context, s *staged, scope *[]relation, compile func(string, string, []relation) (string, error)) (string, error) {
	var b strings.Builder
	for _, j := range s.spec.Join {
		i, err := findInput(st.inputs, j.File)
		if err != nil {
			return "", err
		}
		src, err := st.source(ctx, i)
		if err != nil {
			return "", err
		}
		if src.bad > 0 {
			return "", fail(planwright.CodeFileFormat, "import", j.File, fmt.Sprintf("row %d: %s", src.first[0].row, src.first[0].reason), "correct it: other files look values up in this one", nil)
		}
		*scope = append(*scope, relation{j.As, src.columns, src.types})
		on, err := compile("on", j.On, *scope)
		if err != nil {
			return "", err
		}
		kind := "LEFT"
		if j.Type == "inner" {
			kind = "INNER"
		}
		fmt.Fprintf(&b, " %s JOIN %s AS %s ON (%s)", kind, src.from, j.As, on)
	}
	return b.String(), nil
}

// oneMatch refuses a join that makes several rows of one.
func (st *stager) oneMatch(ctx context.Context, s *staged, p *specPlan) error {
	var row int64
	twice, err := st.c.Scan(ctx, fmt.Sprintf("SELECT r FROM (SELECT %s AS r FROM %s) GROUP BY r HAVING count(*) > 1 ORDER BY r LIMIT 1", p.row, p.from), nil, &row)
	if err != nil {
		return err
	}
	if twice {
		return fmt.Errorf("join: row %d of %s has several matches: make the condition of the join exact", row, s.spec.From)
	}
	return nil
}

// typeOfRef returns the type of an expression that is a column as it is, ""
// for any other.
func typeOfRef(sql string, scope []relation) string {
	for r := range scope {
		for i := range scope[r].columns {
			if sql == scope[r].ref(i) {
				return scope[r].types[i]
			}
		}
	}
	return ""
}

// typesOf asks DuckDB for the types of the expressions, which also finds what
// is wrong with them before anything runs.
func (st *stager) typesOf(ctx context.Context, s *staged, p *specPlan) error {
	known := !s.grouped
	var list []string
	for j, e := range p.exprs {
		if e != "" {
			known = known && p.types[j] != ""
			list = append(list, fmt.Sprintf("%s AS c%d", e, j))
		}
	}
	if known && s.spec.simple() {
		return nil
	}
	query := "SELECT " + strings.Join(list, ", ") + " FROM " + p.from + p.where + groupClause(s, p)
	_, types, err := describe(ctx, st.c, query)
	if err != nil {
		return err
	}
	k := 0
	for j, e := range p.exprs {
		if e != "" {
			p.types[j] = types[k]
			k++
		}
	}
	return nil
}

// groupClause returns GROUP BY with the expressions of the key columns.
func groupClause(s *staged, p *specPlan) string {
	if !s.grouped {
		return ""
	}
	return " GROUP BY " + strings.Join(groupKeys(s, p), ", ")
}

func groupKeys(s *staged, p *specPlan) []string {
	cols := s.columns()
	var keys []string
	for _, g := range s.spec.GroupBy {
		for j, c := range cols {
			if c.Name == g {
				keys = append(keys, p.exprs[j])
			}
		}
	}
	return keys
}

// group makes three tables of a grouped spec: u_k, which group each row of the
// file belongs to (by the smallest row of the group); b_k, the rows that hold
// no number where one is needed; and g_t_k, the groups.
func (st *stager) group(ctx context.Context, s *staged, p *specPlan) error {
	bad, which, cell := "false", "NULL", "NULL"
	if len(p.numbers) > 0 {
		var conds, cases, cells []string
		for j, n := range p.numbers {
			cond := fmt.Sprintf("(nullif(trim(%s), '') IS NOT NULL AND num(%s) IS NULL)", n, n)
			conds = append(conds, cond)
			cases = append(cases, fmt.Sprintf("WHEN %s THEN %d", cond, j+1))
			cells = append(cells, fmt.Sprintf("WHEN %s THEN %s", cond, n))
			s.ungroup = append(s.ungroup, problem{code: planwright.CodeBadNumber, column: unqualified(n), reason: "is not a number"})
		}
		bad = "(" + strings.Join(conds, " OR ") + ")"
		which, cell = "CASE "+strings.Join(cases, " ")+" END", "CASE "+strings.Join(cells, " ")+" END"
	}
	where := p.where
	if where == "" {
		where = " WHERE true"
	}
	good := " WHERE (" + strings.TrimPrefix(where, " WHERE ") + ") AND NOT " + bad
	wrong := " WHERE (" + strings.TrimPrefix(where, " WHERE ") + ") AND " + bad
	keys := groupKeys(s, p)
	var out []string
	for j, e := range p.exprs {
		if e != "" {
			out = append(out, fmt.Sprintf("%s AS c%d", e, j))
		}
	}
	queries := []string{
		fmt.Sprintf("CREATE TABLE b_%d AS SELECT %s AS row, CAST(%s AS SMALLINT) AS err, CAST(%s AS VARCHAR) AS cell FROM %s%s", s.k, p.row, which, cell, p.from, wrong),
		fmt.Sprintf("CREATE TABLE u_%d AS SELECT %s AS row, min(%s) OVER (PARTITION BY %s) AS __row FROM %s%s", s.k, p.row, p.row, strings.Join(keys, ", "), p.from, good),
		fmt.Sprintf("CREATE TABLE g_%d AS SELECT min(%s) AS __row, count(*) AS __n, %s FROM %s%s%s", s.k, p.row, strings.Join(out, ", "), p.from, good, groupClause(s, p)),
	}
	for _, q := range queries {
		if err := st.c.Exec(ctx, q); err != nil {
			return err
		}
	}
	_, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*) FROM b_%d", s.k), nil, &s.flagged)
	return err
}

// run builds the typed rows of a spec in table t_k.
func (st *stager) run(ctx context.Context, i int, s *staged) error {
	p, err := st.plan(ctx, i, s)
	if err != nil {
		return err
	}
	t := typing{spaces: s.spec.simple() && (s.src.text == nil || !s.src.text.wide)}
	from, where, exprs := p.from, p.where, p.exprs
	var carry []string
	if s.grouped {
		if err := st.group(ctx, s, p); err != nil {
			return err
		}
		from, where, carry = fmt.Sprintf("g_%d", s.k), "", []string{"__row", "__n"}
		for j := range exprs {
			if exprs[j] != "" {
				exprs[j] = fmt.Sprintf("c%d", j)
			}
		}
	} else {
		for j, ref := range p.numbers {
			n := fmt.Sprintf("n%d", j)
			t.step(0, n, fmt.Sprintf("(nullif(trim(%s), '') IS NOT NULL AND num(%s) IS NULL)", ref, ref))
			t.step(0, "m"+n, ref)
			t.problems = append(t.problems, problem{planwright.CodeBadNumber, unqualified(ref), "is not a number", n, "m" + n})
		}
		if s.hasRow {
			carry = []string{p.row}
		}
	}
	for j, c := range s.columns() {
		if col := s.table.Column(c.Name); col != nil {
			t.add(j, col, exprs[j], p.types[j], s.src.in.format == "xlsx" || s.src.in.format == "xmlss", s.table.Name == "skus" || s.table.Name == "items" && c.Name == "uom")
		} else {
			t.extra(j, c.Name, exprs[j], p.types[j])
			s.extras = append(s.extras, c.Name)
		}
	}
	s.problems, s.notices = t.problems, t.notices
	typed := t.sql(from, where, carry)
	if st.bulk[s.table.Name] {
		if done, err := st.runBulk(ctx, s, &t, typed); err != nil || done {
			return err
		}
	}
	if err := st.c.Exec(ctx, "CREATE TABLE "+s.name()+" AS "+typed); err != nil {
		return err
	}
	count := "count(*)"
	if s.grouped {
		count = "CAST(coalesce(sum(__n), 0) AS BIGINT)"
	}
	if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*), %s, CAST(coalesce(bit_or(__warn), 0) AS BIGINT) FROM %s", count, s.name()), nil, &s.rows, &s.kept, &s.warn); err != nil {
		return err
	}
	s.kept += s.flagged + s.src.notObject
	if s.spec.simple() {
		return st.sameCount(ctx, s.src, s.name())
	}
	return nil
}

// unqualified returns the name of the column in a reference.
func unqualified(ref string) string {
	if i := strings.IndexByte(ref, '.'); i >= 0 {
		ref = ref[i+1:]
	}
	return strings.ReplaceAll(strings.Trim(ref, `"`), `""`, `"`)
}
