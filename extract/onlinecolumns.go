package extract

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/heading"
	"countersign/ingest"
)

// role is what a column of a list that was signed online says beside the fields of a line.
type role int

const (
	noRole         role = iota
	stamped             // when each signed
	stateOf             // what the system says of the signature: confirmed, pending, spam
	confirmed           // that it was confirmed, or on which day; empty where it was not
	ended               // that it was withdrawn or deleted, or on which day; mostly empty
	typedSignature      // the name, typed once more as a signature
	consent             // a box that is ticked to sign
	doubting            // something that may say that the person did not sign, and no more
	excluding           // that the row is spam, a test or a duplicate; mostly empty
	remark              // what the signer wrote beside it
	middleName          // of the name
	suffixOf            // of the name
)

// listColumns says what the columns of a list mean.
type listColumns struct {
	columns []Column
	roles   []role
	stamp   int   // the column of the best time stamp, -1 for none
	bare    int   // the one headed "Signed", which has the day in some systems and yes or no in others
	told    []int // columns of the state that say of other rows that they are signed
	ends    []int // columns that have a day in other rows, once the person has signed
}

// longHeading is from how many blanks on a heading is a question, of which the words around
// what it asks for say nothing.
const longHeading = 4

// listOf gives the columns of a list their meaning, by their headings and, of numbers that
// count the rows, by their cells.
func listOf(list ingest.List) listColumns {
	headings, first := list.Headings, list.First
	if first == nil {
		first = list.Rows
	}
	meanings, _ := heading.Meanings(headings)
	l := listColumns{columns: columnsOf(headings, meanings), roles: make([]role, len(headings)), stamp: -1, bare: -1}
	best := 0
	for i, h := range headings {
		key := heading.Key(h)
		l.roles[i] = roleOf(key)
		if slices.Contains(bareKeys, key) && l.bare < 0 {
			l.bare = i
		}
		if l.roles[i] == noRole && slices.Contains(recordWords, key) && !slices.ContainsFunc(first, func(r []string) bool { return hasDay(cellAt(r, i)) }) {
			l.roles[i] = doubting // "Completed" has a day in some systems and yes or no in others
		}
		question := asked(key)
		if f := l.columns[i].Fields; l.roles[i] == doubting && len(f) == 1 && f[0] != Number && f[0] != Signature && f[0] != Date {
			l.roles[i] = noRole // "Signer name"
		}
		switch {
		case l.roles[i] != noRole, aside(key):
			l.columns[i].Fields = nil
		case question != "" && strings.Count(key, " ") >= longHeading:
			l.columns[i].Fields = []Field{question}
		case len(l.columns[i].Fields) == 0 || len(l.columns[i].Fields) == 1 && l.columns[i].Fields[0] == Number:
			if question != "" {
				l.columns[i].Fields = []Field{question}
			} else if m := heading.Of(h); len(m.Items) == 1 && m.Confidence > .9 && m.Items[0] != string(Date) && m.Items[0] != string(Number) {
				l.columns[i].Fields = []Field{Field(m.Items[0])} // for rows in which the first such column is empty
			}
		case slices.Equal(l.columns[i].Fields, []Field{Date}):
			l.columns[i].Fields = nil // of signing or of something else: the rank says
		}
		if rank := stampRank(key); rank > best && l.roles[i] == noRole {
			best, l.stamp = rank, i
		}
	}
	if l.stamp >= 0 {
		l.roles[l.stamp], l.columns[l.stamp].Fields = stamped, []Field{Date}
	}
	for i, h := range headings {
		w := strings.Fields(heading.Key(h))
		filled := func(r []string) bool { return hasDay(cellAt(r, i)) }
		if i != l.stamp && l.roles[i] == noRole && stampRank(heading.Key(h)) >= 4 && !hasAny(w, startWords) && slices.ContainsFunc(first, filled) {
			l.ends = append(l.ends, i)
		}
	}
	for i, r := range l.roles {
		signs := func(cells []string) bool {
			said, speaks := r.says(cellAt(cells, i), "")
			return speaks && said == SignedYes
		}
		if r == stateOf && (slices.ContainsFunc(first, signs) || slices.ContainsFunc(list.Rows, signs)) {
			l.told = append(l.told, i)
		}
	}
	l.dropCounts(first)
	for i, h := range headings {
		inWords := func(r []string) bool {
			s := strings.ToLower(strings.TrimSpace(cellAt(r, i)))
			return saysNo(s) || saysYes(s)
		}
		if heading.Key(h) == "estado" && !slices.ContainsFunc(first, inWords) && !slices.ContainsFunc(list.Rows, inWords) {
			l.roles[i], l.columns[i].Fields = noRole, []Field{State}
		}
	}
	return l
}

// dropCounts takes the numbers that count rows or answers for no member numbers.
func (l *listColumns) dropCounts(rows [][]string) {
	var of, plain []int
	for i, c := range l.columns {
		if !slices.Equal(c.Fields, []Field{MemberID}) {
			continue
		}
		of = append(of, i)
		if key := heading.Key(c.Heading); !slices.ContainsFunc(strings.Fields(key), func(w string) bool { return slices.Contains(memberWords, w) }) {
			plain = append(plain, i)
		}
	}
	for _, i := range plain {
		if len(of) > len(plain) || counts(rows, i) {
			l.columns[i].Fields = nil
		}
	}
}

// counts says whether the cells of a column count the rows.
func counts(rows [][]string, at int) bool {
	last, steps := -1, 0
	for _, r := range rows {
		n := 0
		for _, d := range strings.TrimSpace(cellAt(r, at)) {
			if d < '0' || d > '9' || n > 1e9 {
				return false
			}
			n = n*10 + int(d-'0')
		}
		if last >= 0 && n == last+1 {
			steps++
		}
		last = n
	}
	return len(rows) > 2 && steps*10 >= (len(rows)-1)*9
}

var memberWords = strings.Fields("member membership mitglied mitglieds mitgliedsnummer adherent membre socio matricula matricule ala lidnummer card voter")

// Words of headings, folded, by what they say of a column.
var (
	endedWords     = strings.Fields("deleted withdrawn withdrew withdrawal removed revoked cancelled canceled retracted geloscht zuruckgezogen supprime retire eliminado")
	confirmedWords = strings.Fields("confirmed confirmation verified verification validated bestatigt bestatigung confirme confirmada confirmado verificado verifiziert")
	// stateKeys are headings of what the system says of a signature; "estado" may be the state of an address.
	stateKeys = []string{"status", "state of signature", "signature status", "valid", "statut", "etat", "stato", "situacao", "estatus", "estado"}
	signWords = strings.Fields("sign signing signed endorse endorsing undersigned petition unterzeichne unterschreibe signe firmo assino")
	// asideWords are of what a system or a signer says beside the signature.
	asideWords = strings.Fields("subscription subscribed unsubscribed newsletter updates publicly anonymous anonymously hidden display ip comment comments reason reasons why message share shared privacy terms receive referrer source utm collector respondent browser device url link kommentar commentaire comentario")
	// remarkWords are of what a signer wrote.
	remarkWords = strings.Fields("comment comments reason reasons why message kommentar commentaire comentario note notes remark remarks")
	// excludingWords are of rows that whoever keeps the list does not count.
	excludingWords = strings.Fields("spam test duplicate duplicates dup invalid rejected blocked flagged fake excluded exclude void voided bot disqualified")
	// recordWords are of what a system keeps a status of, beside the signature itself.
	recordWords = strings.Fields("envelope response submission recipient signer signatory document entry record moderation agreement form survey petition signing participant review approval completion completed finished progress complete")
	// opinionWords are of what a person thinks of the petition.
	opinionWords = strings.Fields("consent agree agreement accept position stance vote support endorse opinion attest certify declare affirm zustimmung einverstanden einverstandnis zustimmen accord consentement acuerdo acepto concordo")
	// contactWords make an agreement one to something else.
	contactWords = strings.Fields("contact contacted photo data cookies policy terms volunteer donate")
	startWords   = strings.Fields("start started begin")
	bareKeys     = []string{"signed", "signe", "firmado", "firmato", "assinado", "unterschrieben", "unterzeichnet", "getekend"}
	neverStamp   = strings.Fields("birth birthday birthdate born dob geburtsdatum naissance nacimiento nascimento join joined joining member membership since expire expires expired expiration expiry renew renewal paid dues due hire hired event meeting updated modified sent ip")
)

func hasAny(words, of []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(of, w) })
}

// aside says whether a column is of something beside the signature.
func aside(key string) bool { return hasAny(strings.Fields(key), asideWords) }

func roleOf(key string) role {
	w := strings.Fields(key)
	number := hasAny(w, strings.Fields("number no nr num code id token ip email mail sent count link url by von par por"))
	switch {
	case len(w) == 0 || slices.Contains(bareKeys, key):
		return noRole // of the day in some systems, of yes and no in others
	case slices.Contains(strings.Fields("middle mi initial"), key), key == "middle name", key == "middle initial", key == "m i", key == "middle names":
		return middleName
	case slices.Contains(strings.Fields("suffix sfx generation"), key), key == "name suffix", key == "jr sr":
		return suffixOf
	case key == "signed by", key == "signature of", key == "unterschrieben von", key == "signe par", key == "firmado por":
		return typedSignature
	case hasAny(w, remarkWords):
		return remark
	case hasAny(w, asideWords):
		return noRole
	case hasAny(w, endedWords) && !number:
		return ended
	case key == "email confirmed", key == "e mail confirmed", key == "email verified", key == "mail confirmed",
		hasAny(w, confirmedWords) && !number && len(w) <= 4:
		return confirmed
	case slices.Contains(stateKeys, key):
		return stateOf
	case hasAny(w, strings.Fields("signature unterschrift firma assinatura handtekening esignature")) && !number && stampRank(key) == 0 && len(w) <= 8:
		return typedSignature
	case hasAny(w, signWords) && len(w) >= 3 && stampRank(key) == 0 && asked(key) == "" && !hasAny(w, strings.Fields("how where what who email phone")):
		return consent
	case len(w) > 1 && slices.Contains(strings.Fields("i we ich wir je nous yo eu io"), w[0]) && hasAny(w, signWords) && stampRank(key) == 0:
		return consent
	case hasAny(w, excludingWords) && !number && len(w) <= 4:
		return excluding
	case !hasAny(w, contactWords) && !number && stampRank(key) == 0 && asked(key) == "" &&
		(hasAny(w, opinionWords) || hasAny(w, signWords) || len(w) <= 4 && hasAny(w, recordWords)):
		return doubting
	}
	return noRole
}

// stampRank says how surely a column tells when each signed, 0 where it does not.
func stampRank(key string) int {
	w := strings.Fields(key)
	day := hasAny(w, strings.Fields("date dates datum fecha data day time at on am le el em datetime zeit heure hora dia")) || len(w) == 1
	switch {
	case hasAny(w, neverStamp) || len(w) > 8:
		return 0
	case hasAny(w, strings.Fields("timestamp zeitstempel horodateur tijdstempel")), key == "time stamp", key == "marca temporal", strings.HasPrefix(key, "carimbo de data"):
		return 5
	case !day:
		return 0
	case hasAny(w, strings.Fields("sign signed signing signature unterschrift unterschrieben unterzeichnet firma assinatura handtekening signe firmado assinado")) && len(w) > 1:
		return 5
	case hasAny(w, strings.Fields("submit submitted submission completed completion complete recorded end finish finished entry response answered eingereicht envoi envoye enviado")):
		return 4
	case hasAny(w, strings.Fields("created creation added")), slices.Contains(strings.Fields("date datum fecha data day time datetime"), key), key == "date time", key == "data hora", key == "fecha hora":
		return 3
	case hasAny(w, strings.Fields("start started begin")):
		return 2
	}
	return 0
}

// asked is the field that a question asks for, such as "Please type your full name as it
// appears on your card"; empty for none that we know.
func asked(key string) Field {
	w := strings.Fields(key)
	both := func(of, and string) bool { return hasAny(w, strings.Fields(of)) && hasAny(w, strings.Fields(and)) }
	has := func(phrases ...string) bool {
		return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(" "+key+" ", " "+p+" ") })
	}
	switch {
	case hasAny(w, strings.Fields("witness witnesses friend spouse candidate organizer referred emergency")):
		return ""
	case both("member membership mitglied mitglieds adherent dadherent membre socio ala", "number no nr num id nummer numero # n"), hasAny(w, strings.Fields("mitgliedsnummer lidnummer")):
		return MemberID
	case has("first and last name", "full name", "your name", "complete name", "name as", "nom et prenom", "nom complet", "nombre y apellidos", "nombre completo", "nome completo", "vor und nachname"):
		return Name
	case has("first name", "given name", "prenom", "vorname"):
		return Given
	case has("last name", "family name", "surname", "nom de famille", "nachname", "apellidos", "sobrenome"):
		return Family
	case hasAny(w, strings.Fields("email courriel correo")) || has("e mail"):
		return Email
	case has("zip", "zip code", "postal code", "postcode"):
		return ZIP
	}
	return ""
}

// What cells say.
var (
	yesWords = strings.Fields("yes y true 1 x signed confirmed verified valid validated ok complete completed active ja oui si sim checked agreed agree on selected approved confirmado confirmada confirme confirmee valide validee bestatigt verificado verifiziert gultig valido aprobado")
	noWords  = strings.Fields("no n false 0 unsigned unconfirmed unverified pending removed withdrawn deleted invalid incomplete partial nein non nao bounced spam pendiente pendente unbestatigt ausstehend abgelehnt rechazado refuse rejected refused")
	drawnAs  = regexp.MustCompile(`^https?://\S+$|^\S+\.(png|jpe?g|gif|svg|pdf)$|^data:image/`) // where the system keeps a drawn one
	opposes  = regexp.MustCompile(`\b(oppose|opposed|against|dagegen|contre|contra)\b`)
	iSign    = regexp.MustCompile(`^(yes|ja|oui|si|sim|i|ich|je|support|in favou?r|for)\b([ ,:.]|$)`)
	refuses  = regexp.MustCompile(`\b(not|no|don'?t|do not|decline|refuse|nicht|pas)\b`)
)

// notDone says of a whole cell that a signature was not given, or not yet.
var notDone = regexp.MustCompile(`^(declined?|voided?|sent|delivered|expired|timed out|disqualified|drafts?|in progress|started|not started|awaiting.*|waiting.*|screened out|abandoned|created|opened|viewed|test|duplicate|oppose[ds]?|opposing|against|disagree|abstain(ed)?|contra|contre|dagegen|[0-9]{1,2} ?%?)$`)

// refusesIt says of a longer cell that its writer does not sign.
var refusesIt = regexp.MustCompile(`^(no|nein|non|nao|nee)\b|\b(do|did|does|will|would|can) ?n[o']?t (agree|sign|support|consent|endorse|accept)|\bcannot (sign|support|agree)|\b(decline|refuse|disagree|nicht einverstanden|nicht zu)\b|pas d'accord`)

// takesBack says of a remark that its writer did not sign, or for somebody else, or no more.
var takesBack = regexp.MustCompile(`\b(remove|delete|withdraw|retract|take off|disregard) (me|my|this|the) ?|\bwithdrawn?\b|(do|did) ?n[o']?t (sign|mean to sign|agree with this|support (this|the) petition|support this$)|signed (this )?(by mistake|twice|in error)|\bi oppose\b|^test( signature| entry| row)?$|^duplicate`)

// forAnother says that somebody else signed.
var forAnother = regexp.MustCompile(`\bon behalf of (my|her|his|their|mr|mrs|ms)\b|\bas proxy\b|\bproxy for\b|\bfor my (mother|father|wife|husband|son|daughter|spouse|partner|parents?)\b`)

// markedOut is what stands with a name in a list to say that it does not count.
var markedOut = regexp.MustCompile(`(?i)[(\[*–-]\s*(withdrawn|withdrew|removed|deleted|duplicate|dup|test|void|cancell?ed|declined|not a member|do not count|spam)\b`)

// unaccented is a word without accents.
func unaccented(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return s
	}
	return heading.Key(s)
}

// notYet are words of which a whole cell says that a signature is not confirmed.
var notYet = regexp.MustCompile(`^(en attente|not|no|nicht|non|pas|sin) ?(verified|confirmed|valid|bestatigt|confirmee?|confirmad[oa]|validee?|confirmar|yet)?$`)

// Boxes as they are drawn in cells. One with a cross in it is ticked to some and not to others.
var (
	tickedBoxes = []string{"☑", "✓", "✔", "✅", "[x]"}
	emptyBoxes  = []string{"☐", "✗", "✘", "❌", "[ ]", "[]"}
)

func saysYes(s string) bool {
	return slices.Contains(tickedBoxes, s) || slices.Contains(yesWords, unaccented(s))
}

func saysNo(s string) bool {
	if slices.Contains(emptyBoxes, s) {
		return true
	}
	s = unaccented(s)
	return slices.Contains(noWords, s) || notYet.MatchString(s)
}

// says is what a cell of a column says of the signature.
func (r role) says(cell, name string) (said Signed, speaks bool) {
	s := strings.ToLower(strings.TrimSpace(cell))
	no, yes := saysNo(s), saysYes(s)
	switch r {
	case ended:
		switch {
		case s == "" || no:
			return "", false
		case yes || hasDay(s):
			return SignedNo, true
		}
		return SignedUnsure, true
	case stateOf:
		if s == "" {
			return "", false
		}
	case confirmed:
		yes = yes || hasDay(s)
	case typedSignature:
		yes = yes || isName(s, name) || drawnAs.MatchString(s)
	case doubting:
		if no || notDone.MatchString(s) || opposes.MatchString(s) || refusesIt.MatchString(s) {
			return SignedUnsure, true
		}
		return "", false
	case excluding:
		return SignedUnsure, s != "" && !no && s != "valid" && s != "ok"
	case remark:
		return SignedUnsure, takesBack.MatchString(s)
	case consent:
		no = no || opposes.MatchString(s)
		yes = yes || !no && iSign.MatchString(s) && !refuses.MatchString(s)
	default:
		return "", false
	}
	switch {
	case no:
		return SignedNo, true
	case yes:
		return SignedYes, true
	}
	return SignedUnsure, true
}

// signed says whether a system recorded a signature: by all that it says of it, the worst
// first, or else by when it was given.
func (l *listColumns) signed(cells []string, name string) Signed {
	yes, unsure := false, false
	for i, r := range l.roles {
		said, speaks := r.says(cellAt(cells, i), name)
		switch {
		case !speaks:
		case said == SignedNo:
			return SignedNo
		case said == SignedUnsure:
			unsure = true
		case said == SignedYes:
			yes = true
		}
		if len(l.columns[i].Fields) == 0 && forAnother.MatchString(strings.ToLower(cellAt(cells, i))) {
			unsure = true
		}
	}
	empty := func(i int) bool { return strings.TrimSpace(cellAt(cells, i)) == "" }
	unsure = unsure || markedOut.MatchString(name) ||
		slices.ContainsFunc(l.ends, empty) || slices.ContainsFunc(l.told, empty)
	if l.bare >= 0 {
		switch s := strings.ToLower(strings.TrimSpace(cellAt(cells, l.bare))); {
		case saysNo(s):
			return SignedNo
		case saysYes(s), hasDay(s):
			yes = true
		case s != "":
			unsure = true
		}
	}
	switch {
	case unsure:
		return SignedUnsure
	case yes || l.stamp >= 0 && hasDay(cellAt(cells, l.stamp)):
		return SignedYes
	}
	return SignedUnsure
}

// silent says whether no column says whether or when each person signed.
func (l *listColumns) silent() bool {
	return l.stamp < 0 && l.bare < 0 && !slices.ContainsFunc(l.roles, func(r role) bool {
		return r == stateOf || r == confirmed || r == typedSignature || r == consent
	})
}

// nameParts puts what stands in columns of its own into the name: the middle name with the
// given one, the suffix after the family name. Titles and degrees are no part of it.
func (l *listColumns) nameParts(cells []string, fields map[Field]Reading) {
	add := func(f Field, text string) {
		if r, has := fields[f]; has && r.Text != "" && text != "" {
			r.Text += " " + text
			fields[f] = r
		}
	}
	for i, r := range l.roles {
		text := strings.TrimSpace(cellAt(cells, i))
		switch {
		case r == middleName:
			add(Given, text)
		case r == suffixOf && slices.Contains(append(strings.Fields("junior senior 2nd 3rd 4th"), generations...), strings.Trim(strings.ToLower(text), ". ,")):
			add(Family, text)
			add(Name, text)
		}
	}
}
