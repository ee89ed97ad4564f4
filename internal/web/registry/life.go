// Package registry is the pages of what follows the count: the life of petitions, the groups that
// they make, letters, and reports to Council. What may be written down is for report/register to
// say.
package registry

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/petition"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
	"countersign/report/register"
)

// Pages are those of the life of petitions after their count, of the groups that they make,
// of letters, and of reports to Council.
type Pages struct {
	*site.Site
	signin    *signin.Pages // knows whose calendar it is
	petitions *petition.Pages
}

// New makes the pages.
func New(on *site.Site, signIn *signin.Pages, petitions *petition.Pages) *Pages {
	return &Pages{on, signIn, petitions}
}

// Routes are those of what follows the count: steps of a petition, groups, the
// worklist, letters.
func (s *Pages) Routes() []site.Route {
	const office = site.ByStaff | site.ByChair | site.ByAdmin
	return []site.Route{
		site.On("GET /petitions/{id}/life", office, s.lifePage),
		site.On("POST /petitions/{id}/life", office, s.addToLife),
		site.On("GET /petitions/{id}/letters/{file}", office, s.petitionLetter),
		site.On("POST /petitions/{id}/letters/{file}", office, s.petitionLetter),
		site.On("GET /petitions/{id}/letters/{kind}/send", office, s.sendPetitionLetterPage),
		site.On("POST /petitions/{id}/letters/{kind}/send", office, s.sendPetitionLetter),
		site.On("GET /groups", office, s.groupsPage),
		site.On("GET /groups/{id}", office, s.groupPage),
		site.On("POST /groups/{id}", office, s.addToGroup),
		site.On("GET /groups/{id}/letters/{file}", office, s.groupLetter),
		site.On("POST /groups/{id}/letters/{file}", office, s.groupLetter),
		site.On("GET /groups/{id}/letters/{kind}/send", office, s.sendGroupLetterPage),
		site.On("POST /groups/{id}/letters/{kind}/send", office, s.sendGroupLetter),
		site.On("GET /worklist", office, s.worklistPage),
		site.On("POST /worklist/reminders", office, s.addReminder),
		site.On("GET /calendar/{file}", site.Public, s.calendar), // the file's name is an API token
		site.On("GET /public/groups", site.Public, s.publicGroups),
		site.On("GET /public/groups.csv", site.Public, s.publicGroupsCSV),
		site.On("POST /reports/council", site.ByChair|site.ByAdmin, s.issueCouncil),
		site.On("POST /reports/council/corrections", site.ByChair|site.ByAdmin, s.correctCouncil),
		site.On("GET /reports/council.xlsx", office, s.councilReport),
		site.On("GET /reports/council.pdf", office, s.councilReport),
		site.On("GET /reports/coo.xlsx", office, s.periodReport),
		site.On("GET /settings/calendar", site.ByChair|site.ByAdmin, s.calendarSettingsPage),
		site.On("POST /settings/calendar", site.ByStaff|site.ByAdmin, s.setCalendarSettings),
		site.On("GET /settings/letters", site.ByChair|site.ByAdmin, s.lettersPage),
		site.On("POST /settings/letterhead", site.ByAdmin, s.setLetterhead),
		site.On("GET /settings/letterhead/logo", office, s.letterheadLogo),
		site.On("POST /settings/letters/{kind}", site.ByAdmin, s.setLetter),
		site.On("GET /api/petitions/{id}/letters/{file}", office, s.petitionLetter),
		site.On("GET /api/groups/{id}/letters/{file}", office, s.groupLetter),
		site.On("GET /api/reports/council.xlsx", office, s.councilReport),
		site.On("GET /api/reports/council.pdf", office, s.councilReport),
		site.On("GET /api/reports/coo.xlsx", office, s.periodReport),
		site.On("GET /reports", site.ByStaff|site.ByChair|site.ByAdmin, s.reportsPage),
		site.On("GET /petitions/{id}/reports/{kind}", site.ByStaff|site.ByChair|site.ByAdmin,
			s.report),
		site.On("GET /api/petitions/{id}/reports/{kind}", site.ByStaff|site.ByChair|site.ByAdmin,
			s.report),
	}
}

type lifeView struct {
	office.Life
	Petition store.Petition
	Names    map[string]string
	Today    string
	Problem  string
	Kind     string            // the step that was refused
	Words    map[string]string // what it said
	Sends    bool              // letters can be sent from here
	AsOf     asOfView
	as       register.AsOf
}

func (s *Pages) lifePage(w http.ResponseWriter, r *http.Request) error {
	as, err := s.Office.ReadAsOf(r.FormValue("on"), r.FormValue("known"))
	if err != nil {
		return err
	}
	return s.showLife(w, r, http.StatusOK, lifeView{as: as})
}

func (s *Pages) showLife(w http.ResponseWriter, r *http.Request, status int, v lifeView) error {
	var err error
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Life, err = s.Office.Life(r.Context(), v.Petition.ID, site.AccountOf(r).Roles,
		v.as); err != nil {
		return fmt.Errorf("read the life of the petition: %w", err)
	}
	if v.Names, err = s.Names(r.Context()); err != nil {
		return err
	}
	v.Today, v.Sends = s.Now().UTC().Format(time.DateOnly), s.Mail != nil
	v.AsOf = asOfView{v.Life.Day, v.Life.Known, v.as != register.AsOf{}}
	return s.Render(w, r, status, "life", v)
}

func (s *Pages) addToLife(w http.ResponseWriter, r *http.Request) error {
	step, err := s.newStep(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	err = s.Office.AddToLife(r.Context(), id, step, site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showLife(w, r, http.StatusUnprocessableEntity, lifeView{Problem: why.Text,
			Kind: step.Kind, Words: step.Words})
	}
	if err != nil {
		return fmt.Errorf("write a step down: %w", err)
	}
	return s.Done(w, r, "/petitions/"+id+"/life", "It was written down.")
}

// newStep reads the form of a step: its kind, its day, and what it says.
func (s *Pages) newStep(w http.ResponseWriter, r *http.Request) (office.NewStep, error) {
	if err := site.Form(w, r); err != nil {
		return office.NewStep{}, err
	}
	words := map[string]string{}
	for key, values := range r.PostForm {
		if word, ok := strings.CutPrefix(key, "word-"); ok {
			words[word] = values[0]
		}
	}
	return s.Office.ReadStep(office.SaidStep{Kind: r.PostFormValue("kind"),
		On: r.PostFormValue("on"), Words: words, Undoes: r.PostFormValue("undoes")})
}

// asOfView is the time that a page is about.
type asOfView struct {
	Day, Known time.Time
	Past       bool // it is another than now
}
