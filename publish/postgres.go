package publish

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"
)

// A publication to PostgreSQL is a schema of its own with a table a view of the
// star schema, filled by COPY while nobody looks, and then, in one transaction,
// the views of the schema that readers use: they show the new tables from one
// statement to the next, and keep their grants and what was built upon them.

// lockKey is the advisory lock that keeps publications apart.
const lockKey = 0x706c616e77726974

const defaultSchema = "planwright"

// toPostgres publishes to a database.
func toPostgres(ctx context.Context, w *snapshot.Workspace, o Options) (res Result, err error) {
	cfg, err := pgx.ParseConfig(o.Target)
	if err != nil {
		return res, usage("the target cannot be read: write postgres://user@host:5432/database, with the password in PGPASSWORD or ~/.pgpass")
	}
	if o.Schema == "" {
		o.Schema = defaultSchema
	}
	if o.Keep == 0 {
		o.Keep = 1
	}
	target := fmt.Sprintf("postgres://%s@%s:%d/%s", cfg.User, cfg.Host, cfg.Port, cfg.Database)
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return res, failed(ctx, target, "no connection", err)
	}
	defer func() {
		bye, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		if cerr := conn.Close(bye); err == nil && cerr != nil {
			err = failed(ctx, target, "the connection ended badly", cerr)
		}
	}()
	p := &publication{w: w, o: o, conn: conn, target: target, data: o.Schema + "_" + strings.ReplaceAll(o.Plan, "-", "_") + "_" + random()}
	res = Result{PlanID: o.Plan, Target: target, Schema: p.data, Rows: map[string]int64{}}
	var free bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(lockKey)).Scan(&free); err != nil {
		return res, failed(ctx, target, "no lock", err)
	}
	if !free {
		return res, &planwright.Error{Code: planwright.CodeBusy, Op: "publish", Subject: target, What: "another publication is at work", Fix: "try again later", Args: []string{"detail", target + ": another publication"}}
	}
	defer func() { // a server notices the end of a connection some time after it
		bye, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		_, _ = conn.Exec(bye, "SELECT pg_advisory_unlock($1)", int64(lockKey)) // a connection that is gone has let go
	}()
	if err := p.fill(ctx, res.Rows); err != nil {
		p.discard(ctx)
		return res, err
	}
	if err := p.show(ctx, res.Rows); err != nil {
		p.discard(ctx)
		return res, err
	}
	res.Left = p.sweep(ctx)
	return res, nil
}

type publication struct {
	w      *snapshot.Workspace
	o      Options
	conn   *pgx.Conn
	target string
	data   string // schema of the tables
}

func random() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process if the system has no random numbers
	return hex.EncodeToString(b[:])
}

func name(parts ...string) string { return pgx.Identifier(parts).Sanitize() }

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

var pgTypes = map[string]string{"VARCHAR": "text", "DECIMAL(18,6)": "numeric(18,6)", "DOUBLE": "double precision", "DATE": "date", "TIMESTAMP": "timestamp", "INTEGER": "integer", "BIGINT": "bigint", "BOOLEAN": "boolean"}

// fill makes the tables.
func (p *publication) fill(ctx context.Context, counts map[string]int64) error {
	if _, err := p.conn.Exec(ctx, "CREATE SCHEMA "+name(p.data)+"; COMMENT ON SCHEMA "+name(p.data)+" IS "+literal("planwright publication of "+p.o.Schema)); err != nil {
		return failed(ctx, p.target, "no schema "+p.data, err)
	}
	for _, v := range snapshot.BIViews() {
		n, err := p.table(ctx, &v)
		if err != nil {
			return failed(ctx, p.target, v.Name, err)
		}
		counts[v.Name] = n
	}
	return nil
}

// table makes one table in one transaction.
func (p *publication) table(ctx context.Context, v *snapshot.BIView) (n int64, err error) {
	tx, err := p.conn.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback(context.WithoutCancel(ctx)) // the schema is dropped anyway
		}
	}()
	cols, names, list := make([]string, len(v.Columns)), make([]string, len(v.Columns)), make([]string, len(v.Columns))
	for i, c := range v.Columns {
		cols[i], names[i], list[i] = name(c.Name)+" "+pgTypes[c.Type], c.Name, `"`+c.Name+`"`
	}
	// Made in this transaction, the table needs no log of its rows.
	if _, err := tx.Exec(ctx, "CREATE TABLE "+name(p.data, v.Name)+" ("+strings.Join(cols, ", ")+")"); err != nil {
		return 0, err
	}
	rows, err := p.w.Select(ctx, p.o.Plan, "SELECT "+strings.Join(list, ", ")+" FROM plan."+v.Name)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n, err = tx.CopyFrom(ctx, pgx.Identifier{p.data, v.Name}, names, &copySource{rows: rows, progress: p.o.Progress, view: v.Name, values: make([]any, len(names))})
	if err != nil {
		return n, err
	}
	var b strings.Builder
	key := make([]string, len(v.Key))
	for i, k := range v.Key {
		key[i] = name(k)
	}
	fmt.Fprintf(&b, "ALTER TABLE %s ADD PRIMARY KEY (%s);\n", name(p.data, v.Name), strings.Join(key, ", "))
	if v.Fact && v.Column("item_id") != nil {
		fmt.Fprintf(&b, "CREATE INDEX ON %s (item_id, site_id);\n", name(p.data, v.Name))
	}
	fmt.Fprintf(&b, "COMMENT ON TABLE %s IS %s;\nANALYZE %s;\n", name(p.data, v.Name), literal(both(v.Text)), name(p.data, v.Name))
	if _, err := tx.Exec(ctx, b.String()); err != nil {
		return n, err
	}
	return n, tx.Commit(ctx)
}

func both(text func(lang.Language) string) string {
	return text(lang.English) + " · " + text(lang.Chinese)
}

// show turns the views to the new tables, all of them in one transaction.
func (p *publication) show(ctx context.Context, counts map[string]int64) error {
	tx, err := p.conn.Begin(ctx)
	if err != nil {
		return failed(ctx, p.target, "no transaction", err)
	}
	err = p.turn(ctx, tx, counts)
	if err == nil {
		err = tx.Commit(ctx)
	}
	if err != nil {
		_ = tx.Rollback(context.WithoutCancel(ctx)) // the cause is what matters
		return failed(ctx, p.target, "the views of schema "+p.o.Schema+" could not be changed", err)
	}
	return nil
}

func (p *publication) turn(ctx context.Context, tx pgx.Tx, counts map[string]int64) error {
	if _, err := tx.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+name(p.o.Schema)); err != nil {
		return err
	}
	for _, v := range snapshot.BIViews() {
		view := name(p.o.Schema, v.Name)
		sel := " AS SELECT * FROM " + name(p.data, v.Name)
		// A view whose columns changed in more than that some were added is made anew.
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, "CREATE OR REPLACE VIEW "+view+sel); return err })
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "42P16" {
			_, err = tx.Exec(ctx, "DROP VIEW "+view+"; CREATE VIEW "+view+sel)
		}
		if err != nil {
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "COMMENT ON VIEW %s IS %s;\n", view, literal(both(v.Text)))
		for _, c := range v.Columns {
			fmt.Fprintf(&b, "COMMENT ON COLUMN %s.%s IS %s;\n", view, name(c.Name), literal(both(func(l lang.Language) string { return v.ColumnText(l, c.Name) })))
		}
		if _, err := tx.Exec(ctx, b.String()); err != nil {
			return err
		}
	}
	total := int64(0)
	for _, n := range counts {
		total += n
	}
	log := name(p.o.Schema, "publications")
	if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS "+log+" (published_at timestamptz NOT NULL DEFAULT now(), plan_id text NOT NULL, data_schema text NOT NULL, bi_version integer NOT NULL, rows bigint NOT NULL)"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO "+log+" (plan_id, data_schema, bi_version, rows) VALUES ($1, $2, $3, $4)", p.o.Plan, p.data, snapshot.BIVersion, total)
	return err
}

// patience is how long dropping an old schema waits for its readers.
const patience = "2s"

// discard drops what a publication that failed has made.
func (p *publication) discard(ctx context.Context) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	if p.conn.IsClosed() { // a statement was cancelled: that costs the connection
		conn, err := pgx.ConnectConfig(ctx, p.conn.Config())
		if err != nil {
			return // the next publication sweeps it
		}
		defer func() { _ = conn.Close(ctx) }() // nothing is left to lose
		_, _ = conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+name(p.data)+" CASCADE")
		return
	}
	_, _ = p.conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+name(p.data)+" CASCADE") // the next publication sweeps it
}

// sweep drops the schemas of older publications, but for those that are kept, and
// of publications that were killed. It returns those that it could not drop.
func (p *publication) sweep(ctx context.Context) (left []string) {
	keep := max(p.o.Keep, 0)
	rows, err := p.conn.Query(ctx, `SELECT n.nspname, l.at IS NULL FROM pg_namespace n LEFT JOIN (SELECT data_schema, max(published_at) AS at FROM `+name(p.o.Schema, "publications")+` GROUP BY 1) l ON l.data_schema = n.nspname
		WHERE obj_description(n.oid, 'pg_namespace') = $1 AND n.nspname <> $2 ORDER BY l.at DESC NULLS LAST`, "planwright publication of "+p.o.Schema, p.data)
	if err != nil {
		return nil
	}
	type publication struct {
		Schema string
		Dead   bool // it never was shown
	}
	old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[publication])
	if err != nil {
		return nil
	}
	for i, x := range old {
		if i < keep && !x.Dead {
			continue
		}
		if _, err := p.conn.Exec(ctx, "SET lock_timeout = '"+patience+"'; DROP SCHEMA "+name(x.Schema)+" CASCADE"); err != nil {
			left = append(left, x.Schema)
		}
	}
	return left
}

// copySource gives the rows of a view to COPY.
type copySource struct {
	rows     *snapshot.Rows
	view     string
	progress func(view string, rows int64)
	n        int64
	values   []any
}

// Next implements pgx.CopyFromSource.
func (c *copySource) Next() bool {
	if !c.rows.Next() {
		if c.progress != nil {
			c.progress(c.view, c.n)
		}
		return false
	}
	if c.n++; c.progress != nil && c.n%100_000 == 0 {
		c.progress(c.view, c.n)
	}
	return true
}

// Values implements pgx.CopyFromSource.
func (c *copySource) Values() ([]any, error) {
	for i := range c.values {
		c.values[i] = pgValue(c.rows.Value(i))
	}
	return c.values, nil
}

// Err implements pgx.CopyFromSource.
func (c *copySource) Err() error { return c.rows.Err() }

// pgValue is a cell as COPY takes it.
func pgValue(v any) any {
	switch v := v.(type) {
	case planwright.Qty:
		return pgtype.Numeric{Int: big.NewInt(int64(v)), Exp: -6, Valid: true}
	case planwright.Day:
		return time.Unix(int64(v)*86400, 0).UTC()
	case string: // PostgreSQL has no zero byte in a text
		return strings.ReplaceAll(v, "\x00", "")
	}
	return v
}
