package main

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"

	"planwright/api"

	"github.com/spf13/cobra"
)

// serveVerb serves the workspace.
func (a *app) serveVerb() *cobra.Command {
	var listen, keyFile, cert, key, config string
	var noAuth, readOnly bool
	var roots []string
	cmd := a.verb("serve", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		cfg := api.Config{Workers: a.workers, NoAuth: noAuth, ReadOnly: readOnly, Logger: slog.New(slog.NewJSONHandler(a.err, nil))}
		if config != "" {
			f, err := api.LoadFile(config)
			if err != nil {
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
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		cfg.Workspace = w
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
