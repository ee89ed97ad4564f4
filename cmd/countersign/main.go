// Countersign turns scanned paper petitions into verified counts and reports.
// This package joins the stages to the command line and to the service: main
// holds signals and exit codes, pipeline.go the whole journey, and each subcommand has a file.
//
//	check, sheet, serve, work, demo, audit, purge, scrub, backup, init, verify_report: subcommands
//	json, pictures, progress, whole                                       what check writes
//
// What the service does is in internal/office and internal/work.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	printed "countersign/report/sheet"
	"countersign/verify/roll"
)

// Exit codes.
const (
	exitOK       = 0
	exitUnread   = 1 // some input could not be read; everything else was reported
	exitUnusable = 2 // wrong usage, or a membership export or rules file that cannot be read
)

// errUnread says that some input could not be read and that people were told.
var errUnread = errors.New("some input could not be read")

type commands struct {
	Check        checkCommand        `cmd:"" help:"Read the sheets of one petition, match every line against a membership export, and write the reports."`
	Sheet        sheetCommand        `cmd:"" help:"Print the sheets that signatures are gathered on."`
	Serve        serveCommand        `cmd:"" help:"Serve staff and verifiers: take in petitions, read them, have them reviewed."`
	Demo         demoCommand         `cmd:"" help:"Serve a made-up association with six petitions, to look around."`
	Work         workCommand         `cmd:"" help:"Read pages for a service that runs elsewhere."`
	Audit        auditCommand        `cmd:"" help:"Look at the service's log of who did what."`
	Purge        purgeCommand        `cmd:"" help:"Purge the data of closed petitions whose time is over, as the service does once a day, or say what would go."`
	Scrub        scrubCommand        `cmd:"" help:"Read every file that the service keeps, and name those that are damaged or gone."`
	Backup       backupCommand       `cmd:"" help:"Copy all that the service keeps into a folder, from which another can serve it."`
	Init         initCommand         `cmd:"" help:"Print files with which a service is run: for Docker Compose, systemd, Kubernetes."`
	Restore      restoreCommand      `cmd:"" help:"Put the files of a backup where a service keeps them whose database was brought back."`
	VerifyReport verifyReportCommand `cmd:"" help:"Check that a workbook says what it said when it was written, and what is on record."`
	ReadPages    readPagesCommand    `cmd:"" hidden:""`
	Version      versionCommand      `cmd:"" help:"Print the version."`
	Help         helpCommand         `cmd:"" help:"Explain the program or one of its commands."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program: arguments in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1 // set where kong printed help and is done
	parser, err := kong.New(&c,
		kong.Name("countersign"),
		kong.Description("Turns scanned paper petitions into verified counts and reports."),
		kong.Vars{"meanings": strings.Join(roll.Meanings(), ", "),
			"columns": strings.Join(printed.Choices(), ", ")},
		kong.Configuration(settingsFile),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&streams{stdout, stderr}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "countersign:", err)
		return exitUnusable
	}
	if len(args) == 0 {
		args = []string{"help"}
	}
	parsed, err := parser.Parse(args)
	switch {
	case exited >= 0:
		return exited
	case err != nil:
		fmt.Fprintf(stderr, "countersign: %s\n\"countersign help check\" shows how it is used.\n",
			misused(err))
		return exitUnusable
	}
	switch err := parsed.Run(parser); {
	case exited >= 0:
		return exited
	case err == nil:
		return exitOK
	case errors.Is(err, errUnread):
		return exitUnread
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "countersign: stopped before the end; nothing was written.")
		return exitUnread
	default:
		fmt.Fprintln(stderr, "countersign:", err)
		return exitUnusable
	}
}

// misused says what is wrong with the arguments where kong's own words would
// leave people guessing.
func misused(err error) string {
	text := err.Error()
	flag, _, _ := strings.Cut(text, ":")
	switch {
	case strings.HasPrefix(text, "missing flags: --members"):
		return "the membership export is not named: add --members and the CSV or XLSX file"
	case strings.HasPrefix(text, `expected "<file>`):
		return "no sheets are named: add the PDF, TIFF, JPEG or PNG files of the petition"
	case strings.Contains(text, `got "EOL"`):
		return flag + " has no value: write one after it"
	case strings.Contains(text, " flag); perhaps try "):
		_, value, _ := strings.Cut(text, "perhaps try ")
		return flag +
			" is followed by what looks like another flag: if it is meant as the value, write " +
			strings.TrimSuffix(value, "?")
	case strings.Contains(text, `expected "<key>=<value>"`):
		return flag + ` is no pair such as number="Cust #": write the meaning, = and the heading`
	case strings.HasPrefix(text, "unexpected argument "):
		return strings.Replace(text, "unexpected argument ", "there is no command or argument ", 1)
	}
	return text
}

// streams are where a command writes.
type streams struct{ out, err io.Writer }
