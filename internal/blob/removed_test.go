package blob_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"countersign/internal/blob"
)

// Who puts a file that is just being removed waits for that, and writes it anew.
func TestFilesPutWhileRemoved(t *testing.T) {
	s := files(t, t.TempDir())
	want := []byte("petition")
	sum, _, err := s.Put(t.Context(), bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	name, _, err := s.Path(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	file, err := blob.Hold(name) // to look at its time, which is old
	if err != nil {
		t.Fatal(err)
	}
	put := make(chan error, 1)
	go func() {
		_, _, err := s.Put(t.Context(), bytes.NewReader(want))
		put <- err
	}()
	select {
	case err := <-put:
		t.Fatalf("it was put while another held it: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-put; err != nil {
		t.Fatal(err)
	}
	same(t, s, want)
	if list := filesIn(t, filepath.Dir(name)); len(list) != 1 {
		t.Errorf("%v", list)
	}
}

// What a bucket says of a blob is not written over what another said since.
func TestObjectsNotedMeanwhile(t *testing.T) {
	js := startNATS(t)
	if _, err := js.CreateObjectStore(t.Context(), jetstream.ObjectStoreConfig{
		Bucket: "blobs"}); err != nil {
		t.Fatal(err)
	}
	s, err := blob.OpenObjects(t.Context(), js, "blobs", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := []byte("petition")
	put := func() string {
		t.Helper()
		sum, _, err := s.Put(t.Context(), bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	for _, meanwhile := range []func(sum string){
		func(string) { put() }, // touched
		func(sum string) {
			if gone, err := s.DeleteOlder(t.Context(), sum, later()); err != nil || !gone {
				t.Error(gone, err)
			}
		},
	} {
		again, err := s.Note(t.Context(), put())
		if err != nil {
			t.Fatal(err)
		}
		meanwhile(sumOf(want))
		if written, err := again(); err != nil || written {
			t.Errorf("written over what came since: %v, %v", written, err)
		}
		put()
		same(t, s, want)
	}
}
