package office

import (
	"slices"
	"sync"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
)

// fieldsOf lists what a sheet asks for, as it was read.
func fieldsOf(row extract.Row) []Field {
	var out []Field
	for _, f := range report.Fields() {
		r, ok := row.Fields[f.Key]
		if !ok {
			continue
		}
		field := Field{Key: string(f.Key), Label: f.Label, Text: r.Text, Confidence: r.Confidence,
			Corrected: r.Engine == verify.ByPerson}
		for _, a := range r.Alternatives {
			field.Alternatives = append(field.Alternatives, a.Text)
		}
		out = append(out, field)
	}
	return out
}

// lineView is a line in the words of pages, which are made when somebody asks for them.
type lineView struct {
	*terms
	of       *caseLine
	decision *verify.Decision
	found    []store.Finding
	asked    verify.Check // of a line to look at once more: shown as if nobody had decided it

	once   sync.Once
	line   Line
	tabled sync.Once
	table  *TableLine
}

func (w *counted) newView(i int) *lineView {
	return &lineView{terms: w.terms, of: w.lines[i], decision: w.decisions[i], found: w.found[i]}
}

func (v *lineView) made() *Line {
	v.once.Do(func() {
		switch {
		case v.of == nil: // it is made already
		case v.asked != "":
			v.line = v.asOpen()
		default:
			v.line = v.show(v.decision)
		}
	})
	return &v.line
}

// show puts a decision, which need not be the one in force, into the words of pages.
func (v *lineView) show(d *verify.Decision) Line {
	l := v.of
	out := Line{
		ID: l.ID, UploadID: l.UploadID, PageID: l.PageID, File: l.ref.File, Page: l.ref.Page,
		Number: l.ref.Row,
		Box:    l.Box, Picture: l.Picture, Fields: fieldsOf(l.current.Line.Row),
		Signed: string(d.Line.Signed), Struck: d.Line.Struck,
		Verdict: string(d.Verdict), Reason: string(d.Reason), ReasonWord: report.ReasonWord(
			d.Reason), Because: d.Because,
		MemberID: d.MemberID, Probability: d.Probability, Look: string(d.Look), Nobody: d.Nobody,
		Needs: string(d.Needs), Decided: "program", By: d.By, At: d.At, Note: d.Note,
		Rulings: v.rulings(),
	}
	if d.ByPeople() {
		out.Decided = "person"
	}
	if d.Verdict == verify.Uncertain {
		if m := v.rules.OneOf(v.dates, l.current); m != nil {
			out.OneOf = m.ID
		}
	}
	if d.DuplicateOf != nil {
		if at, ok := v.refs[*d.DuplicateOf]; ok {
			out.DuplicateOf = v.signed.ids[at]
		}
	}
	for _, c := range d.Candidates {
		shown := v.candidate(l.current.Line.Row, c)
		shown.Member.Signed = v.signed.by(c.Member.ID)
		out.Candidates = append(out.Candidates, shown)
	}
	for _, r := range out.Rulings {
		if !r.Undone && r.Kind != string(verify.Undo) {
			out.Findings++
		}
	}
	return out
}

// signed are the lines that are decided to be a member's, by number.
type signed struct {
	ids []string // of lines, by place
	mu  sync.RWMutex
	of  map[string][]int
}

func newSigned(w *counted) *signed {
	s := &signed{of: map[string][]int{}, ids: make([]string, len(w.lines))}
	for i, d := range w.decisions {
		s.ids[i] = w.lines[i].ID
		if id := signerOf(d); id != "" {
			s.of[id] = append(s.of[id], i)
		}
	}
	return s
}

// signerOf is the member whose line it is decided to be, empty for nobody.
func signerOf(d *verify.Decision) string {
	if d.Verdict == verify.Valid || d.Reason == verify.Duplicate {
		return d.MemberID
	}
	return ""
}

// replace notes another decision of a line, and says whether it is another member's now.
func (s *signed) replace(i int, before, now *verify.Decision) bool {
	from, to := signerOf(before), signerOf(now)
	if from == to {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if from != "" {
		s.of[from] = slices.DeleteFunc(s.of[from], func(at int) bool { return at == i })
	}
	if to != "" {
		at, _ := slices.BinarySearch(s.of[to], i)
		s.of[to] = slices.Insert(s.of[to], at, i)
	}
	return true
}

// by lists the lines of a member.
func (s *signed) by(memberID string) (out []string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, i := range s.of[memberID] {
		out = append(out, s.ids[i])
	}
	return out
}

// candidate puts a candidate for a row into the words of pages.
func (w *terms) candidate(row extract.Row, c verify.Candidate) Candidate {
	out := Candidate{Member: w.member(row, c), Probability: c.Probability, Because: c.Because,
		Agrees: map[string]string{}}
	for f, a := range verify.Compare(row, c.Member) {
		out.Agrees[string(f)] = string(a)
	}
	return out
}

// member puts a person into the words of pages, with their standing for a row.
func (w *terms) member(row extract.Row, c verify.Candidate) Member {
	s, _ := w.rules.StandingOf(w.dates, row, c)
	return memberView(s, c)
}

func memberView(s verify.Standing, c verify.Candidate) Member {
	m := c.Member
	out := Member{
		ID: m.ID, Name: m.FullName(), Given: m.Given, Family: m.Family, Institution: m.Company,
		Street: m.Street, City: m.City, State: m.State, ZIP: m.ZIP,
		Standing: s.Words, Good: s.Reason == verify.IsMember,
	}
	if len(m.Emails) > 0 {
		out.Email = m.Emails[0]
	}
	for _, o := range c.Also {
		out.Also = append(out.Also, o.ID)
	}
	return out
}

// rulings are what people found of the line, in words of pages.
func (v *lineView) rulings() []Ruling {
	var out []Ruling
	for _, f := range v.found {
		r := Ruling{FindingID: f.ID, By: f.By, At: f.At, Kind: f.Kind, MemberID: f.MemberID,
			Note: f.Note, Fields: f.Fields,
			Undone: takenBack(v.found, f.ID), Undoes: f.Undoes}
		if f.MemberID != "" && (f.Kind == string(verify.Accept) || f.Kind == string(verify.OneOf)) {
			m, _ := personOf(v.roll(), f.MemberID)
			r.Stale = m == nil
		}
		out = append(out, r)
	}
	return out
}
