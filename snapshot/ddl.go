package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// FormatVersion is the version of the layout of snapshot files. A file of a
// newer one is refused, older ones are read as they are or migrated.
const FormatVersion = 1

// PlanFormatVersion is that of plan files. A plan of another version is refused:
// it is made again from its snapshot.
const PlanFormatVersion = 6

// A snapshot file holds two schemas: main is what people query, with the names
// of the data set; data holds the facts as the engine reads them, sorted, with
// dense numbers in place of codes, behind views of main.

// ragged are the tables that hang on a sku. data.<table> has sku INTEGER in
// place of item_id and site_id; supplier INTEGER in place of supplier_id;
// from_sku INTEGER in place of from_site_id. It is stored sorted by sku, then
// as [Table.Sort] says; quantities are in stock units.
var ragged = []string{"sku_periods", "sources", "stock", "supply_orders", "demand_orders", "reservations", "demand_history", "movements", "receipts", "forecasts"}

// numbered are the dictionaries: main.<table> starts with the dense number of
// the row, 0..n-1 in byte-wise order of the code.
var numbered = map[string]string{"items": "item", "sites": "site", "suppliers": "supplier"}

// physical is a column as it is stored.
type physical struct {
	Name, Type string
}

// sqlType returns how a snapshot stores a column.
func (t Type) sqlType() string {
	switch t {
	case Qty:
		return "DECIMAL(18,6)"
	case Float:
		return "DOUBLE"
	case Int, Length:
		return "INTEGER"
	case Date:
		return "DATE"
	case Bool:
		return "BOOLEAN"
	}
	return "VARCHAR"
}

// home returns the schema that the stored table lies in.
func home(table string) string {
	if table == "bom" || slices.Contains(ragged, table) {
		return "data"
	}
	return "main"
}

// layout returns the stored columns of a table of the data set, without the
// extra columns (x_...) that an import may add behind them.
func layout(t *Table) []physical {
	var cols []physical
	add := func(name, typ string) { cols = append(cols, physical{name, typ}) }
	switch {
	case t.Name == "bom":
		add("line", "INTEGER")
		add("parent", "INTEGER")
		add("component", "INTEGER")
		add("site", "INTEGER")
	case t.Name == "skus":
		add("sku", "INTEGER")
		add("item", "INTEGER")
		add("site", "INTEGER")
	case t.Name == "price_breaks":
		add("item", "INTEGER")
		add("supplier", "INTEGER")
	case numbered[t.Name] != "":
		add(numbered[t.Name], "INTEGER")
	case home(t.Name) == "data":
		add("sku", "INTEGER")
	}
	inData := home(t.Name) == "data"
	for _, c := range t.Columns {
		switch {
		case inData && (c.Name == "item_id" || c.Name == "site_id" || c.Name == "parent_id" || c.Name == "component_id"):
			// replaced by the numbers above
		case inData && c.Name == "supplier_id":
			add("supplier", "INTEGER")
		case inData && c.Name == "from_site_id":
			add("from_sku", "INTEGER")
		case inData && c.Name == "uom" && t.Name != "sources":
			// quantities are converted; the view shows the stock unit
		default:
			add(c.Name, c.Type.sqlType())
		}
	}
	switch {
	case t.Name == "sources":
		add("per_uom_num", "BIGINT")
		add("per_uom_den", "BIGINT")
	case t.Name == "skus":
		add("implicit", "BOOLEAN")
	}
	if inData {
		add(sourceColumn, "VARCHAR")
	}
	return cols
}

// extraTables are tables of a snapshot beside those of the data set.
var extraTables = []struct {
	schema, name string
	cols         []physical
}{
	{"main", "meta", []physical{{"key", "VARCHAR"}, {"value", "VARCHAR"}}},
	{"main", "findings", []physical{{"code", "VARCHAR"}, {"severity", "VARCHAR"}, {"table_name", "VARCHAR"}, {"file", "VARCHAR"}, {"row", "BIGINT"},
		{"item_id", "VARCHAR"}, {"site_id", "VARCHAR"}, {"subject", "VARCHAR"}, {"value", "DOUBLE"}, {"detail", "VARCHAR"}}},
	{"main", "quarantine", []physical{{"table_name", "VARCHAR"}, {"file", "VARCHAR"}, {"code", "VARCHAR"}, {"rows", "BIGINT"}}},
	{"data", "repairs", []physical{{"sku", "INTEGER"}, {"note", "VARCHAR"}}},
}

// createTables makes every table of an empty snapshot.
func createTables(ctx context.Context, c *Conn) error {
	var b strings.Builder
	b.WriteString("BEGIN; CREATE SCHEMA IF NOT EXISTS data;\n") // one commit: each is brought to the disk
	for i := range Tables {
		writeCreate(&b, home(Tables[i].Name), Tables[i].Name, layout(&Tables[i]))
	}
	for _, t := range extraTables {
		writeCreate(&b, t.schema, t.name, t.cols)
	}
	b.WriteString("COMMIT;")
	return c.Exec(ctx, b.String())
}

func writeCreate(b *strings.Builder, schema, name string, cols []physical) {
	fmt.Fprintf(b, "CREATE TABLE %s.%s (", schema, quote(name))
	for i, c := range cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.Name) + " " + c.Type)
	}
	b.WriteString(");\n")
}

// createViews makes the views of main over the tables of data: the columns of
// the data set first, in its order, then what the import added.
func createViews(ctx context.Context, c *Conn) error {
	for i := range Tables {
		t := &Tables[i]
		if home(t.Name) != "data" {
			continue
		}
		have, err := c.describe(ctx, "data", t.Name)
		if err != nil {
			return err
		}
		if err := c.Exec(ctx, viewOf(t, have)); err != nil {
			return err
		}
	}
	return nil
}

// viewOf returns the view of a table of data with the given columns.
func viewOf(t *Table, have []physical) string {
	var sel []string
	joins := map[string]string{}
	join := func(alias, on string) string {
		joins[alias] = on
		return alias
	}
	used := map[string]bool{"sku": true, "line": true, "parent": true, "component": true, "site": true, "supplier": true, "from_sku": true}
	for _, c := range t.Columns {
		expr := "t." + quote(c.Name)
		used[c.Name] = true
		switch c.Name {
		case "item_id":
			expr = join("k", "JOIN main.skus k ON k.sku = t.sku") + ".item_id"
		case "site_id":
			if t.Name == "bom" {
				expr = join("z", "LEFT JOIN main.sites z ON z.site = t.site") + ".site_id"
			} else {
				expr = join("k", "JOIN main.skus k ON k.sku = t.sku") + ".site_id"
			}
		case "parent_id":
			expr = join("p", "JOIN main.items p ON p.item = t.parent") + ".item_id"
		case "component_id":
			expr = join("q", "JOIN main.items q ON q.item = t.component") + ".item_id"
		case "supplier_id":
			expr = join("u", "LEFT JOIN main.suppliers u ON u.supplier = t.supplier") + ".supplier_id"
		case "from_site_id":
			expr = join("f", "LEFT JOIN main.skus f ON f.sku = t.from_sku") + ".site_id"
		case "uom":
			if t.Name == "bom" {
				expr = join("q", "JOIN main.items q ON q.item = t.component") + ".uom"
			} else if t.Name != "sources" {
				join("k", "JOIN main.skus k ON k.sku = t.sku")
				expr = join("n", "JOIN main.items n ON n.item = k.item") + ".uom"
			}
		}
		sel = append(sel, expr+" AS "+quote(c.Name))
	}
	for _, c := range have {
		if !used[c.Name] {
			sel = append(sel, "t."+quote(c.Name))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE OR REPLACE VIEW main.%s AS SELECT %s FROM data.%s t", quote(t.Name), strings.Join(sel, ", "), quote(t.Name))
	for _, alias := range []string{"k", "n", "z", "p", "q", "u", "f"} {
		if on := joins[alias]; on != "" {
			b.WriteString(" " + on)
		}
	}
	return b.String()
}

// checkLayout returns an error where a stored table lacks a column of the
// layout or has it as another type: a file that somebody else wrote.
func checkLayout(ctx context.Context, c *Conn) error {
	check := func(schema, table string, want []physical) error {
		have, err := c.describe(ctx, schema, table)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fail(planwright.CodeFileFormat, "open snapshot", schema+"."+table, "there is no such table", "import the data again", err)
		}
		types := map[string]string{}
		for _, h := range have {
			types[h.Name] = h.Type
		}
		for _, p := range want {
			if typ := types[p.Name]; typ != p.Type {
				if typ == "" {
					typ = "missing"
				}
				return fail(planwright.CodeFileFormat, "open snapshot", schema+"."+table+"."+p.Name, typ+", want "+p.Type, "import the data again", nil)
			}
		}
		return nil
	}
	for i := range Tables {
		if err := check(home(Tables[i].Name), Tables[i].Name, layout(&Tables[i])); err != nil {
			return err
		}
	}
	for _, t := range extraTables {
		if err := check(t.schema, t.name, t.cols); err != nil {
			return err
		}
	}
	return nil
}
