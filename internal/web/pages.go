package web

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"countersign/internal/blob"
	"countersign/internal/store"
)

type pageView struct {
	Petition   store.Petition
	Upload     store.Upload
	Page       store.Page
	Lines      []Line
	Drawing    template.HTML
	Prev, Next string // ids
	Of         int
	MayReview  bool
}

func (s *Server) pagePage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v := pageView{Page: p, MayReview: may(accountOf(r), byVerifier|byChair|byAdmin)}
	if v.Petition, err = s.Store.Petition(r.Context(), p.PetitionID); err != nil {
		return err
	}
	if v.Upload, err = s.Store.Upload(r.Context(), p.UploadID); err != nil {
		return err
	}
	pages, err := s.Store.PagesOf(r.Context(), p.UploadID)
	if err != nil {
		return fmt.Errorf("list the pages: %w", err)
	}
	v.Of = len(pages)
	for _, other := range pages {
		switch other.Number {
		case p.Number - 1:
			v.Prev = other.ID
		case p.Number + 1:
			v.Next = other.ID
		}
	}
	c, err := s.Desk.Case(r.Context(), p.PetitionID)
	if err != nil {
		return fmt.Errorf("count the petition: %w", err)
	}
	v.Lines = linesByPage(c)[p.ID]
	v.Drawing = drawing(p.Width, p.Height, v.Lines, true)
	return s.render(w, r, http.StatusOK, "page", v)
}

func (s *Server) pagePicture(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.picture(w, r, p.Picture)
}

func (s *Server) linePicture(w http.ResponseWriter, r *http.Request) error {
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.picture(w, r, l.Picture)
}

// picture sends a picture that is named by its hash: it never changes. Only
// this browser may keep it, and signing out makes it forget.
func (s *Server) picture(w http.ResponseWriter, r *http.Request, sum string) error {
	if sum == "" {
		return problem(http.StatusNotFound, "There is no picture.")
	}
	w.Header().Set("Cache-Control", "private, max-age=86400")
	w.Header().Set("Content-Type", "image/jpeg")
	return s.serveBlob(w, r, sum)
}

func (s *Server) serveBlob(w http.ResponseWriter, r *http.Request, sum string) error {
	f, err := s.Blobs.Open(r.Context(), sum)
	if errors.Is(err, blob.ErrNotFound) {
		return problem(http.StatusNotFound, "The file is not kept any more.")
	}
	if err != nil {
		return fmt.Errorf("open a file: %w", err)
	}
	defer f.Close()
	w.Header().Set("ETag", `"`+sum+`"`)
	http.ServeContent(w, r, "", time.Time{}, f.(io.ReadSeeker))
	return nil
}

// attachment makes browsers save a file under its name, never show it.
func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

func urlWord(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
