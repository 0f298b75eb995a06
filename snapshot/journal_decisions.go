package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"planwright"
)

const decisionTable = `CREATE TABLE IF NOT EXISTS decisions (decision_id BIGINT PRIMARY KEY, action VARCHAR, item_id VARCHAR, site_id VARCHAR,
	cause VARCHAR, order_id VARCHAR, basis VARCHAR, status VARCHAR, qty DECIMAL(18,6), date DATE, until DATE, reason VARCHAR, author VARCHAR,
	decided_at TIMESTAMP, plan VARCHAR, suggestion_id VARCHAR, request_id VARCHAR)`

const decisionColumns = "decision_id, action, item_id, site_id, cause, order_id, basis, status, qty, date, until, reason, author, decided_at, plan, suggestion_id, request_id"

// RecordDecisions adds decisions to the journal, all of them or none, and
// returns them with their numbers and the time of writing. Nothing in the
// journal is ever changed: a later decision about the same suggestion takes the
// place of an earlier one.
func (w *Workspace) RecordDecisions(ctx context.Context, list []planwright.Decision, at time.Time) ([]planwright.Decision, error) {
	out := append([]planwright.Decision(nil), list...)
	err := w.writeJournal(ctx, decisionTable, func(c *Conn) error {
		var last int64
		if _, err := c.Scan(ctx, "SELECT coalesce(max(decision_id), 0) FROM decisions", nil, &last); err != nil {
			return err
		}
		for i := range out {
			d := &out[i]
			last++
			d.ID, d.At = last, at.UTC().Truncate(time.Microsecond)
			if err := insertDecision(ctx, c, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func insertDecision(ctx context.Context, c *Conn, d *planwright.Decision) error {
	return c.Exec(ctx, "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", d.ID, d.Key.Action.String(), d.Key.Item, d.Key.Site, d.Key.Cause, d.Key.Order,
		d.Basis, d.Status.String(), qtyOrNull(d.Qty), dayOrNull(d.Date), dayOrNull(d.Until), d.Reason, d.Author, d.At, d.Plan, d.Suggestion, d.RequestID)
}

func qtyOrNull(q planwright.Qty) any {
	if q == planwright.NoQty {
		return nil
	}
	return q
}

func dayOrNull(d planwright.Day) any {
	if !d.Known() {
		return nil
	}
	return d
}

// decidedBy returns what a request decided, in the order of its decisions; none
// for a request that has decided nothing yet.
func (w *Workspace) decidedBy(ctx context.Context, requestID string) (list []planwright.Decision, err error) {
	if requestID == "" {
		return nil, nil
	}
	err = w.readJournal(ctx, "decisions", func(c *Conn) error {
		list, err = scanDecisions(ctx, c, "WHERE request_id = ? ORDER BY decision_id", requestID)
		return err
	})
	return list, err
}

// ListDecisions returns the newest decisions first, at most limit (0: all).
func (w *Workspace) ListDecisions(ctx context.Context, limit int) (list []planwright.Decision, err error) {
	where := "ORDER BY decision_id DESC"
	if limit > 0 {
		where += fmt.Sprintf(" LIMIT %d", limit)
	}
	return w.decisions(ctx, where)
}

// StandingDecisions returns the newest decision about every suggestion that was
// ever decided about, in the order of decision. Those that put a suggestion back
// to open are left out: it is as if nothing had been decided.
func (w *Workspace) StandingDecisions(ctx context.Context) ([]planwright.Decision, error) {
	return w.decisions(ctx, `WHERE decision_id IN (SELECT max(decision_id) FROM decisions GROUP BY action, item_id, site_id, cause, order_id, basis) AND status <> 'open' ORDER BY decision_id`)
}

func (w *Workspace) decisions(ctx context.Context, where string) (list []planwright.Decision, err error) {
	err = w.readJournal(ctx, "decisions", func(c *Conn) error {
		list, err = scanDecisions(ctx, c, where)
		return err
	})
	return list, err
}

func scanDecisions(ctx context.Context, c *Conn, where string, args ...any) (list []planwright.Decision, err error) {
	rows, err := c.Query(ctx, "SELECT "+decisionColumns+" FROM decisions "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		d := planwright.Decision{Qty: planwright.NoQty, Date: planwright.NoDay, Until: planwright.NoDay}
		var action, status string
		if err := rows.Scan(&d.ID, &action, &d.Key.Item, &d.Key.Site, &d.Key.Cause, &d.Key.Order, &d.Basis, &status, &d.Qty, &d.Date, &d.Until, &d.Reason, &d.Author, &d.At, &d.Plan, &d.Suggestion, &d.RequestID); err != nil {
			return nil, err
		}
		var ok bool
		if d.Key.Action, ok = planwright.ParseAction(action); !ok {
			return nil, fail(planwright.CodeFileFormat, "journal", "decisions", "action "+action, "use a newer planwright", nil)
		}
		if d.Status, ok = planwright.ParseDecisionStatus(status); !ok {
			return nil, fail(planwright.CodeFileFormat, "journal", "decisions", "status "+status, "use a newer planwright", nil)
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// SelectDecided is [Workspace.Select] with one table more, decided: the
// suggestions of the plan about which something is decided, by suggestion_id,
// as the journal has it now.
func (w *Workspace) SelectDecided(ctx context.Context, planID, query string, args ...any) (*Rows, error) {
	snap, plan, err := w.targets(QueryRequest{Plan: planID})
	if err != nil {
		return nil, err
	}
	info, err := w.GetPlan(plan)
	if err != nil {
		return nil, err
	}
	f, c, err := w.pool.take(ctx, snap, plan)
	if err != nil {
		return nil, err
	}
	if err := w.refreshDecided(ctx, f, c, info.AsOf); err != nil {
		w.pool.leave(f, c)
		return nil, err
	}
	return w.selectOn(ctx, f, c, query, args...)
}

const decidedTable = `CREATE TABLE IF NOT EXISTS memory.main.decided (suggestion_id VARCHAR, status VARCHAR, decision_id BIGINT, new_qty DECIMAL(18,6),
	new_date DATE, until DATE, decided_by VARCHAR, decided_at TIMESTAMP, decision_reason VARCHAR)`

// refreshDecided brings decided up to date if the journal changed since.
func (w *Workspace) refreshDecided(ctx context.Context, f *sharedFile, c *Conn, asOf planwright.Day) error {
	f.decided.Lock()
	defer f.decided.Unlock()
	stamp := w.JournalStamp()
	if f.stamp == stamp {
		return nil
	}
	list, err := w.StandingDecisions(ctx)
	if err != nil {
		return err
	}
	if err := c.Exec(ctx, "BEGIN TRANSACTION; "+decidedTable+"; DELETE FROM memory.main.decided"); err != nil {
		return err
	}
	for part := range slices.Chunk(list, 200) { // a statement each
		var b strings.Builder
		var args []any
		for _, d := range part {
			if d.Status == planwright.StatusSnoozed && d.Until <= asOf {
				continue // it is open again
			}
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS DECIMAL(18,6)), CAST(? AS DATE), CAST(? AS DATE), ?, CAST(? AS TIMESTAMP), ?)")
			args = append(args, d.ID, d.Key.Action.String(), d.Key.Item, d.Key.Site, d.Key.Cause, d.Key.Order, d.Basis, d.Status.String(), qtyOrNull(d.Qty), dayOrNull(d.Date), dayOrNull(d.Until), d.Author, d.At, d.Reason)
		}
		if b.Len() == 0 {
			continue
		}
		if err = c.Exec(ctx, `INSERT INTO memory.main.decided SELECT s.suggestion_id, d.status, d.id, d.new_qty, d.new_date, d.open_on, d.author, d.made_at, d.why
			FROM plan.suggestions s JOIN (VALUES `+b.String()+`) d(id, action, item, site, cause, ord, basis, status, new_qty, new_date, open_on, author, made_at, why)
			ON s.action = d.action AND s.item_id = d.item AND s.site_id = d.site AND s.reason_key = d.cause AND s.basis = d.basis
			AND CASE WHEN s.action IN ('expedite', 'defer', 'cancel') THEN s.order_id ELSE '' END = d.ord`, args...); err != nil {
			break
		}
	}
	if err == nil {
		err = c.Exec(ctx, "COMMIT")
	}
	if err != nil {
		_ = c.Exec(context.WithoutCancel(ctx), "ROLLBACK") // the first error is the one that counts
		return err
	}
	f.stamp = stamp
	return nil
}
