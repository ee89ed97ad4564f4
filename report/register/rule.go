package register

import (
	"encoding/json"
	"fmt"
	"time"
)

// Terms is what a rule says of a group's terms.
type Terms struct {
	Years     int   // of a term
	Window    int   // days before its end in which to petition for another
	Reminders []int // days before its end
}

// Rule is what a group is held to. Each term carries the one under which its petition
// was approved, so that a setting that changes later moves no end of a term and no day
// on which a report is due.
type Rule struct {
	Terms
	ReportMonth time.Month // annual reports are due on this day of each year
	ReportDay   int
	// days in which receipt should be acknowledged, a decision reported, a notice answered
	Answer     int
	Required   int      // signatures of members in good standing
	Title      string   // such as Membership Initiative Group
	Citation   string   // where the rule is written down
	Conditions []string // that an approval is bound to
}

// Reports is the day of each year on which annual reports are due, as letters write it.
func (r Rule) Reports() string {
	return time.Date(2000, r.ReportMonth, r.ReportDay, 0, 0, 0, 0, time.UTC).Format("January 2")
}

// ruleWord is the word of an approval that holds its rule.
const ruleWord = "rule"

// Text is the rule as an approval carries it.
func (r Rule) Text() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic("register: a rule has no JSON: " + err.Error()) // it is made of texts and numbers
	}
	return string(text)
}

// ParseRule reads what Text wrote.
func ParseRule(text string) (Rule, error) {
	var r Rule
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Rule{}, fmt.Errorf("read the rule of an approval: %w", err)
	}
	return r, nil
}

// Under is an approval with the rule that it is given under.
func Under(e Event, r Rule) Event {
	words := Words{ruleWord: r.Text()}
	for k, v := range e.Words {
		if k != ruleWord {
			words[k] = v
		}
	}
	e.Words = words
	return e
}

// HasRule says whether an approval carries its rule. Those written down by earlier
// versions of the program carry none.
func HasRule(e Event) bool { return e.Words[ruleWord] != "" }

// RuleOf is the rule that an approval carries.
func RuleOf(e Event) Rule {
	// the zero rule where there is none, which a Book does not let in
	r, _ := ParseRule(e.Words[ruleWord])
	return r
}
