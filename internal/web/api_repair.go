package web

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/office"
	"countersign/internal/store"
)

// What people put right on a page can be put right by a program, with the same acts.

type (
	apiColumn struct {
		Heading string `json:"heading,omitempty" doc:"as it was read; not needed to say what the column is"`
		Field   string `json:"field" doc:"what it asks for, such as name, member_id, signature or date; empty where it is not used"`
		Second  string `json:"second,omitempty" doc:"of a column that asks for two things"`
	}
	apiRepair struct {
		ID       string     `json:"id"`
		Page     string     `json:"page_id" doc:"empty where it is of the petition as a whole"`
		Kind     string     `json:"kind"`
		By       string     `json:"by" doc:"account"`
		At       time.Time  `json:"at"`
		Note     string     `json:"note"`
		UndoneAt *time.Time `json:"undone_at" doc:"null: it stands"`
	}
	apiPlace struct {
		ID     string     `json:"id"`
		Page   string     `json:"page_id"`
		Number int        `json:"row"`
		Box    [4]float64 `json:"box" doc:"x0, y0, x1, y1 as shares of the page as delivered"`
	}
	apiOrganizer struct {
		Name    string `json:"name" maxLength:"200"`
		Address string `json:"address" maxLength:"400"`
		Signed  string `json:"signed" enum:"yes,no,unsure"`
	}
	apiCover struct {
		Purpose    string         `json:"purpose" maxLength:"5000"`
		Organizers []apiOrganizer `json:"organizers" maxItems:"10"`
	}
	apiPagesAgain struct {
		Pages int `json:"pages" doc:"how many are read again, or moved"`
	}
	apiCorrected struct {
		Finding string `json:"finding_id" doc:"by which it can be taken back"`
	}
	noteOn struct {
		ID   string `path:"id"`
		Body struct {
			Note string `json:"note,omitempty" maxLength:"2000" doc:"why; it is kept"`
		}
	}
)

func (s *Server) repairRoutesOfAPI() []route {
	const movers = byStaff | byChair | byAdmin
	return []route{
		{"GET /api/pages/{id}/columns", signedIn, s.api},
		{"POST /api/pages/{id}/columns", signedIn, s.api},
		{"POST /api/pages/{id}/turn", signedIn, s.api},
		{"POST /api/pages/{id}/exclude", movers, s.api},
		{"POST /api/pages/{id}/move", movers, s.api},
		{"POST /api/pages/{id}/lines", signedIn, s.api},
		{"POST /api/pages/{id}/merge", signedIn, s.api},
		{"GET /api/pages/{id}/repairs", signedIn, s.api},
		{"POST /api/lines/{id}/correct", signedIn, s.api},
		{"POST /api/lines/{id}/correct/undo", signedIn, s.api},
		{"POST /api/lines/{id}/split", signedIn, s.api},
		{"POST /api/lines/{id}/delete", signedIn, s.api},
		{"POST /api/repairs/{id}/undo", signedIn, s.api},
		{"GET /api/petitions/{id}/cover", movers, s.api},
		{"PUT /api/petitions/{id}/cover", movers, s.api},
		{"GET /api/petitions/{id}/repairs", movers, s.api},
	}
}

func (s *Server) describeRepair(api huma.API) {
	const tag = "Putting right"
	add(s, api, "GET", "/api/pages/{id}/columns", "list-columns", tag, "The columns of a page and what they are taken for, left to right", s.apiColumns)
	add(s, api, "POST", "/api/pages/{id}/columns", "tell-columns", tag, "Say what the columns of a page are; it is read again with them", s.apiTellColumns)
	add(s, api, "POST", "/api/pages/{id}/turn", "turn-page", tag, "Say which way up a page is; it is read again so", s.apiTurn)
	add(s, api, "POST", "/api/pages/{id}/exclude", "exclude-page", tag, "Exclude a page, so that none of its lines counts", s.apiExcludePage)
	add(s, api, "POST", "/api/pages/{id}/move", "move-page", tag, "Move a page to another petition", s.apiMovePage)
	add(s, api, "POST", "/api/pages/{id}/lines", "add-line", tag, "Add a line that was missed", s.apiAddLine)
	add(s, api, "POST", "/api/pages/{id}/merge", "merge-lines", tag, "Make one line of several of a page", s.apiMerge)
	add(s, api, "GET", "/api/pages/{id}/repairs", "list-page-repairs", tag, "What was put right on a page, newest first", s.apiPageRepairs)
	add(s, api, "POST", "/api/lines/{id}/correct", "correct-line", tag, "Correct what is written on a line, decided or not; its verdict follows", s.apiCorrect)
	add(s, api, "POST", "/api/lines/{id}/correct/undo", "undo-correction", tag, "Take a correction of a line back", s.apiUndoCorrection)
	add(s, api, "POST", "/api/lines/{id}/split", "split-line", tag, "Make two lines of one", s.apiSplit)
	add(s, api, "POST", "/api/lines/{id}/delete", "delete-line", tag, "Take out what is no line", s.apiDeleteLine)
	add(s, api, "POST", "/api/repairs/{id}/undo", "undo-repair", tag, "Take back the newest of what was put right", s.apiUndoRepair)
	add(s, api, "GET", "/api/petitions/{id}/cover", "get-cover", tag, "The purpose and the organizers of a petition, as read or corrected", s.apiCover)
	add(s, api, "PUT", "/api/petitions/{id}/cover", "correct-cover", tag, "Correct the purpose and the organizers", s.apiCorrectCover)
	add(s, api, "GET", "/api/petitions/{id}/repairs", "list-petition-repairs", tag, "What was put right of a petition as a whole, newest first", s.apiPetitionRepairs)
}

func (s *Server) apiColumns(ctx context.Context, in *byID) (*answerOf[[]apiColumn], error) {
	p, err := s.Store.Page(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.Office.PageColumns(ctx, p)
	return &answerOf[[]apiColumn]{each(list, func(c office.PageColumn) apiColumn { return apiColumn(c) })}, err
}

func (s *Server) apiTellColumns(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Columns []apiColumn `json:"columns" minItems:"1" maxItems:"100" doc:"all of the page, left to right"`
		Whole   bool        `json:"whole_file,omitempty" doc:"and all pages of its file with as many columns"`
	}
}) (*answerOf[apiPagesAgain], error) {
	columns := each(in.Body.Columns, func(c apiColumn) office.PageColumn { return office.PageColumn(c) })
	n, err := s.Office.TellColumns(ctx, in.ID, columns, in.Body.Whole, accountIn(ctx))
	return &answerOf[apiPagesAgain]{apiPagesAgain{n}}, err
}

func (s *Server) apiTurn(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Degrees int  `json:"degrees" enum:"0,90,180,270" doc:"clockwise, that make the page as delivered upright"`
		Whole   bool `json:"whole_file,omitempty" doc:"and all pages of its file"`
	}
}) (*answerOf[apiPagesAgain], error) {
	n, err := s.Office.TurnPage(ctx, in.ID, in.Body.Degrees, in.Body.Whole, accountIn(ctx))
	return &answerOf[apiPagesAgain]{apiPagesAgain{n}}, err
}

func (s *Server) apiExcludePage(ctx context.Context, in *noteOn) (*struct{}, error) {
	return nil, s.Office.ExcludePage(ctx, in.ID, in.Body.Note, accountIn(ctx))
}

func (s *Server) apiMovePage(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Petition string `json:"petition_id"`
		Whole    bool   `json:"whole_file,omitempty" doc:"and all pages of its file"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}) (*answerOf[apiPagesAgain], error) {
	if !sightIn(ctx).Sees(in.Body.Petition) {
		return nil, errUnseen
	}
	n, err := s.Office.MovePages(ctx, in.ID, in.Body.Petition, in.Body.Whole, in.Body.Note, accountIn(ctx))
	return &answerOf[apiPagesAgain]{apiPagesAgain{n}}, err
}

func newAPIPlace(l store.Line) apiPlace { return apiPlace{l.ID, l.PageID, l.Number, l.Box} }

func (s *Server) apiAddLine(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Box  [4]float64 `json:"box" doc:"x0, y0, x1, y1 as shares of the page as delivered"`
		Note string     `json:"note,omitempty" maxLength:"2000"`
	}
}) (*answerOf[apiPlace], error) {
	l, err := s.Office.AddLineAt(ctx, in.ID, in.Body.Box, in.Body.Note, accountIn(ctx))
	return &answerOf[apiPlace]{newAPIPlace(l)}, err
}

func (s *Server) apiMerge(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Lines []string `json:"line_ids" minItems:"2" maxItems:"20"`
		Note  string   `json:"note,omitempty" maxLength:"2000"`
	}
}) (*answerOf[apiPlace], error) {
	l, err := s.Office.MergeLines(ctx, in.ID, in.Body.Lines, in.Body.Note, accountIn(ctx))
	return &answerOf[apiPlace]{newAPIPlace(l)}, err
}

func (s *Server) apiCorrect(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Fields map[string]string `json:"fields" doc:"what stands there, by the keys of a line's fields; those that are not named stay"`
	}
}) (*answerOf[apiCorrected], error) {
	l, err := s.Store.Line(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Office.CorrectLine(ctx, l.ID, in.Body.Fields, accountIn(ctx)); err != nil {
		return nil, err
	}
	var out apiCorrected
	c, err := s.Office.Case(ctx, l.PetitionID)
	if err == nil && c.Find(l.ID) >= 0 {
		if r := c.Line(c.Find(l.ID)).Correction(); r != nil {
			out.Finding = r.FindingID
		}
	}
	return &answerOf[apiCorrected]{out}, err
}

func (s *Server) apiUndoCorrection(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Undoes string `json:"undoes" doc:"id of the finding that corrected it"`
	}
}) (*struct{}, error) {
	return nil, s.Office.UndoCorrection(ctx, in.ID, in.Body.Undoes, accountIn(ctx))
}

func (s *Server) apiSplit(ctx context.Context, in *noteOn) (*answerOf[[]apiPlace], error) {
	halves, err := s.Office.SplitLine(ctx, in.ID, in.Body.Note, accountIn(ctx))
	return &answerOf[[]apiPlace]{each(halves, newAPIPlace)}, err
}

func (s *Server) apiDeleteLine(ctx context.Context, in *noteOn) (*struct{}, error) {
	return nil, s.Office.DropLine(ctx, in.ID, in.Body.Note, accountIn(ctx))
}

func (s *Server) apiUndoRepair(ctx context.Context, in *byID) (*answerOf[apiRepair], error) {
	if _, err := s.Office.UndoRepair(ctx, in.ID, accountIn(ctx)); err != nil {
		return nil, err
	}
	r, err := s.Store.Repair(ctx, in.ID)
	return &answerOf[apiRepair]{newAPIRepair(r)}, err
}

func newAPIRepair(r store.Repair) apiRepair {
	out := apiRepair{ID: r.ID, Page: r.PageID, Kind: r.Kind, By: r.By, At: r.At, Note: r.Note}
	if !r.UndoneAt.IsZero() {
		out.UndoneAt = &r.UndoneAt
	}
	return out
}

func (s *Server) apiPageRepairs(ctx context.Context, in *byID) (*answerOf[[]apiRepair], error) {
	p, err := s.Store.Page(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.apiRepairs(ctx, p.PetitionID, p.ID)
}

func (s *Server) apiPetitionRepairs(ctx context.Context, in *byID) (*answerOf[[]apiRepair], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.apiRepairs(ctx, in.ID, "")
}

func (s *Server) apiRepairs(ctx context.Context, petitionID, pageID string) (*answerOf[[]apiRepair], error) {
	list, err := s.Office.Repairs(ctx, petitionID, pageID)
	return &answerOf[[]apiRepair]{each(list, newAPIRepair)}, err
}

func (s *Server) apiCover(ctx context.Context, in *byID) (*answerOf[apiCover], error) {
	c, err := s.Office.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answerOf[apiCover]{apiCover{c.Purpose, each(c.Organizers, func(o office.Organizer) apiOrganizer { return apiOrganizer{o.Name, o.Address, o.Signed} })}}, nil
}

func (s *Server) apiCorrectCover(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body apiCover
}) (*answerOf[apiCover], error) {
	words := office.CoverWords{Purpose: in.Body.Purpose, Organizers: each(in.Body.Organizers, func(o apiOrganizer) office.Organizer {
		return office.Organizer{Name: o.Name, Address: o.Address, Signed: o.Signed}
	})}
	if err := s.Office.CorrectCover(ctx, in.ID, words, accountIn(ctx)); err != nil {
		return nil, err
	}
	return s.apiCover(ctx, &byID{in.ID})
}
