package store

import (
	"context"
	"fmt"
)

// Refer files a page under another petition, whose code it carries: the same file becomes an upload
// of that petition, with this page only, which is then announced to be read there; a new file is
// recorded in the audit log. Done again it changes nothing. added says whether the file is new
// there. A petition whose data is purged is ErrPurged, one that is not here ErrNotFound.
func (s *Store) Refer(ctx context.Context, pageID, petitionID string) (u Upload, added bool,
	err error) {
	defer saying(&err, "file page %s under petition %s", pageID, petitionID)
	err = s.change(ctx, func(tx conn) error {
		p, err := page(ctx, tx, pageID)
		if err != nil {
			return err
		}
		if u, err = upload(ctx, tx, p.UploadID); err != nil {
			return err
		}
		if p.PetitionID == petitionID {
			return fmt.Errorf("the page is there: %w", ErrConflict)
		}
		if err := lockUnpurged(ctx, tx, petitionID); err != nil {
			return err
		}
		u.ID, u.PetitionID, u.Referred, u.Excluded, u.Error = UploadID(petitionID, u.SHA256),
			petitionID, true, false, ""
		n, err := insertUpload(ctx, tx, u)
		if err != nil {
			return err
		}
		if added = n > 0; added {
			if _, err := record(ctx, tx, AuditEntry{At: now(), Actor: u.By, Action: "upload.filed",
				Subject: petitionID, Detail: "upload " + u.ID}); err != nil {
				return err
			}
		}
		if u, err = upload(ctx, tx, u.ID); err != nil {
			return err
		}
		if n, err = addPage(ctx, tx, u, Page{Number: p.Number}); err != nil || n == 0 {
			return err
		}
		if err := linesChanged(ctx, tx, petitionID); err != nil {
			return err
		}
		return announce(ctx, tx, Extract, PageID(u.ID, p.Number))
	})
	return u, added, err
}
