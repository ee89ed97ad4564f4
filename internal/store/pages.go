package store

import (
	"context"
	"slices"
	"time"
)

// Page is a page of an upload.
type Page struct {
	ID         string // see PageID
	PetitionID string
	UploadID   string
	Number     int // counted from 1
	Kind       string
	Source     string
	Rotation   int // degrees clockwise that made it upright
	Width      int // pixels
	Height     int
	Notes      []string
	Open       []OpenPoint // what reading it left open, to be written only: see OpenPoints
	Sheet      string      // names the blob of what was read
	Picture    string      // names the blob of the page as it looks
	Error      string      // why it cannot be read, for a person
	ReadAt     time.Time   // zero: not yet
	Form       Form        // zero where it is no printed sheet
	// the petition under which it counts, where that is another one: see Refer
	FiledUnder string

	// What people say of it, to be written by TellPage alone.
	Excluded    bool   // it counts for nothing
	CountsUnder string // the petition; empty for what its code says
	Told        string // how it is read, in the words of whoever reads; empty for nothing
	Again       bool   // it is to be read again by a person's word
}

// Form is what the code on a printed sheet says.
type Form struct {
	Petition string // that it was printed for; perhaps none that is here
	Page, Of int
}

// Page finds a page.
func (s *Store) Page(ctx context.Context, id string) (_ Page, err error) {
	defer saying(&err, "find page %s", id)
	return page(ctx, s.reader, id)
}

// Pages lists the pages of a petition by upload and number, those of excluded
// uploads too.
func (s *Store) Pages(ctx context.Context, petitionID string) (_ []Page, err error) {
	defer saying(&err, "list pages of petition %s", petitionID)
	return all(ctx, s.reader, scanPage, selectPages+` JOIN uploads u ON u.id = p.upload_id
		WHERE u.petition_id = $1 ORDER BY u.at, u.id, p.number`, petitionID)
}

// PagesOf lists the pages of an upload.
func (s *Store) PagesOf(ctx context.Context, uploadID string) (_ []Page, err error) {
	defer saying(&err, "list pages of upload %s", uploadID)
	return all(ctx, s.reader, scanPage, selectPages+` WHERE p.upload_id = $1 ORDER BY p.number`,
		uploadID)
}

// ReadPage notes what reading a page has shown, and announces its lines to
// verify where the petition has a snapshot to verify them against. Reading it again with the same
// result changes nothing; another result replaces the first, unless somebody has found something of
// its lines or added one: then the page stays as that person saw it. What is purged is ErrPurged.
func (s *Store) ReadPage(ctx context.Context, p Page, lines []Line) (err error) {
	defer saying(&err, "note the lines of page %s", p.ID)
	p.ReadAt = or(p.ReadAt)
	return s.change(ctx, func(tx conn) error {
		old, err := page(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, old.PetitionID); err != nil {
			return err
		}
		// Another worker may have read it while this one waited for the lock.
		if old, err = page(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := refusePurged(ctx, tx, old.PetitionID); err != nil {
			return err
		}
		changed, err := replacePage(ctx, tx, old, p, lines)
		if err != nil {
			return err
		}
		if err := resolve(ctx, tx, Extract, p.ID); err != nil {
			return err
		}
		if changed {
			if err := linesChanged(ctx, tx, old.PetitionID); err != nil {
				return err
			}
		}
		waiting, err := all(ctx, tx, scanText,
			`SELECT DISTINCT l.page_id FROM lines l JOIN petitions p ON p.id = l.petition_id
			WHERE l.page_id = $1 AND l.snapshot_id <> p.snapshot_id`, p.ID)
		if err != nil {
			return err
		}
		return announce(ctx, tx, Verify, waiting...)
	})
}

// ReadAgain has a page read once more, unless somebody found something of its lines.
func (s *Store) ReadAgain(ctx context.Context, pageID string) (err error) {
	defer saying(&err, "have page %s read again", pageID)
	return s.change(ctx, func(tx conn) error {
		p, err := page(ctx, tx, pageID)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, p.PetitionID); err != nil {
			return err
		}
		touched, err := touchedByPeople(ctx, tx, pageID)
		if err != nil || touched {
			return err
		}
		if _, err := write(ctx, tx, `UPDATE pages SET read_at = 0 WHERE id = $1`,
			pageID); err != nil {
			return err
		}
		return announce(ctx, tx, Extract, pageID)
	})
}

// touchedByPeople reports whether somebody found something of the lines of a page, or added one.
func touchedByPeople(ctx context.Context, tx conn, pageID string) (bool, error) {
	n, err := one(ctx, tx, scanNumber,
		`SELECT (SELECT COUNT(*) FROM findings f JOIN lines l ON l.id = f.line_id WHERE l.page_id = $1) +
		(SELECT COUNT(*) FROM lines WHERE page_id = $1 AND added_by <> '')`, pageID)
	return n > 0, err
}

// replacePage writes a page and its lines where they differ from what is
// there and may be replaced.
func replacePage(ctx context.Context, tx conn, old, p Page, lines []Line) (changed bool,
	err error) {
	p.PetitionID, p.UploadID, p.Number = old.PetitionID, old.UploadID, old.Number
	there, err := all(ctx, tx, scanLine, selectLines+` WHERE l.page_id = $1 ORDER BY l.number`,
		p.ID)
	if err != nil {
		return false, err
	}
	if !old.ReadAt.IsZero() && samePage(old, p) && slices.EqualFunc(there, lines, sameLine) {
		return false, nil
	}
	touched, err := touchedByPeople(ctx, tx, p.ID)
	if err != nil {
		return false, err
	}
	if touched && !old.Again {
		if err == nil && old.ReadAt.IsZero() { // see ReadAgain
			_, err = write(ctx, tx, `UPDATE pages SET read_at = $2 WHERE id = $1`, p.ID, p.ReadAt)
		}
		return false, err
	}
	if _, err := write(ctx, tx,
		`UPDATE pages SET kind = $2, source = $3, rotation = $4, width = $5, height = $6, notes = $7, sheet = $8, picture = $9, error = $10, read_at = $11,
		form_petition = $12, form_page = $13, form_of = $14, filed_under = $15, again = FALSE WHERE id = $1`, p.ID, p.Kind, p.Source, p.Rotation, p.Width, p.Height, p.Notes, p.Sheet, p.Picture, p.Error, p.ReadAt,
		p.Form.Petition, p.Form.Page, p.Form.Of, p.FiledUnder); err != nil {
		return false, err
	}
	if err := replaceOpen(ctx, tx, p); err != nil {
		return false, err
	}
	if slices.EqualFunc(there, lines, sameLine) {
		return true, nil // their matches hold
	}
	if touched {
		err = renewLines(ctx, tx, p, there, lines)
	} else {
		err = replaceLines(ctx, tx, p, lines)
	}
	if err == nil {
		err = setAside(ctx, tx, p.ID)
	}
	return true, err
}

// samePage compares what reading shows.
func samePage(a, b Page) bool {
	return a.Kind == clean(b.Kind) && a.Source == clean(b.Source) && a.Rotation == b.Rotation &&
		a.Width == b.Width && a.Height == b.Height &&
		a.Sheet == b.Sheet && a.Picture == b.Picture && a.Error == clean(b.Error) &&
		inJSON(a.Notes) == inJSON(b.Notes) &&
		a.Form == b.Form && a.FiledUnder == b.FiledUnder
}

// addPage adds a page of an upload unless it is there.
func addPage(ctx context.Context, tx conn, u Upload, p Page) (int64, error) {
	return write(ctx, tx,
		`INSERT INTO pages (id, petition_id, upload_id, number, kind, source, rotation, width, height, notes, sheet, picture, error, read_at, announced_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0) ON CONFLICT (id) DO NOTHING`,
		PageID(u.ID, p.Number), u.PetitionID, u.ID, p.Number, p.Kind, p.Source, p.Rotation, p.Width,
		p.Height, p.Notes, p.Sheet, p.Picture, p.Error)
}

func page(ctx context.Context, c conn, id string) (Page, error) {
	return one(ctx, c, scanPage, selectPages+` WHERE p.id = $1`, id)
}

const selectPages = `SELECT p.id, p.petition_id, p.upload_id, p.number, p.kind, p.source, p.rotation, p.width, p.height, p.notes, p.sheet, p.picture, p.error, p.read_at,
	p.form_petition, p.form_page, p.form_of, p.filed_under, p.excluded, p.counts_under, p.told, p.again FROM pages p`

func scanPage(r row) (p Page, err error) {
	err = r.Scan(&p.ID, &p.PetitionID, &p.UploadID, &p.Number, &p.Kind, &p.Source, &p.Rotation,
		&p.Width, &p.Height,
		listed{&p.Notes}, &p.Sheet, &p.Picture, &p.Error, when{&p.ReadAt},
		&p.Form.Petition, &p.Form.Page, &p.Form.Of, &p.FiledUnder, &p.Excluded, &p.CountsUnder,
		&p.Told, &p.Again)
	return p, err
}

func scanNumber(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}
