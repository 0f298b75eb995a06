package snapshot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"planwright"
)

// Ground opens what a plan's forecasts rest on, so that some of them can be made again
// as they were: what its company taught, and the fitted models of the plan that it went
// on from, if it did. overrides and decisions are those that stand. sure is false
// where the plan was made with other ones, or went on from a plan that is gone: then
// forecasts made again may differ from its own. snap is the plan's snapshot; done
// closes the files.
func (w *Workspace) Ground(ctx context.Context, planID string, snap *planwright.Snapshot, overrides []planwright.ForecastOverride, decisions []planwright.Decision) (c *planwright.Carried, sure bool, done func() error, err error) {
	c, closeOwn, err := w.Carry(ctx, planID, snap)
	if err != nil {
		return nil, false, nil, err
	}
	c.ReadStates = nil // its own states are of after the fit
	if err := closeOwn(); err != nil {
		return nil, false, nil, err
	}
	var carried string
	path, err := w.file(ctx, planKind, c.PlanID)
	if err != nil {
		return nil, false, nil, err
	}
	err = w.read(ctx, path, func(conn *Conn) error {
		meta, err := readMeta(ctx, conn, c.PlanID)
		carried = meta["carried"]
		return err
	})
	if err != nil {
		return nil, false, nil, err
	}
	parts := strings.FieldsFunc(carried, func(r rune) bool { return r == '+' })
	want := len(parts)
	for _, d := range []string{planwright.OverridesDigest(overrides), planwright.DecisionsDigest(decisions)} {
		if d != "" && slices.Contains(parts, d) {
			want--
		} else if d != "" {
			want = len(parts) + 1 // made since
		}
	}
	done = func() error { return nil }
	plans, err := w.ListPlans()
	if err != nil {
		return nil, false, nil, err
	}
	for _, p := range plans {
		if slices.Contains(parts, p.Digest) && p.ID != c.PlanID && p.Format == PlanFormatVersion {
			was, closeWas, err := w.Carry(ctx, p.ID, snap)
			if err != nil {
				return nil, false, nil, errors.Join(err, done())
			}
			c.ReadStates, done = was.ReadStates, closeWas
			want--
			break
		}
	}
	return c, want <= 0, done, nil
}
