package review

import (
	"fmt"
	"net/http"
	"strings"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

// contactRoutes are those of the contact sheet, many lines with one likely member each, accepted
// together; and of the walk through what the program refused for what is seen.
func (s *Pages) contactRoutes() []site.Route {
	return []site.Route{
		site.On("GET /petitions/{petition}/contact", site.Reviewers, s.contactPage),
		site.On("POST /petitions/{petition}/contact", site.Reviewers, s.contacted),
		site.On("GET /petitions/{petition}/walk", site.Reviewers, s.walkPage),
		site.On("POST /petitions/{petition}/walk", site.Reviewers, s.walked),
	}
}

type contactView struct {
	office.Contact
	PetitionID, Title string
	Items             []contactCard
}

type contactCard struct {
	office.ContactItem
	Key  string // that marks it
	Read string
}

func (s *Pages) contactPage(w http.ResponseWriter, r *http.Request) error {
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	if !site.WantsJSON(r) {
		v, err := rv.contact()
		if err != nil {
			return err
		}
		return s.Render(w, r, http.StatusOK, "contact", v)
	}
	return sheetsAhead(w, r.URL.Query()["but"], func(but []string) (string, string, error) {
		v, err := rv.contact(but...)
		if err != nil {
			return "", "", err
		}
		html, err := rv.Part("contact", "contact-sheet", v)
		return v.ID, html, err
	})
}

// ahead is how many sheets a page loads at a time, so that the next one is there at once.
const ahead = 4

// sheetsAhead sends the next sheets to a page that has some already. next gives one by its id,
// empty for none, and as it is shown.
func sheetsAhead(w http.ResponseWriter, but []string, next func(but []string) (id, html string,
	err error)) error {
	sheets := []string{}
	for range ahead {
		id, html, err := next(but)
		if err != nil {
			return err
		}
		if id == "" && len(but) > 0 {
			break // what there is lies before them
		}
		sheets = append(sheets, html)
		if id == "" {
			break
		}
		but = append(but, id)
	}
	return writeJSON(w, map[string][]string{"sheets": sheets})
}

func (rv *review) contact(but ...string) (contactView, error) {
	sheet, err := rv.Contact(rv.ctx, but...)
	if err != nil {
		return contactView{}, fmt.Errorf("take a contact sheet: %w", err)
	}
	v := contactView{Contact: sheet, PetitionID: rv.Petition.ID, Title: rv.Petition.Title}
	for i, item := range sheet.Items {
		v.Items = append(v.Items, contactCard{item, cardKey(i), readOf(item.Line)})
	}
	return v, nil
}

// cardKey is the digit that marks a card.
func cardKey(i int) string { return fmt.Sprint((i + 1) % 10) }

// readOf is what was read of a line, in one.
func readOf(l *office.Line) string {
	var read []string
	for _, f := range l.Fields {
		if f.Text != "" {
			read = append(read, f.Text)
		}
	}
	return strings.Join(read, " · ")
}

// contacted takes what was marked.
func (s *Pages) contacted(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	again, accepted, err := s.Office.Contacted(r.Context(), r.PathValue("petition"),
		r.PostFormValue("sheet"), r.PostForm["marked"], site.AccountOf(r))
	if err != nil {
		return err
	}
	said := site.UpperFirst(site.Plural(accepted, "line was accepted.", "lines were accepted."))
	if again {
		said = "A wrong name stood on that sheet and was accepted. Nothing of it counts: please " +
			"look at its lines once more."
	}
	if site.WantsJSON(r) {
		return writeJSON(w, map[string]any{"said": said, "again": again})
	}
	return s.Done(w, r, "/petitions/"+r.PathValue("petition")+"/contact", said)
}
