package report_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
)

// A petition that was decided is an action, any other is pending; both are
// counted, and only an approved group brings text for the Handbook.
func TestCouncilOf(t *testing.T) {
	made := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	base := report.Petition{Made: made, Program: "countersign 1", Rules: verify.Rules{Title: "MIG",
		Citation: "A.4.3.12"},
		Cover: extract.Cover{Group: " Seeds ", Purpose: " To lend seeds. "},
		Tally: verify.Tally{Rows: 130, Valid: 104, Required: 100, Uncertain: 1},
		Files: []report.File{{Name: "a.pdf", Pages: []report.Page{{Kind: extract.CoverOf},
			{Kind: extract.Signers}, {Kind: extract.Signers, Error: "torn"}}}, {Name: "b.pdf"}}}
	with := func(group, action string) report.Petition {
		p := base
		p.Cover.Group, p.Action = group, &report.Action{What: action, Date: made}
		return p
	}
	nameless := base
	nameless.Cover, nameless.State, nameless.Audit = extract.Cover{}, "deferred",
		report.Audit{Entries: 7, Head: "ab"}
	c := report.CouncilOf(base, with("Zines", "Approved"), with("Games", "disapproved"), nameless)
	want := report.Council{
		Actions: []report.Action{{Group: "Zines", What: "Approved", Date: made, Valid: 104,
			Required: 100}, {Group: "Games", What: "disapproved", Date: made, Valid: 104,
			Required: 100}},
		Pending: []report.Pending{
			{Group: "Seeds", Purpose: "To lend seeds.", Rule: "MIG (A.4.3.12)",
				State: "verification under way: 1 line is undecided", Valid: 104, Required: 100,
				Outcome: "104 of 100 required: sufficient"},
			{Group: "not named on the cover page", Rule: "MIG (A.4.3.12)", State: "deferred",
				Valid: 104, Required: 100, Outcome: "104 of 100 required: sufficient"}},
		Handbook: []report.Entry{{Group: "Zines", Text: "To lend seeds."}},
		Made:     made, Program: "countersign 1", Audit: report.Audit{Entries: 7, Head: "ab"},
	}
	for _, group := range []string{"Seeds", "Zines", "Games", "not named on the cover page"} {
		want.Counts = append(want.Counts, report.Counts{Group: group, Tally: base.Tally, Files: 2,
			Unread: 1, Pages: 3, Signers: 2, Covers: 1})
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

// A rule without a version is told by what it decides.
func TestRuleVersion(t *testing.T) {
	mig, other := report.Petition{Rules: verify.MIG()}, report.Petition{Rules: verify.MIG()}
	other.Rules.Threshold++
	named := report.Petition{Rules: verify.MIG(), RuleVersion: "mig.yaml of 2026"}
	a, b := report.RuleVersion(mig), report.RuleVersion(other)
	if len(a) != 64 || a == b || a != report.RuleVersion(report.Petition{Rules: verify.MIG()}) {
		t.Errorf("%s and %s", a, b)
	}
	if got := report.RuleVersion(named); got != "mig.yaml of 2026" {
		t.Error(got)
	}
}
