package reader

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"countersign/ingest"
	"countersign/internal/fixtures"
)

// A packet of forty files, most of them made to break what reads them: each is refused by its name,
// or read, in less memory than a page may take, and those between them are read as if nothing were.
func TestPacketOfBombs(t *testing.T) {
	dir := t.TempDir()
	type file struct{ path, want string }
	var packet []file
	add := func(name, want string, data []byte) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		packet = append(packet, file{path, want})
	}
	add("bomb.pdf", "?", fixtures.PDFBomb(t, 1<<20))
	add("bomb.xlsx", "?", fixtures.XLSXBomb(t, 8<<20))
	png, blank, bombs := fixtures.PNG(30_000, 30_000), fixtures.PNG(850, 1100), fixtures.TIFFBombs()
	for round := 0; len(packet) < 40; round++ {
		for name, b := range bombs {
			add(fmt.Sprintf("%d %s.tif", round, strings.ReplaceAll(name, " ", "-")), b.Want, b.Data)
		}
		add(fmt.Sprintf("%d bomb.png", round), "megapixels", png)
		add(fmt.Sprintf("%d sheet.png", round), "", blank)
	}
	packet = packet[:40]

	r := open(t, Options{Processes: 2, Memory: 600, Read: []string{dir}})
	before := resident(os.Getpid())
	var all sync.WaitGroup
	next := make(chan file)
	for range r.Processes() {
		all.Go(func() {
			for f := range next {
				name := filepath.Base(f.path)
				_, err := r.Open(t.Context(), f.path, name)
				if err == nil {
					_, err = r.Page(t.Context(), f.path, name, 1, How{Picture: true})
				}
				var input *ingest.InputError
				switch {
				case f.want == "" && err != nil, f.want != "" && f.want != "?" && err == nil:
					t.Errorf("%s: %v, want %q", name, err, f.want)
				case err != nil && (!errors.As(err, &input) || input.File != name ||
					input.Remedy == ""):
					t.Errorf("%s: %v says not which file, or not what to do", name, err)
				case f.want != "?" && err != nil && !strings.Contains(err.Error(), f.want):
					t.Errorf("%s: %v, want %q", name, err, f.want)
				}
			}
		})
	}
	for _, f := range packet {
		next <- f
	}
	close(next)
	all.Wait()
	if grown := resident(os.Getpid()) - before; grown > 64<<20 {
		t.Errorf("the service grew by %d MB", grown>>20)
	}
}
