package reader

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"countersign/extract"
	"countersign/extract/hand"
	"countersign/extract/tesseract"
	"countersign/ingest"
)

// Command is the first argument of the program when it is to be a reader; the second is for
// Serve.
const Command = "read-pages"

// settings are what a pool tells a reader at its start.
type settings struct {
	Memory int      `json:"memory"` // megabytes at most
	Read   []string `json:"read"`   // files and folders it may read
	Write  []string `json:"write"`  // folders it may write to
	Cache  string   `json:"cache"`  // folder of compiled PDFium
	Pages  bool     `json:"pages"`  // it reads pages; else a membership export or a workbook

	Limits ingest.Limits `json:"limits"`
}

// longestPicture is the longer side of a page's picture in pixels: writing can be read
// in it, and it is half a megabyte.
const longestPicture = 2000

// Serve is a reader process: it parses files and reads pages for another countersign, which
// it hears on in and answers on out. Files come from strangers, so it first gives up whatever
// it does not need. It answers until in ends. Signals are not for it: whoever started it
// decides when it ends, and closes its input even when killed.
func Serve(told string, in io.Reader, out io.Writer) error {
	var s settings
	if err := json.Unmarshal([]byte(told), &s); err != nil {
		return fmt.Errorf("read the settings of a reader process: %w", err)
	}
	requests := make(chan asked)
	go listenTo(in, requests)
	r, hello := s.prepare()
	if err := send(out, hello); err != nil || hello.Trouble != "" {
		return err
	}
	for a := range requests {
		head, parts := r.answer(a)
		if err := send(out, head, parts...); err != nil {
			return err
		}
	}
	return nil
}

// listenTo hears requests, and ends the process with its input, in the middle of a page
// if need be: nobody waits for it any more.
func listenTo(r io.Reader, requests chan<- asked) {
	in := bufio.NewReader(r)
	for {
		var a asked
		if _, err := receive(in, &a, mostParts); err != nil {
			os.Exit(0)
		}
		requests <- a
	}
}

// pageReader reads the pages of one file at a time.
type pageReader struct {
	ingest  *ingest.Reader
	extract extract.Extractor
	open    *ingest.Document // of path; nil for none
	path    string
}

func (c settings) prepare() (*pageReader, greeting) {
	version, err := confine(confinement{Data: uint64(c.Memory) << 20, Read: c.Read,
		Write: append(c.Write, c.Cache)})
	if err != nil {
		return nil, greeting{Trouble: err.Error()}
	}
	if !c.Pages {
		return &pageReader{}, greeting{Landlock: version}
	}
	pen, err := hand.New()
	if err != nil {
		return nil, greeting{Trouble: err.Error()}
	}
	print, err := tesseract.Open(1)
	if err != nil {
		return nil, greeting{Trouble: err.Error()}
	}
	reader := &ingest.Reader{Limits: c.Limits, CacheDir: c.Cache}
	return &pageReader{
		ingest: reader,
		extract: extract.Extractor{Print: print, Cells: extract.NewHandwritten(pen,
			extract.Typed{Print: print})},
	}, greeting{Landlock: version}
}

// answer opens a file, or reads a page of it. A fault of the program that one page in
// thousands brings to light is that page's error.
func (r *pageReader) answer(a asked) (head answered, parts [][]byte) {
	defer func() {
		if fault := recover(); fault != nil {
			r.close() // it may be in the middle of a change
			head, parts = answered{Refusal: faultOf(a, fault)}, nil
		}
	}()
	switch {
	case a.Export != nil:
		return export(a)
	case a.Workbook:
		return checkWorkbook(a)
	}
	if err := r.opened(a.Path); err != nil {
		return failed(err, a.Name), nil
	}
	head = answered{Pages: r.open.Pages(), SHA256: r.open.SHA256()}
	if a.Page == 0 {
		return head, nil
	}
	parts, err := r.page(a, &head)
	if err != nil {
		return failed(err, a.Name), nil
	}
	return head, parts
}

func faultOf(a asked, fault any) *refusal {
	return &refusal{File: a.Name, Page: a.Page,
		Problem: fmt.Sprintf("met a fault in countersign (%v)", fault),
		Remedy:  "count its lines by hand, and send it to those who maintain countersign"}
}

func (r *pageReader) opened(path string) error {
	if r.open != nil && r.path == path {
		return nil
	}
	r.close()
	d, err := r.ingest.Open(context.Background(), path)
	if err != nil {
		return err
	}
	r.open, r.path = d, path
	return nil
}

func (r *pageReader) close() {
	if r.open != nil {
		r.open.Close()
	}
	r.open = nil
}

// page reads one page. Who asks has the time limit, and ends the process at its end.
func (r *pageReader) page(a asked, head *answered) (parts [][]byte, err error) {
	page, err := r.open.Page(context.Background(), a.Page)
	if err != nil {
		return nil, err
	}
	x := r.extract
	x.Known, x.Told, x.Forms = a.Known, a.Told, a.Forms
	s, err := x.Sheet(context.Background(), page)
	if err != nil {
		return nil, err
	}
	packed, err := extract.EncodeSheet(s)
	if err != nil {
		return nil, err
	}
	var picture []byte
	if a.Picture && page.Image != nil {
		p, size, err := extract.PagePicture(page, longestPicture)
		if err != nil {
			return nil, err
		}
		picture, head.Width, head.Height = p, size.X, size.Y
	}
	parts = [][]byte{packed, picture}
	for _, row := range s.Rows {
		parts = append(parts, row.Picture)
	}
	head.Rows = len(s.Rows)
	if a.Open {
		for _, o := range s.Open {
			p, err := extract.PartPicture(page, o.Box, s.Rotation)
			if err != nil {
				return nil, err
			}
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// failed is an error as it goes through the pipe.
func failed(err error, name string) answered {
	var input *ingest.InputError
	if !errors.As(err, &input) {
		return answered{Trouble: err.Error()}
	}
	return answered{Refusal: &refusal{name, input.Page, input.Problem, input.Remedy}}
}
