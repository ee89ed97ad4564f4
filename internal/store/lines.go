package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Line is a line of a page: what was read of it, and who may have written it.
type Line struct {
	ID         string // see LineID
	PetitionID string
	UploadID   string
	PageID     string
	Page       int        // its number, counted from 1
	Number     int        // on the page, counted from 1
	Box        [4]float64 // on the page, in the measure of whoever read it
	Picture    string     // names the blob
	Row        []byte     // what was read, as JSON
	Match      []byte     // who may have written it, as JSON; nil: not matched
	SnapshotID string     // what Match was made against; empty: not matched

	AddedBy string // account of the person who saw it, where the program did not; not of Lines
	Dropped string // the repair that took it out, empty for none; not of Lines
}

// Lines lists the lines of a petition by upload, page and number; those of
// excluded uploads and pages are left out, and those that were taken out. The bytes of all lines
// are the caller's.
func (s *Store) Lines(ctx context.Context, petitionID string) (_ []Line, err error) {
	defer saying(&err, "list lines of petition %s", petitionID)
	// The cross join makes SQLite walk uploads first and lines along their
	// index, which is the order asked for: nothing is sorted. Only what differs
	// from line to line is asked for; columns are what the time goes into.
	last := Line{PetitionID: petitionID}
	return all(ctx, s.reader, func(r row) (Line, error) { return scanNext(r, &last) },
		`SELECT l.id, l.box, l.picture, l.snapshot_id, l.row, l.match FROM uploads u CROSS JOIN lines l
		WHERE l.upload_id = u.id AND u.petition_id = $1 AND NOT u.excluded AND NOT l.aside ORDER BY u.at, u.id, l.page, l.number`, petitionID)
}

// LinesOf lists the lines of a page.
func (s *Store) LinesOf(ctx context.Context, pageID string) (_ []Line, err error) {
	defer saying(&err, "list lines of page %s", pageID)
	return all(ctx, s.reader, scanLine, selectLines+` WHERE l.page_id = $1 ORDER BY l.number`,
		pageID)
}

// Line finds a line.
func (s *Store) Line(ctx context.Context, id string) (_ Line, err error) {
	defer saying(&err, "find line %s", id)
	return one(ctx, s.reader, scanLine, selectLines+` WHERE l.id = $1`, id)
}

// MatchLines sets the matches of lines of a page, by their ids. Ids that are
// not on the page are passed over: it was read anew, and announced again.
// Matches against another snapshot than the petition's are ErrConflict: it has
// changed meanwhile, and the page was announced again.
func (s *Store) MatchLines(ctx context.Context, pageID, snapshotID string,
	matches map[string][]byte) (err error) {
	defer saying(&err, "match the lines of page %s", pageID)
	return s.change(ctx, func(tx conn) error {
		p, err := page(ctx, tx, pageID)
		if err != nil {
			return err
		}
		if err := lockUnpurged(ctx, tx, p.PetitionID); err != nil {
			return err
		}
		of, err := petition(ctx, tx, p.PetitionID)
		if err != nil {
			return err
		}
		if of.SnapshotID != snapshotID || snapshotID == "" {
			return ErrConflict
		}
		changed := int64(0)
		for _, id := range slices.Sorted(maps.Keys(matches)) {
			n, err := write(ctx, tx,
				`UPDATE lines SET match = $3, snapshot_id = $4 WHERE id = $1 AND page_id = $2 AND (snapshot_id <> $4 OR match <> $3)`,
				id, pageID, matches[id], snapshotID)
			if err != nil {
				return err
			}
			changed += n
		}
		if err := resolve(ctx, tx, Verify, pageID); err != nil || changed == 0 {
			return err
		}
		return linesChanged(ctx, tx, p.PetitionID)
	})
}

// replaceLines writes the lines of a page in the place of those there. Nobody
// has found anything of them.
func replaceLines(ctx context.Context, tx conn, p Page, lines []Line) error {
	if _, err := write(ctx, tx, `DELETE FROM lines WHERE page_id = $1`, p.ID); err != nil {
		return err
	}
	for _, l := range lines {
		if err := insertLine(ctx, tx, p, l); err != nil {
			return err
		}
	}
	return nil
}

// renewLines writes what was read again of a page by a person's word, where somebody has found
// something of its lines. Those stay, with what is read now; lines that are read no more are
// taken out, and what people added stays, with a number of its own.
func renewLines(ctx context.Context, tx conn, p Page, there, lines []Line) error {
	taken, last := map[int]*Line{}, 0
	for i := range there {
		l := &there[i]
		taken[l.Number], last = l, max(last, l.Number)
	}
	for _, l := range lines {
		last = max(last, l.Number)
	}
	for _, l := range lines {
		old := taken[l.Number]
		if old != nil && old.AddedBy == "" {
			delete(taken, l.Number)
			if _, err := write(ctx, tx,
				`UPDATE lines SET box = $2, picture = $3, row = $4, match = $5, snapshot_id = '' WHERE id = $1`,
				old.ID, l.Box, l.Picture, l.Row, []byte(nil)); err != nil {
				return err
			}
			continue
		}
		if old != nil {
			last++
			l.Number = last
		}
		if err := insertLine(ctx, tx, p, l); err != nil {
			return err
		}
	}
	for _, l := range taken {
		if l.AddedBy != "" {
			continue
		}
		if _, err := write(ctx, tx, `UPDATE lines SET dropped = 'read again' WHERE id = $1`,
			l.ID); err != nil {
			return err
		}
	}
	return nil
}

func insertLine(ctx context.Context, tx conn, p Page, l Line) error {
	_, err := write(ctx, tx,
		`INSERT INTO lines (id, petition_id, upload_id, page_id, page, number, box, picture, row, match, snapshot_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')`,
		LineID(p.ID, l.Number), p.PetitionID, p.UploadID, p.ID, p.Number, l.Number, l.Box,
		l.Picture, l.Row, []byte(nil))
	return err
}

// sameLine compares what reading shows.
func sameLine(a, b Line) bool {
	return a.Number == b.Number && a.Box == b.Box && a.Picture == b.Picture && bytes.Equal(a.Row,
		b.Row)
}

const selectLines = `SELECT l.id, l.petition_id, l.upload_id, l.page_id, l.page, l.number, l.box, l.picture, l.row, l.match, l.snapshot_id, l.added_by, l.dropped FROM lines l`

func scanLine(r row) (l Line, err error) {
	err = r.Scan(&l.ID, &l.PetitionID, &l.UploadID, &l.PageID, &l.Page, &l.Number, &boxed{&l.Box},
		&l.Picture, &l.Row, &l.Match, &l.SnapshotID, &l.AddedBy, &l.Dropped)
	if len(l.Match) == 0 {
		l.Match = nil
	}
	return l, err
}

// scanNext reads a line that comes after another of the same petition. Upload,
// page and numbers are in its id, and snapshots are mostly the same.
func scanNext(r row, last *Line) (Line, error) {
	var snapshotID sql.RawBytes
	l := Line{PetitionID: last.PetitionID, SnapshotID: last.SnapshotID}
	if err := r.Scan(&l.ID, &boxed{&l.Box}, &l.Picture, &snapshotID, &l.Row, &l.Match); err != nil {
		return Line{}, err
	}
	if len(l.Match) == 0 {
		l.Match = nil
	}
	if string(snapshotID) != l.SnapshotID {
		l.SnapshotID = string(snapshotID)
	}
	var err error
	if l.PageID, l.Number, err = parent(l.ID); err == nil {
		l.UploadID, l.Page, err = parent(l.PageID)
	}
	*last = l
	return l, err
}

// boxed reads a box as JSON has it, [0.1,0.2,0.3,0.4], at a tenth of what the
// decoder of JSON takes.
type boxed struct{ box *[4]float64 }

func (b *boxed) Scan(v any) error {
	text, ok := v.(string)
	if data, is := v.([]byte); is {
		text, ok = string(data), true
	}
	if !ok {
		return fmt.Errorf("%T where a box belongs", v)
	}
	rest := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	for i := range b.box {
		var number string
		var err error
		number, rest, _ = strings.Cut(rest, ",")
		if b.box[i], err = strconv.ParseFloat(number, 64); err != nil {
			return fmt.Errorf("%q where a box belongs", text)
		}
	}
	return nil
}
