// Command train is the Go side of making the handwriting model: it prepares
// pictures for the Python side with the very code that prepares them when the
// program reads, draws pen strokes as such pictures, and it measures a finished model.
//
//	go run ./extract/hand/train prepare -list labels.tsv -out lines.bin
//	go run ./extract/hand/train prepare -cells cells.bin -out lines.bin
//	go run ./extract/hand/train draw -ink ink.tsv.gz -census census -out strokes.bin
//	go run ./extract/hand/train label -lines unl.bin -lexicon names.tsv -out pseudo.bin
//	go run ./extract/hand/train figures -list labels.tsv -drawn held.bin -lexicon names.tsv
//
// README.md beside this file tells the whole way.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"countersign/extract/hand"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("say what to do: prepare, draw, label or figures")
	}
	switch args[0] {
	case "prepare":
		return prepare(args[1:])
	case "draw":
		return drawCommand(args[1:])
	case "label":
		return label(args[1:])
	case "figures":
		return figures(args[1:])
	}
	return fmt.Errorf("unknown command %q: there are prepare, draw, label and figures", args[0])
}

// sample is one picture with what it says. set is its folder and split, such as
// "names/test".
type sample struct {
	set, text string
	image     *image.Gray
	writer    string // where it is known
}

// byWriter makes a set of each writer.
func (s sample) byWriter() sample {
	_, split, _ := strings.Cut(s.set, "/")
	s.set = s.writer + "/" + split
	return s
}

func prepare(args []string) error {
	flags := flag.NewFlagSet("prepare", flag.ContinueOnError)
	list := flags.String("list", "", "labels: file, text, writer, split, tab-separated, files beside the list")
	root := flags.String("root", "", "folder of the files in the list, if not the list's own")
	cells := flags.String("cells", "", "pictures packed by render.py")
	writers := flags.Bool("writers", false, "make a set of each writer of the list")
	out := flags.String("out", "", "where the prepared lines go")
	if err := flags.Parse(args); err != nil {
		return err
	}
	f, err := os.Create(*out)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	write := func(s sample) error {
		line := hand.Prepare(s.image)
		if line == nil {
			return nil
		}
		if s.image = line; *writers {
			s = s.byWriter()
		}
		return pack(w, s)
	}
	if *list != "" {
		err = eachLabelled(*list, *root, write)
	} else {
		err = eachPacked(*cells, write)
	}
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// eachLabelled hands on every picture of a list of labels.
func eachLabelled(list, root string, use func(sample) error) error {
	f, err := os.Open(list)
	if err != nil {
		return err
	}
	defer f.Close()
	if root == "" {
		root = filepath.Dir(list)
	}
	lines := bufio.NewScanner(f)
	lines.Scan() // headings
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		if len(c) < 4 {
			return fmt.Errorf("%s: a row has %d columns, not 4", list, len(c))
		}
		g, err := load(filepath.Join(root, c[0]))
		if err != nil {
			return fmt.Errorf("%s: %w", c[0], err)
		}
		folder, _, _ := strings.Cut(c[0], "/")
		if strings.HasPrefix(folder, "names") {
			g = withoutLabel(g)
		}
		if err := use(sample{folder + "/" + c[3], c[1], g, folder + "-" + c[2]}); err != nil {
			return err
		}
	}
	return lines.Err()
}

func load(path string) (*image.Gray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		return nil, err
	}
	g := image.NewGray(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(g, g.Bounds(), m, m.Bounds().Min, draw.Src)
	return g, nil
}

// A packed picture is: length of set, text (2 bytes each, little endian), width,
// height (2 bytes each), set, text, and the pixels row by row.

func pack(w io.Writer, s sample) error {
	r := s.image.Bounds()
	head := [4]uint16{uint16(len(s.set)), uint16(len(s.text)), uint16(r.Dx()), uint16(r.Dy())}
	if err := binary.Write(w, binary.LittleEndian, head); err != nil {
		return err
	}
	if _, err := io.WriteString(w, s.set+s.text); err != nil {
		return err
	}
	for y := range r.Dy() {
		if _, err := w.Write(s.image.Pix[y*s.image.Stride : y*s.image.Stride+r.Dx()]); err != nil {
			return err
		}
	}
	return nil
}

// eachPacked hands on every picture of a packed file.
func eachPacked(path string, use func(sample) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for {
		var head [4]uint16
		if err := binary.Read(r, binary.LittleEndian, &head); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		words := make([]byte, int(head[0])+int(head[1]))
		g := image.NewGray(image.Rect(0, 0, int(head[2]), int(head[3])))
		if _, err := io.ReadFull(r, words); err != nil {
			return err
		}
		if _, err := io.ReadFull(r, g.Pix); err != nil {
			return err
		}
		if err := use(sample{set: string(words[:head[0]]), text: string(words[head[0]:]), image: g}); err != nil {
			return err
		}
	}
}
