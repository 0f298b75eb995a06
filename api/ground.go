package api

import (
	"context"
	"errors"

	"planwright/plan"
	"planwright/snapshot"
)

// OpenGround puts a plan up in memory for what-if questions. sure says that what is
// forecast again comes out as in the plan (see [snapshot.Workspace.Ground]); done lets
// go of the files. progress, if given, hears of the loading.
func OpenGround(ctx context.Context, w *snapshot.Workspace, id string, workers int, progress func(stage string, done, total int64)) (g *plan.Ground, sure bool, done func() error, err error) {
	info, err := w.GetPlan(id)
	if err != nil {
		return nil, false, nil, err
	}
	snap, closeSnap, err := w.Load(ctx, info.SnapshotID, snapshot.LoadOptions{Threads: workers, Progress: progress})
	if err != nil {
		return nil, false, nil, err
	}
	open := closeSnap
	defer func() {
		if err != nil {
			err = errors.Join(err, open())
		}
	}()
	p, err := w.LoadPlanned(ctx, info.ID, snap)
	if err != nil {
		return nil, false, nil, err
	}
	st, err := plan.StandLean(ctx, snap, p, workers)
	if err != nil {
		return nil, false, nil, err
	}
	overrides, err := w.StandingOverrides(ctx)
	if err != nil {
		return nil, false, nil, err
	}
	decisions, err := w.StandingDecisions(ctx)
	if err != nil {
		return nil, false, nil, err
	}
	carried, sure, closeBase, err := w.Ground(ctx, info.ID, snap, overrides, decisions)
	if err != nil {
		return nil, false, nil, err
	}
	open = func() error { return errors.Join(closeBase(), closeSnap()) }
	g, err = plan.NewGround(ctx, st, carried, overrides)
	return g, sure, open, err
}
