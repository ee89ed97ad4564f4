package hand

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// readable is a cell with what is written in it.
type readable struct {
	set, file, text string
	image           *image.Gray
}

func readables(t testing.TB) []readable {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "cells", "labels.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var all []readable
	for l := range strings.Lines(string(b)) {
		file, text, _ := strings.Cut(strings.TrimSuffix(l, "\n"), "\t")
		set, _, _ := strings.Cut(file, "-")
		all = append(all, readable{set, file, text, readCell(t, file)})
	}
	return all
}

func pictures(cells []readable) []*image.Gray {
	var all []*image.Gray
	for _, c := range cells {
		all = append(all, c.image)
	}
	return all
}

func recognizer(t testing.TB) *Recognizer {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// edits is the number of letters to add, drop or change.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(y)]
}

func TestAccuracy(t *testing.T) {
	cells := readables(t)
	wrong, letters := map[string]int{}, map[string]int{}
	for i, l := range recognizer(t).Read(pictures(cells)) {
		text, _ := l.Best()
		want := strings.ToUpper(plain(cells[i].text))
		wrong[cells[i].set] += edits(want, strings.ToUpper(text))
		letters[cells[i].set] += utf8.RuneCountInString(want)
		if edits(want, strings.ToUpper(text)) > 0 {
			t.Logf("%s: %q read as %q", cells[i].file, cells[i].text, text)
		}
	}
	for set, most := range map[string]float64{"dhsd": 0.10, "copiste": 0.30, "lyon": 0.40, "fonts": 0.30} {
		if share := float64(wrong[set]) / float64(letters[set]); letters[set] == 0 || share > most {
			t.Errorf("%s: %.1f %% of %d letters are wrong, at most %.0f %% may be", set, 100*share, letters[set], 100*most)
		}
	}
}

func TestPrintIsToldFromHandwriting(t *testing.T) {
	cells := readables(t)
	wrong := map[bool]int{}
	count := map[bool]int{}
	for i, l := range recognizer(t).Read(pictures(cells)) {
		is := cells[i].set == "print"
		count[is]++
		if (l.Printed() > 0.5) != is {
			wrong[is]++
			t.Logf("%s: print with probability %.2f", cells[i].file, l.Printed())
		}
	}
	if wrong[true] > 1 || wrong[false]*20 > count[false] {
		t.Errorf("wrong about %d of %d printed and %d of %d written cells", wrong[true], count[true], wrong[false], count[false])
	}
}

func TestTheWriterIsFoundAmongMany(t *testing.T) {
	cells := readables(t)
	var names []string
	for _, c := range cells {
		names = append(names, c.text)
	}
	lexicon := NewLexicon(names)
	first, count := 0, 0
	for i, l := range recognizer(t).Read(pictures(cells)) {
		if cells[i].set != "dhsd" && cells[i].set != "fonts" {
			continue
		}
		count++
		if got := lexicon.Rank(l, 1); len(got) == 1 && got[0].Word == i {
			first++
		} else {
			t.Logf("%s: %q is not the first", cells[i].file, cells[i].text)
		}
	}
	if first*10 < count*9 {
		t.Errorf("only %d of %d", first, count)
	}
}

func TestBlankCellsAmongOthers(t *testing.T) {
	cell := readCell(t, "dhsd-03.png")
	blank := onPaper(image.NewGray(image.Rectangle{}), 100, 20, 255)
	got := recognizer(t).Read([]*image.Gray{blank, cell, blank})
	if got[0].Frames() != 0 || got[1].Frames() == 0 || got[2].Frames() != 0 {
		t.Errorf("frames %d, %d, %d", got[0].Frames(), got[1].Frames(), got[2].Frames())
	}
	if n := len(recognizer(t).Read(nil)); n != 0 {
		t.Errorf("%d lattices of no cells", n)
	}
}

func TestReadingAtOnceIsReadingAlone(t *testing.T) {
	r := recognizer(t)
	cells := readables(t)[:12]
	together := r.Read(pictures(cells))
	var wg sync.WaitGroup
	for i := range cells {
		wg.Go(func() {
			alone := r.Read([]*image.Gray{cells[i].image})[0]
			if d := worst(alone.p, together[i].p); d > 1e-3 {
				t.Errorf("%s: %g apart", cells[i].file, d)
			}
		})
	}
	wg.Wait()
}

// resummed gives a changed model file a right checksum again.
func resummed(file []byte) []byte {
	if len(file) < 4 {
		return file
	}
	body := file[:len(file)-4]
	return binary.LittleEndian.AppendUint32(body[:len(body):len(body)], crc32.ChecksumIEEE(body))
}

func TestDamagedModelsAreRefused(t *testing.T) {
	change := func(at int, to byte) []byte {
		f := append([]byte(nil), modelFile...)
		f[at] = to
		return f
	}
	for name, file := range map[string][]byte{
		"empty":             nil,
		"another file":      []byte("%PDF-1.7 and so on and so on and so on"),
		"cut short":         modelFile[:len(modelFile)/2],
		"a changed byte":    change(len(modelFile)/2, modelFile[len(modelFile)/2]^1),
		"no channels":       resummed(change(8, 0)),
		"odd channels":      resummed(change(8, 17)),
		"too many channels": resummed(change(9, 255)),
		"a longer alphabet": resummed(change(23, 255)),
		"another width":     resummed(change(8, 32)),
		"half its weights":  resummed(append([]byte(nil), modelFile[:len(modelFile)/2]...)),
	} {
		if _, err := decodeModel(file); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float32{
		0: 0, 0x3c00: 1, 0xc000: -2, 0x3555: 0.33325195, 0x7bff: 65504, 0x0001: 5.9604645e-08, 0x8400: -6.1035156e-05, 0x03ff: 6.097555e-05,
	} {
		if got := half(bits); got != want {
			t.Errorf("%04x is %v, not %v", bits, got, want)
		}
	}
}

func FuzzDecodeModel(f *testing.F) {
	f.Add(modelFile[:200])
	f.Add([]byte(modelMagic))
	f.Fuzz(func(t *testing.T, file []byte) {
		n, err := decodeModel(resummed(append([]byte(nil), file...)))
		if (n == nil) == (err == nil) {
			t.Fatalf("network %v with error %v", n != nil, err)
		}
	})
}
