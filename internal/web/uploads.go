package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/internal/store"
)

// taken is a file that arrived whole: new, or the same again.
type taken struct {
	store.Upload
	Same bool
}

// take has the office add a file, and counts it.
func (s *Server) take(ctx context.Context, petitionID, name, by string, r io.Reader) (taken, error) {
	u, same, err := s.Office.AddFile(ctx, petitionID, name, by, r)
	if err != nil {
		return taken{}, err
	}
	label := "new"
	if same {
		label = "same"
	}
	s.counts.uploads.WithLabelValues(label).Inc()
	return taken{u, same}, nil
}

// fileName is what a browser calls a file, made fit to be shown and kept:
// without folders, line ends and signs that turn the direction of text.
func fileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "�"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	for len(name) > 200 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	if strings.Trim(name, " ./") == "" {
		return "unnamed"
	}
	return name
}

// takeForm is the way in without the script: a form with files in it, read as
// a stream, so that a large one takes no memory.
func (s *Server) takeForm(w http.ResponseWriter, r *http.Request) error {
	list, err := s.takeMultipart(w, r)
	if err != nil {
		return err
	}
	back := "/petitions/" + r.PathValue("id")
	var added, same, excluded []string
	for _, t := range list {
		switch {
		case t.Same && t.Excluded:
			excluded = append(excluded, t.Name)
			back = "/petitions/" + t.PetitionID + "#file-" + t.ID
		case t.Same:
			same = append(same, t.Name)
		default:
			added = append(added, t.Name)
		}
	}
	said := ""
	if len(added) > 0 {
		said = "Added " + strings.Join(added, ", ") + ". "
	}
	if old := r.URL.Query().Get("replaces"); old != "" && len(added) > 0 {
		u, err := s.Store.Upload(r.Context(), old)
		if err != nil {
			return err
		}
		if u.PetitionID != r.PathValue("id") {
			return problem(http.StatusUnprocessableEntity, "The file to be replaced is another petition's.")
		}
		if u, err = s.Office.Exclude(r.Context(), old, true, accountOf(r).ID); err != nil {
			return err
		}
		said += u.Name + " is excluded, since this replaces it. "
	}
	if len(same) > 0 {
		said += "Here already: " + strings.Join(same, ", ") + ". "
	}
	if len(excluded) > 0 {
		said += "Here already, but excluded, so that none of its lines counts: " + strings.Join(excluded, ", ") +
			". To count it, choose “Include again” beside the file."
	}
	if len(list) == 0 {
		said = "No file was chosen."
	}
	return s.done(w, r, back, strings.TrimSpace(said))
}

func (s *Server) takeMultipart(w http.ResponseWriter, r *http.Request) ([]taken, error) {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Send the files as multipart/form-data.")
	}
	var list []taken
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, problem(http.StatusBadRequest, "The files did not arrive whole. Please send them again; those that did are recognised.")
		}
		if part.FileName() == "" {
			continue
		}
		if !s.limits.uploads.allow(accountOf(r).ID, s.Now()) {
			return list, errTooMany
		}
		t, err := s.take(r.Context(), p.ID, fileName(part.FileName()), accountOf(r).ID, s.sized(w, part))
		if err = tooLarge(err, s.MaxUpload); err != nil {
			return list, err
		}
		list = append(list, t)
	}
}

// sized lets no more through than a file may have.
func (s *Server) sized(w http.ResponseWriter, r io.Reader) io.Reader {
	return http.MaxBytesReader(w, io.NopCloser(r), s.MaxUpload)
}

func tooLarge(err error, most int64) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem(http.StatusRequestEntityTooLarge, fmt.Sprintf("The file is larger than %s, which is the most. Split it.", bytesWord(most)))
	}
	return err
}

var errTooMany = problem(http.StatusTooManyRequests, "Too many files at once. Please wait a moment and go on.")

func (s *Server) uploadPage(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.Upload(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p, err := s.Store.Petition(r.Context(), u.PetitionID)
	if err != nil {
		return err
	}
	pages, err := s.Store.PagesOf(r.Context(), u.ID)
	if err != nil {
		return fmt.Errorf("list the pages: %w", err)
	}
	c, err := s.Office.Case(r.Context(), p.ID)
	if err != nil {
		return fmt.Errorf("count the petition: %w", err)
	}
	names, err := s.names(r.Context())
	if err != nil {
		return err
	}
	f := s.file(u, pages, c, len(pages), names)
	f.May = may(accountOf(r), byStaff|byAdmin)
	return s.render(w, r, http.StatusOK, "upload", struct {
		Petition store.Petition
		File     fileView
	}{p, f})
}

// download gives back a file as it came.
func (s *Server) downloadUpload(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.Upload(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if u.Referred && !sightIn(r.Context()).All() {
		return problem(http.StatusForbidden, "Only some pages of this file are of this petition, so that only those who see all petitions can have it whole. Its pages are shown one by one.")
	}
	if err := s.record(r, "upload.downloaded", u.PetitionID, "upload "+u.ID); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", attachment(u.Name))
	return s.serveBlob(w, r, u.SHA256)
}

func (s *Server) excludeUpload(w http.ResponseWriter, r *http.Request) error {
	return s.setExcluded(w, r, true, "The file counts for nothing from now on.")
}

func (s *Server) includeUpload(w http.ResponseWriter, r *http.Request) error {
	return s.setExcluded(w, r, false, "The file counts again.")
}

func (s *Server) setExcluded(w http.ResponseWriter, r *http.Request, excluded bool, said string) error {
	u, err := s.Office.Exclude(r.Context(), r.PathValue("id"), excluded, accountOf(r).ID)
	if err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+u.PetitionID+"#file-"+u.ID, said)
}

// retryFailure tries again what one failure was about.
func (s *Server) retryFailure(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.Retry(r.Context(), r.PathValue("id"), r.PathValue("failure"), accountOf(r).ID); err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+r.PathValue("id")+"#failures", "It is tried again.")
}

// retryAll tries again all that failed of a petition.
func (s *Server) retryAll(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.Retry(r.Context(), r.PathValue("id"), "", accountOf(r).ID); err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+r.PathValue("id"), "All that failed is tried again.")
}
