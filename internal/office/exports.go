package office

import (
	"context"
	"fmt"
	"os"

	"countersign/verify/roll"
)

// Exports reads membership exports where they can do no harm: in processes with bounds on memory
// and time.
type Exports interface {
	Export(ctx context.Context, path, name string, opts roll.Options) (*roll.Roll, error)
	PeekAtExport(ctx context.Context, path, name string, opts roll.Options) (roll.Peek, error)
}

// inProcess reads them here, as tests of other things do.
type inProcess struct{}

func (inProcess) Export(_ context.Context, path, name string, opts roll.Options) (*roll.Roll,
	error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the membership export: %w", err)
	}
	defer file.Close()
	return roll.Import(file, name, opts)
}

func (inProcess) PeekAtExport(_ context.Context, path, name string, opts roll.Options) (roll.Peek,
	error) {
	file, err := os.Open(path)
	if err != nil {
		return roll.Peek{}, fmt.Errorf("open the membership export: %w", err)
	}
	defer file.Close()
	return roll.PeekAt(file, name, opts), nil
}
