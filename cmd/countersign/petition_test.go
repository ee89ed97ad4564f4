package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"countersign/internal/fixtures"
)

var update = flag.Bool("update", false, "write the golden files anew")

// truth says what is on a petition.
type truth struct {
	Group, Purpose string
	Organizers     []struct{ Name, Address string }
	Pages          []struct {
		Page    int
		Kind    string
		Rotated int
		Rows    []truthRow
	}
}

type truthRow struct {
	Box     [4]float64
	Fields  map[string]string
	Person  string // number of the member, empty for a stranger
	Flags   []string
	Verdict string
	Reason  string
}

// figures compare a result with the truth.
type figures struct {
	Rows, Found, Extra      int
	Marks                   int // found rows whose signature and strike-out were told right
	Names                   int // found rows whose name was read exactly
	Members, Top1           int // found rows of members; those where the member comes first
	Decided                 int
	FalseValid, FalseDenied int
}

// TestPetition takes two petitions all the way and holds what comes out to the
// truth. No row may be missed or made up, none counted or refused wrongly; the
// other bounds lie a little under what is measured.
func TestPetition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                string
		check               func() ran
		names, top1, decide float64 // shares, at least
	}{
		{"sample", sampleAlone, 0.75, 0.95, 0.70},
		{"online", onlineAlone, 1, 0.98, 0.85},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.check()
			if r.code != exitOK {
				t.Fatalf("exit code %d: %s", r.code, r.stderr)
			}
			got := decode(t, r.stdout)
			want := readTruth(t, testdata+tt.name+"/truth.json")
			f := compare(want, got)
			t.Logf("%+v", f)
			exact := f
			exact.Names, exact.Top1, exact.Decided = 0, 0, 0
			if diff := cmp.Diff(figures{Rows: f.Rows, Found: f.Rows, Marks: f.Rows,
				Members: f.Members}, exact); diff != "" {
				t.Errorf("(-truth +got)\n%s", diff)
			}
			for _, share := range []struct {
				of      string
				n, all  int
				atLeast float64
			}{
				{"names exact", f.Names, f.Found, tt.names},
				{"top-1", f.Top1, f.Members, tt.top1},
				{"decided", f.Decided, f.Found, tt.decide},
			} {
				if got := float64(share.n) / float64(share.all); got < share.atLeast {
					t.Errorf("%s: %.3f, want %.3f at least", share.of, got, share.atLeast)
				}
			}
			checkCover(t, want, got)
			checkCounts(t, got)
			if !strings.Contains(r.stderr, strconv.Itoa(got.Counts.Valid)+" valid") {
				t.Errorf("the summary does not say how many are valid:\n%s", r.stderr)
			}
			golden(t, testdata+tt.name+"/summary.golden", summary(got))
		})
	}
}

func checkCover(t *testing.T, want truth, got result) {
	t.Helper()
	if got.Group != want.Group {
		t.Errorf("group %q, want %q", got.Group, want.Group)
	}
	if got.Purpose == nil || got.Purpose.Text != want.Purpose || got.Purpose.Page != 1 ||
		got.Purpose.File != "petition.pdf" {
		t.Errorf("purpose %+v, want %q", got.Purpose, want.Purpose)
	}
	if len(got.Organizers) != len(want.Organizers) {
		t.Fatalf("organizers %v, want %v", got.Organizers, want.Organizers)
	}
	for i, o := range want.Organizers {
		g := got.Organizers[i]
		misread := 0
		for word := range strings.FieldsSeq(o.Address) {
			if !slices.Contains(strings.Fields(g.Address), word) {
				misread++
			}
		}
		if g.Name != o.Name || misread > 1 || g.Signed != "yes" {
			t.Errorf("organizer %+v, want %+v, signed", g, o)
		}
	}
}

// checkCounts counts the rows again, and sees that nobody is counted twice.
func checkCounts(t *testing.T, r result) {
	t.Helper()
	verdicts := map[string]int{}
	counted := map[string]int{}
	for _, row := range r.rows() {
		verdicts[row.Verdict]++
		if row.Verdict == "valid" {
			if counted[row.MemberID]++; row.MemberID == "" || counted[row.MemberID] > 1 {
				t.Errorf("a valid row of member %q, who has %d", row.MemberID,
					counted[row.MemberID])
			}
		}
	}
	c := r.Counts
	want := map[string]int{"valid": c.Valid, "invalid": c.Invalid, "uncertain": c.Uncertain}
	if diff := cmp.Diff(want, verdicts, cmpopts.EquateEmpty(),
		cmpopts.IgnoreMapEntries(func(_ string, n int) bool { return n == 0 })); diff != "" {
		t.Errorf("counts and rows differ (-counts +rows)\n%s", diff)
	}
	if n := len(r.rows()); c.Rows != n || c.Required != 100 {
		t.Errorf("%d rows of %d required, want %d of 100", c.Rows, c.Required, n)
	}
}

// summary is what does not change while reading and matching get better.
func summary(r result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "group: %s\n", r.Group)
	if p := r.Purpose; p != nil {
		fmt.Fprintf(&b, "purpose, page %d: %s\n", p.Page, p.Text)
	}
	for _, o := range r.Organizers {
		fmt.Fprintf(&b, "organizer: %s, signed %s, member %q\n", o.Name, o.Signed, o.MemberID)
	}
	for _, f := range r.Files {
		for _, p := range f.Pages {
			fmt.Fprintf(&b, "page %d: %s, %s, turned %d, %d rows\n", p.Page, p.Kind, p.Source,
				p.Rotation, len(p.Rows))
			for _, row := range p.Rows {
				if row.Signed != "yes" || row.Struck {
					fmt.Fprintf(&b, "  row %d: signed %s, struck %t, %s\n", row.Row, row.Signed,
						row.Struck, row.Reason)
				}
			}
		}
	}
	return b.String()
}

// TestShape holds the JSON to what other programs rely on: every key is there,
// also where there is nothing to say.
func TestShape(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.pdf")
	typed := fixtures.Write(t, "typed.pdf", fixtures.Typed(t, 1, 5, 0))
	_, r := check(t, exitUnread, typed, missing, fixtures.BlankPNG(t))
	var top map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &top); err != nil {
		t.Fatal(err)
	}
	keys(t, top, "version", "files", "purpose", "group", "organizers", "counts", "members")
	keys(t, top["counts"], "rows", "valid", "invalid", "uncertain", "required")
	keys(t, top["members"], "rows", "sha256", "as_of")
	keys(t, top["purpose"], "text", "page", "file")
	if as := top["members"].(map[string]any)["as_of"]; as != "2026-11-01" {
		t.Errorf("as_of %v", as)
	}
	if o, ok := top["organizers"].([]any); !ok || len(o) != 0 {
		t.Errorf("organizers %v, want an empty list", top["organizers"])
	}
	for _, f := range list(t, top, "files") {
		keys(t, f, "name", "sha256", "error", "pages")
		for _, p := range list(t, f, "pages") {
			keys(t, p, "page", "kind", "rotation", "source", "error", "rows")
			for _, row := range list(t, p, "rows") {
				checkRow(t, row)
			}
		}
	}

	_, r = check(t, exitOK, fixtures.BlankPNG(t))
	if err := json.Unmarshal([]byte(r.stdout), &top); err != nil {
		t.Fatal(err)
	}
	if p, ok := top["purpose"]; !ok || p != nil {
		t.Errorf("purpose %v, want null", p)
	}

	if err := json.Unmarshal([]byte(sampleAlone().stdout), &top); err != nil {
		t.Fatal(err)
	}
	for _, o := range list(t, top, "organizers") {
		keys(t, o, "name", "address", "signed", "member_id")
	}
}

func checkRow(t *testing.T, v any) {
	t.Helper()
	keys(t, v, "row", "box", "fields", "signed", "struck", "verdict", "reason", "member_id",
		"probability", "candidates")
	row := v.(map[string]any)
	box := list(t, row, "box")
	for i, side := range box {
		if s := side.(float64); len(box) != 4 || s < 0 || s > 1 || i >= 2 &&
			s <= box[i-2].(float64) {
			t.Errorf("box %v", box)
		}
	}
	for key, field := range row["fields"].(map[string]any) {
		known := []string{"name", "given", "family", "member_id", "institution", "street",
			"citystate", "city", "state", "zip", "email", "phone", "date"}
		if !slices.Contains(known, key) {
			t.Errorf("field %q", key)
		}
		keys(t, field, "text", "confidence")
		share(t, field, "confidence")
	}
	oneOf(t, row, "signed", "yes", "no", "unsure")
	oneOf(t, row, "verdict", "valid", "invalid", "uncertain")
	oneOf(t, row, "reason", "member", "not-found", "lapsed", "ineligible", "duplicate", "unsigned",
		"struck", "illegible", "incomplete", "out-of-window", "ambiguous")
	candidates := list(t, row, "candidates")
	if len(candidates) > 10 {
		t.Errorf("%d candidates", len(candidates))
	}
	before := 1.0
	for _, c := range candidates {
		keys(t, c, "member_id", "probability", "because")
		list(t, c, "because")
		if p := share(t, c, "probability"); p > before {
			t.Errorf("a candidate with %v after one with %v", p, before)
		} else {
			before = p
		}
	}
	if p := share(t, row, "probability"); len(candidates) > 0 &&
		p != candidates[0].(map[string]any)["probability"] {
		t.Errorf("probability %v, the best candidate's is %v", p, candidates[0])
	}
}

func keys(t *testing.T, v any, want ...string) {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		t.Errorf("%v is no object with %q", v, want)
	}
	for _, k := range want {
		if _, ok := object[k]; !ok {
			t.Errorf("%q is missing in %v", k, object)
		}
	}
}

func list(t *testing.T, v any, key string) []any {
	t.Helper()
	l, ok := v.(map[string]any)[key].([]any)
	if !ok {
		t.Errorf("%q is no list in %v", key, v)
	}
	return l
}

func share(t *testing.T, v any, key string) float64 {
	t.Helper()
	n, ok := v.(map[string]any)[key].(float64)
	if !ok || n < 0 || n > 1 {
		t.Errorf("%q is no share in %v", key, v)
	}
	return n
}

func oneOf(t *testing.T, object map[string]any, key string, words ...string) {
	t.Helper()
	if word, _ := object[key].(string); !slices.Contains(words, word) {
		t.Errorf("%q is %v", key, object[key])
	}
}

// TestOrder: neither the number of workers nor the order of files changes what
// is found on a page.
func TestOrder(t *testing.T) {
	t.Parallel()
	few := fixtures.FewLines(t)
	scan := fixtures.Write(t, "scan.pdf", fixtures.PDF(1, few.JPEG, few.Width, few.Height))
	typed := fixtures.Write(t, "typed.pdf", fixtures.Typed(t, 2, 5, 0))
	first, one := check(t, exitOK, "--workers", "1", "--quiet", scan, typed)
	if one.stderr != "" {
		t.Errorf("--quiet was told, and it said %q", one.stderr)
	}
	if _, more := check(t, exitOK, "--workers", "3", scan, typed); one.stdout != more.stdout {
		t.Errorf("one worker and three differ\n%s", cmp.Diff(one.stdout, more.stdout))
	}
	second, _ := check(t, exitOK, "--workers", "4", typed, scan)
	slices.Reverse(second.Files)
	// Which of two lines of one person counts does depend on the order.
	asFound := cmpopts.IgnoreFields(row{}, "Verdict", "Reason", "DuplicateOf")
	if diff := cmp.Diff(first.Files, second.Files, asFound); diff != "" {
		t.Errorf("the files in another order, with one worker and with four\n%s", diff)
	}
}

// TestTwice: a file that is named twice, or whose copy lies in another folder, is read
// once and said to be.
func TestTwice(t *testing.T) {
	t.Parallel()
	data := fixtures.Typed(t, 1, 5, 0)
	path := fixtures.Write(t, "typed.pdf", data)
	once := decode(t, alone(path).stdout)
	for name, again := range map[string]string{
		"the same path":    path,
		"a copy elsewhere": fixtures.Write(t, "petition.pdf", data),
	} {
		t.Run(name, func(t *testing.T) {
			twice, r := check(t, exitOK, path, again)
			checkCounts(t, twice)
			if len(twice.Files) != 1 || twice.Counts != once.Counts {
				t.Errorf("%d files and %+v, once it is %+v", len(twice.Files), twice.Counts,
					once.Counts)
			}
			if !strings.Contains(r.stderr, again+" is") {
				t.Errorf("it does not say that %s was left out:\n%s", again, r.stderr)
			}
		})
	}
}

// TestWorkbooks: both open, and agree with the JSON.
func TestWorkbooks(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "on the way")
	typed := fixtures.Write(t, "typed.pdf", fixtures.Typed(t, 1, 5, 0))
	scan := fixtures.FewLines(t) // has a line that waits for somebody
	got, r := check(t, exitOK, "--out", dir, typed, fixtures.Write(t, "scan.pdf", fixtures.PDF(1,
		scan.JPEG, scan.Width, scan.Height)))
	for _, name := range []string{"coo-report.xlsx", "council-report.xlsx"} {
		if path := filepath.Join(dir, name); !strings.Contains(r.stderr, "Wrote "+path) {
			t.Errorf("it does not say that it wrote %s:\n%s", path, r.stderr)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("in the folder: %v, %v", left, err)
	}
	coo := book(t, filepath.Join(dir, "coo-report.xlsx"))
	verdicts := map[string]int{"valid": 0, "invalid": 0, "uncertain": 0}
	for _, cells := range coo["Signatures"] {
		for _, word := range []string{"valid", "invalid", "uncertain"} {
			if slices.Contains(cells, word) {
				verdicts[word]++
				break
			}
		}
	}
	want := map[string]int{"valid": got.Counts.Valid, "invalid": got.Counts.Invalid,
		"uncertain": got.Counts.Uncertain}
	if diff := cmp.Diff(want, verdicts); diff != "" {
		t.Errorf("Signatures (-JSON +workbook)\n%s", diff)
	}
	for _, figure := range []int{got.Counts.Rows, got.Counts.Valid, got.Counts.Invalid,
		got.Counts.Uncertain} {
		if !slices.ContainsFunc(coo["Summary"], func(cells []string) bool {
			return slices.Contains(cells, strconv.Itoa(figure))
		}) {
			t.Errorf("%d is nowhere in Summary", figure)
		}
	}
	private := map[string]bool{}
	for _, row := range got.rows() {
		private[row.Fields["name"].Text] = true
		private[row.MemberID] = true
	}
	delete(private, "")
	for sheet, rows := range book(t, filepath.Join(dir, "council-report.xlsx")) {
		for _, cells := range rows {
			for _, c := range cells {
				if private[c] {
					t.Errorf("%s of the Council's workbook names a signer", sheet)
				}
			}
		}
	}
}

// book is what every sheet of a workbook holds.
func book(t *testing.T, path string) map[string][][]string {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string][][]string{}
	for _, sheet := range f.GetSheetList() {
		if out[sheet], err = f.GetRows(sheet, excelize.Options{RawCellValue: true}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func readTruth(t *testing.T, path string) truth {
	t.Helper()
	var w truth
	if err := json.Unmarshal(fixtures.Read(t, path), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// compare finds for every row of the truth the listed row that covers it.
func compare(want truth, got result) figures {
	var f figures
	for i, p := range want.Pages {
		listed := slices.Clone(got.Files[0].Pages[i].Rows)
		for _, w := range p.Rows {
			f.Rows++
			at := slices.IndexFunc(listed, func(r row) bool { return overlap(w.Box, r.Box) >= 0.5 })
			if at < 0 {
				continue
			}
			f.add(w, listed[at])
			listed = slices.Delete(listed, at, at+1)
		}
		f.Extra += len(listed)
	}
	return f
}

func (f *figures) add(w truthRow, got row) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	first := ""
	if len(got.Candidates) > 0 {
		first = got.Candidates[0].MemberID
	}
	unsigned, struck := slices.Contains(w.Flags, "unsigned"), slices.Contains(w.Flags, "struck")
	f.Found++
	count(&f.Marks, (got.Signed == "no") == unsigned && got.Struck == struck)
	count(&f.Names, strings.EqualFold(got.Fields["name"].Text, w.Fields["name"]))
	count(&f.Members, w.Person != "")
	count(&f.Top1, w.Person != "" && first == w.Person)
	count(&f.Decided, got.Verdict != "uncertain")
	count(&f.FalseValid, got.Verdict == "valid" && (w.Verdict != "valid" ||
		got.MemberID != w.Person))
	count(&f.FalseDenied, got.Verdict == "invalid" && w.Verdict == "valid")
}

// overlap is the share of the lower box's height that both cover.
func overlap(a, b [4]float64) float64 {
	return (min(a[3], b[3]) - max(a[1], b[1])) / min(a[3]-a[1], b[3]-b[1])
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(fixtures.Read(t, path)), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", path, diff)
	}
}
