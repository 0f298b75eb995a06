package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

// faultsOf are values that no number or day of a company can be, by type of
// column.
func faultsOf(c *Column) []string {
	switch c.Type {
	case Qty, Float:
		return []string{"1e308", "-1e308", "1e400", "-1e400", "inf", "-inf", "Infinity", "9223372036854775808", "-9223372036854775809", "1e18", "1e13", "0x7fffffff", "1..2", "many", "-1"}
	case Int, Length:
		return []string{"1e308", "-1e308", "1e400", "inf", "-inf", "9223372036854775808", "2147483648", "1e10", "many", "1/2", "-1"}
	case Date:
		return []string{"0001-01-01", "9999-12-31", "1900-01-01", "2262-04-12", "292277-01-01", "-4713-01-01", "infinity", "-infinity", "2026-02-30", "2026-13-01", "0000-00-00", "1e308", "soon"}
	}
	return nil
}

// negative are the columns in which less than nothing has a meaning.
var negative = map[string]string{
	"demand_history.qty": "what came back", "movements.qty": "what left", "demand_history.price": "a credit",
	"bom.priority": "an order", "bom.alternate_priority": "an order", "sources.priority": "an order", "demand_orders.priority": "an order", "routings.step": "an order",
}

// fine returns a cell of the column that an import takes: of the n-th row.
func fine(t *Table, c *Column, n int) string {
	switch {
	case slices.Contains(t.Key, c.Name) && c.Type == Text:
		return fmt.Sprintf("%s%05d", strings.ToUpper(t.Name[:1]), n)
	case c.Name == "item_id" || c.Name == "component_id":
		return fmt.Sprintf("I%05d", n)
	case c.Name == "parent_id":
		return fmt.Sprintf("P%05d", n)
	case c.Name == "site_id":
		return "S"
	case c.Name == "supplier_id":
		return "V"
	case c.Name == "resource_id" && t.Name == "routings":
		return "R"
	case c.Name == "weekday":
		return "1"
	case c.Name == "due_on":
		return "2026-02-01"
	case !c.Required:
		return ""
	case len(c.Values) > 0:
		return c.Values[slices.Index(c.Values, "buy")+1-min(1, slices.Index(c.Values, "buy")+1)]
	case c.Name == "to":
		return "2025-12-31"
	}
	switch c.Type {
	case Qty, Float, Int, Length:
		return "1"
	case Date:
		return "2025-12-01"
	case Bool:
		return "true"
	}
	return fmt.Sprintf("x%d", n)
}

// TestFaultValues: a value that cannot be, in any column of numbers or days of
// any table, is set aside or told by a finding of its row, and never comes into
// a snapshot in silence. Rows without a fault come in whole.
func TestFaultValues(t *testing.T) {
	type fault struct {
		table, column, value, item string
		row                        int64
	}
	var faults []fault
	files := map[string]string{"sites.csv": "site_id\nS\n", "suppliers.csv": "supplier_id\nV\n", "resources.csv": "resource_id,capacity_per_day\nR,8\n"}
	n, dictionary := 0, strings.Builder{}
	dictionary.WriteString("item_id,unit_cost,unit_price\n")
	for i := range Tables {
		table := &Tables[i]
		if !slices.ContainsFunc(table.Columns, func(c Column) bool { return faultsOf(&c) != nil }) {
			continue
		}
		var b strings.Builder
		for k := range table.Columns {
			b.WriteString(table.Columns[k].Name + ",")
		}
		b.WriteString("x_n\n")
		row := int64(1)
		put := func(column, value string) {
			n++
			row++
			item := fmt.Sprintf("I%05d", n)
			if table.Name != "items" {
				fmt.Fprintf(&dictionary, "I%05d,1,2\nP%05d,1,2\n", n, n)
			}
			for k := range table.Columns {
				c := &table.Columns[k]
				cell := fine(table, c, n)
				if c.Name == column {
					cell = value
				}
				b.WriteString(cell + ",")
			}
			fmt.Fprintf(&b, "%d\n", n)
			if column != "" {
				faults = append(faults, fault{table.Name, column, value, item, row})
			}
		}
		put("", "")
		for k := range table.Columns {
			for _, v := range faultsOf(&table.Columns[k]) {
				put(table.Columns[k].Name, v)
			}
		}
		files[table.Name+"_faults.csv"] = b.String()
	}
	files["items.csv"] = dictionary.String()
	m := "version: 1\ntables:\n"
	for i := range Tables {
		for _, file := range []string{Tables[i].Name + ".csv", Tables[i].Name + "_faults.csv"} {
			if files[file] == "" {
				continue
			}
			titles, _, _ := strings.Cut(files[file], "\n")
			m += fmt.Sprintf("  - table: %s\n    from: %s\n    columns: {", Tables[i].Name, file)
			for k, c := range strings.Split(titles, ",") {
				m += strings.Repeat(", ", min(k, 1)) + c + ": '\"" + c + "\"'"
			}
			m += "}\n"
		}
	}
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, files)}, AsOf: day(t, "2026-01-01"), MapText: m})
	if err != nil {
		t.Fatal(err)
	}
	inChinese(t, r.Findings)
	type place struct {
		table string
		row   int64
	}
	told := map[place][]string{}
	ofItem := map[string][]string{}
	for _, f := range r.Findings {
		text := f.Code.String() + " " + f.Severity.String() + " " + f.Subject + " " + f.Detail
		if strings.HasSuffix(f.File, "_faults.csv") {
			told[place{f.Table, f.Row}] = append(told[place{f.Table, f.Row}], text)
		}
		if f.Code == planwright.CodeNegativeCost {
			ofItem[f.ItemID] = append(ofItem[f.ItemID], text)
		}
	}
	for _, f := range faults {
		if f.value == "-1" && negative[f.table+"."+f.column] != "" {
			continue
		}
		found := slices.ContainsFunc(told[place{f.table, f.row}], func(s string) bool {
			return strings.Contains(s, f.column) || strings.HasPrefix(s, "NEGATIVE_QTY") && f.value == "-1" || strings.HasPrefix(s, "DATE_RANGE")
		})
		found = found || f.value == "-1" && len(ofItem[f.item]) > 0
		if !found {
			t.Errorf("%s.%s = %s is imported without a word; said of the row: %q", f.table, f.column, f.value, told[place{f.table, f.row}])
		}
	}
	for _, x := range r.Tables {
		if x.Read != x.Imported+x.Merged+x.Ignored+x.Quarantined {
			t.Errorf("accounting of %s: %+v", x.File, x)
		}
	}
	for i := range Tables {
		if said := told[place{Tables[i].Name, 2}]; len(said) > 0 {
			t.Errorf("the row of %s without a fault is told: %q", Tables[i].Name, said)
		}
	}
}

// inChinese: what is found is said in Chinese too.
func inChinese(t *testing.T, findings []Finding) {
	t.Helper()
	for _, f := range findings {
		if f.Detail != "" && lang.Detail(lang.Chinese, f.Detail) == f.Detail {
			t.Errorf("no Chinese for %s: %s", f.Code, f.Detail)
		}
	}
}
