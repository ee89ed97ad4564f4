package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/extract"
	"countersign/internal/office/kept"
	"countersign/internal/store"
	"countersign/report"
	"countersign/report/register"
	"countersign/verify"
)

// What people put right on pages. Each repair is kept with who made it and why, entered in the
// log, written in the workbook, and can be undone as long as nothing later rests on it.

// Kinds of repairs.
const (
	RepairColumns = "columns" // a person says what the columns of a page are
	RepairTurn    = "turn"    // and which way up it is
	RepairExclude = "exclude" // the page counts for nothing
	RepairMove    = "move"    // it counts with another petition
	RepairAdd     = "add"     // a line was missed
	RepairDelete  = "delete"  // a line is none
	RepairMerge   = "merge"   // several are one
	RepairSplit   = "split"   // one is two
	RepairCover   = "cover"   // purpose and organizers
)

// repairData is what a repair did, as JSON in the store. Fields may be added, none renamed.
type repairData struct {
	Before    *pageWords  `json:"before,omitempty"`  // of the page
	Added     []string    `json:"added,omitempty"`   // lines
	Dropped   []string    `json:"dropped,omitempty"` // lines
	Elsewhere string      `json:"elsewhere,omitempty"`
	Cover     *CoverWords `json:"cover,omitempty"`
}

// pageWords is what people said of a page.
type pageWords struct {
	Excluded    bool   `json:"excluded,omitempty"`
	CountsUnder string `json:"counts_under,omitempty"`
	Told        string `json:"told,omitempty"`
}

// CoverWords is the purpose and the organizers as a person corrected them.
type CoverWords struct {
	Purpose    string      `json:"purpose"`
	Organizers []Organizer `json:"organizers"`
}

// DecodeTold reads what the store keeps of how a page is read.
func DecodeTold(text string) (t extract.Told, err error) {
	if text == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return t, fmt.Errorf("read what is said of a page: %w", err)
	}
	return t, nil
}

func encodeTold(t extract.Told) (string, error) {
	if t.Zero() {
		return "", nil
	}
	data, err := json.Marshal(t)
	return string(data), err
}

// mayRepair refuses repairs of what is counted or decided.
func (o *Office) mayRepair(ctx context.Context, petitionID, note string) error {
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return err
	}
	switch {
	case Decided(p) != "":
		return refuse(Conflict, "%s", Decided(p))
	case register.State(p.State).Counted():
		return refuse(Conflict,
			"The count of this petition is certified: take that step back under “Next steps” "+
				"before you change what is counted.")
	case utf8.RuneCountInString(note) > maxNote:
		return refuse(Invalid, "The note is too long: use at most 2,000 characters.")
	}
	return nil
}

// ColumnFields are the fields that a column can be, in the order to offer them.
func ColumnFields() []KeyedWord {
	return append(LineFields(), KeyedWord{string(extract.Signature), "Signature"},
		KeyedWord{string(extract.Number), "Row number"})
}

// LineFields are the fields of a line, in the order of forms.
func LineFields() (out []KeyedWord) {
	for _, f := range report.Fields() {
		out = append(out, KeyedWord{string(f.Key), f.Label})
	}
	return out
}

// PageColumn is a column of a page as it was read.
type PageColumn struct {
	Heading string
	Field   string // key; empty where it is not known or not used
	Second  string // of a column that holds two
}

// PageColumns are the columns of a page, left to right; none of a page without a table.
func (o *Office) PageColumns(ctx context.Context, p store.Page) ([]PageColumn, error) {
	if p.Sheet == "" {
		return nil, nil
	}
	s, err := o.sheet(ctx, p.Sheet)
	if err != nil {
		return nil, fmt.Errorf("read the columns of page %s: %w", p.ID, err)
	}
	return pageColumns(s.Columns), nil
}

func pageColumns(columns []extract.Column) (out []PageColumn) {
	for _, c := range columns {
		column := PageColumn{Heading: c.Heading}
		if len(c.Fields) > 0 {
			column.Field = string(c.Fields[0])
		}
		if len(c.Fields) > 1 {
			column.Second = string(c.Fields[1])
		}
		out = append(out, column)
	}
	return out
}

// TellColumns has a page read again with the columns that a person says, or all pages of its
// file that have as many. It gives how many are read again.
func (o *Office) TellColumns(ctx context.Context, pageID string, columns []PageColumn,
	wholeFile bool, by store.Account) (int, error) {
	var told [][]extract.Field
	seen := map[string]bool{}
	for _, c := range columns {
		var fields []extract.Field
		for _, key := range []string{c.Field, c.Second} {
			if key == "" {
				continue
			}
			if !slices.ContainsFunc(ColumnFields(), func(f KeyedWord) bool {
				return f.Key == key
			}) {
				return 0, refuse(Invalid, "%q is nothing that a column can be.", key)
			}
			if seen[key] {
				return 0, refuse(Invalid,
					"Two columns are given the same meaning: choose one for each.")
			}
			seen[key] = true
			fields = append(fields, extract.Field(key))
		}
		told = append(told, fields)
	}
	if !seen[string(extract.Name)] && !seen[string(extract.Family)] &&
		!seen[string(extract.MemberID)] {
		return 0, refuse(Invalid,
			"Say which column is the name, the last name or the member number: without one "+
				"nobody can be found.")
	}
	pages, err := o.pagesToTell(ctx, pageID, wholeFile)
	if err != nil {
		return 0, err
	}
	var fit []store.Page
	for _, p := range pages {
		there, err := o.PageColumns(ctx, p)
		if err != nil {
			return 0, err
		}
		if len(there) == len(told) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return 0, refuse(Conflict, "The page has other columns by now: load it again.")
	}
	return len(fit), o.sayOf(ctx, fit, repair{kind: RepairColumns, by: by},
		func(p *store.Page) error {
			t, err := DecodeTold(p.Told)
			if err != nil {
				return err
			}
			t.Columns = told
			p.Told, err = encodeTold(t)
			return err
		})
}

// TurnPage has a page, or all of its file, read again held another way up: turned clockwise by
// degrees as delivered.
func (o *Office) TurnPage(ctx context.Context, pageID string, degrees int, wholeFile bool,
	by store.Account) (int, error) {
	if degrees%90 != 0 || degrees < 0 || degrees > 270 {
		return 0, refuse(Invalid, "A page is turned by 0, 90, 180 or 270 degrees.")
	}
	pages, err := o.pagesToTell(ctx, pageID, wholeFile)
	if err != nil {
		return 0, err
	}
	return len(pages), o.sayOf(ctx, pages, repair{kind: RepairTurn, by: by},
		func(p *store.Page) error {
			t, err := DecodeTold(p.Told)
			if err != nil {
				return err
			}
			t.Turned = &degrees
			p.Told, err = encodeTold(t)
			return err
		})
}

// pagesToTell is a page, or all pages of its file that count here.
func (o *Office) pagesToTell(ctx context.Context, pageID string, wholeFile bool) ([]store.Page,
	error) {
	p, err := o.Store.Page(ctx, pageID)
	if err != nil || !wholeFile {
		return []store.Page{p}, err
	}
	all, err := o.Store.PagesOf(ctx, p.UploadID)
	return slices.DeleteFunc(all, func(p store.Page) bool {
		return p.Excluded || p.FiledUnder != ""
	}), err
}

// ExcludePage makes a page count for nothing, and says why.
func (o *Office) ExcludePage(ctx context.Context, pageID, note string, by store.Account) error {
	p, err := o.Store.Page(ctx, pageID)
	switch {
	case err != nil:
		return err
	case p.Excluded:
		return refuse(Conflict, "This page is excluded already.")
	case strings.TrimSpace(note) == "":
		return refuse(Invalid, "Say why the page does not count.")
	}
	return o.sayOf(ctx, []store.Page{p}, repair{kind: RepairExclude, note: note, by: by},
		func(p *store.Page) error {
			p.Excluded = true
			return nil
		})
}

// MovePages moves a page to another petition, or all of its file, where they are read anew. It
// gives how many moved.
func (o *Office) MovePages(ctx context.Context, pageID, petitionID string, wholeFile bool,
	note string, by store.Account) (int, error) {
	pages, err := o.pagesToTell(ctx, pageID, wholeFile)
	if err != nil {
		return 0, err
	}
	if len(pages) == 0 || petitionID == "" || pages[0].PetitionID == petitionID {
		return 0, refuse(Invalid, "Choose another petition, to which the page is moved.")
	}
	if err := o.mayRepair(ctx, petitionID, note); err != nil {
		return 0, err
	}
	err = o.sayOf(ctx, pages, repair{kind: RepairMove, note: note, by: by, to: petitionID},
		func(p *store.Page) error {
			p.CountsUnder = petitionID
			return nil
		})
	if err == nil {
		o.tell(petitionID)
	}
	return len(pages), err
}

// repair is what is common to a repair of several pages.
type repair struct {
	id         string // empty for a new one
	kind, note string
	by         store.Account
	to         string // petition to which pages are moved
}

// sayOf writes what a person says of pages of one petition.
func (o *Office) sayOf(ctx context.Context, pages []store.Page, r repair,
	change func(*store.Page) error) error {
	if err := o.mayRepair(ctx, pages[0].PetitionID, r.note); err != nil {
		return err
	}
	err := o.Store.Do(ctx, func(tx store.Tx) error {
		for _, p := range pages {
			data := repairData{Before: &pageWords{p.Excluded, p.CountsUnder, p.Told}}
			if r.to != "" {
				u, _, err := tx.Refer(ctx, p.ID, r.to)
				if err != nil {
					return err
				}
				data.Elsewhere = store.PageID(u.ID, p.Number)
				if err := tx.TellPage(ctx, store.Page{ID: data.Elsewhere,
					CountsUnder: r.to}); err != nil {
					return err
				}
			}
			if err := change(&p); err != nil {
				return err
			}
			if err := tx.TellPage(ctx, p); err != nil {
				return err
			}
			if err := o.addRepair(ctx, tx, p, r, data); err != nil {
				return err
			}
		}
		return o.record(ctx, tx, r.by.ID, "page."+r.kind, pages[0].PetitionID,
			fmt.Sprintf("page %s, %d pages", pages[0].ID, len(pages)))
	})
	if err != nil {
		return fmt.Errorf("put page %s right: %w", pages[0].ID, err)
	}
	o.tell(pages[0].PetitionID)
	return nil
}

// addRepair writes a repair of a page down.
func (o *Office) addRepair(ctx context.Context, tx store.Tx, p store.Page, r repair,
	data repairData) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = tx.AddRepair(ctx, store.Repair{ID: r.id, PetitionID: p.PetitionID,
		UploadID: p.UploadID, PageID: p.ID, Kind: r.kind, By: r.by.ID, At: o.now(),
		Note: strings.TrimSpace(r.note), Data: string(text)})
	return err
}

// AddLineAt adds a line that was missed, at a place of a page in shares of its width and height
// as delivered. People say in the review, or here, what stands on it.
func (o *Office) AddLineAt(ctx context.Context, pageID string, box [4]float64, note string,
	by store.Account) (store.Line, error) {
	for _, x := range box {
		if x < 0 || x > 1 {
			return store.Line{}, refuse(Invalid,
				"The line lies outside of the page: draw it again.")
		}
	}
	if box[2]-box[0] < leastSide || box[3]-box[1] < leastSide/4 {
		return store.Line{}, refuse(Invalid, "The line is too small: draw a box around all of it.")
	}
	p, err := o.Store.Page(ctx, pageID)
	if err != nil {
		return store.Line{}, err
	}
	l, err := o.lineFor(ctx, pageID, box)
	if err != nil {
		return store.Line{}, err
	}
	added, err := o.replace(ctx, p, repair{kind: RepairAdd, note: note, by: by}, nil,
		[]store.Line{*l})
	if err != nil {
		return store.Line{}, err
	}
	return added[0], nil
}

// leastSide is the least width of a line, in shares of its page.
const leastSide = 0.02

// DropLine takes out a line that is none, and says why.
func (o *Office) DropLine(ctx context.Context, lineID, note string, by store.Account) error {
	if strings.TrimSpace(note) == "" {
		return refuse(Invalid, "Say why this is no line.")
	}
	lines, p, err := o.linesOfPage(ctx, lineID)
	if err != nil {
		return err
	}
	_, err = o.replace(ctx, p, repair{kind: RepairDelete, note: note, by: by}, lines, nil)
	return err
}

// MergeLines makes one line of several of a page: what was read of each stands one after the
// other.
func (o *Office) MergeLines(ctx context.Context, pageID string, lineIDs []string, note string,
	by store.Account) (store.Line, error) {
	slices.Sort(lineIDs)
	lineIDs = slices.Compact(lineIDs)
	if len(lineIDs) < 2 || len(lineIDs) > 5 {
		return store.Line{}, refuse(Invalid, "Choose the lines that are one: two to five of them.")
	}
	lines, p, err := o.linesOfPage(ctx, lineIDs...)
	if err != nil {
		return store.Line{}, err
	}
	if p.ID != pageID {
		return store.Line{}, refuse(Invalid, "The lines stand on another page.")
	}
	slices.SortFunc(lines, func(a, b store.Line) int { return a.Number - b.Number })
	row, err := kept.DecodeRow(lines[0].Row)
	if err != nil {
		return store.Line{}, err
	}
	for _, l := range lines[1:] {
		other, err := kept.DecodeRow(l.Row)
		if err != nil {
			return store.Line{}, err
		}
		row = joinRows(row, other)
	}
	merged, err := o.lineOf(ctx, p, row)
	if err != nil {
		return store.Line{}, err
	}
	added, err := o.replace(ctx, p, repair{kind: RepairMerge, note: note, by: by}, lines,
		[]store.Line{merged})
	if err != nil {
		return store.Line{}, err
	}
	return added[0], nil
}

// joinRows is one row that fills the place of two. Where both have something the texts stand
// after one another, as surely read as the less sure of them.
func joinRows(a, b extract.Row) extract.Row {
	out := extract.Row{Number: a.Number, Signed: a.Signed, Struck: a.Struck && b.Struck,
		Fields: map[extract.Field]extract.Reading{},
		Box: extract.Box{min(a.Box[0], b.Box[0]), min(a.Box[1], b.Box[1]), max(a.Box[2], b.Box[2]),
			max(a.Box[3], b.Box[3])}}
	if b.Signed == extract.SignedYes || a.Signed == extract.SignedNo {
		out.Signed = b.Signed
	}
	for f, r := range a.Fields {
		out.Fields[f] = r
	}
	for f, r := range b.Fields {
		first, ok := out.Fields[f]
		if !ok || first.Text == "" {
			out.Fields[f] = r
		} else if r.Text != "" {
			out.Fields[f] = extract.Reading{Text: first.Text + " " + r.Text,
				Confidence: min(first.Confidence, r.Confidence), Engine: first.Engine}
		}
	}
	return out
}

// SplitLine makes two lines of one, the upper and the lower half. What was read of both
// together is read of neither.
func (o *Office) SplitLine(ctx context.Context, lineID, note string, by store.Account) (
	[]store.Line, error) {
	lines, p, err := o.linesOfPage(ctx, lineID)
	if err != nil {
		return nil, err
	}
	row, err := kept.DecodeRow(lines[0].Row)
	if err != nil {
		return nil, err
	}
	along := 1 // the axis of the page as delivered that goes down a page held upright
	if p.Rotation%180 != 0 {
		along = 0
	}
	var halves []store.Line
	for i := range 2 {
		half := extract.Row{Number: row.Number, Box: lines[0].Box, Signed: extract.SignedUnsure,
			Fields: map[extract.Field]extract.Reading{}}
		for f := range row.Fields {
			half.Fields[f] = extract.Reading{}
		}
		middle := (half.Box[along] + half.Box[along+2]) / 2
		first := p.Rotation == 0 || p.Rotation == 90 // its top comes first in the page as delivered
		if (i == 0) == first {
			half.Box[along+2] = middle
		} else {
			half.Box[along] = middle
		}
		l, err := o.lineOf(ctx, p, half)
		if err != nil {
			return nil, err
		}
		halves = append(halves, l)
	}
	return o.replace(ctx, p, repair{kind: RepairSplit, note: note, by: by}, lines, halves)
}

// lineOf is a line that a person made, with its picture.
func (o *Office) lineOf(ctx context.Context, p store.Page, row extract.Row) (l store.Line,
	err error) {
	l = store.Line{PageID: p.ID, Box: row.Box}
	if l.Row, err = kept.EncodeRow(row); err != nil {
		return l, err
	}
	l.Picture, err = o.cutOut(ctx, p, row.Box)
	return l, err
}

// linesOfPage finds lines that stand, which must be of one page.
func (o *Office) linesOfPage(ctx context.Context, ids ...string) (lines []store.Line, p store.Page,
	err error) {
	for _, id := range ids {
		l, err := o.Store.Line(ctx, id)
		switch {
		case err != nil:
			return nil, p, err
		case l.Dropped != "":
			return nil, p, refuse(Conflict,
				"Somebody took this line out meanwhile: load the page again.")
		case len(lines) > 0 && l.PageID != lines[0].PageID:
			return nil, p, refuse(Invalid, "The lines stand on different pages.")
		}
		lines = append(lines, l)
	}
	p, err = o.Store.Page(ctx, lines[0].PageID)
	return lines, p, err
}

// replace takes lines of a page out and puts others in their place.
func (o *Office) replace(ctx context.Context, p store.Page, r repair, out, in []store.Line) (
	added []store.Line, err error) {
	if err := o.mayRepair(ctx, p.PetitionID, r.note); err != nil {
		return nil, err
	}
	var data repairData
	for _, l := range out {
		data.Dropped = append(data.Dropped, l.ID)
	}
	r.id = store.NewID()
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		for _, l := range in {
			l, err := tx.AddLine(ctx, l, r.by.ID)
			if err != nil {
				return err
			}
			added, data.Added = append(added, l), append(data.Added, l.ID)
		}
		if err := tx.DropLines(ctx, r.id, data.Dropped...); err != nil {
			return err
		}
		if err := o.addRepair(ctx, tx, p, r, data); err != nil {
			return err
		}
		return o.record(ctx, tx, r.by.ID, "line."+r.kind, p.PetitionID, "page "+p.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("put the lines of page %s right: %w", p.ID, err)
	}
	o.tell(p.PetitionID)
	return added, nil
}

// CorrectLine says what is written on a line, also of one that is decided: what the program
// made of it follows, and what a person decided stands.
func (o *Office) CorrectLine(ctx context.Context, lineID string, fields map[string]string,
	by store.Account) error {
	l, err := o.Store.Line(ctx, lineID)
	if err != nil {
		return err
	}
	if err := o.mayRepair(ctx, l.PetitionID, ""); err != nil {
		return err
	}
	f := Found{Kind: string(verify.Correct), Fields: fields}
	if why := tooLong(f); why != "" {
		return refuse(Invalid, "%s", why)
	}
	defer o.reviews.lock(l.PetitionID)()
	return o.addWord(ctx, l, store.Finding{Kind: string(verify.Correct), Fields: fields}, nil, by)
}

// UndoCorrection takes back what somebody said is written on a line: whoever said it may, and
// the chair.
func (o *Office) UndoCorrection(ctx context.Context, lineID, findingID string,
	by store.Account) error {
	l, err := o.Store.Line(ctx, lineID)
	if err != nil {
		return err
	}
	if err := o.mayRepair(ctx, l.PetitionID, ""); err != nil {
		return err
	}
	defer o.reviews.lock(l.PetitionID)()
	before, err := o.Store.FindingsOf(ctx, lineID)
	if err != nil {
		return fmt.Errorf("look up what was found of line %s: %w", lineID, err)
	}
	if slices.ContainsFunc(before, func(f store.Finding) bool {
		return f.ID == findingID && f.Kind != string(verify.Correct)
	}) {
		return refuse(Invalid, "This is a decision, no correction: take it back in the review.")
	}
	return o.addWord(ctx, l, store.Finding{Kind: string(verify.Undo), Undoes: findingID}, before,
		by)
}

// addWord adds a finding on what a line says, which is no word on what it counts for. before is
// what was found of the line, for an undoing.
func (o *Office) addWord(ctx context.Context, l store.Line, f store.Finding, before []store.Finding,
	by store.Account) error {
	f.ID, f.PetitionID, f.LineID, f.By, f.At, f.Chair = NewFindingID(by), l.PetitionID, l.ID, by.ID,
		o.now(), slices.Contains(by.Roles, store.Chair)
	if err := o.refuseFinding(ctx, f, before); err != nil {
		return err
	}
	err := o.Store.Do(ctx, func(tx store.Tx) error {
		if _, err := tx.AddFinding(ctx, f); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "finding."+f.Kind, l.ID, f.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return refuse(Conflict, "This was taken back already.")
	}
	if err != nil {
		return fmt.Errorf("put what line %s says right: %w", l.ID, err)
	}
	o.tell(l.PetitionID)
	return nil
}

// CorrectCover says what the purpose is and who the organizers are, whatever was read.
func (o *Office) CorrectCover(ctx context.Context, petitionID string, c CoverWords,
	by store.Account) error {
	if err := o.mayRepair(ctx, petitionID, ""); err != nil {
		return err
	}
	c.Purpose = strings.TrimSpace(c.Purpose)
	if utf8.RuneCountInString(c.Purpose) > mostPurpose || len(c.Organizers) > mostOrganizers {
		return refuse(Invalid,
			"That is too long: use at most %d characters for the purpose and %d organizers.",
			mostPurpose, mostOrganizers)
	}
	for i := range c.Organizers {
		x := &c.Organizers[i]
		x.Name, x.Address, x.MemberID = strings.TrimSpace(x.Name), strings.TrimSpace(x.Address), ""
		switch {
		case x.Name == "":
			return refuse(Invalid,
				"An organizer has no name: write it, or leave the address out too.")
		case utf8.RuneCountInString(x.Name)+utf8.RuneCountInString(x.Address) > maxText*2:
			return refuse(Invalid, "The name or address of an organizer is too long.")
		case !slices.Contains([]string{"yes", "no", "unsure"}, x.Signed):
			return refuse(Invalid,
				"Say of each organizer whether the signature is there: yes, no or unsure.")
		}
	}
	data, err := json.Marshal(repairData{Cover: &c})
	if err != nil {
		return err
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if _, err := tx.AddRepair(ctx, store.Repair{PetitionID: petitionID, Kind: RepairCover,
			By: by.ID, At: o.now(), Data: string(data)}); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "petition.cover", petitionID, "")
	})
	if err != nil {
		return fmt.Errorf("correct purpose and organizers: %w", err)
	}
	o.tell(petitionID)
	return nil
}

const (
	mostPurpose    = 5000 // characters
	mostOrganizers = 10
)

// Repairs are those of a page, or with an empty page those of the petition as a whole, newest
// first. The first that stands can be undone.
func (o *Office) Repairs(ctx context.Context, petitionID, pageID string) ([]store.Repair, error) {
	all, err := o.Store.Repairs(ctx, petitionID)
	all = slices.DeleteFunc(all, func(r store.Repair) bool { return r.PageID != pageID })
	slices.Reverse(all)
	return all, err
}

// UndoRepair takes a repair back. What came after it on the same page is taken back first.
func (o *Office) UndoRepair(ctx context.Context, id string, by store.Account) (store.Repair,
	error) {
	r, err := o.Store.Repair(ctx, id)
	if err != nil {
		return r, err
	}
	if err := o.mayRepair(ctx, r.PetitionID, ""); err != nil {
		return r, err
	}
	all, err := o.Repairs(ctx, r.PetitionID, r.PageID)
	if err != nil {
		return r, err
	}
	last := slices.IndexFunc(all, func(r store.Repair) bool { return r.UndoneAt.IsZero() })
	if last < 0 || all[last].ID != id {
		return r, refuse(Conflict,
			"Something else was put right here since, or this was undone already: undo the "+
				"newest first.")
	}
	var data repairData
	if err := json.Unmarshal([]byte(r.Data), &data); err != nil {
		return r, fmt.Errorf("read repair %s: %w", id, err)
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if b := data.Before; b != nil {
			if err := tx.TellPage(ctx, store.Page{ID: r.PageID, Excluded: b.Excluded,
				CountsUnder: b.CountsUnder, Told: b.Told}); err != nil {
				return err
			}
		}
		if data.Elsewhere != "" {
			if err := tx.TellPage(ctx, store.Page{ID: data.Elsewhere, Excluded: true}); err != nil {
				return err
			}
		}
		if err := tx.DropLines(ctx, r.ID, data.Added...); err != nil {
			return err
		}
		if err := tx.DropLines(ctx, "", data.Dropped...); err != nil {
			return err
		}
		if err := tx.UndoRepair(ctx, id, by.ID, o.now()); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "repair.undone", r.PetitionID, r.Kind+" of page "+r.PageID)
	})
	if errors.Is(err, store.ErrConflict) {
		return r, refuse(Conflict, "This was undone already.")
	}
	if err != nil {
		return r, fmt.Errorf("undo repair %s: %w", id, err)
	}
	o.tell(r.PetitionID)
	return r, nil
}

// RepairWord says what a repair did.
func RepairWord(kind string) string {
	switch kind {
	case RepairColumns:
		return "said what the columns are"
	case RepairTurn:
		return "turned the page"
	case RepairExclude:
		return "excluded the page"
	case RepairMove:
		return "moved the page to another petition"
	case RepairAdd:
		return "added a line"
	case RepairDelete:
		return "took a line out"
	case RepairMerge:
		return "merged lines"
	case RepairSplit:
		return "split a line"
	case RepairCover:
		return "corrected purpose and organizers"
	}
	return kind
}
