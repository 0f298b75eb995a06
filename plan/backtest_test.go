package plan

import (
	"context"
	"reflect"
	"testing"

	"planwright"
	"planwright/forecast"
)

// A replay scores what the forecasting library scores on the same series, for
// any number of workers, and leaves out what is too short.
func TestBacktest(t *testing.T) {
	s := company(t, 9)
	opt := BacktestOptions{Periods: 12, Horizon: 3, Methods: []string{"ses", "ets:AAN", "snaive"}}
	b, err := RunBacktest(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.SKU) != 9 || len(b.Score) != 9 { // three sku's sell, three methods
		t.Fatalf("%d scores of %d sku's", len(b.Score), len(b.SKU))
	}
	var tester forecast.Backtester
	var series series
	for i := 0; i < 9; i += 3 {
		k := b.SKU[i]
		h, err := s.ReadHistory(context.Background(), k, k+1)
		if err != nil {
			t.Fatal(err)
		}
		series.prepare(h, 0, h.Off[1], s.AsOf, s.HistoryFrom, planwright.ByWeek)
		want, err := tester.Run(nil, series.independent, forecast.BacktestOptions{
			Options: forecast.Options{Season: 52, Horizon: 3, Quantiles: planwright.Quantiles, NonNegative: true, CumulativeTo: 3},
			Methods: opt.Methods, Origins: 4, Step: 3})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(want, b.Score[i:i+3]) {
			t.Errorf("sku %d: %+v, want %+v", k, b.Score[i:i+3], want)
		}
	}
	opt.Workers = 3
	again, err := RunBacktest(context.Background(), s, opt)
	if err != nil || !reflect.DeepEqual(b.Score, again.Score) || !reflect.DeepEqual(b.Board, again.Board) {
		t.Errorf("three workers give another replay (%v)", err)
	}
	opt.Only = []planwright.SKU{3}
	if one, err := RunBacktest(context.Background(), s, opt); err != nil || len(one.SKU) != 3 || one.SKU[0] != 3 {
		t.Errorf("only sku 3: %v, %v", one, err)
	}
	opt.Periods, opt.Only = 120, nil // a history of 100 weeks
	if short, err := RunBacktest(context.Background(), s, opt); err != nil || short.Short != 3 || len(short.Score) != 0 {
		t.Errorf("a replay longer than the history: %+v, %v", short, err)
	}
}

func TestBacktestOptions(t *testing.T) {
	s := company(t, 3)
	for _, bad := range []BacktestOptions{
		{Periods: -1}, {Periods: 2, Horizon: 3}, {Horizon: -1}, {Step: -2}, {Level: 1}, {Period: 9},
		{Methods: []string{"magic"}}, {Methods: []string{"ses", "ses"}}, {Only: []planwright.SKU{3}}, {Periods: 3000, Horizon: 1},
	} {
		if _, err := RunBacktest(context.Background(), s, bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := RunBacktest(ctx, s, BacktestOptions{}); err == nil {
		t.Error("no error after cancelling")
	}
}

// A plan made by one fixed method tells how accurate it was.
func TestFixedMethodHasAccuracy(t *testing.T) {
	s := company(t, 3)
	for i, m := range append(forecast.Methods(), "ets:AAdN") {
		if testing.Short() && i%6 != 0 {
			continue
		}
		p, err := Run(context.Background(), s, Options{Method: m})
		if err != nil {
			t.Fatal(err)
		}
		a := &p.Accuracy
		if len(a.SKU) != 1 || !(a.MASE[0] > 0) || !(a.WAPE[0] > 0) || !(a.NaiveWAPE[0] > 0) || !(a.Pinball[0] > 0) {
			t.Errorf("%s: accuracy %+v", m, *a)
		}
	}
}
