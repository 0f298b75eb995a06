package main

import "fmt"

// kitting shows which orders have their components together and which wait, and
// for what.
func (r *reporter) kitting() error {
	if r.machine() {
		return r.stream(kittingReport)
	}
	r.title("kitting")
	sums, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT count(*) AS n, count(*) FILTER (kinds_now = kinds) AS complete, CAST(sum(kinds) AS DOUBLE) AS kinds, CAST(sum(kinds_now) AS DOUBLE) AS there FROM plan.kits`)
	if err != nil {
		return err
	}
	n, full, kinds, there := number(sums.rows[0][0]), sums.float(0, "complete"), sums.float(0, "kinds"), sums.float(0, "there")
	if n == 0 {
		fmt.Fprintln(r.out, r.T("cli.report.none"))
		return nil
	}
	byKind := 1.0
	if kinds > 0 {
		byKind = there / kinds
	}
	fmt.Fprintf(r.out, "%s  %s\n\n", r.T("cli.report.kitsets", "n", count(int(full)), "all", count(int(n)), "share", percent(full/n), "kinds", percent(byKind)), bar(byKind, 30))
	return r.list(kittingReport, "kitting")
}
