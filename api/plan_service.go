package api

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"
)

// planService implements planwright.v1.PlanService.
type planService struct {
	planwrightv1.UnimplementedPlanServiceServer
	s *Server
}

// planContent is what makes two CreatePlan requests the same.
type planContent struct {
	Snapshot string `json:"snapshot"`
	AsOf     string `json:"as_of"`
	Horizon  int32  `json:"horizon"`
	Period   string `json:"period"`
	Method   string `json:"method"`

	Base      string `json:"base,omitempty"`
	Outliers  string `json:"outliers,omitempty"`
	Reconcile string `json:"reconcile,omitempty"`

	MultiEchelon bool    `json:"multi_echelon,omitempty"`
	StockBudget  float64 `json:"stock_budget,omitempty"`
	FillRate     float64 `json:"fill_rate,omitempty"`
}

// CreatePlan starts a planning run.
func (p *planService) CreatePlan(ctx context.Context, req *planwrightv1.CreatePlanRequest) (*longrunningpb.Operation, error) {
	s := p.s
	opt, err := planOptions(req.GetOptions(), s.cfg.Workers)
	if err != nil {
		return nil, err
	}
	if err := checkRequestID(req.GetRequestId()); err != nil {
		return nil, err
	}
	name := req.GetSnapshot()
	if name == "" {
		name = snapshotPrefix + "latest"
	}
	snap, err := s.snapshotID("snapshot", name)
	if err != nil {
		return nil, err
	}
	o := req.GetOptions()
	base, err := s.baseOf(o.GetBase())
	if err != nil {
		return nil, err
	}
	if req.GetValidateOnly() {
		return p.validate(snap, opt)
	}
	content, err := json.Marshal(planContent{name, o.GetAsOf(), o.GetHorizon(), o.GetPeriod(), o.GetMethod(), o.GetBase(), o.GetOutliers(), o.GetReconcile(), o.GetMultiEchelon(), o.GetStockBudget(), o.GetFillRate()})
	if err != nil {
		return nil, err
	}
	op := &operation{id: snapshot.NewRunID(), kind: planOp, requestID: req.GetRequestId(), content: string(content), subject: snapshotPrefix + snap}
	op.made = planPrefix + op.id
	op.then = func(ctx context.Context, made string) { s.noticePlan(ctx, strings.TrimPrefix(made, planPrefix), true) }
	return s.ops.create(ctx, op, p.repeat, func(ctx context.Context, op *operation) (string, proto.Message, error) {
		return p.run(ctx, op, snap, base, opt)
	})
}

// validate answers a CreatePlan that is only to be looked at.
func (p *planService) validate(snap string, opt plan.Options) (*longrunningpb.Operation, error) {
	info, err := p.s.ws.GetSnapshot(snap)
	if err != nil {
		return nil, err
	}
	if opt.AsOf == 0 {
		opt.AsOf = info.AsOf
	}
	head := &planwrightv1.Plan{Snapshot: snapshotPrefix + info.ID, AsOf: opt.AsOf.String(), Period: opt.Period.String(), SnapshotDigest: info.Digest, EngineVersion: planwright.Version}
	return operationMessage(operationPrefix+snapshot.NewRunID(), &planwrightv1.CreatePlanMetadata{Snapshot: head.Snapshot, CreateTime: timestamppb.New(time.Now())}, true, head, nil)
}

// repeat finds the plan that an earlier process made for the same request.
func (p *planService) repeat(ctx context.Context, op *operation) (*longrunningpb.Operation, error) {
	run, found, err := p.s.ws.FindRun(ctx, "plan", op.requestID)
	if err != nil || !found || run.Status != "done" {
		return nil, err // what failed, or was killed, may be tried again
	}
	var was, is planContent
	if json.Unmarshal([]byte(run.Options), &was) == nil && was.Snapshot != "" {
		if err := json.Unmarshal([]byte(op.content), &is); err != nil {
			return nil, err
		}
		if was != is {
			return nil, usedRequestID(op.requestID)
		}
	}
	return p.s.pastPlan(ctx, run)
}

// pastPlan is the operation of a plan that an earlier process made.
func (s *Server) pastPlan(ctx context.Context, run snapshot.Run) (*longrunningpb.Operation, error) {
	info, err := s.ws.GetPlan(run.PlanID)
	if err != nil {
		return nil, err
	}
	m, err := s.planMessage(ctx, info, true)
	if err != nil {
		return nil, err
	}
	meta := &planwrightv1.CreatePlanMetadata{Plan: m.GetName(), Snapshot: m.GetSnapshot(), RequestId: run.RequestID, CreateTime: timestamppb.New(run.Started)}
	return operationMessage(operationPrefix+run.ID, meta, true, m, nil)
}

// DeletePlan deletes a plan.
func (p *planService) DeletePlan(ctx context.Context, req *planwrightv1.DeletePlanRequest) (*emptypb.Empty, error) {
	id, ok := strings.CutPrefix(req.GetName(), planPrefix)
	if !ok || !plainID(id) || id == "latest" || id == "-" {
		return nil, badField("name", "%q is not plans/{plan} with the plan's own name", clip(req.GetName()))
	}
	return &emptypb.Empty{}, p.s.ws.DeletePlan(ctx, id)
}

// run is the work of CreatePlan: load, plan, write, all in a process of its own.
// It is journalled whatever comes of it.
func (p *planService) run(ctx context.Context, op *operation, snap, carry string, opt plan.Options) (name string, result proto.Message, err error) {
	s := p.s
	watch := s.newStopwatch(ctx, op.id)
	report := func(stage string, done, total int) {
		i := stageIndex(stage)
		watch.at(stage, i)
		op.advance(stage, "", i, len(runStages), done, total)
	}
	entry := snapshot.Run{ID: op.id, RequestID: op.requestID, Kind: "plan", Status: "running", SnapshotID: snap, Options: op.content, Started: op.created}
	if err := s.ws.RecordRun(ctx, entry); err != nil {
		return "", nil, err
	}
	defer func() {
		watch.stop(err)
		watch.observe(s.metrics, err)
		s.journal(ctx, entry, err)
	}()
	if opt.Decisions, err = s.ws.StandingDecisions(ctx); err != nil {
		return "", nil, err
	}
	if opt.Overrides, err = s.ws.StandingOverrides(ctx); err != nil {
		return "", nil, err
	}
	ask := planWork{Snapshot: snap, Base: carry, Options: opt, Run: snapshot.RunInfo{RunID: op.id, RequestID: op.requestID, Started: op.created}}
	end, err := s.runApart(ctx, runRequest{Plan: &ask}, report)
	if err != nil {
		return "", nil, err
	}
	entry.PlanID = end.Made
	info, err := s.ws.GetPlan(end.Made)
	if err != nil {
		return "", nil, err
	}
	s.metrics.published(end.Series, info.CreatedAt)
	m, err := s.planMessage(context.WithoutCancel(ctx), info, true)
	if err != nil {
		return "", nil, err
	}
	return m.GetName(), m, nil
}

// runWorkers is the number of threads of a run: what was asked for, 0 for all, up
// to those of the configuration, 0 for the machine's. A run gives way to the
// service, so that none has to be kept free.
func runWorkers(asked, configured int) int {
	most := runtime.NumCPU()
	if configured > 0 {
		most = configured
	}
	if asked <= 0 {
		return most
	}
	return min(asked, most)
}

// planOptions reads the options of a run.
func planOptions(o *planwrightv1.PlanOptions, workers int) (plan.Options, error) {
	opt := plan.Options{Horizon: int(o.GetHorizon()), Method: o.GetMethod(), Workers: int(o.GetWorkers()),
		MultiEchelon: o.GetMultiEchelon(), StockBudget: o.GetStockBudget(), FillRate: o.GetFillRate(), Outliers: o.GetOutliers(), Reconcile: o.GetReconcile()}
	if o.GetWorkers() < 0 {
		return opt, badField("options.workers", "is below 0")
	}
	opt.Workers = runWorkers(opt.Workers, workers)
	if day := o.GetAsOf(); day != "" {
		d, err := planwright.ParseDay(day)
		if err != nil {
			return opt, badField("options.as_of", "%q is not a date such as 2026-06-30", clip(day))
		}
		opt.AsOf = d
	}
	if name := o.GetPeriod(); name != "" {
		p, ok := planwright.ParsePeriod(name)
		if !ok {
			return opt, badField("options.period", "%q is not day, week or month", clip(name))
		}
		opt.Period = p
	}
	checked, err := opt.Validate()
	if err != nil {
		return opt, optionField(err)
	}
	checked.Progress = nil
	return checked, nil
}

// GetPlan describes a plan.
func (p *planService) GetPlan(ctx context.Context, req *planwrightv1.GetPlanRequest) (*planwrightv1.Plan, error) {
	id, err := p.s.planID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	info, err := p.s.ws.GetPlan(id)
	if err != nil {
		return nil, err
	}
	return p.s.planMessage(ctx, info, true)
}

// planMessage describes a plan, with its key figures if asked for.
func (s *Server) planMessage(ctx context.Context, info snapshot.PlanInfo, figures bool) (*planwrightv1.Plan, error) {
	m := &planwrightv1.Plan{
		Name: planPrefix + info.ID, Snapshot: snapshotPrefix + info.SnapshotID, AsOf: dayText(info.AsOf), HorizonEnd: dayText(info.HorizonEnd),
		CreateTime: timestamppb.New(info.CreatedAt), Digest: info.Digest, SnapshotDigest: info.SnapshotDigest, EngineVersion: info.Engine,
		FormatVersion: int32(info.Format), Tables: tableSizes(info.Rows, nil), SizeBytes: info.Size, FileSha256: info.FileSHA,
	}
	var options map[string]any
	if err := json.Unmarshal([]byte(info.Options), &options); err == nil {
		if m.Options, err = structpb.NewStruct(options); err != nil {
			return nil, err
		}
		m.Period, _ = options["period"].(string)
	}
	if callOf(ctx).wholeCompany() != nil {
		return ownPlan(m), nil
	}
	if !figures {
		return m, nil
	}
	rows, err := s.ws.Select(ctx, info.ID, "SELECT name, value FROM plan.kpis ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	c := &cells{rows: rows}
	for rows.Next() {
		c.at = 0
		m.Kpis = append(m.Kpis, &planwrightv1.Kpi{Name: c.text(), Value: c.optional()})
	}
	if err := errors.Join(c.err, rows.Err()); err != nil {
		return nil, err
	}
	m.ExceptionCounts, err = s.exceptionCounts(ctx, info.ID)
	return m, err
}

// exceptionCounts counts the exceptions of a plan by code.
func (s *Server) exceptionCounts(ctx context.Context, plan string) ([]*planwrightv1.ExceptionCount, error) {
	rows, err := s.ws.Select(ctx, plan, "SELECT code, count(*) AS n FROM plan.exceptions GROUP BY code ORDER BY n DESC, code")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*planwrightv1.ExceptionCount
	for rows.Next() {
		m := &planwrightv1.ExceptionCount{}
		if err := rows.Scan(&m.Code, &m.Count); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

// tableSizes lists tables by name.
func tableSizes(rows, refused map[string]int64) []*planwrightv1.TableSize {
	names := make([]string, 0, len(rows))
	for name := range rows {
		names = append(names, name)
	}
	for name := range refused {
		if _, ok := rows[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	sizes := make([]*planwrightv1.TableSize, len(names))
	for i, name := range names {
		sizes[i] = &planwrightv1.TableSize{Table: name, RowCount: rows[name], QuarantinedCount: refused[name]}
	}
	return sizes
}

// dayText is an ISO date, "" for none.
func dayText(d planwright.Day) string {
	if !d.Known() {
		return ""
	}
	return d.String()
}

// planList lists plans.
var planList = memoryList[*planwrightv1.Plan]{
	columns: columns{{name: "name"}, {name: "snapshot"}, {name: "as_of", kind: dayKind}, {name: "horizon_end", kind: dayKind}, {name: "period"}, {name: "create_time", kind: timeKind},
		{name: "digest"}, {name: "snapshot_digest"}, {name: "engine_version"}, {name: "format_version", kind: intKind}, {name: "size_bytes", kind: intKind}},
	get: func(m *planwrightv1.Plan, name string) any {
		switch name {
		case "name":
			return m.GetName()
		case "snapshot":
			return m.GetSnapshot()
		case "as_of":
			return dayValue(m.GetAsOf())
		case "horizon_end":
			return dayValue(m.GetHorizonEnd())
		case "period":
			return m.GetPeriod()
		case "create_time":
			return m.GetCreateTime().AsTime()
		case "digest":
			return m.GetDigest()
		case "snapshot_digest":
			return m.GetSnapshotDigest()
		case "engine_version":
			return m.GetEngineVersion()
		case "format_version":
			return int64(m.GetFormatVersion())
		}
		return m.GetSizeBytes()
	},
	key: func(m *planwrightv1.Plan) string { return m.GetName() },
}

// dayValue reads a date that we wrote; nil for none.
func dayValue(s string) any {
	d, err := planwright.ParseDay(s)
	if err != nil {
		return nil
	}
	return d
}

// ListPlans lists the published plans.
func (p *planService) ListPlans(ctx context.Context, req *planwrightv1.ListPlansRequest) (*planwrightv1.ListPlansResponse, error) {
	infos, err := p.s.ws.ListPlans()
	if err != nil {
		return nil, err
	}
	slices.Reverse(infos) // newest first
	all := make([]*planwrightv1.Plan, len(infos))
	for i, info := range infos {
		if all[i], err = p.s.planMessage(ctx, info, false); err != nil {
			return nil, err
		}
	}
	rows, next, total, err := planList.page(all, listQuery{method: "plans", filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListPlansResponse{Plans: rows, NextPageToken: next, TotalSize: size32(int64(total))}, nil
}

// watchEvery is the least time between two reports to a watcher.
const watchEvery = 100 * time.Millisecond

// WatchPlan reports a run until it ends.
func (p *planService) WatchPlan(req *planwrightv1.WatchPlanRequest, stream grpc.ServerStreamingServer[planwrightv1.PlanProgress]) error {
	s := p.s
	ctx := stream.Context()
	name := req.GetName()
	op := s.ops.find(func(o *operation) bool {
		return o.kind == planOp && (planPrefix+o.id == name || o.state().made == name)
	})
	if op == nil {
		id, err := s.planID("name", name)
		if err != nil {
			return err
		}
		return stream.Send(&planwrightv1.PlanProgress{Plan: planPrefix + id, State: planwrightv1.PlanState_PLAN_STATE_SUCCEEDED})
	}
	for {
		st := op.state()
		m := &planwrightv1.PlanProgress{Plan: st.made, State: planwrightv1.PlanState_PLAN_STATE_RUNNING, Progress: st.progress}
		switch {
		case !st.ended:
		case st.fault == nil:
			m.State = planwrightv1.PlanState_PLAN_STATE_SUCCEEDED
		case st.fault.Code() == codes.Canceled:
			m.State = planwrightv1.PlanState_PLAN_STATE_CANCELLED
		default:
			m.State, m.Error = planwrightv1.PlanState_PLAN_STATE_FAILED, statusProto(st.fault)
		}
		if err := stream.Send(m); err != nil || st.ended {
			return err
		}
		select {
		case <-st.changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closing:
			// The run is being stopped: its end is the last word.
		}
		pause := time.NewTimer(watchEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

var plannedOrders = tableList[*planwrightv1.PlannedOrder]{
	method: "plannedOrders", table: "planned_orders",
	columns: columns{{name: "order_id"}, {name: "kind"}, {name: "item_id"}, {name: "site_id"}, {name: "supplier_id"}, {name: "from_site_id"}, {name: "qty", kind: qtyKind},
		{name: "qty_good", kind: qtyKind}, {name: "order_qty", kind: qtyKind}, {name: "order_uom"}, {name: "release_on", kind: dayKind}, {name: "start_on", kind: dayKind},
		{name: "due_on", kind: dayKind}, {name: "cost", kind: floatKind}, {name: "firm", kind: boolKind}, {name: "reason"}, {name: "available_on", kind: dayKind}},
	row: func(c *cells) *planwrightv1.PlannedOrder {
		return &planwrightv1.PlannedOrder{OrderId: c.text(), Kind: c.text(), ItemId: c.text(), SiteId: c.text(), SupplierId: c.text(), FromSiteId: c.text(), Qty: c.qty(),
			QtyGood: c.qty(), OrderQty: c.qty(), OrderUom: c.text(), ReleaseOn: c.day(), StartOn: c.day(), DueOn: c.day(), Cost: c.number(), Firm: c.flag(), Reason: c.text(), AvailableOn: c.day()}
	},
}

// ListPlannedOrders lists planned orders.
func (p *planService) ListPlannedOrders(ctx context.Context, req *planwrightv1.ListPlannedOrdersRequest) (*planwrightv1.ListPlannedOrdersResponse, error) {
	pg, err := plannedOrders.page(ctx, p.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListPlannedOrdersResponse{PlannedOrders: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

var requirements = tableList[*planwrightv1.Requirement]{
	method: "requirements", table: "requirements",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "on", kind: dayKind}, {name: "kind"}, {name: "order_id"}, {name: "qty", kind: qtyKind}, {name: "available_after", kind: qtyKind}},
	row: func(c *cells) *planwrightv1.Requirement {
		return &planwrightv1.Requirement{ItemId: c.text(), SiteId: c.text(), On: c.day(), Kind: c.text(), OrderId: c.text(), Qty: c.qty(), AvailableAfter: c.qty()}
	},
}

// ListRequirements lists the dated elements of MRP records.
func (p *planService) ListRequirements(ctx context.Context, req *planwrightv1.ListRequirementsRequest) (*planwrightv1.ListRequirementsResponse, error) {
	pg, err := requirements.page(ctx, p.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListRequirementsResponse{Requirements: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

// gravity sorts severities: fail first.
const gravity = `CASE severity WHEN 'fail' THEN 0 WHEN 'warn' THEN 1 ELSE 2 END`

// exceptionLists are the lists of exceptions by language.
var exceptionLists = map[lang.Language]*tableList[*planwrightv1.Exception]{
	lang.English: exceptionList("message"), lang.Chinese: exceptionList("message_zh"),
}

func exceptionList(message string) *tableList[*planwrightv1.Exception] {
	return &tableList[*planwrightv1.Exception]{
		method: "exceptions", table: "exceptions", order: gravity + ", value DESC NULLS LAST",
		columns: columns{{name: "code"}, {name: "sap_code"}, {name: "severity", rank: gravity}, {name: "item_id"}, {name: "site_id"}, {name: "order_id"}, {name: "on", kind: dayKind},
			{name: "qty", kind: qtyKind}, {name: "move_to", kind: dayKind}, {name: "value", kind: floatKind}, {name: "message", sql: message}},
		row: func(c *cells) *planwrightv1.Exception {
			return &planwrightv1.Exception{Code: c.text(), SapCode: c.text(), Severity: c.text(), ItemId: c.text(), SiteId: c.text(), OrderId: c.text(), On: c.day(), Qty: c.qty(),
				MoveTo: c.day(), Value: c.number(), Message: c.text()}
		},
	}
}

// ListExceptions lists exceptions.
func (p *planService) ListExceptions(ctx context.Context, req *planwrightv1.ListExceptionsRequest) (*planwrightv1.ListExceptionsResponse, error) {
	pg, err := exceptionLists[callOf(ctx).language].page(ctx, p.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListExceptionsResponse{Exceptions: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

// maxRequestIDField is the documented length of a request_id.
const maxRequestIDField = 128

// checkRequestID checks what makes a call repeatable.
func checkRequestID(id string) error {
	if len(id) > maxRequestIDField {
		return badField("request_id", "is longer than %d characters", maxRequestIDField)
	}
	for i := 0; i < len(id); i++ {
		if id[i] < ' ' || id[i] > '~' {
			return badField("request_id", "has a character that is not printable ASCII")
		}
	}
	return nil
}

func usedRequestID(id string) error {
	return refuse(codes.AlreadyExists, "request_id %s was used for another request", id)
}

// optionField names the field of the request that an option's error speaks of.
func optionField(err error) error {
	var e *planwright.Error
	if !errors.As(err, &e) {
		return err
	}
	return badField("options."+strings.ReplaceAll(e.Subject, "-", "_"), "%s: %s", e.What, e.Fix)
}
