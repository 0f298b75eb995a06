package mrp

import (
	"fmt"
	"reflect"

	"planwright"
)

// Edit is a change of what one sku is planned from; see [Planner.Apply]. Make
// one with SetRows, SetParameter or SetInput.
type Edit struct {
	sku   planwright.SKU
	rows  any                        // of SetRows: a pointer to the new rows
	table func(p *Planner) any       // and to the table, of the same type
	set   func(p *Planner) structure // else: sets the value of a column
}

// structure says whether an edit changes the graph or what sku's read of each
// other, so that everything must be planned again.
type structure bool

// RowTable is a table with compressed rows by sku that can be edited.
type RowTable interface {
	planwright.Demand | planwright.Stock | planwright.Supply | planwright.Reserved | planwright.SKUPeriods | planwright.BOM | planwright.Sources | Forecast
}

// SetRows replaces the rows of sku k in a table, those of [Planner.Input]'s
// forecast or of its snapshot, by all rows of another one, whose Off is not
// looked at: none removes them. Rows come as [planwright.Snapshot.Validate] wants
// them, in the order of the table; see [Rows] for those that are there. Rows of
// BOM and Sources change the structure: they make the next Apply plan everything.
func SetRows[T RowTable](k planwright.SKU, rows T) Edit {
	table := func(p *Planner) any {
		s := p.p.s
		switch any(&rows).(type) {
		case *planwright.Demand:
			return &s.Demand
		case *planwright.Stock:
			return &s.Stock
		case *planwright.Supply:
			return &s.Supply
		case *planwright.Reserved:
			return &s.Reserved
		case *planwright.SKUPeriods:
			return &s.SKUPeriods
		case *planwright.BOM:
			return &s.BOM
		case *planwright.Sources:
			return &s.Sources
		}
		return p.forecast()
	}
	if f, ok := any(&rows).(*Forecast); ok && f.Customer == nil {
		f.Customer = make([]string, len(f.Qty))
	}
	return Edit{sku: k, table: table, rows: &rows}
}

// Rows returns a copy of the rows of sku k of a table.
func Rows[T RowTable](table *T, k planwright.SKU) T {
	var rows T
	from, to := reflect.ValueOf(table).Elem(), reflect.ValueOf(&rows).Elem()
	off := from.Field(0).Interface().([]int32)
	lo, hi := int(off[k]), int(off[k+1])
	to.Field(0).Set(reflect.ValueOf([]int32{0, int32(hi - lo)}))
	for i := 1; i < from.NumField(); i++ {
		if c := from.Field(i); c.Len() >= hi {
			to.Field(i).Set(reflect.AppendSlice(reflect.MakeSlice(c.Type(), 0, hi-lo), c.Slice(lo, hi)))
		}
	}
	return rows
}

// SetParameter sets the value of sku k in a column of the sku table, such as
//
//	SetParameter(k, func(t *planwright.SKUs) *[]planwright.Qty { return &t.LotMin }, 5*planwright.One)
//
// Item, Site, MRPType and Procurement change the structure: they make the next
// Apply plan everything.
func SetParameter[T any](k planwright.SKU, column func(*planwright.SKUs) *[]T, v T) Edit {
	return Edit{sku: k, set: func(p *Planner) structure {
		t := &p.p.s.SKUs
		c := column(t)
		private(p, c)
		(*c)[k] = v
		switch any(c) {
		case any(&t.Item), any(&t.Site), any(&t.MRPType), any(&t.Procurement):
			return true
		}
		return false
	}}
}

// SetInput sets the value of sku k in a column of the input: SafetyStock,
// ReorderPoint, OrderUpTo or OrderQty. From then on the column no longer follows
// the sku table where it did.
func SetInput(k planwright.SKU, column func(*Input) *[]planwright.Qty, q planwright.Qty) Edit {
	return Edit{sku: k, set: func(p *Planner) structure {
		c := column(&p.p.in)
		if *c == nil {
			*c = make([]planwright.Qty, p.p.s.Len())
		}
		private(p, c)
		*column(&p.given) = *c
		(*c)[k] = q
		return false
	}}
}

// private makes a column the planner's own, with room for more rows.
func private[T any](p *Planner, c *[]T) {
	if !p.mine[c] {
		p.mine[c] = true
		*c = append(make([]T, 0, len(*c)+len(*c)/16), *c...)
	}
}

// forecast is the planner's own forecast table.
func (p *Planner) forecast() *Forecast {
	if p.own == nil {
		f := *p.p.in.Forecast
		if f.Customer == nil {
			f.Customer = make([]string, len(f.Qty))
		}
		p.own = &f
		p.p.in.Forecast, p.given.Forecast = p.own, p.own
	}
	return p.own
}

// splice is the new rows of one sku of a table.
type splice struct {
	sku  planwright.SKU
	rows reflect.Value
	n    int // number of rows
}

// check returns the number of new rows, or what is wrong with them.
func (e *Edit) check() (splice, error) {
	v := reflect.ValueOf(e.rows).Elem()
	n := -1
	for i := 1; i < v.NumField(); i++ {
		c := v.Field(i).Len()
		if n < 0 {
			n = c
		}
		if c != n {
			return splice{}, editError(fmt.Sprintf("%s.%s", v.Type().Name(), v.Type().Field(i).Name), fmt.Sprintf("has %d rows, %s has %d", c, v.Type().Field(1).Name, n), "give every column a value for every row")
		}
	}
	return splice{e.sku, v, n}, nil
}

func editError(subject, what, fix string) error {
	e := &planwright.Error{Code: planwright.CodeUsage, Op: "edit", Subject: subject, What: what, Fix: fix}
	e.Args = []string{"detail", e.Error()}
	return e
}

// splice puts new rows of sku's, in their order, into a table. It says whether
// rows moved.
func (p *Planner) splice(table any, edits []splice) (moved bool) {
	v := reflect.ValueOf(table).Elem()
	offField := v.Field(0).Addr().Interface().(*[]int32)
	old := *offField
	n := len(old) - 1
	for _, e := range edits {
		moved = moved || e.n != int(old[e.sku+1]-old[e.sku])
	}
	for i := 1; i < v.NumField(); i++ {
		p.spliceColumn(v.Field(i), i, old, edits, moved)
	}
	if !moved {
		return false
	}
	off := make([]int32, n+1)
	shift, at := int32(0), 0
	for k := range n {
		off[k] = old[k] + shift
		for ; at < len(edits) && int(edits[at].sku) == k; at++ {
			shift += int32(edits[at].n) - (old[k+1] - old[k])
		}
	}
	off[n] = old[n] + shift
	*offField = off
	return true
}

// spliceColumn puts new rows into column i of a table.
func (p *Planner) spliceColumn(c reflect.Value, i int, off []int32, edits []splice, moved bool) {
	total := int(off[len(off)-1])
	if c.Len() != total || total == 0 && !moved {
		return // a column that the data set leaves out
	}
	key := c.Addr().Interface()
	size := total
	for _, e := range edits {
		size += e.n - int(off[e.sku+1]-off[e.sku])
	}
	room := c
	if !p.mine[key] || size > c.Cap() {
		room = reflect.MakeSlice(c.Type(), max(size, total), max(size, total)*17/16+64)
		reflect.Copy(room, c)
		p.mine[key] = true
	} else {
		room = c.Slice(0, max(size, total))
	}
	if moved {
		// What lies between the edits moves as a whole: what moves up from the
		// last on, then what moves down from the first on.
		shift := make([]int, len(edits)) // of the rows after edit x
		sum := 0
		for x, e := range edits {
			sum += e.n - int(off[e.sku+1]-off[e.sku])
			shift[x] = sum
		}
		move := func(x int) {
			lo, hi := int(off[edits[x].sku+1]), total
			if x+1 < len(edits) {
				hi = int(off[edits[x+1].sku])
			}
			reflect.Copy(room.Slice(lo+shift[x], hi+shift[x]), room.Slice(lo, hi))
		}
		for x := len(edits) - 1; x >= 0; x-- {
			if shift[x] > 0 {
				move(x)
			}
		}
		for x := range edits {
			if shift[x] < 0 {
				move(x)
			}
		}
	}
	sum := 0
	for _, e := range edits {
		lo := int(off[e.sku]) + sum
		reflect.Copy(room.Slice(lo, lo+e.n), e.rows.Field(i))
		sum += e.n - int(off[e.sku+1]-off[e.sku])
	}
	c.Set(room.Slice(0, size))
}
