package snapshot

import (
	"fmt"
	"strings"
)

// RowColumn is the column in which [BIView.Rows] and [BIView.Filter] give the number
// of a row: its place in the table behind the view.
const RowColumn = "row_"

// Numbered says whether the rows of a view have numbers. Those of bi_plan and bi_date,
// which are computed, have none.
func (v *BIView) Numbered() bool { return v.Name != "bi_plan" && v.Name != "bi_date" }

// Rows is the source, for FROM, of the rows of a view whose numbers a condition on
// rowid chooses, with all columns and [RowColumn]. Rows of a view over numbers look up
// their names alone.
func (v *BIView) Rows(planID, cond string) string {
	from := v.from
	switch {
	case v.Name == "bi_requirements":
		from, cond = NumberRows("requirements", cond)+" t", ""
	case v.Fact: // some of their expressions depend on the plan
		return fmt.Sprintf("(SELECT *, row_id AS %s FROM plan.%s WHERE %s)", RowColumn, v.Name, strings.ReplaceAll(cond, "rowid", "row_id"))
	case v.beside != nil: // the tables beside are joined for these rows alone, not for all
		among := func(table string) string {
			return fmt.Sprintf("(SELECT * FROM plan.%s SEMI JOIN page_ USING (item_id, site_id))", table)
		}
		return fmt.Sprintf("(WITH page_ AS MATERIALIZED (SELECT *, rowid AS %[1]s FROM %[2]s WHERE %[3]s) SELECT %[4]s, t.%[1]s FROM %[5]s)", RowColumn, inPlan(v.from), cond, v.columnList(nil), v.joined("page_ t", among, nil))
	default:
		from, cond = inPlan(from), " WHERE "+strings.ReplaceAll(cond, "rowid", "t.rowid")
	}
	row := "t.rowid"
	if v.Fact {
		row = "t." + SeqColumn
	}
	return fmt.Sprintf("(SELECT %s, %s AS %s FROM %s%s)", v.columnList(map[string]string{"$plan": literal(planID)}), row, RowColumn, from, cond)
}

// Filter is the source, for FROM, of the numbers of all rows of a view, with at least
// those columns that a condition or an order names.
func (v *BIView) Filter(planID, condition string) string {
	switch {
	case v.Name == "bi_requirements":
		more := ""
		if strings.Contains(condition, "on_date") {
			more = `, "on" AS on_date`
		}
		return fmt.Sprintf("(SELECT *%s, %s AS row_id, %s AS plan_id, %s AS %s FROM %s)", more, SeqColumn, literal(planID), SeqColumn, RowColumn,
			NumberFilter("requirements", strings.ReplaceAll(condition, "on_date", "on")))
	case v.Fact:
		return fmt.Sprintf("(SELECT *, row_id AS %s FROM plan.%s)", RowColumn, v.Name)
	}
	named := wordsOf(condition)
	var columns []BIColumn
	tables := map[string]bool{}
	for _, c := range v.Columns {
		if table, _, ok := strings.Cut(c.expr, "."); named[c.Name] || v.beside == nil {
			columns = append(columns, c)
			tables[table] = ok
		}
	}
	columns = append(columns, BIColumn{Name: RowColumn, expr: "t.rowid"})
	return fmt.Sprintf("(SELECT %s FROM %s)", selectList(columns, nil), inPlan(v.joined(v.from, nil, func(name string) bool { return tables[name] })))
}

// inPlan names the tables of a FROM in the plan file.
func inPlan(from string) string {
	return strings.NewReplacer("data.", "plan.data.", "main.", "plan.main.").Replace(from)
}
