package api

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"go.opentelemetry.io/otel/attribute"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
)

// keptOperations is how many finished operations are remembered.
const keptOperations = 1000

const operationPrefix = "operations/"

// opKind is what an operation makes.
type opKind uint8

const (
	planOp opKind = iota
	snapshotOp
	valueOp // reads alone: it needs no lock of the workspace
)

// operation is a piece of long-running work and its state. It ends in exactly
// one of result and fault.
type operation struct {
	id        string // of the run; the operation is operations/<id>
	kind      opKind
	requestID string
	by        string // id of who started it
	callID    string // of the request that started it, as the log has it
	content   string // of the request, to tell a repetition from another use of its id
	subject   string // name of the snapshot that is planned
	created   time.Time
	language  lang.Language
	stop      context.CancelFunc
	then      func(ctx context.Context, made string) // after it was done and the workspace is free; nil: nothing

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	progress planwrightv1.Progress
	since    time.Time // its stage or subject is at work
	made     string    // name of what it makes; a plan has a name of its run until it is published
	report   *planwrightv1.ImportReport
	fold     *planwrightv1.FoldReport
	result   proto.Message
	fault    *status.Status
	ended    bool
}

func (o *operation) name() string { return operationPrefix + o.id }

// change changes the state and wakes those who wait for it.
func (o *operation) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	f()
	close(o.changed)
	o.changed = make(chan struct{})
}

// advance reports progress of a stage, or of a subject of it. It is called from
// many goroutines.
func (o *operation) advance(stage, subject string, index, count, done, total int) {
	o.change(func() {
		p := &o.progress
		if int(p.GetStageIndex()) > index { // a late word of a stage that is over
			return
		}
		now := time.Now()
		same := int(p.GetStageIndex()) == index && p.GetSubject() == subject
		if same && p.GetDone() > int64(done) {
			return
		}
		if !same {
			o.since = now
		}
		p.Stage, p.StageIndex, p.StageCount, p.Subject, p.Done, p.Total = stage, int32(index), int32(count), subject, int64(done), int64(total)
		p.Rate, p.RemainingTime = 0, nil
		if took := now.Sub(o.since).Seconds(); took > 0 && done > 0 {
			p.Rate = float64(done) / took
			if total >= done {
				p.RemainingTime = durationpb.New(time.Duration(float64(total-done) / p.Rate * float64(time.Second)).Round(100 * time.Millisecond))
			}
		}
	})
}

// finish ends the operation.
func (o *operation) finish(made string, result proto.Message, fault *status.Status) {
	o.change(func() {
		if made != "" {
			o.made = made
		}
		o.result, o.fault, o.ended = result, fault, true
	})
}

// opState is the state of an operation at one moment.
type opState struct {
	progress *planwrightv1.Progress
	made     string
	report   *planwrightv1.ImportReport
	fold     *planwrightv1.FoldReport
	result   proto.Message
	fault    *status.Status
	ended    bool
	changed  <-chan struct{}
}

func (o *operation) state() opState {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, _ := proto.Clone(&o.progress).(*planwrightv1.Progress)
	return opState{p, o.made, o.report, o.fold, o.result, o.fault, o.ended, o.changed}
}

// message is the operation as the protocol has it, for the caller: key figures and
// numbers of rows are the whole company's.
func (o *operation) message(ctx context.Context) (*longrunningpb.Operation, error) {
	st := o.state()
	if callOf(ctx).wholeCompany() != nil {
		st.report, st.fold = nil, nil
		switch m := st.result.(type) {
		case *planwrightv1.Plan:
			st.result = ownPlan(proto.CloneOf(m))
		case *planwrightv1.Snapshot:
			st.result = ownSnapshot(proto.CloneOf(m))
		case *planwrightv1.ValueReport:
			st.result = &planwrightv1.ValueReport{Snapshot: o.subject}
		}
	}
	var meta proto.Message
	switch o.kind {
	case valueOp:
		meta = &planwrightv1.ReplayValueMetadata{Snapshot: o.subject, RequestId: o.requestID, CreateTime: timestamppb.New(o.created), Progress: st.progress, CallId: o.callID}
	case planOp:
		meta = &planwrightv1.CreatePlanMetadata{Plan: st.made, Snapshot: o.subject, RequestId: o.requestID, CreateTime: timestamppb.New(o.created), Progress: st.progress, CallId: o.callID}
	default:
		meta = &planwrightv1.CreateSnapshotMetadata{Snapshot: st.made, RequestId: o.requestID, CreateTime: timestamppb.New(o.created), Progress: st.progress, CallId: o.callID, Report: st.report, Fold: st.fold}
	}
	return operationMessage(o.name(), meta, st.ended, st.result, st.fault)
}

// operationMessage packs an operation.
func operationMessage(name string, meta proto.Message, done bool, result proto.Message, fault *status.Status) (*longrunningpb.Operation, error) {
	packed, err := anypb.New(meta)
	if err != nil {
		return nil, err
	}
	op := &longrunningpb.Operation{Name: name, Metadata: packed, Done: done}
	switch {
	case !done:
	case fault != nil:
		op.Result = &longrunningpb.Operation_Error{Error: fault.Proto()}
	default:
		packed, err := anypb.New(result)
		if err != nil {
			return nil, err
		}
		op.Result = &longrunningpb.Operation_Response{Response: packed}
	}
	return op, nil
}

// operations are those that this process started.
type operations struct {
	longrunningpb.UnimplementedOperationsServer
	server *Server

	creating  sync.Mutex // one create at a time decides about its request id
	replaying sync.Mutex // one value replay at a time
	running   sync.WaitGroup

	mu   sync.Mutex
	all  []*operation // oldest first
	over bool         // the server shuts down
}

// add takes a new operation in and forgets the oldest finished ones beyond the
// limit. It returns false when the server shuts down.
func (ops *operations) add(o *operation) bool {
	ops.mu.Lock()
	defer ops.mu.Unlock()
	if ops.over {
		return false
	}
	ops.running.Add(1)
	ops.all = append(ops.all, o)
	for i := 0; len(ops.all) > keptOperations && i < len(ops.all); {
		if ops.all[i].state().ended {
			ops.all = slices.Delete(ops.all, i, i+1)
		} else {
			i++
		}
	}
	return true
}

// find returns the operation that fits, newest first; nil for none.
func (ops *operations) find(fits func(*operation) bool) *operation {
	ops.mu.Lock()
	defer ops.mu.Unlock()
	for i := len(ops.all) - 1; i >= 0; i-- {
		if fits(ops.all[i]) {
			return ops.all[i]
		}
	}
	return nil
}

// shutDown stops all operations and waits for them.
func (ops *operations) shutDown() {
	ops.mu.Lock()
	ops.over = true
	for _, o := range ops.all {
		o.stop()
	}
	ops.mu.Unlock()
	ops.running.Wait()
}

// work is what an operation does: it returns the name of what it made, and the
// message that describes it.
type work func(ctx context.Context, o *operation) (made string, result proto.Message, err error)

// create starts the work of a request, or finds the operation of an earlier
// request with the same id and content. An operation that failed or was
// cancelled is none: it may be tried again. journalled looks for one of an
// earlier process; nil, nil is none.
func (ops *operations) create(ctx context.Context, o *operation, journalled func(context.Context, *operation) (*longrunningpb.Operation, error), do work) (*longrunningpb.Operation, error) {
	ops.creating.Lock()
	defer ops.creating.Unlock()
	if o.requestID != "" {
		was := ops.find(func(x *operation) bool {
			return x.kind == o.kind && x.requestID == o.requestID && x.state().fault == nil
		})
		if was != nil {
			if was.content != o.content {
				return nil, usedRequestID(o.requestID)
			}
			return was.message(ctx)
		}
		if m, err := journalled(ctx, o); m != nil || err != nil {
			return m, err
		}
	}
	if err := ops.start(ctx, o, do); err != nil {
		return nil, err
	}
	return o.message(ctx)
}

// hold keeps what an operation needs for itself: the workspace's lock, or, for a
// replay, the only place of replays.
func (ops *operations) hold(ctx context.Context, o *operation) (release func(), err error) {
	if o.kind != valueOp {
		return ops.server.ws.Lock(ctx)
	}
	if !ops.replaying.TryLock() {
		return nil, refuse(codes.Aborted, "another value replay is at work")
	}
	return ops.replaying.Unlock, nil
}

// start runs work in a goroutine of its own, which outlives the request, while it
// holds what it needs. What is in use is an error at once.
func (ops *operations) start(ctx context.Context, o *operation, do work) error {
	s := ops.server
	release, err := ops.hold(ctx, o)
	if err != nil {
		return err
	}
	c := callOf(ctx)
	if c.who != nil {
		o.by = c.who.id()
	}
	o.created, o.callID, o.language, o.changed = time.Now().UTC(), c.requestID, c.language, make(chan struct{})
	// The work keeps what the request knows (its id, for the log) and outlives
	// its end; shutting down and Cancel end it.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	o.stop = stop
	if !ops.add(o) {
		stop()
		release()
		return refuse(codes.Unavailable, "the server is shutting down")
	}
	go func() {
		defer ops.running.Done()
		defer stop()
		made, result, err := s.attempt(run, o, do)
		release() // before the end can be seen: who sees it may start the next
		if err == nil {
			s.log.InfoContext(run, "operation done", "operation", o.name(), "request_id", c.requestID, "made", made, "seconds", time.Since(o.created).Seconds())
			o.finish(made, result, nil)
			if o.then != nil {
				o.then(context.WithoutCancel(run), made)
			}
			return
		}
		if run.Err() != nil { // whatever the work made of being stopped
			err = context.Canceled
		}
		st := s.toStatus(err, o.language, c.requestID)
		s.log.WarnContext(run, "operation failed", "operation", o.name(), "request_id", c.requestID, "code", codeName(st.Code()), "error", err, "seconds", time.Since(o.created).Seconds())
		o.finish("", nil, st)
	}()
	return nil
}

// attempt does the work; a panic is its error.
func (s *Server) attempt(ctx context.Context, o *operation, do work) (made string, result proto.Message, err error) {
	name := map[opKind]string{planOp: "plan", snapshotOp: "import", valueOp: "value"}[o.kind]
	ctx, sp := s.span(ctx, "run "+name)
	if sp.IsRecording() {
		sp.SetAttributes(attribute.String("planwright.run_id", o.id))
	}
	defer func() {
		if p := recover(); p != nil {
			made, result, err = "", nil, s.caught(ctx, o.name(), p)
		}
		endSpan(sp, err)
	}()
	return do(ctx, o)
}

// named finds an operation by name.
func (ops *operations) named(name string) (*operation, error) {
	id, ok := strings.CutPrefix(name, operationPrefix)
	if !ok || !plainID(id) {
		return nil, badField("name", "%q is not operations/{operation}", clip(name))
	}
	o := ops.find(func(o *operation) bool { return o.id == id })
	if o == nil {
		return nil, refuse(codes.NotFound, "there is no operation %s", name)
	}
	return o, nil
}

// operationColumns are the fields of a list of operations.
var operationColumns = columns{{name: "name", kind: textKind}, {name: "done", kind: boolKind}}

func (ops *operations) ListOperations(ctx context.Context, req *longrunningpb.ListOperationsRequest) (*longrunningpb.ListOperationsResponse, error) {
	if n := req.GetName(); n != "" && n != "operations" && n != operationPrefix {
		return nil, badField("name", "%q is not operations", clip(n))
	}
	ops.mu.Lock()
	all := slices.Clone(ops.all)
	ops.mu.Unlock()
	slices.Reverse(all)
	list := memoryList[*operation]{
		columns: operationColumns,
		get: func(o *operation, name string) any {
			if name == "done" {
				return o.state().ended
			}
			return o.name()
		},
		key: func(o *operation) string { return o.id },
	}
	rows, next, _, err := list.page(all, listQuery{method: "operations", filter: req.GetFilter(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &longrunningpb.ListOperationsResponse{NextPageToken: next}
	for _, o := range rows {
		m, err := o.message(ctx)
		if err != nil {
			return nil, err
		}
		resp.Operations = append(resp.Operations, m)
	}
	return resp, nil
}

// GetOperation describes an operation: one of this process, or, from the
// journal, one of a process before it.
func (ops *operations) GetOperation(ctx context.Context, req *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	o, err := ops.named(req.GetName())
	if err == nil {
		return o.message(ctx)
	}
	if past, perr := ops.past(ctx, req.GetName()); past != nil || perr != nil {
		return past, perr
	}
	return nil, err
}

// past finds an operation of an earlier process in the journal; nil for none.
func (ops *operations) past(ctx context.Context, name string) (*longrunningpb.Operation, error) {
	s := ops.server
	id, ok := strings.CutPrefix(name, operationPrefix)
	if !ok || !plainID(id) {
		return nil, nil
	}
	run, found, err := s.ws.GetRun(ctx, id)
	if err != nil || !found {
		return nil, err
	}
	var meta proto.Message = &planwrightv1.CreatePlanMetadata{RequestId: run.RequestID, CreateTime: timestamppb.New(run.Started)}
	if run.Kind != "plan" {
		meta = &planwrightv1.CreateSnapshotMetadata{RequestId: run.RequestID, CreateTime: timestamppb.New(run.Started)}
	}
	switch run.Status {
	case "done":
		if run.Kind == "plan" {
			return s.pastPlan(ctx, run)
		}
		return s.pastImport(ctx, run)
	case "running": // of a process that died, or of one beside this that is at work
		release, err := s.ws.Lock(ctx)
		if err != nil {
			return operationMessage(name, meta, false, nil, nil)
		}
		release()
		return operationMessage(name, meta, true, nil, s.toStatus(refuse(codes.Aborted, "the service was stopped in the middle of it; nothing of it was published: ask again"), callOf(ctx).language, callOf(ctx).requestID))
	case "cancelled":
		return operationMessage(name, meta, true, nil, s.toStatus(context.Canceled, callOf(ctx).language, callOf(ctx).requestID))
	}
	return operationMessage(name, meta, true, nil, s.toStatus(refuse(codes.FailedPrecondition, "%s", run.Error), callOf(ctx).language, callOf(ctx).requestID))
}

// ended finds an operation that the caller may end or forget: a planner any, others
// the replays that they started.
func (ops *operations) ended(ctx context.Context, method, name string) (*operation, error) {
	o, err := ops.named(name)
	c := callOf(ctx)
	if c.who == nil || c.who.Role >= Planner || err == nil && o.kind == valueOp && o.by == c.who.id() {
		return o, err
	}
	return nil, refuse(codes.PermissionDenied, "%s is for the role %s; this key has %s", method, Planner, c.who.Role)
}

// DeleteOperation forgets a finished operation; what it made stays.
func (ops *operations) DeleteOperation(ctx context.Context, req *longrunningpb.DeleteOperationRequest) (*emptypb.Empty, error) {
	o, err := ops.ended(ctx, "DeleteOperation", req.GetName())
	if err != nil {
		return nil, err
	}
	if !o.state().ended {
		return nil, refuse(codes.FailedPrecondition, "%s is at work: cancel it first", o.name())
	}
	ops.mu.Lock()
	defer ops.mu.Unlock()
	ops.all = slices.DeleteFunc(ops.all, func(x *operation) bool { return x == o })
	return &emptypb.Empty{}, nil
}

// CancelOperation stops the work; nothing of it is published. An operation that
// is done stays as it is.
func (ops *operations) CancelOperation(ctx context.Context, req *longrunningpb.CancelOperationRequest) (*emptypb.Empty, error) {
	o, err := ops.ended(ctx, "CancelOperation", req.GetName())
	if err != nil {
		return nil, err
	}
	o.stop()
	return &emptypb.Empty{}, nil
}

// WaitOperation returns when the operation is done or the time is over,
// whichever comes first, with its state then.
func (ops *operations) WaitOperation(ctx context.Context, req *longrunningpb.WaitOperationRequest) (*longrunningpb.Operation, error) {
	o, err := ops.named(req.GetName())
	if err != nil {
		if past, perr := ops.past(ctx, req.GetName()); past != nil || perr != nil {
			return past, perr
		}
		return nil, err
	}
	wait := ctx
	if t := req.GetTimeout(); t != nil {
		if err := t.CheckValid(); err != nil || t.AsDuration() < 0 {
			return nil, badField("timeout", "is not a time to wait")
		}
		var stop context.CancelFunc
		wait, stop = context.WithTimeout(ctx, t.AsDuration())
		defer stop()
	}
	for {
		st := o.state()
		if st.ended {
			return o.message(ctx)
		}
		select {
		case <-st.changed:
		case <-ops.server.closing:
			return o.message(ctx)
		case <-wait.Done():
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return o.message(ctx)
		}
	}
}

// statusProto is the protocol's form of a status; nil for nil.
func statusProto(st *status.Status) *statuspb.Status {
	if st == nil {
		return nil
	}
	return st.Proto()
}
