// Package plan is one planning run: [Run] takes a snapshot and options and
// returns a plan. It is the only place where forecast, replenish, mrp and
// analytics meet, and it is pure: progress is reported to the caller, the
// clock is the snapshot's as-of day, cancellation comes by the context.
//
// The stages, in order:
//
//	forecast   per sku        history -> periods -> model by backtest -> distribution
//	policy     per sku        safety stock, reorder point, order-up-to, order quantity
//	segment    company        ABC by value of use, XYZ by variation
//	mrp        by level       consume -> net -> lot -> offset -> explode -> peg -> messages
//	suggest    company        orders and exceptions -> ranked actions with reasons
//	analytics  company        aging layers, key figures
//
// The per-sku stages run over chunks of a fixed size, so that memory is bounded
// by the chunk and the result does not depend on the number of workers.
package plan
