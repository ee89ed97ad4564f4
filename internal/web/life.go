package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/report/register"
)

// registerRoutes are those of what follows the count: steps of a petition, groups, the
// worklist, letters.
func (s *Server) registerRoutes() []route {
	const office = byStaff | byChair | byAdmin
	return []route{
		{"GET /petitions/{id}/life", office, s.lifePage},
		{"POST /petitions/{id}/life", office, s.addToLife},
		{"GET /petitions/{id}/letters/{file}", office, s.petitionLetter},
		{"POST /petitions/{id}/letters/{file}", office, s.petitionLetter},
		{"GET /petitions/{id}/letters/{kind}/send", office, s.sendPetitionLetterPage},
		{"POST /petitions/{id}/letters/{kind}/send", office, s.sendPetitionLetter},
		{"GET /groups", office, s.groupsPage},
		{"GET /groups/{id}", office, s.groupPage},
		{"POST /groups/{id}", office, s.addToGroup},
		{"GET /groups/{id}/letters/{file}", office, s.groupLetter},
		{"POST /groups/{id}/letters/{file}", office, s.groupLetter},
		{"GET /groups/{id}/letters/{kind}/send", office, s.sendGroupLetterPage},
		{"POST /groups/{id}/letters/{kind}/send", office, s.sendGroupLetter},
		{"GET /worklist", office, s.worklistPage},
		{"POST /worklist/reminders", office, s.addReminder},
		{"GET /calendar/{file}", public, s.calendar}, // the file's name is an API token
		{"GET /public/groups", public, s.publicGroups},
		{"GET /public/groups.csv", public, s.publicGroupsCSV},
		{"POST /reports/council", byChair | byAdmin, s.issueCouncil},
		{"POST /reports/council/corrections", byChair | byAdmin, s.correctCouncil},
		{"GET /reports/council.xlsx", office, s.councilReport},
		{"GET /reports/council.pdf", office, s.councilReport},
		{"GET /reports/coo.xlsx", office, s.periodReport},
		{"GET /settings/calendar", byChair | byAdmin, s.calendarSettingsPage},
		{"POST /settings/calendar", byStaff | byAdmin, s.setCalendarSettings},
		{"GET /settings/letters", byChair | byAdmin, s.lettersPage},
		{"POST /settings/letterhead", byAdmin, s.setLetterhead},
		{"GET /settings/letterhead/logo", office, s.letterheadLogo},
		{"POST /settings/letters/{kind}", byAdmin, s.setLetter},
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

func (s *Server) lifePage(w http.ResponseWriter, r *http.Request) error {
	as, err := s.Office.ReadAsOf(r.FormValue("on"), r.FormValue("known"))
	if err != nil {
		return err
	}
	return s.showLife(w, r, http.StatusOK, lifeView{as: as})
}

func (s *Server) showLife(w http.ResponseWriter, r *http.Request, status int, v lifeView) error {
	var err error
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Life, err = s.Office.Life(r.Context(), v.Petition.ID, accountOf(r).Roles, v.as); err != nil {
		return fmt.Errorf("read the life of the petition: %w", err)
	}
	if v.Names, err = s.names(r.Context()); err != nil {
		return err
	}
	v.Today, v.Sends = s.Now().UTC().Format(time.DateOnly), s.Mail != nil
	v.AsOf = asOfView{v.Life.Day, v.Life.Known, v.as != register.AsOf{}}
	return s.render(w, r, status, "life", v)
}

func (s *Server) addToLife(w http.ResponseWriter, r *http.Request) error {
	step, err := s.newStep(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	err = s.Office.AddToLife(r.Context(), id, step, accountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showLife(w, r, http.StatusUnprocessableEntity, lifeView{Problem: why.Text, Kind: step.Kind, Words: step.Words})
	}
	if err != nil {
		return fmt.Errorf("write a step down: %w", err)
	}
	return s.done(w, r, "/petitions/"+id+"/life", "It was written down.")
}

// newStep reads the form of a step: its kind, its day, and what it says.
func (s *Server) newStep(w http.ResponseWriter, r *http.Request) (office.NewStep, error) {
	if err := form(w, r); err != nil {
		return office.NewStep{}, err
	}
	words := map[string]string{}
	for key, values := range r.PostForm {
		if word, ok := strings.CutPrefix(key, "word-"); ok {
			words[word] = values[0]
		}
	}
	return s.Office.ReadStep(office.SaidStep{Kind: r.PostFormValue("kind"), On: r.PostFormValue("on"), Words: words, Undoes: r.PostFormValue("undoes")})
}

// asOfView is the time that a page is about.
type asOfView struct {
	Day, Known time.Time
	Past       bool // it is another than now
}
