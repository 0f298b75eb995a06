// Package analytics answers what planners and managers ask of stock: which
// sku's matter (ABC), which vary (XYZ), how old the stock is, how fast it moves,
// how long it lasts, what is too much. It is pure: columns in, columns out.
//
//	file        what                                            reference
//	abc.go      ABC by cumulative share of value of use         Pareto; Silver, Pyke & Thomas (2017), 2.3
//	xyz.go      XYZ by coefficient of variation of demand
//	aging.go    age layers of stock, first in first out
//	bucket.go   age buckets and their totals
//	moving.go   days since the last use: moving, slow, dead
//	turns.go    stock turns                                     APICS dictionary
//	cover.go    days of supply, back and forward
//	kpi.go      key figures of the whole stock
//
// Columns are indexed by sku where not said otherwise; money is in the currency
// of the snapshot. No function returns NaN or an infinity: a figure that does
// not exist is told by a second result or left out.
package analytics
