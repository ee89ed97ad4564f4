package roll

import (
	"cmp"
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

	"countersign/verify/name"
)

// Roll is one dated snapshot of a membership, ready to be searched. It does
// not change after Import and is safe for use by several goroutines.
type Roll struct {
	Name     string    // of the file
	SHA256   string    // of its bytes
	Rows     int       // rows of the export below its headings
	AsOf     time.Time // what day the export speaks of; zero if the caller did not say
	Members  []*Member // by number
	Columns  []string  // what was taken for what: `number: "Member No."`
	Findings []Finding // the first MaxFindings remarks, by line
	Remarked int       // how many remarks there were in all
	index
}

// MaxFindings is how many remarks are kept; an export that has more is broken
// in one way many times.
const MaxFindings = 1000

// Finding is something in the export that a person should know.
type Finding struct {
	Line int // 1-based line (CSV) or row (XLSX)
	Text string
}

func (f Finding) String() string { return fmt.Sprintf("line %d: %s", f.Line, f.Text) }

// Options say what an export does not say of itself.
type Options struct {
	Map   map[string]string // meaning (see Meanings) → heading, before the table of headings is asked; of e-mail and street several, each on a line of its own
	Sheet string            // of a workbook; empty for the first that has headings for names
	AsOf  time.Time
}

// MaxBytes is the largest export that is read: ten times a state's voter file
// of a million rows would be no membership.
const MaxBytes = 1 << 30

// Open reads the export at path. Options.AsOf, if zero, becomes the day the
// file was last changed.
func Open(path string, opts Options) (*Roll, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("membership export %s does not exist: check the path", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("membership export %s may not be read by this user: change its permissions", path)
	case err != nil:
		return nil, fmt.Errorf("membership export: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("membership export: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("membership export %s is a folder: name the CSV or XLSX file in it", path)
	}
	if opts.AsOf.IsZero() {
		opts.AsOf = info.ModTime()
	}
	return Import(f, filepath.Base(path), opts)
}

// Import reads an export: CSV parted by commas, semicolons, tabs or bars, in
// UTF-8, UTF-16 with a byte order mark or Windows-1252, or an XLSX workbook.
// An error is one sentence for the person who made the export. Rows that
// cannot be used are left out and named in Findings.
func Import(r io.Reader, file string, opts Options) (*Roll, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("membership export %s could not be read: %w", file, err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("membership export %s is larger than %d MiB: export members only, without history", file, MaxBytes>>20)
	}
	sum := sha256.Sum256(data)
	roll := &Roll{Name: file, SHA256: hex.EncodeToString(sum[:]), AsOf: opts.AsOf}
	t, err := open(data, opts)
	if err != nil {
		return nil, fmt.Errorf("membership export %s %w", file, err)
	}
	defer t.close()
	if err := roll.fill(t, opts); err != nil {
		return nil, fmt.Errorf("membership export %s %w", file, err)
	}
	roll.index = newIndex(roll.Members)
	return roll, nil
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

func (r *Roll) remark(line int, format string, args ...any) {
	r.Remarked++
	if len(r.Findings) < MaxFindings {
		r.Findings = append(r.Findings, Finding{line, fmt.Sprintf(format, args...)})
	}
}

// table is an export as rows of cells, whatever its format.
type table interface {
	next() (line int, cells []string, err error) // io.EOF after the last; the cells are the caller's
	trims() bool                                 // whether empty cells at a row's end are left out
	close()
}

// headingRows is how many rows may stand above the headings: titles, dates,
// filters of a report.
const headingRows = 20

// sample is how many rows are looked at before dates are read, to tell
// month-first from day-first.
const sample = 2000

func (r *Roll) fill(t table, opts Options) error {
	cols, early, err := findColumns(t, opts)
	if err != nil {
		return err
	}
	r.Columns = cols.describe()
	for len(early) < sample {
		line, cells, err := t.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		early = append(early, row{line, cells})
	}
	b := builder{roll: r, cols: cols, trims: t.trims(), byID: map[string]*Member{}, kept: map[string]string{}, days: map[written]time.Time{}}
	b.dayFirst = dayFirst(early, cols)
	for _, row := range early {
		b.add(row)
	}
	for batch := range ahead(t) {
		for _, row := range batch.rows {
			b.add(row)
		}
		if batch.err != nil {
			return batch.err
		}
	}
	switch {
	case r.Rows == 0:
		return errors.New("has headings and no rows below them: export the members again")
	case len(r.Members) == 0:
		return fmt.Errorf("has %d rows and none that can be used (%s): check that the columns stand under their headings", r.Rows, r.Findings[0])
	}
	slices.SortStableFunc(r.Members, func(a, b *Member) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

type row struct {
	line  int
	cells []string
}

// batch is some rows, and why there are no more of them.
type batch struct {
	rows []row
	err  error
}

// ahead reads the rest of a table while members are made of what was read before. The
// last batch may have an error; all must be taken.
func ahead(t table) <-chan batch {
	const size, most = 500, 8
	batches := make(chan batch, most)
	go func() {
		defer close(batches)
		for {
			b := batch{rows: make([]row, 0, size)}
			for len(b.rows) < size {
				line, cells, err := t.next()
				if err != nil {
					if err != io.EOF {
						b.err = err
					}
					batches <- b
					return
				}
				b.rows = append(b.rows, row{line, cells})
			}
			batches <- b
		}
	}()
	return batches
}

// builder turns rows into members. What a row shares with others (names, cities,
// types) is kept once, and what is its own is packed, so that no more of the export
// stays in memory than its members.
type builder struct {
	roll     *Roll
	cols     columns
	trims    bool
	dayFirst bool
	byID     map[string]*Member
	kept     map[string]string
	days     map[written]time.Time // of dates that can be read
	packed   strings.Builder
	members  []Member // room
	emails   []string
	lines    []int
}

func (b *builder) add(row row) {
	if blank(row.cells) {
		return
	}
	b.roll.Rows++
	if !b.fits(row) {
		return
	}
	m := b.member(row)
	switch {
	case m.Family == "" && m.Given == "":
		b.roll.remark(row.line, "no name; left out")
		return
	case m.Family == "":
		b.roll.remark(row.line, "no last name; left out")
		return
	case m.ID == "":
		b.roll.remark(row.line, "no member number; left out")
		return
	}
	first, again := b.byID[m.ID]
	if !again {
		b.byID[m.ID] = m
		b.roll.Members = append(b.roll.Members, m)
		return
	}
	if name.Similar(name.Joined(first.Family), name.Joined(m.Family)) < 0.6 && name.Similar(name.Joined(first.Given), name.Joined(m.Given)) < 0.6 {
		b.roll.remark(row.line, "same member number as line %d under another name; left out", first.Lines[0])
		return
	}
	first.merge(m)
}

// fits says whether the cells of a row stand under their headings. A row with
// more cells than headings has a comma too many in some cell, one with fewer
// a line break: what is read from either may be another column's.
func (b *builder) fits(row row) bool {
	n, want := len(row.cells), b.cols.width
	if n > want && !blank(row.cells[want:]) {
		b.roll.remark(row.line, "%d cells under %d headings; left out", n, want)
		return false
	}
	if !b.trims && n < b.cols.needed {
		b.roll.remark(row.line, "%d cells under %d headings; left out", n, want)
		return false
	}
	return true
}

func (b *builder) member(row row) *Member {
	kept := func(m Meaning) string { return b.keep(b.cols.cell(row.cells, m)) }
	m := one(&b.members, Member{
		ID: b.pack(b.cols.cell(row.cells, Number)), Prefix: kept(Prefix), Given: kept(Given), Middle: kept(Middle), Family: kept(Family), Suffix: kept(Suffix),
		Informal: kept(Informal), Former: kept(Former), Company: kept(Company),
		Street: b.pack(b.cols.all(row.cells, Street, ", ")), City: kept(City), State: kept(State), ZIP: kept(ZIP), Country: kept(Country),
		Class: kept(Class), Type: kept(Type), Status: kept(Status), Lines: one(&b.lines, row.line),
	})
	for _, i := range b.cols.at[Email] {
		for _, e := range strings.FieldsFunc(cell(row.cells, i), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			switch e = strings.ToLower(e); {
			case m[0].Emails == nil:
				m[0].Emails = one(&b.emails, b.pack(e))
			case !slices.Contains(m[0].Emails, e):
				m[0].Emails = append(m[0].Emails, b.pack(e))
			}
		}
	}
	return b.finish(row, &m[0])
}

func (b *builder) finish(row row, m *Member) *Member {
	if whole := b.cols.cell(row.cells, FullName); whole != "" && m.Family == "" {
		prefix, given, middle, family, suffix := splitName(whole)
		m.Prefix, m.Given, m.Middle, m.Family, m.Suffix = b.keep(prefix), b.keep(given), b.keep(middle), b.keep(family), b.keep(suffix)
	}
	if len(b.cols.at[Number]) == 0 {
		m.ID = fmt.Sprintf("line-%d", row.line)
	}
	m.Joined = b.date(row, Joined)
	m.PaidThru = b.date(row, PaidThru)
	return m
}

// written is a date as it was written, and whether a month stands for its last day.
type written struct {
	text string
	last bool
}

// date reads a date cell; what cannot be read is remarked and, for the date
// paid through, never taken for a life member's empty cell.
func (b *builder) date(row row, m Meaning) time.Time {
	s := b.cols.cell(row.cells, m)
	if s == "" || m == PaidThru && forLife(s) {
		return time.Time{}
	}
	w := written{s, m == PaidThru}
	if d, ok := b.days[w]; ok {
		return d
	}
	if d, ok := parseDate(s, b.dayFirst, m == PaidThru); ok {
		w.text = strings.Clone(s)
		b.days[w] = d
		return d
	}
	b.roll.remark(row.line, "the date under %q cannot be read", b.cols.heading(m))
	if m == PaidThru {
		return unreadable
	}
	return time.Time{}
}

// unreadable stands for a date paid through that nobody can read: long ago, so
// that the member is not taken to be paid up.
var unreadable = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// keep returns a text that many members have, one copy for all of them.
func (b *builder) keep(s string) string {
	if s == "" {
		return ""
	}
	if k, ok := b.kept[s]; ok {
		return k
	}
	s = strings.Clone(s)
	b.kept[s] = s
	return s
}

// pack returns a copy of a text of one member's own, side by side with those of others:
// the row it stands in need not be kept for it.
func (b *builder) pack(s string) string {
	const page = 1 << 16
	if b.packed.Len()+len(s) > b.packed.Cap() {
		b.packed = strings.Builder{}
		b.packed.Grow(max(page, len(s)))
	}
	b.packed.WriteString(s)
	all := b.packed.String()
	return all[len(all)-len(s):]
}

// one makes a slice of one thing, in room for many, which costs less than a room for each.
func one[T any](room *[]T, v T) []T {
	const many = 512
	n := len(*room)
	if n == cap(*room) {
		*room, n = make([]T, 0, many), 0
	}
	*room = append(*room, v)
	return (*room)[n : n+1 : n+1]
}

// merge takes another row of the same person in: the latest date paid
// through with its status, all e-mails, and what the first row lacks.
func (m *Member) merge(o *Member) {
	for _, s := range []string{m.Status, o.Status} {
		if s != "" && !slices.Contains(m.Statuses, s) {
			m.Statuses = append(m.Statuses, s)
		}
	}
	switch {
	case m.PaidThru.IsZero(): // life member, or no such column
	case o.PaidThru.IsZero(), o.PaidThru.After(m.PaidThru):
		m.PaidThru = o.PaidThru
		m.Status = cmp.Or(o.Status, m.Status)
	}
	if !o.Joined.IsZero() && (m.Joined.IsZero() || o.Joined.Before(m.Joined)) {
		m.Joined = o.Joined
	}
	for _, e := range o.Emails {
		if !slices.Contains(m.Emails, e) {
			m.Emails = append(m.Emails, e)
		}
	}
	for _, p := range [][2]*string{{&m.Middle, &o.Middle}, {&m.Informal, &o.Informal}, {&m.Former, &o.Former}, {&m.Company, &o.Company}, {&m.Status, &o.Status}, {&m.Class, &o.Class}, {&m.Type, &o.Type}} {
		*p[0] = cmp.Or(*p[0], *p[1])
	}
	if m.Street == "" && m.City == "" && m.ZIP == "" {
		m.Street, m.City, m.State, m.ZIP, m.Country = o.Street, o.City, o.State, o.ZIP, o.Country
	}
	m.Lines = append(m.Lines, o.Lines...)
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return s != "" })
}

// splitName parts a whole name in one column, keeping its capitals.
func splitName(whole string) (prefix, given, middle, family, suffix string) {
	n := name.Parse(whole)
	words := strings.FieldsFunc(whole, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	written := func(folded string) string {
		for _, w := range words {
			if name.Fold(w) == folded {
				return w
			}
		}
		return folded
	}
	all := func(folded []string) string {
		var out []string
		for _, f := range folded {
			out = append(out, written(f))
		}
		return strings.Join(out, " ")
	}
	if n.Prefix != "" {
		prefix = written(n.Prefix)
	}
	if n.Suffix != "" {
		suffix = written(n.Suffix)
	}
	if len(n.Given) > 0 {
		given, middle = written(n.Given[0]), all(n.Given[1:])
	}
	return prefix, given, middle, all(n.Family), suffix
}
