package main

import (
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/fixtures"
)

// TestMemory: pages are streamed, so 15 pages need no more memory than 3, but
// for what is kept of their lines and for which pages meet in a collection.
func TestMemory(t *testing.T) {
	scan := fixtures.FewLines(t)
	few := fixtures.Write(t, "few.pdf", fixtures.PDF(3, scan.JPEG, scan.Width, scan.Height))
	many := fixtures.Write(t, "many.pdf", fixtures.PDF(15, scan.JPEG, scan.Width, scan.Height))
	one := fixtures.Write(t, "one.pdf", fixtures.PDF(1, scan.JPEG, scan.Width, scan.Height))
	check(t, exitOK, "--quiet", "--workers", "2", one) // what is made once is made here
	var rows int
	peak := func(path string) int64 {
		return peakHeap(func() {
			got, _ := check(t, exitOK, "--quiet", "--workers", "2", "--out", t.TempDir(), path)
			rows = got.Counts.Rows
		})
	}
	low, high := peak(few), peak(many)
	t.Logf("peak of the live heap: %d MB for 3 pages, %d MB for 15 with %d rows", low>>20, high>>20,
		rows)
	if rows < 30 {
		t.Fatalf("%d rows on 15 pages: there is nothing to measure", rows)
	}
	const room = 25 << 20 // of the 42 MB that the pages would take
	if high > low+room {
		t.Errorf("15 pages need %d MB, 3 need %d", high>>20, low>>20)
	}
}

// peakHeap is the most that lay on the heap alive after any collection while
// work went on.
func peakHeap(work func()) int64 {
	runtime.GC()
	var peak atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			metrics.Read(live)
			peak.Store(max(peak.Load(), int64(live[0].Value.Uint64())))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	work()
	close(stop)
	<-stopped
	return peak.Load()
}
