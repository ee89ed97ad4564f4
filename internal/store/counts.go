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
	Open     int // open points that nobody settled

	Unreadable int // uploads that cannot be opened, and pages that cannot be read

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
		petitions, err := all(ctx, tx, scanPetition, selectPetitions+
			` ORDER BY created_at DESC, id`)
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
		query, petition string
		add             func(c *Counts, a, b int)
	}{
		{
			`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN u.pages > 0 OR u.error <> '' THEN 1 ELSE 0 END)
			FROM uploads u WHERE NOT u.excluded`, "u.petition_id",
			func(c *Counts, a, b int) { c.Uploads, c.Opened = a, b }},
		{`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN p.read_at > 0 THEN 1 ELSE 0 END)
			FROM uploads u CROSS JOIN pages p WHERE p.upload_id = u.id AND NOT u.excluded AND NOT p.excluded`, "u.petition_id",
			func(c *Counts, a, b int) { c.Pages, c.Read = a, b }},
		{
			`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN l.snapshot_id = t.snapshot_id THEN 1 ELSE 0 END)
			FROM petitions t CROSS JOIN uploads u CROSS JOIN lines l
			WHERE u.petition_id = t.id AND l.upload_id = u.id AND NOT u.excluded`, "u.petition_id",
			func(c *Counts, a, b int) { c.Lines, c.Matched = a, b }},
		// Lines that do not count are few, and taken off: the index above knows nothing of them.
		{
			`SELECT u.petition_id, COUNT(*), SUM(CASE WHEN l.snapshot_id = t.snapshot_id THEN 1 ELSE 0 END)
			FROM petitions t CROSS JOIN uploads u CROSS JOIN lines l
			WHERE u.petition_id = t.id AND l.upload_id = u.id AND l.aside AND NOT u.excluded`, "u.petition_id",
			func(c *Counts, a, b int) { c.Lines, c.Matched = c.Lines-a, c.Matched-b }},
		{
			`SELECT f.petition_id, COUNT(*), 0 FROM failures f JOIN uploads u ON u.id = f.upload_id LEFT JOIN pages p ON p.id = f.page_id
			WHERE NOT u.excluded AND NOT COALESCE(p.excluded, FALSE)`, "f.petition_id",
			func(c *Counts, a, _ int) { c.Failures = a }},
		{
			`SELECT o.petition_id, COUNT(*), 0 FROM open_points o JOIN uploads u ON u.id = o.upload_id JOIN pages p ON p.id = o.page_id
			WHERE NOT u.excluded AND NOT p.excluded AND p.filed_under = '' AND o.settled = ''`, "o.petition_id",
			func(c *Counts, a, _ int) { c.Open = a }},
		{`SELECT u.petition_id, COUNT(*), 0 FROM uploads u WHERE NOT u.excluded AND u.error <> ''`,
			"u.petition_id",
			func(c *Counts, a, _ int) { c.Unreadable += a }},
		{
			`SELECT u.petition_id, COUNT(*), 0 FROM uploads u CROSS JOIN pages p WHERE p.upload_id = u.id AND NOT u.excluded AND NOT p.excluded AND p.error <> ''`, "u.petition_id",
			func(c *Counts, a, _ int) { c.Unreadable += a }},
		{`SELECT f.petition_id, COUNT(*), 0 FROM findings f WHERE 1 = 1`, "f.petition_id",
			func(c *Counts, a, _ int) { c.Findings = a }},
	} {
		query, args := part.query, []any{}
		if petitionID != "" {
			query, args = query+` AND `+part.petition+` = $1`, []any{petitionID}
		}
		found, err := all(ctx, tx, scanCount, query+` GROUP BY `+part.petition, args...)
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
