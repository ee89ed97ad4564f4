package work

import (
	"log/slog"
	"strings"
	"testing"
)

// A worker that cannot reach the files of the service says so before it takes a page.
func TestProbe(t *testing.T) {
	dir := t.TempDir()
	o := Options{Data: dir, Log: slog.New(slog.DiscardHandler)}
	with := func(nats bool, do func(s *Service)) {
		t.Helper()
		o.BlobsNATS = nats
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		do(s)
	}
	look := func(s *Service, want string) {
		t.Helper()
		err := s.LookForProbe(t.Context())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	lay := func(s *Service) {
		t.Helper()
		for range 2 { // at each start
			if err := s.LayProbe(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	with(true, func(s *Service) { look(s, "") }) // nobody serves yet
	with(false, func(s *Service) { lay(s); look(s, "") })
	with(true, func(s *Service) { look(s, "--blobs nats") })
	with(true, func(s *Service) { lay(s); look(s, "") })
}

// Workers of another version than the service are refused before they take a page.
func TestSameProgram(t *testing.T) {
	s := openTestService(t, Options{})
	same := func(name string) error { return s.SameProgram(t.Context(), name) }
	if err := same("countersign 1"); err != nil { // nobody served yet
		t.Error(err)
	}
	for _, name := range []string{"countersign 1", "countersign 1", "countersign 2"} {
		if err := s.NameProgram(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if err := same("countersign 2"); err != nil {
		t.Error(err)
	}
	if err := same("countersign 1"); err == nil || !strings.Contains(err.Error(), "install the same version") {
		t.Errorf("got %v", err)
	}
}
