// Package analytics answers what planners and managers ask of stock: which
// sku's matter (ABC), which vary (XYZ), how old the stock is, how fast it moves,
// how long it lasts, what is too much, who delivers, what the plan makes of it.
// It is pure: columns in, columns out.
//
//	file             what                                            reference
//	abc.go           ABC by cumulative share of value of use         Pareto; Silver, Pyke & Thomas (2017), 2.3
//	abcgroup.go      ABC by any measure, within groups, by count
//	xyz.go           XYZ by coefficient of variation of demand
//	matrix.go        the ABC-XYZ matrix
//	fsn.go           fast, slow, non-moving by turns                 Gopalakrishnan & Sundaresan (1977)
//	hml.go           high, medium, low by unit cost
//	ved.go           vital, essential, desirable as entered
//	classchange.go   what changed its class between two plans
//	aging.go         age layers of stock, first in first out
//	transfer.go      layers kept through transfers between sites
//	bucket.go        age buckets and their totals
//	provision.go     writing stock down by age
//	expiry.go        what expires unused, first expired first out
//	moving.go        days since the last use: moving, slow, dead
//	surplus.go       stock above what the plan requires
//	ledger.go        average stock and days without, by the stock ledger
//	lostsales.go     lost sales, fill rate, GMROI                    APICS dictionary
//	turns.go         stock turns                                     APICS dictionary
//	cover.go         days of supply, back and forward
//	orderservice.go  on time in full of open orders in the plan
//	projection.go    value of stock by week ahead
//	breach.go        first day below safety stock
//	supplier.go      lead times, delivery, quality and score         Hyndman & Fan (1996) for quantiles
//	bullwhip.go      variation of orders against that of demand      Chen et al. (2000); Fransoo & Wouters (2000)
//	nervousness.go   change of a plan against the one before         Sridharan, Berry & Udayabhanu (1988)
//	kpi.go           key figures of the whole stock
//	kpigroup.go      key figures by site, category, planner, class
//
// Columns are indexed by sku where not said otherwise; money is in the currency
// of the snapshot. A figure that does not exist is told by a second result, left
// out, or NaN where the field says so; no function returns an infinity.
package analytics
