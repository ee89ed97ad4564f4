package queue

import (
	"context"

	"github.com/nats-io/nats.go"
)

// Tell says that something changed that goes by topic, such as a petition's id, to whoever
// listens now. It is a hint to look, and may be lost.
func (q *Queue) Tell(topic string) {
	_ = q.conn.Publish(q.names.tell+topic, nil) // listeners look by themselves every now and then
}

// Listen gives a signal after each Tell of a topic, or of any for "*"; several that
// nobody took are one.
// stop must be called. The channel is never closed.
func (q *Queue) Listen(ctx context.Context, topic string) (changed <-chan struct{}, stop func()) {
	signal := make(chan struct{}, 1)
	sub, err := q.conn.Subscribe(q.names.tell+topic, func(*nats.Msg) {
		select {
		case signal <- struct{}{}:
		default:
		}
	})
	if err != nil {
		q.options.Log.Warn("listen for changes", "topic", topic, "error", err)
		return signal, func() {}
	}
	end := func() { _ = sub.Unsubscribe() } // fails only where it is over already
	ended := context.AfterFunc(ctx, end)
	return signal, func() {
		ended()
		end()
	}
}
