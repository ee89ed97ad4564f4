package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
)

// fakeDesk is a small working desk: rows are lines as pages show them, findings
// settle them in the plainest way, and a rule has only a threshold.
type fakeDesk struct {
	store  *store.Store
	blobs  Blobs
	slow   func() // runs before a rule is explained
	broken error  // of counting
}

func (d *fakeDesk) OpenPoints(ctx context.Context, id string) ([]office.OpenPoint, error) {
	return office.New(office.Options{Store: d.store, Blobs: d.blobs}).OpenPoints(ctx, id)
}

func (d *fakeDesk) SettleOpen(ctx context.Context, id, how, note string, by store.Account) (store.OpenPoint, error) {
	return office.New(office.Options{Store: d.store, Blobs: d.blobs}).SettleOpen(ctx, id, how, note, by)
}

func (d *fakeDesk) Case(ctx context.Context, id string) (*office.Case, error) {
	if d.broken != nil {
		return nil, d.broken
	}
	p, err := d.store.Petition(ctx, id)
	if err != nil {
		return nil, err
	}
	version, err := d.store.Version(ctx, id)
	if err != nil {
		return nil, err
	}
	rules, _ := d.Rules(p.Rules)
	c := &office.Case{PetitionID: id, Version: version, SnapshotID: p.SnapshotID, SecondReviewer: "never", Group: "Rural Broadband", Purpose: "To share what works in connecting rural libraries.", PurposeFile: "Detroit sheets.pdf", PurposePage: 1,
		Organizers: []office.Organizer{{Name: "Esther Conrad", Address: "8859 Madison Pl, San Antonio", Signed: "yes"}, {Name: "Herman Lewis", Address: "3339 Walnut Dr, Chicago", Signed: "unsure"}}}
	lines, err := d.store.Lines(ctx, id)
	if err != nil {
		return nil, err
	}
	uploads, err := d.store.Uploads(ctx, id)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, u := range uploads {
		names[u.ID] = u.Name
	}
	findings, err := d.store.Findings(ctx, id)
	if err != nil {
		return nil, err
	}
	c.Count = office.Count{Required: rules.Required, ByReason: map[string]int{}, Doubts: map[string]int{}, Needs: map[string]int{}}
	for i, l := range lines {
		var v office.Line
		if err := json.Unmarshal(l.Row, &v); err != nil {
			return nil, err
		}
		v.ID, v.UploadID, v.PageID, v.Page, v.Number, v.Box, v.Picture, v.File = l.ID, l.UploadID, l.PageID, l.Page, l.Number, l.Box, l.Picture, names[l.UploadID]
		for _, f := range findings {
			if f.LineID != l.ID {
				continue
			}
			v.Decided, v.By, v.Findings = "person", append(v.By, f.By), v.Findings+1
			v.Verdict, v.Reason, v.MemberID = "invalid", f.Kind, f.MemberID
			if f.Kind == "accept" {
				v.Verdict = "valid"
			}
		}
		if n := len(c.Pages); n == 0 || c.Pages[n-1].PageID != l.PageID {
			c.Pages = append(c.Pages, office.PageLines{PageID: l.PageID, From: i, To: i})
		}
		c.Pages[len(c.Pages)-1].To = i + 1
		c.Lines = append(c.Lines, v)
		c.Count.Rows++
		switch v.Verdict {
		case "valid":
			c.Count.Valid++
		case "invalid":
			c.Count.Invalid++
			c.Count.ByReason[v.Reason]++
		default:
			c.Count.Uncertain++
			c.Count.Next = append(c.Count.Next, i)
			c.Count.Needs[v.Needs]++
		}
	}
	c.Count.Guaranteed, c.Count.Possible = c.Count.Valid, c.Count.Valid+c.Count.Uncertain
	c.Count.Certain = c.Count.Guaranteed >= c.Count.Required || c.Count.Possible < c.Count.Required
	c.Count.Outcome = fmt.Sprintf("%d of %d required, %d undecided", c.Count.Valid, c.Count.Required, c.Count.Uncertain)
	return c, nil
}

func (d *fakeDesk) Refuse(context.Context, store.Finding) error { return nil }

func (d *fakeDesk) Rules(yaml string) (office.RulesView, error) {
	if d.slow != nil {
		d.slow()
	}
	v := office.RulesView{Title: "Membership Initiative Group", Citation: "ALA Policy Manual A.4.3.12", Required: 100, Hash: "built-in", SecondReviewer: "never",
		Clauses: []office.Clause{{Name: "Signature", Text: "required"}, {Name: "Standing", Text: "on the day signed"}, {Name: "Duplicates", Text: "the first counts"}}}
	for i, line := range strings.Split(yaml, "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if key != "threshold" || err != nil {
			v.Problem = &office.RuleProblem{Line: i + 1, Key: key, Text: fmt.Sprintf("there is no %q: allowed is threshold", key)}
			continue
		}
		v.Required, v.Hash = n, fmt.Sprint("threshold ", n)
	}
	v.Clauses = append([]office.Clause{{Name: "Signatures", Text: fmt.Sprint(v.Required)}}, v.Clauses...)
	return v, nil
}

func (d *fakeDesk) Search(ctx context.Context, petitionID, query string, limit int) ([]office.Member, error) {
	snap, err := d.store.CurrentSnapshot(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := d.members(ctx, snap.SHA256)
	if err != nil {
		return nil, err
	}
	var out []office.Member
	for _, m := range all {
		if strings.Contains(strings.ToLower(m.ID+" "+m.Name+" "+m.City), strings.ToLower(query)) && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

func (d *fakeDesk) Member(ctx context.Context, petitionID, id string) (office.Member, error) {
	all, err := d.Search(ctx, petitionID, id, 1)
	if err != nil || len(all) == 0 {
		return office.Member{}, store.ErrNotFound
	}
	return all[0], nil
}

func (d *fakeDesk) table(ctx context.Context, sum string) ([][]string, error) {
	f, err := d.blobs.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func (d *fakeDesk) members(ctx context.Context, sum string) ([]office.Member, error) {
	rows, err := d.table(ctx, sum)
	if err != nil || len(rows) == 0 {
		return nil, nil
	}
	var out []office.Member
	for _, r := range rows[1:] {
		if len(r) >= 4 {
			out = append(out, office.Member{ID: r[0], Name: r[1] + " " + r[2], Given: r[1], Family: r[2], Standing: "status is " + r[3], Good: r[3] == "Active"})
		}
	}
	return out, nil
}

func (d *fakeDesk) Preview(ctx context.Context, sum, name string, opts office.ImportOptions) (office.ImportPreview, error) {
	rows, err := d.table(ctx, sum)
	if err != nil {
		return office.ImportPreview{}, err
	}
	v := office.ImportPreview{Name: name, SHA256: sum, Meanings: []office.Meaning{{Key: "number", Label: "Member number"}, {Key: "given", Label: "First name"}, {Key: "family", Label: "Last name"}, {Key: "status", Label: "Status"}}}
	if len(rows) == 0 {
		v.Error = name + " is empty. Export it again."
		return v, nil
	}
	guess := map[string]string{"ID": "number", "First": "given", "Last": "family", "Status": "status"}
	for key, heading := range opts.Map {
		for h, k := range guess {
			if k == key {
				delete(guess, h)
			}
		}
		guess[heading] = key
	}
	for i, h := range rows[0] {
		c := office.ImportColumn{Heading: h, Meaning: guess[h]}
		for _, r := range rows[1:min(len(rows), 4)] {
			if i < len(r) {
				c.Samples = append(c.Samples, r[i])
			}
		}
		v.Columns = append(v.Columns, c)
	}
	if !slices.ContainsFunc(v.Columns, func(c office.ImportColumn) bool { return c.Meaning == "number" }) {
		v.Error = "No column is the member number: choose one."
	}
	statuses := map[string]int{}
	for i, r := range rows[1:] {
		if len(r) < len(rows[0]) {
			v.Problems = append(v.Problems, office.ImportProblem{Line: i + 2, Text: fmt.Sprintf("has %d columns instead of %d", len(r), len(rows[0]))})
			continue
		}
		v.Members++
		statuses[r[3]]++
	}
	v.Rows, v.ProblemCount = len(rows)-1, len(v.Problems)
	for s, n := range statuses {
		v.Statuses = append(v.Statuses, office.StatusCount{Status: s, Count: n, Counts: map[bool]string{true: "yes", false: "no"}[s == "Active"]})
	}
	slices.SortFunc(v.Statuses, func(a, b office.StatusCount) int { return strings.Compare(a.Status, b.Status) })
	if snap, err := d.store.CurrentSnapshot(ctx); err == nil {
		v.Changes = &office.ImportChanges{SnapshotID: snap.ID, Name: snap.Name, AsOf: snap.AsOf, Joined: 1, Status: 1, Same: v.Members - 2, Examples: []office.ImportChange{{Kind: "joined", MemberID: "0500001", Name: "Ada Novak", Before: "", After: ""}, {Kind: "status", MemberID: "0119627", Name: "Pam Diaz", Before: "Lapsed", After: "Active"}}}
	}
	return v, nil
}

func (d *fakeDesk) Import(ctx context.Context, sum, name string, opts office.ImportOptions, by string) (store.Snapshot, error) {
	v, err := d.Preview(ctx, sum, name, opts)
	if err != nil {
		return store.Snapshot{}, err
	}
	if v.Error != "" {
		return store.Snapshot{}, &office.ImportError{Text: v.Error}
	}
	return d.store.AddSnapshot(ctx, store.Snapshot{Name: name, SHA256: sum, AsOf: opts.AsOf, Map: opts.Map, Rows: v.Rows, Members: v.Members, By: by})
}

func (d *fakeDesk) Workbook(_ context.Context, petitionID, kind string, w io.Writer) error {
	_, err := fmt.Fprintf(w, "workbook %s of %s", kind, petitionID)
	return err
}

// SheetSet is what the test last said; nothing is printed but the purpose.
func (d *fakeDesk) SheetSet(ctx context.Context, id string) (set office.SheetSet, err error) {
	text, err := d.store.Setting(ctx, "sheets "+id)
	if err != nil {
		return set, err
	}
	set = office.SheetSet{Title: "Petition", Purpose: "To share.", Columns: []string{"name", "signature"}, Boxes: 7, Pages: 3, Height: .4}
	if text != "" {
		err = json.Unmarshal([]byte(text), &set)
		set.Lines = 12
	}
	set.Choices = []office.SheetColumn{{Key: "name", Label: "Printed name"}, {Key: "member_id", Label: "Member number"}, {Key: "signature", Label: "Signature"}}
	return set, err
}

func (d *fakeDesk) SetSheets(ctx context.Context, id string, set office.SheetSet, by string) error {
	if set.Purpose == "" {
		return &office.SheetError{Text: "Say what the petition is for."}
	}
	text, err := json.Marshal(set)
	if err != nil {
		return err
	}
	return d.store.SetSetting(ctx, "sheets "+id, string(text), by)
}

func (d *fakeDesk) Sheets(ctx context.Context, id string, w io.Writer) error {
	set, err := d.SheetSet(ctx, id)
	if err == nil && set.Lines == 0 {
		return &office.SheetError{Text: "Make them first."}
	}
	_, err = fmt.Fprintf(w, "%%PDF-1.4 %s %d", set.Purpose, set.Pages)
	return err
}
