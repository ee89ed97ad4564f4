package store

import (
	"context"
	"fmt"
	"time"
)

// The stages that work is announced to.
const (
	Ingest  = "ingest"
	Extract = "extract"
	Verify  = "verify"
)

// Message asks a stage for work. It is written in the transaction that makes
// the work, and stays until the queue has it.
type Message struct {
	ID        string // of this announcement: the queue drops a second one with the same id
	Stage     string
	Subject   string // id of an upload for ingest, of a page for the others
	CreatedAt time.Time
}

// Unsent lists messages that the queue has not taken yet, oldest first.
func (s *Store) Unsent(ctx context.Context, limit int) (_ []Message, err error) {
	defer saying(&err, "list unsent messages")
	return all(ctx, s.reader, func(r row) (m Message, err error) {
		err = r.Scan(&m.ID, &m.Stage, &m.Subject, when{&m.CreatedAt})
		return m, err
	}, `SELECT id, stage, subject, created_at FROM outbox ORDER BY created_at, id LIMIT $1`, limit)
}

// Sent forgets messages that the queue has taken.
func (s *Store) Sent(ctx context.Context, ids []string) (err error) {
	defer saying(&err, "forget sent messages")
	return s.change(ctx, func(tx conn) error {
		for _, id := range ids {
			if _, err := write(ctx, tx, `DELETE FROM outbox WHERE id = $1`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Announce asks a stage for work once more.
func (s *Store) Announce(ctx context.Context, stage, subject string) (err error) {
	defer saying(&err, "announce %s of %s", stage, subject)
	return s.change(ctx, func(tx conn) error { return announce(ctx, tx, stage, subject) })
}

// announce writes messages. One that waits already gets a new id: whoever is
// sending the old one at this moment may have begun before the change that is
// announced here, and must not forget this one with it. Ids keep the order.
func announce(ctx context.Context, tx conn, stage string, subjects ...string) error {
	at, id := now(), NewID()
	mark := `UPDATE pages SET announced_at = $2 WHERE id = $1`
	if stage == Ingest {
		mark = `UPDATE uploads SET announced_at = $2 WHERE id = $1`
	}
	for i, subject := range subjects {
		if err := touched(write(ctx, tx, mark, subject, at)); err != nil {
			return err
		}
		if _, err := write(ctx, tx,
			`INSERT INTO outbox (id, stage, subject, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (stage, subject) DO UPDATE SET id = excluded.id`, fmt.Sprintf("%s-%06d", id, i), stage, subject, at); err != nil {
			return err
		}
	}
	return nil
}
