package office

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"countersign/internal/store"
	"countersign/report/letter"
)

// letterSetting begins the names of settings with the texts of letters.
const letterSetting = "letter-"

// Letters are all kinds of letters.
func (o *Office) Letters() []LetterChoice { return choices(letter.Kinds(), nil) }

// Template is the built-in text of a letter.
func (o *Office) Template(kind string) (string, error) { return letter.Template(letter.Kind(kind)) }

// Templates are the texts of letters that somebody edited, by kind.
func (o *Office) Templates(ctx context.Context) (map[string]string, error) {
	all, err := o.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, s := range all {
		if kind, ok := strings.CutPrefix(s.Key, letterSetting); ok && s.Value != "" {
			out[kind] = s.Value
		}
	}
	return out, nil
}

// SetTemplate keeps the text of a letter, if it can be filled in. The built-in text, or none,
// brings the built-in text back.
func (o *Office) SetTemplate(ctx context.Context, kind, text string, by store.Account) error {
	if !slices.Contains(letter.Kinds(), letter.Kind(kind)) {
		return refuse(Missing, "There is no such letter.")
	}
	usual, err := o.Template(kind)
	if err != nil {
		return fmt.Errorf("read the text of a letter: %w", err)
	}
	if text = strings.TrimSpace(text); text == strings.TrimSpace(usual) {
		text = ""
	}
	if text != "" {
		if err := o.checkTemplate(kind, text); err != nil {
			return err
		}
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.SetSetting(ctx, letterSetting+kind, text, by.ID); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "letter.edited", kind, "")
	})
	if err != nil {
		return fmt.Errorf("keep the text of a letter: %w", err)
	}
	return nil
}

// checkTemplate fills a template in with an example, as far as a letter goes.
func (o *Office) checkTemplate(kind, text string) error {
	day := o.now()
	example := letter.Facts{
		Association: "Association", Committee: "Committee", Sender: letter.Person{Name: "Chair"},
		Addressees: []letter.Person{{Name: "Organizer"}}, Date: day,
		Petition: "Example", Group: "Example", Purpose: "Purpose", Received: day, Decided: day,
		TermFrom: day, TermTo: day, Due: day,
		Missing: []string{"purpose"}, Reasons: []letter.Reason{{Words: "lapsed", Lines: 2}},
		Filed: 120, Valid: 98, Required: 100, TermYears: 3,
		Term: 1, ReportsBy: "August 1", Conditions: []string{"condition"},
		NeedList: []string{"a room"}, Needs: "a room", What: "on request",
	}
	l, err := letter.Write(letter.Kind(kind), text, example)
	if err == nil {
		err = l.WritePDF(&bytes.Buffer{})
	}
	if err != nil {
		return refuse(Invalid, "%s", err.Error())
	}
	return nil
}
