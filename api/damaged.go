package api

import (
	"context"
	"sync"

	"planwright/snapshot"
)

// newestFiles remembers whether the newest snapshot and plan could be opened: what is
// published does not change, so that each is tried once.
type newestFiles struct {
	mu    sync.Mutex
	tried map[string]bool // name -> it opens
}

// damaged names the newest snapshot and the newest plan, if it cannot be opened. The
// service serves all others meanwhile, by their names.
func (s *Server) damaged(ctx context.Context) (names []string) {
	s.newest.mu.Lock()
	defer s.newest.mu.Unlock()
	was := s.newest.tried
	s.newest.tried = map[string]bool{}
	look := func(name string, open func() (*snapshot.Rows, error)) {
		fine, known := was[name]
		if !known {
			rows, err := open()
			if fine = err == nil; fine {
				rows.Close()
			} else if ctx.Err() != nil {
				return // who asked is gone
			} else {
				s.log.ErrorContext(ctx, "damaged", "file", name, "error", err)
			}
		}
		s.newest.tried[name] = fine
		if !fine {
			names = append(names, name)
		}
	}
	const any = "SELECT 1 FROM duckdb_tables() LIMIT 1"
	if id, err := s.ws.ResolveSnapshot(""); err == nil {
		look(snapshotPrefix+id, func() (*snapshot.Rows, error) { return s.ws.SelectSnapshot(ctx, id, any) })
	}
	if id, err := s.ws.ResolvePlan(""); err == nil {
		look(planPrefix+id, func() (*snapshot.Rows, error) { return s.ws.Select(ctx, id, any) })
	}
	return names
}
