package ingest

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/ingest/damage"
	"countersign/ingest/pdf"
	"countersign/ingest/scan"
	"countersign/ingest/table"
)

// Limits bound what one file may cost. Zero fields stand for the defaults.
type Limits struct {
	FileBytes  int64         // 200 MB
	Pages      int           // 2,000
	PagePixels int64         // 100 million
	PageTime   time.Duration // 30 s
	DrawnDPI   float64       // 300: resolution of pages that are no scans, lowered to fit PagePixels
}

// Reader opens files. The zero value is ready. PDFium starts when the first
// file needs it and ends with Close.
type Reader struct {
	Limits   Limits
	CacheDir string // where compiled PDFium is kept; empty for the user's cache folder

	once   sync.Once
	limits Limits
	engine *pdf.Engine
}

// Document is one file that was handed in. Its pages are made when they are
// asked for and not kept, so a document costs no more memory than the pages in
// flight.
type Document struct {
	name   string
	sha256 string
	file   *os.File
	pages  pages
}

// pages is what the kinds of file have in common.
type pages interface {
	Pages() int
	page(ctx context.Context, number int) (Page, error)
	close()
}

// InputError tells a person which file, or which page of it, cannot be read,
// why, and what to do.
type InputError struct {
	File    string // base name
	Page    int    // 1-based; 0 for the file as a whole
	Problem string // such as "needs a password"
	Remedy  string // such as "save a copy without one and hand that in"
}

func (e *InputError) Error() string {
	name := e.File
	if e.Page > 0 {
		name = fmt.Sprintf("%s, page %d,", e.File, e.Page)
	}
	return name + " " + e.Problem + ": " + e.Remedy
}

// Open reads, hashes and recognises a file by its content. What a person can
// mend comes back as a *InputError. The file stays open until Close.
func (r *Reader) Open(ctx context.Context, path string) (*Document, error) {
	r.once.Do(r.prepare)
	name := filepath.Base(path)
	file, size, err := openRegular(path, r.limits.FileBytes)
	if err != nil {
		return nil, inputError(name, 0, err)
	}
	d := &Document{name: name, file: file}
	if d.sha256, err = hash(ctx, file); err == nil {
		d.pages, err = r.recognise(ctx, file, size)
	}
	if err != nil {
		file.Close()
		return nil, inputError(name, 0, err)
	}
	return d, nil
}

// Close ends PDFium. Documents are to be closed before.
func (r *Reader) Close() error {
	r.once.Do(r.prepare)
	return r.engine.Close()
}

func (r *Reader) prepare() {
	l := r.Limits
	if l.FileBytes == 0 {
		l.FileBytes = 200_000_000
	}
	if l.Pages == 0 {
		l.Pages = 2000
	}
	if l.PagePixels == 0 {
		l.PagePixels = 100_000_000
	}
	if l.PageTime == 0 {
		l.PageTime = 30 * time.Second
	}
	if l.DrawnDPI == 0 {
		l.DrawnDPI = 300
	}
	r.limits = l
	r.engine = pdf.NewEngine(pdf.Limits{Pages: l.Pages, Pixels: l.PagePixels, PageTime: l.PageTime, DPI: l.DrawnDPI}, r.CacheDir)
}

// Name is the base name of the file.
func (d *Document) Name() string { return d.name }

// SHA256 is the hash of the file in hexadecimal.
func (d *Document) SHA256() string { return d.sha256 }

// Pages is the number of pages, at least 1.
func (d *Document) Pages() int { return d.pages.Pages() }

// Page makes one page, 1-based. Calls may run at the same time. A page that
// cannot be had is a *InputError; the others can still be asked for.
func (d *Document) Page(ctx context.Context, number int) (Page, error) {
	if number < 1 || number > d.Pages() {
		return Page{}, fmt.Errorf("page %d of %s: it has %d", number, d.name, d.Pages())
	}
	page, err := d.pages.page(ctx, number)
	if err != nil {
		return Page{}, inputError(d.name, number, err)
	}
	page.Number = number
	return page, nil
}

// Close closes the file. No page may be in flight.
func (d *Document) Close() error {
	d.pages.close()
	return d.file.Close()
}

// recognise goes by the first bytes, since names lie. A PDF may begin with up
// to a kilobyte of something else.
func (r *Reader) recognise(ctx context.Context, file *os.File, size int64) (pages, error) {
	head := make([]byte, 1024)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	switch {
	case n == 0:
		return nil, &scan.Refusal{Problem: "is empty", Remedy: "save or scan it again and hand that in"}
	case scan.Sniff(head) != "":
		f, err := scan.Open(file, size, scan.Limits{Pages: r.limits.Pages, Pixels: r.limits.PagePixels})
		if err != nil {
			return nil, err
		}
		return &scanned{f, r.engine, r.limits}, nil
	case strings.Contains(string(head), "%PDF-") && !strings.HasPrefix(string(head), zipped): // of PDFs packed unchanged, one would be read and the rest passed over
		f, err := pdf.Open(ctx, r.engine, file, size)
		if err != nil {
			return nil, err
		}
		return &drawn{f, damage.PDF(file, size)}, nil
	}
	if strings.HasPrefix(string(head), zipped) {
		if err := packed(file, size); err != nil {
			return nil, err
		}
		return openList(file, size, r.limits.Pages)
	}
	if strings.HasPrefix(string(head), oldOffice) {
		return nil, refusedOffice(file, size)
	}
	if err := stranger(string(head)); err != nil {
		return nil, err
	}
	l, err := openList(file, size, r.limits.Pages)
	if err == errNobody {
		return nil, err
	}
	if err != nil {
		return nil, &scan.Refusal{Problem: "is not a PDF, TIFF, JPEG or PNG file",
			Remedy: "save it as PDF and hand that in; a list of those who signed online as CSV or XLSX with a row of headings"}
	}
	return l, nil
}

// packed refuses a ZIP file by what is in it, unless that is a spreadsheet. Its list of names
// is all that is read.
func packed(file io.ReaderAt, size int64) error {
	const hint = "save it as PDF and hand that in"
	z, err := zip.NewReader(file, size)
	if err != nil {
		return &scan.Refusal{Problem: "is a Word, Excel or ZIP file, which is not read", Remedy: hint}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == name })
	}
	switch {
	case has("word/document.xml"):
		return &scan.Refusal{Problem: "is a Word document, which is not read", Remedy: hint}
	case has("xl/workbook.xml"):
		return nil
	case has("ppt/presentation.xml"):
		return &scan.Refusal{Problem: "is a PowerPoint file, which is not read", Remedy: hint}
	case has("content.xml") && has("mimetype"):
		return nil // a text document of LibreOffice has no table of signers, and is refused for that
	}
	return &scan.Refusal{
		Problem: fmt.Sprintf("is a ZIP file of %d files, which is not read", len(z.File)),
		Remedy:  "unpack it and hand in the files in it"}
}

// zipped is how a ZIP file begins, and with it what Word and Excel write.
const zipped = "PK\x03\x04"

// oldOffice is how files of Word and Excel before 2007 begin, and new ones with a password.
const oldOffice = "\xd0\xcf\x11\xe0"

// refusedOffice refuses such a file for what it is.
func refusedOffice(file io.ReaderAt, size int64) error {
	problem := "is an old Word or Excel file, which is not read"
	const largest = 64 << 20 // bytes
	data := make([]byte, min(size, largest))
	if n, _ := file.ReadAt(data, 0); n == len(data) { // at its end there may be an error, too
		if _, err := table.Open(data, table.Options{}); err != nil {
			problem, _, _ = strings.Cut(err.Error(), ":")
		}
	}
	return &scan.Refusal{
		Problem: problem,
		Remedy: "save a list of those who signed online as XLSX or CSV without a password, " +
			"and anything else as PDF, and hand that in",
	}
}

// stranger refuses a file that is none of ours, by name if it is a common one.
func stranger(head string) error {
	const remedy = "save it as PDF and hand that in"
	for _, k := range []struct {
		at          int
		magic, kind string
	}{
		{4, "ftypavif", "an AVIF picture"},
	} {
		if len(head) >= k.at && strings.HasPrefix(head[k.at:], k.magic) {
			return &scan.Refusal{Problem: "is " + k.kind + ", which is not read", Remedy: remedy}
		}
	}
	return nil
}

// partMissing is found where a picture could be read in part only: lines that
// somebody signed may be among what is lost.
func partMissing() Finding {
	return Finding{Kind: Damaged, Text: "The picture is damaged, and part of it is missing: scan or save it again and hand that in."}
}

// drawn are the pages of a PDF.
type drawn struct {
	*pdf.File
	fault string // of the file as a whole
}

func (d *drawn) page(ctx context.Context, number int) (Page, error) {
	p, err := d.File.Page(ctx, number)
	if err != nil {
		return Page{}, err
	}
	page := Page{Image: p.Image, DPI: p.DPI, Source: Scan, Upright: p.Upright}
	if p.Broken {
		page.Findings = append(page.Findings, partMissing())
	}
	if d.fault != "" && number == 1 {
		page.Findings = append(page.Findings, Finding{Kind: Damaged, Text: "The file is damaged: " + d.fault +
			". Pages or parts of pages may be missing: compare it with the sheets, or save it again and hand that in."})
	}
	for _, w := range p.Words {
		page.Words = append(page.Words, Word(w))
		page.Source = Text
	}
	for _, r := range p.Remarks {
		kind := map[pdf.RemarkKind]FindingKind{pdf.NotDrawn: NotDrawn, pdf.Placeholder: Placeholder, pdf.Attached: Attached}[r.Kind]
		page.Findings = append(page.Findings, Finding{Kind: kind, Text: r.Text, Box: r.Box})
	}
	for _, w := range p.Hidden {
		page.Hidden = append(page.Hidden, Word(w))
	}
	return page, nil
}

func (d *drawn) close() { d.File.Close() }

// scanned are the pages of a picture file.
type scanned struct {
	*scan.File
	engine *pdf.Engine
	limits Limits
}

func (s *scanned) page(ctx context.Context, number int) (Page, error) {
	limited, cancel := context.WithTimeout(ctx, s.limits.PageTime)
	defer cancel()
	var findings []Finding
	p, err := s.File.Page(limited, number)
	if errors.Is(err, scan.ErrBroken) {
		findings = append(findings, partMissing())
	}
	if errors.Is(err, scan.ErrBroken) || errors.Is(err, scan.ErrElsewhere) {
		p, err = s.rescue(limited, number)
	}
	if p.Fault != "" {
		findings = append(findings, partMissing())
	}
	if limited.Err() != nil && ctx.Err() == nil {
		err = &scan.Refusal{
			Problem: fmt.Sprintf("takes longer than %v to decode", s.limits.PageTime),
			Remedy:  "scan it again at 200 to 300 dpi and hand that in"}
	}
	return Page{Image: p.Image, DPI: p.DPI, Source: Scan, Findings: findings}, err
}

// rescue has PDFium decode what Go's decoders refuse: of a picture that ends
// early it gives what there is and leaves the rest blank.
func (s *scanned) rescue(ctx context.Context, number int) (scan.Picture, error) {
	strips, finish, err := s.Strips(number)
	if err != nil {
		return scan.Picture{}, err
	}
	img, err := pdf.DecodeStrips(ctx, s.engine, strips)
	if err != nil {
		return scan.Picture{}, err
	}
	return finish(img), nil
}

func (s *scanned) close() {}

// openRegular opens a file of an acceptable size.
func openRegular(path string, limit int64) (*os.File, int64, error) {
	info, err := os.Stat(path) // before opening, as opening a pipe waits for its other end
	if err != nil {
		return nil, 0, err
	}
	switch {
	case info.IsDir():
		return nil, 0, &scan.Refusal{Problem: "is a folder", Remedy: "name the files in it"}
	case !info.Mode().IsRegular():
		return nil, 0, &scan.Refusal{Problem: "is not a file", Remedy: "hand in a PDF, TIFF, JPEG or PNG file"}
	case info.Size() > limit:
		return nil, 0, &scan.Refusal{
			Problem: fmt.Sprintf("has %d MB, and at most %d are read", (info.Size()+999_999)/1_000_000, limit/1_000_000),
			Remedy:  "split it and hand in the parts"}
	}
	file, err := os.Open(path)
	return file, info.Size(), err
}

func hash(ctx context.Context, file *os.File) (string, error) {
	sum := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		switch _, err := io.CopyN(sum, file, 1<<20); {
		case err == io.EOF:
			return hex.EncodeToString(sum.Sum(nil)), nil
		case err != nil:
			return "", err
		}
	}
}

// inputError is the one place that decides what is told to the person: what
// was refused and what the file system says. The end of a context passes
// through, and so does trouble of our own.
func inputError(name string, page int, err error) error {
	tell := func(problem, remedy string) error { return &InputError{name, page, problem, remedy} }
	var refusal *scan.Refusal
	switch {
	case errors.As(err, &refusal):
		return tell(refusal.Problem, refusal.Remedy)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return tell("is not there", "check its name, or whether it was moved")
	case errors.Is(err, fs.ErrPermission):
		return tell("may not be read", "allow reading it, or hand in a copy")
	}
	var disk *fs.PathError
	if errors.As(err, &disk) {
		return tell("could not be read from the disk ("+disk.Err.Error()+")", "hand in a copy")
	}
	return fmt.Errorf("read %s: %w", name, err)
}
