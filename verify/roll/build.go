package roll

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/ingest/table"
	"countersign/verify/roll/date"
)

// builder turns rows into members. What a row shares with others (names, cities,
// types) is kept once, and what is its own is packed, so that no more of the export
// stays in memory than its members.
type builder struct {
	roll *Roll
	file *table.File

	// Of the sheet that is read.
	sheet   string
	status  string // that its name gives its members
	under   string // the title over the rows that are read, if it says that memberships have ended
	once    bool   // a status stands once for many
	telling []int  // columns that say of a membership beside the status and the date
	cols    columns
	at      [parts]int                                               // columns of what members share, -1 for none
	first   struct{ number, whole, given, family, born, second int } // columns, likewise
	used    []Meaning                                                // of each column; empty for one that is not used
	ids     shape
	empties *emptied
	dotted  map[Meaning]bool // columns with dates such as 6.30.2027, whose dots say nothing of their order
	watched watched
	pending *row // one that has too few cells: what follows tells why

	packer
	room      Member // the member that is read
	byID      map[string]int32
	others    map[string][]int32 // further people of a number
	days      map[Meaning]map[string]date.Days
	orders    orders
	said      []Finding // on the whole export
	firstLeft string
	passed    map[string]int    // rows that are no member's, by what they are
	firstOf   map[string]int    // and the first line of each kind
	flagsSaid map[string]int    // members of whom a column of yes and no says something, by what it says
	endedSaid map[[2]string]int // and members whom a word marks, by heading and word
	kinds     map[string]string // what kinds of members say of an ending
	open      map[string]bool   // statuses of which one cell says another than the other
	fills     map[string]int    // rows by colour
	fillAt    map[string]int    // and the first line of each
	rounded   int
	lengths   [40]int // members by how many digits their numbers have
	zeros     bool    // some number begins with zero
}

func newBuilder(r *Roll, f *table.File) *builder {
	return &builder{
		roll: r, file: f, packer: newPacker(), byID: map[string]int32{}, others: map[string][]int32{}, days: noDays(),
		orders: orders{Joined: {}, PaidThru: {}}, passed: map[string]int{}, firstOf: map[string]int{}, flagsSaid: map[string]int{},
		endedSaid: map[[2]string]int{}, open: map[string]bool{}, kinds: map[string]string{},
		fills: map[string]int{}, fillAt: map[string]int{},
	}
}

// noDays has no date yet of either column.
func noDays() map[Meaning]map[string]date.Days {
	return map[Meaning]map[string]date.Days{Joined: {}, PaidThru: {}}
}

// say remarks on the whole export.
func (b *builder) say(format string, args ...any) {
	b.said = append(b.said, Finding{Text: fmt.Sprintf(format, args...)})
}

// lose notes what a person has to agree to.
func (b *builder) lose(format string, args ...any) {
	b.roll.Losses = append(b.roll.Losses, fmt.Sprintf(format, args...))
}

func (b *builder) remark(line int, format string, args ...any) {
	b.roll.Remarked++
	if len(b.roll.Findings) < MaxFindings {
		b.roll.Findings = append(b.roll.Findings, Finding{line, b.sheet, fmt.Sprintf(format, args...)})
	}
}

func (b *builder) leaveOut(line int, format string, args ...any) {
	b.roll.LeftOut++
	text := fmt.Sprintf(format, args...)
	if b.firstLeft == "" {
		b.firstLeft = Finding{line, b.sheet, text}.String()
	}
	b.remark(line, "%s", text)
}

// pass notes a row that is no member's.
func (b *builder) pass(line int, kind string) {
	if b.passed[kind]++; b.passed[kind] == 1 {
		b.firstOf[kind] = line
	}
}

// begin takes the headings of a sheet.
func (b *builder) begin(t top, sheet string) {
	b.cols = t.columns
	b.status, b.under = sheetStatus(sheet), ""
	if sheetStatus(t.title) != "" {
		b.under = t.title
	}
	b.once = statusOnce(&b.cols, t.rows)
	b.used = make([]Meaning, b.cols.needed)
	for m, at := range b.cols.at {
		for _, i := range at {
			b.used[i] = m
		}
	}
	for p, m := range partMeanings {
		b.at[p] = b.cols.first(m)
	}
	b.first.number, b.first.whole, b.first.given = b.cols.first(Number), b.cols.first(FullName), b.cols.first(Given)
	b.first.family, b.first.born, b.first.second = b.cols.first(Family), b.cols.first(Born), b.cols.first(Second)
	for _, words := range t.describe() {
		if !slices.Contains(b.roll.Columns, words) {
			b.roll.Columns = append(b.roll.Columns, words)
		}
	}
	for _, words := range t.remarks {
		b.say("%s", words)
	}
	b.watched, b.telling = watch(&b.cols), telling(&b.cols)
	b.ids = shapeOf(&b.cols, t.rows)
	b.empties = newEmptied(&b.cols, t.rows)
	b.dotted, b.days = map[Meaning]bool{}, noDays()
	for _, m := range []Meaning{Joined, PaidThru} {
		b.dotted[m] = slices.ContainsFunc(t.rows, func(r row) bool {
			d := date.Parse(b.cols.cell(r.Cells, m), false)
			return d.Dots() && d.Day.IsZero() && !d.Month.IsZero()
		})
	}
}

// shape is what the numbers of an export have in common.
type shape struct {
	digits        bool // they are digits
	least, most   int  // how many
	known, column bool // whether any number was seen, and whether there is a column of them
}

func shapeOf(cols *columns, rows []row) shape {
	s := shape{column: cols.has(Number)}
	digits, all := 0, 0
	for _, r := range rows {
		id, _ := memberNumber(cols.cell(r.Cells, Number))
		if id == "" || len(r.Cells) < cols.width && len(r.Cells) < cols.needed {
			continue // what a line break has parted is no number
		}
		all++
		if isDigits(id) {
			digits++
			if s.least == 0 || len(id) < s.least {
				s.least = len(id)
			}
			s.most = max(s.most, len(id))
		}
	}
	s.known, s.digits = all > 0, digits*10 > all*9
	return s
}

// fits says whether a cell may be a member number of the export.
func (s shape) fits(id string) bool {
	switch {
	case id == "":
		return false
	case s.digits:
		return isDigits(id) && len(id) >= s.least && len(id) <= s.most
	}
	return !s.known || strings.ContainsAny(id, "0123456789")
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (b *builder) add(row row) {
	for _, n := range row.Notes {
		if n.Kind == table.NoResult {
			b.pass(row.Line, "formulas")
			continue
		}
		b.remark(row.Line, "%s", n.Text)
	}
	if blank(row.Cells) {
		return
	}
	b.tidy(row.Cells)
	if b.noMember(row) {
		return
	}
	if b.pending != nil {
		if whole, ok := b.rejoin(*b.pending, row); ok {
			b.pending = nil
			b.remark(whole.Line, "the row goes on on the next line, at a line break within a cell; read as one row")
			b.take(whole)
			return
		}
		b.settlePending(&row)
	}
	if row.Hidden {
		b.pass(row.Line, "hidden")
	}
	n, want := len(row.Cells), b.cols.width
	switch {
	case n > want && !blank(row.Cells[want:]):
		b.roll.Rows++
		b.leaveOut(row.Line, "%d cells under %d headings; left out", n, want)
	case b.file.Text && n < b.cols.needed:
		b.pending = &row
	default:
		b.take(row)
	}
}

// tidy empties the cells that hold a word for nothing, and undoes odd encodings.
func (b *builder) tidy(cells []string) {
	for i, m := range b.used {
		switch {
		case m == "" || i >= len(cells) || cells[i] == "":
		case (ofStanding[m] || m == PaidThru) && unknowable(cells[i]):
			cells[i] = table.Unreadable
		case b.empties.empty(cells[i], m):
			cells[i] = ""
		case odd(cells[i]):
			if c := plainText(cells[i]); c != cells[i] {
				cells[i] = c
				b.pass(0, "encoded")
			}
		}
	}
}

// rejoin makes one row of two that a line break within a cell has parted.
func (b *builder) rejoin(first, second row) (row, bool) {
	n := len(first.Cells) + len(second.Cells) - 1
	if n < b.cols.needed || n > b.cols.width || b.like(second) {
		return row{}, false
	}
	last := len(first.Cells) - 1
	whole := first
	whole.Cells = append(slices.Clone(first.Cells[:last]), strings.TrimSpace(first.Cells[last]+" "+second.Cells[0]))
	whole.Cells = append(whole.Cells, second.Cells[1:]...)
	return whole, b.like(whole)
}

// like says whether a row begins as a member's does: with a number, if there are any, and
// a name.
func (b *builder) like(r row) bool {
	id, _ := memberNumber(cell(r.Cells, b.first.number))
	if b.ids.column && !b.ids.fits(id) {
		return false
	}
	return cell(r.Cells, b.first.family)+cell(r.Cells, b.first.whole)+cell(r.Cells, b.first.given) != ""
}

// settlePending takes a row whose last cells are missing, as programs leave out empty
// ones, unless what comes next shows that the row was broken off.
func (b *builder) settlePending(next *row) {
	if b.pending == nil {
		return
	}
	r := *b.pending
	b.pending = nil
	if b.like(r) && (next == nil || b.like(*next)) {
		b.pass(r.Line, "short")
		b.take(r)
		return
	}
	b.roll.Rows++
	b.leaveOut(r.Line, "%d cells under %d headings; left out", len(r.Cells), b.cols.width)
}

// noMember passes over rows that are no member's: the headings once more, lines that are
// drawn, sums, and what reports add at their end.
func (b *builder) noMember(r row) bool {
	switch {
	case b.repeatsHeadings(r.Cells):
		b.pass(r.Line, "headings")
		return true
	case drawn(r.Cells):
		return true
	}
	if b.band(r) {
		return true
	}
	id := cell(r.Cells, b.first.number)
	if isDigits(id) && cell(r.Cells, b.first.family)+cell(r.Cells, b.first.whole) != "" {
		return false
	}
	var first string
	filled := 0
	for _, c := range r.Cells {
		if c != "" {
			if filled++; filled == 1 {
				first = strings.ToLower(c)
			}
		}
	}
	if filled > max(3, b.cols.width/2) || b.ids.fits(id) && filled > 2 {
		return false
	}
	for _, begins := range []string{"total", "grand total", "subtotal", "sub-total", "sum of", "count", "record count", "records", "number of", "end of report", "report generated", "generated", "printed", "exported", "page ", "copyright", "confidential", "filter", "rows:", "members:", "as of "} {
		if strings.HasPrefix(first, begins) {
			b.pass(r.Line, "sums")
			return true
		}
	}
	if first[0] == '(' && strings.Contains(first, "row") || filled == 1 && (strings.HasSuffix(first, " rows") || strings.HasSuffix(first, " records") || strings.HasSuffix(first, " members")) {
		b.pass(r.Line, "sums")
		return true
	}
	return false
}

func (b *builder) repeatsHeadings(cells []string) bool {
	same := 0
	for i, n := range b.cols.names {
		if n == "" || i >= len(cells) || cells[i] == "" {
			continue
		}
		if !strings.EqualFold(cells[i], n) {
			return false
		}
		same++
	}
	return same > 1 && same*2 > len(b.cols.at)
}

// drawn says whether a row is a line drawn with hyphens, as database tools print below headings.
func drawn(cells []string) bool {
	long := false
	for _, c := range cells {
		if strings.Trim(c, "-=_+* ") != "" {
			return false
		}
		long = long || len(c) > 2
	}
	return long
}

// take makes a member of a row.
func (b *builder) take(row row) {
	b.roll.Rows++
	for _, at := range []int{b.first.number, b.first.whole, b.first.given, b.first.family} {
		if cell(row.Cells, at) == table.Unreadable {
			b.leaveOut(row.Line, "the cell under %q cannot be read; left out", b.cols.names[at])
			return
		}
	}
	m := b.member(row)
	second := b.secondPerson(m, cell(row.Cells, b.first.whole))
	switch {
	case m.Family == "":
		b.leaveOut(row.Line, "no name; left out")
		return
	case m.ID == "" || b.ids.digits && !strings.ContainsAny(m.ID, "0123456789"):
		b.leaveOut(row.Line, "no member number; left out")
		return
	}
	if isDigits(m.ID) && len(m.ID) < len(b.lengths) {
		b.lengths[len(m.ID)]++
		b.zeros = b.zeros || m.ID[0] == '0'
	}
	if lostLetters(m.Family) || lostLetters(m.Given) {
		b.pass(row.Line, "letters")
	}
	b.enter(row, m)
	if second != nil {
		b.enter(row, second)
		b.roll.Couples++
		b.pass(row.Line, "couples")
	}
}

// mostSharing is how many people may have one number before it is none.
const mostSharing = 20

// enter adds a member, or joins the row with another of the same person.
func (b *builder) enter(row row, m *Member) {
	at, again := b.byID[m.ID]
	if !again {
		b.byID[m.ID] = b.packer.add(m)
		return
	}
	first, others := b.loosen(at), b.others[m.ID]
	if len(others) >= mostSharing {
		b.leaveOut(row.Line, "same member number as line %d and %d others; left out", first.Lines[0], len(others))
		return
	}
	for _, at := range append([]int32{at}, others...) {
		if other := b.loosen(at); sameRow(other, m) {
			b.roll.Merged++
			b.merge(other, m)
			return
		}
	}
	if first.Lines[0] != row.Line { // of two people of one row the whole export is told
		b.remark(row.Line, "same member number as line %d under another name: both are kept, and lines of either wait for a person", first.Lines[0])
	}
	b.others[m.ID] = append(others, b.packer.add(m))
}

// member reads a row into the room for one.
func (b *builder) member(row row) *Member {
	id, rounded := memberNumber(cell(row.Cells, b.first.number))
	b.room = Member{
		ID: id, Street: b.cols.all(row.Cells, Street, ", "),
		Emails: b.room.Emails[:0], Lines: append(b.room.Lines[:0], row.Line),
	}
	m := &b.room
	for p, text := range m.shared() {
		if at := b.at[p]; at >= 0 {
			*text = b.keepPart(part(p), cell(row.Cells, at))
		}
	}
	born, second, unit := cell(row.Cells, b.first.born), cell(row.Cells, b.first.second), ""
	if b.cols.units {
		second, unit = "", second
	}
	if born+second+unit != "" {
		m.Marks = &Marks{readable(born), readable(second), readable(unit)}
	}
	for _, i := range b.cols.at[Email] {
		b.addEmails(m, cell(row.Cells, i))
	}
	b.arrange(m, cell(row.Cells, b.first.whole))
	if len(b.cols.at[Number]) == 0 || rounded {
		m.ID = "line-" + strconv.Itoa(row.Line)
		if b.sheet != "" {
			m.ID = b.sheet + "-" + m.ID
		}
	}
	if rounded {
		b.rounded++
	}
	if m.Status == table.Unreadable {
		m.Status = "(unreadable)"
	}
	for _, part := range []*string{
		&m.Prefix, &m.Middle, &m.Suffix, &m.Informal, &m.Former, &m.Company,
		&m.Street, &m.City, &m.State, &m.ZIP, &m.Country, &m.Class, &m.Type,
	} {
		if *part == table.Unreadable {
			*part = ""
		}
	}
	b.flagged(m, row.Cells)
	if b.status != "" && m.Status == "" && !b.cols.has(Status) {
		m.Status = b.status
		b.pass(row.Line, "sheet")
	}
	b.markEnded(m, row.Cells)
	b.beside(m, row)
	m.Joined, m.JoinedOr, _ = b.date(row, Joined)
	m.PaidThru, m.PaidOr, m.Unread = b.date(row, PaidThru)
	return m
}

// readable is a cell, empty where it was damaged.
func readable(cell string) string {
	if cell == table.Unreadable {
		return ""
	}
	return cell
}

func (b *builder) addEmails(m *Member, cell string) {
	if cell == "" {
		return
	}
	for _, e := range emails(cell) {
		if !slices.Contains(m.Emails, e) {
			m.Emails = append(m.Emails, e)
		}
	}
}

// date reads a date cell: the day with the month first, and the other day that it may be.
// What cannot be read is remarked and, for the date paid through, never taken for a life
// member's empty cell.
func (b *builder) date(row row, m Meaning) (day, or time.Time, unread string) {
	s := b.cols.cell(row.Cells, m)
	if s == "" || m == PaidThru && date.ForLife(s) {
		return day, or, ""
	}
	known := b.days[m]
	d, ok := known[s]
	if !ok {
		if date.None(s) {
			b.pass(row.Line, "no day")
			return day, or, ""
		}
		d = b.parse(s, m)
		known[strings.Clone(s)] = d
	}
	if d.Month.IsZero() && d.Day.IsZero() {
		b.remark(row.Line, "the date under %q cannot be read", b.cols.heading(m))
		if s == table.Unreadable {
			s = "in a damaged cell"
		}
		return day, or, b.keep(s)
	}
	b.orders[m].Count(d)
	day, _ = d.Ordered(false)
	if d.Either() {
		or = d.Day
	}
	return day, or, ""
}

func (b *builder) parse(s string, m Meaning) date.Days {
	if n, err := strconv.ParseFloat(s, 64); err == nil && b.file.DaysFrom == 1904 && n >= date.FirstSerial-1462 && n < date.LastSerial-1462 {
		s = strconv.FormatFloat(n+1462, 'f', -1, 64)
	}
	d := date.Parse(s, m == PaidThru)
	if !b.dotted[m] {
		d = d.ByDots()
	}
	return d
}

// close decides what only all rows show, and says what was done.
func (b *builder) close() {
	r := b.roll
	b.orderDates()
	b.tellSharers()
	b.sayWhatPassed()
	if b.empties != nil {
		for _, words := range b.empties.remarks() {
			b.say("%s", words)
		}
	}
	b.sayOfNumbers()
	const mostLeft = 0.02 // of the rows: beyond it an export is broken, not some of its rows
	if r.Rows > 0 && float64(r.LeftOut) > mostLeft*float64(r.Rows) {
		b.lose("would lose %d of %d rows (%.1f %%), the first on %s", r.LeftOut, r.Rows, 100*float64(r.LeftOut)/float64(r.Rows), strings.TrimSuffix(b.firstLeft, "; left out"))
	}
	if b.rounded > 0 {
		b.lose("has %d member numbers that were rounded, such as 4.83E+06, so that their digits are lost", b.rounded)
	}
	for _, l := range r.Losses {
		b.say("the export %s", l)
	}
	r.Findings = append(b.said, r.Findings...)
	r.Findings = r.Findings[:min(len(r.Findings), MaxFindings)]
	r.Remarked += len(b.said)
	r.Members = b.packer.all(b.settleDays)
}

// orderDates takes the days that the columns show to be meant. Where nothing shows it, both
// stay.
func (b *builder) orderDates() {
	unsure := 0
	if _, sure := b.orders.dayFirst(PaidThru); !sure {
		unsure = b.unsurePaid()
	}
	for _, m := range []Meaning{Joined, PaidThru} {
		if o := b.orders[m]; b.cols.has(m) && o.Month+o.Day+o.Either > 0 {
			b.roll.Dates = append(b.roll.Dates, b.orders.words(m, b.cols.heading(m)))
		}
	}
	if len(b.roll.Dates) == 0 && b.orders[Joined].Sure+b.orders[PaidThru].Sure > 0 {
		b.roll.Dates = []string{"dates can be read in one way only"}
	}
	if unsure > 0 {
		b.say("%s; the %d members whose standing may depend on it wait for a person", b.orders.words(PaidThru, b.cols.heading(PaidThru)), unsure)
	}
}

// unsurePaid is how many members may have paid to one day or another.
func (b *builder) unsurePaid() (n int) {
	b.closeLot()
	for at := range int32(b.members.Len()) {
		m := b.loose[at]
		if m == nil && b.other(at) {
			m = b.members.At(at)
		}
		if m != nil && !m.PaidOr.IsZero() {
			n++
		}
	}
	return n
}

// settleDays keeps those days of a member that the columns show to be meant.
func (b *builder) settleDays(m *Member) {
	paidDay, paidSure := b.orders.dayFirst(PaidThru)
	settleOn(&m.PaidThru, &m.PaidOr, paidDay, paidSure)
	joinedDay, joinedSure := b.orders.dayFirst(Joined)
	settleOn(&m.Joined, &m.JoinedOr, joinedDay, joinedSure)
}

// settleOn keeps one of two days.
func settleOn(day, or *time.Time, dayFirst, sure bool) {
	if or.IsZero() || !sure {
		return
	}
	if dayFirst {
		*day = *or
	}
	*or = time.Time{}
}

// tellSharers gives people of one number IDs of their own, by their names or else by their lines.
func (b *builder) tellSharers() {
	for id, others := range b.others {
		all := append([]int32{b.byID[id]}, others...)
		taken := map[string]bool{}
		for _, at := range all {
			m := b.loosen(at)
			words := strings.Join(strings.Fields(strings.Join([]string{m.Given, m.Middle, m.Family, m.Suffix}, " ")), " ")
			m.ID = id + sharer + words + ")"
			if taken[m.ID] {
				m.ID = fmt.Sprintf("%s%s%s, line %d)", id, sharer, words, m.Lines[0])
			}
			taken[m.ID] = true
			m.Sharing = len(all)
		}
	}
}

// sayWhatPassed says which rows were passed over or read as they should not have been.
func (b *builder) sayWhatPassed() {
	for _, k := range []struct{ kind, says string }{
		{"headings", "the headings stand again, first on line %[2]d, and were passed over (%[1]s)"},
		{"sums", "what is no member's row, such as a sum at the end, was passed over (%[1]s, first line %[2]d)"},
		{"hidden", "rows that are hidden in the workbook were read (%[1]s, first row %[2]d)"},
		{"short", "cells that are missing at the end of rows are taken for empty (%[1]s, first line %[2]d)"},
		{"no day", "dates that are zeros, or the first day of some calendar, are taken for empty (%[1]s, first line %[2]d)"},
		{"sheet", "members have the status that the name of their sheet says, as no column does (%[1]s, first row %[2]d)"},
		{"titles", "titles above members were passed over (%[1]s, first row %[2]d)"},
		{"banded", "members stand under a title, or on a sheet, that says that memberships have ended, " +
			"and their lines wait for a person (%[1]s, first row %[2]d)"},
		{"once", "a status stands once above many members, and the lines of those without one wait for a person " +
			"(%[1]s, first row %[2]d): fill the column down to the last row"},
		{"formulas", "formulas whose results are not in the file are not taken for empty cells " +
			"(%[1]s, first row %[2]d): open the workbook in a spreadsheet and save it again"},
		{"failed", "cells that say of the membership hold a formula that failed, " +
			"and lines of these members wait for a person (%[1]s, first row %[2]d)"},
		{"ended comments", "comments on cells say that memberships have ended, " +
			"and lines of these members wait for a person (%[1]s, first row %[2]d)"},
		{"comments", "cells have comments (%[1]s, first row %[2]d), " +
			"of which only words such as deceased or resigned were heeded: see whether they matter"},
		{"couples", "two people are named in one row: both are kept under its number, and lines of either wait for a person (%[1]s, first line %[2]d)"},
		{"struck", "members are crossed out in the workbook, whole or in part, and their lines wait for a person (%[1]s, first line %[2]d)"},
		{"letters", "names have a question mark where a letter was lost (%[1]s, first line %[2]d): export in UTF-8"},
	} {
		if n := b.passed[k.kind]; n > 0 {
			b.say(k.says, amount(n, "row"), b.firstOf[k.kind])
		}
	}
	for _, says := range slices.Sorted(maps.Keys(b.flagsSaid)) {
		verb := "are"
		if b.flagsSaid[says] == 1 {
			verb = "is"
		}
		b.say(says+", which is taken for their status", amount(b.flagsSaid[says], "member")+" "+verb)
	}
	for _, of := range slices.SortedFunc(maps.Keys(b.endedSaid), func(a, c [2]string) int {
		return cmp.Or(cmp.Compare(a[0], c[0]), cmp.Compare(a[1], c[1]))
	}) {
		remedy := ""
		if _, used := meaningOf(of[0]); !used {
			remedy = fmt.Sprintf("; if it says nothing of the membership, --map unused=%q leaves the column out", of[0])
		}
		b.say("under %q %q stands with %s, whose lines wait for a person%s", of[0], of[1], amount(b.endedSaid[of], "member"), remedy)
	}
	b.sayOfColours()
	if n := b.passed["encoded"]; n > 0 {
		b.say("%d cells were encoded twice, such as O&#39;Brien, and were put right", n)
	}
}

// sayOfNumbers remarks on numbers whose leading zeros seem to be lost.
func (b *builder) sayOfNumbers() {
	all, most, usual := 0, 0, 0
	for length, n := range b.lengths {
		if all += n; n > 0 {
			most = length
		}
		if n > b.lengths[usual] {
			usual = length
		}
	}
	if short := all - b.lengths[most]; !b.zeros && usual == most && short > 0 && short*2 < all && most > 3 {
		b.say("%d of %d member numbers have fewer than %d digits: zeros at their beginning seem to be lost, and numbers are compared without them", short, all, most)
	}
}

// merge takes another row of the same person in: the latest date paid
// through with its status, all e-mails, and what the first row lacks.
func (b *builder) merge(m, o *Member) {
	for _, s := range []string{m.Status, o.Status} {
		if s != "" && !slices.Contains(m.Statuses, s) {
			m.Statuses = append(m.Statuses, s)
		}
	}
	if i := slices.IndexFunc(m.Statuses, func(s string) bool { return b.open[s] }); i >= 0 {
		m.Statuses = m.Statuses[i : i+1 : i+1]
	}
	if b.status != "" && (m.Status == "") != (o.Status == "") {
		m.Statuses = []string{cmp.Or(m.Status, o.Status) + " on one sheet, and not on another"}
	}
	m.mergePaid(o)
	if !o.Joined.IsZero() && (m.Joined.IsZero() || o.Joined.Before(m.Joined)) {
		m.Joined, m.JoinedOr = o.Joined, o.JoinedOr
	}
	for _, e := range o.Emails {
		if !slices.Contains(m.Emails, e) {
			m.Emails = append(m.Emails, e)
		}
	}
	for _, p := range [][2]*string{{&m.Middle, &o.Middle}, {&m.Informal, &o.Informal}, {&m.Former, &o.Former}, {&m.Company, &o.Company}, {&m.Status, &o.Status}, {&m.Class, &o.Class}, {&m.Type, &o.Type}} {
		*p[0] = cmp.Or(*p[0], *p[1])
	}
	switch {
	case m.Marks == nil:
		m.Marks = o.Marks // which no other row has
	case o.Marks != nil:
		m.Marks = &Marks{cmp.Or(m.Marks.Born, o.Marks.Born), cmp.Or(m.Marks.Second, o.Marks.Second), cmp.Or(m.Marks.Unit, o.Marks.Unit)}
	}
	if m.Street == "" && m.City == "" && m.ZIP == "" {
		m.Street, m.City, m.State, m.ZIP, m.Country = o.Street, o.City, o.State, o.ZIP, o.Country
	}
	m.Lines = append(m.Lines, o.Lines...)
}

// mergePaid takes the later date paid through, in both orders of day and month. A row
// without a date, as life members have, outlasts every date; one that cannot be read
// leaves the person's unread.
func (m *Member) mergePaid(o *Member) {
	switch {
	case m.Unread != "" || o.Unread != "":
		m.Unread = cmp.Or(m.Unread, o.Unread)
		m.PaidThru, m.PaidOr = time.Time{}, time.Time{}
		return
	case m.PaidThru.IsZero(): // life member, or no such column
		return
	}
	if o.PaidThru.IsZero() || o.PaidThru.After(m.PaidThru) {
		m.Status = cmp.Or(o.Status, m.Status)
	}
	if o.PaidThru.IsZero() {
		m.PaidThru, m.PaidOr = time.Time{}, time.Time{}
		return
	}
	or := func(m *Member) time.Time {
		if m.PaidOr.IsZero() {
			return m.PaidThru
		}
		return m.PaidOr
	}
	other := later(or(m), or(o))
	if m.PaidThru = later(m.PaidThru, o.PaidThru); !other.Equal(m.PaidThru) {
		m.PaidOr = other
	} else {
		m.PaidOr = time.Time{}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
