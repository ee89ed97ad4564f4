package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
)

// twice is how soon the same certificate by the same person is an impatient second click.
const twice = time.Minute

// certifyCount freezes the count of a petition, for a page and for the API. A later
// certificate supersedes it and says why. stays is why the register leaves the petition
// where it is, and empty where the certificate was a step of its life. seen is the version of
// the petition that a person looked at; empty where nobody did.
func (s *Server) certifyCount(ctx context.Context, id, reason, seen string) (t store.Tally, stays string, err error) {
	who := accountIn(ctx)
	v, err := s.petition(ctx, who, id)
	if err != nil {
		return t, "", err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case seen != "" && v.Tally != nil && v.Tally.Version == v.Case.Version && v.Tally.By == who.ID && v.Tally.Reason == reason && s.Now().Sub(v.Tally.At) < twice:
		return *v.Tally, "", nil // clicked twice
	case seen != "" && seen != v.Case.Version:
		return t, "", problem(http.StatusConflict, "The petition changed since you looked at it, and nothing was certified. Look at the new count and certify that.")
	case v.TallyWhy != "":
		return t, "", problem(http.StatusConflict, v.TallyWhy)
	case v.Tally != nil && reason == "":
		return t, "", problem(http.StatusUnprocessableEntity, "The count was certified before. Say why it is replaced.")
	case len(reason) > 2000:
		return t, "", problem(http.StatusUnprocessableEntity, "The reason is too long: use at most 2,000 characters.")
	}
	counts, err := json.Marshal(v.Count)
	if err != nil {
		return t, "", fmt.Errorf("write the counts: %w", err)
	}
	t = store.Tally{PetitionID: v.ID, Version: v.Case.Version, Counts: counts, SnapshotID: v.SnapshotID, RulesHash: v.Rules.Hash, Program: s.Program, By: who.ID, At: s.Now(), Reason: reason}
	if v.Tally != nil {
		t.Supersedes = v.Tally.ID
	}
	t, err = s.Store.AddTally(ctx, t)
	if errors.Is(err, store.ErrConflict) {
		return t, "", problem(http.StatusConflict, "The petition changed while it was counted. Look at the new count and certify that.")
	}
	if err != nil {
		return t, "", fmt.Errorf("certify the count: %w", err)
	}
	if err := s.note(ctx, "tally.certified", v.ID, "tally "+t.ID); err != nil {
		return t, "", err
	}
	err = s.Register.AddToLife(ctx, v.ID, office.NewStep{Kind: "certify", On: s.today()}, who)
	if why := (*office.RegisterError)(nil); errors.As(err, &why) {
		return t, why.Text, nil
	}
	if err != nil {
		return t, "", fmt.Errorf("write the certificate down: %w", err)
	}
	return t, "", nil
}

// today is the day that it is, without a time of day.
func (s *Server) today() time.Time {
	now := s.Now().UTC()
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}
