package work

import (
	"context"
	"time"

	"countersign/internal/store"
)

// How often to look for messages that another process wrote, how many to send at once,
// and how long to wait when the queue takes none.
const (
	pumpEvery = time.Second
	pumpMost  = 500
	pumpPause = 5 * time.Second
)

// pump sends what the store wants announced: at once after whoever wrote it told of the
// change, and every second anyhow. A message is forgotten once the queue has it on disk;
// what a crash lets be sent twice, the queue knows by its id.
func (w *workers) pump(ctx context.Context) {
	changed, stop := w.queue.Listen(ctx, "*")
	defer stop()
	tick := time.NewTicker(pumpEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := w.send(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("announce work", "error", err)
			Pause(ctx, pumpPause)
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// send empties the outbox.
func (w *workers) send(ctx context.Context) error {
	for {
		messages, err := w.store.Unsent(ctx, pumpMost)
		if err != nil || len(messages) == 0 {
			return err
		}
		var sent []string
		for _, m := range messages {
			if err = w.queue.Announce(ctx, m.Stage, m.Subject, m.ID); err != nil {
				break
			}
			sent = append(sent, m.ID)
		}
		if forgot := w.store.Sent(context.WithoutCancel(ctx), sent); forgot != nil {
			return forgot
		}
		if err != nil {
			return err
		}
	}
}

// How often to look for work that nobody does, and how old it must be.
const (
	sweepEvery = 30 * time.Second
	sweepAge   = 10 * time.Second
)

// sweep announces again what is still to do and nobody does, at once at the start: a
// crash may have come between the answer to an announcement and its result, and the
// queue's folder may have been lost.
func (w *workers) sweep(ctx context.Context) {
	for ctx.Err() == nil {
		if err := w.announceStale(ctx, sweepAge); err != nil && ctx.Err() == nil {
			w.log.Warn("look for stale work", "error", err)
		}
		Pause(ctx, sweepEvery)
	}
}

// announceStale leaves alone stages that have something waiting: what is still to do
// there has most likely not had its turn yet.
func (w *workers) announceStale(ctx context.Context, age time.Duration) error {
	stale, err := w.store.Stale(ctx, age)
	if err != nil || len(stale) == 0 {
		return err
	}
	depth, err := w.queue.Depth(ctx)
	if err != nil {
		return err
	}
	again := map[string]int{}
	for _, m := range stale {
		if depth[m.Stage] > 0 {
			continue
		}
		if err := w.store.Announce(ctx, m.Stage, m.Subject); err != nil {
			return err
		}
		again[m.Stage]++
	}
	for _, stage := range []string{store.Ingest, store.Extract, store.Verify} {
		if again[stage] > 0 {
			w.log.Info("announced again", "stage", stage, "count", again[stage])
		}
	}
	return nil
}

// Pause waits, or returns early with ctx.
func Pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
