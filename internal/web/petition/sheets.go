package petition

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

type sheetsView struct {
	office.SheetSet
	Petition store.Petition
	Chosen   map[string]bool
	Problem  string
	May      bool // change them
}

func (s *Pages) sheetsPage(w http.ResponseWriter, r *http.Request) error {
	set, err := s.Office.SheetSet(r.Context(), r.PathValue("id"))
	if err != nil {
		return fmt.Errorf("find the sheets: %w", err)
	}
	return s.showSheets(w, r, http.StatusOK, set, "")
}

func (s *Pages) showSheets(w http.ResponseWriter, r *http.Request, status int, set office.SheetSet,
	wrong string) error {
	v := sheetsView{SheetSet: set, Problem: wrong, May: site.May(site.AccountOf(r),
		site.ByStaff|site.ByAdmin), Chosen: map[string]bool{}}
	var err error
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	for _, c := range set.Columns {
		v.Chosen[c] = true
	}
	return s.Render(w, r, status, "sheets", v)
}

func (s *Pages) setSheets(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	id := r.PathValue("id")
	before, err := s.Office.SheetSet(r.Context(), id)
	if err != nil {
		return fmt.Errorf("find the sheets: %w", err)
	}
	said := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	set := office.SheetSet{Title: said("title"), Group: said("group"), Purpose: said("purpose"),
		Call: said("call"), Privacy: said("privacy"), Contact: said("contact"),
		Plain: said("boxes") == "", Portrait: said("turn") == "portrait", A4: said("paper") == "a4",
		Choices: before.Choices}
	for _, c := range set.Choices { // left to right as forms ask
		if r.PostFormValue("column-"+c.Key) != "" {
			set.Columns = append(set.Columns, c.Key)
		}
	}
	for _, n := range []struct {
		name string
		to   *int
	}{{"pages", &set.Pages}, {"boxes", &set.Boxes}} {
		if said(n.name) == "" {
			continue
		}
		if *n.to, err = strconv.Atoi(said(n.name)); err != nil {
			return s.showSheets(w, r, http.StatusUnprocessableEntity, set,
				fmt.Sprintf("“%s” is no number of %s.", said(n.name), n.name))
		}
	}
	if set.Height, err = strconv.ParseFloat(said("height"), 64); err != nil {
		return s.showSheets(w, r, http.StatusUnprocessableEntity, set,
			fmt.Sprintf("“%s” is no height of a line.", said("height")))
	}
	err = s.Office.SetSheets(r.Context(), id, set, site.AccountOf(r).ID)
	if wrong := (*office.Refusal)(nil); errors.As(err, &wrong) {
		return s.showSheets(w, r, http.StatusUnprocessableEntity, set, wrong.Text)
	}
	if err != nil {
		return fmt.Errorf("keep the sheets: %w", err)
	}
	return s.Done(w, r, "/petitions/"+id+"/sheets", "The sheets are ready to be printed.")
}

func (s *Pages) sheetsPDF(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := s.Store.Petition(r.Context(), id); err != nil {
		return err
	}
	return s.Send(w, r, site.Download{Media: site.PDFType, Action: "sheets.printed", Subject: id},
		func(out io.Writer) (string, error) {
			err := s.Office.Sheets(r.Context(), id, out)
			if wrong := (*office.Refusal)(nil); errors.As(err, &wrong) {
				return "", site.Problem(http.StatusUnprocessableEntity, wrong.Text)
			}
			return "petition-sheets.pdf", err
		})
}
