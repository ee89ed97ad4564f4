package workbook

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
)

// archive is the zip file of a workbook. excelize hands over its streamed
// sheets in no fixed order; archive keeps them back and writes them last, by
// name, so that the same petition gives the same bytes. Everything goes
// straight to its writer instead of through a buffer as large as the workbook,
// and pictures are stored as they are, since a JPEG does not get smaller.
type archive struct {
	zip    *zip.Writer
	sheets map[string]*bytes.Buffer
}

func newArchive(w io.Writer) *archive {
	return &archive{zip: zip.NewWriter(w), sheets: map[string]*bytes.Buffer{}}
}

// Create starts an entry.
func (a *archive) Create(name string) (io.Writer, error) {
	switch {
	case path.Dir(name) == "xl/worksheets":
		a.sheets[name] = &bytes.Buffer{}
		return a.sheets[name], nil
	case path.Dir(name) == "xl/media":
		return a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	}
	return a.zip.Create(name)
}

// AddFS adds the files of a tree.
func (a *archive) AddFS(tree fs.FS) error { return a.zip.AddFS(tree) }

// Close writes what was kept back and ends the file.
func (a *archive) Close() error {
	for _, name := range slices.Sorted(maps.Keys(a.sheets)) {
		w, err := a.zip.Create(name)
		if err != nil {
			return err
		}
		if _, err := a.sheets[name].WriteTo(w); err != nil {
			return err
		}
	}
	return a.zip.Close()
}
