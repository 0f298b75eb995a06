package api

import (
	"strings"

	"planwright/snapshot"
)

// latest are the ids that stand for the newest.
func latest(id string) bool { return id == "latest" || id == "-" }

// maxID bounds a resource id.
const maxID = 128

// plainID says whether an id is made of letters, digits, _ and - alone: what is
// given to the workspace names a file and must never lead out of its directory.
func plainID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for i := 0; i < len(id); i++ {
		b := id[i]
		if b != '-' && b != '_' && (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') {
			return false
		}
	}
	return true
}

// clip shortens a text of a client for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

const (
	planPrefix       = "plans/"
	snapshotPrefix   = "snapshots/"
	suggestionInfix  = "/suggestions/"
	maxSuggestionLen = 1024
)

// idIn returns the id of a resource name; "" for the newest.
func idIn(field, name, prefix string) (string, error) {
	id, ok := strings.CutPrefix(name, prefix)
	if ok && latest(id) {
		return "", nil
	}
	if !ok || !plainID(id) {
		return "", badField(field, "%q is not %s{id} or %slatest", clip(name), prefix, prefix)
	}
	return id, nil
}

// snapshotID finds the snapshot of a name: its own id.
func (s *Server) snapshotID(field, name string) (string, error) {
	id, err := idIn(field, name, snapshotPrefix)
	if err != nil {
		return "", err
	}
	return s.ws.ResolveSnapshot(id)
}

// planID finds the plan of a name: its own id. A plan may be named by the run
// that made it, as CreatePlan does before there is one.
func (s *Server) planID(field, name string) (string, error) {
	id, err := idIn(field, name, planPrefix)
	if err != nil {
		return "", err
	}
	if isRunID(id) {
		info, err := s.planOfRun(id)
		if err != nil {
			return "", err
		}
		if info != nil {
			return info.ID, nil
		}
	}
	return s.ws.ResolvePlan(id)
}

// isRunID says whether an id is that of a run: no plan's own id begins so.
func isRunID(id string) bool { return strings.HasPrefix(id, "r") }

// planOfRun returns the plan that a run made; nil if there is none.
func (s *Server) planOfRun(run string) (*snapshot.PlanInfo, error) {
	plans, err := s.ws.ListPlans()
	if err != nil {
		return nil, err
	}
	for i := len(plans) - 1; i >= 0; i-- {
		if plans[i].RunID == run {
			return &plans[i], nil
		}
	}
	return nil, nil
}
