package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits on a workbook that somebody sent: as much as a report of 100,000
// lines would take.
const (
	maxCopy       = 4 << 30  // bytes of the file
	maxWords      = 1 << 30  // bytes of its parts other than pictures, unpacked
	maxPicture    = 16 << 20 // bytes of one picture
	maxSheetInMem = 16 << 20 // bytes of a sheet before it is read from disk
)

// reading is a workbook being read. Pictures and drawings are kept from
// excelize, which would hold all of them in memory.
type reading struct {
	zip  *zip.Reader
	file *excelize.File
}

func open(r io.Reader) (*reading, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxCopy+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxCopy {
		return nil, fmt.Errorf("it is larger than %d GB", maxCopy>>30)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("it is no XLSX file, or is damaged: %w", err)
	}
	var words bytes.Buffer
	slim := zip.NewWriter(&words)
	for _, f := range z.File {
		if dir := path.Dir(f.Name); dir == "xl/media" || strings.HasPrefix(dir, "xl/drawings") || strings.HasPrefix(dir, "xl/charts") {
			continue
		}
		if err := slim.Copy(f); err != nil {
			return nil, fmt.Errorf("unpack %s: %w", f.Name, err)
		}
	}
	if err := slim.Close(); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(&words, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxWords, UnzipXMLSizeLimit: maxSheetInMem})
	if err != nil {
		return nil, fmt.Errorf("it is no XLSX file, or is damaged: %w", err)
	}
	return &reading{z, file}, nil
}

func (r *reading) close() { r.file.Close() }

func (r *reading) sheets() []string { return r.file.GetSheetList() }

// record reads a sheet row by row.
func (r *reading) record(sheet string) (*record, error) {
	rows, err := r.file.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	rec := newRecord(sheet)
	rec.keep = true
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		rec.add(n, cells)
	}
	return rec, rows.Error()
}

// cells are those of a row that was kept, empty ones between them included.
// There is at least one.
func (r rowRecord) cells() []string {
	list := []string{""}
	for said := range strings.SplitSeq(strings.TrimSuffix(r.said, "\x1f"), "\x1f") {
		place, text, _ := strings.Cut(said, "=")
		i, err := strconv.Atoi(place)
		if err != nil || i < 0 || i >= excelize.MaxColumns {
			continue // no such place was written
		}
		for len(list) <= i {
			list = append(list, "")
		}
		list[i] = text
	}
	return list
}

// anchors are the pictures of a drawing with the rows in which they begin.
type anchors struct {
	List []anchor `xml:",any"`
}

type anchor struct {
	Row  int  `xml:"from>row"` // 0-based
	Blip blip `xml:"pic>blipFill>blip"`
}

type blip struct {
	Embed string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships embed,attr"`
}

// pictures finds the pictures of lines: those of the drawing that has most.
// Programs that save a workbook again give them other names.
func (r *reading) pictures() (*record, error) {
	var most anchors
	part := ""
	for _, f := range r.zip.File {
		if path.Dir(f.Name) != "xl/drawings" || path.Ext(f.Name) != ".xml" {
			continue
		}
		var a anchors
		if err := r.decode(f.Name, &a); err != nil {
			return nil, err
		}
		a.List = slices.DeleteFunc(a.List, func(a anchor) bool { return a.Blip.Embed == "" })
		if len(a.List) > len(most.List) {
			most, part = a, f.Name
		}
	}
	rec := newRecord(picturesName)
	rec.keep = true
	if part == "" {
		return rec, nil
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := r.decode("xl/drawings/_rels/"+path.Base(part)+".rels", &rels); err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, rel := range rels.List {
		targets[rel.ID] = path.Join("xl/drawings", rel.Target)
	}
	slices.SortStableFunc(most.List, func(a, b anchor) int { return a.Row - b.Row })
	for _, a := range most.List {
		data, err := r.part(targets[a.Blip.Embed], maxPicture)
		if err != nil {
			return nil, err
		}
		rec.add(a.Row+1, []string{pictureSum(data)})
	}
	return rec, nil
}

func (r *reading) decode(name string, into any) error {
	data, err := r.part(name, maxWords)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// part unpacks a part of the file.
func (r *reading) part(name string, limit int64) ([]byte, error) {
	f, err := r.zip.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the file lacks the part %q", name)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than any part of a report", name)
	}
	return data, nil
}
