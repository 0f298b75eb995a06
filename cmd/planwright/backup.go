package main

import (
	"fmt"
	"time"

	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// backupVerb copies a workspace while it is in use.
func (a *app) backupVerb() *cobra.Command {
	return a.verb("backup DIR", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		from, done, err := a.place()
		if err != nil {
			return err
		}
		defer done()
		bars := a.progress()
		info, err := from.Backup(cmd.Context(), args[0], time.Now(), func(done, total int64) { bars.show("backup", done, total) })
		bars.done()
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.T("cli.backup.done", "n", count(len(info.Files)), "bytes", count(int(size(info))), "dir", args[0]))
		a.next("cli.backup.next", "dir", args[0])
		return nil
	})
}

// restoreVerb makes a workspace of a backup.
func (a *app) restoreVerb() *cobra.Command {
	return a.verb("restore DIR", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		bars := a.progress()
		info, err := snapshot.Restore(cmd.Context(), args[0], a.data, func(done, total int64) { bars.show("restore", done, total) })
		bars.done()
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.T("cli.restore.done", "n", count(len(info.Files)), "bytes", count(int(size(info))), "dir", a.data, "at", info.CreatedAt.Local().Format("2006-01-02 15:04:05")))
		a.next("cli.restore.next")
		return nil
	})
}

func size(info snapshot.BackupInfo) (bytes int64) {
	for _, f := range info.Files {
		bytes += f.Size
	}
	return bytes
}
