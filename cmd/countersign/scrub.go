package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"countersign/internal/blob"
	"countersign/internal/queue"
	"countersign/internal/store"
)

type scrubCommand struct {
	Data string  `required:"" placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Data folder of the service. It may be running."`
	Keep keeping `embed:""`
}

// Run reads every file that the service keeps and names those that are damaged or gone.
func (c scrubCommand) Run(ctx context.Context, s *streams) error {
	db, err := openStore(ctx, c.Data, c.Keep.DB)
	if err != nil {
		return err
	}
	defer db.Close()
	kept, files, done, err := c.kept(ctx, db)
	if err != nil {
		return err
	}
	defer done()
	return scrub(ctx, kept, files, s.out)
}

// keptFiles are the service's blobs. Verify reads one and says whether it is whole.
type keptFiles interface {
	Verify(ctx context.Context, sum string) error
	Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
	Put(ctx context.Context, r io.Reader) (sum string, size int64, err error)
}

// kept are the files that the database names, and where they are.
func (c scrubCommand) kept(ctx context.Context, db *store.Store) (kept []store.Kept,
	files keptFiles, done func(), err error) {
	if kept, err = db.Kept(ctx); err == nil {
		files, done, err = c.files(ctx, db)
	}
	return kept, files, done, err
}

func (c scrubCommand) files(ctx context.Context, db *store.Store) (v keptFiles, done func(),
	err error) {
	if c.Keep.Blobs != "nats" {
		v, err := blob.OpenFiles(filepath.Join(c.Data, "blobs"))
		return v, func() {}, err
	}
	if c.Keep.NATS == "" {
		return nil, nil, errors.New("the files lie in a queue that only the service reaches: " +
			"name its NATS server with --nats")
	}
	q, err := queue.Open(ctx, queue.Options{URL: c.Keep.NATS, Name: c.Keep.NATSAt.Name,
		Access: c.Keep.NATSAt.access(), Replicas: c.Keep.Copies, Leave: true, Log: slog.Default()})
	if err != nil {
		return nil, nil, err
	}
	js, bucket, err := q.Objects(ctx)
	if err == nil {
		err = sameInstallation(ctx, db, q)
	}
	if err == nil {
		v, err = blob.OpenObjects(ctx, js, bucket, filepath.Join(c.Data, "fetched"))
	}
	if err != nil {
		q.Close()
		return nil, nil, err
	}
	return v, q.Close, nil
}

// sameInstallation refuses the files of another installation: all would be said to be gone.
func sameInstallation(ctx context.Context, db *store.Store, q *queue.Queue) error {
	id, err := db.Installation(ctx)
	if err != nil || id == "" {
		return err
	}
	has, err := q.ObjectsInstallation(ctx)
	if err == nil && has != "" && has != id {
		err = errors.New("the files belong to another installation than the database: look " +
			"whether --db, --nats and --name are those of the service")
	}
	return err
}

// scrub reads each blob once, and tells of each thing that needs one that is not whole.
func scrub(ctx context.Context, kept []store.Kept, files keptFiles, out io.Writer) error {
	found := map[string]error{}
	damaged := 0
	for _, k := range kept {
		err, seen := found[k.SHA256]
		if !seen {
			err = files.Verify(ctx, k.SHA256)
			found[k.SHA256] = err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, blob.ErrDamaged) && !errors.Is(err, blob.ErrNotFound) {
			return err
		}
		damaged++
		fmt.Fprintln(out, whatIsLost(k, err))
	}
	if damaged > 0 {
		fmt.Fprintf(out, "%d of %d files were read and are whole.\n", whole(found), len(found))
		return errUnread
	}
	_, err := fmt.Fprintf(out,
		"All %d files are there, and their bytes are those that were kept.\n", len(found))
	return err
}

func whole(found map[string]error) (n int) {
	for _, err := range found {
		if err == nil {
			n++
		}
	}
	return n
}

// whatIsLost says what is damaged, whom it touches and what to do.
func whatIsLost(k store.Kept, err error) string {
	state := "is damaged"
	if errors.Is(err, blob.ErrNotFound) {
		state = "is gone"
	}
	switch k.What {
	case "file":
		return fmt.Sprintf("Petition %s: the file %s %s (%s): upload the same file again, which "+
			"mends it.",
			k.Petition, k.Name, state, k.SHA256)
	case "export":
		return fmt.Sprintf("The membership export %s %s (%s): "+
			"take the same file in again under Members.", k.Name, state, k.SHA256)
	}
	if k.What == "probe" {
		return fmt.Sprintf("The small file by which the service knows its files %s (%s): the "+
			"next start lays it again.", state, k.SHA256)
	}
	return fmt.Sprintf("Petition %s: the %s of a page or line %s (%s): bring it back from a "+
		"backup.",
		k.Petition, k.What, state, k.SHA256)
}
