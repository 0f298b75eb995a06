package remote

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/snapshot"
)

// T returns a text of the catalogue.
func (s *Server) T(key string, pairs ...string) string { return lang.Text(s.o.Language, key, pairs...) }

// pages reads a list to its end.
func pages[R any](ctx context.Context, page func(ctx context.Context, token string) (rows []R, next string, err error)) (all []R, err error) {
	token := ""
	for {
		rows, next, err := page(ctx, token)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if token = next; token == "" {
			return all, nil
		}
	}
}

// pageRows is how many rows a page has.
const pageRows = 1000

// day reads a day of the API; "" is none.
func day(s string) planwright.Day {
	d, err := planwright.ParseDay(s)
	if err != nil {
		return planwright.NoDay
	}
	return d
}

// qty reads a quantity of the API; "" is none.
func qty(s string) planwright.Qty {
	q, err := planwright.ParseQty(s)
	if s == "" || err != nil {
		return planwright.NoQty
	}
	return q
}

// Published implements [snapshot.Origin].
func (s *Server) Published(ctx context.Context) ([]snapshot.SnapshotInfo, []snapshot.PlanInfo, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.Snapshot, string, error) {
		r, err := s.snapshots.ListSnapshots(ctx, &planwrightv1.ListSnapshotsRequest{PageSize: pageRows, PageToken: token})
		return r.GetSnapshots(), r.GetNextPageToken(), err
	})
	if err != nil {
		return nil, nil, err
	}
	mp, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.Plan, string, error) {
		r, err := s.plans.ListPlans(ctx, &planwrightv1.ListPlansRequest{PageSize: pageRows, PageToken: token})
		return r.GetPlans(), r.GetNextPageToken(), err
	})
	if err != nil {
		return nil, nil, err
	}
	snaps := make([]snapshot.SnapshotInfo, 0, len(ms))
	for _, m := range slices.Backward(ms) {
		snaps = append(snaps, snapshotInfo(m))
	}
	plans := make([]snapshot.PlanInfo, 0, len(mp))
	for _, m := range slices.Backward(mp) {
		info, err := planInfo(m)
		if err != nil {
			return nil, nil, err
		}
		plans = append(plans, info)
	}
	return snaps, plans, nil
}

func rowsOf(tables []*planwrightv1.TableSize) map[string]int64 {
	rows := map[string]int64{}
	for _, t := range tables {
		rows[t.GetTable()] = t.GetRowCount()
	}
	return rows
}

func snapshotInfo(m *planwrightv1.Snapshot) snapshot.SnapshotInfo {
	return snapshot.SnapshotInfo{ID: strings.TrimPrefix(m.GetName(), "snapshots/"), AsOf: day(m.GetAsOf()), CreatedAt: m.GetCreateTime().AsTime(), Digest: m.GetDigest(), FileSHA: m.GetFileSha256(),
		Size: m.GetSizeBytes(), Format: int(m.GetFormatVersion()), Engine: m.GetEngineVersion(), Rows: rowsOf(m.GetTables())}
}

func planInfo(m *planwrightv1.Plan) (snapshot.PlanInfo, error) {
	options := ""
	if m.GetOptions() != nil {
		b, err := m.GetOptions().MarshalJSON()
		if err != nil {
			return snapshot.PlanInfo{}, err
		}
		options = string(b)
	}
	return snapshot.PlanInfo{ID: strings.TrimPrefix(m.GetName(), "plans/"), SnapshotID: strings.TrimPrefix(m.GetSnapshot(), "snapshots/"), SnapshotDigest: m.GetSnapshotDigest(), AsOf: day(m.GetAsOf()),
		HorizonEnd: day(m.GetHorizonEnd()), CreatedAt: m.GetCreateTime().AsTime(), Digest: m.GetDigest(), FileSHA: m.GetFileSha256(), Size: m.GetSizeBytes(), Format: int(m.GetFormatVersion()),
		Engine: m.GetEngineVersion(), Options: options, Rows: rowsOf(m.GetTables())}, nil
}

// stall is how long a transfer may stand still.
const stall = time.Minute

// Fetch implements [snapshot.Origin]: what broke off goes on where it was.
func (s *Server) Fetch(ctx context.Context, id, sha string, to io.Writer) error {
	kind := "snapshots"
	if strings.HasPrefix(id, "p") {
		kind = "plans"
	}
	var done int64
	return again(ctx, func() (bool, error) {
		before := done
		err := s.fetchOnce(ctx, s.base+"/v1/"+kind+"/"+id+"/file", sha, to, &done)
		return done > before, err
	})
}

func (s *Server) fetchOnce(ctx context.Context, address, sha string, to io.Writer, done *int64) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	req, err := s.request(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if *done > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", *done))
		req.Header.Set("If-Range", `"`+sha+`"`)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return s.unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	switch {
	case resp.StatusCode == http.StatusOK && *done == 0, resp.StatusCode == http.StatusPartialContent && *done > 0:
	case resp.StatusCode == http.StatusOK: // another file by now, or no parts: its sum would not be the one wanted
		return s.unreachable(fmt.Errorf("the file changed on the way"))
	default:
		return s.problem(resp)
	}
	total := *done + max(resp.ContentLength, 0)
	idle := time.AfterFunc(stall, stop)
	defer idle.Stop()
	buf := make([]byte, 1<<18)
	for {
		n, err := resp.Body.Read(buf)
		if n > 0 {
			idle.Reset(stall)
			if _, werr := to.Write(buf[:n]); werr != nil {
				return werr
			}
			*done += int64(n)
			s.progress("fetch", *done, total)
		}
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return s.unreachable(err)
		}
	}
}

func (s *Server) progress(stage string, done, total int64) {
	if s.o.Progress != nil {
		s.o.Progress(stage, done, total)
	}
}

// request makes a request of a transfer.
func (s *Server) request(ctx context.Context, method, address string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, usage("--server %s: %v", s.o.Server, err)
	}
	h := s.headers()
	for i := 0; i < len(h); i += 2 {
		req.Header.Set(h[i], h[i+1])
	}
	return req, nil
}

// Decisions implements [snapshot.Origin].
func (s *Server) Decisions(ctx context.Context, from int64) ([]planwright.Decision, error) {
	return s.decisions(ctx, fmt.Sprintf("decision_id >= %d", from))
}

// decisions returns those that a filter lets through, in the order of decision.
func (s *Server) decisions(ctx context.Context, filter string) ([]planwright.Decision, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.Decision, string, error) {
		r, err := s.supply.ListDecisions(ctx, &planwrightv1.ListDecisionsRequest{Filter: filter, PageSize: pageRows, PageToken: token})
		return r.GetDecisions(), r.GetNextPageToken(), err
	})
	if err != nil {
		return nil, err
	}
	list := make([]planwright.Decision, 0, len(ms))
	for _, m := range slices.Backward(ms) {
		d := planwright.Decision{ID: m.GetDecisionId(), Key: planwright.SuggestionKey{Item: m.GetItemId(), Site: m.GetSiteId(), Cause: m.GetCause(), Order: m.GetOrderId()}, Basis: m.GetBasis(),
			Qty: qty(m.GetQty()), Date: day(m.GetDate()), Until: day(m.GetUntil()), Reason: m.GetReason(), Author: m.GetAuthor(), At: m.GetDecidedAt().AsTime(),
			Plan: strings.TrimPrefix(m.GetPlan(), "plans/"), Suggestion: m.GetSuggestionId(), RequestID: m.GetRequestId()}
		var known, fine bool
		d.Key.Action, known = planwright.ParseAction(m.GetAction())
		d.Status, fine = planwright.ParseDecisionStatus(m.GetStatus())
		if !known || !fine {
			return nil, newer(fmt.Sprintf("decision %d: %s %s", d.ID, m.GetAction(), m.GetStatus()))
		}
		list = append(list, d)
	}
	return list, nil
}

// newer is the error of what this program does not know yet.
func newer(what string) error {
	return &planwright.Error{Code: planwright.CodeFileNewer, Op: "server", What: what, Args: []string{"detail", what}}
}

// Overrides implements [snapshot.Origin].
func (s *Server) Overrides(ctx context.Context, from int64) ([]planwright.ForecastOverride, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.ForecastOverride, string, error) {
		r, err := s.forecasts.ListOverrides(ctx, &planwrightv1.ListOverridesRequest{All: true, Filter: fmt.Sprintf("override_id >= %d", from), PageSize: pageRows, PageToken: token})
		return r.GetOverrides(), r.GetNextPageToken(), err
	})
	if err != nil {
		return nil, err
	}
	list := make([]planwright.ForecastOverride, 0, len(ms))
	for _, m := range slices.Backward(ms) {
		o, err := override(m)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

func override(m *planwrightv1.ForecastOverride) (planwright.ForecastOverride, error) {
	o := planwright.ForecastOverride{ID: m.GetOverrideId(), Item: m.GetItemId(), Site: m.GetSiteId(), From: day(m.GetFrom()), To: day(m.GetTo()), Qty: qty(m.GetQty()), Reason: m.GetReason(),
		Author: m.GetAuthor(), At: m.GetSetAt().AsTime(), Removes: m.GetRemoves()}
	var ok bool
	if o.Kind, ok = planwright.ParseForecastKind(m.GetKind()); !ok {
		return o, newer("override of kind " + m.GetKind())
	}
	return o, nil
}
