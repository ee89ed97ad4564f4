package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/ingest"
	"countersign/internal/fixtures"
	"countersign/verify/roll"
)

// An export that is read in a process of its own is the one that is read here.
func TestExportAsReadHere(t *testing.T) {
	r := open(t, Options{})
	opts := roll.Options{AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	want, err := roll.Open(fixtures.Members, opts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Export(t.Context(), fixtures.Members, filepath.Base(fixtures.Members), opts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(roll.Roll{},
		roll.Members{})); diff != "" || want.Members.Len() == 0 ||
		want.Members.Len() != got.Members.Len() {
		t.Error(diff)
	}
	for at, m := range want.Members.All() {
		if diff := cmp.Diff(m, got.Members.At(at)); diff != "" {
			t.Fatal(diff)
		}
	}
	if a, b := roll.NewSearcher(want).Search("smith", 5), roll.NewSearcher(got).Search("smith",
		5); len(a) == 0 || !cmp.Equal(a, b) {
		t.Errorf("%v are found, and here %v", b, a)
	}
	file, err := os.Open(fixtures.Members)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	peek, err := r.PeekAtExport(t.Context(), fixtures.Members, "members.csv", opts)
	if diff := cmp.Diff(roll.PeekAt(file, "members.csv", opts), peek); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// What is wrong with an export is said as it is here, and one that costs too much is refused by
// name: the service itself grows by nothing.
func TestExportsThatAreRefused(t *testing.T) {
	r := open(t, Options{Memory: 150, OpenTime: time.Minute})
	short := open(t, Options{OpenTime: time.Millisecond})
	lost := fixtures.Write(t, "lost.csv", []byte("ID,First,Last,Status\n"+
		strings.Repeat(",,,\n1,,,Active\n", 50)+"2,Ann,Marsh,Active\n"))
	for name, tt := range map[string]struct {
		pool *Pool
		path string
		opts roll.Options
		want string
	}{
		"a bomb of repeated cells": {r, fixtures.Write(t, "bomb.xlsx", fixtures.XLSXBomb(t, 8<<20)),
			roll.Options{}, ""},
		"one huge cell": {r, fixtures.Write(t, "huge.csv",
			append([]byte("Last Name,City\n\""), bytes.Repeat([]byte("a"), 90<<20)...)),
			roll.Options{}, "needs more than 150 MB of memory"},
		"many rows": {r, fixtures.Write(t, "many.csv", manyMembers(3000)),
			roll.Options{MaxRows: 1000}, "more than 1000 rows"},
		"a long time": {short, fixtures.Write(t, "slow.csv", manyMembers(3000)),
			roll.Options{}, "takes longer than"},
		"losses": {r, lost, roll.Options{}, "accept-losses"},
		"no headings": {r, fixtures.Write(t, "none.csv", []byte("1,2\n3,4\n")),
			roll.Options{}, "membership export none.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			before := resident(os.Getpid())
			_, err := tt.pool.Export(t.Context(), tt.path, filepath.Base(tt.path), tt.opts)
			if err == nil || !strings.Contains(err.Error(), tt.want) ||
				!strings.Contains(err.Error(), filepath.Base(tt.path)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if grown := resident(os.Getpid()) - before; grown > 64<<20 {
				t.Errorf("the service grew by %d MB", grown>>20)
			}
			if name == "losses" {
				if loss := (*roll.LossError)(nil); !errors.As(err, &loss) {
					t.Errorf("%T", err)
				}
			}
		})
	}
}

// Who no longer waits for an export ends its reader.
func TestExportEndsWithTheContext(t *testing.T) {
	r := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	path := fixtures.Write(t, "many.csv", manyMembers(200_000))
	if _, err := r.Export(ctx, path, "many.csv", roll.Options{}); !errors.Is(err,
		context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(r.options.Temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A reader of an export sees that file and no other, not even those that readers of pages see.
func TestExportIsConfined(t *testing.T) {
	r := open(t, Options{})
	p, err := r.start(fixtures.Write(t, "own.csv", manyMembers(1)))
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := r.with(t.Context(), p, asked{Path: fixtures.Members, Name: "members.csv",
		Export: &askedExport{}})
	if err != nil || head.Trouble == "" {
		t.Errorf("it read another's: %+v, %v", head, err)
	}
	var input *ingest.InputError
	if errors.As(said(head), &input) {
		t.Errorf("%v is said of the file", input)
	}
}

func manyMembers(n int) []byte {
	var b bytes.Buffer
	b.WriteString("Member Number,First Name,Last Name,City,State,Status\n")
	for i := range n {
		fmt.Fprintf(&b, "%07d,Given%d,Family%d,Erie,PA,Active\n", i+1, i%97, i)
	}
	return b.Bytes()
}
