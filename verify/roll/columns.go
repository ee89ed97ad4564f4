package roll

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/ingest/table"
	"countersign/verify/name"
	"countersign/verify/roll/date"
)

// Meaning is what a column of an export says of a member. Its text is the
// word that --map takes.
type Meaning string

const (
	Number   Meaning = "number"
	FullName Meaning = "name"
	Prefix   Meaning = "prefix"
	Given    Meaning = "first"
	Middle   Meaning = "middle"
	Family   Meaning = "last"
	Suffix   Meaning = "suffix"
	Informal Meaning = "informal"
	Former   Meaning = "former"
	Email    Meaning = "email"
	Company  Meaning = "company"
	Street   Meaning = "street"
	City     Meaning = "city"
	State    Meaning = "state"
	ZIP      Meaning = "zip"
	Country  Meaning = "country"
	Class    Meaning = "class"
	Type     Meaning = "type"
	Status   Meaning = "status"
	Born     Meaning = "born"
	Second   Meaning = "second"
	Joined   Meaning = "joined"
	PaidThru Meaning = "paid"

	// Unused says in Options.Map that columns, each on a line of its own, mean nothing here,
	// whatever their headings seem to say.
	Unused Meaning = "unused"
)

// headings lists, for each meaning, how exports head its column: folded, and
// joined, so that "First Name", FIRST_NAME and FirstName are one heading.
// Wordings of iMIS, Salesforce, Raiser's Edge, Wild Apricot, MemberClicks,
// YourMembership, CiviCRM, Novi, NimbleAMS, voter files, and of spreadsheets kept by hand; in
// German, French, Spanish, Portuguese, Italian and Dutch as well.
var headings = []struct {
	Meaning
	words string
}{
	{Number, `id; no; number; member id; member no; member num; member number; member nbr; membership no; membership num; membership number; membership id;
		constituent id; constituent number; constituent no; imis id; imis number; contact id; contact number; customer id; customer number; customer no; cust id; cust no; cust number;
		account id; account number; account no; person id; individual id; individual number; user id; profile id; record id; record number; ala id; ala member number; ala number; card number; member code; memberid number; external id; master customer id; contact id 18; constituent lookup id; lookup id; unique id; voter id; voter number; voter no; voter registration number; registration number; registrant id; state voter id; sos voter id; internal id; system id; sequence number; mbr id; mbr no; mem id; mem no; member key; id number; id no; vanid; voter file vanid; voter file van id; van id; nationbuilder id; voter reg num; sos voterid; mitgliedsnummer; mitgliedsnr; mitglieds nr; mitglied nr; mitgliednr; kundennummer; nr; nummer; numero adherent; numero dadherent; n adherent; no adherent; n dadherent; matricule; numero de membre; no de membre; n membre; numero de socio; no de socio; n de socio; n socio; no socio; num socio; no membre; num adherent; no tessera; n tessera; socio; numero de afiliado; matricula; numero de matricula; n matricula; numero do socio; numero tessera; tessera; lidnummer; lid nr; lidnr`},
	{FullName, `name; full name; member name; display name; contact name; individual name; constituent name; sort name; name full; label name; mailing name; member full name; person name; last first; last name first; last name first name; full name last first; list as; name last first; customer name; formatted name; vor und nachname; name vorname; vorname nachname; vollstandiger name; nom complet; nom et prenom; nom prenom; prenom et nom; nombre completo; nombre y apellidos; apellidos y nombre; apellidos nombre; nome completo; cognome e nome; volledige naam; naam`},
	{Prefix, `prefix; name prefix; salutation; courtesy title; honorific; honorific prefix; mr ms; prefix code; individual prefix; title prefix; anrede; titel; civilite; tratamiento`},
	{Given, `first; first name; given; given name; fname; forename; name first; firstname given; legal first name; contact first name; member first name; first nm; f name; first given name; christian name; primary first name; primary first; vorname; vornamen; prenom; prenoms; nombre; nombres; primer nombre; nome; primeiro nome; voornaam`},
	{Middle, `middle; middle name; middle initial; mi; mname; initial; middle names; name middle; second name; additional name; middle name or initial; m name; member middle name`},
	{Family, `last; last name; surname; family; family name; lname; name last; contact last name; member last name; primary last; last nm; l name; primary last name; legal last name; nachname; familienname; zuname; nom; nom de famille; apellido; apellidos; primer apellido; sobrenome; apelido; apelidos; sobrenomes; ultimo nome; cognome; cognomi; achternaam; achternamen`},
	{Suffix, `suffix; name suffix; generation; suffix code; individual suffix; honorific suffix; jr sr; generational suffix; sfx; suff; name sfx; name suffix lbl; nm suffix; namenszusatz`},
	{Informal, `informal; informal name; nickname; nick name; nick; preferred; preferred name; preferred first name; preferred given name; goes by; known as; called; familiar name; badge name; badge first name; aka; chosen name; also known as; informal first name; first name preferred; name on badge; greeting name; casual name; rufname; spitzname`},
	{Former, `former; former name; former last name; maiden; maiden name; maiden last name; previous name; previous last name; other last name; birth name; prior last name; prior name; other name; formerly; nee; name at birth; alternate last name; former surname; previous surname; former family name; former names; geburtsname; nom de naissance; nom de jeune fille; apellido de soltera`},
	{Email, `email; e mail; email address; e mail address; primary email; email 1; email primary; preferred email; main email; contact email; home email; work email; personal email; business email; other email; alternate email; secondary email; email 2; email 3; email address 1; email address 2; email address 3; alternate e mail; member email; email home; email work; email alternate; email personal; email other; email preferred; alternative email; mail; secondary email address; primary email address; work e mail; home e mail; mailadresse; courriel; adresse courriel; adresse email; adresse electronique; correo; correo electronico; endereco de email; e mail adres`},
	{Company, `company; company name; organization; organisation; org; org name; organization name; institution; institution name; employer; employer name; affiliation; library; library name; place of work; workplace; current employer; account name; school; work organization; institution company; company institution; organization company; parent account name; primary employer; business name; firm; agency; university; primary organization; member organization; place of employment; work institution; company organization; organization institution; firma; einrichtung; arbeitgeber; bibliothek; employeur; etablissement; bibliotheque; empresa; institucion; biblioteca; instituicao`},
	{Street, `address; street; residence address; residential address; residence street; residential street; residence address line 1; residential address line 1; address 1; address line 1; street address; address 2; address line 2; address 3; address line 3; addr 1; addr 2; addr 3; addr; street 1; street 2; address 1 street; mailing street; mailing address; mailing address 1; mailing address 2; home address; home street; work address; work street; preferred address; primary address; street line 1; street line 2; mailing address line 1; mailing address line 2; primary street; billing street; shipping street; other street; home address 1; home address 2; work address 1; work address 2; street address 1; street address 2; full address 1; residence address; preferred address 1; preferred address 2; preferred street; address street; home address line 1; work address line 1; home address line 2; work address line 2; primary address 1; primary address line 1; strasse; anschrift; adresse; strasse und hausnummer; strasse hausnummer; strasse nr; rue; direccion; domicilio; calle; endereco; morada; rua; logradouro; indirizzo; straat; res street address; residential address 1`},
	{City, `city; town; residential city; residential town; mailing city; home city; work city; preferred city; primary city; city town; address city; billing city; shipping city; other city; municipality; locality; town city; residence city; city name; business city; ort; wohnort; stadt; ville; ciudad; localidad; cidade; citta; woonplaats; res city desc; residential city desc`},
	{State, `state; province; st; state province; state prov; mailing state; home state; work state; preferred state; primary state; mailing state province; state or province; region; state code; address state; billing state; shipping state; other state; billing state province; residence state; state abbreviation; state abbr; state region; home state province; work state province; primary state province; stateprovince code; business state; prov; bundesland; provincia; uf; state cd; residential state`},
	{ZIP, `zip; zip code; residential zip; residential zip code; residence zip code; postal code; postcode; postal; zip postal code; mailing zip; mailing postal code; home zip; work zip; home postal code; work postal code; preferred zip; primary zip; zip 5; zip plus 4; billing zip; billing postal code; other zip; address zip; zip postal; postal zip; mailing zip code; home zip code; work zip code; primary postal code; preferred postal code; mailing zip postal code; residence zip; primary zip postal code; zip code postal code; business zip; postal code zip; zipcode 5; address postal code; plz; postleitzahl; code postal; cp; codigo postal; cep; cap; zip code 5`},
	{Country, `country; mailing country; home country; work country; preferred country; primary country; country name; nation; country code; address country; billing country; other country; business country; land; pays; pais; paese`},
	{Class, `class; member class; membership class; category; member category; membership category; record type; contact type; customer class; constituent type; account type; person or organization; individual or organization; company or individual; customer record type; member kind; record class; constituent class; membership classification; individual organization; categorie; categoria; mitgliedergruppe`},
	{Type, `type; member type; membership type; membership level; member level; level; membership; type of membership; type of member; member type description; membership type name; customer type; plan; membership plan; member type name; member type code; product; membership product; bundle; dues category; dues class; membership package; mbr type; mem type; billing category; mitgliedsart; mitgliedstyp; mitgliedschaft; art der mitgliedschaft; type dadhesion; type de membre; tipo; tipo de socio; tipo de membro`},
	{Status, `status; member status; voter status; registration status; registrant status; voter status code; membership status; standing; member standing; status description; current status; mbr status; mem status; status code; member record status; membership state; membership standing; account status; dues status; active inactive; mitgliedsstatus; mitgliedstatus; statut; estado; situacion; estatus; situacao; stato; voter status desc`},
	{Born, `born; date of birth; dob; birth date; birthdate; birthday; birth day; day of birth; d o b; birth dt; date birth; member date of birth; voter date of birth; geburtsdatum; geboren; date de naissance; fecha de nacimiento; data de nascimento`},
	{Second, `second number; second id; secondary id; ssn; ssn 4; ssn4; last 4 ssn; last four ssn; ssn last 4; ssn last four; last 4 of ssn; social security number; social security no; soc sec id; soc sec no; driver license; drivers license; driver license number; drivers license number; driver license no; drivers license no; dl number; dl no; employee id; employee number; employee no; emp id; emp no; payroll number; payroll id; union id; union number; local number; badge number; badge no; legacy id; old id; alternate id; alternate number; student id; student number; student no; net id; network id; uniqname; login; login id; user name; dni; nif; nie; dni nie; nif nie; cpf; cedula; codice fiscale`},
	{Joined, `joined; join date; registration date; date registered; date of registration; registered on; original registration date; reg date; date joined; member since; membership start; membership start date; original join date; joined on; start date; first joined; date of joining; enrollment date; initial join date; member since date; joined date; join dt; original join; original start date; membership join date; since; enrolled; created; date enrolled; first join date; eintritt; eintrittsdatum; mitglied seit; beitritt; beitrittsdatum; date dadhesion; membre depuis; date dentree; fecha de alta; fecha de ingreso; data de adesao; data de admissao; data de filiacao; registr dt`},
	{PaidThru, `paid through; paid thru; paid thru date; paid through date; dues paid through; dues paid thru; dues paid to; paid to; paid until; expiration; expiration date; end; ends; term ends; membership ends; expires; expires on; expire date; expiry; expiry date; exp date; membership expiration; membership expiration date; membership expires; membership end date; end date; renewal date; valid until; valid through; valid thru; valid to; paid up to; through date; thru date; dues expiration; membership expiry date; membership paid through; current through; current thru; renew by; renewal due; renewal due date; term end; membership end; expires date; paid thru dt; exp; good through; good thru; dues paid through date; membership valid through; membership renewal date; dues paid until; lapse date; membership thru date; membership paid thru; membership paid through date; paid to date; expired on; gultig bis; gueltig bis; bezahlt bis; mitglied bis; ablaufdatum; austrittsdatum; date dexpiration; date decheance; date de fin; valable jusquau; fin dadhesion; fecha de vencimiento; vencimiento; vence; valido hasta; fecha de expiracion; validade; vencimento; data de validade; data de vencimento; valido ate; scadenza; membership expires at; membership enddate`},
}

// Meanings returns the words that Options.Map takes.
func Meanings() []string {
	var out []string
	for _, h := range headings {
		out = append(out, string(h.Meaning))
	}
	return out
}

// several are meanings that many columns may share: all e-mail addresses are
// a person's, and a street fills several lines.
var several = map[Meaning]bool{Email: true, Street: true}

// kinds of address, best first, where an export has a column for each: where
// post is sent is what a person writes on a petition.
var addressKinds = []string{"preferred", "primary", "mailing", "", "home", "residence", "work", "business", "billing", "shipping", "other"}

var synonyms = func() map[string]Meaning {
	m := map[string]Meaning{}
	for _, h := range headings {
		for w := range strings.SplitSeq(h.words, ";") {
			m[headingKey(w)] = h.Meaning
		}
	}
	return m
}()

// headingKey reduces a heading to letters and digits: "Member No." and
// MEMBER_NO are memberno. "#" reads as no, and the mark that Salesforce puts
// on fields of one's own (Paid_Thru__c) is dropped.
func headingKey(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(strings.ToLower(s)), "__c")
	s = strings.ReplaceAll(s, "#", " no ")
	s = strings.ReplaceAll(s, "thru/", "thru ")
	return name.Joined(strings.ReplaceAll(s, "_", " "))
}

// meaningOf is what a heading means. One that is not known as it stands may be without
// what it says in brackets: "Last Name (legal)".
func meaningOf(heading string) (Meaning, bool) {
	if heading == "" {
		return "", false
	}
	m, ok := synonyms[headingKey(heading)]
	if !ok {
		before, rest, bracket := strings.Cut(heading, "(")
		if _, after, closed := strings.Cut(rest, ")"); bracket && closed && strings.TrimSpace(before) != "" {
			m, ok = synonyms[headingKey(before+" "+after)]
			ok = ok && !ofAnother(m, strings.TrimSuffix(rest, ")"+after))
		}
	}
	return m, ok
}

// ofWhom are words before headings that say whose column it is, as in "Owner First Name" and
// "Property Address".
var ofWhom = strings.Fields(`owner member voter student resident employee contact customer primary staff faculty
	alumni alumnus shareholder tenant registrant applicant subscriber participant homeowner property situs site premises service`)

var spacedHeading = strings.NewReplacer("_", " ", "#", " no ")

// meaningWithout is what a heading means without a word that says whose column it is.
func meaningWithout(heading string) (Meaning, bool) {
	words := name.Words(spacedHeading.Replace(heading))
	if len(words) < 2 || !slices.Contains(ofWhom, words[0]) {
		return "", false
	}
	m, ok := synonyms[strings.Join(words[1:], "")]
	return m, ok
}

// ofAnother says whether what a heading has in brackets makes it speak of another person or
// thing: "Last Name (spouse)", "Expiration Date (card)".
func ofAnother(m Meaning, inBrackets string) bool {
	words := name.Words(inBrackets)
	if slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"spouse", "partner", "emergency", "old", "previous", "secondary"}, w)
	}) {
		return true
	}
	standing := m == Number || ofStanding[m] || m == Joined || m == PaidThru
	return standing && !ofMembership(inBrackets)
}

// columns says where each meaning stands in a row.
type columns struct {
	at      map[Meaning][]int
	names   []string
	width   int          // headings
	needed  int          // cells up to the last column that is used
	idle    map[int]bool // columns that say what one of the same heading says
	flags   map[int]flag // columns that say yes or no of one thing
	units   bool         // the second number is that of a flat or lot
	unused  map[int]bool // columns of which somebody said that they mean nothing
	remarks []string
}

// top is the beginning of a table: its headings and the rows that were read to find them.
type top struct {
	columns
	line  int    // of the headings
	known int    // how many of them have a meaning
	rows  []row  // below the headings
	title string // the nearest above them that stands alone
}

var errNoHeadings = errors.New("has no row of headings such as \"Member No.\", \"First Name\", \"Last Name\": add one as the first row, or name the columns with --map, such as --map last=\"Heading\"")

// readTop reads rows until one looks like headings and gives them meaning. It reads as many
// rows below as show what its columns hold.
func readTop(t table.Rows, opts Options) (top, error) {
	var first []row
	var err error
	more := func(n int) error {
		for len(first) < n {
			r, err := t.Next()
			if err != nil {
				return err
			}
			if !blank(r.Cells) || len(r.Notes) > 0 {
				first = append(first, r)
			}
		}
		return nil
	}
	if err = more(table.HeadingRows); err != nil && err != io.EOF {
		return top{}, err
	}
	if len(first) == 0 {
		return top{}, errEmpty
	}
	best, known := 0, 0
	for i, r := range first {
		if ofMember(r.Cells) {
			continue
		}
		if n := recognised(r.Cells, opts.Map); n > known {
			best, known = i, n
		}
	}
	if known == 0 {
		return top{rows: first}, errNoHeadings
	}
	if err = more(best + 1 + sample); err != nil && err != io.EOF {
		return top{}, err
	}
	out := top{line: first[best].Line, known: known, rows: first[best+1:]}
	names := first[best].Cells
	switch below := best + 1; {
	case below < len(first) && first[below].Line == out.line+1 && allHeadings(first[below].Cells):
		names = completed(first[below].Cells, names)
		out.rows = first[below+1:]
	case best > 0 && first[best-1].Line == out.line-1:
		names = completed(names, first[best-1].Cells)
	}
	out.columns, err = assign(names, out.rows, opts.Map)
	for _, above := range first[:best] {
		if text := title(above.Cells); text != "" {
			out.title = text
		}
		for _, n := range above.Notes {
			out.remarks = append(out.remarks, fmt.Sprintf("line %d: %s", above.Line, n.Text))
		}
	}
	return out, err
}

// allHeadings says whether a row has several cells, and headings that are known in each.
func allHeadings(cells []string) bool {
	n := 0
	for _, c := range cells {
		if c == "" {
			continue
		}
		if _, known := meaningOf(c); !known {
			return false
		}
		n++
	}
	return n > 1
}

// completed are headings of which the empty ones stand in the row above, over two rows. What stands
// there over others may say that they are of another thing than the membership: "Journal
// subscription" over "Status".
func completed(names, above []string) []string {
	out := slices.Clone(names)
	over, titled := "", title(above) != ""
	for i, n := range out {
		over = cmp.Or(cell(above, i), over)
		m, _ := meaningOf(n)
		if (ofStanding[m] || m == Joined || m == PaidThru) && !titled && !ofMembership(over) {
			out[i] = over + " " + n
		}
	}
	for i, n := range above {
		_, known := meaningOf(n)
		if !known || cell(out, i) != "" {
			continue
		}
		for len(out) <= i {
			out = append(out, "")
		}
		out[i] = n
	}
	return out
}

// secondTable is the column from which on the headings stand once more, 0 where they do not.
func secondTable(names []string) int {
	first := slices.IndexFunc(names, func(n string) bool { return n != "" })
	for k := first + 2; first >= 0 && k < len(names); k++ {
		n := 0
		again := func(i int) bool {
			return k+i < len(names) && names[first+i] != "" && headingKey(names[k+i]) == headingKey(names[first+i])
		}
		for n < k-first && again(n) {
			n++
		}
		if n > 1 && (n == k-first || names[first+n] == "") {
			return k
		}
	}
	return 0
}

var errEmpty = errors.New("is empty: export the members again")

// ofMember tells a member's row from headings by an e-mail address or a date in it: a
// state may be MI, which as a heading would be the middle initial.
func ofMember(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool {
		if strings.Contains(c, "@") {
			return true
		}
		_, isDate := date.Written(c)
		return isDate && strings.ContainsAny(c, "-/.")
	})
}

// recognised counts the headings of a row that have a meaning.
func recognised(cells []string, given map[string]string) int {
	n := 0
	for _, c := range cells {
		_, known := meaningOf(c)
		if _, without := meaningWithout(c); known || without {
			n++
			continue
		}
		for _, of := range given {
			for h := range strings.SplitSeq(of, "\n") {
				if headingKey(h) == headingKey(c) && c != "" {
					n++
				}
			}
		}
	}
	return n
}

// assign gives headings their meaning, by what the caller says and else by the words that
// are known. The rows tell whether two columns of one heading are one.
func assign(names []string, rows []row, given map[string]string) (columns, error) {
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1] // separators that trail
	}
	cols := columns{at: map[Meaning][]int{}, names: names, width: len(names), unused: map[int]bool{}}
	cols.idle = cols.repeated(rows)
	taken := map[int]bool{}
	for word, heading := range given {
		m := Meaning(strings.ToLower(strings.TrimSpace(word)))
		if m == Unused {
			for h := range strings.SplitSeq(heading, "\n") {
				for i, n := range names {
					if headingKey(n) == headingKey(h) {
						taken[i], cols.unused[i] = true, true
					}
				}
			}
			continue
		}
		if !slices.Contains(Meanings(), string(m)) {
			return cols, fmt.Errorf("cannot be read with --map %s=%q: the word before = is one of %s", word, heading, strings.Join(Meanings(), ", "))
		}
		each := []string{heading}
		if several[m] {
			each = strings.Split(heading, "\n")
		}
		var at []int
		for _, heading := range each {
			i := slices.IndexFunc(names, func(n string) bool { return headingKey(n) == headingKey(heading) })
			if i < 0 {
				return cols, fmt.Errorf("has no column %q, which --map %s=%q names: its columns are %s", heading, word, heading, quoted(names))
			}
			at = append(at, i)
			taken[i] = true
		}
		slices.Sort(at)
		cols.at[m] = at
	}
	claims := map[Meaning][]int{}
	cols.flags = map[int]flag{}
	for i, n := range names {
		m, ok := meaningOf(n)
		switch {
		case taken[i] || cols.idle[i]:
		case ok && cols.at[m] == nil:
			claims[m] = append(claims[m], i)
		case !ok && flags[headingKey(n)] != (flag{}):
			cols.flags[i] = flags[headingKey(n)]
		case !ok && endingHead(n) != "":
			cols.flags[i] = flag{yes: endingHead(n), any: true}
		}
	}
	for i, n := range names {
		m, ok := meaningWithout(n)
		if _, known := meaningOf(n); ok && !known && !taken[i] && !cols.idle[i] && cols.at[m] == nil && len(claims[m]) == 0 {
			claims[m] = []int{i}
		}
	}
	cols.estado(claims)
	cols.numbers(claims, rows, taken)
	for _, h := range headings {
		at, err := cols.settle(h.Meaning, claims[h.Meaning])
		if err != nil {
			return cols, err
		}
		if len(at) > 0 {
			cols.at[h.Meaning] = at
		}
	}
	cols.halves(rows)
	cols.seconds(rows)
	if !cols.has(Number) {
		cols.guessNumber(rows, taken)
	}
	for _, at := range cols.at {
		cols.needed = max(cols.needed, at[len(at)-1]+1)
	}
	return cols, cols.usable()
}

// repeated finds columns whose heading stands before them already and which hold nothing,
// or what the first one holds.
func (c *columns) repeated(rows []row) map[int]bool {
	idle := map[int]bool{}
	for i, n := range c.names {
		key := headingKey(n)
		j := slices.IndexFunc(c.names[:i], func(other string) bool { return headingKey(other) == key })
		if key == "" || j < 0 {
			continue
		}
		same, empty, other := true, true, true
		for _, r := range rows {
			a, b := cell(r.Cells, j), cell(r.Cells, i)
			same, empty, other = same && a == b, empty && b == "", other && a == ""
		}
		switch m, _ := meaningOf(n); {
		case several[m] || len(rows) == 0:
		case same, empty:
			idle[i] = true
		case other:
			idle[j] = true
		default:
			continue
		}
		if idle[i] || idle[j] {
			c.remarks = append(c.remarks, fmt.Sprintf("two columns are headed %q; one of them adds nothing and is not used", n))
		}
	}
	return idle
}

// settle decides which of the columns that claim one meaning has it.
func (c *columns) settle(m Meaning, claims []int) ([]int, error) {
	if len(claims) < 2 || m == Email {
		return claims, nil
	}
	if m == Street || m == City || m == State || m == ZIP || m == Country {
		claims = c.bestKind(claims)
		if len(claims) < 2 || several[m] {
			return claims, nil
		}
	}
	if m == FullName && (c.has(Family) || c.has(Given)) {
		return nil, nil
	}
	if m == Number {
		if of := c.membersOwn(claims); of >= 0 {
			return []int{of}, nil
		}
	}
	a, b := c.names[claims[0]], c.names[claims[1]]
	if k := secondTable(c.names); k > 0 && claims[1] >= k {
		const says = "has two tables side by side, the second from column %d on (%q): put each on a sheet of its own"
		return nil, fmt.Errorf(says, k+1, c.names[k])
	}
	if headingKey(a) == headingKey(b) {
		return nil, fmt.Errorf("has two columns headed %q, columns %d and %d, and one must be %s: rename the other in the export", a, claims[0]+1, claims[1]+1, m)
	}
	return nil, fmt.Errorf("has two columns that could be %s, %q and %q: say which with --map %s=%q or --map %s=%q", m, a, b, m, a, m, b)
}

// bestKind keeps the columns of the best kind of address there is.
func (c *columns) bestKind(claims []int) []int {
	kindOf := func(i int) string {
		key := headingKey(c.names[i])
		for _, k := range addressKinds {
			if k != "" && strings.HasPrefix(key, k) {
				return k
			}
		}
		return ""
	}
	for _, k := range addressKinds {
		var of []int
		for _, i := range claims {
			if kindOf(i) == k {
				of = append(of, i)
			}
		}
		if len(of) > 0 {
			return of
		}
	}
	return claims
}

func (c *columns) has(m Meaning) bool { return len(c.at[m]) > 0 }

func (c *columns) usable() error {
	if c.has(Family) || c.has(FullName) {
		return nil
	}
	return fmt.Errorf("has no column for last names or whole names: its columns are %s; say which it is with --map last=\"Heading\" or --map name=\"Heading\"", quoted(c.names))
}

// describe tells what was taken for what, for the record.
func (c *columns) describe() []string {
	var out []string
	for _, h := range headings {
		for _, i := range c.at[h.Meaning] {
			out = append(out, fmt.Sprintf("%s: %q", h.Meaning, c.names[i]))
		}
	}
	return out
}

func (c *columns) heading(m Meaning) string { return c.names[c.at[m][0]] }

// first is the first column of a meaning, -1 for none.
func (c *columns) first(m Meaning) int {
	if at := c.at[m]; len(at) > 0 {
		return at[0]
	}
	return -1
}

func (c *columns) cell(cells []string, m Meaning) string {
	if at := c.at[m]; len(at) > 0 {
		return cell(cells, at[0])
	}
	return ""
}

func (c *columns) all(cells []string, m Meaning, sep string) string {
	at := c.at[m]
	if len(at) < 2 {
		return c.cell(cells, m)
	}
	var parts []string
	for _, i := range at {
		if s := cell(cells, i); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, sep)
}

func cell(cells []string, i int) string {
	if i >= 0 && i < len(cells) {
		return cells[i]
	}
	return ""
}

// quoted lists headings, at most a dozen.
func quoted(names []string) string {
	var out []string
	for _, n := range names {
		if n == "" {
			continue
		}
		if len(out) == 12 {
			return strings.Join(out, ", ") + ", …"
		}
		if r := []rune(n); len(r) > 40 {
			n = string(r[:40]) + "…"
		}
		out = append(out, fmt.Sprintf("%q", n))
	}
	return strings.Join(out, ", ")
}
