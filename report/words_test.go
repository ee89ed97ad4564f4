package report_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/report"
	"countersign/verify"
)

func TestOutcome(t *testing.T) {
	for _, tt := range []struct {
		valid, uncertain, required int
		want                       string
	}{
		{104, 0, 100, "104 of 100 required: sufficient"},
		{104, 20, 100, "104 of 100 required: sufficient"},
		{100, 0, 100, "100 of 100 required: sufficient"},
		{99, 1, 100,
			"99 of 100 required, 1 undecided: undecided lines can still change the outcome"},
		{90, 17, 100,
			"90 of 100 required, 17 undecided: undecided lines can still change the outcome"},
		{82, 17, 100, "82 of 100 required: insufficient, even if all 17 undecided lines count"},
		{82, 0, 100, "82 of 100 required: insufficient, 18 short"},
		{0, 0, 100, "0 of 100 required: insufficient, 100 short"},
	} {
		if got := report.Outcome(verify.Tally{Valid: tt.valid, Uncertain: tt.uncertain,
			Required: tt.required}); got != tt.want {
			t.Errorf("%d valid, %d undecided: %q, want %q", tt.valid, tt.uncertain, got, tt.want)
		}
	}
}

// Every reason has a word and a meaning of its own.
func TestReasonsAreExplained(t *testing.T) {
	words, meanings := map[string]verify.Reason{}, map[string]verify.Reason{}
	for _, r := range append(report.Reasons(), verify.IsMember) {
		word, meaning := report.ReasonWord(r), report.ReasonMeaning(r)
		if word == "" || meaning == "" {
			t.Errorf("%s: word %q, meaning %q", r, word, meaning)
		}
		if other, taken := words[word]; taken {
			t.Errorf("%s and %s share the word %q", r, other, word)
		}
		if other, taken := meanings[meaning]; taken {
			t.Errorf("%s and %s share the meaning %q", r, other, meaning)
		}
		words[word], meanings[meaning] = r, r
	}
}

func TestRuleInWords(t *testing.T) {
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		rule verify.Rules
		want []report.Clause
	}{
		{"all", verify.Rules{Title: "Membership Initiative Group", Citation: "A.4.3.12",
			Threshold: 100, AcceptedStatuses: []string{"Active", "Grace"},
			RefusedStatuses: []string{"Deceased"}, GraceDays: 30, RefusedClasses: []string{
				"Organization"}, StandingAsOf: "received",
			RequiredFields: []string{"name", "date"}, SignatureRequired: true, WindowFrom: day,
			WindowTo:   day.AddDate(0, 1, 0),
			Duplicates: "first", OrganizersCount: true, TermYears: 3}, []report.Clause{
			{Name: "Rule", Text: "Membership Initiative Group (A.4.3.12)"},
			{Name: "Signatures required", Text: "at least 100"},
			{Name: "Good standing",
				Text: "status Active or Grace; never Deceased; where the export has no status, " +
					"dues paid through the day that counts or up to 30 days before it"},
			{Name: "Standing as of", Text: "the day the petition was received"},
			{Name: "Classes that do not count", Text: "Organization"},
			{Name: "Required on a line", Text: "name, date"},
			{Name: "Signature", Text: "required"},
			{Name: "Dates allowed", Text: "September 1, 2026 to October 1, 2026"},
			{Name: "Who signs more than once", Text: "the first line counts"},
			{Name: "Organizers' signatures", Text: "count"},
			{Name: "Term", Text: "3 years, renewable"},
		}},
		{"little", verify.Rules{Title: "Recall", Threshold: 5, StandingAsOf: "2026-01-31",
			WindowFrom: day, Duplicates: "none", SecondLookPercent: 2.5, KnownAnswerPercent: 10},
			[]report.Clause{
				{Name: "Rule", Text: "Recall"},
				{Name: "Signatures required", Text: "at least 5"},
				{Name: "Good standing",
					Text: "where the export has no status, dues paid through the day that counts"},
				{Name: "Standing as of", Text: "2026-01-31"},
				{Name: "Signature", Text: "not required"},
				{Name: "Dates allowed", Text: "from September 1, 2026"},
				{Name: "Who signs more than once", Text: "none of the lines counts"},
				{Name: "Organizers' signatures", Text: "do not count"},
				{Name: "Looked at once more",
					Text: "2.5 % of the lines that the program decided; 10 % of those that two " +
						"people or the chair settled"},
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, report.RuleInWords(tt.rule)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
