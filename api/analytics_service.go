package api

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
)

// analyticsService implements planwright.v1.AnalyticsService.
type analyticsService struct {
	planwrightv1.UnimplementedAnalyticsServiceServer
	s *Server
}

var classes = tableList[*planwrightv1.Class]{
	method: "classes", table: "classes", order: "item_id, site_id",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "abc"}, {name: "xyz"}, {name: "usage_value", kind: floatKind}, {name: "share", kind: floatKind}, {name: "cum_share", kind: floatKind},
		{name: "cv", kind: floatKind}, {name: "demand_class"},
		{name: "abc_site"}, {name: "abc_category"}, {name: "xyz_error"}, {name: "fsn"}, {name: "hml"}, {name: "ved"}},
	row: func(c *cells) *planwrightv1.Class {
		return &planwrightv1.Class{ItemId: c.text(), SiteId: c.text(), Abc: c.text(), Xyz: c.text(), UsageValue: c.number(), Share: c.number(), CumShare: c.number(), Cv: c.optional(), DemandClass: c.text(),
			AbcSite: c.text(), AbcCategory: c.text(), XyzError: c.text(), Fsn: c.text(), Hml: c.text(), Ved: c.text()}
	},
}

// ListClasses lists the ABC and XYZ classes of the sku's.
func (a *analyticsService) ListClasses(ctx context.Context, req *planwrightv1.ListClassesRequest) (*planwrightv1.ListClassesResponse, error) {
	pg, err := classes.page(ctx, a.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListClassesResponse{Classes: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

var aging = tableList[*planwrightv1.AgeLayer]{
	method: "aging", table: "aging", order: "item_id, site_id, age_days DESC NULLS LAST",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "lot"}, {name: "received_on", kind: dayKind}, {name: "age_days", kind: intKind}, {name: "bucket"}, {name: "qty", kind: qtyKind},
		{name: "value", kind: floatKind}, {name: "basis"}, {name: "expires_on", kind: dayKind}, {name: "provision", kind: floatKind}},
	row: func(c *cells) *planwrightv1.AgeLayer {
		return &planwrightv1.AgeLayer{ItemId: c.text(), SiteId: c.text(), Lot: c.text(), ReceivedOn: c.day(), AgeDays: c.integer(), Bucket: c.text(), Qty: c.qty(), Value: c.number(), Basis: c.text(), ExpiresOn: c.day(), Provision: c.number()}
	},
}

// ListAging lists the age layers of stock.
func (a *analyticsService) ListAging(ctx context.Context, req *planwrightv1.ListAgingRequest) (*planwrightv1.ListAgingResponse, error) {
	pg, err := aging.page(ctx, a.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListAgingResponse{Layers: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

// Limits of a query that the protos document.
const (
	defaultRows = 1000
	maxRows     = 100_000
	maxSQL      = 64 << 10
	// maxAnswer bounds the answer, which is made whole in memory: beyond it a
	// table download is the way.
	maxAnswer = 64 << 20
)

// slot waits for one of the places for queries. From time to time it ends one that
// only waits for its client.
func (s *Server) slot(ctx context.Context) (release func(), err error) {
	_, sp := s.span(ctx, "query")
	for {
		select {
		case s.slots <- struct{}{}:
			sp.AddEvent("begins")
			return func() { <-s.slots; sp.End() }, nil
		case <-ctx.Done():
			endSpan(sp, ctx.Err())
			return nil, ctx.Err()
		case <-time.After(slotPatience):
			s.spools.makeRoom(time.Now())
		}
	}
}

// slotPatience is how long one waits for a place before others are asked to make
// room.
const slotPatience = time.Second

// jsonValue writes a value so that no digit is lost: what a double holds
// exactly as a number, the rest as text.
func jsonValue(v any, typ string) *structpb.Value {
	switch v := v.(type) {
	case nil:
		return structpb.NewNullValue()
	case bool:
		return structpb.NewBoolValue(v)
	case string:
		return structpb.NewStringValue(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return structpb.NewStringValue(strconv.FormatFloat(v, 'g', -1, 64))
		}
		return structpb.NewNumberValue(v)
	case int64:
		switch typ {
		case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER":
			return structpb.NewNumberValue(float64(v))
		}
		return structpb.NewStringValue(decimal(v))
	case planwright.Qty:
		return structpb.NewStringValue(v.String())
	case planwright.Day:
		return structpb.NewStringValue(v.String())
	case time.Time:
		return structpb.NewStringValue(v.Format(time.RFC3339Nano))
	}
	return structpb.NewStringValue(fmt.Sprint(v))
}
