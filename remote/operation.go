package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// waitStep is how long one call waits for an operation: then its progress is
// shown.
const waitStep = 400 * time.Millisecond

// wait waits for an operation and reads its response and metadata. The end of ctx
// cancels it on the server.
func (s *Server) wait(ctx context.Context, op *longrunningpb.Operation, metadata proto.Message, progress func() *planwrightv1.Progress, response proto.Message) error {
	name := op.GetName()
	for !op.GetDone() {
		err := again(ctx, func() (bool, error) {
			next, err := s.ops.WaitOperation(ctx, &longrunningpb.WaitOperationRequest{Name: name, Timeout: durationpb.New(waitStep)})
			if err == nil {
				op = next
			}
			return false, err
		})
		if ctx.Err() != nil {
			return s.cancel(context.WithoutCancel(ctx), name)
		}
		if err != nil {
			return err
		}
		if err := op.GetMetadata().UnmarshalTo(metadata); err != nil {
			return newer("operation " + name)
		}
		if p := progress(); p.GetStage() != "" {
			s.progress(p.GetStage(), p.GetDone(), p.GetTotal())
		}
	}
	if err := op.GetMetadata().UnmarshalTo(metadata); err != nil {
		return newer("operation " + name)
	}
	if e := op.GetError(); e != nil {
		return s.faultOf(status.FromProto(e))
	}
	if err := op.GetResponse().UnmarshalTo(response); err != nil {
		return newer("operation " + name)
	}
	return nil
}

// cancel stops an operation: who asked for it is gone.
func (s *Server) cancel(ctx context.Context, name string) error {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	if _, err := s.ops.CancelOperation(ctx, &longrunningpb.CancelOperationRequest{Name: name}); err != nil {
		return fmt.Errorf("%s goes on: %w", name, err)
	}
	return context.Canceled
}

// Run makes a plan. again says that an earlier request of the same id had made it.
func (s *Server) Run(ctx context.Context, req *planwrightv1.CreatePlanRequest) (p *planwrightv1.Plan, again bool, err error) {
	if req.GetRequestId() == "" {
		req.RequestId = requestID()
	}
	op, err := s.plans.CreatePlan(ctx, req)
	if err != nil {
		return nil, false, err
	}
	again = op.GetDone()
	p, meta := &planwrightv1.Plan{}, &planwrightv1.CreatePlanMetadata{}
	return p, again, s.wait(ctx, op, meta, meta.GetProgress, p)
}

// Import uploads files and imports them. With onServer the paths are on the
// server, below its import root.
func (s *Server) Import(ctx context.Context, o snapshot.ImportOptions, onServer bool) (snapshot.ImportReport, error) {
	var report snapshot.ImportReport
	req := &planwrightv1.CreateSnapshotRequest{Paths: o.Paths, MappingPath: o.MapFile, AsOf: dayText(o.AsOf), Today: dayText(o.Today), RequestId: requestID(), Update: o.Update, Append: o.Append, Repair: o.Repair,
		MaxBad: o.MaxBad, ReturnMapping: o.SaveMap != ""}
	if o.AsOf == 0 { // nobody plans on 1 January 1970
		req.AsOf = ""
	}
	req.Tombstone, req.Encoding, req.Delimiter, req.HeaderRow = o.Tombstone, o.File.Encoding, o.File.Delimiter, int32(o.File.Header)
	if !onServer {
		if err := s.upload(ctx, req, o); err != nil {
			return report, err
		}
	}
	op, err := s.snapshots.CreateSnapshot(ctx, req)
	if err != nil {
		return report, err
	}
	m, meta := &planwrightv1.Snapshot{}, &planwrightv1.CreateSnapshotMetadata{}
	if err := s.wait(ctx, op, meta, meta.GetProgress, m); err != nil {
		return report, err
	}
	told := meta.GetReport()
	report.Snapshot, report.Unchanged, report.Notes, report.Skipped = snapshotInfo(m), told.GetUnchanged(), told.GetNotes(), told.GetSkipped()
	for _, t := range told.GetTables() {
		report.Tables = append(report.Tables, snapshot.TableReport{Table: t.GetTable(), File: t.GetFile(), Read: t.GetRead(), Imported: t.GetImported(), Merged: t.GetMerged(), Ignored: t.GetIgnored(), Quarantined: t.GetQuarantined()})
	}
	report.QuarantineDir = s.base + "/v1/snapshots/" + report.Snapshot.ID + "/quarantine"
	if o.SaveMap != "" {
		if err := os.WriteFile(o.SaveMap, []byte(told.GetMapping()), 0o644); err != nil {
			return report, &planwright.Error{Code: planwright.CodeFileNotFound, Op: "save mapping", Subject: o.SaveMap, Args: []string{"detail", o.SaveMap}, Err: err}
		}
	}
	return report, nil
}

// upload sends the files of an import and names them in its request as the server
// has them.
func (s *Server) upload(ctx context.Context, req *planwrightv1.CreateSnapshotRequest, o snapshot.ImportOptions) error {
	type file struct{ path, as string }
	var files []file
	var total int64
	name := requestID()
	add := func(dir, path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		total += info.Size()
		files = append(files, file{path, name + "/" + dir + "/" + url.PathEscape(filepath.Base(path))})
		return nil
	}
	req.Paths = nil
	for i, p := range o.Paths {
		dir := strconv.Itoa(i)
		list, whole, err := snapshot.ImportFiles(p)
		if err != nil {
			return err
		}
		for _, f := range list {
			if err := add(dir, f); err != nil {
				return err
			}
		}
		as := "upload:" + name + "/" + dir
		if !whole {
			as += "/" + filepath.Base(p)
		}
		req.Paths = append(req.Paths, as)
	}
	if o.MapFile != "" {
		if err := add("map", o.MapFile); err != nil {
			return err
		}
		req.MappingPath = "upload:" + name + "/map/" + filepath.Base(o.MapFile)
	}
	var done int64
	for _, f := range files {
		sent := int64(0)
		err := again(ctx, func() (bool, error) {
			sent = 0
			return false, s.put(ctx, f.path, s.base+"/v1/uploads/"+f.as, func(n int64) { sent += n; s.progress("upload", done+sent, total) })
		})
		if err != nil {
			return err
		}
		done += sent
	}
	return nil
}

// put sends a file once.
func (s *Server) put(ctx context.Context, path, address string, sent func(n int64)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	idle := time.AfterFunc(stall, stop)
	defer idle.Stop()
	req, err := s.request(ctx, http.MethodPut, address, io.NopCloser(readerFunc(func(p []byte) (int, error) {
		idle.Reset(stall)
		n, err := f.Read(p)
		sent(int64(n))
		return n, err
	})))
	if err != nil {
		return err
	}
	req.ContentLength = info.Size()
	if info.Size() == 0 {
		req.Body = http.NoBody
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return s.unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if resp.StatusCode != http.StatusNoContent {
		return s.problem(resp)
	}
	return nil
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
