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
	// house is the number of a house, which has a column of its own beside that of the street or
	// stands for the whole address.
	house  = "house"
	unit   = "unit"      // the number of a flat or lot
	second = "second_id" // a number that others than the petition's own people gave
	// somebody is a person who is no signer: what is asked of them is nothing we read.
	somebody = "somebody"
)

// terms are the words and phrases of headings, in lower case, without accents
// and apostrophes, by what they ask for, one language a line. Articles and
// possessives are left out when a heading is read, and all words for "number"
// are "#", so phrases hold neither. The longest phrase that fits is taken.
var terms = []struct{ item, phrases string }{
	{"name", "name, names, fullname, signer, undersigned, member name, members name, name of member, signer name, voter name, name of voter, name of owner, owner name, name of owner of record, owner of record, petitioner, first and last name, first last, last first"},
	{"name", "parent name, parents name, name of parent, guardian name, parent guardian, parent guardian name, parent or guardian, parent or guardian name, patient name"},
	{"name", "nom et prenom, nom complet"},
	{"name", "nombre y apellido, nombre y apellidos, nombre completo"},
	{"name", "vor und nachname"},
	{"name", "naam, namen, volledige naam"},
	{"given", "first, first name, given, given name, given names, forename, forenames, christian name"},
	{"given", "prenom, prenoms"},
	{"given", "vorname, vornamen, rufname"},
	{"given", "nombre, nombres"},
	{"given", "voornaam, voornamen, roepnaam"},
	{"family", "last, last name, family, family name, family names, surname, surnames"},
	{"family", "nachname, nachnamen, familienname, familiennamen, zuname"},
	{"family", "nom de famille, nom de naissance"},
	{"family", "apellido, apellidos, primer apellido"},
	{"family", "familienaam, achternaam"},
	{"name", "cognome e nome, nome e cognome, cognome nome, nome cognome, nominativo, nome, nomes, nome completo, apelido e nome, nome e apelido"},
	{"name", "namn, navn, naam en voornaam, fullstandigt namn, for och efternamn, fornavn og efternavn, imie i nazwisko"},
	{"family", "cognome, cognomi, apelido, apelidos, sobrenome, efternamn, etternavn, efternavn, nazwisko"},
	{"given", "fornamn, fornavn, imie"},
	{"name", "nom, noms"}, // beside a given name it is the family's: see family
	{"signature", "signature, signatures, sign, signed, signature of member, member signature, members signature, voter signature, autograph"},
	{"signature", "parent signature, parents signature, guardian signature, parent guardian signature, parent or guardian signature"},
	{"signature", "emargement, emargements, paraphe"},
	{"signature", "unterschrift, unterschriften, unterzeichnet, signatur"},
	{"signature", "firma, firmas, rubrica"},
	{"signature", "handtekening, handtekeningen"},
	{"signature", "firma leggibile, assinatura, assinaturas, namnteckning, underskrift, underskrifter, podpis"},
	{"member_id", "member #, membership #, member id, membership id, membership, id, id #, identification, ident, identifier, member code, account, account #, " +
		"card, card #, library card, library card #, member card #, patron #, barcode, registration, registration #, reg #, voter id, voter #, voter registration, voter registration #, " +
		"ala, ala #, ala id, ala membership, ala member #, ala member id, ala membership #, ala membership id, constituent id, customer #, " +
		"student #, student id, student id #, employee #, employee id, staff id, staff #, faculty id, alumni id, alumni #, alumnus id, alum id, campus id, person id, owner #, owner id, shareholder #, share #, uin, eid, emplid, uniqname, clock #, payroll #, policy #, parcel #, parcel id, ref #, reference #, badge #, license #, licence #, user id, user name, username, call sign, callsign"},
	{"member_id", "mitglieds #, mitgliedsnummer, mitglieds nr, mitgliedsnr, mitglied #, matrikelnummer, matrikel #, matrikelnr, matrikel, matr #, personalnummer, kundennummer, ausweisnummer, ausweis #, rufzeichen"},
	{"member_id", "adherent, # adherent, # de membre, # membre, # etudiant, # detudiant, matricule, # matricule, # de carte"},
	{"member_id", "# de socio, # socio, socio #, socio, tessera, tessera #, # tessera, tessera n, n tessera, n socio, n adherent, matricula, # de matricula, # de carnet, carnet, expediente"},
	{"member_id", "lidnummer, lid #, lidmaatschapsnummer, studentennummer, studentnummer"},
	{"institution", "institution, institutions, library, organization, organisation, affiliation, employer, company, firm, agency, school, university, college, workplace, " +
		"place of work, place of employment, work place, library name, institution name, school name, organization name, company name, name of institution, name of library, name of school, " +
		"name of organization, name of organisation, name of employer, name of company, branch"},
	{"institution", "institut, bibliothek, arbeitgeber, einrichtung, hochschule, universitat, schule, organisation"},
	{"institution", "bibliotheque, etablissement, employeur, biblioteca, institucion, instelling, werkgever, bibliotheek"},
	{"street", "address, unit address, parcel address, voting residence address, voting residence, voting address, qualifying address, street, street address, home address, mailing address, postal address, residence, residence address, residential address, place of residence, street and number, " +
		"number and street, # and street, first line of address, 1st line of address, line of address, property address, street name, name of street, addr, work address, business address"},
	{"street", "adresse, strasse, anschrift, wohnanschrift, str"},
	{house, "street #, house #, house, bldg #, building #, hausnummer, haus #, hausnr, huisnummer, huis #, # rue, # de rue, # de calle, civico, # civico, husnummer"},
	{"street", "rue, domicile, adresse postale, direccion, domicilio, calle"},
	{"street", "adres, straat, straat en huisnummer, straat en #"},
	{"street", "indirizzo, residenza, indirizzo di residenza, residente in, residente a, morada, endereco, adress, gatuadress, ulica"},
	{"citystate", "citystate, city state, location"},
	{"city", "city, town, municipality, village, city town, town city, township"},
	{"city", "ort, wohnort, stadt, gemeinde, wohnsitz, hauptwohnsitz"},
	{"city", "ville, commune, localite, ciudad, localidad, municipio, poblacion, gemeente, woonplaats"},
	{"state", "state, st, province, prov, estado, bundesland, kanton, canton, provincie, provincia"},
	{"city", "citta, comune, comune di residenza, localidade, cidade, miejscowosc"},
	{"zip", "postnummer, kod pocztowy"},
	{"zip", "zip, zip code, zipcode, postal code, postcode, post code, plz, postleitzahl, code postal, codigo postal, cp"},
	{"email", "email, mail, e mail, email address, mail address, e mail address, courriel, emailadresse, e mail adresse, mail adresse, adresse email, adresse mail, adresse e mail, " +
		"correo, correo electronico, emailadres, e mailadres, mailadres"},
	{"phone", "phone, telephone, tel, phone #, telephone #, tel #, cell, cell phone, cell #, mobile, mobile phone, mobile #, daytime phone, home phone, work phone"},
	{"phone", "telefon, telefonnummer, telefono, handy, handynummer, mobil, mobilnummer, telefoon, telefoonnummer, gsm, # de telephone, # telephone, movil"},
	{"date", "date, dated, date signed, date of signing, date of signature, signature date, signing date, signed on, day"},
	{"date", "datum, datum der unterschrift, datum unterschrift, tag der unterschrift, unterschriftsdatum"},
	{"date", "date de signature, date de la signature, fecha, fecha de firma, datum handtekening"},
	{"number", "line, line #, row, row #, item, item #, zeile, ligne, linea, laufende, laufende #, lfd, lfd #, volgnummer"},
	{hash, "#"},
	{other, "member, ala member, mitglied, tenant, resident, voter, elector, employee, student, supporter, owner, homeowner, householder, participant, attendee, " +
		"membre, adherent, electeur, locataire, habitant, mieter, einwohner, socio, miembro, vecino, votante, inquilino, lid, huurder"},
	{other, "precinct, ward, district, county, country, title, job title, position, occupation, profession, division, chapter, section, comments, comment, notes, note, remarks, initials, " +
		"age, birth, date of birth, birth date, birthdate, place of birth, dob, year of birth, date joined, party, verified, checked, office use, office use only, official use only, staff use only, " +
		"middle name, middle, relationship, committee, department, dept, badge, tick, consent, nationality, citizenship"},
	{other, "month, mo, year, yr, monat, jahr, mois, annee, mes, ano, maand, jaar, amount, donation, paid, nickname, maiden name, initial, time, time in, time out, arrival, shift, job, " +
		"classification, seniority, seniority date, hire date, date hired, date of hire, start date, end date, expiration date, expiry date, local, local #, room, room #, floor, grade, class, class year, grad year, graduation year, major, household, contact, contact info, contact information, contact details, " +
		"union, club, team, renter, # of adults, # of people, how many"},
	{"member_id", "elector #, electoral #, electoral roll #, electoral register #, roll #, vuid, vuid #, uid, usn, netid, net id, matric #, index #"},
	{"institution", "business name, name of business, name of union, union name, group name, name of group, club name, name of club, team name"},
	{"city", "hometown, home town"},
	{somebody, "child, childs, children, childrens, kindes, kinder, enfant, enfants, hijo, hijos, hija, pet, pets, dog, dogs, cat, cats, teacher, teachers, mother, mothers, father, fathers, " +
		"emergency contact, emergency contact name, person collecting"},
	{somebody, "witness, witnesses, spouse, husband, wife, nominee, candidate, circulator, collector, notary, zeuge, zeugin, ehegatte, ehegattin, ehepartner, kandidat, bewerber, " +
		"temoin, conjoint, candidat, testigo, conyuge, candidato, getuige, echtgenoot, kandidaat, testimone, coniuge, testemunha"},
	{other, "geburtsdatum, geburtstag, geburtsjahr, geburtsort, geburtsname, geburt, geboren, geb, geb datum, geb am, prufvermerk, vermerk, prufung, amtlich, bemerkung, bemerkungen, anmerkung, anmerkungen, gultig, ungultig, " +
		"nur amtlich, amtliche, amtlicher, beruf, staatsangehorigkeit, nationalitat, land, kreis, landkreis"},
	{other, "date de naissance, naissance, lieu de naissance, annee de naissance, nationalite, remarques, observations, reserve, pays, departement"},
	{other, "fecha de nacimiento, nacimiento, lugar de nacimiento, nacionalidad, observaciones, pais, pasaporte"},
	{unit, "unit, unit #, unit number, lot, lot #, lot unit, lot unit #, unit lot, unit lot #, apt, apt #, apartment, apartment #, flat, flat #, wohnung, wohnung #, wohnungs #, logement, # de logement, appartement"},
	{second, "dni, nif, nie, dni nie, dni nif, nif nie, cedula, cedula de identidad, codice fiscale, cpf, cartao de cidadao, # cartao de cidadao, cartao cidadao, curp, passport, passport #, ssn, last ssn, drivers license, drivers license #, driver license"},
	{other, "nato, nata, data di nascita, luogo e data di nascita, luogo di nascita, documento, documento di identita, data de nascimento, bilhete de identidade, personnummer, fodelsedatum, fodselsdato, pesel"},
	{other, "geboortedatum, geboorteplaats, geboortejaar, rijksregisternummer, nationaliteit, opmerkingen, opmerking"},
}

// fillers are words that come with headings and change nothing.
var fillers = set(`please print printed clearly legibly full legal of in ink block letters capital capitals required optional if
	known here must be as it appears only on signer voter registered petitioner applicant incl including include number mi initial e g black blue pen
	type typed any current new exact exactly shown same line elector electors qualified subscriber mi
	bitte druckschrift druckbuchstaben blockschrift grossbuchstaben leserlich lesbar deutlich vollstandig vollstandige vollstandiger eigenhandig eigenhandige der des
	en lettres capitales majuscules lisible de la le du
	letra letras imprenta molde mayusculas del
	hoofdletters drukletters blokletters leesbaar van
	il stampatello leggibile`)

// persons are the words for those who sign.
var persons = set(`parent parents parentguardian guardian guardians patient patients member members tenant tenants resident residents voter voters elector electors employee employees student students supporter supporters owner
	owners homeowner homeowners householder participant participants attendee attendees mitglied mitglieder mieter einwohner
	membre membres adherent adherents electeur locataire habitant miembro vecino votante inquilino lid leden huurder`)

// articles are left out before phrases are looked for.
var articles = set("the your a an my her his their")

// exactly are words of headings that no other word is taken for a misreading of: names and
// words of sentences lie close to them.
var exactly = set(`month year monat jahr mois annee mes ano maand jaar amount donation paid nickname maiden initial time arrival shift job seniority hire hired
	local room apartment unit lot floor grade class grad major household contact union club team renter adults people index roll business group
	nato nata child childs children childrens enfant enfants hijo hijos hija pet pets dog dogs cat cats teacher teachers mother mothers father fathers parent parents guardian patient`)

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

// vocabulary is every word of headings, with its shapes.
var vocabulary = words()

// misreadable are the words of it that a misread word may stand for.
var misreadable = slices.DeleteFunc(slices.Clone(vocabulary), func(v known) bool {
	return plainWords[v.word] || exactly[v.word]
})

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
