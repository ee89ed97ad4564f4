package internal_test

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

// Lines are short enough to be read side by side: of Go up to 100 columns, a tab counted as four,
// of templates up to 120. What stands in a raw string, such as the tag of a field, a query or a
// script, cannot be broken and may be longer.
func TestLinesAreShort(t *testing.T) {
	const ofGo, ofTemplates = 100, 120
	tree, seen := os.DirFS(".."), 0
	for _, top := range []string{"cmd", "internal", "report"} {
		err := fs.WalkDir(tree, top, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(name, "/testdata/") {
				return err
			}
			most, raw := 0, map[int]bool{}
			switch path.Ext(name) {
			case ".go":
				most = ofGo
			case ".html":
				most = ofTemplates
			default:
				return nil
			}
			text, err := fs.ReadFile(tree, name)
			if most == ofGo {
				raw = rawLines(text)
			}
			for i, line := range strings.Split(string(text), "\n") {
				seen++
				if n := columns(line); n > most && !raw[i+1] {
					t.Errorf("%s:%d has %d columns: break it before column %d", name, i+1, n, most)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if seen < 10_000 {
		t.Errorf("%d lines were looked at", seen)
	}
}

func columns(line string) int { return utf8.RuneCountInString(line) + 3*strings.Count(line, "\t") }

// rawLines are the lines of a file on which a raw string stands.
func rawLines(text []byte) map[int]bool {
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	lines := map[int]bool{}
	for {
		at, kind, lit := s.Scan()
		if kind == token.EOF {
			return lines
		}
		if kind == token.STRING && lit[0] == '`' {
			first := files.Position(at).Line
			for i := range strings.Count(lit, "\n") + 1 {
				lines[first+i] = true
			}
		}
	}
}
