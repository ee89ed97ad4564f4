package store

import (
	"context"
	"time"
)

// Stale lists the work that is still to do although it was announced longer
// ago than a duration: uploads not opened, pages not read, lines without a
// match against their petition's snapshot. Left out is what failed, what was
// excluded, and what waits in the outbox. Announcing it makes it fresh again.
// The messages have no id.
func (s *Store) Stale(ctx context.Context, olderThan time.Duration) (list []Message, err error) {
	defer saying(&err, "look for stale work")
	before := now().Add(-olderThan)
	err = s.look(ctx, func(tx conn) error {
		for _, stage := range []struct{ name, query string }{
			{Ingest,
				`SELECT u.id FROM uploads u WHERE u.pages = 0 AND u.error = '' AND NOT u.excluded AND u.announced_at < $1` + quiet(Ingest, "u") + ` ORDER BY u.at, u.id`},
			{Extract, `SELECT p.id FROM pages p JOIN uploads u ON u.id = p.upload_id
				WHERE p.read_at = 0 AND p.error = '' AND NOT u.excluded AND NOT p.excluded AND p.announced_at < $1` + quiet(Extract, "p") + ` ORDER BY p.upload_id, p.number`},
			{Verify,
				`SELECT p.id FROM pages p JOIN uploads u ON u.id = p.upload_id JOIN petitions t ON t.id = p.petition_id
				WHERE NOT u.excluded AND NOT p.excluded AND p.announced_at < $1 AND EXISTS (SELECT 1 FROM lines l WHERE l.page_id = p.id AND NOT l.aside AND l.snapshot_id <> t.snapshot_id)` +
					quiet(Verify, "p") + ` ORDER BY p.upload_id, p.number`},
		} {
			subjects, err := all(ctx, tx, scanText, stage.query, before)
			if err != nil {
				return err
			}
			for _, subject := range subjects {
				list = append(list, Message{Stage: stage.name, Subject: subject})
			}
		}
		return nil
	})
	return list, err
}

// quiet leaves out what has failed, is about to be sent, or is purged.
func quiet(stage, of string) string {
	id := of + ".id"
	return ` AND NOT EXISTS (SELECT 1 FROM failures f WHERE f.id = '` + stage + `-' || ` + id + `)
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.stage = '` + stage + `' AND o.subject = ` + id + `)
		AND NOT EXISTS (SELECT 1 FROM purges x WHERE x.of = 'petition' AND x.subject = ` + of + `.petition_id)`
}
