package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
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

func (s *Server) lettersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showLetters(w, r, http.StatusOK, lettersView{}, "", "")
}

func (s *Server) showLetters(w http.ResponseWriter, r *http.Request, status int, v lettersView, kind, text string) error {
	all, err := s.settings(r.Context())
	if err != nil {
		return err
	}
	v.May = may(accountOf(r), byAdmin)
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
		l := letterText{LetterChoice: k, Text: all["letter-"+k.Kind], Edited: all["letter-"+k.Kind] != ""}
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
	return s.render(w, r, status, "letters", v)
}

// setLetterhead takes a form with the address and perhaps a picture.
func (s *Server) setLetterhead(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 2*office.MaxLogo)
	err := r.ParseMultipartForm(2 * office.MaxLogo) // all of it in memory
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return s.showLetters(w, r, http.StatusRequestEntityTooLarge, lettersView{Problem: fmt.Sprintf("The logo is too large: use a file of at most %d KiB.", office.MaxLogo>>10)}, "", "")
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return problem(http.StatusBadRequest, "The form could not be read. Load the page again and send it once more.")
	}
	var picture []byte
	if f, _, err := r.FormFile("logo"); err == nil {
		defer f.Close()
		if picture, err = io.ReadAll(f); err != nil {
			return fmt.Errorf("read the logo: %w", err)
		}
	}
	err = s.Office.SetLetterhead(r.Context(), r.PostFormValue("address"), picture, r.PostFormValue("without") == "yes", accountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showLetters(w, r, statusOf(why.Kind), lettersView{Problem: why.Text, Address: r.PostFormValue("address")}, "", "")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/settings/letters", "The letterhead was saved.")
}

func (s *Server) letterheadLogo(w http.ResponseWriter, r *http.Request) error {
	_, logo, err := s.Office.Letterhead(r.Context())
	if err != nil {
		return err
	}
	if len(logo) == 0 {
		return problem(http.StatusNotFound, "There is no logo.")
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "private, no-cache")
	_, err = w.Write(logo)
	return err
}

// setLetter keeps the text of a letter, if it can be filled in. The built-in text, or
// none, brings the built-in text back.
func (s *Server) setLetter(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	kind := r.PathValue("kind")
	if !slices.ContainsFunc(s.Office.Letters(), func(k office.LetterChoice) bool { return k.Kind == kind }) {
		return problem(http.StatusNotFound, "There is no such letter.")
	}
	text := strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"))
	usual, err := s.Office.Template(kind)
	if err != nil {
		return fmt.Errorf("read the text of a letter: %w", err)
	}
	if text == strings.TrimSpace(usual) {
		text = ""
	}
	if text != "" {
		err := s.Office.CheckTemplate(kind, text)
		if why := (*office.Refusal)(nil); errors.As(err, &why) {
			return s.showLetters(w, r, http.StatusUnprocessableEntity, lettersView{Problem: upperFirst(why.Text)}, kind, text)
		}
		if err != nil {
			return fmt.Errorf("try the text of a letter: %w", err)
		}
	}
	err = s.act(r.Context(), "letter.edited", kind, "", func(tx store.Tx) error {
		return tx.SetSetting(r.Context(), "letter-"+kind, text, accountOf(r).ID)
	})
	if err != nil {
		return fmt.Errorf("keep the text of a letter: %w", err)
	}
	return s.done(w, r, "/settings/letters", "The letter was saved.")
}
