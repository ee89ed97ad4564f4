package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Files keeps blobs in a folder: ab/cd/abcd… for a sum that begins so, and
// tmp for what is being written. Several processes may share the folder.
type Files struct {
	dir string
	tmp *os.File // the folder of this process, held open

	mu    sync.Mutex
	whole map[string]look // blobs whose bytes were found to be right lately
}

// look is a file whose bytes were compared with its sum.
type look struct {
	at   time.Time
	file fs.FileInfo
}

// lookAgain is how long a blob that was found whole is not looked at again while its file stays
// the same: pages of a file are read one after the other, and reading 200 MB for each costs 0.4 s.
const lookAgain = 10 * time.Minute

// OpenFiles opens the folder, which is made where it is missing, and removes
// what a crash left half written.
func OpenFiles(dir string) (*Files, error) {
	tmp, err := ownFolder(filepath.Join(dir, "tmp"))
	if err != nil {
		return nil, fmt.Errorf("blob: make the folder of blobs: %w", err)
	}
	return &Files{dir: dir, tmp: tmp, whole: map[string]look{}}, nil
}

// Installation is the id of the installation that the folder belongs to, empty where none has
// said so yet.
func (f *Files) Installation() (string, error) {
	text, err := os.ReadFile(f.mark())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("blob: see whose the folder %s is: %w", f.dir, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// SetInstallation says to which installation the folder belongs.
func (f *Files) SetInstallation(id string) error {
	file, err := os.CreateTemp(f.tmp.Name(), "")
	if err != nil {
		return fmt.Errorf("blob: note whose the folder %s is: %w", f.dir, err)
	}
	defer os.Remove(file.Name()) // it is gone where all went well
	_, err = file.WriteString(id + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), f.mark())
	}
	if err == nil {
		err = syncFolder(f.dir)
	}
	if err != nil {
		return fmt.Errorf("blob: note whose the folder %s is: %w", f.dir, err)
	}
	return nil
}

func (f *Files) mark() string { return filepath.Join(f.dir, "installation") }

// Put keeps what a reader gives, and says under which sum (hex SHA-256) and
// how many bytes it was. When it returns, the blob outlasts a loss of power. A
// blob that is there already is touched, so that DeleteOlder leaves it; one that
// is damaged is mended.
func (f *Files) Put(ctx context.Context, r io.Reader) (sum string, size int64, err error) {
	file, err := os.CreateTemp(f.tmp.Name(), "")
	if err != nil {
		return "", 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	defer os.Remove(file.Name()) // it is gone where all went well
	defer file.Close()
	sum, size, err = copyHashed(ctx, file, r)
	if err != nil {
		return "", 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	if err := f.show(ctx, file, sum); err != nil {
		return "", 0, fmt.Errorf("blob: keep %s: %w", sum, err)
	}
	return sum, size, nil
}

// show gives a file its name once all of it is on disk, then sees that the
// name is too. A blob that is there already and has these bytes is touched.
func (f *Files) show(ctx context.Context, file *os.File, sum string) error {
	name := f.name(sum)
	there, err := touch(name)
	if err != nil {
		return err
	}
	if there {
		if err := f.compare(ctx, sum); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := f.makeFolder(filepath.Dir(name)); err != nil {
		return err
	}
	// Held until it has its time: the disk's own clock is milliseconds behind, and the bytes
	// may have waited long for the disk, so that it would be taken for an old one.
	if err := wait(file); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return err
	}
	if err := os.Chtimes(name, time.Time{}, time.Now()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// makeFolder makes the two folders of a name and sees that they stay.
func (f *Files) makeFolder(dir string) error {
	err := os.Mkdir(dir, 0o700)
	switch {
	case err == nil:
		return syncFolder(filepath.Dir(dir))
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist) && dir != f.dir:
		if err := f.makeFolder(filepath.Dir(dir)); err != nil {
			return err
		}
		return f.makeFolder(dir)
	}
	return err
}

// compare reads a blob whole and says whether its bytes are those of its sum.
func (f *Files) compare(ctx context.Context, sum string) error {
	file, err := os.Open(f.name(sum))
	if err != nil {
		return missing(sum, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return missing(sum, err)
	}
	got, _, err := copyHashed(ctx, io.Discard, file)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("blob: read %s: %w", sum, err)
	case err != nil: // the disk does not give it back
		return fmt.Errorf("blob: read %s: %w: %w", sum, ErrDamaged, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if got != sum {
		delete(f.whole, sum)
		return fmt.Errorf("blob: read %s: %w", sum, ErrDamaged)
	}
	f.forget()
	f.whole[sum] = look{time.Now(), info}
	return nil
}

// forget keeps what was looked at from filling the memory.
func (f *Files) forget() {
	const most = 10_000
	if len(f.whole) < most {
		return
	}
	clear(f.whole)
}

// right says whether a blob is whole, by a look that is not old or a new one.
func (f *Files) right(ctx context.Context, sum string) error {
	info, err := os.Stat(f.name(sum))
	if err != nil {
		return missing(sum, err)
	}
	f.mu.Lock()
	last, ok := f.whole[sum]
	f.mu.Unlock()
	if ok && time.Since(last.at) < lookAgain && os.SameFile(last.file, info) &&
		last.file.Size() == info.Size() && last.file.ModTime().Equal(info.ModTime()) {
		return nil
	}
	return f.compare(ctx, sum)
}

// Verify reads a blob and says whether it is there and whole: ErrNotFound or
// ErrDamaged where it is not.
func (f *Files) Verify(ctx context.Context, sum string) error {
	if err := checkSum(sum); err != nil {
		return err
	}
	return f.compare(ctx, sum)
}

// Open opens a blob that is whole.
func (f *Files) Open(ctx context.Context, sum string) (io.ReadSeekCloser, error) {
	if err := checkSum(sum); err != nil {
		return nil, err
	}
	if err := f.right(ctx, sum); err != nil {
		return nil, err
	}
	file, err := os.Open(f.name(sum))
	if err != nil {
		return nil, missing(sum, err)
	}
	return file, nil
}

// Path gives a file that holds a blob that is whole, to be read and not changed,
// until done is called.
func (f *Files) Path(ctx context.Context, sum string) (path string, done func(), err error) {
	if err := checkSum(sum); err != nil {
		return "", nil, err
	}
	if err := f.right(ctx, sum); err != nil {
		return "", nil, err
	}
	return f.name(sum), func() {}, nil
}

// Size says how many bytes a blob has.
func (f *Files) Size(_ context.Context, sum string) (int64, error) {
	if err := checkSum(sum); err != nil {
		return 0, err
	}
	info, err := os.Stat(f.name(sum))
	if err != nil {
		return 0, missing(sum, err)
	}
	return info.Size(), nil
}

// touch makes a blob as new as one put now; false where there is none. It holds
// the file meanwhile, so that one being removed is seen to be gone.
func touch(name string) (bool, error) {
	file, err := hold(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	return true, os.Chtimes(name, time.Time{}, time.Now())
}

// DeleteOlder removes a blob unless it was put, again or for the first time, at
// or after a time, and says whether it is gone. One that is not there is gone.
func (f *Files) DeleteOlder(_ context.Context, sum string, before time.Time) (gone bool,
	err error) {
	if err := checkSum(sum); err != nil {
		return false, err
	}
	if gone, err = removeOlder(f.name(sum), before); err != nil {
		return false, fmt.Errorf("blob: remove %s: %w", sum, err)
	}
	return gone, nil
}

// removeOlder holds the file from the look at its time until it is gone: who
// touches it does so before the look, or finds no file. A file that comes to
// the name by renaming is held until it has the time of that moment.
func removeOlder(name string, before time.Time) (bool, error) {
	file, err := hold(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.ModTime().Before(before) {
		return false, err
	}
	if err := os.Remove(name); err != nil {
		return false, err
	}
	return true, syncFolder(filepath.Dir(name))
}

// hold opens the file of a name and keeps others from holding it until it is
// closed. While one waited for it, it may have been removed and written anew.
func hold(name string) (*os.File, error) {
	for {
		file, err := os.OpenFile(name, os.O_RDWR, 0) // a lock on NFS wants one that may be written
		if err != nil {
			return nil, err
		}
		held, err := file.Stat()
		if err == nil {
			err = wait(file)
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		now, err := os.Stat(name)
		if err == nil && os.SameFile(held, now) {
			return file, nil
		}
		file.Close()
		if err != nil {
			return nil, err
		}
	}
}

// Check tries whether a file could be kept now.
func (f *Files) Check(context.Context) error {
	file, err := os.CreateTemp(f.tmp.Name(), "check")
	if err != nil {
		return fmt.Errorf("blob: try to keep a file: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString("can a file be kept?")
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("blob: try to keep a file: %w", err)
	}
	return nil
}

func (f *Files) name(sum string) string { return filepath.Join(f.dir, sum[:2], sum[2:4], sum) }

// copyHashed copies until the end or until it is called off.
func copyHashed(ctx context.Context, w io.Writer, r io.Reader) (sum string, size int64, err error) {
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(w, hash), reader{ctx, r})
	return hex.EncodeToString(hash.Sum(nil)), size, err
}

// reader ends when its context does.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func missing(sum string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob: open %s: %w", sum, ErrNotFound)
	}
	return fmt.Errorf("blob: open %s: %w", sum, err)
}

// syncFolder sees that the names in a folder outlast a loss of power.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
