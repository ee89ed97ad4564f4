package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
)

// archive is the zip file of a workbook. It is begun before the first sheet,
// so that pictures go into the file one by one instead of lying in memory
// together, and it writes some parts itself: excelize keeps every picture and
// searches all earlier ones for each, which takes minutes for 10,000 lines.
// Sheets come from excelize in no fixed order and are kept back, packed, to be
// written by name: the same petition gives the same bytes.
type archive struct {
	zip  *zip.Writer
	own  map[string]*packed // parts in place of those of excelize
	kept map[string]*packed // sheets
}

func newArchive(w io.Writer) *archive {
	return &archive{zip: zip.NewWriter(w), own: map[string]*packed{}, kept: map[string]*packed{}}
}

// picture writes a picture into the file as it is, since it does not get smaller.
func (a *archive) picture(name string, data []byte) error {
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// Create starts a part that excelize writes.
func (a *archive) Create(name string) (io.Writer, error) {
	switch {
	case a.own[name] != nil, path.Dir(name) == "xl/media":
		return io.Discard, nil
	case path.Dir(name) == "xl/worksheets":
		a.kept[name] = newPacked()
		return a.kept[name], nil
	}
	return a.zip.Create(name)
}

// AddFS adds the files of a tree.
func (a *archive) AddFS(tree fs.FS) error { return a.zip.AddFS(tree) }

// Close writes what was kept back and ends the file.
func (a *archive) Close() error {
	maps.Copy(a.kept, a.own)
	for _, name := range slices.Sorted(maps.Keys(a.kept)) {
		if err := a.kept[name].writeTo(a.zip, name); err != nil {
			return err
		}
	}
	return a.zip.Close()
}

// packed is a part of the file that is written while others are: compressed at
// once, since XML is twenty times as large.
type packed struct {
	out     bytes.Buffer
	deflate *flate.Writer
	crc     uint32
	size    uint64
}

func newPacked() *packed {
	p := &packed{}
	// fails for unknown levels only
	p.deflate, _ = flate.NewWriter(&p.out, flate.DefaultCompression)
	return p
}

func (p *packed) Write(b []byte) (int, error) {
	p.crc = crc32.Update(p.crc, crc32.IEEETable, b)
	p.size += uint64(len(b))
	return p.deflate.Write(b)
}

func (p *packed) writeTo(z *zip.Writer, name string) error {
	if err := p.deflate.Close(); err != nil {
		return err
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: p.crc,
		CompressedSize64: uint64(p.out.Len()), UncompressedSize64: p.size})
	if err != nil {
		return err
	}
	_, err = p.out.WriteTo(w)
	return err
}
