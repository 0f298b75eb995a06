package api

import (
	"context"
	"sync"

	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/mrp"
	"planwright/snapshot"
)

// standing is a plan with its snapshot in memory, for questions that SQL cannot
// answer. Everything in it is read-only.
type standing struct {
	plan      string // id
	snap      *planwright.Snapshot
	structure *mrp.Structure
	records   *planwright.Requirements // nil until asked for
}

// standingPlan keeps the plan that was asked for last: questions come in runs
// about one plan, and memory stays bounded by one company.
type standingPlan struct {
	mu   sync.Mutex
	last *standing
}

// stand returns a plan in memory. Loading one holds up those who ask meanwhile:
// they would load the same.
func (s *Server) stand(ctx context.Context, field, name string, records bool) (*standing, error) {
	id, err := s.planID(field, name)
	if err != nil {
		return nil, err
	}
	s.standing.mu.Lock()
	defer s.standing.mu.Unlock()
	st := s.standing.last
	if st == nil || st.plan != id {
		info, err := s.ws.GetPlan(id)
		if err != nil {
			return nil, err
		}
		snap, closeSnap, err := s.ws.Load(ctx, info.SnapshotID, snapshot.LoadOptions{})
		if err != nil {
			return nil, err
		}
		if err := closeSnap(); err != nil { // the columns stay
			return nil, err
		}
		snap.AsOf = info.AsOf
		st = &standing{plan: id, snap: snap, structure: mrp.NewStructure(snap)}
	}
	if records && st.records == nil {
		r, err := s.ws.LoadRecords(ctx, id)
		if err != nil {
			return nil, err
		}
		st = &standing{plan: id, snap: st.snap, structure: st.structure, records: r}
	}
	s.standing.last = st
	return st, nil
}

// sku finds an item at a site.
func (st *standing) sku(item, site string) (planwright.SKU, error) {
	k := st.snap.Find(item, site)
	if k == planwright.NoSKU {
		return k, refuse(codes.NotFound, "plan %s has no sku %s at site %s", st.plan, clip(item), clip(site))
	}
	return k, nil
}

// codes returns the item and the site of a sku.
func (st *standing) codes(k planwright.SKU) (item, site string) {
	return st.snap.Items.ID[st.snap.SKUs.Item[k]], st.snap.Sites.ID[st.snap.SKUs.Site[k]]
}

// dayField reads a day of a request; def where it is empty.
func dayField(field, text string, def planwright.Day) (planwright.Day, error) {
	if text == "" {
		return def, nil
	}
	d, err := planwright.ParseDay(text)
	if err != nil {
		return d, badField(field, "%q is not a date such as 2026-06-30", clip(text))
	}
	return d, nil
}

// qtyField reads a quantity above zero of a request; def where it is empty.
func qtyField(field, text string, def planwright.Qty) (planwright.Qty, error) {
	if text == "" && def > 0 {
		return def, nil
	}
	q, err := planwright.ParseQty(text)
	if err != nil || q <= 0 {
		return q, badField(field, "%q is not a quantity above zero", clip(text))
	}
	return q, nil
}
