package office

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"countersign/extract"
	"countersign/extract/marks"
	"countersign/internal/store"
	printed "countersign/report/sheet"
)

// The sheets to be printed for a petition are kept as a setting of their own, so that
// the next printing looks like the last one.
func sheetsKey(petitionID string) string { return "sheets " + petitionID }

// SheetSet is what was said of a petition's sheets last, or what is known of it.
func (o *Office) SheetSet(ctx context.Context, petitionID string) (SheetSet, error) {
	set, said, err := o.sheetSet(ctx, petitionID)
	if err != nil {
		return SheetSet{}, err
	}
	out := SheetSet{Title: set.Title, Group: set.Group, Purpose: set.Purpose, Call: set.Call,
		Privacy: set.Privacy, Contact: set.Contact,
		Boxes: set.Boxes, Plain: set.Plain, Portrait: set.Portrait, A4: set.Paper == marks.A4,
		Pages: set.Pages, Height: set.Height}
	for _, c := range set.Columns {
		out.Columns = append(out.Columns, string(c))
	}
	for _, key := range printed.Choices() {
		out.Choices = append(out.Choices, SheetColumn{Key: key, Label: marks.Heading(key)})
	}
	if said {
		codes, err := set.Codes()
		if err != nil {
			return out, fmt.Errorf("plan the sheets: %w", err)
		}
		out.Lines = codes[0].Layout.Rows
	}
	return out, nil
}

// sheetSet gives the set with all that it leaves open filled in; said is false where
// nobody has said anything of it yet.
func (o *Office) sheetSet(ctx context.Context, petitionID string) (set printed.Set, said bool,
	err error) {
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return set, false, err
	}
	text, err := o.Store.Setting(ctx, sheetsKey(petitionID))
	if err != nil {
		return set, false, err
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &set); err != nil {
			return set, false, fmt.Errorf("read the sheets of petition %s: %w", petitionID, err)
		}
		return set, true, nil
	}
	c, err := o.Case(ctx, petitionID)
	if err != nil {
		return set, false, err
	}
	set = printed.Set{Petition: petitionID, Group: p.Title, Purpose: c.Purpose}
	return set.Defaults(), false, nil
}

// SetSheets keeps what a person says of a petition's sheets, if it can be printed.
func (o *Office) SetSheets(ctx context.Context, petitionID string, s SheetSet, by string) error {
	if s.Pages == 0 || s.Height == 0 { // which Defaults would fill in
		return refuse(Invalid, "Say how many pages to print, and how high a line is.")
	}
	set := printed.Set{Petition: petitionID, Title: s.Title, Group: s.Group, Purpose: s.Purpose,
		Call: s.Call, Privacy: s.Privacy, Contact: s.Contact,
		Boxes: s.Boxes, Plain: s.Plain, Portrait: s.Portrait, Pages: s.Pages, Height: s.Height}
	if s.A4 {
		set.Paper = marks.A4
	}
	for _, c := range s.Columns {
		set.Columns = append(set.Columns, extract.Field(c))
	}
	if len(set.Columns) == 0 {
		return refuse(Invalid,
			"Choose what each line asks for: at least the name and the signature.")
	}
	set = set.Defaults()
	if _, err := set.Codes(); err != nil {
		return refuse(Invalid, "%s", strings.ToUpper(err.Error()[:1])+err.Error()[1:]+".")
	}
	text, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("write the sheets of petition %s: %w", petitionID, err)
	}
	return o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.SetSetting(ctx, sheetsKey(petitionID), string(text), by); err != nil {
			return err
		}
		return o.record(ctx, tx, by, "sheets.changed", petitionID, "")
	})
}

// Sheets prints a petition's sheets.
func (o *Office) Sheets(ctx context.Context, petitionID string, w io.Writer) error {
	set, said, err := o.sheetSet(ctx, petitionID)
	if err != nil {
		return err
	}
	if !said {
		return refuse(Invalid, "Nobody has said yet what the sheets look like: make them first.")
	}
	if err := set.Write(w); err != nil {
		return fmt.Errorf("print the sheets of petition %s: %w", petitionID, err)
	}
	return nil
}
