package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"

	"countersign/internal/fixtures"
	"countersign/internal/fixtures/postgrestest"
)

// What the stories read.
const (
	testdata = "../../testdata/"
	members  = testdata + "sample/members.csv"
	sample   = testdata + "sample/petition.pdf" // scanned, handwritten
	online   = testdata + "online/petition.pdf" // with a text layer
)

func TestMain(m *testing.M) {
	fixtures.LimitTesseract()
	if len(os.Args) > 1 && slices.Contains([]string{"read-pages", "serve", "work"}, os.Args[1]) {
		main() // the tests start themselves as the program
	}
	code := m.Run()
	postgrestest.Stop()
	windows.End()
	os.Exit(code)
}

// ran is what a run of the program left behind.
type ran struct {
	code           int
	stdout, stderr string
}

// countersign runs a command; check reads with one process where the test does not say how many,
// for each takes half a second to start and tests run side by side.
func countersign(args ...string) ran {
	if len(args) > 0 && args[0] == "check" && !slices.Contains(args, "--workers") {
		args = slices.Insert(slices.Clone(args), 1, "--workers", "1")
	}
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), args, &stdout, &stderr)
	return ran{code, stdout.String(), stderr.String()}
}

// check runs the command on files of the sample's members and returns its JSON.
func check(t testing.TB, want int, args ...string) (result, ran) {
	t.Helper()
	r := countersign(append([]string{"check", "--members", members, "--as-of", "2026-11-01",
		"--json", "-"}, args...)...)
	if r.code != want {
		t.Fatalf("exit code %d, want %d; it said:\n%s", r.code, want, r.stderr)
	}
	return decode(t, r.stdout), r
}

// The two petitions by themselves, checked once for all tests that ask.
var (
	sampleAlone = sync.OnceValue(func() ran { return alone(sample) })
	onlineAlone = sync.OnceValue(func() ran { return alone(online) })
)

func alone(path string) ran {
	return countersign("check", "--members", members, "--as-of", "2026-11-01", "--json", "-", path)
}

// result is the JSON as other programs see it, in types of the test's own.
type result struct {
	Version int
	Files   []struct {
		Name, SHA256, Error string
		Pages               []page
	}
	Purpose *struct {
		Text string
		Page int
		File string
	}
	Group      string
	Organizers []struct {
		Name, Address, Signed string
		MemberID              string `json:"member_id"`
	}
	Counts  struct{ Rows, Valid, Invalid, Uncertain, Required int }
	Members struct {
		Rows   int
		SHA256 string
		AsOf   string `json:"as_of"`
	}
	Printed []printing
	Notes   []string
}

type printing struct {
	Petition          string
	Of                int
	Missing, Repeated []int
}

type form struct {
	Petition string
	Page, Of int
}

type page struct {
	Page     int
	Kind     string
	Rotation int
	Source   string
	Error    string
	Form     *form
	Rows     []row
}

type row struct {
	Row    int
	Box    [4]float64
	Fields map[string]struct {
		Text       string
		Confidence float64
	}
	Signed      string
	Struck      bool
	Verdict     string
	Reason      string
	MemberID    string `json:"member_id"`
	Probability float64
	DuplicateOf string `json:"duplicate_of"`
	Candidates  []struct {
		MemberID    string `json:"member_id"`
		Probability float64
		Because     []string
	}
}

func decode(t testing.TB, text string) result {
	t.Helper()
	var r result
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("standard output is not the JSON alone: %v\n%.200s", err, text)
	}
	return r
}

// rows of all pages of all files.
func (r result) rows() []row {
	var out []row
	for _, f := range r.Files {
		for _, p := range f.Pages {
			out = append(out, p.Rows...)
		}
	}
	return out
}
