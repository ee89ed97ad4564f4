package main

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web"
	"countersign/internal/work"
	"countersign/report/register"
)

// The demonstration has petitions at six points of their life, and the sample is short of what it
// needs without verifiers, and begins only once.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := openTestService(t)
	d := &demo{service: s, office: officeOf(s, ""), now: time.Now()}
	var err error
	d.site, err = web.New(web.Options{Store: s.Store, Blobs: s.Blobs, Bell: s.Queue,
		Office: d.office, Uploads: filepath.Join(t.TempDir(), "uploads"),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		if fresh, err := d.begin(t.Context()); err != nil || fresh != want {
			t.Fatalf("begun for the %d. time: %v, %v", i+1, fresh, err)
		}
	}
	working(t, s)
	if err := d.goOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	fixtures.Settled(t, s.Store, demoReview)
	for id, want := range map[string]string{demoReview: "submitted", demoDraft: "draft",
		demoShort: "tallied", demoAgenda: "agenda", demoApproved: "approved", demoOld: "approved"} {
		if p, err := s.Store.Petition(t.Context(), id); err != nil || p.State != want {
			t.Errorf("%s is %s, want %s; %v", id, p.State, want, err)
		}
	}
	groups, err := d.office.Groups(t.Context(), office.Everything(), register.AsOf{})
	if err != nil || len(groups) != 2 {
		t.Errorf("%+v, %v", groups, err)
	}
	c, err := d.office.Case(t.Context(), demoReview)
	if err != nil || len(c.Queue("demo-verifier", false)) == 0 || c.Count.Certain ||
		c.Count.Valid >= c.Count.Required || c.Count.Possible < c.Count.Required {
		t.Errorf("the sample does not wait for verifiers: %+v, %v", c.Count, err)
	}
	pages, err := s.Store.Pages(t.Context(), demoReview)
	if err != nil || len(pages) != 6 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
	for _, p := range pages {
		if listed := p.Source == "list"; listed != (p.Picture == "") {
			t.Errorf("page %s of a %s has the picture %q", p.ID, p.Source, p.Picture)
		}
	}
	if points, err := d.office.OpenPoints(t.Context(), demoReview); err != nil || len(points) == 0 {
		t.Errorf("the sample has no open point; %v", err)
	}
	if _, err := s.Store.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
	if p, err := s.Store.Account(t.Context(), "demo-chair"); err != nil || len(p.Roles) != 1 ||
		p.Roles[0] != store.Chair {
		t.Errorf("%+v, %v", p, err)
	}
}

// openTestService opens a service in a folder of the test's own.
func openTestService(t testing.TB) *work.Service {
	t.Helper()
	s, err := work.Open(t.Context(), work.Options{Data: t.TempDir(),
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// working runs the workers until the test ends.
func working(t testing.TB, s *work.Service) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Work(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); all.Wait() })
}
