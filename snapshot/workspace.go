package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"planwright"
)

// Workspace is one directory with everything of one company:
//
//	snapshots/<id>.duckdb, <id>.json   what was known at one moment
//	plans/<id>.duckdb, <id>.json       what one run made of it
//	journal.duckdb                     what people and systems say in between
//	quarantine/<id>/                   rows that an import refused
//	events/                            what happened since, as it is told
//	lock                               held by the process that writes
//
// Reading needs no lock: published files never change. A Workspace may be used
// from several goroutines.
type Workspace struct {
	dir string

	mu      sync.Mutex
	holders int       // operations and explicit locks that share the lock file
	owned   bool      // Lock was called and not released
	lock    *fileLock // nil: not held

	journal  sync.Mutex
	deciding sync.Mutex   // one call at a time decides
	written  atomic.Int64 // times that this process wrote the journal
	events   eventLog
	pool     filePool
	temps    int

	mirror *mirror // nil: the workspace lies here
}

// File extensions and the prefix of what is not published yet.
const (
	dbExt      = ".duckdb"
	infoExt    = ".json"
	tempPrefix = ".tmp-"
)

// SnapshotInfo describes a published snapshot.
type SnapshotInfo struct {
	ID        string           `json:"id"`
	AsOf      planwright.Day   `json:"as_of"`
	CreatedAt time.Time        `json:"created_at"`
	Digest    string           `json:"digest"`      // of the content
	FileSHA   string           `json:"file_sha256"` // of the file
	Size      int64            `json:"size"`        // bytes
	Format    int              `json:"format_version"`
	Engine    string           `json:"engine_version"`
	Rows      map[string]int64 `json:"rows"` // by table
}

// PlanInfo describes a published plan.
type PlanInfo struct {
	ID             string           `json:"id"`
	SnapshotID     string           `json:"snapshot"`
	SnapshotDigest string           `json:"snapshot_digest"`
	AsOf           planwright.Day   `json:"as_of"`
	HorizonEnd     planwright.Day   `json:"horizon_end"`
	CreatedAt      time.Time        `json:"created_at"`
	Digest         string           `json:"digest"`         // of the plan: inputs, options, version, results
	Content        string           `json:"content_digest"` // of the tables in the file
	FileSHA        string           `json:"file_sha256"`
	Size           int64            `json:"size"`
	Format         int              `json:"format_version"`
	Engine         string           `json:"engine_version"`
	Options        string           `json:"options"` // canonical JSON
	RunID          string           `json:"run_id,omitempty"`
	RequestID      string           `json:"request_id,omitempty"`
	Rows           map[string]int64 `json:"rows"`
}

// OpenWorkspace opens a workspace, making its directories where they are
// missing. A workspace that cannot be written can still be read.
func OpenWorkspace(dir string) (*Workspace, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "open workspace", dir, "", "give a directory", err)
	}
	for _, sub := range []string{"", "snapshots", "plans", "quarantine"} {
		if err := os.MkdirAll(filepath.Join(abs, sub), 0o755); err != nil {
			if info, serr := os.Stat(filepath.Join(abs, "snapshots")); serr == nil && info.IsDir() {
				break // readable: reading is all one can do
			}
			return nil, fail(planwright.CodeFileNotFound, "open workspace", dir, "the directory cannot be made", "choose another with --data", err)
		}
	}
	w := &Workspace{dir: abs}
	w.pool.open = w.openShared
	return w, nil
}

// FindWorkspace opens a workspace that is there, and makes nothing: for those who
// only read.
func FindWorkspace(dir string) (*Workspace, error) {
	if info, err := os.Stat(filepath.Join(dir, snapshotKind.dir)); err != nil || !info.IsDir() {
		return nil, fail(planwright.CodeFileNotFound, "open workspace", dir, "there is no workspace", "make one with `planwright import` or `planwright demo`, or name another with --data", nil)
	}
	return OpenWorkspace(dir)
}

// Dir returns the directory.
func (w *Workspace) Dir() string { return w.dir }

// Close closes the files that [Workspace.Select] keeps open.
func (w *Workspace) Close() error {
	w.pool.closeAll()
	w.events.log.close()
	w.events.refused.close()
	return nil
}

// Lock makes this process the only one that writes the workspace until release
// is called. It does not wait: a lock that is held, by another process or by
// another call of Lock, is an error with code BUSY. The writing methods take
// the lock for themselves where it is not held.
func (w *Workspace) Lock(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.mirror != nil {
		return nil, w.mirror.readOnly()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.owned {
		return nil, busy(w.dir, "another operation of this process")
	}
	if err := w.acquire(); err != nil {
		return nil, err
	}
	w.owned = true
	var once sync.Once
	return func() {
		once.Do(func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.owned = false
			w.letGo()
		})
	}, nil
}

// hold takes part in the lock for one operation.
func (w *Workspace) hold() (release func(), err error) {
	if w.mirror != nil {
		return nil, w.mirror.readOnly()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.acquire(); err != nil {
		return nil, err
	}
	var once sync.Once
	return func() {
		once.Do(func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.letGo()
		})
	}, nil
}

// acquire takes the lock file for the first holder and clears away what dead
// processes left. The caller holds w.mu.
func (w *Workspace) acquire() error {
	if w.holders == 0 {
		l, err := lockFile(filepath.Join(w.dir, "lock"))
		if err != nil {
			return err
		}
		w.lock = l
		w.clean()
	}
	w.holders++
	return nil
}

func (w *Workspace) letGo() {
	w.holders--
	if w.holders == 0 {
		w.lock.release()
		w.lock = nil
	}
}

// LockFile returns the open file of the lock that this process holds, for a
// process that works under it: whoever of the two lives longer keeps it, so that
// nobody else writes beside a process whose parent died. nil where a lock is no
// file to inherit. The caller does not close it.
func (w *Workspace) LockFile() *os.File {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lock.file()
}

// Adopt makes a workspace work under the lock of the process that started this
// one, until this process ends. f is its [Workspace.LockFile], nil for none.
func (w *Workspace) Adopt(f *os.File) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lock = adoptLock(f)
	w.holders++
}

// Sweep removes what a process that worked under this one's lock, and was
// killed, did not publish. The next writer would do it otherwise.
func (w *Workspace) Sweep() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holders == 1 && w.owned { // nothing unpublished is this process's own
		w.clean()
	}
}

func busy(dir, who string) error {
	return fail(planwright.CodeBusy, "lock", dir, "held by "+who, "try again later", nil)
}

// clean removes unpublished files. It is called with the lock just taken: who
// made them is gone. Descriptions and refused rows whose file was never renamed
// go as well; those of a published file that was lost stay, for verify to tell.
func (w *Workspace) clean() {
	for _, sub := range []string{"snapshots", "plans", "quarantine"} {
		dir := filepath.Join(w.dir, sub)
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		if sub != "quarantine" { // before the unfinished files, which tell them from lost ones
			for id, lost := range orphans(dir, entries) {
				if !lost {
					_ = os.Remove(filepath.Join(dir, id+infoExt))
				}
			}
		}
		for _, e := range entries {
			name := e.Name()
			if strings.HasPrefix(name, tempPrefix) {
				_ = os.RemoveAll(filepath.Join(dir, name)) // tried again by the next writer
			}
			if sub == "quarantine" && sequenceOf(snapshotKind, name) > 0 {
				if _, err := os.Stat(w.path(snapshotKind, name)); errors.Is(err, fs.ErrNotExist) {
					_ = os.RemoveAll(filepath.Join(dir, name))
				}
			}
		}
	}
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		pid, spill := spillOwner(e.Name())
		if strings.HasPrefix(e.Name(), tempPrefix) && (!spill || !alive(pid)) { // a reader that is alive may spill
			_ = os.RemoveAll(filepath.Join(w.dir, e.Name()))
		}
	}
}

// spillDir returns a directory name for what an instance cannot keep in
// memory. DuckDB makes it when needed and removes it on closing.
func (w *Workspace) spillDir() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.temps++
	return filepath.Join(w.dir, fmt.Sprintf("%sspill-%d-%d", tempPrefix, os.Getpid(), w.temps))
}

// UploadDir is where a service may put the files that its clients send for an
// import. It lies in the workspace, belongs to this process, is part of no backup
// and is cleared away after the process. It is not made here.
func (w *Workspace) UploadDir() string {
	return filepath.Join(w.dir, fmt.Sprintf("%sspill-%d-uploads", tempPrefix, os.Getpid()))
}

// spillOwner returns the process that a spill directory belongs to.
func spillOwner(name string) (pid int, ok bool) {
	rest, ok := strings.CutPrefix(name, tempPrefix+"spill-")
	if !ok {
		return 0, false
	}
	owner, _, _ := strings.Cut(rest, "-")
	pid, err := strconv.Atoi(owner)
	return pid, err == nil
}

// kind is what sets snapshots and plans apart as files.
type kind struct {
	dir, letter, op string
	missing         planwright.Code
	make            string // how to get one
}

var (
	snapshotKind = kind{"snapshots", "s", "snapshot", planwright.CodeNoSnapshot, "import one with `planwright import`"}
	planKind     = kind{"plans", "p", "plan", planwright.CodeNoPlan, "make one with `planwright run`"}
)

func (w *Workspace) path(k kind, id string) string { return filepath.Join(w.dir, k.dir, id+dbExt) }

// file returns the path of a published file that is about to be read; a mirror
// brings it here first.
func (w *Workspace) file(ctx context.Context, k kind, id string) (string, error) {
	if w.mirror != nil {
		return w.mirror.file(ctx, k, id)
	}
	return w.path(k, id), nil
}

// label names the workspace in messages.
func (w *Workspace) label() string {
	if w.mirror != nil {
		return w.mirror.from.Name()
	}
	return w.dir
}

// ids returns the published ids, oldest first.
func (w *Workspace) ids(k kind) ([]string, error) {
	if w.mirror != nil {
		return w.mirror.ids[k.dir], nil
	}
	entries, err := os.ReadDir(filepath.Join(w.dir, k.dir))
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "list "+k.dir, w.dir, "", "give a workspace with --data", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), dbExt); ok && sequenceOf(k, id) > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if d := sequenceOf(k, a) - sequenceOf(k, b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return ids, nil
}

// sequenceOf returns the number in an id such as s0012-0a1b2c3d, 0 for what is
// no id.
func sequenceOf(k kind, id string) int {
	rest, ok := strings.CutPrefix(id, k.letter)
	if !ok {
		return 0
	}
	seq, sum, ok := strings.Cut(rest, "-")
	if !ok || len(sum) != 8 || len(seq) < 4 {
		return 0
	}
	for i := 0; i < len(sum); i++ {
		if !strings.Contains("0123456789abcdef", sum[i:i+1]) {
			return 0
		}
	}
	for i := 0; i < len(seq); i++ {
		if seq[i] < '0' || seq[i] > '9' {
			return 0
		}
	}
	n, err := strconv.Atoi(seq)
	if err != nil {
		return 0
	}
	return n
}

// resolve finds an id: given whole, by its sequence part, or "" and latest.
func (w *Workspace) resolve(k kind, id string) (string, error) {
	ids, err := w.ids(k)
	if err != nil {
		return "", err
	}
	if id == "" || id == "latest" {
		if len(ids) == 0 {
			return "", fail(k.missing, "find "+k.op, w.label(), "there is none", k.make, nil)
		}
		return ids[len(ids)-1], nil
	}
	for _, have := range ids {
		if have == id || strings.HasPrefix(have, id+"-") {
			return have, nil
		}
	}
	return "", fail(k.missing, "find "+k.op, id, "there is no such "+k.op, "`planwright "+k.dir+"` lists them", nil)
}

// ResolveSnapshot returns the id of a snapshot: of the newest for "" and
// "latest", else of the one named (s0003 is enough for s0003-0a1b2c3d).
func (w *Workspace) ResolveSnapshot(id string) (string, error) { return w.resolve(snapshotKind, id) }

// ResolvePlan returns the id of a plan; see [Workspace.ResolveSnapshot].
func (w *Workspace) ResolvePlan(id string) (string, error) { return w.resolve(planKind, id) }

// ListSnapshots returns the published snapshots, oldest first.
func (w *Workspace) ListSnapshots() ([]SnapshotInfo, error) {
	ids, err := w.ids(snapshotKind)
	if err != nil {
		return nil, err
	}
	list := make([]SnapshotInfo, 0, len(ids))
	for _, id := range ids {
		info, err := w.GetSnapshot(id)
		if err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}

// ListPlans returns the published plans, oldest first.
func (w *Workspace) ListPlans() ([]PlanInfo, error) {
	ids, err := w.ids(planKind)
	if err != nil {
		return nil, err
	}
	list := make([]PlanInfo, 0, len(ids))
	for _, id := range ids {
		info, err := w.GetPlan(id)
		if err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}

// GetSnapshot describes a snapshot; id as in [Workspace.ResolveSnapshot].
func (w *Workspace) GetSnapshot(id string) (SnapshotInfo, error) {
	var info SnapshotInfo
	id, err := w.ResolveSnapshot(id)
	if err != nil {
		return info, err
	}
	if w.readInfo(snapshotKind, id, &info) == nil && info.ID == id {
		return info, nil
	}
	meta, err := w.readMeta(w.path(snapshotKind, id))
	if err != nil {
		return info, err
	}
	return snapshotInfo(id, meta), nil
}

// GetPlan describes a plan; id as in [Workspace.ResolvePlan].
func (w *Workspace) GetPlan(id string) (PlanInfo, error) {
	var info PlanInfo
	id, err := w.ResolvePlan(id)
	if err != nil {
		return info, err
	}
	if w.readInfo(planKind, id, &info) == nil && info.ID == id {
		return info, nil
	}
	meta, err := w.readMeta(w.path(planKind, id))
	if err != nil {
		return info, err
	}
	return planInfo(id, meta), nil
}

// readInfo reads the description beside a file.
func (w *Workspace) readInfo(k kind, id string, info any) error {
	if w.mirror != nil {
		return w.mirror.describe(id, info)
	}
	b, err := os.ReadFile(filepath.Join(w.dir, k.dir, id+infoExt))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, info)
}

// DeleteSnapshot removes a snapshot. One that a plan was made of is kept
// unless force is set.
func (w *Workspace) DeleteSnapshot(ctx context.Context, id string, force bool) error {
	id, err := w.ResolveSnapshot(id)
	if err != nil {
		return err
	}
	release, err := w.hold()
	if err != nil {
		return err
	}
	defer release()
	if !force {
		if newest, err := w.ResolveSnapshot(""); err == nil && newest != id {
			if lin, err := w.lineage(newest); err == nil && lin.root == id {
				return fail(planwright.CodeUsage, "delete snapshot", id, "the events of "+newest+" are folded onto it", "import anew first, or force it", nil)
			}
		}
		plans, err := w.ListPlans()
		if err != nil {
			return err
		}
		for _, p := range plans {
			if p.SnapshotID == id {
				return fail(planwright.CodeUsage, "delete snapshot", id, "plan "+p.ID+" was made of it", "delete the plan first, or force it", nil)
			}
		}
	}
	if err := w.remove(ctx, snapshotKind, id); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "quarantine", id)); err != nil {
		return fail(planwright.CodeInternal, "delete snapshot", id, "its refused rows are still there", "remove quarantine/"+id, err)
	}
	return nil
}

// DeletePlan removes a plan.
func (w *Workspace) DeletePlan(ctx context.Context, id string) error {
	id, err := w.ResolvePlan(id)
	if err != nil {
		return err
	}
	release, err := w.hold()
	if err != nil {
		return err
	}
	defer release()
	return w.remove(ctx, planKind, id)
}

// remove takes the file away first: without it the description says nothing.
func (w *Workspace) remove(ctx context.Context, k kind, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.pool.drop(id)
	temp := filepath.Join(w.dir, k.dir, tempName()) // as long as it is there, the description is no lost file's
	if err := os.Rename(w.path(k, id), temp); err != nil {
		return fail(planwright.CodeInternal, "delete "+k.op, id, "", "look at the permissions of the workspace", err)
	}
	if err := os.Remove(filepath.Join(w.dir, k.dir, id+infoExt)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(planwright.CodeInternal, "delete "+k.op, id, "its description is still there", "", err)
	}
	if err := os.Remove(temp); err != nil {
		return fail(planwright.CodeInternal, "delete "+k.op, id, "its file is still there as "+filepath.Base(temp), "the next import or run removes it", err)
	}
	return syncDir(filepath.Join(w.dir, k.dir))
}
