package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/report/register"
)

type reportsView struct {
	Petitions   []standing
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

func (s *Server) reportsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showReports(w, r, http.StatusOK, reportsView{})
}

func (s *Server) showReports(w http.ResponseWriter, r *http.Request, status int, v reportsView) error {
	var err error
	if v.Petitions, err = s.standings(r.Context()); err != nil {
		return err
	}
	sight := sightIn(r.Context())
	if v.Whole = sight.All(); v.Whole {
		if v.Issued, v.MayIssue, err = s.Office.CouncilReports(r.Context(), sight, accountOf(r).Roles); err != nil {
			return fmt.Errorf("list the reports to Council: %w", err)
		}
	}
	if v.Conferences, err = s.Office.Conferences(r.Context()); err != nil {
		return err
	}
	v.Conferences = slices.DeleteFunc(v.Conferences, func(c register.Conference) bool {
		return slices.ContainsFunc(v.Issued, func(i office.IssuedReport) bool { return i.Conference == c.Name })
	})
	next, _ := register.Next(v.Conferences, s.today())
	v.Choice = cmp.Or(v.Said["conference"], next.Name)
	now := s.Now().UTC()
	v.Day = s.today()
	v.From, v.To = now.AddDate(-1, 0, 1).Format(time.DateOnly), now.Format(time.DateOnly)
	return s.render(w, r, status, "reports", v)
}

// issueCouncil gives Council the report for a conference.
func (s *Server) issueCouncil(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	said := map[string]string{"conference": r.PostFormValue("conference"), "document": strings.TrimSpace(r.PostFormValue("document")), "cut_off": r.PostFormValue("cut_off")}
	n, err := office.ReadCouncilReport(said["conference"], said["document"], said["cut_off"], "")
	if err != nil {
		return err
	}
	issued, err := s.Office.IssueCouncil(r.Context(), n, accountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showReports(w, r, http.StatusUnprocessableEntity, reportsView{Problem: why.Text, Said: said})
	}
	if err != nil {
		return fmt.Errorf("issue a report to Council: %w", err)
	}
	return s.done(w, r, "/reports", "The report for "+issued.Conference+" was issued. It stays what it is.")
}

// correctCouncil writes down what was wrong in a report that was issued.
func (s *Server) correctCouncil(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	step, err := s.Office.ReadStep(office.SaidCorrection(r.PostFormValue("report"), r.PostFormValue("text"), s.today().Format(time.DateOnly), r.PostFormValue("undoes")))
	if err != nil {
		return err
	}
	err = s.Office.CorrectCouncil(r.Context(), step, accountOf(r))
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		return s.showReports(w, r, http.StatusUnprocessableEntity, reportsView{Problem: why.Text, Said: step.Words})
	}
	if err != nil {
		return fmt.Errorf("write down a correction: %w", err)
	}
	return s.done(w, r, "/reports", "It was written down. The next report to Council tells of it.")
}

// councilReport is what Council is told at a conference.
func (s *Server) councilReport(w http.ResponseWriter, r *http.Request) error {
	conference := r.FormValue("conference")
	format, media := "xlsx", sheetType
	if strings.HasSuffix(r.URL.Path, ".pdf") {
		format, media = "pdf", pdfType
	}
	return s.written(w, r, reportFile{"council", format, media, conference}, func(out io.Writer) error {
		return s.Office.Council(r.Context(), sightIn(r.Context()), conference, format, out)
	})
}

// periodReport is the COO report of all petitions received in a period.
func (s *Server) periodReport(w http.ResponseWriter, r *http.Request) error {
	from, err := time.Parse(time.DateOnly, r.FormValue("from"))
	if err != nil {
		return problem(http.StatusUnprocessableEntity, "Write the first day of the period, such as 2026-07-01.")
	}
	to, err := time.Parse(time.DateOnly, r.FormValue("to"))
	if err != nil || to.Before(from) {
		return problem(http.StatusUnprocessableEntity, "Write the last day of the period, not before the first.")
	}
	return s.written(w, r, reportFile{"coo", "xlsx", sheetType, from.Format(time.DateOnly) + " to " + to.Format(time.DateOnly)}, func(out io.Writer) error {
		return s.Office.Period(r.Context(), sightIn(r.Context()), from, to, out)
	})
}

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// reportFile is a report as it is downloaded.
type reportFile struct{ kind, format, media, about string }

func (s *Server) written(w http.ResponseWriter, r *http.Request, as reportFile, write func(io.Writer) error) error {
	d := download{as.media, "report.downloaded", cmp.Or(r.PathValue("id"), as.kind), as.kind}
	return s.send(w, r, d, func(out io.Writer) (string, error) {
		return strings.TrimSuffix(reportName(as.about, as.kind, s.Now()), "xlsx") + as.format, write(out)
	})
}

// download is a file that is made for whoever asks, and what the audit log says of it.
type download struct{ media, action, subject, detail string }

// send makes a file and sends it under the name that write gives it. It goes through the
// disk, so that one that cannot be made is an error and not half a file.
func (s *Server) send(w http.ResponseWriter, r *http.Request, d download, write func(io.Writer) (name string, err error)) error {
	f, err := os.CreateTemp(s.Uploads, "download")
	if err != nil {
		return fmt.Errorf("make room for a file: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	name, err := write(f)
	if why := (*office.Refusal)(nil); errors.As(err, &why) && why.Kind != office.Forbidden {
		return problem(http.StatusUnprocessableEntity, why.Text)
	}
	if err != nil {
		return fmt.Errorf("%s, %s: %w", d.action, d.detail, err)
	}
	if err := s.record(r, d.action, d.subject, d.detail); err != nil {
		return err
	}
	w.Header().Set("Content-Type", d.media)
	w.Header().Set("Content-Disposition", attachment(name))
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

// report writes a workbook of one petition.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	kind := r.PathValue("kind")
	if kind != office.COOReport && kind != office.CouncilReport {
		return problem(http.StatusNotFound, "There is no such report: there are coo and council.")
	}
	return s.written(w, r, reportFile{kind, "xlsx", sheetType, p.Title}, func(out io.Writer) error {
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
