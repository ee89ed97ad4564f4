package drawn

import (
	"fmt"
	"image/color"
	"strings"
)

// cover draws a cover page: title, group, purpose and two organizers, in one
// of many arrangements.
func (d *drawing) cover() {
	pick := func(from []string) string { return from[d.rng.IntN(len(from))] }
	w := &d.sheet.Words
	w.Group, w.Purpose = pick(groups), pick(purposes)

	t := d.typist()
	named := d.chance(.8)
	if named {
		t.line("bold", pick([]string{"Petition to Establish a New Group", "PETITION", "Petition for a Membership Group", "Petition to the Committee"}))
	} else {
		t.line("bold", "Petition: "+w.Group)
	}
	t.skip(.5)
	if d.chance(.8) {
		t.line("regular", "To: "+pick([]string{"Committee on Organization", "The Council", "Office of the Secretary"}))
		t.skip(.6)
	}
	if named {
		t.labelled(pick([]string{"Name of group", "Proposed name", "Group name", "Name of proposed group"}), w.Group, d.chance(.3))
		t.skip(.6)
	}
	t.labelled(pick([]string{"Statement of Purpose", "Purpose", "Purpose of the group", "STATEMENT OF PURPOSE"}), w.Purpose, d.chance(.6))
	t.skip(.8)
	t.line("bold", pick([]string{"Designated Organizers", "Organizers", "Organizers (two required)", "ORGANIZERS"}))
	t.skip(.3)

	two := []map[string]string{d.person(), d.person()}
	for _, who := range two {
		w.Organizers = append(w.Organizers, Organizer{
			Name:    who["given"] + " " + who["family"],
			Address: fmt.Sprintf("%s, %s %s", who["street"], who["citystate"], who["zip"]),
			Signed:  !d.chance(.15),
		})
	}
	if d.chance(.25) {
		d.organizerTable(t)
		return
	}
	style, split := d.rng.IntN(3), d.chance(.3)
	for i := range w.Organizers {
		d.organizer(t, i, style, split)
	}
}

// organizer draws the lines of one organizer. Style 1 numbers the name, style
// 2 puts a line with the number above; split breaks the address in two.
func (d *drawing) organizer(t *typist, i, style int, split bool) {
	o := &d.sheet.Words.Organizers[i]
	label := "Name: "
	switch style {
	case 1:
		label = fmt.Sprintf("%d. Name: ", i+1)
	case 2:
		t.line("bold", fmt.Sprintf("Organizer %d", i+1))
	}
	t.line("regular", label+o.Name)
	address := "Address: " + o.Address
	if at := strings.Index(address, ", "); split {
		t.line("regular", address[:at+1])
		address = address[at+2:]
	}
	t.line("regular", address)
	t.skip(.5)
	x := d.print(t.face("regular"), gray(0), t.x0, t.y, "Signature: ")
	end := min(t.x1, x+d.px(3))
	d.fill(x, t.y+d.px(.02), end, t.y+d.px(.03), gray(40))
	o.Signature.Flat = rect(x, t.y-d.px(.3), end, t.y+d.px(.1))
	if o.Signed {
		d.sign(d.pen(), o.Name, x+d.px(.1), end, t.y-d.px(.32), d.px(.42))
	}
	t.skip(2.2)
}

// organizerTable draws the organizers as a small ruled table.
func (d *drawing) organizerTable(t *typist) {
	edges := []float64{t.x0, t.x0 + (t.x1-t.x0)*.25, t.x0 + (t.x1-t.x0)*.7, t.x1}
	height := d.px(.4)
	top := t.y - d.px(.1)
	cell := func(row, col int, s string, name string) {
		d.print(t.face(name), gray(0), edges[col]+d.px(.06), top+(float64(row)+.62)*height, s)
	}
	for i, heading := range []string{"Name", "Address", "Signature"} {
		cell(0, i, heading, "bold")
	}
	for i := range d.sheet.Words.Organizers {
		o := &d.sheet.Words.Organizers[i]
		cell(i+1, 0, o.Name, "regular")
		cell(i+1, 1, o.Address, "regular")
		y := top + float64(i+1)*height
		o.Signature.Flat = rect(edges[2], y, edges[3], y+height)
		if o.Signed {
			d.sign(d.pen(), o.Name, edges[2]+d.px(.1), edges[3], y, height)
		}
	}
	for i := range 4 {
		y := top + float64(i)*height
		d.fill(edges[0], y, edges[3], y+d.px(.01), gray(0))
		d.fill(edges[i], top, edges[i]+d.px(.01), top+3*height, gray(0))
	}
	t.y = top + 3*height
}

// letter draws a page of running text.
func (d *drawing) letter() {
	t := d.typist()
	t.line("regular", "Dear colleagues,")
	t.skip(.7)
	for range 2 + d.rng.IntN(5) {
		var sentences []string
		for range 2 + d.rng.IntN(4) {
			sentences = append(sentences, prose[d.rng.IntN(len(prose))])
		}
		t.text("regular", strings.Join(sentences, " "))
		t.skip(.6)
	}
	t.line("regular", "Sincerely,")
	t.skip(1)
	d.sign(d.pen(), d.person()["name"], t.x0, t.x0+d.px(3), t.y-d.px(.2), d.px(.5))
}

// typist prints line after line.
type typist struct {
	*drawing
	x0, x1, y float64
	size      float64
	ink       color.Color
}

func (d *drawing) typist() *typist {
	return &typist{
		drawing: d,
		x0:      d.px(d.o.Margin), x1: float64(d.img.Rect.Dx()) - d.px(d.o.Margin), y: d.px(max(.8, d.o.Margin)),
		size: d.px(d.between(.15, .18)), ink: gray(uint8(d.rng.IntN(50))),
	}
}

func (t *typist) face(name string) face {
	size := t.size
	if name == "bold" {
		size *= 1.15
	}
	return t.drawing.face(name, size)
}

func (t *typist) line(name, s string) {
	t.print(t.face(name), t.ink, t.x0, t.y, s)
	t.skip(1.35)
}

func (t *typist) text(name, s string) {
	for _, line := range t.wrap(t.face(name), s, t.x1-t.x0) {
		t.line(name, line)
	}
}

// labelled prints a label with its text: on the next line, or running on.
func (t *typist) labelled(label, s string, below bool) {
	if below {
		t.line("bold", label)
		t.text("regular", s)
		return
	}
	t.text("regular", label+": "+s)
}

// skip goes down by a number of letter sizes.
func (t *typist) skip(lines float64) { t.y += lines * t.size }

var purposes = []string{
	"To support members who care for maps, atlases and globes in libraries of every type, to share methods of description and storage, and to plan programs at conferences.",
	"To gather library workers who serve readers at night and at weekends; to study staffing, safety and transport; and to report what works.",
	"To bring together those who record, preserve and publish oral history, including community archives and tribal libraries, and to draft shared guidance on consent.",
	"To study the lending of tools, instruments and open hardware, and to help small libraries begin.",
}

var prose = []string{
	"Thank you for the materials you sent last month.", "We have read them with interest and passed them on to the committee.",
	"The name and address of each library should be checked before the next mailing.", "Our state conference takes place in the spring, and we hope to see many of you there.",
	"A number of members asked for the date of the meeting; it has not been fixed.", "Please find enclosed the minutes of the session, together with the list of actions.",
	"Those who signed the earlier petition need not do so again.", "The board will discuss the purpose of the group and its budget in June.",
}
