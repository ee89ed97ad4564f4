package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestKindsOfTIFF: one picture in colors, in grey and in black and white, as
// libtiff's tools write it in each of their ways, is the same picture; what is not
// read is refused by the name of its kind. Names say "picture-kind".
func TestKindsOfTIFF(t *testing.T) {
	refused := map[string]string{"rgb-lzma.tif": "LZMA", "rgb-zstd.tif": "Zstandard", "rgb-webp.tif": "WebP"}
	turned := map[string]Turn{"o6.tif": Clockwise}
	like := map[string]string{"o6": "gray", "rgba": "rgb"}
	files, err := filepath.Glob("testdata/kinds/*.tif")
	if err != nil || len(files) < 30 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			data := contents(t, file)
			if kind := refused[name]; kind != "" {
				_, err := open(t, data).Page(context.Background(), 1)
				var r *Refusal
				if !errors.As(err, &r) || !strings.Contains(r.Problem, kind) {
					t.Errorf("%v, want a refusal that names %s", err, kind)
				}
				return
			}
			base, _, _ := strings.Cut(strings.TrimSuffix(name, ".tif"), "-")
			if l := like[base]; l != "" {
				base = l
			}
			want := page(t, open(t, contents(t, "testdata/kinds/"+base+".tif")), 1).Image
			got := page(t, open(t, data), 1)
			if share := off(t, got.Image, turned[name].Apply(want)); share > 0.005 {
				t.Errorf("%.2f %% of the pixels are wrong", 100*share)
			}
			if got.Fault != "" || got.DPI != 72 {
				t.Errorf("fault %q, %v dpi", got.Fault, got.DPI)
			}
		})
	}
	bars := page(t, open(t, contents(t, "testdata/kinds/rgb.tif")), 1).Image
	for p, want := range map[image.Point]color.RGBA{{5, 5}: {255, 255, 255, 255}, {100, 24}: {200, 0, 0, 255}, {60, 90}: {0, 0, 160, 255}, {20, 50}: {0, 0, 0, 255}} {
		if c := color.RGBAModel.Convert(bars.At(p.X, p.Y)); c != want {
			t.Errorf("the picture is %v at %v, want %v", c, p, want)
		}
	}
}

func contents(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tiffOf writes a picture of 120 by 120 pixels, one strip uncompressed, each
// row the same samples over and over, with tags beside the usual ones.
func tiffOf(order binary.AppendByteOrder, row []byte, tags map[uint16][]uint16) []byte {
	const side = 120
	all := map[uint16][]uint16{tagWidth: {side}, tagHeight: {side}, tagCompression: {plain}, tagStrips: {8}, tagStripRows: {side}}
	for tag, v := range tags {
		all[tag] = v
	}
	pixels := bytes.Repeat(row, side)
	all[tagStripBytes] = []uint16{uint16(len(pixels))}
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = append(order.AppendUint32(b, uint32(8+len(pixels))), pixels...)
	var names []uint16
	for tag := range all {
		names = append(names, tag)
	}
	slices.Sort(names)
	b = order.AppendUint16(b, uint16(len(names)))
	beyond := len(b) + 12*len(names) + 4
	var more []byte
	for _, tag := range names {
		v := all[tag]
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), 3), uint32(len(v)))
		if len(v) > 2 {
			b = order.AppendUint32(b, uint32(beyond+len(more)))
			for _, n := range v {
				more = order.AppendUint16(more, n)
			}
			continue
		}
		b = order.AppendUint16(order.AppendUint16(b, v[0]), v[len(v)-1])
	}
	return append(order.AppendUint32(b, 0), more...)
}

// TestSamples: what samples mean, two pixels side by side.
func TestSamples(t *testing.T) {
	times := func(n int, b ...byte) []byte { return bytes.Repeat(b, n) }
	for _, tt := range []struct {
		name        string
		row         []byte
		depth       int
		samples     int
		tags        map[uint16][]uint16
		first, next byte
	}{
		{"grey", times(60, 200, 10), 8, 1, map[uint16][]uint16{tagPhotometric: {1}}, 200, 10},
		{"white is zero", times(60, 200, 10), 8, 1, map[uint16][]uint16{tagPhotometric: {0}}, 55, 245},
		{"four bits", times(60, 0xf5), 4, 1, map[uint16][]uint16{tagPhotometric: {1}}, 255, 85},
		{"two bits", times(30, 0b11011101), 2, 1, map[uint16][]uint16{tagPhotometric: {1}}, 255, 85},
		{"one bit", times(15, 0b10101010), 1, 1, map[uint16][]uint16{tagPhotometric: {1}}, 255, 0},
		{"one bit, lowest first", times(15, 0b01010101), 1, 1, map[uint16][]uint16{tagPhotometric: {1}, tagFillOrder: {2}}, 255, 0},
		{"16 bits", times(60, 0x12, 200, 0x12, 10), 16, 1, map[uint16][]uint16{tagPhotometric: {1}}, 200, 10},
		{"grey under a veil", times(60, 0, 100, 0, 255), 8, 2, map[uint16][]uint16{tagPhotometric: {1}, tagExtra: {2}}, 155, 0},
		{"grey lessened by a veil", times(60, 50, 100, 9, 255), 8, 2, map[uint16][]uint16{tagPhotometric: {1}, tagExtra: {1}}, 205, 9},
		{"a channel nobody explains", times(60, 50, 100, 9, 255), 8, 2, map[uint16][]uint16{tagPhotometric: {1}}, 205, 9},
		{"an empty channel", times(60, 50, 0, 9, 0), 8, 2, map[uint16][]uint16{tagPhotometric: {1}}, 50, 9},
		{"CMYK", times(60, 0, 0, 0, 0, 0, 0, 0, 255), 8, 4, map[uint16][]uint16{tagPhotometric: {5}}, 255, 0},
		{"luminance and chrominance", times(60, 200, 128, 128, 10, 128, 128), 8, 3, map[uint16][]uint16{tagPhotometric: {6}, tagSubsampling: {1, 1}}, 200, 10},
		{"palette", times(60, 0x01), 4, 1, map[uint16][]uint16{tagPhotometric: {3}, tagColors: slices.Repeat(append([]uint16{0xffff}, make([]uint16, 15)...), 3)}, 255, 0},
	} {
		tt.tags[tagBits], tt.tags[tagSamples] = slices.Repeat([]uint16{uint16(tt.depth)}, tt.samples), []uint16{uint16(tt.samples)}
		p := page(t, open(t, tiffOf(binary.LittleEndian, tt.row, tt.tags)), 1)
		g, ok := p.Image.(*image.Gray)
		if !ok || g.GrayAt(2, 3).Y != tt.first || g.GrayAt(3, 3).Y != tt.next || p.Fault != "" {
			t.Errorf("%s: %T with %v and %v, want %d and %d; fault %q", tt.name, p.Image, p.Image.At(2, 3), p.Image.At(3, 3), tt.first, tt.next, p.Fault)
		}
	}
	big := tiffOf(binary.BigEndian, times(60, 200, 0x12, 10, 0x12), map[uint16][]uint16{tagPhotometric: {1}, tagBits: {16}})
	if g, ok := page(t, open(t, big), 1).Image.(*image.Gray); !ok || g.GrayAt(2, 3).Y != 200 {
		t.Error("16 bits, highest byte first, come out otherwise")
	}
}

// TestStrangeTIFF: what is not read is refused with what makes it strange.
func TestStrangeTIFF(t *testing.T) {
	row := bytes.Repeat([]byte{0}, 120*4)
	for want, tags := range map[string]map[uint16][]uint16{
		"floating-point": {tagPhotometric: {1}, tagBits: {32}, tagSampleFormat: {3}},
		"32 bits":        {tagPhotometric: {1}, tagBits: {32}},
		"old form":       {tagPhotometric: {6}, tagCompression: {6}},
		"of kind 8":      {tagPhotometric: {8}, tagBits: {8, 8, 8}, tagSamples: {3}},
		"unequal depth":  {tagPhotometric: {2}, tagBits: {5, 6, 5}, tagSamples: {3}},
		"resolution":     {tagPhotometric: {6}, tagBits: {8, 8, 8}, tagSamples: {3}},
	} {
		_, err := open(t, tiffOf(binary.LittleEndian, row, tags)).Page(context.Background(), 1)
		var r *Refusal
		if !errors.As(err, &r) || !strings.Contains(r.Problem, want) || !strings.Contains(r.Problem, "not read") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestDamagedTIFF: bytes changed in the pixels of each coding are said, and the
// rest of the page is there.
func TestDamagedTIFF(t *testing.T) {
	for _, name := range []string{"bw-g4.tif", "bw-g31d.tif", "bw-g32d.tif", "rgb-lzw.tif", "gray-zip2.tif", "bw-packbits.tif", "rgb-jpegr.tif"} {
		data := contents(t, "testdata/kinds/"+name)
		d, err := readDirectory(bytes.NewReader(data), 0, longest)
		if err != nil {
			t.Fatal(err)
		}
		sizes := d.tags[tagStripBytes]
		n := len(sizes) / 2
		middle := int(d.tags[tagStrips][n]) + int(sizes[n])/2
		copy(data[middle:], bytes.Repeat([]byte{0x55, 0xaa, 0x13}, 8))
		f := open(t, data)
		p, err := f.Page(context.Background(), 1)
		if err == nil && p.Fault == "" {
			t.Errorf("%s: 24 bytes changed, and nothing said", name)
		}
		if err != nil && !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
