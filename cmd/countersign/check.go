package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/extract"
	"countersign/ingest"
	"countersign/internal/reader"
	"countersign/report"
	"countersign/report/workbook"
	"countersign/verify"
	"countersign/verify/roll"
)

type checkCommand struct {
	Members      string            `required:"" placeholder:"FILE" help:"Membership export, CSV or XLSX."`
	Map          map[string]string `mapsep:"none" placeholder:"MEANING=HEADING" help:"What a heading of the export means where it is not understood, such as number=\"Cust #\". Meanings: ${meanings}."`
	AsOf         date              `placeholder:"YYYY-MM-DD" help:"Day the export speaks of. Default: the day its file was last changed."`
	AcceptLosses bool              `help:"Take a membership export of which much is left out or doubtful; without it such an export is refused."`
	Rules        string            `placeholder:"FILE" help:"Rules the petition is held to, YAML. Default: the rule for Membership Initiative Groups."`
	Forms        string            `placeholder:"FILE" help:"Forms whose columns people have named, as the service exports them. Pages with the same headings are read by them."`
	Received     date              `placeholder:"YYYY-MM-DD" help:"Day the petition was received, for rules that ask."`
	JSON         string            `name:"json" placeholder:"FILE" help:"Write every line and verdict as JSON; - for standard output."`
	Out          string            `placeholder:"DIR" help:"Write coo-report.xlsx and council-report.xlsx into this folder."`
	Workers      count             `placeholder:"N" help:"Pages read side by side. Default: one for each processor."`
	Quiet        bool              `help:"Show no progress."`
	Limits       limits            `embed:"" prefix:"max-" group:"Limits of what one file may cost:"`
	Files        []string          `arg:"" name:"file" help:"Sheets of one petition: PDF, TIFF, JPEG or PNG; lists signed online: CSV or XLSX."`
}

// limits bound what one file may cost.
type limits struct {
	File       amount `name:"file-mb" placeholder:"N" help:"Largest file in megabytes. Default: 200."`
	Pages      amount `placeholder:"N" help:"Most pages of a file. Default: 2000."`
	Megapixels amount `placeholder:"N" help:"Largest page in millions of pixels. Default: 100."`
}

// ingest is the limits as the stage takes them.
func (l limits) ingest() ingest.Limits {
	return ingest.Limits{
		FileBytes:  int64(l.File) * 1_000_000,
		Pages:      int(l.Pages),
		PagePixels: int64(l.Megapixels) * 1_000_000,
	}
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

// count is a number given on the command line; zero if it was not.
type count int

// UnmarshalText reads 4.
func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 64 {
		return fmt.Errorf("%q is no such number: write one from 1 to 64", text)
	}
	*c = count(n)
	return nil
}

// amount is a limit given on the command line; zero if it was not.
type amount int

// UnmarshalText reads 400.
func (a *amount) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 1_000_000 {
		return fmt.Errorf("%q is no such number: write one from 1 to 1000000", text)
	}
	*a = amount(n)
	return nil
}

// Run checks one petition. Errors other than errUnread are about the usage,
// the rules or the export.
func (c checkCommand) Run(ctx context.Context, s *streams) error {
	if err := c.writable(); err != nil {
		return err
	}
	rules, err := c.rules()
	if err != nil {
		return err
	}
	files, again := givenOnce(c.Files)
	p, done, err := c.pipeline(rules, files)
	if err != nil {
		return err
	}
	defer done()
	if p.forms, err = c.forms(); err != nil {
		return err
	}
	if p.matcher, err = c.matcher(ctx, p.readers); err != nil {
		return err
	}
	tell, finish := teller(s.err, c.Quiet)
	p.tell = tell
	usual := debug.SetGCPercent(whileRead)
	result, err := p.read(ctx, files)
	finish()
	p.readers.Close() // workbooks need the room that they take
	debug.SetGCPercent(usual)
	if err != nil {
		return err
	}
	result.notes = again
	r := p.report(result, time.Now())
	written, err := c.write(r, result, p.matcher.Roll(), s.out)
	if err != nil {
		return err
	}
	to := s.out
	if c.JSON == "-" {
		to = s.err
	}
	if !c.Quiet || c.JSON != "-" {
		summarize(to, r, result, written)
	}
	return unread(result, s.err)
}

// whileRead is how much garbage there may be while pages are read, in percent of what is needed:
// of 58,000 members that is 20 MB, in place of 45, beside the readers, who are most of what check
// takes then. To look for it costs some 5 ms a page.
const whileRead = 50

// writable sees before the work, which may take an hour, whether its results
// can be written, and that they would not replace what is read.
func (c checkCommand) writable() error {
	if info, err := os.Stat(c.Out); err == nil && !info.IsDir() {
		return fmt.Errorf("--out %s is no folder: name another", c.Out)
	}
	if c.JSON == "" || c.JSON == "-" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(c.JSON)); err != nil || !info.IsDir() {
		return fmt.Errorf("--json %s lies in no folder that exists: make it, or name another",
			c.JSON)
	}
	there, err := os.Stat(c.JSON)
	if err != nil {
		return nil // it is new
	}
	if there.IsDir() {
		return fmt.Errorf("--json %s is a folder: name a file in it", c.JSON)
	}
	for _, path := range append([]string{c.Members, c.Rules, c.Forms}, c.Files...) {
		if input, err := os.Stat(path); err == nil && os.SameFile(there, input) {
			return fmt.Errorf("--json %s would replace a file that is read: name another", c.JSON)
		}
	}
	return nil
}

func (c checkCommand) rules() (verify.Rules, error) {
	if c.Rules == "" {
		return verify.MIG(), nil
	}
	f, err := openGiven("rules", c.Rules, "YAML")
	if err != nil {
		return verify.Rules{}, err
	}
	defer f.Close()
	return verify.ReadRules(f, c.Rules)
}

// openGiven opens a file of some kind that the command line names for what is in it.
func openGiven(what, path, kind string) (*os.File, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s %s do not exist: check the path", what, path)
	case err != nil:
		return nil, fmt.Errorf("%s could not be opened: %w", what, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s %s are a folder: name the %s file in it", what, path, kind)
	}
	return f, nil
}

// forms are those that people named, without their pictures.
func (c checkCommand) forms() ([]extract.KnownForm, error) {
	if c.Forms == "" {
		return nil, nil
	}
	f, err := openGiven("forms", c.Forms, "JSON")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, extract.MaxFormsFile))
	if err != nil {
		return nil, fmt.Errorf("forms %s could not be read: %w", c.Forms, err)
	}
	forms, err := extract.DecodeForms(data)
	if err != nil {
		return nil, fmt.Errorf("forms %s cannot be used: %w", c.Forms, err)
	}
	for i := range forms {
		forms[i].Picture = nil
	}
	return forms, nil
}

// pipeline joins the stages, all but the members. done frees what they hold.
func (c checkCommand) pipeline(rules verify.Rules, files []string) (p *pipeline, done func(),
	err error) {
	workers := int(c.Workers)
	if workers == 0 {
		workers = runtime.NumCPU()
	}
	temp, err := os.MkdirTemp("", "countersign-")
	if err != nil {
		return nil, nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	pics, err := newPictures()
	if err != nil {
		os.RemoveAll(temp)
		return nil, nil, err
	}
	copies := copiesOf(files, temp)
	readers, err := reader.New(reader.Options{
		// sentences say it all
		Processes: workers, Read: append(slices.Clone(files), temp), Temp: temp, Waited: true,
		Limits: c.Limits.ingest(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		os.RemoveAll(temp)
		pics.close()
		return nil, nil, err
	}
	done = func() {
		readers.Close()
		os.RemoveAll(temp)
		pics.close()
	}
	return &pipeline{
		copies:   copies,
		readers:  readers,
		rules:    rules,
		dates:    verify.Dates{Received: c.Received.Time, Verified: time.Now()},
		pictures: pics,
		workers:  workers,
	}, done, nil
}

// matcher reads the membership export and makes it searchable.
func (c checkCommand) matcher(ctx context.Context, readers *reader.Pool) (*verify.Matcher, error) {
	// All of it is kept: to look for garbage each time that it has doubled takes a fifth of the
	// time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	members, err := c.members(ctx, readers)
	if err != nil {
		return nil, err
	}
	m := verify.NewMatcher(members, verify.Options{})
	debug.FreeOSMemory() // what they came in is of no use while pages are read
	return m, nil
}

// members reads the membership export.
func (c checkCommand) members(ctx context.Context, readers *reader.Pool) (*roll.Roll, error) {
	opts := roll.Options{Map: c.Map, AsOf: c.AsOf.Time, AcceptLosses: c.AcceptLosses}
	file, err := roll.Find(c.Members, &opts)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	path, done, err := asFile(file)
	if err != nil {
		return nil, fmt.Errorf("membership export %s could not be read: %w",
			filepath.Base(c.Members), err)
	}
	defer done()
	return readers.Export(ctx, path, filepath.Base(c.Members), opts)
}

// copiesOf copies what comes through pipes, which the processes that read cannot open.
func copiesOf(paths []string, dir string) map[string]string {
	copies := map[string]string{}
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.Mode().IsRegular() || info.IsDir() {
			continue // what is wrong with it is said where it is read
		}
		if from, err := os.Open(path); err == nil {
			copied := filepath.Join(dir, strconv.Itoa(i))
			if into, err := os.Create(copied); err == nil {
				_, err = io.Copy(into, io.LimitReader(from, roll.MaxBytes+1))
				if err = errors.Join(err, into.Close()); err == nil {
					copies[path] = copied
				}
			}
			from.Close()
		}
	}
	return copies
}

// asFile is the path of a file that another process can open: what comes through a pipe is copied.
func asFile(file *os.File) (path string, done func(), err error) {
	if info, err := file.Stat(); err != nil || info.Mode().IsRegular() {
		return file.Name(), func() {}, err
	}
	into, err := os.CreateTemp("", "countersign-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.Remove(into.Name()) }
	_, err = io.Copy(into, io.LimitReader(file, roll.MaxBytes+1))
	if err = errors.Join(err, into.Close()); err != nil {
		done()
		return "", nil, err
	}
	return into.Name(), done, nil
}

// write writes what was asked for and returns the paths of the workbooks.
func (c checkCommand) write(r report.Petition, result petition, members *roll.Roll,
	stdout io.Writer) ([]string, error) {
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
func summarize(w io.Writer, r report.Petition, result petition, written []string) {
	if r.Cover.Group != "" {
		fmt.Fprintln(w, r.Cover.Group)
	}
	t := r.Tally
	fmt.Fprintf(w,
		"%d lines filed: %d valid, %d invalid, %d for a person to look at; %d required.\n", t.Rows,
		t.Valid, t.Invalid, t.Uncertain, t.Required)
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
	for _, note := range report.PrintedRemarks(r.Printed(), "") {
		fmt.Fprintln(w, note)
	}
	for _, note := range result.notes {
		fmt.Fprintln(w, note)
	}
	imported(w, r.Members)
	for _, path := range written {
		fmt.Fprintln(w, "Wrote", path)
	}
}

// givenOnce leaves out files that are given once more: by the same path or another, or as a
// copy. Each is read once, and what was left out is said.
func givenOnce(paths []string) (once, notes []string) {
	first := map[string]string{}
	sizes := map[int64]int{} // only files of one size are compared: each is read as a whole later
	for _, path := range paths {
		sizes[sizeOf(path)]++
	}
	for _, path := range paths {
		key := path
		if sizes[sizeOf(path)] > 1 {
			if sum, err := fingerprint(path); err == nil {
				key = sum
			}
		}
		before, again := first[key]
		switch {
		case !again:
			first[key] = path
			once = append(once, path)
		case before == path:
			notes = append(notes, fmt.Sprintf("%s is given more than once and was read once.",
				path))
		default:
			notes = append(notes, fmt.Sprintf("%s is the same file as %s and was read once.", path,
				before))
		}
	}
	return once, notes
}

// sizeOf is the size of a file, -1 for what is no file, such as a pipe.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// fingerprint is the SHA-256 of a file; an error for what is none.
func fingerprint(path string) (string, error) {
	if sizeOf(path) < 0 {
		return "", fs.ErrInvalid
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return string(sum.Sum(nil)), nil
}

// imported tells what became of the membership export: members who are left out are found
// on no line.
func imported(w io.Writer, m report.Snapshot) {
	fmt.Fprintf(w, "%s: %s\n", m.Name, m.Sums)
	const enough = 6
	for _, f := range m.Findings[:min(enough, len(m.Findings))] {
		fmt.Fprintf(w, "%s, %s\n", m.Name, f)
	}
	if len(m.Findings) > enough {
		fmt.Fprintf(w, "%s has %d more remarks: --out writes them into the COO report\n", m.Name,
			len(m.Findings)-enough)
	}
}

// unread tells people about every file and page that could not be read, or only in part, and
// about what else they must look at.
func unread(result petition, w io.Writer) error {
	const enough = 5 // places named; the JSON has them all
	var err error
	var open []string
	for _, f := range result.files {
		if f.err != nil {
			fmt.Fprintln(w, "countersign:", f.err)
			err = errUnread
		}
		for i, s := range f.pages {
			if s.Damaged() {
				err = errUnread
			}
			for _, o := range s.Open {
				open = append(open, fmt.Sprintf("countersign: %s, page %d: %s", f.name, i+1,
					o.Text))
			}
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
	for _, o := range open[:min(enough, len(open))] {
		fmt.Fprintln(w, o)
	}
	if n := len(open); n > enough {
		fmt.Fprintf(w, "countersign: %d more places need a look: see \"open\" in the JSON\n",
			n-enough)
	}
	return err
}
