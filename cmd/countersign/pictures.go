package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"countersign/verify"
)

// pictures keeps the pictures of lines in a temporary folder, so that a
// petition of thousands of pages does not fill the memory.
type pictures struct {
	dir string
	mu  sync.Mutex
	at  map[verify.Ref]string
}

func newPictures() (*pictures, error) {
	dir, err := os.MkdirTemp("", "countersign-") // only its owner can read it
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	return &pictures{dir: dir, at: map[verify.Ref]string{}}, nil
}

func (p *pictures) keep(ref verify.Ref, jpeg []byte) error {
	if len(jpeg) == 0 {
		return nil
	}
	p.mu.Lock()
	path := filepath.Join(p.dir, fmt.Sprintf("%d.jpg", len(p.at)))
	p.at[ref] = path
	p.mu.Unlock()
	if err := os.WriteFile(path, jpeg, 0o600); err != nil {
		return fmt.Errorf("keep the picture of a line: %w", err)
	}
	return nil
}

// Picture is the JPEG of a line, nil if there is none.
func (p *pictures) Picture(ref verify.Ref) ([]byte, error) {
	p.mu.Lock()
	path := p.at[ref]
	p.mu.Unlock()
	if path == "" {
		return nil, nil
	}
	return os.ReadFile(path)
}

func (p *pictures) remove() { os.RemoveAll(p.dir) }
