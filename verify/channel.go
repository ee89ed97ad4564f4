package verify

import (
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

// Of the wrong letters, most are others, some are lost, some are added.
const (
	substituted = 0.65
	lost        = 0.20
	added       = 0.15
	alphabet    = 27
)

// looks lists, for each letter, those that readers of handwriting and print take
// it for, capitals and small letters together.
var looks = [26]string{
	'a' - 'a': "oucdqeg", 'b' - 'a': "hlkdprg", 'c' - 'a': "eogalr", 'd' - 'a': "aclob", 'e' - 'a': "clirosf", 'f' - 'a': "tepkl", 'g' - 'a': "yqcsjz",
	'h' - 'a': "bknlm", 'i' - 'a': "ljtecr", 'j' - 'a': "iygl", 'k' - 'a': "hxrb", 'l' - 'a': "ietcbh", 'm' - 'a': "nwurh", 'n' - 'a': "muhvrw", 'o' - 'a': "aqcdeu",
	'p' - 'a': "rdfbg", 'q' - 'a': "ogay", 'r' - 'a': "nvpksi", 's' - 'a': "gzejr", 't' - 'a': "flieh", 'u' - 'a': "vnaowi", 'v' - 'a': "uyrnw", 'w' - 'a': "umvn",
	'x' - 'a': "kyr", 'y' - 'a': "gvjtuq", 'z' - 'a': "seg",
}

// channel holds the costs of reading one letter for another, in nats, apart
// from the level of noise.
type channel struct {
	substitute [32][32]int32 // [written][read]
	lose, add  int32
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
	c := &channel{}
	for t := range 32 {
		for o := range 32 {
			p := substituted / alphabet
			if t >= 1 && t <= 26 {
				p = substituted * 0.35 / alphabet
				for _, l := range []byte(looks[t-1]) {
					if int(l-'a')+1 == o {
						p += substituted * 0.65 / float64(len(looks[t-1]))
					}
				}
			}
			if t != o {
				c.substitute[t][o] = cost(midError - math.Log(p))
			}
		}
	}
	c.lose = cost(midError - math.Log(lost))
	c.add = cost(midError - math.Log(added/alphabet))
	return c
}

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
				c.substitute[t][o] = cost(midError - math.Log(substituted*p))
			}
		}
	}
	c.lose = cost(midError - math.Log(lost))
	c.add = cost(midError - math.Log(added/10))
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
	var a, b [name.MaxWord + 1]int32
	prev, cur := a[:], b[:]
	read = read[:min(len(read), name.MaxWord)]
	n := len(read)
	for j := 1; j <= n; j++ {
		prev[j] = prev[j-1] + c.add
	}
	for _, w := range written {
		row := &c.substitute[w&31]
		diag := prev[0]
		cur[0] = prev[0] + c.lose
		left := cur[0]
		for j := 1; j <= n; j++ {
			up := prev[j]
			best := min(diag+row[read[j-1]&31], up+c.lose, left+c.add)
			cur[j], left, diag = best, best, up
		}
		prev, cur = cur, prev
	}
	total := prev[n]
	errors := int(total & (1<<countBits - 1))
	nats := float64(total>>countBits)/unit - float64(errors)*midError
	return fit{odds: math.Exp(-nats), errors: errors, rights: max(len(written), n) - errors}
}

// likelihood of letters read at each level of noise.
func (t *powers) likelihood(f fit) byLevel {
	var p byLevel
	e, r := min(f.errors, name.MaxWord), min(max(f.rights, 0), name.MaxWord)
	for j := range p {
		p[j] = f.odds * t.wrong[j][e] * t.right[j][r]
	}
	return p
}

// digitLikelihood is the same of digits.
func (t *powers) digitLikelihood(f fit) byLevel {
	var p byLevel
	e, r := min(f.errors, name.MaxWord), min(max(f.rights, 0), name.MaxWord)
	for j := range p {
		p[j] = f.odds * t.wrongDigit[j][e] * t.rightDigit[j][r]
	}
	return p
}

// powers are tables of noise and its complement to whole exponents.
type powers struct {
	wrong, right           [levels][name.MaxWord + 1]float64
	wrongDigit, rightDigit [levels][name.MaxWord + 1]float64
}

// digitNoise is how much better digits are read than letters.
const digitNoise = 0.7

func newPowers() *powers {
	t := &powers{}
	for j, e := range noise {
		fill(&t.wrong[j], &t.right[j], e)
		fill(&t.wrongDigit[j], &t.rightDigit[j], e*digitNoise)
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
