package snapshot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"planwright"
)

// BackupInfo is what a backup holds; it lies in it as backup.json.
type BackupInfo struct {
	CreatedAt time.Time    `json:"created_at"`
	Engine    string       `json:"engine_version"`
	Files     []BackupFile `json:"files"`
}

// BackupFile is a file of a backup, by its path in the workspace with slashes.
type BackupFile struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	SHA  string `json:"sha256"`
}

const backupManifest = "backup.json"

// Backup copies the workspace to a new directory while it is in use: published
// files, which do not change, what belongs to them, and the journal as of one
// moment. Snapshots and plans are compared with the sums under which they were
// published; what is copied is on the disk before the directory has its name. dir
// must not be there yet. What is published meanwhile may be missing; nothing is
// there in part.
func (w *Workspace) Backup(ctx context.Context, dir string, now time.Time, progress func(done, total int64)) (BackupInfo, error) {
	var info BackupInfo
	if inside(w.dir, dir) {
		return info, fail(planwright.CodeUsage, "backup", dir, "it lies in the workspace, which it is to outlive", "give a directory outside, best on another disk", nil)
	}
	temp, err := freshDir("backup", dir)
	if err != nil {
		return info, err
	}
	defer func() { _ = os.RemoveAll(temp) }() // gone already where all went well
	into := backupSink{
		dir: func(rel string) error { return os.MkdirAll(filepath.Join(temp, rel), 0o755) },
		file: func(rel string, mode fs.FileMode, _ int64, from io.Reader) (BackupFile, error) {
			return keepFile(ctx, from, filepath.Join(temp, rel), mode)
		},
	}
	if info, err = w.gather(ctx, now, into, progress); err != nil {
		return info, err
	}
	return info, nameDir("backup", temp, dir)
}

// backupSink takes what a backup is made of. file takes size bytes and sums them;
// what fails is told by file itself.
type backupSink struct {
	dir  func(rel string) error
	file func(rel string, mode fs.FileMode, size int64, from io.Reader) (BackupFile, error)
}

// gather gives the directories and files of a workspace, the journal as of one
// moment, and at last the list of all files.
func (w *Workspace) gather(ctx context.Context, now time.Time, into backupSink, progress func(done, total int64)) (BackupInfo, error) {
	info := BackupInfo{CreatedAt: now.UTC(), Engine: planwright.Version}
	var paths []string
	var total, done int64
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		rel, rerr := filepath.Rel(w.dir, path)
		switch {
		case err != nil || rerr != nil:
			return errors.Join(err, rerr)
		case strings.HasPrefix(e.Name(), tempPrefix):
			if e.IsDir() {
				return fs.SkipDir
			}
		case e.IsDir():
			return into.dir(rel)
		case e.Type().IsRegular() && rel != "lock" && rel != filepath.Join("events", "lock") && !strings.HasPrefix(rel, "journal"+dbExt):
			paths = append(paths, rel)
			if s, err := e.Info(); err == nil {
				total += s.Size()
			}
		}
		return nil
	})
	if err != nil {
		return info, fail(planwright.CodeInternal, "backup", w.dir, "", "look at the disk and the permissions", err)
	}
	// A description without its file says nothing: files come first, so that a
	// deletion in between leaves no half.
	slices.SortFunc(paths, func(a, b string) int {
		if x, y := filepath.Ext(a) == infoExt, filepath.Ext(b) == infoExt; x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	give := func(rel, path string) error {
		f, err := giveFile(path, rel, into)
		if err != nil {
			return err
		}
		f.Path = filepath.ToSlash(rel)
		info.Files = append(info.Files, f)
		done += f.Size
		if progress != nil {
			progress(done, total)
		}
		return nil
	}
	for _, rel := range paths {
		if err := give(rel, filepath.Join(w.dir, rel)); err != nil && !errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
			return info, err
		}
	}
	if err := w.checkSums(info.Files); err != nil {
		return info, err
	}
	temp, err := os.MkdirTemp("", "planwright-backup-")
	if err != nil {
		return info, fail(planwright.CodeInternal, "backup", os.TempDir(), "there is no place for a copy of the journal", "look at the disk, or set TMPDIR", err)
	}
	defer func() { _ = os.RemoveAll(temp) }() // given away by then
	name := "journal" + dbExt
	found, err := w.copyJournal(ctx, filepath.Join(temp, name))
	if err == nil && found {
		err = give(name, filepath.Join(temp, name))
	}
	if err != nil {
		return info, err
	}
	b, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return info, err
	}
	b = append(b, '\n')
	_, err = into.file(backupManifest, 0o600, int64(len(b)), bytes.NewReader(b))
	return info, err
}

// giveFile gives a file as large as it is now: a log may grow meanwhile.
func giveFile(path, rel string, into backupSink) (BackupFile, error) {
	in, err := os.Open(path)
	if err != nil {
		return BackupFile{}, err
	}
	defer func() { _ = in.Close() }() // only read
	s, err := in.Stat()
	if err != nil {
		return BackupFile{}, fail(planwright.CodeInternal, "backup", path, "", "look at the disk", err)
	}
	return into.file(rel, s.Mode().Perm(), s.Size(), io.LimitReader(in, s.Size()))
}

// checkSums compares what was copied of snapshots and plans with the sums under
// which they were published.
func (w *Workspace) checkSums(files []BackupFile) error {
	for _, f := range files {
		sub, name, _ := strings.Cut(f.Path, "/")
		id, ok := strings.CutSuffix(name, dbExt)
		if !ok {
			continue
		}
		for _, k := range []kind{snapshotKind, planKind} {
			if k.dir != sub {
				continue
			}
			var info struct {
				FileSHA string `json:"file_sha256"`
			}
			if err := w.readInfo(k, id, &info); err == nil && info.FileSHA != f.SHA {
				return mismatch("backup", id, "the file", f.SHA, info.FileSHA)
			}
		}
	}
	return nil
}

// copyJournal copies the journal as of one moment.
func (w *Workspace) copyJournal(ctx context.Context, to string) (found bool, err error) {
	// A reading connection writes nothing, also not a copy: once to see that the
	// journal can be read, then both are attached to a database in memory.
	err = w.readJournal(ctx, "runs", func(*Conn) error { found = true; return nil })
	if err != nil || !found {
		return found, err
	}
	deadline := time.Now().Add(journalPatience)
	for {
		err = w.onceCopyJournal(ctx, to)
		var e *planwright.Error
		if err == nil || !errors.As(err, &e) || e.Code != planwright.CodeBusy || time.Now().After(deadline) {
			return true, err
		}
		select {
		case <-ctx.Done():
			return true, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (w *Workspace) onceCopyJournal(ctx context.Context, to string) error {
	w.journal.Lock()
	defer w.journal.Unlock()
	_ = os.Remove(to) // of an earlier try
	db, conn, err := createDB("", journalOptions)
	if err != nil {
		return err
	}
	if err = conn.Exec(ctx, "ATTACH "+literal(w.journalPath())+" AS source (READ_ONLY)"); err != nil {
		err = openError(w.journalPath(), err.Error())
	} else {
		err = conn.Exec(ctx, "ATTACH "+literal(to)+" AS copy; COPY FROM DATABASE source TO copy; DETACH copy")
	}
	conn.Close()
	return errors.Join(err, db.Close())
}

// Restore makes a workspace of a backup. Every file is compared with what the
// backup says of it. dir must not be there yet; it has its name when all of it is
// on the disk.
func Restore(ctx context.Context, backup, dir string, progress func(done, total int64)) (BackupInfo, error) {
	var info BackupInfo
	b, err := os.ReadFile(filepath.Join(backup, backupManifest))
	if err != nil {
		return info, fail(planwright.CodeFileNotFound, "restore", backup, "there is no backup in it", "give a directory that `planwright backup` made", err)
	}
	if err := json.Unmarshal(b, &info); err != nil {
		return info, fail(planwright.CodeFileFormat, "restore", backup, backupManifest+" cannot be read", "take another backup", err)
	}
	temp, err := freshDir("restore", dir)
	if err != nil {
		return info, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	for _, sub := range []string{"snapshots", "plans", "quarantine"} {
		if err := os.MkdirAll(filepath.Join(temp, sub), 0o755); err != nil {
			return info, fail(planwright.CodeInternal, "restore", dir, "", "look at the disk and the permissions", err)
		}
	}
	var total, done int64
	for _, f := range info.Files {
		total += f.Size
	}
	for _, f := range info.Files {
		rel := filepath.FromSlash(f.Path)
		if !filepath.IsLocal(rel) {
			return info, fail(planwright.CodeFileFormat, "restore", backup, f.Path+" leads out of the workspace", "take another backup", nil)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(temp, rel)), 0o755); err != nil {
			return info, fail(planwright.CodeInternal, "restore", dir, "", "look at the disk and the permissions", err)
		}
		got, err := copyFile(ctx, filepath.Join(backup, rel), filepath.Join(temp, rel))
		if errors.Is(err, fs.ErrNotExist) {
			return info, fail(planwright.CodeDigestMismatch, "restore", f.Path, "it is missing in the backup", "take another backup", nil)
		}
		if err != nil {
			return info, err
		}
		if got.SHA != f.SHA {
			return info, mismatch("restore", f.Path, "the file", got.SHA, f.SHA)
		}
		done += got.Size
		if progress != nil {
			progress(done, total)
		}
	}
	return info, nameDir("restore", temp, dir)
}

// inside says whether dir, which need not be there yet, is root or lies in it,
// also through links.
func inside(root, dir string) bool {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return false // freshDir tells why
	}
	top, err := os.Stat(root)
	if err != nil {
		return false
	}
	if rel, err := filepath.Rel(root, abs); err == nil && filepath.IsLocal(rel) {
		return true
	}
	for at, missing := abs, true; ; at = filepath.Dir(at) {
		if missing { // from the first directory that is there on, its real place
			if real, err := filepath.EvalSymlinks(at); err == nil {
				at, missing = real, false
			}
		}
		if info, err := os.Stat(at); err == nil && os.SameFile(info, top) {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// freshDir makes a directory beside dir, which must not be there or be empty.
func freshDir(op, dir string) (temp string, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fail(planwright.CodeFileNotFound, op, dir, "", "give a directory", err)
	}
	if entries, err := os.ReadDir(abs); err == nil && len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fail(planwright.CodeUsage, op, dir, "it is there already", "give a directory that is not there yet", err)
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o755); err != nil {
		return "", fail(planwright.CodeInternal, op, dir, "", "look at the permissions", err)
	}
	temp, err = os.MkdirTemp(filepath.Dir(abs), tempPrefix+op+"-")
	if err != nil {
		return "", fail(planwright.CodeInternal, op, dir, "", "look at the disk and the permissions", err)
	}
	return temp, nil
}

// nameDir gives a directory that is whole its name.
func nameDir(op, temp, dir string) error {
	abs, err := filepath.Abs(dir)
	if err == nil {
		err = filepath.WalkDir(temp, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.IsDir() {
				err = syncDir(path)
			}
			return err
		})
	}
	if err == nil {
		_ = os.Remove(abs) // an empty one
		err = os.Rename(temp, abs)
	}
	if err == nil {
		err = os.Chmod(abs, 0o755)
	}
	if err != nil {
		return fail(planwright.CodeInternal, op, dir, "", "look at the disk and the permissions", err)
	}
	return syncDir(filepath.Dir(abs))
}

// copyFile copies a file with its permissions to the disk and sums it as read.
// A file that is not there is fs.ErrNotExist.
func copyFile(ctx context.Context, from, to string) (BackupFile, error) {
	in, err := os.Open(from)
	if err != nil {
		return BackupFile{}, err
	}
	defer func() { _ = in.Close() }()
	mode := fs.FileMode(0o644)
	if s, err := in.Stat(); err == nil {
		mode = s.Mode().Perm()
	}
	return keepFile(ctx, in, to, mode)
}

// keepFile writes a new file to the disk and sums it as read.
func keepFile(ctx context.Context, from io.Reader, to string, mode fs.FileMode) (f BackupFile, err error) {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return f, fail(planwright.CodeInternal, "copy", to, "", "look at the disk", err)
	}
	f.SHA, f.Size, err = sumOf(ctx, io.TeeReader(from, out))
	err = errors.Join(err, out.Sync(), out.Close())
	if err != nil && ctx.Err() == nil {
		err = fail(planwright.CodeInternal, "copy", to, "", "look at the disk", err)
	}
	return f, err
}
