package api

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"planwright"
)

// Rows are made by few queries at once and read by many clients, some of them
// slow. What a client has not taken yet waits in a spool: a little in memory, the
// rest in a file without a name, so that the query ends, and its place is free,
// while the client reads on. All spools together are bounded; a query whose spool
// is full waits for its client, and loses its place when others wait for it.

const (
	spoolMemory = 32 << 10 // bytes that wait in memory, of one spool
	spoolPart   = 8        // one spool takes at most this part of all
	// spoolPatience is how long a query may wait for its client while others wait for
	// its place.
	spoolPatience = 3 * time.Second
)

// spools bounds all spools of a server.
type spools struct {
	dir  string // for their files; "": that of the system
	most int64

	mu   sync.Mutex
	used int64
	open map[*spool]struct{}
}

// take books bytes of the bound.
func (a *spools) take(n, held int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used+n > a.most || held+n > a.most/spoolPart {
		return false
	}
	a.used += n
	return true
}

func (a *spools) give(n int64) {
	a.mu.Lock()
	a.used -= n
	a.mu.Unlock()
}

// makeRoom ends the query that has waited longest for its client, if one has waited
// for more than spoolPatience.
func (a *spools) makeRoom(now time.Time) {
	a.mu.Lock()
	open := slices.Collect(maps.Keys(a.open))
	a.mu.Unlock()
	var slowest *spool
	since := now.Add(-spoolPatience)
	for _, sp := range open {
		if at := sp.waits(); !at.IsZero() && at.Before(since) {
			slowest, since = sp, at
		}
	}
	if slowest != nil {
		slowest.end(&planwright.Error{Code: planwright.CodeQueryLimit, Op: "query", What: "it is read too slowly, and others wait for its place", Fix: "ask for less, or read faster"})
	}
}

// spool is what one client has not taken yet: written by one goroutine, read by
// another.
type spool struct {
	all *spools

	mu       sync.Mutex
	changed  sync.Cond
	mem      []byte
	file     *os.File // nil: none yet
	from, to int64    // of the file: what is not read; it is older than nothing and younger than mem
	waiting  time.Time
	last     error // why no more is written; nil: more may be
	closed   bool  // nobody reads any more
}

func (a *spools) start() *spool {
	sp := &spool{all: a}
	sp.changed.L = &sp.mu
	a.mu.Lock()
	if a.open == nil {
		a.open = map[*spool]struct{}{}
	}
	a.open[sp] = struct{}{}
	a.mu.Unlock()
	return sp
}

// waits is since when the writer has waited for the reader; zero: it does not.
func (sp *spool) waits() time.Time {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.waiting
}

// Write implements io.Writer. It waits where there is no room.
func (sp *spool) Write(p []byte) (int, error) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for {
		switch {
		case sp.closed:
			return 0, io.ErrClosedPipe
		case sp.last != nil:
			return 0, sp.last
		case sp.from == sp.to && len(sp.mem)+len(p) <= max(spoolMemory, len(p)):
			sp.mem = append(sp.mem, p...)
			sp.changed.Broadcast()
			return len(p), nil
		}
		if sp.keep(p) {
			sp.changed.Broadcast()
			return len(p), nil
		}
		if sp.waiting.IsZero() {
			sp.waiting = time.Now()
		}
		sp.changed.Wait()
		if sp.from == sp.to && len(sp.mem) == 0 {
			sp.waiting = time.Time{}
		}
	}
}

// keep writes to the file, if there is room for it. The caller holds the lock.
func (sp *spool) keep(p []byte) bool {
	if !sp.all.take(int64(len(p)), sp.to) {
		return false
	}
	if sp.file == nil {
		f, err := os.CreateTemp(sp.all.dir, ".tmp-spool-*")
		if err == nil {
			err = os.Remove(f.Name()) // it goes with its last reader, also when the process is killed
			sp.file = f
		}
		if err != nil {
			sp.all.give(int64(len(p)))
			return false
		}
	}
	if _, err := sp.file.WriteAt(p, sp.to); err != nil { // a full disk, most likely: the client sets the pace
		sp.all.give(int64(len(p)))
		return false
	}
	sp.to += int64(len(p))
	sp.waiting = time.Time{}
	return true
}

// Read implements io.Reader.
func (sp *spool) Read(p []byte) (int, error) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for {
		switch {
		case sp.closed:
			return 0, io.ErrClosedPipe
		case sp.last != nil && !errors.Is(sp.last, io.EOF):
			return 0, sp.last
		case len(sp.mem) > 0:
			n := copy(p, sp.mem)
			if sp.mem = sp.mem[n:]; len(sp.mem) == 0 {
				sp.mem = nil
			}
			sp.changed.Broadcast()
			return n, nil
		case sp.from < sp.to:
			n, err := sp.file.ReadAt(p[:min(int64(len(p)), sp.to-sp.from)], sp.from)
			if n == 0 && err != nil {
				return 0, err
			}
			if sp.from += int64(n); sp.from == sp.to {
				sp.empty()
			}
			sp.changed.Broadcast()
			return n, nil
		case sp.last != nil:
			return 0, sp.last
		}
		sp.changed.Wait()
	}
}

// empty gives the room of the file back. The caller holds the lock.
func (sp *spool) empty() {
	if sp.file != nil {
		_ = sp.file.Truncate(0) // if it fails it keeps its blocks until the end
	}
	sp.all.give(sp.to)
	sp.from, sp.to = 0, 0
}

// end says that nothing more is written, and why: io.EOF or nil for the end.
func (sp *spool) end(err error) {
	if err == nil {
		err = io.EOF
	}
	sp.mu.Lock()
	if sp.last == nil {
		sp.last = err
	}
	sp.waiting = time.Time{}
	sp.changed.Broadcast()
	sp.mu.Unlock()
}

// close ends both sides and gives everything back.
func (sp *spool) close() {
	sp.all.mu.Lock()
	delete(sp.all.open, sp)
	sp.all.mu.Unlock()
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.closed {
		return
	}
	sp.closed = true
	sp.empty()
	if sp.file != nil {
		_ = sp.file.Close() // it has no name any more
	}
	sp.mem, sp.waiting = nil, time.Time{}
	sp.changed.Broadcast()
}

// spooled runs write, which holds a place for queries, and gives what it writes to
// out at the pace of out. release frees the place.
func (s *Server) spooled(ctx context.Context, out io.Writer, release func(), write func(ctx context.Context, to io.Writer) error) error {
	ctx, stop := context.WithCancel(ctx)
	sp := s.spools.start()
	done := make(chan struct{})
	go func() {
		var err error
		defer func() {
			if p := recover(); p != nil {
				err = s.caught(ctx, "download", p)
			}
			release()
			sp.end(err)
			close(done)
		}()
		err = write(ctx, sp)
	}()
	_, err := io.Copy(out, sp)
	stop()
	sp.close()
	<-done
	return err
}
