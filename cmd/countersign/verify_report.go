package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/blob"
	"countersign/report/workbook"
)

// verifyReportCommand checks a workbook that somebody brings.
type verifyReportCommand struct {
	File     string `arg:"" placeholder:"FILE" help:"Workbook that this program wrote."`
	Data     string `placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Data folder of the service; the workbook is then compared with what is on record there, too."`
	DB       string `name:"db" placeholder:"URL" env:"COUNTERSIGN_DB" help:"Database of the service, where it is not in the data folder. Files are still looked for there."`
	Petition string `placeholder:"ID" help:"Petition that the workbook is about. Default: the one that has its files; a report on several finds all of them."`
}

// mostChanges is how many changes are told; a workbook with more was made anew.
const mostChanges = 50

// Run says where a workbook no longer says what it said when it was written, and where
// it differs from the store.
func (c verifyReportCommand) Run(ctx context.Context, s *streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open the workbook: %w", err)
	}
	defer f.Close()
	book, err := workbook.Check(f)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(c.File), err)
	}
	fmt.Fprintf(s.out, "%s, written on %s by %s.\n", book.Kind, book.Made.Format("January 2, 2006, 15:04"), book.Program)
	if len(book.Changes) == 0 {
		fmt.Fprintln(s.out, "It says what it said when it was written.")
	}
	differs := len(book.Changes) > 0
	tellChanges(s.out, book.Changes)
	if c.Data != "" {
		differ, err := c.against(ctx, book, s)
		if err != nil {
			return err
		}
		differs = differs || differ
	}
	if differs {
		return errUnread
	}
	return nil
}

func tellChanges(w io.Writer, changes []workbook.Change) {
	for i, change := range changes {
		if i == mostChanges {
			fmt.Fprintf(w, "and %d more\n", len(changes)-i)
			return
		}
		fmt.Fprintln(w, change)
	}
}

// against compares the workbook with the service's store and tells where it differs.
func (c verifyReportCommand) against(ctx context.Context, book workbook.Copy, s *streams) (differ bool, err error) {
	kept, err := openStore(ctx, c.Data, c.DB)
	if err != nil {
		return false, err
	}
	defer kept.Close()
	blobs, err := blob.OpenFiles(filepath.Join(c.Data, "blobs"))
	if err != nil {
		return false, err
	}
	desk := newDesk(kept, blobs, &rolls{snapshots: kept, blobs: blobs})
	g := &registrar{store: kept, desk: desk, now: time.Now}
	if found, err := g.auditKnows(ctx, book); err != nil {
		return false, err
	} else if !found {
		fmt.Fprintln(s.out, "The audit log of this service has no entry by the workbook's head: it was written by another one, or the log was changed.")
	}
	if n := len(book.Figures); book.Kind == "COO report" && n != 1 {
		if c.Petition != "" {
			return false, fmt.Errorf("the workbook is on %d petitions: leave --petition out", n)
		}
		return g.verifiedPeriod(ctx, book, s.out)
	}
	if c.Petition == "" && book.At == "" {
		if c.Petition, err = g.petitionOf(ctx, book); err != nil {
			return false, err
		}
	}
	if c.Petition != "" {
		if err := g.tellPurged(ctx, c.Petition, s.out); err != nil {
			return false, err
		}
	}
	recorded, err := g.verified(ctx, book, c.Petition)
	if err != nil {
		return false, err
	}
	if len(recorded) == 0 {
		fmt.Fprintln(s.out, "It agrees with what is on record.")
	}
	tellChanges(s.out, recorded)
	return len(recorded) > 0, nil
}
