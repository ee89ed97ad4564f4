package cover

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What Tesseract made of seven first pages, most with signatures written
// across the printed lines, against what is printed on them.
func TestScannedPages(t *testing.T) {
	data, err := os.ReadFile("testdata/truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var truth map[string]Content
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	var golden strings.Builder
	for _, name := range []string{"clean", "colour", "fax", "garbled", "office", "online", "overlapped"} {
		lines := readTSV(t, filepath.Join("testdata", name+".tsv"))
		got, want := Read(lines, image.Pt(1700, 2200)), truth[name]
		fmt.Fprintf(&golden, "%s: score %.2f\ngroup: %s\npurpose: %s\n", name, got.Score, got.Group, got.Purpose)
		for _, o := range got.Organizers {
			fmt.Fprintf(&golden, "organizer: %s | %s | %v\n", o.Name, o.Address, o.Signature)
		}
		golden.WriteByte('\n')

		if got.Group != want.Group {
			t.Errorf("%s: group %q, want %q", name, got.Group, want.Group)
		}
		if wrong := float64(errors(got.Purpose, want.Purpose)) / float64(len(want.Purpose)); wrong >= .02 {
			t.Errorf("%s: %.1f %% of the purpose is wrong: %q", name, wrong*100, got.Purpose)
		}
		if isCover := got.Score > .5; isCover != (name != "online") {
			t.Errorf("%s: score %.2f", name, got.Score)
		}
		if len(got.Organizers) != len(want.Organizers) {
			t.Errorf("%s: %d organizers, want %d", name, len(got.Organizers), len(want.Organizers))
			continue
		}
		for i, o := range got.Organizers {
			if o.Name != want.Organizers[i].Name {
				t.Errorf("%s: organizer %q, want %q", name, o.Name, want.Organizers[i].Name)
			}
			if n := errors(o.Address, want.Organizers[i].Address); n > 6 {
				t.Errorf("%s: %d wrong letters in the address %q", name, n, o.Address)
			}
			if o.Signature.Dx() < 300 || o.Signature.Dy() < 25 || o.Signature.Dy() > 80 {
				t.Errorf("%s: signature looked for at %v", name, o.Signature)
			}
		}
	}
	compareGolden(t, "testdata/scanned.golden", golden.String())
}

// Pages as text: a blank line is a gap, two or more spaces are one, too.
func TestWordings(t *testing.T) {
	for name, test := range map[string]struct {
		page string
		want Content
	}{
		"labels on their own lines": {`
			Petition for a New Group

			Proposed name
			Open Hardware Lending

			Purpose of the group
			To study the lending of tools and in-
			struments, and to help small li-
			braries begin.

			Organizers (two required)
			Organizer 1
			Name: Ada Abbott
			Address: 12 Main St,
			Albany, NY 12201
			Signature: ________________
			Organizer 2
			Name: Ben Baker
			Address: 9 Oak Ave, Boise, ID 83701
			Signature: ________________
			`, Content{Group: "Open Hardware Lending", Purpose: "To study the lending of tools and instruments, and to help small libraries begin.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"running on after the label": {`
			PETITION
			To: The Council
			Name of proposed group: Maps in Libraries
			Purpose: To support members who care for maps; to share methods of
			description: and storage, self-
			published atlases included.
			Contact persons:
			1. Name: Ada Abbott
			Mailing address: 12 Main St, Albany, NY 12201
			Sign here: ______
			2.Name:Ben Baker
			Mailing address: 9 Oak Ave, Boise, ID/83701 ~< cB
			Sign here: ______
			`, Content{Group: "Maps in Libraries", Purpose: "To support members who care for maps; to share methods of description: and storage, self-published atlases included.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"misread labels": {`
			Petltion: Seed Libraries
			Staternent of Purp0se
			To lend seeds.
			Designated 0rganizers
			Narne: Ada Abbott
			Addrcss; 12 Main St, Albany, NY 12201
			Slgnature: _____
			`, Content{Group: "Seed Libraries", Purpose: "To lend seeds.", Organizers: []Organizer{{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}}}},
		"a table of organizers": {`
			Petition: Night Librarians
			Statement of Purpose: To study staffing at night.
			ORGANIZERS
			Name           Address                          Signature
			Ada Abbott     12 Main St, Albany, NY 12201
			Ben Baker      9 Oak Ave,                       |
			               Boise, ID 83701
			`, Content{Group: "Night Librarians", Purpose: "To study staffing at night.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"side by side": {`
			Name of group: Library Gardens
			Purpose: To plant.
			Designated Organizers
			Name: Ada Abbott                  Name: Ben Baker
			Address: 12 Main St               Address: 9 Oak Ave
			Albany, NY 12201                  Boise, ID 83701
			Signature: _________              Signature: _________
			`, Content{Group: "Library Gardens", Purpose: "To plant.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"names without labels": {`
			Petition to establish the Oral History Membership Initiative Group

			The purpose of the group is to record and preserve
			oral history.

			Designated Organizers:
			1. Ada Abbott, 12 Main St, Albany, NY 12201
			Signature: _________
			2. Ben Baker, 9 Oak Ave, Boise, ID 83701
			Signature: _________
			`, Content{Group: "Oral History", Purpose: "to record and preserve oral history.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"one label for each": {`
			Name of the proposed Membership Initiative Group: Library Gardens
			Purpose of the Membership Initiative Group: To plant.
			Organizer 1: Ada Abbott, 12 Main St, Albany, NY 12201
			Signature ________
			Organizer 2: Ben Baker, 9 Oak Ave, Boise, ID 83701
			Signature ________
			`, Content{Group: "Library Gardens", Purpose: "To plant.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"captions below the lines": {`
			Petition: Library Gardens
			Statement of Purpose
			To plant.

			Designated Organizers

			Name: Ada Abbott
			Address: 12 Main St, Albany, NY 12201


			__________________________
			Signature
			`, Content{Group: "Library Gardens", Purpose: "To plant.", Organizers: []Organizer{{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}}}},
		"an address block": {`
			Group name: Bookmobiles
			Mission statement: To drive.
			Organizers
			Ada Abbott
			12 Main St
			Albany, NY 12201
			Signature: _________
			Ben Baker
			9 Oak Ave
			Boise, ID 83701
			Signature: _________

			Return to the committee
			`, Content{Group: "Bookmobiles", Purpose: "To drive.", Organizers: []Organizer{
			{Name: "Ada Abbott", Address: "12 Main St, Albany, NY 12201"}, {Name: "Ben Baker", Address: "9 Oak Ave, Boise, ID 83701"}}}},
		"the purpose above a signer table": {`
			Electronic petition: Quiet Spaces
			Statement of Purpose: To explore the design of quiet
			spaces in libraries.
			Name           Member ID   Signed              Date
			Ada Abbott     0482913     /s/ Ada Abbott      9/8/26
			Ben Baker      0482914     /s/ Ben Baker       9/9/26
			`, Content{Group: "Quiet Spaces", Purpose: "To explore the design of quiet spaces in libraries."}},
		"the purpose ends where the oath begins": {`
			Name of group: Quiet Spaces
			Purpose: To be quiet.
			We, the undersigned members in good standing, petition the Council.
			`, Content{Group: "Quiet Spaces", Purpose: "To be quiet."}},
		"a letter": {`
			Dear colleagues,
			The name and address of each library should be checked before the next
			mailing. The board will discuss the purpose of the group and its budget
			in June. Those who signed the earlier petition need not do so again.
			Sincerely,
			Ada Abbott
			`, Content{}},
		"a signer sheet": {`
			We, the undersigned, ask the Committee to establish a group.
			#    Name (please print)   Signature    Date
			1    ADA ABBOTT            Ada Abbott   9/8/26
			2
			`, Content{}},
		"nothing": {"", Content{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Read(typed(test.page), image.Pt(1000, 1300))
			ignore := []cmp.Option{cmpopts.IgnoreFields(Content{}, "Score"), cmpopts.IgnoreFields(Organizer{}, "Signature"), cmpopts.EquateEmpty()}
			if diff := cmp.Diff(test.want, got, ignore...); diff != "" {
				t.Error(diff)
			}
			if isCover := got.Score > .5; isCover != (len(test.want.Organizers) > 0 || name == "the purpose ends where the oath begins") {
				t.Errorf("score %.2f", got.Score)
			}
			for _, o := range got.Organizers {
				if o.Signature.Empty() {
					t.Errorf("%s has no place to sign", o.Name)
				}
			}
		})
	}
}

func TestSignaturePlaces(t *testing.T) {
	page := `
		Designated Organizers
		Name: Ada Abbott                  Name: Ben Baker
		Address: 12 Main St, Albany       Address: 9 Oak Ave, Boise
		Signature: _________              Signature: _________

		`
	got := Read(typed(page), image.Pt(1000, 1300))
	var places []image.Rectangle
	for _, o := range got.Organizers {
		places = append(places, o.Signature)
	}
	label := typedLine(4, "Signature:                        Signature:")
	for i, place := range places {
		at := label.Words[i].Box
		if place.Min.X < at.Max.X || place.Min.Y > at.Min.Y || place.Max.Y < at.Max.Y {
			t.Errorf("organizer %d signs at %v, the label is at %v", i+1, place, at)
		}
		if address := typedLine(3, "Address").Words[0].Box; place.Min.Y < address.Max.Y {
			t.Errorf("organizer %d: %v holds the address above it, %v", i+1, place, address)
		}
	}
	if len(places) != 2 || places[0].Overlaps(places[1]) || places[0].Max.X > label.Words[1].Box.Min.X {
		t.Errorf("places to sign %v", places)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Purpose: To be quiet.\n\nName: Ada  Signature:", 1000, 1300)
	f.Add("Organizers\nName  Address  Signature\nA  B\n  C", 10, 10)
	f.Add("1. a\n(2) :\n;\nto:", -1, 0)
	f.Fuzz(func(t *testing.T, page string, w, h int) {
		size := image.Pt(w, h)
		for _, o := range Read(typed(page), size).Organizers {
			if !o.Signature.Empty() && !o.Signature.In(image.Rectangle{Max: size}) {
				t.Errorf("place to sign %v is not on a page of %v", o.Signature, size)
			}
		}
	})
}

// typed sets a text in letters 10 pixels wide and 20 high, 30 pixels a line.
func typed(page string) []Line {
	var lines []Line
	for i, text := range strings.Split(page, "\n") {
		if l := typedLine(i, strings.TrimPrefix(text, "\t\t\t")); len(l.Words) > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

func typedLine(i int, text string) Line {
	var l Line
	text = strings.TrimLeft(text, "\t")
	for x := 0; x < len(text); {
		if text[x] == ' ' {
			x++
			continue
		}
		word, _, _ := strings.Cut(text[x:], " ")
		l.Words = append(l.Words, Word{word, image.Rect(50+x*10, 50+i*30, 50+(x+len(word))*10, 70+i*30)})
		x += len(word)
	}
	return l
}

// readTSV reads words as Tesseract writes them.
func readTSV(t *testing.T, name string) []Line {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []Line
	last := ""
	for _, rec := range records[1:] {
		if id := strings.Join(rec[1:5], "."); id != last {
			lines = append(lines, Line{})
			last = id
		}
		var n [4]int
		for i := range n {
			if n[i], err = strconv.Atoi(rec[6+i]); err != nil {
				t.Fatal(err)
			}
		}
		l := &lines[len(lines)-1]
		l.Words = append(l.Words, Word{rec[11], image.Rect(n[0], n[1], n[0]+n[2], n[1]+n[3])})
	}
	return lines
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-update writes it anew): %s", name, diff)
	}
}

// errors counts the letters in which two texts differ (Levenshtein).
func errors(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func BenchmarkRead(b *testing.B) {
	page := typed("Petition: Seeds\nPurpose: To lend seeds.\nOrganizers\nName: Ada Abbott\nAddress: 12 Main St, Albany, NY 12201\nSignature: ____")
	b.ReportAllocs()
	for b.Loop() {
		Read(page, image.Pt(1000, 1300))
	}
}
