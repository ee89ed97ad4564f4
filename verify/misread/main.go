// Command misread measures for which letters the recognizer of handwriting takes others, and prints the table that the matcher makes its error model of:
//
//	go run ./verify/misread HAND/labels.tsv > verify/misread.tsv
//
// HAND/labels.tsv lists pictures of single lines with what is written in them (file, text, writer, split);
// extract/hand/train says where they come from. Lines of the split "test" are read, on which the
// recognizer was not trained: 1,420 of them, with some 26,000 letters. Digits are not counted: real lines have few,
// and of those drawn in handwriting fonts it mistakes one in 500.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/extract/hand"
	"countersign/verify/name"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: misread HAND/labels.tsv")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "misread:", err)
		os.Exit(1)
	}
}

// counts says how often a letter was read for another. Nothing stands for
// what was lost, as what was read, and for what was added, as what was written.
type counts map[byte]map[byte]int

const nothing = '-'

func (c counts) add(written, read byte) {
	if c[written] == nil {
		c[written] = map[byte]int{}
	}
	c[written][read]++
}

func run(list string, out io.Writer) error {
	network, err := hand.New()
	if err != nil {
		return err
	}
	reader := extract.NewHandwritten(network, nobody{})
	c := counts{}
	if err := count(reader, list, c); err != nil {
		return err
	}
	fmt.Fprintln(out, "# Letters as the recognizer reads them, with how often: what is written, then what was read.")
	fmt.Fprintln(out, "# - is nothing: lost on the right, added on the left. Made by: go run ./verify/misread HAND/labels.tsv")
	for _, written := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(out, "%c", written)
		read := slices.SortedFunc(maps.Keys(c[written]), func(a, b byte) int {
			return cmp.Or(cmp.Compare(c[written][b], c[written][a]), cmp.Compare(a, b))
		})
		for _, r := range read {
			fmt.Fprintf(out, "\t%c:%d", r, c[written][r])
		}
		fmt.Fprintln(out)
	}
	return nil
}

// nobody reads what looks printed: it is left out.
type nobody struct{}

func (nobody) Recognize(_ context.Context, cells []extract.Cell) ([]extract.Reading, error) {
	return make([]extract.Reading, len(cells)), nil
}

// written is a cell and what is written in it.
type written struct {
	extract.Cell
	text string
}

func read(reader extract.Recognizer, cells []written, use func(text string, r extract.Reading)) error {
	for some := range slices.Chunk(cells, 48) {
		var pictures []extract.Cell
		for _, c := range some {
			pictures = append(pictures, c.Cell)
		}
		readings, err := reader.Recognize(context.Background(), pictures)
		if err != nil {
			return err
		}
		for i, r := range readings {
			if r.Engine != "" {
				use(some[i].text, r)
			}
		}
	}
	return nil
}

func count(reader extract.Recognizer, list string, c counts) error {
	f, err := os.Open(list)
	if err != nil {
		return err
	}
	defer f.Close()
	var cells []written
	rows := bufio.NewScanner(f)
	for rows.Scan() {
		row := strings.Split(rows.Text(), "\t")
		if len(row) != 4 {
			return fmt.Errorf("%s: a row has %d columns, not 4: file, text, writer, split", list, len(row))
		}
		// Pictures of names/ begin with a printed word.
		if row[3] != "test" || strings.HasPrefix(row[0], "names/") {
			continue
		}
		picture, err := load(filepath.Join(filepath.Dir(list), row[0]))
		if err != nil {
			return err
		}
		cells = append(cells, written{extract.Cell{Image: picture, Field: extract.Name}, row[1]})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(cells) == 0 {
		return errors.New(list + " has no rows of split test")
	}
	return read(reader, cells, func(text string, r extract.Reading) {
		align(letters(text), letters(r.Text), c)
	})
}

func load(path string) (*image.Gray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cut(m, m.Bounds()), nil
}

func cut(m image.Image, r image.Rectangle) *image.Gray {
	r = r.Intersect(m.Bounds())
	g := image.NewGray(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(g, g.Rect, m, r.Min, draw.Src)
	return g
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, name.Joined(s))
}

// align counts what was read for what along the cheapest path. A line of which
// more than half is wrong was not misread but not read, and shows nothing.
func align(written, read string, c counts) {
	n, m := len(written), len(read)
	table := make([][]int, n+1)
	for i := range table {
		table[i] = make([]int, m+1)
		for j := range table[i] {
			switch {
			case i == 0:
				table[i][j] = j
			case j == 0:
				table[i][j] = i
			case written[i-1] == read[j-1]:
				table[i][j] = table[i-1][j-1]
			default:
				table[i][j] = 1 + min(table[i-1][j-1], table[i-1][j], table[i][j-1])
			}
		}
	}
	if 2*table[n][m] > n {
		return
	}
	for n > 0 || m > 0 {
		switch {
		case n > 0 && m > 0 && written[n-1] == read[m-1] && table[n][m] == table[n-1][m-1],
			n > 0 && m > 0 && table[n][m] == table[n-1][m-1]+1:
			c.add(written[n-1], read[m-1])
			n, m = n-1, m-1
		case n > 0 && table[n][m] == table[n-1][m]+1:
			c.add(written[n-1], nothing)
			n--
		default:
			c.add(nothing, read[m-1])
			m--
		}
	}
}
