package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
)

// certifyRoutes are those of the certificate: the page that is confirmed, and what is printed.
func (s *Server) certifyRoutes() []route {
	return []route{
		{"GET /petitions/{id}/certify", byChair | byAdmin, s.certifyPage},
		{"POST /petitions/{id}/tallies", byChair | byAdmin, s.certify},
		{"GET /petitions/{id}/certificates/{file}", byStaff | byChair | byAdmin, s.certificatePDF},
	}
}

type certifyView struct {
	office.Statement
	Petition store.Petition
	Reasons  []reasonCount
	Names    map[string]string
	Moved    *office.Moved
}

type reasonCount struct {
	Word string
	N    int
}

func (s *Server) certifyPage(w http.ResponseWriter, r *http.Request) error {
	v := certifyView{}
	var err error
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Statement, err = s.Office.Statement(r.Context(), v.Petition.ID); err != nil {
		return fmt.Errorf("gather what would be certified: %w", err)
	}
	if v.Moved, err = s.Office.Moved(r.Context(), v.Petition.ID); err != nil {
		return err
	}
	if v.Names, err = s.names(r.Context()); err != nil {
		return err
	}
	for _, reason := range office.InvalidReasons() {
		if n := v.ByReason[reason.Key]; n > 0 {
			v.Reasons = append(v.Reasons, reasonCount{reason.Word, n})
		}
	}
	return s.render(w, r, http.StatusOK, "certify", v)
}

func (s *Server) certify(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	yes := office.Confirmation{Seen: r.PostFormValue("seen"), Reason: r.PostFormValue("reason"), HandIn: r.PostFormValue("hand-in") == "yes"}
	if yes.Seen == "" {
		return s.done(w, r, "/petitions/"+r.PathValue("id")+"/certify", "Look at what is certified, and confirm it here.")
	}
	t, stays, err := s.Office.Certify(r.Context(), r.PathValue("id"), yes, accountOf(r))
	if err != nil {
		return err
	}
	said := "The count was certified."
	if stays != "" {
		said += " The petition stays where it is: " + stays
	}
	return s.done(w, r, "/petitions/"+t.PetitionID, said)
}

func (s *Server) certificatePDF(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	tally, ok := strings.CutSuffix(r.PathValue("file"), ".pdf")
	if !ok {
		return problem(http.StatusNotFound, "There is no such certificate: its name ends in .pdf.")
	}
	return s.send(w, r, download{pdfType, "certificate.printed", id, "tally " + tally}, func(out io.Writer) (string, error) {
		return s.Office.CertificatePDF(r.Context(), id, tally, out)
	})
}

// action is the one thing that the page of a petition puts first.
type action struct{ Label, Link string }

// mainAction is what whoever looks at a petition does next: review while lines wait, certify
// once the count can be, then the next step of its life.
func (s *Server) mainAction(ctx context.Context, v *petitionView, who store.Account) (action, error) {
	page := "/petitions/" + v.ID
	held := v.Tally != nil && v.Moved == nil
	switch {
	case !held && v.TallyWhy == "" && v.MayTally && v.State != "draft":
		return action{"Certify the count", page + "/certify"}, nil
	case !held && office.Decided(v.Petition) == "" && v.MayReview && (v.Count.Uncertain > 0 || v.Lines == 0):
		return action{"Review lines", page + "/review"}, nil
	case !may(who, byStaff|byChair|byAdmin):
		return action{"Review lines", page + "/review"}, nil
	}
	if !held && (!office.AllRead(v.Overview) || v.Open > 0 || v.Count.Valid < v.Count.Required) {
		return action{"Next steps", page + "/life"}, nil
	}
	step, err := s.Office.NextStep(ctx, v.ID, who.Roles)
	if err != nil {
		return action{}, fmt.Errorf("find the next step: %w", err)
	}
	return action{cmp.Or(step, "Next steps"), page + "/life"}, nil
}
