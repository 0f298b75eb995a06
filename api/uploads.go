package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"

	"planwright"
)

// An upload is PUT /v1/uploads/{upload}/{directory}/{file} with the bytes of the
// file as body. {upload} and {directory} are names of the client's choice, of
// letters, digits, _ and -; a file that is put twice is there once.
// CreateSnapshot imports it as upload:{upload}/{directory}[/{file}]; the upload
// is removed when that import ends, and after a day in any case.

// uploadPrefix begins the paths of CreateSnapshot that name an upload.
const uploadPrefix = "upload:"

// uploadLife is how long an upload that nobody imports is kept.
const uploadLife = 24 * time.Hour

// uploadPath is an upload's path taken apart.
type uploadPath struct{ upload, dir, file string }

func isUploadPath(path string) bool { return strings.HasPrefix(path, "/v1/uploads/") }

func splitUploadPath(path string) (uploadPath, error) {
	part := strings.Split(strings.TrimPrefix(path, "/v1/uploads/"), "/")
	if len(part) != 3 {
		return uploadPath{}, refuse(codes.NotFound, "an upload is PUT /v1/uploads/{upload}/{directory}/{file}")
	}
	p := uploadPath{part[0], part[1], part[2]}
	if !plainID(p.upload) || !plainID(p.dir) {
		return p, badField("upload", "is not of letters, digits, _ and -, at most %d", maxID)
	}
	switch {
	case p.file == "" || len(p.file) > 200 || !utf8.ValidString(p.file) || p.file[0] == '.' || strings.ContainsFunc(p.file, func(r rune) bool { return r < ' ' || r == '/' || r == '\\' || r == 0x7f }):
		return p, badField("file", "%q is not the name of a file", clip(p.file))
	case strings.HasSuffix(strings.ToLower(p.file), ".query.yaml"):
		return p, badField("file", "%q reads a database: it must lie on the server, below its import root", clip(p.file))
	}
	return p, nil
}

// takeUpload takes a file in.
func (s *Server) takeUpload(w http.ResponseWriter, r *http.Request, who *Principal) {
	if err := s.storeUpload(w, r, who); err != nil {
		status := 0
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			status, err = http.StatusRequestEntityTooLarge, refuse(codes.ResourceExhausted, "uploads are larger than limits.upload_bytes, %d bytes", s.limits.Upload)
		}
		s.writeProblem(w, r, err, status)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) storeUpload(w http.ResponseWriter, r *http.Request, who *Principal) error {
	if r.Method != http.MethodPut {
		w.Header().Set("Allow", "PUT")
		return refuse(codes.Unimplemented, "a file is uploaded with PUT")
	}
	if err := s.mayCall(who, "/planwright.v1.SnapshotService/CreateSnapshot"); err != nil {
		return err
	}
	p, err := splitUploadPath(r.URL.Path)
	if err != nil {
		return err
	}
	root := s.ws.UploadDir()
	room := s.uploads.begin(s.limits.Upload, func() int64 { return s.sweepUploads(root) })
	kept := false
	defer func() { room.end(kept) }()
	if r.ContentLength > 0 && !room.has(r.ContentLength) {
		return &http.MaxBytesError{Limit: s.limits.Upload}
	}
	dir := filepath.Join(root, p.upload, p.dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // renamed where all went well
	_, err = io.Copy(f, &steadyBody{ReadCloser: r.Body, room: room, control: http.NewResponseController(w), stall: s.limits.Stall})
	if err = errors.Join(err, f.Close()); err != nil {
		var large *http.MaxBytesError
		var e *fs.PathError
		if errors.As(err, &large) || errors.As(err, &e) || r.Context().Err() != nil {
			return err
		}
		return refuse(codes.InvalidArgument, "the file could not be read to its end")
	}
	err = os.Rename(f.Name(), filepath.Join(dir, p.file))
	kept = err == nil
	return err
}

// uploadRoom bounds all uploads together, those that are on their way included.
type uploadRoom struct {
	mu    sync.Mutex
	used  int64
	sends int // uploads on their way
}

// uploadPart is what one upload takes of the room.
type uploadPart struct {
	all         *uploadRoom
	limit, used int64
}

// begin lets an upload begin. What is kept is counted anew where none is on its
// way: an import may have removed some of it.
func (u *uploadRoom) begin(limit int64, held func() int64) *uploadPart {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.sends == 0 {
		u.used = held()
	}
	u.sends++
	return &uploadPart{all: u, limit: limit}
}

// has says whether there is room for n bytes more.
func (p *uploadPart) has(n int64) bool {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	return p.all.used+n <= p.limit
}

// take takes room for n bytes.
func (p *uploadPart) take(n int64) bool {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.all.used += n
	p.used += n
	return p.all.used <= p.limit
}

// end ends the upload; one that was not kept gives its room back.
func (p *uploadPart) end(kept bool) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.all.sends--
	if !kept {
		p.all.used -= p.used
	}
}

// steadyBody gives a client that sends nothing a limited time, and one that sends
// too much an error.
type steadyBody struct {
	io.ReadCloser
	room    *uploadPart
	control *http.ResponseController
	stall   time.Duration
}

func (b *steadyBody) Read(p []byte) (int, error) {
	// A server that knows no deadlines has none to keep.
	_ = b.control.SetReadDeadline(time.Now().Add(b.stall))
	n, err := b.ReadCloser.Read(p)
	if n > 0 && !b.room.take(int64(n)) {
		return 0, &http.MaxBytesError{Limit: b.room.limit}
	}
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// sweepUploads removes uploads that nobody imported for a day, and returns how
// many bytes those that stay have.
func (s *Server) sweepUploads(root string) (bytes int64) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return 0 // there is none
	}
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > uploadLife {
			_ = os.RemoveAll(dir) // the next one tries again
			continue
		}
		_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				if info, ierr := e.Info(); ierr == nil {
					bytes += info.Size()
				}
			}
			return nil
		})
	}
	return bytes
}

// uploaded returns the place of an upload that a request names.
func (s *Server) uploaded(field, rest string) (path string, err error) {
	part := strings.Split(rest, "/")
	if len(part) < 2 || len(part) > 3 || !plainID(part[0]) || !plainID(part[1]) || len(part) == 3 && (!filepath.IsLocal(part[2]) || part[2] == ".") {
		return "", badField(field, "%q is not %s{upload}/{directory} or %s{upload}/{directory}/{file}", clip(uploadPrefix+rest), uploadPrefix, uploadPrefix)
	}
	path = filepath.Join(append([]string{s.ws.UploadDir()}, part...)...)
	if _, err := os.Lstat(path); err != nil {
		return "", &planwright.Error{Code: planwright.CodeFileNotFound, Op: "import", Subject: clip(uploadPrefix + rest), What: "it was not uploaded, or is gone", Fix: "upload it again", Args: []string{"detail", clip(uploadPrefix + rest)}}
	}
	return path, nil
}

// uploadOf is the upload that a path of a request names; none for another path.
func uploadOf(path string) []string {
	rest, ok := strings.CutPrefix(path, uploadPrefix)
	if !ok {
		return nil
	}
	name, _, _ := strings.Cut(rest, "/")
	return []string{name}
}

// uploadTemp makes a directory among the uploads.
func (s *Server) uploadTemp() (string, error) {
	if err := os.MkdirAll(s.ws.UploadDir(), 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(s.ws.UploadDir(), "made-")
}

// dropUploads removes uploads.
func (s *Server) dropUploads(names []string) error {
	var err error
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(filepath.Join(s.ws.UploadDir(), name)))
	}
	if err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	return nil
}
