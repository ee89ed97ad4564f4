package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Sheets are printed as they were said, and what cannot be printed stays in the form.
func TestSheetsPage(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	staff, to := sv.client("staff"), "/petitions/"+p.ID+"/sheets"
	if page := staff.get(to).want(t, 200).body; strings.Contains(page, "Download the PDF") ||
		!strings.Contains(page, ">To share what works in connecting rural libraries.</textarea>") {
		t.Error("the first page does not ask what to print")
	}
	staff.get(to+".pdf").want(t, 422)
	said := func(changed ...string) []string {
		all := []string{"title", "Petition", "purpose", "To read.", "column-signature", "yes",
			"column-name", "yes", "column-shoe", "yes", "pages", "12", "height", "0.4", "turn",
			"portrait", "paper", "a4"}
		for i := 0; i < len(changed); i += 2 {
			all[slices.Index(all, changed[i])+1] = changed[i+1]
		}
		return all
	}
	for _, wrong := range [][2]string{{"pages", "many"}, {"height", "tall"}, {"purpose", ""}} {
		if page := staff.post(to, said(wrong[0], wrong[1])...).want(t, 422).body; !strings.Contains(
			page, `value="a4" selected`) {
			t.Errorf("%v: what was said is lost", wrong)
		}
	}
	staff.post(to, said()...).want(t, 303)
	set, err := sv.Office.SheetSet(t.Context(), p.ID)
	check0(t, err)
	if !slices.Equal(set.Columns, []string{"name", "signature"}) || set.Pages != 12 || !set.Plain ||
		!set.Portrait || !set.A4 {
		t.Errorf("%+v", set)
	}
	page := staff.get(to).want(t, 200).body
	if !regexp.MustCompile(`12 pages of \d+ lines`).MatchString(page) {
		t.Error("what is ready is not said")
	}
	if got := staff.get(to+".pdf").want(t, 200).body; !strings.HasPrefix(got, "%PDF-") {
		t.Errorf("the sheets are %.20q", got)
	}
	sv.client("chair").get(to).want(t, 200)
	sv.client("chair").post(to, said()...).want(t, 403)
	sv.client("verifier").get(to).want(t, 403)
	staff.get("/petitions/none/sheets").want(t, 404)
}
