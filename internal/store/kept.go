package store

import "context"

// Kept is a blob that something here names.
type Kept struct {
	SHA256 string
	// file, export, sheet, picture, or probe, by which those who share the files know them
	What     string
	Name     string // of a file or an export, as it was handed in
	Petition string // id; empty for an export
}

// Kept lists the blobs that should be there, each once for each petition and what it is, by
// petition.
func (s *Store) Kept(ctx context.Context) (_ []Kept, err error) {
	defer saying(&err, "list what is kept")
	return all(ctx, s.reader, func(r row) (k Kept, err error) {
		err = r.Scan(&k.SHA256, &k.What, &k.Name, &k.Petition)
		return k, err
	}, `SELECT sha256, 'file', name, petition_id FROM uploads WHERE purged = 0
		UNION SELECT sha256, 'export', name, '' FROM snapshots WHERE purged = 0
		UNION SELECT sheet, 'sheet', '', petition_id FROM pages WHERE sheet <> ''
		UNION SELECT picture, 'picture', '', petition_id FROM pages WHERE picture <> ''
		UNION SELECT picture, 'picture', '', petition_id FROM lines WHERE picture <> ''
		UNION SELECT value, 'probe', '', '' FROM settings WHERE key = 'blobs-probe'
		ORDER BY 4, 2, 3, 1`)
}
