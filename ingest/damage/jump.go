// Package damage tells whether the data of a picture are whole. Bytes enter;
// what is wrong with them leaves, in words, "" if nothing is. Decoders forgive:
// what cannot be right is decoded to something that looks like paper. Packages
// scan and pdf ask here and mark the page.
package damage

import "slices"

const (
	// step is the least lasting change of brightness or color, of 255, that is
	// looked into; paper under a scanner's lamp changes by less than 5 from one
	// row of blocks to the next.
	step = 12
	// steady is by how much of 255 rows on one side of a jump may differ.
	steady = 5
	// beside is how many blocks on either side of a jump are looked at. An edge of
	// the sheet that leans so little that it stays within one row of blocks takes
	// most of the row to come in.
	beside = 8
)

// jump looks for a place from which on the whole plane is darker, or has another
// color. Each block is coded as the difference from the one before, so that a
// changed bit moves all that follow: the row in which it lies is right up to one
// block and wrong from there on, as no edge in a picture is. Levels are means
// times eight, in the order in which they were coded. Paper that becomes brighter
// mostly leaves what eight bits can mean. Colors may start, where there were none;
// where they end, a picture or a desk may end.
func jump(levels []int16, across int, color bool) string {
	if across < 3*beside || len(levels) < 6*across {
		return ""
	}
	rows := len(levels) / across
	papers := make([]int, rows)
	for r := range papers {
		papers[r] = paper(levels[r*across : (r+1)*across])
	}
	for r := 2; r+2 < rows; r++ {
		before, after := papers[r-1], papers[r+1]
		slack := max(8*steady, abs(after-before)/4)
		if abs(after-before) < 8*step || abs(before-papers[r-2]) > slack || abs(papers[r+2]-after) > slack {
			continue
		}
		if !color && after > before || color && abs(before) > 8*steady {
			continue
		}
		around := levels[(r-1)*across : (r+2)*across]
		if written(levels[(r+1)*across:], after, slack) && lasts(papers[r+1:], before, after) &&
			wide(around, after-before, slack) && stands(around, before, after, slack) {
			return "from one place on it is darker or of another color than before"
		}
	}
	return ""
}

// lasts tells whether most rows that follow are nearer to the level after a jump.
func lasts(papers []int, before, after int) bool {
	n := 0
	for _, p := range papers {
		if abs(p-after) < abs(p-before) {
			n++
		}
	}
	return n*10 >= len(papers)*8
}

// written tells whether there is anything on what is taken for paper. Under the
// end of a sheet a scanner sees its lid.
func written(levels []int16, paper, slack int) bool {
	n := 0
	for _, v := range levels {
		if abs(int(v)-paper) > slack {
			n++
		}
	}
	return n*50 > len(levels)
}

// wide tells whether the sides change between the first and the last of three rows as the
// middle does. Bands of a table and the end of a sheet leave the margin, or the desk, as it was.
func wide(rows []int16, change, slack int) bool {
	across := len(rows) / 3
	above, below := rows[:across], rows[2*across:]
	moves := func(from, to int) bool {
		return abs(paper(below[from:to])-paper(above[from:to])-change) <= slack
	}
	return moves(0, beside) && moves(across-beside, across)
}

// stands looks for the one block of the middle of three rows at which one level
// gives way to the other: the blocks before it, and what lies above, are at the
// first, those behind it, and what lies below, at the second.
func stands(rows []int16, before, after, slack int) bool {
	across := len(rows) / 3
	above, below := rows[:across], rows[2*across:]
	near := func(v []int16, level int) bool { return abs(paper(v)-level) <= slack }
	for i := beside; i <= across-beside; i++ {
		at := across + i
		if abs(int(rows[at])-int(rows[at-1])) >= abs(after-before)/2 && near(rows[at-beside:at], before) && near(rows[at:at+beside], after) &&
			near(above[max(0, i-beside):], before) && near(below[:min(across, i+beside)], after) {
			return true
		}
	}
	return false
}

// paper is the level of the brightest fifth of some blocks: ink comes and goes,
// paper stays.
func paper(levels []int16) int {
	s := slices.Clone(levels)
	slices.Sort(s)
	return int(s[len(s)*4/5])
}

func abs(v int) int { return max(v, -v) }
