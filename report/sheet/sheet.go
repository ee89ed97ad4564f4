// Package sheet prints the sheets that signatures are gathered on. A Set says
// what they are for and how they look; a PDF leaves, with corner marks and
// codes by which extract knows each page again once it was signed and scanned.
package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/extract/marks"
	"countersign/verify/plainyaml"
)

// Set is the sheets of one petition that are printed together. Fields left
// empty take what Defaults gives.
type Set struct {
	// its identifier, which the codes carry: letters, digits, - and _, at most 40
	Petition string          `yaml:"petition"`
	Title    string          `yaml:"title"`
	Group    string          `yaml:"group"` // the group it asks for; none is printed where empty
	Purpose  string          `yaml:"purpose"`
	Call     string          `yaml:"call"`    // what signers declare
	Privacy  string          `yaml:"privacy"` // what becomes of their data
	Contact  string          `yaml:"contact"` // whom to ask, and where signed sheets go
	Columns  []extract.Field `yaml:"columns"` // left to right; lines are numbered whatever they are
	Boxes    int             `yaml:"boxes"`   // of the comb for member numbers
	Plain    bool            `yaml:"plain"`   // no combs
	Paper    marks.Paper     `yaml:"paper"`   // letter or a4
	Portrait bool            `yaml:"portrait"`
	Pages    int             `yaml:"pages"`
	Height   float64         `yaml:"line-height"` // inches at least; lines grow to fill the page
}

// Defaults is s with everything that it leaves open.
func (s Set) Defaults() Set {
	fill := func(to *string, text string) {
		if strings.TrimSpace(*to) == "" {
			*to = text
		}
	}
	fill(&s.Title, "Petition")
	fill(&s.Call, "We, the undersigned members in good standing, support this petition.")
	fill(&s.Privacy,
		"What you write here is used only to verify that those who signed are members in good "+
			"standing. "+
			"It is seen by the organizers and by those who verify the petition, and is not "+
			"published.")
	if len(s.Columns) == 0 {
		s.Columns = []extract.Field{extract.Name, extract.MemberID, extract.CityState,
			extract.Signature, extract.Date}
	}
	if s.Boxes == 0 {
		s.Boxes = 7
	}
	if s.Paper == "" {
		s.Paper = marks.Letter
	}
	if s.Pages == 0 {
		s.Pages = 1
	}
	if s.Height == 0 {
		s.Height = 0.4
	}
	return s
}

// Read reads a Set from YAML, or JSON, which is YAML too. Name is the file's,
// for messages.
func Read(r io.Reader, name string) (Set, error) {
	text, err := io.ReadAll(io.LimitReader(r, plainyaml.MaxBytes+1))
	if err != nil {
		return Set{}, fmt.Errorf("read %s: %w", name, err)
	}
	var s Set
	if err := plainyaml.Read(text, &s, plainyaml.Options{Blanks: true}); err != nil {
		return Set{}, fmt.Errorf("read %s: %w", name, err)
	}
	return s, nil
}

// Write writes the PDF. The same Set gives the same bytes.
func (s Set) Write(w io.Writer) error {
	s = s.Defaults()
	if err := s.valid(); err != nil {
		return err
	}
	p := newPrinter(s)
	codes, err := s.codes(p)
	if err != nil {
		return err
	}
	for _, c := range codes {
		if err := p.page(s, c); err != nil {
			return fmt.Errorf("print page %d: %w", c.Page, err)
		}
	}
	if err := p.pdf.Output(w); err != nil {
		return fmt.Errorf("write the sheets: %w", err)
	}
	return nil
}

// Codes are what the codes of the pages say.
func (s Set) Codes() ([]marks.Code, error) {
	s = s.Defaults()
	if err := s.valid(); err != nil {
		return nil, err
	}
	return s.codes(newPrinter(s))
}

// valid tells a person what to change.
func (s Set) valid() error {
	const mostPages = 1000
	switch {
	case s.Petition == "":
		return errors.New("the petition has no identifier, by which its sheets are known again: " +
			"give one")
	case strings.TrimSpace(s.Purpose) == "":
		return errors.New("the petition has no purpose, which stands on every sheet: give it")
	case s.Paper != marks.Letter && s.Paper != marks.A4:
		return fmt.Errorf("paper %q is not known: write letter or a4", s.Paper)
	case s.Pages < 1 || s.Pages > mostPages:
		return fmt.Errorf("%d pages cannot be printed: ask for 1 to %d", s.Pages, mostPages)
	case s.Height < 0.3 || s.Height > 1.5:
		return fmt.Errorf("lines %g inches high cannot be printed: ask for 0.3 to 1.5", s.Height)
	case s.Boxes < 2 || s.Boxes > 12:
		return fmt.Errorf("%d boxes for a member number cannot be printed: ask for 2 to 12, or "+
			"for plain cells", s.Boxes)
	}
	if err := s.validColumns(); err != nil {
		return err
	}
	for _, text := range []struct{ name, text string }{
		{"title", s.Title}, {"group", s.Group}, {"purpose", s.Purpose}, {"call", s.Call},
		{"privacy", s.Privacy}, {"contact", s.Contact},
	} {
		if r, ok := unprintable(text.text); ok {
			return fmt.Errorf("the %s holds %q (%U), which cannot be printed: write it in Latin, "+
				"Greek or Cyrillic letters", text.name, r, r)
		}
	}
	return nil
}

func (s Set) validColumns() error {
	for i, c := range s.Columns {
		switch {
		case marks.Heading(string(c)) == "" || c == extract.Number:
			return fmt.Errorf("no column can ask for %q: choose among %s", c,
				strings.Join(Choices(), ", "))
		case slices.Contains(s.Columns[:i], c):
			return fmt.Errorf("two columns ask for %s: leave one out", c)
		}
	}
	has := func(f extract.Field) bool { return slices.Contains(s.Columns, f) }
	switch {
	case !has(extract.Signature):
		return errors.New("no column asks for the signature: add signature")
	case !has(extract.Name) && !has(extract.Family):
		return errors.New("no column asks for the name: add name, or given and family")
	}
	return nil
}

// Choices are what columns may ask for.
func Choices() []string {
	var names []string
	for _, c := range widths {
		names = append(names, string(c.field))
	}
	return names
}
