package verify

import (
	"testing"

	"countersign/extract"
)

func BenchmarkMatch(b *testing.B) {
	w := newWorld(b, 58000, 1)
	for name, layout := range map[string][]extract.Field{
		"number": {extract.MemberID, extract.Date},
		"place":  {extract.Institution, extract.CityState},
		"email":  {extract.MemberID, extract.Email},
		"street": {extract.Street, extract.City, extract.State, extract.ZIP},
	} {
		var lines []signed
		for i := range 100 {
			lines = append(lines, w.sign(i, layout, 0.05))
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				w.matcher.Match(lines[i%len(lines)].Line)
				i++
			}
		})
	}
}
