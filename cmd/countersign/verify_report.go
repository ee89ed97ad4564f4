package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/blob"
	"countersign/internal/office"
	"countersign/internal/reader"
	"countersign/report/workbook"
)

// verifyReportCommand checks a workbook that somebody brings.
type verifyReportCommand struct {
	File     string `arg:"" placeholder:"FILE" help:"Workbook that this program wrote."`
	Data     string `placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Data folder of the service; the workbook is then compared with what is on record there, too."`
	DB       string `name:"db" placeholder:"URL" env:"COUNTERSIGN_DB" help:"Database of the service, where it is not in the data folder. Files are still looked for there."`
	Petition string `placeholder:"ID" help:"Petition that the workbook is about. Default: the one that has its files; a report on several finds all of them."`
}

// Run says where a workbook no longer says what it said when it was written, and where
// it differs from the store.
func (c verifyReportCommand) Run(ctx context.Context, s *streams) error {
	book, err := c.read(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s, written on %s by %s.\n", book.Kind,
		book.Made.Format("January 2, 2006, 15:04"), book.Program)
	if len(book.Changes) == 0 {
		fmt.Fprintln(s.out, "It says what it said when it was written.")
	}
	differs := len(book.Changes) > 0
	office.TellChanges(s.out, book.Changes)
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

// read reads the workbook in a process of its own: it is somebody's, and may be made to break what
// reads it.
func (c verifyReportCommand) read(ctx context.Context) (book workbook.Copy, err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return book, fmt.Errorf("open the workbook: %w", err)
	}
	defer f.Close()
	path, done, err := asFile(f)
	if err != nil {
		return book, fmt.Errorf("open the workbook: %w", err)
	}
	defer done()
	temp, err := os.MkdirTemp("", "countersign-verify-report-*")
	if err != nil {
		return book, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(temp)
	// what a report of 100,000 lines takes is a tenth
	const long = 10 * time.Minute
	// sentences say it all
	pool, err := reader.New(reader.Options{Temp: temp, OpenTime: long, Waited: true,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return book, err
	}
	defer pool.Close()
	return pool.Workbook(ctx, path, filepath.Base(c.File))
}

// against compares the workbook with what is on record and tells where it differs.
func (c verifyReportCommand) against(ctx context.Context, book workbook.Copy,
	s *streams) (differ bool, err error) {
	kept, err := openStore(ctx, c.Data, c.DB)
	if err != nil {
		return false, err
	}
	defer kept.Close()
	blobs, err := blob.OpenFiles(filepath.Join(c.Data, "blobs"))
	if err != nil {
		return false, err
	}
	o := office.New(office.Options{Store: kept, Blobs: blobs, Program: programName()})
	return o.CheckReport(ctx, book, c.Petition, s.out)
}
