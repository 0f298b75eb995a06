package api

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/plan"
	"planwright/snapshot"
)

// runProcess returns the process that runs or imports for this one; 0 for none.
func runProcess(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		dir := filepath.Dir(f)
		env, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(env, []byte("\x00"+runEnv+"=1")) {
			continue
		}
		if stat, err := os.ReadFile(filepath.Join(dir, "stat")); err == nil {
			_, rest, _ := strings.Cut(string(stat), ") ")
			fields := strings.Fields(rest)
			if len(fields) > 1 && fields[0] != "Z" && fields[1] == strconv.Itoa(os.Getpid()) {
				pid, err := strconv.Atoi(filepath.Base(dir))
				if err != nil {
					t.Fatal(err)
				}
				return pid
			}
		}
	}
	return 0
}

// TestRunProcessKilled: a run whose process is killed fails with a word that
// says so; the server goes on, the workspace is free and nothing is left.
func TestRunProcessKilled(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("this system has no /proc to find the process in")
	}
	v := planned(t, 1500, false, func(c *Config) { c.Workers = 1 })
	ctx := deadline(t, 2*time.Minute)
	plans := planwrightv1.NewPlanServiceClient(v.grpc)
	op, err := plans.CreatePlan(ctx, &planwrightv1.CreatePlanRequest{RequestId: "k"})
	if err != nil {
		t.Fatal(err)
	}
	watch, err := plans.WatchPlan(ctx, &planwrightv1.WatchPlanRequest{Name: "plans/" + strings.TrimPrefix(op.GetName(), "operations/")})
	if err != nil {
		t.Fatal(err)
	}
	killed := false
	for {
		m, err := watch.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if m.GetProgress().GetStage() == "forecast" && !killed {
			pid := runProcess(t)
			if pid == 0 {
				t.Fatal("the run has no process of its own")
			}
			p, err := os.FindProcess(pid)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Kill(); err != nil {
				t.Fatal(err)
			}
			killed = true
		}
		if m.GetState() != planwrightv1.PlanState_PLAN_STATE_RUNNING {
			if !killed || m.GetState() != planwrightv1.PlanState_PLAN_STATE_FAILED || m.GetError().GetCode() != int32(codes.Aborted) || !strings.Contains(m.GetError().GetMessage(), "killed") {
				t.Errorf("the last word is %v", m)
			}
			break
		}
	}
	if pid := runProcess(t); pid != 0 {
		t.Errorf("process %d is there after its end was told", pid)
	}
	if odd := leftovers(t, v.ws.Dir()); len(odd) > 0 {
		t.Errorf("a killed run leaves %v", odd)
	}
	if r := v.do("GET", "/readyz", ""); r.status != 200 {
		t.Errorf("the server is not ready: %d %s", r.status, r.body)
	}
	// The same request may be made again.
	v.finish(v.post("/v1/plans", `{"request_id":"k","options":{"method":"naive"}}`))
	runs, err := v.ws.ListRuns(ctx, 10)
	if err != nil || len(runs) != 3 || runs[0].Status != "done" || runs[1].Status != "failed" {
		t.Errorf("the journal has %+v, %v", runs, err)
	}
}

// TestRunProcessSame: a plan does not depend on the process that made it, nor on
// what the process may take of memory.
func TestRunProcessSame(t *testing.T) {
	v := planned(t, 100, false, func(c *Config) { c.Limits.Run = 400 << 20 })
	apart := v.finish(v.post("/v1/plans", `{}`))
	ctx := context.Background()
	data, done, err := v.ws.Load(ctx, "", snapshot.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := plan.Run(ctx, data, plan.Options{Workers: 2})
	if err := errors.Join(err, done()); err != nil {
		t.Fatal(err)
	}
	if apart["digest"] != made.Digest {
		t.Errorf("the plan of the process has the digest %v, made here %s", apart["digest"], made.Digest)
	}
}

// TestRunRequestWhole: every option of a run and of an import reaches the
// process.
func TestRunRequestWhole(t *testing.T) {
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString("x")
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Float32, reflect.Float64:
			v.SetFloat(0.1)
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			v.SetInt(7)
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			v.SetUint(3)
		case reflect.Pointer:
			if v.Type() != reflect.TypeFor[*planwright.Carried]() {
				v.Set(reflect.New(v.Type().Elem()))
				fill(v.Elem())
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0))
		case reflect.Map:
			v.Set(reflect.MakeMap(v.Type()))
		case reflect.Func:
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				v.Set(reflect.ValueOf(time.Unix(1_700_000_000, 123).UTC()))
				return
			}
			for i := range v.NumField() {
				if v.Type() == reflect.TypeFor[plan.Options]() && v.Type().Field(i).Name == "light" {
					continue // of a replay, which sets it itself, in its own process
				}
				if !v.Field(i).CanSet() {
					t.Fatalf("field %s of %s would be lost", v.Type().Field(i).Name, v.Type())
				}
				fill(v.Field(i))
			}
		default:
			t.Fatalf("a field of kind %v", v.Kind())
		}
	}
	var was, is runRequest
	fill(reflect.ValueOf(&was).Elem())
	was.Plan.Run.Notes = nil
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(was); err != nil {
		t.Fatal(err)
	}
	if err := gob.NewDecoder(&b).Decode(&is); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(was, is) {
		t.Errorf("sent %+v\n got %+v", was, is)
	}
}
