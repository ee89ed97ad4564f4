package drawn

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Random chooses a sheet of signers from a seed. Set Kind for another page;
// what such a page does not use is ignored.
func Random(seed uint64) Options {
	c := chooser{rand.New(rand.NewPCG(seed, 0xc01))}
	paper := [][2]float64{{8.5, 11}, {8.5, 11}, {8.5, 11}, {8.27, 11.69}, {8.5, 14}}[c.IntN(5)]
	o := Options{
		Seed: seed, Kind: Signers,
		Width: paper[0], Height: paper[1],
		DPI:       []int{150, 200, 200, 200, 300, 300, 400}[c.IntN(7)],
		Margin:    c.between(.4, 1),
		Colour:    c.chance(.3),
		Rules:     []Rules{Grid, Grid, Grid, Horizontal, Underlines, Stripes, Dotted, Outer, None}[c.IntN(9)],
		LineWidth: c.between(1, 4),
		LineGray:  uint8(c.IntN(2) * c.IntN(170)),
		Shaded:    c.chance(.3),
		RowHeight: c.between(.25, .6),
		Rows:      5 + c.IntN(26),
		Skipped:   c.maybe(.4, .12),
		Struck:    c.maybe(.5, .1),
		Unsigned:  c.maybe(.5, .1),
		Stray:     c.between(0, .25),
		Skew:      c.NormFloat64(),
		Rotation:  []int{0, 0, 0, 180, 180, 90, 270}[c.IntN(7)],
		Scan:      c.scan(),
	}
	o.Skew = max(-3, min(3, o.Skew))
	if o.Scan.Fax {
		o.LineGray = min(o.LineGray, 110)
	}
	if c.chance(.3) {
		o.Width, o.Height = o.Height, o.Width
	}
	group := groups[c.IntN(len(groups))]
	if c.chance(.8) {
		o.Title = []string{"Petition: " + group, group, "Petition to establish a group: " + group, "SIGNATURE SHEET"}[c.IntN(4)]
	}
	if c.chance(.7) {
		o.Preamble = preambles[c.IntN(len(preambles))]
	}
	if c.chance(.6) {
		o.Footer = fmt.Sprintf("Sheet %d. Return completed sheets to the committee.", 1+c.IntN(20))
	}
	o.Columns = c.columns(o.Width - 2*o.Margin)
	for _, col := range o.Columns {
		if len(col.Items) > 1 { // two items need room
			o.RowHeight, o.Labels = max(o.RowHeight, c.between(.5, .8)), c.chance(.4)
			o.Rules = []Rules{Grid, Grid, Horizontal, Outer}[c.IntN(3)]
			break
		}
	}
	if (o.Rules == None || o.Rules == Stripes) && c.chance(.5) {
		o.Typed = true
	}
	o.Filled = o.Rows
	if c.chance(.3) {
		o.Filled = 1 + c.IntN(o.Rows)
	}
	return o
}

// chooser chooses what a sheet looks like.
type chooser struct{ *rand.Rand }

func (c chooser) between(lo, hi float64) float64 { return lo + c.Float64()*(hi-lo) }
func (c chooser) chance(p float64) bool          { return c.Float64() < p }

// maybe is zero, or with probability p a number up to most.
func (c chooser) maybe(p, most float64) float64 {
	v := c.Float64() * most
	if c.chance(p) {
		return v
	}
	return 0
}

func (c chooser) scan() Scan {
	s := Scan{
		Paper:       uint8(c.IntN(2) * c.IntN(30)),
		Noise:       c.maybe(.8, 7),
		Shadow:      c.maybe(.3, .4),
		Border:      c.chance(.25),
		Specks:      c.IntN(2) * c.IntN(40),
		Holes:       c.chance(.2),
		Fold:        c.chance(.2),
		Blur:        c.maybe(.5, .9),
		ShowThrough: c.maybe(.15, .12),
	}
	switch c.IntN(6) {
	case 0:
		// A fax shows no shades: what is too light or too dark is lost on it.
		s.Fax = true
		s.Shadow, s.Paper = min(s.Shadow, .1), min(s.Paper, 10)
	case 1, 2:
		s.Quality = 45 + c.IntN(45)
	}
	return s
}

// columns chooses what is asked for: always a name, nearly always a
// signature, and as much else as the width in inches has room for.
func (c chooser) columns(width float64) []Asked {
	if c.chance(.15) {
		return c.boxes()
	}
	asked := [][]string{{"name"}}
	if c.chance(.25) {
		asked = [][]string{{"given"}, {"family"}}
		if c.chance(.2) {
			asked = [][]string{{"family"}, {"given"}}
		}
	}
	rest := [][]string{{"member_id"}, {"institution"}, {"citystate"}, {"city", "state"}, {"zip"}, {"street"}, {"email"}, {"phone"}, {"date"}}
	c.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	if c.chance(.95) {
		asked = append(asked, []string{"signature"})
	}
	most := min(8, int(width/.95))
	used := len(asked)
	for _, items := range rest[:1+c.IntN(6)] {
		clash := len(items) == 2 && has(asked, "citystate") || items[0] == "citystate" && has(asked, "city")
		if used += len(items); clash || used > most {
			used -= len(items)
			continue
		}
		asked = append(asked, items)
	}
	if c.chance(.5) { // else in the usual order
		c.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
	}
	var columns []Asked
	if c.chance(.4) {
		columns = append(columns, Asked{Heading: c.heading("number"), Items: []string{"number"}})
	}
	for _, items := range asked {
		for _, item := range items {
			columns = append(columns, Asked{Heading: c.heading(item), Items: []string{item}})
		}
	}
	return c.cased(columns)
}

// boxes chooses columns of which most hold two items.
func (c chooser) boxes() []Asked {
	sets := [][][]string{
		{{"name", "member_id"}, {"signature", "date"}},
		{{"name", "member_id"}, {"street", "citystate"}, {"signature", "date"}},
		{{"number"}, {"name", "member_id"}, {"signature", "date"}},
		{{"name", "signature"}, {"institution", "citystate"}, {"date"}},
		{{"name", "signature"}, {"email", "phone"}},
	}
	var columns []Asked
	for _, items := range sets[c.IntN(len(sets))] {
		columns = append(columns, Asked{Heading: c.heading(strings.Join(items, "+")), Items: items})
	}
	return c.cased(columns)
}

func (c chooser) heading(items string) string {
	return wordings[items][c.IntN(len(wordings[items]))]
}

// cased prints a whole header row in capitals now and then.
func (c chooser) cased(columns []Asked) []Asked {
	if c.chance(.25) {
		for i := range columns {
			columns[i].Heading = strings.ToUpper(columns[i].Heading)
		}
	}
	return columns
}

func has(asked [][]string, item string) bool {
	for _, items := range asked {
		if items[0] == item {
			return true
		}
	}
	return false
}

var (
	groups = []string{"Maps in Libraries", "Friends of Bookmobiles", "Night and Weekend Librarians", "Oral History Working Group", "Library Gardens", "Open Hardware Lending"}

	preambles = []string{
		"We, the undersigned members in good standing, petition the Committee on Organization to establish the group named above.",
		"By signing below I support the petition and state that I am a member of the Association in good standing. Please print clearly; illegible lines cannot be counted.",
		"Please sign in ink.",
	}
)
