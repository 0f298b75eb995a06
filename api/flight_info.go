package api

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"

	"planwright"
)

// What a driver asks of the server itself: what its SQL can do, and its types.

// registerInfo says what the SQL here is like. Numbers of enumerations are those
// of FlightSql.proto.
func (f *flightSQL) registerInfo() {
	both := func(list ...int32) int32 { // a set of an enumeration as bits
		var m int32
		for _, n := range list {
			m |= 1 << n
		}
		return m
	}
	for id, v := range map[flightsql.SqlInfo]any{
		flightsql.SqlInfoFlightSqlServerName: "planwright", flightsql.SqlInfoFlightSqlServerVersion: planwright.Version, flightsql.SqlInfoFlightSqlServerArrowVersion: arrow.PkgVersion,
		flightsql.SqlInfoFlightSqlServerReadOnly: true, flightsql.SqlInfoFlightSqlServerSql: true, flightsql.SqlInfoFlightSqlServerSubstrait: false,
		flightsql.SqlInfoFlightSqlServerTransaction: int32(0), flightsql.SqlInfoFlightSqlServerCancel: false, flightsql.SqlInfoFlightSqlServerBulkIngestion: false,
		flightsql.SqlInfoFlightSqlServerIngestTransactionsSupported: false, flightsql.SqlInfoFlightSqlServerStatementTimeout: int32(f.s.limits.Query.Milliseconds() * downloadFactor), flightsql.SqlInfoFlightSqlServerTransactionTimeout: int32(0),
		flightsql.SqlInfoDDLCatalog: false, flightsql.SqlInfoDDLSchema: false, flightsql.SqlInfoDDLTable: false,
		flightsql.SqlInfoIdentifierCase: int32(1), flightsql.SqlInfoIdentifierQuoteChar: `"`, flightsql.SqlInfoQuotedIdentifierCase: int32(1), // compared without case, kept as written
		flightsql.SqlInfoAllTablesAreASelectable: true, flightsql.SqlInfoNullOrdering: int32(3), // NULL comes last
		flightsql.SqlInfoKeywords:           []string{"ANTI", "ASOF", "PIVOT", "POSITIONAL", "QUALIFY", "SEMI", "SUMMARIZE", "UNPIVOT"},
		flightsql.SqlInfoNumericFunctions:   []string{"abs", "ceil", "exp", "floor", "ln", "log10", "mod", "pow", "round", "sign", "sqrt"},
		flightsql.SqlInfoStringFunctions:    []string{"concat", "left", "length", "lower", "ltrim", "replace", "right", "rtrim", "substring", "trim", "upper"},
		flightsql.SqlInfoSystemFunctions:    []string{"coalesce", "ifnull", "nullif"},
		flightsql.SqlInfoDateTimeFunctions:  []string{"current_date", "date_diff", "date_part", "date_trunc", "dayofweek", "month", "quarter", "week", "year"},
		flightsql.SqlInfoSearchStringEscape: `\`, flightsql.SqlInfoExtraNameChars: "", flightsql.SqlInfoSupportsColumnAliasing: true, flightsql.SqlInfoNullPlusNullIsNull: true,
		flightsql.SqlInfoSupportsConvert: map[int32][]int32{}, flightsql.SqlInfoSupportsTableCorrelationNames: true, flightsql.SqlInfoSupportsDifferentTableCorrelationNames: false,
		flightsql.SqlInfoSupportsExpressionsInOrderBy: true, flightsql.SqlInfoSupportsOrderByUnrelated: true, flightsql.SqlInfoSupportedGroupBy: both(0, 1), flightsql.SqlInfoSupportsLikeEscapeClause: true,
		flightsql.SqlInfoSupportsNonNullableColumns: false, flightsql.SqlInfoSupportedGrammar: both(0, 1), flightsql.SqlInfoANSI92SupportedLevel: both(0), flightsql.SqlInfoSupportsIntegrityEnhancementFacility: false,
		flightsql.SqlInfoOuterJoinsSupportLevel: both(0, 1, 2), flightsql.SqlInfoSchemaTerm: "schema", flightsql.SqlInfoProcedureTerm: "procedure", flightsql.SqlInfoCatalogTerm: "catalog", flightsql.SqlInfoCatalogAtStart: true,
		flightsql.SqlInfoSchemasSupportedActions: int32(0), flightsql.SqlInfoCatalogsSupportedActions: int32(0), flightsql.SqlInfoSupportedPositionedCommands: int32(0), flightsql.SqlInfoSelectForUpdateSupported: false,
		flightsql.SqlInfoStoredProceduresSupported: false, flightsql.SqlInfoSupportedSubqueries: both(0, 1, 2, 3), flightsql.SqlInfoCorrelatedSubqueriesSupported: true, flightsql.SqlInfoSupportedUnions: both(0, 1),
		flightsql.SqlInfoMaxBinaryLiteralLen: int64(0), flightsql.SqlInfoMaxCharLiteralLen: int64(0), flightsql.SqlInfoMaxColumnNameLen: int64(0), flightsql.SqlInfoMaxColumnsInGroupBy: int64(0), flightsql.SqlInfoMaxColumnsInIndex: int64(0),
		flightsql.SqlInfoMaxColumnsInOrderBy: int64(0), flightsql.SqlInfoMaxColumnsInSelect: int64(0), flightsql.SqlInfoMaxColumnsInTable: int64(0), flightsql.SqlInfoMaxConnections: int64(0), flightsql.SqlInfoMaxCursorNameLen: int64(0),
		flightsql.SqlInfoMaxIndexLen: int64(0), flightsql.SqlInfoDBSchemaNameLen: int64(0), flightsql.SqlInfoMaxProcedureNameLen: int64(0), flightsql.SqlInfoMaxCatalogNameLen: int64(0), flightsql.SqlInfoMaxRowSize: int64(0),
		flightsql.SqlInfoMaxRowSizeIncludesBlobs: false, flightsql.SqlInfoMaxStatementLen: int64(maxSQL), flightsql.SqlInfoMaxStatements: int64(0), flightsql.SqlInfoMaxTableNameLen: int64(0), flightsql.SqlInfoMaxTablesInSelect: int64(0),
		flightsql.SqlInfoMaxUsernameLen: int64(0), flightsql.SqlInfoDefaultTransactionIsolation: int64(0), flightsql.SqlInfoTransactionsSupported: false, flightsql.SqlInfoSupportedTransactionsIsolationlevels: int32(1),
		flightsql.SqlInfoDataDefinitionCausesTransactionCommit: false, flightsql.SqlInfoDataDefinitionsInTransactionsIgnored: false, flightsql.SqlInfoSupportedResultSetTypes: both(1),
		flightsql.SqlInfoSupportedConcurrenciesForResultSetUnspecified: both(1), flightsql.SqlInfoSupportedConcurrenciesForResultSetForwardOnly: both(1),
		flightsql.SqlInfoSupportedConcurrenciesForResultSetScrollSensitive: int32(0), flightsql.SqlInfoSupportedConcurrenciesForResultSetScrollInsensitive: int32(0),
		flightsql.SqlInfoBatchUpdatesSupported: false, flightsql.SqlInfoSavePointsSupported: false, flightsql.SqlInfoNamedParametersSupported: true, flightsql.SqlInfoLocatorsUpdateCopy: false, flightsql.SqlInfoStoredFunctionsUsingCallSyntaxSupported: false,
	} {
		if err := f.RegisterSqlInfo(id, v); err != nil {
			panic("api: " + err.Error())
		}
		f.known = append(f.known, uint32(id))
	}
}

// infoList is the request for what is known of what was asked.
type infoList []uint32

// GetInfo implements flightsql.GetSqlInfo.
func (l infoList) GetInfo() []uint32 { return l }

// DoGetSqlInfo answers what is known; a driver that asks for more than that must
// not fail for it.
func (f *flightSQL) DoGetSqlInfo(ctx context.Context, q flightsql.GetSqlInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var known infoList
	for _, id := range q.GetInfo() {
		for _, k := range f.known {
			if k == id {
				known = append(known, id)
			}
		}
	}
	if len(q.GetInfo()) > 0 && len(known) == 0 {
		return rowsOf(schema_ref.SqlInfo, nil)
	}
	return f.BaseServer.DoGetSqlInfo(ctx, known)
}

// GetFlightInfoXdbcTypeInfo implements the listing of types.
func (f *flightSQL) GetFlightInfoXdbcTypeInfo(_ context.Context, _ flightsql.GetXdbcTypeInfo, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.XdbcTypeInfo), nil
}

// DoGetXdbcTypeInfo lists the types of DuckDB by their numbers in ODBC.
func (f *flightSQL) DoGetXdbcTypeInfo(_ context.Context, q flightsql.GetXdbcTypeInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var rows [][]any
	for _, t := range []struct {
		name         string
		code, size   int
		quote        string
		params       []string
		searchable   int // 0 no, 2 all but LIKE, 3 all
		unsigned     any
		exact        bool
		scaleLo      any
		scaleHi      any
		sql, subcode any
		radix        any
	}{
		{"BIGINT", -5, 19, "", nil, 2, false, true, 0, 0, -5, nil, 10},
		{"UBIGINT", -5, 20, "", nil, 2, true, true, 0, 0, -5, nil, 10},
		{"VARCHAR", 12, 1 << 30, "'", nil, 3, nil, false, nil, nil, 12, nil, nil},
		{"BOOLEAN", -7, 1, "", nil, 2, nil, false, nil, nil, -7, nil, nil},
		{"TINYINT", -6, 3, "", nil, 2, false, true, 0, 0, -6, nil, 10},
		{"UTINYINT", -6, 3, "", nil, 2, true, true, 0, 0, -6, nil, 10},
		{"DECIMAL", 3, 38, "", []string{"precision", "scale"}, 2, false, true, 0, 38, 3, nil, 10},
		{"INTEGER", 4, 10, "", nil, 2, false, true, 0, 0, 4, nil, 10},
		{"UINTEGER", 4, 10, "", nil, 2, true, true, 0, 0, 4, nil, 10},
		{"SMALLINT", 5, 5, "", nil, 2, false, true, 0, 0, 5, nil, 10},
		{"USMALLINT", 5, 5, "", nil, 2, true, true, 0, 0, 5, nil, 10},
		{"FLOAT", 7, 24, "", nil, 2, false, false, nil, nil, 7, nil, 2},
		{"DOUBLE", 8, 53, "", nil, 2, false, false, nil, nil, 8, nil, 2},
		{"DATE", 91, 10, "'", nil, 2, nil, false, nil, nil, 9, 1, nil},
		{"TIMESTAMP", 93, 26, "'", nil, 2, nil, false, 0, 6, 9, 3, nil},
		{"TIMESTAMP WITH TIME ZONE", 93, 32, "'", nil, 2, nil, false, 0, 6, 9, 3, nil},
	} {
		if want := q.GetDataType(); want != nil && int(*want) != t.code {
			continue
		}
		var quote any
		if t.quote != "" {
			quote = t.quote
		}
		var params any
		if t.params != nil {
			params = t.params
		}
		rows = append(rows, []any{t.name, t.code, t.size, quote, quote, params, 1, t.code == 12, t.searchable, t.unsigned, t.exact, false, t.name, t.scaleLo, t.scaleHi, t.sql, t.subcode, t.radix, nil})
	}
	return rowsOf(schema_ref.XdbcTypeInfo, rows)
}
