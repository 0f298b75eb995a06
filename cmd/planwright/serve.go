package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"planwright/api"
	"planwright/publish"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel"
)

// tracesTimeout is how long the last spans may take to be sent.
const tracesTimeout = 3 * time.Second

// startTraces sets up the traces that the configuration or the environment asks
// for. stop sends what is left.
func startTraces(ctx context.Context, f *api.File, cfg *api.Config) (stop func(), err error) {
	provider, err := api.StartTraces(ctx, f)
	if provider == nil || err != nil {
		return func() {}, err
	}
	log := cfg.Logger
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.WarnContext(ctx, "traces are not sent", "error", err) }))
	cfg.Tracer = provider
	return func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesTimeout)
		defer cancel()
		if err := provider.Shutdown(grace); err != nil {
			log.WarnContext(ctx, "traces are not sent", "error", err)
		}
	}, nil
}

// serveVerb serves the workspace.
func (a *app) serveVerb() *cobra.Command {
	var listen, keyFile, cert, key, config string
	var noAuth, readOnly bool
	var roots []string
	cmd := a.verb("serve", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		cfg := api.Config{Workers: a.workers, NoAuth: noAuth, ReadOnly: readOnly, Logger: slog.New(slog.NewJSONHandler(a.err, nil))}
		var f *api.File
		if config != "" {
			var err error
			if f, err = api.LoadFile(config); err != nil {
				return err
			}
			if err := f.Apply(&cfg); err != nil {
				return err
			}
			if f.Listen != "" && !cmd.Flags().Changed("listen") {
				listen = f.Listen
			}
		}
		if keyFile != "" {
			var err error
			if cfg.Keys, err = api.LoadKeys(keyFile); err != nil {
				return err
			}
		}
		if cert != "" || key != "" {
			cfg.CertFile, cfg.KeyFile = cert, key
		}
		cfg.ImportRoots = append(cfg.ImportRoots, roots...)
		w, err := a.create()
		if err != nil {
			return err
		}
		defer w.Close()
		cfg.Workspace = w
		cfg.Publish = func(ctx context.Context, plan, target string) error {
			_, err := publish.Run(ctx, w, publish.Options{Plan: plan, Target: target})
			return err
		}
		audit, auditFile, err := f.OpenAudit()
		if err != nil {
			return err
		}
		if auditFile != nil {
			cfg.Audit = audit
			defer func() { _ = auditFile.Close() }() // each line was written at once
		}
		stopTraces, err := startTraces(cmd.Context(), f, &cfg)
		if err != nil {
			return err
		}
		defer stopTraces()
		server, err := api.New(cfg)
		if err != nil {
			return err
		}
		if err := server.CheckListen(cmd.Context(), listen); err != nil {
			return err
		}
		var lc net.ListenConfig
		l, err := lc.Listen(cmd.Context(), "tcp", listen)
		if errors.Is(err, syscall.EADDRINUSE) || err != nil && strings.Contains(err.Error(), "Only one usage of each socket address") { // so says Windows
			return usage(a.T("cli.serve.taken", "address", listen))
		}
		if err != nil {
			return err
		}
		scheme := "http"
		if cfg.CertFile != "" {
			scheme = "https"
		}
		a.say("cli.serve.ready", "url", scheme+"://"+l.Addr().String(), "data", a.data)
		return server.Serve(cmd.Context(), l)
	})
	cmd.Flags().StringVar(&config, "config", os.Getenv("PLANWRIGHT_CONFIG"), a.T("cli.serve.config"))
	cmd.Flags().BoolVar(&readOnly, "read-only", false, a.T("cli.serve.readonly"))
	cmd.Flags().BoolVar(&noAuth, "no-auth", false, a.T("cli.serve.noauth"))
	address := os.Getenv("PLANWRIGHT_LISTEN")
	if address == "" {
		address = "127.0.0.1:8080"
	}
	cmd.Flags().StringVar(&listen, "listen", address, a.T("cli.serve.listen"))
	cmd.Flags().StringVar(&keyFile, "api-key-file", "", a.T("cli.serve.keys"))
	cmd.Flags().StringVar(&cert, "tls-cert", "", a.T("cli.serve.cert"))
	cmd.Flags().StringVar(&key, "tls-key", "", a.T("cli.serve.key"))
	cmd.Flags().StringSliceVar(&roots, "import-root", nil, a.T("cli.serve.roots"))
	return cmd
}
