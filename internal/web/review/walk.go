package review

import (
	"fmt"
	"net/http"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

// The walk through what the program refused for what is seen on a line: struck out, unsigned,
// signed before. It has the look and the keys of the contact sheet.

type walkView struct {
	office.Walk
	PetitionID, Title string
	Cards             []walkCard
	Ask, Rest         string // what is marked, and what is said of the others
}

type walkCard struct {
	office.WalkItem
	Key, Read, OtherRead string
}

var walkWords = map[string]struct{ ask, rest string }{
	"struck": {"Refused as struck out. Mark the lines that nobody struck out.",
		"The others are struck out"},
	"unsigned": {"Refused as unsigned. Mark the lines that are signed.",
		"The others are not signed"},
	"duplicate": {"Refused since the member signed before: the line that counts is shown below " +
		"each. Mark those that somebody else wrote.", "The others are the same people"},
}

func (s *Pages) walkPage(w http.ResponseWriter, r *http.Request) error {
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	if site.WantsJSON(r) {
		return sheetsAhead(w, r.URL.Query()["but"], func(but []string) (string, string, error) {
			v, err := rv.walk(but...)
			if err != nil {
				return "", "", err
			}
			html, err := rv.Part("walk", "walk-sheet", v)
			return v.ID, html, err
		})
	}
	v, err := rv.walk()
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, "walk", v)
}

func (rv *review) walk(but ...string) (walkView, error) {
	sheet, err := rv.Walk(rv.ctx, but...)
	if err != nil {
		return walkView{}, fmt.Errorf("take a sheet of a walk: %w", err)
	}
	words := walkWords[sheet.Reason]
	v := walkView{Walk: sheet, PetitionID: rv.Petition.ID, Title: rv.Petition.Title, Ask: words.ask,
		Rest: words.rest}
	for i, item := range sheet.Items {
		card := walkCard{WalkItem: item, Key: cardKey(i), Read: readOf(item.Line)}
		if item.Other != nil {
			card.OtherRead = readOf(item.Other)
		}
		v.Cards = append(v.Cards, card)
	}
	return v, nil
}

// walked takes what was marked.
func (s *Pages) walked(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	petition := r.PathValue("petition")
	flagged, err := s.Office.Walked(r.Context(), petition, r.PostFormValue("sheet"),
		r.PostForm["marked"], site.AccountOf(r))
	if err != nil {
		return err
	}
	said := "Noted: you looked at them."
	if flagged > 0 {
		said = site.UpperFirst(site.Plural(flagged, "line waits for the chair now.",
			"lines wait for the chair now."))
	}
	if site.WantsJSON(r) {
		return writeJSON(w, map[string]any{"said": said})
	}
	return s.Done(w, r, "/petitions/"+petition+"/walk", said)
}
