package roll

import (
	"fmt"
	"slices"
	"strings"

	"countersign/ingest/table"
	"countersign/verify/name"
)

// What a workbook says of members beside their rows: a title above some of them, a status that
// stands once for many, a comment on a cell, a colour, a formula that failed.

// goodWords are those of a title or a status over members in good standing.
var goodWords = set("active current paid regular life lifetime honorary aktiv actif activo")

// failed are the values of formulas that failed. What they stand for is not known: it is not nothing.
var failed = set("#N/A,#REF!,#VALUE!,#NAME?,#DIV/0!,#NUM!,#NULL!,#ERROR!,#SPILL!,#CALC!")

// good says whether a text says that members are in good standing.
func good(text string) bool {
	return slices.ContainsFunc(name.Words(text), func(w string) bool { return goodWords[w] })
}

// unknowable says whether a cell holds something that cannot be known.
func unknowable(cell string) bool {
	return cell == table.Unreadable || len(cell) > 3 && cell[0] == '#' && failed[strings.ToUpper(cell)]
}

// title is the text of a row that stands above members and is none itself: one cell alone, or
// two of which the first is "Status:". Empty for any other row.
func title(cells []string) string {
	var parts []string
	for _, c := range cells {
		if c == "" {
			continue
		}
		if parts = append(parts, c); len(parts) > 2 {
			return ""
		}
	}
	if len(parts) == 0 || len(parts) == 2 && !strings.HasSuffix(parts[0], ":") {
		return ""
	}
	return strings.Join(parts, " ")
}

// narrow is how many columns an export has in which a row of one cell may be a member's.
const narrow = 3

// band says whether a row is a title, which is kept if it says that the memberships below it have
// ended. It holds until a title says that those below are in good standing: "Ohio" below "Lapsed"
// is of those who lapsed in Ohio.
func (b *builder) band(r row) bool {
	text := title(r.Cells)
	if text == "" || b.cols.width <= narrow {
		return false
	}
	switch {
	case sheetStatus(text) != "" || ended(text) != "":
		b.under = text
	case good(text):
		b.under = ""
	case counted(text):
	case cell(r.Cells, b.first.number) != text || b.ids.fits(text) || strings.ContainsAny(text, "0123456789"):
		return false // which may be a row of which the rest is lost
	}
	b.pass(r.Line, "titles")
	return true
}

// counted says whether a text ends with how many there are: "Ohio (12 records)".
func counted(text string) bool {
	_, in, ok := strings.Cut(strings.ToLower(text), "(")
	words := name.Words(in)
	return ok && len(words) == 2 && isDigits(words[0]) &&
		slices.Contains([]string{"record", "records", "member", "members", "row", "rows", "item", "items"}, words[1])
}

// statusOnce says whether a status stands once above all that have it: on the first row and on few
// others, where one of them says that members are in good standing. Who leaves the status of those
// empty does not write it.
func statusOnce(c *columns, rows []row) bool {
	if !c.has(Status) || len(rows) == 0 || c.cell(rows[0].Cells, Status) == "" {
		return false
	}
	filled, some := 0, false
	for _, r := range rows {
		if s := c.cell(r.Cells, Status); s != "" {
			filled++
			some = some || good(s)
		}
	}
	const least, few = 8, 4 // rows; one in so many
	return some && len(rows) >= least && filled*few < len(rows)
}

// telling are the columns that say of a membership beside the status and the date.
func telling(c *columns) (out []int) {
	for i := range c.names {
		_, flagged := c.flags[i]
		if flagged || slices.Contains(c.at[Type], i) || slices.Contains(c.at[Class], i) {
			out = append(out, i)
		}
	}
	return out
}

// beside takes what the workbook says of a member outside the cells into the status, for a person
// to see.
func (b *builder) beside(m *Member, r row) {
	if b.once && m.Status == "" {
		b.leave(m, "perhaps that of a row above")
		b.pass(r.Line, "once")
	}
	switch {
	case b.under != "" && ended(m.Status) == "":
		b.leave(m, fmt.Sprintf("under the title %q", b.under))
		b.pass(r.Line, "banded")
	case b.status != "" && b.cols.has(Status) && !strings.EqualFold(m.Status, b.status) && ended(m.Status) == "":
		b.leave(m, fmt.Sprintf("on the sheet of those who are %q", b.status))
		b.pass(r.Line, "banded")
	}
	for _, said := range r.Comments {
		if word := ended(said); word != "" {
			b.leave(m, fmt.Sprintf("%q in a comment", word))
			b.pass(r.Line, "ended comments")
		} else {
			b.pass(r.Line, "comments")
		}
	}
	for _, i := range b.telling {
		if unknowable(cell(r.Cells, i)) {
			b.leave(m, fmt.Sprintf("a cell under %q that cannot be read", b.cols.names[i]))
			b.pass(r.Line, "failed")
		}
	}
	if r.Struck {
		b.leave(m, "crossed out in the workbook")
		b.pass(r.Line, "struck")
	}
	if b.fills[r.Fill]++; b.fills[r.Fill] == 1 {
		b.fillAt[r.Fill] = r.Line
	}
}

// sayOfColours remarks on rows of another colour than most have.
func (b *builder) sayOfColours() {
	usual, others := table.OtherColour(b.fills)
	if others == 0 {
		return
	}
	first := 0
	for fill, at := range b.fillAt {
		if fill != usual && (first == 0 || at < first) {
			first = at
		}
	}
	b.say("rows have another colour than most, whole or in part (%s, first row %d): "+
		"what colours mean is not known, so if they say who is no member, say it in a column",
		amount(others, "row"), first)
}
