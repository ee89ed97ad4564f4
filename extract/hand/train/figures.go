package main

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"image"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/extract/hand"
)

// figures measures the embedded model on the test split, which no training line
// comes from, and on lines drawn in fonts and digits that are kept aside.
func figures(args []string) error {
	flags := flag.NewFlagSet("figures", flag.ContinueOnError)
	list := flags.String("list", "", "labels of the test pictures")
	drawn := flags.String("drawn", "", "prepared lines of render.py --held-out, files joined by commas")
	mild := flags.String("mild", "", "the same, drawn with --mild")
	cells := flags.String("cells", "", "packed cells that somebody cut out of pages, of any sets")
	members := flags.String("members", "", "a membership export: name cells are looked for among some of its people")
	crowd := flags.Int("crowd", 1000, "among how many of them")
	ink := flags.String("ink", "", "pen strokes, of which those of the split's writers are drawn")
	census := flags.String("census", "", "folder of the name frequencies of the census, for texts composed of pen strokes")
	names := flags.String("lexicon", "", "names to rank, the first word of every line")
	more := flags.String("more", "", "a second list of names, which fills the lexicon up to 35,000")
	worst := flags.Int("worst", 0, "also print this many of the worst readings of each set")
	split := flags.String("split", "test", "which split of the labels to read")
	if err := flags.Parse(args); err != nil {
		return err
	}
	start := time.Now()
	reader, err := hand.New()
	if err != nil {
		return err
	}
	fmt.Printf("start-up %.0f ms\n", time.Since(start).Seconds()*1000)
	sets := map[string]*set{}
	add := func(s sample) error {
		name, which, _ := strings.Cut(s.set, "/")
		if which != *split && !drawnSet(name) {
			return nil
		}
		if sets[name] == nil {
			sets[name] = &set{name: name}
		}
		sets[name].samples = append(sets[name].samples, s)
		return nil
	}
	if *list != "" {
		if err := eachLabelled(*list, "", add); err != nil {
			return err
		}
	}
	for _, path := range strings.Split(*drawn, ",") {
		if path != "" {
			if err := eachPacked(path, add); err != nil {
				return err
			}
		}
	}
	if *mild != "" {
		err := eachPacked(*mild, func(s sample) error {
			s.set = strings.Replace(s.set, "/", "-mild/", 1)
			return add(s)
		})
		if err != nil {
			return err
		}
	}
	if *ink != "" {
		which, known := writersOf[*split]
		if !known {
			return fmt.Errorf("no writers of split %q", *split)
		}
		for _, mild := range []float64{1, 0} {
			if err := testSets(*ink, *census, which, mild, add); err != nil {
				return err
			}
		}
	}
	if *cells != "" {
		err := eachPacked(*cells, func(s sample) error {
			name, _, _ := strings.Cut(s.set, "/")
			s.set = name + "/" + *split
			return add(s)
		})
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		sets[name].measure(reader, *worst)
	}
	if s := sets["dhsd"]; s != nil {
		s.likeness(reader, 10, 50)
	}
	if s := sets["copiste"]; s != nil {
		s.likeness(reader, 1, 8)
	}
	if *ink != "" {
		if err := unipenLikeness(reader, *ink, *census, *split); err != nil {
			return err
		}
	}
	if *members != "" {
		if err := among(*members, *crowd, sets); err != nil {
			return err
		}
	}
	if n := sets["names"]; n != nil && *names != "" {
		return n.rank(*names, *more)
	}
	return nil
}

// drawnSet says whether a set is drawn by render.py. Such lines are kept prepared.
func drawnSet(name string) bool {
	return strings.HasPrefix(name, "fonts") || strings.HasPrefix(name, "digits") || name == "print"
}

type set struct {
	name     string
	samples  []sample
	lattices []hand.Lattice
}

func (s *set) measure(reader *hand.Recognizer, worst int) {
	read := reader.Read
	if drawnSet(s.name) {
		read = reader.ReadPrepared
	}
	pictures := make([]*image.Gray, len(s.samples))
	for i, x := range s.samples {
		pictures[i] = x.image
	}
	start := time.Now()
	s.lattices = nil
	for some := range slices.Chunk(pictures, 64) {
		s.lattices = append(s.lattices, read(some)...)
	}
	each := time.Since(start).Seconds() * 1000 / float64(len(pictures))
	var bad, bare, letters, exact, exactBare, matched, printed int
	type miss struct {
		want, got string
		bad       float64
	}
	var misses []miss
	var number *hand.Grammar
	if strings.HasPrefix(s.name, "digits") || strings.HasPrefix(s.name, "unipen-seven") {
		number = hand.Digits(7, 7)
	}
	start = time.Now()
	for i, l := range s.lattices {
		text, _ := l.Best()
		want, got := folded(s.samples[i].text), folded(text)
		d := distance(want, got)
		bad, letters = bad+d, letters+len([]rune(want))
		bare += distance(without(want), without(got))
		if l.Printed() > 0.5 {
			printed++
		}
		if d == 0 {
			exact++
		}
		if without(want) == without(got) {
			exactBare++
		}
		if number != nil {
			if m := l.Match(number, 1); len(m) > 0 && m[0].Text == want {
				matched++
			}
		}
		misses = append(misses, miss{s.samples[i].text, text, float64(d) / float64(len(want))})
	}
	texts := time.Since(start).Seconds() * 1000 / float64(len(pictures))
	n := float64(len(s.samples)) / 100
	fmt.Printf("%-14s %4d lines: character errors %5.2f %% (spaces left out %5.2f %%), exact %5.1f %% (%5.1f %%)", s.name, len(s.samples),
		100*float64(bad)/float64(letters), 100*float64(bare)/float64(letters), float64(exact)/n, float64(exactBare)/n)
	if number != nil {
		fmt.Printf(", as seven digits exact %.1f %%", float64(matched)/n)
	}
	fmt.Printf(", taken for print %.1f %%", float64(printed)/n)
	fmt.Printf(", %.1f ms a cell and %.1f ms for its text\n", each, texts)
	slices.SortStableFunc(misses, func(a, b miss) int {
		if a.bad > b.bad {
			return -1
		}
		return 1
	})
	for _, m := range misses[:min(worst, len(misses))] {
		fmt.Printf("    %q read as %q\n", m.want, m.got)
	}
}

// rank says how often the true name is the likeliest of 35,000, by the lattice and
// by the edit distance of what was read.
func (s *set) rank(names, more string) error {
	words := map[string]bool{}
	for _, x := range s.samples {
		words[without(folded(x.text))] = true
	}
	for _, path := range []string{names, more} {
		if err := eachName(path, func(name string) {
			if len(words) < 35000 && name != "EMPTY" && name != "UNREADABLE" {
				words[without(folded(name))] = true
			}
		}); err != nil {
			return err
		}
	}
	var list []string
	for w := range words {
		list = append(list, w)
	}
	slices.Sort(list)
	lexicon := hand.NewLexicon(list)
	var first, five, byText int
	start := time.Now()
	for i, l := range s.lattices {
		want := without(folded(s.samples[i].text))
		for k, r := range lexicon.Rank(l, 5) {
			if list[r.Word] == want {
				five++
				if k == 0 {
					first++
				}
			}
		}
	}
	took := time.Since(start).Seconds() * 1000 / float64(len(s.samples))
	for i, l := range s.lattices {
		text, _ := l.Best()
		best, at := 1000, ""
		got := without(folded(text))
		for _, w := range list {
			if len(w)-len(got) < best && len(got)-len(w) < best {
				if d := distance(w, got); d < best {
					best, at = d, w
				}
			}
		}
		if at == without(folded(s.samples[i].text)) {
			byText++
		}
	}
	n := float64(len(s.samples)) / 100
	fmt.Printf("names among %d: first by likelihood %.1f %%, among five %.1f %%, first by edit distance of the text %.1f %%, %.1f ms to rank\n",
		len(list), float64(first)/n, float64(five)/n, float64(byText)/n, took)
	return nil
}

// among says how often what was written in the name cells ranks before
// members drawn at random: by the lattice, and by the least edit distance to any of
// the ten best texts.
func among(path string, crowd int, sets map[string]*set) error {
	people, err := memberNames(path)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 1))
	r.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	people = people[:min(crowd, len(people))]
	lexicon := hand.NewLexicon(people)
	var count, byScore, byText float64
	for name, s := range sets {
		if !strings.HasSuffix(name, "-name") {
			continue
		}
		for i, l := range s.lattices {
			want := s.samples[i].text
			others := slices.DeleteFunc(lexicon.Rank(l, 2), func(x hand.Ranked) bool { return letters(people[x.Word]) == letters(want) })
			count++
			if score := l.Folded().Score(want); len(others) == 0 || score > others[0].Score {
				byScore++
			}
			var texts []string
			for _, x := range l.NBest(10) {
				texts = append(texts, letters(x.Text))
			}
			nearest := func(name string) int {
				least := len(name)
				for _, t := range texts {
					least = min(least, distance(t, letters(name)))
				}
				return least
			}
			truth, first := nearest(want), true
			for _, p := range people {
				first = first && (letters(p) == letters(want) || nearest(p) > truth)
			}
			if first {
				byText++
			}
		}
	}
	fmt.Printf("%.0f name cells among %d members: first by likelihood %.1f %%, by edit distance of ten texts %.1f %%\n",
		count, len(people), 100*byScore/count, 100*byText/count)
	return nil
}

// memberNames lists first and last names of an export with these two columns.
func memberNames(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	first, last := slices.Index(rows[0], "First Name"), slices.Index(rows[0], "Last Name")
	if first < 0 || last < 0 {
		return nil, fmt.Errorf("%s: no columns First Name and Last Name", path)
	}
	var names []string
	for _, row := range rows[1:] {
		names = append(names, row[first]+" "+row[last])
	}
	return names, nil
}

// letters is what counts of a name.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, folded(text))
}

func eachName(path string, use func(string)) error {
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if c := strings.Split(lines.Text(), "\t"); len(c) > 1 {
			use(c[0])
		} else if c := strings.Fields(lines.Text()); len(c) > 0 {
			use(c[0])
		}
	}
	return lines.Err()
}

var crossedOut = regexp.MustCompile(`>[^<]*<`)

// folded drops case, accents and crossed-out words.
func folded(text string) string {
	text = crossedOut.ReplaceAllString(strings.NewReplacer("’", "'", "‘", "'", "«", `"`, "»", `"`, "“", `"`, "”", `"`, "œ", "oe", "Œ", "OE").Replace(text), " ")
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFD.String(text))
	return strings.Join(strings.Fields(text), " ")
}

func without(text string) string { return strings.ReplaceAll(text, " ", "") }

// distance is the number of letters to add, drop or change (Levenshtein 1966).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(y)]
}
