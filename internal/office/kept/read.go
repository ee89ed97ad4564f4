package kept

import (
	"encoding/json"
	"strconv"
	"strings"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
)

// reader reads rows and matches as this package writes them, in a fifth of the time that
// encoding/json takes: a first look at a petition of 50,000 lines is mostly that. It knows no
// key and no shape beyond those of storedRow and storedMatch, in their order; where it meets
// another it stops, and encoding/json reads the whole.
type reader struct {
	data []byte
	at   int
	odd  bool // something that it does not know
}

func (r *reader) row(row *storedRow) bool {
	r.object("n box fields signed struck as", func(key string) {
		switch key {
		case "n":
			row.Number = r.count()
		case "box":
			r.list(func(i int) {
				if n := r.number(); i < len(row.Box) {
					row.Box[i] = n
				}
			})
		case "fields":
			if r.null() {
				return
			}
			row.Fields = make(map[extract.Field]extract.Reading, 8)
			last := ""
			r.object("", func(key string) {
				r.odd = r.odd || key <= last // written in their order, each once
				last = key
				row.Fields[extract.Field(key)] = r.reading()
			})
		case "signed":
			row.Signed = extract.Signed(r.word())
		case "struck":
			row.Struck = r.truth()
		case "as":
			row.As = r.text()
		}
	})
	return r.whole()
}

func (r *reader) reading() (out extract.Reading) {
	r.object("text confidence engine alternatives", func(key string) {
		switch key {
		case "text":
			out.Text = r.text()
		case "confidence":
			out.Confidence = r.number()
		case "engine":
			out.Engine = r.word()
		case "alternatives":
			r.list(func(int) {
				var a extract.Alternative
				r.object("text confidence", func(key string) {
					switch key {
					case "text":
						a.Text = r.text()
					case "confidence":
						a.Confidence = r.number()
					}
				})
				out.Alternatives = append(out.Alternatives, a)
			})
		}
	})
	return out
}

func (r *reader) match(m *storedMatch) bool {
	// what its columns were understood to mean, few pages have
	r.object("nobody prior on found", func(key string) {
		switch key {
		case "nobody":
			m.Nobody = number(r.number())
		case "prior":
			m.Prior = number(r.number())
		case "on":
			m.OnRoll = number(r.number())
		case "found":
			m.Candidates = make([]storedCandidate, 0, 4)
			r.list(func(int) { m.Candidates = append(m.Candidates, r.candidate()) })
		}
	})
	return r.whole()
}

func (r *reader) candidate() (c storedCandidate) {
	r.object("m p e also", func(key string) {
		switch key {
		case "m":
			c.Member = r.text()
		case "p":
			c.Probability = number(r.number())
		case "e":
			c.Evidence = make([]storedEvidence, 0, 4)
			r.list(func(int) { c.Evidence = append(c.Evidence, r.evidence()) })
		case "also":
			r.list(func(int) { c.Also = append(c.Also, r.text()) })
		}
	})
	return c
}

func (r *reader) evidence() (e storedEvidence) {
	r.object("f a x w o own no other share", func(key string) {
		switch key {
		case "f":
			e.Field = extract.Field(r.word())
		case "a":
			e.Agreement = verify.Agreement(r.word())
		case "x":
			e.Exact = r.truth()
		case "w":
			e.Words = r.word()
		case "o":
			e.Odds = number(r.number())
		case "own":
			e.Own = number(r.number())
		case "no":
			e.Against = r.text()
		case "other":
			e.Stranger = r.truth()
		case "share":
			e.Share = number(r.number())
		}
	})
	return e
}

// whole says whether all was read and known.
func (r *reader) whole() bool { return !r.odd && r.at == len(r.data) }

// next takes a byte if it comes next. What is written here has no spaces between words.
func (r *reader) next(c byte) bool {
	if r.odd || r.at >= len(r.data) || r.data[r.at] != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) must(c byte) {
	if !r.next(c) {
		r.odd = true
	}
}

// object reads an object with some of the keys, in their order and each once; with any
// keys for none.
func (r *reader) object(keys string, field func(key string)) {
	r.must('{')
	if r.next('}') {
		return
	}
	for rest := keys; !r.odd; {
		text, plain := r.quoted()
		r.must(':')
		key := known(text)
		if keys != "" && plain {
			plain = false
			for next := ""; !plain && rest != ""; {
				next, rest, _ = strings.Cut(rest, " ")
				plain = next == key
			}
		}
		r.odd = r.odd || !plain
		if r.odd {
			return
		}
		field(key)
		if !r.next(',') {
			r.must('}')
			return
		}
	}
}

func (r *reader) list(item func(i int)) {
	r.must('[')
	if r.next(']') {
		return
	}
	for i := 0; !r.odd; i++ {
		item(i)
		if !r.next(',') {
			r.must(']')
			return
		}
	}
}

// quoted is what stands between two quotes, and whether it means what it says: without
// a backslash.
func (r *reader) quoted() (inside []byte, plain bool) {
	r.must('"')
	from := r.at
	plain = true
	for ; !r.odd && r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return r.data[from : r.at-1], plain
		case c == '\\':
			plain = false
			r.at++
		case c < ' ':
			r.odd = true
		}
	}
	r.odd = true
	return nil, false
}

func (r *reader) text() string {
	inside, plain := r.quoted()
	if r.odd || plain {
		return string(inside)
	}
	var s string
	if json.Unmarshal(r.data[r.at-len(inside)-2:r.at], &s) != nil {
		r.odd = true
	}
	return s
}

// word is a text of which there are few, such as a field or how it agrees.
func (r *reader) word() string {
	from := r.at
	if inside, plain := r.quoted(); plain {
		return known(inside)
	}
	r.at = from
	return r.text()
}

func (r *reader) null() bool {
	if r.at+4 <= len(r.data) && string(r.data[r.at:r.at+4]) == "null" {
		r.at += 4
		return true
	}
	return false
}

// truth is always true: what is false is not written.
func (r *reader) truth() bool {
	if r.at+4 <= len(r.data) && string(r.data[r.at:r.at+4]) == "true" {
		r.at += 4
		return true
	}
	r.odd = true
	return false
}

func (r *reader) number() float64 {
	digits := r.digits()
	if len(digits) == 1 {
		return float64(digits[0] - '0')
	}
	n, err := strconv.ParseFloat(string(digits), 64)
	if err != nil {
		r.odd = true
	}
	return n
}

func (r *reader) count() int {
	n, err := strconv.Atoi(string(r.digits()))
	if err != nil {
		r.odd = true
	}
	return n
}

// digits takes a number as JSON has them. Others, such as "+Inf", are texts.
func (r *reader) digits() []byte {
	from := r.at
	some := func() {
		start := r.at
		for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
			r.at++
		}
		r.odd = r.odd || r.at == start
	}
	r.next('-')
	if !r.next('0') {
		some()
	}
	if r.next('.') {
		some()
	}
	if r.next('e') || r.next('E') {
		if !r.next('+') {
			r.next('-')
		}
		some()
	}
	return r.data[from:r.at]
}

// known is a text that recurs on every line, without room of its own.
func known(text []byte) string {
	if s, ok := recurring[string(text)]; ok {
		return s
	}
	return string(text)
}

// recurring are the words of rows and matches that stand in nearly every one.
var recurring = func() map[string]string {
	out := map[string]string{}
	for _, f := range report.Fields() {
		out[string(f.Key)] = string(f.Key)
	}
	for _, s := range []string{
		string(verify.Agrees), string(verify.Close), string(verify.Differs),
		string(extract.SignedYes), string(extract.SignedNo), string(extract.SignedUnsure),
		"hand", "text", "tesseract", verify.ByPerson, "name: equal", "number: equal",
		"place: city equal",
	} {
		out[s] = s
	}
	return out
}()
