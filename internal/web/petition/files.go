package petition

import (
	"fmt"
	"net/http"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

func (s *Pages) uploadPage(w http.ResponseWriter, r *http.Request) error {
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
	names, err := s.Names(r.Context())
	if err != nil {
		return err
	}
	f := s.file(u, pages, c, len(pages), names)
	f.May = site.May(site.AccountOf(r), site.ByStaff|site.ByAdmin)
	return s.Render(w, r, http.StatusOK, "upload", struct {
		Petition store.Petition
		File     fileView
	}{p, f})
}

// download gives back a file as it came.
func (s *Pages) downloadUpload(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.Upload(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if u.Referred && !site.SightIn(r.Context()).All() {
		return site.Problem(http.StatusForbidden,
			"Only some pages of this file are of this petition, so that only those who see all "+
				"petitions can have it whole. Its pages are shown one by one.")
	}
	if err := s.Record(r, "upload.downloaded", u.PetitionID, "upload "+u.ID); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", site.Attachment(u.Name))
	return s.ServeBlob(w, r, u.SHA256)
}

func (s *Pages) excludeUpload(w http.ResponseWriter, r *http.Request) error {
	return s.setExcluded(w, r, true, "The file counts for nothing from now on.")
}

func (s *Pages) includeUpload(w http.ResponseWriter, r *http.Request) error {
	return s.setExcluded(w, r, false, "The file counts again.")
}

func (s *Pages) setExcluded(w http.ResponseWriter, r *http.Request, excluded bool,
	said string) error {
	u, err := s.Office.Exclude(r.Context(), r.PathValue("id"), excluded, site.AccountOf(r).ID)
	if err != nil {
		return err
	}
	return s.Done(w, r, "/petitions/"+u.PetitionID+"#file-"+u.ID, said)
}

// retryFailure tries again what one failure was about.
func (s *Pages) retryFailure(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.Retry(r.Context(), r.PathValue("id"), r.PathValue("failure"),
		site.AccountOf(r).ID); err != nil {
		return err
	}
	return s.Done(w, r, "/petitions/"+r.PathValue("id")+"#failures", "It is tried again.")
}

// retryAll tries again all that failed of a petition.
func (s *Pages) retryAll(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.Retry(r.Context(), r.PathValue("id"), "", site.AccountOf(r).ID); err != nil {
		return err
	}
	return s.Done(w, r, "/petitions/"+r.PathValue("id"), "All that failed is tried again.")
}
