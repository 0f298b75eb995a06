package api

import (
	"net/http"
	"time"

	"google.golang.org/grpc/codes"
)

// backupPath gives a backup of the workspace, as a tar archive, to admins alone: it
// holds the decisions, and the hashes of keys with their secret.
const backupPath = "/v1/backup"

// sendBackup streams a backup.
func (s *Server) sendBackup(w http.ResponseWriter, r *http.Request, c call) {
	if c.who == nil || c.who.Role < Admin {
		s.writeProblem(w, r, refuse(codes.PermissionDenied, "backups are for the role admin"), 0)
		return
	}
	if r.Method != http.MethodGet { // a HEAD would read it all
		w.Header().Set("Allow", "GET")
		s.writeProblem(w, r, refuse(codes.Unimplemented, "a backup is read with GET"), http.StatusMethodNotAllowed)
		return
	}
	out := &lateHeader{w: w, set: func(h http.Header) {
		h.Set("Content-Type", "application/x-tar")
		h.Set("Content-Disposition", `attachment; filename="backup.tar"`)
	}}
	info, err := s.ws.WriteBackup(r.Context(), out, time.Now())
	s.auditLine(r.Context(), c, "backup", backupPath, s.toStatus(err, c.language, c.requestID))
	s.log.InfoContext(r.Context(), "backup", "request_id", c.requestID, "files", len(info.Files), "caller", c.caller, "error", err)
	s.endDownload(w, r, out.began, err)
}
