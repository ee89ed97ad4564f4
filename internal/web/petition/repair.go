package petition

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// repairRoutes are those by which people put right what was read.
func (s *Pages) repairRoutes() []site.Route {
	const movers = site.ByStaff | site.ByChair | site.ByAdmin
	return []site.Route{
		site.On("POST /pages/{id}/columns", site.SignedIn, s.tellColumns),
		site.On("POST /pages/{id}/turn", site.SignedIn, s.turnPage),
		site.On("POST /pages/{id}/exclude", movers, s.excludePage),
		site.On("POST /pages/{id}/move", movers, s.movePage),
		site.On("POST /pages/{id}/lines", site.SignedIn, s.addLine),
		site.On("POST /pages/{id}/merge", site.SignedIn, s.mergeLines),
		site.On("POST /lines/{id}/correct", site.SignedIn, s.correctLine),
		site.On("POST /lines/{id}/correct/undo", site.SignedIn, s.undoCorrection),
		site.On("POST /lines/{id}/split", site.SignedIn, s.splitLine),
		site.On("POST /lines/{id}/delete", site.SignedIn, s.deleteLine),
		site.On("POST /repairs/{id}/undo", site.SignedIn, s.undoRepair),
		site.On("GET /petitions/{id}/cover", movers, s.coverPage),
		site.On("POST /petitions/{id}/cover", movers, s.correctCover),
	}
}

type repairView struct {
	store.Repair
	Who, What string
	MayUndo   bool
}

// correctionView is the newest correction of a line.
type correctionView struct {
	FindingID string
	At        time.Time
	Who       string
	MayUndo   bool
}

// fillRepair adds to a page what can be put right on it.
func (s *Pages) fillRepair(ctx context.Context, v *pageView, who store.Account) (err error) {
	if v.Columns, err = s.Office.PageColumns(ctx, v.Page); err != nil {
		return err
	}
	v.Fields, v.LineFields = office.ColumnFields(), office.LineFields()
	v.MayMove = site.May(who, site.ByStaff|site.ByChair|site.ByAdmin)
	v.Closed = office.Decided(v.Petition)
	forms, err := s.Store.KnownForms(ctx)
	if err != nil {
		return fmt.Errorf("list the forms: %w", err)
	}
	v.FormName = formName(v.Petition.Title, forms)
	if v.Repairs, err = s.repairs(ctx, v.Petition.ID, v.Page.ID, v.Closed == ""); err != nil {
		return err
	}
	all, err := s.Store.PetitionsAlone(ctx)
	if err != nil {
		return fmt.Errorf("list petitions: %w", err)
	}
	sight := site.SightIn(ctx)
	for _, p := range all {
		if !sight.Sees(p.ID) {
			continue
		}
		if p.ID == v.Page.FiledUnder {
			v.Under = p.Title
		}
		if p.ID != v.Petition.ID && office.Decided(p) == "" {
			v.Others = append(v.Others, p)
		}
	}
	v.Members, v.Corrected = map[string]string{}, map[string]correctionView{}
	names, err := s.Names(ctx)
	if err != nil {
		return err
	}
	for _, l := range v.Lines {
		if c := l.Correction(); c != nil {
			v.Corrected[l.ID] = correctionView{c.FindingID, c.At, names[c.By], v.Closed == "" &&
				(c.By == who.ID || site.May(who, site.ByChair))}
		}
		for _, c := range l.Candidates {
			if c.Member.ID == l.MemberID {
				v.Members[l.MemberID] = c.Member.Name
			}
		}
	}
	v.below()
	return nil
}

// below says where a line would be that stands below the last of the page.
func (v *pageView) below() {
	v.Left, v.Right, v.Next1, v.Next2 = 5, 95, 90, 95
	if len(v.Lines) == 0 {
		return
	}
	last := uprightBox(v.Page, v.Lines[len(v.Lines)-1].Box)
	v.Left, v.Right = 100*last[0], 100*last[2]
	v.Next1 = min(100*last[3], 98)
	v.Next2 = min(v.Next1+100*(last[3]-last[1]), 100)
}

func (s *Pages) repairs(ctx context.Context, petitionID, pageID string,
	mayUndo bool) (out []repairView, err error) {
	list, err := s.Office.Repairs(ctx, petitionID, pageID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		v := repairView{Repair: r, Who: names[r.By], What: office.RepairWord(r.Kind)}
		if mayUndo && r.UndoneAt.IsZero() {
			v.MayUndo, mayUndo = true, false // the newest that stands
		}
		out = append(out, v)
	}
	return out, nil
}

// page goes back to a page after something was put right on it.
func (s *Pages) backToPage(w http.ResponseWriter, r *http.Request, id, said string) error {
	return s.Done(w, r, "/pages/"+id, said)
}

func (s *Pages) tellColumns(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	var columns []office.PageColumn
	for i := 0; r.PostForm.Has(fmt.Sprint("column", i)) && i < 100; i++ {
		columns = append(columns, office.PageColumn{Field: r.PostFormValue(fmt.Sprint("column", i)),
			Second: r.PostFormValue(fmt.Sprint("second", i))})
	}
	n, err := s.Office.TellColumns(r.Context(), r.PathValue("id"), columns,
		r.PostFormValue("whole") == "yes", site.AccountOf(r))
	if err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), site.UpperFirst(site.Plural(n, "page is",
		"pages are"))+" read again with these columns.")
}

func (s *Pages) turnPage(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	degrees, err := strconv.Atoi(r.PostFormValue("degrees"))
	if err != nil {
		return site.Problem(http.StatusUnprocessableEntity,
			"Say by how many degrees the page is turned: 0, 90, 180 or 270.")
	}
	n, err := s.Office.TurnPage(r.Context(), r.PathValue("id"), degrees,
		r.PostFormValue("whole") == "yes", site.AccountOf(r))
	if err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), site.UpperFirst(site.Plural(n, "page is",
		"pages are"))+" read again this way up.")
}

func (s *Pages) excludePage(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	if err := s.Office.ExcludePage(r.Context(), r.PathValue("id"), r.PostFormValue("note"),
		site.AccountOf(r)); err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), "The page is excluded: none of its lines counts.")
}

func (s *Pages) movePage(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	if !site.SightIn(r.Context()).Sees(r.PostFormValue("to")) {
		return site.ErrUnseen
	}
	n, err := s.Office.MovePages(r.Context(), r.PathValue("id"), r.PostFormValue("to"),
		r.PostFormValue("whole") == "yes", r.PostFormValue("note"), site.AccountOf(r))
	if err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), site.UpperFirst(site.Plural(n, "page was",
		"pages were"))+" moved, and will be read there.")
}

// addLine adds a line at a box in percent of the page held upright.
func (s *Pages) addLine(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	p, err := s.Store.Page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	var box [4]float64
	for i, key := range []string{"left", "top", "right", "bottom"} {
		percent, err := strconv.ParseFloat(r.PostFormValue(key), 64)
		if err != nil {
			return site.Problem(http.StatusUnprocessableEntity, "Say where the line is: "+key+
				" is no number between 0 and 100.")
		}
		box[i] = percent / 100
	}
	l, err := s.Office.AddLineAt(r.Context(), p.ID, deliveredBox(p, box), r.PostFormValue("note"),
		site.AccountOf(r))
	if err != nil {
		return err
	}
	return s.Done(w, r, fmt.Sprintf("/pages/%s#line-%d", p.ID, l.Number),
		fmt.Sprintf("Line %d was added: write down what stands there.", l.Number))
}

// deliveredBox is where a box of a page held upright is on the page as delivered.
func deliveredBox(p store.Page, b [4]float64) [4]float64 {
	switch p.Rotation {
	case 90:
		return [4]float64{b[1], 1 - b[2], b[3], 1 - b[0]}
	case 180:
		return [4]float64{1 - b[2], 1 - b[3], 1 - b[0], 1 - b[1]}
	case 270:
		return [4]float64{1 - b[3], b[0], 1 - b[1], b[2]}
	}
	return b
}

func (s *Pages) mergeLines(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	l, err := s.Office.MergeLines(r.Context(), r.PathValue("id"), r.PostForm["line"],
		r.PostFormValue("note"), site.AccountOf(r))
	if err != nil {
		return err
	}
	return s.Done(w, r, fmt.Sprintf("/pages/%s#line-%d", l.PageID, l.Number),
		fmt.Sprintf("They are one line now, line %d.", l.Number))
}

func (s *Pages) correctLine(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	c, err := s.Office.Case(r.Context(), l.PetitionID)
	if err != nil {
		return err
	}
	fields := map[string]string{}
	if i := c.Find(l.ID); i >= 0 {
		for key, values := range r.PostForm {
			key, ok := strings.CutPrefix(key, "field-")
			if text := strings.TrimSpace(values[0]); ok && text != c.Line(i).TextOf(key) {
				fields[key] = text
			}
		}
	}
	if err := s.Office.CorrectLine(r.Context(), l.ID, fields, site.AccountOf(r)); err != nil {
		return err
	}
	return s.Done(w, r, fmt.Sprintf("/pages/%s#line-%d", l.PageID, l.Number),
		fmt.Sprintf("Line %d was corrected.", l.Number))
}

func (s *Pages) undoCorrection(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Office.UndoCorrection(r.Context(), l.ID, r.PostFormValue("undoes"),
		site.AccountOf(r)); err != nil {
		return err
	}
	return s.Done(w, r, fmt.Sprintf("/pages/%s#line-%d", l.PageID, l.Number),
		fmt.Sprintf("Line %d: the correction was undone.", l.Number))
}

func (s *Pages) splitLine(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	halves, err := s.Office.SplitLine(r.Context(), r.PathValue("id"), r.PostFormValue("note"),
		site.AccountOf(r))
	if err != nil {
		return err
	}
	return s.Done(w, r, fmt.Sprintf("/pages/%s#line-%d", halves[0].PageID, halves[0].Number),
		"There are two lines now: write down what stands on each.")
}

func (s *Pages) deleteLine(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Office.DropLine(r.Context(), l.ID, r.PostFormValue("note"),
		site.AccountOf(r)); err != nil {
		return err
	}
	return s.backToPage(w, r, l.PageID, fmt.Sprintf("Line %d was taken out.", l.Number))
}

func (s *Pages) undoRepair(w http.ResponseWriter, r *http.Request) error {
	undone, err := s.Office.UndoRepair(r.Context(), r.PathValue("id"), site.AccountOf(r))
	if err != nil {
		return err
	}
	to := "/pages/" + undone.PageID
	if undone.PageID == "" {
		to = "/petitions/" + undone.PetitionID + "/cover"
	}
	return s.Done(w, r, to, "Undone.")
}

type coverView struct {
	Petition   store.Petition
	Purpose    string
	Organizers []office.Organizer
	Repairs    []repairView
	Problem    string
}

func (s *Pages) coverPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Office.Case(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showCover(w, r, http.StatusOK, coverView{Purpose: c.Purpose, Organizers: c.Organizers})
}

func (s *Pages) showCover(w http.ResponseWriter, r *http.Request, status int,
	v coverView) (err error) {
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Repairs, err = s.repairs(r.Context(), v.Petition.ID, "",
		office.Decided(v.Petition) == ""); err != nil {
		return err
	}
	const empty = 2 // places for those who were not read
	v.Organizers = append(slices.Clone(v.Organizers), make([]office.Organizer, empty)...)
	return s.Render(w, r, status, "cover", v)
}

func (s *Pages) correctCover(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	said := office.CoverWords{Purpose: strings.ReplaceAll(r.PostFormValue("purpose"), "\r\n", "\n")}
	for i := 0; r.PostForm.Has(fmt.Sprint("name", i)) && i < 100; i++ {
		x := office.Organizer{Name: strings.TrimSpace(r.PostFormValue(fmt.Sprint("name", i))),
			Address: strings.TrimSpace(r.PostFormValue(fmt.Sprint("address", i))),
			Signed:  r.PostFormValue(fmt.Sprint("signed", i))}
		if x.Name != "" || x.Address != "" {
			said.Organizers = append(said.Organizers, x)
		}
	}
	id := r.PathValue("id")
	err := s.Office.CorrectCover(r.Context(), id, said, site.AccountOf(r))
	if no := (*office.Refusal)(nil); errors.As(err, &no) {
		return s.showCover(w, r, site.StatusOf(no.Kind), coverView{Purpose: said.Purpose,
			Organizers: said.Organizers, Problem: no.Text})
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/petitions/"+id, "Purpose and organizers were corrected.")
}
