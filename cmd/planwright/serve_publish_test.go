package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"planwright/snapshot"
)

// TestServePublishes: the run of a schedule ends in a PostgreSQL, where readers find
// its plan, the same figures as in the plan file.
func TestServePublishes(t *testing.T) {
	dsn := os.Getenv("PLANWRIGHT_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("needs PLANWRIGHT_TEST_POSTGRES, a database server that it may make a database in; .ci/postgres starts one")
	}
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	admin, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	const database = "planwright_schedule"
	drop := func() {
		if _, err := admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+database+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	}
	drop()
	t.Cleanup(func() { drop(); _ = admin.Close(context.Background()) })
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		t.Fatal(err)
	}
	target := dsn + " dbname=" + database
	if u, err := url.Parse(dsn); err == nil && u.Host != "" {
		u.Path = "/" + database
		target = u.String()
	}

	in, data := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		in + "/items.csv":         "item_id,name,unit_cost\nA,Bicycle,200\nB,轮子,2.5\n",
		in + "/stock.csv":         "item_id,qty,received_on\nA,3.000001,2026-05-01\nB,40,\n",
		in + "/demand_orders.csv": "order_id,item_id,qty,due_on\nSO1,A,10,2026-07-15\n",
		data + ".yaml":            "schedules: [{name: nightly, cron: '0 0 * * *', plan: {method: ses, horizon: 4}, publish: ['env:PLANWRIGHT_TEST_TARGET']}]\n",
	} {
		if err := os.WriteFile(filepath.FromSlash(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "--data", data, "import", in, "--as-of", "2026-06-30")
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SetScheduleDue(ctx, "nightly", time.Now().AddDate(0, 0, -2)); err != nil { // last night was missed
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWRIGHT_TEST_TARGET", target)
	startService(t, data, freeAddress(t), "--config", data+".yaml", "--no-auth")

	reader, err := pgx.Connect(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close(context.Background()) }()
	var there bool
	for !there {
		if err := reader.QueryRow(ctx, "SELECT to_regclass('planwright.bi_stock') IS NOT NULL").Scan(&there); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	var plan string
	var orders int
	var value float64
	if err := reader.QueryRow(ctx, "SELECT (SELECT plan_id FROM planwright.bi_plan), (SELECT count(*) FROM planwright.bi_planned_orders), (SELECT sum(value) FROM planwright.bi_stock)").Scan(&plan, &orders, &value); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(plan, "p0001-") || orders < 1 || value < 700.0001 || value > 700.0003 {
		t.Errorf("PostgreSQL has plan %s with %d planned orders and stock of %g, want p0001-…, one and more, 700.0002", plan, orders, value)
	}
}
