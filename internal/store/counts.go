package store

import "context"

// Counts say how far the work on a petition or on one upload has come. They
// are counted from what exists whenever they are asked for. Uploads that were
// excluded are left out.
type Counts struct {
	Uploads  int
	Opened   int // uploads whose pages are known, or that cannot be opened
	Pages    int // known so far
	Read     int // pages
	Lines    int
	Matched  int // lines that have a match against the petition's snapshot
	Failures int // open ones
	Findings int // of people, undone ones included
}

// Overview is a petition with its counts.
type Overview struct {
	Petition
	Counts
}

// Petitions lists all petitions with their counts, newest first.
func (s *Store) Petitions(ctx context.Context) (list []Overview, err error) {
	defer saying(&err, "list petitions")
	err = s.look(ctx, func(tx conn) error {
		petitions, err := all(ctx, tx, scanPetition, selectPetitions+` ORDER BY created_at DESC, id`)
		if err != nil {
			return err
		}
		counts, err := count(ctx, tx, "")
		for _, p := range petitions {
			list = append(list, Overview{p, counts[p.ID]})
		}
		return err
	})
	return list, err
}

// Counts counts one petition.
func (s *Store) Counts(ctx context.Context, petitionID string) (_ Counts, err error) {
	defer saying(&err, "count petition %s", petitionID)
	var counts map[string]Counts
	err = s.look(ctx, func(tx conn) error {
		counts, err = count(ctx, tx, petitionID)
		return err
	})
	return counts[petitionID], err
}

// count counts one petition, or all for the id "". Each table is walked once,
// along an index that holds what is counted.
func count(ctx context.Context, tx conn, petitionID string) (map[string]Counts, error) {
	counts := map[string]Counts{}
	for _, part := range []struct {
		query string
		add   func(c *Counts, a, b int)
	}{
		{`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN u.pages > 0 OR u.error <> '' THEN 1 ELSE 0 END)
			FROM uploads u WHERE NOT u.excluded AND (u.petition_id = $1 OR $1 = '') GROUP BY u.petition_id`,
			func(c *Counts, a, b int) { c.Uploads, c.Opened = a, b }},
		{`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN p.read_at > 0 THEN 1 ELSE 0 END)
			FROM uploads u JOIN pages p ON p.upload_id = u.id
			WHERE NOT u.excluded AND (u.petition_id = $1 OR $1 = '') GROUP BY u.petition_id`,
			func(c *Counts, a, b int) { c.Pages, c.Read = a, b }},
		{`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN l.snapshot_id = p.snapshot_id THEN 1 ELSE 0 END)
			FROM petitions p JOIN uploads u ON u.petition_id = p.id JOIN lines l ON l.upload_id = u.id
			WHERE NOT u.excluded AND (u.petition_id = $1 OR $1 = '') GROUP BY u.petition_id`,
			func(c *Counts, a, b int) { c.Lines, c.Matched = a, b }},
		{`SELECT f.petition_id, COUNT(*), 0 FROM failures f JOIN uploads u ON u.id = f.upload_id
			WHERE NOT u.excluded AND (f.petition_id = $1 OR $1 = '') GROUP BY f.petition_id`,
			func(c *Counts, a, _ int) { c.Failures = a }},
		{`SELECT petition_id, COUNT(*), 0 FROM findings WHERE petition_id = $1 OR $1 = '' GROUP BY petition_id`,
			func(c *Counts, a, _ int) { c.Findings = a }},
	} {
		found, err := all(ctx, tx, scanCount, part.query, petitionID)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			c := counts[f.petitionID]
			part.add(&c, f.a, f.b)
			counts[f.petitionID] = c
		}
	}
	return counts, nil
}

type countRow struct {
	petitionID string
	a, b       int
}

func scanCount(r row) (c countRow, err error) {
	err = r.Scan(&c.petitionID, &c.a, &c.b)
	return c, err
}
