package api

import (
	"net/http"
	"net/http/pprof"
	"strings"

	"google.golang.org/grpc/codes"
)

const profilePrefix = "/debug/pprof/"

// profile shows how the process spends its time and memory, to admins alone.
func (s *Server) profile(w http.ResponseWriter, r *http.Request, c call) {
	if c.who == nil || c.who.Role < Admin {
		s.writeProblem(w, r, refuse(codes.PermissionDenied, "profiles are for the role admin"), 0)
		return
	}
	switch name := strings.TrimPrefix(r.URL.Path, profilePrefix); name {
	case "":
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'")
		pprof.Index(w, r)
	case "profile":
		pprof.Profile(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		pprof.Trace(w, r)
	case "heap", "goroutine", "allocs", "block", "mutex", "threadcreate":
		pprof.Handler(name).ServeHTTP(w, r)
	default: // the command line may hold paths that are nobody's business
		s.writeProblem(w, r, refuse(codes.NotFound, "there is no such profile"), 0)
	}
}
