package reader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"countersign/ingest"
	"countersign/verify/roll"
)

// MostRows is how many rows an export may have: some fifteen times the largest association of
// libraries. What is read is held by the service: a million members take 150 MB, ready to match.
const MostRows = 1_000_000

// Export reads a membership export, as roll.Import does, in a process of its own that ends with
// it: an export is everybody's data, and comes from outside like the sheets.
func (r *Pool) Export(ctx context.Context, path, name string, opts roll.Options) (*roll.Roll,
	error) {
	if opts.MaxRows == 0 {
		opts.MaxRows = MostRows
	}
	head, parts, err := r.askAlone(ctx, asked{Path: path, Name: name,
		Export: &askedExport{Options: opts}})
	switch {
	case err != nil:
		return nil, err
	case len(head.Losses) > 0:
		return nil, &roll.LossError{File: name, Losses: head.Losses}
	case head.Problem != "":
		return nil, errors.New(head.Problem)
	case len(parts) == 0:
		return nil, fmt.Errorf("read the membership export %s: the reader left out its members",
			name)
	}
	return roll.Unpack(roll.Packed{Head: parts[0], Lots: parts[1:]}, opts)
}

// PeekAtExport looks at the headings and first rows of an export, as roll.PeekAt does.
func (r *Pool) PeekAtExport(ctx context.Context, path, name string, opts roll.Options) (roll.Peek,
	error) {
	head, _, err := r.askAlone(ctx, asked{Path: path, Name: name,
		Export: &askedExport{Options: opts, Peek: true}})
	if input := (*ingest.InputError)(nil); errors.As(err, &input) {
		return roll.Peek{Problem: input}, nil
	}
	if err != nil || head.Peek == nil {
		return roll.Peek{}, err
	}
	p := roll.Peek{Columns: head.Peek.Columns, Sheets: head.Peek.Sheets}
	if head.Peek.Problem != "" {
		p.Problem = errors.New(head.Peek.Problem)
	}
	return p, nil
}

// askAlone starts a process that may read this file and nothing else, and ends it with its answer.
func (r *Pool) askAlone(ctx context.Context, a asked) (answered, [][]byte, error) {
	select {
	case r.alone <- struct{}{}:
		defer func() { <-r.alone }()
	case <-ctx.Done():
		return answered{}, nil, ctx.Err()
	}
	path, err := filepath.Abs(a.Path)
	if err != nil {
		return answered{}, nil, fmt.Errorf("find %s: %w", a.Name, err)
	}
	a.Path = path
	p, err := r.start(path)
	if err != nil {
		return answered{}, nil, err
	}
	p.answers = r.options.Renew // it ends with this answer
	head, parts, err := r.with(ctx, p, a)
	if err == nil {
		err = said(head)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return head, parts, err
}

// export answers for an export, in the reader process.
func export(a asked) (head answered, parts [][]byte) {
	file, err := os.Open(a.Path)
	if err != nil {
		return answered{Trouble: "open the membership export: it is gone, or may not be read"}, nil
	}
	defer file.Close()
	if a.Export.Peek {
		p := roll.PeekAt(file, a.Name, a.Export.Options)
		head.Peek = &peeked{Columns: p.Columns, Sheets: p.Sheets}
		if p.Problem != nil {
			head.Peek.Problem = p.Problem.Error()
		}
		return head, nil
	}
	packed, err := roll.ImportPacked(file, a.Name, a.Export.Options)
	if loss := (*roll.LossError)(nil); errors.As(err, &loss) {
		return answered{Losses: loss.Losses}, nil
	}
	if err != nil {
		return answered{Problem: err.Error()}, nil
	}
	return head, append([][]byte{packed.Head}, packed.Lots...)
}
