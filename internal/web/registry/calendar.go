package registry

import (
	"net/http"

	"countersign/internal/office"
	"countersign/internal/web/site"
	"countersign/report/register"
)

type calendarView struct {
	Conferences []register.Conference
	Offices     []register.Office
	Names       []office.KeyedWord
	Problem     string
	May         bool
}

func (s *Pages) calendarSettingsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showCalendarSettings(w, r, http.StatusOK, "")
}

func (s *Pages) showCalendarSettings(w http.ResponseWriter, r *http.Request, status int,
	wrong string) error {
	v := calendarView{Names: office.OfficeNames(), Problem: wrong, May: site.May(site.AccountOf(r),
		site.ByStaff|site.ByAdmin)}
	var err error
	if v.Conferences, err = s.Office.Conferences(r.Context()); err != nil {
		return err
	}
	if v.Offices, err = s.Office.Offices(r.Context()); err != nil {
		return err
	}
	return s.Render(w, r, status, "calendar", v)
}

// setCalendarSettings takes one of the two tables whole, a row for each of the fields of
// the same place.
func (s *Pages) setCalendarSettings(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
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
		err = s.Office.SetConferences(r.Context(), list, site.AccountOf(r))
	case "offices":
		err = s.Office.SetOffices(r.Context(), rows(r, "key", "holder", "since", "email"),
			site.AccountOf(r))
	default:
		return site.Problem(http.StatusBadRequest, "There is no such table.")
	}
	if wrong := site.Told(err); wrong != nil {
		return s.showCalendarSettings(w, r, wrong.Status, wrong.Text)
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/settings/calendar", "The table was saved.")
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
