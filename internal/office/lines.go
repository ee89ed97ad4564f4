package office

import (
	"slices"
	"strings"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// fieldOrder is how forms ask, which is how pages show.
var fieldOrder = []extract.Field{extract.Name, extract.Given, extract.Family, extract.MemberID, extract.Institution, extract.Street,
	extract.CityState, extract.City, extract.State, extract.ZIP, extract.Email, extract.Phone, extract.Date}

// fieldLabel is what people call a field.
func fieldLabel(f extract.Field) string {
	switch f {
	case extract.Name:
		return "Name"
	case extract.Given:
		return "First name"
	case extract.Family:
		return "Last name"
	case extract.MemberID:
		return "Member number"
	case extract.Institution:
		return "Institution"
	case extract.Street:
		return "Street"
	case extract.CityState:
		return "City and state"
	case extract.City:
		return "City"
	case extract.State:
		return "State"
	case extract.ZIP:
		return "ZIP code"
	case extract.Email:
		return "E-mail address"
	case extract.Phone:
		return "Telephone"
	case extract.Date:
		return "Date"
	}
	return string(f)
}

// fieldsOf lists what a sheet asks for, as it was read.
func fieldsOf(row extract.Row) []Field {
	var out []Field
	for _, f := range fieldOrder {
		r, ok := row.Fields[f]
		if !ok {
			continue
		}
		field := Field{Key: string(f), Label: fieldLabel(f), Text: r.Text, Confidence: r.Confidence, Corrected: r.Engine == verify.ByPerson}
		for _, a := range r.Alternatives {
			field.Alternatives = append(field.Alternatives, a.Text)
		}
		out = append(out, field)
	}
	return out
}

// line puts the decision at a place into the words of pages.
func (w *counted) line(i int) Line { return w.show(i, &w.decisions[i]) }

// show puts a decision, which need not be the one in force, on the line at a place into
// the words of pages.
func (w *counted) show(i int, d *verify.Decision) Line {
	l := w.lines[i]
	out := Line{
		ID: l.ID, UploadID: l.UploadID, PageID: l.PageID, File: l.ref.File, Page: l.ref.Page, Number: l.ref.Row,
		Box: l.Box, Picture: l.Picture, Fields: l.fields, Signed: string(d.Line.Signed), Struck: d.Line.Struck,
		Verdict: string(d.Verdict), Reason: string(d.Reason), ReasonWord: report.ReasonWord(d.Reason), Because: d.Because,
		MemberID: d.MemberID, Probability: d.Probability, Look: string(d.Look), Nobody: d.Nobody,
		Needs: string(d.Needs), Decided: "program", By: d.By, At: d.At, Note: d.Note,
		Candidates: w.candidates(l, d), Rulings: w.rulings(i),
	}
	if d.ByPeople() {
		out.Decided = "person"
	}
	if d.DuplicateOf != nil {
		if at, ok := w.refs[*d.DuplicateOf]; ok {
			out.DuplicateOf = w.lines[at].ID
		}
	}
	for _, r := range out.Rulings {
		if !r.Undone && r.Kind != string(verify.Undo) {
			out.Findings++
		}
	}
	return out
}

// candidates are those of a decision, in its order, in words made before.
func (w *counted) candidates(l *caseLine, d *verify.Decision) []Candidate {
	if len(d.Candidates) == 0 {
		return nil
	}
	out := make([]Candidate, len(d.Candidates))
	for k, c := range d.Candidates {
		i := slices.IndexFunc(l.candidates, func(o Candidate) bool { return o.Member.ID == c.Member.ID })
		if i >= 0 {
			out[k] = l.candidates[i]
		} else {
			out[k] = w.candidate(d.Line.Row, c) // somebody searched for
		}
		out[k].Probability = c.Probability
		out[k].Member.Signed = w.signed[c.Member.ID]
	}
	return out
}

// candidate puts a candidate for a row into the words of pages.
func (w *counted) candidate(row extract.Row, c verify.Candidate) Candidate {
	out := Candidate{Member: w.member(row, c), Probability: c.Probability, Because: c.Because, Agrees: map[string]string{}}
	for f, a := range verify.Compare(row, c.Member) {
		out.Agrees[string(f)] = string(a)
	}
	return out
}

// member puts a person into the words of pages, with their standing for a row.
func (w *counted) member(row extract.Row, c verify.Candidate) Member {
	s, _ := w.rules.StandingOf(w.dates, row, c)
	return memberView(s, c)
}

func memberView(s verify.Standing, c verify.Candidate) Member {
	m := c.Member
	out := Member{
		ID: m.ID, Name: memberName(m), Given: m.Given, Family: m.Family, Institution: m.Company, Street: m.Street, City: m.City, State: m.State, ZIP: m.ZIP,
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

// memberName is a member's name as people say it, the preferred one in brackets.
func memberName(m *roll.Member) string {
	informal := ""
	if m.Informal != "" && !strings.EqualFold(m.Informal, m.Given) {
		informal = "(" + m.Informal + ")"
	}
	return strings.Join(strings.Fields(strings.Join([]string{m.Given, informal, m.Middle, m.Family, m.Suffix}, " ")), " ")
}

// rulings are what people found of a line, in words of pages.
func (w *counted) rulings(i int) []Ruling {
	var out []Ruling
	for _, f := range w.found[i] {
		r := Ruling{FindingID: f.ID, By: f.By, At: f.At, Kind: f.Kind, MemberID: f.MemberID, Note: f.Note, Fields: f.Fields,
			Undone: takenBack(w.found[i], f.ID), Undoes: f.Undoes}
		if f.MemberID != "" && f.Kind == string(verify.Accept) {
			m, _ := personOf(w.roll(), f.MemberID)
			r.Stale = m == nil
		}
		out = append(out, r)
	}
	return out
}
