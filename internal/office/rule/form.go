package rule

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/report"
	"countersign/verify"
)

// A rule is kept as YAML that says what differs from the built-in one. People fill in a form: what
// it says becomes that YAML, and a rule that says the same stays as it was written, with its
// comments.

// Form is a rule as a form.
type Form []Part

// Part is some fields that belong together.
type Part struct {
	Title  string
	Fields []Field
}

// Field is one field of a rule. A value of several is one a line.
type Field struct {
	Key, Label, Hint string
	Kind             string   // how it is filled in, one of those below
	Choices          []Choice // of choice and some
	Value            string   // what the rule says
	Usual            string   // what the built-in one says

	read func(*verify.Rules) string
}

// Has says whether a value of several is among those that are chosen.
func (f Field) Has(value string) bool {
	return slices.Contains(strings.Split(f.Value, "\n"), value)
}

// How a field is filled in.
const (
	asText   = "text"
	asNumber = "number"
	asDay    = "day"
	asWords  = "words"  // several, one a line
	asCounts = "counts" // numbers, one a line
	asTiers  = "tiers"  // "up to: signatures", one a line
	asChoice = "choice"
	asSome   = "some" // some of the choices
	asYes    = "yes"  // yes, or nothing
)

// Choice is what may be chosen, with its word for people.
type Choice struct{ Key, Word string }

// ruleParts are the fields of the form, in its order.
func ruleParts() Form {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	share := func(x float64) string {
		if x == 0 {
			return ""
		}
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.DateOnly)
	}
	yes := func(is bool) string { return map[bool]string{true: "yes"}[is] }
	words := func(list []string) string { return strings.Join(list, "\n") }
	keyed := func(pairs ...string) (out []Choice) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, Choice{Key: pairs[i], Word: pairs[i+1]})
		}
		return out
	}
	var fields []Choice
	for _, f := range report.Fields() {
		if slices.Contains(verify.RequirableFields(), string(f.Key)) {
			fields = append(fields, Choice{Key: string(f.Key), Word: f.Label})
		}
	}
	return Form{
		{"Name", []Field{
			{Key: "title", Label: "Name of the rule", Kind: asText,
				read: func(r *verify.Rules) string { return r.Title }},
			{Key: "citation", Label: "Where it is written", Kind: asText,
				read: func(r *verify.Rules) string { return r.Citation }},
		}},
		{"How many", []Field{
			{Key: "threshold", Label: "Signatures required", Kind: asNumber,
				read: func(r *verify.Rules) string { return number(r.Threshold) }},
			{Key: "percent", Label: "or percent of the members", Kind: asNumber,
				read: func(r *verify.Rules) string { return share(r.Percent) }},
			{Key: "tiers", Label: "or by the number of members",
				Hint: "Each line: members, a colon, signatures. 1000: 50 is 50 for up to 1,000 " +
					"members; 0: 80 is 80 for any more.", Kind: asTiers,
				read: func(r *verify.Rules) string {
					var out []string
					for _, t := range r.Tiers {
						out = append(out, fmt.Sprintf("%d: %d", t.UpTo, t.Count))
					}
					return words(out)
				}},
			{Key: "base", Label: "Certified number of members",
				Hint: "For percent and for numbers by members.", Kind: asNumber,
				read: func(r *verify.Rules) string { return number(r.Base) }},
		}},
		{"Whose signatures count", []Field{
			{Key: "accepted-statuses", Label: "Statuses in good standing",
				Hint: "One a line, as the export writes them.", Kind: asWords,
				read: func(r *verify.Rules) string { return words(r.AcceptedStatuses) }},
			{Key: "refused-statuses", Label: "Statuses that never count", Kind: asWords,
				read: func(r *verify.Rules) string { return words(r.RefusedStatuses) }},
			{Key: "lapsed-statuses", Label: "Statuses that have lapsed", Kind: asWords,
				read: func(r *verify.Rules) string { return words(r.LapsedStatuses) }},
			{Key: "grace-days", Label: "Days of grace",
				Hint: "After the date paid through, where the export has no status.",
				Kind: asNumber, read: func(r *verify.Rules) string {
					return number(r.GraceDays)
				}},
			{Key: "life-types", Label: "Types without a date paid through", Kind: asWords,
				read: func(r *verify.Rules) string { return words(r.LifeTypes) }},
			{Key: "roll-counts", Label: "Being on the roll is enough",
				Hint: "Where the export has neither a status nor a date paid through, as rolls " +
					"of voters.", Kind: asYes,
				read: func(r *verify.Rules) string { return yes(r.RollCounts) }},
			{Key: "refused-classes", Label: "Classes that do not count",
				Hint: "Such as organizations.", Kind: asWords,
				read: func(r *verify.Rules) string { return words(r.RefusedClasses) }},
			{Key: "standing-as-of", Label: "Standing as of",
				Hint: "signed, received, verified, or a day such as 2026-11-01.", Kind: asText,
				read: func(r *verify.Rules) string { return r.StandingAsOf }},
			{Key: "organizers-count", Label: "Organizers count as well", Kind: asYes,
				read: func(r *verify.Rules) string { return yes(r.OrganizersCount) }},
		}},
		{"What a line needs", []Field{
			{Key: "required-fields", Label: "What must be written", Kind: asSome, Choices: fields,
				read: func(r *verify.Rules) string { return words(r.RequiredFields) }},
			{Key: "signature-required", Label: "A signature", Kind: asYes,
				read: func(r *verify.Rules) string { return yes(r.SignatureRequired) }},
			{Key: "window-from", Label: "Signed no earlier than", Kind: asDay,
				read: func(r *verify.Rules) string { return day(r.WindowFrom) }},
			{Key: "window-to", Label: "Signed no later than", Kind: asDay,
				read: func(r *verify.Rules) string { return day(r.WindowTo) }},
			{Key: "duplicates", Label: "Of somebody's lines counts", Kind: asChoice,
				Choices: keyed("first", "the first", "latest", "the latest", "none", "none"),
				read:    func(r *verify.Rules) string { return r.Duplicates }},
		}},
		{"How sure, and who looks", []Field{
			{Key: "error-bound", Label: "Wrong acceptances that are borne",
				Hint: "A share: 0.001 is one in a thousand.", Kind: asNumber,
				read: func(r *verify.Rules) string { return share(r.ErrorBound) }},
			{Key: "decide-not-found",
				Label: "Refuse lines for which nobody is on the roll, without a person",
				Kind:  asYes, read: func(r *verify.Rules) string {
					return yes(r.DecideNotFound)
				}},
			{Key: "second-reviewer", Label: "A second person looks at", Kind: asChoice,
				Choices: keyed("never", "nothing", "sample", "a sample", "rejections",
					"what was refused"), read: func(r *verify.Rules) string {
					return r.SecondReviewer
				}},
			{Key: "sample-percent", Label: "Percent of that sample", Kind: asNumber,
				read: func(r *verify.Rules) string { return share(r.SamplePercent) }},
			{Key: "second-look-percent",
				Label: "Percent of the program's verdicts looked at again, blind", Kind: asNumber,
				read: func(r *verify.Rules) string { return share(r.SecondLookPercent) }},
			{Key: "known-answer-percent", Label: "Percent of settled lines shown once more, blind",
				Kind: asNumber, read: func(r *verify.Rules) string {
					return share(r.KnownAnswerPercent)
				}},
		}},
		{"Afterwards", []Field{
			{Key: "term-years", Label: "Years of a term", Kind: asNumber,
				read: func(r *verify.Rules) string { return number(r.TermYears) }},
			{Key: "renewal-window-days", Label: "Days before its end in which it is renewed",
				Kind: asNumber, read: func(r *verify.Rules) string {
					return number(r.RenewalWindowDays)
				}},
			{Key: "reminder-days", Label: "Reminders, days before the end", Hint: "One a line.",
				Kind: asCounts, read: func(r *verify.Rules) string {
					var out []string
					for _, n := range r.ReminderDays {
						out = append(out, strconv.Itoa(n))
					}
					return words(out)
				}},
			{Key: "annual-report-due", Label: "Yearly report due",
				Hint: "Month and day, such as 08-01.", Kind: asText,
				read: func(r *verify.Rules) string { return r.AnnualReportDue }},
			{Key: "answer-days", Label: "Days to acknowledge and to answer", Kind: asNumber,
				read: func(r *verify.Rules) string { return number(r.AnswerDays) }},
			{Key: "conditions", Label: "Conditions of an approval", Hint: "One a line.",
				Kind: asWords, read: func(r *verify.Rules) string { return words(r.Conditions) }},
		}},
		{"How long data is kept", []Field{
			{Key: "images", Label: "Files and pictures, days after it is closed", Hint: keptElse,
				Kind: asNumber},
			{Key: "text", Label: "Text, days after it is closed", Hint: keptElse, Kind: asNumber},
			{Key: "rows", Label: "Member numbers, days after it is closed", Hint: keptElse,
				Kind: asNumber},
		}},
	}
}

const keptElse = "Empty: as long as under Settings."

// retentionKey is the key under which a rule has the days of images, text and rows.
const retentionKey = "retention-days"

// FormOf is a rule as a form; one that cannot be read is shown as the built-in one.
func FormOf(yaml string) Form {
	rules, err := verify.ReadRules(strings.NewReader(yaml), "file")
	if err != nil {
		rules, yaml = verify.MIG(), ""
	}
	kept, err := verify.ReadRetention(yaml)
	if err != nil {
		kept = verify.Retention{}
	}
	usual, form := verify.MIG(), ruleParts()
	for _, part := range form {
		for i := range part.Fields {
			f := &part.Fields[i]
			if f.read == nil {
				if n := map[string]int{"images": kept.Images, "text": kept.Text,
					"rows": kept.Rows}[f.Key]; n > 0 {
					f.Value = strconv.Itoa(n)
				}
				continue
			}
			f.Value, f.Usual = f.read(&rules), f.read(&usual)
		}
	}
	return form
}

// ruleKey finds the keys that a rule says, at the beginnings of its lines.
var ruleKey = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)

// Filled is the rule that a form says, as YAML: before, where it says the same. value gives what
// was filled in for a key. The form comes back as it was filled in.
func Filled(before string, value func(key string) []string) (yaml string, form Form) {
	var said []string
	for _, m := range ruleKey.FindAllStringSubmatch(before, -1) {
		said = append(said, m[1])
	}
	var out, kept []string
	same := true
	form = FormOf(before)
	for _, part := range form {
		for i := range part.Fields {
			f := &part.Fields[i]
			got := f.filled(value(f.Key))
			same = same && got == f.Value
			f.Value = got
			switch {
			case f.Kind == asDay && got == "": // as usual
			case f.read == nil && got != "":
				kept = append(kept, f.Key+": "+f.yaml(got))
			case f.read != nil && (got != f.Usual || slices.Contains(said, f.Key)):
				out = append(out, f.Key+": "+f.yaml(got))
			}
		}
	}
	if same {
		return before, form
	}
	if len(kept) > 0 {
		out = append(out, retentionKey+": {"+strings.Join(kept, ", ")+"}")
	}
	return strings.Join(out, "\n"), form
}

// Refusal says why a rule that the form says cannot be used, by the field that is wrong; empty
// where it can.
func (form Form) Refusal(v View) string {
	if v.Problem == nil {
		return ""
	}
	for _, part := range form {
		for _, f := range part.Fields {
			if f.Key == v.Problem.Key {
				return fmt.Sprintf("The rule cannot be used. “%s” %s", f.Label,
					strings.TrimPrefix(v.Problem.Text, f.Key+" "))
			}
		}
	}
	return "The rule cannot be used: " + v.Problem.Text
}

// filled is what was filled in, without what means nothing.
func (f Field) filled(values []string) string {
	var out []string
	for _, v := range values {
		for line := range strings.Lines(v) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	switch f.Kind {
	case asText, asNumber, asDay, asChoice, asYes:
		return strings.Join(out, " ")
	}
	return strings.Join(out, "\n")
}

var plainNumber = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// yaml writes a value. What is no number where one belongs stands in quotes, for the reader of
// rules to say what is wrong with it.
func (f Field) yaml(value string) string {
	quoted := func(s string) string {
		b, _ := json.Marshal(s) // a string always can be
		return string(b)
	}
	number := func(s string) string {
		if plainNumber.MatchString(s) {
			return s
		}
		return quoted(s)
	}
	var lines []string
	if value != "" {
		lines = strings.Split(value, "\n")
	}
	list := func(write func(string) string) string {
		var items []string
		for _, l := range lines {
			items = append(items, write(l))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	switch f.Kind {
	case asNumber:
		if value == "" {
			return "0"
		}
		return number(value)
	case asDay:
		return value
	case asYes:
		return strconv.FormatBool(value == "yes")
	case asWords, asSome:
		return list(quoted)
	case asCounts:
		return list(number)
	case asTiers:
		return list(func(line string) string {
			upTo, count, _ := strings.Cut(line, ":")
			return "{up-to: " + number(strings.TrimSpace(upTo)) + ", count: " +
				number(strings.TrimSpace(count)) + "}"
		})
	}
	return quoted(value)
}
