// Package replenish sets inventory policies: how much stock protects a service
// target, when to order and how much. It is pure: values in, values out, no
// clock, no dice, no I/O.
//
// # Notation
//
//	symbol     meaning                                               unit
//	μ, σ       mean and standard deviation of demand a period        units
//	L, σL      mean and standard deviation of the lead time          periods
//	R          review period; 0 is continuous review                 periods
//	D_n        demand over n periods                                 units
//	PI         protection interval: L continuous, R+L periodic       periods
//	s          reorder point, compared with the inventory position   units
//	S          order-up-to level                                     units
//	Q          order quantity, b batch (lot multiple)                units
//	SS         safety stock: expected net stock just before the order
//	           arrives; may be negative                              units
//	k          safety factor, SS in standard deviations              -
//	U          undershoot: how far the position is below s when the
//	           order is placed                                       units
//	n(y)       loss function E[(X−y)+]; n̄(y) = E[(y−X)+]             units
//	n₂(y)      second-order loss function E[((X−y)+)²]/2             units²
//	G(z)       n(z) of the standard normal distribution              -
//	P1         cycle service: probability of no stockout in a cycle  -
//	P2         fill rate: share of demand filled from stock          -
//	K, h, λ    cost of an order, cost of holding a unit for a year,
//	           demand a year                                         money, units
//
// # Methods
//
//	file          what                                   reference
//	normal.go     normal cdf, quantile, losses           Abramowitz & Stegun (1964), 7.2, 26.2; Silver, Pyke & Thomas (2017), app. II
//	gamma.go      gamma demand                           Burgin (1975); Snyder & Shen (2019), app. C; Loader (2000)
//	distribution.go what a law of demand offers            Snyder & Shen (2019), app. C
//	lognormal.go, uniform.go, exponential.go, geometric.go Snyder & Shen (2019), app. C
//	katz.go       sums of integer laws, tail by tail     Katz (1965); Loader (2000)
//	poisson.go, negbinomial.go, binomial.go              Axsäter (2015), 5.1
//	compound.go   orders of several units                Panjer (1981); Galliher, Morse & Simond (1959)
//	table.go      arbitrary and empirical laws           -
//	mixture.go    random lead time, exactly              Silver, Pyke & Thomas (2017), 6.10; Zipkin (2000), 7.4
//	paths.go      forecast paths, bootstrap              Willemain, Smart & Schwarz (2004)
//	quantiles.go  quantiles of a forecast                -
//	cumulative.go error of cumulative forecasts          Hyndman et al. (2008), 6; Lee, So & Tang (2000)
//	leadtime.go   demand of the protection interval      Silver, Pyke & Thomas (2017), 6.10; Prak, Teunter & Syntetos (2017)
//	service.go    P1 and P2 of a policy                  Axsäter (2015), 5.3; Silver, Pyke & Thomas (2017), 6.7, app. III; Johnson et al. (1995)
//	safety.go     the level that reaches a target        the same, inverted
//	rop.go        undershoot, reorder point              Tijms (1994); Hill (1988)
//	periods.go    demand of several periods; walks       -
//	renewal.go    renewal sequence, exact undershoot     Zheng & Federgruen (1991); Tijms (1994)
//	basestock.go  base stock                             Axsäter (2015), 5.3; Johnson et al. (1995)
//	rq.go         (r, Q) of least cost                   Zheng (1992); Federgruen & Zheng (1992)
//	rqapprox.go   its approximations                     Snyder & Shen (2019), 5.4; Hadley & Whitin (1963)
//	rqunit.go     (r, Q), cost by unit short             Silver, Pyke & Thomas (2017), 6.7
//	rnq.go        (r, nQ) with orders of several units   Axsäter (2015), 5.3.4; Larsen & Thorstenson (2008)
//	ss.go         (s, S)                                 Zheng & Federgruen (1991); Ehrhardt & Mosier (1984)
//	minmax.go     (min, max), (R, s, S)                  Tijms (1994)
//	lotpolicy.go  minimum and multiple in the service    Grassmann, Taksar & Heyman (1985)
//	lostsales.go  lost sales                             Karush (1957); Hadley & Whitin (1963), 4-11
//	twobin.go     two bins                               -
//	canorder.go   can-order                              Federgruen, Groenevelt & Tijms (1984)
//	orderfill.go  supplier minimum, truck                Fox (1966)
//	discounts.go  quantity discounts                     Hadley & Whitin (1963), 2-11
//	newsvendor.go newsvendor, myopic levels              Arrow, Harris & Marschak (1951); Zipkin (2000), 9.4
//	finitehorizon.go dynamic program, bounds             Scarf (1960); Veinott (1966)
//	jointreplenishment.go                                Silver (1976); Wildeman, Frenk & Dekker (1997)
//	wagnerwhitin.go known demand                         Wagelmans, van Hoesel & Kolen (1992)
//	lotheuristics.go                                     Silver, Pyke & Thomas (2017), 5.6
//	yield.go, disruption.go supply uncertainty           Snyder & Shen (2019), 9
//	law.go        the law of a data class                Silver, Pyke & Thomas (2017), 6.7
//	eoq.go        economic order quantity                Harris (1913); Snyder & Shen (2019), 3.2
//	orderqty.go   minimum, multiple, maximum, exact      the rules of the data set
//	gsm.go        guaranteed service: network, costs   Simpson (1958); Humair & Willems (2011); Humair et al. (2013)
//	gsmdual.go    its lower bound                       Kolmogorov (2006)
//	gsmsearch.go  plans by dynamic programming           Graves & Willems (2000, 2003)
//	gsmbranch.go  the optimum of any network             branch and bound over the two above
//	ssm.go        serial systems, stochastic service      Clark & Scarf (1960); Chen & Zheng (1994); Shang & Song (2003)
//	twoechelon.go warehouse and retailers, Poisson       Simon (1971); Graves (1985)
//	budget.go     base stocks under a budget              Fox (1966); Sherbrooke (1968)
//	perishable.go stock with a shelf life                  Nahmias (1982); Broekmeulen & van Donselaar (2009)
//	endoflife.go  last buy, obsolescence                   Fortuin (1980); Masters (1991)
//	substitute.go two items that replace each other        Netessine & Rudi (2003)
//	analogy.go    demand of a new item                     law of total variance; normal conjugate prior
//	sample.go     draws, demand processes                 Walker (1977); Marsaglia & Tsang (2000); Künsch (1989)
//	simulate.go   any policy on any demand, by events     Law (2015), 9.5
//	perishsim.go  simulation of perishables                Broekmeulen & van Donselaar (2009)
//	tradeoff.go   exchange curve of a portfolio             Everett (1963); Sherbrooke (2004), ch. 2
//	deploy.go     fair share of scarce stock                Silver, Pyke & Thomas (2017), 11.6
//	rebalance.go  moves between sites                        Hitchcock (1941); Ahuja, Magnanti & Orlin (1993), 9.7
//	leadfit.go    lead times from receipts                   Kaplan & Meier (1958)
//	policy.go     the policy of one sku, with its terms  all of the above
//
// # Conventions
//
// No function returns NaN. Each documents the limit that it returns where a
// formula has none. Where a function returns an error, an input that has no
// meaning (NaN, infinite, negative demand) is one, which wraps [ErrInput]. Where
// it returns none, NaN counts as 0, and what is beyond 1e150 as 1e150. TestSweep
// holds every exported function and method to it.
package replenish
