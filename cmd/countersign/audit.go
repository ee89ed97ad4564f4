package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/internal/store"
)

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check that no entry of the log of who did what was changed or taken out."`
}

type auditVerifyCommand struct {
	Data  string `placeholder:"DIR" env:"COUNTERSIGN_DATA" xor:"where" required:"" help:"Data folder of the service."`
	Heads string `name:"audit-heads" placeholder:"FILE" env:"COUNTERSIGN_AUDIT_HEADS" help:"Where the service notes heads of the log. Default: audit-heads in the data folder."`
	DB    string `name:"db" placeholder:"URL" env:"COUNTERSIGN_DB" xor:"where" required:"" help:"Or its database: sqlite:///path/of/file.db or postgres://user@host/name."`
}

// Run checks the chain. It may run beside the service.
func (c auditVerifyCommand) Run(ctx context.Context, s *streams) error {
	db, err := openStore(ctx, c.Data, c.DB)
	if err != nil {
		return whatIsWrong(0, err)
	}
	defer db.Close()
	if err := db.Whole(ctx); err != nil {
		return whatIsWrong(0, err)
	}
	entries, err := db.VerifyAudit(ctx)
	if err != nil {
		return whatIsWrong(entries, err)
	}
	noted, err := c.heads().Check(ctx, db)
	if damaged := (*store.DamagedAnchors)(nil); errors.As(err, &damaged) {
		fmt.Fprintf(s.out, "All %d entries of the log are as they were written. %v.\n", entries,
			err)
		return errUnread
	}
	if err != nil {
		return whatIsWrong(entries, err)
	}
	if noted == 0 {
		_, err = fmt.Fprintf(s.out,
			"All %d entries of the log are as they were written, and none is missing among them. "+
				"Whether entries are gone from its end is not known: no head of it was noted in "+
				"%s.\n",
			entries, c.heads().Path)
		return err
	}
	_, err = fmt.Fprintf(s.out,
		"All %d entries of the log are as they were written, and none is missing: "+
			"%d heads of it that were noted outside of the database agree.\nThe files are read by "+
			"\"countersign scrub\".\n", entries, noted)
	return err
}

// heads are those that the service noted.
func (c auditVerifyCommand) heads() store.Anchors {
	return store.Anchors{Path: cmp.Or(c.Heads, filepath.Join(c.Data, "audit-heads"))}
}

// whatIsWrong tells a database that is damaged, an end that is lost, and a log that somebody
// changed apart: each needs something else.
func whatIsWrong(entries int, err error) error {
	corrupt, lost := (*store.Corrupt)(nil), (*store.LostTail)(nil)
	switch {
	case errors.As(err, &corrupt), store.Damaged(err):
		return fmt.Errorf("the database is damaged, as a failing disk leaves it: stop the "+
			"service, look at its disk, and bring back the newest backup "+
			"(the first %d entries of the log hold): %w", entries, err)
	case errors.As(err, &lost):
		return err
	case errors.Is(err, store.ErrTampered):
		return fmt.Errorf("the database is whole, and its log is not as it was written: somebody "+
			"changed it outside of the service. "+
			"Its first %d entries are as they were: %w", entries, err)
	}
	return err
}

// openStore opens the store of a service that may be running: by its URL, or in its
// data folder.
func openStore(ctx context.Context, data, url string) (*store.Store, error) {
	if url == "" {
		path, err := filepath.Abs(filepath.Join(data, "countersign.db"))
		if err != nil {
			return nil, fmt.Errorf("find the data folder: %w", err)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the folder %s holds no data of the service: check --data", data)
		}
		url = "sqlite://" + path
	}
	return store.Open(ctx, url)
}
