package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/internal/office"
	"countersign/internal/store"
)

// reviewDesk is a desk for the review's tests: the lines of the sample
// petition as they were read and matched, and findings laid over them by the
// simplest rules there are. It works, for any number of lines.
type reviewDesk struct {
	Desk     // what no review asks for
	store    *store.Store
	required int
	second   bool            // every finding wants a second pair of eyes
	unlooked bool            // no undecided line was compared with the membership export yet
	again    map[string]bool // ids of decided lines to look at once more

	mu      sync.Mutex
	members []office.Member
	lines   []office.Line
	at      map[string]int // lines by id
	kase    *office.Case
}

// sample is the petition in testdata, matched.
type sample struct {
	Members []struct {
		ID, Given, Middle, Family, Institution, Street, City, State, ZIP, Email, Status string
	}
	Lines []struct {
		Page, Row                              int
		Box                                    [4]float64
		Signed                                 string
		Struck                                 bool
		Verdict, Reason, Because, Member, Look string
		Probability                            float64
		Fields                                 []struct {
			Key, Text  string
			Confidence float64
		}
		Candidates []struct {
			Member      string
			Probability float64
			Because     []string
		}
	}
}

func readSample(t testing.TB) sample {
	t.Helper()
	data, err := os.ReadFile("testdata/review.json")
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// samplePages are the pages of the sample petition: its PDF holds them as JPEG.
func samplePages(t testing.TB) []image.Image {
	t.Helper()
	pdf, err := os.ReadFile("../../testdata/sample/petition.pdf")
	if err != nil {
		t.Fatal(err)
	}
	var out []image.Image
	for _, stream := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		if bytes.HasPrefix(stream, []byte("\xff\xd8\xff")) {
			page, err := jpeg.Decode(bytes.NewReader(stream))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, page)
		}
	}
	if len(out) != 3 {
		t.Fatalf("the sample petition has %d pages as JPEG, want 3", len(out))
	}
	return out
}

var fieldLabels = map[string]string{"name": "Name", "member_id": "Member number", "date": "Date"}

// fill makes the desk's lines from the sample, again and again until there
// are enough; the ids of lines come from the store.
func (d *reviewDesk) fill(s sample, lines []store.Line) {
	byID := map[string]office.Member{}
	for _, m := range s.Members {
		name := strings.Join(strings.Fields(m.Given+" "+m.Middle+" "+m.Family), " ")
		byID[m.ID] = office.Member{ID: m.ID, Name: name, Given: m.Given, Family: m.Family, Institution: m.Institution, Street: m.Street, City: m.City, State: m.State, ZIP: m.ZIP, Email: m.Email,
			Standing: "status is " + m.Status, Good: m.Status == "Active" || m.Status == "Grace"}
		d.members = append(d.members, byID[m.ID])
	}
	d.at = map[string]int{}
	for i, sl := range lines {
		of := s.Lines[i%len(s.Lines)]
		l := office.Line{ID: sl.ID, UploadID: sl.UploadID, PageID: sl.PageID, File: "petition.pdf", Page: sl.Page, Number: sl.Number, Box: of.Box, Picture: sl.Picture, Signed: of.Signed, Struck: of.Struck,
			Verdict: of.Verdict, Reason: of.Reason, ReasonWord: strings.ReplaceAll(of.Reason, "-", " "), Because: of.Because, MemberID: of.Member, Probability: of.Probability, Look: of.Look, Decided: "program"}
		for _, f := range of.Fields {
			l.Fields = append(l.Fields, office.Field{Key: f.Key, Label: fieldLabels[f.Key], Text: f.Text, Confidence: f.Confidence})
		}
		for _, c := range of.Candidates {
			l.Candidates = append(l.Candidates, office.Candidate{Member: byID[c.Member], Probability: c.Probability, Because: c.Because})
		}
		d.at[l.ID] = len(d.lines)
		d.lines = append(d.lines, l)
	}
}

func (d *reviewDesk) Case(ctx context.Context, petitionID string) (*office.Case, error) {
	version, err := d.store.Version(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kase != nil && d.kase.Version == version {
		return d.kase, nil
	}
	found, err := d.store.Findings(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	c := &office.Case{PetitionID: petitionID, Version: version, Lines: slices.Clone(d.lines)}
	for _, f := range found {
		l := &c.Lines[d.at[f.LineID]]
		if f.Kind == "undo" {
			for i := range l.Rulings {
				l.Rulings[i].Undone = l.Rulings[i].Undone || l.Rulings[i].FindingID == f.Undoes
			}
		}
		l.Rulings = append(l.Rulings, office.Ruling{FindingID: f.ID, By: f.By, At: f.At, Kind: f.Kind, MemberID: f.MemberID, Note: f.Note, Fields: f.Fields, Undoes: f.Undoes})
	}
	for i := range c.Lines {
		d.settle(&c.Lines[i])
	}
	d.count(c)
	if d.unlooked {
		for i := range c.Lines {
			if c.Lines[i].Verdict == "uncertain" {
				c.Lines[i].Needs = "match"
			}
		}
		c.Count.Next, c.Count.Needs = nil, map[string]int{"match": c.Count.Uncertain}
	}
	for i, l := range c.Lines {
		if d.again[l.ID] && !slices.ContainsFunc(l.Rulings, func(r office.Ruling) bool {
			return !r.Undone && strings.HasPrefix(r.Kind, "again:") && r.Kind != "again:correct"
		}) {
			l.Verdict, l.Reason, l.Look, l.Because, l.Asked = "uncertain", "ambiguous", "confirm", "One member fits (99.9 %), but not surely enough to decide without a person.", "again"
			c.Blind = append(c.Blind, office.BlindLine{At: i, Line: l})
		}
	}
	d.kase = c
	return c, nil
}

// settle lays what people found over a line.
func (d *reviewDesk) settle(l *office.Line) {
	var words []office.Ruling
	for _, r := range l.Rulings {
		switch {
		case r.Undone || r.Kind == "undo" || strings.Contains(r.Kind, ":"):
		case r.Kind == "correct":
			d.correct(l, r.Fields)
		default:
			words = append(words, r)
		}
	}
	l.Findings = len(words)
	if len(words) == 0 {
		return
	}
	last := words[len(words)-1]
	same := 0
	for _, w := range words {
		if w.Kind == last.Kind && w.MemberID == last.MemberID {
			same++
		}
	}
	l.Verdict = "uncertain"
	switch {
	case last.Kind == "flag":
		l.Needs, l.Note = "chair", last.Note
		return
	case d.second && same < 2 && len(words) == 1:
		l.Needs = "second"
		return
	case d.second && same < 2:
		l.Needs = "third"
		return
	}
	l.Decided, l.By, l.At, l.Note, l.Look = "person", []string{last.By}, last.At, last.Note, ""
	l.Verdict, l.Reason, l.MemberID = "invalid", last.Kind, last.MemberID
	if last.Kind == "nobody" {
		l.Reason = "not-found"
	}
	if last.Kind == "accept" || last.Kind == "override" {
		l.Verdict, l.Reason = "valid", "member"
	}
	l.ReasonWord = strings.ReplaceAll(l.Reason, "-", " ")
}

// correct takes the corrected name to be that of the member who bears it.
func (d *reviewDesk) correct(l *office.Line, fields map[string]string) {
	l.Fields = slices.Clone(l.Fields)
	for i, f := range l.Fields {
		if text, ok := fields[f.Key]; ok {
			l.Fields[i].Text, l.Fields[i].Confidence, l.Fields[i].Corrected = text, 1, true
		}
	}
	for _, m := range d.members {
		if strings.EqualFold(m.Given+" "+m.Family, fields["name"]) {
			l.Candidates = []office.Candidate{{Member: m, Probability: 0.97, Because: []string{"name: equal"}}}
			l.Look, l.Reason, l.Because = "confirm", "ambiguous", "One member fits (97.0 %), but not surely enough to decide without a person."
		}
	}
}

func (d *reviewDesk) count(c *office.Case) {
	n := office.Count{Required: d.required, Rows: len(c.Lines)}
	for i, l := range c.Lines {
		switch l.Verdict {
		case "valid":
			n.Valid++
		case "invalid":
			n.Invalid++
		default:
			n.Uncertain++
			n.Next = append(n.Next, i)
		}
		if l.Decided == "person" {
			n.ByPerson++
		}
	}
	seconds := map[string]int{"confirm": 3, "choose": 10, "search": 40, "unreadable": 60}
	slices.SortStableFunc(n.Next, func(a, b int) int { return cmp.Compare(seconds[c.Lines[a].Look], seconds[c.Lines[b].Look]) })
	n.Guaranteed, n.Possible, n.Enough = n.Valid, n.Valid+n.Uncertain, 0.8
	n.Certain = n.Guaranteed >= n.Required || n.Possible < n.Required
	n.Outcome = fmt.Sprintf("%d of %d required", n.Valid, n.Required)
	c.Count = n
}

func (d *reviewDesk) Refuse(_ context.Context, f store.Finding) error {
	known := slices.ContainsFunc(d.members, func(m office.Member) bool { return m.ID == f.MemberID })
	if f.Kind == "accept" && !known {
		return &office.FindingError{Text: "this member is not on the membership export: choose one that is"}
	}
	if (f.Kind == "flag" || f.Kind == "override") && f.Note == "" {
		return &office.FindingError{Text: "a note is needed"}
	}
	return nil
}

// Search finds members who have all words of the query somewhere.
func (d *reviewDesk) Search(_ context.Context, _, query string, limit int) ([]office.Member, error) {
	var out []office.Member
	for _, m := range d.members {
		all := strings.ToLower(strings.Join([]string{m.ID, m.Name, m.Email, m.City}, " "))
		fits := true
		for _, word := range strings.Fields(strings.ToLower(query)) {
			fits = fits && strings.Contains(all, word)
		}
		if fits && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

func (d *reviewDesk) Member(_ context.Context, _, id string) (office.Member, error) {
	for _, m := range d.members {
		if m.ID == id {
			return m, nil
		}
	}
	return office.Member{}, store.ErrNotFound
}

// cut is the part of a page that a line takes, with a little around it, as
// wide as the program keeps it.
func cut(page image.Image, box [4]float64) image.Image {
	b := page.Bounds()
	at := func(share float64, size int) int { return int(min(max(share, 0), 1) * float64(size)) }
	r := image.Rect(at(box[0]-0.005, b.Dx()), at(box[1]-0.004, b.Dy()), at(box[2]+0.005, b.Dx()), at(box[3]+0.004, b.Dy()))
	return smaller(page.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(r), 1300)
}

func encodeJPEG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
