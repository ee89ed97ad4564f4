package review

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// piece is a part of a text that is, or is not, as it was read.
type piece struct {
	Text    string
	Differs bool
}

// Marks show what differs between a text as it was read and as the roll has
// it, letter by letter. They are for the eye; what a difference weighs is for
// the stages to say.

// markDifferences splits a text of the roll into pieces that were and were not
// read. Words are paired first, so that "Strum, John" is no worse than "John Strum".
func markDifferences(read, own string) []piece {
	if strings.TrimSpace(read) == "" && own != "" {
		return []piece{{Text: own}} // nothing differs from nothing
	}
	var out []piece
	left := readWords(read)
	for i, word := range strings.Fields(own) {
		if i > 0 {
			out = append(out, piece{Text: " "})
		}
		at, best := -1, 0.5
		for j, w := range left {
			if like := likeness(w, lettersOf(word)); like > best || like == 1 && best < 1 {
				at, best = j, like
			}
		}
		if at < 0 {
			out = append(out, piece{word, true})
			continue
		}
		out = append(out, markWord(left[at], word)...)
		left = slices.Delete(left, at, at+1)
	}
	return joinPieces(out)
}

// agreement says in a word how a text of the roll compares with what was read;
// empty where one of them is.
func agreement(read string, pieces []piece) string {
	letters, off := 0, 0
	for _, p := range pieces {
		n := len([]rune(strings.TrimSpace(p.Text)))
		letters += n
		if p.Differs {
			off += max(n, 1)
		}
	}
	switch {
	case letters == 0 || strings.TrimSpace(read) == "":
		return ""
	case off == 0:
		return "agrees"
	case off*4 <= letters:
		return "close"
	}
	return "differs"
}

// markWord marks the letters of a word that are not on the shortest way from
// what was read to it. An empty piece stands where a letter was read that the
// roll does not have.
func markWord(read []rune, word string) []piece {
	own := []rune(word)
	cost := editDistances(read, foldLetters(own))
	var out []piece
	i, j := len(read), len(own)
	for i > 0 || j > 0 {
		same := i > 0 && j > 0 && read[i-1] == foldLetter(own[j-1])
		switch {
		case same && cost[i][j] == cost[i-1][j-1]:
			out = append(out, piece{string(own[j-1]), false})
			i, j = i-1, j-1
		case i > 0 && j > 0 && cost[i][j] == cost[i-1][j-1]+1:
			out = append(out, piece{string(own[j-1]), true})
			i, j = i-1, j-1
		case j > 0 && cost[i][j] == cost[i][j-1]+1:
			out = append(out, piece{string(own[j-1]), !isPunctuation(own[j-1])})
			j--
		default: // read, and not on the roll
			out = append(out, piece{"", true})
			i--
		}
	}
	slices.Reverse(out)
	return out
}

// joinPieces puts neighbouring pieces of one kind together.
func joinPieces(pieces []piece) []piece {
	var out []piece
	for _, p := range pieces {
		if n := len(out); n > 0 && out[n-1].Differs == p.Differs {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

// likeness is 1 for equal words and 0 for words that have nothing in common.
func likeness(a, b []rune) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	d := editDistances(a, b)[len(a)][len(b)]
	return 1 - float64(d)/float64(max(len(a), len(b)))
}

// editDistances holds the edits between all beginnings of two words.
func editDistances(a, b []rune) [][]int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := range a {
		for j := range b {
			swap := d[i][j]
			if a[i] != b[j] {
				swap++
			}
			d[i+1][j+1] = min(swap, d[i][j+1]+1, d[i+1][j]+1)
		}
	}
	return d
}

func readWords(s string) [][]rune {
	var out [][]rune
	for _, w := range strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == ','
	}) {
		if l := lettersOf(w); len(l) > 0 {
			out = append(out, l)
		}
	}
	return out
}

func lettersOf(s string) []rune {
	return slices.DeleteFunc(foldLetters([]rune(s)), isPunctuation)
}

func foldLetters(s []rune) []rune {
	out := make([]rune, len(s))
	for i, r := range s {
		out[i] = foldLetter(r)
	}
	return out
}

// foldLetter takes case and accents off a letter: nobody is told apart by them.
func foldLetter(r rune) rune {
	for _, base := range norm.NFD.String(string(unicode.ToLower(r))) {
		return base
	}
	return r
}

func isPunctuation(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) }
