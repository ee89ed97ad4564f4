package work

import (
	"context"
	"errors"
	"fmt"
)

// Ready says, for whoever watches, which of what the service stands on does not answer.
func (s *Service) Ready(ctx context.Context) error {
	var errs []error
	for _, part := range []struct {
		name  string
		check func(context.Context) error
	}{{"store", s.Store.Ready}, {"queue", s.Queue.Check}, {"blobs", s.Blobs.Check}} {
		if err := part.check(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", part.name, err))
		}
	}
	return errors.Join(errs...)
}
