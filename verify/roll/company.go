package roll

import (
	"strings"

	"countersign/verify/name"
)

// abbreviations that are spelled out before institutions are compared, so
// that "Univ. of Colorado" and "University of Colorado" are one.
var abbreviations = map[string]string{
	"univ": "university", "u": "university", "uni": "university", "coll": "college", "col": "college", "lib": "library", "libr": "library", "libs": "library", "libraries": "library",
	"pub": "public", "publ": "public", "pl": "public library", "st": "saint", "co": "county", "cnty": "county", "dist": "district", "sch": "school", "schs": "school", "schools": "school",
	"elem": "elementary", "hs": "high school", "ms": "middle school", "inst": "institute", "tech": "technology", "natl": "national", "nat": "national", "intl": "international",
	"assn": "association", "assoc": "association", "dept": "department", "ctr": "center", "centre": "center", "mem": "memorial", "meml": "memorial", "reg": "regional", "sys": "system",
	"comm": "community", "cc": "community college", "isd": "independent school district", "gov": "government", "govt": "government", "med": "medical", "hosp": "hospital", "acad": "academy", "mt": "mount", "ft": "fort", "ny": "new york", "nyc": "new york city",
	"colleges": "college", "universities": "university", "cty": "city", "twp": "township", "bros": "brothers", "corp": "corporation",
}

var small = map[string]bool{"of": true, "the": true, "and": true, "at": true, "in": true, "for": true, "a": true, "inc": true, "llc": true}

// CompanyWords are the words of an institution's name that tell it from
// others, spelled out.
func CompanyWords(company string) []string {
	var out []string
	for _, w := range name.Words(company) {
		if small[w] {
			continue
		}
		if full, ok := abbreviations[w]; ok {
			out = append(out, strings.Fields(full)...)
			continue
		}
		out = append(out, w)
	}
	return out
}

// CompanyKey joins the words of an institution's name.
func CompanyKey(company string) string { return strings.Join(CompanyWords(company), "") }

// CompanyAcronym is the first letters of an institution's words, such as ucla;
// empty for a single word.
func CompanyAcronym(company string) string {
	words := CompanyWords(company)
	if len(words) < 2 {
		return ""
	}
	var out []byte
	for _, w := range words {
		out = append(out, w[0])
	}
	return string(out)
}
