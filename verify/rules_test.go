package verify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMIG(t *testing.T) {
	r := MIG()
	if r.Required() != 100 || r.StandingAsOf != "signed" || !r.SignatureRequired || r.Duplicates != "first" || r.ErrorBound != 0.001 || r.DecideNotFound || r.TermYears != 3 {
		t.Errorf("built in as %+v", r)
	}
	if diff := cmp.Diff([]string{"Active", "Grace"}, r.AcceptedStatuses); diff != "" {
		t.Error(diff)
	}
}

// A rules file says only what differs.
func TestReadRules(t *testing.T) {
	got, err := ReadRules(strings.NewReader("title: Chapter\nthreshold: 50\nwindow-from: 2026-09-01\nwindow-to: \"2026-10-31\"\nrefused-classes: []\nretention-days: {images: 30}\n"), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := MIG()
	want.Title, want.Threshold, want.RefusedClasses = "Chapter", 50, []string{}
	want.WindowFrom, want.WindowTo = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)
	want.Retention.Images = 30
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, empty := range []string{"", "# nothing\n"} {
		got, err := ReadRules(strings.NewReader(empty), "rules.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(MIG(), got); diff != "" {
			t.Error(diff)
		}
	}
}

// What a text says of retention is told from what is built in.
func TestReadRetention(t *testing.T) {
	for in, want := range map[string]Retention{
		"": {}, "# nothing\n": {}, "threshold: 50\nwindow-from: 2026-01-01\n": {},
		"retention-days: {images: 30}\n":             {Images: 30},
		"retention-days:\n  text: 60\n  rows: 365\n": {Text: 60, Rows: 365},
		string(migFile): MIG().Retention,
	} {
		got, err := ReadRetention(in)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", in, got, err, want)
		}
	}
	if _, err := ReadRetention("retention-days: {pictures: 1}\n"); err == nil {
		t.Error("an unknown kind got through")
	}
}

func TestRequired(t *testing.T) {
	for in, want := range map[string]int{
		"threshold: 25": 25, "percent: 5\nbase: 58001": 2901, "percent: 10\nbase: 1000": 100,
		"tiers: [{up-to: 1000, count: 50}, {count: 200}]\nbase: 1000": 50, "tiers: [{up-to: 1000, count: 50}, {count: 200}]\nbase: 1001": 200,
	} {
		r, err := ReadRules(strings.NewReader(in), "rules.yaml")
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if r.Required() != want {
			t.Errorf("%s: %d required, want %d", in, r.Required(), want)
		}
	}
}

func TestBadRules(t *testing.T) {
	for in, want := range map[string]string{
		"title: x\nthreshhold: 50\n":                       `rules r.yaml: line 2: unknown field "threshhold": allowed are title, citation, threshold,`,
		"threshold: many\n":                                "rules r.yaml: line 1: threshold is written wrongly: write a whole number",
		"threshold: 1.5\n":                                 "rules r.yaml: line 1: threshold is 1.5: write a whole number",
		"title: x\nthreshold:\n":                           "rules r.yaml: line 2: threshold has no value: write one, or take the line out",
		"threshold: 5\n---\nthreshold: 6\n":                "rules r.yaml: line 2: a second text begins here: keep one, and take out the line ---",
		"threshold: 99999999999999999999\n":                "rules r.yaml: line 1: the number is too large",
		"term-years: 0\n":                                  "rules r.yaml: line 1: term-years is 0: write 1 or more",
		"term-years: 3000\n":                               "rules r.yaml: line 1: term-years is 3000: write 100 or less",
		"signature-required: perhaps\n":                    "rules r.yaml: line 1: signature-required is written wrongly: write true or false",
		"reminder-days: soon\n":                            "rules r.yaml: line 1: a list is expected here, such as [first, second]",
		"reminder-days: [-5]\n":                            "rules r.yaml: line 1: reminder-days has a number that is -5: write 0 or more",
		"retention-days: {images: -1}\n":                   "rules r.yaml: line 1: retention-days says -1 days: write 1 to 36500 for each of images, text and rows",
		"retention-days: {images: 0.5}\n":                  "rules r.yaml: line 1: retention-days has images, which is 0.5: write a whole number",
		"tiers: [{up-to: 9, count: -3}]\nbase: 3\n":        "rules r.yaml: line 1: tiers has a number that is -3: write 0 or more",
		"just words\n":                                     "rules r.yaml: line 1: a key and its value are expected here, such as title: words",
		"threshold: -1\n":                                  "rules r.yaml: line 1: threshold is -1: write 0 or more",
		"title: x\n\nduplicates: last\n":                   `rules r.yaml: line 3: duplicates is "last": write one of first, latest, none`,
		"standing-as-of: yesterday\n":                      `rules r.yaml: line 1: standing-as-of is "yesterday": write one of signed, received, verified, a date such as 2026-11-01`,
		"required-fields: [name, shoe]\n":                  `rules r.yaml: line 1: required-fields is "shoe": write one of name,`,
		"percent: 5\n":                                     "rules r.yaml: line 1: base is missing: percent and tiers need the certified number of members",
		"second-look-percent: 101\n":                       "rules r.yaml: line 1: second-look-percent is 101: write a number from 0 to 100",
		"known-answer-percent: -1\n":                       "rules r.yaml: line 1: known-answer-percent is -1: write a number from 0 to 100",
		"error-bound: 0\n":                                 "rules r.yaml: line 1: error-bound is 0: write a share above 0 and up to 0.5, such as 0.001",
		"window-from: 31.12.2026\n":                        `"31.12.2026" is no date: write one such as 2026-11-01`,
		"window-from: 2026-02-01\nwindow-to: 2026-01-01\n": "rules r.yaml: line 2: window-to is before window-from: exchange them",
		"title: [\n":                                       "rules r.yaml: line 1: ",
		"accepted-statuses: []\n":                          "rules r.yaml: line 1: accepted-statuses is empty: write the words for members in good standing, such as [Active, Grace]",
		"threshold: 1\nretention-days: {text: 0}\n":        "rules r.yaml: line 2: retention-days says 0 days: write 1 to 36500 for each of images, text and rows",
		"- a\n":                           "rules r.yaml: line 1: ",
		"title: &a [x]\ntiers: [*a,*a]\n": "rules r.yaml: line 1: &a gives a name to what follows",
		strings.Repeat("[", 200_000):      "rules r.yaml: line 1: the text is longer than 64 KiB",
		strings.Repeat("[", 60_000):       "rules r.yaml: line 1: lists and keys lie more than 20 deep",
	} {
		_, err := ReadRules(strings.NewReader(in), "r.yaml")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q:\n got %v\nwant %s", in, err, want)
		}
	}
}

func FuzzReadRules(f *testing.F) {
	f.Add(string(migFile))
	f.Add("threshold: 5\nwindow-from: 2026-01-01")
	f.Add("a: &a [*a]\ntiers: [{count: 1}]")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := ReadRules(strings.NewReader(in), "r.yaml")
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		if key, err := r.check(); err != nil {
			t.Errorf("%s %v got through", key, err)
		}
	})
}
