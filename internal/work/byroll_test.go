package work

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/internal/fixtures"
	"countersign/internal/office/kept"
)

// What the columns of a page are whose headings cannot be read the roll tells, also if there is
// none yet when the page is read.
func TestTheRollTellsWhatColumnsAre(t *testing.T) {
	t.Parallel()
	o := drawn.Random(9)
	o.Rules, o.DPI, o.Rows, o.Filled, o.Scan = drawn.Grid, 200, 10, 10, drawn.Scan{}
	o.Shaded, o.Skew, o.Rotation = false, 0, 0
	o.Struck, o.Skipped, o.Unsigned = 0, 0, 0
	sheet := drawn.Draw(o)
	sheet.HideHeadings()
	members := bytes.NewBufferString("ID,First Name,Last Name,Address 1,City,State,Status\n")
	for i, r := range sheet.Rows {
		given, family, _ := strings.Cut(r.Texts["name"], " ")
		fmt.Fprintf(members, "%07d,%s,%s,%s,%s,%s,Active\n", 4000123+37*i, given, family,
			r.Texts["street"], r.Texts["city"], r.Texts["state"])
	}
	for i := range 300 { // others
		fmt.Fprintf(members, "%07d,Ada%c,Lovelace%c%c,,,,Active\n", 5000000+i, 'a'+i%26, 'a'+i/26,
			'a'+i%7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sheet.Image, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	s := openTestService(t, Options{})
	fixtures.AddPetition(t, s.Store, "p", "")
	working(t, s)
	upload(t, s, "p", "hidden.jpg", b.Bytes())
	fixtures.Settled(t, s.Store, "p")
	unknown := func() (n int) {
		points, err := s.Store.OpenPoints(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			if p.Kind == string(extract.ColumnsUnknown) {
				n++
			}
		}
		return n
	}
	if unknown() != 1 {
		t.Fatalf("%d pages of which nobody knows what their columns are, want 1", unknown())
	}
	snapshot := fixtures.AddMembers(t, s.Store, s.Blobs, "s1", members.Bytes())
	petition, err := s.Store.Petition(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	petition.SnapshotID = snapshot.ID
	if err := s.Store.SetPetition(t.Context(), petition); err != nil {
		t.Fatal(err)
	}
	fixtures.Settled(t, s.Store, "p")
	if n := unknown(); n != 0 {
		t.Errorf("%d pages are still open although the roll tells", n)
	}
	_, _, lines := fixtures.Contents(t, s.Store, "p")
	found := 0
	for _, l := range lines {
		row, err := kept.DecodeRow(l.Row)
		if err != nil {
			t.Fatal(err)
		}
		if row.Fields[extract.Name].Text != "" && row.Signed == extract.SignedYes {
			found++
		}
	}
	if found < 8 {
		t.Errorf("%d of %d lines have a name and a signature, want 8 of 10", found, len(lines))
	}

	// A person's word stands above the roll, be it about other columns than the table has.
	_, pages, _ := fixtures.Contents(t, s.Store, "p")
	pages[0].Told = `{"columns":[["name"],["signature"]]}`
	if err := s.Store.TellPage(t.Context(), pages[0]); err != nil {
		t.Fatal(err)
	}
	fixtures.Settled(t, s.Store, "p")
	if n := unknown(); n != 1 {
		t.Errorf("%d pages are open of whose columns a person said what cannot be, want 1", n)
	}
}
