package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"planwright/snapshot"
)

// OData v4, read-only, over the star schema of a plan:
//
//	/odata/v4/                        the views of the newest plan
//	/odata/v4/$metadata               what they are, in CSDL
//	/odata/v4/bi_stock                rows, with $select $filter $orderby $top $skip $count
//	/odata/v4/bi_item('A1')           one row by its key
//	/odata/v4/bi_stock/$count         how many
//	/odata/v4/plans/{plan}/...        the same of another plan
//
// Long collections come in pages; the link to the next one stays with the plan
// in which the first began.

// Rows of a page, where the client does not prefer others.
const (
	odataPage    = 10_000
	maxODataPage = 50_000
)

const odataPrefix = "/odata/v4"

// isODataPath says whether a path is of OData.
func isODataPath(path string) bool {
	return path == odataPrefix || strings.HasPrefix(path, odataPrefix+"/")
}

// odataPath is a path taken apart.
type odataPath struct {
	root string // of the service, as the client wrote it, with a slash behind
	plan string // name
	view string // "": the service document; "$metadata"
	key  string // what stands in the parentheses
	one  bool   // there are parentheses
	n    bool   // /$count
}

func splitODataPath(path string) (odataPath, bool) {
	p := odataPath{root: odataPrefix + "/", plan: planPrefix + "latest"}
	rest := strings.TrimPrefix(strings.TrimPrefix(path, odataPrefix), "/")
	if after, ok := strings.CutPrefix(rest, planPrefix); ok {
		id, tail, _ := strings.Cut(after, "/")
		p.plan, p.root, rest = planPrefix+id, p.root+planPrefix+url.PathEscape(id)+"/", tail
	}
	if i := strings.IndexByte(rest, '('); i >= 0 && strings.HasSuffix(rest, ")") {
		p.key, p.one, rest = rest[i+1:len(rest)-1], true, rest[:i]
	} else if view, ok := strings.CutSuffix(rest, "/$count"); ok {
		p.n, rest = true, view
	}
	p.view = rest
	return p, !strings.Contains(rest, "/")
}

// odata answers a request of OData.
func (s *Server) odata(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("OData-Version", "4.0")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		s.writeProblem(w, r, refuse(codes.Unimplemented, "OData is read-only here"), http.StatusMethodNotAllowed)
		return
	}
	start := time.Now()
	began, err := s.sendOData(w, r)
	s.metrics.queries.WithLabelValues("odata", outcome(err)).Observe(time.Since(start).Seconds())
	s.endDownload(w, r, began, err)
}

func (s *Server) sendOData(w http.ResponseWriter, r *http.Request) (began bool, err error) {
	path, ok := splitODataPath(r.URL.Path)
	if !ok {
		return false, refuse(codes.NotFound, "there is no resource %s", clip(r.URL.Path))
	}
	id, err := s.planID("plan", path.plan)
	if err != nil {
		return false, err
	}
	base := baseURL(r, s.cfg.CertFile != "") + path.root
	switch path.view {
	case "":
		b := fmt.Appendf(nil, `{"@odata.context":%q,"value":[`, base+"$metadata")
		for i, v := range snapshot.BIViews() {
			if i > 0 {
				b = append(b, ',')
			}
			b = fmt.Appendf(b, `{"name":%q,"kind":"EntitySet","url":%q}`, v.Name, v.Name)
		}
		w.Header().Set("Content-Type", odataJSON)
		_, err := w.Write(append(b, "]}\n"...))
		return true, err
	case "$metadata":
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		_, err := w.Write([]byte(odataMetadata(languageOf(r.Header.Get("Accept-Language")))))
		return true, err
	}
	view := snapshot.BIViewNamed(path.view)
	if view == nil {
		return false, refuse(codes.NotFound, "there is no entity set %s", clip(path.view))
	}
	q, err := parseODataQuery(r, view)
	if err != nil {
		return false, err
	}
	if err := q.bound(callOf(r.Context()), view); err != nil {
		return false, err
	}
	release, err := s.slot(r.Context())
	if err != nil {
		return false, err
	}
	defer release()
	ctx, stop := context.WithTimeout(r.Context(), s.limits.Query)
	defer stop()
	out := &odataWriter{w: w, base: base, view: view, q: q, s: s}
	switch {
	case path.n:
		return out.count(ctx, id)
	case path.one:
		return out.one(ctx, id, path.key)
	}
	return out.collection(ctx, id, r)
}

const odataJSON = "application/json;odata.metadata=minimal;charset=utf-8"

// baseURL is the address that the client knows the server by.
func baseURL(r *http.Request, tls bool) string {
	scheme := "http"
	if proto := r.Header.Get("X-Forwarded-Proto"); tls || proto == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
