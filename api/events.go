package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/ledger"
	"planwright/snapshot"
)

// Bounds of what one message brings, and of the refusals that are answered.
const (
	maxEvents   = 10_000
	maxRefusals = 10_000
	maxWaiting  = 1000 // of the events of a fold that cannot be applied yet
	maxSource   = 1000 // bytes
	// eventBytes is about how large a message of StreamEvents is.
	eventBytes = 1 << 20
)

// eventFields are the fields of the message by those of the ledger: they have
// the same names.
var eventFields = func() (fields [ledger.NumFields]protoreflect.FieldDescriptor) {
	all := (&planwrightv1.Event{}).ProtoReflect().Descriptor().Fields()
	for f := range ledger.NumFields {
		fields[f] = all.ByName(protoreflect.Name(f.String()))
	}
	return fields
}()

// eventsIn takes the events of a message.
func eventsIn(list []*planwrightv1.Event, at int64) ([]snapshot.EventIn, error) {
	in := make([]snapshot.EventIn, len(list))
	for i, e := range list {
		if len(e.GetSource()) > maxSource {
			return nil, badField(fmt.Sprintf("events[%d].source", i), "is longer than %d bytes", maxSource)
		}
		m := e.ProtoReflect()
		for f, d := range eventFields {
			in[i].Raw[f] = m.Get(d).String()
		}
		if in[i].Source = e.GetSource(); in[i].Source == "" {
			in[i].Source = decimal(at + int64(i) + 1)
		}
		if u := e.GetUnread(); u != nil {
			code, ok := planwright.ParseCode(u.GetCode())
			if !ok {
				return nil, badField(fmt.Sprintf("events[%d].unread.code", i), "%q is no code of an error", clip(u.GetCode()))
			}
			in[i].Text, in[i].Problem = u.GetText(), &ledger.Problem{Code: code, Reason: u.GetReason()}
		}
	}
	return in, nil
}

// appendEvents appends one message and adds what became of it to the answer.
func (v *snapshotService) appendEvents(ctx context.Context, list []*planwrightv1.Event, each bool, out *planwrightv1.AppendEventsResponse) error {
	if len(list) > maxEvents {
		return badField("events", "are %d, at most %d go into a message", len(list), maxEvents)
	}
	c := callOf(ctx)
	now := time.Now()
	in, err := eventsIn(list, out.GetAccepted()+out.GetDuplicates()+out.GetRefused())
	if err != nil {
		return err
	}
	results, err := v.s.ws.AppendEvents(ctx, in, c.caller, now)
	if err != nil {
		return err
	}
	for i := range results {
		r := &results[i]
		if each {
			x := &planwrightv1.EventResult{EventId: r.ID, Outcome: eventOutcomes[r.Outcome], Seq: r.Seq, Reason: lang.Detail(c.language, r.Reason)}
			if r.Outcome == snapshot.EventRefused {
				x.Code = r.Code.String()
			}
			out.Results = append(out.Results, x)
		}
		switch r.Outcome {
		case snapshot.EventAccepted:
			out.Accepted++
			out.Newest = max(out.GetNewest(), r.Seq)
		case snapshot.EventDuplicate:
			out.Duplicates++
		case snapshot.EventRefused:
			if out.Refused++; len(out.GetRefusals()) < maxRefusals {
				out.Refusals = append(out.Refusals, &planwrightv1.RefusedEvent{EventId: r.ID, Code: r.Code.String(), Reason: lang.Detail(c.language, r.Reason), Remedy: lang.Text(c.language, "fix."+r.Code.String()),
					Source: in[i].Source, Text: refusedText(&in[i]), CreateTime: timestamppb.New(now), Sender: c.caller})
			}
		}
	}
	return nil
}

var eventOutcomes = map[snapshot.EventOutcome]planwrightv1.EventOutcome{snapshot.EventAccepted: planwrightv1.EventOutcome_EVENT_OUTCOME_ACCEPTED,
	snapshot.EventDuplicate: planwrightv1.EventOutcome_EVENT_OUTCOME_DUPLICATE, snapshot.EventRefused: planwrightv1.EventOutcome_EVENT_OUTCOME_REFUSED}

// refusedText is an event as it came.
func refusedText(in *snapshot.EventIn) string {
	if in.Text != "" {
		return in.Text
	}
	return string(in.Raw.AppendJSON(nil))
}

// BatchAppendEvents appends the events of one request.
func (v *snapshotService) BatchAppendEvents(ctx context.Context, req *planwrightv1.BatchAppendEventsRequest) (*planwrightv1.AppendEventsResponse, error) {
	if len(req.GetEvents()) == 0 {
		return nil, badField("events", "is empty")
	}
	out := &planwrightv1.AppendEventsResponse{}
	if err := v.appendEvents(ctx, req.GetEvents(), req.GetReturnResults(), out); err != nil {
		return nil, err
	}
	return out, nil
}

// AppendEvents appends the events of a stream, a message at a time.
func (v *snapshotService) AppendEvents(stream grpc.ClientStreamingServer[planwrightv1.AppendEventsRequest, planwrightv1.AppendEventsResponse]) error {
	out := &planwrightv1.AppendEventsResponse{}
	for {
		req, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(out)
		}
		if err != nil {
			return err
		}
		if err := v.appendEvents(stream.Context(), req.GetEvents(), req.GetReturnResults(), out); err != nil {
			return err
		}
	}
}

// foldContent is what makes two FoldEvents requests the same.
type foldContent struct {
	Fold string `json:"fold_as_of"`
}

// FoldEvents starts a fold.
func (v *snapshotService) FoldEvents(ctx context.Context, req *planwrightv1.FoldEventsRequest) (*longrunningpb.Operation, error) {
	s := v.s
	asOf := planwright.NoDay
	if day := req.GetAsOf(); day != "" {
		var err error
		if asOf, err = planwright.ParseDay(day); err != nil {
			return nil, badField("as_of", "%q is not a date such as 2026-06-30", clip(day))
		}
	}
	if err := checkRequestID(req.GetRequestId()); err != nil {
		return nil, err
	}
	content, err := json.Marshal(foldContent{req.GetAsOf()})
	if err != nil {
		return nil, err
	}
	op := &operation{id: snapshot.NewRunID(), kind: snapshotOp, requestID: req.GetRequestId(), content: string(content)}
	return s.ops.create(ctx, op, v.repeatFold, func(ctx context.Context, op *operation) (string, proto.Message, error) {
		return v.runFold(ctx, op, asOf)
	})
}

// repeatFold finds the snapshot that an earlier process made for the same
// request.
func (v *snapshotService) repeatFold(ctx context.Context, op *operation) (*longrunningpb.Operation, error) {
	run, found, err := v.s.ws.FindRun(ctx, foldRun, op.requestID)
	if err != nil || !found || run.Status != "done" {
		return nil, err
	}
	if run.Options != op.content {
		return nil, usedRequestID(op.requestID)
	}
	return v.s.pastImport(ctx, run)
}

// foldRun is the kind of a fold in the journal.
const foldRun = "fold"

// runFold is the work of FoldEvents.
func (v *snapshotService) runFold(ctx context.Context, op *operation, asOf planwright.Day) (name string, result proto.Message, err error) {
	s := v.s
	entry := snapshot.Run{ID: op.id, RequestID: op.requestID, Kind: foldRun, Status: "running", Options: op.content, Started: op.created}
	if err := s.ws.RecordRun(ctx, entry); err != nil {
		return "", nil, err
	}
	defer func() { s.journal(ctx, entry, err) }()
	report, err := s.ws.Fold(ctx, snapshot.FoldOptions{AsOf: asOf, Progress: func(stage string, done, total int64) {
		if word, subject, i := importStage(stage); i > 0 {
			op.advance(word, subject, i, len(importStages), int(done), int(total))
		}
	}})
	if err != nil {
		return "", nil, err
	}
	entry.SnapshotID = report.Snapshot.ID
	op.change(func() { op.fold = foldReport(&report, op.language) })
	s.log.InfoContext(ctx, "events folded", "snapshot", report.Snapshot.ID, "unchanged", report.Unchanged, "applied", report.Applied, "waiting", len(report.Waiting))
	m, err := v.describe(context.WithoutCancel(ctx), report.Snapshot.ID)
	if err != nil {
		return "", nil, err
	}
	return m.GetName(), m, nil
}

// foldReport is the accounting of a fold as the protocol has it.
func foldReport(r *snapshot.FoldReport, l lang.Language) *planwrightv1.FoldReport {
	m := &planwrightv1.FoldReport{Unchanged: r.Unchanged, Import: snapshotPrefix + r.Root, Applied: r.Applied, Held: r.Held, Reversed: r.Reversed, Later: r.Later, WaitingCount: int64(len(r.Waiting))}
	for i := range r.Waiting[:min(len(r.Waiting), maxWaiting)] {
		x := &r.Waiting[i]
		m.Waiting = append(m.Waiting, &planwrightv1.WaitingEvent{EventId: x.ID, Code: x.Code.String(), Reason: lang.Detail(l, x.Problem.Reason)})
	}
	return m
}

// StreamEvents streams the log.
func (v *snapshotService) StreamEvents(req *planwrightv1.StreamEventsRequest, stream grpc.ServerStreamingServer[planwrightv1.StreamEventsResponse]) error {
	if req.GetFrom() < 0 {
		return badField("from", "%d is below 0", req.GetFrom())
	}
	out, size := &planwrightv1.StreamEventsResponse{}, 0
	err := v.s.ws.EachEvent(stream.Context(), func(seq int64, event []byte) error {
		if seq < req.GetFrom() {
			return nil
		}
		var raw ledger.Raw
		if p := ledger.ReadJSON(event, &raw); p != nil {
			return fmt.Errorf("event %d of the log: %s", seq, p.Reason)
		}
		m := &planwrightv1.Event{}
		for f, d := range eventFields {
			if raw[f] != "" {
				m.ProtoReflect().Set(d, protoreflect.ValueOfString(raw[f]))
			}
		}
		out.Events = append(out.Events, &planwrightv1.LoggedEvent{Seq: seq, Event: m})
		if size += len(event); size < eventBytes {
			return nil
		}
		err := stream.Send(out)
		out, size = &planwrightv1.StreamEventsResponse{}, 0
		return err
	})
	if err == nil && len(out.GetEvents()) > 0 {
		err = stream.Send(out)
	}
	return err
}

// GetEventLog says what the log of events holds.
func (v *snapshotService) GetEventLog(ctx context.Context, _ *planwrightv1.GetEventLogRequest) (*planwrightv1.EventLog, error) {
	st, err := v.s.ws.EventStatus(ctx)
	if err != nil {
		return nil, err
	}
	m := &planwrightv1.EventLog{Events: st.Events, Newest: st.Last, Folded: st.Folded, Refused: st.Refused, Damaged: st.Damaged, SizeBytes: st.Bytes, TornBytes: st.Torn}
	if st.Snapshot != "" {
		m.Snapshot, m.Import = snapshotPrefix+st.Snapshot, snapshotPrefix+st.Root
	}
	return m, nil
}

var refusedList = memoryList[*planwrightv1.RefusedEvent]{
	columns: columns{{name: "create_time", kind: timeKind}, {name: "event_id"}, {name: "code"}, {name: "reason"}, {name: "source"}, {name: "sender"}},
	get: func(m *planwrightv1.RefusedEvent, name string) any {
		switch name {
		case "create_time":
			return m.GetCreateTime().AsTime()
		case "event_id":
			return m.GetEventId()
		case "code":
			return m.GetCode()
		case "reason":
			return m.GetReason()
		case "source":
			return m.GetSource()
		}
		return m.GetSender()
	},
	key: func(m *planwrightv1.RefusedEvent) string {
		return fmt.Sprintf("%020d", m.GetPlace())
	},
}

// ListRefusedEvents lists the events that were refused.
func (v *snapshotService) ListRefusedEvents(ctx context.Context, req *planwrightv1.ListRefusedEventsRequest) (*planwrightv1.ListRefusedEventsResponse, error) {
	list, err := v.s.ws.ListRefusedEvents(ctx)
	if err != nil {
		return nil, err
	}
	l := callOf(ctx).language
	all := make([]*planwrightv1.RefusedEvent, len(list))
	for i := range list {
		r := &list[i]
		all[i] = &planwrightv1.RefusedEvent{EventId: r.ID, Code: r.Code, Reason: r.Reason, Remedy: lang.Text(l, "fix."+r.Code), Source: r.Source, Text: r.Text, CreateTime: timestamppb.New(r.At), Sender: r.By, Place: r.Place}
	}
	rows, next, total, err := refusedList.page(all, listQuery{method: "refused events", filter: req.GetFilter(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	for _, m := range rows { // filtered and paged by the words of the log
		m.Reason = lang.Detail(l, m.GetReason())
	}
	return &planwrightv1.ListRefusedEventsResponse{Events: rows, NextPageToken: next, TotalSize: size32(int64(total))}, nil
}
