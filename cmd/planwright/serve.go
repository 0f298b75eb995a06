package main

import (
	"log/slog"
	"net"

	"planwright/api"

	"github.com/spf13/cobra"
)

// serveVerb serves the workspace.
func (a *app) serveVerb() *cobra.Command {
	var listen, keyFile, cert, key string
	var roots []string
	cmd := a.verb("serve", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		var keys *api.Keys
		if keyFile != "" {
			var err error
			if keys, err = api.LoadKeys(keyFile); err != nil {
				return err
			}
		}
		if err := api.CheckListen(listen, keys.Len() > 0); err != nil {
			return err
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		server, err := api.New(api.Config{
			Workspace: w, Keys: keys, CertFile: cert, KeyFile: key, ImportRoots: roots, Workers: a.workers,
			Logger: slog.New(slog.NewJSONHandler(a.err, nil)),
		})
		if err != nil {
			return err
		}
		var lc net.ListenConfig
		l, err := lc.Listen(cmd.Context(), "tcp", listen)
		if err != nil {
			return err
		}
		scheme := "http"
		if cert != "" {
			scheme = "https"
		}
		a.say("cli.serve.ready", "url", scheme+"://"+l.Addr().String(), "data", a.data)
		return server.Serve(cmd.Context(), l)
	})
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", a.T("cli.serve.listen"))
	cmd.Flags().StringVar(&keyFile, "api-key-file", "", a.T("cli.serve.keys"))
	cmd.Flags().StringVar(&cert, "tls-cert", "", a.T("cli.serve.cert"))
	cmd.Flags().StringVar(&key, "tls-key", "", a.T("cli.serve.key"))
	cmd.Flags().StringSliceVar(&roots, "import-root", nil, a.T("cli.serve.roots"))
	return cmd
}
