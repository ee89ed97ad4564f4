package work

import (
	"context"
	"time"
)

// How often to look whether the audit log has grown, and how often to write its head into the
// program's own log, which other machines may keep.
const (
	noteEvery = time.Second
	sayEvery  = 10 * time.Minute
)

// NoteHeads notes the head of the audit log outside of the database, as it grows, until ctx ends
// and once more then. What was noted before is looked at first, and said where it is not so.
func (s *Service) NoteHeads(ctx context.Context) {
	if _, err := s.Heads.Check(context.WithoutCancel(ctx), s.Store); err != nil {
		// also where the service is stopped at once
		s.Log.Error("the audit log is not the one that was noted: run countersign audit verify",
			"error", err)
	}
	if err := s.Heads.Tidy(); err != nil {
		s.Log.Warn("heads of the audit log", "error", err)
	}
	var noted int64
	said := time.Time{}
	for {
		last := ctx.Err() != nil
		seq, _, err := s.Store.AuditHead(context.WithoutCancel(ctx))
		if err == nil && seq != noted {
			var hash string
			if noted, hash, err = s.Heads.Note(context.WithoutCancel(ctx), s.Store); err == nil &&
				(last || time.Since(said) > sayEvery) {
				s.Log.Info("head of the audit log", "entry", noted, "hash", hash)
				said = time.Now()
			}
		}
		if err != nil {
			s.Log.Warn("heads of the audit log", "error", err)
		}
		if last {
			return
		}
		Pause(ctx, noteEvery)
	}
}
