package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

type lettersView struct {
	Letters []letterText
	Problem string
	May     bool
	Address string // on the letterhead
	Logo    bool
	Sends   string // through which server, and as whom; empty where nothing is sent from here
}

type letterText struct {
	office.LetterChoice
	Text   string
	Edited bool
	Open   bool
}

func (s *Pages) lettersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showLetters(w, r, http.StatusOK, lettersView{}, "", "")
}

func (s *Pages) showLetters(w http.ResponseWriter, r *http.Request, status int, v lettersView, kind,
	text string) error {
	edited, err := s.Office.Templates(r.Context())
	if err != nil {
		return fmt.Errorf("read the texts of letters: %w", err)
	}
	v.May = site.May(site.AccountOf(r), site.ByAdmin)
	address, logo, err := s.Office.Letterhead(r.Context())
	if err != nil {
		return err
	}
	v.Logo = len(logo) > 0
	if v.Address == "" {
		v.Address = address
	}
	if s.Mail != nil {
		v.Sends = s.Mail.From() + " through " + s.Mail.Host()
	}
	for _, k := range s.Office.Letters() {
		l := letterText{LetterChoice: k, Text: edited[k.Kind], Edited: edited[k.Kind] != ""}
		if !l.Edited {
			if l.Text, err = s.Office.Template(k.Kind); err != nil {
				return fmt.Errorf("read the text of a letter: %w", err)
			}
		}
		if k.Kind == kind {
			l.Text, l.Open = text, true
		}
		v.Letters = append(v.Letters, l)
	}
	return s.Render(w, r, status, "letters", v)
}

// setLetterhead takes a form with the address and perhaps a picture.
func (s *Pages) setLetterhead(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 2*office.MaxLogo)
	err := r.ParseMultipartForm(2 * office.MaxLogo) // all of it in memory
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return s.showLetters(w, r, http.StatusRequestEntityTooLarge,
			lettersView{Problem: fmt.Sprintf("The logo is too large: use a file of at most %d KiB.",
				office.MaxLogo>>10)}, "", "")
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return site.Problem(http.StatusBadRequest,
			"The form could not be read. Load the page again and send it once more.")
	}
	var picture []byte
	if f, _, err := r.FormFile("logo"); err == nil {
		defer f.Close()
		if picture, err = io.ReadAll(f); err != nil {
			return fmt.Errorf("read the logo: %w", err)
		}
	}
	err = s.Office.SetLetterhead(r.Context(), r.PostFormValue("address"), picture,
		r.PostFormValue("without") == "yes", site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showLetters(w, r, site.StatusOf(why.Kind), lettersView{Problem: why.Text,
			Address: r.PostFormValue("address")}, "", "")
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/settings/letters", "The letterhead was saved.")
}

func (s *Pages) letterheadLogo(w http.ResponseWriter, r *http.Request) error {
	_, logo, err := s.Office.Letterhead(r.Context())
	if err != nil {
		return err
	}
	if len(logo) == 0 {
		return site.Problem(http.StatusNotFound, "There is no logo.")
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "private, no-cache")
	_, err = w.Write(logo)
	return err
}

// setLetter keeps the text of a letter, or shows why it cannot be kept.
func (s *Pages) setLetter(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	kind, text := r.PathValue("kind"), strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	err := s.Office.SetTemplate(r.Context(), kind, text, site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) && why.Kind == office.Invalid {
		return s.showLetters(w, r, http.StatusUnprocessableEntity,
			lettersView{Problem: site.UpperFirst(why.Text)}, kind, text)
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/settings/letters", "The letter was saved.")
}
