// Package forecast turns the past of one series into the distribution of its
// future: the mean of every step ahead, its standard deviation and quantiles,
// and the same for the demand summed over the first 1..N steps, which is what
// a safety stock must cover.
//
// It is a library of its own: it knows nothing of items or files, and of
// calendars only lists of days (holiday.go). A series is a []float64, one value
// a period, oldest first, NaN where a period was not observed.
//
//	r, err := forecast.Forecast(y, forecast.Options{Season: 12, Horizon: 18})
//
// A run over many series keeps one [Engine] and one [Result] per goroutine;
// after the first few series nothing is allocated.
//
// # Methods
//
//	name     file         what it is                              source
//	naive    naive.go     last value                              Hyndman & Athanasopoulos (2021), 5.2
//	snaive   naive.go     value one season ago                    Hyndman & Athanasopoulos (2021), 5.2
//	mean     naive.go     average of all values                   Hyndman & Athanasopoulos (2021), 5.2
//	drift    naive.go     last value plus the average change      Hyndman & Athanasopoulos (2021), 5.2
//	ses      ses.go       simple exponential smoothing            Brown (1959); Hyndman et al. (2008), 2.3
//	theta    theta.go     ses with half the linear trend          Assimakopoulos & Nikolopoulos (2000)
//	holt     holt.go      exponential smoothing, damped trend     Holt (1957); Gardner & McKenzie (1985)
//	croston  croston.go   size over interval, both smoothed       Croston (1972)
//	sba      croston.go   Croston with the bias taken out         Syntetos & Boylan (2005)
//	tsb      croston.go   size times probability, for dying items Teunter, Syntetos & Babai (2011)
//	arima    arima.go     seasonal ARIMA, chosen by AICc          Box & Jenkins (1976); Hyndman & Khandakar (2008)
//	mstl     mstl.go      theta with seasons that change          Bandara, Hyndman & Bergmeir (2021)
//	otm      theta.go     optimised theta                         Fiorucci et al. (2016)
//	dstm     theta.go     theta whose line follows the series     Fiorucci et al. (2016)
//	dotm     theta.go     both                                    Fiorucci et al. (2016)
//	ces      ces.go       complex exponential smoothing           Svetunkov, Kourentzes & Ord (2022)
//	ensemble ensemble.go  mean, median, inverse error, learned    Clemen (1989); Bates & Granger (1969)
//	auto     select.go    by demand class: an ensemble of ets-average, dotm, ces, holt, mstl, snaive and, up to quarters, arima, or sporadic
//
// Around them:
//
//	seasonal.go    classical decomposition, test of seasonality   Assimakopoulos & Nikolopoulos (2000)
//	classify.go    smooth, erratic, intermittent, lumpy           Syntetos, Boylan & Croston (2005)
//	longseason.go  seasons over 24 periods, and several at once   James & Stein (1961)
//	closed.go      phases without any demand: nights, Sundays
//	conformal.go   intervals calibrated over many series          Lei et al. (2018)
//	backtest.go    rolling origins, leaderboard                   Tashman (2000)
//	state*.go      fitted models as data, update, drift           Brown (1959)
//	paths.go       sample paths with the steps' distributions       Clemen & Reilly (1999)
//	interval.go    step and cumulative error distribution         Hyndman et al. (2008), 6; Lee & Scholtes (2014)
//	quantile.go    their quantiles                                Hyndman & Fan (1996)
//	member*.go     how a method in the pool is fitted, run over the series and shocked
//	metric.go      accuracy measures                              Hyndman & Koehler (2006)
//	ets.go         the thirty exponential smoothing models        Hyndman et al. (2008)
//	ets_fit.go     their estimation, ets_auto.go their choice     Hyndman et al. (2008), 5, 7
//	ets_search.go  Levenberg-Marquardt within bounds behind it    Marquardt (1963)
//	ets_kernel.go, ets_jacobian.go, ets_start.go                  its parts
//	ets_average.go the average of all forms                       Kolassa (2011)
//	ets_interval.go their future: moments, quantiles, paths       Hyndman et al. (2008), 6
//	arima_*.go     exact likelihood, fit, automatic choice        Mélard (1984); Gómez, Maravall & Peña (1999)
//	unitroot.go    tests for differencing                         Kwiatkowski et al. (1992)
//	stl.go         seasonal-trend decomposition by loess          Cleveland et al. (1990)
//	regress*.go    causes with lead and lag, ARIMA errors         Hyndman & Athanasopoulos (2021), 10
//	holiday.go     lunar and official holidays, working days      Bell & Hillmer (1983)
//	bfgs.go        the gradient search behind arima               Nocedal & Wright (2006)
//	neldermead.go  the simplex search behind holt                 Nelder & Mead (1965)
//	series.go      what is done to a series before any of this
//
// For demand that is zero in many periods, [Sporadic] (sporadic.go) gives mean and
// whole distribution of steps and sums by
//
//	croston, sba, sbj     croston.go       and Shale, Boylan & Johnston (2006)
//	tsb                   tsb.go           parameters searched       Kourentzes (2014)
//	adida, imapa          adida.go         sums over blocks          Nikolopoulos et al. (2011); Petropoulos & Kourentzes (2015)
//	negbin(-damped)       negbin.go        dynamic negative binomial Snyder, Ord & Beaumont (2012)
//	zip, zinb             zeroinflated.go  structural zeros          Lambert (1992)
//	hurdle(-negbin)       hurdle.go        occurrence, then size     Snyder, Ord & Beaumont (2012)
//	willemain             willemain.go     bootstrap, without dice   Willemain, Smart & Schwarz (2004)
//	auto                  sporadicauto.go  a mixture of them         Ranjan & Gneiting (2010)
//
//	lattice.go            distributions on whole units
//	sporadiclaw.go        from fitted models to distributions of sums
//	sporadicpath.go       sample paths by a seed
//	calibrator.go         what a catalogue teaches about one item    empirical Bayes
//
// Before a forecast, each step as a list of changes that can be taken back:
//
//	period.go       dated demand to days, ISO weeks, months, 4-4-5 periods
//	prepare.go      missing, partial periods, returns, working days; all steps in order
//	stockout.go     what a stockout hid                       Conrad (1976)
//	levelshift.go   changes of level that stay                Pettitt (1979)
//	outlier.go      what neighbours and season do not explain Iglewicz & Hoaglin (1993)
//
// For items at the ends of their lives, and for what people know:
//
//	analogy.go      new items by the launches of those like them  Gower (1971); Green & Armstrong (2007)
//	lifecycle.go    stage, decay, phase-out, successors
//	judgement.go    overrides, floors and caps with reasons
//	fva.go          what each step of the process added           Gilliland (2010)
//
// For many series that add up:
//
//	hierarchy.go    which series each node sums, of any groupings
//	topdown.go      bottom-up, top-down, middle-out           Gross & Sohl (1990); Athanasopoulos et al. (2009)
//	mint.go         minimum trace reconciliation              Wickramasuriya, Athanasopoulos & Hyndman (2019)
//	nonnegative.go  the same without negative forecasts       Wickramasuriya, Turlach & Hyndman (2020)
//	thief.go        months, quarters and years of one series  Athanasopoulos et al. (2017)
//	coherent.go     quantiles of reconciled draws             Panagiotelis et al. (2023)
//
// # What is promised
//
// For every input the answer is a finite forecast or an error; never NaN,
// never a panic. Where a series is too short or too strange for the method
// asked for, a simpler one answers and [Result.Note] says which and why. The
// same input and options give the bit-identical result. Quantiles do not fall
// as their probability rises.
package forecast
