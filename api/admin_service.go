package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// adminService implements planwright.v1.AdminService.
type adminService struct {
	planwrightv1.UnimplementedAdminServiceServer
	s *Server
}

const (
	keyNamePrefix    = "keys/"
	noticeNamePrefix = "notices/"
)

// moment is a time as the protocol has it; nil for none.
func moment(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func keyMessage(k *snapshot.Key) *planwrightv1.Key {
	return &planwrightv1.Key{Name: keyNamePrefix + k.ID, Holder: k.Name, Role: k.Role, Sites: k.Sites, MaxValue: k.MaxValue,
		CreateTime: moment(k.Created), ExpireTime: moment(k.Expires), RevokeTime: moment(k.Revoked)}
}

var keyList = memoryList[*planwrightv1.Key]{key: func(m *planwrightv1.Key) string {
	return m.GetCreateTime().AsTime().Format(time.RFC3339Nano) + m.GetName()
}}

// ListKeys lists the keys of the workspace.
func (a *adminService) ListKeys(ctx context.Context, req *planwrightv1.ListKeysRequest) (*planwrightv1.ListKeysResponse, error) {
	keys, err := a.s.ws.ListKeys(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]*planwrightv1.Key, len(keys))
	for i := range keys {
		all[i] = keyMessage(&keys[i])
	}
	rows, next, _, err := keyList.page(all, listQuery{method: "keys", size: req.GetPageSize(), token: req.GetPageToken()})
	return &planwrightv1.ListKeysResponse{Keys: rows, NextPageToken: next}, err
}

// CreateKey makes a key.
func (a *adminService) CreateKey(ctx context.Context, req *planwrightv1.CreateKeyRequest) (*planwrightv1.CreateKeyResponse, error) {
	k := snapshot.Key{Name: req.GetHolder(), Role: req.GetRole(), Sites: req.GetSites(), MaxValue: req.GetMaxValue()}
	if k.Role == "" {
		k.Role = Viewer.String()
	}
	if _, ok := ParseRole(k.Role); !ok {
		return nil, badField("role", "%q is not viewer, planner, approver or admin", clip(k.Role))
	}
	if !(k.MaxValue >= 0) {
		return nil, badField("max_value", "is below 0")
	}
	now := time.Now()
	if end := req.GetExpireTime(); end != nil {
		if k.Expires = end.AsTime(); end.CheckValid() != nil || k.Expires.Before(now) {
			return nil, badField("expire_time", "is over")
		}
	}
	secret, made, err := a.s.ws.CreateKey(ctx, k, now)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	a.s.log.InfoContext(ctx, "key made", "request_id", c.requestID, "key_id", made.ID, "holder", made.Name, "role", made.Role, "caller", c.caller)
	return &planwrightv1.CreateKeyResponse{Secret: secret, Key: keyMessage(&made)}, nil
}

// RevokeKey ends a key.
func (a *adminService) RevokeKey(ctx context.Context, req *planwrightv1.RevokeKeyRequest) (*planwrightv1.RevokeKeyResponse, error) {
	id, ok := strings.CutPrefix(req.GetName(), keyNamePrefix)
	if !ok || !plainID(id) {
		return nil, badField("name", "%q is not %s{key}", clip(req.GetName()), keyNamePrefix)
	}
	if err := a.s.ws.RevokeKey(ctx, id, time.Now()); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	a.s.log.InfoContext(ctx, "key revoked", "request_id", c.requestID, "key_id", id, "caller", c.caller)
	return &planwrightv1.RevokeKeyResponse{}, nil
}

var noticeList = memoryList[*planwrightv1.Notice]{key: func(m *planwrightv1.Notice) string {
	return m.GetCreateTime().AsTime().Format(time.RFC3339Nano) + m.GetName()
}}

// ListNotices lists notices.
func (a *adminService) ListNotices(ctx context.Context, req *planwrightv1.ListNoticesRequest) (*planwrightv1.ListNoticesResponse, error) {
	list, err := a.s.ws.ListNotices(ctx, req.GetState())
	if err != nil {
		return nil, err
	}
	all := make([]*planwrightv1.Notice, len(list))
	for i := range list {
		n := &list[i]
		all[i] = &planwrightv1.Notice{Name: noticeNamePrefix + n.ID, Channel: n.Channel, State: n.State, Attempts: int32(n.Attempts), CreateTime: moment(n.Created), Title: n.Title, Error: n.Error}
	}
	rows, next, _, err := noticeList.page(all, listQuery{method: "notices", parent: req.GetState(), size: req.GetPageSize(), token: req.GetPageToken()})
	return &planwrightv1.ListNoticesResponse{Notices: rows, NextPageToken: next}, err
}

// RetryNotice sends a dead notice again.
func (a *adminService) RetryNotice(ctx context.Context, req *planwrightv1.RetryNoticeRequest) (*planwrightv1.RetryNoticeResponse, error) {
	id, ok := strings.CutPrefix(req.GetName(), noticeNamePrefix)
	if !ok || id == "" || len(id) > maxID {
		return nil, badField("name", "%q is not %s{notice}", clip(req.GetName()), noticeNamePrefix)
	}
	if err := a.s.ws.RetryNotice(ctx, id, time.Now()); err != nil {
		return nil, err
	}
	select {
	case a.s.mail <- struct{}{}:
	default:
	}
	return &planwrightv1.RetryNoticeResponse{}, nil
}

// VerifyFiles reads published files whole.
func (a *adminService) VerifyFiles(req *planwrightv1.VerifyFilesRequest, stream grpc.ServerStreamingServer[planwrightv1.VerifiedFile]) error {
	ctx := stream.Context()
	collection := req.GetCollection() + "/"
	var ids []string
	for i, name := range req.GetNames() {
		prefix := snapshotPrefix
		if strings.HasPrefix(name, planPrefix) {
			prefix = planPrefix
		}
		if req.GetCollection() != "" || i > 0 && prefix != collection {
			return badField("names", "are of one kind, and given in place of a collection")
		}
		id, err := idIn(fmt.Sprintf("names[%d]", i), name, prefix)
		if err != nil {
			return err
		}
		ids, collection = append(ids, id), prefix
	}
	c := callOf(ctx)
	var sent error
	told := func(id string, err error) {
		m := &planwrightv1.VerifiedFile{Name: collection + id}
		if err != nil {
			m.Error = a.s.toStatus(err, c.language, c.requestID).Proto()
		}
		if sent == nil {
			sent = stream.Send(m)
		}
	}
	var err error
	switch collection {
	case snapshotPrefix:
		err = a.s.ws.VerifySnapshots(ctx, ids, told)
	case planPrefix:
		err = a.s.ws.VerifyPlans(ctx, ids, told)
	default:
		return badField("collection", "%q is not snapshots or plans", clip(req.GetCollection()))
	}
	if sent != nil {
		return sent
	}
	return err
}
