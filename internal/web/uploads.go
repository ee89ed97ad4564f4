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

// take stores a file and records it, which announces it. The same bytes again
// change nothing, whatever they are called. A petition that is decided takes none.
func (s *Server) take(ctx context.Context, petitionID, name, by string, r io.Reader) (taken, error) {
	if err := s.open(ctx, petitionID); err != nil {
		return taken{}, err
	}
	sum, size, err := s.Blobs.Put(ctx, r)
	if err != nil {
		return taken{}, fmt.Errorf("keep the file: %w", err)
	}
	if size == 0 {
		return taken{}, problem(http.StatusUnprocessableEntity, fmt.Sprintf("%s is empty. Scan or export it again.", name))
	}
	u, err := s.Store.AddUpload(ctx, store.Upload{PetitionID: petitionID, SHA256: sum, Name: name, Size: size, By: by, At: s.Now()})
	if errors.Is(err, store.ErrConflict) {
		s.counts.uploads.WithLabelValues("same").Inc()
		return taken{u, true}, nil
	}
	if err != nil {
		return taken{}, fmt.Errorf("add the file: %w", err)
	}
	s.counts.uploads.WithLabelValues("new").Inc()
	if _, err := s.Store.Record(ctx, store.AuditEntry{At: s.Now(), Actor: by, Action: "upload.added", Subject: petitionID, Detail: "upload " + u.ID}); err != nil {
		return taken{}, fmt.Errorf("record the file: %w", err)
	}
	s.Bell.Tell(Topic(petitionID))
	return taken{u, false}, nil
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
	c, err := s.Desk.Case(r.Context(), p.ID)
	if err != nil {
		return fmt.Errorf("count the petition: %w", err)
	}
	names, err := s.names(r.Context())
	if err != nil {
		return err
	}
	f := s.file(u, pages, linesByPage(c), len(pages), names)
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
	if err := s.record(r, "upload.downloaded", u.PetitionID, "upload "+u.ID); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", attachment(u.Name))
	return s.serveBlob(w, r, u.SHA256)
}

func (s *Server) excludeUpload(w http.ResponseWriter, r *http.Request) error {
	return s.setExcluded(w, r, true, "excluded", "The file counts for nothing from now on.")
}

func (s *Server) includeUpload(w http.ResponseWriter, r *http.Request) error {
	return s.setExcluded(w, r, false, "included", "The file counts again.")
}

func (s *Server) setExcluded(w http.ResponseWriter, r *http.Request, excluded bool, word, said string) error {
	u, err := s.exclude(r.Context(), r.PathValue("id"), excluded, word)
	if err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+u.PetitionID+"#file-"+u.ID, said)
}

func (s *Server) exclude(ctx context.Context, id string, excluded bool, word string) (store.Upload, error) {
	u, err := s.Store.Upload(ctx, id)
	if err != nil {
		return u, err
	}
	if err := s.open(ctx, u.PetitionID); err != nil {
		return u, err
	}
	if u.Excluded == excluded {
		return u, nil
	}
	if err := s.Store.ExcludeUpload(ctx, u.ID, excluded); err != nil {
		return u, fmt.Errorf("exclude the file: %w", err)
	}
	u.Excluded = excluded
	s.Bell.Tell(Topic(u.PetitionID))
	return u, s.note(ctx, "upload."+word, u.PetitionID, "upload "+u.ID)
}

const overWord = "The petition is decided, so what counts stays as it is."

// open refuses to change what counts once the count is certified.
func (s *Server) open(ctx context.Context, petitionID string) error {
	p, err := s.Store.Petition(ctx, petitionID)
	if err != nil {
		return err
	}
	if over(p.State) {
		return problem(http.StatusConflict, overWord)
	}
	return nil
}

// retryFailure tries again what one failure was about.
func (s *Server) retryFailure(w http.ResponseWriter, r *http.Request) error {
	if err := s.retry(r.Context(), r.PathValue("id"), r.PathValue("failure")); err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+r.PathValue("id")+"#failures", "It is tried again.")
}

// retryAll tries again all that failed of a petition.
func (s *Server) retryAll(w http.ResponseWriter, r *http.Request) error {
	if err := s.retry(r.Context(), r.PathValue("id"), ""); err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+r.PathValue("id"), "All that failed is tried again.")
}

func (s *Server) retry(ctx context.Context, petitionID, failureID string) error {
	failures, err := s.Store.Failures(ctx, petitionID)
	if err != nil {
		return fmt.Errorf("list the failures: %w", err)
	}
	found := failureID == ""
	for _, f := range failures {
		if failureID != "" && f.ID != failureID {
			continue
		}
		found = true
		if err := s.Retrier.Retry(ctx, f.Stage, f.Subject()); err != nil {
			return fmt.Errorf("try again %s of %s: %w", f.Stage, f.Subject(), err)
		}
		if err := s.note(ctx, "failure.retried", petitionID, f.Stage+" "+f.Subject()); err != nil {
			return err
		}
	}
	if !found {
		return store.ErrNotFound
	}
	s.Bell.Tell(Topic(petitionID))
	return nil
}
