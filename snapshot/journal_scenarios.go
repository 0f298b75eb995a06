package snapshot

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"planwright"
)

// Scenario is a what-if question that is kept, with its answer: which plan it was
// asked of, the changes as text, who asked and when. It lies in the journal beside
// decisions and overrides: it is small, is written with who and when in one
// transaction, is backed up with them, and outlives the plan that it was asked of.
type Scenario struct {
	Name      string
	PlanID    string
	Changes   string
	Author    string
	RequestID string
	Engine    string // version that answered
	Result    string // figures, JSON
	At        time.Time
}

const scenarioTable = `CREATE TABLE IF NOT EXISTS scenarios (scenario_id BIGINT PRIMARY KEY, name VARCHAR, plan VARCHAR, changes VARCHAR, author VARCHAR,
	request_id VARCHAR, engine_version VARCHAR, result VARCHAR, created_at TIMESTAMP, removed_at TIMESTAMP, removed_by VARCHAR)`

// maxScenarioName bounds the name of a scenario, in characters.
const maxScenarioName = 64

// ScenarioName says whether a text can name a scenario: letters and digits of any
// script, _ and -.
func ScenarioName(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxScenarioName && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// SaveScenario keeps a scenario: it is on the disk when it returns. A name is free
// again once its scenario is deleted. The same request, told by its id, is answered
// with what it made; made is false then.
func (w *Workspace) SaveScenario(ctx context.Context, s Scenario, at time.Time) (kept Scenario, made bool, err error) {
	bad := func(what, fix string) error {
		return &planwright.Error{Code: planwright.CodeUsage, Op: "scenario", Subject: s.Name, What: what, Fix: fix, Args: []string{"detail", s.Name + ": " + what + ": " + fix}}
	}
	if !ScenarioName(s.Name) {
		return s, false, bad("is no name of a scenario", fmt.Sprintf("use letters, digits, _ and -, up to %d", maxScenarioName))
	}
	s.At = at.UTC().Truncate(time.Microsecond)
	err = w.writeJournal(ctx, scenarioTable, func(c *Conn) error {
		if s.RequestID != "" {
			list, err := scenarios(ctx, c, "WHERE removed_at IS NULL AND request_id = ?", s.RequestID)
			if err != nil {
				return err
			}
			if len(list) > 0 {
				if old := list[0]; old.Name != s.Name || old.Changes != s.Changes {
					return bad("request "+s.RequestID+" was another one", "use a new request id")
				}
				kept = list[0]
				return nil
			}
		}
		list, err := scenarios(ctx, c, "WHERE removed_at IS NULL AND name = ?", s.Name)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			return bad("there is a scenario of that name", "choose another one, or delete it first")
		}
		var last int64
		if _, err := c.Scan(ctx, "SELECT coalesce(max(scenario_id), 0) FROM scenarios", nil, &last); err != nil {
			return err
		}
		kept, made = s, true
		return c.Exec(ctx, "INSERT INTO scenarios VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", last+1, s.Name, s.PlanID, s.Changes, s.Author, s.RequestID, s.Engine, s.Result, s.At)
	})
	return kept, made, err
}

// ListScenarios returns the scenarios that are kept, newest first.
func (w *Workspace) ListScenarios(ctx context.Context) (list []Scenario, err error) {
	err = w.readJournal(ctx, "scenarios", func(c *Conn) error {
		list, err = scenarios(ctx, c, "WHERE removed_at IS NULL")
		return err
	})
	return list, err
}

// GetScenario returns the scenario of a name.
func (w *Workspace) GetScenario(ctx context.Context, name string) (Scenario, error) {
	list, err := w.ListScenarios(ctx)
	if err != nil {
		return Scenario{}, err
	}
	for _, s := range list {
		if s.Name == name {
			return s, nil
		}
	}
	return Scenario{}, noScenario(name)
}

func noScenario(name string) error {
	return &planwright.Error{Code: planwright.CodeNotFound, Op: "scenario", Subject: name, What: "there is none of that name", Args: []string{"detail", "scenario " + name}}
}

// DeleteScenario deletes a scenario; the journal keeps that it was, and who deleted
// it.
func (w *Workspace) DeleteScenario(ctx context.Context, name, author string, at time.Time) error {
	if _, err := w.GetScenario(ctx, name); err != nil {
		return err
	}
	return w.writeJournal(ctx, scenarioTable, func(c *Conn) error {
		list, err := scenarios(ctx, c, "WHERE removed_at IS NULL AND name = ?", name)
		if err != nil {
			return err
		}
		if len(list) == 0 { // somebody else was faster
			return noScenario(name)
		}
		return c.Exec(ctx, "UPDATE scenarios SET removed_at = ?, removed_by = ? WHERE removed_at IS NULL AND name = ?", at.UTC().Truncate(time.Microsecond), author, name)
	})
}

func scenarios(ctx context.Context, c *Conn, where string, args ...any) (list []Scenario, err error) {
	rows, err := c.Query(ctx, "SELECT name, plan, changes, author, request_id, engine_version, result, created_at FROM scenarios "+where+" ORDER BY scenario_id DESC", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Scenario
		if err := rows.Scan(&s.Name, &s.PlanID, &s.Changes, &s.Author, &s.RequestID, &s.Engine, &s.Result, &s.At); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
