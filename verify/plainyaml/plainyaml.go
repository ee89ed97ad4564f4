// Package plainyaml reads the small YAML files that people hand in: rules, and what a set of
// sheets looks like. Text goes in, a struct comes out filled, or an Error that says on which line
// what is wrong. It reads the plain part of YAML, and a text costs memory by its length alone:
// anchors and aliases, by which 300 bytes become gigabytes, are refused, and so are long texts
// and deep ones.
package plainyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxBytes is the longest text that is read. The longest of our own has 2 KiB.
	MaxBytes = 64 << 10
	// maxDepth is how deep lists and mappings may lie within each other. Our own have three.
	maxDepth = 20
)

// Options of reading; the zero value is the strict way.
type Options struct {
	Blanks bool // a key without a value is as good as none; otherwise it is refused
}

// Error says what is wrong in a text, and where.
type Error struct {
	Line int    // 1-based
	Key  string // of the outermost mapping; empty where it is no key's
	Text string // one sentence: what is wrong and what is allowed
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Read fills the struct that into points to; its fields carry their keys in the tag yaml. What
// the text does not say stays as it is. An error is an *Error, unless into is of no use.
func Read(text []byte, into any, o Options) error {
	if len(text) > MaxBytes {
		line := bytes.Count(text[:MaxBytes], []byte("\n")) + 1
		return &Error{Line: line, Text: fmt.Sprintf(
			"the text is longer than %d KiB, which ends here: keep what it says, and shorten the rest",
			MaxBytes>>10)}
	}
	root, err := parse(understood(text))
	if err != nil || root == nil {
		return err
	}
	if root.Kind != yaml.MappingNode {
		return &Error{Line: root.Line, Text: keyAndValue}
	}
	return reader{o}.fields(root, reflect.ValueOf(into).Elem(), "")
}

const keyAndValue = "a key and its value are expected here, such as title: words"

// jsonEscape are the escapes in JSON, an escaped backslash among them so that it is passed over.
var jsonEscape = regexp.MustCompile(
	`\\[^u]|\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)

// understood is a text without what the parser does not know: version 1.2, which changes nothing
// for plain YAML, and two escapes of JSON.
func understood(text []byte) []byte {
	if rest, ok := bytes.CutPrefix(text, []byte("%YAML 1.2")); ok {
		text = append([]byte("%YAML 1.1"), rest...)
	}
	if !json.Valid(text) {
		return text
	}
	return jsonEscape.ReplaceAllFunc(text, func(escape []byte) []byte {
		switch {
		case escape[1] == '/':
			return escape[1:]
		case escape[1] == 'u':
			var letter string
			if json.Unmarshal([]byte(`"`+string(escape)+`"`), &letter) == nil {
				return []byte(letter)
			}
		}
		return escape
	})
}

// parse gives the only document of a text, nil where it says nothing.
func parse(text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root *yaml.Node
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, inWords(text, err)
		}
		if err := bounded(&doc, 0); err != nil {
			return nil, err
		}
		if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
			continue
		}
		if root != nil {
			return nil, &Error{Line: lastLineOf(text, "---", doc.Line),
				Text: "a second text begins here: keep one, and take out the line ---"}
		}
		root = doc.Content[0]
	}
}

// bounded refuses what is no plain YAML. The depth is checked on the way down.
func bounded(n *yaml.Node, depth int) error {
	switch {
	case n.Kind == yaml.AliasNode:
		return &Error{Line: n.Line, Text: fmt.Sprintf("*%s stands for what is written elsewhere, "+
			"which is not read here: write it out, or put words that begin with * in quotes",
			short(n.Value))}
	case n.Anchor != "":
		return &Error{Line: n.Line, Text: fmt.Sprintf("&%s gives a name to what follows, which is "+
			"not read here: take it out, or put words that begin with & in quotes",
			short(n.Anchor))}
	case n.Style&yaml.TaggedStyle != 0:
		return &Error{Line: n.Line, Text: fmt.Sprintf("%s gives what follows a kind, which is not "+
			"read here: take it out, or put words that begin with ! in quotes", short(n.Tag))}
	case depth > maxDepth:
		return &Error{Line: n.Line, Text: fmt.Sprintf(
			"lists and keys lie more than %d deep within each other: nothing here needs that",
			maxDepth)}
	}
	for _, inner := range n.Content {
		if err := bounded(inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}

type reader struct{ Options }

// fields fills a struct from a mapping. Outer is the key of the outermost mapping, empty there.
func (r reader) fields(n *yaml.Node, into reflect.Value, outer string) error {
	known := map[string]int{}
	var keys []string
	for i := range into.NumField() {
		key := into.Type().Field(i).Tag.Get("yaml")
		known[key] = i
		keys = append(keys, key)
	}
	written := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := name.Value
		at, ok := known[key]
		switch {
		case name.Kind != yaml.ScalarNode:
			return &Error{Line: name.Line, Key: outer, Text: keyAndValue}
		case !ok:
			return &Error{Line: name.Line, Key: or(outer, key), Text: fmt.Sprintf(
				"unknown field %q: allowed are %s", short(key), strings.Join(keys, ", "))}
		case written[key]:
			return &Error{Line: name.Line, Key: or(outer, key),
				Text: key + " is written twice: keep one of them"}
		}
		written[key] = true
		to, why := into.Field(at), where{line: value.Line, key: or(outer, key), said: key}
		if outer != "" {
			why.said = fmt.Sprintf("%s has %s, which", outer, key)
		}
		if err := r.value(value, to, why); err != nil {
			return err
		}
	}
	return nil
}

// where is what an error says of its place.
type where struct {
	line int
	key  string
	said string // the beginning of the sentence
}

func (w where) wrong(format string, args ...any) error {
	return &Error{Line: w.line, Key: w.key, Text: w.said + " " + fmt.Sprintf(format, args...)}
}

func (w where) bare(text string) error { return &Error{Line: w.line, Key: w.key, Text: text} }

func (r reader) value(n *yaml.Node, to reflect.Value, at where) error {
	at.line = n.Line
	if n.ShortTag() == "!!null" {
		if r.Blanks {
			return nil
		}
		return at.wrong("has no value: write one, or take the line out")
	}
	if to.Type() == reflect.TypeFor[time.Time]() {
		return day(n, to, at)
	}
	switch to.Kind() {
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			return at.bare(keyAndValue)
		}
		return r.fields(n, to, at.key)
	case reflect.Slice:
		return r.list(n, to, at)
	}
	if n.Kind != yaml.ScalarNode {
		return at.wrong("is written wrongly: %s", wanted[to.Kind()])
	}
	return scalar(n, to, at)
}

func (r reader) list(n *yaml.Node, to reflect.Value, at where) error {
	if n.Kind != yaml.SequenceNode {
		return at.bare("a list is expected here, such as [first, second]")
	}
	list := reflect.MakeSlice(to.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		if err := r.value(item, list.Index(i), at); err != nil {
			return err
		}
	}
	to.Set(list)
	return nil
}

var wanted = map[reflect.Kind]string{
	reflect.Int: "write a whole number", reflect.Float64: "write a number",
	reflect.Bool: "write true or false", reflect.String: "write words",
}

func scalar(n *yaml.Node, to reflect.Value, at where) error {
	wrong := func() error { return at.wrong("is written wrongly: %s", wanted[to.Kind()]) }
	switch to.Kind() {
	case reflect.String:
		to.SetString(n.Value)
	case reflect.Bool:
		var b bool
		if n.Decode(&b) != nil {
			return wrong()
		}
		to.SetBool(b)
	case reflect.Int, reflect.Float64:
		return numeral(n, to, at, wrong)
	default:
		return fmt.Errorf("no %s can be read from YAML", to.Type())
	}
	return nil
}

// largest is the largest whole number that a float64 holds with all those below it.
const largest = 1 << 53

func numeral(n *yaml.Node, to reflect.Value, at where, wrong func() error) error {
	var f float64
	var err error
	switch n.ShortTag() {
	case "!!int", "!!float":
		err = n.Decode(&f)
	default: // such as one in quotes
		f, err = strconv.ParseFloat(n.Value, 64)
	}
	if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(f) {
		return wrong()
	}
	switch {
	case math.Abs(f) > largest:
		return at.bare("the number is too large")
	case to.Kind() == reflect.Float64:
		to.SetFloat(f)
		return nil
	case f != math.Trunc(f):
		return at.wrong("is %v: write a whole number", f)
	}
	to.SetInt(int64(f))
	return nil
}

func day(n *yaml.Node, to reflect.Value, at where) error {
	t, err := time.Parse(time.DateOnly, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return at.bare(fmt.Sprintf("%q is no date: write one such as 2026-11-01", short(n.Value)))
	}
	to.Set(reflect.ValueOf(t))
	return nil
}

// place takes what the parser says of where apart.
var place = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// ofParser are complaints that the parser gives the line before the one it means, counted from 1.
var ofParser = []string{"did not find expected key", "did not find expected '-' indicator",
	"did not find expected ',' or ']'", "did not find expected ',' or '}'",
	"did not find expected node content", "did not find expected <document start>"}

// inWords says what the parser stumbled over without the words of its trade.
func inWords(text []byte, err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	m := place.FindStringSubmatch(first)
	if m == nil {
		return &Error{Line: 1, Text: "the text is no YAML: " + short(first)}
	}
	line, what := 1, m[2]
	if n, err := strconv.Atoi(m[1]); err == nil {
		line = n
		if slices.Contains(ofParser, what) {
			line++
		}
	}
	if end := bytes.Count(bytes.TrimSpace(text), []byte("\n")) + 1; line > end {
		line = end // where the text ends too early
	}
	has := func(part string) bool { return strings.Contains(what, part) }
	switch {
	case has("unknown anchor"):
		_, name, _ := strings.Cut(what, "'")
		name, _, _ = strings.Cut(name, "'")
		return bounded(&yaml.Node{Kind: yaml.AliasNode, Value: short(name),
			Line: firstLineWith(text, "*"+name)}, 0)
	case has("exceeded max depth"):
		return bounded(&yaml.Node{Line: line}, maxDepth+1)
	case has("mapping values are not allowed"):
		what = "a colon stands where none can: put words that hold a colon in quotes"
	case has("expected key"), has("'-' indicator"):
		what = "what begins here has a line that is set in differently, or has no colon: " +
			"write key: value on each line, all from the same column"
	case has("expected ',' or"), has("node content"):
		what = "a list that begins with [ or { does not end: close it with ] or }"
	case has("cannot start any token"), has("tab character"):
		what = "a tab, or a value that begins with a sign such as @ or %: set lines in by spaces, " +
			"and put such words in quotes"
	case has("alphabetic or numeric character"):
		what = "a value begins with * or &: put such words in quotes"
	case has("block sequence entries"):
		what = "a list that begins with - stands behind something else: begin it on its own line"
	case has("unexpected end of stream"):
		what = "a quotation mark is opened here and not closed"
	default:
		what = "the text is no YAML: " + short(what)
	}
	return &Error{Line: line, Text: what}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return short(b)
}

// short cuts what is repeated from a text to what fits in a message.
func short(s string) string {
	const most = 60 // letters
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.Join(strings.Fields(s), " ")
}

func firstLineWith(text []byte, part string) int {
	before, _, found := bytes.Cut(text, []byte(part))
	if !found {
		return 1
	}
	return bytes.Count(before, []byte("\n")) + 1
}

// lastLineOf finds the last line that reads so.
func lastLineOf(text []byte, line string, otherwise int) int {
	at, n := otherwise, 0
	for l := range bytes.Lines(text) {
		if n++; string(bytes.TrimSpace(l)) == line {
			at = n
		}
	}
	return at
}
