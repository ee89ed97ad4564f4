package extract

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// invented is a sheet with all that a sheet can hold.
func invented() Sheet {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(frames, classes int) seen {
		p := make([]float32, frames*classes)
		for i := range p {
			p[i] = float32(math.Exp(-30 * random.Float64()))
		}
		p[3] = 0                               // what cannot be
		p[4] = math.SmallestNonzeroFloat32     // and what nearly cannot
		p[5], p[6] = 1, math.Nextafter32(1, 0) // and what is next to sure
		return seen{classes, p}
	}
	return Sheet{
		Kind: Signers, Rotation: 270, Source: "scan",
		Columns: []Column{{"Name", []Field{Name}}, {"City, State", []Field{City, State}}},
		Notes:   []string{"one", "two"},
		Rows: []Row{
			{Number: 2, Box: Box{0.1, 0.2, 0.3, 1.0 / 3}, Signed: SignedYes, Struck: true, Fields: map[Field]Reading{
				Name:     {Text: "Anna Fill", Confidence: 0.1 + 0.2, Engine: "hand", Alternatives: []Alternative{{"Anna Fell", 0.25}}, Words: []Lattice{word(9, letters), word(31, letters)}},
				MemberID: {Text: "0123", Confidence: 0.9, Engine: "hand", Words: []Lattice{word(17, signs)}},
				Street:   {Text: "12 Elm St", Confidence: 0.8, Engine: "hand", Words: []Lattice{word(23, signs)}},
				City:     {Text: "Bend", Confidence: 1, Engine: "tesseract"},
			}},
			{Number: 3, Signed: SignedNo, Fields: map[Field]Reading{}},
		},
		Cover: Cover{"Group", "Purpose", []Organizer{{"A", "B", SignedUnsure}}},
	}
}

func packedSheet(t testing.TB, s Sheet) []byte {
	t.Helper()
	data, err := EncodeSheet(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSheetComesBack(t *testing.T) {
	for name, want := range map[string]Sheet{"full": invented(), "empty": {}, "blank": {Kind: Blank}} {
		t.Run(name, func(t *testing.T) {
			if cover, err := DecodeCover(packedSheet(t, want)); err != nil || !cmp.Equal(cover, want.Cover) {
				t.Errorf("the cover alone: %+v, %v", cover, err)
			}
			got, err := DecodeSheet(packedSheet(t, want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a lattice says of a letter is the same to the last bit, whoever made it.
func TestLatticeKeepsEveryBit(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		p := math.Float32frombits(random.Uint32N(0x3f800001)) // any from 0 to 1
		got := see(logs{p}, signs)
		if got.p[0] != p || got.p[letters] != p || got.LogProbability(0, 0) != math.Log(float64(p)) {
			t.Fatalf("%b became %b", p, got.p[0])
		}
	}
}

// logs is somebody else's lattice of one frame.
type logs struct{ p float32 }

func (l logs) Frames() int                          { return 1 }
func (l logs) LogProbability(_ int, _ rune) float64 { return math.Log(float64(l.p)) }

// A sheet stored before the digits of a field were kept can still be read: as text alone,
// where digits count.
func TestSheetOfVersionsBefore(t *testing.T) {
	digits := map[byte][]Field{lettersOnly: nil, numbersOnly: {MemberID}}
	for version, kept := range digits {
		stored, want := invented(), invented()
		for _, f := range []Field{MemberID, Street} {
			if slices.Contains(kept, f) {
				continue
			}
			r := stored.Rows[0].Fields[f]
			r.Words = nil
			want.Rows[0].Fields[f] = r
			r.Words = []Lattice{seen{letters, make([]float32, 7*letters)}}
			stored.Rows[0].Fields[f] = r
		}
		data, err := encodeSheet(stored, version)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeSheet(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
	}
}

func TestPicturesAreNotKept(t *testing.T) {
	with := invented()
	with.Rows[0].Picture = bytes.Repeat([]byte("jpeg"), 1000)
	if !bytes.Equal(packedSheet(t, with), packedSheet(t, invented())) {
		t.Error("a picture changes the bytes of a sheet")
	}
}

// Any byte changed and any part missing is noticed.
func TestDamagedSheet(t *testing.T) {
	whole := packedSheet(t, invented())
	for n := range len(whole) {
		if _, err := DecodeCover(whole[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("the cover of the first %d bytes of a sheet: %v", n, err)
		}
		if _, err := DecodeSheet(whole[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(whole), err)
		}
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 0x10
		if s, err := DecodeSheet(bad); err == nil && !cmp.Equal(s, invented(), cmp.AllowUnexported(seen{})) {
			t.Fatalf("byte %d changed: another sheet came out", i)
		}
	}
}

func TestSheetThatUnpacksToTooMuch(t *testing.T) {
	bomb, err := packed(make([]byte, MaxSheet+1), sheetVersion)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeSheet(bomb); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeSheet(f *testing.F) {
	whole := packedSheet(f, invented())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	plain, err := unpacked(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = DecodeSheet(data)
		if inside, err := packed(data, sheetVersion); err == nil { // past the checksum
			if s, err := DecodeSheet(inside); err == nil {
				_, _ = EncodeSheet(s)
			}
		}
	})
}

func BenchmarkEncodeSheet(b *testing.B) {
	s := invented()
	for range 5 {
		s.Rows = append(s.Rows, s.Rows...)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EncodeSheet(s); err != nil {
			b.Fatal(err)
		}
	}
}
