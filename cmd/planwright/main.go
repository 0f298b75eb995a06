// Command planwright plans inventory: files in, a snapshot, a plan and
// suggestions out. Every verb is in a file of its own name; here they are only
// wired together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	_ "time/tzdata" // time zones of schedules, where the system has none

	"planwright"
	"planwright/lang"
	"planwright/remote"
	"planwright/snapshot"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes; schedulers rely on them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitBadRows = 3
	exitMatched = 4  // --fail-on matched
	exitBusy    = 75 // try again later
)

// app is what every verb shares: where to write, in which language, and the
// global flags.
type app struct {
	out, err io.Writer
	lang     lang.Language
	color    bool // of err and out
	bars     bool // progress bars on err
	exit     int  // what a verb that succeeded wants to return

	watch *stopwatch // takes the time of the stages that progress shows; nil: nobody asks

	data    string
	json    bool
	output  string
	langArg string
	workers int

	ctx       context.Context // of the command
	far       serverFlags
	remote    *remote.Server // nil: the workspace is here
	transfers *progress      // of the server, while there is one
}

// T returns a text of the catalogue in the reader's language.
func (a *app) T(key string, pairs ...string) string { return lang.Text(a.lang, key, pairs...) }

// say writes a line of talk to stderr.
func (a *app) say(key string, pairs ...string) {
	fmt.Fprintln(a.err, a.T(key, pairs...))
}

// next ends a success with what to do now.
func (a *app) next(key string, pairs ...string) {
	fmt.Fprintln(a.err, a.T("cli.next", "step", a.T(key, pairs...)))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// locale returns the language of the environment, as the C library reads it.
func locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, out, errw io.Writer) int {
	a := &app{out: out, err: errw, ctx: ctx}
	a.bars = isTerminal(errw) && os.Getenv("NO_COLOR") == ""
	a.color = isTerminal(out) && os.Getenv("NO_COLOR") == ""
	a.lang = lang.Parse(locale())
	for i, s := range args { // the help texts need the language before flags are parsed
		if v, ok := strings.CutPrefix(s, "--lang="); ok {
			a.lang = lang.Parse(v)
		} else if s == "--lang" && i+1 < len(args) {
			a.lang = lang.Parse(args[i+1])
		}
	}
	root := a.command()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errw)
	err := root.ExecuteContext(ctx)
	a.endTransfers()
	if a.remote != nil {
		err = errors.Join(err, a.remote.Close())
	}
	if err == nil {
		return a.exit
	}
	return a.fail(err)
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use: "planwright", Short: a.T("cli.root"), Version: planwright.Version,
		SilenceUsage: true, SilenceErrors: true,
	}
	data := os.Getenv("PLANWRIGHT_DATA")
	if data == "" {
		data = "./planwright-data"
	}
	f := root.PersistentFlags()
	f.StringVar(&a.data, "data", data, a.T("cli.flag.data"))
	f.BoolVar(&a.json, "json", false, a.T("cli.flag.json"))
	f.StringVarP(&a.output, "output", "o", "", a.T("cli.flag.output"))
	f.StringVar(&a.langArg, "lang", a.lang.String(), a.T("cli.flag.lang"))
	f.IntVar(&a.workers, "workers", runtime.NumCPU(), a.T("cli.flag.workers"))
	a.serverFlags(root)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := a.checkFlags(cmd); err != nil {
			return err
		}
		return a.choose(cmd)
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err.Error()) })
	root.AddCommand(a.verbs()...)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetUsageTemplate(a.frame(root.UsageTemplate()))
	return root
}

// checkFlags refuses values of common flags that mean nothing.
func (a *app) checkFlags(cmd *cobra.Command) error {
	if l := strings.ToLower(a.langArg); !strings.HasPrefix(l, "en") && !strings.HasPrefix(l, "zh") {
		return usage(fmt.Sprintf("--lang %s: use en or zh", a.langArg))
	}
	if a.workers < 1 {
		return usage(fmt.Sprintf("--workers %d: use 1 or more", a.workers))
	}
	if f := cmd.Flags().Lookup("top"); f != nil && strings.HasPrefix(f.Value.String(), "-") {
		return usage(fmt.Sprintf("--top %s: use 1 or more, or 0 for all", f.Value))
	}
	return nil
}

// frame puts the words around the texts of a help page into the reader's language.
func (a *app) frame(template string) string {
	for _, x := range [][2]string{{"Usage:", "usage"}, {"Aliases:", "aliases"}, {"Examples:", "examples"}, {"Available Commands:", "commands"}, {"Additional Commands:", "more"}, {"Global Flags:", "global"}, {"Flags:", "flags"},
		{"Additional help topics:", "topics"}} {
		template = strings.ReplaceAll(template, x[0], a.T("cli.help."+x[1]))
	}
	return strings.Replace(template, `Use "{{.CommandPath}} [command] --help" for more information about a command.`, a.T("cli.help.each", "command", "{{.CommandPath}}"), 1)
}

// verb makes a command whose texts are in the catalogue under cli.<name> and
// whose positional arguments are checked by args.
func (a *app) verb(use string, args cobra.PositionalArgs, do func(cmd *cobra.Command, args []string) error) *cobra.Command {
	name, _, _ := strings.Cut(use, " ")
	return &cobra.Command{
		Use: use, Short: a.T("cli." + name),
		Args: func(cmd *cobra.Command, list []string) error {
			if err := args(cmd, list); err != nil {
				return usage(err.Error())
			}
			return nil
		},
		RunE: do,
	}
}

// usage is an error of the command line itself.
func usage(what string) error {
	return &planwright.Error{Code: planwright.CodeUsage, What: what, Args: []string{"detail", what}}
}

// fail prints an error as people read it, what, where and how to mend it, and
// returns the exit code that belongs to it.
func (a *app) fail(err error) int {
	if errors.Is(err, context.Canceled) {
		err = &planwright.Error{Code: planwright.CodeCancelled}
	}
	var far *remote.Fault
	if errors.As(err, &far) { // the server has said it already, in the reader's language
		return a.tell(far.Text, far.Reason)
	}
	err = snapshot.SystemFault(err)
	var e *planwright.Error
	if !errors.As(err, &e) {
		what := err.Error()
		code := planwright.CodeInternal
		switch {
		case errors.Is(err, os.ErrNotExist):
			code = planwright.CodeFileNotFound
		case strings.HasPrefix(what, "unknown command"), strings.HasPrefix(what, "unknown flag"), strings.HasPrefix(what, "required flag"):
			code = planwright.CodeUsage
		}
		e = &planwright.Error{Code: code, What: what, Args: []string{"detail", what}}
	}
	return a.tell(lang.Fault(a.lang, e), e.Code.String())
}

// tell prints what is wrong and how to mend it, and returns the exit code of the
// reason.
func (a *app) tell(what, reason string) int {
	lines := strings.Split(what, "\n")
	for i := range lines {
		lines[i] = harmless(lines[i])
	}
	fmt.Fprintf(a.err, "%s: %s\n", a.T("cli.error"), strings.Join(lines, "\n"))
	fmt.Fprintf(a.err, "  %s [%s: planwright explain %s]\n", a.T("fix."+reason), a.T("cli.more"), reason)
	switch reason {
	case planwright.CodeUsage.String(), planwright.CodeMapping.String():
		return exitUsage
	case planwright.CodeTooManyBadRows.String():
		return exitBadRows
	case planwright.CodeBusy.String(), "UNAVAILABLE", "RESOURCE_EXHAUSTED":
		return exitBusy
	}
	return exitFailed
}
