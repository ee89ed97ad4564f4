package pdf

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// interpreter runs a page's content as far as it takes to know that the page
// is one picture. It allows what leaves no mark: state, clipping to
// rectangles, and text in invisible mode, which is how OCR programs write
// their guesses under a scan. Anything else ends it with errNotCovered.
type interpreter struct {
	*covers
	found *placed
	steps int
}

// graphics is the state that q saves and Q restores.
type graphics struct {
	ctm    matrix
	clip   rect
	unseen bool // text is drawn in mode 3
	black  bool // the fill colour
}

const (
	mostSteps = 200_000 // invisible text of a dense page takes some thousands
	mostForms = 4       // within each other
)

func (in *interpreter) run(content []byte, resources types.Dict, g graphics, depth int) error {
	var stack []graphics
	var p path
	for l := (lexer{b: content}); ; {
		op, ok := l.next()
		if !ok {
			return nil
		}
		if in.steps++; in.steps > mostSteps {
			return errNotCovered
		}
		switch op.operator {
		case "q":
			stack = append(stack, g)
		case "Q":
			if n := len(stack); n > 0 {
				g, stack = stack[n-1], stack[:n-1]
			}
		case "cm":
			if len(op.numbers) != 6 {
				return errNotCovered
			}
			n := op.numbers
			g.ctm = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}.then(g.ctm)
		case "Do":
			if err := in.do(op, resources, g, depth); err != nil {
				return err
			}
		case "gs":
			if !in.plainState(op, resources) {
				return errNotCovered
			}
		case "Tr":
			g.unseen = len(op.numbers) == 1 && op.numbers[0] == 3
		case "Tj", "TJ", "'", "\"":
			if !g.unseen {
				return errNotCovered
			}
		case "g", "rg", "k":
			g.black = isBlack(op)
		case "cs", "sc", "scn":
			g.black = false
		case "BDC", "DP":
			if len(op.names) > 0 && op.names[0] == "OC" {
				return errNotCovered // may be switched off
			}
		case "re", "m", "l", "c", "v", "y", "h", "W", "W*", "n":
			if err := p.step(op, &g); err != nil {
				return err
			}
		case "w", "J", "j", "M", "d", "ri", "i", "G", "RG", "K", "CS", "SC", "SCN", "BMC", "EMC", "MP", "BX", "EX",
			"BT", "ET", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Tf", "Ts":
		default:
			return errNotCovered
		}
	}
}

// do places the one picture, or goes into a form.
func (in *interpreter) do(op operation, resources types.Dict, g graphics, depth int) error {
	sd := in.resource(op, resources, "XObject")
	stream, ok := sd.(types.StreamDict)
	if !ok || stream.HasEntry("OC") || stream.Subtype() == nil {
		return errNotCovered
	}
	switch {
	case *stream.Subtype() == "Image" && in.found == nil:
		in.found = &placed{dict: &stream, ctm: g.ctm, clip: g.clip, black: g.black, c: in.covers}
		return nil
	case *stream.Subtype() == "Form" && depth < mostForms:
		return in.form(stream, resources, g, depth+1)
	}
	return errNotCovered
}

func (in *interpreter) form(stream types.StreamDict, resources types.Dict, g graphics, depth int) error {
	if o, ok := stream.Find("Matrix"); ok {
		n, err := in.numbers(o, 6)
		if err != nil {
			return err
		}
		g.ctm = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}.then(g.ctm)
	}
	o, _ := stream.Find("BBox")
	n, err := in.numbers(o, 4)
	if err != nil {
		return err
	}
	g.clip = g.clip.meet(g.ctm.bounds(rect{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}))
	if o, ok := stream.Find("Resources"); ok {
		if resources, err = in.pdf.DereferenceDict(o); err != nil {
			return err
		}
	}
	if err := stream.Decode(); err != nil {
		return err
	}
	return in.run(stream.Content, resources, g, depth)
}

// plainState allows a graphics state dictionary that neither blends nor fades
// nor masks.
func (in *interpreter) plainState(op operation, resources types.Dict) bool {
	d, ok := in.resource(op, resources, "ExtGState").(types.Dict)
	if !ok {
		return false
	}
	for key, o := range d {
		o, err := in.pdf.Dereference(o)
		if err != nil {
			return false
		}
		switch key {
		case "Type", "LW", "LC", "LJ", "ML", "D", "RI", "FL", "SM", "SA", "OP", "op", "OPM", "AIS", "TK", "UCR", "UCR2", "BG", "BG2", "HT":
		case "BM":
			if o != types.Name("Normal") && o != types.Name("Compatible") {
				return false
			}
		case "SMask":
			if o != types.Name("None") {
				return false
			}
		case "ca", "CA":
			if n, err := in.pdf.DereferenceNumber(o); err != nil || n != 1 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// resource is what an operand names, nil if nothing.
func (in *interpreter) resource(op operation, resources types.Dict, kind string) types.Object {
	if len(op.names) != 1 {
		return nil
	}
	o, _ := resources.Find(kind)
	d, err := in.pdf.DereferenceDict(o)
	if err != nil {
		return nil
	}
	o, _ = d.Find(op.names[0])
	o, err = in.pdf.Dereference(o)
	if err != nil {
		return nil
	}
	return o
}

func (c *covers) numbers(o types.Object, want int) ([]float64, error) {
	a, err := c.pdf.DereferenceArray(o)
	if err != nil || len(a) != want {
		return nil, errNotCovered
	}
	n := make([]float64, want)
	for i := range a {
		if n[i], err = c.pdf.DereferenceNumber(a[i]); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// path is the one being built. It may only end by clipping to a rectangle or
// by being dropped.
type path struct {
	parts    int
	box      rect
	clipping bool
}

func (p *path) step(op operation, g *graphics) error {
	switch op.operator {
	case "W", "W*":
		p.clipping = true
	case "n":
		if p.clipping {
			if p.parts != 1 || p.box.area() == 0 {
				return errNotCovered
			}
			g.clip = g.clip.meet(p.box)
		}
		*p = path{}
	case "re":
		p.parts++
		n := op.numbers
		upright := g.ctm.b == 0 && g.ctm.c == 0 || g.ctm.a == 0 && g.ctm.d == 0
		if len(n) == 4 && upright {
			p.box = g.ctm.bounds(rect{n[0], n[1], n[0] + n[2], n[1] + n[3]})
		}
	default:
		p.parts += 2 // no rectangle
	}
	return nil
}

func isBlack(op operation) bool {
	switch n := op.numbers; op.operator {
	case "g":
		return len(n) == 1 && n[0] == 0
	case "rg":
		return len(n) == 3 && n[0] == 0 && n[1] == 0 && n[2] == 0
	default:
		return len(n) == 4 && n[3] == 1
	}
}
