package office

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/internal/store"
)

// A certified count is read as it was written, by this version and by earlier ones; what holds
// no count is an error, so that a purge that compares with it stops.
func TestCertifiedCount(t *testing.T) {
	t.Parallel()
	count := Count{Rows: 40, Valid: 29, Invalid: 3, Uncertain: 8, Required: 20, Guaranteed: 29,
		Possible: 37, Certain: true, Outcome: "29 of 20 required", ByReason: map[string]int{
			"lapsed": 2}}
	data, err := EncodeCertified(count)
	if err != nil {
		t.Fatal(err)
	}
	want, err := DecodeCertified(data)
	if err != nil || want.Version != certifiedVersion || want.Rows != 40 ||
		want.ByReason["lapsed"] != 2 {
		t.Errorf("%+v, %v", want, err)
	}
	earlier := `{"Rows":40,"Valid":29,"Invalid":3,"Uncertain":8,"Required":20,"Guaranteed":29,"Possible":37,"Expected":31.5,"Enough":1,"Certain":true,"Outcome":"29 of 20 required","ByReason":{"lapsed":2},"Doubts":{},"Needs":{},"ByPerson":0,"Checked":0,"Next":null}`
	got, err := DecodeCertified([]byte(earlier))
	want.Version = 0
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if !agrees(data, count) || !agrees([]byte(earlier), count) {
		t.Error("a count does not agree with its own certificate")
	}
	for _, none := range []string{`{}`, `{"valid":0}`, `{"version":2,"rows":0}`, `null`, ``} {
		if _, err := DecodeCertified([]byte(none)); err == nil {
			t.Errorf("%q holds a count", none)
		}
		if agrees([]byte(none), Count{}) {
			t.Errorf("%q agrees with no lines at all", none)
		}
	}
}

// A count is certified as it was confirmed: not while a file is unreadable, not before the
// packet was handed in, and not another one than was looked at. What moves it afterwards is
// said with both figures.
func TestCertifyAsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	o.petition("p", "threshold: 1\n", s.ID, readSample(t))
	ctx, cho := t.Context(), must(t)(o.Store.Account(t.Context(), "cho"))
	refused := func(yes Confirmation, want string) {
		t.Helper()
		_, _, err := o.Certify(ctx, "p", yes, cho)
		var no *Refusal
		if !errors.As(err, &no) || !strings.Contains(no.Text, want) {
			t.Errorf("%+v: %v, want %q", yes, err, want)
		}
	}
	statement := func() Statement {
		t.Helper()
		st, err := o.Statement(ctx, "p")
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	locked, _, err := o.AddFile(ctx, "p", "locked.pdf", "ann", strings.NewReader("locked"))
	if err == nil {
		err = o.Store.OpenedUpload(ctx, locked.ID, nil, "locked.pdf is protected by a password.")
	}
	if err != nil {
		t.Fatal(err)
	}
	if st := statement(); st.Unread != 1 || len(st.Hinders) != 1 {
		t.Errorf("with an unreadable file: %d unread, %q", st.Unread, st.Hinders)
	}
	refused(Confirmation{HandIn: true}, "cannot be read")
	before := statement().Seen
	if _, err := o.Exclude(ctx, locked.ID, true, "ann"); err != nil {
		t.Fatal(err)
	}
	refused(Confirmation{Seen: before, HandIn: true}, "changed since you looked")
	seen := statement()
	refused(Confirmation{Seen: seen.Seen}, "not handed in")
	tally, stays, err := o.Certify(ctx, "p", Confirmation{Seen: seen.Seen, HandIn: true}, cho)
	if err != nil || stays == "" {
		t.Fatalf("%v, stays %q", err, stays)
	}
	if p, err := o.Store.Petition(ctx, "p"); err != nil || p.State != "submitted" {
		t.Errorf("it is %s, %v", p.State, err)
	}
	kept, err := DecodeCertified(tally.Counts)
	if err != nil || kept.Excluded != 1 || kept.Export.Name != "members.csv" ||
		kept.Valid != seen.Valid || kept.Title != "A petition" {
		t.Errorf("kept: %+v, %v", kept, err)
	}
	if m, err := o.Moved(ctx, "p"); err != nil || m != nil {
		t.Errorf("moved at once: %+v, %v", m, err)
	}
	var pdf bytes.Buffer
	if name, err := o.CertificatePDF(ctx, "p", tally.ID, &pdf); err != nil ||
		name != "certificate-2026-11-20.pdf" || bytes.Count(pdf.Bytes(),
		[]byte("/Type /Page\n")) != 1 {
		t.Errorf("%s: %v, %d pages", name, err, bytes.Count(pdf.Bytes(), []byte("/Type /Page\n")))
	}

	line, member := undecided(t, o.look("p"))
	o.find(store.Finding{LineID: line.ID, By: "bob", Kind: "accept", MemberID: member.ID})
	m, err := o.Moved(ctx, "p")
	if err != nil || m == nil {
		t.Fatalf("a line was decided since, and nothing moved: %v", err)
	}
	want := []Figure{{"valid", seen.Valid, seen.Valid + 1}, {"uncertain", seen.Uncertain,
		seen.Uncertain - 1}}
	if diff := cmp.Diff(want, m.Verdicts); diff != "" || !slices.Equal(m.What,
		[]string{"A person found something of a line."}) {
		t.Errorf("%s, %q", diff, m.What)
	}
	refused(Confirmation{}, "Say why")
}

// A count that was certified stays what it was, also where a rule asks for standing on the day
// of verification and the membership of a signer runs out later.
func TestCertifiedStaysAsOfItsDay(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	o := r.office
	s := o.snapshot([]byte("ID,First Name,Last Name,City,State,Paid Thru\n" +
		"0482913,Elizabeth,Persechino,Durham,NC,2026-12-31\n"))
	row := extract.Row{Number: 1, Signed: extract.SignedYes,
		Fields: map[extract.Field]extract.Reading{
			extract.Name:     {Text: "Elizabeth Persechino", Confidence: 1, Engine: "text"},
			extract.MemberID: {Text: "0482913", Confidence: 1, Engine: "text"}}}
	for _, id := range []string{"p", "other"} {
		o.petition(id, "threshold: 1\nstanding-as-of: verified\n", s.ID,
			[]extract.Sheet{{Kind: extract.Signers, Rows: []extract.Row{row}}})
		if c := o.look(id); c.Count.Valid != 1 {
			t.Fatalf("%+v", c.Count)
		}
	}
	if _, _, err := o.Certify(t.Context(), "p", Confirmation{HandIn: true},
		chairOf(r)); err != nil {
		t.Fatal(err)
	}
	o.now = day("2027-02-01")
	if c := o.look("p"); c.Count.Valid != 1 {
		t.Errorf("certified in November, in February %d are valid", c.Count.Valid)
	}
	if c := o.look("other"); c.Count.Valid != 0 {
		t.Errorf("not certified, and the member lapsed: %d are valid", c.Count.Valid)
	}
}
