//go:build !unix

package blob

import "os"

// own cannot be asked here, so a folder belongs to whoever opens it.
func own(*os.File) bool { return true }
