package cover

import (
	"image"
	"regexp"
	"slices"
	"strings"

	"countersign/extract/heading"
)

// organizers gives the people named as organizers, in reading order.
func (r reader) organizers() []Organizer {
	from := max(0, r.first(organizersLabel))
	if i := r.first(organizerLabel); i >= 0 && r.first(organizersLabel) < 0 {
		from = i
	}
	for i := from; i < len(r.rows); i++ {
		if r.table(i) {
			if r.first(organizersLabel) >= 0 && i-from < 6 {
				return r.tabled(i)
			}
			return nil // a signer table: these are not organizers
		}
	}
	if r.first(organizersLabel) < 0 && r.first(organizerLabel) < 0 && r.first(purposeLabel) < 0 {
		return nil // names and signatures alone are on any sheet
	}
	p := people{reader: r}
	p.read(from)
	return p.list
}

// people collects organizers from labelled or plain lines.
type people struct {
	reader
	list    []Organizer
	places  []image.Point // where each begins: left edge, as two may stand side by side, and row
	labels  bool          // names are labelled
	section bool          // the heading "Organizers" was seen
}

func (p *people) read(from int) {
	for i := from; i < len(p.rows); i++ {
		for _, s := range p.rows[i].segments {
			p.labels = p.labels || s.label.kind == nameLabel
		}
	}
	for i := from; i < len(p.rows); i++ {
		for j := range p.rows[i].segments {
			p.segment(i, j)
		}
	}
	p.drop()
	p.mirror()
	for i := range p.list {
		p.list[i].Name = strings.Trim(tidy(dashes.Replace(p.list[i].Name)), ",;:. -")
		p.list[i].Address = trimAddress(p.list[i].Address)
	}
}

// segment takes in one segment.
func (p *people) segment(i, j int) {
	s := p.rows[i].segments[j]
	at := image.Pt(s.box().Min.X, p.rows[i].mid)
	switch s.label.kind {
	case organizersLabel:
		p.section = true
		if s.rest() != "" {
			p.person(at, s.rest())
		}
	case organizerLabel:
		p.section = true
		p.person(at, s.rest())
	case nameLabel:
		o := p.current(at)
		if o == nil || o.Name != "" || o.Address != "" || !o.Signature.Empty() {
			o = p.add(at)
		}
		if o.Name = s.rest(); o.Name == "" {
			o.Name = p.beside(i, j)
		}
	case addressLabel:
		if o := p.current(at); o != nil && o.Address == "" {
			o.Address = p.address(i, j)
		}
	case signatureLabel:
		if o := p.current(at); o != nil && o.Signature.Empty() {
			o.Signature = p.signature(i, j)
		}
	case noLabel:
		if p.section && !p.labels {
			p.plain(at, textOf(s.words))
		}
	}
}

// drop takes out who has nothing but a signature, and, where others have more,
// who has nothing but a name: a footer read as one.
func (p *people) drop() {
	more := slices.ContainsFunc(p.list, func(o Organizer) bool { return o.Address != "" })
	var list []Organizer
	var places []image.Point
	for i, o := range p.list {
		if o.Address != "" || o.Name != "" && (!more || !o.Signature.Empty()) {
			list, places = append(list, o), append(places, p.places[i])
		}
	}
	p.list, p.places = list, places
}

// mirror gives an organizer whose signature's label could not be read the
// place that another one has: the blocks of a page are alike.
func (p *people) mirror() {
	has := slices.IndexFunc(p.list, func(o Organizer) bool { return !o.Signature.Empty() })
	if has < 0 {
		return
	}
	for i := range p.list {
		if p.list[i].Signature.Empty() {
			moved := p.list[has].Signature.Add(p.places[i].Sub(p.places[has]))
			p.list[i].Signature = moved.Intersect(image.Rectangle{Max: p.size})
		}
	}
}

// person begins an organizer whose name, and maybe address, follow a heading.
func (p *people) person(at image.Point, text string) {
	o := p.add(at)
	o.Name, o.Address, _ = strings.Cut(text, ",")
	o.Address = strings.TrimSpace(o.Address)
}

// plain takes in a line without a label: a name, or a piece of an address.
func (p *people) plain(at image.Point, text string) {
	text = tidy(strings.TrimLeft(text, "_ "))
	if words := strings.Fields(text); len(words) > 1 && numbering(words[0]) {
		text = strings.Join(words[1:], " ")
		p.person(at, text)
		return
	}
	o := p.current(at)
	switch {
	case !wordy(text):
	case o == nil || o.Name != "" && (complete(o.Address) || !o.Signature.Empty()):
		if looksLikeName(text) {
			p.person(at, text)
		}
	case o.Name == "":
		o.Name, o.Address, _ = strings.Cut(text, ",")
	case !complete(o.Address) && looksLikeAddress(text):
		o.Address = strings.TrimPrefix(o.Address+", "+text, ", ")
	}
}

// current gives the organizer whose lines begin nearest, or nil.
func (p *people) current(at image.Point) *Organizer {
	best := -1
	for k, place := range p.places {
		if best < 0 || abs(place.X-at.X) <= abs(p.places[best].X-at.X) || abs(place.X-at.X) < p.size.X/5 {
			best = k
		}
	}
	if best < 0 {
		return nil
	}
	return &p.list[best]
}

func (p *people) add(at image.Point) *Organizer {
	p.list = append(p.list, Organizer{})
	p.places = append(p.places, at)
	return &p.list[len(p.list)-1]
}

// beside gives the text that belongs to a label with nothing after it: the
// next segment of its row, else the row below.
func (p *people) beside(i, j int) string {
	row := p.rows[i]
	if j+1 < len(row.segments) && row.segments[j+1].label.kind == noLabel {
		return textOf(row.segments[j+1].words)
	}
	if i+1 < len(p.rows) {
		for _, s := range p.rows[i+1].segments {
			if s.label.kind == noLabel && abs(s.box().Min.X-row.segments[j].box().Min.X) < p.size.X/5 {
				return textOf(s.words)
			}
		}
	}
	return ""
}

// address gives the address after its label, with the lines below it until it
// has a ZIP code, a label comes, or what comes does not look like an address:
// signatures reach up into these lines.
func (p *people) address(i, j int) string {
	text := p.rows[i].segments[j].rest()
	left := p.rows[i].segments[j].box().Min.X
	if j+1 < len(p.rows[i].segments) && !complete(text) && p.rows[i].segments[j+1].label.kind == noLabel {
		text = strings.TrimSpace(text + " " + textOf(p.rows[i].segments[j+1].words))
	}
	for k := i + 1; k < len(p.rows) && k <= i+3 && !complete(text) && p.gap(k) < paragraphGap; k++ {
		at := slices.IndexFunc(p.rows[k].segments, func(s segment) bool {
			x := s.box().Min.X
			return x > left-p.rows[k].height*2 && x < left+p.size.X/4
		})
		if at < 0 || p.rows[k].segments[at].label.kind != noLabel {
			break
		}
		more := tidy(textOf(p.rows[k].segments[at].words))
		if !looksLikeAddress(more) {
			break
		}
		if text != "" && !strings.HasSuffix(text, ",") {
			text += ","
		}
		text = strings.TrimSpace(text + " " + more)
	}
	return text
}

// signature gives the place to sign that belongs to a label.
func (p *people) signature(i, j int) image.Rectangle {
	const roomToSign = 2.5 // letter heights above a label, where it is a caption
	row := p.rows[i]
	s := row.segments[j]
	words := s.words[:max(1, min(s.label.words, len(s.words)))]
	name := boxOf(words)
	if before, after, _ := cutColon(words[len(words)-1].Text); after != "" || strings.HasSuffix(words[len(words)-1].Text, "_") {
		// A line or a signature that runs into the label is in its box: the
		// label ends where its letters would.
		last := words[len(words)-1].Box
		name.Max.X = min(last.Max.X, last.Min.X+(len(before)+1)*p.height*9/20)
	}
	h := min(max(name.Dy(), 8), 2*p.height)
	right := p.size.X - p.margin()
	for _, next := range row.segments[j+1:] {
		if next.label.kind != noLabel {
			right = next.box().Min.X - h/2
			break
		}
	}
	if !s.label.colon && s.rest() == "" && p.gap(i) > roomToSign && j+1 == len(row.segments) { // a caption below the line
		top := max(name.Min.Y-5*h/2, p.printed(i-1)+h/4)
		return image.Rect(name.Min.X, top, min(right, name.Min.X+20*h), name.Min.Y)
	}
	top, bottom := name.Min.Y-3*h/2, name.Max.Y+3*h/4
	if k := p.aligned(i, -1, name.Min.X); k >= 0 {
		top = max(top, p.printed(k)+h/6)
	}
	if k := p.aligned(i, 1, name.Min.X); k >= 0 {
		bottom = min(bottom, p.rows[k].mid-p.rows[k].height/2)
	}
	return image.Rect(name.Max.X+h/4, min(top, name.Min.Y), max(right, name.Max.X+h), max(bottom, name.Max.Y)).
		Intersect(image.Rectangle{Max: p.size})
}

// aligned gives the nearest row above (step -1) or below (step 1) row i that
// has print beginning at x, or -1. What OCR made of a signature does not.
func (p *people) aligned(i, step, x int) int {
	for k := i + step; k >= 0 && k < len(p.rows) && abs(k-i) <= 3; k += step {
		for _, s := range p.rows[k].segments {
			if abs(s.box().Min.X-x) < 3*p.rows[i].height {
				return k
			}
		}
	}
	return -1
}

// printed gives the lower edge of the printed letters of row i: a pen stroke
// that runs into a word makes its box too high.
func (p *people) printed(i int) int {
	if i < 0 {
		return 0
	}
	return p.rows[i].mid + p.rows[i].height*6/10
}

// margin is the left margin of the text, taken for the right one as well.
func (p *people) margin() int {
	left := p.size.X / 4
	for _, w := range p.rows {
		left = min(left, w.box().Min.X)
	}
	return max(0, left)
}

// tabled reads the organizers from a table whose header is row i.
func (r reader) tabled(i int) []Organizer {
	head := r.rows[i]
	meanings, _ := heading.Meanings(head.texts())
	end := i + 1
	for end < len(r.rows) && end < i+12 && !r.rows[end].labelled() && r.gap(end) < 8 {
		end++
	}
	edges := r.edges(i, end)
	var list []Organizer
	var tops []int
	for k := i + 1; k < end; k++ {
		cells := make([]string, len(head.segments))
		for _, w := range r.rows[k].words {
			x := w.Box.Min.X + head.height/2 // a signature may run into the end of a word
			c := 0
			for c+1 < len(cells) && x > edges[c+1] {
				c++
			}
			cells[c] = strings.TrimSpace(cells[c] + " " + textOf([]Word{w}))
		}
		var name, address string
		for c, m := range meanings {
			switch {
			case slices.Contains(m.Items, "name"):
				name = strings.TrimSpace(name + " " + cells[c])
			case slices.Contains(m.Items, "street"), slices.Contains(m.Items, "citystate"), slices.Contains(m.Items, "zip"), slices.Contains(m.Items, "city"), slices.Contains(m.Items, "state"):
				address = strings.Trim(address+", "+cells[c], ", ")
			}
		}
		switch name = tidy(name); {
		case name != "" && (len(list) == 0 || complete(list[len(list)-1].Address) || address != ""):
			list = append(list, Organizer{Name: name, Address: address})
			tops = append(tops, r.rows[k].mid-r.rows[k].height)
		case len(list) > 0 && looksLikeAddress(address):
			last := &list[len(list)-1]
			last.Address = strings.Trim(last.Address+", "+address, ", ")
		}
	}
	for k := range list {
		list[k].Address = trimAddress(list[k].Address)
		for c, m := range meanings {
			if !slices.Contains(m.Items, "signature") {
				continue
			}
			bottom := tops[k] + 2*head.height + head.height/2
			if k+1 < len(tops) {
				bottom = tops[k+1]
			}
			list[k].Signature = image.Rect(edges[c]+head.height/2, tops[k]-head.height/4, edges[c+1]-head.height/2, bottom).Intersect(image.Rectangle{Max: r.size})
		}
	}
	return list
}

// edges gives where the columns of a table divide: left edge of the first,
// then between the headings where the fewest words are cut, right edge last.
func (r reader) edges(i, end int) []int {
	head := r.rows[i]
	edges := []int{0}
	for c := 1; c < len(head.segments); c++ {
		lo, hi := head.segments[c-1].box().Max.X, head.segments[c].box().Min.X
		best, fewest := hi, 1<<30
		for x := hi; x > lo; x -= 2 {
			n := 0
			for k := i + 1; k < end; k++ {
				for _, w := range r.rows[k].words {
					if w.Box.Min.X-head.height/3 < x && x < w.Box.Max.X+head.height/3 {
						n++
					}
				}
			}
			if n < fewest {
				best, fewest = x, n
			}
		}
		edges = append(edges, best)
	}
	return append(edges, r.size.X*19/20)
}

var dashes = strings.NewReplacer("—", "-", "–", "-")

var (
	zip     = regexp.MustCompile(`\b\d{5}(-\d{4})?\b`)
	endZIP  = regexp.MustCompile(`[A-Za-z.,][\s/|]*\d{5}(-\d{4})?\W*$`)
	upToZIP = regexp.MustCompile(`^(.*[A-Za-z.,])([\s/|]*)(\d{5}(?:-\d{4})?)\b.*$`)
)

// complete says whether an address ends in a ZIP code.
func complete(address string) bool { return endZIP.MatchString(address) }

// trimAddress cuts off what OCR made of pen strokes behind the ZIP code.
func trimAddress(address string) string {
	if m := upToZIP.FindStringSubmatch(address); m != nil {
		address = m[1] + " " + m[3]
	}
	return strings.Trim(tidy(address), ",;:- ")
}

// looksLikeAddress says whether a line may go on with an address: it has a
// number or a comma, or is made of words of a fair length.
func looksLikeAddress(s string) bool {
	words := strings.Fields(s)
	if zip.MatchString(s) {
		return true
	}
	var fair int
	for _, w := range words {
		if len(w) > 1 && strings.IndexFunc(w, func(r rune) bool { return strings.ContainsRune("|~_=<>{}\\*^", r) }) < 0 {
			fair++
		}
	}
	return len(words) > 1 && fair*2 >= len(words) && (strings.ContainsAny(s, "0123456789,"))
}

// looksLikeName says whether a line may be a person's name, with or without an
// address after a comma.
func looksLikeName(s string) bool {
	name, _, _ := strings.Cut(s, ",")
	words := strings.Fields(name)
	return len(words) >= 2 && len(words) <= 5 && !strings.ContainsAny(name, "0123456789_|~")
}
