package rule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/verify"
)

// asFilled are the values of a form as a browser sends them.
func asFilled(form Form) map[string][]string {
	out := map[string][]string{}
	for _, part := range form {
		for _, f := range part.Fields {
			switch {
			case f.Kind == asSome && f.Value != "":
				out[f.Key] = strings.Split(f.Value, "\n")
			case f.Value != "" || f.Kind != asSome && f.Kind != asYes:
				out[f.Key] = []string{strings.ReplaceAll(f.Value, "\n", "\r\n")}
			}
		}
	}
	return out
}

// Whatever a rule says, its form says the same: sent as it is it leaves the rule as it was
// written, and filled in over another rule it makes one that says the same.
func TestFormSaysWhatTheRuleSays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../testdata/rules/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules to try: %v", err)
	}
	texts := []string{"",
		"conditions: [\"a: b\", \"it's #1\"]\nretention-days: {text: 30}\nreminder-days: []\n" +
			"signature-required: false\nsecond-look-percent: 2.5\n"}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	for _, text := range texts {
		filled := asFilled(FormOf(text))
		value := func(key string) []string { return filled[key] }
		if same, _ := Filled(text, value); same != text {
			t.Errorf("sent as it is, the rule\n%s\nbecomes\n%s", text, same)
		}
		made, _ := Filled(
			"title: Another\nthreshold: 1\nduplicates: none\nwindow-from: 2020-01-01\n", value)
		want, err := verify.ReadRules(strings.NewReader(text), "file")
		if err != nil {
			t.Fatal(err)
		}
		got, err := verify.ReadRules(strings.NewReader(made), "file")
		if err != nil {
			t.Fatalf("%v:\n%s", err, made)
		}
		keptWant, err := verify.ReadRetention(text)
		if err != nil {
			t.Fatal(err)
		}
		keptGot, err := verify.ReadRetention(made)
		if err != nil || keptGot != keptWant {
			t.Errorf("kept for %+v, want %+v, %v", keptGot, keptWant, err)
		}
		empty := cmp.FilterValues(func(a, b []string) bool {
			return len(a) == 0 && len(b) == 0
		}, cmp.Ignore())
		counts := cmp.FilterValues(func(a, b []int) bool {
			return len(a) == 0 && len(b) == 0
		}, cmp.Ignore())
		if d := cmp.Diff(want, got, empty, counts); d != "" {
			t.Errorf("of\n%s\nthe form made\n%s\n%s", text, made, d)
		}
	}
}

// What is filled in wrongly is said by the name of its field, and stays in the form.
func TestFormFilledInWrongly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ key, value, want string }{
		{"threshold", "many", "“Signatures required”"},
		{"percent", "200", "“or percent of the members” is 200: write a number from 0 to 100"},
		{"error-bound", "", "“Wrong acceptances that are borne” is 0"},
		{"standing-as-of", "someday", "“Standing as of” is \"someday\""},
		{"accepted-statuses", "", "“Statuses in good standing” is empty"},
		{"tiers", "1000; 50", "“or by the number of members”"},
		{"annual-report-due", "August", "“Yearly report due”"},
		{"term-years", "0", "“Years of a term” is 0"},
	} {
		filled := asFilled(FormOf(""))
		filled[tt.key] = []string{tt.value}
		yaml, form := Filled("", func(key string) []string { return filled[key] })
		v, err := InWords(yaml)
		if err != nil {
			t.Fatal(err)
		}
		if why := form.Refusal(v); !strings.Contains(why, tt.want) {
			t.Errorf("%s %q: it is said %q, want %s", tt.key, tt.value, why, tt.want)
		}
		for _, part := range form {
			for _, f := range part.Fields {
				if f.Key == tt.key && f.Value != tt.value {
					t.Errorf("%s: the form forgets %q and says %q", tt.key, tt.value, f.Value)
				}
			}
		}
	}
}

func TestInWords(t *testing.T) {
	t.Parallel()
	v, err := InWords("# nothing\n")
	if err != nil || v.Problem != nil || v.Required != 100 || len(v.Clauses) < 8 || v.Hash == "" {
		t.Errorf("%+v, %v", v, err)
	}
	kept, err := InWords("retention-days: {images: 30, rows: 1}\n")
	if last := kept.Clauses[len(kept.Clauses)-1]; err != nil || last.Name != "Data kept" ||
		last.Text != "files and pictures for 30 days after it is closed; member numbers for 1 "+
			"day after it is closed; text for as long as under Settings" {
		t.Errorf("%+v, %v", last, err)
	}
	same, _ := InWords("threshold: 100 # as ever\n")
	other, _ := InWords("threshold: 90\nsecond-reviewer: sample\nsample-percent: 10\n")
	if same.Hash != v.Hash || other.Hash == v.Hash || other.Required != 90 ||
		other.SecondReviewer != "sample" || other.SamplePercent != 10 {
		t.Errorf("%+v, %+v", same, other)
	}
	for yaml, want := range map[string]Problem{
		"threshold: 90\nduplicates: some\n": {Line: 2, Key: "duplicates",
			Text: `duplicates is "some": write one of first, latest, none`},
		"\ntreshold: 90\n":  {Line: 2, Key: "treshold"},
		"threshold: many\n": {Line: 1, Key: "threshold"},
	} {
		v, err := InWords(yaml)
		if err != nil || v.Problem == nil || v.Problem.Line != want.Line ||
			v.Problem.Key != want.Key || want.Text != "" && v.Problem.Text != want.Text {
			t.Errorf("%q: %+v, %v", yaml, v.Problem, err)
		}
	}
}
