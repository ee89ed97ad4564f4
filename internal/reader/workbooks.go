package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"countersign/report/workbook"
)

// Workbook reads a report that somebody brings, as workbook.Check does, in a process of its own
// that ends with it.
func (r *Pool) Workbook(ctx context.Context, path, name string) (workbook.Copy, error) {
	head, parts, err := r.askAlone(ctx, asked{Path: path, Name: name, Workbook: true})
	switch {
	case err != nil:
		return workbook.Copy{}, err
	case head.Problem != "":
		return workbook.Copy{}, errors.New(name + ": " + head.Problem)
	case len(parts) == 0:
		return workbook.Copy{}, fmt.Errorf("read the workbook %s: the reader left out what it says",
			name)
	}
	return workbook.Unpack(bytes.Join(parts, nil))
}

// checkWorkbook answers for a workbook, in the reader process.
func checkWorkbook(a asked) (head answered, parts [][]byte) {
	file, err := os.Open(a.Path)
	if err != nil {
		return answered{Trouble: "open the workbook: it is gone, or may not be read"}, nil
	}
	defer file.Close()
	book, err := workbook.Check(file)
	if err != nil {
		return answered{Problem: err.Error()}, nil
	}
	packed, err := book.Pack()
	if err != nil {
		return answered{Trouble: err.Error()}, nil
	}
	return head, slices.Collect(slices.Chunk(packed, mostPart))
}
