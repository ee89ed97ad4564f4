package pdf

// matrix maps x, y to a*x+c*y+e, b*x+d*y+f (PDF 32000-1, 8.3.4).
type matrix struct{ a, b, c, d, e, f float64 }

var unit = matrix{a: 1, d: 1}

// then is m followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// inverse undoes m, which must not be flat.
func (m matrix) inverse() matrix {
	k := 1 / (m.a*m.d - m.b*m.c)
	return matrix{
		m.d * k, -m.b * k, -m.c * k, m.a * k,
		(m.c*m.f - m.d*m.e) * k, (m.b*m.e - m.a*m.f) * k,
	}
}

// square is what the unit square, which is where every picture lies, becomes;
// its bounds if that leans.
func (m matrix) square() rect { return m.bounds(rect{0, 0, 1, 1}) }

func (m matrix) bounds(r rect) rect {
	x0, y0 := m.apply(r.x0, r.y0)
	out := rect{x0, y0, x0, y0}
	for _, p := range [][2]float64{{r.x1, r.y0}, {r.x0, r.y1}, {r.x1, r.y1}} {
		x, y := m.apply(p[0], p[1])
		out = rect{min(out.x0, x), min(out.y0, y), max(out.x1, x), max(out.y1, y)}
	}
	return out
}

// rect is a rectangle in points, x0 < x1 and y0 < y1, y upwards.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) area() float64 { return max(0, r.x1-r.x0) * max(0, r.y1-r.y0) }

func (r rect) meet(o rect) rect {
	return rect{max(r.x0, o.x0), max(r.y0, o.y0), min(r.x1, o.x1), min(r.y1, o.y1)}
}

// holds tells whether o lies in r, or sticks out by no more than slack.
func (r rect) holds(o rect, slack float64) bool {
	return o.x0 >= r.x0-slack && o.y0 >= r.y0-slack && o.x1 <= r.x1+slack && o.y1 <= r.y1+slack
}

// everywhere is a clip that clips nothing.
var everywhere = rect{-1e9, -1e9, 1e9, 1e9}
