package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// What people put right on a page can be put right by a program, with the same acts.

type (
	Column struct {
		Heading string `json:"heading,omitempty" doc:"as it was read; not needed to say what the column is"`
		Field   string `json:"field" doc:"what it asks for, such as name, member_id, signature or date; empty where it is not used"`
		Second  string `json:"second,omitempty" doc:"of a column that asks for two things"`
	}
	Repair struct {
		ID       string     `json:"id"`
		Page     string     `json:"page_id" doc:"empty where it is of the petition as a whole"`
		Kind     string     `json:"kind"`
		By       string     `json:"by" doc:"account"`
		At       time.Time  `json:"at"`
		Note     string     `json:"note"`
		UndoneAt *time.Time `json:"undone_at" doc:"null: it stands"`
	}
	Place struct {
		ID     string     `json:"id"`
		Page   string     `json:"page_id"`
		Number int        `json:"row"`
		Box    [4]float64 `json:"box" doc:"x0, y0, x1, y1 as shares of the page as delivered"`
	}
	Organizer struct {
		Name    string `json:"name" maxLength:"200"`
		Address string `json:"address" maxLength:"400"`
		Signed  string `json:"signed" enum:"yes,no,unsure"`
	}
	Cover struct {
		Purpose    string      `json:"purpose" maxLength:"5000"`
		Organizers []Organizer `json:"organizers" maxItems:"10"`
	}
	PagesAgain struct {
		Pages int `json:"pages" doc:"how many are read again, or moved"`
	}
	Corrected struct {
		Finding string `json:"finding_id" doc:"by which it can be taken back"`
	}
	noteOn struct {
		ID   string `path:"id"`
		Body struct {
			Note string `json:"note,omitempty" maxLength:"2000" doc:"why; it is kept"`
		}
	}
)

func (s *Server) repairRoutes() []site.Route {
	const movers = site.ByStaff | site.ByChair | site.ByAdmin
	return []site.Route{
		site.On("GET /api/pages/{id}/columns", site.SignedIn, s.api),
		site.On("POST /api/pages/{id}/columns", site.SignedIn, s.api),
		site.On("POST /api/pages/{id}/turn", site.SignedIn, s.api),
		site.On("POST /api/pages/{id}/exclude", movers, s.api),
		site.On("POST /api/pages/{id}/move", movers, s.api),
		site.On("POST /api/pages/{id}/lines", site.SignedIn, s.api),
		site.On("POST /api/pages/{id}/merge", site.SignedIn, s.api),
		site.On("GET /api/pages/{id}/repairs", site.SignedIn, s.api),
		site.On("POST /api/lines/{id}/correct", site.SignedIn, s.api),
		site.On("POST /api/lines/{id}/correct/undo", site.SignedIn, s.api),
		site.On("POST /api/lines/{id}/split", site.SignedIn, s.api),
		site.On("POST /api/lines/{id}/delete", site.SignedIn, s.api),
		site.On("POST /api/repairs/{id}/undo", site.SignedIn, s.api),
		site.On("GET /api/petitions/{id}/cover", movers, s.api),
		site.On("PUT /api/petitions/{id}/cover", movers, s.api),
		site.On("GET /api/petitions/{id}/repairs", movers, s.api),
	}
}

func (s *Server) describeRepair(api huma.API) {
	const tag = "Putting right"
	add(s, api, "GET", "/api/pages/{id}/columns", "list-columns", tag,
		"The columns of a page and what they are taken for, left to right", s.columns)
	add(s, api, "POST", "/api/pages/{id}/columns", "tell-columns", tag,
		"Say what the columns of a page are; it is read again with them", s.tellColumns)
	add(s, api, "POST", "/api/pages/{id}/turn", "turn-page", tag,
		"Say which way up a page is; it is read again so", s.turn)
	add(s, api, "POST", "/api/pages/{id}/exclude", "exclude-page", tag,
		"Exclude a page, so that none of its lines counts", s.excludePage)
	add(s, api, "POST", "/api/pages/{id}/move", "move-page", tag, "Move a page to another petition",
		s.movePage)
	add(s, api, "POST", "/api/pages/{id}/lines", "add-line", tag, "Add a line that was missed",
		s.addLine)
	add(s, api, "POST", "/api/pages/{id}/merge", "merge-lines", tag,
		"Make one line of several of a page", s.merge)
	add(s, api, "GET", "/api/pages/{id}/repairs", "list-page-repairs", tag,
		"What was put right on a page, newest first", s.pageRepairs)
	add(s, api, "POST", "/api/lines/{id}/correct", "correct-line", tag,
		"Correct what is written on a line, decided or not; its verdict follows", s.correct)
	add(s, api, "POST", "/api/lines/{id}/correct/undo", "undo-correction", tag,
		"Take a correction of a line back", s.undoCorrection)
	add(s, api, "POST", "/api/lines/{id}/split", "split-line", tag, "Make two lines of one",
		s.split)
	add(s, api, "POST", "/api/lines/{id}/delete", "delete-line", tag, "Take out what is no line",
		s.deleteLine)
	add(s, api, "POST", "/api/repairs/{id}/undo", "undo-repair", tag,
		"Take back the newest of what was put right", s.undoRepair)
	add(s, api, "GET", "/api/petitions/{id}/cover", "get-cover", tag,
		"The purpose and the organizers of a petition, as read or corrected", s.cover)
	add(s, api, "PUT", "/api/petitions/{id}/cover", "correct-cover", tag,
		"Correct the purpose and the organizers", s.correctCover)
	add(s, api, "GET", "/api/petitions/{id}/repairs", "list-petition-repairs", tag,
		"What was put right of a petition as a whole, newest first", s.petitionRepairs)
}

func (s *Server) columns(ctx context.Context, in *byID) (*answerOf[[]Column], error) {
	p, err := s.Store.Page(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.Office.PageColumns(ctx, p)
	return &answerOf[[]Column]{each(list, func(c office.PageColumn) Column {
		return Column(c)
	})}, err
}

func (s *Server) tellColumns(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Columns []Column `json:"columns" minItems:"1" maxItems:"100" doc:"all of the page, left to right"`
		Whole   bool     `json:"whole_file,omitempty" doc:"and all pages of its file with as many columns"`
	}
}) (*answerOf[PagesAgain], error) {
	columns := each(in.Body.Columns, func(c Column) office.PageColumn {
		return office.PageColumn(c)
	})
	n, err := s.Office.TellColumns(ctx, in.ID, columns, in.Body.Whole, site.AccountIn(ctx))
	return &answerOf[PagesAgain]{PagesAgain{n}}, err
}

func (s *Server) turn(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Degrees int  `json:"degrees" enum:"0,90,180,270" doc:"clockwise, that make the page as delivered upright"`
		Whole   bool `json:"whole_file,omitempty" doc:"and all pages of its file"`
	}
}) (*answerOf[PagesAgain], error) {
	n, err := s.Office.TurnPage(ctx, in.ID, in.Body.Degrees, in.Body.Whole, site.AccountIn(ctx))
	return &answerOf[PagesAgain]{PagesAgain{n}}, err
}

func (s *Server) excludePage(ctx context.Context, in *noteOn) (*struct{}, error) {
	return nil, s.Office.ExcludePage(ctx, in.ID, in.Body.Note, site.AccountIn(ctx))
}

func (s *Server) movePage(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Petition string `json:"petition_id"`
		Whole    bool   `json:"whole_file,omitempty" doc:"and all pages of its file"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}) (*answerOf[PagesAgain], error) {
	if !site.SightIn(ctx).Sees(in.Body.Petition) {
		return nil, site.ErrUnseen
	}
	n, err := s.Office.MovePages(ctx, in.ID, in.Body.Petition, in.Body.Whole, in.Body.Note,
		site.AccountIn(ctx))
	return &answerOf[PagesAgain]{PagesAgain{n}}, err
}

func newPlace(l store.Line) Place { return Place{l.ID, l.PageID, l.Number, l.Box} }

func (s *Server) addLine(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Box  [4]float64 `json:"box" doc:"x0, y0, x1, y1 as shares of the page as delivered"`
		Note string     `json:"note,omitempty" maxLength:"2000"`
	}
}) (*answerOf[Place], error) {
	l, err := s.Office.AddLineAt(ctx, in.ID, in.Body.Box, in.Body.Note, site.AccountIn(ctx))
	return &answerOf[Place]{newPlace(l)}, err
}

func (s *Server) merge(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Lines []string `json:"line_ids" minItems:"2" maxItems:"20"`
		Note  string   `json:"note,omitempty" maxLength:"2000"`
	}
}) (*answerOf[Place], error) {
	l, err := s.Office.MergeLines(ctx, in.ID, in.Body.Lines, in.Body.Note, site.AccountIn(ctx))
	return &answerOf[Place]{newPlace(l)}, err
}

func (s *Server) correct(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Fields map[string]string `json:"fields" doc:"what stands there, by the keys of a line's fields; those that are not named stay"`
	}
}) (*answerOf[Corrected], error) {
	l, err := s.Store.Line(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Office.CorrectLine(ctx, l.ID, in.Body.Fields, site.AccountIn(ctx)); err != nil {
		return nil, err
	}
	var out Corrected
	c, err := s.Office.Case(ctx, l.PetitionID)
	if err == nil && c.Find(l.ID) >= 0 {
		if r := c.Line(c.Find(l.ID)).Correction(); r != nil {
			out.Finding = r.FindingID
		}
	}
	return &answerOf[Corrected]{out}, err
}

func (s *Server) undoCorrection(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Undoes string `json:"undoes" doc:"id of the finding that corrected it"`
	}
}) (*struct{}, error) {
	return nil, s.Office.UndoCorrection(ctx, in.ID, in.Body.Undoes, site.AccountIn(ctx))
}

func (s *Server) split(ctx context.Context, in *noteOn) (*answerOf[[]Place], error) {
	halves, err := s.Office.SplitLine(ctx, in.ID, in.Body.Note, site.AccountIn(ctx))
	return &answerOf[[]Place]{each(halves, newPlace)}, err
}

func (s *Server) deleteLine(ctx context.Context, in *noteOn) (*struct{}, error) {
	return nil, s.Office.DropLine(ctx, in.ID, in.Body.Note, site.AccountIn(ctx))
}

func (s *Server) undoRepair(ctx context.Context, in *byID) (*answerOf[Repair], error) {
	if _, err := s.Office.UndoRepair(ctx, in.ID, site.AccountIn(ctx)); err != nil {
		return nil, err
	}
	r, err := s.Store.Repair(ctx, in.ID)
	return &answerOf[Repair]{newRepair(r)}, err
}

func newRepair(r store.Repair) Repair {
	out := Repair{ID: r.ID, Page: r.PageID, Kind: r.Kind, By: r.By, At: r.At, Note: r.Note}
	if !r.UndoneAt.IsZero() {
		out.UndoneAt = &r.UndoneAt
	}
	return out
}

func (s *Server) pageRepairs(ctx context.Context, in *byID) (*answerOf[[]Repair], error) {
	p, err := s.Store.Page(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.repairs(ctx, p.PetitionID, p.ID)
}

func (s *Server) petitionRepairs(ctx context.Context, in *byID) (*answerOf[[]Repair], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.repairs(ctx, in.ID, "")
}

func (s *Server) repairs(ctx context.Context, petitionID, pageID string) (*answerOf[[]Repair],
	error) {
	list, err := s.Office.Repairs(ctx, petitionID, pageID)
	return &answerOf[[]Repair]{each(list, newRepair)}, err
}

func (s *Server) cover(ctx context.Context, in *byID) (*answerOf[Cover], error) {
	c, err := s.Office.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answerOf[Cover]{Cover{c.Purpose, each(c.Organizers, func(o office.Organizer) Organizer {
		return Organizer{o.Name, o.Address, o.Signed}
	})}}, nil
}

func (s *Server) correctCover(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body Cover
}) (*answerOf[Cover], error) {
	words := office.CoverWords{Purpose: in.Body.Purpose, Organizers: each(in.Body.Organizers,
		func(o Organizer) office.Organizer {
			return office.Organizer{Name: o.Name, Address: o.Address, Signed: o.Signed}
		})}
	if err := s.Office.CorrectCover(ctx, in.ID, words, site.AccountIn(ctx)); err != nil {
		return nil, err
	}
	return s.cover(ctx, &byID{in.ID})
}
