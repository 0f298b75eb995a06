package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/snapshot"
)

// snapshotService implements planwright.v1.SnapshotService.
type snapshotService struct {
	planwrightv1.UnimplementedSnapshotServiceServer
	s *Server
}

// maxPaths bounds what one import names.
const maxPaths = 1000

// snapshotContent is what makes two CreateSnapshot requests the same.
type snapshotContent struct {
	Paths   []string `json:"paths"`
	Mapping string   `json:"mapping"`
	AsOf    string   `json:"as_of"`
	Text    string   `json:"mapping_text,omitempty"`
	Update  bool     `json:"update,omitempty"`
	Append  bool     `json:"append,omitempty"`
	Gone    bool     `json:"tombstone,omitempty"`
	Repair  bool     `json:"repair,omitempty"`

	File   snapshot.FileOptions `json:"file,omitzero"`
	MaxBad float64              `json:"max_bad,omitempty"`
	Today  string               `json:"today,omitempty"`
}

// CreateSnapshot starts an import.
func (v *snapshotService) CreateSnapshot(ctx context.Context, req *planwrightv1.CreateSnapshotRequest) (*longrunningpb.Operation, error) {
	s := v.s
	opt := snapshot.ImportOptions{AsOf: planwright.NoDay}
	if n := len(req.GetPaths()); n == 0 || n > maxPaths {
		return nil, badField("paths", "are %d, not 1 to %d", n, maxPaths)
	}
	var uploads []string
	for i, p := range req.GetPaths() {
		path, err := s.importPath("paths["+decimal(int64(i))+"]", p)
		if err != nil {
			return nil, err
		}
		opt.Paths, uploads = append(opt.Paths, path), append(uploads, uploadOf(p)...)
	}
	var err error
	if p := req.GetMappingPath(); p != "" {
		if opt.MapFile, err = s.importPath("mapping_path", p); err != nil {
			return nil, err
		}
		uploads = append(uploads, uploadOf(p)...)
	}
	if opt.Today, err = dayField("today", req.GetToday(), 0); err != nil {
		return nil, err
	}
	if day := req.GetAsOf(); day != "" {
		if opt.AsOf, err = planwright.ParseDay(day); err != nil {
			return nil, badField("as_of", "%q is not a date such as 2026-06-30", clip(day))
		}
	}
	if err := checkRequestID(req.GetRequestId()); err != nil {
		return nil, err
	}
	switch {
	case req.GetUpdate() && req.GetAppend():
		return nil, badField("append", "goes on in another way than update: give one of them")
	case req.GetTombstone() && !req.GetUpdate() && !req.GetAppend():
		return nil, badField("tombstone", "deletes from the newest snapshot: give update or append too")
	case req.GetMapping() != "" && req.GetMappingPath() != "":
		return nil, badField("mapping", "is given beside mapping_path: give one of them")
	case math.IsNaN(req.GetMaxBad()):
		return nil, badField("max_bad", "is not a number")
	}
	opt.Update, opt.Append, opt.Tombstone, opt.Repair, opt.MaxBad = req.GetUpdate(), req.GetAppend(), req.GetTombstone(), req.GetRepair(), req.GetMaxBad()
	opt.File = snapshot.FileOptions{Encoding: req.GetEncoding(), Delimiter: req.GetDelimiter(), Header: int(req.GetHeaderRow())}
	if opt.MapText = req.GetMapping(); opt.MapText != "" {
		if _, err := snapshot.ParseMapping([]byte(opt.MapText)); err != nil {
			return nil, err
		}
	}
	content, err := json.Marshal(snapshotContent{req.GetPaths(), req.GetMappingPath(), req.GetAsOf(), opt.MapText, opt.Update, opt.Append, opt.Tombstone, opt.Repair, opt.File, opt.MaxBad, req.GetToday()})
	if err != nil {
		return nil, err
	}
	op := &operation{id: snapshot.NewRunID(), kind: snapshotOp, requestID: req.GetRequestId(), content: string(content)}
	return s.ops.create(ctx, op, v.repeat, func(ctx context.Context, op *operation) (string, proto.Message, error) {
		made, m, err := v.run(ctx, op, opt, req.GetReturnMapping())
		if derr := s.dropUploads(uploads); derr != nil {
			s.log.WarnContext(ctx, "uploads are left", "operation", op.name(), "error", derr)
		}
		return made, m, err
	})
}

// repeat finds the snapshot that an earlier process made for the same request.
func (v *snapshotService) repeat(ctx context.Context, op *operation) (*longrunningpb.Operation, error) {
	run, found, err := v.s.ws.FindRun(ctx, "import", op.requestID)
	if err != nil || !found || run.Status != "done" {
		return nil, err // what failed, or was killed, may be tried again
	}
	var was snapshotContent
	if json.Unmarshal([]byte(run.Options), &was) == nil && len(was.Paths) > 0 && run.Options != op.content {
		return nil, usedRequestID(op.requestID)
	}
	return v.s.pastImport(ctx, run)
}

// pastImport is the operation of an import of an earlier process.
func (s *Server) pastImport(ctx context.Context, run snapshot.Run) (*longrunningpb.Operation, error) {
	m, err := (&snapshotService{s: s}).describe(ctx, run.SnapshotID)
	if err != nil {
		return nil, err
	}
	meta := &planwrightv1.CreateSnapshotMetadata{Snapshot: m.GetName(), RequestId: run.RequestID, CreateTime: timestamppb.New(run.Started)}
	return operationMessage(operationPrefix+run.ID, meta, true, m, nil)
}

// DeleteSnapshot deletes a snapshot.
func (v *snapshotService) DeleteSnapshot(ctx context.Context, req *planwrightv1.DeleteSnapshotRequest) (*emptypb.Empty, error) {
	id, ok := strings.CutPrefix(req.GetName(), snapshotPrefix)
	if !ok || !plainID(id) || id == "latest" || id == "-" {
		return nil, badField("name", "%q is not snapshots/{snapshot} with the snapshot's own name", clip(req.GetName()))
	}
	err := v.s.ws.DeleteSnapshot(ctx, id, req.GetForce())
	var e *planwright.Error
	if errors.As(err, &e) && e.Code == planwright.CodeUsage {
		return nil, inState{err}
	}
	return &emptypb.Empty{}, err
}

// importStages are the stages of an import as a client sees them, and the words
// by which its reports begin; the file or the table stands behind.
var importStages = []string{"read", "check", "write"}

func importStage(report string) (word, subject string, index int) {
	word, subject, _ = strings.Cut(report, " ")
	if word == "stage" {
		word = "read"
	}
	return word, subject, slices.Index(importStages, word) + 1
}

// run is the work of CreateSnapshot, in a process of its own.
func (v *snapshotService) run(ctx context.Context, op *operation, opt snapshot.ImportOptions, returnMapping bool) (name string, result proto.Message, err error) {
	s := v.s
	opt.Language = op.language
	if returnMapping {
		dir, err := s.uploadTemp()
		if err != nil {
			return "", nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }() // read by then
		opt.SaveMap = filepath.Join(dir, "mapping.yaml")
	}
	watch := s.newStopwatch(ctx, op.id)
	report := func(stage string, done, total int) {
		if word, subject, i := importStage(stage); i > 0 {
			watch.at(word, i)
			op.advance(word, subject, i, len(importStages), done, total)
		}
	}
	entry := snapshot.Run{ID: op.id, RequestID: op.requestID, Kind: "import", Status: "running", Options: op.content, Started: op.created}
	if err := s.ws.RecordRun(ctx, entry); err != nil {
		return "", nil, err
	}
	defer func() {
		watch.stop(err)
		s.journal(ctx, entry, err)
	}()
	end, err := s.runApart(ctx, runRequest{Import: &opt}, report)
	if err != nil {
		return "", nil, err
	}
	entry.SnapshotID = end.Made
	told := s.importReport(end.Import)
	if opt.SaveMap != "" {
		b, err := os.ReadFile(opt.SaveMap)
		if err != nil {
			return "", nil, err
		}
		told.Mapping = string(b)
	}
	op.change(func() { op.report = told })
	m, err := v.describe(context.WithoutCancel(ctx), end.Made)
	if err != nil {
		return "", nil, err
	}
	return m.GetName(), m, nil
}

// importReport is the accounting of an import as the protocol has it.
func (s *Server) importReport(r *importAccount) *planwrightv1.ImportReport {
	if r == nil {
		return &planwrightv1.ImportReport{}
	}
	m := &planwrightv1.ImportReport{Unchanged: r.Unchanged, Skipped: r.Skipped}
	for _, n := range r.Notes {
		m.Notes = append(m.Notes, s.hide(n))
	}
	for _, t := range r.Tables {
		m.Tables = append(m.Tables, &planwrightv1.ImportedTable{Table: t.Table, File: t.File, Read: t.Read, Imported: t.Imported, Merged: t.Merged, Ignored: t.Ignored, Quarantined: t.Quarantined})
	}
	return m
}

// journal writes how a run ended, even when it was cancelled.
func (s *Server) journal(ctx context.Context, entry snapshot.Run, err error) {
	entry.Ended = time.Now().UTC()
	switch {
	case err == nil:
		entry.Status = "done"
	case ctx.Err() != nil:
		entry.Status, entry.Error = "cancelled", ctx.Err().Error()
	default:
		entry.Status, entry.Error = "failed", err.Error()
	}
	if jerr := s.ws.RecordRun(context.WithoutCancel(ctx), entry); jerr != nil {
		s.log.ErrorContext(ctx, "run is not in the journal", "run_id", entry.ID, "error", jerr)
	}
}

// snapshotMessage describes a snapshot by what is kept beside its file.
func snapshotMessage(info snapshot.SnapshotInfo) *planwrightv1.Snapshot {
	return &planwrightv1.Snapshot{
		Name: snapshotPrefix + info.ID, AsOf: dayText(info.AsOf), CreateTime: timestamppb.New(info.CreatedAt), Digest: info.Digest, FormatVersion: int32(info.Format),
		SkuCount: info.Rows["skus"], Tables: tableSizes(info.Rows, nil), SizeBytes: info.Size, EngineVersion: info.Engine, FileSha256: info.FileSHA,
	}
}

// describe describes a snapshot with what only its file tells: the currency and
// the rows refused.
func (v *snapshotService) describe(ctx context.Context, id string) (*planwrightv1.Snapshot, error) {
	info, err := v.s.ws.GetSnapshot(id)
	if err != nil {
		return nil, err
	}
	m := snapshotMessage(info)
	if callOf(ctx).wholeCompany() != nil {
		defer ownSnapshot(m)
	}
	rows, err := v.s.ws.SelectSnapshot(ctx, info.ID, `SELECT table_name, CAST(sum("rows") AS BIGINT), NULL FROM snap.quarantine GROUP BY table_name
		UNION ALL SELECT NULL, NULL, value FROM snap.settings WHERE name = 'currency'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	refused := map[string]int64{}
	for rows.Next() {
		var table, currency string
		var n int64
		if err := rows.Scan(&table, &n, &currency); err != nil {
			return nil, err
		}
		if table == "" {
			m.Currency = currency
			continue
		}
		refused[table] = n
		m.QuarantinedCount += n
	}
	m.Tables = tableSizes(info.Rows, refused)
	if err := rows.Err(); err != nil {
		return nil, err
	}
	c, folded, err := v.s.ws.FoldCounts(id)
	if folded {
		m.Events = &planwrightv1.EventCounts{Import: snapshotPrefix + c.Root, Newest: c.Position, Applied: c.Applied, Held: c.Held, Reversed: c.Reversed, Later: c.Later, Waiting: c.Waiting}
	}
	return m, err
}

// GetSnapshot describes a snapshot.
func (v *snapshotService) GetSnapshot(ctx context.Context, req *planwrightv1.GetSnapshotRequest) (*planwrightv1.Snapshot, error) {
	id, err := v.s.snapshotID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	return v.describe(ctx, id)
}

var snapshotList = memoryList[*planwrightv1.Snapshot]{
	columns: columns{{name: "name"}, {name: "as_of", kind: dayKind}, {name: "create_time", kind: timeKind}, {name: "digest"}, {name: "format_version", kind: intKind},
		{name: "sku_count", kind: intKind}, {name: "size_bytes", kind: intKind}},
	get: func(m *planwrightv1.Snapshot, name string) any {
		switch name {
		case "name":
			return m.GetName()
		case "as_of":
			return dayValue(m.GetAsOf())
		case "create_time":
			return m.GetCreateTime().AsTime()
		case "digest":
			return m.GetDigest()
		case "format_version":
			return int64(m.GetFormatVersion())
		case "sku_count":
			return m.GetSkuCount()
		}
		return m.GetSizeBytes()
	},
	key: func(m *planwrightv1.Snapshot) string { return m.GetName() },
}

// ListSnapshots lists the published snapshots.
func (v *snapshotService) ListSnapshots(ctx context.Context, req *planwrightv1.ListSnapshotsRequest) (*planwrightv1.ListSnapshotsResponse, error) {
	infos, err := v.s.ws.ListSnapshots()
	if err != nil {
		return nil, err
	}
	slices.Reverse(infos) // newest first
	whole := callOf(ctx).wholeCompany()
	all := make([]*planwrightv1.Snapshot, len(infos))
	for i, info := range infos {
		if all[i] = snapshotMessage(info); whole != nil {
			all[i] = ownSnapshot(all[i])
		}
	}
	rows, next, total, err := snapshotList.page(all, listQuery{method: "snapshots", filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListSnapshotsResponse{Snapshots: rows, NextPageToken: next, TotalSize: size32(int64(total))}, nil
}

// maxQuarantine is how many refused rows are sorted or filtered: they lie in
// files that people open, not in a table.
const maxQuarantine = 100_000

var quarantineList = memoryList[*planwrightv1.QuarantinedRow]{
	columns: columns{{name: "table"}, {name: "file"}, {name: "row", kind: intKind}, {name: "code"}, {name: "reason"}, {name: "raw"}},
	get: func(m *planwrightv1.QuarantinedRow, name string) any {
		switch name {
		case "table":
			return m.GetTable()
		case "file":
			return m.GetFile()
		case "row":
			return m.GetRow()
		case "code":
			return m.GetCode()
		case "reason":
			return m.GetReason()
		}
		return m.GetRaw()
	},
	key: func(m *planwrightv1.QuarantinedRow) string {
		return m.GetTable() + "\x00" + m.GetFile() + "\x00" + decimal(m.GetRow()) + "\x00" + m.GetCode()
	},
}

// ListQuarantine lists the rows that an import refused.
func (v *snapshotService) ListQuarantine(ctx context.Context, req *planwrightv1.ListQuarantineRequest) (*planwrightv1.ListQuarantineResponse, error) {
	id, err := v.s.snapshotID("parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	q := listQuery{method: "quarantine", parent: snapshotPrefix + id, filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()}
	f, _, _, err := q.parse(quarantineList.columns)
	if err != nil {
		return nil, err
	}
	table := ""
	for _, c := range f {
		if name, ok := c.value.(string); ok && c.column.name == "table" && c.op == equal {
			table = name // the rows of one table lie in one file
		}
	}
	found, total, err := v.s.ws.ListQuarantine(ctx, id, table, 0, maxQuarantine)
	if err != nil {
		return nil, err
	}
	if total > maxQuarantine {
		return nil, refuse(codes.FailedPrecondition, "%d rows were refused, too many to list: ask for one table (table = \"...\"), or see the files in the workspace's quarantine/%s", total, id)
	}
	all := make([]*planwrightv1.QuarantinedRow, len(found))
	for i, r := range found {
		m := &planwrightv1.QuarantinedRow{Table: r.Table, File: r.File, Row: r.Row, Code: r.Code.String(), Reason: r.Reason, Raw: r.Raw, Mend: r.Mend}
		if callOf(ctx).language == lang.Chinese {
			m.Mend, m.Reason = r.MendZh, lang.Detail(lang.Chinese, r.Reason)
		}
		if m.Raw == "" {
			m.Raw = rawRow(r)
		}
		all[i] = m
	}
	rows, next, _, err := quarantineList.page(all, q)
	if err != nil {
		return nil, err
	}
	resp := &planwrightv1.ListQuarantineResponse{Rows: rows, NextPageToken: next}
	for _, m := range all {
		if f.holds(func(name string) any { return quarantineList.get(m, name) }) {
			resp.TotalSize++
		}
	}
	return resp, nil
}

// rawRow writes the cells of a row with their columns, as JSON.
func rawRow(r snapshot.QuarantineRow) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range r.Columns {
		if i >= len(r.Values) {
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		k, kerr := json.Marshal(name)
		v, verr := json.Marshal(r.Values[i])
		if kerr != nil || verr != nil {
			return strings.Join(r.Values, ",")
		}
		b.Write(k)
		b.WriteString(": ")
		b.Write(v)
	}
	b.WriteByte('}')
	return b.String()
}

// outcomes are the outcomes of a check by the severity of what it found.
var outcomes = map[planwright.Severity]planwrightv1.CheckOutcome{
	planwright.Info: planwrightv1.CheckOutcome_CHECK_OUTCOME_PASS, planwright.Warn: planwrightv1.CheckOutcome_CHECK_OUTCOME_WARN, planwright.Fail: planwrightv1.CheckOutcome_CHECK_OUTCOME_FAIL,
}

// CheckSnapshot lists what was looked for in a snapshot, and what was found.
func (v *snapshotService) CheckSnapshot(ctx context.Context, req *planwrightv1.CheckSnapshotRequest) (*planwrightv1.CheckSnapshotResponse, error) {
	id, err := v.s.snapshotID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	report, err := v.s.ws.Check(ctx, id)
	if err != nil {
		return nil, err
	}
	l := callOf(ctx).language
	out := &planwrightv1.CheckSnapshotResponse{Snapshot: snapshotPrefix + id, Outcome: planwrightv1.CheckOutcome_CHECK_OUTCOME_PASS}
	for _, item := range report.Items {
		m := &planwrightv1.Check{Code: item.Code.String(), Outcome: outcomes[item.Severity], Title: lang.Text(l, "name."+item.Code.String()), Count: item.Rows}
		out.Outcome = max(out.GetOutcome(), m.GetOutcome())
		for _, f := range item.Examples {
			subject := f.Subject
			if subject == "" {
				subject = f.ItemID
			}
			m.Findings = append(m.Findings, &planwrightv1.CheckFinding{Table: f.Table, Subject: subject, Message: lang.Detail(l, f.Detail), File: f.File, Row: f.Row})
		}
		out.Checks = append(out.Checks, m)
	}
	return out, nil
}
