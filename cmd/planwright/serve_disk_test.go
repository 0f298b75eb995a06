//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"planwright/cmd/planwright/sample"
	"planwright/snapshot"
)

// smallDisk is a directory on a file system of its own.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("planwright-test", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a small file system to fill cannot be mounted here (it needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk leaves so many bytes free and returns what gives the rest back.
func fillDisk(t *testing.T, dir string, left int64) (room func()) {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	n := max(0, int64(st.Bavail)*st.Bsize-left)
	if err := errors.Join(syscall.Fallocate(int(f.Fd()), 0, 0, max(1, n)), f.Close()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// TestDiskFull lets the disk fill at every step of an import, a run, a decision
// and a backup: it is told as what it is, what is listed is whole, and after room
// is made the same command works.
func TestDiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole way whose parts have tests of their own")
	}
	disk := smallDisk(t, 200<<20)
	files := t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Items: sample.MinItems, Dir: files}, nil); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(disk, "data")
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx := context.Background()
	whole := func(what string) {
		t.Helper()
		snaps, err := w.ListSnapshots()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, s := range snaps {
			if _, err := w.VerifySnapshot(ctx, s.ID); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		plans, err := w.ListPlans()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, p := range plans {
			if _, err := w.VerifyPlan(ctx, p.ID); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	// used is what a command adds to the disk at most; it is then tried again with
	// ever more of that.
	squeeze := func(what string, lefts []int64, args ...string) {
		t.Helper()
		full := 0
		for _, left := range lefts {
			room := fillDisk(t, disk, left)
			code, out, errs := cli(t, args...)
			if code != exitDone {
				full++
				if !strings.Contains(errs, "DISK_FULL") {
					t.Errorf("%s with %d KiB left: exit code %d\n%s%s", what, left>>10, code, out, errs)
				}
			}
			whole(what)
			room()
		}
		if full == 0 {
			t.Errorf("%s: the disk was never full", what)
		}
		must(t, args...)
		whole(what)
		if left, err := filepath.Glob(filepath.Join(data, "*", ".tmp-*")); err != nil || len(left) > 0 {
			t.Errorf("%s leaves %v (%v)", what, left, err)
		}
	}
	if testing.Short() {
		t.Skip("it verifies every file after every step, which takes its time")
	}
	steps := []int64{64 << 10, 512 << 10, 2 << 20}
	squeeze("import", steps, "--data", data, "import", files, "--as-of", "2026-06-30")
	squeeze("run", steps, "--data", data, "run", "--method", "ses")
	rows := rowsOf(t, must(t, "--data", data, "todo", "--json", "--top", "1"))
	id, _ := rows[0]["suggestion_id"].(string)
	squeeze("decide", []int64{0, 4 << 10, 16 << 10, 64 << 10}, "--data", data, "decide", id, "approve")
	squeeze("backup", []int64{0, 64 << 10, 1 << 20}, "--data", data, "backup", filepath.Join(disk, "backup"))
}

// TestCorruptFiles: a plan that is cut off, altered or empty is told by its name;
// the service starts and serves the others.
func TestCorruptFiles(t *testing.T) {
	data, _ := sampleWorkspace(t)
	if os.Getenv("PLANWRIGHT_BENCH_DATA") != "" {
		t.Skip("it would damage the given workspace")
	}
	must(t, "--data", data, "run", "--method", "naive")
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	plans, err := w.ListPlans()
	if err != nil || len(plans) != 2 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	w.Close()
	old, newest := plans[0].ID, plans[1].ID
	path := filepath.Join(data, "plans", newest+".duckdb")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), good...)
	for i := 8192; i < len(flipped); i += 4096 {
		flipped[i] ^= 0x55
	}
	head := append([]byte(nil), good...)
	copy(head, "not a database at all")
	for what, bytes := range map[string][]byte{"cut off": good[:len(good)/2], "empty": {}, "altered": flipped, "another": head} {
		if err := os.WriteFile(path, bytes, 0o644); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := cli(t, "--data", data, "plans", "verify", newest); code == exitDone || !strings.Contains(errs, newest) {
			t.Errorf("%s: verify says %d %s", what, code, errs)
		}
		s := startService(t, data, freeAddress(t))
		if status, text := s.call("GET", "/v1/plans/"+old+"/suggestions?page_size=5", nil); status != http.StatusOK {
			t.Errorf("%s: the other plan = %d %s", what, status, text)
		}
		if status, text := s.call("GET", "/v1/plans", nil); status != http.StatusOK || !strings.Contains(string(text), old) {
			t.Errorf("%s: the list of plans = %d %s", what, status, text)
		}
		status, text := s.call("GET", "/v1/plans/"+newest+"/suggestions?page_size=5", nil)
		if status == 0 || what != "altered" && status == http.StatusOK { // an altered page may be one that nobody read
			t.Errorf("%s: the plan itself = %d %s", what, status, text)
		}
		if status, text := s.call("GET", "/v1/plans/"+old+"/exceptions?page_size=5", nil); status != http.StatusOK {
			t.Errorf("%s: afterwards the other plan = %d %s", what, status, text)
		}
		s.kill()
	}
	if err := os.WriteFile(path, good, 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", data, "plans", "verify", newest)
}
