package heading

import (
	"maps"
	"slices"
	"strings"
)

// Terms that are no item of their own.
const (
	hash  = "#"     // a number, of the row or of something named beside it
	other = "other" // a heading that petitions have and we have no use for
)

// terms are the words and phrases of headings, in lower case, without accents
// and apostrophes, by what they ask for. Articles and possessives are left
// out when a heading is read, and all words for "number" are "#", so phrases
// hold neither. The longest phrase that fits is taken.
var terms = []struct{ item, phrases string }{
	{"name", "name, names, fullname, signer, undersigned, member name, members name, name of member, signer name, voter name, name of voter, petitioner, nom et prenom, " +
		"nombre y apellido, nombre y apellidos, nombre completo, nom complet, vor und nachname, first and last name, first last, last first"},
	{"given", "first, first name, given, given name, given names, forename, forenames, christian name, prenom, prenoms, vorname, vornamen, nombre, nombres"},
	{"family", "last, last name, family, family name, family names, surname, surnames, nachname, familienname, nom de famille, apellido, apellidos"},
	{"name", "nom"}, // beside a given name it is the family's: see family
	{"signature", "signature, signatures, sign, signed, signature of member, member signature, members signature, voter signature, autograph, unterschrift, unterzeichnet, firma"},
	{"member_id", "member #, membership #, member id, membership id, membership, id, id #, identification, ident, identifier, member code, account, account #, " +
		"card, card #, library card, library card #, member card #, patron #, barcode, registration, registration #, reg #, voter id, voter #, voter registration, voter registration #, " +
		"ala, ala #, ala id, ala membership, ala member #, ala member id, ala membership #, ala membership id, constituent id, customer #, mitglieds #, mitgliedsnummer, mitglieds nr, adherent, # adherent, # de membre, # de socio, socio"},
	{"institution", "institution, institutions, library, organization, organisation, affiliation, employer, company, firm, agency, school, university, college, workplace, " +
		"place of work, place of employment, work place, library name, institution name, school name, organization name, company name, name of institution, name of library, name of school, " +
		"name of organization, name of organisation, name of employer, name of company, branch, institut, bibliothek, bibliotheque, biblioteca, arbeitgeber, einrichtung, etablissement, institucion, employeur"},
	{"street", "address, street, street address, home address, mailing address, postal address, residence, residence address, residential address, street and number, street #, house #, " +
		"number and street, # and street, street name, name of street, addr, adresse, strasse, anschrift, wohnort, rue, direccion, domicilio, calle, work address, business address"},
	{"citystate", "citystate, city state, location"},
	{"city", "city, town, municipality, village, ort, stadt, ville, ciudad, commune, city town"},
	{"state", "state, st, province, prov, estado, bundesland"},
	{"zip", "zip, zip code, zipcode, postal code, postcode, post code, plz, postleitzahl, code postal, codigo postal"},
	{"email", "email, mail, e mail, email address, mail address, e mail address, courriel, emailadresse, correo, correo electronico"},
	{"phone", "phone, telephone, tel, phone #, telephone #, tel #, cell, cell phone, cell #, mobile, mobile phone, mobile #, telefon, telefono, handy, daytime phone, home phone, work phone"},
	{"date", "date, dated, date signed, date of signing, date of signature, signature date, signing date, signed on, day, datum, fecha"},
	{"number", "line, line #, row, row #, item, item #, zeile, ligne, linea"},
	{hash, "#"},
	{other, "member, ala member, mitglied, precinct, ward, district, county, country, title, job title, position, occupation, division, chapter, section, comments, comment, notes, note, remarks, initials, " +
		"age, birth, date of birth, birth date, birthdate, dob, year of birth, date joined, party, witness, verified, checked, office use, office use only, official use only, staff use only, " +
		"middle name, middle, relationship, committee, department, land, pays, pais"},
}

// fillers are words that come with headings and change nothing.
var fillers = set(`please print printed clearly legibly full legal of in ink block letters capital capitals required optional if
	known here must be as it appears only on signer voter registered petitioner applicant incl including include number mi initial e g black blue pen
	type typed any current new exact exactly shown same line bitte druckschrift en lettres capitales de la le`)

// articles are left out before phrases are looked for.
var articles = set("the your a an my her his their")

// plainWords are common words that lie close to a term: outside of a
// phrase they are what they are, never a misread term, and speak for a sentence.
var plainWords = set(`we us you they he she is are was were been should would could can may have has had to for by at with before after above
	below each every who whom whose because while until next do does did so but into than support that mailing being
	some came game fame tame lame time fine mine wine late rate gate fate dare data made make take stay stare
	stated states will with were when what which these those there then than that this them they from form
	sine signal signing nature mane moan phase places plane lost list lest fast past best just most more members
	addressed cite cites cities site side size tell till all call called sell cold coal mall mild nail fail
	 days way may made main maid mare named dates tour down own now how
	live life like lone long tone none done gone bone one once zone fist lasted lane hand band
	continue libraries libel schools common command
	staff statement purpose meeting march not nor out our hear year years tear`)

// phrases holds the terms by their first word, longest first.
var phrases = compile()

// vocabulary is every word a misread word may be a reading of, with its shapes.
var vocabulary = words()

type known struct {
	word, shape, wide string
	sense             string // what it asks for by itself, or within its first phrase
}

type phrase struct {
	words []string
	item  string
}

func compile() map[string][]phrase {
	all := map[string][]phrase{}
	for _, t := range terms {
		for p := range strings.SplitSeq(t.phrases, ", ") {
			w := strings.Fields(p)
			all[w[0]] = append(all[w[0]], phrase{w, t.item})
		}
	}
	for _, p := range all {
		slices.SortStableFunc(p, func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
	return all
}

func words() []known {
	sense := map[string]string{}
	for _, t := range terms {
		for p := range strings.SplitSeq(t.phrases, ", ") {
			w := strings.Fields(p)
			for _, one := range w {
				if _, ok := sense[one]; !ok || len(w) == 1 {
					sense[one] = t.item
				}
			}
		}
	}
	for w := range fillers {
		if _, ok := sense[w]; !ok {
			sense[w] = "filler"
		}
	}
	var list []known
	for _, w := range slices.Sorted(maps.Keys(sense)) {
		list = append(list, known{w, shapes.Replace(w), wide.Replace(w), sense[w]})
	}
	return list
}

// longest gives the item of the longest phrase that the tokens begin with, and
// how many of them it takes.
func longest(tokens []token) (item string, n int) {
	for _, p := range phrases[tokens[0].word] {
		if len(p.words) > len(tokens) {
			continue
		}
		same := slices.EqualFunc(p.words, tokens[:len(p.words)], func(w string, t token) bool { return w == t.word && t.quality > 0 })
		if same {
			return p.item, len(p.words)
		}
	}
	return "", 0
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
