package verify

import (
	"bytes"
	"os"
	"testing"

	"countersign/verify/roll"
)

// What a program takes until it can match the first line: the export named by MEMBERS, or 58,000
// made members.
func BenchmarkStart(b *testing.B) {
	data := []byte(nil)
	if path := os.Getenv("MEMBERS"); path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			b.Fatal(err)
		}
	} else {
		data = export(newWorld(b, 58_000, 3).members)
	}
	b.ReportAllocs()
	cpu := cpuSeconds()
	for b.Loop() {
		r, err := roll.Import(bytes.NewReader(data), "members.csv", roll.Options{AcceptLosses: true})
		if err != nil {
			b.Fatal(err)
		}
		NewMatcher(r, Options{})
	}
	b.ReportMetric((cpuSeconds()-cpu)/float64(b.N), "cpu-s/op")
}
