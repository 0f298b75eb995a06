package plan

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"planwright"
)

// overChunks calls work for every chunk of n sku's, from several goroutines at
// once: worker numbers the goroutine, c the chunk of the sku's lo up to hi. The
// first error ends it. progress, if given, gets the sku's done.
func overChunks(ctx context.Context, n, workers int, progress func(done int), work func(ctx context.Context, worker, c int, lo, hi planwright.SKU) error) error {
	chunks := (n + chunk - 1) / chunk
	failed := make([]error, chunks)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for worker := range max(1, workers) {
		wg.Go(func() {
			for ctx.Err() == nil {
				c := int(next.Add(1)) - 1
				if c >= chunks {
					return
				}
				lo, hi := c*chunk, min((c+1)*chunk, n)
				if failed[c] = work(ctx, worker, c, planwright.SKU(lo), planwright.SKU(hi)); failed[c] != nil {
					cancel()
					return
				}
				if progress != nil {
					progress(int(done.Add(int64(hi - lo))))
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	if err := firstCause(failed); err != nil {
		return err
	}
	return ctx.Err()
}

// firstCause is the error that made a run of chunks stop: a chunk that failed
// cancels the others, whose errors are no causes.
func firstCause(errs []error) (failed error) {
	for _, err := range errs {
		if err != nil && (failed == nil || errors.Is(failed, context.Canceled)) {
			failed = err
		}
	}
	return failed
}
