// Package replay runs the stock of a sku through days that have passed: the
// demand is known, a policy is what differs. Two policies that meet the same
// demand, the same opening stock and the same lead times differ by the policy
// alone (common random numbers; Law 2015, 11.2).
//
//	simulate.go   the days of one sku under one policy
//	orders.go     when a policy orders, and how much
//	draws.go      lead times by a counter: no state, no order of calls
//	demand.go     what customers wanted on days without stock
//	ledger.go     what the company did, from its stock ledger
//	figures.go    sums of many sku's, and what they say
//	curve.go      stock at equal service, service at equal stock
//	interval.go   what chance does to them: block bootstrap
//
// Nothing here knows of files, forecasts or plans. Quantities are units, money
// is that of the caller, days are counted from the first of the replay. A sku is
// simulated by itself: what feeds it is taken to deliver in the time drawn.
//
// Within a day, in this order: what is due arrives, the review looks and orders,
// customers ask, the stock left is counted.
package replay
