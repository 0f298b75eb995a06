package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"planwright"
)

// CheckReport is what was looked for in a snapshot and what was found.
type CheckReport struct {
	Snapshot SnapshotInfo
	Files    []TableReport // the accounting of the import; empty for a snapshot that was written directly
	Items    []CheckItem
}

// CheckItem is one line of the list. Severity is [planwright.Fail] where rows
// were set aside, [planwright.Warn] where they are planned with, and
// [planwright.Info] where nothing was found: the check has passed.
type CheckItem struct {
	Code     planwright.Code
	Severity planwright.Severity
	Rows     int64          // found, of all tables
	Tables   []FindingCount // the same by table and severity
	Examples []Finding      // the first few
}

// Status returns PASS, WARN or FAIL.
func (i *CheckItem) Status() string {
	switch i.Severity {
	case planwright.Fail:
		return "FAIL"
	case planwright.Warn:
		return "WARN"
	}
	return "PASS"
}

// checked are the codes that every import looks for, in the order of the list.
var checked = []planwright.Code{
	planwright.CodeBOMCycle, planwright.CodeSelfComponent, planwright.CodeUnknownItem, planwright.CodeUnknownSite, planwright.CodeUnknownSupplier, planwright.CodeUnknownCalendar,
	planwright.CodeDuplicateKey, planwright.CodeMissingValue, planwright.CodeBadNumber, planwright.CodeQtyRange, planwright.CodeNegativeQty, planwright.CodePrecision,
	planwright.CodeBadDate, planwright.CodeDateRange, planwright.CodeUnknownColumnValue, planwright.CodeUOMConversion, planwright.CodeLeadTimeMissing,
	planwright.CodeEffectivityOverlap, planwright.CodeEffectivityEmpty, planwright.CodeOrderPastDue, planwright.CodeRaggedRow, planwright.CodeUnknownSetting, planwright.CodeDestroyedCode,
	planwright.CodeNoCost,
	planwright.CodeNoPrice,
	planwright.CodeCostAbovePrice,
	planwright.CodeNegativeCost,
	planwright.CodeSimilarCode,
	planwright.CodeSameName,
	planwright.CodeObsoleteDemand,
	planwright.CodePhaseOutOpen,
	planwright.CodeMadeNoBOM,
	planwright.CodeBoughtNoSupplier,
	planwright.CodeLeadTimeLong,
	planwright.CodeLevelsContradict,
	planwright.CodeLotsContradict,
	planwright.CodeStockExpired,
	planwright.CodeStockUnused,
	planwright.CodeHistoryShort,
	planwright.CodeHistoryStale,
	planwright.CodeOrderHuge,
	planwright.CodeOrderTwice,
	planwright.CodeUsageZero,
	planwright.CodeScrapHigh,
	planwright.CodeReceiptTooLarge,
	planwright.CodeReceiptOrder,
}

// checkExamples is how many findings of each kind a report shows.
const checkExamples = 5

// Check lists what the import of a snapshot looked for and what it found; id is
// as in [Workspace.ResolveSnapshot].
func (w *Workspace) Check(ctx context.Context, id string) (CheckReport, error) {
	var r CheckReport
	info, err := w.GetSnapshot(id)
	if err != nil {
		return r, err
	}
	r.Snapshot = info
	path, err := w.file(ctx, snapshotKind, info.ID)
	if err != nil {
		return r, err
	}
	db, c, err := createDB(path, dbOptions{ReadOnly: true, TempDir: w.spillDir()})
	if err != nil {
		return r, err
	}
	defer func() {
		c.Close()
		_ = db.Close() // read only: nothing can be lost
	}()
	meta, err := readMeta(ctx, c, db.path)
	if err != nil {
		return r, err
	}
	if r.Files, err = filesOf(meta); err != nil {
		return r, err
	}
	found, err := findingsOf(ctx, c, "", checkExamples)
	if err != nil {
		return r, damaged(ctx, db.path, err)
	}
	counts, err := storedCounts(ctx, c, meta)
	if err != nil {
		return r, damaged(ctx, db.path, err)
	}
	r.Items = checkItems(counts, found)
	return r, nil
}

func damaged(ctx context.Context, path string, err error) error {
	var e *planwright.Error
	if ctx.Err() != nil || errors.As(err, &e) {
		return err
	}
	return fail(planwright.CodeFileFormat, "check", path, "the findings cannot be read", "import the data again", err)
}

// storedCounts are the numbers of findings that the import kept in meta; those
// of the stored rows where there are none.
func storedCounts(ctx context.Context, c *Conn, meta map[string]string) ([]FindingCount, error) {
	var counts []FindingCount
	for _, k := range sortedKeys(meta) {
		rest, ok := strings.CutPrefix(k, "findings.")
		if !ok {
			continue
		}
		parts := strings.SplitN(rest, ".", 3)
		n, err := strconv.ParseInt(meta[k], 10, 64)
		if len(parts) != 3 || err != nil {
			continue
		}
		f := FindingCount{Table: parts[2], Rows: n}
		f.Severity, _ = planwright.ParseSeverity(parts[0])
		f.Code, _ = planwright.ParseCode(parts[1])
		counts = append(counts, f)
	}
	if len(counts) > 0 {
		return counts, nil
	}
	rows, err := c.Query(ctx, "SELECT code, severity, table_name, count(*) FROM main.findings GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var code, sev string
		var f FindingCount
		if err := rows.Scan(&code, &sev, &f.Table, &f.Rows); err != nil {
			return nil, err
		}
		f.Code, _ = planwright.ParseCode(code)
		f.Severity, _ = planwright.ParseSeverity(sev)
		counts = append(counts, f)
	}
	return counts, rows.Err()
}

// checkItems makes the list: every code that is looked for, then what else was
// found.
func checkItems(counts []FindingCount, found []Finding) []CheckItem {
	items := make([]CheckItem, 0, len(checked))
	at := map[planwright.Code]int{}
	item := func(code planwright.Code) *CheckItem {
		i, ok := at[code]
		if !ok {
			i = len(items)
			at[code] = i
			items = append(items, CheckItem{Code: code})
		}
		return &items[i]
	}
	for _, code := range checked {
		item(code)
	}
	for _, c := range counts {
		i := item(c.Code)
		i.Rows += c.Rows
		i.Severity = max(i.Severity, c.Severity)
		i.Tables = append(i.Tables, c)
	}
	for _, f := range found {
		if i := item(f.Code); len(i.Examples) < checkExamples {
			i.Examples = append(i.Examples, f)
		}
	}
	return items
}

// String writes a finding as a line for a log: code, place, detail.
func (f Finding) String() string {
	place := f.File
	if f.Row > 0 {
		place = fmt.Sprintf("%s row %d", f.File, f.Row)
	}
	if place == "" {
		place = f.Table
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s: %s", f.Code, place, f.Detail))
}
