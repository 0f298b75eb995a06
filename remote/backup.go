package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"planwright"
	"planwright/snapshot"
)

// Backup brings a backup of the server's workspace to a directory here, which must
// not be there yet.
func (s *Server) Backup(ctx context.Context, dir string, _ time.Time, progress func(done, total int64)) (info snapshot.BackupInfo, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	req, err := s.request(ctx, http.MethodGet, s.base+"/v1/backup", nil)
	if err != nil {
		return info, err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return info, s.unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if resp.StatusCode != http.StatusOK {
		return info, s.problem(resp)
	}
	idle := time.AfterFunc(stall, stop)
	defer idle.Stop()
	info, err = snapshot.ReceiveBackup(ctx, readerFunc(func(p []byte) (int, error) {
		n, err := resp.Body.Read(p)
		idle.Reset(stall)
		return n, err
	}), dir, progress)
	var known *planwright.Error
	if err != nil && ctx.Err() == nil && !errors.As(err, &known) && !errors.Is(err, io.EOF) {
		err = s.unreachable(err) // the way broke
	}
	return info, err
}
