package web

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
)

// repairRoutes are those by which people put right what was read.
func (s *Server) repairRoutes() []route {
	const movers = byStaff | byChair | byAdmin
	return []route{
		{"POST /pages/{id}/columns", signedIn, s.tellColumns},
		{"POST /pages/{id}/turn", signedIn, s.turnPage},
		{"POST /pages/{id}/exclude", movers, s.excludePage},
		{"POST /pages/{id}/move", movers, s.movePage},
		{"POST /pages/{id}/lines", signedIn, s.addLine},
		{"POST /pages/{id}/merge", signedIn, s.mergeLines},
		{"POST /lines/{id}/correct", signedIn, s.correctLine},
		{"POST /lines/{id}/correct/undo", signedIn, s.undoCorrection},
		{"POST /lines/{id}/split", signedIn, s.splitLine},
		{"POST /lines/{id}/delete", signedIn, s.deleteLine},
		{"POST /repairs/{id}/undo", signedIn, s.undoRepair},
		{"GET /petitions/{id}/cover", movers, s.coverPage},
		{"POST /petitions/{id}/cover", movers, s.correctCover},
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
func (s *Server) fillRepair(ctx context.Context, v *pageView, who store.Account) (err error) {
	if v.Columns, err = s.Office.PageColumns(ctx, v.Page); err != nil {
		return err
	}
	v.Fields, v.LineFields = office.ColumnFields(), office.LineFields()
	v.MayMove = may(who, byStaff|byChair|byAdmin)
	v.Closed = office.Decided(v.Petition)
	if v.Repairs, err = s.repairs(ctx, v.Petition.ID, v.Page.ID, v.Closed == ""); err != nil {
		return err
	}
	all, err := s.Store.PetitionsAlone(ctx)
	if err != nil {
		return fmt.Errorf("list petitions: %w", err)
	}
	sight := sightIn(ctx)
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
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	for _, l := range v.Lines {
		if c := l.Correction(); c != nil {
			v.Corrected[l.ID] = correctionView{c.FindingID, c.At, names[c.By], v.Closed == "" && (c.By == who.ID || may(who, byChair))}
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

func (s *Server) repairs(ctx context.Context, petitionID, pageID string, mayUndo bool) (out []repairView, err error) {
	list, err := s.Office.Repairs(ctx, petitionID, pageID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	names, err := s.names(ctx)
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
func (s *Server) backToPage(w http.ResponseWriter, r *http.Request, id, said string) error {
	return s.done(w, r, "/pages/"+id, said)
}

func (s *Server) tellColumns(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	var columns []office.PageColumn
	for i := 0; r.PostForm.Has(fmt.Sprint("column", i)) && i < 100; i++ {
		columns = append(columns, office.PageColumn{Field: r.PostFormValue(fmt.Sprint("column", i)), Second: r.PostFormValue(fmt.Sprint("second", i))})
	}
	n, err := s.Office.TellColumns(r.Context(), r.PathValue("id"), columns, r.PostFormValue("whole") == "yes", accountOf(r))
	if err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), upperFirst(plural(n, "page is", "pages are"))+" read again with these columns.")
}

func (s *Server) turnPage(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	degrees, err := strconv.Atoi(r.PostFormValue("degrees"))
	if err != nil {
		return problem(http.StatusUnprocessableEntity, "Say by how many degrees the page is turned: 0, 90, 180 or 270.")
	}
	n, err := s.Office.TurnPage(r.Context(), r.PathValue("id"), degrees, r.PostFormValue("whole") == "yes", accountOf(r))
	if err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), upperFirst(plural(n, "page is", "pages are"))+" read again this way up.")
}

func (s *Server) excludePage(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	if err := s.Office.ExcludePage(r.Context(), r.PathValue("id"), r.PostFormValue("note"), accountOf(r)); err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), "The page is excluded: none of its lines counts.")
}

func (s *Server) movePage(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	if !sightIn(r.Context()).Sees(r.PostFormValue("to")) {
		return errUnseen
	}
	n, err := s.Office.MovePages(r.Context(), r.PathValue("id"), r.PostFormValue("to"), r.PostFormValue("whole") == "yes", r.PostFormValue("note"), accountOf(r))
	if err != nil {
		return err
	}
	return s.backToPage(w, r, r.PathValue("id"), upperFirst(plural(n, "page was", "pages were"))+" moved, and will be read there.")
}

// addLine adds a line at a box in percent of the page held upright.
func (s *Server) addLine(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
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
			return problem(http.StatusUnprocessableEntity, "Say where the line is: "+key+" is no number between 0 and 100.")
		}
		box[i] = percent / 100
	}
	l, err := s.Office.AddLineAt(r.Context(), p.ID, deliveredBox(p, box), r.PostFormValue("note"), accountOf(r))
	if err != nil {
		return err
	}
	return s.done(w, r, fmt.Sprintf("/pages/%s#line-%d", p.ID, l.Number), fmt.Sprintf("Line %d was added: write down what stands there.", l.Number))
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

func (s *Server) mergeLines(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	l, err := s.Office.MergeLines(r.Context(), r.PathValue("id"), r.PostForm["line"], r.PostFormValue("note"), accountOf(r))
	if err != nil {
		return err
	}
	return s.done(w, r, fmt.Sprintf("/pages/%s#line-%d", l.PageID, l.Number), fmt.Sprintf("They are one line now, line %d.", l.Number))
}

func (s *Server) correctLine(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
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
			if text := strings.TrimSpace(values[0]); ok && text != readText(c.Line(i), key) {
				fields[key] = text
			}
		}
	}
	if err := s.Office.CorrectLine(r.Context(), l.ID, fields, accountOf(r)); err != nil {
		return err
	}
	return s.done(w, r, fmt.Sprintf("/pages/%s#line-%d", l.PageID, l.Number), fmt.Sprintf("Line %d was corrected.", l.Number))
}

func (s *Server) undoCorrection(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Office.UndoCorrection(r.Context(), l.ID, r.PostFormValue("undoes"), accountOf(r)); err != nil {
		return err
	}
	return s.done(w, r, fmt.Sprintf("/pages/%s#line-%d", l.PageID, l.Number), fmt.Sprintf("Line %d: the correction was undone.", l.Number))
}

func (s *Server) splitLine(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	halves, err := s.Office.SplitLine(r.Context(), r.PathValue("id"), r.PostFormValue("note"), accountOf(r))
	if err != nil {
		return err
	}
	return s.done(w, r, fmt.Sprintf("/pages/%s#line-%d", halves[0].PageID, halves[0].Number), "There are two lines now: write down what stands on each.")
}

func (s *Server) deleteLine(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Office.DropLine(r.Context(), l.ID, r.PostFormValue("note"), accountOf(r)); err != nil {
		return err
	}
	return s.backToPage(w, r, l.PageID, fmt.Sprintf("Line %d was taken out.", l.Number))
}

func (s *Server) undoRepair(w http.ResponseWriter, r *http.Request) error {
	undone, err := s.Office.UndoRepair(r.Context(), r.PathValue("id"), accountOf(r))
	if err != nil {
		return err
	}
	to := "/pages/" + undone.PageID
	if undone.PageID == "" {
		to = "/petitions/" + undone.PetitionID + "/cover"
	}
	return s.done(w, r, to, "Undone.")
}

type coverView struct {
	Petition   store.Petition
	Purpose    string
	Organizers []office.Organizer
	Repairs    []repairView
	Problem    string
}

func (s *Server) coverPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Office.Case(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showCover(w, r, http.StatusOK, coverView{Purpose: c.Purpose, Organizers: c.Organizers})
}

func (s *Server) showCover(w http.ResponseWriter, r *http.Request, status int, v coverView) (err error) {
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Repairs, err = s.repairs(r.Context(), v.Petition.ID, "", office.Decided(v.Petition) == ""); err != nil {
		return err
	}
	const empty = 2 // places for those who were not read
	v.Organizers = append(slices.Clone(v.Organizers), make([]office.Organizer, empty)...)
	return s.render(w, r, status, "cover", v)
}

func (s *Server) correctCover(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	said := office.CoverWords{Purpose: strings.ReplaceAll(r.PostFormValue("purpose"), "\r\n", "\n")}
	for i := 0; r.PostForm.Has(fmt.Sprint("name", i)) && i < 100; i++ {
		x := office.Organizer{Name: strings.TrimSpace(r.PostFormValue(fmt.Sprint("name", i))), Address: strings.TrimSpace(r.PostFormValue(fmt.Sprint("address", i))),
			Signed: r.PostFormValue(fmt.Sprint("signed", i))}
		if x.Name != "" || x.Address != "" {
			said.Organizers = append(said.Organizers, x)
		}
	}
	id := r.PathValue("id")
	err := s.Office.CorrectCover(r.Context(), id, said, accountOf(r))
	if no := (*office.Refusal)(nil); errors.As(err, &no) {
		return s.showCover(w, r, statusOf(no.Kind), coverView{Purpose: said.Purpose, Organizers: said.Organizers, Problem: no.Text})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/petitions/"+id, "Purpose and organizers were corrected.")
}
