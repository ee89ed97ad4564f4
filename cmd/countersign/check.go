package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"countersign/extract"
	"countersign/extract/tesseract"
	"countersign/ingest"
	"countersign/report"
	"countersign/report/workbook"
	"countersign/verify"
	"countersign/verify/roll"
)

type checkCommand struct {
	Members  string            `required:"" placeholder:"FILE" help:"Membership export, CSV or XLSX."`
	Map      map[string]string `placeholder:"MEANING=HEADING" help:"What a heading of the export means where it is not understood, such as number=\"Cust #\". Meanings: ${meanings}."`
	AsOf     date              `placeholder:"YYYY-MM-DD" help:"Day the export speaks of. Default: the day its file was last changed."`
	Rules    string            `placeholder:"FILE" help:"Rules the petition is held to, YAML. Default: the rule for Membership Initiative Groups."`
	Received date              `placeholder:"YYYY-MM-DD" help:"Day the petition was received, for rules that ask."`
	JSON     string            `name:"json" placeholder:"FILE" help:"Write every line and verdict as JSON; - for standard output."`
	Out      string            `placeholder:"DIR" help:"Write coo-report.xlsx and council-report.xlsx into this folder."`
	Workers  int               `placeholder:"N" help:"Pages read side by side. Default: one for each processor."`
	Quiet    bool              `help:"Show no progress."`
	Files    []string          `arg:"" name:"file" help:"Sheets of one petition: PDF, TIFF, JPEG or PNG."`
}

// date is a day given on the command line.
type date struct{ time.Time }

// UnmarshalText reads 2026-11-01.
func (d *date) UnmarshalText(text []byte) (err error) {
	if d.Time, err = time.Parse(time.DateOnly, string(text)); err != nil {
		return fmt.Errorf("%q is no date: write one such as 2026-11-01", text)
	}
	return nil
}

// Run checks one petition. Errors other than errUnread are about the usage,
// the rules or the export.
func (c checkCommand) Run(ctx context.Context, s *streams) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	members, err := roll.Open(c.Members, roll.Options{Map: c.Map, AsOf: c.AsOf.Time})
	if err != nil {
		return err
	}
	p, done, err := c.pipeline(members, rules)
	if err != nil {
		return err
	}
	defer done()
	tell, finish := teller(s.err, c.Quiet)
	p.tell = tell
	result, err := p.read(ctx, c.Files)
	finish()
	if err != nil {
		return err
	}
	r := p.report(result, time.Now())
	written, err := c.write(r, result, members, s.out)
	if err != nil {
		return err
	}
	to := s.out
	if c.JSON == "-" {
		to = s.err
	}
	if !c.Quiet || c.JSON != "-" {
		summarize(to, r, written)
	}
	return unread(result, s.err)
}

func (c checkCommand) rules() (verify.Rules, error) {
	if c.Rules == "" {
		return verify.MIG(), nil
	}
	f, err := os.Open(c.Rules)
	if err != nil {
		return verify.Rules{}, fmt.Errorf("rules file: %w: check the path", err)
	}
	defer f.Close()
	return verify.ReadRules(f, c.Rules)
}

// pipeline joins the stages. done frees what they hold.
func (c checkCommand) pipeline(members *roll.Roll, rules verify.Rules) (p *pipeline, done func(), err error) {
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	print, err := tesseract.Open(workers)
	if err != nil {
		return nil, nil, err
	}
	pics, err := newPictures()
	if err != nil {
		print.Close()
		return nil, nil, err
	}
	reader := &ingest.Reader{}
	done = func() {
		reader.Close()
		print.Close()
		pics.remove()
	}
	return &pipeline{
		reader:   reader,
		extract:  extract.Extractor{Print: print, Cells: extract.Typed{Print: print}},
		matcher:  verify.NewMatcher(members, verify.Options{}),
		rules:    rules,
		dates:    verify.Dates{Received: c.Received.Time, Verified: time.Now()},
		pictures: pics,
		workers:  workers,
	}, done, nil
}

// write writes what was asked for and returns the paths of the workbooks.
func (c checkCommand) write(r report.Petition, result petition, members *roll.Roll, stdout io.Writer) ([]string, error) {
	if c.JSON != "" {
		if err := writeJSON(c.JSON, resultOf(r, result, members), stdout); err != nil {
			return nil, err
		}
	}
	if c.Out == "" {
		return nil, nil
	}
	return workbook.WriteFiles(c.Out, r)
}

// summarize says what came out, for people.
func summarize(w io.Writer, r report.Petition, written []string) {
	if r.Cover.Group != "" {
		fmt.Fprintln(w, r.Cover.Group)
	}
	t := r.Tally
	fmt.Fprintf(w, "%d lines filed: %d valid, %d invalid, %d for a person to look at; %d required.\n", t.Rows, t.Valid, t.Invalid, t.Uncertain, t.Required)
	fmt.Fprintln(w, report.Outcome(t))
	var why []string
	for _, reason := range report.Reasons() {
		if n := t.ByReason[reason]; n > 0 {
			why = append(why, fmt.Sprintf("%s %d", report.ReasonWord(reason), n))
		}
	}
	if len(why) > 0 {
		fmt.Fprintln(w, "Invalid: "+strings.Join(why, ", ")+".")
	}
	for _, path := range written {
		fmt.Fprintln(w, "Wrote", path)
	}
}

// unread tells people about every file and page that could not be read.
func unread(result petition, w io.Writer) error {
	var err error
	for _, f := range result.files {
		if f.err != nil {
			fmt.Fprintln(w, "countersign:", f.err)
			err = errUnread
		}
		for i, s := range f.pages {
			if s.err == nil {
				continue
			}
			err = errUnread
			if input := (*ingest.InputError)(nil); errors.As(s.err, &input) {
				fmt.Fprintln(w, "countersign:", s.err) // names file and page itself
			} else {
				fmt.Fprintf(w, "countersign: %s, page %d: %v\n", f.name, i+1, s.err)
			}
		}
	}
	return err
}
