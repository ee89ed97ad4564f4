package workbook

import (
	"fmt"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
)

// decidedBy says how a line came to its verdict, or what it waits for.
func decidedBy(d verify.Decision) string {
	switch {
	case d.Verdict == verify.Uncertain:
		return waitsFor(d.Needs)
	case d.Overridden:
		return "by override"
	case len(d.By) > 1:
		return "by reviewers"
	case len(d.By) == 1:
		return "by a person"
	}
	return "by the program"
}

func waitsFor(n verify.Needs) string {
	switch n {
	case verify.NeedsSecond:
		return "needs a second"
	case verify.NeedsThird:
		return "needs a third"
	case verify.NeedsChair:
		return "needs the chair"
	case verify.NeedsOther:
		return "needs another line"
	}
	return "needs a person"
}

// reviews writes everything that people found, in the order in which they did,
// with what was taken back.
func reviews(b *book, p *plan) {
	columns := p.columns(column{"When (UTC)", 17}, column{"By whom", 20}, column{"File", 22},
		column{"Page", 7}, column{lineColumn, 7},
		column{"Name as written", 26}, column{"Found", 22}, column{"Member number", 15},
		column{"Note", 44}, column{"Now", 15})
	s := b.table(reviewSheet, columns)
	for i, petition := range p.Petitions {
		names := map[verify.Ref]string{}
		for _, d := range petition.Decisions {
			names[d.Line.Ref] = written(d, extract.Name)
		}
		for _, f := range petition.Findings {
			s.finding(p, i, f, names[f.Line])
		}
	}
	if s.row == 1 {
		s.sentence(len(columns), 180,
			"Nobody has looked at a line yet: every verdict so far is the program's.")
	}
	s.filter(1, len(columns))
	s.done()
}

func (s *sheet) finding(p *plan, i int, f report.Finding, name string) {
	l, now := cellLook, "stands"
	if f.Undone {
		l.color, l.strike = quiet, true
		now = "× taken back"
	}
	cells := s.numbered(p, i)
	line := center(l)
	line.format = asCount
	page := line
	if row := p.signatures[place{i, f.Line}]; row > 0 {
		s.link(len(cells)+5, signaturesSheet, row)
		line.link = true
	}
	quietly := l
	quietly.strike = false
	s.add(height(max(lines(f.By, 18), lines(f.Line.File, 20), lines(name, 24), lines(f.Note, 42))),
		append(cells, s.moment(l, f.At), s.text(l, f.By),
			s.text(l, f.Line.File), s.number(page, f.Line.Page), s.number(line, f.Line.Row),
			s.text(l, name), s.text(l, foundWord(f.Found)),
			s.text(center(l), f.MemberID), s.text(l, f.Note), s.text(quietly, now))...)
}

// foundWord says what somebody found.
func foundWord(kind string) string {
	switch check, of := verify.CheckOf(kind); check {
	case verify.Again:
		return foundWord(string(of)) + ", looking again"
	case verify.Known:
		return foundWord(string(of)) + ", answer known"
	}
	switch verify.Kind(kind) {
	case verify.Accept:
		return "this member"
	case verify.OneOf:
		return "one of several members of this name"
	case verify.NobodyFits:
		return "nobody on the roll"
	case verify.CannotRead:
		return "illegible"
	case verify.NotSigned:
		return "unsigned"
	case verify.StruckOut:
		return "struck out"
	case verify.SignedBefore:
		return "duplicate"
	case verify.NotStanding:
		return "not in good standing"
	case verify.NotComplete:
		return "incomplete"
	case verify.NotInWindow:
		return "out of window"
	case verify.NotEligible:
		return "ineligible"
	case verify.NotTold:
		return "ambiguous"
	case verify.Correct:
		return "reads differently"
	case verify.Flag:
		return "flagged for the chair"
	case verify.Override:
		return "counts all the same"
	case verify.Undo:
		return "took a finding back"
	}
	return kind
}

// behind writes the lines behind each figure of the summary, one figure after
// the other.
func behind(b *book, p *plan) {
	columns := p.columns(column{"Figure", 14}, column{reasonColumn, 18}, column{"File", 26},
		column{"Page", 8}, column{lineColumn, 8},
		column{"Name as written", 30}, column{"Member number", 16}, column{"Member", 30},
		column{"How decided", 16})
	s := b.table(behindSheet, columns)
	for i, petition := range p.Petitions {
		for _, d := range ordered(petition) {
			m := memberOf(d)
			name := written(d, extract.Name)
			cells := s.numbered(p, i)
			s.link(len(cells)+5, signaturesSheet, p.signatures[place{i, d.Line.Ref}])
			s.add(height(max(lines(d.Line.File, 24), lines(name, 28), lines(m.name, 28))),
				append(cells, s.text(marked(d.Verdict), figureWord(d.Verdict)),
					s.text(cellLook, report.ReasonWord(d.Reason)), s.text(cellLook, d.Line.File),
					s.number(countLook, d.Line.Page), s.number(linkLook, d.Line.Ref.Row),
					s.text(cellLook, name), s.text(center(cellLook), m.id), s.text(cellLook,
						m.name),
					s.text(cellLook, decidedBy(d)))...)
		}
	}
	if s.row == 1 {
		s.sentence(len(columns), 160,
			"No line with writing was found, so that no line stands behind a figure.")
	}
	s.filter(1, len(columns))
	s.done()
}

// figureWord is a verdict as the summary counts it.
func figureWord(v verify.Verdict) string {
	if v == verify.Uncertain {
		return "undecided"
	}
	return string(v)
}

// marked is the look of a verdict: a mark that needs no colour.
func marked(v verify.Verdict) look {
	l := cellLook
	l.format = map[verify.Verdict]string{verify.Valid: asTick, verify.Invalid: asCross,
		verify.Uncertain: asOpen}[v]
	if v == verify.Uncertain {
		l.fill = amber
	}
	return l
}

// repeated writes the lines of people who signed more than once.
func repeated(b *book, p *plan) {
	columns := p.columns(column{"File", 22}, column{"Page", 7}, column{lineColumn, 7},
		column{"Name as written", 24}, column{"Member number", 16}, column{"Member", 24},
		column{"File", 22}, column{"Page", 7}, column{lineColumn, 7}, column{"Name as written", 24},
		column{verdictColumn, 13})
	s := b.sheet(duplicatesSheet, layout{widths: widths(columns), landscape: true, head: 2})
	over := look{bold: true, rule: "box", center: true}
	cells := make([]any, len(columns))
	heads := make([]string, len(columns))
	for j, c := range columns {
		cells[j], heads[j] = b.text(over, ""), c.head
	}
	first := len(columns) - 11
	cells[first], cells[first+6] = b.text(over, "This line"),
		b.text(over, "repeats the line that counts")
	s.add(height(1), cells...)
	s.span(first+1, first+6)
	s.span(first+7, first+11)
	s.heads(heads...)
	for i, petition := range p.Petitions {
		s.repeats(p, i, petition)
	}
	if s.row == 2 {
		s.sentence(len(columns), 180, "Nobody signed more than once, as far as is decided.")
	}
	s.filter(2, len(columns))
	s.done()
}

// repeats writes the repeated lines of one petition.
func (s *sheet) repeats(p *plan, i int, petition report.Petition) {
	at := map[verify.Ref]verify.Decision{}
	for _, d := range petition.Decisions {
		at[d.Line.Ref] = d
	}
	for _, d := range petition.Decisions {
		if d.Reason != verify.Duplicate {
			continue
		}
		m, name := memberOf(d), written(d, extract.Name)
		cells := s.numbered(p, i)
		from := len(cells)
		s.link(from+3, signaturesSheet, p.signatures[place{i, d.Line.Ref}])
		cells = append(cells, s.text(cellLook, d.Line.File), s.number(countLook, d.Line.Page),
			s.number(linkLook, d.Line.Ref.Row),
			s.text(cellLook, name), s.text(center(cellLook), m.id), s.text(cellLook, m.name))
		cells = append(cells, s.counting(p, i, from, d.DuplicateOf, at)...)
		s.add(height(max(lines(d.Line.File, 20), lines(name, 22), lines(m.name, 22))), cells...)
	}
}

// counting gives the cells for the line that counts instead of a duplicate.
func (s *sheet) counting(p *plan, i, from int, of *verify.Ref,
	at map[verify.Ref]verify.Decision) []any {
	if of == nil {
		return []any{s.text(cellLook, "not recorded"), s.text(cellLook, ""), s.text(cellLook, ""),
			s.text(cellLook, ""), s.text(cellLook, "")}
	}
	d, known := at[*of]
	line := countLook
	if known {
		line = linkLook
		s.link(from+9, signaturesSheet, p.signatures[place{i, *of}])
	}
	return []any{s.text(cellLook, of.File), s.number(countLook, of.Page), s.number(line, of.Row),
		s.text(cellLook, written(d, extract.Name)),
		s.text(marked(d.Verdict), fmt.Sprint(d.Verdict))}
}
