package reader

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/ingest"
	"countersign/internal/fixtures"
	"countersign/report"
	"countersign/report/workbook"
)

// A report that somebody brings is refused in a sentence where it breaks its reader, and this
// process hardly grows.
func TestWorkbooksThatAreRefused(t *testing.T) {
	r, short := open(t, Options{Memory: 150}), open(t, Options{OpenTime: time.Millisecond})
	bomb := withSheet(t, aReport(t), 192<<10)
	for name, tt := range map[string]struct {
		pool *Pool
		data []byte
		want string
	}{
		"a bomb of repeated cells": {r, bomb, "needs more than 150 MB of memory to read"},
		"a long time":              {short, bomb, "takes longer than 1ms to read"},
		"no workbook": {r, []byte("PK\x03\x04 and nothing else"),
			"it is no XLSX file, or is damaged"},
		"a directory that is false": {r, bytes.ReplaceAll(aReport(t), []byte("xl/worksheets"),
			[]byte("xl/../../../../")[:len("xl/worksheets")]), "read sheet Summary"},
	} {
		t.Run(name, func(t *testing.T) {
			before := resident(os.Getpid())
			_, err := tt.pool.Workbook(t.Context(), fixtures.Write(t, "report.xlsx", tt.data),
				"report.xlsx")
			if err == nil || !strings.Contains(err.Error(), "report.xlsx") ||
				!strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if grown := resident(os.Getpid()) - before; grown > 64<<20 {
				t.Errorf("the service grew by %d MB", grown>>20)
			}
		})
	}
}

// A reader of a workbook sees that file and no other.
func TestWorkbookIsConfined(t *testing.T) {
	r := open(t, Options{})
	own := filepath.Join(t.TempDir(), "own.xlsx")
	if err := os.WriteFile(own, aReport(t), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := r.Workbook(t.Context(), own, "own.xlsx")
	if err != nil || read.Kind != "COO report" || read.Program != "test" || len(read.Changes) > 0 {
		t.Fatalf("its own: %+v, %v", read, err)
	}
	p, err := r.start(own)
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := r.with(t.Context(), p, asked{Path: fixtures.Members, Name: "members.csv",
		Workbook: true})
	if input := (*ingest.InputError)(nil); err != nil || head.Trouble == "" || errors.As(said(head),
		&input) {
		t.Errorf("it read another's: %+v, %v", head, err)
	}
}

func aReport(t *testing.T) []byte {
	t.Helper()
	var book bytes.Buffer
	if err := workbook.COO(&book, report.Petition{Made: time.Date(2026, 11, 20, 9, 0, 0, 0,
		time.UTC), Program: "test"}); err != nil {
		t.Fatal(err)
	}
	return book.Bytes()
}

// withSheet is a workbook whose first sheet has so many rows of a kilobyte.
func withSheet(t *testing.T, book []byte, rows int) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			err = errors.Join(err, to.Copy(f))
			continue
		}
		w, made := to.Create(f.Name)
		err = errors.Join(err, made)
		_, wrote := w.Write(
			[]byte(
				`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`))
		err = errors.Join(err, wrote)
		row := []byte(`<row><c t="inlineStr"><is><t>` + strings.Repeat("a", 1024) +
			`</t></is></c></row>`)
		for range rows {
			_, wrote := w.Write(row)
			err = errors.Join(err, wrote)
		}
		_, wrote = w.Write([]byte(`</sheetData></worksheet>`))
		err = errors.Join(err, wrote)
	}
	if err := errors.Join(err, to.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
