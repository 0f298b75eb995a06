package plan

import (
	"context"

	"planwright"
	"planwright/mrp"
)

// CheckCapacity writes what the plan's work orders load the resources with, the
// moves that level the load, and an exception for every overloaded day of a
// resource. Without routings there is nothing to write. It returns an error only
// if ctx ends.
func CheckCapacity(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan) error {
	if s.Routings.Len() == 0 {
		return nil
	}
	c := mrp.NewCapacity(mrp.NewStructure(s), mrp.Planned{Orders: &p.Orders, Pegs: &p.Pegs, Requirements: &p.Requirements})
	over := c.Overloads()
	before := c.Load()
	if over.Len() > 0 {
		moves, err := c.Level(ctx)
		if err != nil {
			return err
		}
		for i := range moves {
			x := &moves[i]
			m := &p.Moves
			m.Order, m.Days = append(m.Order, x.Order), append(m.Days, int32(x.Days))
			m.Release, m.Start, m.Due, m.Available = append(m.Release, x.Release), append(m.Start, x.Start), append(m.Due, x.Due), append(m.Available, x.Available)
		}
	}
	p.Exceptions.Append(&over)
	// Both lists are by resource and day: a day may lose its load or get some.
	after := c.Load()
	t := &p.Capacity
	for len(before) > 0 || len(after) > 0 {
		var a, b *mrp.LoadRow
		if len(before) > 0 {
			a = &before[0]
		}
		if len(after) > 0 {
			b = &after[0]
		}
		if a != nil && b != nil && (a.Resource != b.Resource || a.On != b.On) {
			if a.Resource < b.Resource || a.Resource == b.Resource && a.On < b.On {
				b = nil
			} else {
				a = nil
			}
		}
		row, load, levelled := a, planwright.Qty(0), planwright.Qty(0)
		if a != nil {
			load, before = a.Load, before[1:]
		}
		if b != nil {
			row, levelled, after = b, b.Load, after[1:]
		}
		t.Resource, t.On, t.Load = append(t.Resource, row.Resource), append(t.On, row.On), append(t.Load, load)
		t.Capacity, t.Levelled = append(t.Capacity, row.Capacity), append(t.Levelled, levelled)
	}
	return nil
}
