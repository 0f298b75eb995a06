package snapshot

import (
	"context"
	"errors"
	"strings"
	"sync"

	"planwright"
)

// maxShared is how many published files stay open for [Workspace.Select].
const maxShared = 4

// sharedMemory is what one of them may use of memory.
const sharedMemory = 512 << 20

// filePool keeps the databases that pages of lists were read from open, so that
// the next page takes milliseconds. The one used longest ago goes first.
type filePool struct {
	open func(ctx context.Context, snap, plan string) (*DB, error)

	mu    sync.Mutex
	files []*sharedFile // most recently used last
}

// sharedFile is a snapshot, or a plan with its snapshot, that is open.
type sharedFile struct {
	key    [2]string // paths
	ready  sync.Once
	db     *DB
	err    error
	idle   []*Conn
	users  int
	doomed bool // to be closed by the last user

	decided sync.Mutex
	stamp   string // of the journal that the table decided was made from; "": not made
}

// openShared opens a database in memory with the files attached.
func (w *Workspace) openShared(ctx context.Context, snap, plan string) (*DB, error) {
	db, conn, err := createDB("", dbOptions{Memory: sharedMemory, TempDir: w.spillDir()})
	if err != nil {
		return nil, err
	}
	err = w.attach(ctx, conn, snap, plan)
	conn.Close()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// take returns a connection to the files of a snapshot and a plan.
func (p *filePool) take(ctx context.Context, snap, plan string) (*sharedFile, *Conn, error) {
	f := p.find([2]string{snap, plan})
	f.ready.Do(func() { f.db, f.err = p.open(context.WithoutCancel(ctx), snap, plan) })
	if f.err != nil {
		err := f.err
		p.mu.Lock()
		p.forget(f)
		p.mu.Unlock()
		p.leave(f, nil)
		return nil, nil, err
	}
	p.mu.Lock()
	var c *Conn
	if n := len(f.idle); n > 0 {
		c, f.idle = f.idle[n-1], f.idle[:n-1]
	}
	p.mu.Unlock()
	if c == nil {
		var err error
		if c, err = f.db.Conn(); err != nil {
			p.leave(f, nil)
			return nil, nil, err
		}
	}
	return f, c, nil
}

// find returns the entry of a key with one more user, making room for a new
// one where needed.
func (p *filePool) find(key [2]string) *sharedFile {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range p.files {
		if f.key == key {
			p.files = append(append(p.files[:i:i], p.files[i+1:]...), f)
			f.users++
			return f
		}
	}
	if len(p.files) >= maxShared {
		p.forget(p.files[0])
	}
	f := &sharedFile{key: key, users: 1}
	p.files = append(p.files, f)
	return f
}

// forget takes an entry out; it is closed when nobody uses it. The caller holds
// p.mu.
func (p *filePool) forget(f *sharedFile) {
	for i, g := range p.files {
		if g == f {
			p.files = append(p.files[:i:i], p.files[i+1:]...)
		}
	}
	f.doomed = true
	if f.users == 0 {
		f.close()
	}
}

// leave gives a connection back.
func (p *filePool) leave(f *sharedFile, c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.users--
	if c != nil {
		f.idle = append(f.idle, c)
	}
	if f.doomed && f.users == 0 {
		f.close()
	}
}

func (f *sharedFile) close() {
	for _, c := range f.idle {
		c.Close()
	}
	f.idle = nil
	if f.db != nil {
		_ = f.db.Close() // read-only: there is nothing to lose
	}
}

// drop forgets every entry that holds an id.
func (p *filePool) drop(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range append([]*sharedFile(nil), p.files...) {
		if f.key[0] == id || f.key[1] == id {
			p.forget(f)
		}
	}
}

func (p *filePool) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.files) > 0 {
		p.forget(p.files[0])
	}
}

// Select runs our own SQL over a plan (plan.*) and its snapshot (snap.*, where
// it is still there). The files stay open for the next call. It is not for SQL
// from outside: see [Workspace.Query]. The rows must be closed.
func (w *Workspace) Select(ctx context.Context, planID, query string, args ...any) (*Rows, error) {
	snap, plan, err := w.targets(QueryRequest{Plan: planID})
	if err != nil {
		return nil, err
	}
	if plan == "" {
		_, err := w.ResolvePlan(planID)
		return nil, err
	}
	return w.sel(ctx, snap, plan, query, args...)
}

// SelectSnapshot runs our own SQL over a snapshot (snap.*); see
// [Workspace.Select].
func (w *Workspace) SelectSnapshot(ctx context.Context, snapshotID, query string, args ...any) (*Rows, error) {
	snap, err := w.ResolveSnapshot(snapshotID)
	if err != nil {
		return nil, err
	}
	return w.sel(ctx, snap, "", query, args...)
}

func (w *Workspace) sel(ctx context.Context, snap, plan, query string, args ...any) (*Rows, error) {
	f, c, err := w.pool.take(ctx, snap, plan)
	if err != nil {
		return nil, err
	}
	return w.selectOn(ctx, f, c, query, args...)
}

// selectOn runs a query on a connection of the pool, which the rows give back.
func (w *Workspace) selectOn(ctx context.Context, f *sharedFile, c *Conn, query string, args ...any) (*Rows, error) {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		w.pool.leave(f, c)
		return nil, w.orGone(f.key[0], f.key[1], query, err)
	}
	rows.onClose = func() error { w.pool.leave(f, c); return nil }
	return rows, nil
}

// orGone is err, or that the snapshot of the plan is gone where that is why a
// query of ours failed.
func (w *Workspace) orGone(snap, plan, query string, err error) error {
	if snap != "" || plan == "" || !strings.Contains(query, "snap.") {
		return err
	}
	info, ierr := w.GetPlan(plan)
	if ierr != nil {
		return err
	}
	return fail(planwright.CodeNoSnapshot, "select", info.SnapshotID, "it is gone, and plan "+plan+" was made of it", "bring it back from a backup, or import and run again", nil)
}
