// Package blob keeps files under the SHA-256 of their bytes: what was
// uploaded, membership exports, pictures and sheets of pages. The same bytes
// are kept once, and what is kept never changes. Files keeps them in a folder,
// Objects in NATS for services of several machines; both do the same.
package blob

import (
	"errors"
	"fmt"
)

// ErrNotFound says that no blob has such a sum.
var ErrNotFound = errors.New("no such blob")

// ErrDamaged says that the bytes of a blob are not those that were kept. Putting the same file
// again mends it.
var ErrDamaged = errors.New("its bytes are not those that were kept")

// checkSum refuses what is no sum, since sums become names of files.
func checkSum(sum string) error {
	if len(sum) != 64 {
		return fmt.Errorf("blob: %q is no SHA-256 in hex: %w", shortened(sum), ErrNotFound)
	}
	for _, c := range []byte(sum) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("blob: %q is no SHA-256 in hex: %w", shortened(sum), ErrNotFound)
		}
	}
	return nil
}

func shortened(text string) string { return text[:min(len(text), 64)] }
