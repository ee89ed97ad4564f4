package extract

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Repeated is a page that shows the same lines as another.
const Repeated OpenKind = "repeated"

// RepeatedPoint is the open point of a page that repeats another one, of which the words are
// given: "page 2 of list.pdf".
func RepeatedPoint(other string) Open {
	return Open{Kind: Repeated, Text: fmt.Sprintf("The page shows the same lines as %s: it may be the same sheet, scanned or photographed twice. "+
		"Nobody is counted twice; exclude the page if it is.", other)}
}

// Repeats says of pages that repeat an earlier one which that is, by their places in the list.
// Only pages that share what one line says to the letter are compared.
func Repeats(pages []Sheet) map[int]int {
	repeats := map[int]int{}
	by := map[string][]int{} // pages, by what a line says
	for i, page := range pages {
		tried := map[int]bool{}
		said := page.said()
		for _, line := range said {
			for _, earlier := range by[line] {
				if _, found := repeats[i]; !found && !tried[earlier] && page.Repeats(pages[earlier]) {
					repeats[i] = earlier
				}
				tried[earlier] = true
			}
		}
		for _, line := range said {
			if line != "" && !slices.Contains(by[line], i) {
				by[line] = append(by[line], i)
			}
		}
	}
	return repeats
}

// Repeats reports whether a page shows the same lines as another, as where a sheet was
// photographed twice: most of them stand there in the same order and say the same, but for
// a letter here and there.
func (s Sheet) Repeats(other Sheet) bool {
	const (
		fewest = 4   // lines
		most   = 0.7 // of the lines of the shorter page
		off    = 3   // lines by which the pages may be off each other
	)
	own, its := s.said(), other.said()
	if min(len(own), len(its)) < fewest {
		return false
	}
	for by := -off; by <= off; by++ {
		same := 0
		for i, line := range own {
			if at := i + by; at >= 0 && at < len(its) && alikeTexts(line, its[at]) {
				same++
			}
		}
		if same >= fewest && float64(same) >= most*float64(min(len(own), len(its))) {
			return true
		}
	}
	return false
}

// said is whom each line of a page names, in letters and figures. Neighbours share streets.
func (s Sheet) said() (lines []string) {
	for _, row := range s.Rows {
		var all strings.Builder
		for _, f := range []Field{Name, Given, Family, MemberID} {
			if f == Name && (row.Fields[Given].Text != "" || row.Fields[Family].Text != "") {
				continue // made of those
			}
			all.WriteString(strings.ToLower(row.Fields[f].Text))
		}
		lines = append(lines, strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, all.String()))
	}
	return lines
}

// alikeTexts reports whether two texts share most of their pairs of letters (Dice's
// coefficient of bigrams).
func alikeTexts(a, b string) bool {
	const (
		alike  = 0.75
		fewest = 5 // pairs of letters, with which no two people are alike by chance
	)
	pairs := func(s string) (all []string) {
		for i := 0; i+2 <= len(s); i++ {
			all = append(all, s[i:i+2])
		}
		slices.Sort(all)
		return all
	}
	left, right := pairs(a), pairs(b)
	if min(len(left), len(right)) < fewest {
		return false
	}
	both := 0
	for i, j := 0, 0; i < len(left) && j < len(right); {
		switch {
		case left[i] == right[j]:
			both, i, j = both+1, i+1, j+1
		case left[i] < right[j]:
			i++
		default:
			j++
		}
	}
	return float64(2*both) >= alike*float64(len(left)+len(right))
}
