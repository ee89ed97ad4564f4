package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// chunk is the bytes that are stored at a time, each time waiting for the disk;
// a server takes no message over 1 MiB.
const chunk = 512 << 10

// Objects keeps blobs in a JetStream object store.
type Objects struct {
	tmp    *os.File // the folder of this process, held open: files on their way lie there
	bucket jetstream.ObjectStore
	notes  notes
}

// OpenObjects opens a bucket, which is there already. Files on their way lie in a folder, which is
// made where it is missing and from which what a crash left is removed.
func OpenObjects(ctx context.Context, js jetstream.JetStream, bucket, dir string) (*Objects,
	error) {
	tmp, err := ownFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: make the folder of files on their way: %w", err)
	}
	o, err := js.ObjectStore(ctx, bucket)
	if err != nil {
		return nil, fmt.Errorf("blob: open the bucket %s: %w", bucket, err)
	}
	n, err := openNotes(ctx, js, bucket)
	if err != nil {
		return nil, fmt.Errorf("blob: open the bucket %s: %w", bucket, err)
	}
	return &Objects{tmp, o, n}, nil
}

// Put keeps what a reader gives, and says under which sum (hex SHA-256) and
// how many bytes it was. The sum is the name and known only at the end, so the
// bytes wait in a temporary file: memory stays small. A blob that is there
// already is touched, so that DeleteOlder leaves it; one that is damaged is mended.
func (o *Objects) Put(ctx context.Context, r io.Reader) (sum string, size int64, err error) {
	file, err := o.temporary()
	if err != nil {
		return "", 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	defer file.Close()
	sum, size, err = copyHashed(ctx, file, r)
	if err != nil {
		return "", 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	// Putting the same name again would replace what others may be reading.
	there, err := o.notes.touch(ctx, sum, uint64(size))
	if err != nil {
		return "", 0, fmt.Errorf("blob: keep %s: %w", sum, err)
	}
	if there {
		err := o.Verify(ctx, sum)
		if err == nil {
			return sum, size, nil
		}
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotFound) {
			return "", 0, err
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", 0, fmt.Errorf("blob: keep %s: %w", sum, err)
	}
	if _, err := o.bucket.Put(ctx, jetstream.ObjectMeta{Name: sum,
		Opts: &jetstream.ObjectMetaOptions{ChunkSize: chunk}}, file); err != nil {
		return "", 0, fmt.Errorf("blob: keep %s: %w", sum, err)
	}
	return sum, size, nil
}

// Open opens a blob, as a temporary file that goes when it is closed.
func (o *Objects) Open(ctx context.Context, sum string) (io.ReadSeekCloser, error) {
	return o.fetch(ctx, sum)
}

// Path gives a file that holds a blob, until done is called.
func (o *Objects) Path(ctx context.Context, sum string) (path string, done func(), err error) {
	file, err := o.fetch(ctx, sum)
	if err != nil {
		return "", nil, err
	}
	return file.Name(), func() { file.Close() }, nil
}

// Verify reads a blob and says whether it is there and whole: ErrNotFound or
// ErrDamaged where it is not.
func (o *Objects) Verify(ctx context.Context, sum string) error {
	file, err := o.fetch(ctx, sum)
	if err != nil {
		return err
	}
	return file.Close()
}

// Size says how many bytes a blob has.
func (o *Objects) Size(ctx context.Context, sum string) (int64, error) {
	if err := checkSum(sum); err != nil {
		return 0, err
	}
	info, err := o.bucket.GetInfo(ctx, sum)
	if err != nil {
		return 0, unknown(sum, err)
	}
	return int64(info.Size), nil
}

// DeleteOlder removes a blob unless it was put, again or for the first time, at
// or after a time, and says whether it is gone. One that is not there is gone.
func (o *Objects) DeleteOlder(ctx context.Context, sum string, before time.Time) (gone bool,
	err error) {
	if err := checkSum(sum); err != nil {
		return false, err
	}
	if gone, err = o.notes.remove(ctx, sum, before); err != nil {
		return false, fmt.Errorf("blob: remove %s: %w", sum, err)
	}
	return gone, nil
}

// Check tries whether the bucket answers.
func (o *Objects) Check(ctx context.Context) error {
	if _, err := o.bucket.Status(ctx); err != nil {
		return fmt.Errorf("blob: reach the object store: %w", err)
	}
	return nil
}

// passing is a temporary file that is removed when it is closed.
type passing struct{ *os.File }

func (p passing) Close() error { return errors.Join(p.File.Close(), os.Remove(p.Name())) }

func (o *Objects) temporary() (passing, error) {
	file, err := os.CreateTemp(o.tmp.Name(), "")
	return passing{file}, err
}

func (o *Objects) fetch(ctx context.Context, sum string) (passing, error) {
	if err := checkSum(sum); err != nil {
		return passing{}, err
	}
	size, err := o.Size(ctx, sum)
	if err != nil {
		return passing{}, err
	}
	// Without a deadline the client sets one of five seconds, for all of it.
	ctx, stop := context.WithTimeout(ctx, time.Minute+time.Duration(size>>20)*time.Second)
	defer stop()
	object, err := o.bucket.Get(ctx, sum)
	if err != nil {
		return passing{}, unknown(sum, err)
	}
	defer object.Close()
	file, err := o.temporary()
	if err != nil {
		return passing{}, fmt.Errorf("blob: open %s: %w", sum, err)
	}
	// The client compares the digest that the bucket holds; the name is
	// compared here, since it is what callers trust.
	got, _, err := copyHashed(ctx, file, object)
	if errors.Is(err, jetstream.ErrDigestMismatch) || err == nil && got != sum {
		err = ErrDamaged
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		file.Close()
		return passing{}, fmt.Errorf("blob: open %s: %w", sum, err)
	}
	return file, nil
}

func unknown(sum string, err error) error {
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		err = ErrNotFound
	}
	return fmt.Errorf("blob: open %s: %w", sum, err)
}
