package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// clusterCopies is how many copies a cluster keeps unless it is said otherwise: the fewest with
// which one server may be lost, disk and all, while work goes on.
const clusterCopies = 3

// TooFewCopies says that something has fewer copies than it had when it was opened.
type TooFewCopies struct {
	Of         string // name of the stream
	Have, Want int
}

func (e *TooFewCopies) Error() string {
	return fmt.Sprintf("%s has %d copies, not %d: raise them again with nats stream edit, or "+
		"start countersign again", e.Of, e.Have, e.Want)
}

// Ready is what whoever asks from outside may know.
func (e *TooFewCopies) Ready() string {
	return fmt.Sprintf("%d copies instead of %d", e.Have, e.Want)
}

// errAlone is what blobs on a cluster are refused with.
var errAlone = errors.New("the queue's cluster has fewer than three servers that can hold files, " +
	"so that each file would lie on one of them alone and be lost with it: let it have three, or " +
	"say --nats-replicas 1 if that is how it shall be")

// keep makes a stream, or gives one that is there what is wanted of it. What an operator set
// there besides stays, more copies included.
func (q *Queue) keep(
	ctx context.Context, want jetstream.StreamConfig,
) (s jetstream.Stream, err error) {
	there, err := q.js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		q.fresh = true
		err = q.withCopies(want.Name, 0, func(n int) error {
			want.Replicas = n
			s, err = q.js.CreateOrUpdateStream(ctx, want)
			return err
		})
		return s, err
	}
	if err != nil {
		return nil, err
	}
	has := there.CachedInfo().Config
	next := has
	next.Subjects, next.Retention, next.Discard = want.Subjects, want.Retention, want.Discard
	next.MaxBytes, next.MaxMsgSize, next.Duplicates = want.MaxBytes, want.MaxMsgSize,
		want.Duplicates
	err = q.withCopies(want.Name, has.Replicas, func(n int) error {
		next.Replicas = n
		s, err = q.js.UpdateStream(ctx, next)
		return err
	})
	return s, err
}

// withCopies makes or changes something of which there are so many copies, 0 for none yet.
func (q *Queue) withCopies(name string, have int, do func(n int) error) error {
	want := q.options.Replicas
	switch {
	case q.options.Leave && have > 0:
		want = have
	case want == 0 && q.clustered():
		want = clusterCopies
	case want == 0:
		want = 1
	}
	want = max(want, have)
	err := do(want)
	if tooFewServers(err) && want > max(have, 1) {
		if q.options.Replicas > 0 {
			return fmt.Errorf("%d copies are asked for with --nats-replicas, and the queue's "+
				"servers "+
				"have no room for them: add servers, or ask for fewer: %w", want, err)
		}
		want = max(have, 1)
		q.options.Log.Warn("the queue's cluster keeps one copy: let it have three servers",
			"stream", name, "error", err)
		err = do(want)
	}
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.copies[name] = want
	return nil
}

// clustered says whether the queue's server is one of several.
func (q *Queue) clustered() bool { return q.embedded == nil && q.conn.ConnectedClusterName() != "" }

// The server's codes for more copies than it has servers; the client names no constants for them.
const (
	noPeers      jetstream.ErrorCode = 10005
	notClustered jetstream.ErrorCode = 10074
)

// tooFewServers tells a cluster that is too small from one of which a server is away just now:
// that one shall not begin with a single copy.
func tooFewServers(err error) bool {
	api := (*jetstream.APIError)(nil)
	if !errors.As(err, &api) {
		return false
	}
	return api.ErrorCode == notClustered ||
		api.ErrorCode == noPeers && !strings.Contains(api.Description, "offline")
}

// Objects is where blobs lie that several machines share: a bucket, made where
// it is missing. On a cluster it has several copies, unless one was asked for.
func (q *Queue) Objects(ctx context.Context) (js jetstream.JetStream, bucket string, err error) {
	if err := q.keepObjects(ctx); err != nil {
		return nil, "", fmt.Errorf("open the queue's store of objects: %w", err)
	}
	return q.js, q.names.bucket, nil
}

func (q *Queue) keepObjects(ctx context.Context) error {
	name := "OBJ_" + q.names.bucket // as the client calls it
	there, err := q.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		err = q.withCopies(name, 0, func(n int) error {
			if n == 1 && q.alone() {
				return errAlone
			}
			_, err := q.js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{
				Bucket: q.names.bucket, Storage: jetstream.FileStorage, Replicas: n,
			})
			return err
		})
		if err != nil && !errors.Is(err, jetstream.ErrBucketExists) { // made by another meanwhile
			return err
		}
		there, err = q.js.Stream(ctx, name)
	}
	if err != nil {
		return err
	}
	has := there.CachedInfo().Config
	return q.withCopies(name, has.Replicas, func(n int) error {
		if n == 1 && q.alone() && !q.options.Leave {
			return errAlone
		}
		next := has
		next.Replicas = n
		// Any server that has a copy answers a direct question, also one that has not heard yet
		// of what was kept a moment ago.
		next.AllowDirect = n == 1
		if next.Replicas == has.Replicas && next.AllowDirect == has.AllowDirect {
			return nil
		}
		_, err := q.js.UpdateStream(ctx, next)
		return err
	})
}

// alone says whether one copy on a cluster was not asked for.
func (q *Queue) alone() bool { return q.clustered() && q.options.Replicas == 0 }
