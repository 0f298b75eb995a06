package api

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"testing/iotest"
	"time"
)

// TestSpool: what is read is what was written, at any pace, and the room is given
// back.
func TestSpool(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int64{0, 64 << 10, 64 << 20} {
		all := &spools{dir: t.TempDir(), most: most}
		want := make([]byte, 3<<20)
		for i := range want {
			want[i] = byte(dice.Uint32())
		}
		sp := all.start()
		go func() {
			for rest := want; len(rest) > 0; {
				n := min(len(rest), 1+dice.IntN(400<<10))
				if _, err := sp.Write(rest[:n]); err != nil {
					t.Error(err)
					break
				}
				rest = rest[n:]
			}
			sp.end(nil)
		}()
		if most > 32<<20 { // the writer is done before the reader begins
			for began := time.Now(); ; time.Sleep(time.Millisecond) {
				sp.mu.Lock()
				done := sp.last != nil
				sp.mu.Unlock()
				if done {
					break
				}
				if time.Since(began) > time.Minute {
					t.Fatal("the writer waits although there is room")
				}
			}
		}
		got, err := io.ReadAll(iotest.OneByteReader(io.LimitReader(sp, 1000)))
		if err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(sp)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(append(got, rest...), want) {
			t.Errorf("with %d bytes of room other bytes come out", most)
		}
		if all.used != 0 {
			t.Errorf("with %d bytes of room %d are still taken", most, all.used)
		}
		sp.close()
		if left, err := os.ReadDir(all.dir); err != nil || len(left) > 0 || len(all.open) > 0 {
			t.Errorf("left: %v, %d spools, %v", left, len(all.open), err)
		}
	}
}

// TestSpoolEnds: the end of one side ends the other.
func TestSpoolEnds(t *testing.T) {
	all := &spools{dir: t.TempDir()}
	sp, broken := all.start(), errors.New("broken")
	if _, err := sp.Write(make([]byte, spoolMemory)); err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() { _, err := sp.Write([]byte{1}); written <- err }()
	for sp.waits().IsZero() {
		time.Sleep(time.Millisecond)
	}
	all.makeRoom(time.Now())
	if !sp.waits().IsZero() && sp.last != nil {
		t.Error("it gave way at once")
	}
	all.makeRoom(time.Now().Add(time.Hour))
	if err := <-written; err == nil {
		t.Error("a spool that gave way is written")
	}
	if _, err := sp.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a spool that gave way reads %v", err)
	}
	sp.close()
	sp = all.start()
	sp.end(broken)
	if _, err := sp.Read(make([]byte, 1)); !errors.Is(err, broken) {
		t.Errorf("a write that failed reads as %v", err)
	}
	sp.close()
	if _, err := sp.Write([]byte{1}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a write that nobody reads is %v", err)
	}
}
