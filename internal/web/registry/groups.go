package registry

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
	"countersign/report/register"
)

func (s *Pages) groupsPage(w http.ResponseWriter, r *http.Request) error {
	as, err := s.Office.ReadAsOf(r.FormValue("on"), r.FormValue("known"))
	if err != nil {
		return err
	}
	list, err := s.Office.Groups(r.Context(), site.SightIn(r.Context()), as)
	if err != nil {
		return fmt.Errorf("list the groups: %w", err)
	}
	return s.Render(w, r, http.StatusOK, "groups", struct {
		Groups []office.Group
		AsOf   asOfView
	}{list, asOfView{cmp.Or(as.Day, s.Today()), as.Known, as != register.AsOf{}}})
}

type groupView struct {
	office.Group
	Names   map[string]string
	Today   string
	Problem string
	Kind    string
	Words   map[string]string
	Sends   bool // letters can be sent from here
	AsOf    asOfView
	as      register.AsOf
}

func (s *Pages) groupPage(w http.ResponseWriter, r *http.Request) error {
	as, err := s.Office.ReadAsOf(r.FormValue("on"), r.FormValue("known"))
	if err != nil {
		return err
	}
	return s.showGroup(w, r, http.StatusOK, groupView{as: as})
}

func (s *Pages) showGroup(w http.ResponseWriter, r *http.Request, status int, v groupView) error {
	var err error
	if v.Group, err = s.Office.Group(r.Context(), r.PathValue("id"), site.AccountOf(r).Roles,
		v.as); err != nil {
		return fmt.Errorf("read the group: %w", err)
	}
	if v.Names, err = s.Names(r.Context()); err != nil {
		return err
	}
	v.Today, v.Sends = s.Now().UTC().Format(time.DateOnly), s.Mail != nil
	v.AsOf = asOfView{v.Group.Day, v.Group.Known, v.as != register.AsOf{}}
	return s.Render(w, r, status, "group", v)
}

func (s *Pages) addToGroup(w http.ResponseWriter, r *http.Request) error {
	step, err := s.newStep(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	err = s.Office.AddToGroup(r.Context(), id, step, site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showGroup(w, r, http.StatusUnprocessableEntity, groupView{Problem: why.Text,
			Kind: step.Kind, Words: step.Words})
	}
	if err != nil {
		return fmt.Errorf("write something down of a group: %w", err)
	}
	return s.Done(w, r, "/groups/"+id, "It was written down.")
}

func (s *Pages) worklistPage(w http.ResponseWriter, r *http.Request) error {
	tasks, err := s.Office.Tasks(r.Context(), site.SightIn(r.Context()))
	if err != nil {
		return fmt.Errorf("make the worklist: %w", err)
	}
	return s.Render(w, r, http.StatusOK, "worklist", struct {
		Tasks []office.Task
		Feed  string
		Day   time.Time
	}{tasks, s.URL + "/calendar/YOUR-TOKEN.ics", s.Today()})
}

// addReminder notes that somebody was reminded of a task of a group.
func (s *Pages) addReminder(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	group := r.PostFormValue("group")
	if ok, err := s.Office.SeesGroup(r.Context(), site.SightIn(r.Context()), group); err != nil ||
		!ok {
		return cmp.Or(err, site.ErrUnseen)
	}
	step := office.NewStep{Kind: "reminder", On: s.Today(), Words: map[string]string{
		"about": r.PostFormValue("key")}}
	err := s.Office.AddToGroup(r.Context(), group, step, site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return site.Problem(http.StatusUnprocessableEntity, why.Text)
	}
	if err != nil {
		return fmt.Errorf("note a reminder: %w", err)
	}
	return s.Done(w, r, "/worklist", "The reminder was noted.")
}

// calendar is the worklist for calendars that subscribe. They send no cookie and no
// header, so the address itself holds an API token, which can be revoked like any other.
func (s *Pages) calendar(w http.ResponseWriter, r *http.Request) error {
	secret, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		return site.Problem(http.StatusNotFound, "There is no such calendar.")
	}
	r, err := s.signin.IdentifyToken(r, secret)
	if err != nil {
		return err
	}
	if err := signin.OutOfScope(r.Context(), signin.CalendarRoute); err != nil {
		return err
	}
	if !site.May(site.AccountOf(r), site.ByStaff|site.ByChair|site.ByAdmin) {
		return site.Problem(http.StatusForbidden, "The worklist is for staff and the chair.")
	}
	sight, err := s.Office.Sight(r.Context(), site.AccountOf(r))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.Office.Calendar(r.Context(), sight, &b); err != nil {
		return fmt.Errorf("write the calendar: %w", err)
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, _ = w.Write(b.Bytes())
	return nil
}

// publicGroups is the public list as a page, or as a piece of one to be put into another site.
func (s *Pages) publicGroups(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("piece") {
		return s.publicList(w, r, "html", "text/html; charset=utf-8")
	}
	var b bytes.Buffer
	if err := s.Office.PublicList(r.Context(), "html", &b); err != nil {
		return fmt.Errorf("write the list of groups: %w", err)
	}
	// written by a template
	return s.Render(w, r, http.StatusOK, "public", template.HTML(b.String()))
}

func (s *Pages) publicGroupsCSV(w http.ResponseWriter, r *http.Request) error {
	return s.publicList(w, r, "csv", "text/csv; charset=utf-8")
}

func (s *Pages) publicList(w http.ResponseWriter, r *http.Request, format, kind string) error {
	var b bytes.Buffer
	if err := s.Office.PublicList(r.Context(), format, &b); err != nil {
		return fmt.Errorf("write the list of groups: %w", err)
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(b.Bytes())
	return nil
}
