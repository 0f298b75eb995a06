package snapshot

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwright"
)

// Draft is a snapshot that is being made: a database with every table of
// ddl.go, empty at first. It is used by one goroutine at a time, apart from DB.
type Draft struct {
	DB   *DB   // for further connections
	Conn *Conn // the draft's own
	Path string

	// AsOf and Meta are written on publishing: the planning day and what else
	// is worth knowing (source files, settings).
	AsOf planwright.Day
	Meta map[string]string

	// beforePublish is called with the id when nothing but the rename is left:
	// what belongs to the snapshot must be in its place before it is seen.
	beforePublish func(id string) error
	// unlessDigests are the digests of content that is published already: the
	// draft is not, where it has the same.
	unlessDigests []string

	w       *Workspace // nil: a draft in memory
	release func()
	closed  bool
}

// NewSnapshotFile starts a snapshot in a file that nobody sees before
// [Draft.Publish]. It holds the workspace's lock until then.
func (w *Workspace) NewSnapshotFile(ctx context.Context) (*Draft, error) {
	release, err := w.hold()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(w.dir, snapshotKind.dir, tempName())
	db, conn, err := createDB(path, dbOptions{Memory: importMemory(), TempDir: w.spillDir()})
	if err == nil {
		d := &Draft{DB: db, Conn: conn, Path: path, w: w, release: release, AsOf: planwright.NoDay, Meta: map[string]string{}}
		if err = createTables(ctx, conn); err == nil {
			return d, nil
		}
		return nil, errors.Join(err, d.Discard())
	}
	err = errors.Join(err, removeDB(path)) // a disk without room has its name
	release()
	return nil, err
}

// NewScratch starts a snapshot in memory, for work on files without a
// workspace. It can be loaded ([Draft.Load]) and not published. What does not
// fit into memory goes to a directory of the system's for temporary files.
func NewScratch(ctx context.Context) (*Draft, error) {
	db, conn, err := createDB("", dbOptions{TempDir: filepath.Join(os.TempDir(), "planwright-"+randomName())})
	if err != nil {
		return nil, err
	}
	d := &Draft{DB: db, Conn: conn, AsOf: planwright.NoDay, Meta: map[string]string{}}
	if err := createTables(ctx, conn); err != nil {
		return nil, errors.Join(err, d.Discard())
	}
	return d, nil
}

func createDB(path string, o dbOptions) (*DB, *Conn, error) {
	db, err := openDB(path, o)
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn()
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, conn, nil
}

func randomName() string {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("snapshot: the system has no random numbers")
	}
	return hex.EncodeToString(b[:])
}

// tempName is the name of a file that is not published: no id matches it.
func tempName() string { return fmt.Sprintf("%s%d-%s%s", tempPrefix, os.Getpid(), randomName(), dbExt) }

// close ends the connections of the draft.
func (d *Draft) close() error {
	d.closed = true
	d.Conn.Close()
	return d.DB.Close()
}

// Discard throws the draft away. It does nothing after Publish.
func (d *Draft) Discard() error {
	if d.closed {
		return nil
	}
	err := d.close()
	if d.w != nil {
		err = errors.Join(err, removeDB(d.Path))
		d.release()
	}
	return err
}

// removeDB removes a database file and its write-ahead log.
func removeDB(path string) error {
	var errs []error
	for _, p := range []string{path, path + ".wal"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// finish makes the views, takes the digest of the content and writes meta. It
// returns what describes the snapshot but its file.
func (d *Draft) finish(ctx context.Context) (SnapshotInfo, error) {
	var info SnapshotInfo
	if d.AsOf < planwright.MinDay || d.AsOf > planwright.MaxDay {
		return info, fail(planwright.CodeDateRange, "publish", "as-of day", d.AsOf.String(), "give --as-of", nil)
	}
	if err := createViews(ctx, d.Conn); err != nil {
		return info, err
	}
	if err := checkLayout(ctx, d.Conn); err != nil {
		return info, err
	}
	sums, err := snapshotSums(ctx, d.Conn)
	if err != nil {
		return info, err
	}
	info = SnapshotInfo{AsOf: d.AsOf, CreatedAt: time.Now().UTC().Truncate(time.Second), Format: FormatVersion, Engine: planwright.Version, Rows: map[string]int64{}}
	for _, s := range sums {
		info.Rows[s.name[strings.IndexByte(s.name, '.')+1:]] = s.rows
	}
	info.Digest = contentDigest(snapshotIdentity(d.AsOf), sums)
	if slices.Contains(d.unlessDigests, info.Digest) {
		return info, errUnchanged
	}
	meta := map[string]string{}
	for k, v := range d.Meta {
		meta[k] = v
	}
	meta["kind"] = "snapshot"
	meta["format_version"] = strconv.Itoa(FormatVersion)
	meta["engine_version"] = planwright.Version
	meta["as_of"] = d.AsOf.String()
	meta["created_at"] = info.CreatedAt.Format(time.RFC3339)
	meta["digest"] = info.Digest
	for t, n := range info.Rows {
		meta["rows."+t] = strconv.FormatInt(n, 10)
	}
	if d.w != nil {
		seq, err := d.w.nextSequence(snapshotKind)
		if err != nil {
			return info, err
		}
		info.ID = idOf(snapshotKind, seq, info.Digest)
		meta["id"] = info.ID
	}
	return info, writeMeta(ctx, d.Conn, meta)
}

// idOf makes an id, such as s0012-0a1b2c3d. Ids sort by their sequence.
func idOf(k kind, seq int, digest string) string {
	return fmt.Sprintf("%s%04d-%s", k.letter, seq, digest[:8])
}

// snapshotIdentity is what the content digest covers beside the tables.
func snapshotIdentity(asOf planwright.Day) [][2]string {
	return [][2]string{{"kind", "snapshot"}, {"format_version", strconv.Itoa(FormatVersion)}, {"as_of", asOf.String()}}
}

// snapshotSums returns the digests of all stored tables but meta.
func snapshotSums(ctx context.Context, c *Conn) ([]tableSum, error) {
	tables, err := c.baseTables(ctx)
	if err != nil {
		return nil, err
	}
	var sums []tableSum
	for _, t := range tables {
		if t[0] == "main" && t[1] == "meta" {
			continue
		}
		sum, rows, err := digestTable(ctx, c, t[0], t[1])
		if err != nil {
			return nil, err
		}
		sums = append(sums, tableSum{t[0] + "." + t[1], sum, rows})
	}
	return sums, nil
}

// writeMeta replaces the rows of main.meta, sorted by key.
func writeMeta(ctx context.Context, c *Conn, meta map[string]string) error {
	if err := c.Exec(ctx, "DELETE FROM main.meta"); err != nil {
		return err
	}
	keys := make([]string, 0, len(meta))
	for k := range meta {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	w, err := c.newWriter("main", "meta", []outType{outText, outText}, nil)
	if err != nil {
		return err
	}
	for _, k := range keys {
		w.text(0, k)
		w.text(1, meta[k])
		w.endRow()
	}
	return w.finish()
}

// Publish makes the draft a snapshot: it completes the file, brings it to the
// disk and renames it. Until the rename there is nothing to be seen; after it
// the snapshot is there whatever happens. A draft that cannot be published is
// discarded.
func (d *Draft) Publish(ctx context.Context) (SnapshotInfo, error) {
	if d.w == nil || d.closed {
		return SnapshotInfo{}, fail(planwright.CodeInternal, "publish", "", "a draft in memory, or one that is closed", "", nil)
	}
	info, err := d.finish(ctx)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return info, errors.Join(err, d.Discard())
	}
	if err = d.Conn.Exec(ctx, "CHECKPOINT"); err != nil {
		return info, errors.Join(err, d.Discard())
	}
	defer d.release()
	if err = d.close(); err != nil {
		return info, errors.Join(err, removeDB(d.Path))
	}
	if d.beforePublish != nil {
		if err = d.beforePublish(info.ID); err != nil {
			return info, errors.Join(err, removeDB(d.Path))
		}
	}
	err = d.w.publish(ctx, snapshotKind, d.Path, info.ID, func(sha string, size int64) any {
		info.FileSHA, info.Size = sha, size
		return info
	})
	return info, err
}

// publish brings a finished, closed database file to the disk and renames it to
// its id. describe returns the description to be kept beside it.
func (w *Workspace) publish(ctx context.Context, k kind, temp, id string, describe func(sha string, size int64) any) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, removeDB(temp))
		}
	}()
	if _, err := os.Stat(temp + ".wal"); err == nil {
		return fail(planwright.CodeInternal, "publish", temp, "its write-ahead log is not folded in", "", nil)
	}
	sha, size, err := syncAndSum(ctx, temp)
	if err != nil {
		return err
	}
	dir := filepath.Join(w.dir, k.dir)
	text, err := json.MarshalIndent(describe(sha, size), "", "  ")
	if err != nil {
		return fail(planwright.CodeInternal, "publish", id, "", "", err)
	}
	if err := writeFile(filepath.Join(dir, id+infoExt), append(text, '\n')); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return errors.Join(err, os.Remove(filepath.Join(dir, id+infoExt)))
	}
	if err := os.Rename(temp, filepath.Join(dir, id+dbExt)); err != nil {
		return fail(planwright.CodeInternal, "publish", id, "", "look at the disk", errors.Join(err, os.Remove(filepath.Join(dir, id+infoExt))))
	}
	return syncDir(dir)
}

// nextSequence returns a number that no snapshot (plan) of the workspace has
// had, deleted ones included, and remembers it.
func (w *Workspace) nextSequence(k kind) (int, error) {
	path := filepath.Join(w.dir, k.dir, ".sequence")
	seq := 0
	if b, err := os.ReadFile(path); err == nil {
		if n, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && n > 0 {
			seq = n
		}
	}
	ids, err := w.ids(k)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		seq = max(seq, sequenceOf(k, id))
	}
	seq++
	return seq, writeFile(path, []byte(strconv.Itoa(seq)+"\n"))
}

// writeFile writes a small file whole or not at all.
func writeFile(path string, content []byte) error {
	temp := filepath.Join(filepath.Dir(path), tempPrefix+randomName())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		_, err = f.Write(content)
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
		if err == nil {
			err = os.Rename(temp, path)
		}
		if err == nil {
			return nil
		}
		_ = os.Remove(temp) // the cause is what matters
	}
	return fail(planwright.CodeInternal, "write", path, "", "look at the disk and the permissions", err)
}

// syncAndSum brings a file to the disk and returns its SHA-256 and size.
func syncAndSum(ctx context.Context, path string) (string, int64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", 0, fail(planwright.CodeInternal, "publish", path, "", "look at the disk", err)
	}
	sha, size, err := sumOf(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		if ctx.Err() != nil {
			return "", 0, ctx.Err()
		}
		return "", 0, fail(planwright.CodeInternal, "publish", path, "", "look at the disk", err)
	}
	return sha, size, nil
}

func sumOf(ctx context.Context, r io.Reader) (string, int64, error) {
	h := sha256.New()
	buf := make([]byte, 1<<20)
	var size int64
	for {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		size += int64(n)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), size, nil
		}
		if err != nil {
			return "", 0, err
		}
	}
}

// sumFile returns the SHA-256 and size of a file.
func sumFile(ctx context.Context, path string) (string, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	sha, size, err := sumOf(ctx, f)
	return sha, size, errors.Join(err, f.Close())
}
