package web

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

func (s *Server) reportsPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.standings(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "reports", list)
}

// report writes a workbook. It goes through a file, so that one that cannot be
// written is an error and not half a workbook.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	kind := r.PathValue("kind")
	if kind != COOReport && kind != CouncilReport {
		return problem(http.StatusNotFound, "There is no such report: there are coo and council.")
	}
	f, err := os.CreateTemp(s.Uploads, "report")
	if err != nil {
		return fmt.Errorf("make room for a report: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := s.Desk.Workbook(r.Context(), p.ID, kind, f); err != nil {
		return fmt.Errorf("write the %s report: %w", kind, err)
	}
	if err := s.record(r, "report.downloaded", p.ID, kind); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", attachment(reportName(p.Title, kind, s.Now())))
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

func reportName(title, kind string, now time.Time) string {
	words := strings.Trim(regexp.MustCompile(`[^\pL\pN]+`).ReplaceAllString(title, "-"), "-")
	if r := []rune(words); len(r) > 60 {
		words = string(r[:60])
	}
	return fmt.Sprintf("%s-report-%s-%s.xlsx", kind, strings.ToLower(words), now.UTC().Format(time.DateOnly))
}
