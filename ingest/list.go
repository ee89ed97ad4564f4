package ingest

import (
	"context"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"countersign/ingest/scan"
	"countersign/ingest/table"
)

// rowsOfPage is how many rows of a list make a page of it: as many as people like to see at once.
const rowsOfPage = 50

// listed are the pages of a list that people signed online.
type listed struct {
	pages  []List
	passed []string // names of sheets that were not read
	headed bool     // whether a row of headings was found
	hidden int      // rows that are hidden in the workbook, and were read
	struck int      // rows of which a cell is crossed out
	noted  int      // rows with comments on their cells
	said   string   // the first of those
	failed string   // what the first cell that cannot be read says, empty for none
	tinted int      // rows of another colour than most
	gone   []List   // hidden sheets of those who took their signature back
	taken  int      // rows of people whom such a list names
}

// listHeadings are words of which the headings of a list of signers have two at least.
var listHeadings = strings.Fields("name first last given family surname email mail date time timestamp signed signature submitted created " +
	"city town state zip postal postcode country address street institution library organization organisation employer member membership number phone " +
	"comment vorname nachname unterschrift datum nom prenom prénom nombre apellido apellidos naam voornaam achternaam nome sobrenome completo " +
	"zeitstempel horodateur marca temporal carimbo fecha courriel correo adhérent adherent socio matrícula matricula mitgliedsnummer plz ort ville ciudad cidade recorded")

// headingsIn counts the cells of a row that have a word of headings and no digits but those
// that tell several signers of a row apart.
func headingsIn(cells []string) int {
	n := 0
	for _, c := range cells {
		if len(c) < 90 && !strings.ContainsAny(beforeNumber(c), "0123456789@") && hasWord(c, listHeadings) {
			n++
		}
	}
	return n
}

// numbered is a heading of one of several signers in a row: "Name 2", "Signer 2 name".
var numbered = regexp.MustCompile(`^(.*?)[ _#(-]*([1-9])[).]?$|^(?i:signer|person|member|petitioner|signatory) ?#?([1-9])[ :._-]+(.*)$`)

// beforeNumber is a heading without the number of a signer, or what it says in brackets.
func beforeNumber(heading string) string {
	base, _ := signerOf(strings.TrimSpace(heading))
	before, _, _ := strings.Cut(base, "(")
	return before
}

// signerOf is a heading without the number of the signer it is of, and that number; empty for none.
func signerOf(heading string) (base, number string) {
	m := numbered.FindStringSubmatch(heading)
	if m == nil {
		return heading, ""
	}
	return strings.TrimSpace(m[1] + m[4]), m[2] + m[3]
}

// signers makes of a row with several signers a row for each.
type signers struct {
	headings []string
	shared   []int // columns of all
	each     [][]int
	apart    []bool // those that stand under a title of rows that may not count; nil for none
}

// besides finds tables that stand side by side: the headings of the first one again, once or
// oftener.
func besides(headings, above []string) *signers {
	same := func(i, k int) bool {
		return k < len(headings) && strings.EqualFold(strings.TrimSpace(headings[i]), strings.TrimSpace(headings[k]))
	}
	first := slices.IndexFunc(headings, func(h string) bool { return strings.TrimSpace(h) != "" })
	for width := 2; first >= 0 && first+width < len(headings); width++ {
		own := headings[first : first+width]
		n := len(own)
		for n > 0 && strings.TrimSpace(own[n-1]) == "" {
			n--
		}
		again := n > 1 && headingsIn(own) > 1
		for i := range n {
			again = again && same(first+i, first+width+i)
		}
		if !again {
			continue
		}
		s := signers{headings: own[:n]}
		for from := first; from+n <= len(headings) && same(first, from) && same(first+n-1, from+n-1); from += width {
			var columns []int
			for i := range n {
				columns = append(columns, from+i)
			}
			s.each = append(s.each, columns)
			title := strings.Join(above[min(from, len(above)):min(from+width, len(above))], " ")
			s.apart = append(s.apart, notCounted.MatchString(title))
		}
		return &s
	}
	return nil
}

// signersIn finds the signers of a row, nil where each row has one. Each has a name.
func signersIn(headings []string) *signers {
	at := map[string]map[string]int{} // column by number and heading
	var s signers
	var order []string
	for i, h := range headings {
		base, number := signerOf(strings.TrimSpace(h))
		if number == "" || base == "" {
			s.shared = append(s.shared, i)
			s.headings = append(s.headings, h)
			continue
		}
		if at[number] == nil {
			at[number] = map[string]int{}
			order = append(order, number)
		}
		at[number][strings.ToLower(base)] = i
	}
	if len(order) < 2 {
		return nil
	}
	var bases []string
	for i := range headings {
		if base, number := signerOf(strings.TrimSpace(headings[i])); number == order[0] && base != "" {
			s.headings = append(s.headings, base)
			bases = append(bases, strings.ToLower(base))
		}
	}
	for _, number := range order {
		columns := make([]int, len(bases))
		named := false
		for k, base := range bases {
			i, has := at[number][base]
			if !has {
				i = -1
			}
			columns[k] = i
			named = named || has && nameWord(base)
		}
		if !named || len(at[number]) > len(bases) {
			return nil
		}
		s.each = append(s.each, columns)
	}
	return &s
}

// nameWord says whether a heading is of names.
func nameWord(heading string) bool {
	return hasWord(heading, nameWords)
}

var nameWords = strings.Fields("name first last nombre nom nome naam vorname nachname surname")

// hasWord says whether a text has one of some words in small letters.
func hasWord(text string, of []string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(of, w) })
}

// rows are those of the signers of a row, at least one, and which of them may not count.
func (s *signers) rows(cells []string) (out [][]string, apart []bool) {
	for k, columns := range s.each {
		row := make([]string, 0, len(s.headings))
		for _, i := range s.shared {
			row = append(row, cellOf(cells, i))
		}
		filled := false
		for _, i := range columns {
			row = append(row, cellOf(cells, i))
			filled = filled || cellOf(cells, i) != ""
		}
		if filled {
			out = append(out, row)
			apart = append(apart, k < len(s.apart) && s.apart[k])
		}
	}
	if len(out) == 0 {
		return [][]string{cells}, []bool{false} // something stands there, and a person sees it
	}
	return out, apart
}

// noSigner says of a row below the headings that it is part of them, as surveys have two or
// three rows of headings, or a sum.
func noSigner(cells []string, first bool) bool {
	filled, begins, name := 0, "", false
	for _, c := range cells {
		if c == "" {
			continue
		}
		if filled++; filled == 1 {
			begins = strings.ToLower(c)
		}
		if strings.HasPrefix(c, `{"ImportId"`) || first && strings.EqualFold(c, "Open-Ended Response") {
			return true
		}
		if strings.Contains(c, "@") {
			return false
		}
		name = name || first && nameWord(c)
	}
	if first && name && headingsIn(cells) >= 2 && !strings.ContainsAny(strings.Join(cells, ""), "0123456789") {
		return true
	}
	if filled == 1 && ofReport.MatchString(begins) && !notCounted.MatchString(begins) {
		return true
	}
	return filled <= 3 && sums.MatchString(begins) && strings.ContainsAny(strings.Join(cells, ""), "0123456789")
}

// joinedHeadings are headings of which some stand over several columns, each with a heading of its
// own in the second row: "Your details" over "Name" and "E-mail". A question over its answers
// keeps its words, and a second name that of whom it is: "Witness Name".
func joinedHeadings(upper, lower []string) []string {
	out := slices.Clone(upper)
	seen := map[string]bool{}
	for len(out) < len(lower) {
		out = append(out, "")
	}
	grouped := headingsIn(lower)*2 > len(lower)
	for i := 0; i < len(out); {
		end := i + 1
		for end < len(out) && strings.TrimSpace(out[end]) == "" {
			end++
		}
		own := lower[min(i, len(lower)):min(end, len(lower))]
		if end == i+1 && grouped && headingsIn(own) == 1 && len(strings.Fields(out[i])) < 3 {
			out[i] += " " + strings.TrimSpace(own[0]) // "Signature" over "Date", beside groups of several
			seen[strings.ToLower(strings.TrimSpace(own[0]))] = true
		}
		if end > i+1 && headingsIn(own) > 0 {
			of := out[i]
			for k, h := range own {
				switch h = strings.TrimSpace(h); {
				case h != "" && seen[strings.ToLower(h)]:
					out[i+k] = of + " " + h
				case h != "":
					out[i+k], seen[strings.ToLower(h)] = h, true
				}
			}
		}
		i = end
	}
	return out
}

// sums is what a row of sums begins with; "Total Lee" is somebody.
var sums = regexp.MustCompile(`^((grand )?total|sub-?total|count|sum|summe|gesamt|number|signatures|signers)` +
	`([ :=]*(of|number|signatures|signers|rows|records|responses|entries|unterschriften|[0-9.,]+))*[ :=]*$`)

// ofReport is what reports put between and below rows: "Ohio (6 records)", "Page 1 of 1".
var ofReport = regexp.MustCompile(`^(page [0-9]+ of [0-9]+|` +
	`.*\([0-9]+ (records?|rows?|signers?|signatures?|entries)\))$`)

// unescaped undoes what web pages do to a cell: O&#039;Brien.
func unescaped(cells []string) {
	for i, c := range cells {
		if strings.IndexByte(c, '&') >= 0 && strings.IndexByte(c, ';') > 0 {
			cells[i] = strings.TrimSpace(html.UnescapeString(c))
		}
	}
}

// errNobody refuses a list without rows, which a person may take for one that was counted.
var errNobody = &scan.Refusal{Problem: "has a row of headings as lists of signers have, and nobody below it", Remedy: "export the list again and hand that in"}

// openList reads a table of those who signed online.
func openList(file io.ReaderAt, size int64, pages int) (*listed, error) {
	const remedy = "if it is a list of those who signed online, save it as CSV or XLSX with a row of headings; if it is a scan, save it as PDF"
	data := make([]byte, size)
	if _, err := file.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, err
	}
	f, err := table.Open(data, table.Options{Headings: headingsIn})
	if err != nil {
		return nil, &scan.Refusal{Problem: strings.SplitN(err.Error(), ":", 2)[0], Remedy: remedy}
	}
	defer f.Close()
	var l listed
	for _, s := range f.Sheets {
		before := len(l.pages)
		if s.Hidden && takenBack.MatchString(s.Name) {
			var of listed
			if of.add(s) == nil {
				l.gone = append(l.gone, of.pages...)
			}
		}
		if !s.Hidden && !(len(f.Sheets) > 1 && ofComments(s.Name)) {
			if err := l.add(s); err != nil {
				return nil, err
			}
		}
		if len(l.pages) == before {
			l.passed = append(l.passed, s.Name)
		}
		if len(l.pages) > pages {
			return nil, &scan.Refusal{Problem: fmt.Sprintf("is a list of more than %d rows", pages*rowsOfPage), Remedy: "split it and hand in the parts"}
		}
	}
	l.doubtTakenBack()
	if len(l.pages) == 0 && l.headed {
		return nil, errNobody
	}
	if len(l.pages) == 0 {
		return nil, &scan.Refusal{Problem: "has no table of signers with a row of headings such as name, e-mail and date", Remedy: remedy}
	}
	return &l, nil
}

// ofComments says whether a sheet is named as one beside the signatures.
func ofComments(sheet string) bool {
	return slices.Contains(strings.Fields("comments comment kommentare commentaires comentarios notes summary instructions"), strings.ToLower(strings.TrimSpace(sheet)))
}

// add takes the rows below the headings of a sheet, if it has any.
func (l *listed) add(s table.Sheet) error {
	rows, err := s.Open()
	if err != nil {
		return &scan.Refusal{Problem: "cannot be read as a table", Remedy: "save it again as CSV or XLSX and hand that in"}
	}
	defer rows.Close()
	before := len(l.pages)
	p := sheetPart{listed: l, least: 2}
	if notCounted.MatchString(s.Name) {
		p.page.Apart = s.Name
	}
	if takenBack.MatchString(s.Name) {
		p.least = 1 // "Name" alone, or beside "Reason"
	}
	for n := 0; ; n++ {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return &scan.Refusal{Problem: fmt.Sprintf("cannot be read as a table after row %d", n), Remedy: "save it again as CSV or XLSX and hand that in"}
		}
		filled := slices.ContainsFunc(row.Cells, func(c string) bool { return strings.TrimSpace(c) != "" })
		switch {
		case p.headings == nil && headingsIn(row.Cells) >= p.least:
			p.head(row.Cells)
		case p.headings == nil && n >= table.HeadingRows:
			return nil
		case p.headings == nil && filled:
			p.above = row.Cells
		case filled:
			p.row(row)
		}
	}
	p.flush()
	l.tinted += p.fills.doubt(l.pages)
	for i := before; i < len(l.pages); i++ {
		l.pages[i].First = l.pages[before].Rows
	}
	return nil
}

// sheetPart is a sheet of a list as it is read.
type sheetPart struct {
	*listed
	page     List
	least    int      // headings that a row of them has
	above    []string // the row above them
	headings []string // nil before they are found
	several  *signers
	begun    bool // somebody stood below them
	fills    tints
}

// flush ends a page.
func (p *sheetPart) flush() {
	if len(p.page.Rows) > 0 {
		p.pages = append(p.pages, p.page)
		p.page.Rows, p.page.Doubtful = nil, nil
	}
}

// head takes the row of headings.
func (p *sheetPart) head(cells []string) {
	p.headings, p.headed = cells, true
	p.page.Headings = cells
	if p.several = besides(cells, p.above); p.several == nil {
		p.several = signersIn(cells)
	}
	if p.several != nil {
		p.page.Headings = p.several.headings
	}
	if title := only(p.above); len(strings.Fields(title)) <= 3 && takenBack.MatchString(title) {
		p.page.Apart = title // a longer one may be that of the petition
	}
}

// row takes a row below the headings.
func (p *sheetPart) row(row table.Row) {
	title := only(row.Cells)
	switch {
	case noSigner(row.Cells, !p.begun):
		if !p.begun && p.several == nil {
			p.headings = joinedHeadings(p.headings, row.Cells)
			p.page.Headings = p.headings
		}
	case p.begun && slices.EqualFunc(row.Cells, p.headings, strings.EqualFold): // once more, as for a second table
	case notCounted.MatchString(title):
		p.flush()
		p.page.Apart = title
	default:
		p.begun = true
		p.signers(row)
	}
}

// signers takes a row of one signer or several.
func (p *sheetPart) signers(row table.Row) {
	p.note(row)
	unescaped(row.Cells)
	of, apart := [][]string{row.Cells}, []bool{false}
	if p.several != nil {
		of, apart = p.several.rows(row.Cells)
	}
	for i, cells := range of {
		if row.Struck || len(row.Comments) > 0 || apart[i] {
			p.page.doubt(len(p.page.Rows))
		}
		p.fills = append(p.fills, tint{row.Fill, len(p.pages), len(p.page.Rows)})
		if p.page.Rows = append(p.page.Rows, cells); len(p.page.Rows) == rowsOfPage {
			p.flush()
		}
	}
}

// note counts what a workbook says of a row beside its cells.
func (l *listed) note(row table.Row) {
	if row.Hidden {
		l.hidden++
	}
	if row.Struck {
		l.struck++
	}
	if len(row.Comments) > 0 {
		if l.noted++; l.said == "" {
			l.said = row.Comments[0]
		}
	}
	for _, n := range row.Notes {
		if n.Kind != table.Odd && l.failed == "" {
			l.failed = n.Text
		}
	}
}

// doubt notes that a row may not count.
func (l *List) doubt(row int) {
	if l.Doubtful == nil {
		l.Doubtful = map[int]bool{}
	}
	l.Doubtful[row] = true
}

// tints are the colours of the rows of a sheet.
type tints []tint

type tint struct {
	fill      string
	page, row int
}

// doubt doubts the rows of another colour than most, and says how many there are.
func (t tints) doubt(pages []List) int {
	count := map[string]int{}
	for _, of := range t {
		count[of.fill]++
	}
	usual, others := table.OtherColour(count)
	for _, of := range t {
		if others > 0 && of.fill != usual {
			pages[of.page].doubt(of.row)
		}
	}
	return others
}

// doubtTakenBack doubts the rows of people whom a sheet, or a part of one, names as having taken
// their signature back.
func (l *listed) doubtTakenBack() {
	gone := map[string]bool{}
	for _, p := range slices.Concat(l.pages, l.gone) {
		if !takenBack.MatchString(p.Apart) {
			continue
		}
		for _, row := range p.Rows {
			for _, k := range keysOf(p.Headings, row) {
				gone[k] = true
			}
		}
	}
	if len(gone) == 0 {
		return
	}
	known := func(k string) bool { return gone[k] }
	for i := range l.pages {
		p := &l.pages[i]
		if takenBack.MatchString(p.Apart) {
			continue
		}
		for n, row := range p.Rows {
			if slices.ContainsFunc(keysOf(p.Headings, row), known) {
				p.doubt(n)
				l.taken++
			}
		}
	}
}

// keysOf are what tells a signer from others: the name, the number, the e-mail.
func keysOf(headings, cells []string) []string {
	var keys, name []string
	for i, c := range cells {
		c = strings.ToLower(strings.Join(strings.Fields(c), " "))
		switch h := strings.ToLower(cellOf(headings, i)); {
		case c == "":
		case strings.Contains(c, "@"):
			keys = append(keys, c)
		case hasWord(h, memberWords) && strings.ContainsAny(c, "0123456789"):
			keys = append(keys, "number "+strings.TrimLeft(c, "0"))
		case nameWord(h):
			name = append(name, c)
		}
	}
	if full := strings.Join(name, " "); strings.Contains(full, " ") {
		keys = append(keys, "name "+full)
	}
	return keys
}

var memberWords = strings.Fields("member membership mitgliedsnummer adherent socio ala")

// cellOf is a cell of a row, empty where the row has none there.
func cellOf(cells []string, i int) string {
	if i >= 0 && i < len(cells) {
		return cells[i]
	}
	return ""
}

// goneWords are those of takenBack and of notCounted.
const goneWords = `withdrawn|withdrawals|withdrew|removed|deleted|invalid|rejected|declined|excluded|` +
	`zurückgezogen|gelöscht|retirées?|retirados?|retiradas?`

var (
	// takenBack are names of sheets, and titles, over those who are to be taken off a list.
	takenBack = regexp.MustCompile(`(?i)\b(` + goneWords + `|withdrawal|removals?)\b`)
	// notCounted are names of sheets, and titles within one, over rows that may not count.
	notCounted = regexp.MustCompile(`(?i)\b(` + goneWords + `|duplicates?|unconfirmed|unverified|pending|spam|tests?|` +
		`not counted|do not count|incomplete|unsigned|not signed|opposed|against|ungültig)\b`)
)

// only is what stands in the one cell of a row that is filled, empty where several are.
func only(cells []string) (text string) {
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" && text != "" {
			return ""
		} else if c != "" {
			text = c
		}
	}
	return text
}

func (l *listed) Pages() int { return len(l.pages) }

func (l *listed) page(_ context.Context, number int) (Page, error) {
	p := Page{Number: number, Source: Online, List: l.pages[number-1]}
	if number != 1 {
		return p, nil
	}
	say := func(is bool, format string, args ...any) {
		if is {
			p.Findings = append(p.Findings, Finding{Kind: NotDrawn, Text: fmt.Sprintf(format, args...)})
		}
	}
	say(len(l.passed) > 0, "Of the workbook these sheets were not read, being hidden, empty, of comments or without headings: %s. "+
		"See whether they have signers.", strings.Join(l.passed, ", "))
	say(l.hidden > 0, "Rows that are hidden in the workbook were read (%d). See whether they count.", l.hidden)
	say(l.noted > 0, "Rows have comments on their cells (%d, the first %q). See whether they count.",
		l.noted, shortened(l.said))
	say(l.tinted > 0, "Rows have another colour than most, whole or in part (%d). "+
		"What it means is not known: see whether they count.", l.tinted)
	say(l.taken > 0, "A sheet or a part of the list names people who took their signature back, "+
		"and rows of the same people stand elsewhere (%d). See whether they count.", l.taken)
	say(l.failed != "", "Cells could not be read: %s.", l.failed)
	say(l.struck > 0, "Rows are crossed out in the workbook, whole or in part (%d). See whether they count.", l.struck)
	return p, nil
}

// shortened is the beginning of a text.
func shortened(text string) string {
	const most = 80 // letters
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

func (l *listed) close() {}
