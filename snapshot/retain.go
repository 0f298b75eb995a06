package snapshot

import (
	"context"
	"time"
)

// Retention says what is kept of old snapshots and plans. What any of its rules
// keeps is kept; the newest plan, the snapshots of the plans that are kept and
// the import that the newest snapshot starts from always are.
type Retention struct {
	Plans, Snapshots int           // of the newest; 0: no rule
	For              time.Duration // what is younger; 0: no rule
}

// Retain deletes what the rules do not keep, plans first, and returns the ids. A
// retention without a rule deletes nothing.
func (w *Workspace) Retain(ctx context.Context, r Retention, now time.Time) (deleted []string, err error) {
	if r == (Retention{}) {
		return nil, nil
	}
	release, err := w.hold()
	if err != nil {
		return nil, err
	}
	defer release()
	plans, err := w.ListPlans()
	if err != nil {
		return nil, err
	}
	keep := map[string]bool{}
	young := func(t time.Time) bool { return r.For > 0 && now.Sub(t) < r.For }
	for i, p := range plans {
		newest := len(plans) - i // 1 for the newest
		if newest == 1 || r.Plans == 0 && r.For == 0 || newest <= r.Plans || young(p.CreatedAt) {
			keep[p.SnapshotID] = true
			continue
		}
		if err := w.DeletePlan(ctx, p.ID); err != nil {
			return deleted, err
		}
		deleted = append(deleted, p.ID)
	}
	snapshots, err := w.ListSnapshots()
	if err != nil {
		return deleted, err
	}
	if len(snapshots) > 0 { // folds start from the import
		if lin, err := w.lineage(snapshots[len(snapshots)-1].ID); err == nil {
			keep[lin.root] = true
		}
	}
	for i, s := range snapshots {
		newest := len(snapshots) - i
		if newest == 1 || keep[s.ID] || r.Snapshots == 0 && r.For == 0 || newest <= r.Snapshots || young(s.CreatedAt) {
			continue
		}
		if err := w.DeleteSnapshot(ctx, s.ID, false); err != nil {
			return deleted, err
		}
		deleted = append(deleted, s.ID)
	}
	return deleted, nil
}
