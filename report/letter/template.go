package letter

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"
)

//go:embed templates/*.txt
var builtIn embed.FS

// Template is the built-in text of a kind. Its first line is the subject, a blank line
// follows, then paragraphs; lines that begin with "- " are a list. What stands in {{ }}
// is filled in: any field of Facts, with day for dates, lines and years for numbers of them.
func Template(k Kind) (string, error) {
	text, err := builtIn.ReadFile("templates/" + string(k) + ".txt")
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no letter of the kind %q", k)
	}
	return string(text), err
}

// Write fills a template in. An empty text stands for the built-in one. An error is a
// sentence for whoever edited the template.
func Write(k Kind, text string, f Facts) (Letter, error) {
	if text == "" {
		var err error
		if text, err = Template(k); err != nil {
			return Letter{}, err
		}
	}
	t, err := plain(k, text)
	if err != nil {
		return Letter{}, err
	}
	var out bytes.Buffer
	if err := t.Execute(&limited{to: &out}, f); err != nil {
		return Letter{}, wrong(k, err)
	}
	subject, body, _ := strings.Cut(strings.TrimLeft(out.String(), "\n"), "\n")
	l := Letter{Kind: k, Date: f.Date, Subject: strings.TrimSpace(subject), Body: blocks(body)}
	l.Head = Letterhead{Name: f.Association, Lines: append(present(f.Committee),
		addressLines(f.Address)...), Logo: f.Logo}
	l.To, l.Copies, l.Salutation, l.Closing = f.Addressees, f.Copies, salutation(f.Addressees),
		"Sincerely,"
	l.From = append(f.Sender.lines(), present(f.Committee, f.Association)...)
	if l.Subject == "" || len(l.Body) == 0 {
		return Letter{},
			fmt.Errorf("template of the letter %q is empty: write a subject in its first line, a "+
				"blank line, and the text", k)
	}
	return l, nil
}

// longest is the longest letter; a template that runs wild is stopped.
const longest = 100_000

type limited struct {
	to *bytes.Buffer
}

func (l *limited) Write(p []byte) (int, error) {
	if l.to.Len()+len(p) > longest {
		return 0, fmt.Errorf("the letter becomes longer than %d letters", longest)
	}
	return l.to.Write(p)
}

// place takes what text/template says of where apart.
var place = regexp.MustCompile(`^template: [^:]*:(\d+)(?::\d+)?: ?(?:executing "[^"]*" at )?(.*)$`)

func wrong(k Kind, err error) error {
	if m := place.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("template of the letter %q, line %s: %s", k, m[1], m[2])
	}
	return fmt.Errorf("template of the letter %q: %w", k, err)
}

// blocks parts a text into paragraphs and list items.
func blocks(text string) []Block {
	var out []Block
	fresh := true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		item, is := strings.CutPrefix(line, "- ")
		switch {
		case line == "":
			fresh = true
		case is:
			out, fresh = append(out, Block{strings.TrimSpace(item), true}), false
		case fresh || len(out) == 0:
			out, fresh = append(out, Block{Text: line}), false
		default:
			out[len(out)-1].Text += " " + line
		}
	}
	return out
}

func present(all ...string) []string {
	var out []string
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func inWords(t time.Time) string {
	if t.IsZero() {
		return "" // blank says so
	}
	return t.Format("January 2, 2006")
}

func plural(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

func years(n int) string {
	switch n {
	case 0:
		return "" // blank says so
	case 1:
		return "1 year"
	}
	return fmt.Sprintf("%d years", n)
}
