package main

import (
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
	Data string `placeholder:"DIR" env:"COUNTERSIGN_DATA" xor:"where" required:"" help:"Data folder of the service."`
	DB   string `name:"db" placeholder:"URL" env:"COUNTERSIGN_DB" xor:"where" required:"" help:"Or its database: sqlite:///path/of/file.db or postgres://user@host/name."`
}

// Run checks the chain. It may run beside the service.
func (c auditVerifyCommand) Run(ctx context.Context, s *streams) error {
	db, err := openStore(ctx, c.Data, c.DB)
	if err != nil {
		return err
	}
	defer db.Close()
	entries, err := db.VerifyAudit(ctx)
	if err != nil {
		return fmt.Errorf("the log is not as it was written; its first %d entries are: %w", entries, err)
	}
	_, err = fmt.Fprintf(s.out, "All %d entries of the log are as they were written, and none is missing.\n", entries)
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
