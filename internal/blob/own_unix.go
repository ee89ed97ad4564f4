//go:build unix

package blob

import (
	"os"
	"syscall"
)

// own takes a folder until it is closed or the process ends, however it ends;
// false where another process has it.
func own(folder *os.File) bool {
	return syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
