package main

import (
	"context"

	"planwright/plan"
	"planwright/snapshot"
)

// stand puts a plan and its snapshot up in memory, for questions that have to be
// planned again. The snapshot's histories can be read until done is called.
func (a *app) stand(ctx context.Context, w *snapshot.Workspace, id string) (st *plan.Standing, done func() error, err error) {
	info, err := w.GetPlan(id)
	if err != nil {
		return nil, nil, err
	}
	bars := a.progress()
	defer bars.done()
	s, closeSnapshot, err := w.Load(ctx, info.SnapshotID, snapshot.LoadOptions{Progress: func(_ string, done, total int64) { bars.show("load", done, total) }})
	if err != nil {
		return nil, nil, err
	}
	p, err := w.LoadPlan(ctx, info.ID, s)
	if err == nil {
		st, err = plan.Stand(ctx, s, p, a.workers)
	}
	if err != nil {
		_ = closeSnapshot()
		return nil, nil, err
	}
	return st, closeSnapshot, nil
}
