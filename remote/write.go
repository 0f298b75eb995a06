package remote

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// The methods of this file are those of [snapshot.Workspace] of the same name,
// done by the server. Who does it is the holder of the key, and when, the
// server's clock.

// requestID returns an id that no other request has.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process if the system has no random numbers
	return "cli-" + hex.EncodeToString(b[:])
}

func dayText(d planwright.Day) string {
	if !d.Known() {
		return ""
	}
	return d.String()
}

func qtyText(q planwright.Qty) string {
	if !q.Known() {
		return ""
	}
	return q.String()
}

// Decide decides about suggestions.
func (s *Server) Decide(ctx context.Context, r snapshot.DecisionRequest) ([]planwright.Decision, error) {
	if r.RequestID == "" {
		r.RequestID = requestID()
	}
	req := &planwrightv1.DecideSuggestionsRequest{Parent: "plans/" + r.Plan, RequestId: r.RequestID, ValidateOnly: r.DryRun}
	for _, o := range r.Orders {
		req.Decisions = append(req.Decisions, &planwrightv1.SuggestionDecision{SuggestionId: o.Suggestion, Action: o.Verb, Etag: o.Etag, Qty: qtyText(o.Qty), Date: dayText(o.Date), Reason: o.Reason})
	}
	if _, err := s.supply.DecideSuggestions(ctx, req); err != nil {
		return nil, err
	}
	return s.decisions(ctx, "request_id = "+strconv.Quote(r.RequestID))
}

// SetOverride journals an override.
func (s *Server) SetOverride(ctx context.Context, o planwright.ForecastOverride, _ time.Time) (planwright.ForecastOverride, error) {
	m, err := s.forecasts.SetOverride(ctx, &planwrightv1.SetOverrideRequest{ItemId: o.Item, SiteId: o.Site, From: dayText(o.From), To: dayText(o.To), Kind: o.Kind.String(), Qty: qtyText(o.Qty), Reason: o.Reason, Author: o.Author})
	if err != nil {
		return o, err
	}
	return override(m)
}

// RemoveOverride takes an override back.
func (s *Server) RemoveOverride(ctx context.Context, id int64, reason, author string, _ time.Time) (planwright.ForecastOverride, error) {
	m, err := s.forecasts.RemoveOverride(ctx, &planwrightv1.RemoveOverrideRequest{Name: "forecastOverrides/" + strconv.FormatInt(id, 10), Reason: reason, Author: author})
	if err != nil {
		return planwright.ForecastOverride{}, err
	}
	return override(m)
}

// DeleteSnapshot deletes a snapshot.
func (s *Server) DeleteSnapshot(ctx context.Context, id string, force bool) error {
	id, err := s.ws.ResolveSnapshot(id)
	if err != nil {
		return err
	}
	_, err = s.snapshots.DeleteSnapshot(ctx, &planwrightv1.DeleteSnapshotRequest{Name: "snapshots/" + id, Force: force})
	return err
}

// DeletePlan deletes a plan.
func (s *Server) DeletePlan(ctx context.Context, id string) error {
	id, err := s.ws.ResolvePlan(id)
	if err != nil {
		return err
	}
	_, err = s.plans.DeletePlan(ctx, &planwrightv1.DeletePlanRequest{Name: "plans/" + id})
	return err
}

// VerifySnapshots verifies snapshots where they lie.
func (s *Server) VerifySnapshots(ctx context.Context, ids []string, told func(id string, err error)) error {
	return s.verify(ctx, "snapshots", ids, told)
}

// VerifyPlans verifies plans where they lie.
func (s *Server) VerifyPlans(ctx context.Context, ids []string, told func(id string, err error)) error {
	return s.verify(ctx, "plans", ids, told)
}

func (s *Server) verify(ctx context.Context, collection string, ids []string, told func(id string, err error)) error {
	req := &planwrightv1.VerifyFilesRequest{}
	if len(ids) == 0 {
		req.Collection = collection
	}
	for _, id := range ids {
		req.Names = append(req.Names, collection+"/"+id)
	}
	stream, err := s.admin.VerifyFiles(ctx, req)
	if err != nil {
		return err
	}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.fault(ctx, err)
		}
		var fault error
		if e := m.GetError(); e != nil {
			fault = s.faultOf(status.FromProto(e))
		}
		told(strings.TrimPrefix(m.GetName(), collection+"/"), fault)
	}
}

func key(m *planwrightv1.Key) snapshot.Key {
	k := snapshot.Key{ID: strings.TrimPrefix(m.GetName(), "keys/"), Name: m.GetHolder(), Role: m.GetRole(), Sites: m.GetSites(), MaxValue: m.GetMaxValue(), Created: m.GetCreateTime().AsTime()}
	if m.GetExpireTime() != nil {
		k.Expires = m.GetExpireTime().AsTime()
	}
	if m.GetRevokeTime() != nil {
		k.Revoked = m.GetRevokeTime().AsTime()
	}
	return k
}

// CreateKey makes a key.
func (s *Server) CreateKey(ctx context.Context, k snapshot.Key, _ time.Time) (string, snapshot.Key, error) {
	req := &planwrightv1.CreateKeyRequest{Holder: k.Name, Role: k.Role, Sites: k.Sites, MaxValue: k.MaxValue}
	if !k.Expires.IsZero() {
		req.ExpireTime = timestamppb.New(k.Expires)
	}
	m, err := s.admin.CreateKey(ctx, req)
	if err != nil {
		return "", k, err
	}
	return m.GetSecret(), key(m.GetKey()), nil
}

// RevokeKey ends a key.
func (s *Server) RevokeKey(ctx context.Context, id string, _ time.Time) error {
	_, err := s.admin.RevokeKey(ctx, &planwrightv1.RevokeKeyRequest{Name: "keys/" + id})
	return err
}

// ListKeys lists the keys of the workspace, without their hashes.
func (s *Server) ListKeys(ctx context.Context) ([]snapshot.Key, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.Key, string, error) {
		r, err := s.admin.ListKeys(ctx, &planwrightv1.ListKeysRequest{PageSize: pageRows, PageToken: token})
		return r.GetKeys(), r.GetNextPageToken(), err
	})
	var list []snapshot.Key
	for _, m := range ms {
		list = append(list, key(m))
	}
	return list, err
}

// ListNotices lists notices, without their bodies.
func (s *Server) ListNotices(ctx context.Context, state string) ([]snapshot.Notice, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.Notice, string, error) {
		r, err := s.admin.ListNotices(ctx, &planwrightv1.ListNoticesRequest{State: state, PageSize: pageRows, PageToken: token})
		return r.GetNotices(), r.GetNextPageToken(), err
	})
	var list []snapshot.Notice
	for _, m := range ms {
		list = append(list, snapshot.Notice{ID: strings.TrimPrefix(m.GetName(), "notices/"), Channel: m.GetChannel(), State: m.GetState(), Attempts: int(m.GetAttempts()), Created: m.GetCreateTime().AsTime(), Title: m.GetTitle(), Error: m.GetError()})
	}
	return list, err
}

// RetryNotice sends a dead notice again.
func (s *Server) RetryNotice(ctx context.Context, id string, _ time.Time) error {
	_, err := s.admin.RetryNotice(ctx, &planwrightv1.RetryNoticeRequest{Name: "notices/" + id})
	return err
}
