package verify

import (
	_ "embed"
	"fmt"
	"math"
	"strings"

	"countersign/verify/name"
)

// A line was written and read with an unknown share of wrong letters, the same
// for all its fields. The matcher does not guess it but weighs the levels of
// noise against each other, member by member, so that a clean line asks for
// exact agreement and a scrawl is given room.
const levels = 6

// noise is the share of wrong letters at each level: typing, a good reader, a
// fair one, a poor one, guesses.
var noise = [levels]float64{0.003, 0.02, 0.06, 0.13, 0.25, 0.40}

// unreadable is how often a cell shows nothing of what was written, at each
// level: a neighbour's ink, a torn corner.
var unreadable = [levels]float64{0.0005, 0.005, 0.02, 0.05, 0.15, 0.3}

// byLevel holds one number for each level of noise.
type byLevel [levels]float64

func (p *byLevel) plus(weight float64, q *byLevel) {
	for j := range p {
		p[j] += weight * q[j]
	}
}

func (p *byLevel) times(q *byLevel) {
	for j := range p {
		p[j] *= q[j]
	}
}

// over divides; nothing over nothing is nothing.
func (p *byLevel) over(q *byLevel) {
	for j := range p {
		if q[j] > 0 {
			p[j] /= q[j]
		}
	}
}

// sum is the sum of q, weighted by p.
func (p *byLevel) sum(q *byLevel) float64 {
	sum := 0.0
	for j := range p {
		sum += p[j] * q[j]
	}
	return sum
}

// below says whether all are.
func (p *byLevel) below(x float64) bool {
	for j := levels - 1; j >= 0; j-- { // the noisiest says most
		if !(p[j] < x) {
			return false
		}
	}
	return true
}

func (p *byLevel) scale(x float64) {
	for j := range p {
		p[j] *= x
	}
}

func same(x float64) byLevel {
	var p byLevel
	for j := range p {
		p[j] = x
	}
	return p
}

const alphabet = 27

// misreadFile says what the recognizer of handwriting takes letters for, as counted by
// the command misread.
//
//go:embed misread.tsv
var misreadFile string

// misreadings are the shares of what happens to a wrong letter: another is read, or none.
// What is added has no letter that it stands for.
type misreadings struct {
	read  [27][27]float64 // by written, both 1 to 26
	lost  [27]float64
	added [27]float64
}

// What was counted is spread, for a letter that was seen wrong a dozen times may be
// taken for others than it was then.
const (
	asAll     = 8    // errors of letters at large, for each letter
	unheardOf = 0.45 // of errors: any other, as likely as any; pens differ
)

func newMisreadings(file string) (*misreadings, error) {
	var n misreadings
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), "\t")
		for _, cell := range cells[1:] {
			var read rune
			var times float64
			if _, err := fmt.Sscanf(cell, "%c:%g", &read, &times); err != nil || len(cells[0]) != 1 {
				return nil, fmt.Errorf("the misreadings of %q: %q is no letter with a number", cells[0], cell)
			}
			n.count(cells[0][0], read, times)
		}
	}
	return n.shares(), nil
}

func (n *misreadings) count(written byte, read rune, times float64) {
	w, r := int(written)-'a'+1, int(read)-'a'+1
	switch {
	case w == r:
	case written == '-':
		n.added[r] += times
	case read == '-':
		n.lost[w] += times
	default:
		n.read[w][r] += times
	}
}

func (n *misreadings) shares() *misreadings {
	var all [27]float64 // read in place of any other; 0 is nothing
	errors, added := 0.0, 0.0
	for w := 1; w <= 26; w++ {
		for r := 1; r <= 26; r++ {
			all[r] += n.read[w][r]
			errors += n.read[w][r]
		}
		all[0] += n.lost[w]
		errors += n.lost[w]
		added += n.added[w]
	}
	own := errors / (errors + added) // of all errors: of a letter that was written
	s := &misreadings{}
	for w := 1; w <= 26; w++ {
		sum := n.lost[w]
		for r := 1; r <= 26; r++ {
			sum += n.read[w][r]
		}
		share := func(times, atLarge, any float64) float64 {
			return own * ((1-unheardOf)*(times+asAll*atLarge/errors)/(sum+asAll) + unheardOf*any)
		}
		for r := 1; r <= 26; r++ {
			s.read[w][r] = share(n.read[w][r], all[r], 0.8/25)
		}
		s.lost[w] = share(n.lost[w], all[0], 0.2)
		s.added[w] = (1 - own) * ((1-unheardOf)*n.added[w]/added + unheardOf/26)
	}
	return s
}

// channel holds the costs of reading one letter for another, in nats, apart
// from the level of noise.
type channel struct {
	substitute [32][32]int32 // [written][read]
	lose       [32]int32     // [written]
	add        [32]int32     // [read]
}

// Costs are kept as whole numbers, the count of errors in the low bits: the
// cheapest path carries its own count, and the probability at every level of
// noise follows from one pass.
const (
	countBits = 8
	unit      = 1 << 12 // steps of cost in a nat
)

// midError is what an error costs against a right letter when paths are
// compared: at a fair reader's noise.
var midError = math.Log((1 - 0.08) / 0.08)

func cost(nats float64) int32 { return int32(nats*unit)<<countBits | 1 }

func newChannel() *channel {
	m, err := newMisreadings(misreadFile)
	if err != nil {
		panic(err) // a test reads them
	}
	c := &channel{}
	for t := range 32 {
		c.lose[t], c.add[t] = errorCost(lost), errorCost(added/alphabet)
		for o := range 32 {
			if t != o {
				c.substitute[t][o] = errorCost(substituted / alphabet)
			}
		}
	}
	for t := 1; t <= 26; t++ {
		c.lose[t], c.add[t] = errorCost(m.lost[t]), errorCost(m.added[t])
		for o := 1; o <= 26; o++ {
			if t != o {
				c.substitute[t][o] = errorCost(m.read[t][o])
			}
		}
	}
	return c
}

// errorCost is what an error costs that is a share of all errors.
func errorCost(share float64) int32 { return cost(midError - math.Log(share)) }

// Of wrong digits, and of letters of other scripts, most are read as others, some are lost,
// some are added.
const (
	substituted = 0.65
	lost        = 0.20
	added       = 0.15
)

// newDigitChannel is the channel of digitCodes.
func newDigitChannel() *channel {
	c := &channel{}
	for t := range 32 {
		for o := range 32 {
			p := 0.045
			if t >= 1 && t <= 10 && o >= 1 && o <= 10 && strings.IndexByte(digitLooks[t-1], byte('0'+o-1)) >= 0 {
				p = digitMistaken * 0.75
			}
			if t != o {
				c.substitute[t][o] = errorCost(substituted * p)
			}
		}
		c.lose[t], c.add[t] = errorCost(lost), errorCost(added/10)
	}
	return c
}

// digitCodes are 1 to 10 for digits, something for letters.
func digitCodes(s string) []byte {
	out := make([]byte, min(len(s), name.MaxWord))
	for i := range out {
		if c := s[i]; c >= '0' && c <= '9' {
			out[i] = c - '0' + 1
		} else {
			out[i] = 11 + c%21
		}
	}
	return out
}

// fit says how well a word explains what was read: the likelihood of the
// errors apart from their number, and the numbers.
type fit struct {
	odds   float64 // product of the errors' shares
	errors int
	rights int
}

// fit aligns what was read with what may have been written, both as
// name.Codes, by the cheapest path.
func (c *channel) fit(read, written []byte) fit {
	read = read[:min(len(read), name.MaxWord)]
	return fitOf(c.cost(read, written), max(len(read), len(written)))
}

// cost is that of the cheapest path.
func (c *channel) cost(read, written []byte) int32 {
	const short = 15 // nearly all words; to clear the room for the longest takes as long as to fit one
	if len(read) <= short {
		var a, b [short + 1]int32
		return c.align(read, written, a[:], b[:])
	}
	var a, b [name.MaxWord + 1]int32
	return c.align(read, written, a[:], b[:])
}

// align finds it in room for two rows of costs, the first of which is zero.
func (c *channel) align(read, written []byte, prev, cur []int32) int32 {
	n := len(read)
	for j := 1; j <= n; j++ {
		prev[j] = prev[j-1] + c.add[read[j-1]&31]
	}
	for _, w := range written {
		row := &c.substitute[w&31]
		diag := prev[0]
		lose := c.lose[w&31]
		cur[0] = prev[0] + lose
		left := cur[0]
		for j := 1; j <= n; j++ {
			up := prev[j]
			r := read[j-1] & 31
			best := min(diag+row[r], up+lose, left+c.add[r])
			cur[j], left, diag = best, best, up
		}
		prev, cur = cur, prev
	}
	return prev[n]
}

// fitOf takes a cost apart. The longer one of what was read and written has so many letters.
func fitOf(cost int32, letters int) fit {
	errors := int(cost & (1<<countBits - 1))
	nats := float64(cost>>countBits)/unit - float64(errors)*midError
	return fit{odds: math.Exp(-nats), errors: errors, rights: letters - errors}
}

// likelihood of what was read at each level of noise.
func (t *exponents) likelihood(f fit) byLevel {
	var p byLevel
	e, r := min(f.errors, name.MaxWord), min(max(f.rights, 0), name.MaxWord)
	for j := range p {
		p[j] = f.odds * t.wrong[j][e] * t.right[j][r]
	}
	return p
}

// powers are tables of noise and its complement to whole exponents, for letters
// and for digits.
type powers struct {
	exponents
	ofDigits exponents
}

type exponents struct {
	wrong, right [levels][name.MaxWord + 1]float64
}

// digitNoise is how much better digits are read than letters.
const digitNoise = 0.7

func newPowers() *powers {
	t := &powers{}
	for j, e := range noise {
		fill(&t.wrong[j], &t.right[j], e)
		fill(&t.ofDigits.wrong[j], &t.ofDigits.right[j], e*digitNoise)
	}
	return t
}

func fill(wrong, right *[name.MaxWord + 1]float64, e float64) {
	w, r := 1.0, 1.0
	for n := range wrong {
		wrong[n], right[n] = w, r
		w *= e
		r *= 1 - e
	}
}

// strange is the probability of a run of letters about which nothing is
// known: some 2.8 nats a letter of a name.
func strange(letters int) float64 { return math.Exp(-2.8 * float64(letters)) }
