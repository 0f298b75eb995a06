package main

import (
	"fmt"
	"strings"
	"time"

	"planwright/api"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// keysVerb creates, lists and revokes API keys of the workspace.
func (a *app) keysVerb() *cobra.Command {
	cmd := a.verb("keys", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.listKeys(cmd) })
	list := a.verb("list", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.listKeys(cmd) })
	list.Short = a.T("cli.keys.list")
	var role, expires string
	var sites []string
	var most float64
	create := a.verb("create NAME", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if _, ok := api.ParseRole(role); !ok {
			return usage(fmt.Sprintf("--role %s: use viewer, planner, approver or admin", role))
		}
		if most < 0 {
			return usage("--max-value: it is below 0")
		}
		k := snapshot.Key{Name: args[0], Role: role, Sites: sites, MaxValue: most}
		if expires != "" {
			d, err := day("expires", expires)
			if err != nil {
				return err
			}
			y, m, n := d.Civil()
			k.Expires = time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.Local)
			if k.Expires.Before(time.Now()) {
				return usage(fmt.Sprintf("--expires %s: that day is over", expires))
			}
		}
		w, err := a.create()
		if err != nil {
			return err
		}
		defer w.Close()
		secret, made, err := a.writer(w).CreateKey(cmd.Context(), k, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, secret)
		a.say("cli.keys.created", "id", made.ID, "name", made.Name, "role", made.Role)
		a.next("cli.keys.next")
		return nil
	})
	create.Short = a.T("cli.keys.create")
	create.Flags().StringVar(&role, "role", "viewer", a.T("cli.keys.role"))
	create.Flags().StringVar(&expires, "expires", "", a.T("cli.keys.expires"))
	create.Flags().StringSliceVar(&sites, "site", nil, a.T("cli.keys.site"))
	create.Flags().Float64Var(&most, "max-value", 0, a.T("cli.keys.max"))
	revoke := a.verb("revoke ID", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		if err := a.writer(w).RevokeKey(cmd.Context(), args[0], time.Now()); err != nil {
			return err
		}
		a.say("cli.keys.revoked", "id", args[0])
		return nil
	})
	revoke.Short = a.T("cli.keys.revoke")
	cmd.AddCommand(create, list, revoke)
	return cmd
}

func (a *app) listKeys(cmd *cobra.Command) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	keys, err := a.writer(w).ListKeys(cmd.Context())
	if err != nil {
		return err
	}
	head := []string{"key_id", "name", "role", "sites", "max_value", "created_at", "expires_at", "state"}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	state := func(k *snapshot.Key) string {
		switch {
		case !k.Revoked.IsZero():
			return "revoked"
		case !k.Active(time.Now()):
			return "expired"
		}
		return "active"
	}
	if a.machine() {
		s, err := a.newSheet(head)
		if err != nil {
			return err
		}
		defer s.discard()
		for i := range keys {
			k := &keys[i]
			if err := s.row(k.ID, k.Name, k.Role, strings.Join(k.Sites, ","), k.MaxValue, stamp(k.Created), stamp(k.Expires), state(k)); err != nil {
				return err
			}
		}
		return s.close()
	}
	if len(keys) == 0 {
		fmt.Fprintln(a.out, a.T("cli.keys.none"))
		return nil
	}
	t := newTable(a.T("col.key"), a.T("col.name"), a.T("col.role"), a.T("col.sites"), ">"+a.T("col.limit"), a.T("col.created"), a.T("col.expires"), a.T("col.status"))
	for i := range keys {
		k := &keys[i]
		limit := ""
		if k.MaxValue > 0 {
			limit = money(k.MaxValue)
		}
		sites := a.T("cli.keys.all")
		if len(k.Sites) > 0 {
			sites = strings.Join(k.Sites, ",")
		}
		t.add(k.ID, k.Name, a.T("role."+k.Role), sites, limit, stamp(k.Created), stamp(k.Expires), a.T("keystate."+state(k)))
	}
	t.write(a.out, 0)
	return nil
}
