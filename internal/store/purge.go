package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Purge is the record that one kind of data of a petition, or a membership
// export, went because its time was over. It stays for good.
type Purge struct {
	Of       string // PetitionData or ExportData
	Subject  string // id of the petition or snapshot
	Kind     string // Images, Text or Rows
	Days     int    // after Since, by which rule
	Since    time.Time
	BegunAt  time.Time
	DoneAt   time.Time // zero while some of it is left
	Files    int
	Pages    int
	Lines    int
	Findings int
}

// Whose data is purged.
const (
	PetitionData = "petition"
	ExportData   = "snapshot"
)

// Kinds of data.
const (
	Images = "images" // files handed in, pictures of pages and lines
	Text   = "text"   // what was read and corrected, notes, names of files
	Rows   = "rows"   // who the lines belong to, and membership exports
)

// ErrPurged says that the data of what was named is purged, or being purged.
var ErrPurged = errors.New("its data was purged")

// Verdict is what stays of a line once its text is purged.
type Verdict struct {
	LineID   string
	MemberID string // until rows are purged
	Data     []byte // JSON, without anything personal
}

// Frozen is what stays of a petition once its text is purged.
type Frozen struct {
	At       time.Time
	Data     []byte // JSON, without anything personal
	Verdicts []Verdict
}

// Freeze keeps the verdicts of a petition as they are at its version, and what
// else stays of it. Where the petition is at another version it is ErrConflict.
// Frozen again it is replaced, until a purge of text or rows begins.
func (s *Store) Freeze(ctx context.Context, petitionID, version string, f Frozen) (err error) {
	defer saying(&err, "freeze petition %s", petitionID)
	f.At = or(f.At)
	return s.change(ctx, func(tx conn) error {
		if err := lock(ctx, tx, petitionID); err != nil {
			return err
		}
		v, err := versions(ctx, tx, petitionID)
		if err != nil {
			return err
		}
		if v.String() != version {
			return ErrConflict
		}
		n, err := one(ctx, tx, scanNumber,
			`SELECT COUNT(*) FROM purges WHERE of = 'petition' AND subject = $1 AND kind <> 'images'`, petitionID)
		if err != nil || n > 0 {
			return err
		}
		for _, table := range []string{"verdicts", "frozen"} {
			if _, err := write(ctx, tx, `DELETE FROM `+table+` WHERE petition_id = $1`,
				petitionID); err != nil {
				return err
			}
		}
		if _, err := write(ctx, tx,
			`INSERT INTO frozen (petition_id, version, at, data) VALUES ($1, $2, $3, $4)`,
			petitionID, version, f.At, f.Data); err != nil {
			return err
		}
		for _, v := range f.Verdicts {
			if _, err := write(ctx, tx,
				`INSERT INTO verdicts (line_id, petition_id, member_id, data) VALUES ($1, $2, $3, $4)`, v.LineID, petitionID, v.MemberID, v.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

// Frozen gives what Freeze kept, or ErrNotFound.
func (s *Store) Frozen(ctx context.Context, petitionID string) (f Frozen, err error) {
	defer saying(&err, "find what is frozen of petition %s", petitionID)
	err = s.look(ctx, func(tx conn) error {
		f, err = one(ctx, tx, func(r row) (f Frozen, err error) {
			err = r.Scan(when{&f.At}, &f.Data)
			return f, err
		}, `SELECT at, data FROM frozen WHERE petition_id = $1`, petitionID)
		if err != nil {
			return err
		}
		f.Verdicts, err = all(ctx, tx, func(r row) (v Verdict, err error) {
			err = r.Scan(&v.LineID, &v.MemberID, &v.Data)
			return v, err
		}, `SELECT line_id, member_id, data FROM verdicts WHERE petition_id = $1 ORDER BY line_id`,
			petitionID)
		return err
	})
	return f, err
}

// BeginPurge notes that a purge begins, and gives back how far it came where it
// began before. From now on nothing brings the data back.
//
// Of a petition, last is the newest event that the caller knew: where there is
// a newer one it is ErrConflict, since the petition may have been taken up
// again. Text and rows need the petition frozen as it is, else they are
// ErrNotFound or ErrConflict. An
// export that a petition still needs, or that is the newest, is ErrConflict.
func (s *Store) BeginPurge(ctx context.Context, p Purge, last string) (_ Purge, err error) {
	defer saying(&err, "begin to purge %s of %s %s", p.Kind, p.Of, p.Subject)
	p.BegunAt = or(p.BegunAt)
	err = s.change(ctx, func(tx conn) error {
		if err := p.lock(ctx, tx); err != nil {
			return err
		}
		old, err := all(ctx, tx, scanPurge, selectPurges+
			` WHERE of = $1 AND subject = $2 AND kind = $3`, p.Of, p.Subject, p.Kind)
		if err != nil || len(old) > 0 {
			if len(old) > 0 {
				p = old[0]
			}
			return err
		}
		if err := mayPurge(ctx, tx, p, last); err != nil {
			return err
		}
		_, err = write(ctx, tx,
			`INSERT INTO purges (of, subject, kind, days, since, begun_at, done_at, files, pages, lines, findings) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0)`,
			p.Of, p.Subject, p.Kind, p.Days, p.Since, p.BegunAt)
		return err
	})
	return p, err
}

// lock keeps others from changing what is purged.
func (p Purge) lock(ctx context.Context, tx conn) error {
	if p.Of == ExportData {
		return lockSnapshot(ctx, tx, p.Subject)
	}
	return lock(ctx, tx, p.Subject)
}

func mayPurge(ctx context.Context, tx conn, p Purge, last string) error {
	if p.Of == ExportData {
		needed, err := one(ctx, tx, scanNumber,
			`SELECT COUNT(*) FROM snapshots s WHERE s.id = $1 AND (`+needed+`)`, p.Subject)
		if err == nil && needed > 0 {
			return ErrConflict
		}
		return err
	}
	newest, err := one(ctx, tx, scanText,
		`SELECT COALESCE((SELECT id FROM events WHERE of = 'petition' AND subject = $1 ORDER BY seq DESC LIMIT 1), '')`, p.Subject)
	if err != nil {
		return err
	}
	if newest != last {
		return ErrConflict
	}
	if p.Kind == Images {
		return nil
	}
	frozen, err := one(ctx, tx, scanText, `SELECT version FROM frozen WHERE petition_id = $1`,
		p.Subject)
	if err != nil {
		return err
	}
	v, err := versions(ctx, tx, p.Subject)
	if err == nil && v.String() != frozen {
		return ErrConflict
	}
	return err
}

// needed is true of a snapshot s that lines may yet be matched against.
const needed = `s.id = (SELECT n.id FROM snapshots n WHERE n.withdrawn_at = 0 ORDER BY n.at DESC, n.id LIMIT 1)
	OR EXISTS (SELECT 1 FROM petitions t WHERE t.snapshot_id = s.id
		AND NOT EXISTS (SELECT 1 FROM purges x WHERE x.of = 'petition' AND x.subject = t.id AND x.kind = 'rows'))`

// useSnapshot sees that an export is there, and stays until the petition that
// is to be held against it is written.
func useSnapshot(ctx context.Context, tx conn, id string) error {
	if id == "" {
		return nil
	}
	if err := lockSnapshot(ctx, tx, id); err != nil {
		return err
	}
	purged, err := one(ctx, tx, scanNumber,
		`SELECT COUNT(*) FROM purges WHERE of = 'snapshot' AND subject = $1`, id)
	if err == nil && purged > 0 {
		return ErrPurged
	}
	return err
}

func lockSnapshot(ctx context.Context, tx conn, id string) error {
	return touched(write(ctx, tx, `UPDATE snapshots SET name = name WHERE id = $1`, id))
}

// UnneededSnapshots lists the exports imported before a time that no petition
// needs any more and that are still there.
func (s *Store) UnneededSnapshots(ctx context.Context, before time.Time) (_ []Snapshot, err error) {
	defer saying(&err, "look for exports that nobody needs")
	return all(ctx, s.reader, scanSnapshot, selectSnapshots+
		` s WHERE s.at <= $1 AND s.purged = 0 AND NOT (`+needed+`) ORDER BY s.at, s.id`, before)
}

// PurgeSome purges up to a number of things of each sort and says whether any
// are left. What named a blob no longer does, and the blob is Dropped.
func (s *Store) PurgeSome(ctx context.Context, p Purge, limit int) (more bool, err error) {
	defer saying(&err, "purge %s of %s %s", p.Kind, p.Of, p.Subject)
	err = s.change(ctx, func(tx conn) error {
		if err := p.lock(ctx, tx); err != nil {
			return err
		}
		begun, err := one(ctx, tx, scanNumber,
			`SELECT COUNT(*) FROM purges WHERE of = $1 AND subject = $2 AND kind = $3 AND done_at = 0`, p.Of, p.Subject, p.Kind)
		if err != nil || begun == 0 {
			return err
		}
		for _, part := range partsOf(p) {
			n, err := part.purge(ctx, tx, p.Subject, limit)
			if err != nil {
				return err
			}
			more = more || n == limit
			if n == 0 || part.counted == "" {
				continue
			}
			if _, err := write(ctx, tx, `UPDATE purges SET `+part.counted+` = `+part.counted+
				` + $4 WHERE of = $1 AND subject = $2 AND kind = $3`, p.Of, p.Subject, p.Kind,
				n); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}

// part is one sort of thing that a purge goes through.
type part struct {
	counted string // column of purges
	table   string
	key     string
	of      string // column that holds the purge's subject
	holding string // true of rows that still hold something
	blob    string // what names the blob; "''" for none
	to      string // what it becomes
}

// What stands in the place of a text. A file is named by its place in the order
// in which they came: people name a scan after whoever sent it.
const (
	unlessNone = `CASE WHEN error = '' THEN '' ELSE 'purged' END`
	numbered   = `'file ' || (SELECT COUNT(*) FROM uploads b WHERE b.petition_id = uploads.petition_id AND (b.at < uploads.at OR b.at = uploads.at AND b.id <= uploads.id))`
)

func partsOf(p Purge) []part {
	pages := part{counted: "pages", table: "pages", key: "id", of: "petition_id"}
	lines := part{counted: "lines", table: "lines", key: "id", of: "petition_id", blob: "''"}
	findings := part{counted: "findings", table: "findings", key: "id", of: "petition_id",
		blob: "''"}
	failures := part{table: "failures", key: "id", of: "petition_id", blob: "''",
		holding: "text <> 'purged'", to: "text = 'purged'"}
	open := part{table: "open_points", key: "id", of: "petition_id", blob: "''",
		holding: "note <> ''", to: "note = ''"}
	repairs := part{table: "repairs", key: "id", of: "petition_id", blob: "''",
		holding: "(note <> '' OR kind = 'cover' AND data <> '')",
		to:      "note = '', data = CASE WHEN kind = 'cover' THEN '' ELSE data END"}
	files := part{counted: "files", table: "uploads", key: "id", of: "petition_id",
		holding: "purged = 0", blob: "sha256", to: "purged = 1"}
	switch {
	case p.Of == ExportData:
		files.table, files.of, files.to = "snapshots", "id", "purged = 1, remarks = '[]'"
		return []part{files}
	case p.Kind == Images:
		pages.holding, pages.blob, pages.to = "picture <> ''", "picture", "picture = ''"
		lines.holding, lines.blob, lines.to = "picture <> ''", "picture", "picture = ''"
		return []part{pages, lines, files}
	case p.Kind == Text:
		pages.holding, pages.blob = "(sheet <> '' OR notes NOT IN ('null', '[]') OR error NOT IN "+
			"('', 'purged'))", "sheet"
		pages.to = "sheet = '', notes = '[]', error = " + unlessNone
		lines.holding, lines.to = "(LENGTH(row) > 0 OR LENGTH(match) > 0)", "row = '', match = ''"
		findings.holding, findings.to = "(note <> '' OR fields NOT IN ('null', '{}'))",
			"note = '', fields = 'null'"
		names := files
		names.holding, names.blob, names.to = "(name <> "+numbered+
			" OR error NOT IN ('', 'purged'))", "''", "name = "+numbered+", error = "+unlessNone
		return []part{pages, lines, findings, failures, open, repairs, names}
	}
	members := lines
	members.table, members.key, members.holding, members.to = "verdicts", "line_id",
		"member_id <> ''", "member_id = ''"
	matches := lines
	matches.counted, matches.holding, matches.to = "", "LENGTH(match) > 0", "match = ''"
	findings.holding, findings.to = "member_id <> ''", "member_id = ''"
	sheets := part{table: "contact_sheets", key: "id", of: "petition_id", blob: "''",
		holding: "items <> ''", to: "items = ''"}
	return []part{members, matches, findings, sheets}
}

// purge goes through some rows and says how many there were.
func (p part) purge(ctx context.Context, tx conn, subject string, limit int) (int, error) {
	rows, err := all(ctx, tx, func(r row) (v [2]string, err error) {
		err = r.Scan(&v[0], &v[1])
		return v, err
	}, `SELECT `+p.key+`, `+p.blob+` FROM `+p.table+` WHERE `+p.of+` = $1 AND `+p.holding+
		` ORDER BY `+p.key+` LIMIT $2`, subject, limit)
	for _, v := range rows {
		if err == nil && v[1] != "" {
			_, err = write(ctx, tx, dropBlob, v[1])
		}
		if err == nil {
			_, err = write(ctx, tx, `UPDATE `+p.table+` SET `+p.to+` WHERE `+p.key+` = $1`, v[0])
		}
	}
	return len(rows), err
}

// PurgeWords takes words out of the events of a petition whose text is being
// purged: those of each kind that are personal, by their names. The events and
// the names of the words stay. What is done already is passed over.
func (s *Store) PurgeWords(ctx context.Context, p Purge, personal map[string][]string) (err error) {
	defer saying(&err, "purge words of %s %s", p.Of, p.Subject)
	return s.change(ctx, func(tx conn) error {
		if err := lock(ctx, tx, p.Subject); err != nil {
			return err
		}
		begun, err := one(ctx, tx, scanNumber,
			`SELECT COUNT(*) FROM purges WHERE of = 'petition' AND subject = $1 AND kind = 'text' AND done_at = 0`, p.Subject)
		if err != nil || begun == 0 {
			return err
		}
		events, err := all(ctx, tx, scanEvent, selectEvents+
			` WHERE of = 'petition' AND subject = $1 ORDER BY seq`, p.Subject)
		if err != nil {
			return err
		}
		for _, e := range events {
			changed := false
			for _, name := range personal[e.Kind] {
				if text := e.Words[name]; text != "" && text != "purged" {
					e.Words[name], changed = "purged", true
				}
			}
			if !changed {
				continue
			}
			if _, err := write(ctx, tx, `UPDATE events SET words = $2 WHERE id = $1`, e.ID,
				e.Words); err != nil {
				return err
			}
		}
		return nil
	})
}

// EndPurge notes that all of a purge is done, in the audit log too. A second
// time changes nothing.
func (s *Store) EndPurge(ctx context.Context, p Purge) (err error) {
	defer saying(&err, "end the purge of %s of %s %s", p.Kind, p.Of, p.Subject)
	return s.change(ctx, func(tx conn) error {
		n, err := write(ctx, tx,
			`UPDATE purges SET done_at = $4 WHERE of = $1 AND subject = $2 AND kind = $3 AND done_at = 0`, p.Of, p.Subject, p.Kind, now())
		if err != nil || n == 0 {
			return err
		}
		done, err := one(ctx, tx, scanPurge, selectPurges+
			` WHERE of = $1 AND subject = $2 AND kind = $3`, p.Of, p.Subject, p.Kind)
		if err != nil {
			return err
		}
		_, err = record(ctx, tx, AuditEntry{At: done.DoneAt, Actor: "retention", Action: "purge." +
			p.Kind, Subject: p.Subject, Detail: done.String()})
		return err
	})
}

// String says what was purged and by which rule.
func (p Purge) String() string {
	return fmt.Sprintf("%s of %s: %d files, %d pages, %d lines, %d findings; kept for %d days "+
		"from %s", p.Kind, p.Of, p.Files, p.Pages, p.Lines, p.Findings, p.Days,
		p.Since.Format(time.DateOnly))
}

// Purges lists what was purged of a petition or an export, in that order.
func (s *Store) Purges(ctx context.Context, of, subject string) (_ []Purge, err error) {
	defer saying(&err, "list purges of %s %s", of, subject)
	return all(ctx, s.reader, scanPurge, selectPurges+
		` WHERE of = $1 AND subject = $2 ORDER BY begun_at, kind`, of, subject)
}

// UnfinishedPurges lists purges that began and are not done.
func (s *Store) UnfinishedPurges(ctx context.Context) (_ []Purge, err error) {
	defer saying(&err, "list unfinished purges")
	return all(ctx, s.reader, scanPurge, selectPurges+
		` WHERE done_at = 0 ORDER BY begun_at, of, subject, kind`)
}

// Dropped is a blob that lost a name.
type Dropped struct {
	SHA256 string
	Named  bool // by something else
}

const named = `(sum IN (SELECT sha256 FROM uploads WHERE purged = 0) OR sum IN (SELECT sha256 FROM snapshots WHERE purged = 0)
	OR sum IN (SELECT sheet FROM pages) OR sum IN (SELECT picture FROM pages) OR sum IN (SELECT picture FROM lines))`

// Dropped lists blobs that lost a name and were not forgotten since, after one
// in the order of their sums.
func (s *Store) Dropped(ctx context.Context, after string, limit int) (_ []Dropped, err error) {
	defer saying(&err, "list blobs that lost a name")
	return all(ctx, s.writer, func(r row) (d Dropped, err error) {
		err = r.Scan(&d.SHA256, &d.Named)
		return d, err
	}, `SELECT sum, `+named+` FROM dropped WHERE sum > $1 ORDER BY sum LIMIT $2`, after, limit)
}

// Drop puts a blob on that list which has no name yet, and may never get one.
func (s *Store) Drop(ctx context.Context, sum string) (err error) {
	defer saying(&err, "list a blob without a name")
	_, err = write(ctx, s.writer, dropBlob, sum)
	return err
}

const dropBlob = `INSERT INTO dropped (sum) VALUES ($1) ON CONFLICT (sum) DO NOTHING`

// ForgetDropped takes blobs off the list: they are deleted, or named. One that
// lost its other name meanwhile stays on it.
func (s *Store) ForgetDropped(ctx context.Context, list []Dropped) (err error) {
	defer saying(&err, "forget blobs that lost a name")
	return s.change(ctx, func(tx conn) error {
		for _, d := range list {
			which := ""
			if d.Named {
				which = ` AND ` + named
			}
			if _, err := write(ctx, tx, `DELETE FROM dropped WHERE sum = $1`+which,
				d.SHA256); err != nil {
				return err
			}
		}
		return nil
	})
}

// lockUnpurged locks a petition of which no purge has begun; else it is ErrPurged.
func lockUnpurged(ctx context.Context, tx conn, petitionID string) error {
	if err := lock(ctx, tx, petitionID); err != nil {
		return err
	}
	return refusePurged(ctx, tx, petitionID)
}

// refusePurged is ErrPurged where a purge of the petition has begun.
func refusePurged(ctx context.Context, tx conn, petitionID string) error {
	n, err := one(ctx, tx, scanNumber,
		`SELECT COUNT(*) FROM purges WHERE of = 'petition' AND subject = $1`, petitionID)
	if err == nil && n > 0 {
		return ErrPurged
	}
	return err
}

const selectPurges = `SELECT of, subject, kind, days, since, begun_at, done_at, files, pages, lines, findings FROM purges`

func scanPurge(r row) (p Purge, err error) {
	err = r.Scan(&p.Of, &p.Subject, &p.Kind, &p.Days, when{&p.Since}, when{&p.BegunAt},
		when{&p.DoneAt}, &p.Files, &p.Pages, &p.Lines, &p.Findings)
	return p, err
}
