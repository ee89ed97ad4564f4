package main

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// The types of this file are the JSON that other programs rely on: fields may
// be added, none renamed.
type (
	resultJSON struct {
		Version int        `json:"version"`
		Files   []fileJSON `json:"files"`
		// what a person must look at before the count can be certain
		Open       []openJSON      `json:"open"`
		Purpose    *purposeJSON    `json:"purpose"`
		Group      string          `json:"group"`
		Organizers []organizerJSON `json:"organizers"`
		Counts     countsJSON      `json:"counts"`
		Members    membersJSON     `json:"members"`

		// sheets that we printed, by petition, with the pages that are missing
		Printed []extract.Printed `json:"printed,omitempty"`
		// the same in words, and files that were given more than once
		Notes []string `json:"notes,omitempty"`
	}
	fileJSON struct {
		Name   string     `json:"name"`
		SHA256 string     `json:"sha256"`
		Error  string     `json:"error"`
		Pages  []pageJSON `json:"pages"`
	}
	pageJSON struct {
		Page     int           `json:"page"`
		Kind     string        `json:"kind"`
		Rotation int           `json:"rotation"`
		Source   string        `json:"source"`
		Error    string        `json:"error"`
		Form     *extract.Form `json:"form,omitempty"` // of a sheet that we printed
		Notes    []string      `json:"notes,omitempty"`
		Rows     []rowJSON     `json:"rows"`
	}
	openJSON struct {
		File string           `json:"file"`
		Page int              `json:"page"`
		Box  *extract.Box     `json:"box,omitempty"` // missing for the page as a whole
		Kind extract.OpenKind `json:"kind"`
		Text string           `json:"text"`
	}
	rowJSON struct {
		Row         int                               `json:"row"`
		Box         extract.Box                       `json:"box"`
		Fields      map[extract.Field]extract.Reading `json:"fields"`
		Signed      extract.Signed                    `json:"signed"`
		Struck      bool                              `json:"struck"`
		Verdict     verify.Verdict                    `json:"verdict"`
		Reason      verify.Reason                     `json:"reason"`
		Because     string                            `json:"because"`
		DuplicateOf string                            `json:"duplicate_of,omitempty"`
		MemberID    string                            `json:"member_id"`
		Probability float64                           `json:"probability"`
		// what an undecided line asks of a person
		Look verify.Look `json:"look,omitempty"`
		// 1 for the undecided line to look at first
		Turn       int             `json:"turn,omitempty"`
		Candidates []candidateJSON `json:"candidates"`
	}
	candidateJSON struct {
		MemberID    string   `json:"member_id"`
		Probability float64  `json:"probability"`
		Because     []string `json:"because"`
	}
	purposeJSON struct {
		Text string `json:"text"`
		Page int    `json:"page"`
		File string `json:"file"`
	}
	organizerJSON struct {
		Name     string         `json:"name"`
		Address  string         `json:"address"`
		Signed   extract.Signed `json:"signed"`
		MemberID string         `json:"member_id"`
	}
	countsJSON struct {
		Rows      int `json:"rows"`
		Valid     int `json:"valid"`
		Invalid   int `json:"invalid"`
		Uncertain int `json:"uncertain"`
		Required  int `json:"required"`

		Guaranteed int     `json:"guaranteed"` // lines that count whatever is found
		Expected   float64 `json:"expected"`
		Possible   int     `json:"possible"`
		// probability that at least the required count
		Enough  float64 `json:"enough"`
		Certain bool    `json:"certain"`
		// undecided lines by what they ask of a person
		Looks map[verify.Look]int `json:"looks"`
	}
	membersJSON struct {
		Rows    int      `json:"rows"`
		Members int      `json:"members"`
		LeftOut int      `json:"left_out"`
		Merged  int      `json:"merged"`
		Form    string   `json:"form"`            // such as "CSV separated by commas, in UTF-8"
		Sheet   string   `json:"sheet"`           // of a workbook, those that were read
		Dates   []string `json:"dates,omitempty"` // how dates were read, and how sure that is
		Sums    string   `json:"sums"`            // all this in one line
		Remarks []string `json:"remarks"`
		SHA256  string   `json:"sha256"`
		AsOf    string   `json:"as_of"`
	}
)

// resultOf is all that came out, for other programs.
func resultOf(r report.Petition, result petition, members *roll.Roll) resultJSON {
	t := r.Tally
	out := resultJSON{
		Version:    1,
		Group:      r.Cover.Group,
		Organizers: []organizerJSON{},
		Open:       []openJSON{},
		Counts:     countsOf(t),
		Members:    membersOf(r.Members, members),
	}
	if r.Cover.Purpose != "" {
		out.Purpose = &purposeJSON{r.Cover.Purpose, r.CoverPage, r.CoverFile}
	}
	for _, o := range r.Organizers {
		out.Organizers = append(out.Organizers, organizerJSON{o.Name, o.Address, o.Signed,
			o.MemberID})
	}
	out.Printed = r.Printed()
	out.Notes = append(result.notes, report.PrintedRemarks(out.Printed, "")...)
	turns := make([]int, len(result.decisions))
	for i, at := range t.Outlook.Next {
		turns[at] = i + 1
	}
	decisions := result.decisions
	for _, f := range result.files {
		file := fileJSON{Name: f.name, SHA256: f.sha256, Error: sentence(f.err),
			Pages: []pageJSON{}}
		for i, s := range f.pages {
			n := len(s.matches)
			file.Pages = append(file.Pages, pageOf(s, i+1, decisions[:n], turns[:n]))
			out.Open = append(out.Open, openOf(s.Open, f.name, i+1)...)
			decisions, turns = decisions[n:], turns[n:]
		}
		out.Files = append(out.Files, file)
	}
	out.Counts.Certain = out.Counts.Certain && len(out.Open) == 0 // what nobody filed may count
	return out
}

func openOf(points []extract.Open, file string, page int) []openJSON {
	var out []openJSON
	for _, o := range points {
		point := openJSON{File: file, Page: page, Kind: o.Kind, Text: o.Text}
		if o.Box != (extract.Box{}) {
			point.Box = &o.Box
		}
		out = append(out, point)
	}
	return out
}

func membersOf(s report.Snapshot, members *roll.Roll) membersJSON {
	return membersJSON{
		Rows: s.Rows, Members: s.Members, LeftOut: s.LeftOut, Merged: s.Merged, Form: members.Form,
		Sheet: members.Sheet(), Dates: members.Dates,
		Sums: s.Sums, Remarks: append([]string{}, s.Findings...), SHA256: s.SHA256,
		AsOf: s.AsOf.Format(time.DateOnly),
	}
}

func countsOf(t verify.Tally) countsJSON {
	o := t.Outlook
	return countsJSON{
		Rows: t.Rows, Valid: t.Valid, Invalid: t.Invalid, Uncertain: t.Uncertain,
		Required:   t.Required,
		Guaranteed: o.Guaranteed, Expected: o.Expected, Possible: o.Possible, Enough: o.Enough,
		Certain: o.Certain(t.Required), Looks: t.Looks,
	}
}

func pageOf(s sheet, number int, decisions []verify.Decision, turns []int) pageJSON {
	page := pageJSON{
		Page: number, Kind: string(s.Kind), Rotation: s.Rotation, Source: string(s.Source),
		Error: sentence(s.err), Notes: s.Notes, Rows: []rowJSON{},
	}
	if s.Form != (extract.Form{}) {
		page.Form = &s.Form
	}
	for i, d := range decisions {
		row := rowJSON{
			Row: d.Line.Number, Box: d.Line.Box, Fields: d.Line.Fields, Signed: d.Line.Signed,
			Struck:  d.Line.Struck,
			Verdict: d.Verdict, Reason: d.Reason, Because: d.Because,
			MemberID: roll.NumberOf(d.MemberID), Probability: d.Probability,
			Look: d.Look, Turn: turns[i], Candidates: []candidateJSON{},
		}
		if d.DuplicateOf != nil {
			row.DuplicateOf = d.DuplicateOf.String()
		}
		for _, c := range d.Candidates {
			row.Candidates = append(row.Candidates, candidateJSON{roll.NumberOf(c.Member.ID),
				c.Probability, c.Because})
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

// writeJSON writes to standard output for "-", else to a file that appears
// under its name only when it is whole.
func writeJSON(path string, result resultJSON, stdout io.Writer) error {
	if path == "-" {
		return encode(stdout, result)
	}
	return writeWhole(path, func(w io.Writer) error { return encode(w, result) })
}

func encode(w io.Writer, result resultJSON) error {
	buffered := bufio.NewWriter(w)
	e := json.NewEncoder(buffered)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(result); err != nil {
		return err
	}
	return buffered.Flush()
}
