// Package forecast turns the past of one series into the distribution of its
// future: the mean of every step ahead, its standard deviation and quantiles,
// and the same for the demand summed over the first 1..N steps, which is what
// a safety stock must cover.
//
// It is a library of its own: it knows nothing of items, files or calendars. A
// series is a []float64, one value a period, oldest first, NaN where a period
// was not observed.
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
//	auto     select.go    the best of them in a backtest          Tashman (2000)
//
// Around them:
//
//	seasonal.go    classical decomposition, test of seasonality   Assimakopoulos & Nikolopoulos (2000)
//	classify.go    smooth, erratic, intermittent, lumpy           Syntetos, Boylan & Croston (2005)
//	interval.go    step and cumulative error distribution         Hyndman et al. (2008), 6; Lee & Scholtes (2014)
//	metric.go      accuracy measures                              Hyndman & Koehler (2006)
//	ets.go         the thirty exponential smoothing models        Hyndman et al. (2008)
//	ets_fit.go     their estimation, ets_auto.go their choice     Hyndman et al. (2008), 5, 7
//	ets_search.go  Levenberg-Marquardt within bounds behind it    Marquardt (1963)
//	ets_kernel.go, ets_jacobian.go, ets_start.go                  its parts
//	ets_average.go the average of all forms                       Kolassa (2011)
//	ets_interval.go their future: moments, quantiles, paths       Hyndman et al. (2008), 6
//	neldermead.go  the simplex search behind holt                 Nelder & Mead (1965)
//	series.go      what is done to a series before any of this
//
// # What is promised
//
// For every input the answer is a finite forecast or an error; never NaN,
// never a panic. Where a series is too short or too strange for the method
// asked for, a simpler one answers and [Result.Note] says which and why. The
// same input and options give the bit-identical result. Quantiles do not fall
// as their probability rises.
package forecast
