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
		var made [2]*plan.Made
		if st[0].Plan.Version != st[1].Plan.Version {
			for i, id := range args {
				o, x, err := w.LoadMade(cmd.Context(), id, st[i].Snap)
				if err != nil {
					return err
				}
				made[i] = &plan.Made{Orders: *o, Exceptions: *x}
			}
		}
		c, err := plan.CompareMade(cmd.Context(), st[0], st[1], made[0], made[1])
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

// emitDiff writes a row a change of an order or of a message on an open order, with
// a column a cause. Days of a message are those that it asks for.
func (a *app) emitDiff(st [2]*plan.Standing, c *plan.Comparison) error {
	head := []string{"about", "change", "cause", "item_id", "site_id", "from_order_id", "order_id", "from_qty", "to_qty", "from_due_on", "to_due_on", "days", "money"}
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
		row := []any{"order", x.Kind.String(), x.Why.String(), x.Item, x.Site, x.FromID, x.ID, x.FromQty, x.ToQty, dayCell(x.FromDay), dayCell(x.ToDay), int64(x.Days), x.Money}
		for _, q := range x.Parts {
			row = append(row, q)
		}
		if err := s.row(row...); err != nil {
			return err
		}
	}
	for i := range c.Messages {
		x := &c.Messages[i]
		days := int64(0)
		if x.FromDay.Known() && x.ToDay.Known() {
			days = int64(x.ToDay - x.FromDay)
		}
		row := []any{x.Action.String(), x.Kind.String(), x.Why.String(), x.Item, x.Site, x.OrderID, x.OrderID, x.FromQty, x.ToQty, dayCell(x.FromDay), dayCell(x.ToDay), days, x.Money}
		for _, q := range x.Parts {
			row = append(row, q)
		}
		if err := s.row(row...); err != nil {
			return err
		}
	}
	return s.close()
}

// dayCell is a day of a table, nil for none.
func dayCell(d planwright.Day) any {
	if !d.Known() {
		return nil
	}
	return d
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
		l.add(a.T("change."+x.Kind.String()), x.Item+"@"+x.Site, wasIs(x.FromQty.String(), x.ToQty.String()), wasIs(dayOrNone(x.FromDay), dayOrNone(x.ToDay)), money(x.Money), a.parts(x.Parts[:], x.Why))
	}
	if len(l.rows) > 0 {
		l.write(a.out, 0)
	}
	a.printMessages(c, top)
}

// printMessages shows what became of the messages on open orders.
func (a *app) printMessages(c *plan.Comparison, top int) {
	if len(c.Messages) == 0 {
		return
	}
	counts := map[plan.ChangeKind]int{}
	for i := range c.Messages {
		counts[c.Messages[i].Kind]++
	}
	fmt.Fprintln(a.out)
	fmt.Fprintln(a.out, a.T("cli.diff.messages", "new", count(counts[plan.OrderNew]), "gone", count(counts[plan.OrderGone]), "moved", count(counts[plan.OrderMoved]), "resized", count(counts[plan.OrderResized])))
	l := newTable(a.T("col.change"), a.T("col.action"), a.T("bi.column.order_id"), a.T("col.sku"), ">"+a.T("col.quantity"), a.T("col.day"), ">"+a.T("col.money"), a.T("col.parts"))
	for i := range c.Messages {
		if top > 0 && i == top {
			break
		}
		x := &c.Messages[i]
		l.add(a.T("change."+x.Kind.String()), a.T("action."+x.Action.String()), x.OrderID, x.Item+"@"+x.Site, wasIs(x.FromQty.String(), x.ToQty.String()), wasIs(dayOrNone(x.FromDay), dayOrNone(x.ToDay)), money(x.Money), a.parts(x.Parts[:], x.Why))
	}
	l.write(a.out, 0)
}

// parts are the causes of a change with what each did.
func (a *app) parts(parts []planwright.Qty, why plan.Cause) string {
	var list []string
	for c, q := range parts {
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
		return a.T("cause." + why.String())
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
