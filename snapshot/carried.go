package snapshot

import (
	"context"
	"encoding/json"
	"fmt"

	"planwright"
)

// Carry opens the fitted models of a plan for a run of another snapshot: sku's
// are found again by item and site. The function returned closes the plan.
func (w *Workspace) Carry(ctx context.Context, planID string, s *planwright.Snapshot) (*planwright.Carried, func() error, error) {
	info, err := w.GetPlan(planID)
	if err != nil {
		return nil, nil, err
	}
	if info.Format != PlanFormatVersion {
		return nil, nil, fail(planwright.CodeFileFormat, "carry on", info.ID, fmt.Sprintf("its format is %d, not %d", info.Format, PlanFormatVersion), "run once with --base none", nil)
	}
	path, err := w.file(ctx, planKind, info.ID)
	if err != nil {
		return nil, nil, err
	}
	db, conn, err := createDB(path, dbOptions{ReadOnly: true, TempDir: w.spillDir()})
	if err != nil {
		return nil, nil, err
	}
	conn.Close()
	c := &planwright.Carried{PlanID: info.ID, Digest: info.Digest, Options: info.Options}
	r := &stateReader{db: db, now: make([]planwright.SKU, 0), s: s}
	if c.Company, err = r.open(ctx); err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	c.ReadStates = r.read
	return c, db.Close, nil
}

// Values of the base of a run: the plan that [Workspace.BaseFor] finds, or none.
const (
	AutoBase = "auto"
	NoBase   = "none"
)

// CarryFrom opens what a run of a snapshot goes on from: base is a plan id, auto
// or none; options are the canonical ones of the run. Carried is nil where there is
// nothing.
func (w *Workspace) CarryFrom(ctx context.Context, base string, s *planwright.Snapshot, options string) (*planwright.Carried, func() error, error) {
	nothing := func() error { return nil }
	switch base {
	case NoBase:
		return nil, nothing, nil
	case AutoBase, "":
		id, err := w.BaseFor(s.ID, options)
		if err != nil || id == "" {
			return nil, nothing, err
		}
		base = id
	}
	return w.Carry(ctx, base, s)
}

// BaseFor returns the plan that a run of a snapshot goes on from if nobody says:
// the newest plan, of the same engine and forecasting options, that was made of
// another, earlier snapshot. "" is none. Two runs of one snapshot have the same.
func (w *Workspace) BaseFor(snapshotID, options string) (string, error) {
	plans, err := w.ListPlans()
	if err != nil {
		return "", err
	}
	for i := len(plans) - 1; i >= 0; i-- {
		p := &plans[i]
		if p.Format == PlanFormatVersion && p.Engine == planwright.Version && sequenceOf(snapshotKind, p.SnapshotID) < sequenceOf(snapshotKind, snapshotID) && sameForecast(p.Options, options) {
			return p.ID, nil
		}
	}
	return "", nil
}

// sameForecast says whether two plans forecast by the same options.
func sameForecast(a, b string) bool {
	type forecasting struct {
		Horizon                  int
		Method, Period, Outliers string
	}
	var x, y forecasting
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && x == y
}

// stateReader reads the states of a plan by ranges of another snapshot's sku's.
type stateReader struct {
	db  *DB
	s   *planwright.Snapshot
	old []int32          // number in the plan by sku of the snapshot, NoInt where there is none
	now []planwright.SKU // and the other way
}

func (r *stateReader) open(ctx context.Context) (company string, err error) {
	conn, err := r.db.Conn()
	if err != nil {
		return "", err
	}
	defer conn.Close()
	r.old = filled(r.s.Len(), planwright.NoInt)
	rows, err := conn.Query(ctx, "SELECT item_id, site_id FROM data.skus ORDER BY sku")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var item, site string
		if err := rows.Scan(&item, &site); err != nil {
			return "", err
		}
		k := r.s.Find(item, site)
		if k != planwright.NoSKU {
			r.old[k] = int32(len(r.now))
		}
		r.now = append(r.now, k)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	_, err = conn.Scan(ctx, "SELECT coalesce(max(state), '') FROM data.forecast_states WHERE sku IS NULL", nil, &company)
	return company, err
}

// read is the ReadStates of a [planwright.Carried].
func (r *stateReader) read(ctx context.Context, lo, hi planwright.SKU) (*planwright.ForecastStates, error) {
	t := &planwright.ForecastStates{}
	from, to := planwright.NoInt, planwright.NoInt
	for k := lo; k < hi; k++ { // both are in the order of the codes
		if o := r.old[k]; o != planwright.NoInt {
			if from == planwright.NoInt {
				from = o
			}
			to = o
		}
	}
	if from == planwright.NoInt {
		return t, nil
	}
	conn, err := r.db.Conn()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	rows, err := conn.Query(ctx, "SELECT sku, kind, state FROM data.forecast_states WHERE sku >= ? AND sku <= ? ORDER BY sku, kind", from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var old int64
		var kind, state string
		if err := rows.Scan(&old, &kind, &state); err != nil {
			return nil, err
		}
		if k := r.now[old]; k != planwright.NoSKU {
			t.SKU, t.Kind, t.State = append(t.SKU, k), append(t.Kind, kind), append(t.State, state)
		}
	}
	return t, rows.Err()
}

// PlanState returns what a plan knows of the forecast of one sku, numbered as in
// its own snapshot, as a run of that snapshot would carry it on: for looking at the
// forecast. The plan's file stays open for the next call.
func (w *Workspace) PlanState(ctx context.Context, info PlanInfo, k planwright.SKU) (*planwright.Carried, error) {
	rows, err := w.Select(ctx, info.ID, "SELECT sku, kind, state FROM plan.data.forecast_states WHERE sku = ? OR sku IS NULL ORDER BY sku NULLS LAST, kind", int64(k))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	c := &planwright.Carried{PlanID: info.ID, Digest: info.Digest, Options: info.Options}
	t := &planwright.ForecastStates{}
	for rows.Next() {
		kind, _ := rows.Value(1).(string)
		state, _ := rows.Value(2).(string)
		if rows.Value(0) == nil {
			c.Company = state
			continue
		}
		t.SKU, t.Kind, t.State = append(t.SKU, k), append(t.Kind, kind), append(t.State, state)
	}
	c.ReadStates = func(context.Context, planwright.SKU, planwright.SKU) (*planwright.ForecastStates, error) {
		return t, nil
	}
	return c, rows.Err()
}
