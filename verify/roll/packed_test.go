package roll

import (
	"reflect"
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
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Roll{})); diff != "" {
		t.Error(diff)
	}
	if at := got.ByEmail("c@x.org"); len(at) != 1 || got.Members[at[0]].Family != "Lee" {
		t.Errorf("found %v", at)
	}
}

// Whatever a member has, is packed: a field that is new must not be forgotten.
func TestAllOfMemberIsPacked(t *testing.T) {
	var all Member
	fill(t, reflect.ValueOf(&all).Elem(), new(int))
	all.Marks = &Marks{}
	fill(t, reflect.ValueOf(all.Marks).Elem(), new(int))
	w := packer{at: map[string]int{}}
	w.member(&all)
	w.member(&Member{})
	w.member(&all)
	u := unpacker{in: string(w.out)}
	for i, want := range []Member{all, {}, all} {
		var got Member
		if u.member(&got); u.bad {
			t.Fatalf("member %d is bad", i)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("member %d: %s", i, diff)
		}
	}
	if u.in != "" {
		t.Errorf("%d bytes are left", len(u.in))
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
			*f = time.Date(1850+*n, 2, 3, 4, 5, 6, 7, time.UTC)
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
	f.Add(p.Lots[0])
	f.Add(p.Lots[0][:len(p.Lots[0])-3])
	f.Add([]byte{3, 3, 3})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, lot []byte) {
		r, err := Unpack(Packed{Head: p.Head, Lots: [][]byte{lot}}, Options{})
		if err == nil && len(r.Members) == 0 {
			t.Error("bytes, and no members")
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
