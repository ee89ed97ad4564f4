// Package upload is where files come in, whole, in pieces or through the API: sheets of petitions,
// which the office announces to whoever reads them, and membership exports.
package upload

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

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// Pages take in what people hand in.
type Pages struct {
	*site.Site
	tus    tusHandlers
	counts *prometheus.CounterVec // files that arrived, by what became of them
	pace   *site.Limiter          // by account
}

func New(on *site.Site) (*Pages, error) {
	s := &Pages{Site: on, pace: site.NewLimiter(50, 500), counts: prometheus.NewCounterVec(
		prometheus.CounterOpts{
			Name: "countersign_uploads_total",
			Help: "Files that arrived whole: new, or the same again."}, []string{"result"})}
	var err error
	if s.tus, err = s.newTus(); err != nil {
		return nil, err
	}
	return s, on.Metrics.Register(s.counts)
}

// Routes are those by which files come in, membership exports included.
func (s *Pages) Routes() []site.Route {
	return []site.Route{
		site.On("POST /petitions/{id}/files", site.ByStaff|site.ByAdmin, s.takeForm),
		site.On("GET /members", site.ByStaff|site.ByChair|site.ByAdmin, s.membersPage),
		site.On("POST /members/import", site.ByStaff|site.ByAdmin, s.uploadMembers),
		site.On("GET /members/import/{blob}", site.ByStaff|site.ByAdmin, s.importPage),
		site.On("POST /members/import/{blob}", site.ByStaff|site.ByAdmin, s.importMembers),
		site.On("GET /members/exports/{id}/withdraw", site.ByStaff|site.ByAdmin, s.withdrawPage),
		site.On("POST /members/exports/{id}/withdraw", site.ByStaff|site.ByAdmin, s.withdraw),
		site.On("POST /members/exports/{id}/restore", site.ByStaff|site.ByAdmin, s.restoreExport),
		site.On("POST /petitions/{id}/export-before", site.ByStaff|site.ByAdmin, s.exportBefore),
		site.On("POST /tus/{$}", site.ByStaff|site.ByAdmin, s.tusPost),
		site.On("HEAD /tus/{upload}", site.ByStaff|site.ByAdmin, s.tusHead),
		site.On("PATCH /tus/{upload}", site.ByStaff|site.ByAdmin, s.tusPatch),
		site.On("DELETE /tus/{upload}", site.ByStaff|site.ByAdmin, s.tusDelete),
	}
}

// MayUpload says whether an account may hand in another file now.
func (s *Pages) MayUpload(account string) bool { return s.pace.Allow(account, s.Now()) }

// taken is a file that arrived whole: new, or the same again.
type taken struct {
	store.Upload
	Same bool
}

// Take has the office add a file, and counts it.
func (s *Pages) Take(ctx context.Context, petitionID, name, by string, r io.Reader) (taken, error) {
	u, same, err := s.Office.AddFile(ctx, petitionID, name, by, r)
	if err != nil {
		return taken{}, err
	}
	label := "new"
	if same {
		label = "same"
	}
	s.counts.WithLabelValues(label).Inc()
	return taken{u, same}, nil
}

// FileName is what a browser calls a file, made fit to be shown and kept:
// without folders, line ends and signs that turn the direction of text.
func FileName(name string) string {
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
func (s *Pages) takeForm(w http.ResponseWriter, r *http.Request) error {
	list, err := s.TakeMultipart(w, r)
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
			return site.Problem(http.StatusUnprocessableEntity,
				"The file to be replaced is another petition's.")
		}
		if u, err = s.Office.Exclude(r.Context(), old, true, site.AccountOf(r).ID); err != nil {
			return err
		}
		said += u.Name + " is excluded, since this replaces it. "
	}
	if len(same) > 0 {
		said += "Here already: " + strings.Join(same, ", ") + ". "
	}
	if len(excluded) > 0 {
		said += "Here already, but excluded, so that none of its lines counts: " +
			strings.Join(excluded, ", ") +
			". To count it, choose “Include again” beside the file."
	}
	if len(list) == 0 {
		said = "No file was chosen."
	}
	return s.Done(w, r, back, strings.TrimSpace(said))
}

func (s *Pages) TakeMultipart(w http.ResponseWriter, r *http.Request) ([]taken, error) {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, site.Problem(http.StatusBadRequest, "Send the files as multipart/form-data.")
	}
	var list []taken
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, site.Problem(http.StatusBadRequest,
				"The files did not arrive whole. Please send them again; those that did are "+
					"recognised.")
		}
		if part.FileName() == "" {
			continue
		}
		if !s.MayUpload(site.AccountOf(r).ID) {
			return list, ErrTooMany
		}
		t, err := s.Take(r.Context(), p.ID, FileName(part.FileName()), site.AccountOf(r).ID,
			s.Sized(w, part))
		if err = TooLarge(err, s.MaxUpload); err != nil {
			return list, err
		}
		list = append(list, t)
	}
}

// Sized lets no more through than a file may have.
func (s *Pages) Sized(w http.ResponseWriter, r io.Reader) io.Reader {
	return http.MaxBytesReader(w, io.NopCloser(r), s.MaxUpload)
}

func TooLarge(err error, most int64) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return site.Problem(http.StatusRequestEntityTooLarge,
			fmt.Sprintf("The file is larger than %s, which is the most. Split it.",
				site.BytesWord(most)))
	}
	return err
}

var ErrTooMany = site.Problem(http.StatusTooManyRequests,
	"Too many files at once. Please wait a moment and go on.")
