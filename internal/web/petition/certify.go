package petition

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// certifyRoutes are those of the certificate: the page that is confirmed, and what is printed.
func (s *Pages) certifyRoutes() []site.Route {
	return []site.Route{
		site.On("GET /petitions/{id}/certify", site.ByChair|site.ByAdmin, s.certifyPage),
		site.On("POST /petitions/{id}/tallies", site.ByChair|site.ByAdmin, s.certify),
		site.On("GET /petitions/{id}/certificates/{file}", site.ByStaff|site.ByChair|site.ByAdmin,
			s.certificatePDF),
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

func (s *Pages) certifyPage(w http.ResponseWriter, r *http.Request) error {
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
	if v.Names, err = s.Names(r.Context()); err != nil {
		return err
	}
	for _, reason := range office.InvalidReasons() {
		if n := v.ByReason[reason.Key]; n > 0 {
			v.Reasons = append(v.Reasons, reasonCount{reason.Word, n})
		}
	}
	return s.Render(w, r, http.StatusOK, "certify", v)
}

func (s *Pages) certify(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	yes := office.Confirmation{Seen: r.PostFormValue("seen"), Reason: r.PostFormValue("reason"),
		HandIn: r.PostFormValue("hand-in") == "yes"}
	if yes.Seen == "" {
		return s.Done(w, r, "/petitions/"+r.PathValue("id")+"/certify",
			"Look at what is certified, and confirm it here.")
	}
	t, stays, err := s.Office.Certify(r.Context(), r.PathValue("id"), yes, site.AccountOf(r))
	if err != nil {
		return err
	}
	said := "The count was certified."
	if stays != "" {
		said += " The petition stays where it is: " + stays
	}
	return s.Done(w, r, "/petitions/"+t.PetitionID, said)
}

func (s *Pages) certificatePDF(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	tally, ok := strings.CutSuffix(r.PathValue("file"), ".pdf")
	if !ok {
		return site.Problem(http.StatusNotFound,
			"There is no such certificate: its name ends in .pdf.")
	}
	return s.Send(w, r, site.Download{Media: site.PDFType, Action: "certificate.printed",
		Subject: id, Detail: "tally " + tally}, func(out io.Writer) (string, error) {
		return s.Office.CertificatePDF(r.Context(), id, tally, out)
	})
}

// action is the one thing that the page of a petition puts first.
type action struct{ Label, Link string }

// mainAction is what whoever looks at a petition does next: review while lines wait, certify
// once the count can be, then the next step of its life.
func (s *Pages) mainAction(ctx context.Context, v *petitionView, who store.Account) (action,
	error) {
	page := "/petitions/" + v.ID
	held := v.Tally != nil && v.Moved == nil
	switch {
	case !held && v.TallyWhy == "" && v.MayTally && v.State != "draft":
		return action{"Certify the count", page + "/certify"}, nil
	case !held && office.Decided(v.Petition) == "" && v.MayReview && (v.Count.Uncertain > 0 ||
		v.Lines == 0):
		return action{"Review lines", page + "/review"}, nil
	case !site.May(who, site.ByStaff|site.ByChair|site.ByAdmin):
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
