package remote

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	planwrightv1 "planwright/api/planwright/v1"
)

// repeatable says whether a method may be sent twice: those that only read, and
// those that this client sends with a request id (events have ids of their own). The rest is sent once: whether
// it was done before the connection broke, nobody knows.
func repeatable(method string) bool {
	for _, verb := range []string{"Get", "List", "Check", "Wait"} {
		if strings.HasPrefix(method, verb) {
			return true
		}
	}
	switch method {
	case "CreatePlan", "CreateSnapshot", "DecideSuggestions", "CancelOperation", "CreateScenario", "FoldEvents", "BatchAppendEvents":
		return true
	}
	return false
}

// attempts and pauses of a call that may be repeated: 0.2 s, 0.6 s, 1.8 s, 5 s.
const (
	attempts   = 5
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
	growth     = 3
)

// retries is the service configuration that repeats calls of the repeatable
// methods while the server cannot be reached.
var retries = retryConfig()

func retryConfig() string {
	type name struct {
		Service string `json:"service"`
		Method  string `json:"method"`
	}
	type policy struct {
		MaxAttempts       int      `json:"maxAttempts"`
		InitialBackoff    string   `json:"initialBackoff"`
		MaxBackoff        string   `json:"maxBackoff"`
		BackoffMultiplier float64  `json:"backoffMultiplier"`
		Codes             []string `json:"retryableStatusCodes"`
	}
	type method struct {
		Name  []name `json:"name"`
		Retry policy `json:"retryPolicy"`
	}
	m := method{Retry: policy{attempts, "0.2s", "5s", growth, []string{"UNAVAILABLE"}}}
	for _, d := range []grpc.ServiceDesc{planwrightv1.SnapshotService_ServiceDesc, planwrightv1.PlanService_ServiceDesc, planwrightv1.ForecastService_ServiceDesc,
		planwrightv1.ReplenishmentService_ServiceDesc, planwrightv1.AdminService_ServiceDesc, longrunningpb.Operations_ServiceDesc} {
		for _, x := range d.Methods {
			if repeatable(x.MethodName) {
				m.Name = append(m.Name, name{d.ServiceName, x.MethodName})
			}
		}
	}
	b, err := json.Marshal(map[string]any{"methodConfig": []method{m}})
	if err != nil {
		panic("remote: the retry configuration does not marshal")
	}
	return string(b)
}

// again repeats a transfer while the server cannot be reached; try says whether
// it got any further, which starts the count anew.
func again(ctx context.Context, try func() (further bool, err error)) error {
	pause := firstPause
	for n := 1; ; n++ {
		further, err := try()
		var f *Fault
		if err == nil || ctx.Err() != nil || !errors.As(err, &f) || f.Code != codes.Unavailable {
			if ctx.Err() != nil && err != nil {
				return ctx.Err()
			}
			return err
		}
		if further {
			n, pause = 1, firstPause
		}
		if n == attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(growth*pause, lastPause)
	}
}
