package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// NOTICE names whoever wrote what the program holds, and gives their licences in full. With
// -update it is written anew, its head from notice.head.
func TestNotice(t *testing.T) {
	t.Parallel()
	head := readFile(t, "testdata/notice.head")
	golden(t, "../../NOTICE", string(head)+licences(t, linked(t)))
}

// A folder of a module, or of Go itself, with packages that are linked.
type origin struct{ name, root, dir string }

// linked lists the folders that the program is built from, but those of this tree.
func linked(t *testing.T) (out []origin) {
	t.Helper()
	// The same on every system: what Windows or a Mac would link is not asked.
	cmd := exec.Command("go", "list", "-deps", "-tags=nodynamic", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", ".")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1")
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			continue
		}
		out = append(out, origin{f[0], f[1], f[2]})
		compiled := filepath.Join(f[1], "lib") // where modules keep what they hold in WebAssembly
		if wasm, err := filepath.Glob(filepath.Join(compiled, "*.wasm*")); err == nil &&
			len(wasm) > 0 {
			out = append(out, origin{f[0], f[1], compiled})
		}
	}
	if len(out) < 100 {
		t.Fatalf("only %d packages are linked", len(out))
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimSpace(string(root))
	return append(out, origin{"Go, its library and its runtime", at, at})
}

var licenceFile = regexp.MustCompile(
	`(?i)^([a-z0-9]+-)?(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// licences gives each text once, after the names of those whom it concerns.
func licences(t *testing.T, from []origin) string {
	t.Helper()
	whose := map[string][]string{}
	covered := map[string]bool{}
	for _, o := range from {
		for dir := o.dir; ; dir = filepath.Dir(dir) {
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if f.IsDir() || !licenceFile.MatchString(f.Name()) || strings.HasSuffix(f.Name(),
					".go") {
					continue
				}
				covered[o.name] = true
				text := plainText(readFile(t, filepath.Join(dir, f.Name())))
				if !slices.Contains(whose[text], o.name) {
					whose[text] = append(whose[text], o.name)
				}
			}
			if dir == o.root {
				break
			}
		}
		if !covered[o.name] {
			t.Errorf("%s has no licence", o.name)
		}
	}
	texts := slices.Collect(maps.Keys(whose))
	for _, names := range whose {
		slices.Sort(names)
	}
	slices.SortFunc(texts, func(a, b string) int {
		return strings.Compare(whose[a][0]+a, whose[b][0]+b)
	})
	var b strings.Builder
	for _, text := range texts {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s", strings.Repeat("=", 80), strings.Join(whose[text], "\n"),
			text)
	}
	return b.String()
}

// plainText has no spaces at the ends of lines, and one empty line at a time.
func plainText(data []byte) string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(string(data), "\r\n", "\n")) {
		line = strings.TrimRight(line, " \t\n\f")
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// The container brings the licences and the model card along.
func TestNoticeIsInTheContainer(t *testing.T) {
	t.Parallel()
	file := readFile(t, "../../Dockerfile")
	for _, name := range []string{"LICENSE", "NOTICE", "extract/hand/MODEL.md"} {
		if !bytes.Contains(file, []byte(name)) {
			t.Errorf("the Dockerfile does not copy %s", name)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
