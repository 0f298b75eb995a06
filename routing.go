package planwright

// Resources are the columns of the resources table, in code order: what has a
// capacity, such as a machine, a line or a crew.
type Resources struct {
	ID       []string
	Site     []int32     // None: of every site
	Calendar []*Calendar // nil: every day works
	PerDay   []float64   // capacity of a working day, in the unit of the routings (hours, minutes, pieces)
}

// Len returns the number of resources.
func (t *Resources) Len() int { return len(t.ID) }

// Routings are the steps of making an item, sorted by item, bill of material
// and step. Setup and PerUnit are what an order takes of the resource's
// capacity: Setup + quantity · PerUnit. For a unit that leaves a step, 1 +
// ScrapPct/100 enter it, or 1/(1 − ScrapPct/100) where the scrap rule of the sku
// is divide; see mrp for what that makes of the order.
type Routings struct {
	Item     []int32
	BOMID    []string // "": of every bill of material
	Step     []int32
	Resource []int32
	Setup    []float64
	PerUnit  []float64
	ScrapPct []float64
}

// Len returns the number of steps.
func (t *Routings) Len() int { return len(t.Item) }
