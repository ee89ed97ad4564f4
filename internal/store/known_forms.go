package store

import (
	"context"
	"time"
)

// KnownForm is a form that people gave a name to. Nothing of those who signed one is in it.
type KnownForm struct {
	ID      string
	Name    string // each has one of its own
	Said    string // what its columns hold, as JSON
	Picture []byte // JPEG of its headings; only in KnownFormPicture and PutKnownForm
	Shown   bool   // there is a picture
	By      string // account
	At      time.Time
}

// AddKnownForm keeps a form; where another has its name it is ErrConflict.
func (s *Store) AddKnownForm(ctx context.Context, f KnownForm) (KnownForm, error) {
	return s.insertForm(ctx, f, "")
}

// PutKnownForm keeps a form. One with the same name is replaced and keeps its id.
func (s *Store) PutKnownForm(ctx context.Context, f KnownForm) (KnownForm, error) {
	return s.insertForm(ctx, f, `ON CONFLICT (name) DO UPDATE SET said = excluded.said,
		picture = excluded.picture, by = excluded.by, at = excluded.at`)
}

func (s *Store) insertForm(ctx context.Context, f KnownForm, named string) (_ KnownForm,
	err error) {
	if f.ID == "" {
		f.ID = NewID()
	}
	defer saying(&err, "keep form %s", f.ID)
	f.At = or(f.At)
	if f.Picture == nil {
		f.Picture = []byte{}
	}
	f.ID, err = one(ctx, s.writer, scanText,
		`INSERT INTO known_forms (id, name, said, picture, by, at) VALUES ($1, $2, $3, $4, $5, $6) `+
			named+` RETURNING id`, f.ID, f.Name, f.Said, f.Picture, f.By, f.At)
	return f, err
}

// KnownForms lists the forms by name, without their pictures.
func (s *Store) KnownForms(ctx context.Context) (_ []KnownForm, err error) {
	defer saying(&err, "list the forms")
	return all(ctx, s.reader, scanForm,
		`SELECT id, name, said, LENGTH(picture) > 0, by, at FROM known_forms ORDER BY name, id`)
}

// KnownForm gives a form without its picture, or ErrNotFound.
func (s *Store) KnownForm(ctx context.Context, id string) (_ KnownForm, err error) {
	defer saying(&err, "read form %s", id)
	return one(ctx, s.reader, scanForm,
		`SELECT id, name, said, LENGTH(picture) > 0, by, at FROM known_forms WHERE id = $1`, id)
}

// KnownFormPicture gives the picture of a form, empty for none.
func (s *Store) KnownFormPicture(ctx context.Context, id string) (picture []byte, err error) {
	defer saying(&err, "read the picture of form %s", id)
	return one(ctx, s.reader, func(r row) (p []byte, err error) {
		err = r.Scan(&p)
		return p, err
	}, `SELECT picture FROM known_forms WHERE id = $1`, id)
}

// RenameKnownForm gives a form another name; that of another form is ErrConflict.
func (s *Store) RenameKnownForm(ctx context.Context, id, name string) (err error) {
	defer saying(&err, "rename form %s", id)
	n, err := write(ctx, s.writer, `UPDATE known_forms SET name = $2 WHERE id = $1`, id, name)
	return touched(n, err)
}

// RemoveKnownForm forgets a form.
func (s *Store) RemoveKnownForm(ctx context.Context, id string) (err error) {
	defer saying(&err, "remove form %s", id)
	_, err = write(ctx, s.writer, `DELETE FROM known_forms WHERE id = $1`, id)
	return err
}

func scanForm(r row) (f KnownForm, err error) {
	err = r.Scan(&f.ID, &f.Name, &f.Said, &f.Shown, &f.By, when{&f.At})
	return f, err
}
