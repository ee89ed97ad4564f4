package roll

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A roll that went from one process to another is the same roll, and can be searched.
func TestPacked(t *testing.T) {
	const export = "ID,First Name,Last Name,Former Name,Email,City,Paid Thru,Status,Birth Date\n" +
		"1,Ann,Lee,,a@x.org;b@x.org,Ely,2027-06-30,Active,1980-01-02\n" +
		"1,Ann,Lee,,c@x.org,Ely,2026-06-30,Lapsed,\n" +
		"2,Bo,Lee,Ray,,Ely,soon,Active,\n" +
		"2,Cy,Fox,,,,,Active,\n"
	opts := Options{AsOf: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), AcceptLosses: true}
	want, err := Import(strings.NewReader(export), "m.csv", opts)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ImportPacked(strings.NewReader(export), "m.csv", opts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unpack(p, opts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Roll{}, Members{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(membersOf(want), membersOf(got)); diff != "" {
		t.Error(diff)
	}
	if at := got.ByEmail("c@x.org"); len(at) != 1 || got.Members.At(at[0]).Family != "Lee" {
		t.Errorf("found %v", at)
	}
}

// Whatever a member has, is packed: a field that is new must not be forgotten.
func TestAllOfMemberIsPacked(t *testing.T) {
	var all Member
	fill(t, reflect.ValueOf(&all).Elem(), new(int))
	all.Marks = &Marks{}
	fill(t, reflect.ValueOf(all.Marks).Elem(), new(int))
	all.ID = "1"
	changed := all
	changed.ID, changed.Family = "0", "Moss"
	p := newPacker()
	p.add(&all)
	p.add(&Member{ID: "2"})
	at := p.add(&all)
	*p.loosen(at) = changed
	got := Roll{Members: p.all(func(*Member) {})}
	if diff := cmp.Diff([]*Member{&changed, &all, {ID: "2"}}, membersOf(&got), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// fill gives each field of a struct another value.
func fill(t *testing.T, of reflect.Value, n *int) {
	for i := range of.NumField() {
		*n++
		word := strings.Repeat("x", *n)
		switch f := of.Field(i).Addr().Interface().(type) {
		case *string:
			*f = word
		case *[]string:
			*f = []string{word, "y" + word}
		case *[]int:
			*f = []int{*n, 1000 * *n}
		case *int:
			*f = *n
		case *time.Time:
			*f = time.Date(1850+*n, 2, 3, 0, 0, 0, 0, time.UTC)
		case **Marks:
		default:
			t.Fatalf("what is a %T packed as?", f)
		}
	}
}

// What another process sends may be anything: it is a roll, or an error.
func FuzzUnpack(f *testing.F) {
	p, err := ImportPacked(strings.NewReader("ID,First Name,Last Name,Email\n1,Ann,Lee,a@x.org\n2,Bo,Lee,\n"), "m.csv", Options{})
	if err != nil {
		f.Fatal(err)
	}
	shared, records := p.Lots[1+partGiven], p.Lots[1+parts]
	f.Add(p.Lots[0], shared, records)
	f.Add(p.Lots[0], shared, records[:len(records)-3])
	f.Add(p.Lots[0][1:], shared, records)
	f.Add([]byte{3, 3, 3}, []byte{1, 1}, []byte{3, 3, 3})
	f.Add(p.Lots[0], []byte{99, 99}, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, texts, shared, records []byte) {
		lots := slices.Clone(p.Lots)
		lots[0], lots[1+partGiven], lots[1+parts] = texts, shared, records
		r, err := Unpack(Packed{Head: p.Head, Lots: lots}, Options{})
		if err != nil {
			return
		}
		for range r.Members.All() {
		}
	})
}

func BenchmarkPacked60000(b *testing.B) {
	r := big(b, 60000)
	b.ReportAllocs()
	for b.Loop() {
		p, err := r.pack()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Unpack(p, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
