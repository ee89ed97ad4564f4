package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/internal/office/kept"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify/name"
)

// OpenPoint is an open point with where it is.
type OpenPoint struct {
	store.OpenPoint
	File string
	Page store.Page
}

// OpenPoints are the open points of a petition, settled ones too, by file and page.
func (o *Office) OpenPoints(ctx context.Context, petitionID string) ([]OpenPoint, error) {
	points, err := o.Store.OpenPoints(ctx, petitionID)
	if err != nil || len(points) == 0 {
		return nil, err
	}
	pages, err := o.Store.Pages(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	uploads, err := o.Store.Uploads(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, u := range uploads {
		names[u.ID] = u.Name
	}
	of := map[string]store.Page{}
	for _, p := range pages {
		of[p.ID] = p
	}
	out := make([]OpenPoint, len(points))
	for i, p := range points {
		out[i] = OpenPoint{p, names[p.UploadID], of[p.PageID]}
	}
	return out, nil
}

// SettleOpen settles an open point, as one of store.NothingHere, store.LineAdded and
// store.NotCounted; an empty how opens it again. What is not counted needs a note that says
// why. A petition that is decided leaves its points as they are.
func (o *Office) SettleOpen(ctx context.Context, id, how, note string, by store.Account) (
	store.OpenPoint, error) {
	p, err := o.Store.OpenPoint(ctx, id)
	if err != nil {
		return p, err
	}
	if err := o.refuseDecided(ctx, p.PetitionID); err != nil {
		return p, err
	}
	note = strings.TrimSpace(note)
	switch {
	case how != "" && how != store.NothingHere && how != store.LineAdded && how != store.NotCounted:
		return p, refuse(Invalid, "An open point is settled as nothing, added or excluded.")
	case len(note) > maxNote:
		return p, refuse(Invalid, "The note is too long: use at most %d letters.", maxNote)
	case how == store.NotCounted && note == "":
		return p, refuse(Invalid, "Say why what is written there is not counted.")
	case how == "" && p.Settled == store.LineAdded:
		return p, refuse(Invalid,
			"A line was added for it, and people may have looked at it: settle that line instead.")
	}
	var added *store.Line
	if how == store.LineAdded {
		if added, err = o.lineFor(ctx, p.PageID, p.Box); err != nil {
			return p, err
		}
	}
	p.Settled, p.Note, p.By, p.At, p.LineID = how, note, by.ID, o.now(), ""
	action := "open." + how
	if how == "" {
		action = "open.again"
	}
	alike, err := o.alike(ctx, p)
	if err != nil {
		return p, err
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		for _, other := range alike {
			if err := tx.SettleOpen(ctx, other); err != nil {
				return err
			}
		}
		if added != nil {
			l, err := tx.AddLine(ctx, *added, by.ID)
			if err != nil {
				return err
			}
			p.LineID = l.ID
		}
		if err := tx.SettleOpen(ctx, p); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, action, p.PetitionID, "page "+p.PageID+", point "+p.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return p, refuse(Conflict, "Somebody else settled this point meanwhile.")
	}
	if err != nil {
		return p, err
	}
	o.tell(p.PetitionID)
	return p, nil
}

// HeadedOtherwise is an open point of a page that is headed with another group's name.
const HeadedOtherwise = "headed-otherwise"

// alike are the open points that are settled with one: all pages of a file are headed alike, so
// that who says that one counts here says it of all.
func (o *Office) alike(ctx context.Context, p store.OpenPoint) (out []store.OpenPoint, err error) {
	if p.Kind != HeadedOtherwise || p.Settled != store.NothingHere {
		return nil, nil
	}
	all, err := o.Store.OpenPoints(ctx, p.PetitionID)
	for _, other := range all {
		if other.ID != p.ID && other.Kind == p.Kind && other.UploadID == p.UploadID &&
			other.Settled == "" {
			other.Settled, other.Note, other.By, other.At = p.Settled, p.Note, p.By, p.At
			out = append(out, other)
		}
	}
	return out, err
}

// SameGroup says whether what pages are headed with can be the group that a petition is called
// after: they share a word that is not every group's.
func SameGroup(title, group string) bool {
	a, b := ownWords(title), ownWords(group)
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a,
		func(w string) bool { return slices.Contains(b, w) })
}

// ownWords are the words of a name that tell it from others, as far as their beginning.
func ownWords(s string) (out []string) {
	common := []string{"the", "and", "for", "of", "in", "a", "an", "to", "on", "library",
		"libraries", "librarians", "librarianship", "member", "members",
		"membership", "initiative", "group", "groups", "round", "table", "petition", "new",
		"interest", "section", "association", "american", "ala"}
	const beginning = 5 // letters, so that Memoir is Memoirs
	for _, w := range name.Words(s) {
		if r := []rune(w); !slices.Contains(common, w) && len(r) > 2 {
			out = append(out, string(r[:min(beginning, len(r))]))
		}
	}
	return out
}

// lineFor is a line that a person saw on a page: nothing of it is read, so that who reviews it
// says what stands there.
func (o *Office) lineFor(ctx context.Context, pageID string, box [4]float64) (*store.Line, error) {
	page, err := o.Store.Page(ctx, pageID)
	if err != nil {
		return nil, err
	}
	lines, err := o.Store.LinesOf(ctx, pageID)
	if err != nil {
		return nil, err
	}
	row := extract.Row{Box: box, Signed: extract.SignedUnsure,
		Fields: map[extract.Field]extract.Reading{extract.Name: {}}}
	for _, l := range lines {
		other, err := kept.DecodeRow(l.Row)
		if err != nil {
			return nil, err
		}
		row.Number = max(row.Number, other.Number)
		for field := range other.Fields {
			row.Fields[field] = extract.Reading{}
		}
	}
	row.Number++
	l := &store.Line{PageID: pageID, Box: box}
	if l.Row, err = kept.EncodeRow(row); err != nil {
		return nil, err
	}
	l.Picture, err = o.cutOut(ctx, page, box)
	return l, err
}

// cutOut keeps a part of a page's picture, upright, and gives its blob; empty for a page of
// which there is no picture.
func (o *Office) cutOut(ctx context.Context, page store.Page, box [4]float64) (string, error) {
	picture, err := o.partOf(ctx, page, box)
	if picture == nil || err != nil {
		return "", err
	}
	sum, _, err := o.Blobs.Put(ctx, bytes.NewReader(picture))
	return sum, err
}

// partOf is a JPEG of a part of a page's picture with a margin, upright; nil for a page of which
// there is no picture.
func (o *Office) partOf(ctx context.Context, page store.Page, box [4]float64) ([]byte, error) {
	return o.cut(ctx, page, box, extract.Box.WithMargin)
}

// cut is a JPEG of what place says of a box on a page's picture, upright; nil for a page of which
// there is no picture.
func (o *Office) cut(ctx context.Context, page store.Page, box [4]float64,
	place func(extract.Box, image.Rectangle) image.Rectangle) ([]byte, error) {
	if page.Picture == "" {
		return nil, nil
	}
	file, err := o.Blobs.Open(ctx, page.Picture)
	if err != nil {
		return nil, fmt.Errorf("open the picture of page %s: %w", page.ID, err)
	}
	defer file.Close()
	picture, err := jpeg.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("decode the picture of page %s: %w", page.ID, err)
	}
	if box == ([4]float64{}) {
		box = [4]float64{0, 0, 1, 1}
	}
	part := place(box, picture.Bounds())
	if part.Empty() {
		return nil, errors.New("an open point lies outside of its page")
	}
	cut := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(cut, cut.Bounds(), picture, part.Min, draw.Src)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, Turned(cut, page.Rotation),
		&jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("keep the picture of a line: %w", err)
	}
	return out.Bytes(), nil
}

// openPictures is how many open points of a petition a workbook shows pictures of: each costs
// a tenth of a second.
const openPictures = 200

// openByPage are the open points of a petition as workbooks list them, by page.
func (o *Office) openByPage(
	ctx context.Context, w *counted, of people,
) (map[string][]report.OpenPoint, error) {
	points, err := o.Store.OpenPoints(ctx, w.petition.ID)
	if err != nil || len(points) == 0 {
		return nil, err
	}
	pages := map[string]store.Page{}
	for _, p := range w.pages {
		pages[p.ID] = p
	}
	out, shown := map[string][]report.OpenPoint{}, 0
	for _, p := range points {
		point := report.OpenPoint{Text: p.Text, Settled: foundOpen[p.Settled], Note: p.Note,
			At: p.At}
		if p.By != "" {
			point.By = of.name(p.By)
		}
		if shown < openPictures && p.Box != ([4]float64{}) {
			shown++
			// A picture that is gone costs no report.
			point.Picture, _ = o.partOf(ctx, pages[p.PageID], p.Box)
		}
		out[p.PageID] = append(out[p.PageID], point)
	}
	return out, nil
}

// foundOpen says how an open point was settled.
var foundOpen = map[string]string{
	store.NothingHere: "nothing to count",
	store.LineAdded:   "line added",
	store.NotCounted:  "not counted",
}

// Turned is a picture turned clockwise by quarters.
func Turned(src image.Image, degrees int) image.Image {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if degrees%360 == 0 {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if degrees%180 != 0 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			c := src.At(b.Min.X+x, b.Min.Y+y)
			switch degrees {
			case 90:
				dst.Set(h-1-y, x, c)
			case 180:
				dst.Set(w-1-x, h-1-y, c)
			case 270:
				dst.Set(y, w-1-x, c)
			}
		}
	}
	return dst
}
