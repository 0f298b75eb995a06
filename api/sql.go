package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"planwright/snapshot"
)

// SQL as a download is GET /v1/sql?sql=… or POST /v1/sql with the statement as
// the body, and /v1/plans/{plan}/sql likewise:
//
//	sql       one SELECT, in place of a body
//	format    csv, jsonl, json, parquet, arrow or xlsx; else by the Accept header, else csv
//	max_rows  rows at most, beyond which it fails; 0: no limit
//
// The rows are streamed: nothing of any size is held in memory.

// sqlPlan says whether a path is one of these, and which plan it names.
func sqlPlan(path string) (plan string, ok bool) {
	if path == "/v1/sql" {
		return "", true
	}
	part := strings.Split(path, "/")
	if len(part) == 5 && part[1] == "v1" && part[2] == "plans" && part[4] == "sql" {
		return "plans/" + part[3], true
	}
	return "", false
}

func isSQLPath(path string) bool {
	_, ok := sqlPlan(path)
	return ok
}

// downloadSQL streams the rows of a SELECT.
func (s *Server) downloadSQL(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		s.writeProblem(w, r, refuse(codes.Unimplemented, "SQL is asked with GET or POST"), http.StatusMethodNotAllowed)
		return
	}
	start := time.Now()
	began, err := s.sendSQL(w, r)
	s.metrics.queries.WithLabelValues("sql", outcome(err)).Observe(time.Since(start).Seconds())
	s.endDownload(w, r, began, err)
}

func (s *Server) sendSQL(w http.ResponseWriter, r *http.Request) (began bool, err error) {
	q, format, err := s.parseSQL(r)
	if err != nil {
		return false, err
	}
	answer, release, err := s.ask(r.Context(), q)
	if err != nil {
		return false, err
	}
	defer release()
	out := &lateHeader{w: w, set: func(h http.Header) {
		h.Set("Content-Type", format.MediaType())
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "query." + format.String()}))
	}}
	_, err = snapshot.WriteAnswer(answer, format, out)
	if err == nil && !out.began {
		_, err = out.Write(nil)
	}
	return out.began, queryError(r.Context(), err)
}

// parseSQL reads the request.
func (s *Server) parseSQL(r *http.Request) (q snapshot.QueryRequest, f snapshot.Format, err error) {
	values := r.URL.Query()
	for _, key := range sortedKeys(values) {
		if !slices.Contains([]string{"sql", "format", "max_rows"}, key) {
			return q, f, badField(clip(key), "is no query parameter: there are sql, format and max_rows")
		}
		if len(values[key]) > 1 {
			return q, f, badField(key, "comes more than once")
		}
	}
	q.SQL, q.Timeout = values.Get("sql"), s.limits.Query*downloadFactor // the client reads while it runs
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxSQL+1))
		if err != nil {
			return q, f, refuse(codes.InvalidArgument, "the request could not be read to its end")
		}
		if len(body) > 0 && q.SQL != "" {
			return q, f, badField("sql", "comes as parameter and as body")
		}
		if len(body) > 0 {
			q.SQL = string(body)
		}
	}
	if err := checkSQL(q.SQL); err != nil {
		return q, f, err
	}
	if text := values.Get("max_rows"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return q, f, badField("max_rows", "%q is not a whole number", clip(text))
		}
		q.MaxRows = n
	}
	if name, _ := sqlPlan(r.URL.Path); name != "" {
		if q.Plan, err = s.planID("plan", name); err != nil {
			return q, f, err
		}
	}
	f, err = formatOf(r)
	return q, f, err
}

// formatOf is the format that a request wants.
func formatOf(r *http.Request) (snapshot.Format, error) {
	if name := r.URL.Query().Get("format"); name != "" {
		f, ok := snapshot.ParseFormat(name)
		if !ok {
			return f, badField("format", "%q is not csv, jsonl, json, parquet, arrow or xlsx", clip(name))
		}
		return f, nil
	}
	accept := r.Header.Get("Accept")
	if accept == "" {
		return snapshot.CSV, nil
	}
	f, ok := acceptedFormat(accept)
	if !ok {
		return f, refuse(codes.InvalidArgument, notAcceptable)
	}
	return f, nil
}

// endDownload answers for a download that failed: as a problem, or where its
// first bytes are gone, by breaking the connection off.
func (s *Server) endDownload(w http.ResponseWriter, r *http.Request, began bool, err error) {
	if err == nil {
		return
	}
	if began {
		// Half a table must not look like a whole one.
		s.log.WarnContext(r.Context(), "download broke off", "request_id", requestIDOf(r.Context()), "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	httpStatus := 0
	var own *refusal
	if errors.As(err, &own) && own.what == notAcceptable {
		httpStatus = http.StatusNotAcceptable
	}
	s.writeProblem(w, r, err, httpStatus)
}
