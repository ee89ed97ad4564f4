package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/verify"
)

// Clause is one point of a rule in words, such as "Signature" and "required".
type Clause struct {
	Name string
	Text string
}

// Outcome says in one line what a tally comes to, such as "104 of 100
// required: sufficient". It says insufficient only when no undecided line can
// help any more.
func Outcome(t verify.Tally) string {
	of := fmt.Sprintf("%d of %d required", t.Valid, t.Required)
	switch short := t.Required - t.Valid; {
	case short <= 0:
		return of + ": sufficient"
	case t.Uncertain >= short:
		return fmt.Sprintf("%s, %d undecided: undecided lines can still change the outcome", of,
			t.Uncertain)
	case t.Uncertain > 0:
		return fmt.Sprintf("%s: insufficient, even if all %d undecided lines count", of,
			t.Uncertain)
	default:
		return fmt.Sprintf("%s: insufficient, %d short", of, short)
	}
}

// ReasonWord is a reason as people write it: "not found" for not-found.
func ReasonWord(r verify.Reason) string {
	return strings.ReplaceAll(string(r), "-", " ")
}

// Reasons lists every reason for which a line may be invalid, in the order in
// which reports give them: first those that lie in the person, then those that
// lie in the line.
func Reasons() []verify.Reason {
	return []verify.Reason{
		verify.NotFound, verify.Lapsed, verify.Ineligible, verify.Duplicate, verify.Ambiguous,
		verify.Unsigned, verify.Struck, verify.Illegible, verify.Incomplete, verify.OutOfWindow,
	}
}

// ReasonMeaning explains a reason to someone who reads it for the first time;
// empty for a reason it does not know.
func ReasonMeaning(r verify.Reason) string {
	switch r {
	case verify.IsMember:
		return "is a member in good standing and signed"
	case verify.NotFound:
		return "nobody on the membership export fits what is written"
	case verify.Lapsed:
		return "a member, but not in good standing on the day that counts"
	case verify.Ineligible:
		return "a member of a class that does not count"
	case verify.Duplicate:
		return "signed more than once; another line counts"
	case verify.Ambiguous:
		return "fits more than one member"
	case verify.Unsigned:
		return "no signature on the line"
	case verify.Struck:
		return "the line was struck out"
	case verify.Illegible:
		return "cannot be read"
	case verify.Incomplete:
		return "a required item is missing"
	case verify.OutOfWindow:
		return "signed outside the time allowed"
	}
	return ""
}

// RuleInWords says what a petition was held to, one clause for each point that
// the rules decide. Points that the rules leave open are not mentioned.
func RuleInWords(r verify.Rules) []Clause {
	clauses := []Clause{
		{"Rule", joined(r.Title, r.Citation)},
		{"Signatures required", fmt.Sprintf("at least %d", r.Threshold)},
		{"Good standing", standing(r)},
		{"Standing as of", asOf(r.StandingAsOf)},
		{"Classes that do not count", strings.Join(r.RefusedClasses, ", ")},
		{"Required on a line", strings.Join(r.RequiredFields, ", ")},
		{"Signature", pick(r.SignatureRequired, "required", "not required")},
		{"Dates allowed", window(r.WindowFrom, r.WindowTo)},
		{"Who signs more than once", duplicates(r.Duplicates)},
		{"Organizers' signatures", pick(r.OrganizersCount, "count", "do not count")},
		{"Looked at once more", onceMore(r)},
		{"Term", term(r.TermYears)},
	}
	return slices.DeleteFunc(clauses, func(c Clause) bool { return c.Text == "" })
}

// RuleVersion tells a rule from every other: by the name its keeper gives it,
// or else by a fingerprint of all that it decides.
func RuleVersion(p Petition) string {
	if p.RuleVersion != "" {
		return p.RuleVersion
	}
	said, err := json.Marshal(p.Rules)
	if err != nil {
		return "" // a share in it is no number; nothing was held to such a rule
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:])
}

// Day writes a date as the committee does, and "not stated" for none.
func Day(t time.Time) string {
	if t.IsZero() {
		return "not stated"
	}
	return t.Format("January 2, 2006")
}

func standing(r verify.Rules) string {
	var parts []string
	if len(r.AcceptedStatuses) > 0 {
		parts = append(parts, "status "+strings.Join(r.AcceptedStatuses, " or "))
	}
	if len(r.RefusedStatuses) > 0 {
		parts = append(parts, "never "+strings.Join(r.RefusedStatuses, " or "))
	}
	grace := "where the export has no status, dues paid through the day that counts"
	if r.GraceDays > 0 {
		grace += fmt.Sprintf(" or up to %d days before it", r.GraceDays)
	}
	parts = append(parts, grace)
	if r.RollCounts {
		parts = append(parts, "where it has neither, being on the roll is enough")
	}
	return strings.Join(parts, "; ")
}

// onceMore says how many decided lines are looked at again to measure how often verdicts are wrong.
func onceMore(r verify.Rules) string {
	var parts []string
	if r.SecondLookPercent > 0 {
		parts = append(parts, fmt.Sprintf("%g %% of the lines that the program decided",
			r.SecondLookPercent))
	}
	if r.KnownAnswerPercent > 0 {
		parts = append(parts, fmt.Sprintf("%g %% of those that two people or the chair settled",
			r.KnownAnswerPercent))
	}
	return strings.Join(parts, "; ")
}

func asOf(s string) string {
	switch s {
	case "signed", "received", "verified":
		return "the day the petition was " + s
	}
	return s
}

func window(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case to.IsZero():
		return "from " + Day(from)
	case from.IsZero():
		return "up to " + Day(to)
	}
	return Day(from) + " to " + Day(to)
}

func duplicates(keep string) string {
	switch keep {
	case "first":
		return "the first line counts"
	case "latest":
		return "the latest line counts"
	case "none":
		return "none of the lines counts"
	}
	return keep
}

func term(years int) string {
	if years <= 0 {
		return ""
	}
	return fmt.Sprintf("%d years, renewable", years)
}

func joined(title, citation string) string {
	if title == "" || citation == "" {
		return title + citation
	}
	return title + " (" + citation + ")"
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
