package snapshot

import (
	"context"
	"fmt"
	"testing"

	"planwright/ledger"
)

func benchEvents(n, from int) []EventIn {
	list := make([]EventIn, n)
	for i := range list {
		list[i].Raw = ledger.Raw{ledger.FieldID: fmt.Sprint("event-", from+i), ledger.FieldType: "shipment", ledger.FieldAt: "2026-07-02T10:00:00+08:00", ledger.FieldItem: "A1000", ledger.FieldSite: "MAIN", ledger.FieldQty: "12.5", ledger.FieldOrder: "SO-4711", ledger.FieldCustomer: "C17"}
	}
	return list
}

// BenchmarkAppendEvents appends events in batches, each one fsync, and one by one
// from many callers at once, who share theirs. BenchmarkAppendJournal is the same
// as a transaction of the DuckDB journal: the way that was not taken.
func BenchmarkAppendEvents(b *testing.B) {
	for _, size := range []int{1, 100, 5000} {
		b.Run(fmt.Sprint("batch", size), func(b *testing.B) {
			w, err := OpenWorkspace(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			for n := 0; b.Loop(); n++ {
				if _, err := w.AppendEvents(context.Background(), benchEvents(size, n*size), "bench", eventNow); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
	b.Run("callers256", func(b *testing.B) {
		w, err := OpenWorkspace(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		defer w.Close()
		next := make(chan int, 1024)
		done := make(chan error)
		for range 256 {
			go func() {
				var last error
				for i := range next {
					if _, err := w.AppendEvents(context.Background(), benchEvents(1, i), "bench", eventNow); err != nil {
						last = err
					}
				}
				done <- last
			}()
		}
		b.ResetTimer()
		for i := range b.N {
			next <- i
		}
		close(next)
		for range 256 {
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

func BenchmarkAppendJournal(b *testing.B) {
	for _, size := range []int{1, 100, 5000} {
		b.Run(fmt.Sprint("batch", size), func(b *testing.B) {
			w, err := OpenWorkspace(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			ctx := context.Background()
			for n := 0; b.Loop(); n++ {
				list := benchEvents(size, n*size)
				err := w.writeJournal(ctx, "CREATE TABLE IF NOT EXISTS arrived (event_id VARCHAR PRIMARY KEY, event VARCHAR)", func(c *Conn) error {
					wr, err := c.newWriter("main", "arrived", []outType{outText, outText}, nil)
					if err != nil {
						return err
					}
					for i := range list {
						wr.text(0, list[i].Raw[ledger.FieldID])
						wr.text(1, string(list[i].Raw.AppendJSON(nil)))
						wr.endRow()
					}
					return wr.finish()
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
