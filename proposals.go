package planwright

// Proposals are orders that another system proposes, such as the planned orders
// and purchase requisitions of the company's ERP, sorted by sku, then due day, then
// id. Quantities are in stock units, as launched.
type Proposals struct {
	SKU       []SKU
	ID        []string
	Kind      []OrderKind // ProposedOrder where the other system does not say
	Qty       []Qty
	OrderedOn []Day // the day of ordering, NoDay
	DueOn     []Day
	Supplier  []int32 // None
	From      []SKU   // NoSKU

	// Outside are proposals for sku's that the snapshot does not have, by id.
	Outside []string
}

// Len returns the number of proposals.
func (p *Proposals) Len() int { return len(p.SKU) }
