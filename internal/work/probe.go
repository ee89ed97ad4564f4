package work

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/internal/blob"
	"countersign/internal/store"
)

// probeSetting holds the sum of a small file that the service keeps beside the others, by which
// whoever works for it from elsewhere sees whether the files are within reach.
const probeSetting = "blobs-probe"

// layProbe keeps the probe, if it is not there yet.
func (s *Service) LayProbe(ctx context.Context) error {
	sum, err := s.Store.Setting(ctx, probeSetting)
	if err != nil {
		return err
	}
	if sum != "" && s.Blobs.Verify(ctx, sum) == nil {
		return nil
	}
	text := "Countersign keeps its files here.\n" + store.NewID() + "\n"
	if sum, _, err = s.Blobs.Put(ctx, strings.NewReader(text)); err != nil {
		return err
	}
	return s.Store.SetSetting(ctx, probeSetting, sum, "countersign")
}

// lookForProbe refuses to work for a service whose files are out of reach: each page would be
// tried in vain and given up.
func (s *Service) LookForProbe(ctx context.Context) error {
	sum, err := s.Store.Setting(ctx, probeSetting)
	if err != nil || sum == "" { // a service that has not started yet
		return err
	}
	err = s.Blobs.Verify(ctx, sum)
	if errors.Is(err, blob.ErrNotFound) {
		return errors.New("the service keeps its files where this computer does not reach them: " +
			"start it with --blobs nats and the same --nats, so that workers find them there")
	}
	if err != nil {
		return fmt.Errorf("reach the files of the service: %w", err)
	}
	return nil
}
