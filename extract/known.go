package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of forms
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// KnownForm is a form to which people gave a name: its headings and what its columns hold.
// Pages with the same headings are read by it, whatever the headings seem to ask for.
type KnownForm struct {
	Name    string
	Columns []Column // left to right
	Picture []byte   // JPEG of its headings; nil for none
}

// Limits of what is kept of forms.
const (
	MaxForms       = 100
	MaxFormName    = 100     // characters
	MaxFormPicture = 200_000 // bytes
	MaxFormsFile   = 32 << 20

	mostColumns     = 30
	mostHeadingText = 300  // characters of one heading
	mostFormSide    = 4000 // pixels of a picture
)

// Headed reports whether a form has enough headings to be recognised by.
func (k KnownForm) Headed() bool {
	const (
		fewest = 2 // headings
		least  = 8 // pairs of letters in all
	)
	headings, pairs := 0, 0
	for _, c := range k.Columns {
		if n := len(pairsOf(c.Heading)); n > 0 {
			headings, pairs = headings+1, pairs+n
		}
	}
	return headings >= fewest && pairs >= least
}

// alike says how much the headings of a page are those of the form, from 0 to 1; 0 where they
// are others. Scans of one form differ by what Tesseract misreads in them.
func (k KnownForm) alike(printed []string) float64 {
	const (
		whole = 0.7 // of the pairs of letters of all headings, both ways
		each  = 0.4 // of those of each heading of some length
		long  = 4   // pairs, below which one misread letter says nothing
	)
	if len(printed) != len(k.Columns) || !k.Headed() {
		return 0
	}
	common, of, all := 0, 0, 0
	for i, c := range k.Columns {
		both, known, here := pairsIn(c.Heading, printed[i])
		if known >= long && float64(both) < each*float64(known) {
			return 0
		}
		common, of, all = common+both, of+known, all+here
	}
	same := math.Min(float64(common)/float64(of), float64(common)/float64(max(1, all)))
	if same < whole {
		return 0
	}
	return same
}

// sameMeaning reports whether two forms say the same of their columns.
func (k KnownForm) sameMeaning(other KnownForm) bool {
	return slices.EqualFunc(k.Columns, other.Columns, func(a, b Column) bool {
		return slices.Equal(a.Fields, b.Fields)
	})
}

// recognised is the form that a table's headings are those of. Of two that say different things
// and are nearly as much alike, it is neither.
func recognised(known []KnownForm, printed []string) (form KnownForm, ok bool) {
	const apart = 0.05
	best := 0.0
	for _, k := range known {
		if a := k.alike(printed); a > best {
			form, best = k, a
		}
	}
	rival := slices.ContainsFunc(known, func(k KnownForm) bool {
		return !k.sameMeaning(form) && k.alike(printed) > best-apart
	})
	return form, best > 0 && !rival
}

// recognise reads the tables of a page by the forms that people know. It gives the names of
// those.
func (x Extractor) recognise(forms []form) (names []string) {
	for i := range forms {
		f := &forms[i]
		f.columns = slices.Clone(f.columns)
		printed, _ := f.printed()
		name, ok := x.readAs(f.columns, printed)
		if !ok {
			continue
		}
		if f.score < sureHeadings && f.print.texts != nil {
			f.first, f.head = max(f.first, f.print.row+1), f.print.at
		}
		f.told, f.score = true, 1
		f.teaches = f.learned()
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// readAs gives columns the meaning that they have in the form of the same headings, and the name
// of that.
func (x Extractor) readAs(columns []Column, printed []string) (name string, ok bool) {
	k, ok := recognised(x.Forms, printed)
	if !ok {
		return "", false
	}
	for i, text := range printed {
		columns[i] = Column{Heading: text, Fields: slices.Clone(k.Columns[i].Fields)}
	}
	return k.Name, true
}

// readAsForm says of a page that a form with a name told what its columns hold.
func readAsForm(name string) string { return "The columns are those of the form “" + name + "”." }

// print is what is printed at the head of a table whose headings nobody understood.
type print struct {
	texts []string // by column; nil where there is none
	row   int      // of the table; -1 above it
	at    image.Rectangle
}

// printed are the headings of a table by column, understood or not, and where they stand.
func (f form) printed() ([]string, image.Rectangle) {
	texts, at := f.headings(), f.head
	if len(f.print.texts) != len(texts) {
		return texts, at
	}
	for i, text := range f.print.texts {
		if texts[i] == "" {
			texts[i] = text
		}
	}
	return texts, f.print.at
}

// shown are the columns as people are shown them, and where their headings stand on the page as
// delivered.
func (f form) shown(v *view) ([]Column, Box) {
	texts, at := f.printed()
	columns := slices.Clone(f.columns)
	for i := range columns {
		columns[i].Heading = texts[i]
	}
	// The box on a page that leans, or in a photo, takes in some of what stands below.
	lean := int(math.Abs(math.Tan(v.turned.Lean*math.Pi/180)) * float64(at.Dx()))
	if at.Empty() || 2*lean > at.Dy() || v.turned.Photo != nil {
		return columns, Box{}
	}
	at.Max.Y -= lean
	return columns, v.turned.Delivered(v.full(at))
}

// printAt looks for print in the columns of a table, in its first rows or right above it.
func printAt(v *view, t layout.Table, words []tesseract.Word) (best print) {
	const (
		plainly = 0.8 // confidence of words that are print
		letters = 3   // of a word
	)
	clear := slices.DeleteFunc(slices.Clone(words), func(w tesseract.Word) bool {
		return w.Confidence < plainly
	})
	most := max(1, (t.Columns()-1)/2) // columns with headings that are too few
	try := func(row int, at image.Rectangle, in [][]tesseract.Word) {
		texts := byColumn(t, in)
		n := 0
		for _, text := range texts {
			if strings.ContainsFunc(text, unicode.IsLetter) && utf8.RuneCountInString(text) >= letters {
				n++
			}
		}
		if n > most {
			best, most = print{texts, row, at}, n
		}
	}
	for row := range min(v.headRows(t), t.Rows()-1) {
		try(row, t.Row(row), lines(wordsIn(clear, t.Row(row))))
	}
	if above := lines(wordsIn(clear, aboveTable(v, t))); len(above) > 0 {
		last := above[len(above)-1]
		if !runsOn(last, t) {
			try(-1, headOf(v, boxesOf(last)), [][]tesseract.Word{last})
		}
	}
	return best
}

// formsVersion is that of files of forms.
const formsVersion = 1

type (
	formsJSON struct {
		Version int        `json:"version"`
		Forms   []formJSON `json:"forms"`
	}
	formJSON struct {
		Name    string       `json:"name"`
		Columns []columnJSON `json:"columns"`
		Picture []byte       `json:"picture,omitempty"` // JPEG, in base64
	}
	columnJSON struct {
		Heading string  `json:"heading"`
		Fields  []Field `json:"fields"`
	}
)

// EncodeForms writes forms as a file of JSON that DecodeForms reads.
func EncodeForms(forms []KnownForm) ([]byte, error) {
	out := formsJSON{Version: formsVersion, Forms: []formJSON{}}
	for _, k := range forms {
		f := formJSON{Name: k.Name, Picture: k.Picture}
		for _, c := range k.Columns {
			f.Columns = append(f.Columns, columnJSON{c.Heading, append([]Field{}, c.Fields...)})
		}
		out.Forms = append(out.Forms, f)
	}
	data, err := json.MarshalIndent(out, "", "  ")
	return append(data, '\n'), err
}

// DecodeForms reads a file of forms. Its errors are sentences without a full stop, for whoever
// gave the file.
func DecodeForms(data []byte) ([]KnownForm, error) {
	var in formsJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("it is no file of forms (%w): export one under “Forms”", err)
	}
	switch {
	case in.Version != formsVersion:
		return nil, fmt.Errorf("it is a file of forms of version %d, and this program reads "+
			"version %d", in.Version, formsVersion)
	case len(in.Forms) == 0:
		return nil, errors.New("there is no form in it")
	case len(in.Forms) > MaxForms:
		return nil, fmt.Errorf("it has %d forms, and at most %d are taken", len(in.Forms), MaxForms)
	}
	var out []KnownForm
	for i, f := range in.Forms {
		k := KnownForm{Name: strings.TrimSpace(f.Name), Picture: f.Picture}
		for _, c := range f.Columns {
			k.Columns = append(k.Columns, Column{Heading: strings.TrimSpace(c.Heading), Fields: c.Fields})
		}
		if err := k.Check(); err != nil {
			return nil, fmt.Errorf("form %d cannot be used: %w", i+1, err)
		}
		out = append(out, k)
	}
	return out, nil
}

// Check says why a form cannot be kept, in a sentence without a full stop; nil if it can.
func (k KnownForm) Check() error {
	if k.Name == "" || utf8.RuneCountInString(k.Name) > MaxFormName {
		return fmt.Errorf("give it a name of at most %d characters", MaxFormName)
	}
	if len(k.Columns) > mostColumns {
		return fmt.Errorf("it has %d columns, and at most %d can be", len(k.Columns), mostColumns)
	}
	seen := map[Field]bool{}
	for i, c := range k.Columns {
		if utf8.RuneCountInString(c.Heading) > mostHeadingText {
			return fmt.Errorf("the heading of column %d is longer than %d characters", i+1, mostHeadingText)
		}
		if len(c.Fields) > 2 {
			return fmt.Errorf("column %d holds %d things, and at most two can be read in one", i+1, len(c.Fields))
		}
		for _, f := range c.Fields {
			if !slices.Contains(fields, f) {
				return fmt.Errorf("column %d holds %q, which is nothing that is read", i+1, f)
			}
			if seen[f] {
				return fmt.Errorf("two of its columns hold %q", f)
			}
			seen[f] = true
		}
	}
	switch {
	case !seen[Name] && !seen[Family] && !seen[MemberID]:
		return errors.New("none of its columns is the name, the last name or the member number")
	case !k.Headed():
		return errors.New("it has too few headings to be recognised by")
	}
	return k.checkPicture()
}

func (k KnownForm) checkPicture() error {
	if len(k.Picture) == 0 {
		return nil
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(k.Picture))
	switch {
	case err != nil || kind != "jpeg":
		return errors.New("its picture is no JPEG")
	case len(k.Picture) > MaxFormPicture || max(size.Width, size.Height) > mostFormSide:
		return fmt.Errorf("its picture is too large: use at most %d KB and %d pixels a side",
			MaxFormPicture/1000, mostFormSide)
	}
	return nil
}
