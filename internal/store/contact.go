package store

import (
	"context"
	"time"
)

// ContactSheet is a screenful of lines that was shown to a person, with what they were measured
// by.
type ContactSheet struct {
	ID         string
	PetitionID string
	By         string // account
	MadeAt     time.Time
	DoneAt     time.Time // zero: it was not answered
	Seeds      int       // wrong names among them
	Missed     int       // of these, those that were accepted
	Items      string    // JSON: what was shown, and answered
	Reason     string    // why the program refused its lines; empty for lines with a likely member
}

// AddContactSheet adds a sheet and gives it back with its id and time.
func (s *Store) AddContactSheet(ctx context.Context, c ContactSheet) (_ ContactSheet, err error) {
	if c.ID == "" {
		c.ID = NewID()
	}
	defer saying(&err, "add contact sheet %s", c.ID)
	c.MadeAt = or(c.MadeAt)
	_, err = write(ctx, s.writer,
		`INSERT INTO contact_sheets (id, petition_id, by, made_at, done_at, seeds, missed, items, reason) VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $7)`,
		c.ID, c.PetitionID, c.By, c.MadeAt, c.Seeds, c.Items, c.Reason)
	return c, err
}

// FinishContactSheet notes what was answered. One that was answered already is ErrConflict.
func (s *Store) FinishContactSheet(ctx context.Context, c ContactSheet) (err error) {
	defer saying(&err, "finish contact sheet %s", c.ID)
	n, err := write(ctx, s.writer,
		`UPDATE contact_sheets SET done_at = $2, missed = $3, items = $4 WHERE id = $1 AND done_at = 0`, c.ID, or(c.DoneAt), c.Missed, c.Items)
	if err == nil && n == 0 {
		return ErrConflict
	}
	return err
}

// ContactSheet finds a sheet.
func (s *Store) ContactSheet(ctx context.Context, id string) (_ ContactSheet, err error) {
	defer saying(&err, "find contact sheet %s", id)
	return one(ctx, s.reader, scanContact, selectContact+` WHERE id = $1`, id)
}

// ContactSheets lists the sheets of a petition in the order they were shown.
func (s *Store) ContactSheets(ctx context.Context, petitionID string) (_ []ContactSheet,
	err error) {
	defer saying(&err, "list contact sheets of petition %s", petitionID)
	return all(ctx, s.reader, scanContact, selectContact+
		` WHERE petition_id = $1 ORDER BY made_at, id`, petitionID)
}

const selectContact = `SELECT id, petition_id, by, made_at, done_at, seeds, missed, items, reason FROM contact_sheets`

func scanContact(r row) (c ContactSheet, err error) {
	err = r.Scan(&c.ID, &c.PetitionID, &c.By, when{&c.MadeAt}, when{&c.DoneAt}, &c.Seeds, &c.Missed,
		&c.Items, &c.Reason)
	return c, err
}
