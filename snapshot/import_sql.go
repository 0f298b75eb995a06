package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"gopkg.in/yaml.v3"

	"planwright"
)

// queryEnding marks files that name a database and the queries to read from it:
//
//	source: postgres://planner@erp/erp      # or mysql://planner@erp/erp
//	queries:
//	  stock: SELECT item_no AS item_id, qty FROM v_stock
//
// The source of PostgreSQL may also be written host=... dbname=... .
// ${NAME} in source is the environment variable of that name, so that no
// password has to stand in the file.
const queryEnding = ".query.yaml"

// queryTime bounds a query: a database that does not answer must not hold an
// import forever.
const queryTime = 30 * time.Minute

type queryFile struct {
	Source  string            `yaml:"source"`
	Queries map[string]string `yaml:"queries"`
}

// openSource opens the database of a query file.
func openSource(source string) (*sql.DB, error) {
	source = os.Expand(source, os.Getenv)
	switch {
	case strings.HasPrefix(source, "postgres://"), strings.HasPrefix(source, "postgresql://"), strings.HasPrefix(source, "host="):
		return sql.Open("pgx", source)
	case strings.HasPrefix(source, "mysql://"):
		dsn, err := mysqlDSN(strings.TrimPrefix(source, "mysql://"))
		if err != nil {
			return nil, err
		}
		return sql.Open("mysql", dsn)
	}
	return nil, errors.New("source: want postgres://user@host/database or mysql://user@host/database")
}

// mysqlDSN writes user:password@host:port/database?options as the driver wants
// it.
func mysqlDSN(rest string) (string, error) {
	user, rest, ok := cutLast(rest, "@")
	if !ok {
		user, rest = "", user
	}
	host, database, ok := strings.Cut(rest, "/")
	if !ok || host == "" {
		return "", errors.New("source: want mysql://user@host/database")
	}
	if !strings.Contains(host, ":") {
		host += ":3306"
	}
	if user != "" {
		user += "@"
	}
	return user + "tcp(" + host + ")/" + database, nil
}

// cutLast is strings.Cut around the last separator: a password may hold one.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// queryInputs runs the queries of a file and keeps each result as a text file,
// which is read as any other: the name of the query is the name of the sheet.
func queryInputs(path, name, dir string) (list []input, err error) {
	bad := func(what string, cause error) error {
		return fail(planwright.CodeMapping, "import", name, what, "see docs/import.md", cause)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "import", path, "", "check the path and its permissions", err)
	}
	var q queryFile
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&q); err != nil {
		return nil, bad("cannot be read", err)
	}
	if len(q.Queries) == 0 {
		return nil, bad("it has no queries", nil)
	}
	db, err := openSource(q.Source)
	if err != nil {
		return nil, bad("", err)
	}
	defer func() { _ = db.Close() }() // nothing was written
	for _, table := range sortedKeys(q.Queries) {
		to, err := tempFile(dir, "query-*.csv")
		if err != nil {
			return nil, err
		}
		if err := runQuery(db, q.Queries[table], to); err != nil {
			return nil, fail(planwright.CodeFileFormat, "import", name, "query "+table, "correct it, or look whether the database answers", err)
		}
		list = append(list, input{name: name + "#" + table, sheet: table, path: to, format: "csv", kind: "query"})
	}
	return list, nil
}

// runQuery writes the rows of a query, read in a transaction that may not
// write, to a CSV file.
func runQuery(db *sql.DB, query, to string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTime)
	defer cancel()
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		_ = rows.Close()
		return copyError(to, err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	err = sqlRows(rows, func(err error) error { return err }, func(_ int, cells []string) error {
		line = line[:0]
		for i, c := range cells {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendQuoted(line, c)
		}
		_, err := w.Write(append(line, '\n'))
		return err
	})
	if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
		return err
	}
	if fileSize(to) == 0 {
		return fmt.Errorf("no columns")
	}
	return nil
}
