package work

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"countersign/internal/blob"
	"countersign/internal/queue"
	"countersign/internal/store"
)

// askAgain is how long database and files have to answer before they are taken for away.
const askAgain = 5 * time.Second

// waitIfAway tells a failure of a page from one of what the service stands on. A database that
// does not answer, a disk that is full or a folder that is not mounted fails every page there is:
// people would have to have each of them tried again, and nothing is wrong with any.
func (w *workers) waitIfAway(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if store.Away(err) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return queue.Wait(err)
	}
	limited, cancel := context.WithTimeout(ctx, askAgain)
	defer cancel()
	if away := w.reach(limited); away != nil {
		return queue.Wait(errors.Join(err, away))
	}
	return err
}

// reach says what of database and files does not answer.
func (w *workers) reach(ctx context.Context) error {
	sum, err := w.store.Setting(ctx, probeSetting)
	if err != nil {
		return err
	}
	if err := w.blobs.Check(ctx); err != nil {
		return err
	}
	if sum == "" {
		return nil
	}
	// Where the small file that is always there is not, the folder is not the one it was.
	if err := w.blobs.Verify(ctx, sum); err != nil && !errors.Is(err, blob.ErrDamaged) {
		return err
	}
	return nil
}
