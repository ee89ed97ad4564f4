package main

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/fixtures"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// What became of a membership export is said where the count is: the sums, and a few of the
// remarks.
func TestImported(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	imported(&out, report.Snapshot{Name: "m.csv", Sums: "2 rows in, 2 members out.",
		Findings: []string{"line 6: no name; left out"}})
	imported(&out, report.Snapshot{Name: "n.csv", Sums: "9 rows in.", Findings: []string{"1", "2",
		"3", "4", "5", "6", "7", "8"}})
	want := "m.csv: 2 rows in, 2 members out.\nm.csv, line 6: no name; left out\n" +
		"n.csv: 9 rows in.\nn.csv, 1\nn.csv, 2\nn.csv, 3\nn.csv, 4\nn.csv, 5\nn.csv, 6\nn.csv " +
		"has 2 more remarks: --out writes them into the COO report\n"
	if out.String() != want {
		t.Errorf("said\n%s", &out)
	}
}

// A file that is given twice, under one name or two, is read once.
func TestGivenOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var paths []string
	for name, text := range map[string]string{"a.pdf": "one", "b.pdf": "two", "copy.pdf": "one"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	a, b, other, none := paths[0], paths[1], paths[2], filepath.Join(dir, "none.pdf")
	once, notes := givenOnce([]string{a, b, a, other, none, none})
	if diff := cmp.Diff([]string{a, b, none}, once); diff != "" {
		t.Error(diff)
	}
	want := []string{a + " is given more than once and was read once.",
		other + " is the same file as " + a + " and was read once.",
		none + " is given more than once and was read once."}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
}

// One remark names the statuses that no list of the rule has.
func TestUnknownStatuses(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"Active\n2,Lim,Lapsed\n3,Roe,\n":              "",
		"Other\n2,Lim,Other\n3,Roe,Active\n":          "Other of 2 members is",
		"Other\n2,Lim,Other\n3,Roe,A\n4,Poe,Active\n": "Other of 2 members, A of 1 member are",
	} {
		data = "ID,Last,Status\n1,Marsh," + data
		if want != "" {
			want = "status " + want + " in no list of the rule: " +
				"lines of these members wait for a person"
		}
		r, err := roll.Import(strings.NewReader(data), "m.csv", roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := report.SnapshotOf(r, verify.MIG())
		if got := strings.Join(s.Findings, "|"); got != want || s.Sums == "" {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// An export that says nothing of standing is named for it, unless the rule takes the roll itself.
func TestNoStanding(t *testing.T) {
	t.Parallel()
	r, err := roll.Import(strings.NewReader("ID,Last,Status\n1,Marsh,\n2,Lim,\n3,Roe,Active\n"),
		"m.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rules := verify.MIG()
	got := strings.Join(report.SnapshotOf(r, rules).Findings, "|")
	for _, want := range []string{"of 2 of 3 members", "--map status=", "roll-counts: true"} {
		if !strings.Contains(got, want) {
			t.Errorf("the remark %q does not say %q", got, want)
		}
	}
	rules.RollCounts = true
	if got := report.SnapshotOf(r, rules).Findings; len(got) > 0 {
		t.Errorf("with the rule there are remarks %q", got)
	}
}

// TestBadFiles hands in everything that can be wrong with a file beside a
// petition that is right: each is named with what to do, and the petition is
// reported all the same.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	typed := fixtures.Typed(t, 1, 5, 0)
	good := fixtures.Write(t, "typed.pdf", typed)
	locked, err := filepath.Glob(testdata + "pdfs/encrypted_needs_password/*Password*.pdf")
	if err != nil || len(locked) == 0 {
		t.Fatalf("%q, %v", locked, err)
	}
	folder := filepath.Join(t.TempDir(), "folder.pdf")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	bad := []struct{ path, says string }{
		{fixtures.Write(t, "letter.pdf",
			[]byte("Dear committee, please find our signatures enclosed.")),
			"letter.pdf is not a PDF, TIFF, JPEG or PNG file: save it as PDF"},
		{fixtures.Write(t, "letter.docx", []byte("PK\x03\x04 and so on")),
			"letter.docx is a Word, Excel or ZIP file, which is not read: save it as PDF"},
		{fixtures.Write(t, "empty.pdf", nil), "empty.pdf is empty: "},
		{fixtures.Write(t, "cut.pdf", typed[:len(typed)/3]), "cut.pdf"},
		{locked[0], filepath.Base(locked[0]) + " needs a password: save a copy without one"},
		{fixtures.Write(t, "no-pages.pdf", fixtures.PDF(0, nil, 1, 1)), "no-pages.pdf"},
		{fixtures.Write(t, "dot.png", fixtures.PNG(1, 1)), "dot.png"},
		{fixtures.Write(t, "wall.png", fixtures.PNG(20_000, 10_000)), "wall.png"},
		{folder, "folder.pdf is a folder: name the files in it"},
		{filepath.Join(t.TempDir(), "gone.pdf"), "gone.pdf is not there: check its name"},
	}
	args := []string{good}
	for _, b := range bad {
		args = append(args, b.path)
	}
	got, r := check(t, exitUnread, args...)
	if alone := decode(t, alone(good).stdout); got.Counts != alone.Counts || got.Counts.Valid == 0 {
		t.Errorf("beside bad files %+v, alone %+v", got.Counts, alone.Counts)
	}
	for i, b := range bad {
		f := got.Files[i+1]
		said := f.Error
		for _, p := range f.Pages {
			said += p.Error
		}
		checkSentence(t, said)
		if !strings.Contains(said, b.says) {
			t.Errorf("the JSON says %q, want %q", said, b.says)
		}
		if !strings.Contains(r.stderr, "countersign: "+said+"\n") {
			t.Errorf("it does not say %q:\n%s", said, r.stderr)
		}
	}
}

// checkSentence: what is wrong, a colon, what to do; on one line.
func checkSentence(t *testing.T, s string) {
	t.Helper()
	problem, remedy, _ := strings.Cut(s, ": ")
	if len(problem) < 10 || len(remedy) < 8 || strings.ContainsAny(s, "\n\t") || strings.Contains(s,
		"goroutine") {
		t.Errorf("no clear sentence: %q", s)
	}
}

// TestBadExports: an export that cannot be used ends everything before a sheet
// is read, with nothing on standard output.
func TestBadExports(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, says string }{
		{"no column of names", "ID,City\n1,Boston\n",
			"has no column for last names or whole names: its columns are"},
		{"two columns of one meaning", "ID,First Name,Last Name,Surname\n1,Ann,Poe,Poe\n",
			`--map last="Last Name" or --map last="Surname"`},
		{"empty", "", "is empty: export the members again"},
		{"headings alone", "ID,First Name,Last Name\n", "has headings and no rows below them"},
		{"a PDF", "%PDF-1.4\n", "is a PDF: export the members as CSV or XLSX"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := fixtures.Write(t, "export.csv", []byte(tt.text))
			r := countersign("check", "--members", path, "--json", "-", online)
			if r.code != exitUnusable || r.stdout != "" {
				t.Errorf("exit code %d, standard output %q", r.code, r.stdout)
			}
			if !strings.HasPrefix(r.stderr, "countersign: membership export export.csv ") ||
				!strings.Contains(r.stderr, tt.says) {
				t.Errorf("it says %q, want %q", r.stderr, tt.says)
			}
		})
	}
}

// TestMap: what --map says of a heading settles what the export leaves open.
func TestMap(t *testing.T) {
	t.Parallel()
	path := fixtures.Write(t, "export.csv",
		[]byte("Cust #;x,Given,Fam,Surname\n007,Ann,Poe,Wrong\n"))
	r := countersign("check", "--members", path, "--map", "number=Cust #;x", "--map", "first=Given",
		"--map", "last=Fam", "--json", "-", "--quiet", fixtures.BlankPNG(t))
	if got := decode(t, r.stdout); r.code != exitOK || got.Members.Rows != 1 {
		t.Errorf("exit code %d, %+v, %s", r.code, got.Members, r.stderr)
	}
}

// TestMisuse: wrong arguments are answered with what to write instead.
func TestMisuse(t *testing.T) {
	t.Parallel()
	rules := fixtures.Write(t, "rules.yaml", []byte("title: Ours\nthreshhold: 50\n"))
	bomb := fixtures.Write(t, "bomb.yaml",
		[]byte("title: Ours\nlife-types: &a [x, x]\nrefused-classes: [*a, *a]\n"))
	with := func(args ...string) []string {
		return append([]string{"check", "--members", members}, args...)
	}
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"no export", []string{"check", online}, "add --members and the CSV or XLSX file"},
		{"no sheets", with(), "no sheets are named: add the PDF, TIFF, JPEG or PNG files"},
		{"another command", []string{"chek"}, `no command or argument chek, did you mean "check"?`},
		{"another flag", with("--jsn", "-", online), `unknown flag --jsn, did you mean "--json"?`},
		{"a flag without its value", []string{"check", "--members"},
			"--members has no value: write one after it"},
		{"a flag for a value", with("--workers", "-1", online), `write --workers="-1"`},
		{"no number", with("--workers", "many", online),
			`--workers: "many" is no such number: write one from 1 to 64`},
		{"no workers", with("--workers", "0", online),
			`--workers: "0" is no such number: write one from 1 to 64`},
		{"no day", with("--as-of", "November", online),
			`"November" is no date: write one such as 2026-11-01`},
		{"no pair", with("--map", "number", online), `--map is no pair such as number="Cust #"`},
		{"a rule that is none", with("--rules", rules, online),
			`line 2: unknown field "threshhold": allowed are title, citation, threshold`},
		{"a rule that would fill the memory", with("--rules", bomb, online),
			"line 2: &a gives a name to what follows"},
		{"a rule without an end", with("--rules", "/dev/zero", online),
			"line 1: the text is longer than 64 KiB"},
		{"no rules there", with("--rules", "nowhere.yaml", online),
			"rules nowhere.yaml do not exist: check the path"},
		{"a folder of rules", with("--rules", testdata, online),
			"are a folder: name the YAML file in it"},
		{"no export there", []string{"check", "--members", "nowhere.csv", online},
			"membership export nowhere.csv does not exist: check the path"},
		{"a folder of exports", []string{"check", "--members", testdata, online},
			"is a folder: name the CSV or XLSX file in it"},
		{"JSON into a folder", with("--json", testdata, online), "is a folder: name a file in it"},
		{"JSON into no folder", with("--json", "nowhere/out.json", online),
			"lies in no folder that exists"},
		{"JSON over the export", with("--json", members, online),
			"would replace a file that is read"},
		{"workbooks into a file", with("--out", rules, online), "is no folder: name another"},
		{"help on nothing", []string{"help", "nothing"}, "no command or argument nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := countersign(tt.args...)
			if r.code != exitUnusable || r.stdout != "" {
				t.Errorf("exit code %d, standard output %q", r.code, r.stdout)
			}
			if !strings.HasPrefix(r.stderr, "countersign: ") || !strings.Contains(r.stderr,
				tt.says) {
				t.Errorf("it says %q, want %q", r.stderr, tt.says)
			}
		})
	}
}

// TestHelp: asking is no mistake.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"help"}, {"--help"}, {"help", "check"},
		{"check", "--help"}, {"version"}} {
		r := countersign(args...)
		if r.code != exitOK || r.stderr != "" || !strings.Contains(r.stdout, "countersign") {
			t.Errorf("%q: exit code %d, %q, %q", args, r.code, r.stdout, r.stderr)
		}
	}
}

// sameDocument is what eleven of the strangers' files hold, thirty pages without a line each,
// damaged and encrypted in eleven ways, a fax of two dense pages of print, which alone takes a
// quarter of the time, and a photograph that another file has in colours. Ingest's tests read all
// of them; here the others, which have the same damages, are enough.
var sameDocument = regexp.MustCompile(`qpdf__V4|O=master|append-xref|linearization-bounds|` +
	`large-vector|enc-XI|numeric-and-string|JPXTestGrey`)

// TestStrangersFiles reads PDFs that have troubled other readers as one
// petition: each ends in pages or in one clear sentence.
func TestStrangersFiles(t *testing.T) {
	t.Parallel()
	var files []string
	err := filepath.WalkDir(testdata+"pdfs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".pdf" && !sameDocument.MatchString(path) {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	got, _ := check(t, exitUnread, append([]string{"--out", t.TempDir()}, files...)...)
	if len(got.Files) != len(files) {
		t.Fatalf("%d files of %d", len(got.Files), len(files))
	}
	for _, f := range got.Files {
		if (f.Error == "") != (len(f.Pages) > 0) {
			t.Errorf("%s has %d pages and says %q", f.Name, len(f.Pages), f.Error)
		}
		if f.Error != "" {
			checkSentence(t, f.Error)
		}
		for _, p := range f.Pages {
			if p.Error != "" {
				checkSentence(t, p.Error)
			}
		}
	}
	if got.Counts.Valid > 0 {
		t.Errorf("%d valid lines in files of strangers", got.Counts.Valid)
	}
}

// TestFault: a fault that one page brings to light is that page's error.
func TestFault(t *testing.T) {
	t.Parallel()
	p := pipeline{} // without readers
	got := p.page(t.Context(), file{name: "petition.pdf"}, 3, nil)
	checkSentence(t, sentence(got.err))
	if !strings.HasPrefix(sentence(got.err), "petition.pdf, page 3, met a fault in countersign (") {
		t.Errorf("%v", got.err)
	}
}

// TestStopped: a signal while pages are read leaves nothing behind.
func TestStopped(t *testing.T) {
	temp, out := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var said strings.Builder
	// The first word of progress comes when the pages are about to be read.
	stderr := writer(func(p []byte) (int, error) {
		cancel()
		return said.Write(p)
	})
	code := run(ctx, []string{"check", "--members", members, "--json", filepath.Join(out, "a.json"),
		"--out", filepath.Join(out, "reports"), sample}, io.Discard, stderr)
	if code != exitUnread || !strings.Contains(said.String(),
		"stopped before the end; nothing was written") {
		t.Errorf("exit code %d, it says %q", code, said.String())
	}
	for _, dir := range []string{temp, out} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
