package remote

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/ledger"
	"planwright/snapshot"
)

// Bounds of a message with events: servers take 10,000 of them, and 16 MiB unless
// they are told otherwise.
const (
	sentEvents = 5000
	sentBytes  = 1 << 20
)

// refusedRows is how many refused events a page has: their texts may be long.
const refusedRows = 200

// eventOut is an event as the protocol has it: its fields have the same names.
func eventOut(in *snapshot.EventIn) (*planwrightv1.Event, error) {
	m := &planwrightv1.Event{}
	if err := protojson.Unmarshal(in.Raw.AppendJSON(nil), m); err != nil {
		return nil, err
	}
	m.Source = utf8Of(in.Source)
	if in.Problem != nil {
		m.Unread = &planwrightv1.UnreadEvent{Text: utf8Of(in.Text), Code: in.Problem.Code.String(), Reason: utf8Of(in.Problem.Reason)}
	}
	return m, nil
}

// utf8Of writes U+FFFD for every byte that is no UTF-8, as a log of events does.
func utf8Of(s string) string { return string([]rune(s)) }

// AppendEvents appends events. What was sent when the connection broke is sent
// again: an event that is in the log already is a duplicate then.
func (s *Server) AppendEvents(ctx context.Context, in []snapshot.EventIn, _ string, _ time.Time) ([]snapshot.EventResult, error) {
	out := make([]snapshot.EventResult, 0, len(in))
	req, size := &planwrightv1.BatchAppendEventsRequest{ReturnResults: true}, 0
	send := func() error {
		r, err := s.snapshots.BatchAppendEvents(ctx, req)
		if err != nil {
			return err
		}
		for _, m := range r.GetResults() {
			x := snapshot.EventResult{ID: m.GetEventId(), Seq: m.GetSeq(), Reason: m.GetReason()}
			switch m.GetOutcome() {
			case planwrightv1.EventOutcome_EVENT_OUTCOME_ACCEPTED:
			case planwrightv1.EventOutcome_EVENT_OUTCOME_DUPLICATE:
				x.Outcome = snapshot.EventDuplicate
			default:
				x.Outcome = snapshot.EventRefused
				var ok bool
				if x.Code, ok = planwright.ParseCode(m.GetCode()); !ok {
					return newer("event refused for " + m.GetCode())
				}
			}
			out = append(out, x)
		}
		if len(r.GetResults()) != len(req.GetEvents()) {
			return newer("answers to events")
		}
		req.Events, size = nil, 0
		return nil
	}
	for i := range in {
		m, err := eventOut(&in[i])
		if err != nil {
			return out, err
		}
		req.Events = append(req.Events, m)
		if size += proto.Size(m); size > sentBytes || len(req.GetEvents()) == sentEvents {
			if err := send(); err != nil {
				return out, err
			}
		}
	}
	if len(req.GetEvents()) == 0 {
		return out, nil
	}
	return out, send()
}

// Fold makes a snapshot of the newest import and the events since. Of the events
// that wait those beyond the first thousand are counted alone: they have no id.
func (s *Server) Fold(ctx context.Context, o snapshot.FoldOptions) (snapshot.FoldReport, error) {
	var r snapshot.FoldReport
	req := &planwrightv1.FoldEventsRequest{AsOf: dayText(o.AsOf), RequestId: requestID()}
	if o.AsOf == 0 { // nobody plans on 1 January 1970
		req.AsOf = ""
	}
	op, err := s.snapshots.FoldEvents(ctx, req)
	if err != nil {
		return r, err
	}
	m, meta := &planwrightv1.Snapshot{}, &planwrightv1.CreateSnapshotMetadata{}
	if err := s.wait(ctx, op, meta, meta.GetProgress, m); err != nil {
		return r, err
	}
	told := meta.GetFold()
	r = snapshot.FoldReport{Snapshot: snapshotInfo(m), Unchanged: told.GetUnchanged(), Root: strings.TrimPrefix(told.GetImport(), "snapshots/"), Applied: told.GetApplied(), Held: told.GetHeld(),
		Reversed: told.GetReversed(), Later: told.GetLater(), Waiting: make([]ledger.Waiting, told.GetWaitingCount())}
	for i, x := range told.GetWaiting() {
		code, ok := planwright.ParseCode(x.GetCode())
		if !ok || i >= len(r.Waiting) {
			return r, newer("event that waits for " + x.GetCode())
		}
		r.Waiting[i].ID, r.Waiting[i].Problem = x.GetEventId(), ledger.Problem{Code: code, Reason: x.GetReason()}
	}
	return r, nil
}

// EventStatus looks at the log of events.
func (s *Server) EventStatus(ctx context.Context) (snapshot.EventStatus, error) {
	m, err := s.snapshots.GetEventLog(ctx, &planwrightv1.GetEventLogRequest{})
	return snapshot.EventStatus{Events: m.GetEvents(), Last: m.GetNewest(), Bytes: m.GetSizeBytes(), Damaged: m.GetDamaged(), Torn: m.GetTornBytes(), Refused: m.GetRefused(), Folded: m.GetFolded(),
		Snapshot: strings.TrimPrefix(m.GetSnapshot(), "snapshots/"), Root: strings.TrimPrefix(m.GetImport(), "snapshots/")}, err
}

// EachEvent gives every accepted event in the order of arrival, as one JSON object.
func (s *Server) EachEvent(ctx context.Context, give func(seq int64, event []byte) error) error {
	stream, err := s.snapshots.StreamEvents(ctx, &planwrightv1.StreamEventsRequest{})
	if err != nil {
		return err
	}
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.fault(ctx, err)
		}
		for _, m := range part.GetEvents() {
			text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m.GetEvent())
			if err != nil {
				return err
			}
			var raw ledger.Raw
			if p := ledger.ReadJSON(text, &raw); p != nil {
				return newer("event with other fields: " + p.Reason)
			}
			if err := give(m.GetSeq(), raw.AppendJSON(nil)); err != nil {
				return err
			}
		}
	}
}

// ListRefusedEvents lists what was refused, the oldest first.
func (s *Server) ListRefusedEvents(ctx context.Context) ([]snapshot.RefusedEvent, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.RefusedEvent, string, error) {
		r, err := s.snapshots.ListRefusedEvents(ctx, &planwrightv1.ListRefusedEventsRequest{PageSize: refusedRows, PageToken: token})
		return r.GetEvents(), r.GetNextPageToken(), err
	})
	list := make([]snapshot.RefusedEvent, 0, len(ms))
	for _, m := range ms {
		list = append(list, snapshot.RefusedEvent{At: m.GetCreateTime().AsTime(), By: m.GetSender(), ID: m.GetEventId(), Source: m.GetSource(), Code: m.GetCode(), Reason: m.GetReason(), Text: m.GetText(), Place: m.GetPlace()})
	}
	return list, err
}
