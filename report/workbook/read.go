package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
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
	temp *os.File // nil where the file can be read as it is
}

func open(r io.Reader) (_ *reading, err error) {
	whole, size, temp, err := wholeOf(r)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			discard(temp)
		}
	}()
	z, err := zip.NewReader(whole, size)
	if err != nil {
		return nil, fmt.Errorf("it is no XLSX file, or is damaged: %w", err)
	}
	var words bytes.Buffer
	slim := zip.NewWriter(&words)
	for _, f := range z.File {
		if dir := path.Dir(f.Name); dir == "xl/media" || strings.HasPrefix(dir, "xl/drawings") ||
			strings.HasPrefix(dir, "xl/charts") {
			continue
		}
		if err := slim.Copy(f); err != nil {
			return nil, fmt.Errorf("unpack %s: %w", f.Name, err)
		}
	}
	if err := slim.Close(); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(&words, excelize.Options{RawCellValue: true,
		UnzipSizeLimit: maxWords, UnzipXMLSizeLimit: maxSheetInMem})
	if err != nil {
		return nil, fmt.Errorf("it is no XLSX file, or is damaged: %w", err)
	}
	return &reading{z, file, temp}, nil
}

func (r *reading) close() {
	r.file.Close()
	discard(r.temp)
}

// wholeOf gives a file that can be read in any order: the one that r is, or a
// copy on disk, for one with pictures may be larger than memory.
func wholeOf(r io.Reader) (io.ReaderAt, int64, *os.File, error) {
	if file, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		if size, err := file.Seek(0, io.SeekEnd); err == nil {
			return file, size, nil, nil
		}
	}
	temp, err := os.CreateTemp("", "*.xlsx")
	if err != nil {
		return nil, 0, nil, err
	}
	size, err := io.Copy(temp, io.LimitReader(r, maxCopy+1))
	if err == nil && size > maxCopy {
		err = fmt.Errorf("it is larger than %d GB", maxCopy>>30)
	}
	if err != nil {
		discard(temp)
		return nil, 0, nil, err
	}
	return temp, size, temp, nil
}

// discard lets go of a temporary file; nil is none.
func discard(temp *os.File) {
	if temp != nil {
		temp.Close()
		os.Remove(temp.Name())
	}
}

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

// relations are the parts that one part of a workbook refers to.
type relations struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

// relationsOf are the targets of a part's relations, by their ids, and that of the kind
// asked for. A part without relations has none.
func (r *reading) relationsOf(part, kind string) (byID map[string]string, of string, err error) {
	dir, base := path.Split(part)
	rels := dir + "_rels/" + base + ".rels"
	has := func(f *zip.File) bool { return f.Name == rels }
	if !slices.ContainsFunc(r.zip.File, has) {
		return nil, "", nil
	}
	var found relations
	if err := r.decode(rels, &found); err != nil {
		return nil, "", err
	}
	byID = map[string]string{}
	for _, rel := range found.List {
		target := path.Join(dir, rel.Target)
		if path.IsAbs(rel.Target) {
			target = strings.TrimPrefix(rel.Target, "/")
		}
		byID[rel.ID] = target
		if path.Base(rel.Type) == kind {
			of = target
		}
	}
	return byID, of, nil
}

// drawingOf is the part that holds the pictures of a sheet, empty for none.
func (r *reading) drawingOf(sheet string) (string, error) {
	var book struct {
		Sheets []struct {
			Name string     `xml:"name,attr"`
			Rest []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := r.decode("xl/workbook.xml", &book); err != nil {
		return "", err
	}
	parts, _, err := r.relationsOf("xl/workbook.xml", "")
	if err != nil {
		return "", err
	}
	for _, s := range book.Sheets {
		for _, a := range s.Rest {
			if s.Name == sheet && a.Name.Local == "id" {
				_, drawing, err := r.relationsOf(parts[a.Value], "drawing")
				return drawing, err
			}
		}
	}
	return "", nil
}

// pictures finds the pictures of lines: their record, and what each shows by its row.
func (r *reading) pictures() (*record, map[int]seen, error) {
	rec, shown := newRecord(picturesName), map[int]seen{}
	rec.keep = true
	part, err := r.drawingOf(signaturesSheet)
	if part == "" || err != nil {
		return rec, shown, err
	}
	var drawn anchors
	if err := r.decode(part, &drawn); err != nil {
		return nil, nil, err
	}
	targets, _, err := r.relationsOf(part, "")
	if err != nil {
		return nil, nil, err
	}
	list := slices.DeleteFunc(drawn.List, func(a anchor) bool { return a.Blip.Embed == "" })
	slices.SortStableFunc(list, func(a, b anchor) int { return a.Row - b.Row })
	for _, a := range list {
		var data bytes.Buffer
		if err := r.unpack(targets[a.Blip.Embed], &data, maxPicture); err != nil {
			return nil, nil, err
		}
		s := seen{pictureSum(data.Bytes()), sightOf(data.Bytes(), mostPixels)}
		rec.add(a.Row+1, []string{s.sum})
		shown[a.Row+1] = s
	}
	return rec, shown, nil
}

func (r *reading) decode(name string, into any) error {
	var data bytes.Buffer
	if err := r.unpack(name, &data, maxWords); err != nil {
		return err
	}
	if err := xml.Unmarshal(data.Bytes(), into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// unpack writes a part of the file to w.
func (r *reading) unpack(name string, w io.Writer, limit int64) error {
	f, err := r.zip.Open(name)
	if err != nil {
		return fmt.Errorf("the file lacks the part %q", name)
	}
	defer f.Close()
	n, err := io.Copy(w, io.LimitReader(f, limit+1))
	if err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	if n > limit {
		return fmt.Errorf("%s is larger than any part of a report", name)
	}
	return nil
}
