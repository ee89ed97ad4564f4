package workbook

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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
		sum := sha256.New()
		if err := r.unpack(targets[a.Blip.Embed], sum, maxPicture); err != nil {
			return nil, err
		}
		rec.add(a.Row+1, []string{hex.EncodeToString(sum.Sum(nil))})
	}
	return rec, nil
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
