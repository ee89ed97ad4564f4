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

// forms counts the lines of each page and of each file, and what they are rejected for, so
// that what is rejected on so many lines of a page, or of a file, that the form is
// likelier to be at fault than the people can be made uncertain.
type forms struct {
	of      map[formOf]*form
	touched []*rejected
}

type formOf struct {
	file string
	page int // 0 for all of them
}

type form struct {
	lines    int
	rejected map[string]*rejected // by reason; what is incomplete by what is lacking
}

type rejected struct {
	form  *form
	usual float64
	at    []int32 // places, ascending
	fault int     // how many they are where the form is at fault, else 0
}

func newForms(lines []Match) forms {
	f := forms{of: map[formOf]*form{}}
	for i := range lines {
		for _, g := range formsOf(lines[i].Line.Ref) {
			if f.of[g] == nil {
				f.of[g] = &form{rejected: map[string]*rejected{}}
			}
			f.of[g].lines++
		}
	}
	return f
}

// formsOf are page and file of a line, the page first.
func formsOf(r Ref) [2]formOf { return [2]formOf{{r.File, r.Page}, {r.File, 0}} }

// rejectedFor is what a line is rejected for, empty for what says nothing of a form.
func (d *Decision) rejectedFor() string {
	if d == nil || d.Verdict != Invalid || usualShare[d.Reason] == 0 {
		return ""
	}
	if d.Reason == Incomplete {
		return d.Because // names the field
	}
	return string(d.Reason)
}

// replace counts another decision of a line, nil for none yet.
func (f *forms) replace(i int32, before, now *Decision) {
	from, to := before.rejectedFor(), now.rejectedFor()
	if from == to {
		return
	}
	for _, g := range formsOf(now.Line.Ref) {
		of := f.of[g]
		if from != "" {
			r := of.rejected[from]
			r.at = withoutLine(r.at, i)
			f.touched = append(f.touched, r)
		}
		if to != "" {
			r := of.rejected[to]
			if r == nil {
				r = &rejected{form: of, usual: usualShare[now.Reason]}
				of.rejected[to] = r
			}
			r.at = withLine(r.at, i)
			f.touched = append(f.touched, r)
		}
	}
}

// doubted makes out which forms are at fault by now, and gives the lines, of so many, for which
// that changed.
func (f *forms) doubted(n int) lineSet {
	out := newLineSet(n)
	for _, r := range f.touched {
		fault := 0
		if formsFault(len(r.at), r.form.lines, r.usual) {
			fault = len(r.at)
		}
		if fault == r.fault {
			continue
		}
		r.fault = fault
		for _, i := range r.at {
			out.add(i)
		}
	}
	f.touched = nil
	return out
}

// fault says on how many of how many lines of what a decision is the form's fault; 0 where it
// is not.
func (f *forms) fault(d *Decision) (k, n int, where string) {
	kind := d.rejectedFor()
	if kind == "" {
		return 0, 0, ""
	}
	for i, g := range formsOf(d.Line.Ref) {
		if of := f.of[g]; of.rejected[kind].fault > 0 {
			return of.rejected[kind].fault, of.lines, []string{"page", "file"}[i]
		}
	}
	return 0, 0, ""
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
