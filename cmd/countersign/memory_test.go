package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"countersign/ingest"
	"countersign/internal/fixtures"
)

// TestMemory: pages are streamed, so 30 pages need no more memory than 3, but
// for what is kept of their lines and for which pages meet in a collection.
func TestMemory(t *testing.T) {
	sheet, size := shortSheet(t)
	few := fixtures.Write(t, "few.pdf", fixtures.PDF(3, sheet, size.X, size.Y))
	many := fixtures.Write(t, "many.pdf", fixtures.PDF(30, sheet, size.X, size.Y))
	check(t, exitOK, "--quiet", "--workers", "2", few) // what is made once is made here
	var rows int
	peak := func(path string) int64 {
		return peakHeap(func() {
			got, _ := check(t, exitOK, "--quiet", "--workers", "2", "--out", t.TempDir(), path)
			rows = got.Counts.Rows
		})
	}
	low, high := peak(few), peak(many)
	t.Logf("peak of the live heap: %d MB for 3 pages, %d MB for 30 with %d rows", low>>20, high>>20, rows)
	if rows < 60 {
		t.Fatalf("%d rows on 30 pages: there is nothing to measure", rows)
	}
	const room = 48 << 20 // of the 105 MB that the pages would take
	if high > low+room {
		t.Errorf("30 pages need %d MB, 3 need %d", high>>20, low>>20)
	}
}

// shortSheet is a sheet of the sample from which all but a few lines are wiped,
// so that reading it 30 times takes seconds.
func shortSheet(t *testing.T) (jpg []byte, size image.Point) {
	t.Helper()
	var reader ingest.Reader
	defer reader.Close()
	d, err := reader.Open(context.Background(), sample)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := d.Page(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	at := p.Image.Bounds()
	g := image.NewGray(at)
	draw.Draw(g, at, p.Image, at.Min, draw.Src)
	wiped := at
	wiped.Min.Y += at.Dy() * 26 / 100
	draw.Draw(g, wiped, image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), at.Size()
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
