package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// permission is what a method asks of its caller. bySite says that the method
// shows and changes rows of the caller's sites alone; a method without it is
// refused to callers who have sites.
type permission struct {
	role   Role
	bySite bool
}

// permissions are those of every method. A method that is missing is refused to
// all but admins; a test holds the list against the services.
var permissions = map[string]permission{
	"SnapshotService/CreateSnapshot":    {Admin, false},
	"SnapshotService/DeleteSnapshot":    {Admin, false},
	"SnapshotService/AppendEvents":      {Planner, false},
	"SnapshotService/BatchAppendEvents": {Planner, false},
	"SnapshotService/FoldEvents":        {Planner, false},
	"SnapshotService/ListRefusedEvents": {Planner, false},
	"SnapshotService/GetEventLog":       {Viewer, false},
	"SnapshotService/StreamEvents":      {Viewer, false},
	"SnapshotService/ListSnapshots":     {Viewer, true},
	"SnapshotService/GetSnapshot":       {Viewer, true},
	"SnapshotService/CheckSnapshot":     {Viewer, false},
	"SnapshotService/ListQuarantine":    {Viewer, false},

	"PlanService/CreatePlan":        {Planner, false},
	"PlanService/DeletePlan":        {Admin, false},
	"PlanService/GetPlan":           {Viewer, true},
	"PlanService/ListPlans":         {Viewer, true},
	"PlanService/WatchPlan":         {Viewer, true},
	"PlanService/ListPlannedOrders": {Viewer, true},
	"PlanService/ListRequirements":  {Viewer, true},
	"PlanService/ListExceptions":    {Viewer, true},
	"PlanService/GetPegging":        {Viewer, false},
	"PlanService/ExplodeBom":        {Viewer, false},
	"PlanService/WhereUsed":         {Viewer, false},
	"PlanService/Promise":           {Viewer, false},
	"PlanService/ComparePlans":      {Viewer, false},
	"PlanService/CreateScenario":    {Planner, false},
	"PlanService/GetScenario":       {Viewer, false},
	"PlanService/ListScenarios":     {Viewer, false},
	"PlanService/DeleteScenario":    {Planner, false},
	"PlanService/CompareScenarios":  {Viewer, false},

	"ForecastService/ListForecasts":   {Viewer, true},
	"ForecastService/ComputeForecast": {Viewer, true},
	"ForecastService/GetForecast":     {Viewer, true},
	"ForecastService/ExplainForecast": {Viewer, true},
	"ForecastService/SetOverride":     {Planner, true},
	"ForecastService/RemoveOverride":  {Planner, true},
	"ForecastService/ListOverrides":   {Viewer, true},
	"ForecastService/Backtest":        {Viewer, true},

	"ReplenishmentService/ListSuggestions":   {Viewer, true},
	"ReplenishmentService/GetSuggestion":     {Viewer, true},
	"ReplenishmentService/DecideSuggestions": {Planner, true},
	"ReplenishmentService/ListDecisions":     {Viewer, true},
	"ReplenishmentService/ListPolicies":      {Viewer, true},
	"ReplenishmentService/ComputePolicy":     {Viewer, true},
	"ReplenishmentService/SimulatePolicy":    {Viewer, true},
	"ReplenishmentService/ExplainSuggestion": {Viewer, false}, // its facts are of all sites
	"ReplenishmentService/ExplainPolicy":     {Viewer, false},
	"ReplenishmentService/GetTradeoff":       {Viewer, false},
	"ReplenishmentService/ReplayValue":       {Viewer, false},

	"AnalyticsService/ListClasses":        {Viewer, true},
	"AnalyticsService/ListAging":          {Viewer, true},
	"AnalyticsService/ListSlowMovers":     {Viewer, true},
	"AnalyticsService/ListExcess":         {Viewer, true},
	"AnalyticsService/ListSupplierScores": {Viewer, true},
	"AnalyticsService/ListAccuracy":       {Viewer, true},
	"AnalyticsService/GetKpis":            {Viewer, false},
	"AnalyticsService/Query":              {Viewer, false},
	"AnalyticsService/StreamQuery":        {Viewer, false},

	"AdminService/ListKeys":    {Admin, false},
	"AdminService/CreateKey":   {Admin, false},
	"AdminService/RevokeKey":   {Admin, false},
	"AdminService/ListNotices": {Admin, false},
	"AdminService/RetryNotice": {Admin, false},
	"AdminService/VerifyFiles": {Viewer, false},

	"FlightService/Handshake":      {Viewer, false},
	"FlightService/ListFlights":    {Viewer, false},
	"FlightService/GetFlightInfo":  {Viewer, false},
	"FlightService/PollFlightInfo": {Viewer, false},
	"FlightService/GetSchema":      {Viewer, false},
	"FlightService/DoGet":          {Viewer, false},
	"FlightService/DoPut":          {Viewer, false},
	"FlightService/DoExchange":     {Viewer, false},
	"FlightService/DoAction":       {Viewer, false},
	"FlightService/ListActions":    {Viewer, false},

	"Operations/ListOperations":  {Viewer, true},
	"Operations/GetOperation":    {Viewer, true},
	"Operations/WaitOperation":   {Viewer, true},
	"Operations/CancelOperation": {Viewer, false}, // of others: Planner
	"Operations/DeleteOperation": {Viewer, false},
}

// permissionOf finds what a method asks for; false for one that is in no list.
func permissionOf(method string) (permission, bool) {
	service, name, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
	if i := strings.LastIndexByte(service, '.'); i >= 0 {
		service = service[i+1:]
	}
	need, ok := permissions[service+"/"+name]
	return need, ok
}

// mayCall refuses a method that is not for the caller. method is as gRPC has
// it: /planwright.v1.PlanService/GetPlan.
func (s *Server) mayCall(who *Principal, method string) error {
	service, name, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
	if strings.HasSuffix(service, ".ServerReflection") {
		return nil // the protos are no secret; who reflects has a key
	}
	need, ok := permissionOf(method)
	if !ok {
		need = permission{Admin, false}
	}
	if s.cfg.ReadOnly && need.role > Viewer {
		return refuse(codes.FailedPrecondition, "%s changes the workspace; this server only reads it", name)
	}
	if who.Role < need.role {
		return refuse(codes.PermissionDenied, "%s is for the role %s; this key has %s", name, need.role, who.Role)
	}
	if who.Sites != nil && !need.bySite {
		return refuse(codes.PermissionDenied, "%s shows more than the sites of this key", name)
	}
	return nil
}

// wholeCompany refuses a caller who may see some sites alone.
func (c call) wholeCompany() error {
	if c.who != nil && c.who.Sites != nil {
		return refuse(codes.PermissionDenied, "this shows more than the sites of this key")
	}
	return nil
}

// ownPlan takes out of a plan what is of all sites: key figures and numbers of rows.
func ownPlan(m *planwrightv1.Plan) *planwrightv1.Plan {
	m.Kpis, m.ExceptionCounts, m.Tables = nil, nil, nil
	return m
}

// ownSnapshot takes out of a snapshot what is of all sites: numbers of rows.
func ownSnapshot(m *planwrightv1.Snapshot) *planwrightv1.Snapshot {
	m.SkuCount, m.QuarantinedCount, m.Tables, m.Events = 0, 0, nil, nil
	return m
}

// siteCondition is the SQL condition that keeps a caller to their sites; "" for
// none. site is the expression of the site's id.
func (c call) siteCondition(site string) (where string, args []any) {
	if c.who == nil || c.who.Sites == nil {
		return "", nil
	}
	if len(c.who.Sites) == 0 {
		return "false", nil
	}
	for _, s := range c.who.Sites {
		args = append(args, s)
	}
	return site + " IN (" + strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ") + ")", args
}

// ApprovalRule says who may approve a suggestion that it fits: one whose action,
// category, supplier and site are those named (empty: any) and whose value is
// over Over. Of the rules that fit a suggestion the strictest holds.
type ApprovalRule struct {
	Over                             float64 // money; the value of the order
	Action, Category, Supplier, Site string
	Role                             Role     // least role
	Approvers                        []string // names of keys, subjects of tokens; nil: whoever has the role
}

func (r *ApprovalRule) fits(s *snapshot.Decidable, value float64) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return value > r.Over && is(r.Action, s.Action.String()) && is(r.Category, s.Category) && is(r.Supplier, s.Supplier) && is(r.Site, s.Site)
}

// mayDecide refuses a decision that the caller may not make: on rows of other
// sites, and approvals beyond the caller's limit or against the rules.
func (s *Server) mayDecide(ctx context.Context, d *planwright.Decision, m *snapshot.Decidable) error {
	c := callOf(ctx)
	if c.who == nil {
		return nil
	}
	if !c.sees(m.Site) { // as if it were not there
		return refuse(codes.NotFound, "there is no suggestion %s", clip(m.ID))
	}
	switch d.Status {
	case planwright.StatusApproved, planwright.StatusChanged, planwright.StatusExported:
	default:
		return nil
	}
	value := m.Value
	if m.Qty > 0 && d.Qty.Known() {
		value *= d.Qty.Float() / m.Qty.Float()
	}
	if most := c.who.MaxValue; most > 0 && value > most {
		return refuse(codes.PermissionDenied, "%s is worth %.2f; this key approves up to %.2f", clip(m.ID), value, most)
	}
	for i := range s.cfg.Approvals {
		r := &s.cfg.Approvals[i]
		if !r.fits(m, value) {
			continue
		}
		if c.who.Role < r.Role {
			return refuse(codes.PermissionDenied, "%s needs approval by the role %s (%s)", clip(m.ID), r.Role, r.describe())
		}
		if len(r.Approvers) > 0 && !slices.Contains(r.Approvers, c.who.id()) {
			return refuse(codes.PermissionDenied, "%s needs the approval of one of %s (%s)", clip(m.ID), strings.Join(r.Approvers, ", "), r.describe())
		}
	}
	return nil
}

// describe says which suggestions the rule is for, by the keys of the configuration.
func (r *ApprovalRule) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "over: %.2f", r.Over)
	for _, p := range [][2]string{{"action", r.Action}, {"category", r.Category}, {"supplier", r.Supplier}, {"site", r.Site}} {
		if p[1] != "" {
			fmt.Fprintf(&b, ", %s: %s", p[0], p[1])
		}
	}
	return b.String()
}
