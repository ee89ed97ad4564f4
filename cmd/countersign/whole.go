package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeWhole writes a file that appears under its name only when it is whole. A pipe
// or a device is written to and not replaced.
func writeWhole(path string, write func(io.Writer) error) error {
	var err error
	if there, missing := os.Stat(path); missing == nil && !there.Mode().IsRegular() {
		err = writeInto(path, write)
	} else {
		err = writeBeside(path, write)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func writeBeside(path string, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // of no effect after the rename
	if err := closing(temp, write(temp)); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

func writeInto(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return closing(f, write(f))
}

// closing closes a file that was written, with the first error of the two.
func closing(f *os.File, err error) error {
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
