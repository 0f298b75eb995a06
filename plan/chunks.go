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

// rangeRows is the number of rows that a range of sku's is to have: files are read by
// groups of some 100,000 rows, and a range that needs a part of one pays for all of it.
const rangeRows = 1 << 18

// maxRange bounds the sku's of a range, so that there is work for all.
const maxRange = 32 * chunk

// ranges hands out sku's in ranges of chunk and more: the fewer rows they have, the
// longer. Where item is given, the sites of an item stay together.
type ranges struct {
	n    int
	item []int32

	mu         sync.Mutex
	next, list int
	skus, rows int // seen so far
}

// take returns the next range and its number; lo = hi at the end.
func (r *ranges) take() (c int, lo, hi planwright.SKU) {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := chunk
	if r.skus > 0 {
		size = max(chunk, min(maxRange, r.n/16, rangeRows*r.skus/max(1, r.rows)))
	}
	from, to := r.next, min(r.next+size, r.n)
	for r.item != nil && to < r.n && r.item[to] == r.item[to-1] {
		to++
	}
	r.next = to
	r.list++
	return r.list - 1, planwright.SKU(from), planwright.SKU(to)
}

func (r *ranges) learn(skus, rows int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skus, r.rows = r.skus+skus, r.rows+rows
}

// overRanges calls work for ranges of n sku's, as overChunks for chunks; work returns
// the rows that it read. There are at most maxRanges(n) of them.
func overRanges(ctx context.Context, n, workers int, item []int32, progress func(done int), work func(ctx context.Context, worker, c int, lo, hi planwright.SKU) (rows int, err error)) error {
	r := &ranges{n: n, item: item}
	failed := make([]error, maxRanges(n))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var done atomic.Int64
	var wg sync.WaitGroup
	for worker := range max(1, workers) {
		wg.Go(func() {
			for ctx.Err() == nil {
				c, lo, hi := r.take()
				if lo == hi {
					return
				}
				rows, err := work(ctx, worker, c, lo, hi)
				if err != nil {
					failed[c] = err
					cancel()
					return
				}
				r.learn(int(hi-lo), rows)
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

// maxRanges is the most ranges that n sku's make.
func maxRanges(n int) int { return (n + chunk - 1) / chunk }
