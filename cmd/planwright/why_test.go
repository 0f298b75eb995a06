package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwright/explain"
	"planwright/plan"
	"planwright/snapshot"
)

// stand loads the newest plan of a workspace into memory.
func stand(t testing.TB, data string) (*plan.Standing, *snapshot.Workspace) {
	t.Helper()
	ctx := context.Background()
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	info, err := w.GetPlan("latest")
	if err != nil {
		t.Fatal(err)
	}
	s, closeSnapshot, err := w.Load(ctx, info.SnapshotID, snapshot.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closeSnapshot(); w.Close() })
	p, err := w.LoadPlan(ctx, info.ID, s)
	if err != nil {
		t.Fatal(err)
	}
	st, err := plan.Stand(ctx, s, p, 2)
	if err != nil {
		t.Fatal(err)
	}
	return st, w
}

// explainAll explains every suggestion and one planned order of so many of a plan,
// and computes each explanation again from its facts. The facts are looked up in the
// tables that they name, by SQL.
func explainAll(t *testing.T, data string, each int) {
	t.Helper()
	ctx := context.Background()
	st, w := stand(t, data)
	var facts []*explain.Node
	dice := rand.New(rand.NewPCG(1, 1))
	bad := 0
	wrong := func(err error) {
		if bad++; bad <= 12 {
			t.Error(err)
		}
	}
	for i := range st.Plan.Suggestions.Len() {
		x, err := st.WhySuggestion(ctx, i)
		if err == nil {
			err = x.Check()
		}
		for _, name := range []string{"qty", "act_by", "value", "impact", "at_stake"} {
			if err == nil && x.Figure(name) == nil {
				err = fmt.Errorf("suggestion %s has no %s", x.ID, name)
			}
		}
		if err == nil {
			f := x.Figures[dice.IntN(len(x.Figures))].Tree.Leaves()
			facts = append(facts, f[dice.IntN(len(f))])
			if strings.HasPrefix(x.ID, "M:") { // rare, and of other orders than its own
				facts = append(x.Figure("act_by").Leaves(), facts...)
			}
		}
		if err != nil {
			wrong(err)
		}
	}
	for i := 0; i < st.Plan.Orders.Len(); i += each {
		x, err := st.WhyOrder(ctx, i)
		if err == nil {
			err = x.Check()
		}
		if err != nil {
			wrong(err)
		}
	}
	looked := 0
	for _, n := range facts {
		query, args := lookUp(n)
		if query == "" || looked == 300 {
			continue
		}
		looked++
		r, err := w.Select(ctx, "latest", query, args...)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if !r.Next() {
			t.Errorf("no fact %s = %s in %s", n.Key, n.Value, n.Source)
		}
		r.Close()
	}
	t.Logf("%d suggestions and one of %d of %d orders explained, %d wrong; %d facts looked up", st.Plan.Suggestions.Len(), each, st.Plan.Orders.Len(), bad, looked)
	if looked < 100 {
		t.Errorf("only %d facts looked up", looked)
	}
	if st.Plan.Suggestions.Len() == 0 || st.Plan.Orders.Len() == 0 {
		t.Error("nothing to explain")
	}
}

// lookUp is the query that finds a fact where it says that it stands; "" for what
// is no cell of a table.
func lookUp(n *explain.Node) (query string, args []any) {
	keys := map[string][]string{
		"stock": {"item_id", "site_id", "lot"}, "skus": {"item_id", "site_id"}, "items": {"item_id"}, "suppliers": {"supplier_id"},
		"demand_orders": {"order_id", "item_id", "site_id", "due_on"}, "supply_orders": {"order_id", "item_id", "site_id", "due_on"}, "reservations": {"order_id", "item_id", "site_id", "due_on"},
		"planned_orders": {"order_id"}, "policies": {"item_id", "site_id"}, "forecast": {"item_id", "site_id", "period_start"},
	}[n.Source.Table]
	row := strings.Split(n.Source.Row, "|")
	column := n.Source.Column
	if len(keys) == 0 || len(row) != len(keys) || n.Source.Rule == "consumption" || strings.HasPrefix(column, "lot_") || column == "decimals" {
		return "", nil
	}
	schema := "snap"
	if n.Source.Table == "planned_orders" || n.Source.Table == "policies" || n.Source.Table == "forecast" {
		schema = "plan"
	}
	query = "SELECT 1 FROM " + schema + "." + n.Source.Table + " WHERE "
	for i, k := range keys {
		query += "coalesce(" + k + "::VARCHAR, '') = ? AND "
		args = append(args, row[i])
	}
	switch n.Value.Kind {
	case explain.Date:
		query += column + "::VARCHAR = ?"
		args = append(args, n.Value.String())
	case explain.Number:
		query += column + "::DOUBLE = ?"
		args = append(args, n.Value.F)
	default:
		query += column + "::DECIMAL(38,6) = ?::VARCHAR::DECIMAL(38,6)"
		args = append(args, n.Value.String())
	}
	return query, args
}

// TestWhyRecomputes: on the sample company every suggestion and order explains
// itself, and the arithmetic comes out at the plan's figures.
func TestWhyRecomputes(t *testing.T) {
	wholeWay(t)
	data := t.TempDir()
	must(t, "--data", data, "demo", "--method", "ses")
	explainAll(t, data, 1)
	// docs/why.md shows three of them whole: what the page says is what is printed.
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "why.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, part := range strings.Split(string(page), "\n    planwright why S:")[1:] {
		id, rest, _ := strings.Cut(part, " --what-if\n\n```\n")
		text, _, _ := strings.Cut(rest, "\n```")
		shown++
		if got := strings.TrimRight(must(t, "--data", data, "why", "S:"+id, "--what-if"), "\n"); got != text {
			t.Errorf("docs/why.md shows another explanation of S:%s; it is now\n%s", id, got)
		}
	}
	if shown != 3 {
		t.Errorf("docs/why.md shows %d explanations", shown)
	}
}

// TestWhyRecomputesAdventureWorks: likewise on the bicycle maker's real data.
func TestWhyRecomputesAdventureWorks(t *testing.T) {
	wholeWay(t)
	files := filepath.Join("..", "..", "..", "shared", "data", "adventureworks_planning")
	if _, err := os.Stat(files); err != nil {
		t.Skip("needs the AdventureWorks extract beside the project in shared/data: its licence lets us use it, not ship it")
	}
	data := t.TempDir()
	must(t, "--data", data, "import", files, "--map", filepath.Join("..", "..", "docs", "examples", "adventureworks", "mapping.yaml"), "--as-of", "2014-06-30")
	must(t, "--data", data, "run", "--method", "ses")
	explainAll(t, data, 29)
}
