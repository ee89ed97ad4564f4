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
	if c.DB == "" {
		path, err := filepath.Abs(filepath.Join(c.Data, "countersign.db"))
		if err != nil {
			return fmt.Errorf("find the data folder: %w", err)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the folder %s holds no data of the service: check --data", c.Data)
		}
		c.DB = "sqlite://" + path
	}
	db, err := store.Open(ctx, c.DB)
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
