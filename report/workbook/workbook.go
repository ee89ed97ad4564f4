// Package workbook writes the two workbooks of a petition. A report.Petition
// enters; coo-report.xlsx for the Committee on Organization and
// council-report.xlsx for Council leave. People are next: the workbooks are
// read, filtered, printed and filed.
package workbook

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"countersign/report"
)

// Names of the files that WriteFiles makes.
const (
	COOFile     = "coo-report.xlsx"
	CouncilFile = "council-report.xlsx"
)

// WriteFiles makes both workbooks in dir, which it makes where missing, and
// returns their paths. A workbook appears under its name only when it is
// whole, and only its owner can read it: one of them holds personal data.
func WriteFiles(dir string, p report.Petition) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for the workbooks: %w", err)
	}
	var paths []string
	for _, w := range []struct {
		name  string
		write func(io.Writer, report.Petition) error
	}{
		{COOFile, COO},
		{CouncilFile, Council},
	} {
		path := filepath.Join(dir, w.name)
		if err := writeWhole(path, func(out io.Writer) error {
			return w.write(out, p)
		}); err != nil {
			return paths, fmt.Errorf("write %s: %w", path, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// writeWhole writes beside path and renames, so that nobody meets half a file
// and an earlier one stays when writing fails.
func writeWhole(path string, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".*.xlsx")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // of no effect after the rename
	if err := write(temp); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Sync(); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
