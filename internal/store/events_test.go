package store

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testEvents(t *testing.T, s *Store) {
	ctx := t.Context()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	first, err := s.AddEvent(ctx, Event{Of: "petition", Subject: "p", Kind: "submit", On: day,
		By: "a", Words: map[string]string{"note": "ümlaut"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddEvent(ctx, Event{Of: "petition", Subject: "p", Kind: "acknowledge", On: day,
		By: "a"}, ""); !errors.Is(err, ErrConflict) {
		t.Errorf("an event that knows nothing of the one before: %v", err)
	}
	second, err := s.AddEvent(ctx, Event{Of: "petition", Subject: "p", Kind: "undo", On: day,
		By: "a", Undoes: first.ID}, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddEvent(ctx, Event{Of: "group", Subject: "p", Kind: "establish", On: day,
		By: "a"}, ""); err != nil {
		t.Errorf("a group of the same id: %v", err)
	}
	got, err := s.Events(ctx, "petition", "p")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Words["note"] != "ümlaut" || !got[0].On.Equal(day) ||
		got[1].Undoes != first.ID || got[1].ID != second.ID {
		t.Errorf("%+v", got)
	}
	all, err := s.EventsOfAll(ctx, "petition")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]Event{"p": got}, all); diff != "" {
		t.Error(diff)
	}

	// Of many who saw the same state one comes through.
	var wg sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = s.AddEvent(ctx, Event{Of: "petition", Subject: "p", Kind: "submit",
				On: day, By: strconv.Itoa(i)}, second.ID)
		})
	}
	wg.Wait()
	through := 0
	for _, err := range errs {
		switch {
		case err == nil:
			through++
		case !errors.Is(err, ErrConflict):
			t.Error(err)
		}
	}
	if through != 1 {
		t.Errorf("%d came through", through)
	}

	// A clock that was set back changes no order.
	before, err := s.AddEvent(ctx, Event{Of: "group", Subject: "q", Kind: "establish", On: day,
		At: day.Add(time.Hour)}, "")
	if err != nil {
		t.Fatal(err)
	}
	if after, err := s.AddEvent(ctx, Event{Of: "group", Subject: "q", Kind: "rename", On: day,
		At: day}, before.ID); err != nil || after.At.Before(before.At) {
		t.Errorf("written down at %v, after what was at %v; %v", after.At, before.At, err)
	}
}
