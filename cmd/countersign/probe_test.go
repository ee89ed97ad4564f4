package main

import (
	"log/slog"
	"strings"
	"testing"
)

// A worker that cannot reach the files of the service says so before it takes a page.
func TestProbe(t *testing.T) {
	dir := t.TempDir()
	o := serviceOptions{Data: dir, Log: slog.New(slog.DiscardHandler)}
	with := func(nats bool, do func(s *service)) {
		t.Helper()
		o.BlobsNATS = nats
		s, err := openService(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		do(s)
	}
	look := func(s *service, want string) {
		t.Helper()
		err := s.lookForProbe(t.Context())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	lay := func(s *service) {
		t.Helper()
		for range 2 { // at each start
			if err := s.layProbe(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	with(true, func(s *service) { look(s, "") }) // nobody serves yet
	with(false, func(s *service) { lay(s); look(s, "") })
	with(true, func(s *service) { look(s, "--blobs nats") })
	with(true, func(s *service) { lay(s); look(s, "") })
}
