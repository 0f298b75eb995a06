package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

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
		if err := st.cancelled(ctx, s, &spec); err != nil {
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

// cancelled leaves out of a history the orders that came to nothing.
func (st *stager) cancelled(ctx context.Context, s *seen, spec *TableSpec) error {
	and := func(cond, why string) {
		if spec.Where != "" {
			cond = "(" + spec.Where + ") AND " + cond
		}
		spec.Where = cond
		s.reasons = append(s.reasons, why)
	}
	if k := s.has("status"); k >= 0 {
		words, err := st.wordsIn(ctx, s, k, "cancelled")
		if err != nil {
			return err
		}
		if len(words) > 0 {
			and(fmt.Sprintf("coalesce(lower(trim(CAST(%s AS VARCHAR))), '') NOT IN (%s)", quote(s.cols[k].title), strings.Join(words, ", ")), "orders that were cancelled are no demand")
		}
	}
	if k := s.has("cancelled_on"); k >= 0 && s.cols[k].filled > 0 {
		and(fmt.Sprintf("coalesce(trim(CAST(%s AS VARCHAR)), '') = ''", quote(s.cols[k].title)), "what has a day in "+s.cols[k].title+" is no demand")
	}
	return nil
}

// wordsIn returns the words of a kind that stand in a column, as SQL.
func (st *stager) wordsIn(ctx context.Context, s *seen, k int, kind string) ([]string, error) {
	values, err := st.values(ctx, s, k, 200)
	if err != nil {
		return nil, err
	}
	var words []string
	for _, v := range values {
		if slices.Contains(wordsFor[kind][kind], v) {
			words = append(words, literal(v))
		}
	}
	return words, nil
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
	words, err := st.wordsIn(ctx, s, k, "out")
	if err != nil || len(words) == 0 {
		return err
	}
	e := asColumn(s, spec.expr("qty"))
	spec.set("qty", fmt.Sprintf("CASE WHEN lower(trim(%s)) IN (%s) THEN 0 - abs(num(%s)) ELSE num(%s) END", quote(s.cols[k].title), strings.Join(words, ", "), e, e))
	return nil
}
