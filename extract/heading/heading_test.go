package heading

import (
	"fmt"
	"strings"
	"testing"

	"countersign/extract/drawn"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOf(t *testing.T) {
	for text, want := range map[string]string{
		"Name":                              "name",
		"Name (please print)":               "name",
		"PRINTED NAME":                      "name",
		"Print full name clearly":           "name",
		"Print your name here:":             "name",
		"Name of member":                    "name",
		"Member name":                       "name",
		"Member's Name":                     "name",
		"Last name, first name":             "name",
		"Name (Last, First, M.I.)":          "name",
		"First and last name":               "name",
		"Name: first / last":                "name",
		"Nom et prénom":                     "name",
		"Please print":                      "name",
		"First":                             "given",
		"First Name":                        "given",
		"Given name(s)":                     "given",
		"Vorname":                           "given",
		"Prénom":                            "given",
		"Last":                              "family",
		"Surname":                           "family",
		"Family name":                       "family",
		"Nachname":                          "family",
		"Signature":                         "signature",
		"Signed":                            "signature",
		"Sign here":                         "signature",
		"Signature of member (required)":    "signature",
		"Name (signature)":                  "signature",
		"Unterschrift":                      "signature",
		"Firma":                             "signature",
		"Member No.":                        "member_id",
		"ALA Member ID":                     "member_id",
		"ALA #":                             "member_id",
		"Member # (if known)":               "member_id",
		"Membership\nnumber":                "member_id",
		"Mem-\nber no.":                     "member_id",
		"ID":                                "member_id",
		"Card no.":                          "member_id",
		"Barcode":                           "member_id",
		"Voter ID":                          "member_id",
		"Registration no.":                  "member_id",
		"Mitgliedsnummer":                   "member_id",
		"Library / Institution":             "institution",
		"Name of institution":               "institution",
		"Name of your library":              "institution",
		"Institution name":                  "institution",
		"Affiliation":                       "institution",
		"Employer":                          "institution",
		"School":                            "institution",
		"Place of work":                     "institution",
		"Workplace":                         "institution",
		"Address":                           "street",
		"Street address":                    "street",
		"Mailing address (incl. ZIP)":       "street",
		"Residence":                         "street",
		"VOTING RESIDENCE ADDRESS":          "street",
		"Qualifying address":                "street",
		"Owner (print name)":                "name",
		"Street and number":                 "street",
		"City & State":                      "citystate",
		"City, State":                       "citystate",
		"City/State/ZIP":                    "citystate",
		"City-State":                        "citystate",
		"City":                              "city",
		"City or town":                      "city",
		"Town":                              "city",
		"Ort":                               "city",
		"State":                             "state",
		"ZIP":                               "zip",
		"Zip Code":                          "zip",
		"Postal code":                       "zip",
		"PLZ":                               "zip",
		"E-mail":                            "email",
		"Email address":                     "email",
		"E - mail":                          "email",
		"Phone":                             "phone",
		"Tel.":                              "phone",
		"Phone no.":                         "phone",
		"Phone or e-mail":                   "phone",
		"Date":                              "date",
		"Date signed":                       "date",
		"Date of signing":                   "date",
		"Fecha":                             "date",
		"Datum":                             "date",
		"#":                                 "number",
		"No.":                               "number",
		"N°":                                "number",
		"Line":                              "number",
		"Line No.":                          "number",
		"Name and ALA membership number":    "name member_id",
		"Printed name and number":           "name member_id",
		"Name / Member No.":                 "name member_id",
		"Signature and date":                "signature date",
		"Sign & date":                       "signature date",
		"Name / Signature":                  "name signature",
		"E-mail / Phone":                    "email phone",
		"Address / City, State":             "street citystate",
		"Institution, city and state":       "institution citystate",
		"Library and city":                  "institution city",
		"Precinct":                          "",
		"Date of birth":                     "",
		"Comments":                          "",
		"":                                  "",
		"Margaret O'Neill":                  "",
		"0482913":                           "",
		"Name Member ID E-mail Signed Date": "name member_id email signature date",

		// of forms in use
		"SIGNATURE OF ELECTOR":          "signature",
		"PRINTED NAME OF ELECTOR":       "name",
		"Place of residence":            "street",
		"Student number":                "member_id",
		"Call sign":                     "member_id",
		"Familienname, Vorname":         "name",
		"Geb.-datum":                    "",
		"Geburts- Datum":                "",
		"Datum der Unterschrift":        "date",
		"Name in Druckbuchstaben":       "name",
		"PLZ, Wohnort":                  "citystate",
		"Wohnort":                       "city",
		"Straße, Hausnummer":            "street",
		"Matrikelnummer":                "member_id",
		"Prüfvermerk gültig / ungültig": "",
		"Nom et prénom (en majuscules)": "name",
		"Date de naissance":             "",
		"Adresse e-mail":                "email",
		"N° d'étudiant":                 "member_id",
		"Nombre y apellidos":            "name",
		"Fecha de nacimiento":           "",
		"Nº de socio":                   "member_id",
		"Naam en voornaam":              "name",
		"Handtekening":                  "signature",
		"Straat en huisnummer":          "street",
		"Geboortedatum":                 "",
		"Lidnummer":                     "member_id",

		// as OCR reads them
		"ALA Mernber No.":     "member_id",
		"Mernbership nurnber": "member_id",
		"MemberNo":            "member_id",
		"Narne":               "name",
		"Nane (please prlnt)": "name",
		"Name {please print":  "name",
		"E-maii":              "email",
		"Emall addross":       "email",
		"Slgnature":           "signature",
		"Signalure":           "signature",
		"Signatur":            "signature",
		"lnstitution":         "institution",
		"Institutlon":         "institution",
		"Clty":                "city",
		"Slate":               "state",
		"Oate":                "date",
		"ZlP":                 "zip",
		"FirstName":           "given",
		"Lasl Name":           "family",
		"Addrcss":             "street",
		"lD":                  "member_id",
		"Telephonc":           "phone",
	} {
		t.Run(text, func(t *testing.T) {
			got := Of(text)
			if diff := cmp.Diff(want, strings.Join(got.Items, " ")); diff != "" {
				t.Errorf("%q: %s\n%+v", text, diff, got)
			}
			if len(got.Items) > 0 && got.Confidence < .5 {
				t.Errorf("%q: confidence %.2f", text, got.Confidence)
			}
		})
	}
}

func TestKnownWithoutItem(t *testing.T) {
	for _, text := range []string{"Precinct", "County", "Date of birth", "Geburts-Datum", "Date de naissance", "Prüfvermerk"} {
		if m := Of(text); m.Confidence < .9 {
			t.Errorf("%q is a heading; confidence %.2f", text, m.Confidence)
		}
	}
	if m := Of("Featherstone"); m.Confidence > 0 {
		t.Errorf("a name is no heading: %+v", m)
	}
}

func TestMeanings(t *testing.T) {
	for _, test := range []struct{ headings, want string }{
		{"#|Name (please print)|Signature|ALA Member No.|Date", "number|name|signature|member_id|date"},
		{"Parent/guardian name|Child's name|Room #|Phone|Signature", "name|||phone|signature"},
		{"Signature|Printed name|Street|MO|DAY|YR", "signature|name|street|||"},
		{"Day|Name|Signature", "date|name|signature"},
		{"Employee|Hire date|Shift|Signature|Date", "name|||signature|date"},
		{"Name|Elector No.|Donation|Signature", "name|member_id||signature"},
		{"Name|Nickname|Union|Local #|Signature", "name||||signature"},
		{"First Name|Last Name|Membership ID|E-mail|Signature", "given|family|member_id|email|signature"},
		{"Name|No.|Signature", "name|member_id|signature"},
		{"Signature|Print name|No.|Street|Prec.", "signature|name|house|street|"},
		{"Name|Straße|Nr.|Unterschrift", "name|street|house|signature"},
		{"Name|Street|House No.|City|Signature", "name|street|house|city|signature"},
		{"Name|House No.|City|Signature", "name|street|city|signature"},
		{"Name|Address|No.|Signature", "name|street|member_id|signature"},
		{"Nom|Prénom|Émargement (signature)", "family|given|signature"},
		{"No.|Name|No.|Signature", "number|name||signature"},
		{"No.|Name|Member No.|Signature", "number|name|member_id|signature"},
		{"|Name|Institution|City & State|Signature", "|name|institution|citystate|signature"},
		{"Name|Vorname|Unterschrift|PLZ|Ort", "family|given|signature|zip|city"},
		{"Cognome|Nome|Indirizzo|Comune di residenza|Firma", "family|given|street|city|signature"},
		{"N°|Cognome e nome|Data di nascita|Indirizzo|Firma leggibile", "number|name||street|signature"},
		{"Nome completo|Morada|Código Postal|Localidade|Assinatura", "name|street|zip|city|signature"},
		{"Förnamn|Efternamn|Adress|Postnummer|Ort|Namnteckning", "given|family|street|zip|city|signature"},
		{"Imię i nazwisko|Adres|Podpis", "name|street|signature"},
		{"Nom|Prénom|Signature", "family|given|signature"},
		{"Surname|Name|Date", "family|given|date"},
		{"Name|Name of institution|Signature", "name|institution|signature"},
		{"Print|Sign|Date", "name|signature|date"},
		{"Name and ALA membership number|Signature and date", "name member_id|signature date"},
		{"Member ID|Card no.|Name", "member_id||name"},
		{"Name|Signature|Date|Date", "name|signature|date|"},
		{"Printed Name|Residence|Town|Precinct|Slgnature", "name|street|city||signature"},
		{"Firma|Name|Unterschrift", "institution|name|signature"},
		{"Nombre|Apellidos|Firma", "given|family|signature"},
		{"Nom|Prénom|Ville|Signature", "family|given|city|signature"},
		{"Naam|Voornaam|Gemeente|Handtekening", "family|given|city|signature"},
		{"Unterschrift und Datum|Name|Unterschrift", "date|name|signature"},
		{"Name (please print)|Class|Badge colour|Signature", "name|||signature"},
	} {
		row, score := Meanings(strings.Split(test.headings, "|"))
		var got []string
		for _, m := range row {
			got = append(got, strings.Join(m.Items, " "))
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%q: %s", test.headings, diff)
		}
		if score < .5 {
			t.Errorf("%q: score %.2f, though it is a header row", test.headings, score)
		}
	}
}

// TestWeigh: of two readings of one row of headings the fuller one is better, and
// what was written below it makes none better.
func TestWeigh(t *testing.T) {
	for _, test := range []struct{ better, worse string }{
		{"SIGNATURE OF ELECTOR|PRINTED NAME OF ELECTOR|PLACE OF RESIDENCE|DATE OF SIGNING", "|PRINTED NAME||DATE OF"},
		{"SIGNATURE AND ADDRESS OF PETITIONER|PRINTED NAME OF PETITIONER|DATE SIGNED|WARD", "OF PETITIONER|OF PETITIONER|SIGNED|WARD"},
		{"Name|Signature|Date", "Name Jo Marsh|Signature Jo Marsh|Date 9/17/26"},
		{"Name|Signature|Date", "We ask that the name of|each who signs this signature|page be kept Date"},
	} {
		_, _, better := Weigh(strings.Split(test.better, "|"))
		_, _, worse := Weigh(strings.Split(test.worse, "|"))
		if better <= worse {
			t.Errorf("%q weighs %.1f, %q weighs %.1f", test.better, better, test.worse, worse)
		}
	}
}

func TestMentions(t *testing.T) {
	if !Mentions("Anschrift (Postleitzahl, Straße, Hausnummer)", "zip") || Mentions("Street address", "zip") {
		t.Error("only the first heading asks for a ZIP code")
	}
}

func TestRepeats(t *testing.T) {
	for headings, want := range map[string]int{
		"Name|Signature|Name|Signature":             2,
		"No.|Name|Signature||No.|Name|Signature":    4,
		"Nom|Prénom|Signature|Nom|Prénom|Signature": 3,
		"Name|Signature|Date":                       0,
		"Name|Address|Name|Signature":               0,
		"Name|Name":                                 0,
	} {
		if got := Repeats(strings.Split(headings, "|")); got != want {
			t.Errorf("%q repeats at %d, want %d", headings, got, want)
		}
	}
}

func TestNoHeaderRow(t *testing.T) {
	for _, line := range []string{
		"",
		"|||",
		"Petition: Seed Libraries and Gardens",
		"Petition to Establish|a Membership|Initiative Group",
		"We, the undersigned members in good standing of the American Library Association, petition the Committee on Organization to establish the Membership",
		"We, the undersigned members|in good standing of the|American Library Association, petition|the Committee on Organization",
		"Initiative Group named above.",
		"The name and address of each library should be checked before the next mailing.",
		"The name and|address of each|library should be|checked before|the next date",
		"By signing below I support|the petition and state that|I am a member of the Association",
		"1|ETHAN MATHILDE|Ethan Mathilde|1308543|9/19/26",
		"Lori Fugate|0499345|lfugate18@example.org|/s/ Lori Fugate|10/1/26",
		"Maya Rossi|City College|Salt Lake City, UT|Maya Rossi",
		"Dana Line|Law Library|Gary, IN|84604",
		"Sheet 3. Return completed sheets to the Committee on Organization.",
		"Statement of Purpose: To support members who provide library service to people",
	} {
		if _, score := Meanings(strings.Split(line, "|")); score > .35 {
			t.Errorf("%q: score %.2f, though it is no header row", line, score)
		}
	}
}

// Header rows of drawn sheets, as printed.
func TestDrawnSheets(t *testing.T) {
	for seed := range uint64(500) {
		var headings []string
		var want []Meaning
		for _, c := range drawn.Random(seed).Columns {
			headings = append(headings, c.Heading)
			m := Meaning{Items: c.Items}
			if c.Heading == "" {
				m.Items = nil
			}
			want = append(want, m)
		}
		got, score := Meanings(headings)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Meaning{}, "Confidence")); diff != "" {
			t.Errorf("%q: %s", headings, diff)
		}
		if score < .5 {
			t.Errorf("%q: score %.2f", headings, score)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range []string{"Name (please print)", "E-mail/Phone", "N° ß ﬁrst ((", "#", "Mem-\nber"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := Of(s)
		if want.Confidence < 0 || want.Confidence > 1 {
			t.Errorf("%q: confidence %g", s, want.Confidence)
		}
		alike := []string{upper(s), " " + s + " ", s + " .", s + " :", s + " *"}
		for _, other := range alike {
			if diff := cmp.Diff(want, Of(other), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q and %q differ: %s", s, other, diff)
			}
		}
	})
}

func FuzzMeanings(f *testing.F) {
	f.Add("No.|Name|Signature")
	f.Add("|||")
	f.Fuzz(func(t *testing.T, s string) {
		headings := strings.Split(s, "|")
		row, score := Meanings(headings)
		if len(row) != len(headings) || score < 0 || score > 1 {
			t.Fatalf("%q: %d meanings, score %g", s, len(row), score)
		}
		seen := map[string]int{}
		for i, m := range row {
			for _, item := range m.Items {
				if j, ok := seen[item]; ok && j != i {
					t.Errorf("%q: columns %d and %d both are %s", s, j, i, item)
				}
				seen[item] = i
			}
		}
	})
}

// upper raises the case of plain letters only: others may have no pair.
func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

func BenchmarkMeanings(b *testing.B) {
	headings := strings.Split("#|Name (please print)|Slgnature|ALA Mernber No.|Date", "|")
	b.ReportAllocs()
	for b.Loop() {
		Meanings(headings)
	}
}

func ExampleOf() {
	fmt.Println(Of("Name and ALA Mernber No.").Items)
	// Output: [name member_id]
}

// A misread letter does not give the name to the column of the signature.
func TestMisreadLetter(t *testing.T) {
	row, _ := Meanings([]string{"SIGNATURE AND ADDRESS OF PETITIONER",
		"_RINTED NAME OF PETITIONER", "DATE SIGNED"})
	if got := strings.Join(row[1].Items, " "); got != "name" {
		t.Errorf("the printed name is %q", got)
	}
	if got := strings.Join(row[0].Items, " "); got != "signature street" {
		t.Errorf("signature and address are %q", got)
	}
}

// TestPeople: a word for those who sign is the heading of names where no other is.
func TestPeople(t *testing.T) {
	for _, test := range []struct {
		headings []string
		want     string // of the first
	}{
		{[]string{"Member", "Membership No", "Branch", "Signature"}, "name"},
		{[]string{"Tenants", "Unit", "Signature"}, "name"},
		{[]string{"Owner (print)", "Owner signature", "Date", "In favor", "Opposed"}, "name"},
		{[]string{"Member?", "Name", "Signature"}, ""},
		{[]string{"Member", "Surname", "Forename", "Signature"}, ""},
		{[]string{"Member", "Voter", "Signature"}, ""},
		{[]string{"Tenant’s signature", "Name of tenant"}, "signature"},
	} {
		row, score := Meanings(test.headings)
		if got := strings.Join(row[0].Items, " "); got != test.want || test.want != "" && score < 0.5 {
			t.Errorf("%q: %q by %.2f, want %q", test.headings, got, score, test.want)
		}
	}
}
