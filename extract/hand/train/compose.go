package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"unicode"
)

// hands is one writer's ink, by what it says.
type hands struct {
	letters map[rune][][][]point
	words   []writing
}

// byWriter sorts ink by its writer, and leaves out what cannot be what its label says.
func byWriter(all []writing) map[string]*hands {
	out := map[string]*hands{}
	for _, w := range all {
		h := out[w.writer]
		if h == nil {
			h = &hands{letters: map[rune][][][]point{}}
			out[w.writer] = h
		}
		if w.kind != "char" {
			if w.oneLine() {
				h.words = append(h.words, w)
			}
			continue
		}
		if c := []rune(w.text); len(c) == 1 && likely(c[0], w.strokes) {
			h.letters[c[0]] = append(h.letters[c[0]], w.strokes)
		}
	}
	return out
}

// likely says whether ink has about the proportions of a letter.
func likely(c rune, strokes [][]point) bool {
	f := frameOf(strokes...)
	n := 0
	for _, s := range strokes {
		n += len(s)
	}
	widest := 1.7
	if strings.ContainsRune("mwMW", c) {
		widest = 2.4
	}
	if strings.ContainsRune("lI1i", c) {
		widest = 1
	}
	return n >= 3 && f.height() > 20 && f.width() < widest*f.height()
}

// span is where a letter stands: its foot and its head above the base line, in heights of a
// capital.
func span(c rune) (foot, head float64) {
	switch {
	case unicode.IsUpper(c) && c != 'Q' || unicode.IsDigit(c):
		return 0, 1
	case strings.ContainsRune("bdfhkl", c):
		return 0, 1
	case strings.ContainsRune("ti", c):
		return 0, .88
	case strings.ContainsRune("gpqy", c):
		return -.35, .62
	case c == 'j':
		return -.35, .88
	case c == 'Q':
		return -.1, 1
	}
	return 0, .62
}

// signs are what no writer wrote alone, as strokes in heights of a capital above the base line.
var signs = map[rune][][]point{
	'-':  {{{0, .45}, {.35, .47}}},
	'.':  {{{0, .03}, {.05, .02}}},
	',':  {{{.06, .05}, {0, -.15}}},
	'/':  {{{0, -.1}, {.4, 1.1}}},
	'\'': {{{.05, 1.05}, {0, .8}}},
	'(':  {{{.2, 1.15}, {.04, .85}, {0, .5}, {.05, .1}, {.2, -.15}}},
	')':  {{{0, 1.15}, {.16, .85}, {.2, .5}, {.15, .1}, {0, -.15}}},
	'#':  {{{.15, 0}, {.3, .95}}, {{.4, 0}, {.55, .95}}, {{.05, .3}, {.6, .32}}, {{.08, .65}, {.65, .67}}},
	':':  {{{0, .1}, {.04, .09}}, {{0, .5}, {.04, .49}}},
	'_':  {{{0, -.1}, {.6, -.1}}},
	'+':  {{{.25, .15}, {.25, .75}}, {{0, .45}, {.5, .45}}},
	'@': {{{.55, .6}, {.35, .65}, {.25, .4}, {.35, .2}, {.5, .3}, {.56, .62}, {.55, .25}, {.7, .2},
		{.85, .5}, {.7, .85}, {.4, .95}, {.1, .75}, {0, .4}, {.15, .05}, {.45, -.1}, {.75, 0}}},
}

// comb is a row of boxes, one for each letter, as forms print them.
type comb struct {
	at []float64 // where boxes begin, and where the last one ends
}

// strokes are the lines between the boxes, at times with a line below or all around.
func (b comb) strokes(ink frame, r *rand.Rand) [][]point {
	up, down := ink.y0-10-30*r.Float64(), ink.y1+5+25*r.Float64()
	if r.Float64() < .3 {
		up = down - (down-up)*.35 // a comb has teeth on its lower line only
	}
	var out [][]point
	for _, x := range b.at {
		out = append(out, []point{{x, up}, {x, down}})
	}
	end := b.at[len(b.at)-1]
	if r.Float64() < .7 {
		out = append(out, []point{{b.at[0], down}, {end, down}})
	}
	if r.Float64() < .4 {
		out = append(out, []point{{b.at[0], up}, {end, up}})
	}
	return out
}

// compose sets a text in a writer's letters, a capital 100 high; boxed is the chance that each
// stands in a box of its own. It fails where the writer lacks a letter.
func (h *hands) compose(text string, boxed float64, r *rand.Rand) (strokes [][]point, boxes *comb, ok bool) {
	for _, c := range text {
		if c != ' ' && signs[c] == nil && len(h.letters[c]) == 0 {
			return nil, nil, false
		}
	}
	u := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	gap, space, rise := u(6, 26), u(40, 90), u(0, 5)
	narrow := u(.8, 1.1)
	pitch := 0.
	if r.Float64() < boxed && len([]rune(text)) < 24 {
		pitch, boxes = u(110, 170), &comb{}
	}
	kept, x := map[rune]int{}, 0.
	for i, c := range []rune(text) {
		if boxes != nil {
			x = float64(i) * pitch
			boxes.at = append(boxes.at, x)
		}
		if c == ' ' {
			x += space
			continue
		}
		letter := signs[c]
		if all := h.letters[c]; len(all) > 0 {
			// A writer's sevens look alike in one number, but are not the same.
			if k, seen := kept[c]; !seen || r.Float64() < .6 || k >= len(all) {
				kept[c] = r.IntN(len(all))
			}
			letter = fitted(all[kept[c]], c, narrow, r)
		} else {
			letter = moved(letter, func(p point) point {
				return point{100 * p.x * u(.92, 1.08), -100*p.y + u(-3, 3)}
			})
		}
		f := frameOf(letter...)
		dx, dy := x-f.x0, r.NormFloat64()*rise
		if boxes != nil {
			dx += max(0, (pitch-f.width())/2) * u(.4, 1.6)
		}
		shift := func(p point) point { return point{p.x + dx, p.y + dy} }
		strokes = append(strokes, moved(letter, shift)...)
		x += f.width() + gap*u(.6, 1.4)
	}
	if boxes != nil {
		boxes.at = append(boxes.at, float64(len([]rune(text)))*pitch)
	}
	return strokes, boxes, true
}

// fitted scales a letter to where its kind stands on the line.
func fitted(letter [][]point, c rune, narrow float64, r *rand.Rand) [][]point {
	f := frameOf(letter...)
	foot, head := span(c)
	k := 100 * (head - foot) / f.height() * (.93 + .14*r.Float64())
	return moved(letter, func(p point) point {
		return point{(p.x - f.x0) * k * narrow, (p.y-f.y1)*k - 100*foot}
	})
}

// row sets several words of a writer side by side.
func (h *hands) row(r *rand.Rand) (strokes [][]point, text string, ok bool) {
	if len(h.words) < 8 {
		return nil, "", false
	}
	x, n := 0., 2+r.IntN(2)
	first := r.IntN(len(h.words))
	for i := range n {
		// Words near each other in the file were written in one sitting.
		w := h.words[(first+i+r.IntN(3))%len(h.words)]
		if len(w.text) > 14 {
			return nil, "", false
		}
		f := frameOf(w.strokes...)
		k := .9 + .2*r.Float64()
		dx, dy := x-f.x0*k, -f.y1*k+r.NormFloat64()*6
		if strings.ContainsAny(w.text, "gjpqy") {
			dy += 35
		}
		shift := func(p point) point { return point{p.x*k + dx, p.y*k + dy} }
		strokes = append(strokes, moved(w.strokes, shift)...)
		x += f.width()*k + 45 + 60*r.Float64()
		text += " " + w.text
	}
	return strokes, text[1:], true
}

// texts draws what petitions hold.
type texts struct {
	first, last []string
	r           *rand.Rand
}

func readTexts(census string, r *rand.Rand) (*texts, error) {
	t := &texts{r: r}
	for _, n := range []string{"dist.male.first", "dist.female.first", "dist.all.last"} {
		f, err := os.Open(census + "/" + n)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			name := lines.Text()
			if c := strings.Fields(name); len(c) > 0 {
				name = c[0][:1] + strings.ToLower(c[0][1:])
			}
			if n == "dist.all.last" {
				t.last = append(t.last, name)
			} else {
				t.first = append(t.first, name)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *texts) any(of ...string) string { return of[t.r.IntN(len(of))] }

// family is a last name: the frequent ones more often, as in a crowd.
func (t *texts) family() string {
	n := len(t.last)
	if t.r.Float64() < .4 {
		n = min(n, 3000)
	}
	return t.last[t.r.IntN(n)]
}

func (t *texts) name() string {
	g, f := t.any(t.first...), t.family()
	i := string(rune('A' + t.r.IntN(26)))
	return t.any(g+" "+f, g+" "+f, g+" "+f, f+", "+g, g+" "+i+". "+f, g+" "+i+" "+f, f, f, g,
		f+"-"+t.family(), f+" "+g)
}

func (t *texts) number() string {
	n := []int{7, 7, 7, 7, 6, 8, 5, 9, 10, 4, 3, 2}[t.r.IntN(12)]
	s := ""
	for range n {
		s += string(rune('0' + t.r.IntN(10)))
	}
	return s
}

func (t *texts) zip() string {
	s := fmt.Sprintf("%05d", t.r.IntN(100000))
	if t.r.Float64() < .2 {
		s += fmt.Sprintf("-%04d", t.r.IntN(10000))
	}
	return s
}

func (t *texts) date() string {
	m, d, y := 1+t.r.IntN(12), 1+t.r.IntN(31), 1930+t.r.IntN(100)
	s := t.any("/", "/", "/", "-", ".")
	switch t.r.IntN(4) {
	case 0:
		return fmt.Sprintf("%d%s%d%s%d", m, s, d, s, y)
	case 1:
		return fmt.Sprintf("%02d%s%02d%s%d", m, s, d, s, y)
	case 2:
		return fmt.Sprintf("%02d%s%02d%s%02d", m, s, d, s, y%100)
	}
	return fmt.Sprintf("%d%s%d%s%02d", m, s, d, s, y%100)
}

func (t *texts) phone() string {
	a, b, c := 200+t.r.IntN(800), 200+t.r.IntN(800), t.r.IntN(10000)
	switch t.r.IntN(5) {
	case 0:
		return fmt.Sprintf("(%d) %d-%04d", a, b, c)
	case 1:
		return fmt.Sprintf("%d.%d.%04d", a, b, c)
	case 2:
		return fmt.Sprintf("%d %d %04d", a, b, c)
	case 3:
		return fmt.Sprintf("%d-%04d", b, c)
	}
	return fmt.Sprintf("%d-%d-%04d", a, b, c)
}

func (t *texts) email() string {
	g, f := strings.ToLower(t.any(t.first...)), strings.ToLower(t.family())
	local := t.any(g+"."+f, g[:1]+f, f+g[:1], g+"_"+f, g+f, g)
	if t.r.Float64() < .3 {
		local += fmt.Sprint(t.r.IntN(100))
	}
	return local + "@" + t.any("gmail.com", "yahoo.com", "aol.com", "hotmail.com", "mail.net", f+".org",
		"ala.org", "state.edu")
}

func (t *texts) street() string {
	way := t.any("", "", "", "N ", "S. ", "W ") + t.last[t.r.IntN(min(3000, len(t.last)))]
	kind := t.any("St", "St.", "Ave", "Rd", "Ln", "Dr", "Ct", "Street", "Road", "Avenue")
	flat := t.any("", "", "", " #"+fmt.Sprint(t.r.IntN(99)), " Apt "+fmt.Sprint(t.r.IntN(40)))
	return fmt.Sprint(1+t.r.IntN(9999)) + " " + way + " " + kind + flat
}

func (t *texts) city() string {
	states := strings.Fields("AL AK AZ CA CO CT FL GA IL IN KS MA MD MI MN MO NC NJ NY OH OR PA TX VA WA")
	c := t.last[t.r.IntN(min(4000, len(t.last)))] +
		t.any("", "", "ville", "ton", " City", " Falls", "burg")
	return t.any(c, c+", "+t.any(states...), c+" "+t.any(states...), c+" "+t.any(states...)+" "+t.zip())
}

// line draws one text; numbers says that it should have no letters.
func (t *texts) line(numbers bool) string {
	kinds := []func() string{t.number, t.number, t.number, t.zip, t.date, t.date, t.phone}
	if !numbers && t.r.Float64() < .8 {
		kinds = []func() string{t.name, t.name, t.name, t.name, t.street, t.city, t.email}
	}
	s := kinds[t.r.IntN(len(kinds))]()
	if !strings.Contains(s, "@") && t.r.Float64() < .6 {
		s = strings.ToUpper(s)
	}
	return s
}
