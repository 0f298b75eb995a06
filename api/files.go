package api

import (
	"errors"
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
)

// A file download is GET /v1/{plans/{plan}|snapshots/{snapshot}}/file: the
// published DuckDB file as it is. Its ETag is its SHA-256; parts of it can be
// asked for (Range, If-Range), so that a download that broke off goes on.

// isFilePath says whether a path is that of a published file.
func isFilePath(path string) bool {
	part := strings.Split(path, "/")
	return len(part) == 5 && part[0] == "" && part[1] == "v1" && (part[2] == "plans" || part[2] == "snapshots") && part[4] == "file"
}

// downloadFile sends a published file.
func (s *Server) downloadFile(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.writeProblem(w, r, refuse(codes.Unimplemented, "a file can only be read with GET"), http.StatusMethodNotAllowed)
		return
	}
	part := strings.Split(r.URL.Path, "/")
	name := part[2] + "/" + part[3]
	id, sha := "", ""
	var err error
	if part[2] == "plans" {
		if id, err = s.planID("plan", name); err == nil {
			info, ierr := s.ws.GetPlan(id)
			sha, err = info.FileSHA, ierr
		}
	} else if id, err = s.snapshotID("snapshot", name); err == nil {
		info, ierr := s.ws.GetSnapshot(id)
		sha, err = info.FileSHA, ierr
	}
	if err != nil {
		s.writeProblem(w, r, err, 0)
		return
	}
	f, modified, err := s.ws.OpenFile(r.Context(), id)
	if err != nil {
		s.writeProblem(w, r, err, 0)
		return
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if sha != "" {
		w.Header().Set("ETag", `"`+sha+`"`)
	}
	w.Header().Set("Content-Type", "application/vnd.duckdb")
	w.Header().Set("Content-Disposition", `attachment; filename="`+id+`.duckdb"`)
	http.ServeContent(w, r, "", modified, f)
}
