package snapshot

import (
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// followEvery is how often a long statement is asked how far it is.
const followEvery = 250 * time.Millisecond

// followed makes DuckDB estimate how far its statements are, in silence.
const followed = "SET enable_progress_bar = true; SET enable_progress_bar_print = false;"

// follow tells, until stop is called, what share of the connection's statement
// is done by DuckDB's estimate. Shares never go back, and come from another
// goroutine; stop returns after the last. The connection must have run followed.
func (c *Conn) follow(tell func(share float64)) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		t := time.NewTicker(followEvery)
		defer t.Stop()
		for most := 0.0; ; {
			select {
			case <-done:
				return
			case <-t.C:
			}
			p := mapping.QueryProgress(c.c)
			if percent, _, _ := mapping.QueryProgressTypeMembers(&p); percent/100 > most {
				most = min(percent/100, 1)
				tell(most)
			}
		}
	}()
	return func() {
		close(done)
		<-gone
	}
}

// noteRows tells of a stage that is one statement over so many rows how far it
// is, until stop is called.
func (c *Conn) noteRows(note func(stage string, done, total int64), stage string, rows int64) (stop func()) {
	note(stage, 0, rows)
	return c.follow(func(share float64) { note(stage, int64(share*float64(rows)), rows) })
}
