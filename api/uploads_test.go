package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"
)

// TestUploadsTogether: uploads that are sent at once keep within the bound of all of
// them, whether they say how long they are or not.
func TestUploadsTogether(t *testing.T) {
	const limit, each, n = 1 << 20, 300 << 10, 12
	v := planned(t, 0, false, func(c *Config) { c.Limits.Upload = limit })
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for i := range n {
		all.Go(func() {
			var body io.Reader = bytes.NewReader(make([]byte, each))
			if i%2 == 0 { // no length is said
				body = iotest.HalfReader(body)
			}
			req, err := http.NewRequest(http.MethodPut, fmt.Sprintf("%s/v1/uploads/u%d/0/f.csv", v.addr, i), body)
			if err != nil {
				t.Error(err)
				return
			}
			if v.key != "" {
				req.Header.Set("X-Api-Key", v.key)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return // it was broken off while it sent
			}
			_ = resp.Body.Close() // only its status counts
			mu.Lock()
			got[resp.StatusCode]++
			mu.Unlock()
		})
	}
	all.Wait()
	http.DefaultClient.CloseIdleConnections()
	var held int64
	if err := filepath.WalkDir(v.ws.UploadDir(), func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			info, ierr := e.Info()
			if ierr != nil {
				return ierr
			}
			held += info.Size()
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if held > limit || held < each || got[http.StatusNoContent] != int(held/each) {
		t.Errorf("of uploads of %d bytes at once %d bytes are held, at most %d are allowed; answers %v", each, held, limit, got)
	}
	// What is gone makes room again.
	if err := os.RemoveAll(v.ws.UploadDir()); err != nil {
		t.Fatal(err)
	}
	if a := v.do("PUT", "/v1/uploads/again/0/f.csv", string(make([]byte, limit-1))); a.status != http.StatusNoContent {
		t.Errorf("an upload into an empty directory = %d %s", a.status, a.body)
	}
}
