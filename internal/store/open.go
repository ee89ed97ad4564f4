package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// OpenPoint is something on a page that may be a signature nobody filed, or a reason why the
// page may say more than was read. It waits until a person settles it.
type OpenPoint struct {
	ID         string
	PetitionID string
	UploadID   string
	PageID     string
	Kind       string
	Text       string     // sentences for a person
	Box        [4]float64 // on the page, as of its lines; zero for the page as a whole
	Settled    string     // how: nothing, added or excluded; empty: not yet
	LineID     string     // of the line that was added
	Note       string
	By         string // account
	At         time.Time
}

// How an open point is settled.
const (
	NothingHere = "nothing"  // there is nothing to count
	LineAdded   = "added"    // as a line of the page
	NotCounted  = "excluded" // what is there is not counted, and the note says why
)

// openID is made of what is open, so that a page that is read again has the same points.
func openID(p OpenPoint) string {
	box, _ := json.Marshal(p.Box)
	hash := sha256.Sum256([]byte(p.PageID + "\n" + p.Kind + "\n" + p.Text + "\n" + string(box)))
	return hex.EncodeToString(hash[:])[:24]
}

// replaceOpen writes the open points of a page in the place of those nobody settled.
func replaceOpen(ctx context.Context, tx conn, p Page) error {
	if _, err := write(ctx, tx, `DELETE FROM open_points WHERE page_id = $1 AND settled = ''`,
		p.ID); err != nil {
		return err
	}
	for _, o := range p.Open {
		if err := addOpen(ctx, tx, p, o); err != nil {
			return err
		}
	}
	return nil
}

// addOpen writes an open point of a page, unless it is known.
func addOpen(ctx context.Context, tx conn, p Page, o OpenPoint) error {
	o.PageID = p.ID
	_, err := write(ctx, tx,
		`INSERT INTO open_points (id, petition_id, upload_id, page_id, kind, text, box, settled, line_id, note, by, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', '', '', 0) ON CONFLICT (id) DO NOTHING`,
		openID(o), p.PetitionID, p.UploadID, p.ID, o.Kind, o.Text, o.Box)
	return err
}

// AddOpen adds an open point to a page that other pages show to have it, and its text to the
// page's notes. One that is known, settled or not, stays as it is.
func (s *Store) AddOpen(ctx context.Context, pageID string, o OpenPoint) (err error) {
	defer saying(&err, "add an open point to page %s", pageID)
	return s.change(ctx, func(tx conn) error {
		p, err := page(ctx, tx, pageID)
		if err != nil {
			return err
		}
		if err := addOpen(ctx, tx, p, o); err != nil || slices.Contains(p.Notes, o.Text) {
			return err
		}
		_, err = write(ctx, tx, `UPDATE pages SET notes = $2 WHERE id = $1`,
			pageID, append(p.Notes, o.Text))
		return err
	})
}

// CloseOpen takes open points of a page back that nobody settled, since they turned out to
// be none, and writes the page's notes without them.
func (s *Store) CloseOpen(
	ctx context.Context, pageID string, points []OpenPoint, notes []string,
) (err error) {
	defer saying(&err, "take back open points of page %s", pageID)
	return s.change(ctx, func(tx conn) error {
		taken := 0
		for _, o := range points {
			const remove = `DELETE FROM open_points WHERE id = $1 AND page_id = $2 AND settled = '' AND by = ''`
			n, err := write(ctx, tx, remove, openID(o), pageID)
			if err != nil {
				return err
			}
			taken += int(n)
		}
		if taken == 0 {
			return nil
		}
		_, err := write(ctx, tx, `UPDATE pages SET notes = $2 WHERE id = $1`, pageID, notes)
		return err
	})
}

// OpenPoints lists the open points of a petition, settled ones too, by file and page; those of
// files and pages that do not count here are left out.
func (s *Store) OpenPoints(ctx context.Context, petitionID string) (_ []OpenPoint, err error) {
	defer saying(&err, "list the open points of petition %s", petitionID)
	return all(ctx, s.reader, scanOpen, selectOpen+
		` JOIN uploads u ON u.id = o.upload_id JOIN pages p ON p.id = o.page_id
		WHERE o.petition_id = $1 AND NOT u.excluded AND NOT p.excluded AND p.filed_under = '' ORDER BY u.at, u.id, p.number, o.id`, petitionID)
}

// OpenWaiting is how many of these nobody settled.
func (s *Store) OpenWaiting(ctx context.Context, petitionID string) (_ int, err error) {
	defer saying(&err, "count the open points of petition %s", petitionID)
	n, err := one(ctx, s.reader, scanNumber,
		`SELECT COUNT(*) FROM open_points o JOIN uploads u ON u.id = o.upload_id JOIN pages p ON p.id = o.page_id
		WHERE o.petition_id = $1 AND o.settled = '' AND NOT u.excluded AND NOT p.excluded AND p.filed_under = ''`, petitionID)
	return int(n), err
}

// OpenPoint finds an open point.
func (s *Store) OpenPoint(ctx context.Context, id string) (_ OpenPoint, err error) {
	defer saying(&err, "find open point %s", id)
	return one(ctx, s.reader, scanOpen, selectOpen+` WHERE o.id = $1`, id)
}

// SettleOpen notes how an open point was settled, and by whom; with an empty Settled it is
// open again. One that was settled otherwise meanwhile is ErrConflict.
func (s *Store) SettleOpen(ctx context.Context, p OpenPoint) (err error) {
	defer saying(&err, "settle open point %s", p.ID)
	p.At = or(p.At)
	return s.change(ctx, func(tx conn) error {
		old, err := one(ctx, tx, scanOpen, selectOpen+` WHERE o.id = $1`, p.ID)
		if err != nil {
			return err
		}
		if err := lockUnpurged(ctx, tx, old.PetitionID); err != nil {
			return err
		}
		n, err := write(ctx, tx,
			`UPDATE open_points SET settled = $2, line_id = $3, note = $4, by = $5, at = $6
			WHERE id = $1 AND (settled = '') <> ($2 = '')`, p.ID, p.Settled, p.LineID, p.Note, p.By, p.At)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrConflict
		}
		return findingsChanged(ctx, tx, old.PetitionID)
	})
}

// AddLine adds a line to a page that a person saw there, after the others, and gives it
// back with its id and number. Where the petition has a snapshot, the page is announced so
// that the line is looked up in it.
func (s *Store) AddLine(ctx context.Context, l Line, by string) (_ Line, err error) {
	defer saying(&err, "add a line to page %s", l.PageID)
	err = s.change(ctx, func(tx conn) error {
		p, err := page(ctx, tx, l.PageID)
		if err != nil {
			return err
		}
		if err := lockUnpurged(ctx, tx, p.PetitionID); err != nil {
			return err
		}
		last, err := one(ctx, tx, scanNumber,
			`SELECT COALESCE(MAX(number), 0) FROM lines WHERE page_id = $1`, p.ID)
		if err != nil {
			return err
		}
		l.PetitionID, l.UploadID, l.Page, l.Number = p.PetitionID, p.UploadID, p.Number, int(last)+1
		l.ID, l.Match, l.SnapshotID = LineID(p.ID, l.Number), nil, ""
		if _, err := write(ctx, tx,
			`INSERT INTO lines (id, petition_id, upload_id, page_id, page, number, box, picture, row, match, snapshot_id, added_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11)`,
			l.ID, l.PetitionID, l.UploadID, l.PageID, l.Page, l.Number, l.Box, l.Picture, l.Row,
			l.Match, by); err != nil {
			return err
		}
		if err := linesChanged(ctx, tx, p.PetitionID); err != nil {
			return err
		}
		of, err := petition(ctx, tx, p.PetitionID)
		if err != nil || of.SnapshotID == "" {
			return err
		}
		return announce(ctx, tx, Verify, p.ID)
	})
	return l, err
}

const selectOpen = `SELECT o.id, o.petition_id, o.upload_id, o.page_id, o.kind, o.text, o.box, o.settled, o.line_id, o.note, o.by, o.at FROM open_points o`

func scanOpen(r row) (p OpenPoint, err error) {
	err = r.Scan(&p.ID, &p.PetitionID, &p.UploadID, &p.PageID, &p.Kind, &p.Text, &boxed{&p.Box},
		&p.Settled, &p.LineID, &p.Note, &p.By, when{&p.At})
	return p, err
}
