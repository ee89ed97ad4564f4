package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// officeNames are the offices that letters and the worklist speak of.
var officeNames = []struct{ Key, Name string }{
	{"association", "Name of the association"},
	{"committee", "Name of the committee"},
	{"chair", "Chair of the committee"},
	{"programs", "Member Programs and Services"},
	{"conference", "Conference Services"},
	{"director", "Executive Director"},
}

type calendarView struct {
	Conferences []Conference
	Offices     []Office
	Names       []struct{ Key, Name string }
	Problem     string
	May         bool
}

func (s *Server) calendarSettingsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showCalendarSettings(w, r, http.StatusOK, "")
}

func (s *Server) showCalendarSettings(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	v := calendarView{Names: officeNames, Problem: wrong, May: may(accountOf(r), byStaff|byAdmin)}
	for key, into := range map[string]any{"conferences": &v.Conferences, "offices": &v.Offices} {
		text, err := s.Store.Setting(r.Context(), key)
		if err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
	}
	return s.render(w, r, status, "calendar", v)
}

// conferences are those of the table.
func (s *Server) conferences(ctx context.Context) ([]Conference, error) {
	text, err := s.Store.Setting(ctx, "conferences")
	if err != nil || text == "" {
		return nil, err
	}
	var out []Conference
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read the conferences: %w", err)
	}
	return out, nil
}

// setCalendarSettings takes one of the two tables whole, a row for each of the fields of
// the same place.
func (s *Server) setCalendarSettings(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	key := r.PostFormValue("table")
	var value any
	var err error
	switch key {
	case "conferences":
		value, err = conferencesOf(r)
	case "offices":
		value, err = officesOf(r)
	default:
		return problem(http.StatusBadRequest, "There is no such table.")
	}
	if wrong := (*failure)(nil); errors.As(err, &wrong) {
		return s.showCalendarSettings(w, r, wrong.status, wrong.text)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	if err := s.Store.SetSetting(r.Context(), key, string(text), accountOf(r).ID); err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	if err := s.record(r, "setting.changed", key, ""); err != nil {
		return err
	}
	return s.done(w, r, "/settings/calendar", "The table was saved.")
}

// cells are the fields of one row of a posted table; ok is false after the last.
func cells(r *http.Request, i int, names ...string) (out []string, ok bool) {
	for _, n := range names {
		values := r.PostForm[n]
		if i >= len(values) {
			return nil, false
		}
		out = append(out, strings.TrimSpace(values[i]))
	}
	return out, true
}

func wrongRow(i int, text string) error {
	return problem(http.StatusUnprocessableEntity, fmt.Sprintf("Row %d: %s", i+1, text))
}

func conferencesOf(r *http.Request) ([]Conference, error) {
	out := []Conference{}
	for i := 0; ; i++ {
		c, ok := cells(r, i, "name", "from", "to", "place")
		if !ok {
			break
		}
		if c[0] == "" {
			continue
		}
		from, err := time.Parse(time.DateOnly, c[1])
		if err != nil {
			return nil, wrongRow(i, "write the first day.")
		}
		to, err := time.Parse(time.DateOnly, c[2])
		if err != nil || to.Before(from) {
			return nil, wrongRow(i, "write the last day, not before the first.")
		}
		if slices.ContainsFunc(out, func(o Conference) bool { return o.Name == c[0] }) {
			return nil, wrongRow(i, "there is a conference of that name already: add the year.")
		}
		out = append(out, Conference{c[0], from, to, c[3]})
	}
	slices.SortFunc(out, func(a, b Conference) int { return a.From.Compare(b.From) })
	return out, nil
}

func officesOf(r *http.Request) ([]Office, error) {
	out := []Office{}
	for i := 0; ; i++ {
		c, ok := cells(r, i, "key", "holder", "since", "email")
		if !ok {
			break
		}
		if c[1] == "" {
			continue
		}
		since, err := time.Parse(time.DateOnly, c[2])
		if err != nil {
			return nil, wrongRow(i, "write the day from which on it holds.")
		}
		if c[3] != "" {
			if _, err := mail.ParseAddress(c[3]); err != nil {
				return nil, wrongRow(i, "the e-mail address is none.")
			}
		}
		if !slices.ContainsFunc(officeNames, func(o struct{ Key, Name string }) bool { return o.Key == c[0] }) {
			return nil, wrongRow(i, "there is no such office.")
		}
		out = append(out, Office{c[0], since, c[1], c[3]})
	}
	slices.SortStableFunc(out, func(a, b Office) int {
		if a.Key != b.Key {
			return strings.Compare(a.Key, b.Key)
		}
		return a.From.Compare(b.From)
	})
	return out, nil
}
