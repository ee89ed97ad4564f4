package roll

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/ingest/table"
)

// Roll is one dated snapshot of a membership, ready to be searched. It does
// not change after Import and is safe for use by several goroutines.
type Roll struct {
	Name     string    // of the file
	SHA256   string    // of its bytes
	Rows     int       // rows of members in the export: members, merged and left out
	LeftOut  int       // rows that cannot be used
	Merged   int       // rows of a person who has another row
	Couples  int       // rows that name two people, who are two members
	AsOf     time.Time // what day the export speaks of; zero if the caller did not say
	Members  Members   // by number
	Columns  []string  // what was taken for what: `number: "Member No."`
	Form     string    // what the file is: `CSV separated by commas, in UTF-8`
	Sheets   []string  // of a workbook, those that were read
	Dates    []string  // how dates were read, and how sure that is
	Losses   []string  // what a person has to agree to before the export is used
	Findings []Finding // the first MaxFindings remarks: those on the whole export, then by line
	Remarked int       // how many remarks there were in all
	index
}

// MaxFindings is how many remarks are kept; an export that has more is broken
// in one way many times.
const MaxFindings = 1000

// Finding is something in the export that a person should know.
type Finding struct {
	Line  int    // 1-based line (CSV) or row (XLSX); 0 for the whole export
	Sheet string // where several were read
	Text  string
}

func (f Finding) String() string {
	switch {
	case f.Line == 0:
		return f.Text
	case f.Sheet != "":
		return fmt.Sprintf("sheet %q, line %d: %s", f.Sheet, f.Line, f.Text)
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Text)
}

// Options say what an export does not say of itself.
type Options struct {
	Map          map[string]string // meaning (see Meanings) → heading, before the table of headings is asked; of e-mail and street several, each on a line of its own
	Sheet        string            // of a workbook; empty for those that can be seen and have most headings
	AsOf         time.Time
	AcceptLosses bool // take an export that lost much, or of which much is doubtful
	MaxRows      int  // refuse an export of more rows; 0 for no limit
}

// LossError refuses an export of which much would be lost.
type LossError struct {
	File   string
	Losses []string
}

func (e *LossError) Error() string {
	return fmt.Sprintf("membership export %s %s: mend the export, or take it as it is with --accept-losses", e.File, strings.Join(e.Losses, "; "))
}

// MaxBytes is the largest export that is read: ten times a state's voter file
// of a million rows would be no membership.
const MaxBytes = 1 << 30

// Open reads the export at path. Options.AsOf, if zero, becomes the day the
// file was last changed.
func Open(path string, opts Options) (*Roll, error) {
	f, err := Find(path, &opts)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Import(f, filepath.Base(path), opts)
}

// Find opens the export at path for whoever reads it. Options.AsOf, if zero, becomes the day the
// file was last changed.
func Find(path string, opts *Options) (*os.File, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("membership export %s does not exist: check the path", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("membership export %s may not be read by this user: change its permissions", path)
	case err != nil:
		return nil, fmt.Errorf("membership export: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("membership export: %w", err)
	}
	if info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("membership export %s is a folder: name the CSV or XLSX file in it", path)
	}
	if opts.AsOf.IsZero() {
		opts.AsOf = info.ModTime()
	}
	return f, nil
}

// Import reads an export: CSV separated by commas, semicolons, tabs or bars, in UTF-8, UTF-16
// or Windows-1252, an XLSX or OpenDocument workbook, or a web page or XML named .xls.
// An error is one sentence for the person who made the export; it is a LossError where
// that person may also take it as it is. Rows that cannot be used are left out and named
// in Findings.
func Import(r io.Reader, file string, opts Options) (*Roll, error) {
	roll, err := read(r, file, opts)
	if err != nil {
		return nil, err
	}
	roll.index.fill(&roll.Members)
	return roll, nil
}

// read is Import without the index.
func read(r io.Reader, file string, opts Options) (*Roll, error) {
	var all bytes.Buffer
	all.Grow(sizeOf(r) + bytes.MinRead)
	if _, err := all.ReadFrom(io.LimitReader(r, MaxBytes+1)); err != nil {
		return nil, fmt.Errorf("membership export %s could not be read: %w", file, err)
	}
	data := all.Bytes()
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("membership export %s is larger than %d MiB: export members only, without history", file, MaxBytes>>20)
	}
	sum := sha256.Sum256(data)
	roll := &Roll{Name: file, SHA256: hex.EncodeToString(sum[:]), AsOf: opts.AsOf}
	f, err := open(data, opts)
	if err != nil {
		return nil, fmt.Errorf("membership export %s %w", file, err)
	}
	defer f.Close()
	if err := roll.fill(f, opts); err != nil {
		return nil, fmt.Errorf("membership export %s %w", file, err)
	}
	if len(roll.Losses) > 0 && !opts.AcceptLosses {
		return nil, &LossError{file, roll.Losses}
	}
	return roll, nil
}

// sizeOf is how much there is to read, zero where nothing says it.
func sizeOf(r io.Reader) int {
	switch r := r.(type) {
	case interface{ Len() int }:
		return min(r.Len(), MaxBytes)
	case *os.File:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return int(min(info.Size(), MaxBytes))
		}
	}
	return 0
}

func open(data []byte, opts Options) (*table.File, error) {
	return table.Open(data, table.Options{Headings: func(cells []string) int { return recognised(cells, opts.Map) }})
}

// Remarks are the findings as sentences, at most limit of them, the last one
// telling how many more there are.
func (r *Roll) Remarks(limit int) []string {
	var out []string
	for _, f := range r.Findings[:min(limit, len(r.Findings))] {
		out = append(out, f.String())
	}
	if more := r.Remarked - len(out); more > 0 {
		out = append(out, fmt.Sprintf("and %d more remarks like these", more))
	}
	return out
}

// sample is how many rows are looked at before members are made of them, to see what
// columns hold.
const sample = 2000

// row is a row of an export.
type row = table.Row

func (r *Roll) fill(f *table.File, opts Options) error {
	sheets, remarks, hidden, err := choose(f, opts)
	if err != nil {
		return err
	}
	r.Form = f.Form
	b := newBuilder(r, f)
	for _, note := range append(f.Notes, remarks...) {
		b.say("%s", note)
	}
	for _, s := range sheets {
		if s.Name != "" {
			r.Sheets = append(r.Sheets, s.Name)
		}
		b.sheet = ""
		if len(sheets) > 1 {
			b.sheet = s.Name
		}
		if err := b.readSheet(s, opts); err != nil {
			return err
		}
	}
	if hidden {
		b.lose("has members on the hidden sheet %q alone", sheets[0].Name)
	}
	b.close()
	switch {
	case r.Rows == 0:
		return errors.New("has headings and no rows below them: export the members again")
	case r.Members.Len() == 0:
		return fmt.Errorf("has %d rows and none that can be used (%s): check that the columns stand under their headings", r.Rows, b.firstLeft)
	}
	return nil
}

// readSheet reads one sheet. Rows are read while members are made of those before.
func (b *builder) readSheet(s table.Sheet, opts Options) error {
	rows, err := s.Open()
	if err != nil {
		return err
	}
	defer rows.Close()
	t, err := readTop(rows, opts)
	if err != nil {
		return err
	}
	b.begin(t, s.Name)
	var tooMany error // what was read ahead is taken and dropped
	enough := make(chan struct{})
	for _, row := range t.rows {
		b.add(row)
	}
	for batch := range ahead(rows, enough) {
		if tooMany != nil {
			continue
		}
		for _, row := range batch.rows {
			b.add(row)
		}
		if opts.MaxRows > 0 && b.roll.Rows > opts.MaxRows {
			tooMany = fmt.Errorf("has more than %d rows: export current members only, without history", opts.MaxRows)
			close(enough)
		}
		if batch.err != nil {
			return batch.err
		}
	}
	if tooMany != nil {
		return tooMany
	}
	b.settlePending(nil)
	return nil
}

// batch is some rows, and why there are no more of them.
type batch struct {
	rows []row
	err  error
}

// ahead reads the rest of a table while members are made of what was read before. The
// last batch may have an error; all must be taken. Nothing is read after enough is closed.
func ahead(t table.Rows, enough <-chan struct{}) <-chan batch {
	const size, most = 500, 8
	batches := make(chan batch, most)
	go func() {
		defer close(batches)
		for {
			select {
			case <-enough:
				return
			default:
			}
			b := batch{rows: make([]row, 0, size)}
			for len(b.rows) < size {
				row, err := t.Next()
				if err != nil {
					if err != io.EOF {
						b.err = err
					}
					batches <- b
					return
				}
				b.rows = append(b.rows, row)
			}
			batches <- b
		}
	}()
	return batches
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return s != "" })
}
