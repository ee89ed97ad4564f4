package workbook

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"math"
	"strings"

	"github.com/xuri/excelize/v2"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// Columns of the Signatures sheet that something else refers to, 1-based.
const (
	columnLine    = 3
	columnPicture = 4
	columnVerdict = 13
	columnReason  = 14
)

// columns gives the headings and widths of the Signatures sheet. The picture
// gets most of the room: it is what a verifier looks at.
func columns() ([]string, []float64) {
	heads := []string{"File", "Page", "Line", "Picture of the line", "Name as written", "Number as written", "Also written", "Signed",
		"Member number", "Member", "Standing", "Probability", "Verdict", "Reason", "How decided", "By whom, when", "Because"}
	widths := []float64{13, 6.5, 6, 60.5, 16, 10, 17, 7.5, 10, 16, 13, 11, 13, 12, 11, 10, 26}
	return heads, widths
}

// Room around and for a picture, in pixels. A column is seven pixels a
// character and five more; a point is 4/3 pixels.
const (
	pictureGap     = 3
	pictureHighest = 84
)

// signatures writes every line with its picture.
func signatures(b *book, p report.Petition) {
	heads, widths := columns()
	s := b.sheet(signaturesSheet, layout{widths: widths, landscape: true, head: 1})
	s.add(height(2), headCells(b, heads)...)
	for _, d := range p.Decisions {
		s.line(d, p.Pictures, widths)
	}
	if s.err == nil {
		all := cellName(1, 1) + ":" + cellName(len(heads), s.row)
		s.try(b.file.AutoFilter(signaturesSheet, all, nil))
		s.try(b.file.AddIgnoredErrors(signaturesSheet, all, excelize.IgnoredErrorsNumberStoredAsText))
	}
	s.done()
}

func headCells(b *book, heads []string) []any {
	cells := make([]any, len(heads))
	for i, h := range heads {
		cells[i] = b.text(headLook, h)
	}
	return cells
}

// line writes one decision.
func (s *sheet) line(d verify.Decision, pictures report.Pictures, widths []float64) {
	l := look{size: 11, rule: "box", inset: true}
	verdict, member := l, l
	how, who := decidedBy(d)
	switch d.Verdict {
	case verify.Invalid:
		l.color = quiet
		verdict, member = l, l
		verdict.format = asCross
	case verify.Uncertain:
		l.fill = amber
		verdict, member = l, l
		verdict.format, verdict.bold = asOpen, true
	}
	first := l
	if d.Verdict == verify.Uncertain {
		first.rule = "bar"
		if d.MemberID == "" {
			member.format, member.italic = asGuess, true
		}
	}
	m := memberOf(d)
	percent := center(l)
	percent.format = asPercent
	count := center(l)
	count.format = asCount
	texts := []string{d.Line.File, "", "", "", written(d, extract.Name), written(d, extract.MemberID), others(d), "", m.id, m.name, m.standing,
		"", "", report.ReasonWord(d.Reason), how, who, d.Because}
	high := 2
	for i, t := range texts {
		high = max(high, lines(t, widths[i]-2))
	}
	var probability any = s.text(percent, "")
	if len(d.Candidates) > 0 {
		probability = s.number(percent, d.Probability)
	}
	picture, tall := s.picture(d.Line.Ref, pictures, widths[columnPicture-1], height(high)*1.1)
	s.add(tall,
		s.text(first, d.Line.File), s.number(count, d.Line.Page), s.number(count, d.Line.Ref.Row), s.text(l, picture),
		s.text(l, texts[4]), s.text(center(l), texts[5]), s.text(l, texts[6]), s.text(center(l), string(d.Line.Signed)),
		s.text(center(member), m.id), s.text(member, m.name), s.text(l, m.standing), probability,
		s.text(verdict, string(d.Verdict)), s.text(l, texts[13]), s.text(l, how), s.text(l, who), s.text(l, d.Because))
}

// picture puts the picture of a line into the row to be written next, at least
// so many points high. It returns what the cell says, empty where there is a
// picture, and the height the row needs.
func (s *sheet) picture(ref verify.Ref, pictures report.Pictures, width, least float64) (string, float64) {
	if s.err != nil {
		return "", least
	}
	if pictures == nil {
		return "no picture", least
	}
	data, err := pictures.Picture(ref)
	if err != nil {
		return "the picture could not be read", least
	}
	if len(data) == 0 {
		return "no picture", least
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width == 0 || config.Height == 0 {
		return "the picture is damaged", least
	}
	room := width*7 + 5 - 2*pictureGap
	scale := min(1, room/float64(config.Width), pictureHighest/float64(config.Height))
	w, h := math.Max(1, math.Round(float64(config.Width)*scale)), math.Max(1, math.Round(float64(config.Height)*scale))
	tall := math.Min(math.Max(least, (h+2*pictureGap)*0.75), excelize.MaxRowHeight)
	row := s.row + 1
	// The stream keeps its row heights to itself, and a drawing would think
	// this row too low and end the picture in a later one. The stream still
	// writes the true height.
	s.try(s.file.SetRowHeight(s.name, row, excelize.MaxRowHeight))
	s.try(s.file.AddPictureFromBytes(s.name, cellName(columnPicture, row), &excelize.Picture{
		Extension: ".jpg",
		File:      data,
		Format: &excelize.GraphicOptions{
			AltText: fmt.Sprintf("Line %d of page %d", ref.Row, ref.Page),
			// Half a pixel more, for excelize rounds down.
			ScaleX: (w + 0.5) / float64(config.Width), ScaleY: (h + 0.5) / float64(config.Height),
			OffsetX: pictureGap, OffsetY: int(math.Max(pictureGap, (tall/0.75-h)/2)),
			LockAspectRatio: true, Positioning: "twoCell",
		},
	}))
	return "", tall
}

// lineRange is the range of a column over all lines, for formulas; one empty
// row where there is no line.
func lineRange(p report.Petition, column int) string {
	letter := strings.TrimSuffix(cellName(column, 1), "1")
	return fmt.Sprintf("%s!$%s$2:$%s$%d", signaturesSheet, letter, letter, max(len(p.Decisions), 1)+1)
}

// member is what the workbook says of a line's member.
type member struct{ id, name, standing string }

// memberOf gives the member a line was matched to, or else the best guess of a
// line that nobody has decided.
func memberOf(d verify.Decision) member {
	for i, c := range d.Candidates {
		if c.Member == nil {
			continue
		}
		if c.Member.ID == d.MemberID || d.MemberID == "" && d.Verdict == verify.Uncertain && i == 0 {
			return member{c.Member.ID, memberName(c.Member), memberStanding(c.Member)}
		}
	}
	return member{id: d.MemberID}
}

func memberName(m *roll.Member) string {
	informal := ""
	if m.Informal != "" && !strings.EqualFold(m.Informal, m.Given) {
		informal = "(" + m.Informal + ")"
	}
	return strings.Join(strings.Fields(strings.Join([]string{m.Given, informal, m.Middle, m.Family, m.Suffix}, " ")), " ")
}

func memberStanding(m *roll.Member) string {
	var parts []string
	for _, s := range []string{m.Status, m.Class, m.Type} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if !m.PaidThru.IsZero() {
		parts = append(parts, "paid through "+m.PaidThru.Format("2006-01-02"))
	}
	return strings.Join(parts, ", ")
}

// written is what was read in a cell of the line.
func written(d verify.Decision, f extract.Field) string { return d.Line.Fields[f].Text }

// others joins what else is written on a line, in the order of the fields.
// Given and family name are in the name already.
func others(d verify.Decision) string {
	var parts []string
	for _, f := range []extract.Field{extract.Institution, extract.Street, extract.CityState, extract.City, extract.State, extract.ZIP,
		extract.Email, extract.Phone, extract.Date} {
		if t := strings.TrimSpace(written(d, f)); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, "; ")
}
