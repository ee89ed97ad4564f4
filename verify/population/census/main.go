// Command census makes the table of common names that the matcher takes the names of
// people outside the roll from:
//
//	cd verify/population
//	go run ./census dist.all.last dist.female.first dist.male.first > census.txt.gz
//
// The three files are the name frequencies of the 1990 US census (Census Bureau, in the public domain).
// Family names that fewer than 2 of 100,000 people have are left out: most of those
// listed with less are given as 0.000 percent.
package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: census dist.all.last dist.female.first dist.male.first")
		os.Exit(2)
	}
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "census:", err)
		os.Exit(1)
	}
}

func run(files []string, out io.Writer) error {
	var of [3]map[string]float64
	for i, file := range files {
		var err error
		if of[i], err = read(file); err != nil {
			return err
		}
	}
	maps.DeleteFunc(of[0], func(_ string, percent float64) bool { return percent < 0.002 })
	given := map[string]float64{}
	for _, sex := range of[1:] {
		for name, percent := range sex {
			given[name] += percent / 2
		}
	}
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	write(z, "family", of[0])
	write(z, "given", given)
	return z.Close()
}

func read(file string) (map[string]float64, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]float64{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var name string
		var percent float64
		if _, err := fmt.Sscan(lines.Text(), &name, &percent); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", file, lines.Text(), err)
		}
		out[strings.ToLower(name)] = percent
	}
	return out, nil
}

// write lists the names by how many people of ten million have them, the commonest first.
func write(w io.Writer, kind string, of map[string]float64) {
	by := map[int][]string{}
	for name, percent := range of {
		n := int(percent*1e5 + 0.5)
		by[n] = append(by[n], name)
	}
	for _, n := range slices.SortedFunc(maps.Keys(by), func(a, b int) int { return cmp.Compare(b, a) }) {
		slices.Sort(by[n])
		fmt.Fprintln(w, kind, n, strings.Join(by[n], " "))
	}
}
