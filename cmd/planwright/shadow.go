package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// shadowFlags are those of backtest --shadow.
type shadowFlags struct {
	file, plan, until, rows, mapFile, actual string
	window                                   int
	listed                                   bool
}

// levelsFile stands for the levels that people entered, in place of a file.
const levelsFile = "min-max"

func (a *app) shadowFlags(cmd *cobra.Command, f *shadowFlags) {
	fl := cmd.Flags()
	fl.StringVar(&f.file, "shadow", "", a.T("cli.shadow.shadow"))
	fl.StringVar(&f.plan, "plan", "latest", a.T("cli.shadow.plan"))
	fl.StringVar(&f.until, "until", "", a.T("cli.shadow.until"))
	fl.IntVar(&f.window, "window", 7, a.T("cli.shadow.window"))
	fl.BoolVar(&f.listed, "listed", false, a.T("cli.shadow.listed"))
	fl.StringVar(&f.rows, "rows", "figures", a.T("cli.shadow.rows"))
	fl.StringVar(&f.mapFile, "map", "", a.T("cli.import.map"))
	fl.StringVar(&f.actual, "actual", "", a.T("cli.shadow.actual"))
}

// shadow sets the proposals of another system against those of a plan.
func (a *app) shadow(cmd *cobra.Command, f backtestFlags) (err error) {
	ctx, sh := cmd.Context(), &f.shadow
	opt := plan.ShadowOptions{Window: sh.window, Listed: sh.listed}
	if opt.Until, err = day("until", sh.until); err != nil {
		return err
	}
	if !slices.Contains([]string{"figures", "weeks", "skus", "orders", "proposals"}, sh.rows) {
		return usage(fmt.Sprintf("--rows %s: use figures, weeks, skus, orders or proposals", sh.rows))
	}
	if sh.window < 0 {
		return usage(fmt.Sprintf("--window %d: give days, 0 or more", sh.window))
	}
	if f.value {
		return usage("--shadow, --value: give one of them")
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	st, done, err := a.stand(ctx, w, sh.plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	var e *planwright.Proposals
	if sh.file == levelsFile {
		e = st.MinMaxProposals()
	} else if e, err = a.readProposals(ctx, w, st, sh); err != nil {
		return err
	}
	if e.Len() == 0 {
		return usage(a.T("shadow.nothing", "file", sh.file))
	}
	if sh.rows == "proposals" {
		return a.proposalSheet(st.Snap, e)
	}
	if sh.actual != "" {
		until, demand, err := a.actualDemand(ctx, w, st, sh.actual)
		if err != nil {
			return err
		}
		if opt.Until == 0 || opt.Until > until {
			opt.Until = until
		}
		opt.Actual = demand
	}
	r, err := st.Shadow(ctx, e, opt)
	if err != nil {
		return err
	}
	if a.machine() {
		return a.shadowSheet(st, e, r, sh.rows)
	}
	a.shadowTables(st, e, r, sh, f.top)
	a.next("cli.shadow.next")
	return nil
}

// readProposals reads the file, and says which of its rows cannot be used.
func (a *app) readProposals(ctx context.Context, w *snapshot.Workspace, st *plan.Standing, sh *shadowFlags) (*planwright.Proposals, error) {
	bars := a.progress()
	defer bars.done()
	info, err := w.GetPlan(sh.plan)
	if err != nil {
		return nil, err
	}
	e, report, err := w.ReadProposals(ctx, info.SnapshotID, st.Snap, []string{sh.file}, snapshot.ProposalOptions{MapFile: sh.mapFile, Progress: func(stage string, done, total int64) { bars.show(stage, done, total) }})
	bars.done()
	if err != nil {
		return nil, err
	}
	for _, t := range report.Tables {
		if t.Quarantined > 0 {
			a.say("cli.mrp.refused", "n", count(t.Quarantined), "read", count(t.Read), "file", t.File)
		}
	}
	a.showFindings(report.Findings)
	for i, x := range e.Outside {
		if i == 5 {
			a.say("cli.more.findings", "n", count(len(e.Outside)-5))
			break
		}
		a.say("cli.shadow.outside", "order", x)
	}
	return e, nil
}

// proposalSheet writes proposals as a file that --shadow reads.
func (a *app) proposalSheet(s *planwright.Snapshot, e *planwright.Proposals) error {
	w, err := a.newSheet([]string{"order_id", "kind", "item_id", "site_id", "qty", "ordered_on", "due_on", "supplier_id", "from_site_id"})
	if err != nil {
		return err
	}
	defer w.discard()
	for i, k := range e.SKU {
		supplier, from := any(nil), any(nil)
		if x := e.Supplier[i]; x != planwright.None {
			supplier = s.Suppliers.ID[x]
		}
		if x := e.From[i]; x != planwright.NoSKU {
			from = s.Sites.ID[s.SKUs.Site[x]]
		}
		if err := w.row(e.ID[i], e.Kind[i].String(), s.Items.ID[s.SKUs.Item[k]], s.Sites.ID[s.SKUs.Site[k]], e.Qty[i], dayCell(e.OrderedOn[i]), dayCell(e.DueOn[i]), supplier, from); err != nil {
			return err
		}
	}
	return w.close()
}

// actualDemand is the demand that a later snapshot tells of, up to its day.
func (a *app) actualDemand(ctx context.Context, w *snapshot.Workspace, st *plan.Standing, id string) (until planwright.Day, demand func(planwright.SKU) ([]planwright.Day, []planwright.Qty), err error) {
	s, done, err := w.Load(ctx, id, snapshot.LoadOptions{})
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	if s.AsOf <= st.Snap.AsOf {
		return 0, nil, usage(fmt.Sprintf("--actual %s: snapshot %s is of %s, not after the plan's day %s", id, s.ID, s.AsOf, st.Snap.AsOf))
	}
	demand, err = st.DemandThatCame(ctx, s)
	return s.AsOf, demand, err
}

// shadowFigure is a line of the comparison.
type shadowFigure struct {
	key  string
	of   func(p *plan.ShadowPart, side int, days float64) float64
	text func(float64) string
}

var shadowFigures = []shadowFigure{
	{"orders", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].Orders) }, money},
	{"ordered", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].Ordered) / 100 }, money},
	{"stock", func(p *plan.ShadowPart, x int, d float64) float64 { return p.AverageStock(x, d) }, money},
	{"end", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].End) / 100 }, money},
	{"excess", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].Excess) / 100 }, money},
	{"short_skus", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].ShortSKUs) }, money},
	{"short_days", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].ShortDays) }, money},
	{"late", func(p *plan.ShadowPart, x int, _ float64) float64 { return float64(p.Side[x].Late) / 100 }, money},
	{"on_time", func(p *plan.ShadowPart, x int, _ float64) float64 { return p.OnTime(x) }, func(x float64) string { return fmt.Sprintf("%.2f %%", 100*x) }},
}

// pairKinds are the lines of a part in the order of their kinds.
var pairKinds = []plan.ShadowKind{plan.ShadowSame, plan.ShadowMoved, plan.ShadowResized, plan.ShadowChanged, plan.ShadowOnlyThem, plan.ShadowOnlyUs}

// shadowTables writes a comparison for a person.
func (a *app) shadowTables(st *plan.Standing, e *planwright.Proposals, r *plan.Shadow, sh *shadowFlags, top int) {
	days := r.Days()
	source := sh.file
	if source == levelsFile {
		source = a.T("shadow.levels")
	}
	fmt.Fprintln(a.out, a.T("shadow.head", "file", harmless(source), "n", count(e.Len()), "from", r.AsOf.String(), "to", (r.Options.Until-1).String(), "skus", count(r.All.SKUs)))
	if r.Options.Actual != nil {
		fmt.Fprintln(a.out, a.T("shadow.actual"))
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"shadow.past", r.PastDue}, {"shadow.beyond", r.Beyond}, {"shadow.beyond_plan", r.BeyondUs}, {"shadow.today", r.TodayOnly}} {
		if x.n > 0 {
			fmt.Fprintln(a.out, a.T(x.key, "n", count(x.n)))
		}
	}
	if r.OutOfFile > 0 {
		key := "shadow.unnamed"
		if r.Options.Listed {
			key = "shadow.unnamed_left"
		}
		fmt.Fprintln(a.out, a.T(key, "n", count(r.OutOfFile)))
	}
	if r.LastDue.Known() && r.LastDue+14 < r.Options.Until {
		fmt.Fprintln(a.out, a.T("shadow.ends", "day", r.LastDue.String(), "until", (r.LastDue+1).String()))
	}
	fmt.Fprintln(a.out)
	them, us := a.T("shadow.them"), a.T("value.plan")
	t := newTable("", ">"+them, ">"+us)
	for _, l := range shadowFigures {
		t.add(a.T("shadow."+l.key), l.text(l.of(&r.All, plan.ShadowThem, days)), l.text(l.of(&r.All, plan.ShadowUs, days)))
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	if r.All.Demand > 0 {
		fmt.Fprintln(a.out, a.T("shadow.demand", "money", money(float64(r.All.Demand)/100), "share", percentOf(float64(r.All.Dependent)/float64(r.All.Demand))))
		fmt.Fprintln(a.out)
	}
	t = newTable(a.T("shadow.lines"), ">"+a.T("col.orders"))
	for _, k := range pairKinds {
		t.add(a.T("shadow."+k.String(), "days", fmt.Sprint(r.Options.Window)), count(r.All.Lines[k]))
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	t = newTable(a.T("shadow.week"), ">"+a.T("value.stock_short")+": "+them, ">"+us, ">"+a.T("shadow.late")+": "+them, ">"+us, ">"+a.T("shadow.cash")+": "+them, ">"+us)
	for _, w := range r.Weeks {
		t.add(w.From.String(), money(float64(w.Stock[0])/100), money(float64(w.Stock[1])/100), money(float64(w.Short[0])/100), money(float64(w.Short[1])/100), money(float64(w.Cash[0])/100), money(float64(w.Cash[1])/100))
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	t = newTable(a.T("shadow.parts"), "", ">SKU", ">"+a.T("shadow.same_short"), ">"+a.T("shadow.differ"), ">"+a.T("shadow.only_erp_short"), ">"+a.T("shadow.only_plan_short"), ">"+a.T("value.stock_short")+": "+them, ">"+us, ">"+a.T("shadow.on_time")+": "+them, ">"+us)
	shown := map[string]int{}
	for i := range r.Parts {
		p := &r.Parts[i]
		if shown[p.Dimension]++; top > 0 && shown[p.Dimension] > top {
			continue
		}
		t.add(a.T("shadow.by_"+p.Dimension), p.Key, count(p.SKUs), count(p.Lines[plan.ShadowSame]), count(p.Lines[plan.ShadowMoved]+p.Lines[plan.ShadowResized]+p.Lines[plan.ShadowChanged]), count(p.Lines[plan.ShadowOnlyThem]), count(p.Lines[plan.ShadowOnlyUs]),
			money(p.AverageStock(0, days)), money(p.AverageStock(1, days)), fmt.Sprintf("%.2f %%", 100*p.OnTime(0)), fmt.Sprintf("%.2f %%", 100*p.OnTime(1)))
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	t = newTable(a.T("shadow.reasons"), ">"+a.T("col.orders"), ">"+a.T("shadow.only_plan_short"), ">"+a.T("col.money"))
	for _, x := range r.Reasons {
		t.add(a.T("shadow.for_"+x.Reason.String()), count(x.Orders), count(x.Only), money(float64(x.Money)/100))
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	t = newTable(a.T("shadow.largest"), a.T("col.sku"), ">"+a.T("col.quantity"), a.T("col.day"), ">"+a.T("col.money"), a.T("col.reason"))
	for i := range r.Lines {
		l := &r.Lines[i]
		if top > 0 && i == top || l.Kind == plan.ShadowSame {
			break
		}
		t.add(a.T("shadow."+l.Kind.String()+"_short"), st.Snap.Code(l.SKU), wasIs(l.Qty[0].String(), l.Qty[1].String()), wasIs(dayOrNone(l.Due[0]), dayOrNone(l.Due[1])), money(l.Money), a.T(l.ReasonKey, l.Reason...))
	}
	if len(t.rows) > 0 {
		t.write(a.out, 0)
		fmt.Fprintln(a.out)
	}
	fmt.Fprintln(a.out, a.T("shadow.assume"))
}

// shadowSheet writes a comparison for a machine.
func (a *app) shadowSheet(st *plan.Standing, e *planwright.Proposals, r *plan.Shadow, rows string) error {
	s, days := st.Snap, r.Days()
	code := func(k planwright.SKU) []any { return []any{s.Items.ID[s.SKUs.Item[k]], s.Sites.ID[s.SKUs.Site[k]]} }
	cents := func(x int64) float64 { return float64(x) / 100 }
	var figureHead []string
	for _, l := range shadowFigures {
		figureHead = append(figureHead, l.key+"_erp", l.key+"_plan")
	}
	figures := func(cells []any, p *plan.ShadowPart) []any {
		for _, k := range pairKinds {
			cells = append(cells, p.Lines[k])
		}
		dependent := math.NaN()
		if p.Demand > 0 {
			dependent = float64(p.Dependent) / float64(p.Demand)
		}
		cells = append(cells, cents(p.Demand), dependent)
		for _, l := range shadowFigures {
			cells = append(cells, l.of(p, plan.ShadowThem, days), l.of(p, plan.ShadowUs, days))
		}
		return cells
	}
	partHead := []string{"lines_same", "lines_other_day", "lines_other_quantity", "lines_other_both", "lines_only_erp", "lines_only_plan", "demand", "dependent_share"}
	write := func(head []string, n int, row func(i int) []any) error {
		w, err := a.newSheet(head)
		if err != nil {
			return err
		}
		defer w.discard()
		for i := range n {
			if err := w.row(row(i)...); err != nil {
				return err
			}
		}
		return w.close()
	}
	switch rows {
	case "weeks":
		return write([]string{"week", "stock_erp", "stock_plan", "late_erp", "late_plan", "cash_erp", "cash_plan"}, len(r.Weeks), func(i int) []any {
			w := &r.Weeks[i]
			return []any{w.From, cents(w.Stock[0]), cents(w.Stock[1]), cents(w.Short[0]), cents(w.Short[1]), cents(w.Cash[0]), cents(w.Cash[1])}
		})
	case "skus":
		return write(slices.Concat([]string{"item_id", "site_id", "qty_erp", "qty_plan", "short_on_erp", "short_on_plan", "short_qty_erp", "short_qty_plan"}, partHead, figureHead), len(r.SKUs), func(i int) []any {
			k := &r.SKUs[i]
			return figures(append(code(k.SKU), k.Qty[0], k.Qty[1], dayCell(k.ShortOn[0]), dayCell(k.ShortOn[1]), k.ShortQty[0], k.ShortQty[1]), &k.Part)
		})
	case "orders":
		return write([]string{"kind", "item_id", "site_id", "erp_order_id", "order_id", "qty_erp", "qty_plan", "due_on_erp", "due_on_plan", "days", "money", "supplier_erp", "supplier_plan", "reason"}, len(r.Lines), func(i int) []any {
			l := &r.Lines[i]
			cells := append([]any{l.Kind.String()}, code(l.SKU)...)
			ids, suppliers, days := []any{nil, nil}, []any{nil, nil}, any(nil)
			if l.Them >= 0 {
				ids[0] = e.ID[l.Them]
				if x := e.Supplier[l.Them]; x != planwright.None {
					suppliers[0] = s.Suppliers.ID[x]
				}
			}
			if l.Us >= 0 {
				ids[1] = st.Plan.Orders.ID(s, l.Us)
				if x := st.Plan.Orders.Supplier[l.Us]; x != planwright.None {
					suppliers[1] = s.Suppliers.ID[x]
				}
			}
			if l.Them >= 0 && l.Us >= 0 {
				days = int64(l.Days)
			}
			return append(cells, ids[0], ids[1], l.Qty[0], l.Qty[1], dayCell(l.Due[0]), dayCell(l.Due[1]), days, l.Money, suppliers[0], suppliers[1], a.T(l.ReasonKey, l.Reason...))
		})
	}
	parts := append([]plan.ShadowPart{r.All}, r.Parts...)
	return write(slices.Concat([]string{"part", "key", "skus"}, partHead, figureHead), len(parts), func(i int) []any {
		p := &parts[i]
		return figures([]any{p.Dimension, p.Key, p.SKUs}, p)
	})
}
