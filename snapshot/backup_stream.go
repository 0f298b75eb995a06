package snapshot

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"planwright"
)

// A backup on its way is a tar archive: the directories and files of the backup
// directory, and as the last file backup.json with the sum of each. An archive
// without it is not whole.

// WriteBackup writes a backup of the workspace, which may be in use, as a tar
// archive; else as Backup. What it wrote is worth nothing unless it returns nil.
func (w *Workspace) WriteBackup(ctx context.Context, to io.Writer, now time.Time) (BackupInfo, error) {
	out := tar.NewWriter(to)
	into := backupSink{
		dir: func(rel string) error {
			if rel == "." {
				return nil
			}
			return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: filepath.ToSlash(rel) + "/", Mode: 0o755, ModTime: now})
		},
		file: func(rel string, mode fs.FileMode, size int64, from io.Reader) (f BackupFile, err error) {
			err = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: filepath.ToSlash(rel), Mode: int64(mode.Perm()), Size: size, ModTime: now})
			if err != nil {
				return f, err
			}
			f.SHA, f.Size, err = sumOf(ctx, io.TeeReader(from, out))
			if err == nil && f.Size != size {
				err = fail(planwright.CodeBusy, "backup", rel, "it became shorter while it was read", "take the backup again", nil)
			}
			return f, err
		},
	}
	info, err := w.gather(ctx, now, into, nil)
	if err != nil {
		return info, err
	}
	return info, out.Close()
}

// ReceiveBackup makes a backup directory of an archive that WriteBackup wrote. Every
// file is compared with its sum; dir, which must not be there yet, has its name when
// all of it is on the disk.
func ReceiveBackup(ctx context.Context, from io.Reader, dir string, progress func(done, total int64)) (info BackupInfo, err error) {
	bad := func(what string, err error) error {
		return fail(planwright.CodeFileFormat, "backup", dir, what, "take another backup", err)
	}
	temp, err := freshDir("backup", dir)
	if err != nil {
		return info, err
	}
	defer func() { _ = os.RemoveAll(temp) }() // gone already where all went well
	sums := map[string]string{}
	var done int64
	for in := tar.NewReader(from); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return info, bad("it ended before it was whole", nil)
		}
		if err != nil {
			return info, err // of the way here
		}
		rel := filepath.FromSlash(h.Name)
		if !filepath.IsLocal(rel) {
			return info, bad(h.Name+" leads out of the directory", nil)
		}
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(filepath.Join(temp, rel), 0o755); err != nil {
				return info, fail(planwright.CodeInternal, "backup", dir, "", "look at the disk and the permissions", err)
			}
			continue
		}
		if h.Typeflag != tar.TypeReg {
			return info, bad(h.Name+" is no file", nil)
		}
		f, err := keepFile(ctx, in, filepath.Join(temp, rel), fs.FileMode(h.Mode).Perm())
		if err != nil {
			return info, err
		}
		sums[h.Name] = f.SHA
		if done += f.Size; progress != nil {
			progress(done, 0)
		}
		if h.Name == backupManifest {
			break
		}
	}
	b, err := os.ReadFile(filepath.Join(temp, backupManifest))
	if err == nil {
		err = json.Unmarshal(b, &info)
	}
	if err != nil {
		return info, bad(backupManifest+" cannot be read", err)
	}
	for _, f := range info.Files {
		if got := sums[f.Path]; got != f.SHA {
			return info, mismatch("backup", f.Path, "what came", got, f.SHA)
		}
	}
	return info, nameDir("backup", temp, dir)
}
