package roll

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"countersign/ingest/table"
	"countersign/verify/name"
	"countersign/verify/roll/date"
)

// What columns hold where their headings alone do not say it.

// flag is a column that says yes or no of one thing.
type flag struct {
	yes, no string // the status that it says; empty for none
	any     bool   // any words say it, such as a reason; the heading is none that is known
}

// flags by the keys of their headings.
var flags = func() map[string]flag {
	all := map[string]flag{}
	for word, headings := range map[string]string{
		"Deceased":   "deceased; is deceased; deceased flag; deceased date; date of death; death date; deceased on; date deceased; verstorben; gestorben am; decede; fallecido; falecido",
		"Suspended":  "suspended; is suspended; suspended member; suspended flag",
		"Archived":   "archived; is archived",
		"Deleted":    "deleted; is deleted; deleted at; deleted on",
		"Inactive":   "inactive; is inactive; inactive flag",
		"Lapsed":     "lapsed; is lapsed; lapsed flag",
		"Resigned":   "resigned; resigned on; resign date; resignation date; date resigned",
		"Cancelled":  "cancelled; canceled; cancelled on; canceled on; cancelled date; cancellation date; date cancelled",
		"Terminated": "terminated; terminated on; termination date",
	} {
		for h := range strings.SplitSeq(headings, ";") {
			all[headingKey(h)] = flag{yes: word}
		}
	}
	for h := range strings.SplitSeq("active; is active; active flag; active member; current member; is current; is member; in good standing; good standing; aktiv", ";") {
		all[headingKey(h)] = flag{yes: "Active", no: "Inactive"}
	}
	return all
}()

// says is the status that a cell of the column stands for, empty for none.
func (f flag) says(cell string) string {
	switch word := strings.ToLower(cell); {
	case f.any && slices.Contains([]string{"yes", "y", "true", "t", "1", "x", "\u2713"}, word):
		return f.yes + " (" + cell + ")" // a heading that was guessed refuses nobody
	case slices.Contains([]string{"yes", "y", "true", "t", "1", "x", "\u2713", "ja", "oui", "si"}, word):
		return f.yes
	case slices.Contains([]string{"no", "n", "false", "f", "0", "nein", "non"}, word):
		return f.no
	case f.no == "" && !date.None(cell):
		d := date.Parse(cell, false)
		switch {
		case d.Month.IsZero() && d.Day.IsZero():
		case f.yes == "Deceased":
			return f.yes
		default:
			return f.yes + " on " + cell // which may be long ago, or to come
		}
		if f.any && cell != "" {
			return f.yes + " (" + cell + ")"
		}
	}
	return ""
}

// flagged takes what columns of yes and no say into a member's status. Where it is not what
// the status says, both stay, for a person to see.
func (b *builder) flagged(m *Member, cells []string) {
	if len(b.cols.flags) == 0 {
		return
	}
	active := -1
	for i := range b.cols.names {
		switch f, is := b.cols.flags[i]; {
		case !is:
		case f.no != "":
			active = i
		default:
			b.flag(m, i, f.says(cell(cells, i)))
		}
	}
	if active < 0 {
		return
	}
	word := b.cols.flags[active].says(cell(cells, active))
	switch {
	case m.Status == "" && word == "Active":
		m.Status = word
	case m.Status == "" || word != "Active" && strings.EqualFold(m.Status, "active"):
		b.flag(m, active, word)
	}
}

func (b *builder) flag(m *Member, at int, word string) {
	if word == "" {
		return
	}
	kind, _, _ := strings.Cut(word, " ")
	b.flagsSaid[fmt.Sprintf("under %q %%s %s", strings.ReplaceAll(b.cols.names[at], "%", "%%"), kind)]++
	switch {
	case m.Status == "":
		m.Status = b.keep(word)
	case !strings.EqualFold(word, m.Status):
		m.Status = b.keep(m.Status + " and " + word)
		b.open[m.Status] = true
	}
}

func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}

// sheetStatus is the status that the name of a sheet gives its members where no column has
// one: "Lapsed", "Former members". A name that says they are in good standing gives none, for
// the date paid through says more.
func sheetStatus(sheet string) string {
	words := slices.DeleteFunc(name.Words(sheet), func(w string) bool {
		return w == "members" || w == "member" || w == "and" || w == "list" || w == "status" || isDigits(w)
	})
	said := ""
	for _, w := range words {
		i := slices.IndexFunc(endedSheets, func(status string) bool { return strings.EqualFold(w, status) })
		if i < 0 {
			return ""
		}
		if said == "" {
			said = endedSheets[i]
		}
	}
	return said
}

// endedSheets are the statuses that sheets are named by.
var endedSheets = strings.Fields("Lapsed Expired Inactive Deceased Suspended Resigned Former " +
	"Dropped Cancelled Terminated Nonmember")

// membersOwn is the one of several columns of numbers whose heading speaks of members, -1
// where none or several do.
func (c *columns) membersOwn(claims []int) int {
	var own []int
	for _, i := range claims {
		key := headingKey(c.names[i])
		if slices.ContainsFunc([]string{"member", "mbr", "ala", "imis", "mitglied", "adherent", "socio"}, func(w string) bool { return strings.HasPrefix(key, w) }) {
			own = append(own, i)
		}
	}
	if len(own) != 1 {
		return -1
	}
	for _, i := range claims {
		if i != own[0] {
			c.remarks = append(c.remarks, fmt.Sprintf("%q is taken for the member number, and %q is not used", c.names[own[0]], c.names[i]))
		}
	}
	return own[0]
}

// numbers takes a second number for the member's where no column has that: the first of them that
// is every member's own. Numbers that the state gave stay what they are. Flats and lots stand in
// for a second number where there is none.
func (c *columns) numbers(claims map[Meaning][]int, rows []row, taken map[int]bool) {
	seconds := claims[Second]
	if len(claims[Number]) == 0 && !c.has(Number) {
		at := slices.IndexFunc(seconds, func(i int) bool {
			words := name.Words(strings.ReplaceAll(c.names[i], "_", " "))
			return !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(byState, w) }) && ownNumbers(rows, i)
		})
		if at >= 0 {
			claims[Number] = []int{seconds[at]}
			seconds = slices.Delete(slices.Clone(seconds), at, at+1)
			c.remarks = append(c.remarks, fmt.Sprintf("%q is taken for the member number: no other heading speaks of one", c.names[claims[Number][0]]))
		}
	}
	if len(seconds) > 1 {
		for _, i := range seconds[1:] {
			c.remarks = append(c.remarks, fmt.Sprintf("%q is taken for the second number, and %q is not used", c.names[seconds[0]], c.names[i]))
		}
		seconds = seconds[:1]
	}
	if len(seconds) == 0 && !c.has(Second) {
		for i, n := range c.names {
			if slices.Contains(unitHeadings, headingKey(n)) && !taken[i] {
				seconds, c.units = []int{i}, true
				break
			}
		}
	}
	claims[Second] = seconds
}

// unitHeadings are those of the numbers of flats and lots, as headingKey has them.
var unitHeadings = strings.Fields(`unit unitno unitnumber unitnum lot lotno lotnumber lotunit unitlot lotunitno unitlotno
	apt aptno aptnumber apartment apartmentno apartmentnumber flat flatno flatnumber`)

// byState are what headings of numbers say that a state gave to people.
var byState = strings.Fields("ssn ssn4 social soc license licence dl dni nif nie cpf cedula fiscale")

// estado is the standing in Spanish and Portuguese, and the state where another column has
// the standing.
func (c *columns) estado(claims map[Meaning][]int) {
	of := claims[Status]
	at := slices.IndexFunc(of, func(i int) bool { return headingKey(c.names[i]) == "estado" })
	if at >= 0 && (len(of) > 1 || c.has(Status)) {
		if !c.has(State) {
			claims[State] = append(claims[State], of[at])
		}
		claims[Status] = slices.Delete(of, at, at+1)
	}
}

// halves puts right what depends on the other columns of names. A "Name" beside the given
// names is the family name, unless it has the given name in it; and a "Nombre" alone is
// the whole name.
func (c *columns) halves(rows []row) {
	switch {
	case c.has(Given) && c.has(FullName) && !c.has(Family):
		with, all := 0, 0
		for _, r := range rows {
			given, whole := name.Words(c.cell(r.Cells, Given)), name.Words(c.cell(r.Cells, FullName))
			if len(given) > 0 && len(whole) > 0 {
				all++
				with += oneIf(slices.Contains(whole, given[0]))
			}
		}
		if all > 0 && with*2 < all {
			c.at[Family] = c.at[FullName]
			delete(c.at, FullName)
		}
	case c.has(Given) && !c.has(FullName) && !c.has(Family):
		switch headingKey(c.heading(Given)) {
		case "nombre", "nombres", "nome":
			c.at[FullName] = c.at[Given]
			delete(c.at, Given)
		}
	case !c.has(Given) && !c.has(FullName) && !c.has(Family):
		for i, n := range c.names {
			if slices.Contains([]string{"member", "members", "mitglied", "membre"}, headingKey(n)) && !ownNumbers(rows, i) {
				c.at[FullName] = []int{i}
				return
			}
		}
	}
}

// seconds remarks on columns that name a second person of each row, who is no member of the roll.
func (c *columns) seconds(rows []row) {
	for i, n := range c.names {
		words := name.Words(strings.ReplaceAll(n, "_", " "))
		of := len(words) > 0 && slices.Contains([]string{"secondary", "spouse", "partner", "joint"}, words[0])
		if of && slices.ContainsFunc(rows, func(r row) bool { return strings.ContainsFunc(cell(r.Cells, i), unicode.IsLetter) }) {
			c.remarks = append(c.remarks, fmt.Sprintf("%q names a second person in some rows, who is not read as a member", n))
			return
		}
	}
}

// familyFirst says whether the heading of whole names says that the family name comes first.
func (c *columns) familyFirst() bool {
	if !c.has(FullName) {
		return false
	}
	key := headingKey(c.heading(FullName))
	return strings.Contains(key, "lastfirst") || strings.Contains(key, "lastnamefirst") || strings.HasPrefix(key, "apellidos")
}

// guessNumber looks for the column of member numbers where no heading is known for one: the
// only one whose heading ends as that of numbers do, and whose cells are numbers that no two
// rows share. It says what it took, or that it found none.
func (c *columns) guessNumber(rows []row, taken map[int]bool) {
	var found []int
	for i, n := range c.names {
		if _, known := meaningOf(n); !known && !taken[i] && headedAsNumber(n) && ownNumbers(rows, i) {
			found = append(found, i)
		}
	}
	if len(found) != 1 {
		c.remarks = append(c.remarks, "no column is known to hold member numbers: lines are matched without them; say which it is with --map number=\"Heading\"")
		return
	}
	c.at[Number] = found
	c.remarks = append(c.remarks, fmt.Sprintf("%q is taken for the member number: no other heading speaks of one", c.names[found[0]]))
}

// headedAsNumber says whether a heading ends as those of numbers do, and is of no other thing
// that has a number.
func headedAsNumber(heading string) bool {
	words := strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool { return r == ' ' || r == '_' || r == '.' || r == '-' })
	if len(words) == 0 {
		return false
	}
	if len(words) == 1 && (words[0] == "account" || words[0] == "acct") {
		return true
	}
	last := words[len(words)-1]
	if !slices.ContainsFunc([]string{"id", "number", "no", "nr", "num", "#", "code", "ref", "reference"}, func(w string) bool { return last == w }) && !strings.HasSuffix(heading, "ID") && !strings.HasSuffix(heading, "#") {
		return false
	}
	return !slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains(strings.Fields("phone fax cell mobile house street apt unit box zip postal county precinct district ward household family account order invoice transaction payment check card tax school route area old former previous"), w)
	})
}

// ownNumbers says whether nearly every cell of a column is a number, and no two are the same.
func ownNumbers(rows []row, at int) bool {
	seen := map[string]bool{}
	filled := 0
	for _, r := range rows {
		c := cell(r.Cells, at)
		if c == "" || c == table.Unreadable {
			continue
		}
		if !strings.ContainsAny(c, "0123456789") || strings.ContainsAny(c, " @/") {
			return false
		}
		filled++
		seen[c] = true
	}
	const nearly = 0.98
	return filled > 0 && float64(filled) >= nearly*float64(len(rows)) && float64(len(seen)) >= nearly*float64(filled)
}
