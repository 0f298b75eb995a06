package main

import (
	"fmt"
	"strconv"
	"strings"

	"planwright"
	"planwright/plan"

	"github.com/spf13/cobra"
)

// diffVerb says what changed between two plans, and why.
func (a *app) diffVerb() *cobra.Command {
	var top int
	cmd := a.verb("diff PLAN PLAN", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		var st [2]*plan.Standing
		for i, id := range args {
			s, done, err := a.stand(cmd.Context(), w, id)
			if err != nil {
				return err
			}
			defer done() //nolint:errcheck // read only
			st[i] = s
		}
		c, err := plan.Compare(cmd.Context(), st[0], st[1])
		if err != nil {
			return err
		}
		if a.machine() {
			return a.emitDiff(st, c)
		}
		a.printDiff(st, c, top)
		a.next("cli.diff.next")
		return nil
	})
	cmd.Flags().IntVar(&top, "top", 20, a.T("cli.flag.top"))
	return cmd
}

// changeSKU is the item and the site of a change.
func changeSKU(st [2]*plan.Standing, x *plan.Change) (item, site string) {
	s, k := st[1].Snap, x.SKU
	if k == planwright.NoSKU {
		s, k = st[0].Snap, st[0].Plan.Orders.SKU[x.From]
	}
	return s.Items.ID[s.SKUs.Item[k]], s.Sites.ID[s.SKUs.Site[k]]
}

// emitDiff writes a row a change, with a column a cause.
func (a *app) emitDiff(st [2]*plan.Standing, c *plan.Comparison) error {
	head := []string{"change", "cause", "item_id", "site_id", "from_order_id", "order_id", "from_qty", "to_qty", "from_due_on", "to_due_on", "days", "money"}
	for _, x := range plan.Causes() {
		head = append(head, "by_"+x.String())
	}
	s, err := a.newSheet(head)
	if err != nil {
		return err
	}
	defer s.discard()
	for i := range c.Changes {
		x := &c.Changes[i]
		item, site := changeSKU(st, x)
		var from, to any
		if x.FromDay.Known() {
			from = x.FromDay
		}
		if x.ToDay.Known() {
			to = x.ToDay
		}
		row := []any{x.Kind.String(), x.Why.String(), item, site, x.FromID, x.ID, x.FromQty, x.ToQty, from, to, int64(x.Days), x.Money}
		for _, q := range x.Parts {
			row = append(row, q)
		}
		if err := s.row(row...); err != nil {
			return err
		}
	}
	return s.close()
}

func (a *app) printDiff(st [2]*plan.Standing, c *plan.Comparison, top int) {
	counts := map[plan.ChangeKind]int{}
	for i := range c.Changes {
		counts[c.Changes[i].Kind]++
	}
	fmt.Fprintln(a.out, a.T("cli.diff.sum", "kept", count(c.Kept), "new", count(counts[plan.OrderNew]), "gone", count(counts[plan.OrderGone]), "moved", count(counts[plan.OrderMoved]), "resized", count(counts[plan.OrderResized])))
	if c.EngineChanged {
		fmt.Fprintln(a.out, a.T("cli.diff.engine"))
	}
	fmt.Fprintln(a.out)
	t := newTable(a.T("col.cause"), ">"+a.T("col.orders"), ">"+a.T("col.money"))
	for _, x := range plan.Causes() {
		if y := c.Totals[x]; y.Orders > 0 || y.Money != 0 {
			t.add(a.T("cause."+x.String()), count(y.Orders), money(y.Money))
		}
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	b := newTable(a.T("col.due_in"), ">"+a.T("col.orders"), ">"+a.T("col.changed"), ">"+a.T("col.planned_money"), ">"+a.T("col.moved_money"))
	for _, x := range c.Bands {
		days := a.T("cli.diff.band", "from", strconv.Itoa(x.FromDay), "to", strconv.Itoa(x.ToDay-1))
		if x.ToDay == 0 {
			days = a.T("cli.diff.beyond", "from", strconv.Itoa(x.FromDay))
		}
		b.add(days, count(x.Orders), count(x.Changed), money(x.Planned), money(x.Moved))
	}
	b.write(a.out, 0)
	fmt.Fprintln(a.out)
	l := newTable(a.T("col.change"), a.T("col.sku"), ">"+a.T("col.quantity"), a.T("col.day"), ">"+a.T("col.money"), a.T("col.parts"))
	for i := range c.Changes {
		if top > 0 && i == top {
			break
		}
		x := &c.Changes[i]
		item, site := changeSKU(st, x)
		l.add(a.T("change."+x.Kind.String()), item+"@"+site, wasIs(x.FromQty.String(), x.ToQty.String()), wasIs(dayOrNone(x.FromDay), dayOrNone(x.ToDay)), money(x.Money), a.parts(x))
	}
	if len(l.rows) > 0 {
		l.write(a.out, 0)
	}
}

// parts are the causes of a change with what each did.
func (a *app) parts(x *plan.Change) string {
	var list []string
	for c, q := range x.Parts {
		if q == 0 {
			continue
		}
		sign := ""
		if q > 0 {
			sign = "+"
		}
		list = append(list, a.T("cause."+plan.Cause(c).String())+" "+sign+q.String())
	}
	if len(list) == 0 {
		return a.T("cause." + x.Why.String())
	}
	return strings.Join(list, ", ")
}

// wasIs shows what was and what is.
func wasIs(from, to string) string {
	if from == to {
		return to
	}
	return from + " → " + to
}

func dayOrNone(d planwright.Day) string {
	if !d.Known() {
		return "·"
	}
	return d.String()
}
