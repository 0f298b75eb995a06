package main

import (
	"context"
	"fmt"
	"strings"

	"planwright"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// maxPegs bounds the lines that peg prints: a part used everywhere serves
// thousands of orders.
const maxPegs = 2000

// pegVerb follows single-level pegs to the end demands, or down to the stock.
func (a *app) pegVerb() *cobra.Command {
	var plan *string
	var up, down bool
	cmd := a.verb("peg ORDER", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		if up && down {
			return usage("--up and --down: give one")
		}
		side := "supply_id"
		if down {
			side = "demand_order"
		}
		p := pegWalk{app: a, w: w, plan: *plan, ctx: cmd.Context(), down: down, side: side}
		first, err := p.links(args[0])
		if err != nil {
			return err
		}
		if len(first.rows) == 0 {
			return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", a.T("cli.peg.none", "order", args[0])}}
		}
		if a.machine() {
			s, err := a.newSheet(append([]string{"level"}, first.head...))
			if err != nil {
				return err
			}
			defer s.discard()
			p.row = func(level int, cells []any) error { return s.row(append([]any{int64(level)}, cells...)...) }
			if err := p.walk(args[0], 1); err != nil {
				return err
			}
			return s.close()
		}
		fmt.Fprintln(a.out, args[0])
		p.row = func(level int, cells []any) error {
			r := &result{head: first.head, rows: [][]any{cells}}
			indent := strings.Repeat("   ", level-1) + "└─ "
			if down {
				fmt.Fprintf(a.out, "%s%s %s  %s@%s  %s %s\n", indent, r.text(0, "supply_kind"), r.text(0, "supply_id"), r.text(0, "item_id"), r.text(0, "site_id"), r.text(0, "qty"), r.text(0, "due_on"))
			} else {
				fmt.Fprintf(a.out, "%s%s %s  %s@%s  %s %s\n", indent, r.text(0, "demand_kind"), r.text(0, "demand_id"), r.text(0, "item_id"), r.text(0, "site_id"), r.text(0, "qty"), r.text(0, "due_on"))
			}
			return nil
		}
		if err := p.walk(args[0], 1); err != nil {
			return err
		}
		if p.n >= maxPegs {
			a.say("cli.peg.cut", "n", count(maxPegs))
		}
		a.next("cli.peg.next", "order", args[0])
		return nil
	})
	plan = a.planFlag(cmd)
	cmd.Flags().BoolVar(&up, "up", false, a.T("cli.peg.up"))
	cmd.Flags().BoolVar(&down, "down", false, a.T("cli.peg.down"))
	return cmd
}

type pegWalk struct {
	app  *app
	w    *snapshot.Workspace
	plan string
	ctx  context.Context
	down bool
	side string
	n    int
	row  func(level int, cells []any) error
}

func (p *pegWalk) links(order string) (*result, error) {
	return p.app.selectAll(p.ctx, p.w, p.plan, `SELECT supply_id, supply_kind, demand_id, demand_kind, item_id, site_id, qty, due_on FROM plan.pegging WHERE `+p.side+` = ? ORDER BY due_on, item_id, site_id, supply_id, demand_id`, order)
}

// walk prints the links of an order and follows those that lead to another
// planned order. A plan has no cycles, but a damaged file might: depth is
// bounded.
func (p *pegWalk) walk(order string, level int) error {
	r, err := p.links(order)
	if err != nil {
		return err
	}
	for i, cells := range r.rows {
		if p.n++; p.n > maxPegs {
			return nil
		}
		if err := p.row(level, cells); err != nil {
			return err
		}
		next := ""
		if p.down {
			if k := r.text(i, "supply_kind"); k != "stock" {
				next = r.text(i, "supply_id")
			}
		} else if k := r.text(i, "demand_kind"); k == "dependent" || k == "transfer" {
			next = r.text(i, "demand_id")
		}
		if next != "" && next != order && level < 80 {
			if err := p.walk(next, level+1); err != nil {
				return err
			}
		}
	}
	return nil
}
