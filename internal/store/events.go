package store

import (
	"context"
	"time"
)

// Event is something that happened to a petition after its sheets came in, to a group, or
// to a letter about one of them. Events are only ever added; what they come to is worked out by
// whoever reads them.
type Event struct {
	ID      string
	Of      string // petition, group or letter
	Subject string // its id; of a letter, what identifies it
	Kind    string
	On      time.Time // day
	At      time.Time
	By      string // account
	Words   map[string]string
	Undoes  string
}

// AddEvent adds an event and gives it back with its id and time. last is the id of the
// newest event of the subject that the caller knew, empty for none: where there is a newer
// one meanwhile the event is refused with ErrConflict, since it was checked against
// what is no longer so.
func (s *Store) AddEvent(ctx context.Context, e Event, last string) (_ Event, err error) {
	if e.ID == "" {
		e.ID = NewID()
	}
	defer saying(&err, "add event %s of %s %s", e.ID, e.Of, e.Subject)
	e.At = or(e.At)
	err = s.change(ctx, func(tx conn) error {
		n, err := one(ctx, tx, scanNumber,
			`SELECT COUNT(*) FROM events WHERE of = $1 AND subject = $2`, e.Of, e.Subject)
		if err != nil {
			return err
		}
		newest, err := all(ctx, tx, scanEvent, selectEvents+
			` WHERE of = $1 AND subject = $2 ORDER BY seq DESC LIMIT 1`, e.Of, e.Subject)
		if err != nil {
			return err
		}
		if len(newest) == 0 && last != "" || len(newest) > 0 && newest[0].ID != last {
			return ErrConflict
		}
		if len(newest) > 0 && e.At.Before(newest[0].At) {
			e.At = newest[0].At // a clock that was set back changes no order
		}
		// Two that came by here at once have the same number, and the second is refused.
		_, err = write(ctx, tx,
			`INSERT INTO events (id, of, subject, seq, kind, on_day, at, by, words, undoes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			e.ID, e.Of, e.Subject, n+1, e.Kind, e.On, e.At, e.By, e.Words, orNull(e.Undoes))
		return err
	})
	return e, err
}

// Events lists the events of a petition or group in the order in which they were
// written down.
func (s *Store) Events(ctx context.Context, of, subject string) (_ []Event, err error) {
	defer saying(&err, "list events of %s %s", of, subject)
	return all(ctx, s.reader, scanEvent, selectEvents+
		` WHERE of = $1 AND subject = $2 ORDER BY seq`, of, subject)
}

// EventsOfAll lists the events of all petitions or all groups, by subject.
func (s *Store) EventsOfAll(ctx context.Context, of string) (_ map[string][]Event, err error) {
	defer saying(&err, "list events of every %s", of)
	list, err := all(ctx, s.reader, scanEvent, selectEvents+` WHERE of = $1 ORDER BY subject, seq`,
		of)
	out := map[string][]Event{}
	for _, e := range list {
		out[e.Subject] = append(out[e.Subject], e)
	}
	return out, err
}

const selectEvents = `SELECT id, of, subject, kind, on_day, at, by, words, COALESCE(undoes, '') FROM events`

func scanEvent(r row) (e Event, err error) {
	err = r.Scan(&e.ID, &e.Of, &e.Subject, &e.Kind, when{&e.On}, when{&e.At}, &e.By,
		listed{&e.Words}, &e.Undoes)
	return e, err
}
