package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
)

const overridePrefix = "forecastOverrides/"

func overrideMessage(o *planwright.ForecastOverride) *planwrightv1.ForecastOverride {
	return &planwrightv1.ForecastOverride{Name: overridePrefix + strconv.FormatInt(o.ID, 10), OverrideId: o.ID, ItemId: o.Item, SiteId: o.Site, From: o.From.String(), To: o.To.String(),
		Kind: o.Kind.String(), Qty: o.Qty.String(), Reason: o.Reason, Author: o.Author, SetAt: timestamppb.New(o.At), Removes: o.Removes}
}

// author is who makes an override: the caller, or on a server without keys who
// says so.
func author(ctx context.Context, said string) string {
	if c := callOf(ctx); c.caller != "" && (c.caller != local.Name || said == "") {
		return c.caller
	}
	return said
}

// SetOverride journals an override.
func (f *forecastService) SetOverride(ctx context.Context, req *planwrightv1.SetOverrideRequest) (*planwrightv1.ForecastOverride, error) {
	o := planwright.ForecastOverride{Item: req.GetItemId(), Site: req.GetSiteId(), Kind: planwright.Override, Reason: req.GetReason(), Author: author(ctx, req.GetAuthor())}
	if o.Item == "" {
		return nil, badField("item_id", "is empty")
	}
	var err error
	if o.From, err = dayField("from", req.GetFrom(), planwright.NoDay); err != nil {
		return nil, err
	}
	if o.To, err = dayField("to", req.GetTo(), o.From); err != nil {
		return nil, err
	}
	if k := req.GetKind(); k != "" {
		var ok bool
		if o.Kind, ok = planwright.ParseForecastKind(k); !ok || o.Kind == planwright.GivenForecast {
			return nil, badField("kind", "%q is not override, floor or cap", clip(k))
		}
	}
	if o.Qty, err = planwright.ParseQty(req.GetQty()); err != nil {
		return nil, badField("qty", "%q is not a quantity", clip(req.GetQty()))
	}
	c := callOf(ctx)
	if c.who != nil && c.who.Sites != nil && !c.sees(o.Site) {
		return nil, refuse(codes.NotFound, "there is no sku %s at site %s", clip(o.Item), clip(o.Site))
	}
	made, err := f.s.ws.SetOverride(ctx, o, time.Now())
	if err != nil {
		return nil, err
	}
	f.s.log.InfoContext(ctx, "overridden", "request_id", c.requestID, "override", made.ID, "item", made.Item, "site", made.Site, "caller", c.caller)
	return overrideMessage(&made), nil
}

// RemoveOverride takes an override back.
func (f *forecastService) RemoveOverride(ctx context.Context, req *planwrightv1.RemoveOverrideRequest) (*planwrightv1.ForecastOverride, error) {
	text, ok := strings.CutPrefix(req.GetName(), overridePrefix)
	id, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || id < 1 {
		return nil, badField("name", "%q is not %s{number}", clip(req.GetName()), overridePrefix)
	}
	standing, err := f.s.ws.StandingOverrides(ctx)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	for i := range standing {
		if standing[i].ID == id && !c.sees(standing[i].Site) {
			return nil, refuse(codes.NotFound, "there is no override %d", id)
		}
	}
	made, err := f.s.ws.RemoveOverride(ctx, id, req.GetReason(), author(ctx, req.GetAuthor()), time.Now())
	if err != nil {
		return nil, err
	}
	f.s.log.InfoContext(ctx, "override taken back", "request_id", c.requestID, "override", id, "caller", c.caller)
	return overrideMessage(&made), nil
}

var overrideList = memoryList[*planwrightv1.ForecastOverride]{
	columns: columns{{name: "override_id", kind: intKind}, {name: "item_id"}, {name: "site_id"}, {name: "kind"}, {name: "author"}, {name: "set_at", kind: timeKind}},
	get: func(m *planwrightv1.ForecastOverride, name string) any {
		switch name {
		case "override_id":
			return m.GetOverrideId()
		case "item_id":
			return m.GetItemId()
		case "site_id":
			return m.GetSiteId()
		case "kind":
			return m.GetKind()
		case "author":
			return m.GetAuthor()
		}
		return m.GetSetAt().AsTime()
	},
	key: func(m *planwrightv1.ForecastOverride) string { return fmt.Sprintf("%020d", m.GetOverrideId()) },
}

// ListOverrides lists overrides, newest first.
func (f *forecastService) ListOverrides(ctx context.Context, req *planwrightv1.ListOverridesRequest) (*planwrightv1.ListOverridesResponse, error) {
	var list []planwright.ForecastOverride
	var err error
	if req.GetAll() {
		list, err = f.s.ws.ListOverrides(ctx, 0)
	} else if list, err = f.s.ws.StandingOverrides(ctx); err == nil {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	if err != nil {
		return nil, err
	}
	all := make([]*planwrightv1.ForecastOverride, 0, len(list))
	for i := range list {
		if callOf(ctx).sees(list[i].Site) {
			all = append(all, overrideMessage(&list[i]))
		}
	}
	method := "overrides"
	if req.GetAll() {
		method = "all overrides"
	}
	rows, next, total, err := overrideList.page(all, listQuery{method: method, filter: req.GetFilter(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListOverridesResponse{Overrides: rows, NextPageToken: next, TotalSize: size32(int64(total))}, nil
}
