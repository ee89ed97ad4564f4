// Package tesseract reads printed text with Tesseract 5. An image of a page,
// a paragraph or a line enters; words with their places leave for extract.
//
// Tesseract starts a thread for each core unless OMP_THREAD_LIMIT=1 stands in
// the environment before the process starts; pages are read side by side
// instead, which costs a quarter of the CPU.
package tesseract

// #cgo pkg-config: lept
// #include <leptonica/allheaders.h>
import "C"

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/otiai10/gosseract/v2"
)

// Mode says what the image holds.
type Mode int

const (
	Page   Mode = 3  // paragraphs, to be found
	Block  Mode = 6  // one paragraph of even lines
	Line   Mode = 7  // one line
	Sparse Mode = 11 // words here and there
)

// Word is one word as read.
type Word struct {
	Text       string
	Confidence float64         // 0 to 1
	Box        image.Rectangle // pixels of the image that was read
}

// Engine is a number of Tesseract clients, one for each reader at a time. It
// is safe for use by several goroutines.
type Engine struct {
	idle chan *client
}

// renewAfter is how many images a client reads before it is made anew: each
// leaves about a kilobyte behind.
const renewAfter = 10_000

// largestKept is the size in bytes up to which a picture's memory is kept for the next one: that of
// a page, 8 MB at 300 dpi, would lie there while all the rest of the page is read.
const largestKept = 1 << 20

type client struct {
	api     *gosseract.Client
	mode    Mode
	dpi     int
	used    int
	picture []byte // the last small one, whose memory the next one takes
}

// making keeps clients from being made side by side: the first use of one
// redirects the process's standard error for a moment.
var making sync.Mutex

// Open makes an engine of n clients. It fails where Tesseract or its English
// model is not installed.
func Open(n int) (*Engine, error) {
	e := &Engine{idle: make(chan *client, n)}
	for range n {
		c, err := newClient()
		if err != nil {
			e.Close()
			return nil, err
		}
		e.idle <- c
	}
	return e, nil
}

// Close frees the clients. No reading may be under way.
func (e *Engine) Close() {
	for {
		select {
		case c := <-e.idle:
			c.api.Close()
		default:
			return
		}
	}
}

// Words reads an image of the given resolution.
func (e *Engine) Words(ctx context.Context, g *image.Gray, mode Mode, dpi int) ([]Word, error) {
	if g.Bounds().Dx() < 3 || g.Bounds().Dy() < 3 {
		return nil, nil
	}
	var c *client
	select {
	case c = <-e.idle:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { e.idle <- c }()
	if c.used++; c.used > renewAfter {
		fresh, err := newClient()
		if err != nil {
			return nil, err
		}
		c.api.Close()
		c = fresh
	}
	return c.words(g, mode, dpi)
}

func newClient() (*client, error) {
	making.Lock()
	defer making.Unlock()
	C.setMsgSeverity(C.L_SEVERITY_NONE) // its remarks on odd pictures are for developers
	c := &client{api: gosseract.NewClient()}
	blank := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range blank.Pix {
		blank.Pix[i] = 255
	}
	if _, err := c.words(blank, Line, 300); err != nil {
		c.api.Close()
		return nil, fmt.Errorf("start Tesseract with its English model: %w", err)
	}
	return c, nil
}

func (c *client) words(g *image.Gray, mode Mode, dpi int) ([]Word, error) {
	if mode != c.mode || dpi != c.dpi {
		// SetPageSegMode would be lost before the first reading.
		c.api.Variables["tessedit_pageseg_mode"] = strconv.Itoa(int(mode))
		c.api.Variables["user_defined_dpi"] = strconv.Itoa(dpi)
		c.api.Variables["invert_threshold"] = "0" // pictures are dark on white: lines that read poorly are not read twice
		if err := c.api.SetVariable("debug_file", "/dev/null"); err != nil {
			return nil, err
		}
		c.mode, c.dpi = mode, dpi
	}
	if err := c.api.SetImageFromBytes(c.spix(g)); err != nil {
		return nil, fmt.Errorf("hand an image to Tesseract: %w", err)
	}
	if len(c.picture) > largestKept {
		c.picture = nil
	}
	boxes, err := c.api.GetBoundingBoxes(gosseract.RIL_WORD)
	if err != nil {
		return nil, fmt.Errorf("read with Tesseract: %w", err)
	}
	var words []Word
	for _, b := range boxes {
		if text := strings.TrimSpace(b.Word); text != "" {
			words = append(words, Word{Text: text, Confidence: b.Confidence / 100, Box: b.Box})
		}
	}
	return words, nil
}

// spix is g in the form in which Leptonica itself writes pictures into memory, which it
// takes over by copying; a PGM it reads a pixel at a time. It lasts until the next call.
//
// Seven words in the order of the machine: "spix", width, height, bits of a pixel, words
// of a row, colours and bytes of what follows: the rows, pixels from the highest byte
// of each word.
func (c *client) spix(g *image.Gray) []byte {
	const head = 7 * 4
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	row := (w + 3) / 4 * 4
	c.picture = slices.Grow(c.picture[:0], head+row*h)[:head+row*h]
	copy(c.picture, "spix")
	for i, v := range []int{w, h, 8, row / 4, 0, row * h} {
		binary.NativeEndian.PutUint32(c.picture[4+4*i:], uint32(v))
	}
	line := make([]byte, row)
	for y := range h {
		copy(line, g.Pix[y*g.Stride:y*g.Stride+w])
		to := c.picture[head+y*row:][:row]
		for x := 0; x < row; x += 4 {
			binary.NativeEndian.PutUint32(to[x:], binary.BigEndian.Uint32(line[x:]))
		}
	}
	return c.picture
}
