package verify

import (
	"fmt"
	"math"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
)

// What holds for most lines of a page or of a file says something of the form or of how
// it was read, and nothing of the people: a column that is empty on every line is not
// the signature. Such lines are left to a person.

// usualShare is how many lines of a petition are rejected for a reason; more than four
// of twenty are unsigned on one page in four hundred if these hold.
var usualShare = map[Reason]float64{
	Unsigned: 0.05, Struck: 0.03, Incomplete: 0.05, OutOfWindow: 0.10, Lapsed: 0.15, NotFound: 0.20,
}

// misreadForms is how often a form is misread so that lines are rejected for it.
const misreadForms = 0.02

// doubtForms makes uncertain what the program rejected on so many lines of a page, or of a
// file, that the form is likelier to be at fault than the people.
func doubtForms(all []Decision) {
	type group struct {
		file string
		page int // 0 for all of them
	}
	lines := map[group]int{}
	found := map[group]map[string][]int{}
	for i := range all {
		d := &all[i]
		for _, g := range []group{{d.Line.File, d.Line.Page}, {d.Line.File, 0}} {
			lines[g]++
			if d.Verdict != Invalid {
				continue
			}
			if found[g] == nil {
				found[g] = map[string][]int{}
			}
			kind := string(d.Reason)
			if d.Reason == Incomplete {
				kind = d.Because // names the field
			}
			found[g][kind] = append(found[g][kind], i)
		}
	}
	for g, kinds := range found {
		for _, of := range kinds {
			usual, ok := usualShare[all[of[0]].Reason]
			if !ok || !formsFault(len(of), lines[g], usual) {
				continue
			}
			where := "page"
			if g.page == 0 {
				where = "file"
			}
			for _, i := range of {
				all[i].doubtForm(len(of), lines[g], where)
			}
		}
	}
}

// formsFault says whether k of n lines are likelier to be rejected because the form was
// misread, when any share of them is as likely as any, than because people do so.
func formsFault(k, n int, usual float64) bool {
	if k < 2 || float64(k) <= usual*float64(n) {
		return false
	}
	choose := 0.0 // logarithm
	for i := range k {
		choose += math.Log(float64(n-i)) - math.Log(float64(i+1))
	}
	people := choose + float64(k)*math.Log(usual) + float64(n-k)*math.Log(1-usual)
	return math.Log(misreadForms/float64(n+1)) > people
}

func (d *Decision) doubtForm(k, n int, where string) {
	if d.Verdict != Invalid {
		return // by the page, before the file
	}
	say := map[Reason]string{
		Unsigned:    "no signature was found; see whether they are signed elsewhere",
		Struck:      "a stroke was found; see whether the form prints it",
		OutOfWindow: "the date is outside the window of the rule; see how dates are written",
		Lapsed:      "the member seems to have lapsed; see whether the export is the right one",
		NotFound:    "nobody on the roll fits; see whether columns and export are the right ones",
	}[d.Reason]
	if d.Reason == Incomplete {
		lacks := strings.TrimSuffix(strings.TrimPrefix(d.Because, "The line has "), ".")
		say = "there is " + lacks + "; see whether it stands elsewhere"
	}
	d.say(Uncertain, d.Reason, "On %s of this %s %s.", ofLines(k, n), where, say)
}

func ofLines(k, n int) string {
	if k == n {
		return fmt.Sprintf("all %d lines", n)
	}
	return fmt.Sprintf("%d of the %d lines", k, n)
}

// nothingSaid says whether a text is a word for nothing: it fills a cell and answers no
// question.
func nothingSaid(text string) bool {
	switch name.Joined(text) {
	case "", "na", "none", "null", "nil", "nan", "unknown", "unk", "tbd", "x", "xx", "xxx",
		"same", "ditto", "pending", "blank":
		return true
	}
	return false
}

// unanswered says whether a required field has something in it that is no answer.
func unanswered(f extract.Field, reading extract.Reading) bool {
	switch {
	case strings.TrimSpace(reading.Text) == "":
		return false
	case nothingSaid(reading.Text):
		return f != extract.Name
	case f == extract.MemberID:
		return !strings.ContainsAny(reading.Text, "0123456789") && exact(reading)
	}
	return false
}
