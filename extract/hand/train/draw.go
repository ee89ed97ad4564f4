package main

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/hand"
)

// drawCommand draws pen strokes as cells of forms and prepares them: each word and line of the
// file in its turn, each time with another pen on another paper; and texts that petitions hold,
// composed of the letters of one writer.
func drawCommand(args []string) error {
	flags := flag.NewFlagSet("draw", flag.ContinueOnError)
	ink := flags.String("ink", "", "pen strokes: writer, contributor, kind, split, label, strokes")
	census := flags.String("census", "", "folder of the name frequencies of the census")
	out := flags.String("out", "", "where the prepared lines go")
	seed := flags.Uint64("seed", 1, "another seed draws other pens and papers")
	words := flags.Int("words", 60000, "how many written words and lines to draw")
	composed := flags.Int("composed", 20000, "how many texts to compose of letters")
	mild := flags.Float64("mild", .6, "share of cells that are scanned clean")
	boxed := flags.Float64("boxed", usualBoxed, "share of composed texts that stand in boxes, a letter each")
	labelled := flags.Float64("labelled", usualLabelled, "share of spoilt cells with a printed word of the form in them")
	split := flags.String("split", "", "draw the sets that figures measures, of the writers of watch or test")
	apart := flags.Int("writers", 0, "draw so many words and lines of each writer of the split, each writer a set")
	look := flags.Bool("look", false, "leave the cells as scanned, to look at them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if _, known := writersOf[*split]; !known && *split != "" {
		return fmt.Errorf("no writers of split %q", *split)
	}
	from := trained
	if *apart > 0 {
		from = writersOf[*split]
	}
	all, err := readInk(*ink, from)
	if err != nil {
		return err
	}
	f, err := os.Create(*out + ".part")
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	d, err := newDrawing(all, *census, *seed)
	if err != nil {
		return err
	}
	d.mild, d.boxed, d.labelled = *mild, *boxed, *labelled
	d.use = func(s sample) error {
		if !*look {
			if s.image = hand.Prepare(s.image); s.image == nil {
				return nil
			}
		}
		if *apart > 0 {
			s = s.byWriter()
		}
		return pack(w, s)
	}
	if *apart > 0 {
		err = d.writers(*split, *apart)
	} else if *split != "" {
		err = testSets(*ink, *census, writersOf[*split], *mild, d.use)
	} else {
		err = d.all(*words, *composed)
	}
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return os.Rename(*out+".part", *out)
}

// Shares of boxes and labels that the measured sets have.
const (
	usualBoxed    = .12
	usualLabelled = .08
)

// drawing draws cells and hands them on.
type drawing struct {
	written []writing // words and lines
	by      map[string]*hands
	names   []string // of by
	texts   *texts
	r       *rand.Rand
	// Shares of cells that are scanned clean, of texts in boxes, of spoilt cells with a label.
	mild, boxed, labelled float64

	writer string // whose words are drawn, where that matters
	last   inked  // what was drawn before: it hangs in from the line above
	use    func(sample) error
}

func newDrawing(all []writing, census string, seed uint64) (*drawing, error) {
	r := rand.New(rand.NewPCG(seed, 17))
	t, err := readTexts(census, r)
	if err != nil {
		return nil, err
	}
	d := &drawing{by: byWriter(all), r: r, texts: t, boxed: usualBoxed, labelled: usualLabelled}
	d.names = slices.Sorted(maps.Keys(d.by))
	for _, n := range d.names {
		d.written = append(d.written, d.by[n].words...)
	}
	return d, nil
}

func (d *drawing) all(words, composed int) error {
	order := d.r.Perm(len(d.written))
	kinds := make([]bool, words+composed)
	for i := range composed {
		kinds[i] = true
	}
	d.r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	at := 0
	for _, letters := range kinds {
		var err error
		if letters {
			err = d.composed()
		} else {
			err = d.word(d.written[order[at%len(order)]])
			at++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fewestWords are what a writer's hand can be told by, in two lines.
const fewestWords = 20

// writers draws up to n words and lines of each writer who has enough of them.
func (d *drawing) writers(split string, n int) error {
	for _, name := range d.names {
		words := chosen(d.by[name].words)
		if len(words) < fewestWords {
			continue
		}
		for _, i := range d.r.Perm(len(words))[:min(n, len(words))] {
			d.writer = "unipen-" + name
			if err := d.cell("hand/"+split, words[i].text, words[i].strokes, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// word draws a word or line as it was written.
func (d *drawing) word(w writing) error {
	return d.cell("unipen/train", w.text, w.strokes, nil)
}

// rowShare thins out rows of words, since more writers have words than have letters.
const rowShare = .2

// composed draws a text in one writer's letters, or several of his words in a row.
func (d *drawing) composed() error {
	for range 20 {
		h := d.by[d.names[d.r.IntN(len(d.names))]]
		if len(h.letters) == 0 && d.r.Float64() > rowShare {
			continue
		}
		if len(h.letters) == 0 || d.r.Float64() < rowShare {
			if strokes, text, ok := h.row(d.r); ok {
				return d.cell("rows/train", text, strokes, nil)
			}
			continue
		}
		text := d.texts.line(len(h.letters['a'])+len(h.letters['A']) == 0)
		if strokes, boxes, ok := h.compose(text, d.boxed, d.r); ok {
			return d.cell("composed/train", text, strokes, boxes)
		}
	}
	return nil
}

func (d *drawing) cell(set, text string, strokes [][]point, boxes *comb) error {
	line := drawInk(strokes, boxes, d.r.Float64() < d.mild, d.r)
	if line.w == 0 {
		return nil
	}
	g := cellOf(line, d.last, d.labelled, d.r)
	d.last = line
	return d.use(sample{set, text, g, d.writer})
}

// mostTested bounds the lines of one kind that are measured, evenly over the writers' ink.
const mostTested = 700

// testSets draws the writers kept for tests, always alike: their words in mixed case, their block
// capitals, lines of several words from offices, and numbers and names composed of their letters.
func testSets(ink, census string, want writers, mild float64, add func(sample) error) error {
	all, err := readInk(ink, want)
	if err != nil {
		return err
	}
	d, err := newDrawing(all, census, 7)
	if err != nil {
		return err
	}
	d.use, d.mild = add, mild
	tail := map[writers]string{tested: "/test", watched: "/watch", trained: "/train"}[want]
	if mild == 1 {
		tail = "-mild" + tail
	}
	for _, w := range chosen(d.written) {
		if err := d.cell("unipen-"+kindOf(w)+tail, w.text, w.strokes, nil); err != nil {
			return err
		}
	}
	kinds := map[string]func() string{
		"seven": func() string { return fmt.Sprintf("%07d", d.r.IntN(1e7)) },
		"phone": d.texts.phone, "date": d.texts.date, "zip": d.texts.zip,
		"block": func() string { return strings.ToUpper(d.texts.name()) },
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for done, tries := 0, 0; done < 250 && tries < 20000; tries++ {
			text := kinds[kind]()
			strokes, boxes, ok := d.by[d.names[d.r.IntN(len(d.names))]].compose(text, d.boxed, d.r)
			if !ok {
				continue
			}
			if err := d.cell("unipen-"+kind+tail, text, strokes, boxes); err != nil {
				return err
			}
			done++
		}
	}
	return nil
}

// chosen takes some of the words of each kind. Of lines with signs that the network cannot write,
// and of placeholders, nothing could be learned.
func chosen(all []writing) []writing {
	byKind := map[string][]writing{}
	for _, w := range all {
		k := kindOf(w)
		if strings.Trim(w.text, readableSigns) == "" && k != "" && w.text != "XXX" {
			byKind[k] = append(byKind[k], w)
		}
	}
	var out []writing
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		all := byKind[kind]
		n := min(len(all), mostTested)
		for i := range n {
			out = append(out, all[i*len(all)/n])
		}
	}
	return out
}

// writersOf are the splits by their names.
var writersOf = map[string]writers{"test": tested, "watch": watched, "train": trained}

const readableSigns = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" +
	" -'.,/&#()@_:;+\"?!"

// kindOf sorts written words into the sets that are measured apart; single letters are in none.
func kindOf(w writing) string {
	var upper, lower, digits int
	for _, c := range w.text {
		switch {
		case unicode.IsUpper(c):
			upper++
		case unicode.IsLower(c):
			lower++
		case unicode.IsDigit(c):
			digits++
		}
	}
	offices := strings.HasPrefix(w.contributor, "ap")
	switch {
	case upper+lower+digits < 2:
		return ""
	case digits > 0 && upper+lower == 0:
		return "numbers"
	case lower == 0:
		return "capitals"
	case offices && strings.Count(w.text, " ") > 1:
		return "lines"
	}
	return "mixed"
}
