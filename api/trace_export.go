package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"planwright"
)

// FileTraces says where traces go. The standard environment of OpenTelemetry
// (OTEL_EXPORTER_OTLP_ENDPOINT and its kin) is stronger.
type FileTraces struct {
	Endpoint string   `yaml:"endpoint"`
	Protocol string   `yaml:"protocol"`
	Sample   *float64 `yaml:"sample"`
}

// Protocols of OTLP, as the environment names them.
const (
	otlpGRPC = "grpc"
	otlpHTTP = "http/protobuf"
)

// check refuses what cannot be.
func (t *FileTraces) check() error {
	if t.Endpoint == "" && (t.Protocol != "" || t.Sample != nil) {
		return errors.New("traces.endpoint: is missing")
	}
	if t.Endpoint != "" {
		if u, err := url.Parse(t.Endpoint); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("traces.endpoint: %q is not an address such as http://127.0.0.1:4317", t.Endpoint)
		}
	}
	if t.Protocol != "" && t.Protocol != otlpGRPC && t.Protocol != otlpHTTP {
		return fmt.Errorf("traces.protocol: %q is not %s or %s", t.Protocol, otlpGRPC, otlpHTTP)
	}
	if t.Sample != nil && !(*t.Sample >= 0 && *t.Sample <= 1) {
		return errors.New("traces.sample: is not a share from 0 to 1")
	}
	return nil
}

// StartTraces makes the provider of a server's spans: of the environment's
// OTEL_* variables, else of the configuration. nil: nobody asked for traces.
// It must be shut down, which sends what is left.
func StartTraces(ctx context.Context, f *File) (*sdktrace.TracerProvider, error) {
	var t FileTraces
	if f != nil {
		t = f.Traces
	}
	env := os.Getenv
	byEnv := env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || env("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || env("OTEL_TRACES_EXPORTER") == "otlp"
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") || env("OTEL_TRACES_EXPORTER") == "none" || !byEnv && t.Endpoint == "" {
		return nil, nil
	}
	exporter, err := t.exporter(ctx, byEnv)
	if err != nil {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "traces", What: err.Error(), Fix: "docs/operations.md says how traces are sent", Args: []string{"detail", "traces: " + err.Error()}, Err: err}
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "planwright"), attribute.String("service.version", planwright.Version)), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, err
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithBatcher(exporter), sdktrace.WithResource(about)}
	if t.Sample != nil && env("OTEL_TRACES_SAMPLER") == "" {
		options = append(options, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(*t.Sample))))
	}
	return sdktrace.NewTracerProvider(options...), nil
}

// exporter connects when the first spans are sent: a collector that is down
// keeps no server from starting.
func (t *FileTraces) exporter(ctx context.Context, byEnv bool) (*otlptrace.Exporter, error) {
	protocol := t.Protocol
	for _, name := range []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"} {
		if v := os.Getenv(name); v != "" {
			protocol = v
		}
	}
	switch protocol {
	case "", otlpGRPC:
		var options []otlptracegrpc.Option
		if !byEnv {
			options = append(options, otlptracegrpc.WithEndpointURL(t.Endpoint))
		}
		return otlptracegrpc.New(ctx, options...)
	case otlpHTTP:
		var options []otlptracehttp.Option
		if !byEnv {
			options = append(options, otlptracehttp.WithEndpointURL(tracesURL(t.Endpoint)))
		}
		return otlptracehttp.New(ctx, options...)
	}
	return nil, fmt.Errorf("the protocol %q is not %s or %s", protocol, otlpGRPC, otlpHTTP)
}

// tracesURL adds the path that OTLP over HTTP has unless the address has one.
func tracesURL(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = "/v1/traces"
		return u.String()
	}
	return endpoint
}
