package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	flightpb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	"planwright/snapshot"
)

// Arrow Flight SQL: what ADBC, JDBC and ODBC drivers speak. It reads; there are
// two catalogs, `plan` and `snap`, of the newest plan or of the one that the
// header `plan` names. Statements run as those of [analyticsService] do.

const flightHandshake = "/arrow.flight.protocol.FlightService/Handshake"

// Life of a statement's handle since its last use, and how many there may be.
const (
	handleLife = 10 * time.Minute
	maxHandles = 10_000
	maxBound   = 10_000 // rows of parameters of one statement
)

// flightSQL implements the commands.
type flightSQL struct {
	flightsql.BaseServer
	s       *Server
	handles handleStore
	known   []uint32 // SqlInfo
}

// flightServer adds the handshake.
type flightServer struct {
	flight.FlightServer
	sql *flightSQL
}

func newFlight(s *Server) flight.FlightServer {
	f := &flightSQL{s: s}
	f.registerInfo()
	return &flightServer{FlightServer: flightsql.NewFlightServer(f), sql: f}
}

// Handshake takes a user and a password, in the header or in the first message,
// and gives the token to come with: the password, which is an API key.
func (f *flightServer) Handshake(st flight.FlightService_HandshakeServer) error {
	ctx := st.Context()
	md, _ := metadata.FromIncomingContext(ctx)
	auth, key := md.Get("authorization"), md.Get("x-api-key")
	first, err := st.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(auth) == 0 && len(key) == 0 && len(first.GetPayload()) > 0 {
		var basic flightpb.BasicAuth
		if proto.Unmarshal(first.GetPayload(), &basic) == nil && basic.GetPassword() != "" {
			auth = []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(basic.GetUsername()+":"+basic.GetPassword()))}
		}
	}
	if _, err := f.sql.s.authenticate(ctx, auth, key); err != nil {
		return err
	}
	token := "none" // of a server that asks for none
	if presented, err := presentedKey(auth, key); err == nil && presented != "" {
		token = presented
	}
	if err := st.SendHeader(metadata.Pairs("authorization", "Bearer "+token)); err != nil {
		return err
	}
	return st.Send(&flight.HandshakeResponse{ProtocolVersion: first.GetProtocolVersion(), Payload: []byte(token)})
}

// DoPut takes parameters. What comes must begin with a descriptor: the library
// looks into it without asking whether it is there.
func (f *flightServer) DoPut(st flight.FlightService_DoPutServer) error {
	return f.FlightServer.DoPut(&describedPut{FlightService_DoPutServer: st})
}

// describedPut is a stream of which the first message must have a descriptor.
type describedPut struct {
	flight.FlightService_DoPutServer
	begun bool
}

// Recv implements flight.FlightService_DoPutServer.
func (d *describedPut) Recv() (*flight.FlightData, error) {
	m, err := d.FlightService_DoPutServer.Recv()
	if err == nil && !d.begun && m.GetFlightDescriptor() == nil {
		err = refuse(codes.InvalidArgument, "the first message has no descriptor")
	}
	d.begun = true
	return m, err
}

// statement is what a handle stands for. It does not change; binding parameters
// makes another one of the same handle.
type statement struct {
	sql, plan, caller string
	schema            *arrow.Schema
	params            []string // types of DuckDB
	bound             [][]any  // rows of parameters; nil: none bound
	used              time.Time
}

// handleStore keeps statements until nobody used them for handleLife.
type handleStore struct {
	mu   sync.Mutex
	list map[string]*statement
}

func (h *handleStore) put(st *statement, now time.Time) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.list == nil {
		h.list = map[string]*statement{}
	}
	if len(h.list) >= maxHandles {
		for id, old := range h.list {
			if now.Sub(old.used) > handleLife {
				delete(h.list, id)
			}
		}
		if len(h.list) >= maxHandles {
			return "", refuse(codes.ResourceExhausted, "there are %d open statements: close some", maxHandles)
		}
	}
	id := randomID() + randomID()
	st.used = now
	h.list[id] = st
	return id, nil
}

// get returns the caller's statement of a handle.
func (h *handleStore) get(id []byte, caller string, now time.Time) (*statement, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	st := h.list[string(id)]
	if st == nil || st.caller != caller || now.Sub(st.used) > handleLife {
		return nil, refuse(codes.NotFound, "the statement is closed, or was not used for %s: prepare it again", handleLife)
	}
	st.used = now
	return st, nil
}

func (h *handleStore) bind(id []byte, rows [][]any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if st := h.list[string(id)]; st != nil {
		next := *st
		next.bound = rows
		h.list[string(id)] = &next
	}
}

func (h *handleStore) drop(id []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.list, string(id))
}

// planOf is the plan that the call's header `plan` names; "" for the newest, or
// where there is none.
func (f *flightSQL) planOf(ctx context.Context) (string, error) {
	name := "latest"
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		if v := md.Get("plan"); len(v) > 0 && v[0] != "" {
			name = strings.TrimPrefix(v[0], planPrefix)
		}
	}
	id, err := f.s.planID("plan", planPrefix+name)
	if err != nil && name == "latest" {
		return "", nil // a workspace with snapshots alone
	}
	return id, err
}

// prepare checks a statement and keeps it.
func (f *flightSQL) prepare(ctx context.Context, sql string) (id string, st *statement, err error) {
	if err := checkSQL(sql); err != nil {
		return "", nil, err
	}
	plan, err := f.planOf(ctx)
	if err != nil {
		return "", nil, err
	}
	release, err := f.s.slot(ctx)
	if err != nil {
		return "", nil, err
	}
	defer release()
	schema, params, err := f.s.ws.Describe(ctx, snapshot.QueryRequest{SQL: sql, Plan: plan, Timeout: f.s.limits.Query, Memory: f.s.limits.Memory})
	if err != nil {
		return "", nil, err
	}
	st = &statement{sql: sql, plan: plan, caller: callOf(ctx).caller, schema: described(schema), params: params}
	id, err = f.handles.put(st, time.Now())
	return id, st, err
}

// described adds what drivers ask of columns.
func described(s *arrow.Schema) *arrow.Schema {
	fields := s.Fields()
	for i := range fields {
		fields[i].Metadata = columnMetadata(snapshot.TypeOf(fields[i].Type), fields[i].Type, "", "", "", "")
	}
	return arrow.NewSchema(fields, nil)
}

func columnMetadata(typ string, t arrow.DataType, catalog, schema, table, remarks string) arrow.Metadata {
	b := flightsql.NewColumnMetadataBuilder()
	b.TypeName(typ).IsAutoIncrement(false).IsCaseSensitive(t.ID() == arrow.STRING).IsReadOnly(true).IsSearchable(true)
	if d, ok := t.(*arrow.Decimal128Type); ok {
		b.Precision(d.Precision).Scale(d.Scale)
	}
	if table != "" {
		b.CatalogName(catalog).SchemaName(schema).TableName(table)
	}
	if remarks != "" {
		b.Remarks(remarks)
	}
	return b.Metadata()
}

func (f *flightSQL) info(desc *flight.FlightDescriptor, ticket []byte, schema *arrow.Schema) *flight.FlightInfo {
	return &flight.FlightInfo{
		Endpoint:         []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: ticket}, ExpirationTime: timestamppb.New(time.Now().Add(handleLife))}},
		FlightDescriptor: desc, TotalRecords: -1, TotalBytes: -1, Schema: flight.SerializeSchema(schema, memory.DefaultAllocator),
	}
}

// GetFlightInfoStatement prepares a query; its ticket runs it.
func (f *flightSQL) GetFlightInfoStatement(ctx context.Context, q flightsql.StatementQuery, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	id, st, err := f.prepare(ctx, q.GetQuery())
	if err != nil {
		return nil, err
	}
	ticket, err := flightsql.CreateStatementQueryTicket([]byte(id))
	if err != nil {
		return nil, err
	}
	return f.info(desc, ticket, st.schema), nil
}

// GetSchemaStatement tells the columns of a query.
func (f *flightSQL) GetSchemaStatement(ctx context.Context, q flightsql.StatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	id, st, err := f.prepare(ctx, q.GetQuery())
	if err != nil {
		return nil, err
	}
	f.handles.drop([]byte(id))
	return &flight.SchemaResult{Schema: flight.SerializeSchema(st.schema, memory.DefaultAllocator)}, nil
}

// DoGetStatement runs the query of a ticket.
func (f *flightSQL) DoGetStatement(ctx context.Context, t flightsql.StatementQueryTicket) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return f.run(ctx, t.GetStatementHandle())
}

// CreatePreparedStatement keeps a query until it is closed or forgotten.
func (f *flightSQL) CreatePreparedStatement(ctx context.Context, req flightsql.ActionCreatePreparedStatementRequest) (res flightsql.ActionCreatePreparedStatementResult, err error) {
	id, st, err := f.prepare(ctx, req.GetQuery())
	if err != nil {
		return res, err
	}
	update := false
	res.Handle, res.DatasetSchema, res.IsUpdate = []byte(id), st.schema, &update
	fields := make([]arrow.Field, len(st.params))
	for i, p := range st.params {
		t := snapshot.ArrowTypeNamed(p)
		fields[i] = arrow.Field{Name: "parameter_" + strconv.Itoa(i+1), Type: t, Nullable: true, Metadata: columnMetadata(p, t, "", "", "", "")}
	}
	res.ParameterSchema = arrow.NewSchema(fields, nil)
	return res, nil
}

// ClosePreparedStatement forgets a query.
func (f *flightSQL) ClosePreparedStatement(ctx context.Context, req flightsql.ActionClosePreparedStatementRequest) error {
	if _, err := f.handles.get(req.GetPreparedStatementHandle(), callOf(ctx).caller, time.Now()); err == nil {
		f.handles.drop(req.GetPreparedStatementHandle())
	}
	return nil
}

// GetFlightInfoPreparedStatement gives the ticket of a prepared query.
func (f *flightSQL) GetFlightInfoPreparedStatement(ctx context.Context, q flightsql.PreparedStatementQuery, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	st, err := f.handles.get(q.GetPreparedStatementHandle(), callOf(ctx).caller, time.Now())
	if err != nil {
		return nil, err
	}
	return f.info(desc, desc.GetCmd(), st.schema), nil
}

// GetSchemaPreparedStatement tells the columns of a prepared query.
func (f *flightSQL) GetSchemaPreparedStatement(ctx context.Context, q flightsql.PreparedStatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	st, err := f.handles.get(q.GetPreparedStatementHandle(), callOf(ctx).caller, time.Now())
	if err != nil {
		return nil, err
	}
	return &flight.SchemaResult{Schema: flight.SerializeSchema(st.schema, memory.DefaultAllocator)}, nil
}

// DoGetPreparedStatement runs a prepared query, once for every row of
// parameters that was bound.
func (f *flightSQL) DoGetPreparedStatement(ctx context.Context, q flightsql.PreparedStatementQuery) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return f.run(ctx, q.GetPreparedStatementHandle())
}

// DoPutPreparedStatementQuery binds parameters.
func (f *flightSQL) DoPutPreparedStatementQuery(ctx context.Context, q flightsql.PreparedStatementQuery, r flight.MessageReader, _ flight.MetadataWriter) ([]byte, error) {
	id := q.GetPreparedStatementHandle()
	st, err := f.handles.get(id, callOf(ctx).caller, time.Now())
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for r.Next() {
		batch := r.RecordBatch()
		if int(batch.NumCols()) != len(st.params) {
			return nil, refuse(codes.InvalidArgument, "the statement has %d parameters, %d were given", len(st.params), batch.NumCols())
		}
		for i := range int(batch.NumRows()) {
			row := make([]any, len(st.params))
			for c := range row {
				if row[c], err = parameter(snapshot.ValueAt(batch.Column(c), i), st.params[c]); err != nil {
					return nil, refuse(codes.InvalidArgument, "parameter %d: %s", c+1, err)
				}
			}
			if rows = append(rows, row); len(rows) > maxBound {
				return nil, refuse(codes.InvalidArgument, "more than %d rows of parameters", maxBound)
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, refuse(codes.InvalidArgument, "the parameters cannot be read: %s", err)
	}
	f.handles.bind(id, rows)
	return id, nil
}

// parameter makes a value that can be bound where DuckDB wants one of a type.
func parameter(v any, typ string) (any, error) {
	switch x := v.(type) {
	case nil, bool, int64, float64, planwright.Qty, planwright.Day, time.Time:
		return v, nil
	case uint64:
		if x > 1<<63-1 {
			return float64(x), nil
		}
		return int64(x), nil
	case *big.Int:
		if x.IsInt64() {
			return x.Int64(), nil
		}
		f, _ := new(big.Float).SetInt(x).Float64()
		return f, nil
	case snapshot.Decimal:
		if q, err := planwright.ParseQty(x.String()); err == nil {
			return q, nil
		}
		return strconv.ParseFloat(x.String(), 64)
	case string:
		switch {
		case typ == "DATE":
			if d, err := planwright.ParseDay(x); err == nil {
				return d, nil
			}
			return nil, fmt.Errorf("%q is no date", clip(x))
		case typ == "DOUBLE" || typ == "FLOAT" || strings.HasPrefix(typ, "DECIMAL"):
			return strconv.ParseFloat(x, 64)
		case strings.HasSuffix(typ, "INT") || typ == "INTEGER":
			return strconv.ParseInt(x, 10, 64)
		}
		return x, nil
	}
	return nil, fmt.Errorf("a %T cannot be a parameter", v)
}

// run starts a statement and streams its batches.
func (f *flightSQL) run(ctx context.Context, id []byte) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	st, err := f.handles.get(id, callOf(ctx).caller, time.Now())
	if err != nil {
		return nil, nil, err
	}
	rows := st.bound
	if rows == nil {
		rows = [][]any{nil}
	}
	ask := func(args []any) (*snapshot.Answer, func(), error) {
		return f.s.ask(ctx, snapshot.QueryRequest{SQL: st.sql, Args: args, Plan: st.plan, Timeout: f.s.limits.Query * downloadFactor})
	}
	if len(rows) == 0 {
		ch := make(chan flight.StreamChunk)
		close(ch)
		return st.schema, ch, nil
	}
	start := time.Now()
	answer, release, err := ask(rows[0])
	if err != nil {
		f.s.metrics.queries.WithLabelValues("flight", outcome(err)).Observe(time.Since(start).Seconds())
		return nil, nil, err
	}
	schema := answer.Schema() // of the bound statement: parameters may decide types
	ch := make(chan flight.StreamChunk)
	go func() {
		defer close(ch)
		var err error
		defer func() {
			f.s.metrics.queries.WithLabelValues("flight", outcome(err)).Observe(time.Since(start).Seconds())
		}()
		var p pace
		for i := 0; ; {
			err = sendBatches(ctx, answer, &p, ch)
			release()
			if i++; err == nil && i < len(rows) {
				answer, release, err = ask(rows[i])
				if err == nil && !answer.Schema().Equal(schema) {
					release()
					err = refuse(codes.InvalidArgument, "row %d of the parameters gives other columns than the first", i+1)
				}
				if err == nil {
					continue
				}
			}
			break
		}
		if err != nil {
			select {
			case ch <- flight.StreamChunk{Err: queryError(ctx, err)}:
			case <-ctx.Done():
			}
		}
	}()
	return schema, ch, nil
}

// sendBatches sends an answer at the client's pace, batches in pieces.
func sendBatches(ctx context.Context, a *snapshot.Answer, p *pace, to chan<- flight.StreamChunk) error {
	for {
		batch, err := a.Next()
		if err != nil || batch == nil {
			return err
		}
		size := max(1, snapshot.BatchBytes(batch))
		for lo, hi := int64(0), int64(0); lo < batch.NumRows(); lo = hi {
			hi = min(batch.NumRows(), lo+max(1, batch.NumRows()*p.part()/size))
			piece, began := batch.NewSlice(lo, hi), time.Now()
			select {
			case to <- flight.StreamChunk{Data: piece}: // the receiver releases it
			case <-ctx.Done():
				piece.Release()
				return ctx.Err()
			}
			p.took(size*(hi-lo)/batch.NumRows(), time.Since(began))
		}
	}
}
