package mrp

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"planwright"
)

// The files testdata/*.txt hold plans as a planner would draw them: prose, a
// model (see the text form of model), and sections of what must come out:
//
//	orders:            item quantity: start day due day, and what differs from the plain case
//	exceptions:        code item day quantity > new day, order
//	pegs:              item supply > demand quantity
//	record ITEM by N:  the time-phased record in periods of N days
//
// Days are counted from the as-of day, day 0. A section that is not there is
// not checked. A file may hold several plans, each starting with a line of ===.

// section is a part of a golden file: its heading and its lines.
type section struct {
	name  string
	lines []string
}

func sections(text string) (all []section) {
	var now *section
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		head, isHead := strings.CutSuffix(trimmed, ":")
		isHead = isHead && line == trimmed && (head == "model" || head == "orders" || head == "exceptions" || head == "pegs" || strings.HasPrefix(head, "record "))
		switch {
		case isHead:
			all = append(all, section{name: head})
			now = &all[len(all)-1]
		case line == trimmed && line != "": // prose ends a section
			now = nil
		case now != nil && trimmed != "":
			now.lines = append(now.lines, strings.Join(strings.Fields(trimmed), " "))
		}
	}
	return all
}

// dayText writes a day as a number after the as-of day.
func dayText(s *planwright.Snapshot, d planwright.Day) string {
	if d == planwright.NoDay {
		return "-"
	}
	return strconv.Itoa(int(d - s.AsOf))
}

func orderLines(s *planwright.Snapshot, r *Result) (lines []string) {
	o := &r.Orders
	for i, k := range o.SKU {
		line := fmt.Sprintf("%s %s: start %s due %s", s.Code(k), o.Qty[i], dayText(s, o.Start[i]), dayText(s, o.Due[i]))
		if o.Release[i] != o.Start[i] {
			line += " release " + dayText(s, o.Release[i])
		}
		if o.Available[i] != o.Due[i] {
			line += " available " + dayText(s, o.Available[i])
		}
		if o.Good[i] != o.Qty[i] {
			line += " good " + o.Good[i].String()
		}
		switch {
		case o.Supplier[i] != planwright.None:
			line += " by " + s.Suppliers.ID[o.Supplier[i]]
		case o.From[i] != planwright.NoSKU:
			line += " from " + s.Sites.ID[s.SKUs.Site[o.From[i]]]
		}
		lines = append(lines, line)
	}
	return lines
}

func exceptionLines(s *planwright.Snapshot, r *Result) (lines []string) {
	for i := range r.Exceptions.Code {
		x := r.Exceptions.At(i)
		line := fmt.Sprintf("%s %s %s %s", x.Code, s.Code(x.SKU), dayText(s, x.On), x.Qty)
		if x.MoveTo != planwright.NoDay {
			line += " > " + dayText(s, x.MoveTo)
		}
		if x.OrderID != "" && !strings.Contains(x.OrderID, ":") {
			line += " " + x.OrderID
		}
		if x.Code == planwright.CodeBOMCycle {
			line += " " + x.Detail
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

func pegLines(s *planwright.Snapshot, r *Result) (lines []string) {
	g := &r.Pegs
	order := func(i int32) string {
		return fmt.Sprintf("%s/%s", s.Code(r.Orders.SKU[i]), dayText(s, r.Orders.Due[i]))
	}
	for i, k := range g.SKU {
		supply, demand := "stock", g.DemandKind[i].String()
		switch g.SupplyKind[i] {
		case planwright.SupplyReceipt:
			supply = s.Supply.OrderID[g.SupplyRef[i]]
		case planwright.SupplyPlanned:
			supply = order(g.SupplyRef[i])
		case planwright.SupplyCoProduct:
			supply = "with " + order(g.SupplyRef[i])
		}
		switch g.DemandKind[i] {
		case planwright.DemandOrder:
			demand = s.Demand.OrderID[g.DemandRef[i]]
		case planwright.DemandDependent, planwright.DemandTransfer:
			demand = order(g.DemandRef[i])
		case planwright.DemandReserved:
			demand = s.Reserved.OrderID[g.DemandRef[i]]
		case planwright.DemandOpenTransfer:
			demand = s.Supply.OrderID[g.DemandRef[i]]
		}
		lines = append(lines, fmt.Sprintf("%s %s > %s %s", s.Code(k), supply, demand, g.Qty[i]))
	}
	return lines
}

// recordRow computes a row of the time-phased record of a sku, for n periods.
func recordRow(s *planwright.Snapshot, r *Result, k planwright.SKU, row string, length planwright.Day, n int) []planwright.Qty {
	v := make([]planwright.Qty, n)
	add := func(d planwright.Day, q planwright.Qty) {
		if p := int((d - s.AsOf) / length); d >= s.AsOf && p < n {
			v[p] += q
		}
	}
	e, o := &r.Requirements, &r.Orders
	for i := range e.SKU {
		if e.SKU[i] != k {
			continue
		}
		switch kind := e.Kind[i]; {
		case row == "receipts" && kind == planwright.ElemReceipt, row == "planned" && kind == planwright.ElemPlanned:
			add(e.On[i], e.Qty[i])
		case row == "gross" && e.Qty[i] < 0 && kind != planwright.ElemStock && kind != planwright.ElemExpiry, row == "expiry" && kind == planwright.ElemExpiry:
			add(e.On[i], -e.Qty[i])
		case row == "available":
			for p := range v {
				if e.On[i] < s.AsOf+length*planwright.Day(p+1) {
					v[p] = e.After[i]
				}
			}
		}
	}
	for i := range o.SKU {
		if o.SKU[i] == k && row == "release" {
			add(o.Release[i], o.Qty[i])
		}
	}
	return v
}

func checkRecord(t *testing.T, s *planwright.Snapshot, r *Result, sec section) {
	t.Helper()
	words := strings.Fields(sec.name) // record ITEM by N
	item, at, _ := strings.Cut(words[1], "@")
	k := s.Find(item, at)
	if len(words) != 4 || k == planwright.NoSKU {
		t.Fatalf("%s: no such record", sec.name)
	}
	length, err := strconv.Atoi(words[3])
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range sec.lines {
		f := strings.Fields(line)
		if f[0] == "period" {
			continue
		}
		got := recordRow(s, r, k, f[0], planwright.Day(length), len(f)-1)
		for p, q := range got {
			want := planwright.Qty(0)
			if f[p+1] != "." {
				if want, err = planwright.ParseQty(f[p+1]); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			}
			if q != want {
				t.Errorf("%s: %s in period %d = %s, want %s", sec.name, f[0], p+1, q, want)
			}
		}
	}
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, text := range strings.Split(string(b), "\n===") {
			title, _, _ := strings.Cut(strings.TrimLeft(text, "= \n"), "\n")
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+strconv.Itoa(n+1), func(t *testing.T) { checkGolden(t, title, text) })
		}
	}
}

func checkGolden(t *testing.T, title, text string) {
	t.Helper()
	m := newModel(planwright.Date(2026, 1, 5))
	opt := Options{Workers: 2}
	parts := sections(text)
	for _, sec := range parts {
		if sec.name == "model" {
			if err := m.text(strings.Join(sec.lines, "\n")); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if h := m.settings["horizon"]; h != "" {
		days, err := strconv.Atoi(h)
		if err != nil {
			t.Fatal(err)
		}
		opt.HorizonEnd = s.AsOf + planwright.Day(days)
	}
	r, err := Run(context.Background(), Input{Snap: s}, opt)
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, Input{Snap: s}, opt, &r)
	compare := func(what string, got, want []string) {
		if len(want) == 1 && want[0] == "none" {
			want = nil
		}
		if g, w := strings.Join(got, "\n  "), strings.Join(want, "\n  "); g != w {
			t.Errorf("%s\n%s\n  %s\nwant\n  %s", title, what, g, w)
		}
	}
	checked := false
	for _, sec := range parts {
		switch sec.name {
		case "model":
			continue
		case "orders":
			compare("orders", orderLines(s, &r), sec.lines)
		case "exceptions":
			compare("exceptions", exceptionLines(s, &r), sec.lines)
		case "pegs":
			compare("pegs", pegLines(s, &r), sec.lines)
		default:
			checkRecord(t, s, &r, sec)
		}
		checked = true
	}
	if !checked {
		t.Error("the plan checks nothing")
	}
}
