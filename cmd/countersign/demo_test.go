package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/store"
	"countersign/internal/web"
)

// The demonstration has petitions at three points of their life, and begins only once.
func TestDemo(t *testing.T) {
	s := openTestService(t, serviceOptions{})
	desk := newDesk(s.store, s.blobs, s.rolls)
	d := &demo{service: s, desk: desk, register: &registrar{store: s.store, desk: desk, now: time.Now}, now: time.Now()}
	var err error
	d.site, err = web.New(web.Options{Store: s.store, Blobs: s.blobs, Bell: s.queue, Desk: desk, Register: d.register, Uploads: filepath.Join(t.TempDir(), "uploads"), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
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
	settled(t, s, demoReview)
	for id, want := range map[string]string{demoReview: "submitted", demoGroup: "approved", demoDraft: "draft"} {
		if p, err := s.store.Petition(t.Context(), id); err != nil || p.State != want {
			t.Errorf("%s is %s, want %s; %v", id, p.State, want, err)
		}
	}
	groups, err := d.register.Groups(t.Context())
	if err != nil || len(groups) != 1 || groups[0].Status != "active" {
		t.Errorf("%+v, %v", groups, err)
	}
	c, err := desk.Case(t.Context(), demoReview)
	if err != nil || len(c.Queue("demo-verifier", false)) == 0 {
		t.Errorf("nothing waits for the verifier; %v", err)
	}
	if _, err := s.store.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
	if p, err := s.store.Account(t.Context(), "demo-chair"); err != nil || len(p.Roles) != 1 || p.Roles[0] != store.Chair {
		t.Errorf("%+v, %v", p, err)
	}
}
