package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"planwright"
)

// Origin is a workspace that lies elsewhere, as its mirror needs it.
type Origin interface {
	// Name is how messages call it.
	Name() string
	// Published lists what is published, oldest first.
	Published(ctx context.Context) ([]SnapshotInfo, []PlanInfo, error)
	// Fetch writes the file of a snapshot or a plan. sha is the sum under which it
	// was published.
	Fetch(ctx context.Context, id, sha string, to io.Writer) error
	// Decisions and Overrides return the entries of the journal whose numbers are
	// at least from, in ascending order.
	Decisions(ctx context.Context, from int64) ([]planwright.Decision, error)
	Overrides(ctx context.Context, from int64) ([]planwright.ForecastOverride, error)
}

// mirrorBytes is how much the files of a mirror may take; those not read for
// longest go first.
const mirrorBytes = 16 << 30

// mirror is what makes a workspace a copy of another one. Published files never
// change: they are brought here when they are first read, held against the sum
// under which they were published, and kept under that sum.
//
//	files/<sha256>.duckdb   published files
//	journal.duckdb          decisions and overrides, as of the opening
type mirror struct {
	from  Origin
	files string // directory
	ids   map[string][]string
	snaps map[string]SnapshotInfo
	plans map[string]PlanInfo

	mu   sync.Mutex
	used []string // paths that this process reads
}

// OpenMirror opens a copy of a workspace that lies elsewhere for reading: what is
// published and decided there now. dir keeps the files from one opening to the
// next; nobody else should be able to read it. Every method that reads works as
// in the workspace itself; those that write are refused.
func OpenMirror(ctx context.Context, dir string, from Origin) (*Workspace, error) {
	abs, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(filepath.Join(abs, "files"), 0o700)
	}
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "open mirror", dir, "the directory cannot be made", "set PLANWRIGHT_CACHE to one that can be written", err)
	}
	m := &mirror{from: from, files: filepath.Join(abs, "files"), ids: map[string][]string{}, snaps: map[string]SnapshotInfo{}, plans: map[string]PlanInfo{}}
	snaps, plans, err := from.Published(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range snaps {
		m.snaps[s.ID] = s
		m.ids[snapshotKind.dir] = append(m.ids[snapshotKind.dir], s.ID)
	}
	for _, p := range plans {
		m.plans[p.ID] = p
		m.ids[planKind.dir] = append(m.ids[planKind.dir], p.ID)
	}
	w := &Workspace{dir: abs}
	if err := w.follow(ctx, from); err != nil {
		return nil, err
	}
	w.mirror = m
	w.pool.open = w.openShared
	return w, nil
}

// readOnly is the error of a method that would write.
func (m *mirror) readOnly() error {
	return m.refuse("this changes the workspace and cannot be done on " + m.from.Name() + " from here")
}

// notHere is the error of a method that reads what a mirror has not: to find
// nothing there would be wrong.
func (m *mirror) notHere(table string) error {
	return m.refuse("the " + table + " of " + m.from.Name() + " cannot be read from here")
}

func (m *mirror) refuse(what string) error {
	return &planwright.Error{Code: planwright.CodeUsage, Op: "mirror", Subject: m.from.Name(), What: what, Fix: "do it where the workspace lies", Args: []string{"detail", what}}
}

// describe fills in what is known of a published file.
func (m *mirror) describe(id string, info any) error {
	switch to := info.(type) {
	case *SnapshotInfo:
		if s, ok := m.snaps[id]; ok {
			*to = s
			return nil
		}
	case *PlanInfo:
		if p, ok := m.plans[id]; ok {
			*to = p
			return nil
		}
	}
	return fs.ErrNotExist
}

// file brings a published file here, unless it is here already.
func (m *mirror) file(ctx context.Context, k kind, id string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sha, size := m.snaps[id].FileSHA, m.snaps[id].Size
	if k.dir == planKind.dir {
		sha, size = m.plans[id].FileSHA, m.plans[id].Size
	}
	if sum, err := hex.DecodeString(sha); err != nil || len(sum) != sha256.Size { // it names a file
		return "", fail(planwright.CodeFileFormat, "fetch "+k.op, id, "it was published without the sum of its file", "fetch it from a newer service", nil)
	}
	path := filepath.Join(m.files, sha+dbExt)
	now := time.Now()
	if info, err := os.Stat(path); err == nil && info.Size() == size {
		_ = os.Chtimes(path, now, now) // for prune alone
		m.used = append(m.used, path)
		return path, nil
	}
	sum := sha256.New()
	err := replaceFile(path, func(to io.Writer) error {
		if err := m.from.Fetch(ctx, id, sha, io.MultiWriter(to, sum)); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != sha {
			return mismatch("fetch "+k.op, id, "what came", got, sha)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	m.used = append(m.used, path)
	m.prune(mirrorBytes)
	return path, nil
}

// prune removes the files not read for longest beyond a size in all, but none
// that this process reads, and what processes that died left behind.
func (m *mirror) prune(most int64) {
	entries, err := os.ReadDir(m.files)
	if err != nil {
		return
	}
	type old struct {
		path string
		at   time.Time
		size int64
	}
	var list []old
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		path := filepath.Join(m.files, e.Name())
		if strings.HasPrefix(e.Name(), tempPrefix) {
			if time.Since(info.ModTime()) > 24*time.Hour {
				_ = os.Remove(path)
			}
			continue
		}
		list = append(list, old{path, info.ModTime(), info.Size()})
		total += info.Size()
	}
	slices.SortFunc(list, func(a, b old) int { return a.at.Compare(b.at) })
	for _, f := range list {
		if total <= most {
			return
		}
		if !slices.Contains(m.used, f.path) && os.Remove(f.path) == nil {
			total -= f.size
		}
	}
}

// follow brings the copy of the journal up to date: entries are only ever added
// there. One whose last entry is another one here than there is made anew.
func (w *Workspace) follow(ctx context.Context, from Origin) error {
	have, err := w.ListDecisions(ctx, 1)
	if err != nil {
		return w.forget(ctx, from, err)
	}
	var last planwright.Decision
	if len(have) > 0 {
		last = have[0]
	}
	news, err := from.Decisions(ctx, last.ID)
	if err != nil {
		return err
	}
	if last.ID > 0 {
		if len(news) == 0 || news[0].ID != last.ID || news[0].Suggestion != last.Suggestion || !news[0].At.Equal(last.At) {
			return w.forget(ctx, from, nil)
		}
		news = news[1:]
	}
	old, err := w.ListOverrides(ctx, 1)
	if err != nil {
		return w.forget(ctx, from, err)
	}
	var lastOverride planwright.ForecastOverride
	if len(old) > 0 {
		lastOverride = old[0]
	}
	more, err := from.Overrides(ctx, lastOverride.ID)
	if err != nil {
		return err
	}
	if lastOverride.ID > 0 {
		if len(more) == 0 || more[0].ID != lastOverride.ID || more[0].Item != lastOverride.Item || !more[0].At.Equal(lastOverride.At) {
			return w.forget(ctx, from, nil)
		}
		more = more[1:]
	}
	if len(news)+len(more) == 0 {
		return nil
	}
	return w.writeJournal(ctx, decisionTable+";"+overrideTable, func(c *Conn) error {
		for i := range news {
			if err := insertDecision(ctx, c, &news[i]); err != nil {
				return err
			}
		}
		for i := range more {
			if err := insertOverride(ctx, c, &more[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget makes the copy of the journal anew; why, if given, is why it cannot be
// read, and the error where there is none to throw away.
func (w *Workspace) forget(ctx context.Context, from Origin, why error) error {
	release, err := w.hold()
	if err != nil {
		return err
	}
	err = os.Remove(w.journalPath())
	_ = os.Remove(w.journalPath() + ".wal")
	release()
	if err != nil {
		return errors.Join(why, err)
	}
	return w.follow(ctx, from)
}
