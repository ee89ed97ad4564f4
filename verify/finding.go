package verify

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/verify/roll"
)

// Finding is what one person found of one line. Findings are only ever added:
// who errs takes back a finding with another one.
type Finding struct {
	ID     string
	LineID string // the same for all findings on a line, whatever becomes of its place
	By     string // who found it, in the caller's words
	Chair  bool   // made by the chair, who settles what verifiers may not
	At     time.Time
	Kind   Kind
	Check  Check          // of a look that measures; empty for a word on what the line counts for
	Member *roll.Member   // of Accept; of OneOf, one of them; may be of Override, Duplicate and NotStanding; nil where the roll does not have it
	Also   []*roll.Member // other records of the same person
	Note   string
	Fields map[extract.Field]string // of Correct: what is written there
	Undoes string                   // of Undo: the ID of another finding on the line
}

// Kind is what a finding says.
type Kind string

const (
	Accept       Kind = "accept"     // this member wrote the line, which is signed and complete
	NobodyFits   Kind = "nobody"     // nobody on the roll wrote it
	CannotRead   Kind = "illegible"  // nobody can tell what is written
	NotSigned    Kind = "unsigned"   //
	StruckOut    Kind = "struck"     //
	SignedBefore Kind = "duplicate"  // the person signed on another line
	NotComplete  Kind = "incomplete" // something that the rule requires is not written
	NotInWindow  Kind = "out-of-window"
	NotEligible  Kind = "ineligible"   // whoever wrote it is of a class that does not count
	NotTold      Kind = "ambiguous"    // several members may have written it, and nobody can tell which
	NotStanding  Kind = "not-standing" // the chair's word where the rules do not say whether a member counts
	Correct      Kind = "correct"      // something else is written than was read
	Flag         Kind = "flag"         // for the chair to settle
	Override     Kind = "override"     // the chair's word that the line counts, whatever the member's standing
	OneOf        Kind = "one-of"       // one of several namesakes wrote it, all in good standing: it counts, whoever it was
	Undo         Kind = "undo"
)

// Needs says whom a line waits for that people have begun to look at.
type Needs string

const (
	NeedsSecond Needs = "second" // another person, who does not know what the first one found
	NeedsThird  Needs = "third"  // the two disagree
	NeedsChair  Needs = "chair"
	NeedsOther  Needs = "other" // for another line of the person; nobody need look at this one
	NeedsMatch  Needs = "match" // for the membership export
)

// judges says whether a finding is a word on what the line counts for.
func (f *Finding) judges() bool { return f.Check == "" && f.Kind != Correct && f.Kind != Undo }

// rejects says whether a finding, by itself, makes a line not count.
func (f *Finding) rejects() bool { return f.Kind != Accept && f.Kind != Override && f.Kind != OneOf }

func (f *Finding) person() string {
	if f.Member == nil {
		return ""
	}
	c := Candidate{Member: f.Member, Also: f.Also}
	return c.person()
}

// InForce returns the findings on a line that nobody took back, in the order
// in which they were made, without the undoings themselves. An undoing cannot
// be undone: it has no effect to take an undoing back.
func InForce(found []Finding) []Finding {
	undone := map[string]bool{}
	for _, f := range found {
		if f.Kind == Undo {
			undone[f.Undoes] = true
		}
	}
	var out []Finding
	for _, f := range found {
		if f.Kind != Undo && !undone[f.ID] {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Refuse says in one sentence why a finding cannot be added to those that a
// line has, or nil. Findings that it lets pass are never meaningless.
func (f Finding) Refuse(before []Finding) error {
	if f.Check != "" && f.Check != Again && f.Check != Known || f.Check != "" && (f.Kind == Override || f.Kind == NotStanding || f.Kind == Undo) {
		return fmt.Errorf("%q is nothing that can be found by looking once more", f.Kind)
	}
	switch f.Kind {
	case Accept, OneOf:
		if f.Member == nil {
			return errors.New("this member is not on the membership export: choose one that is")
		}
	case Override, NotStanding:
		if !f.Chair {
			return errors.New("only the chair can decide this: flag the line for the chair")
		}
		if strings.TrimSpace(f.Note) == "" {
			return errors.New("the chair's decision needs its reason: write it as a note")
		}
	case Flag:
		if strings.TrimSpace(f.Note) == "" {
			return errors.New("the chair needs to know what the question is: write it as a note")
		}
	case Correct:
		if len(f.Fields) == 0 {
			return errors.New("nothing is corrected: write what stands on the line in one of its fields")
		}
	case Undo:
		return refuseUndo(f, before)
	case NobodyFits, CannotRead, NotSigned, StruckOut, SignedBefore, NotComplete, NotInWindow, NotEligible, NotTold:
	default:
		return fmt.Errorf("%q is nothing that can be found of a line", f.Kind)
	}
	return nil
}

func refuseUndo(f Finding, before []Finding) error {
	i := slices.IndexFunc(before, func(b Finding) bool { return b.ID == f.Undoes })
	switch {
	case i < 0:
		return errors.New("there is no such finding on this line: load the page again")
	case before[i].Kind == Undo:
		return errors.New("what was undone cannot be undone again: decide the line anew")
	case slices.ContainsFunc(before, func(b Finding) bool { return b.Kind == Undo && b.Undoes == f.Undoes }):
		return errors.New("this is undone already")
	case before[i].By != f.By && !f.Chair:
		return errors.New("somebody else found this: only they and the chair can undo it")
	}
	return nil
}

// Corrected is a row as people say that it reads; the row itself where nobody
// corrected it. A corrected field is certain, and what was seen of it is dropped.
func Corrected(row extract.Row, found []Finding) (corrected extract.Row, changed bool) {
	for _, f := range InForce(found) {
		if f.Kind != Correct || f.Check != "" {
			continue
		}
		if !changed {
			row.Fields = maps.Clone(row.Fields)
			changed = true
		}
		if row.Fields == nil {
			row.Fields = map[extract.Field]extract.Reading{}
		}
		for field, text := range f.Fields {
			row.Fields[field] = extract.Reading{Text: strings.TrimSpace(text), Confidence: 1, Engine: ByPerson}
		}
	}
	return row, changed
}

// ByPerson is the Engine of a reading that a person made.
const ByPerson = "person"

// sampled says whether a line is among the share, in percent, that two people
// look at: by a hash of what names the line, so that it is always the same lines and
// nobody chooses them.
func sampled(line string, percent float64) bool { return drawn("second reviewer", line, percent) }

// drawn is the same for any purpose: what is drawn for one says nothing of
// what is drawn for another.
func drawn(purpose, line string, percent float64) bool {
	sum := sha256.Sum256([]byte(purpose + "\x00" + line))
	return float64(binary.BigEndian.Uint32(sum[:])) < percent/100*(1<<32)
}
