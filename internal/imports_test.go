// Package internal_test holds the shape of the program: which folder may
// import which, and in which folder a dependency is named.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stages are in the order of the flow; imports run against it.
var stages = []string{"ingest", "extract", "verify", "report"}

// rings says which stages and which other parts of internal each part of internal may import.
// Parts that are not named know neither.
var rings = map[string][]string{
	// of verify, exports; of report, workbooks that somebody brings
	"reader": {"ingest", "extract", "verify", "report"},
	"office": {"ingest", "extract", "verify", "report", "store", "blob", "queue", "mail"},
	"work": {"ingest", "extract", "verify", "report", "store", "blob", "queue", "office",
		"reader"},
	"web": {"ingest", "extract", "verify", "report", "store", "blob", "queue", "mail",
		"office"},
	"fixtures": {"ingest", "extract", "verify", "report", "store"}, // for tests
}

// ofWeb says which other parts of web each part of it may import. Web itself puts them together.
var ofWeb = map[string][]string{
	"signin": {"site"}, "upload": {"site"}, "petition": {"site"}, "review": {"site"},
	"registry": {"site", "signin", "petition"}, // whose calendar it is; petitions as they stand
	"api":      {"site", "petition", "upload"},
}

// ofOffice are the parts of office, which office puts to use: none imports another or office.
var ofOffice = []string{"exports", "kept", "rule"}

// forTests are the parts of internal that only tests import.
var forTests = []string{"fixtures"}

// guests gives for every dependency the folders that may name it, their
// subfolders included. Tests may name go-cmp everywhere.
var guests = map[string][]string{
	"github.com/alecthomas/kong": {"cmd/countersign"},
	// tests read what init prints
	"go.yaml.in/yaml/v3":              {"verify/plainyaml", "cmd/countersign"},
	"github.com/hhrutter/tiff":        {"ingest/scan"},
	"github.com/gen2brain/heic":       {"ingest/scan"},
	"github.com/klippa-app/go-pdfium": {"ingest/pdf"},
	"github.com/makiuchi-d/gozxing":   {"extract/marks"},
	"github.com/otiai10/gosseract/v2": {"extract/tesseract"},
	"github.com/pdfcpu/pdfcpu":        {"ingest/pdf"},
	"github.com/tetratelabs/wazero":   {"ingest/pdf"},
	// writes reports; tests make exports and open what was written
	"github.com/xuri/excelize/v2": {"report/workbook", "verify/roll", "ingest", "cmd/countersign",
		"internal/office"},
	// tests look at pages in a real browser
	"github.com/chromedp": {"internal/web", "cmd/countersign",
		"internal/fixtures/browsertest"},
	"github.com/coreos/go-oidc": {"internal/web/signin"},
	// tests hold answers against the description
	"github.com/danielgtaylor/huma": {"internal/web/api", "internal/web"},
	// tests sign as an identity provider does
	"github.com/go-jose/go-jose": {"internal/web"},
	"github.com/prometheus":      {"internal/web", "cmd/countersign"},
	"github.com/go-pdf/fpdf":     {"report/letter", "report/sheet", "report/workbook"},
	// writes drafts; speaks to mail servers
	"github.com/wneessen/go-mail": {"report/letter", "internal/mail"},
	"github.com/emersion/go-sasl": {"internal/mail/mailtest"},
	"github.com/emersion/go-smtp": {"internal/mail/mailtest"}, // tests send to a real server
	"github.com/tus/tusd":         {"internal/web/upload"},
	"golang.org/x/crypto":         {"internal/web/signin"},
	// tusd's logger is of its own kind
	"golang.org/x/exp": {"internal/web/upload"},
	// report prints in the Go fonts
	"golang.org/x/image": {"ingest", "extract", "report"},
	// web pages that are named .xls
	"golang.org/x/net":    {"ingest/table"},
	"golang.org/x/oauth2": {"internal/web/signin"},
	// hand asks what the processor can do
	"golang.org/x/sys":  {"cmd/countersign", "internal", "extract/hand"},
	"golang.org/x/term": {"cmd/countersign"},
	"golang.org/x/sync": {"cmd/countersign", "internal/work"},
	"golang.org/x/text": {"ingest/table", "extract", "verify", "internal/web/review"},
	"golang.org/x/time": {"internal/web/site", "internal/web/signin"},

	"github.com/jackc/pgx/v5":             {"internal/store", "internal/fixtures/postgrestest"},
	"github.com/landlock-lsm/go-landlock": {"internal/reader"},
	"github.com/elastic/go-seccomp-bpf":   {"internal/reader"},
	// tests run servers
	"github.com/nats-io/nats-server/v2": {"internal/queue", "internal/blob",
		"internal/fixtures/natstest"},
	"github.com/nats-io/nats.go": {"internal/queue", "internal/blob",
		"internal/fixtures/natstest"},
	// tests give credentials, as an operator does
	"github.com/nats-io/jwt/v2":   {"internal/queue"},
	"github.com/nats-io/nkeys":    {"internal/queue"},
	"github.com/pressly/goose/v3": {"internal/store"},
	"modernc.org/sqlite":          {"internal/store"},
}

const testGuest = "github.com/google/go-cmp"

// use is one import: a file, by its path from the root with slashes, and what
// it imports.
type use struct{ file, path string }

func TestImports(t *testing.T) {
	uses, err := read(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(uses) == 0 {
		t.Fatal("no Go file was found")
	}
	for _, u := range uses {
		if why := wrong(u); why != "" {
			t.Errorf("%s imports %s: %s", u.file, u.path, why)
		}
	}
}

// What the rules allow and what they refuse.
func TestWrong(t *testing.T) {
	const (
		flow  = "imports run against the flow: report, verify, extract, ingest"
		joins = "stages import nothing of internal"
		main  = "nothing imports cmd"
	)
	for _, tt := range []struct{ file, path, want string }{
		{"verify/match.go", "countersign/extract", ""},
		{"verify/match.go", "countersign/verify/roll", ""},
		{"verify/roll/roll.go", "countersign/verify", ""},
		{"report/workbook/coo.go", "countersign/ingest", ""},
		{"extract/extract.go", "countersign/verify", flow},
		{"extract/extract_test.go", "countersign/verify/name", flow},
		{"ingest/pdf/pdf.go", "countersign/report/workbook", flow},
		{"verify/rules.go", "countersign/internal/store", joins},
		{"internal/store/store.go", "countersign/verify", "internal/store may not import verify"},
		{"internal/web/web.go", "countersign/internal/store", ""},
		{"internal/web/web.go", "countersign/internal/web/api", ""},
		{"internal/web/api/api.go", "countersign/internal/web/site", ""},
		{"internal/web/petition/petition.go", "countersign/internal/web/api",
			"internal/web/petition may not import internal/web/api"},
		{"internal/web/site/site.go", "countersign/internal/web",
			"internal/web/site may not import internal/web"},
		{"internal/web/web.go", "countersign/internal/work",
			"internal/web may not import internal/work"},
		{"internal/office/office.go", "countersign/internal/web",
			"internal/office may not import internal/web"},
		{"internal/office/office.go", "countersign/internal/store", ""},
		{"internal/office/office.go", "countersign/internal/office/kept", ""},
		{"internal/office/rule/form.go", "countersign/internal/office",
			"internal/office/rule may not import internal/office"},
		{"internal/office/rule/form.go", "countersign/internal/office/kept",
			"internal/office/rule may not import internal/office/kept"},
		{"internal/web/petition/rule.go", "countersign/internal/office/rule", ""},
		{"internal/reader/child.go", "countersign/extract/hand", ""},
		{"internal/reader/child.go", "countersign/internal/store",
			"internal/reader may not import internal/store"},
		{"internal/work/work.go", "countersign/internal/reader", ""},
		{"internal/work/work_test.go", "countersign/internal/fixtures", ""},
		{"internal/work/work.go", "countersign/internal/fixtures",
			"internal/fixtures is for tests"},
		{"internal/store/purge.go", "countersign/internal/blob",
			"internal/store may not import internal/blob"},
		{"internal/mail/mailtest/server.go", "countersign/internal/mail", ""},
		{"report/report.go", "countersign/cmd/countersign", main},
		{"internal/web/web.go", "countersign/cmd/countersign", main},
		{"cmd/countersign/pipeline.go", "countersign/internal/queue", ""},
		{"cmd/countersign/pipeline.go", "countersign/report", ""},
		{"verify/match.go", "strings", ""},
		{"verify/match.go", "go/parser", ""},
		{"extract/layout/leptonica.go", "C", ""},
		{"report/workbook/book.go", "github.com/xuri/excelize/v2", ""},
		{"verify/roll/table.go", "github.com/xuri/excelize/v2", ""},
		{"verify/rules.go", "github.com/xuri/excelize/v2",
			"it belongs in report/workbook, verify/roll, ingest, cmd/countersign, internal/office"},
		{"ingest/pdf2/pdf.go", "github.com/pdfcpu/pdfcpu/pkg/api", "it belongs in ingest/pdf"},
		{"verify/roll/roll_test.go", "github.com/google/go-cmp/cmp", ""},
		{"verify/roll/roll.go", "github.com/google/go-cmp/cmp", "it is for tests"},
		{"verify/roll/roll.go", "example.org/new/thing",
			"no folder is named for it: give it one in internal/imports_test.go"},
		{"verify/roll/roll.go", "github.com/xuri/excelize/v25",
			"no folder is named for it: give it one in internal/imports_test.go"},
		{"stray/stray.go", "strings", "stray is no part of the tree"},
	} {
		t.Run(tt.file+" imports "+tt.path, func(t *testing.T) {
			if got := wrong(use{tt.file, tt.path}); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// The reader finds the imports of a tree whatever a file is built for, and
// passes over what is not part of the program.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"verify/a.go": "package verify\nimport (\n\"strings\"\nx " +
			"\"countersign/extract\"\n)\n",
		"verify/a_plan9.go": "//go:build plan9\n\npackage verify\nimport _ " +
			"\"countersign/report\"\n",
		"verify/testdata/b.go":  "package b\nimport \"example.org/not/ours\"\n",
		".hidden/c.go":          "package c\nimport \"example.org/not/ours\"\n",
		"verify/rules.yaml":     "import: nothing",
		"verify/roll/d_test.go": "package roll_test\nimport \"testing\"\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := []use{{"verify/a.go", "strings"}, {"verify/a.go", "countersign/extract"},
		{"verify/a_plan9.go", "countersign/report"}, {"verify/roll/d_test.go", "testing"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(use{})); diff != "" {
		t.Error(diff)
	}
}

// wrong says what is wrong with an import, or nothing.
func wrong(u use) string {
	folder := path.Dir(u.file)
	top, _, _ := strings.Cut(folder, "/")
	stage := slices.Index(stages, top)
	if stage < 0 && top != "cmd" && top != "internal" {
		return top + " is no part of the tree"
	}
	inner, ours := strings.CutPrefix(u.path, "countersign/")
	if !ours {
		return wrongGuest(u, folder)
	}
	target, _, _ := strings.Cut(inner, "/")
	to := slices.Index(stages, target)
	switch {
	case target == "cmd":
		return "nothing imports cmd"
	case target == "internal" && stage >= 0:
		return "stages import nothing of internal"
	case target == "internal":
		return wrongRing(u, top, part(folder), part(inner))
	case top == "cmd":
		return ""
	case top == "internal" && !slices.Contains(rings[part(folder)], target):
		return folder + " may not import " + target
	case stage >= 0 && to > stage:
		return "imports run against the flow: report, verify, extract, ingest"
	}
	return ""
}

// part is the second name of a path, such as web of internal/web/static.
func part(of string) string {
	_, rest, _ := strings.Cut(of, "/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// wrongRing is wrong for an import of a part of internal.
func wrongRing(u use, top, from, to string) string {
	test := strings.HasSuffix(u.file, "_test.go")
	switch {
	case slices.Contains(forTests, to) && !test && from != to:
		return "internal/" + to + " is for tests"
	case test && !slices.Contains([]string{"office", "work", "reader", "web"}, to):
		// tests stand on a real queue, store and files
		return ""
	case from == "web" && to == "web":
		return wrongWeb(path.Dir(u.file), strings.TrimPrefix(u.path, "countersign/"))
	case from == "office" && to == "office":
		return wrongOffice(path.Dir(u.file), strings.TrimPrefix(u.path, "countersign/"))
	case slices.Contains(forTests, to), top == "cmd", from == to, slices.Contains(rings[from], to):
		return ""
	}
	return "internal/" + from + " may not import internal/" + to
}

// wrongWeb is wrong for an import of one part of web by another.
func wrongWeb(from, to string) string {
	if from == "internal/web" || from == to || slices.Contains(ofWeb[path.Base(from)],
		path.Base(to)) {
		return ""
	}
	return from + " may not import " + to
}

// wrongOffice is wrong for an import of one part of office by another.
func wrongOffice(from, to string) string {
	if from == "internal/office" && slices.Contains(ofOffice, path.Base(to)) || from == to {
		return ""
	}
	return from + " may not import " + to
}

// wrongGuest is wrong for an import from outside of the program.
func wrongGuest(u use, folder string) string {
	if first, _, _ := strings.Cut(u.path, "/"); !strings.Contains(first, ".") {
		return "" // the standard library, or C
	}
	if under(u.path, testGuest) {
		if strings.HasSuffix(u.file, "_test.go") {
			return ""
		}
		return "it is for tests"
	}
	for guest, homes := range guests {
		if !under(u.path, guest) {
			continue
		}
		if slices.ContainsFunc(homes, func(home string) bool { return under(folder, home) }) {
			return ""
		}
		return "it belongs in " + strings.Join(homes, ", ")
	}
	return "no folder is named for it: give it one in internal/imports_test.go"
}

// under says whether a path is another one or below it.
func under(p, of string) bool { return p == of || strings.HasPrefix(p, of+"/") }

// read lists the imports of every Go file of a tree, in the order of files.
// Files are read rather than asked of the go command, which leaves out those
// that are built for another system.
func read(tree fs.FS) ([]use, error) {
	var uses []use
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (base == "testdata" || strings.HasPrefix(base,
				".") || strings.HasPrefix(base, "_")) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		found, err := imports(tree, name)
		uses = append(uses, found...)
		return err
	})
	return uses, err
}

func imports(tree fs.FS, name string) ([]use, error) {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var uses []use
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		uses = append(uses, use{name, target})
	}
	return uses, nil
}
