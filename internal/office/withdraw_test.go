package office

import (
	"errors"
	"strings"
	"testing"

	"countersign/internal/store"
)

// An export without a status, or with few of the members, stops with a question; taken in all
// the same and then withdrawn, it leaves no petition worse than before.
func TestExportThatDoesHarm(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	const head = "ID,First Name,Last Name,City,State,Status\n"
	members := ""
	for _, m := range []string{"0482913,Elizabeth,Persechino", "0482914,Otis,Vandermeer",
		"0482915,Priya,Raman", "0482916,Cora,Whitfield", "0482917,Silas,Thornton"} {
		members += m + ",Durham,NC,Active\n"
	}
	good := o.snapshot([]byte(head + members))
	o.petition("p", "", good.ID, readSample(t))
	o.petition("q", "", good.ID, readSample(t)[:1])
	bad := strings.ReplaceAll(strings.Join(strings.Split(members, "\n")[:3], "\n"), ",Active", "") +
		"\n"
	blob := o.keep([]byte("ID,First Name,Last Name,City,State\n" + bad))
	p, err := o.Preview(ctx, blob, "short.csv", ImportOptions{})
	if err != nil || len(p.Questions) != 3 {
		t.Errorf("%v: asked are %q", err, p.Questions)
	}
	worse := map[string]bool{}
	for _, f := range p.Beside {
		worse[f.Name] = f.Worse
	}
	if !worse["Members"] || !worse["In good standing"] || !worse["Column for Status"] {
		t.Errorf("beside the export in use: %+v", p.Beside)
	}
	var no *Refusal
	if _, err := o.Import(ctx, blob, "short.csv", ImportOptions{}, "ann"); !errors.As(err, &no) ||
		!strings.Contains(no.Text, "left out on purpose?") {
		t.Errorf("taken in without an answer: %v", err)
	}
	short, err := o.Import(ctx, blob, "short.csv", ImportOptions{AcceptLosses: true}, "ann")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := o.UseExport(ctx, Everything(), short.ID, "ann"); err != nil || n != 2 {
		t.Fatalf("%d petitions use it, %v", n, err)
	}
	if s, err := o.UseExportBefore(ctx, "q", "ann"); err != nil || s.ID != good.ID {
		t.Errorf("one goes back to %s, %v", s.ID, err)
	}
	if n, err := o.WithdrawExport(ctx, Everything(), short.ID, "ann"); err != nil || n != 1 {
		t.Errorf("%d go back, %v", n, err)
	}
	for _, id := range []string{"p", "q"} {
		if p, err := o.Store.Petition(ctx, id); err != nil || p.SnapshotID != good.ID {
			t.Errorf("%s is verified against %q, %v", id, p.SnapshotID, err)
		}
	}
	if now, err := o.Store.CurrentSnapshot(ctx); err != nil || now.ID != good.ID {
		t.Errorf("the export in use is %s, %v", now.ID, err)
	}
	if _, err := o.ReadTerms(ctx, store.Petition{}, Terms{Title: "A", Received: "2026-11-01",
		Snapshot: short.ID}); !errors.As(err, &no) {
		t.Errorf("a withdrawn export can be chosen: %v", err)
	}
	if err := o.RestoreExport(ctx, short.ID, "ann"); err != nil {
		t.Error(err)
	}
	if now, err := o.Store.CurrentSnapshot(ctx); err != nil || now.ID != short.ID {
		t.Errorf("used again, the export in use is %s, %v", now.ID, err)
	}
}

// A column that a person leaves unused stays so, whatever its heading says.
func TestColumnLeftUnused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	blob := o.keep([]byte("ID,First Name,Last Name,Status\n1,Ann,Lee,Active\n2,Bo,Im,Active\n"))
	p, err := o.Preview(t.Context(), blob, "m.csv", ImportOptions{Map: map[string]string{
		"unused": "Status"}})
	if err != nil || p.Columns[3].Meaning != "" || p.Columns[1].Meaning != "first" {
		t.Errorf("%v: %+v", err, p.Columns)
	}
}
