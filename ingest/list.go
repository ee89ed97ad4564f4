package ingest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"countersign/ingest/scan"
	"countersign/ingest/table"
)

// rowsOfPage is how many rows of a list make a page of it: as many as people like to see at once.
const rowsOfPage = 50

// listed are the pages of a list that people signed online.
type listed struct {
	pages  []List
	passed []string // names of sheets that were not read
}

// listHeadings are words of which the headings of a list of signers have two at least.
var listHeadings = strings.Fields("name first last given family surname email mail date time timestamp signed signature submitted created " +
	"city town state zip postal postcode country address street institution library organization organisation employer member membership number phone " +
	"comment vorname nachname unterschrift datum nom prenom nombre apellido naam voornaam achternaam")

// headingsIn counts the cells of a row that have a word of headings and no digits.
func headingsIn(cells []string) int {
	n := 0
	for _, c := range cells {
		words := strings.FieldsFunc(strings.ToLower(c), func(r rune) bool { return !unicode.IsLetter(r) })
		if len(c) < 60 && !strings.ContainsAny(c, "0123456789@") && slices.ContainsFunc(words, func(w string) bool { return slices.Contains(listHeadings, w) }) {
			n++
		}
	}
	return n
}

// openList reads a table of those who signed online.
func openList(file io.ReaderAt, size int64, pages int) (*listed, error) {
	const remedy = "if it is a list of those who signed online, save it as CSV or XLSX with a row of headings; if it is a scan, save it as PDF"
	data := make([]byte, size)
	if _, err := file.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, err
	}
	f, err := table.Open(data, table.Options{Headings: headingsIn})
	if err != nil {
		return nil, &scan.Refusal{Problem: strings.SplitN(err.Error(), ":", 2)[0], Remedy: remedy}
	}
	defer f.Close()
	var l listed
	for _, s := range f.Sheets {
		before := len(l.pages)
		if !s.Hidden {
			if err := l.add(s); err != nil {
				return nil, err
			}
		}
		if len(l.pages) == before {
			l.passed = append(l.passed, s.Name)
		}
		if len(l.pages) > pages {
			return nil, &scan.Refusal{Problem: fmt.Sprintf("is a list of more than %d rows", pages*rowsOfPage), Remedy: "split it and hand in the parts"}
		}
	}
	if len(l.pages) == 0 {
		return nil, &scan.Refusal{Problem: "has no table of signers with a row of headings such as name, e-mail and date", Remedy: remedy}
	}
	return &l, nil
}

// add takes the rows below the headings of a sheet, if it has any.
func (l *listed) add(s table.Sheet) error {
	rows, err := s.Open()
	if err != nil {
		return &scan.Refusal{Problem: "cannot be read as a table", Remedy: "save it again as CSV or XLSX and hand that in"}
	}
	defer rows.Close()
	var headings []string
	var page List
	for n := 0; ; n++ {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return &scan.Refusal{Problem: fmt.Sprintf("cannot be read as a table after row %d", n), Remedy: "save it again as CSV or XLSX and hand that in"}
		}
		switch {
		case headings == nil && headingsIn(row.Cells) >= 2:
			headings = row.Cells
			page.Headings = headings
		case headings == nil && n >= table.HeadingRows:
			return nil
		case headings != nil && slices.ContainsFunc(row.Cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			page.Rows = append(page.Rows, row.Cells)
			if len(page.Rows) == rowsOfPage {
				l.pages = append(l.pages, page)
				page.Rows = nil
			}
		}
	}
	if len(page.Rows) > 0 {
		l.pages = append(l.pages, page)
	}
	return nil
}

func (l *listed) Pages() int { return len(l.pages) }

func (l *listed) page(_ context.Context, number int) (Page, error) {
	p := Page{Number: number, Source: Online, List: l.pages[number-1]}
	if number == 1 && len(l.passed) > 0 {
		p.Findings = []Finding{{Kind: NotDrawn, Text: fmt.Sprintf("Of the workbook these sheets were not read, being hidden, empty or without headings: %s. "+
			"See whether they have signers.", strings.Join(l.passed, ", "))}}
	}
	return p, nil
}

func (l *listed) close() {}
