package store

import (
	"context"
	"time"
)

// Failure is work that was given up and waits for a person.
type Failure struct {
	ID         string // stage and what failed: failing again is the same failure
	PetitionID string
	UploadID   string
	PageID     string // empty where a whole file failed
	Stage      string
	Text       string // one sentence for a person
	At         time.Time
}

// Subject is what the stage was asked to do: a page, or an upload.
func (f Failure) Subject() string {
	if f.PageID != "" {
		return f.PageID
	}
	return f.UploadID
}

// Fail notes a failure of a page, or of an upload where no page is named; the
// rest is found.
func (s *Store) Fail(ctx context.Context, f Failure) (err error) {
	defer saying(&err, "note that %s of %s failed", f.Stage, f.Subject())
	f.ID, f.At = failureID(f.Stage, f.Subject()), or(f.At)
	return s.change(ctx, func(tx conn) error {
		if f.PageID != "" {
			p, err := page(ctx, tx, f.PageID)
			if err != nil {
				return err
			}
			f.UploadID = p.UploadID
		}
		u, err := upload(ctx, tx, f.UploadID)
		if err != nil {
			return err
		}
		_, err = write(ctx, tx,
			`INSERT INTO failures (id, petition_id, upload_id, page_id, stage, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET text = excluded.text, at = excluded.at`, f.ID, u.PetitionID, u.ID, orNull(f.PageID), f.Stage, f.Text, f.At)
		return err
	})
}

// Resolve removes a failure, if there is one.
func (s *Store) Resolve(ctx context.Context, stage, subject string) (err error) {
	defer saying(&err, "resolve the failure of %s of %s", stage, subject)
	return resolve(ctx, s.writer, stage, subject)
}

// Retry removes a failure and announces its work again.
func (s *Store) Retry(ctx context.Context, stage, subject string) (err error) {
	defer saying(&err, "retry %s of %s", stage, subject)
	return s.change(ctx, func(tx conn) error {
		if err := resolve(ctx, tx, stage, subject); err != nil {
			return err
		}
		return announce(ctx, tx, stage, subject)
	})
}

// Failures lists the open failures of a petition, oldest first.
func (s *Store) Failures(ctx context.Context, petitionID string) (_ []Failure, err error) {
	defer saying(&err, "list failures of petition %s", petitionID)
	return all(ctx, s.reader, func(r row) (f Failure, err error) {
		err = r.Scan(&f.ID, &f.PetitionID, &f.UploadID, &f.PageID, &f.Stage, &f.Text, when{&f.At})
		return f, err
	},
		`SELECT id, petition_id, upload_id, COALESCE(page_id, ''), stage, text, at FROM failures WHERE petition_id = $1 ORDER BY at, id`, petitionID)
}

func resolve(ctx context.Context, c conn, stage, subject string) error {
	_, err := write(ctx, c, `DELETE FROM failures WHERE id = $1`, failureID(stage, subject))
	return err
}

func failureID(stage, subject string) string { return stage + "-" + subject }
