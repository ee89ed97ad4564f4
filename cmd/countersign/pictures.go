package main

import (
	"fmt"
	"os"
	"sync"

	"countersign/verify"
)

// pictures keeps the pictures of lines on disk, so that a petition of
// thousands of pages does not fill the memory. They lie one after the other in
// a file that has no name any more: nobody else can open it, and it is gone
// with the program, however that ends.
type pictures struct {
	file *os.File
	mu   sync.Mutex
	end  int64
	at   map[verify.Ref]span
}

// span is where a picture lies in the file.
type span struct{ from, length int64 }

func newPictures() (*pictures, error) {
	file, err := os.CreateTemp("", "countersign-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	return &pictures{file: file, at: map[verify.Ref]span{}}, nil
}

func (p *pictures) keep(ref verify.Ref, jpeg []byte) error {
	if len(jpeg) == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.file.WriteAt(jpeg, p.end); err != nil {
		return fmt.Errorf("keep the picture of a line: %w", err)
	}
	p.at[ref] = span{p.end, int64(len(jpeg))}
	p.end += int64(len(jpeg))
	return nil
}

// Picture is the JPEG of a line, nil if there is none.
func (p *pictures) Picture(ref verify.Ref) ([]byte, error) {
	p.mu.Lock()
	s, ok := p.at[ref]
	p.mu.Unlock()
	if !ok {
		return nil, nil
	}
	jpeg := make([]byte, s.length)
	if _, err := p.file.ReadAt(jpeg, s.from); err != nil {
		return nil, fmt.Errorf("fetch the picture of a line: %w", err)
	}
	return jpeg, nil
}

func (p *pictures) close() { p.file.Close() }
