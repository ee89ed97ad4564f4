package registry

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/web/petition"
	"countersign/internal/web/site"
	"countersign/report/register"
)

type reportsView struct {
	Petitions   []petition.Standing
	Conferences []register.Conference // whose report is not issued
	Issued      []office.IssuedReport
	MayIssue    bool
	Whole       bool      // all petitions are seen, of which reports to Council tell
	From, To    string    // of a period: the council year so far
	Day         time.Time // today
	Choice      string    // of a conference: the one that was chosen, or else the next
	Problem     string
	Said        map[string]string // what was refused
}

func (s *Pages) reportsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showReports(w, r, http.StatusOK, reportsView{})
}

func (s *Pages) showReports(w http.ResponseWriter, r *http.Request, status int,
	v reportsView) error {
	var err error
	if v.Petitions, err = s.petitions.Standings(r.Context()); err != nil {
		return err
	}
	sight := site.SightIn(r.Context())
	if v.Whole = sight.All(); v.Whole {
		if v.Issued, v.MayIssue, err = s.Office.CouncilReports(r.Context(), sight,
			site.AccountOf(r).Roles); err != nil {
			return fmt.Errorf("list the reports to Council: %w", err)
		}
	}
	if v.Conferences, err = s.Office.Conferences(r.Context()); err != nil {
		return err
	}
	v.Conferences = slices.DeleteFunc(v.Conferences, func(c register.Conference) bool {
		return slices.ContainsFunc(v.Issued, func(i office.IssuedReport) bool {
			return i.Conference == c.Name
		})
	})
	next, _ := register.Next(v.Conferences, s.Today())
	v.Choice = cmp.Or(v.Said["conference"], next.Name)
	now := s.Now().UTC()
	v.Day = s.Today()
	v.From, v.To = now.AddDate(-1, 0, 1).Format(time.DateOnly), now.Format(time.DateOnly)
	return s.Render(w, r, status, "reports", v)
}

// issueCouncil gives Council the report for a conference.
func (s *Pages) issueCouncil(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	said := map[string]string{"conference": r.PostFormValue("conference"),
		"document": strings.TrimSpace(r.PostFormValue("document")),
		"cut_off":  r.PostFormValue("cut_off")}
	n, err := office.ReadCouncilReport(said["conference"], said["document"], said["cut_off"], "")
	if err != nil {
		return err
	}
	issued, err := s.Office.IssueCouncil(r.Context(), n, site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showReports(w, r, http.StatusUnprocessableEntity, reportsView{Problem: why.Text,
			Said: said})
	}
	if err != nil {
		return fmt.Errorf("issue a report to Council: %w", err)
	}
	return s.Done(w, r, "/reports", "The report for "+issued.Conference+
		" was issued. It stays what it is.")
}

// correctCouncil writes down what was wrong in a report that was issued.
func (s *Pages) correctCouncil(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	step, err := s.Office.ReadStep(office.SaidCorrection(r.PostFormValue("report"),
		r.PostFormValue("text"), s.Today().Format(time.DateOnly), r.PostFormValue("undoes")))
	if err != nil {
		return err
	}
	err = s.Office.CorrectCouncil(r.Context(), step, site.AccountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showReports(w, r, http.StatusUnprocessableEntity, reportsView{Problem: why.Text,
			Said: step.Words})
	}
	if err != nil {
		return fmt.Errorf("write down a correction: %w", err)
	}
	return s.Done(w, r, "/reports", "It was written down. The next report to Council tells of it.")
}

// councilReport is what Council is told at a conference.
func (s *Pages) councilReport(w http.ResponseWriter, r *http.Request) error {
	conference := r.FormValue("conference")
	format, media := "xlsx", site.SheetType
	if strings.HasSuffix(r.URL.Path, ".pdf") {
		format, media = "pdf", site.PDFType
	}
	return s.written(w, r, reportFile{"council", format, media, conference},
		func(out io.Writer) error {
			return s.Office.Council(r.Context(), site.SightIn(r.Context()), conference, format, out)
		})
}

// periodReport is the COO report of all petitions received in a period.
func (s *Pages) periodReport(w http.ResponseWriter, r *http.Request) error {
	from, err := time.Parse(time.DateOnly, r.FormValue("from"))
	if err != nil {
		return site.Problem(http.StatusUnprocessableEntity,
			"Write the first day of the period, such as 2026-07-01.")
	}
	to, err := time.Parse(time.DateOnly, r.FormValue("to"))
	if err != nil || to.Before(from) {
		return site.Problem(http.StatusUnprocessableEntity,
			"Write the last day of the period, not before the first.")
	}
	return s.written(w, r, reportFile{"coo", "xlsx", site.SheetType, from.Format(time.DateOnly) +
		" to " + to.Format(time.DateOnly)}, func(out io.Writer) error {
		return s.Office.Period(r.Context(), site.SightIn(r.Context()), from, to, out)
	})
}

// reportFile is a report as it is downloaded.
type reportFile struct{ kind, format, media, about string }

func (s *Pages) written(w http.ResponseWriter, r *http.Request, as reportFile,
	write func(io.Writer) error) error {
	d := site.Download{Media: as.media, Action: "report.downloaded",
		Subject: cmp.Or(r.PathValue("id"), as.kind), Detail: as.kind}
	return s.Send(w, r, d, func(out io.Writer) (string, error) {
		return strings.TrimSuffix(reportName(as.about, as.kind, s.Now()), "xlsx") + as.format,
			write(out)
	})
}

// report writes a workbook of one petition.
func (s *Pages) report(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	kind := r.PathValue("kind")
	if kind != office.COOReport && kind != office.CouncilReport {
		return site.Problem(http.StatusNotFound,
			"There is no such report: there are coo and council.")
	}
	return s.written(w, r, reportFile{kind, "xlsx", site.SheetType, p.Title},
		func(out io.Writer) error {
			return s.Office.Workbook(r.Context(), p.ID, kind, out)
		})
}

func reportName(title, kind string, now time.Time) string {
	words := strings.Trim(regexp.MustCompile(`[^\pL\pN]+`).ReplaceAllString(title, "-"), "-")
	if r := []rune(words); len(r) > 60 {
		words = string(r[:60])
	}
	name := kind + "-report"
	if words != "" { // a title of signs alone has none
		name += "-" + strings.ToLower(words)
	}
	return name + "-" + now.UTC().Format(time.DateOnly) + ".xlsx"
}
