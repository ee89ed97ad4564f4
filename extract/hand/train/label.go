package main

import (
	"bufio"
	"flag"
	"fmt"
	"image"
	"os"
	"strconv"
	"strings"

	"math"

	"countersign/extract/hand"
)

// label gives prepared lines without a transcription one that the embedded model
// is sure of: a name of the lexicon that is likelier than all others, counting how
// often each occurs, and hardly less likely than the best text of all.
func label(args []string) error {
	flags := flag.NewFlagSet("label", flag.ContinueOnError)
	lines := flags.String("lines", "", "prepared lines")
	names := flags.String("lexicon", "", "names and how often each occurs, tab-separated")
	out := flags.String("out", "", "where the labelled lines go, as set pseudo/train")
	far := flags.Float64("far", 2.5, "how much less likely than the best text, as a logarithm, a name may be")
	ahead := flags.Float64("ahead", 2, "how much likelier than the next name it must be")
	if err := flags.Parse(args); err != nil {
		return err
	}
	words, often, err := counted(*names)
	if err != nil {
		return err
	}
	lexicon := hand.NewLexicon(words)
	reader, err := hand.New()
	if err != nil {
		return err
	}
	f, err := os.Create(*out)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	all, sure := 0, 0
	err = eachPacked(*lines, func(s sample) error {
		all++
		l := reader.ReadPrepared([]*image.Gray{s.image})[0].Folded()
		best, second, at := math.Inf(-1), math.Inf(-1), -1
		for _, r := range lexicon.Rank(l, 20) {
			v := r.Score + math.Log(often[r.Word])
			switch {
			case v > best:
				best, second, at = v, best, r.Word
			case v > second:
				second = v
			}
		}
		if at < 0 || best-second < *ahead {
			return nil
		}
		if text := l.NBest(1)[0]; l.Score(words[at]) < text.Score-*far {
			return nil
		}
		sure++
		return pack(w, sample{set: "pseudo/train", text: words[at], image: s.image})
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d of %d labelled\n", sure, all)
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func counted(path string) (words []string, often []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, count, _ := strings.Cut(lines.Text(), "\t")
		n, err := strconv.ParseFloat(count, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %q has no count", path, name)
		}
		if len(name) < 2 || name == "EMPTY" || name == "UNREADABLE" {
			continue
		}
		words, often = append(words, name), append(often, n)
	}
	return words, often, lines.Err()
}
