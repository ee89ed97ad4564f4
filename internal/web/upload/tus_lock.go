package upload

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/sys/unix"
)

// sharedLocker lets one request at a time write to an upload, of this process and of others that
// share the folder: an upload that broke off at one service goes on at another. Within the process
// a request that still waits for a connection that is gone is asked to let go.
type sharedLocker struct {
	handler.Locker
	dir string
}

// Locker is the one of a folder for uploads.
func Locker(dir string) handler.Locker { return sharedLocker{memorylocker.New(), dir} }

// NewLock makes the lock of an upload.
func (l sharedLocker) NewLock(id string) (handler.Lock, error) {
	if !plainID(id) {
		return nil, handler.ErrNotFound
	}
	own, err := l.Locker.NewLock(id)
	return &sharedLock{own: own, path: filepath.Join(l.dir, id+".lock")}, err
}

type sharedLock struct {
	own  handler.Lock
	path string
	file *os.File
}

// Lock waits for the lock until the context ends.
func (l *sharedLock) Lock(ctx context.Context, letGo func()) error {
	if err := l.own.Lock(ctx, letGo); err != nil {
		return err
	}
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_RDWR, 0o600)
	for err == nil {
		if err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
			l.file = file
			return nil
		}
		if err != unix.EWOULDBLOCK {
			break
		}
		select {
		case <-ctx.Done():
			err = handler.ErrLockTimeout
		case <-time.After(100 * time.Millisecond):
			err = nil
		}
	}
	if file != nil {
		file.Close()
	}
	if unlocked := l.own.Unlock(); unlocked != nil {
		return fmt.Errorf("lock an upload: %w, %w", err, unlocked)
	}
	return err
}

// Unlock gives it back. The file stays, for others may wait for it, until it is swept.
func (l *sharedLock) Unlock() error {
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
	return l.own.Unlock()
}
