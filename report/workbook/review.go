package workbook

import (
	"strings"
	"time"

	"countersign/report"
	"countersign/verify"
)

// reviewSheet is in the workbook only where people found something.
const reviewSheet = "Review log"

// reviewLog writes what people found of lines, in the order in which they did,
// what they took back included.
func reviewLog(b *book, p report.Petition) {
	if len(p.Findings) == 0 {
		return
	}
	s := b.sheet(reviewSheet, layout{widths: []float64{16, 18, 24, 7, 7, 16, 14, 44, 10}, landscape: true, head: 1})
	s.heads("When", "Who", "File", "Page", "Line", "Found", "Member number", "Note", "Taken back")
	at := map[verify.Ref]int{}
	for i, d := range p.Decisions {
		at[d.Line.Ref] = i
	}
	for _, f := range p.Findings {
		line := countLook
		if i, ok := at[f.Line]; ok {
			s.link(5, signaturesSheet, i+2)
			line = linkLook
		}
		taken := ""
		if f.Undone {
			taken = "yes"
		}
		s.add(height(max(lines(f.By, 18), lines(f.Line.File, 24), lines(f.Note, 44), lines(foundWords(f.Found), 16))),
			b.text(cellLook, moment(f.At)), b.text(cellLook, f.By), b.text(cellLook, f.Line.File), b.number(countLook, f.Line.Page), b.number(line, f.Line.Row),
			b.text(cellLook, foundWords(f.Found)), b.text(cellLook, f.MemberID), b.text(cellLook, f.Note), b.text(center(cellLook), taken))
	}
	s.done()
}

// foundWords says what somebody found.
func foundWords(kind string) string {
	switch verify.Kind(kind) {
	case verify.Accept:
		return "this member"
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

// decidedBy says how a line was decided, and by whom and when.
func decidedBy(d verify.Decision) (how, who string) {
	switch {
	case d.Overridden:
		how = "by the chair"
	case len(d.By) > 1:
		how = "by reviewers"
	case d.ByPeople():
		how = "by a reviewer"
	case d.Verdict == verify.Uncertain:
		return "needs a person", ""
	default:
		return "by the program", ""
	}
	return how, strings.Join(d.By, ", ") + ", " + moment(d.At)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
