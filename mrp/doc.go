// Package mrp is material requirements planning: it nets the dated requirements
// of every sku against stock and receipts, proposes orders, explodes them into
// requirements of components and of supplying sites, and pegs every supply to
// the demands that it serves. It is pure and date-exact: there are no buckets.
//
// Sku's are planned by low-level code over bills of material, transfers,
// alternates and successors together, each sku once, when all its requirements
// are known. Sku's of one level do not depend on each other and are planned in
// parallel; each gathers what the sku's before it require of it, in their order,
// so that the plan does not depend on the number of workers.
//
// # Files
//
//	mrp.go       the run: levels, workers, merging
//	sourcing.go  how a sku is obtained: source, lead time, lot limits
//	lowlevel.go  low-level codes
//	cycle.go     the sku's that lie on cycles, and their paths
//	consume.go   forecast by day, consumed by orders
//	record.go    the dated elements of a sku
//	net.go       netting: where and how much
//	lot.go       minimum, multiple, maximum, windows
//	reorder.go   reorder points
//	ddmrp.go     demand-driven buffers
//	offset.go    order dates
//	transfer.go  the first arrival of a transfer between two sites
//	explode.go   requirements of components
//	peg.go       supply to demand
//	message.go   exceptions
//	incoming.go  what others require of a sku
//	sort.go      sorting by natural merging
//	result.go    the tables
//	netchange.go planning again what edits touch
//	edit.go      edits of a planner's data
//	lots.go      lot-sizing rules on a grid of periods (lot_*.go)
//	dynamic.go   cost-based lot rules in netting
//	coverage.go  range of coverage; stock above it or above its maximum
//	periodic.go  windows of periodic review
//	await.go     receipts that come before anything new could
//	assembly.go  planning without final assembly; proposals that a fence firms
//	segment.go   what is made to order or lies at a subcontractor (segment_fold.go)
//
//	structure.go    bills of material and sources from both ends
//	whereused.go    where-used, summarised up and down
//	criticalpath.go cumulative and decoupled lead time
//	rollup.go       cost roll-up
//	promise.go      available and capable to promise
//	kitting.go      full kits
//	capacity.go     load, overload, levelling
//
// # Invariants
//
// Tests check them after every plan:
//
//	M1  dates: release <= start <= due <= available
//	M2  conservation: for each sku, opening stock + receipts + planned
//	    receipts − requirements is the last projected balance
//	M3  pegging: no supply gives more than it holds, no demand gets more than
//	    it needs, and a demand that gets less has an exception on its sku
//	M4  a projected balance below zero at the end of a day has an exception on
//	    its sku
//	M5  lots: minimum, multiple, maximum and fixed size are kept
//	M6  explosion: what is required of a sku is what its planned parents,
//	    transfers and the data set ask for
//	M7  independence: workers and the order of rows change nothing, and a plan
//	    changed by edits is that of a run on the edited data
package mrp
