// Package chart draws the pictures of reports: ABC Pareto, bars of age buckets,
// the projection of stock value and the fan of a forecast. It is pure: figures in,
// a picture out, as SVG or as PNG; one list of shapes serves both.
//
//	file           what
//	picture.go     shapes, scales and axes
//	svg.go         a picture as SVG
//	png.go         a picture as PNG, by golang.org/x/image/vector and the Go fonts
//	pareto.go      shares of sku's and their cumulative curve with the classes
//	bars.go        a bar for each of a few groups
//	projection.go  stock by week with what comes in and goes out
//	fan.go         past demand, the forecast and its intervals
//
// The Go fonts have no Chinese glyphs: a PNG is labelled in English, an SVG in
// any language.
package chart
