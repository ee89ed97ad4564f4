// Package exports is the membership exports as an office has them: who reads them, those that are
// held ready for matching and searching, and a new one beside the one in use.
package exports

import (
	"context"
	"fmt"
	"os"

	"countersign/verify/roll"
)

// Reader reads membership exports where they can do no harm: in processes with bounds on memory
// and time.
type Reader interface {
	Export(ctx context.Context, path, name string, opts roll.Options) (*roll.Roll, error)
	PeekAtExport(ctx context.Context, path, name string, opts roll.Options) (roll.Peek, error)
}

// InProcess reads them here, as tests of other things do.
type InProcess struct{}

func (InProcess) Export(_ context.Context, path, name string, opts roll.Options) (*roll.Roll,
	error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the membership export: %w", err)
	}
	defer file.Close()
	return roll.Import(file, name, opts)
}

func (InProcess) PeekAtExport(_ context.Context, path, name string, opts roll.Options) (roll.Peek,
	error) {
	file, err := os.Open(path)
	if err != nil {
		return roll.Peek{}, fmt.Errorf("open the membership export: %w", err)
	}
	defer file.Close()
	return roll.PeekAt(file, name, opts), nil
}
