package snapshot

import (
	"encoding/json"
	"strings"

	"planwright"
)

// A SELECT may still do more than read the attached files: table functions that
// switch logging and profiling on, read files, run other statements or take
// addresses; functions that wait or write a log; catalogue views that show where
// files lie. The parsed statement is looked through for these. Which table
// functions may be called is listed; of the scalar ones, which may not.

// tableFunctions are those that may stand in FROM.
var tableFunctions = set(`range generate_series unnest repeat repeat_row json_each json_tree
	duckdb_columns duckdb_constraints duckdb_functions duckdb_keywords duckdb_schemas duckdb_tables duckdb_types duckdb_views
	pragma_table_info pragma_version pg_timezone_names icu_calendar_names`)

// scalarFunctions are those that may not be called.
var scalarFunctions = set(`write_log sleep_ms pg_sleep nextval currval current_setting getenv getvariable in_search_path
	json_serialize_sql json_serialize_plan json_deserialize_sql json_execute_serialized_sql variant_bytes_to_variant parse_duckdb_log_message
	finalize combine from_substrait get_substrait query query_table`)

// catalogueViews are views of DuckDB's own that tell of the server.
var catalogueViews = set(`pg_settings pragma_database_list`)

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(list) {
		m[name] = true
	}
	return m
}

// guard refuses a SELECT that calls or reads what it may not. It takes the text
// for parsed: check has found one SELECT in it.
func (b *sandbox) guard() error {
	var tree string
	if _, err := b.conn.Scan(b.ctx, "SELECT json_serialize_sql(CAST(? AS VARCHAR))", []any{b.q.SQL}, &tree); err != nil {
		return err
	}
	var doc struct {
		Error   bool   `json:"error"`
		Message string `json:"error_message"`
		Nodes   any    `json:"statements"`
	}
	d := json.NewDecoder(strings.NewReader(tree))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return refuseQuery("it cannot be looked through: " + err.Error())
	}
	if doc.Error {
		return refuseQuery("it cannot be looked through: " + doc.Message)
	}
	return look(doc.Nodes)
}

// look walks over a part of the parsed statement.
func look(node any) error {
	switch n := node.(type) {
	case []any:
		for _, x := range n {
			if err := look(x); err != nil {
				return err
			}
		}
	case map[string]any:
		text := func(key string) string { s, _ := n[key].(string); return strings.ToLower(s) }
		switch {
		case text("type") == "table_function":
			if f, ok := n["function"].(map[string]any); ok {
				name, _ := f["function_name"].(string)
				if !tableFunctions[strings.ToLower(name)] {
					return refuseFunction(name)
				}
				// Its arguments are looked at below; its name is none of the scalar ones.
			} else {
				return refuseFunction("?")
			}
		case text("type") == "base_table":
			name := text("table_name")
			if (strings.HasPrefix(name, "duckdb_") || strings.HasPrefix(name, "pragma_") || catalogueViews[name]) && !tableFunctions[name] {
				return refuseQuery("the table " + name + " is not for queries")
			}
		case n["function_name"] != nil:
			name := text("function_name")
			if scalarFunctions[name] || strings.HasPrefix(name, "__internal") {
				return refuseFunction(name)
			}
		}
		for _, x := range n {
			if err := look(x); err != nil {
				return err
			}
		}
	}
	return nil
}

func refuseFunction(name string) error {
	return fail(planwright.CodeQueryRefused, "query", "", "the function "+name+" is not for queries", "write one SELECT over snap.* and plan.*", nil)
}
