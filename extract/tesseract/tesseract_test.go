package tesseract_test

import (
	"context"
	"image"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"countersign/extract/tesseract"
)

// printed draws lines of type, 24 pixels high, black on white.
func printed(t testing.TB, lines ...string) *image.Gray {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 24, DPI: 96})
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(image.Rect(0, 0, 901, 30+50*len(lines)))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for i, line := range lines {
		d := font.Drawer{Dst: g, Src: image.Black, Face: face, Dot: fixed.P(20, 50+50*i)}
		d.DrawString(line)
	}
	return g
}

func open(t testing.TB, clients int) *tesseract.Engine {
	t.Helper()
	e, err := tesseract.Open(clients)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func text(words []tesseract.Word) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.Text)
	}
	return strings.Join(texts, " ")
}

func TestWordsInEveryMode(t *testing.T) {
	e := open(t, 1)
	const line = "Statement of Purpose"
	for _, mode := range []tesseract.Mode{tesseract.Line, tesseract.Sparse, tesseract.Block, tesseract.Page, tesseract.Line} {
		words, err := e.Words(t.Context(), printed(t, line), mode, 200)
		if err != nil || text(words) != line {
			t.Errorf("mode %d: read %q, %v", mode, text(words), err)
		}
		for i, w := range words {
			if w.Confidence < 0.5 || w.Confidence > 1 || w.Box.Empty() || i > 0 && w.Box.Min.X < words[i-1].Box.Max.X {
				t.Errorf("mode %d: word %+v", mode, w)
			}
		}
	}
}

func TestSeveralReadersAtOnce(t *testing.T) {
	e := open(t, 2)
	var readers sync.WaitGroup
	for _, line := range []string{"Printed Name", "City and State", "Member Number", "Signature"} {
		readers.Go(func() {
			for range 5 {
				words, err := e.Words(context.Background(), printed(t, line), tesseract.Line, 200)
				if err != nil || text(words) != line {
					t.Errorf("read %q for %q, %v", text(words), line, err)
				}
			}
		})
	}
	readers.Wait()
}

func TestTooSmallToRead(t *testing.T) {
	words, err := open(t, 1).Words(t.Context(), image.NewGray(image.Rect(0, 0, 2, 2)), tesseract.Line, 200)
	if err != nil || len(words) != 0 {
		t.Errorf("read %v, %v", words, err)
	}
}

func TestWaitingEnds(t *testing.T) {
	e := open(t, 0) // nobody will ever be free
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Words(ctx, printed(t, "Name"), tesseract.Line, 200); err == nil {
		t.Error("a reading without an engine ended well")
	}
}

func BenchmarkLine(b *testing.B) {
	e, g := open(b, 1), printed(b, "Elizabeth Marsh")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Words(b.Context(), g, tesseract.Line, 200); err != nil {
			b.Fatal(err)
		}
	}
}
