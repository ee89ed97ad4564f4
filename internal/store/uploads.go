package store

import (
	"context"
	"time"
)

// Upload is a file handed in with a petition.
type Upload struct {
	ID         string // see UploadID
	PetitionID string
	SHA256     string // names the blob
	Name       string
	Size       int64 // bytes
	By         string
	At         time.Time
	Pages      int    // 0: not opened yet
	Error      string // why it cannot be opened, for a person
	Excluded   bool   // counts for nothing, by somebody's choice
	Referred   bool   // only some of its pages are the petition's: see Refer
}

// AddUpload adds a file and announces it. The same file again is ErrConflict,
// together with the one that is there; one of which only some pages were
// referred gets the others.
func (s *Store) AddUpload(ctx context.Context, u Upload) (_ Upload, err error) {
	u.ID = UploadID(u.PetitionID, u.SHA256)
	defer saying(&err, "add upload %s", u.ID)
	u.At = or(u.At)
	err = s.change(ctx, func(tx conn) error {
		if err := lockUnpurged(ctx, tx, u.PetitionID); err != nil {
			return err
		}
		u.Pages, u.Error, u.Excluded, u.Referred = 0, "", false, false
		n, err := insertUpload(ctx, tx, u)
		if err != nil {
			return err
		}
		if n == 0 {
			if u, err = upload(ctx, tx, u.ID); err != nil {
				return err
			}
			if !u.Referred {
				return ErrConflict
			}
			u.Referred, u.Pages = false, 0
			if _, err := write(ctx, tx, `UPDATE uploads SET referred = $2, pages = 0 WHERE id = $1`,
				u.ID, u.Referred); err != nil {
				return err
			}
		}
		if err := linesChanged(ctx, tx, u.PetitionID); err != nil {
			return err
		}
		return announce(ctx, tx, Ingest, u.ID)
	})
	return u, err
}

// Upload finds an upload.
func (s *Store) Upload(ctx context.Context, id string) (_ Upload, err error) {
	defer saying(&err, "find upload %s", id)
	return upload(ctx, s.reader, id)
}

// Uploads lists the uploads of a petition in the order they came, excluded
// ones too.
func (s *Store) Uploads(ctx context.Context, petitionID string) (_ []Upload, err error) {
	defer saying(&err, "list uploads of petition %s", petitionID)
	return all(ctx, s.reader, scanUpload, selectUploads+` WHERE petition_id = $1 ORDER BY at, id`,
		petitionID)
}

// OpenedUpload notes what opening a file has shown: its pages, or in a
// sentence why it cannot be opened. Pages that are there stay as they are,
// whatever a later attempt has shown; those not read yet are announced.
func (s *Store) OpenedUpload(ctx context.Context, id string, pages []Page, trouble string) (
	err error) {
	defer saying(&err, "note the pages of upload %s", id)
	return s.change(ctx, func(tx conn) error {
		old, err := upload(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, old.PetitionID); err != nil {
			return err
		}
		if old, err = upload(ctx, tx, id); err != nil { // as the one before left it
			return err
		}
		if err := refusePurged(ctx, tx, old.PetitionID); err != nil {
			return err
		}
		if old.Pages > 0 && len(pages) == 0 {
			return resolve(ctx, tx, Ingest, id)
		}
		changed, err := write(ctx, tx,
			`UPDATE uploads SET pages = $2, error = $3 WHERE id = $1 AND (pages <> $2 OR error <> $3)`, id, len(pages), trouble)
		if err != nil {
			return err
		}
		for _, p := range pages {
			n, err := addPage(ctx, tx, old, p)
			if err != nil {
				return err
			}
			changed += n
		}
		if err := resolve(ctx, tx, Ingest, id); err != nil {
			return err
		}
		unread, err := all(ctx, tx, scanText,
			`SELECT id FROM pages WHERE upload_id = $1 AND read_at = 0 AND error = '' ORDER BY number`, id)
		if err != nil {
			return err
		}
		if err := announce(ctx, tx, Extract, unread...); err != nil || changed == 0 {
			return err
		}
		return linesChanged(ctx, tx, old.PetitionID)
	})
}

// ExcludeUpload makes a file count for nothing, or count again.
func (s *Store) ExcludeUpload(ctx context.Context, id string, excluded bool) (err error) {
	defer saying(&err, "exclude upload %s", id)
	return s.change(ctx, func(tx conn) error {
		u, err := upload(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := refusePurged(ctx, tx, u.PetitionID); err != nil {
			return err
		}
		n, err := write(ctx, tx,
			`UPDATE uploads SET excluded = $2 WHERE id = $1 AND excluded <> $2`, id, excluded)
		if err != nil || n == 0 {
			return err
		}
		return linesChanged(ctx, tx, u.PetitionID)
	})
}

// insertUpload adds a row unless it is there.
func insertUpload(ctx context.Context, tx conn, u Upload) (int64, error) {
	return write(ctx, tx,
		`INSERT INTO uploads (id, petition_id, sha256, name, size, by, at, pages, error, excluded, referred, announced_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) ON CONFLICT (id) DO NOTHING`,
		u.ID, u.PetitionID, u.SHA256, u.Name, u.Size, u.By, u.At, u.Pages, u.Error, u.Excluded,
		u.Referred)
}

func upload(ctx context.Context, c conn, id string) (Upload, error) {
	return one(ctx, c, scanUpload, selectUploads+` WHERE id = $1`, id)
}

const selectUploads = `SELECT id, petition_id, sha256, name, size, by, at, pages, error, excluded, referred FROM uploads`

func scanUpload(r row) (u Upload, err error) {
	err = r.Scan(&u.ID, &u.PetitionID, &u.SHA256, &u.Name, &u.Size, &u.By, when{&u.At}, &u.Pages,
		&u.Error, &u.Excluded, &u.Referred)
	return u, err
}
