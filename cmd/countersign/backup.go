package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"countersign/internal/blob"
	"countersign/internal/store"
)

type backupCommand struct {
	Data string  `required:"" placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Data folder of the service. It may be running."`
	Keep keeping `embed:""`
	To   string  `arg:"" name:"folder" help:"A new folder for the backup. To restore, serve it: --data FOLDER."`
}

// Run copies all that a service keeps into a folder that another can serve. The queue is no
// part of it: what is still to be read is asked for again.
//
// The database comes first: files are kept before it names them, and so whatever it names is
// there when it is copied.
func (c backupCommand) Run(ctx context.Context, s *streams) error {
	if list, err := os.ReadDir(c.To); err == nil && len(list) > 0 {
		return fmt.Errorf("%s holds something already: name a new folder", c.To)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be a backup's folder: %w", c.To, err)
	}
	db, err := openStore(ctx, c.Data, c.Keep.DB)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := os.MkdirAll(c.To, 0o700); err != nil {
		return fmt.Errorf("make the backup's folder: %w", err)
	}
	elsewhere := strings.HasPrefix(c.Keep.DB, "postgres")
	if !elsewhere {
		if db, err = backupDatabase(ctx, db, filepath.Join(c.To, "countersign.db")); err != nil {
			return err
		}
		defer db.Close()
	}
	if !elsewhere { // so that the copy, too, cannot lose its end unseen
		if _, _, err := (store.Anchors{Path: filepath.Join(c.To, "audit-heads")}).Note(ctx,
			db); err != nil {
			return err
		}
	}
	kept, files, done, err := scrubCommand{c.Data, c.Keep}.kept(ctx, db)
	if err != nil {
		return err
	}
	defer done()
	to, err := blob.OpenFiles(filepath.Join(c.To, "blobs"))
	if err != nil {
		return err
	}
	n, lost, err := copyFiles(ctx, kept, files, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d files are in %s.\n", n, c.To)
	if elsewhere {
		fmt.Fprintln(s.out,
			"The database is PostgreSQL: its backup is what pg_dump made before this.")
	}
	return tellLost(s, lost)
}

// tellLost says what of the files was damaged or gone.
func tellLost(s *streams, lost []string) error {
	for _, text := range lost {
		fmt.Fprintln(s.out, text)
	}
	if len(lost) > 0 {
		return errUnread
	}
	return nil
}

type restoreCommand struct {
	Data string  `required:"" placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Data folder of the service that is to go on."`
	Keep keeping `embed:""`
	From string  `arg:"" name:"folder" help:"The backup's folder."`
}

// Run puts the files of a backup where a service keeps them whose database was brought back
// before. A backup of a service that keeps all in its folder needs none of it: it can be served.
func (c restoreCommand) Run(ctx context.Context, s *streams) error {
	if _, err := os.Stat(filepath.Join(c.From, "blobs")); err != nil {
		return fmt.Errorf("%s is no backup: there is no folder \"blobs\" in it", c.From)
	}
	from, err := blob.OpenFiles(filepath.Join(c.From, "blobs"))
	if err != nil {
		return err
	}
	db, err := openStore(ctx, c.Data, c.Keep.DB)
	if err != nil {
		return err
	}
	defer db.Close()
	kept, to, done, err := scrubCommand{c.Data, c.Keep}.kept(ctx, db)
	if err != nil {
		return err
	}
	defer done()
	n, lost, err := copyFiles(ctx, kept, from, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d files were brought back, and their bytes are those that were kept.\n", n)
	return tellLost(s, lost)
}

// backupDatabase writes the database down as it is, and opens what was written.
func backupDatabase(ctx context.Context, db *store.Store, path string) (*store.Store, error) {
	if err := db.Backup(ctx, path); err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("keep the backup from others: %w", err)
	}
	return store.Join(ctx, "sqlite://"+path)
}

// copyFiles copies each file once and says what of the service is damaged or gone.
func copyFiles(ctx context.Context, kept []store.Kept, from, to keptFiles) (n int, lost []string,
	err error) {
	done := map[string]error{}
	for _, k := range kept {
		err, seen := done[k.SHA256]
		if !seen {
			err = copyFile(ctx, k.SHA256, from, to)
			done[k.SHA256] = err
		}
		switch {
		case err == nil && !seen:
			n++
		case errors.Is(err, blob.ErrDamaged), errors.Is(err, blob.ErrNotFound):
			lost = append(lost, whatIsLost(k, err))
		case err != nil:
			return n, lost, err
		}
	}
	return n, lost, nil
}

func copyFile(ctx context.Context, sum string, from, to keptFiles) error {
	if err := from.Verify(ctx, sum); err != nil {
		return err
	}
	file, err := from.Open(ctx, sum)
	if err != nil {
		return err
	}
	defer file.Close()
	got, _, err := to.Put(ctx, file)
	if err == nil && got != sum {
		return fmt.Errorf("back file %s up: %w", sum, blob.ErrDamaged)
	}
	return err
}
