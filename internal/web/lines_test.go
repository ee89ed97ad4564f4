package web

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/extract"
	"countersign/internal/office"
	"countersign/internal/office/exports"
	"countersign/internal/office/kept"
	"countersign/internal/store"
	"countersign/verify"
)

// The lines of a petition are found by preset, word and file, on the page and one after
// another; another petition's are among all.
func TestLinesTable(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	c := sv.client("verifier")
	at := "/petitions/" + p.ID + "/lines"
	for query, want := range map[string]string{
		"":                          "1 to 24 of 24",
		"?preset=automatic-valid":   "1 to 14 of 14 found, 24 in all",
		"?preset=automatic-invalid": "1 to 4 of 4 found, 24 in all",
		"?preset=not-found":         "None of 24 fits",
		"?q=moreau+yvette":          "1 to 1 of 1 found, 24 in all",
		"?q=Mailed&verdict=valid":   " found, 24 in all",
		"?from=20&sort=-name":       "21 to 24 of 24",
		"?from=99&sort=nonsense":    "1 to 24 of 24",
	} {
		if body := c.get(at+query).want(t, 200).body; !strings.Contains(body, want) {
			t.Errorf("%q does not say %q", query, want)
		}
	}
	names := func(sort string) (out []string) {
		page := must(sv.Office.Table(t.Context(), office.Everything(),
			office.TableQuery{Petition: p.ID, Sort: sort, Limit: 100}))
		for _, l := range page.Lines {
			out = append(out, l.Name)
		}
		return out
	}
	if up := names("name"); !slices.IsSorted(up) || len(up) != 24 || up[0] != names("-name")[23] {
		t.Errorf("sorted by name: %q", up)
	}
	if body := c.get("/lines?preset=uncertain").want(t, 200).body; !strings.Contains(body,
		"1 to 6 of 6 found") || !strings.Contains(body, p.Title) {
		t.Error("the lines of all petitions are not there")
	}
	line := *must(sv.Office.Case(t.Context(), p.ID)).Line(0)
	_, err := sv.Store.AddFinding(t.Context(), store.Finding{LineID: line.ID, By: "account-chair",
		Chair: true, Kind: "struck"})
	check0(t, err)
	if body := c.get(at+"?preset=struck").want(t, 200).body; !strings.Contains(body,
		"1 to 1 of 1 found") || !strings.Contains(body, "by a person") {
		t.Error("what was decided since is not in the table")
	}
}

// BenchmarkLinesTable asks for the table of a petition of 100,000 lines over HTTP: the first
// page, a preset with a word, and all sorted by name; and the first page after a line was decided.
func BenchmarkLinesTable(b *testing.B) {
	const pages, rows = 2000, 50
	sv, p := newBench(b, pages, rows, "threshold: 50000")
	c := sv.client("verifier")
	at := "/petitions/" + p.ID + "/lines"
	took := func(path string) float64 {
		began := time.Now()
		c.get(path)
		return float64(time.Since(began).Milliseconds())
	}
	b.ReportMetric(took(at), "ms/cold")
	median := func(path string) float64 {
		var all []float64
		for range 9 {
			all = append(all, took(path))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	b.ReportMetric(median(at), "ms/first-page")
	b.ReportMetric(median(at+"?preset=automatic-valid&q=esther+amk"), "ms/filter")
	b.ReportMetric(median(at+"?sort=name&from=60000"), "ms/sorted")
	_, err := sv.Store.AddFinding(b.Context(),
		store.Finding{LineID: store.LineID(store.PageID(must(sv.Store.Uploads(b.Context(),
			p.ID))[0].ID, 3), 7), By: "account-chair", Chair: true, Kind: "struck"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(took(at), "ms/first-page-after-a-finding")
	b.ReportMetric(0, "ns/op")
}

// newBench is a service with a petition of many lines, of 5,000 members who all signed often.
func newBench(b *testing.B, pages, rows int, rules string) (*service, store.Petition) {
	b.Helper()
	sv := newService(b)
	ctx := b.Context()
	const members = 5000
	var export bytes.Buffer
	export.WriteString("ID,First Name,Last Name,City,State,Status\n")
	person := func(i int) (given, family, number string) {
		given, _, _ = strings.Cut(signers[i%len(signers)], " ")
		return given, fmt.Sprintf("%c%s", 'A'+i%26, strings.ToLower(strconv.FormatInt(int64(i)*7919+
			1e6, 26))), fmt.Sprintf("04%05d", i)
	}
	for i := range members {
		given, family, number := person(i)
		fmt.Fprintf(&export, "%s,%s,%s,Durham,NC,Active\n", number, given, family)
	}
	snap := sv.export(export.Bytes())
	p := must(sv.Store.AddPetition(ctx, store.Petition{Title: "Many", State: "draft", Rules: rules,
		SnapshotID: snap.ID, ReceivedOn: time.Now()}))
	matcher := must(exports.NewRolls(sv.Store, sv.Blobs, nil).Matcher(ctx, snap.ID))
	u := must(sv.Store.AddUpload(ctx, store.Upload{PetitionID: p.ID, SHA256: strings.Repeat("b",
		64), Name: "Many sheets.pdf", Size: 1}))
	list := make([]store.Page, pages)
	for i := range list {
		list[i] = store.Page{ID: store.PageID(u.ID, i+1), Number: i + 1}
	}
	check0(b, sv.Store.OpenedUpload(ctx, u.ID, list, ""))
	var strips []string
	for i := range 20 {
		strips = append(strips, sv.picture(870, 90, i))
	}
	var stored, matches [][]byte
	for i := range members {
		given, family, number := person(i)
		r := extract.Row{Number: 1, Signed: extract.SignedYes,
			Fields: map[extract.Field]extract.Reading{
				extract.Name:     {Text: given + " " + family, Confidence: .93},
				extract.MemberID: {Text: number, Confidence: .88}}}
		stored = append(stored, must(kept.EncodeRow(r)))
		matches = append(matches, must(kept.EncodeMatch(matcher.Match(verify.Line{Row: r}))))
	}
	for i, pg := range list {
		lines, found := make([]store.Line, rows), map[string][]byte{}
		for n := range lines {
			which := (i*rows + n) % members
			lines[n] = store.Line{Number: n + 1, Box: [4]float64{.1, .1, .9, .2},
				Row:     stored[which],
				Picture: strips[which%len(strips)]}
			found[store.LineID(pg.ID, n+1)] = matches[which]
		}
		pg.Kind = "signers"
		check0(b, sv.Store.ReadPage(ctx, pg, lines))
		check0(b, sv.Store.MatchLines(ctx, pg.ID, snap.ID, found))
	}
	return sv, p
}
