package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report/register"
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
	Conferences []register.Conference
	Offices     []register.Office
	Names       []struct{ Key, Name string }
	Problem     string
	May         bool
}

func (s *Server) calendarSettingsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showCalendarSettings(w, r, http.StatusOK, "")
}

func (s *Server) showCalendarSettings(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	v := calendarView{Names: officeNames, Problem: wrong, May: may(accountOf(r), byStaff|byAdmin)}
	var err error
	if v.Conferences, err = table[register.Conference](r.Context(), s.Store, "conferences"); err != nil {
		return err
	}
	if v.Offices, err = table[register.Office](r.Context(), s.Store, "offices"); err != nil {
		return err
	}
	return s.render(w, r, status, "calendar", v)
}

// table reads one of the tables that settings keep.
func table[T any](ctx context.Context, from *store.Store, key string) ([]T, error) {
	text, err := from.Setting(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", key, err)
	}
	if text == "" {
		return nil, nil
	}
	var out []T
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read the %s: %w", key, err)
	}
	return out, nil
}

// setTable keeps a table whole.
func (s *Server) setTable(ctx context.Context, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write the %s: %w", key, err)
	}
	return s.act(ctx, "setting.changed", key, "", func(tx store.Tx) error {
		return tx.SetSetting(ctx, key, string(text), accountIn(ctx).ID)
	})
}

// setCalendarSettings takes one of the two tables whole, a row for each of the fields of
// the same place.
func (s *Server) setCalendarSettings(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	var err error
	switch r.PostFormValue("table") {
	case "conferences":
		list := rows(r, "name", "from", "to", "place")
		for i, year := range r.PostForm["council"] { // which forms may leave out
			if i < len(list) {
				list[i] = append(list[i], year)
			}
		}
		err = s.setConferences(r.Context(), list)
	case "offices":
		err = s.setOffices(r.Context(), rows(r, "key", "holder", "since", "email"))
	default:
		return problem(http.StatusBadRequest, "There is no such table.")
	}
	if wrong := told(err); wrong != nil {
		return s.showCalendarSettings(w, r, wrong.status, wrong.text)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/settings/calendar", "The table was saved.")
}

// setConferences keeps the table of conferences, in which those stay of which Council was given
// a report.
func (s *Server) setConferences(ctx context.Context, rows [][]string) error {
	list, err := conferencesOf(rows)
	if err != nil {
		return err
	}
	if err := s.Office.CheckConferences(ctx, list); err != nil {
		return err
	}
	return s.setTable(ctx, "conferences", list)
}

func (s *Server) setOffices(ctx context.Context, rows [][]string) error {
	list, err := officesOf(rows)
	if err != nil {
		return err
	}
	return s.setTable(ctx, "offices", list)
}

// rows are those of a posted table. Rows without a name are left out by who reads them, but
// counted, so that a message names the row that people see.
func rows(r *http.Request, names ...string) (out [][]string) {
	for i := 0; ; i++ {
		var row []string
		for _, n := range names {
			values := r.PostForm[n]
			if i >= len(values) {
				return out
			}
			row = append(row, values[i])
		}
		out = append(out, row)
	}
}

func trimmed(rows [][]string) [][]string {
	return each(rows, func(row []string) []string { return each(row, strings.TrimSpace) })
}

func wrongRow(i int, text string) error {
	return problem(http.StatusUnprocessableEntity, fmt.Sprintf("Row %d: %s", i+1, text))
}

// conferencesOf reads rows of name, first day, last day and place, and of the year of Council where that is said.
func conferencesOf(rows [][]string) ([]register.Conference, error) {
	out := []register.Conference{}
	for i, c := range trimmed(rows) {
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
		if slices.ContainsFunc(out, func(o register.Conference) bool { return o.Name == c[0] }) {
			return nil, wrongRow(i, "there is a conference of that name already: add the year.")
		}
		conference := register.Conference{Name: c[0], From: from, To: to, Place: c[3]}
		if len(c) > 4 {
			conference.Council = c[4]
		}
		if conference.Council != "" && !register.IsCouncilYear(conference.Council) {
			return nil, wrongRow(i, "write the year of Council such as 2026-2027, or nothing for the usual one.")
		}
		out = append(out, conference)
	}
	slices.SortFunc(out, func(a, b register.Conference) int { return a.From.Compare(b.From) })
	return out, nil
}

// officesOf reads rows of office, name of who holds it, the day from which on, and e-mail
// address.
func officesOf(rows [][]string) ([]register.Office, error) {
	out := []register.Office{}
	for i, c := range trimmed(rows) {
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
		out = append(out, register.Office{Key: c[0], From: since, Name: c[1], Email: c[3]})
	}
	slices.SortStableFunc(out, func(a, b register.Office) int {
		if a.Key != b.Key {
			return strings.Compare(a.Key, b.Key)
		}
		return a.From.Compare(b.From)
	})
	return out, nil
}
