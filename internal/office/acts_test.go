package office

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/extract"
	"countersign/internal/fixtures"
	"countersign/internal/store"
)

// Every act fails at each row that it writes, and each time neither the change nor its entry
// in the log is there; then it succeeds, and both are.
func TestActsAreWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRegistryIn(t, dir)
	o, ctx := r.office, t.Context()
	const members = "ID,First Name,Last Name,City,State,Status\n" +
		"0482913,Elizabeth,Persechino,Durham,NC,Active\n0482914,Otis,Vandermeer,Durham,NC,Active\n"
	snapshot := o.snapshot([]byte(members))
	row := func(n int, name, number string) extract.Row {
		return extract.Row{Number: n, Box: extract.Box{.1, .1 * float64(n), .9, .1*float64(n) +
			.05}, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
			extract.Name: {Text: name, Confidence: 1}, extract.MemberID: {Text: number,
				Confidence: 1}}}
	}
	cover := extract.Cover{Group: "Seed Libraries", Purpose: "Lending seeds",
		Organizers: []extract.Organizer{{Name: "Ana Ruiz", Address: "1 Elm St",
			Signed: extract.SignedYes}}}
	form := extract.KnownForm{Name: "Nomination paper", Columns: []extract.Column{
		{Heading: "Printed name", Fields: []extract.Field{extract.Name}},
		{Heading: "Signature", Fields: []extract.Field{extract.Signature}}}}
	sheet := extract.Sheet{Kind: extract.Signers, Columns: form.Columns, Rows: []extract.Row{
		row(1, "Elizabeth Persechino", "0482913"), row(2, "Somebody Else", "")}}
	o.petition("p", "threshold: 1\n", snapshot.ID, []extract.Sheet{{Kind: extract.CoverOf,
		Cover: cover}, sheet})
	pages, err := o.Store.Pages(ctx, "p")
	r.must(err)
	open := pages[1]
	open.Open = []store.OpenPoint{{Kind: string(extract.WritingOutside),
		Text: "Handwriting below the table was not filed as a line.", Box: extract.Box{.1, .9, .4,
			.95}}}
	sheet.Notes = append(sheet.Notes, "read anew")
	o.readPage(open, sheet)
	o.match(snapshot.ID, open.ID, sheet)
	uploads, err := o.Store.Uploads(ctx, "p")
	r.must(err)
	r.must(o.Store.SetSetting(ctx, "conferences",
		`[{"name":"Annual","from":"2026-12-20T00:00:00Z","to":"2026-12-21T00:00:00Z"}]`, "ann"))
	second, err := o.Store.AddPetition(ctx, store.Petition{ID: "p2", Title: "Bookmobiles"})
	r.must(err)
	u2, err := o.Store.AddUpload(ctx, store.Upload{PetitionID: "p2",
		SHA256: o.keep([]byte("broken")), Name: "broken.pdf", By: "ann"})
	r.must(err)
	r.must(o.Store.Fail(ctx, store.Failure{UploadID: u2.ID, Stage: store.Ingest,
		Text: "broken.pdf could not be opened."}))
	blob := o.keep([]byte(members + "0482915,Priya,Raman,Durham,NC,Active\n"))
	_, err = o.Preview(ctx, blob, "again.csv", ImportOptions{})
	r.must(err)
	ann, cho := must(t)(o.Store.Account(ctx, "ann")), chairOf(r)

	faults := fixtures.NewFaults(t, filepath.Join(dir, "countersign.db"))
	stop := o.now // so that the act that is tried again is the same
	o.Office.now = func() time.Time { return stop }
	r.office.now = stop
	find := func(f Found) func() error {
		return func() error {
			rv, err := o.Review(ctx, "p", cho)
			if err != nil {
				return err
			}
			f.ID = cho.ID + "." + f.ID
			err = rv.Find(ctx, f)
			f.ID = strings.TrimPrefix(f.ID, cho.ID+".")
			return err
		}
	}
	step := func(kind string, words ...string) func() error {
		return func() error { return r.step("p", kind, stop.Format(time.DateOnly), words...) }
	}
	undo := func(petition, page string) func() error {
		return func() error {
			all, err := o.Repairs(ctx, petition, page)
			if err == nil {
				_, err = o.UndoRepair(ctx, all[0].ID, ann)
			}
			return err
		}
	}
	lines := linesOf(o.look("p"))
	points, err := o.OpenPoints(ctx, "p")
	r.must(err)
	var again store.Snapshot
	forms := got(extract.EncodeForms([]extract.KnownForm{form}))(t)
	formOf := func() string { return got(o.Forms(ctx))(t)[0].ID }
	for _, act := range []struct {
		entry string // of the log
		do    func() error
	}{
		{"petition.added", func() error {
			_, err := o.AddPetition(ctx, store.Petition{ID: "p3", Title: "Maps"}, "ann")
			return err
		}},
		{"petition.changed", func() error {
			after := second
			after.Title, after.SnapshotID = "Bookmobile Libraries", snapshot.ID
			return o.ChangePetition(ctx, second, after, "ann")
		}},
		{"petition.assigned", func() error { return o.Assign(ctx, "p2", "bob", true, "ann") }},
		{"petition.unassigned", func() error { return o.Assign(ctx, "p2", "bob", false, "ann") }},
		{"members.imported", func() (err error) {
			again, err = o.Import(ctx, blob, "again.csv", ImportOptions{}, "ann")
			return err
		}},
		{"members.withdrawn", func() error {
			_, err := o.WithdrawExport(ctx, Everything(), again.ID, "ann")
			return err
		}},
		{"upload.added", func() error {
			_, _, err := o.AddFile(ctx, "p3", "sheet.pdf", "ann",
				bytes.NewReader([]byte("%PDF-1.7")))
			return err
		}},
		{"upload.excluded", func() error {
			_, err := o.Exclude(ctx, uploads[0].ID, true, "ann")
			return err
		}},
		{"upload.included", func() error {
			_, err := o.Exclude(ctx, uploads[0].ID, false, "ann")
			return err
		}},
		{"failure.retried", func() error { return o.Retry(ctx, "p2", "", "ann") }},
		{"sheets.changed", func() error {
			set, err := o.SheetSet(ctx, "p3")
			if err != nil {
				return err
			}
			set.Purpose, set.Pages = "To read maps.", 4
			return o.SetSheets(ctx, "p3", set, "ann")
		}},
		{"finding.nobody", find(Found{ID: "finding1", Line: lines[1].ID, Kind: "nobody",
			Searched: []string{"somebody"}})},
		{"finding.undo", find(Found{ID: "finding2", Line: lines[1].ID, Kind: "undo",
			Undoes: cho.ID + ".finding1"})},
		{"finding.correct", find(Found{ID: "finding3", Line: lines[1].ID, Kind: "correct",
			Fields: map[string]string{"name": "Otis Vandermeer"}})},
		{"finding.accept", find(Found{ID: "finding4", Line: lines[1].ID, Kind: "accept",
			Member: "0482914"})},
		{"finding.correct", func() error {
			return o.CorrectLine(ctx, lines[0].ID, map[string]string{"name": "Bette Persechino"},
				ann)
		}},
		{"finding.undo", func() error {
			return o.UndoCorrection(ctx, lines[0].ID, o.look("p").Line(0).Correction().FindingID,
				ann)
		}},
		{"line.delete", func() error {
			return o.DropLine(ctx, lines[1].ID, "a printed example", ann)
		}},
		{"repair.undone", undo("p", pages[1].ID)},
		{"page.exclude", func() error { return o.ExcludePage(ctx, pages[1].ID, "a copy", ann) }},
		{"repair.undone", undo("p", pages[1].ID)},
		{"petition.cover", func() error {
			return o.CorrectCover(ctx, "p", CoverWords{Purpose: "Lending and swapping seeds",
				Organizers: []Organizer{{Name: "Ana Ruiz", Address: "1 Elm St", Signed: "yes"}}},
				ann)
		}},
		{"open.added", func() error {
			_, err := o.SettleOpen(ctx, points[0].ID, store.LineAdded, "", ann)
			return err
		}},
		{"form.imported", func() error {
			_, _, err := o.ImportForms(ctx, forms, ann)
			return err
		}},
		{"form.renamed", func() error { return o.RenameForm(ctx, formOf(), "Elections", ann) }},
		{"form.kept", func() error { return o.KeepForm(ctx, open.ID, "Seed list", ann) }},
		{"form.removed", func() error { return o.RemoveForm(ctx, formOf(), ann) }},
		{"letter.edited", func() error {
			return o.SetTemplate(ctx, "receipt", "Received\n\nThank you.", ann)
		}},
		{"petition.submit", step("submit")},
		{"petition.emails", step("emails", "emails", "ana@example.org")},
		{"petition.acknowledge", step("acknowledge", "copy", "Member Programs and Services")},
		{"tally.certified", func() error {
			_, stays, err := o.Certify(ctx, "p", Confirmation{}, cho)
			if err == nil && stays != "" {
				err = fmt.Errorf("the petition stays: %s", stays)
			}
			return err
		}},
		{"petition.schedule", step("schedule", "meeting", "December")},
		{"petition.approve", step("approve", "vote", "7 to 0", "rationale", "None is like it.",
			"overlap", "none")},
		{"group.contact", func() error {
			return o.AddToGroup(ctx, "p", NewStep{Kind: "contact",
				On: stop.Truncate(24 * time.Hour), Words: map[string]string{"contact": "Lee Park"}},
				cho)
		}},
	} {
		if act.entry == "tally.certified" {
			// the line that was added is looked up first, as the workers do
			added := sheet
			added.Rows = []extract.Row{row(3, "", "")}
			o.match(snapshot.ID, open.ID, added)
		}
		n := faults.Whole(act.entry, act.do)
		if n < 2 {
			t.Errorf("%s was tried with %d faults: a change and its entry are two rows at least",
				act.entry, n)
		}
		head, _, err := o.Store.AuditHead(ctx)
		r.must(err)
		entries, err := o.Store.Audit(ctx, head-1, 1)
		if err != nil || len(entries) != 1 || entries[0].Action != act.entry {
			t.Errorf("%s: the newest entry of the log is %+v, %v", act.entry, entries, err)
		}
	}
	if _, err := o.Store.VerifyAudit(ctx); err != nil {
		t.Error(err)
	}
}
