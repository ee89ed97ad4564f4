package office

import (
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/internal/store"
	"countersign/report/register"
)

// AddFile keeps a file and adds it to a petition, which announces it. The same bytes again
// change nothing, whatever they are called: same is true, and the upload is the one that is
// there. A petition that is decided takes none.
func (o *Office) AddFile(ctx context.Context, petitionID, name, by string,
	r io.Reader) (u store.Upload, same bool, err error) {
	if err := o.refuseDecided(ctx, petitionID); err != nil {
		return u, false, err
	}
	sum, size, err := o.Blobs.Put(ctx, r)
	if err != nil {
		return u, false, fmt.Errorf("keep the file: %w", err)
	}
	if size == 0 {
		return u, false, refuse(Invalid, "%s is empty. Scan or export it again.", name)
	}
	err = o.Store.Do(ctx, func(tx store.Tx) (err error) {
		if u, err = tx.AddUpload(ctx, store.Upload{
			PetitionID: petitionID, SHA256: sum, Name: name, Size: size, By: by, At: o.now(),
		}); err != nil {
			return err
		}
		return o.record(ctx, tx, by, "upload.added", petitionID, "upload "+u.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return u, true, nil
	}
	if err != nil {
		return u, false, fmt.Errorf("add the file: %w", err)
	}
	o.tell(petitionID)
	return u, false, nil
}

// Exclude makes a file count for nothing, or count again.
func (o *Office) Exclude(ctx context.Context, uploadID string, excluded bool,
	by string) (store.Upload, error) {
	u, err := o.Store.Upload(ctx, uploadID)
	if err != nil {
		return u, err
	}
	if err := o.refuseDecided(ctx, u.PetitionID); err != nil {
		return u, err
	}
	if u.Excluded == excluded {
		return u, nil
	}
	action := "upload.included"
	if excluded {
		action = "upload.excluded"
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.ExcludeUpload(ctx, u.ID, excluded); err != nil {
			return err
		}
		return o.record(ctx, tx, by, action, u.PetitionID, "upload "+u.ID)
	})
	if err != nil {
		return u, fmt.Errorf("exclude the file: %w", err)
	}
	u.Excluded = excluded
	o.tell(u.PetitionID)
	return u, nil
}

// Retry tries again what one failure of a petition was about, or all that failed where none
// is named.
func (o *Office) Retry(ctx context.Context, petitionID, failureID, by string) error {
	failures, err := o.Store.Failures(ctx, petitionID)
	if err != nil {
		return fmt.Errorf("list the failures: %w", err)
	}
	var again []store.Failure
	for _, f := range failures {
		if failureID == "" || f.ID == failureID {
			again = append(again, f)
		}
	}
	if failureID != "" && len(again) == 0 {
		return store.ErrNotFound
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		for _, f := range again {
			if err := tx.Retry(ctx, f.Stage, f.Subject()); err != nil {
				return err
			}
		}
		for _, f := range again {
			if err := o.record(ctx, tx, by, "failure.retried", petitionID, f.Stage+" "+
				f.Subject()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("try again what failed of petition %s: %w", petitionID, err)
	}
	o.tell(petitionID)
	return nil
}

// Decided is why a petition takes no more sheets, empty where it does.
func Decided(p store.Petition) string {
	if register.State(p.State).Open() {
		return ""
	}
	return "The petition is decided, so what counts stays as it is."
}

func (o *Office) refuseDecided(ctx context.Context, petitionID string) error {
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return err
	}
	if why := Decided(p); why != "" {
		return refuse(Conflict, "%s", why)
	}
	return nil
}
