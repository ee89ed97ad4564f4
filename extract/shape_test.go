package extract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestColumnsByWhatIsWritten: each column is a list of readings; a ? stands for one
// that can hardly be read.
func TestColumnsByWhatIsWritten(t *testing.T) {
	const (
		names   = "Ada Lovelace|Grace B. Hopper|Mary Somerville|Emmy Noether|Lise Meitner|Rosalind Franklin|Mary Jackson|Ida Noddack"
		scrawls = "W|Mn|?|Grace Hopper|vv|?|Lm|Mary Jackson"
		ids     = "0482913|1308543|0077001|2390148|0797451|1946903|0613961|1215478"
		streets = "8368 River Rd|6522 Hill Rd|2357 Maple Pl|7349 Union Blvd|12 Elm Ln|4 Highland Pl|5286 Oak Ct|1259 Oak Pl"
		dates   = "9/17/26|9/18/26|9/17/26|9/19/2026|9/17/26|9/18/26|9/20/26|9/17/26"
		places  = "Gary, IN|Duluth, MN|Salt Lake City, UT|Gary, IN|Boston, MA|Austin, TX|Boise, ID|Gary, IN"
		given   = "Ada|Grace|Mary|Emmy|Lise|Rosalind|Katherine|Ida"
		family  = "Lovelace|Hopper|Somerville|Noether|Meitner|Franklin|Johnson|Noddack"
		answers = "yes|no|yes|yes|no|no|yes|no"
	)
	for _, test := range []struct{ name, columns, want string }{
		{"name first", names + "\n" + scrawls + "\n" + ids, "name signature member_id"},
		{"signature first", scrawls + "\n" + names + "\n" + streets + "\n" + dates, "signature name street date"},
		{"two names", given + "\n" + family + "\n" + ids + "\n" + scrawls, "given family member_id signature"},
		{"a place", names + "\n" + places + "\n" + scrawls, "name citystate signature"},
		{"numbers only", ids + "\n" + dates, "member_id date"},
		{"two columns of one kind", dates + "\n" + dates, " "},
		{"answers are no signatures", names + "\n" + answers + "\n" + scrawls, "name  signature"},
		{"nothing but answers", names + "\n" + answers, "name "},
	} {
		t.Run(test.name, func(t *testing.T) {
			var may []Field
			for _, l := range looksOf {
				may = append(may, l.field)
			}
			var likely [][]float64
			for column := range strings.SplitSeq(test.columns, "\n") {
				var readings []Reading
				for text := range strings.SplitSeq(column, "|") {
					r := Reading{Text: text, Confidence: 0.8, Engine: "hand"}
					if text == "?" {
						r.Text, r.Confidence = "Nvmw", 0.1
					}
					readings = append(readings, r)
				}
				likely = append(likely, meaningsOf(readings, may))
			}
			var got []string
			for _, m := range assigned(likely, map[Field]bool{}) {
				if m < 0 {
					got = append(got, "")
					continue
				}
				got = append(got, string(looksOf[m].field))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A heading that is not known may be that of an identifier, or of the name where no other column
// asks for it.
func TestUnknownHeadingsMayMean(t *testing.T) {
	f := form{score: 1, columns: []Column{{Heading: "Mame"}, {Heading: "Signature", Fields: []Field{Signature}}}}
	for _, named := range []bool{false, true} {
		may := f.mayMean(0, map[Field]bool{Signature: true, Name: named})
		if slices.Contains(may, Name) == named || !slices.Contains(may, MemberID) {
			t.Errorf("a name elsewhere %v: %v", named, may)
		}
	}
}

func TestLabelsThatAskTwice(t *testing.T) {
	for _, c := range []struct {
		labels []string
		want   bool
	}{
		{[]string{"Name", "Signature", "Name", "Signature"}, true},
		{[]string{"Signature", "Date signed", "Fecha"}, false},
	} {
		if got := askTwice(c.labels); got != c.want {
			t.Errorf("%v: %v", c.labels, got)
		}
	}
}
