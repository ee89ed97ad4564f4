package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/extract"
	"countersign/internal/store"
)

// Forms that people gave a name to. Pages of later petitions with the same headings are read by
// them, so that what the columns of a form hold is said once.

// Form is a form as people see it.
type Form struct {
	ID, Name   string
	Columns    []PageColumn
	HasPicture bool
	By         string // account
	At         time.Time
}

// Forms lists the forms by name.
func (o *Office) Forms(ctx context.Context) (out []Form, err error) {
	forms, err := o.Store.KnownForms(ctx)
	if err != nil {
		return nil, err
	}
	known, err := decodeForms(forms)
	if err != nil {
		return nil, err
	}
	for i, f := range forms {
		out = append(out, Form{f.ID, f.Name, pageColumns(known[i].Columns), f.Shown, f.By, f.At})
	}
	return out, nil
}

// KnownForms are all forms as pages are read by them, without pictures.
func KnownForms(ctx context.Context, s *store.Store) ([]extract.KnownForm, error) {
	forms, err := s.KnownForms(ctx)
	if err != nil {
		return nil, err
	}
	return decodeForms(forms)
}

// decodeForms reads what the store keeps of forms, with the pictures that they come with.
func decodeForms(forms []store.KnownForm) (out []extract.KnownForm, err error) {
	for _, f := range forms {
		said, err := extract.DecodeForms([]byte(f.Said))
		if err != nil {
			return nil, fmt.Errorf("read form %s: %w", f.ID, err)
		}
		k := said[0]
		k.Name, k.Picture = f.Name, f.Picture
		out = append(out, k)
	}
	return out, nil
}

const formNameTaken = "There is a form with this name already: choose another."

// KeepForm keeps the form of a page under a name, with what its columns hold by now. Pages of the
// same petition whose columns are not known are read again.
func (o *Office) KeepForm(ctx context.Context, pageID, name string, by store.Account) error {
	p, err := o.Store.Page(ctx, pageID)
	if err != nil {
		return err
	}
	k, err := o.formOf(ctx, p, strings.TrimSpace(name))
	if err != nil {
		return err
	}
	forms, err := o.Store.KnownForms(ctx)
	if err != nil {
		return err
	}
	if len(forms) >= extract.MaxForms {
		return refuse(Conflict, "There are %d forms, and no more are kept: remove one first.",
			len(forms))
	}
	points, err := o.Store.OpenPoints(ctx, p.PetitionID)
	if err != nil {
		return err
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		f, err := formToStore(k, by)
		if err != nil {
			return err
		}
		f, err = tx.AddKnownForm(ctx, f)
		if err != nil {
			return err
		}
		for _, point := range points {
			unknown := point.Kind == string(extract.ColumnsUnknown) && point.Settled == ""
			if unknown && point.PageID != p.ID {
				if err := tx.ReadAgain(ctx, point.PageID); err != nil {
					return err
				}
			}
		}
		return o.record(ctx, tx, by.ID, "form.kept", f.ID, "page "+p.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return refuse(Conflict, formNameTaken)
	}
	if err != nil {
		return fmt.Errorf("keep the form of page %s: %w", p.ID, err)
	}
	o.tell(p.PetitionID)
	return nil
}

// formOf is the form of a page by what was read of it and what people said.
func (o *Office) formOf(ctx context.Context, p store.Page, name string) (k extract.KnownForm,
	err error) {
	if p.Sheet == "" {
		return k, refuse(Conflict, "The page has not been read yet.")
	}
	s, err := o.sheet(ctx, p.Sheet)
	if err != nil {
		return k, fmt.Errorf("read the columns of page %s: %w", p.ID, err)
	}
	told, err := DecodeTold(p.Told)
	if err != nil {
		return k, err
	}
	k = extract.KnownForm{Name: name, Columns: s.Columns}
	told.NameColumns(k.Columns) // it may not have been read again yet
	if s.Head != (extract.Box{}) {
		if k.Picture, err = o.cut(ctx, p, s.Head, extract.Box.On); err != nil {
			return k, err
		}
	}
	if len(k.Picture) > extract.MaxFormPicture {
		k.Picture = nil
	}
	if err := k.Check(); err != nil {
		return k, refuse(Invalid, "This form cannot be kept: %s.", err)
	}
	return k, nil
}

// formToStore is a form as the store keeps it.
func formToStore(k extract.KnownForm, by store.Account) (store.KnownForm, error) {
	f := store.KnownForm{Name: k.Name, Picture: k.Picture, By: by.ID}
	k.Picture = nil
	said, err := extract.EncodeForms([]extract.KnownForm{k})
	f.Said = string(said)
	return f, err
}

// RenameForm gives a form another name.
func (o *Office) RenameForm(ctx context.Context, id, name string, by store.Account) error {
	f, err := o.Store.KnownForm(ctx, id)
	if err != nil {
		return err
	}
	if f.Name == strings.TrimSpace(name) {
		return nil
	}
	f.Name = strings.TrimSpace(name)
	known, err := decodeForms([]store.KnownForm{f})
	if err != nil {
		return err
	}
	if err := known[0].Check(); err != nil {
		return refuse(Invalid, "The form cannot be renamed: %s.", err)
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.RenameKnownForm(ctx, id, f.Name); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "form.renamed", id, "")
	})
	if errors.Is(err, store.ErrConflict) {
		return refuse(Conflict, formNameTaken)
	}
	return err
}

// RemoveForm forgets a form. What was read by it stays.
func (o *Office) RemoveForm(ctx context.Context, id string, by store.Account) error {
	if _, err := o.Store.KnownForm(ctx, id); err != nil {
		return err
	}
	return o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.RemoveKnownForm(ctx, id); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "form.removed", id, "")
	})
}

// ExportForms is a file of all forms, with their pictures, for ImportForms of another office or
// for check --forms.
func (o *Office) ExportForms(ctx context.Context) ([]byte, error) {
	forms, err := o.Store.KnownForms(ctx)
	if err != nil {
		return nil, err
	}
	for i, f := range forms {
		if forms[i].Picture, err = o.Store.KnownFormPicture(ctx, f.ID); err != nil {
			return nil, err
		}
	}
	known, err := decodeForms(forms)
	if err != nil {
		return nil, err
	}
	return extract.EncodeForms(known)
}

// ImportForms keeps the forms of a file. One with the name of a form that is there replaces it. It
// gives how many there are in the file, and how many of those replaced another.
func (o *Office) ImportForms(ctx context.Context, file []byte, by store.Account) (n, replaced int,
	err error) {
	forms, err := extract.DecodeForms(file)
	if err != nil {
		return 0, 0, refuse(Invalid, "The file cannot be used: %s.", err)
	}
	there, err := o.Store.KnownForms(ctx)
	if err != nil {
		return 0, 0, err
	}
	names := map[string]bool{}
	for _, f := range there {
		names[f.Name] = true
	}
	for _, k := range forms {
		if names[k.Name] {
			replaced++
		}
		names[k.Name] = true
	}
	if len(names) > extract.MaxForms {
		return 0, 0, refuse(Conflict, "With these there would be %d forms, and at most %d are "+
			"kept: remove some first.", len(names), extract.MaxForms)
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		for _, k := range forms {
			f, err := formToStore(k, by)
			if err != nil {
				return err
			}
			if _, err := tx.PutKnownForm(ctx, f); err != nil {
				return err
			}
		}
		return o.record(ctx, tx, by.ID, "form.imported", "forms",
			fmt.Sprintf("%d forms, %d replaced", len(forms), replaced))
	})
	return len(forms), replaced, err
}
