//go:build unix

package blob

import (
	"errors"
	"os"
	"syscall"
)

// own takes a folder until it is closed or the process ends, however it ends;
// false where another process has it.
func own(folder *os.File) bool {
	return syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// wait takes a file until it is closed, after whoever has it now.
func wait(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
