package verify

import (
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/extract"
	"countersign/verify/roll"
)

// How much BenchmarkFigures measures on: published figures come from 20,000 lines and
// five seeds, which take an hour.
var (
	figureLines = flag.Int("lines", 400, "lines of each error rate that BenchmarkFigures measures on")
	figureSeeds = flag.Int("seeds", 1, "rolls that BenchmarkFigures draws")
	figureSize  = flag.Int("size", 60000, "members of each roll")
	figureAll   = flag.Int("against-all", 20, "lines that BenchmarkIndex compares with a search through all members")
)

// plainLayout is a sheet without member numbers.
var plainLayout = []extract.Field{extract.City, extract.State, extract.ZIP}

// BenchmarkFigures prints what the matcher does to lines with a name, city,
// state and ZIP code, misread at four rates, and beside it what two matchers do that
// readers know.
func BenchmarkFigures(b *testing.B) {
	for _, wrong := range []float64{0, 0.05, 0.10, 0.20} {
		for _, kind := range []string{"countersign", "countersign-lattice", "fellegi-sunter", "civic-tech"} {
			b.Run(fmt.Sprintf("wrong=%.0f%%/%s", 100*wrong, kind), func(b *testing.B) {
				for b.Loop() {
					var f judged
					for seed := range *figureSeeds {
						f.measure(b, kind, uint64(1+seed), wrong, *figureLines)
					}
					f.report(b)
				}
			})
		}
	}
}

// petitionLines are decided together, as those of a petition are.
const petitionLines = 100

// baseline is a matcher to measure: candidates by member number, best first, and a
// score.
type baseline func(Line) (ids []string, score float64)

func (f *judged) measure(b *testing.B, kind string, seed uint64, wrong float64, n int) {
	w := theCountry(b, *figureSize, seed)
	w.reseed(seed*1000 + uint64(100*wrong))
	var other baseline
	switch kind {
	case "fellegi-sunter":
		other = newFellegiSunter(w, wrong).score
	case "civic-tech":
		other = newCivicTech(w).score
	}
	w.lattices = kind == "countersign-lattice"
	lines := make([]signed, n)
	for i := range lines {
		lines[i] = w.sign(i, plainLayout, wrong)
	}
	began := cpuSeconds()
	for petition := range slices.Chunk(lines, petitionLines) {
		var matches []Match
		for _, l := range petition {
			if other == nil {
				matches = append(matches, w.matcher.Match(l.Line))
				continue
			}
			ids, score := other(l.Line)
			f.rank(l, ids, score)
		}
		for i, d := range Decide(MIG(), Dates{}, matches) {
			f.add(petition[i], d)
		}
	}
	f.seconds += cpuSeconds() - began
}

func (f *judged) report(b *testing.B) {
	n := float64(len(f.lines))
	share := func(k int) float64 { return 100 * float64(k) / float64(f.members) }
	b.ReportMetric(share(f.top1), "top1-%")
	b.ReportMetric(share(f.top5), "top5-%")
	b.ReportMetric(share(f.within(0.005)), "at-0.5%-%")
	b.ReportMetric(share(f.within(0.001)), "at-0.1%-%")
	b.ReportMetric(1000*f.seconds/n, "cpu-ms/line")
	b.ReportMetric(0, "ns/op")
	if f.ruled == 0 {
		return
	}
	brier, off := f.calibration()
	low, high := interval(f.falsely, f.ruled)
	b.ReportMetric(share(f.ruled-f.falsely), "decided-%")
	b.ReportMetric(float64(f.falsely), "false")
	b.ReportMetric(100*low, "false-low-%")
	b.ReportMetric(100*high, "false-high-%")
	b.ReportMetric(brier, "brier")
	b.ReportMetric(off, "calibration-error")
}

// within counts the lines decided rightly if all those above a score are, the
// score being the lowest at which no more than a share of the lines of the other
// half are decided wrongly.
func (f *judged) within(bound float64) int {
	right := 0
	for half := range 2 {
		var fit, test []judgedLine
		for i, l := range f.lines {
			if i%2 == half {
				fit = append(fit, l)
			} else {
				test = append(test, l)
			}
		}
		slices.SortFunc(fit, func(a, b judgedLine) int { return cmp.Compare(b.score, a.score) })
		least, wrong := math.Inf(1), 0
		for i, l := range fit {
			if !l.right {
				wrong++
			}
			if last := i+1 == len(fit) || fit[i+1].score != l.score; last && float64(wrong) <= bound*float64(i+1) {
				least = l.score
			}
		}
		for _, l := range test {
			if l.right && l.score >= least {
				right++
			}
		}
	}
	return right
}

// interval is the 95 % interval of a share (Wilson 1927).
func interval(k, n int) (low, high float64) {
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, middle-half), middle + half
}

// cpuSeconds is the time that the process has had the processor, whoever else
// is at work on the machine.
func cpuSeconds() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// countries are kept, for they take longer to draw than to measure on.
var countries = map[[2]uint64]*world{}

func theCountry(t testing.TB, size int, seed uint64) *world {
	key := [2]uint64{uint64(size), seed}
	if countries[key] == nil {
		clear(countries)
		countries[key] = newCountry(t, size, seed)
	}
	return countries[key]
}

// civicTech is the matcher of civic-tech projects that check petitions against
// voter files: the ten names with the best ratio, then the ratio of the
// address, and the harmonic mean of both.
type civicTech struct {
	w      *world
	names  []string
	places []string
}

func newCivicTech(w *world) *civicTech {
	c := &civicTech{w: w}
	for _, m := range w.members {
		c.names = append(c.names, strings.ToUpper(m["First Name"]+" "+m["Last Name"]))
		c.places = append(c.places, strings.ToUpper(m["City"]+" "+m["State"]+" "+m["Zip"]))
	}
	return c
}

func (c *civicTech) score(l Line) (ids []string, score float64) {
	type found struct {
		at    int
		score float64
	}
	n, _ := writtenName(l.Row)
	written := newRatio(strings.ToUpper(strings.Join(n.Given, " ") + " " + strings.Join(n.Family, " ")))
	place := newRatio(strings.ToUpper(l.Fields[extract.City].Text + " " + l.Fields[extract.State].Text + " " + l.Fields[extract.ZIP].Text))
	var best []found
	for i, s := range c.names {
		r := written.of(s)
		if len(best) == 10 && r <= best[9].score {
			continue
		}
		best = append(best, found{i, r})
		slices.SortStableFunc(best, func(a, b found) int { return cmp.Compare(b.score, a.score) })
		best = best[:min(10, len(best))]
	}
	for i := range best {
		a, b := best[i].score, place.of(c.places[best[i].at])
		best[i].score = 2 * a * b / max(a+b, 1e-9)
	}
	slices.SortStableFunc(best, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	for _, f := range best {
		ids = append(ids, c.w.members[f.at]["ID"])
	}
	return ids, best[0].score
}

// ratio is twice the longest common subsequence over both lengths, bit-parallel
// (Hyyrö 2004).
type ratio struct {
	at     [256]uint64
	length int
}

func newRatio(s string) *ratio {
	r := &ratio{length: min(len(s), 64)}
	for i := range r.length {
		r.at[s[i]] |= 1 << i
	}
	return r
}

func (r *ratio) of(s string) float64 {
	v := ^uint64(0)
	for i := range len(s) {
		u := v & r.at[s[i]]
		v = v + u | v - u
	}
	common := 0
	for i := range r.length {
		if v>>i&1 == 0 {
			common++
		}
	}
	return 2 * float64(common) / float64(r.length+len(s))
}

// BenchmarkThroughput matches lines on all processors at once.
func BenchmarkThroughput(b *testing.B) {
	for _, kind := range []string{"text", "lattice"} {
		b.Run(kind, func(b *testing.B) {
			w := theCountry(b, *figureSize, 1)
			w.reseed(77)
			w.lattices = kind == "lattice"
			lines := make([]signed, 500)
			for i := range lines {
				lines[i] = w.sign(i, plainLayout, 0.1)
			}
			var next atomic.Int64
			cpu := cpuSeconds()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					w.matcher.Match(lines[int(next.Add(1))%len(lines)].Line)
				}
			})
			cpu = cpuSeconds() - cpu
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			b.ReportMetric(float64(b.N)/cpu*float64(runtime.GOMAXPROCS(0)), "lines/s-undisturbed") // had no one else used the processors
		})
	}
}

// BenchmarkIndex imports an export of -size members and makes it searchable, and tells what stays
// in memory, what a line takes, and how many lines have another first candidate if all members
// are searched.
func BenchmarkIndex(b *testing.B) {
	file := filepath.Join(b.TempDir(), "members.csv")
	writeExport(b, file, *figureSize)
	for b.Loop() {
		before := heapBytes()
		began := time.Now()
		r, err := roll.Open(file, roll.Options{})
		if err != nil {
			b.Fatal(err)
		}
		read := time.Since(began)
		m := NewMatcher(r, Options{})
		b.ReportMetric(time.Since(began).Seconds(), "s")
		b.ReportMetric(read.Seconds(), "s-import")
		b.ReportMetric(float64(heapBytes()-before)/1e6, "MB")
		w := newPeople(b, 5)
		w.found()
		lines := make([]Line, 1000)
		for i := range lines {
			member := r.Members.At(int32(w.rand.IntN(r.Members.Len())))
			lines[i].Row = extract.Row{Number: i, Fields: map[extract.Field]extract.Reading{
				extract.Name: {Text: misread(w.rand, member.Given+" "+member.Family, 0.1), Confidence: 0.7}, extract.City: {Text: misread(w.rand, member.City, 0.1), Confidence: 0.7},
				extract.State: {Text: member.State, Confidence: 0.7}, extract.ZIP: {Text: misread(w.rand, member.ZIP, 0.1), Confidence: 0.7},
			}}
		}
		cpu := cpuSeconds()
		for _, l := range lines {
			m.Match(l)
		}
		b.ReportMetric(1000*(cpuSeconds()-cpu)/float64(len(lines)), "cpu-ms/line")
		missed, off := 0, 0.0
		for _, l := range lines[:*figureAll] {
			got, all := m.Match(l), everyMember(m, l)
			if len(got.Candidates) == 0 {
				off = max(off, all[0].p)
				continue
			}
			if got.Candidates[0].Member.ID != r.Members.ID(all[0].at) {
				missed++
			}
			off = max(off, math.Abs(got.Candidates[0].Probability-all[0].p))
		}
		b.ReportMetric(float64(missed), "missed")
		b.ReportMetric(off, "largest-difference")
		b.ReportMetric(0, "ns/op")
	}
}

// everyMember scores all members for a line, which misses none, and returns the likeliest first.
func everyMember(m *Matcher, l Line) []scored {
	w := newWork(m)
	s := m.see(w, l.Row)
	s.routed = nil
	for at := range int32(m.roll.Members.Len()) {
		s.routed = append(s.routed, at)
	}
	all, _ := m.normalise(s, m.score(w, s))
	return m.mergeRecords(all)
}

// writeExport writes an export of people spread over towns.
func writeExport(b *testing.B, file string, size int) {
	p := newPeople(b, 1)
	p.found()
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := csv.NewWriter(f)
	w.Write(header)
	for i := range size {
		m := p.member(100_000 + i)
		var row []string
		for _, h := range header {
			row = append(row, m[h])
		}
		w.Write(row)
	}
	w.Flush()
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
