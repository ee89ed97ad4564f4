package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// GiveUp marks an error that another try would not mend: gaveUp is called at once.
func GiveUp(err error) error { return &hopeless{err} }

type hopeless struct{ error }

func (h *hopeless) Unwrap() error { return h.error }

// Wait marks an error that is not of the work: what it needs, such as a database, is away. The work
// is kept in hand and tried again until that is back, and no try is counted.
func Wait(err error) error { return &waiting{err} }

type waiting struct{ error }

func (w *waiting) Unwrap() error { return w.error }

// errCrashed is given up with when work was begun again and again and never ended.
var errCrashed = errors.New("whoever worked on it ended each time before it was done")

// crashes is how many more deliveries than tries are borne. Only a worker that dies at
// its work uses them up: a restarted service must not find its pages given up for that.
const crashes = 10

// Work handles announcements of a stage, n at a time, until ctx ends; it returns when what
// runs then has ended, to which Options.Grace is left. While handle runs, the queue is told
// that somebody works. An error of handle has the work delivered again later; the
// last one, or a GiveUp, goes to gaveUp, which writes it where a person sees it. After a Wait
// nothing is delivered again.
func (q *Queue) Work(ctx context.Context, stage string, n int, handle func(ctx context.Context,
	subject string) error, gaveUp func(ctx context.Context, subject string, err error)) error {
	if _, err := q.consumer(ctx, stage); err != nil {
		return err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stopped := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(q.options.Grace):
			cancel()
		case <-running.Done():
		}
	})
	defer stopped()
	w := &worker{q: q, stage: stage, handle: handle, gaveUp: gaveUp, failed: map[uint64]int{}}
	var hands sync.WaitGroup
	for range n {
		hands.Go(func() { w.run(ctx, running) })
	}
	hands.Wait()
	return nil
}

// consumer makes the consumer of a stage or finds it. How often work is delivered is
// counted here and not by the server, which would leave what ran out lying there
// for ever, unseen.
func (q *Queue) consumer(ctx context.Context, stage string) (jetstream.Consumer, error) {
	c, err := q.js.CreateOrUpdateConsumer(ctx, q.names.stream, jetstream.ConsumerConfig{
		Durable:       stage,
		FilterSubject: q.names.work + stage,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       q.options.AckWait,
		MaxDeliver:    -1,
		MaxAckPending: 10_000,
	})
	if err != nil {
		return nil, fmt.Errorf("make the queue's consumer of %s: %w", stage, err)
	}
	return c, nil
}

type worker struct {
	q      *Queue
	stage  string
	handle func(context.Context, string) error
	gaveUp func(context.Context, string, error)

	mu     sync.Mutex
	failed map[uint64]int // tries that failed, by an announcement's place in the stream
}

// run takes one announcement after the other. One that is taken is begun at once: what
// would lie here waiting would run out of time.
func (w *worker) run(ctx, running context.Context) {
	var c jetstream.Consumer
	for ctx.Err() == nil {
		var err error
		if c == nil {
			if c, err = w.q.consumer(ctx, w.stage); err != nil {
				w.trouble(ctx, err)
				continue
			}
		}
		msg, err := next(ctx, c)
		if err != nil {
			w.trouble(ctx, err)
			c = nil // it may be gone with the server that had it
			continue
		}
		if msg != nil {
			w.one(ctx, running, msg)
		}
	}
}

// trouble waits a moment: whoever cannot reach the queue must not spin.
func (w *worker) trouble(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	w.q.options.Log.Warn("queue", "stage", w.stage, "error", err)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
}

// wait is how long one question for work stays open, and beat how often the server is
// to show meanwhile that it is alive.
const (
	wait = 20 * time.Second
	beat = 5 * time.Second
)

// next is an announcement, or nil where there was none for a while.
func next(ctx context.Context, c jetstream.Consumer) (jetstream.Msg, error) {
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	batch, err := c.Fetch(1, jetstream.FetchContext(limited), jetstream.FetchHeartbeat(beat))
	if err != nil {
		return nil, fmt.Errorf("ask for work: %w", err)
	}
	// The channel is read until it closes: what arrives as ctx ends is still ours.
	var msg jetstream.Msg
	for m := range batch.Messages() {
		msg = m
	}
	if err := batch.Error(); msg == nil && err != nil && limited.Err() == nil &&
		!errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("ask for work: %w", err)
	}
	return msg, nil
}

// one handles an announcement and answers for it. Tries are those that failed here: a server that
// was away delivers again what was in hand, which says nothing of the work.
func (w *worker) one(stop, ctx context.Context, msg jetstream.Msg) {
	about, err := msg.Metadata()
	if err != nil {
		w.q.options.Log.Error("queue", "stage", w.stage, "error", err)
		return
	}
	subject, delivered := string(msg.Data()), int(about.NumDelivered)
	began := time.Now()
	if delivered > w.q.options.Deliver+crashes {
		err = GiveUp(errCrashed)
	} else {
		err = w.attempt(stop, ctx, msg, subject)
	}
	var final *hopeless
	var away *waiting
	stopped := ctx.Err() != nil || errors.As(err, &away)
	tries := w.count(about.Sequence.Stream, err != nil && !stopped)
	log := w.q.options.Log.With("stage", w.stage, "subject", subject, "try", tries, "took",
		time.Since(began).Round(time.Millisecond).String())
	answering, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	switch {
	case err == nil:
		log.Debug("done")
		err = msg.DoubleAck(answering)
	case stopped: // told to stop: nobody failed, and somebody else may have it at once
		log.Info("left undone")
		err = msg.Nak()
	case errors.As(err, &final) || tries >= w.q.options.Deliver:
		log.Warn("given up")
		if final != nil {
			err = final.error
		}
		w.gaveUp(answering, subject, err)
		w.forget(about.Sequence.Stream)
		err = msg.Term()
	default:
		log.Info("to be tried again")
		err = msg.NakWithDelay(w.q.pause(tries))
	}
	if err != nil { // it will be delivered again, which does no harm
		log.Warn("queue did not take the answer", "error", err)
	}
}

// pause is how long after a failed try the next one comes.
func (q *Queue) pause(tries int) time.Duration {
	d := q.options.Delay
	for range tries - 1 {
		d = min(4*d, time.Minute)
	}
	return d
}

// count counts a try that failed, forgets one that did not, and says how many failed.
func (w *worker) count(seq uint64, failed bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !failed {
		delete(w.failed, seq)
		return 1
	}
	w.failed[seq]++
	return w.failed[seq]
}

func (w *worker) forget(seq uint64) { w.count(seq, false) }

// attempt runs handle, again and again while what it needs is away, and tells the queue meanwhile
// that somebody works.
func (w *worker) attempt(stop, ctx context.Context, msg jetstream.Msg, subject string) (err error) {
	done := make(chan struct{})
	var ticks sync.WaitGroup
	ticks.Go(func() {
		t := time.NewTicker(w.q.options.AckWait / 3)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				// the next one may get through, and if none does the work is done twice
				_ = msg.InProgress()
			case <-done:
				return
			}
		}
	})
	defer ticks.Wait()
	defer close(done)
	for told := false; ; {
		err = w.once(ctx, subject)
		if away := (*waiting)(nil); !errors.As(err, &away) {
			return err
		}
		if !told {
			w.q.options.Log.Warn("work waits for what is away", "stage", w.stage, "subject",
				subject, "error", err)
			told = true
		}
		select {
		case <-time.After(w.q.options.Delay):
		case <-stop.Done():
			return err
		}
	}
}

// once runs handle. A fault of the program is an error like others.
func (w *worker) once(ctx context.Context, subject string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("a fault in countersign: %v", fault)
		}
	}()
	return w.handle(ctx, subject)
}
