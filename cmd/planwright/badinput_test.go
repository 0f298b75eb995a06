package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// badTables are data sets that cannot be planned as they stand. said must be told
// while reading them, by file and row; the codes must be among the exceptions of
// the plan; orders counts what is planned all the same.
var badTables = []struct {
	name   string
	files  map[string]string
	said   []string
	codes  string
	orders int
}{
	{"cycle of BOM lines", map[string]string{"bom": "parent_id,component_id,qty_per\nA,B,1\nB,C,1\nC,A,1\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,5,2026-01-20\n"},
		[]string{"BOM_CYCLE bom.csv:4 C > A > B > C"}, "BOM_CYCLE", 3},
	{"cycle of transfers", map[string]string{"sites": "site_id\nS\nT\n", "sources": "item_id,site_id,kind,from_site_id\nA,S,transfer,T\nA,T,transfer,S\n", "demand_orders": "order_id,item_id,site_id,qty,due_on\n1,A,S,5,2026-01-20\n"},
		nil, "BOM_CYCLE UNCOVERED", 1},
	{"its own component", map[string]string{"bom": "parent_id,component_id,qty_per\nA,A,1\nA,B,1\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,5,2026-01-20\n"},
		[]string{"SELF_COMPONENT bom.csv:2"}, "SELF_COMPONENT", 2},
	{"negative quantities", map[string]string{"demand_orders": "order_id,item_id,qty,due_on\n1,A,-5,2026-01-20\n2,A,3,2026-01-20\n", "supply_orders": "order_id,kind,item_id,qty,due_on\nR,purchase,A,-4,2026-01-08\n",
		"stock": "item_id,qty\nA,-7\n", "bom": "parent_id,component_id,qty_per\nA,B,-1\n", "skus": "item_id,lot_min\nB,-1\n"},
		[]string{"NEGATIVE_QTY demand_orders.csv:2", "NEGATIVE_QTY supply_orders.csv:2", "NEGATIVE_QTY bom.csv:2", "NEGATIVE_QTY skus.csv:2", "WARN NEGATIVE_QTY stock.csv:2"}, "NEGATIVE_QTY", 2},
	{"absurd quantities", map[string]string{"demand_orders": "order_id,item_id,qty,due_on\n1,A,1e13,2026-01-20\n2,A,999999999999.999999,2026-01-20\n3,A,nan,2026-01-20\n4,A,1000000000000,2026-01-20\n5,A,many,2026-01-20\n6,A,0,2026-01-20\n"},
		[]string{"QTY_RANGE demand_orders.csv:2", "BAD_NUMBER demand_orders.csv:4", "QTY_RANGE demand_orders.csv:5", "BAD_NUMBER demand_orders.csv:6"}, "QTY_RANGE BAD_NUMBER", 1},
	{"a trillion, exploded", map[string]string{"bom": "parent_id,component_id,qty_per\nA,B,1000\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,999999999999,2026-01-20\n2,A,999999999999,2026-01-20\n"},
		nil, "QTY_RANGE UNCOVERED", 1},
	{"lead times of years", map[string]string{"skus": "item_id,lead_time_days\nA,4000\nB,99999999999\nC,-3\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,5,2026-01-20\n2,B,1,2026-02-01\n3,C,1,2026-02-01\n"},
		[]string{"QTY_RANGE skus.csv:3", "NEGATIVE_QTY skus.csv:4"}, "PAST_DUE_START LATE", 3},
	{"dates out of range", map[string]string{"demand_orders": "order_id,item_id,qty,due_on\n1,A,5,1899-12-31\n2,A,5,9999-12-31\n3,A,5,2026-02-30\n4,A,5,2090-01-01\n5,A,5,\n6,A,5,2026-01-20\n"},
		[]string{"DATE_RANGE demand_orders.csv:2", "DATE_RANGE demand_orders.csv:3", "BAD_DATE demand_orders.csv:4", "DATE_RANGE demand_orders.csv:5", "MISSING_VALUE demand_orders.csv:6"}, "DATE_RANGE BAD_DATE MISSING_VALUE", 1},
	{"a gap in effectivity", map[string]string{"bom": "parent_id,component_id,qty_per,effective_from,effective_to\nA,B,1,,2026-01-10\nA,C,1,2026-02-01,\nA,D,1,2026-03-01,2026-01-10\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,5,2026-01-20\n"},
		[]string{"EFFECTIVITY_EMPTY bom.csv:4"}, "NO_BOM", 1},
	{"lot rules that contradict", map[string]string{"skus": "item_id,lot_min,lot_multiple,lot_max,rounding_profile\nA,10,0,4,\nC,,7,5,\nD,,,0.000001,\nE,,,,x;1:0\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,9,2026-01-20\n2,C,3,2026-01-20\n3,D,9000000,2026-01-20\n4,E,3,2026-01-20\n"},
		[]string{"LOT_LIMIT skus.csv:2", "UNKNOWN_VALUE skus.csv:5"}, "LOT_LIMIT", 6},
	{"two sources of one priority", map[string]string{"sources": "item_id,kind,supplier_id,priority\nA,buy,V2,1\nA,buy,V1,1\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,9,2026-01-20\n"},
		nil, "", 1}, // the first of the file
	{"sources that cannot be", map[string]string{"sources": "item_id,kind,supplier_id,quota,order_weekdays,effective_from\nA,buy,V1,-1,,\nA,buy,V2,nan,,\nA,buy,V3,,x,2027-01-01\nB,transfer,,,,\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,9,2026-01-20\n"},
		[]string{"BAD_NUMBER sources.csv:2", "BAD_NUMBER sources.csv:3", "UNKNOWN_VALUE sources.csv:4", "MISSING_VALUE sources.csv:5"}, "NO_SOURCE UNCOVERED", 0},
	{"receipts without item", map[string]string{"items": "item_id\nA\n", "supply_orders": "order_id,kind,item_id,qty,due_on\nR,purchase,,4,2026-01-08\nR2,purchase,Z,4,2026-01-08\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,9,2026-01-20\n"},
		[]string{"MISSING_VALUE supply_orders.csv:2", "UNKNOWN_ITEM supply_orders.csv:3"}, "", 1},
	{"shares of more than all", map[string]string{"bom": "parent_id,component_id,qty_per,alternate_group,alternate_share\nA,B,1,g,60\nA,C,1,g,60\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,10,2026-01-20\n"},
		[]string{"ALTERNATE_SHARES bom.csv:2"}, "", 3},
	{"scrap of everything", map[string]string{"skus": "item_id,scrap_pct,scrap_rule\nA,100,divide\nC,99.999999,divide\n", "demand_orders": "order_id,item_id,qty,due_on\n1,A,9,2026-01-20\n2,C,900000,2026-01-20\n"},
		[]string{"QTY_RANGE skus.csv:2"}, "QTY_RANGE UNCOVERED", 1},
}

// Bad tables end in a plan of what can be planned; each fault is told with its
// file and row, or as an exception of its item. Nothing is dropped in silence,
// nothing panics.
func TestBadTables(t *testing.T) {
	wholeWay(t)
	for _, c := range badTables {
		t.Run(c.name, func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			for name, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, _, errs := cli(t, "mrp", dir, "--as-of", "2026-01-05", "-o", out)
			if code != exitDone {
				t.Fatalf("exit code %d\n%s", code, errs)
			}
			for _, want := range c.said {
				if !strings.Contains(errs, want) {
					t.Errorf("%q is not said in\n%s", want, errs)
				}
			}
			exceptions := fileText(t, out, "exceptions.csv")
			for _, want := range strings.Fields(c.codes) {
				if !strings.Contains(exceptions, "\n"+want+",") {
					t.Errorf("no exception %s in\n%s", want, exceptions)
				}
			}
			if n := strings.Count(fileText(t, out, "planned_orders.csv"), "\n") - 1; n != c.orders {
				t.Errorf("%d orders, want %d\n%s", n, c.orders, fileText(t, out, "planned_orders.csv"))
			}
		})
	}
}

// A BOM of 50,000 components, and one of 60 levels.
func TestBadShapes(t *testing.T) {
	const wide, deep = 50_000, 60
	var b strings.Builder
	b.WriteString("parent_id,component_id,qty_per\n")
	for i := range wide {
		fmt.Fprintf(&b, "A,C%05d,1\n", i)
	}
	for i := range deep {
		fmt.Fprintf(&b, "L%02d,L%02d,1\n", i, i+1)
	}
	dir, out := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"bom": b.String(), "demand_orders": "order_id,item_id,qty,due_on\n1,A,5,2026-01-20\n2,L00,5,2026-01-20\n"} {
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "mrp", dir, "--as-of", "2026-01-05", "-o", out)
	if n := strings.Count(fileText(t, out, "planned_orders.csv"), "\n") - 1; n != wide+1+deep+1 {
		t.Errorf("%d orders, want one an item: %d", n, wide+deep+2)
	}
}

// Bad files of lot-sizing problems are refused with the row and what is wrong.
func TestBadLots(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "the file is empty",
		"period,qty\n":                      "no rows",
		"period\n1\n":                       `no column "qty"`,
		"period,qty\n1,-5\n":                "row 2",
		"period,qty\n1,5\n1,6\n":            "row 2 already",
		"period,qty\n1,5\n3,6\n":            "give the periods between",
		"period,qty\n1,1e13\n":              "row 2",
		"period,qty\n1,many\n":              "row 2",
		"period,qty\nsoon,5\n":              `period "soon"`,
		"period,qty,setup\n1,5,-1\n":        "setup",
		"period,qty,setup\n1,5,nan\n":       "setup",
		"period,qty\n1,5\n2026-01-05,5\n":   "dates in some rows",
		"period,qty\n1,5,7\n":               "row 2",
		"period,qty,colour\n1,5,red\n":      `"colour"`,
		"period,qty,qty\n1,5,6\n":           `two columns "qty"`,
		"period,qty\n\"1,5\n":               "row 2",
		"period,qty,holding\n1,5,1e999\n":   "holding",
		"period,qty,unit_cost\n1,5,cheap\n": "unit_cost",
	} {
		file := filepath.Join(t.TempDir(), "lots.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := cli(t, "lots", file, "--setup", "10", "--holding", "1")
		if code == exitDone || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, "lots.csv") {
			t.Errorf("%q: exit code %d, %q, want a refusal that names %q", text, code, errs, want)
		}
	}
}

func fileText(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
