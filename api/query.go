package api

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// streamRows is how many rows a message of StreamQuery holds at most.
const streamRows = 4096

// checkSQL looks at a statement before anything is started for it.
func checkSQL(sql string) error {
	if sql == "" {
		return badField("sql", "is empty")
	}
	if len(sql) > maxSQL {
		return badField("sql", "is longer than %d bytes", maxSQL)
	}
	for i := 0; i < len(sql); i++ {
		if sql[i] == 0 {
			return badField("sql", "has a zero byte at %d", i)
		}
	}
	return nil
}

// ask waits for a place and runs a SELECT in a process of its own, which has the
// place until it has ended: its answer is spooled, and read at the client's pace.
// done closes the answer.
func (s *Server) ask(ctx context.Context, q snapshot.QueryRequest) (answer *snapshot.Answer, done func(), err error) {
	place, err := s.slot(ctx)
	if err != nil {
		return nil, nil, err
	}
	release := sync.OnceFunc(place)
	if q.Memory == 0 {
		q.Memory = s.limits.Memory
	}
	sp := s.spools.start()
	copied := make(chan struct{})
	close(copied) // until there is something to copy
	q.Between = func(from io.ReadCloser) io.Reader {
		copied = make(chan struct{})
		go func() {
			defer close(copied)
			_, err := io.Copy(sp, from)
			_ = from.Close() // a process that still writes ends
			release()
			if errors.Is(err, os.ErrClosed) { // of a process that was ended: it says why
				err = nil
			}
			sp.end(err)
		}()
		return sp
	}
	end := func() { sp.close(); <-copied; release() }
	a, err := s.ws.Answer(ctx, q)
	if err != nil {
		end()
		return nil, nil, queryError(ctx, err)
	}
	return a, func() { a.Close(); end() }, nil
}

// queryError gives a query that the server ended for its time the status that
// says so.
func queryError(ctx context.Context, err error) error {
	var e *planwright.Error
	if errors.As(err, &e) && e.Code == planwright.CodeQueryLimit && ctx.Err() == nil && e.Err == nil && len(e.What) > 14 && e.What[:14] == "it ran longer " {
		own := *e
		own.Err = context.DeadlineExceeded
		return &own
	}
	return err
}

// queryOf checks what Query and StreamQuery have in common.
func (a *analyticsService) queryOf(sql, plan string, most int64) (snapshot.QueryRequest, error) {
	q := snapshot.QueryRequest{SQL: sql, Timeout: a.s.limits.Query}
	if err := checkSQL(sql); err != nil {
		return q, err
	}
	if most < 0 {
		return q, badField("max_rows", "%d is below 0", most)
	}
	var err error
	if plan != "" {
		q.Plan, err = a.s.planID("plan", plan)
	}
	return q, err
}

// Query answers one SELECT with a page of rows.
func (a *analyticsService) Query(ctx context.Context, req *planwrightv1.QueryRequest) (out *planwrightv1.QueryResponse, err error) {
	q, err := a.queryOf(req.GetSql(), req.GetPlan(), int64(req.GetMaxRows()))
	if err != nil {
		return nil, err
	}
	limit := int64(req.GetMaxRows())
	if limit == 0 {
		limit = defaultRows
	}
	limit = min(limit, maxRows)
	words := []string{"query", req.GetPlan(), q.SQL}
	at, err := parseToken(req.GetPageToken(), words...)
	if err != nil {
		return nil, badField("page_token", "%s", err)
	}
	if at.subject != "" {
		if q.Plan, err = a.s.ws.ResolvePlan(at.subject); err != nil {
			return nil, err
		}
	} else if q.Plan == "" { // pages of the newest plan go on in it
		if id, err := a.s.ws.ResolvePlan(""); err == nil {
			q.Plan = id
		}
	}
	start := time.Now()
	defer func() {
		a.s.metrics.queries.WithLabelValues(callOf(ctx).protocol(), outcome(err)).Observe(time.Since(start).Seconds())
	}()
	answer, release, err := a.s.ask(ctx, q)
	if err != nil {
		return nil, err
	}
	defer release()
	out = &planwrightv1.QueryResponse{Columns: queryColumns(answer)}
	size, skip := 0, at.offset
	for {
		batch, err := answer.Next()
		if err != nil {
			return nil, queryError(ctx, err)
		}
		if batch == nil {
			return out, nil
		}
		if skip >= batch.NumRows() {
			skip -= batch.NumRows()
			continue
		}
		for r := int(skip); r < int(batch.NumRows()); r++ {
			if int64(len(out.GetRows())) == limit || size > maxAnswer {
				out.Truncated = true
				out.NextPageToken = page{subject: q.Plan, offset: at.offset + int64(len(out.GetRows()))}.token(words...)
				return out, nil
			}
			row, n := queryRow(answer, batch, r)
			size += n
			out.Rows = append(out.Rows, row)
		}
		skip = 0
	}
}

// StreamQuery answers one SELECT with all its rows.
func (a *analyticsService) StreamQuery(req *planwrightv1.StreamQueryRequest, to grpc.ServerStreamingServer[planwrightv1.QueryResponse]) (err error) {
	q, err := a.queryOf(req.GetSql(), req.GetPlan(), req.GetMaxRows())
	if err != nil {
		return err
	}
	q.MaxRows, q.Timeout = req.GetMaxRows(), q.Timeout*downloadFactor // the client reads while it runs
	ctx := to.Context()
	start := time.Now()
	defer func() {
		a.s.metrics.queries.WithLabelValues(callOf(ctx).protocol(), outcome(err)).Observe(time.Since(start).Seconds())
	}()
	answer, release, err := a.s.ask(ctx, q)
	if err != nil {
		return err
	}
	defer release()
	out := &planwrightv1.QueryResponse{Columns: queryColumns(answer)}
	first, size := true, 0
	var p pace
	send := func() error {
		if len(out.GetRows()) == 0 && !first {
			return nil
		}
		// What waits for the client is bytes: the rows take ten times as much.
		var wire grpc.PreparedMsg
		if err := wire.Encode(to, out); err != nil {
			return err
		}
		sent, began := int64(size), time.Now()
		out, first, size = &planwrightv1.QueryResponse{}, false, 0
		err := to.SendMsg(&wire)
		p.took(sent, time.Since(began))
		return err
	}
	for {
		batch, err := answer.Next()
		if err != nil {
			return queryError(ctx, err)
		}
		if batch == nil {
			return send()
		}
		for r := range int(batch.NumRows()) {
			row, n := queryRow(answer, batch, r)
			out.Rows = append(out.Rows, row)
			if size += n; len(out.GetRows()) == streamRows || int64(size) > p.part() {
				if err := send(); err != nil {
					return err
				}
			}
		}
	}
}

func queryColumns(a *snapshot.Answer) []*planwrightv1.QueryColumn {
	cols := make([]*planwrightv1.QueryColumn, a.Schema().NumFields())
	for i := range cols {
		f := a.Schema().Field(i)
		cols[i] = &planwrightv1.QueryColumn{Name: f.Name, Type: snapshot.TypeOf(f.Type)}
	}
	return cols
}

// queryRow is a row as JSON values, and about how large it is.
func queryRow(a *snapshot.Answer, b snapshot.Batch, r int) (*structpb.ListValue, int) {
	row := &structpb.ListValue{Values: make([]*structpb.Value, b.NumCols())}
	size := 0
	for i := range row.Values {
		v := jsonValue(snapshot.ValueAt(b.Column(i), r), snapshot.TypeOf(a.Schema().Field(i).Type))
		size += 16 + len(v.GetStringValue())
		row.Values[i] = v
	}
	return row, size
}
