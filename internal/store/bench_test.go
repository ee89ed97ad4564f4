package store

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"

	"countersign/internal/fixtures/postgrestest"
)

// BenchmarkSQLite and BenchmarkPostgres time what the service does most, with
// rows and matches as large as those of real sheets.
func BenchmarkSQLite(b *testing.B) { benchmarks(b, open(b, sqliteURL(b))) }

func BenchmarkPostgres(b *testing.B) {
	pg := postgrestest.Start(b)
	benchmarks(b, open(b, pg.Create(b, "bench")))
}

func benchmarks(b *testing.B, s *Store) {
	ctx := b.Context()
	v := begin(b, s)
	large := fill(b, s, v, 5000)
	b.Run("Lines of 5,000", func(b *testing.B) {
		measure(b, func(int) {
			if n := len(got(s.Lines(ctx, v.petition.ID))(b)); n != 5000 {
				b.Fatalf("%d lines", n)
			}
		})
	})
	b.Run("Version", func(b *testing.B) {
		measure(b, func(int) { got(s.Version(ctx, v.petition.ID))(b) })
	})
	one := LineID(large[0].ID, 1)
	b.Run("AddFinding", func(b *testing.B) {
		measure(b, func(int) {
			got(s.AddFinding(ctx, Finding{LineID: one, By: v.account.ID, Kind: "accept",
				MemberID: "31234567", Searches: 2}))(b)
		})
	})
	b.Run("Claim", func(b *testing.B) {
		measure(b, func(int) {
			if _, ok, err := s.Claim(ctx, one, v.account.ID, now()); err != nil || !ok {
				b.Fatal(ok, err)
			}
		})
	})
	b.Run("ReadPage of 20 lines", func(b *testing.B) {
		read := full(20)
		measure(b, func(i int) { // each time another result
			read[0].Picture = sum(i)
			must(b, s.ReadPage(ctx, v.pages[1], read))
		})
	})
	b.Run("MatchLines of 20", func(b *testing.B) {
		measure(b, func(i int) {
			must(b, s.MatchLines(ctx, v.pages[1].ID, v.snapshot.ID, matches(v.pages[1], 20, i)))
		})
	})
	b.Run("Record", func(b *testing.B) {
		measure(b, func(int) {
			got(s.Record(ctx, AuditEntry{Actor: v.account.ID, Action: "accept", Subject: one}))(b)
		})
	})
	for range 40 {
		fill(b, s, begin(b, s), 500)
	}
	b.Run("Petitions, 41 of 25,000 lines", func(b *testing.B) {
		measure(b, func(int) { got(s.Petitions(ctx))(b) })
	})
	b.Run("Counts, one of 5,000 lines", func(b *testing.B) {
		measure(b, func(int) { got(s.Counts(ctx, v.petition.ID))(b) })
	})
	b.Run("Stale, 41 petitions", func(b *testing.B) {
		measure(b, func(int) { got(s.Stale(ctx, -1))(b) })
	})
}

// measure also gives the processor time, which other programs on the machine
// change less than the time on the clock. What PostgreSQL takes is not in it.
func measure(b *testing.B, do func(i int)) {
	b.ReportAllocs()
	before := processor(b)
	for i := 0; b.Loop(); i++ {
		do(i)
	}
	b.ReportMetric(float64(processor(b)-before)/float64(b.N), "cpu-ns/op")
}

func processor(b *testing.B) int64 {
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return used.Utime.Nano() + used.Stime.Nano()
}

// fill adds an upload of n lines, 20 on a page, read and matched.
func fill(b *testing.B, s *Store, v story, n int) []Page {
	b.Helper()
	ctx := b.Context()
	u := got(s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum("large")}))(b)
	var pages []Page
	for i := range n / 20 {
		pages = append(pages, Page{Number: i + 1})
	}
	must(b, s.OpenedUpload(ctx, u.ID, pages, ""))
	pages = got(s.PagesOf(ctx, u.ID))(b)
	for _, p := range pages {
		must(b, s.ReadPage(ctx, p, full(20)))
		must(b, s.MatchLines(ctx, p.ID, v.snapshot.ID, matches(p, 20, 0)))
	}
	drain(b, s)
	return pages
}

// full are lines of the size that a handwritten row of five fields has.
func full(n int) []Line {
	list := lines(n)
	for i := range list {
		list[i].Row = fmt.Appendf(bytes.Repeat([]byte(`{"text":"Marie Curie","confidence":0.87},`),
			20), "%d", i)
	}
	return list
}

// matches are ten candidates a line.
func matches(p Page, n, turn int) map[string][]byte {
	of := map[string][]byte{}
	for i := range n {
		of[LineID(p.ID, i+1)] = fmt.Appendf(
			bytes.Repeat([]byte(
				`{"member":"31234567","probability":0.0123,"because":["number: equal","name: close"]},`), 20), "%d", turn)
	}
	return of
}
