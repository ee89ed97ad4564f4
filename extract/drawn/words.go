package drawn

import (
	"fmt"
	"strconv"
	"strings"
)

// person invents somebody: a text for every item a sheet may ask for.
func (d *drawing) person() map[string]string {
	pick := func(from []string) string { return from[d.rng.IntN(len(from))] }
	given, family := pick(givens), pick(families)
	if d.chance(.1) {
		family += "-" + pick(families)
	}
	name := given + " " + family
	if d.chance(.15) {
		name = given + " " + string(rune('A'+d.rng.IntN(26))) + ". " + family
	}
	city, state := pick(cities), pick(states)
	return map[string]string{
		"name": name, "given": given, "family": family,
		"member_id":   fmt.Sprintf("%07d", d.rng.IntN(3_000_000)),
		"institution": pick(institutions),
		"street":      strconv.Itoa(1+d.rng.IntN(9900)) + " " + pick(streets),
		"citystate":   city + ", " + state, "city": city, "state": state,
		"zip":   fmt.Sprintf("%05d", 501+d.rng.IntN(99000)),
		"email": strings.ToLower(given[:1]+strings.ReplaceAll(family, "-", "")) + strconv.Itoa(d.rng.IntN(90)) + "@example.org",
		"phone": fmt.Sprintf("(%03d) 555-%04d", 201+d.rng.IntN(700), d.rng.IntN(10000)),
		"date":  fmt.Sprintf("%d/%d/%d", 1+d.rng.IntN(12), 1+d.rng.IntN(28), 26),
	}
}

func number(n int) string { return strconv.Itoa(n) }

var (
	givens       = strings.Fields("Ada Alice Ben Carlos Chen Dana Diego Elena Erik Farah Grace Hiro Ines Ivan Jamal Joan Karl Lena Luis Maya Mei Nadia Noor Olaf Otto Priya Quinn Rosa Ruth Sam Tara Uma Vera Walter Xenia Yusuf Zoe Margaret Christopher Bartholomew")
	families     = strings.Fields("Abbott Baker Castillo Dubois Eriksen Fischer Garcia Hoang Ito Jensen Kowalski Lopez Murphy Nguyen Okafor Petrov Quist Rossi Schmidt Tanaka Ueda Varga Weber Xu Young Zhang O'Neill Featherstone Montgomery Li Wu")
	cities       = []string{"Albany", "Boise", "Cedar Rapids", "Des Moines", "El Paso", "Fargo", "Gary", "Hilo", "Ithaca", "Juneau", "Salt Lake City", "San Bernardino", "Troy", "Waco"}
	states       = strings.Fields("AL AK AZ CA CO CT DC FL GA ID IL KS MA ME MI MN NC ND NY OH OR PA TX UT VA WA WI")
	institutions = []string{"Public Library", "State University", "Lincoln High School", "Kern County Library", "City College", "Harlan Elementary", "St. Olaf College", "Law Library", "Museum of Maps", "retired"}
	streets      = []string{"Main St", "Oak Ave", "Elm Street", "2nd Ave #4", "Lakeshore Dr", "County Road 12", "Pine Ct", "Martin Luther King Blvd"}
)

// labels are printed tiny inside a cell.
var labels = map[string]string{
	"name": "Name", "member_id": "Number", "signature": "Signature", "date": "Date", "email": "E-mail",
	"phone": "Phone", "street": "Street", "citystate": "City, State", "institution": "Institution",
	"zip": "ZIP", "given": "First", "family": "Last", "city": "City", "state": "State",
}

// wordings of headings. Those of two items are under both, joined by a plus.
var wordings = map[string][]string{
	"name":        {"Name", "Name (please print)", "Printed Name", "Print full name", "Full Name", "Name of member", "Member name", "Your name, printed"},
	"given":       {"First Name", "First", "Given name", "Given name(s)"},
	"family":      {"Last Name", "Last", "Surname", "Family name"},
	"signature":   {"Signature", "Signed", "Sign here", "Signature of member", "Signature (required)"},
	"member_id":   {"Member No.", "Membership number", "Member #", "ALA Member ID", "Member # (if known)", "ID number", "Member ID"},
	"institution": {"Institution", "Library / Institution", "Library", "Affiliation", "Employer", "Place of work"},
	"citystate":   {"City, State", "City & State", "City/State", "City and State"},
	"city":        {"City", "Town", "City or town"},
	"state":       {"State", "St."},
	"zip":         {"ZIP", "ZIP Code", "Zip", "Postal code"},
	"street":      {"Address", "Street address", "Street", "Home address", "Mailing address"},
	"email":       {"E-mail", "Email", "Email address", "E-mail address"},
	"phone":       {"Phone", "Telephone", "Tel.", "Phone number"},
	"date":        {"Date", "Date signed", "Date of signing"},
	"number":      {"#", "No.", "", "Line"},

	"name+member_id":        {"Name and ALA membership number", "Name / Member No.", "Printed name and number"},
	"signature+date":        {"Signature and date", "Signature / Date", "Sign and date"},
	"name+signature":        {"Name / Signature", "Printed name and signature"},
	"email+phone":           {"E-mail / Phone", "Email and telephone"},
	"street+citystate":      {"Address / City, State", "Street, city and state"},
	"institution+citystate": {"Institution / City, State", "Library, city and state"},
}
