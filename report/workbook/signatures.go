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

// Columns of the Signatures sheet that something else refers to.
const (
	fileColumn    = "File"
	lineColumn    = "Line"
	pictureColumn = "Picture of the line"
	verdictColumn = "Verdict"
	reasonColumn  = "Reason"
	becauseColumn = "Because"
	printColumn   = "Fingerprint of the row"
)

// signatureColumns gives headings and widths. The picture gets most of the
// room: it is what a verifier looks at. Those up to because are printed, and so
// narrow together that 11 points on the screen are 8 on paper, held across; the
// others are for the screen.
func (p *plan) signatureColumns() []column {
	return p.columns(column{fileColumn, 11}, column{"Page", 6.5}, column{lineColumn, 6.5},
		column{pictureColumn, 46}, column{"Name as written", 14.5},
		column{"Number as written", 10}, column{"Signed", 8}, column{"Member number", 9.5},
		column{"Member", 14.5},
		column{verdictColumn, 12.5}, column{reasonColumn, 11}, column{becauseColumn, 21},
		column{"Also written", 17}, column{"Standing", 19}, column{"Probability", 11.5},
		column{"How decided", 14.5},
		column{"By whom", 11}, column{"When", 11.5}, column{printColumn, 13})
}

// Room around and for a picture, in pixels. A column is seven pixels a
// character and five more; a point is 4/3 pixels.
const (
	pictureGap     = 3
	pictureHighest = 84
)

// signatures writes every line with its picture.
func signatures(b *book, p *plan) {
	columns := p.signatureColumns()
	s := b.table(signaturesSheet, columns)
	l := lister{sheet: s, plan: p, columns: columns, pictures: columnOf(columns, pictureColumn),
		compared: &b.pictures}
	for i, petition := range p.Petitions {
		for _, d := range petition.Decisions {
			l.line(i, petition, d)
		}
	}
	if l.drawn != nil {
		l.drawn.done()
	}
	if p.lines == 0 {
		s.sentence(len(columns), 200, "Nobody has signed: no line with writing was found.")
	}
	s.filter(1, len(columns))
	s.printed(columnOf(columns, becauseColumn))
	s.done()
}

// lister writes lines, each with its picture.
type lister struct {
	*sheet
	plan     *plan
	columns  []column
	pictures int      // the column that shows them
	compared *record  // of their fingerprints, nil for none
	drawn    *drawing // begun with the first picture
	painter  painter
}

// line writes one decision.
func (s *lister) line(i int, petition report.Petition, d verify.Decision) {
	l := look{size: 11, rule: "box", inset: true}
	verdict, member := l, l
	verdict.format = asTick
	switch d.Verdict {
	case verify.Invalid:
		l.color = quiet
		verdict, member = l, l
		verdict.format = asCross
	case verify.Uncertain:
		l.fill = amber
		verdict, member = l, l
		verdict.format, verdict.bold = asOpen, true
		if d.MemberID == "" {
			member.format, member.italic = asGuess, true
		}
	}
	first := l
	if d.Verdict == verify.Uncertain {
		first.rule = "bar"
	}
	count, percent, lead := center(l), center(l), l
	count.format, percent.format, lead.link = asCount, asPercent, true
	counted := count
	counted.link = true

	at := place{i, d.Line.Ref}
	m := memberOf(d)
	cells := s.numbered(s.plan, i)
	from := len(cells)
	page, reason, how, line := count, l, l, count
	if row := s.plan.pages[place{i, verify.Ref{File: d.Line.File, Page: d.Line.Page}}]; row > 0 {
		s.link(from+2, sheetsSheet, row)
		page = counted
	}
	if row := s.plan.duplicates[at]; row > 0 {
		s.link(from+11, duplicatesSheet, row)
		reason = lead
	}
	if row := s.plan.reviews[at]; row > 0 {
		s.link(from+16, reviewSheet, row)
		how = lead
	}
	address := ""
	if petition.Links != nil {
		address = petition.Links.Line(d.Line.Ref)
	}
	if address != "" {
		s.leads(from+3, address, "External")
		line = counted
	}
	by := strings.Join(d.By, ", ")
	words := []string{d.Line.File, "", "", "", written(d, extract.Name),
		written(d, extract.MemberID), "", m.id, m.name,
		"", report.ReasonWord(d.Reason), d.Because, others(d), m.standing, "", decidedBy(d), by, ""}
	high := 2
	for j, t := range words {
		high = max(high, lines(t, s.columns[from+j].width-2))
	}
	said, tall := s.picture(d.Line.Ref, petition.Pictures, height(high)*1.1, address)
	cells = append(cells,
		s.text(first, d.Line.File), s.number(page, d.Line.Page), s.number(line, d.Line.Ref.Row),
		s.text(l, said),
		s.text(l, words[4]), s.text(center(l), words[5]), s.text(center(l), string(d.Line.Signed)),
		s.text(center(member), m.id), s.text(member, m.name), s.text(verdict, string(d.Verdict)),
		s.text(reason, words[10]), s.text(l, d.Because),
		s.text(l, words[12]), s.text(l, m.standing), s.probability(percent, d),
		s.text(how, words[15]), s.text(l, by), s.when(l, d.At, asDate))
	s.add(tall, append(cells, s.text(printLook, fingerprintOf(texts(cells))))...)
}

// probability that the best candidate wrote the line, to four places; empty
// where there is no candidate.
func (s *sheet) probability(l look, d verify.Decision) excelize.Cell {
	if len(d.Candidates) == 0 {
		return s.text(l, "")
	}
	return s.number(l, math.Round(d.Probability*1e4)/1e4)
}

// picture puts the picture of a line into the row to be written next, at least
// so many points high. It returns what the cell says, empty where there is a
// picture, and the height the row needs.
func (s *lister) picture(ref verify.Ref, pictures report.Pictures, least float64, address string) (
	string, float64) {
	if pictures == nil || s.err != nil {
		return noPicture, least
	}
	data, err := pictures.Picture(ref)
	if err != nil {
		return lostPicture, least
	}
	return s.put(data, least, placed{
		name:     fmt.Sprintf("Picture of line %d on page %d", ref.Row, ref.Page),
		alt:      fmt.Sprintf("Line %d of page %d", ref.Row, ref.Page),
		external: address,
	})
}

// put puts a JPEG into the column for pictures, under a name and with words for those who
// cannot see it.
func (s *lister) put(data []byte, least float64, as placed) (string, float64) {
	if len(data) == 0 || s.err != nil {
		return noPicture, least
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width == 0 || config.Height == 0 {
		return damagedPicture, least
	}
	as.column = s.pictures
	room := s.columns[as.column-1].width*7 + 5 - 2*pictureGap
	scale := min(1, room/float64(config.Width), pictureHighest/float64(config.Height))
	w := math.Max(1, math.Round(float64(config.Width)*scale))
	h := math.Max(1, math.Round(float64(config.Height)*scale))
	tall := math.Min(math.Max(least, (h+2*pictureGap)*0.75), excelize.MaxRowHeight)
	if s.drawn == nil {
		s.drawn = s.drawing()
		s.drawn.of = s.compared
	}
	as.row, as.left, as.top = s.row+1, pictureGap, int(math.Max(pictureGap, (tall/0.75-h)/2))
	as.width, as.height = int(w), int(h)
	small, kind := s.painter.smaller(data, detail*as.width)
	s.drawn.add(small, kind, as)
	return "", tall
}

// member is what the workbook says of a line's member.
type member struct{ id, name, standing string }

// guess is how probable a member must be to be shown for a line that nobody
// has decided: whoever reads a name beside a line believes it a little.
const guess = 0.5

// memberOf gives the member a line was matched to, or else the best guess of a
// line that nobody has decided.
func memberOf(d verify.Decision) member {
	for i, c := range d.Candidates {
		if c.Member == nil {
			continue
		}
		if c.Member.ID == d.MemberID || d.MemberID == "" && d.Verdict == verify.Uncertain &&
			i == 0 && d.Probability >= guess {
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
	return strings.Join(strings.Fields(strings.Join([]string{m.Given, informal, m.Middle, m.Family,
		m.Suffix}, " ")), " ")
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

// others joins what else is written on a line, in the order of the fields. Given and family
// name are in the name already.
func others(d verify.Decision) string {
	var parts []string
	for _, f := range report.Fields() {
		switch {
		case f.Private, f.Key == extract.Name, f.Key == extract.Given, f.Key == extract.Family,
			f.Key == extract.MemberID:
			continue
		}
		if t := strings.TrimSpace(written(d, f.Key)); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, "; ")
}
