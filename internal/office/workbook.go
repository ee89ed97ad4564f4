package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/report/workbook"
	"countersign/verify"
)

// Workbook writes a report of a petition as it stands.
func (o *Office) Workbook(ctx context.Context, petitionID, kind string, out io.Writer) error {
	write := workbook.COO
	switch kind {
	case COOReport:
	case CouncilReport:
		write = workbook.Council
	default:
		return fmt.Errorf("there is no report %q: %w", kind, store.ErrNotFound)
	}
	r, err := o.petitionReport(ctx, petitionID)
	if err != nil {
		return err
	}
	if err := write(out, r); err != nil {
		return fmt.Errorf("write the report of petition %s: %w", petitionID, err)
	}
	return nil
}

// petitionReport is all that workbooks say of a petition as it stands.
func (o *Office) petitionReport(ctx context.Context, petitionID string) (report.Petition, error) {
	w, err := o.current(ctx, petitionID)
	if err != nil {
		return report.Petition{}, err
	}
	r, err := o.report(ctx, w)
	if err == nil {
		err = o.enrich(ctx, w, &r)
	}
	if err != nil {
		return report.Petition{}, fmt.Errorf("gather the report of petition %s: %w", petitionID,
			err)
	}
	if o.URL != "" {
		r.Links = lineLinks{o.URL, w}
	}
	return r, nil
}

// report gathers what the workbooks say of a petition.
func (o *Office) report(ctx context.Context, w *counted) (report.Petition, error) {
	people, err := o.people(ctx)
	if err != nil {
		return report.Petition{}, err
	}
	r := w.cover.Petition
	r.ID, r.Title = w.petition.ID, w.petition.Title
	r.Decisions = make([]verify.Decision, len(w.decisions))
	for i, d := range w.decisions {
		r.Decisions[i] = *d
		r.Decisions[i].By = people.names(d.By)
	}
	r.Tally, r.Rules, r.Made, r.Program = w.tally, w.rules, o.now(), o.Program
	r.Pictures = linePictures{ctx, o, w}
	open, err := o.openByPage(ctx, w, people)
	if err != nil {
		return report.Petition{}, err
	}
	r.Files, r.Findings, r.Quality = w.files(open), w.log(people), w.quality()
	seeds, err := o.seeds(ctx, w.petition.ID, people)
	if err != nil {
		return report.Petition{}, err
	}
	if len(seeds) > 0 && r.Quality == nil {
		r.Quality = &report.Quality{}
	}
	if r.Quality != nil {
		r.Quality.Seeds = seeds
	}
	s, err := o.Store.Snapshot(ctx, w.petition.SnapshotID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return report.Petition{}, err
	}
	r.Members = report.Snapshot{Name: s.Name, SHA256: s.SHA256, Rows: s.Rows, Members: s.Members,
		AsOf: s.AsOf, Findings: s.Remarks}
	return r, nil
}

// people are the accounts, for their names.
type people map[string]store.Account

func (o *Office) people(ctx context.Context) (people, error) {
	accounts, err := o.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := people{}
	for _, a := range accounts {
		out[a.ID] = a
	}
	return out, nil
}

// name is what colleagues call an account.
func (p people) name(id string) string {
	a, ok := p[id]
	switch {
	case !ok:
		return "account " + id
	case strings.TrimSpace(a.Name) != "":
		return a.Name
	}
	return a.Email
}

func (p people) names(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, p.name(id))
	}
	return out
}

// files are the uploads as the workbooks list them, with the open points of their pages.
func (w *counted) files(open map[string][]report.OpenPoint) []report.File {
	rows := map[string]int{}
	for _, l := range w.lines {
		rows[l.PageID]++
	}
	var out []report.File
	at := map[string]int{}
	for _, u := range w.uploads {
		f := report.File{Name: w.names[u.ID], SHA256: u.SHA256, Error: u.Error}
		if u.Excluded {
			f.Error = "Excluded: none of its lines counts."
		}
		at[u.ID] = len(out)
		out = append(out, f)
	}
	for _, p := range w.pages {
		f := &out[at[p.UploadID]]
		page := report.Page{Number: p.Number, Kind: extract.Kind(p.Kind), Rotation: p.Rotation,
			Source: p.Source, Rows: rows[p.ID], Error: p.Error, Notes: p.Notes, Form: formHere(p),
			Open: open[p.ID]}
		switch {
		case p.Excluded:
			page.Error = "Excluded: none of its lines counts."
		case p.ReadAt.IsZero() && p.Error == "":
			page.Error = "Not read yet."
		}
		f.Pages = append(f.Pages, page)
	}
	return out
}

// log is what people found, in the order in which they did.
func (w *counted) log(p people) []report.Finding {
	var out []report.Finding
	for _, f := range w.findings {
		i, ok := w.at[f.LineID]
		if !ok {
			continue
		}
		out = append(out, report.Finding{Line: w.lines[i].ref, At: f.At, By: p.name(f.By),
			Found: f.Kind, MemberID: f.MemberID,
			Note: logNote(f), Undone: takenBack(w.found[i], f.ID)})
	}
	return w.withRepairs(out, p)
}

// withRepairs adds what people put right on pages, each in its place in time.
func (w *counted) withRepairs(log []report.Finding, p people) []report.Finding {
	number := map[string]int{}
	for _, page := range w.pages {
		number[page.ID] = page.Number
	}
	for _, r := range w.repairs {
		log = append(log, report.Finding{Line: verify.Ref{File: w.names[r.UploadID],
			Page: number[r.PageID]}, At: r.At, By: p.name(r.By),
			Found: RepairWord(r.Kind), Note: r.Note, Undone: !r.UndoneAt.IsZero()})
	}
	slices.SortStableFunc(log, func(a, b report.Finding) int { return a.At.Compare(b.At) })
	return log
}

// logNote is the note of a finding, with what a correction says.
func logNote(f store.Finding) string {
	parts := []string{}
	if f.Note != "" {
		parts = append(parts, f.Note)
	}
	for _, field := range report.Fields() {
		if text, ok := f.Fields[string(field.Key)]; ok {
			parts = append(parts, fmt.Sprintf("%s: %q", field.Label, text))
		}
	}
	if f.Kind == string(verify.NobodyFits) && f.Searches > 0 {
		parts = append(parts, fmt.Sprintf("after %d different searches", f.Searches))
	}
	return strings.Join(parts, "; ")
}

// linePictures gives the pictures of a petition's lines, one at a time.
type linePictures struct {
	ctx    context.Context
	office *Office
	*counted
}

// Picture is the JPEG of a line, nil if there is none.
func (p linePictures) Picture(ref verify.Ref) ([]byte, error) {
	i, ok := p.refs[ref]
	if !ok || p.lines[i].Picture == "" {
		return nil, nil
	}
	return p.office.blob(p.ctx, p.lines[i].Picture)
}
