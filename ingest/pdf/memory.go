package pdf

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// reserved gives each PDFium its memory as one reserved stretch of addresses,
// of which only what it touches is taken from the machine and all is given
// back when it ends. In Go's heap every growth would be a copy beside the
// original, and a large page would cost the collector's doubling on top.
func reserved(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(
		func(_, most uint64) experimental.LinearMemory {
			m, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
			if err != nil {
				return &heap{}
			}
			return &stretch{m}
		}))
}

// stretch is a reserved stretch of addresses.
type stretch struct{ all []byte }

func (s *stretch) Reallocate(size uint64) []byte {
	if size > uint64(len(s.all)) {
		return nil
	}
	return s.all[:size]
}

func (s *stretch) Free() {
	if s.all != nil {
		syscall.Munmap(s.all) // can only fail for a stretch that is not ours
		s.all = nil
	}
}

// heap is for machines that do not let a stretch be reserved.
type heap struct{ all []byte }

func (h *heap) Reallocate(size uint64) []byte {
	if size > uint64(len(h.all)) {
		h.all = append(h.all, make([]byte, size-uint64(len(h.all)))...)
	}
	return h.all
}

func (h *heap) Free() { h.all = nil }
