package roll

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/verify/name"
)

// What an export says beside the status of a membership that has ended: a note, a kind of
// contact, a word behind a name. Whoever keeps the list reads it; so a line of such a member
// waits for a person, whatever the status says.

// endings are words that say it wherever they stand.
var endings = set("deceased decd died resigned lapsed expelled terminated suspended cancelled canceled withdrawn withdrew nonmember " +
	"verstorben ausgetreten gekündigt gekuendigt ausgeschlossen décédé décédée decede decedee démissionné radié radiée " +
	"fallecido fallecida falecido falecida deceduto deceduta overleden opgezegd")

// briefEndings say it in a cell of few words; in a longer one they may speak of anything.
var briefEndings = set("inactive expired dropped deleted removed archived merged duplicate dup unpaid overdue delinquent " +
	"prospect prospective applicant pending ended closed disabled deactivated purged invalid void excluded test")

// brief is how many words a cell has that says one thing: "membership expired 3/2025".
const brief = 4

// endingPairs are two words that say it together.
var endingPairs = set("non member,non members,not member,not active,not current,not renewed,not eligible,not paid,not renew,ex member,former member,former members," +
	"past member,past due,past away,passed away,no longer,see duplicate")

func set(words string) map[string]bool {
	sep := " "
	if strings.Contains(words, ",") {
		sep = ","
	}
	out := map[string]bool{}
	for w := range strings.SplitSeq(words, sep) {
		out[w] = true
	}
	return out
}

// lastWords are the words with which an ending is said, by their first and last letters: a bit for
// each length.
var lastWords = func() (of [32][32]uint16) {
	all := []map[string]bool{endings, briefEndings, endingPairs, set("member count use include")}
	for _, words := range all {
		for w := range words {
			w = w[strings.LastIndexByte(w, ' ')+1:]
			of[w[0]&31][w[len(w)-1]&31] |= 1 << len(w)
		}
	}
	return of
}()

// mayEnd says whether a cell may have such a word in it, which hardly one has: to take all apart and
// look their words up takes a fifth of an import. What is no ASCII may be anything.
func mayEnd(cell string) bool {
	from := 0
	for i := 0; i <= len(cell); i++ {
		if i < len(cell) {
			c := cell[i]
			if c >= utf8.RuneSelf {
				return true
			}
			if c |= 0x20; c >= 'a' && c <= 'z' {
				continue
			}
		}
		if n := i - from; n > 0 && n < 16 && lastWords[cell[from]&31][cell[i-1]&31]>>n&1 != 0 {
			return true
		}
		from = i + 1
	}
	return false
}

// ended is the words of a cell that say that a membership has ended, empty for none.
func ended(cell string) string {
	if len(cell) < 3 || !mayEnd(cell) {
		return ""
	}
	var said, last, before string
	words := 0
	for w := range strings.FieldsFuncSeq(cell, func(r rune) bool { return !unicode.IsLetter(r) }) {
		words++
		if len(w) > 14 {
			last = ""
			continue
		}
		w = strings.ToLower(w)
		switch pair := last + " " + w; {
		case endingPairs[pair]:
			return pair
		case endings[w]:
			return w
		case before == "not" && pair == "a member":
			return "not a member"
		case before == "do" && last == "not" && (w == "count" || w == "use" || w == "include"):
			return "do not " + w
		case said == "" && briefEndings[w]:
			said = w
		}
		before, last = last, w
	}
	if words > brief {
		return ""
	}
	return said
}

// noMembers are kinds of contact that are no members.
var noMembers = set("prospect,prospects,prospective member,applicant,donor,vendor,exhibitor,guest,lead,subscriber,trial,pending,nonmember,non member,contact only,former member,past member,ex member")

// kindOfNoMember says whether the kind of a record is none of members.
func kindOfNoMember(cell string) bool {
	return cell != "" && noMembers[strings.Join(name.Words(cell), " ")]
}

// markedName is what stands with a name and says that the membership has ended: a word in
// brackets, behind a dash or in capitals behind the name, a cross, and the zz that puts a
// record last in every list; or nothing but such a word.
func markedName(cell string) string {
	if len(cell) > 3 && cell[0]|0x20 == 'z' && cell[1]|0x20 == 'z' && (cell[2] < 'a' || cell[2] > 'z') {
		return cell[:2]
	}
	if letters(cell) && !mayEnd(cell) {
		return "" // as nearly always
	}
	at := strings.IndexAny(cell, " (*†‡[,-–")
	if at < 0 {
		if endings[strings.ToLower(cell)] { // in the place of an address, or of a suffix
			return cell
		}
		return ""
	}
	switch {
	case strings.ContainsAny(cell, "†‡"):
		return "†"
	case strings.HasSuffix(cell, "*") || strings.HasPrefix(cell, "*"):
		return "*"
	}
	rest := cell[at:]
	if said := ended(rest); said != "" && (!briefEndings[said] || setApart(rest)) {
		return said
	}
	if in := nicknamed.FindStringSubmatch(rest); in != nil && in[1] != "" {
		for _, w := range name.Words(in[1]) {
			if slices.Contains([]string{"spouse", "wife", "husband", "child", "see", "dec", "d"}, w) {
				return in[1]
			}
		}
	}
	return ""
}

// letters says whether a cell has ASCII letters alone.
func letters(cell string) bool {
	for i := range len(cell) {
		if c := cell[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// setApart reports whether words stand in brackets or behind a dash: without, a brief word may be
// part of the name.
func setApart(text string) bool {
	return strings.ContainsAny(text, "([–") || strings.Contains(text, " - ")
}

// otherThings are words of headings over what is no matter of the membership.
var otherThings = set("email e mail mails mailing mailings phone mobile fax newsletter login password web website subscription journal magazine chapter section division " +
	"roundtable round committee volunteer employment employer job title position occupation profession marital donor donation gift fund event conference license licence " +
	"certification certificate card spouse partner url image photo bio biography interests skills topics publication school education degree country gender street city " +
	"address invoice order ballot background training library department")

// ofMembership says whether a column whose heading is not known may speak of the membership.
func ofMembership(heading string) bool {
	words := name.Words(strings.ReplaceAll(heading, "_", " "))
	return !slices.ContainsFunc(words, func(w string) bool { return otherThings[w] })
}

// endingHeads are the words of headings over cells that say yes, a day or a reason, by the
// status that they say; neutral are those that may stand with them.
var (
	endingHeads = map[string]string{
		"cancelled": "Cancelled", "canceled": "Cancelled", "cancellation": "Cancelled", "cancel": "Cancelled",
		"dropped": "Dropped", "drop": "Dropped", "lapsed": "Lapsed", "expired": "Expired", "inactive": "Inactive", "inactivated": "Inactive", "inactivation": "Inactive",
		"deactivated": "Deactivated", "suspended": "Suspended", "suspension": "Suspended", "terminated": "Terminated", "termination": "Terminated",
		"resigned": "Resigned", "resignation": "Resigned", "withdrawn": "Withdrawn", "withdrawal": "Withdrawn", "removed": "Removed", "removal": "Removed",
		"deleted": "Deleted", "archived": "Archived", "purged": "Purged", "left": "Left", "leaving": "Left", "exit": "Left", "expelled": "Expelled", "excluded": "Excluded",
		"deceased": "Deceased", "death": "Deceased", "died": "Deceased", "merged": "Merged", "duplicate": "Duplicate", "nonmember": "Nonmember", "prospect": "Prospect",
		"unpaid": "Unpaid", "delinquent": "Delinquent", "banned": "Banned", "disabled": "Disabled",
	}
	neutral = set("date on at is flag member members membership of the day dt since until till from reason for as person record contact account mark marked code by into to time")
)

// endingHead is the status that a heading speaks of, empty for none: "Date Dropped",
// "Reason for Leaving", "Do Not Count".
func endingHead(heading string) string {
	words := name.Words(strings.ReplaceAll(heading, "_", " "))
	if k := len(words); k > 2 && words[0] == "do" && words[1] == "not" && slices.Contains([]string{"count", "use", "include"}, words[2]) {
		return "Excluded"
	}
	says := ""
	for _, w := range words {
		switch s, is := endingHeads[w]; {
		case is && says == "":
			says = s
		case !is && !neutral[w]:
			return ""
		}
	}
	return says
}

// watched are the columns in which words may say that a membership has ended.
type watched struct {
	free, names, places, kinds []int // unknown headings; names; employers and streets; class and type
}

func watch(c *columns) watched {
	w := watched{}
	of := map[int]bool{}
	for m, at := range c.at {
		for _, i := range at {
			of[i] = true
			switch m {
			case Given, Middle, Family, FullName, Suffix, Prefix, Informal, Former:
				w.names = append(w.names, i)
			case Company, Street:
				w.places = append(w.places, i)
			case Class, Type:
				w.kinds = append(w.kinds, i)
			}
		}
	}
	slices.Sort(w.names)
	slices.Sort(w.places)
	slices.Sort(w.kinds)
	for i, n := range c.names {
		if _, flagged := c.flags[i]; n != "" && !of[i] && !flagged && !c.idle[i] && !c.unused[i] && ofMembership(n) {
			w.free = append(w.free, i)
		}
	}
	return w
}

// mostKinds are remembered: exports have a dozen.
const mostKinds = 1000

// markEnded takes what a row says beside the status into it, for a person to see.
func (b *builder) markEnded(m *Member, cells []string) {
	for _, i := range b.watched.names {
		if said := markedName(cell(cells, i)); said != "" {
			b.mark(m, i, said)
		}
	}
	for _, i := range b.watched.places { // there are streets and firms of the brief words' names
		if said := ended(cell(cells, i)); said != "" && !briefEndings[said] {
			b.mark(m, i, said)
		}
	}
	for _, i := range b.watched.kinds {
		c := cell(cells, i)
		said, known := b.kinds[c]
		if !known {
			if said = ended(c); kindOfNoMember(c) {
				said = strings.ToLower(c)
			}
			if len(b.kinds) < mostKinds {
				b.kinds[strings.Clone(c)] = said
			}
		}
		if said != "" {
			b.mark(m, i, said)
		}
	}
	for _, i := range b.watched.free {
		if said := ended(cell(cells, i)); said != "" {
			b.mark(m, i, said)
		}
	}
}

func (b *builder) mark(m *Member, at int, said string) {
	if !utf8.ValidString(said) {
		return
	}
	b.leave(m, fmt.Sprintf("%q under %s", said, b.cols.names[at]))
	b.endedSaid[[2]string{b.cols.names[at], said}]++
}

// leave has a member wait for a person, for what the row says beside the status.
func (b *builder) leave(m *Member, words string) {
	if m.Status != "" {
		words = m.Status + ", and " + words
	}
	m.Status = b.keep(words)
	b.open[m.Status] = true
}
