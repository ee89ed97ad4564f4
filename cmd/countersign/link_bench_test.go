package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/fixtures/linktest"
	"countersign/internal/fixtures/postgrestest"
	"countersign/internal/work"
)

// BenchmarkWorkers reads scans in one process with all that it needs, and then on one, two and four
// other machines that reach queue, files and database over a link of 10 ms each way: pages a
// second, and what a page costs in all processes together, PostgreSQL's included. LOAD_SCANS is how
// many scans of three pages there are (6).
func BenchmarkWorkers(b *testing.B) {
	scans := loadOf(b, "LOAD_SCANS", 6)
	var alone float64
	b.Run("embedded", func(b *testing.B) {
		for range b.N {
			s := openTestService(b)
			fixtures.AddMembers(b, s.Store, s.Blobs, "s1", fixtures.Read(b, members))
			working(b, s)
			alone = readAll(b, s, scans, func() time.Duration { return cpuOf(b, os.Getpid()) })
		}
	})
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(workers, "-workers"), func(b *testing.B) {
			for range b.N {
				far := readFarAway(b, workers, scans)
				b.ReportMetric(far/alone, "cpu/embedded")
			}
		})
	}
}

// readFarAway reads with so many workers behind a link, and says what a page cost in seconds of
// CPU.
func readFarAway(b *testing.B, workers, scans int) float64 {
	const delay = 10 * time.Millisecond
	pg := postgrestest.Own(b)
	way := b.TempDir()
	linktest.New(b, pg.Socket(), linktest.Options{Network: "unix", At: filepath.Join(way,
		filepath.Base(pg.Socket())), Delay: delay})
	s, err := work.Open(b.Context(), work.Options{Data: b.TempDir(), DB: pg.URL("public"),
		Listen: "127.0.0.1:0", Token: "word", BlobsNATS: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.LayProbe(b.Context()); err != nil {
		b.Fatal(err)
	}
	toNATS := linktest.New(b, s.Queue.Address(), linktest.Options{Delay: delay})
	fixtures.AddMembers(b, s.Store, s.Blobs, "s1", fixtures.Read(b, members))
	for range workers {
		w := &worker{t: b, args: []string{"work", "--nats", "nats://word@" + toNATS.Address(),
			"--db", pg.Through(way, "public"), "--workers", "1", "--log-level", "error"}}
		w.start()
		defer w.kill()
	}
	return readAll(b, s, scans, func() time.Duration { return cpuOf(b, os.Getpid()) })
}

// readAll hands scans in, waits until all are read and matched, and says what a page cost in
// seconds of CPU.
func readAll(b *testing.B, s *work.Service, scans int, cpu func() time.Duration) float64 {
	office := officeOf(s, "")
	hand := func(petition string, copies int) (pages int) {
		fixtures.AddPetition(b, s.Store, petition, "s1")
		for i := range copies {
			data := fmt.Appendf(nil, "%s\n%% copy %d of %s\n", fixtures.Read(b, sample), i,
				petition)
			if _, _, err := office.AddFile(b.Context(), petition, fmt.Sprintf("sheets %d.pdf", i),
				"ann", bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
		fixtures.Settled(b, s.Store, petition)
		counts, err := s.Store.Counts(b.Context(), petition)
		if err != nil || counts.Failures > 0 || counts.Read != counts.Pages || counts.Pages == 0 {
			b.Fatalf("%+v, %v", counts, err)
		}
		return counts.Pages
	}
	hand("warm", 4) // so that each worker has begun
	began, spent := time.Now(), cpu()
	pages := hand("measured", scans)
	spent = cpu() - spent
	b.ReportMetric(float64(pages)/time.Since(began).Seconds(), "pages/s")
	perPage := spent.Seconds() / float64(pages)
	b.ReportMetric(perPage, "cpu-s/page")
	b.ReportMetric(0, "ns/op") // says nothing
	return perPage
}

// cpuOf is how much processor time a process and all that it started took until now.
func cpuOf(b *testing.B, pid int) time.Duration {
	type process struct {
		parent int
		spent  int64 // in ticks, those of children that ended included
	}
	all := map[int]process{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ") // after the name, which may be anything
		f := strings.Fields(rest)
		own, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || len(f) < 15 {
			continue
		}
		p := process{}
		p.parent, _ = strconv.Atoi(f[1])
		for _, n := range f[11:15] { // utime, stime, cutime, cstime
			ticks, _ := strconv.ParseInt(n, 10, 64)
			p.spent += ticks
		}
		all[own] = p
	}
	var ticks int64
	for own, p := range all {
		for at := own; at > 0; at = all[at].parent {
			if at == pid {
				ticks += p.spent
				break
			}
		}
	}
	const hertz = 100 // USER_HZ, the same on every Linux
	return time.Duration(ticks) * time.Second / hertz
}
