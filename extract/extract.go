package extract

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/cover"
	"countersign/extract/ink"
	"countersign/extract/layout"
	"countersign/extract/marks"
	"countersign/extract/paper"
	"countersign/extract/tesseract"
	"countersign/ingest"
)

// Printer reads printed words: headings and cover pages.
type Printer interface {
	Words(ctx context.Context, g *image.Gray, mode tesseract.Mode, dpi int) ([]tesseract.Word, error)
}

// Extractor turns pages into sheets. It is safe for use by several goroutines
// if what it is made of is.
type Extractor struct {
	Print Printer
	Cells Recognizer
	Known []Learned   // forms of which other pages were understood
	Told  Told        // what a person says of the page
	Forms []KnownForm // that are recognised by their headings
}

// Sheet reads one page. An error means that an engine failed or that ctx
// ended; a page on which nothing makes sense is a Sheet of kind Other.
func (x Extractor) Sheet(ctx context.Context, p ingest.Page) (Sheet, error) {
	if p.Source == ingest.Online {
		return x.online(p), nil
	}
	page := prepared(p)
	first := newView(page, 0)
	quarters := []int{p.Upright / 90}
	var strokes layout.Components // of pages that may have corner marks
	if p.Source != ingest.Text || mentionsMarks(p.Words) {
		strokes = layout.FindComponents(first.bits)
	}
	if p.Source != ingest.Text {
		if first.empty(strokes) {
			blank := Sheet{Kind: Blank, Source: p.Source}
			if err := x.account(ctx, &blank, reading{view: first}, nil); err != nil {
				return Sheet{}, fmt.Errorf("read page %d: %w", p.Number, err)
			}
			blank.openFrom(p)
			return blank, nil
		}
		quarters = first.likeliest(strokes)
	}
	var err error
	best, marked := reading{}, -1
	if x.Told.Turned == nil {
		best, marked, err = x.registered(ctx, first, strokes)
	}
	if err == nil && len(best.forms) == 0 {
		best, err = x.upright(ctx, first, x.Told.quarters(before(quarters, marked)))
	}
	if err != nil {
		return Sheet{}, fmt.Errorf("read page %d: %w", p.Number, err)
	}
	readAs := x.recognise(best.forms)
	x.Told.name(best.forms)
	if best.records != nil {
		f := &best.records.form
		if name, ok := x.readAs(f.columns, f.headings()); ok {
			readAs = append(readAs, name)
		}
		x.Told.NameColumns(f.columns)
	}
	sheet := Sheet{Kind: Other, Rotation: best.view.turned.Quarters * 90, Source: p.Source, Form: best.printed, Cover: best.petition()}
	for _, name := range readAs {
		sheet.note(readAsForm(name))
	}
	if marked >= 0 && best.printed == (Form{}) {
		sheet.Notes = append(sheet.Notes, "The page is a printed petition sheet whose codes could not be read: see to which petition it belongs.")
	}
	var filled []*cells
	switch {
	case len(best.forms) > 0 || best.records != nil:
		sheet.Kind = Signers
		filled, err = x.fill(ctx, &sheet, best)
	case best.cover.Score > 0.5:
		sheet.Kind = CoverOf
	}
	if err == nil {
		err = x.account(ctx, &sheet, best, filled)
	}
	if err != nil {
		return Sheet{}, fmt.Errorf("read page %d: %w", p.Number, err)
	}
	sheet.openFrom(page.Page)
	if sheet.Damaged() {
		sheet.doubtEmpty()
	}
	if page.sheet != nil && page.sheet.Cut {
		const text = "An edge of the sheet is outside the photo: take it again if lines are missing there."
		sheet.Open = append(sheet.Open, Open{Kind: CutOff, Text: text})
		sheet.note(text)
	}
	return sheet, nil
}

// doubtEmpty takes back of a damaged page what is only missing, and strokes: damage takes ink
// away, and brings some. A line with a stroke is not signed for certain then.
func (s *Sheet) doubtEmpty() {
	for i := range s.Rows {
		s.Rows[i].doubtEmpty()
	}
}

// doubtEmpty does the same for one line.
func (r *Row) doubtEmpty() {
	const doubted = 0.5 // confidence that an empty cell is empty
	if r.Struck || r.Signed == SignedNo {
		r.doubt()
	}
	for f, reading := range r.Fields {
		if reading.Text == "" {
			reading.Confidence = min(reading.Confidence, doubted)
			r.Fields[f] = reading
		}
	}
}

// CutOff is a sheet in a photo that does not show all of it.
const CutOff OpenKind = "cut-off"

// openFrom takes over what ingest found. People read the sentences among the notes as well.
func (s *Sheet) openFrom(p ingest.Page) {
	size := p.Image.Bounds().Size()
	for _, f := range p.Findings {
		o := Open{Kind: OpenKind(f.Kind), Text: f.Text}
		if !f.Box.Empty() {
			w, h := float64(size.X), float64(size.Y)
			o.Box = Box{float64(f.Box.Min.X) / w, float64(f.Box.Min.Y) / h, float64(f.Box.Max.X) / w, float64(f.Box.Max.Y) / h}
		}
		s.Open = append(s.Open, o)
		s.note(f.Text)
	}
}

// reading is what a page says when it is held one way up.
type reading struct {
	view  *view
	forms []form // the signer tables in reading order; none where there are none
	cover cover.Content
	words []tesseract.Word // that were read to find the form
	whole []tesseract.Word // of all of the page, where they were read beside those
	sense float64          // how much of its print made sense
	clear float64          // how well its handwriting read, 0 to 1; 0 until asked

	records *composed // where a signer takes several lines; there are no forms then

	printed Form              // which page of a petition, where its codes say so
	marks   []image.Rectangle // where it has those codes, and its corner marks
}

// mentionsMarks reports whether a text layer is that of a sheet we print.
func mentionsMarks(words []ingest.Word) bool {
	for i := range words[:max(0, len(words)-1)] {
		if words[i].Text+" "+words[i+1].Text == marks.Mention {
			return true
		}
	}
	return false
}

// before puts the quarter turn that corner marks ask for before the others; −1
// is for a page without marks.
func before(quarters []int, marked int) []int {
	if marked < 0 {
		return quarters
	}
	return append([]int{marked}, slices.DeleteFunc(quarters, func(q int) bool { return q == marked })...)
}

// page is an ingest.Page in grey: flat, and dark on white.
type page struct {
	ingest.Page
	grey  *image.Gray
	sheet *paper.Sheet // where in a photo the page was found, nil for others
}

// prepared is the page as it is worked on. Its resolution is that of grey.
func prepared(p ingest.Page) page {
	out := page{Page: p, grey: greyed(p)}
	if p.Source == ingest.Text {
		return out
	}
	trusted := paper.Prepare(out.grey, p.DPI)
	out.grey, out.DPI, out.sheet = trusted.Image, trusted.DPI, trusted.Photo
	return out
}

func greyed(p ingest.Page) *image.Gray {
	if g, ok := p.Image.(*image.Gray); ok {
		return g
	}
	g := image.NewGray(image.Rect(0, 0, p.Image.Bounds().Dx(), p.Image.Bounds().Dy()))
	if rgba, ok := p.Image.(*image.RGBA); ok {
		greyRGBA(g, rgba)
	} else {
		draw.Draw(g, g.Bounds(), p.Image, p.Image.Bounds().Min, draw.Src)
	}
	return g
}

// greyRGBA takes the darkest of three channels half into account: red and
// blue pens fade in plain luminance.
func greyRGBA(g *image.Gray, c *image.RGBA) {
	w := g.Bounds().Dx()
	for y := range g.Bounds().Dy() {
		in, out := c.Pix[y*c.Stride:y*c.Stride+4*w], g.Pix[y*g.Stride:y*g.Stride+w]
		for x := range out {
			r, gr, b := int(in[4*x]), int(in[4*x+1]), int(in[4*x+2])
			luminance := (299*r + 587*gr + 114*b) / 1000
			out[x] = uint8((luminance + min(r, gr, b)) / 2)
		}
	}
}

// read reads a page as it is held: its form, its print, and how much sense
// that makes.
func (x Extractor) read(ctx context.Context, v *view) (reading, error) {
	forms, words, err := x.findForms(ctx, v)
	if err != nil {
		return reading{}, err
	}
	r := reading{view: v, forms: forms, words: words}
	organizers, err := x.organizers(ctx, &r)
	if err != nil {
		return reading{}, err
	}
	if !organizers {
		if r.records, err = x.records(ctx, &r); err != nil {
			return reading{}, err
		}
		r.cover = cover.Read(printedLines(r.words, r.forms), v.bounds().Size())
	}
	if r.records != nil && r.cover.Score > 0.5 && r.records.ofOrganizers(r.words) {
		r.records = nil
	}
	if len(forms) == 1 && forms[0].table.Rows()-forms[0].first <= fewRows && r.cover.Score > 0.5 && len(r.cover.Organizers) > 0 {
		r.forms = nil // the organizers' own table on a cover page
		r.cover = cover.Read(printedLines(words, nil), v.bounds().Size())
	}
	switch {
	case r.records != nil:
		r.sense = 6 * r.records.score
	case len(r.forms) > 0:
		r.sense = 6 * forms[0].score
	}
	const (
		clearly = 0.8  // confidence of a word that makes sense
		perWord = 0.25 // sense of such a word; headings that are surely headings make 3 and more
	)
	clear := 0
	printed := words
	if len(r.whole) > len(printed) {
		printed = r.whole
	}
	for _, w := range printed {
		// Tesseract also reads words that stand on end.
		if w.Confidence >= clearly && wordLike(w.Text) && w.Box.Dx() > w.Box.Dy() {
			clear++
		}
	}
	r.sense += perWord * float64(min(clear, 40))
	return r, nil
}

// organizers reports whether a page without tables is a cover whose records are those of the
// organizers. No label of theirs that was misread need be looked for then.
func (x Extractor) organizers(ctx context.Context, r *reading) (bool, error) {
	if len(r.forms) > 0 {
		return false, nil
	}
	r.cover = cover.Read(printedLines(r.words, nil), r.view.bounds().Size())
	if r.cover.Score <= 0.5 {
		return false, nil
	}
	x.Print = nil
	records, err := x.records(ctx, r)
	return err == nil && records != nil && records.ofOrganizers(r.words), err
}

// fewRows is the longest table that may still be one of organizers.
const fewRows = 4

// printedLines is what stands above the first form, or on the whole page.
func printedLines(words []tesseract.Word, forms []form) []cover.Line {
	var out []cover.Line
	above := func(image.Rectangle) bool { return true }
	if len(forms) > 0 {
		f := forms[0]
		above = func(box image.Rectangle) bool {
			return box.Max.Y <= f.head.Min.Y+f.head.Dy()/2 || f.head.Empty() && box.Max.Y < f.table.Bounds().Min.Y
		}
	}
	for _, line := range lines(words) {
		var l cover.Line
		for _, w := range line {
			if above(w.Box) {
				l.Words = append(l.Words, cover.Word{Text: w.Text, Box: w.Box})
			}
		}
		if len(l.Words) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// petition is what the page says of the petition as a whole.
func (r reading) petition() Cover {
	c := Cover{Group: r.cover.Group, Purpose: r.cover.Purpose}
	for _, o := range r.cover.Organizers {
		organizer := Organizer{Name: o.Name, Address: o.Address, Signed: SignedUnsure}
		if !o.Signature.Empty() {
			organizer.Signed = signedFrom(ink.SignedIn(r.view.components(), o.Signature, r.view.dpi))
		}
		c.Organizers = append(c.Organizers, organizer)
	}
	return c
}

// wordLike reports whether a text may be a word of a language: four letters
// at least and nothing but letters and what may end it.
func wordLike(text string) bool {
	letters := 0
	for _, r := range strings.TrimRight(text, ".,:;)!?") {
		if !unicode.IsLetter(r) {
			return false
		}
		letters++
	}
	return letters >= 4
}
