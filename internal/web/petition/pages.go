package petition

import (
	"fmt"
	"html/template"
	"net/http"

	"countersign/ingest"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

type pageView struct {
	Petition   store.Petition
	Upload     store.Upload
	Page       store.Page
	Lines      []office.Line
	Drawing    template.HTML
	Width      int // of the page as it is read
	Height     int
	Turn       string // what brings its picture there
	Prev, Next string // ids
	Of         int
	Listed     bool // it is of a list that people signed online, and has no picture
	MayReview  bool

	Columns []office.PageColumn
	Fields  []office.KeyedWord // that a column can be
	Repairs []repairView
	Closed  string           // why nothing can be put right
	MayMove bool             // and exclude
	Others  []store.Petition // to which it can be moved
	// title of the petition with which it counts, where that is another one
	Under      string
	Next1      float64 // where a line below the last would be, in percent of the height
	Next2      float64
	Left       float64
	Right      float64
	Members    map[string]string         // names by number
	Corrected  map[string]correctionView // by line
	LineFields []office.KeyedWord
	FormName   string // proposed for the page's form
}

func (s *Pages) pagePage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v := pageView{Page: p, Listed: p.Source == string(ingest.Online),
		MayReview: site.May(site.AccountOf(r), site.ByVerifier|site.ByChair|site.ByAdmin)}
	if v.Petition, err = s.Store.Petition(r.Context(), p.PetitionID); err != nil {
		return err
	}
	if v.Upload, err = s.Store.Upload(r.Context(), p.UploadID); err != nil {
		return err
	}
	pages, err := s.Store.PagesOf(r.Context(), p.UploadID)
	if err != nil {
		return fmt.Errorf("list the pages: %w", err)
	}
	v.Of = len(pages)
	for _, other := range pages {
		switch other.Number {
		case p.Number - 1:
			v.Prev = other.ID
		case p.Number + 1:
			v.Next = other.ID
		}
	}
	c, err := s.Office.Case(r.Context(), p.PetitionID)
	if err != nil {
		return fmt.Errorf("count the petition: %w", err)
	}
	v.Lines = c.OnPage(p.ID)
	v.Drawing = drawing(p, v.Lines, true)
	v.Width, v.Height, v.Turn = upright(p)
	if err := s.fillRepair(r.Context(), &v, site.AccountOf(r)); err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, "page", v)
}

// upright is the size of a page as it is read, and how its picture, which is
// as the page was delivered, is turned to get there.
func upright(p store.Page) (width, height int, turn string) {
	switch w, h := p.Width, p.Height; p.Rotation {
	case 90:
		return h, w, fmt.Sprintf("translate(%d 0) rotate(90)", h)
	case 180:
		return w, h, fmt.Sprintf("translate(%d %d) rotate(180)", w, h)
	case 270:
		return h, w, fmt.Sprintf("translate(0 %d) rotate(270)", w)
	}
	return p.Width, p.Height, ""
}

// uprightBox is where a box of a page as delivered is once the page is turned.
func uprightBox(p store.Page, b [4]float64) [4]float64 {
	switch p.Rotation {
	case 90:
		return [4]float64{1 - b[3], b[0], 1 - b[1], b[2]}
	case 180:
		return [4]float64{1 - b[2], 1 - b[3], 1 - b[0], 1 - b[1]}
	case 270:
		return [4]float64{b[1], 1 - b[2], b[3], 1 - b[0]}
	}
	return b
}

func (s *Pages) pagePicture(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.picture(w, r, p.Picture)
}

func (s *Pages) linePicture(w http.ResponseWriter, r *http.Request) error {
	l, err := s.Store.Line(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.picture(w, r, l.Picture)
}

// picture sends a picture that is named by its hash: it never changes. Only
// this browser may keep it, and signing out makes it forget.
func (s *Pages) picture(w http.ResponseWriter, r *http.Request, sum string) error {
	if sum == "" {
		return site.Problem(http.StatusNotFound, "There is no picture.")
	}
	w.Header().Set("Cache-Control", "private, max-age=86400")
	w.Header().Set("Content-Type", "image/jpeg")
	return s.ServeBlob(w, r, sum)
}
