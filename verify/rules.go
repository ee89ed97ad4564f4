// Package verify is the third stage: Rows meet the Roll. Each line gets its
// candidates (Match), all lines of a petition together get their verdicts
// (Decide), what people find is laid over them (Settle), and the verdicts are
// counted (Count). The next stage, report, turns what was decided into workbooks.
package verify

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/verify/plainyaml"
)

// Rules are what a petition is held to. The zero value is not useful; start
// from MIG or read a file with ReadRules.
type Rules struct {
	Title    string `yaml:"title"`    // such as "Membership Initiative Group"
	Citation string `yaml:"citation"` // where the rule is written down

	Threshold int     `yaml:"threshold"` // signatures required, unless Percent or Tiers is set
	Percent   float64 `yaml:"percent"`   // of Base
	Tiers     []Tier  `yaml:"tiers"`     // by Base, smallest first
	Base      int     `yaml:"base"`      // certified number of members that Percent and Tiers speak of

	AcceptedStatuses []string `yaml:"accepted-statuses"` // of the export, compared without case
	RefusedStatuses  []string `yaml:"refused-statuses"`  // never accepted, whatever is paid
	LapsedStatuses   []string `yaml:"lapsed-statuses"`   // a status in none of the three lists is left to a person
	GraceDays        int      `yaml:"grace-days"`        // after PaidThru, where the export has no status
	LifeTypes        []string `yaml:"life-types"`        // member types that need no PaidThru
	// RollCounts takes members of whom the export has neither a status nor a date paid through for
	// members in good standing: those who may sign are all that such a roll lists.
	RollCounts     bool     `yaml:"roll-counts" json:",omitempty"`
	RefusedClasses []string `yaml:"refused-classes"` // member classes or types that do not count, such as organizations
	StandingAsOf   string   `yaml:"standing-as-of"`  // signed, received, verified, or a date

	RequiredFields    []string  `yaml:"required-fields"` // on a line
	SignatureRequired bool      `yaml:"signature-required"`
	WindowFrom        time.Time `yaml:"window-from"` // first day on which a signature counts; zero for none
	WindowTo          time.Time `yaml:"window-to"`   // last day
	Duplicates        string    `yaml:"duplicates"`  // first, latest, none: which of a person's lines counts
	OrganizersCount   bool      `yaml:"organizers-count"`

	ErrorBound     float64 `yaml:"error-bound"`      // share of wrong acceptances that is borne
	DecideNotFound bool    `yaml:"decide-not-found"` // refuse lines for which nobody is on the roll

	SecondReviewer string  `yaml:"second-reviewer"` // never, sample, rejections
	SamplePercent  float64 `yaml:"sample-percent"`

	SecondLookPercent  float64 `yaml:"second-look-percent"`  // of what the program decided, looked at again by a person
	KnownAnswerPercent float64 `yaml:"known-answer-percent"` // of what people settled, shown once more to somebody else

	TermYears         int    `yaml:"term-years"`
	RenewalWindowDays int    `yaml:"renewal-window-days"`
	ReminderDays      []int  `yaml:"reminder-days"`     // before a term ends
	AnnualReportDue   string `yaml:"annual-report-due"` // month and day of each year, such as 08-01
	AnswerDays        int    `yaml:"answer-days"`       // in which a packet should be acknowledged and a notice answered
	// Conditions are what an approval is bound to, beside the yearly report. They bear on no
	// line, and the fingerprint of a rule is without them.
	Conditions []string  `yaml:"conditions" json:"-"`
	Retention  Retention `yaml:"retention-days"`
}

// ReadRetention reads what a rules text itself says of retention. A kind that it
// does not speak of is zero: others may have something to say of it, and the
// built-in rule has the last word.
func ReadRetention(text string) (Retention, error) {
	if _, err := parseRules([]byte(text), MIG()); err != nil {
		return Retention{}, err
	}
	var said Rules // without what is built in
	if err := plainyaml.Read([]byte(text), &said, plainyaml.Options{}); err != nil {
		return Retention{}, err
	}
	return said.Retention, nil
}

// Tier is a threshold for bases up to a size; UpTo zero is for all larger.
type Tier struct {
	UpTo  int `yaml:"up-to"`
	Count int `yaml:"count"`
}

// Retention says after how many days each kind of data is purged.
type Retention struct {
	Images int `yaml:"images"`
	Text   int `yaml:"text"`
	Rows   int `yaml:"rows"`
}

//go:embed mig.yaml
var migFile []byte

// MIG is the rule for Membership Initiative Groups, from mig.yaml.
func MIG() Rules {
	r, err := parseRules(migFile, Rules{})
	if err != nil {
		panic("the built-in rules: " + err.Error()) // a test reads them
	}
	return r
}

// ReadRules reads a rules file. What it does not say is as in MIG. An error
// is one sentence with the line, what is wrong there and what is allowed.
func ReadRules(r io.Reader, file string) (Rules, error) {
	data, err := io.ReadAll(io.LimitReader(r, plainyaml.MaxBytes+1))
	if err != nil {
		return Rules{}, fmt.Errorf("rules %s could not be read: %w", file, err)
	}
	rules, err := parseRules(data, MIG())
	if err != nil {
		return Rules{}, fmt.Errorf("rules %s: %w", file, err)
	}
	return rules, nil
}

// ReadRulesOver reads a rules text. What it does not say is as in another rule, such as
// the association's.
func ReadRulesOver(base Rules, text, file string) (Rules, error) {
	rules, err := parseRules([]byte(text), base)
	if err != nil {
		return Rules{}, fmt.Errorf("rules %s: %w", file, err)
	}
	return rules, nil
}

func parseRules(data []byte, rules Rules) (Rules, error) {
	err := plainyaml.Read(data, &rules, plainyaml.Options{})
	if wrong := (*plainyaml.Error)(nil); errors.As(err, &wrong) {
		return Rules{}, &RuleError{Line: wrong.Line, Key: wrong.Key, Text: wrong.Text}
	}
	if err != nil {
		return Rules{}, err
	}
	if key, err := rules.check(); err != nil {
		return Rules{}, &RuleError{Line: lineOf(data, key), Key: key, Text: key + " " + err.Error()}
	}
	return rules, nil
}

// RuleError says what is wrong in a rules file, and where.
type RuleError struct {
	Line int    // 1-based
	Key  string // empty where it is no key's
	Text string // one sentence: what is wrong and what is allowed
}

func (e *RuleError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// lineOf finds the line on which a key stands, 1 if it is nowhere.
func lineOf(data []byte, key string) int {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if bytes.HasPrefix(line, []byte(key+":")) {
			return n
		}
	}
	return 1
}

// The longest that anything lasts, so that no date runs out of the calendar.
const (
	mostYears = 100
	mostDays  = 36500
)

// RequirableFields are the fields of a line that a rule may ask for.
func RequirableFields() []string {
	return []string{"name", "given", "family", "member_id", "institution", "unit", "street", "citystate", "city", "state", "zip", "email", "phone", "date"}
}

// check says which key has a value that makes no sense, and what would.
func (r *Rules) check() (key string, err error) {
	oneOf := func(value string, allowed ...string) error {
		if slices.Contains(allowed, value) {
			return nil
		}
		return fmt.Errorf("is %q: write one of %s", value, strings.Join(allowed, ", "))
	}
	least := func(value, low int) error {
		if value >= low {
			return nil
		}
		return fmt.Errorf("is %d: write %d or more", value, low)
	}
	if _, isDay := r.fixedDay(); !isDay {
		if err := oneOf(r.StandingAsOf, "signed", "received", "verified", "a date such as 2026-11-01"); err != nil {
			return "standing-as-of", err
		}
	}
	for _, f := range r.RequiredFields {
		if err := oneOf(f, RequirableFields()...); err != nil {
			return "required-fields", err
		}
	}
	if !(r.ErrorBound > 0 && r.ErrorBound <= 0.5) {
		return "error-bound", fmt.Errorf("is %v: write a share above 0 and up to 0.5, such as 0.001", r.ErrorBound)
	}
	for _, share := range []struct {
		key   string
		value float64
	}{{"percent", r.Percent}, {"sample-percent", r.SamplePercent}, {"second-look-percent", r.SecondLookPercent}, {"known-answer-percent", r.KnownAnswerPercent}} {
		if !(share.value >= 0 && share.value <= 100) {
			return share.key, fmt.Errorf("is %v: write a number from 0 to 100", share.value)
		}
	}
	if (r.Percent > 0 || len(r.Tiers) > 0) && r.Base <= 0 {
		return "base", errors.New("is missing: percent and tiers need the certified number of members")
	}
	if _, err := time.Parse(monthDay, r.AnnualReportDue); err != nil {
		return "annual-report-due", fmt.Errorf("is %q: write month and day, such as 08-01", r.AnnualReportDue)
	}
	if len(r.AcceptedStatuses) == 0 {
		return "accepted-statuses", errors.New("is empty: write the words for members in good standing, such as [Active, Grace]")
	}
	if !r.WindowTo.IsZero() && r.WindowTo.Before(r.WindowFrom) {
		return "window-to", errors.New("is before window-from: exchange them")
	}
	most := func(value, high int) error {
		if value <= high {
			return nil
		}
		return fmt.Errorf("is %d: write %d or less", value, high)
	}
	days := func(value int) error { return cmp.Or(least(value, 0), most(value, mostDays)) }
	for _, t := range r.Tiers {
		if err := cmp.Or(least(t.Count, 0), least(t.UpTo, 0)); err != nil {
			return "tiers", fmt.Errorf("has a number that %w", err)
		}
	}
	for _, d := range r.ReminderDays {
		if err := days(d); err != nil {
			return "reminder-days", fmt.Errorf("has a number that %w", err)
		}
	}
	for _, d := range []int{r.Retention.Images, r.Retention.Text, r.Retention.Rows} {
		if d < 1 || d > mostDays {
			return "retention-days", fmt.Errorf("says %d days: write 1 to %d for each of images, text and rows", d, mostDays)
		}
	}
	for _, c := range []struct {
		key string
		err error
	}{
		{"threshold", least(r.Threshold, 0)}, {"grace-days", days(r.GraceDays)}, {"term-years", cmp.Or(least(r.TermYears, 1), most(r.TermYears, mostYears))}, {"renewal-window-days", days(r.RenewalWindowDays)}, {"answer-days", days(r.AnswerDays)},
		{"duplicates", oneOf(r.Duplicates, "first", "latest", "none")}, {"second-reviewer", oneOf(r.SecondReviewer, "never", "sample", "rejections")},
	} {
		if c.err != nil {
			return c.key, c.err
		}
	}
	return "", nil
}

// Required is the number of valid signatures that a petition needs.
func (r Rules) Required() int {
	for _, t := range r.Tiers {
		if t.UpTo == 0 || r.Base <= t.UpTo {
			return t.Count
		}
	}
	if r.Percent > 0 {
		return int(math.Ceil(float64(r.Base)*r.Percent/100 - 1e-9))
	}
	return r.Threshold
}

const monthDay = "01-02"

// ReportsDue is the day of each year on which annual reports are due.
func (r Rules) ReportsDue() (time.Month, int) {
	day, err := time.Parse(monthDay, r.AnnualReportDue)
	if err != nil { // rules that were read are checked; others mean the guideline's day
		return time.August, 1
	}
	return day.Month(), day.Day()
}

func (r Rules) fixedDay() (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, r.StandingAsOf)
	return day, err == nil
}

func (r Rules) requires() []extract.Field {
	var out []extract.Field
	for _, f := range r.RequiredFields {
		out = append(out, extract.Field(f))
	}
	return out
}
