package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// relation is a file as expressions see it: a name and its columns.
type relation struct {
	alias   string
	columns []string
	types   []string // DuckDB's
}

// column finds a column: as it is written, or in another case.
func (r *relation) column(name string) int {
	for i, c := range r.columns {
		if c == name {
			return i
		}
	}
	for i, c := range r.columns {
		if strings.EqualFold(c, name) {
			return i
		}
	}
	return -1
}

// exprCompiler checks the expressions of a mapping and makes SQL of them that
// can be trusted: it parses each with DuckDB's own parser, walks the tree,
// refuses all but plain scalar expressions, resolves every column, and wraps
// text columns that are calculated with in num().
type exprCompiler struct {
	c     *Conn
	funcs map[string]string // allowed functions: scalar, aggregate

	styled bool // the macros of dress are there
}

// styles makes the macros that dress writes into expressions, once. Files that
// are written plainly never ask for them.
func (x *exprCompiler) styles(ctx context.Context) error {
	if x.styled {
		return nil
	}
	x.styled = true
	return x.c.Exec(ctx, styleMacros)
}

// refused are functions that look beyond the row or depend on the machine.
var refused = []string{"getenv", "getvariable", "current_setting", "current_database", "current_schema", "current_schemas", "current_catalog", "current_role", "current_user",
	"session_user", "user", "error", "nextval", "currval", "txid_current", "in_search_path", "pg_typeof", "version", "write_log", "hash", "get_current_time", "query", "query_table", "json_execute_serialized_sql",
	// aggregates whose value depends on the order of the rows
	"any_value", "arbitrary", "first", "last", "list", "array_agg", "string_agg", "group_concat", "listagg", "histogram", "mode", "approx_quantile", "approx_count_distinct", "approx_top_k", "reservoir_quantile"}

// load reads which functions there are, once, when the first expression needs
// it.
func (x *exprCompiler) load(ctx context.Context) error {
	if x.funcs != nil {
		return nil
	}
	if err := x.styles(ctx); err != nil {
		return err
	}
	rows, err := x.c.Query(ctx, `SELECT DISTINCT lower(function_name), function_type FROM duckdb_functions()
		WHERE function_type IN ('scalar', 'aggregate', 'macro') AND coalesce(stability, 'CONSISTENT') = 'CONSISTENT' AND NOT coalesce(has_side_effects, false)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	x.funcs = map[string]string{"num": "scalar", "coalesce": "scalar"}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return err
		}
		if slices.Contains(refused, name) || strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "__") || strings.HasPrefix(name, "has_") || strings.HasPrefix(name, "json_serialize") || strings.HasPrefix(name, "json_deserialize") {
			continue
		}
		if kind == "macro" {
			kind = "scalar"
		}
		if x.funcs[name] != "aggregate" {
			x.funcs[name] = kind
		}
	}
	return rows.Err()
}

// compiled is one expression as SQL.
type compiled struct {
	sql     string
	numbers []string // text columns that must be numbers, as SQL
	agg     bool     // holds an aggregate
}

// compile makes SQL of an expression over the relations. A text that is the
// name of a column of the first one is that column.
func (x *exprCompiler) compile(ctx context.Context, text string, scope []relation, aggregates bool) (compiled, error) {
	for i, c := range scope[0].columns {
		if c == text {
			return compiled{sql: scope[0].ref(i)}, nil
		}
	}
	if err := x.load(ctx); err != nil {
		return compiled{}, err
	}
	var serial string
	if _, err := x.c.Scan(ctx, "SELECT CAST(json_serialize_sql("+literal("SELECT ("+text+"\n) AS c")+") AS VARCHAR)", nil, &serial); err != nil {
		return compiled{}, err
	}
	dec := json.NewDecoder(strings.NewReader(serial))
	dec.UseNumber()
	var doc map[string]any
	if err := dec.Decode(&doc); err != nil {
		return compiled{}, err
	}
	if bad, _ := doc["error"].(bool); bad {
		msg, _ := doc["error_message"].(string)
		return compiled{}, fmt.Errorf("%s: %s", text, firstLine(msg))
	}
	w := &exprWalk{x: x, scope: scope, aggregates: aggregates}
	expr, put, err := soleExpression(doc)
	if err == nil {
		expr, err = w.node(expr, false)
	}
	if err != nil {
		return compiled{}, fmt.Errorf("%s: %w", text, err)
	}
	put(expr)
	out, err := json.Marshal(doc)
	if err != nil {
		return compiled{}, err
	}
	var sql string
	if _, err := x.c.Scan(ctx, "SELECT json_deserialize_sql("+literal(string(out))+"::JSON)", nil, &sql); err != nil {
		return compiled{}, fmt.Errorf("%s: %w", text, err)
	}
	const before, after = "SELECT ", " AS c"
	if !strings.HasPrefix(sql, before) || !strings.HasSuffix(sql, after) {
		return compiled{}, fmt.Errorf("%s: not an expression", text)
	}
	return compiled{sql: "(" + sql[len(before):len(sql)-len(after)] + ")", numbers: w.numbers, agg: w.agg}, nil
}

func (r *relation) ref(i int) string { return r.alias + "." + quote(r.columns[i]) }

// soleExpression takes the expression out of the tree of SELECT (expression).
// Everything else a SELECT may have must be absent.
func soleExpression(doc map[string]any) (expr any, put func(any), err error) {
	not := errors.New("want one scalar expression")
	stmts, _ := doc["statements"].([]any)
	if len(stmts) != 1 {
		return nil, nil, not
	}
	stmt, _ := stmts[0].(map[string]any)
	node, _ := stmt["node"].(map[string]any)
	if node == nil || node["type"] != "SELECT_NODE" {
		return nil, nil, not
	}
	for key, v := range node {
		switch key {
		case "type", "select_list", "aggregate_handling":
		case "from_table":
			if t, _ := v.(map[string]any); t["type"] != "EMPTY" {
				return nil, nil, not
			}
		case "cte_map":
			t, _ := v.(map[string]any)
			if m, _ := t["map"].([]any); len(m) > 0 {
				return nil, nil, not
			}
		default:
			if list, ok := v.([]any); v != nil && (!ok || len(list) > 0) {
				return nil, nil, not
			}
		}
	}
	list, _ := node["select_list"].([]any)
	if len(list) != 1 {
		return nil, nil, not
	}
	top, _ := list[0].(map[string]any)
	if top == nil {
		return nil, nil, not
	}
	return top, func(e any) {
		m := e.(map[string]any)
		m["alias"] = "c"
		list[0] = m
	}, nil
}

// exprWalk checks and rewrites one tree.
type exprWalk struct {
	x          *exprCompiler
	scope      []relation
	aggregates bool
	agg        bool
	inAgg      bool
	numbers    []string
}

var arithmetic = map[string]bool{"+": true, "-": true, "*": true, "/": true, "//": true, "%": true, "**": true, "^": true,
	"abs": true, "round": true, "ceil": true, "ceiling": true, "floor": true, "sign": true, "sum": true, "avg": true, "mean": true, "median": true}

// node checks the node and all below it; wantNumber says that a text column
// here is calculated with.
func (w *exprWalk) node(v any, wantNumber bool) (any, error) {
	n, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("want one scalar expression")
	}
	class, _ := n["class"].(string)
	switch class {
	case "CONSTANT":
		return n, nil
	case "COLUMN_REF":
		return w.columnRef(n, wantNumber)
	case "FUNCTION":
		return w.function(n)
	case "CAST":
		return n, w.child(n, "child", false)
	case "COMPARISON":
		number := w.number(n["left"]) || w.number(n["right"])
		if err := w.child(n, "left", number); err != nil {
			return nil, err
		}
		return n, w.child(n, "right", number)
	case "BETWEEN":
		number := w.number(n["input"]) || w.number(n["lower"]) || w.number(n["upper"])
		for _, k := range []string{"input", "lower", "upper"} {
			if err := w.child(n, k, number); err != nil {
				return nil, err
			}
		}
		return n, nil
	case "CONJUNCTION":
		return n, w.children(n, false)
	case "OPERATOR":
		kids, _ := n["children"].([]any)
		number := false
		if t, _ := n["type"].(string); t == "COMPARE_IN" || t == "COMPARE_NOT_IN" {
			for _, k := range kids {
				number = number || w.number(k)
			}
		}
		return n, w.children(n, number)
	case "CASE":
		checks, _ := n["case_checks"].([]any)
		for _, c := range checks {
			check, _ := c.(map[string]any)
			if check == nil {
				return nil, errors.New("not understood")
			}
			if err := w.child(check, "when_expr", false); err != nil {
				return nil, err
			}
			if err := w.child(check, "then_expr", wantNumber); err != nil {
				return nil, err
			}
		}
		return n, w.child(n, "else_expr", wantNumber)
	}
	return nil, fmt.Errorf("%s is not allowed in a mapping", strings.ToLower(strings.ReplaceAll(class, "_", " ")))
}

func (w *exprWalk) child(n map[string]any, key string, wantNumber bool) error {
	v, err := w.node(n[key], wantNumber)
	n[key] = v
	return err
}

func (w *exprWalk) children(n map[string]any, wantNumber bool) error {
	kids, _ := n["children"].([]any)
	for i := range kids {
		v, err := w.node(kids[i], wantNumber)
		if err != nil {
			return err
		}
		kids[i] = v
	}
	return nil
}

func (w *exprWalk) function(n map[string]any) (any, error) {
	name, _ := n["function_name"].(string)
	schema, _ := n["schema"].(string)
	catalog, _ := n["catalog"].(string)
	kind := w.x.funcs[strings.ToLower(name)]
	if schema != "" && schema != "main" || catalog != "" || kind == "" {
		return nil, fmt.Errorf("function %s is not allowed in a mapping", name)
	}
	outer := w.inAgg
	if kind == "aggregate" {
		if !w.aggregates {
			return nil, fmt.Errorf("%s needs group_by", name)
		}
		if w.inAgg {
			return nil, fmt.Errorf("%s inside another aggregate", name)
		}
		w.agg, w.inAgg = true, true
		if f, ok := n["filter"]; ok && f != nil {
			if err := w.child(n, "filter", false); err != nil {
				return nil, err
			}
		}
		if err := w.orders(n); err != nil {
			return nil, err
		}
	} else if f := n["filter"]; f != nil {
		return nil, fmt.Errorf("%s takes no filter", name)
	}
	lower := strings.ToLower(name)
	if lower == "num" {
		if kids, _ := n["children"].([]any); len(kids) == 1 {
			if k, _ := kids[0].(map[string]any); k != nil && k["class"] == "COLUMN_REF" {
				v, err := w.columnRef(k, true)
				w.inAgg = outer
				return v, err
			}
		}
	}
	err := w.children(n, arithmetic[lower])
	w.inAgg = outer
	return n, err
}

// orders checks ORDER BY inside an aggregate.
func (w *exprWalk) orders(n map[string]any) error {
	by, _ := n["order_bys"].(map[string]any)
	list, _ := by["orders"].([]any)
	for _, o := range list {
		order, _ := o.(map[string]any)
		if order == nil {
			return errors.New("not understood")
		}
		if err := w.child(order, "expression", false); err != nil {
			return err
		}
	}
	return nil
}

// number says whether an expression is a number by itself: a numeric constant
// or a calculation. Text columns compared with it are numbers, too.
func (w *exprWalk) number(v any) bool {
	n, _ := v.(map[string]any)
	switch n["class"] {
	case "CONSTANT":
		val, _ := n["value"].(map[string]any)
		t, _ := val["type"].(map[string]any)
		id, _ := t["id"].(string)
		return slices.Contains([]string{"INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "DOUBLE", "FLOAT", "SMALLINT", "TINYINT"}, id)
	case "FUNCTION":
		name, _ := n["function_name"].(string)
		return name == "num" || arithmetic[strings.ToLower(name)]
	}
	return false
}

// columnRef resolves a column to the one relation that has it.
func (w *exprWalk) columnRef(n map[string]any, wantNumber bool) (any, error) {
	list, _ := n["column_names"].([]any)
	var parts []string
	for _, p := range list {
		s, _ := p.(string)
		parts = append(parts, s)
	}
	var rel *relation
	col := -1
	switch len(parts) {
	case 1:
		for i := range w.scope {
			if k := w.scope[i].column(parts[0]); k >= 0 {
				if rel != nil {
					return nil, fmt.Errorf("column %s is in %s and in %s: write %s.%s", parts[0], rel.alias, w.scope[i].alias, rel.alias, parts[0])
				}
				rel, col = &w.scope[i], k
			}
		}
	case 2:
		for i := range w.scope {
			if strings.EqualFold(w.scope[i].alias, parts[0]) {
				rel, col = &w.scope[i], w.scope[i].column(parts[1])
			}
		}
	}
	if col < 0 {
		return nil, fmt.Errorf("there is no column %s: %s", strings.Join(parts, "."), w.choices())
	}
	n["column_names"] = []any{rel.alias, rel.columns[col]}
	if wantNumber && rel.types[col] == "VARCHAR" {
		if ref := rel.ref(col); !slices.Contains(w.numbers, ref) {
			w.numbers = append(w.numbers, ref)
			sort.Strings(w.numbers)
		}
		return map[string]any{
			"class": "FUNCTION", "type": "FUNCTION", "alias": "", "query_location": n["query_location"], "function_name": "num", "schema": "", "catalog": "",
			"children": []any{n}, "filter": nil, "order_bys": map[string]any{"type": "ORDER_MODIFIER", "orders": []any{}},
			"distinct": false, "is_operator": false, "export_state": false,
		}, nil
	}
	return n, nil
}

func (w *exprWalk) choices() string {
	var all []string
	for i := range w.scope {
		for _, c := range w.scope[i].columns {
			all = append(all, w.scope[i].alias+"."+c)
		}
	}
	return "there are " + strings.Join(clip(all, 25), ", ")
}
