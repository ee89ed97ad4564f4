package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// AuditEntry is one thing that somebody did. Each holds the hash of the one
// before, so that none can be changed or taken out unseen.
type AuditEntry struct {
	Seq     int64 // counted from 1
	At      time.Time
	Actor   string // account, or what acted
	Action  string
	Subject string // id
	Detail  string // ids only, nothing personal about members
	Prev    string // hex
	Hash    string // hex SHA-256 of all the above
}

// Record adds an entry to the end of the chain and gives it back with its
// place in it.
func (s *Store) Record(ctx context.Context, e AuditEntry) (_ AuditEntry, err error) {
	defer saying(&err, "record %s", e.Action)
	err = s.change(ctx, func(tx conn) error {
		e, err = record(ctx, tx, e)
		return err
	})
	return e, err
}

// record appends within a transaction. The update of the head makes writers
// wait for each other.
func record(ctx context.Context, tx conn, e AuditEntry) (AuditEntry, error) {
	var err error
	if e, err = one(ctx, tx, func(r row) (AuditEntry, error) { return e, r.Scan(&e.Seq, &e.Prev) },
		`UPDATE audit_head SET seq = seq + 1 RETURNING seq, hash`); err != nil {
		return e, err
	}
	e.At = or(e.At)
	e.Actor, e.Action, e.Subject, e.Detail = clean(e.Actor), clean(e.Action), clean(e.Subject),
		clean(e.Detail)
	e.Hash = e.sum()
	if _, err := write(ctx, tx,
		`INSERT INTO audit (seq, at, actor, action, subject, detail, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		e.Seq, e.At, e.Actor, e.Action, e.Subject, e.Detail, e.Prev, e.Hash); err != nil {
		return e, err
	}
	_, err = write(ctx, tx, `UPDATE audit_head SET hash = $1`, e.Hash)
	return e, err
}

// sum hashes an entry. Lengths stand before texts, so that no two entries are
// the same bytes.
func (e AuditEntry) sum() string {
	h := sha256.New()
	for _, text := range []string{strconv.FormatInt(e.Seq, 10), strconv.FormatInt(millis(e.At), 10),
		e.Actor, e.Action, e.Subject, e.Detail, e.Prev} {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Audit lists entries after a place in the chain, in order.
func (s *Store) Audit(ctx context.Context, after int64, limit int) (_ []AuditEntry, err error) {
	defer saying(&err, "read the audit log")
	return all(ctx, s.reader, scanAudit, selectAudit+` WHERE seq > $1 ORDER BY seq LIMIT $2`, after,
		limit)
}

// AuditOf lists the newest entries on one subject, newest first.
func (s *Store) AuditOf(ctx context.Context, subject string, limit int) (_ []AuditEntry,
	err error) {
	defer saying(&err, "read the audit log of %s", subject)
	return all(ctx, s.reader, scanAudit, selectAudit+
		` WHERE subject = $1 ORDER BY seq DESC LIMIT $2`, subject, limit)
}

// AuditFilter says which entries are asked for; what is empty fits all.
type AuditFilter struct {
	Actor   string
	Action  string // how it begins, such as petition or petition.changed
	Subject string // how it begins
}

// AuditWhere lists the newest entries before a place in the chain that fit, newest first; 0
// is the end of the chain.
func (s *Store) AuditWhere(ctx context.Context, f AuditFilter, before int64,
	limit int) (_ []AuditEntry, err error) {
	defer saying(&err, "search the audit log")
	query, args := selectAudit+` WHERE ($1 = 0 OR seq < $1)`, []any{before}
	begins := func(column, with string) {
		if with != "" {
			args = append(args, with)
			query += fmt.Sprintf(` AND SUBSTR(%s, 1, %d) = $%d`, column,
				utf8.RuneCountInString(with), len(args))
		}
	}
	begins("action", f.Action)
	begins("subject", f.Subject)
	if f.Actor != "" {
		args = append(args, f.Actor)
		query += fmt.Sprintf(` AND actor = $%d`, len(args))
	}
	args = append(args, limit)
	return all(ctx, s.reader, scanAudit, query+fmt.Sprintf(` ORDER BY seq DESC LIMIT $%d`,
		len(args)), args...)
}

// AuditHead gives the end of the chain: the number of entries and the hash of
// the last. Whoever keeps it elsewhere can prove later that nothing before it
// has changed.
func (s *Store) AuditHead(ctx context.Context) (seq int64, hash string, err error) {
	defer saying(&err, "read the head of the audit log")
	err = s.reader.QueryRowContext(ctx, `SELECT seq, hash FROM audit_head`).Scan(&seq, &hash)
	return seq, hash, err
}

// VerifyAudit follows the chain from its beginning to its head, and says how
// many entries hold and at which one it breaks.
func (s *Store) VerifyAudit(ctx context.Context) (entries int, err error) {
	defer saying(&err, "verify the audit log")
	err = s.look(ctx, func(tx conn) error {
		head, err := one(ctx, tx, func(r row) (e AuditEntry, err error) {
			err = r.Scan(&e.Seq, &e.Hash)
			return e, err
		}, `SELECT seq, hash FROM audit_head`)
		if err != nil {
			return err
		}
		last := AuditEntry{}
		for last.Seq < head.Seq {
			list, err := all(ctx, tx, scanAudit, selectAudit+
				` WHERE seq > $1 ORDER BY seq LIMIT 1000`, last.Seq)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fmt.Errorf("%w: entries %d to %d are missing", ErrTampered, last.Seq+1,
					head.Seq)
			}
			for _, e := range list {
				switch {
				case e.Seq != last.Seq+1:
					return fmt.Errorf("%w: entry %d is missing", ErrTampered, last.Seq+1)
				case e.Prev != last.Hash:
					return unlessFlipped(e, fmt.Sprintf("entry %d does not follow entry %d", e.Seq,
						last.Seq))
				case e.Hash != e.sum():
					return unlessFlipped(e, fmt.Sprintf("entry %d was changed", e.Seq))
				}
				last = e
				entries++
			}
		}
		if last.Hash != head.Hash || last.Seq != head.Seq {
			return fmt.Errorf("%w: entry %d is not the head of the log", ErrTampered, last.Seq)
		}
		return nil
	})
	return entries, err
}

// unlessFlipped tells an entry that somebody changed from one of which a disk lost one bit: set
// back, that bit makes the entry what its hash says. People change more than one.
func unlessFlipped(e AuditEntry, what string) error {
	if flipped(e) {
		return &Corrupt{[]string{fmt.Sprintf("one bit of entry %d is not as it was written",
			e.Seq)}}
	}
	return fmt.Errorf("%w: %s", ErrTampered, what)
}

func flipped(e AuditEntry) bool {
	for _, text := range []*string{&e.Actor, &e.Action, &e.Subject, &e.Detail, &e.Prev, &e.Hash} {
		was := *text
		for i := range len(was) * 8 {
			bytes := []byte(was)
			bytes[i/8] ^= 1 << (i % 8)
			if *text = string(bytes); e.Hash == e.sum() {
				return true
			}
		}
		*text = was
	}
	at := millis(e.At)
	for i := range 63 {
		if e.At = fromMillis(at ^ 1<<i); e.Hash == e.sum() {
			return true
		}
	}
	return false
}

const selectAudit = `SELECT seq, at, actor, action, subject, detail, prev, hash FROM audit`

func scanAudit(r row) (e AuditEntry, err error) {
	err = r.Scan(&e.Seq, when{&e.At}, &e.Actor, &e.Action, &e.Subject, &e.Detail, &e.Prev, &e.Hash)
	return e, err
}
