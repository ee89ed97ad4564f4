package main

import (
	"compress/gzip"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/extract/hand"
)

// inkFile writes rows as a file of pen strokes.
func inkFile(t *testing.T, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ink.tsv.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	rows = append([]string{"writer\tcontributor\tkind\tsplit\tlabel\tstrokes"}, rows...)
	if _, err := z.Write([]byte(strings.Join(rows, "\n") + "\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadInk(t *testing.T) {
	path := inkFile(t,
		"a\txyz\tword\ttest\tHi\t10,20 0,80;40,0 -5,30 0,70",
		"b\txyz\tword\ttrain\tNo\t0,0 5,5")
	all, err := readInk(path, tested)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].text != "Hi" {
		t.Fatalf("read %v, want the test writer's word alone", all)
	}
	if got, want := all[0].strokes[1][2], (point{35, 100}); got != want {
		t.Errorf("third point of the second stroke at %v, want %v", got, want)
	}
	others := 0
	for _, want := range []writers{trained, watched} {
		more, err := readInk(path, want)
		if err != nil {
			t.Fatal(err)
		}
		others += len(more)
	}
	if others != 1 {
		t.Errorf("the writer of the training split is in %d groups, want 1", others)
	}
	_, err = readInk(inkFile(t, "a\txyz\tword\ttest\tHi\tx,1"), tested)
	if err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("a broken point gives %v, want the row's number", err)
	}
}

// bar is a letter of one upright stroke, at a height of its own.
func bar(x, y, height float64) [][]point {
	return [][]point{{{x, y}, {x, y + height/2}, {x + 4, y + height}}}
}

func TestDigitsPartedInLabelsAreOneNumber(t *testing.T) {
	for label, want := range map[string]string{
		"6 0 4 - 7 7": "604-77", "3 / 2": "3/2", "I a": "I a", "Apt 3": "Apt 3", "7": "7", "12 30": "12 30",
	} {
		if got := unspaced(label); got != want {
			t.Errorf("%q is %q, want %q", label, got, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	line := func(ys ...float64) writing {
		var w writing
		for i, y := range ys {
			w.strokes = append(w.strokes, bar(float64(i)*150, y, 100)...)
		}
		return w
	}
	for _, c := range []struct {
		name string
		w    writing
		want bool
	}{
		{"level", line(0, 5, -5, 10, 0, 3), true},
		{"rising line", line(0, -30, -60, -90, -120, -150, -180, -210), true},
		{"two lines", line(0, 5, 0, 250, 255, 250), false},
	} {
		if got := c.w.oneLine(); got != c.want {
			t.Errorf("%s: one line %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCompose(t *testing.T) {
	h := &hands{letters: map[rune][][][]point{}}
	for _, c := range "ab1" {
		h.letters[c] = [][][]point{bar(500, 300, 100)}
	}
	r := rand.New(rand.NewPCG(1, 2))
	if _, _, ok := h.compose("abc", 0, r); ok {
		t.Error("a text with a letter that the writer lacks was composed")
	}
	strokes, _, ok := h.compose("ab-1", 0, r)
	if !ok || len(strokes) != 4 {
		t.Fatalf("composed %d strokes, %v; want 4", len(strokes), ok)
	}
	a, b := frameOf(strokes[0]), frameOf(strokes[1])
	if a.height() > .8*b.height() {
		t.Errorf("an a is %.0f high beside a b of %.0f", a.height(), b.height())
	}
	for i := range strokes[1:] {
		if frameOf(strokes[i+1]).x0 <= frameOf(strokes[i]).x1 {
			t.Errorf("letter %d begins before letter %d ends", i+1, i)
		}
	}
}

// A cell drawn clean must come through the preparation with all its writing, whatever the pen.
func TestDrawnCellsAreWriting(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var strokes [][]point
	for i := range 6 {
		strokes = append(strokes, bar(float64(i)*70, 0, 100)...)
	}
	for range 20 {
		line := drawInk(strokes, nil, true, r)
		g := hand.Prepare(cellOf(line, inked{}, 0, r))
		if g == nil {
			t.Fatal("nothing is left of a drawn cell")
		}
		if n := strokesIn(g); n != 6 {
			t.Errorf("%d strokes are left of 6", n)
		}
	}
}

// strokesIn counts the dark runs of the middle row.
func strokesIn(g *image.Gray) int {
	n, y := 0, g.Rect.Dy()/2
	for x := 1; x < g.Rect.Dx(); x++ {
		if g.Pix[y*g.Stride+x] < 128 && g.Pix[y*g.Stride+x-1] >= 128 {
			n++
		}
	}
	return n
}

func TestSameSeedDrawsTheSame(t *testing.T) {
	draw := func() *image.Gray {
		r := rand.New(rand.NewPCG(5, 6))
		return cellOf(drawInk(bar(0, 0, 100), nil, false, r), inked{}, 0, r)
	}
	a, b := draw(), draw()
	if string(a.Pix) != string(b.Pix) {
		t.Error("two drawings with one seed differ")
	}
}

func TestTextsOfPetitions(t *testing.T) {
	folder := t.TempDir()
	for _, n := range []string{"dist.male.first", "dist.female.first", "dist.all.last"} {
		if err := os.WriteFile(filepath.Join(folder, n), []byte("SMITH 1.0 1.0 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts, err := readTexts(folder, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if s := texts.line(true); s == "" || strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Fatalf("a text of numbers is %q", s)
		}
		if s := texts.line(false); strings.Trim(s, readableSigns) != "" {
			t.Fatalf("%q has a sign that the network cannot write", s)
		}
	}
}

func TestOnlyKnownSplitsAreDrawn(t *testing.T) {
	path := inkFile(t, "a\txyz\tword\ttest\tHi\t10,20 0,80;40,0 -5,30 0,70")
	out := filepath.Join(t.TempDir(), "out")
	err := drawCommand([]string{"-ink", path, "-out", out, "-split", "tests"})
	if err == nil || !strings.Contains(err.Error(), `"tests"`) {
		t.Errorf("an unknown split gives %v, want a message that names it", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an unknown split writes a file")
	}
}
