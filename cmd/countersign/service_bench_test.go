package main

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/store"
)

// BenchmarkServiceOverCheck takes the sample through check and through the service, from
// the upload to the last match, and says how much longer the service takes. Check starts
// anew each time, as it does for people; the service has been up for a while.
func BenchmarkServiceOverCheck(b *testing.B) {
	s := openTestService(b)
	fixtures.AddMembers(b, s.Store, s.Blobs, "s1", fixtures.Read(b, members))
	working(b, s)
	data := fixtures.Read(b, sample)
	serve := func(id string) time.Duration {
		fixtures.AddPetition(b, s.Store, id, "s1")
		began := time.Now()
		sum, size, err := s.Blobs.Put(b.Context(), bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Store.AddUpload(b.Context(), store.Upload{PetitionID: id, SHA256: sum,
			Name: "petition.pdf", Size: size}); err != nil {
			b.Fatal(err)
		}
		s.Queue.Tell(id)
		fixtures.Settled(b, s.Store, id)
		return time.Since(began)
	}
	serve("warm")
	var checked, served time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		if r := alone(sample); r.code != exitOK {
			b.Fatal(r.stderr)
		}
		checked += time.Since(began)
		served += serve(fmt.Sprint("p", i))
	}
	b.ReportMetric(checked.Seconds()/float64(b.N), "check-s/op")
	b.ReportMetric(served.Seconds()/float64(b.N), "service-s/op")
	b.ReportMetric(served.Seconds()/checked.Seconds(), "service/check")
	b.ReportMetric(0, "ns/op") // both together say nothing
}
