package queue_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"countersign/internal/blob"
	"countersign/internal/fixtures/natstest"
	"countersign/internal/queue"
)

// cluster is that of natstest, with what is tried on it here.
type cluster struct {
	*natstest.Cluster
	t *testing.T
}

func newCluster(t *testing.T, servers int) *cluster { return &cluster{natstest.New(t, servers), t} }

func (c *cluster) open(o queue.Options) (q *queue.Queue) {
	o.URL = c.URLs()
	natstest.Eventually(c.t, "open the queue", func() (err error) {
		q, err = queue.Open(c.t.Context(), o)
		return err
	})
	return q
}

func (c *cluster) blobs(q *queue.Queue) (b *blob.Objects) {
	natstest.Eventually(c.t, "open the blobs", func() error {
		js, bucket, err := q.Objects(c.t.Context())
		if err != nil {
			return err
		}
		b, err = blob.OpenObjects(c.t.Context(), js, bucket, c.t.TempDir())
		return err
	})
	return b
}

// copies are those that each stream is set to have.
func (c *cluster) copies() map[string]int {
	conn, err := nats.Connect(c.URLs())
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		c.t.Fatal(err)
	}
	out := map[string]int{}
	for _, name := range []string{"COUNTERSIGN", "OBJ_countersign-blobs"} {
		natstest.Eventually(c.t, "look at "+name, func() error {
			stream, err := js.Stream(c.t.Context(), name)
			if err == nil {
				out[name] = stream.CachedInfo().Config.Replicas
			}
			return err
		})
	}
	return out
}

// upload keeps files; their names are the sums of their bytes.
func upload(t *testing.T, b *blob.Objects, files int) map[string][]byte {
	out := map[string][]byte{}
	for i := range files {
		data := bytes.Repeat([]byte{byte(i), byte(i >> 1), 7}, 300_000)
		sum, _, err := b.Put(t.Context(), bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		out[sum] = data
	}
	return out
}

func allThere(t *testing.T, when string, b *blob.Objects, files map[string][]byte) {
	t.Helper()
	for sum, want := range files {
		natstest.Eventually(t, when, func() error {
			r, err := b.Open(t.Context(), sum)
			if err != nil {
				return err
			}
			defer r.Close()
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
				return errors.Join(err, errors.New("not the bytes that were kept"))
			}
			return nil
		})
	}
}

// A cluster of three loses each of its servers in turn, disk and all, and nothing that was kept.
func TestClusterLosesNothing(t *testing.T) {
	t.Parallel() // servers wait for each other more than they do
	c := newCluster(t, 3)
	q := c.open(queue.Options{})
	defer q.Close()
	b := c.blobs(q)
	files := upload(t, b, 4)
	announce(t, q, "page")
	js, _, err := q.Objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Nodes {
		c.Whole(js)
		c.Lose(i)
		c.Start(i) // with an empty disk, as whatever watches over servers does
		allThere(t, fmt.Sprint("after the loss of server ", i), b, files)
		natstest.Eventually(t, "look at the queue", func() error {
			if depth, err := q.Depth(t.Context()); err != nil || depth["extract"] != 1 {
				return fmt.Errorf("depth %v, %w", depth, err)
			}
			return q.Check(t.Context())
		})
	}
}

// What an operator set is never lowered, and what was kept once is kept thrice from the next
// start on.
func TestCopiesAreNeverLowered(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3)
	want := func(when string, n int) {
		t.Helper()
		for name, have := range c.copies() {
			if have != n {
				t.Errorf("%s: %s has %d copies, want %d", when, name, have, n)
			}
		}
	}
	for _, step := range []struct {
		name string
		queue.Options
		want int
	}{
		{"one was asked for", queue.Options{Replicas: 1}, 1},
		{"a worker leaves it so", queue.Options{Leave: true}, 1},
		{"nothing is said", queue.Options{}, 3},
		{"one is asked for too late", queue.Options{Replicas: 1}, 3},
		{"a worker comes", queue.Options{Leave: true}, 3},
	} {
		q := c.open(step.Options)
		c.blobs(q)
		want(step.name, step.want)
		q.Close()
	}
	q := c.open(queue.Options{})
	defer q.Close()
	c.blobs(q)
	js, bucket, err := q.Objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Whole(js)
	lowered, err := js.Stream(t.Context(), "OBJ_"+bucket)
	if err != nil {
		t.Fatal(err)
	}
	config := lowered.CachedInfo().Config
	config.Replicas = 1
	if _, err := js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	few := (*queue.TooFewCopies)(nil)
	if err := q.Check(t.Context()); !errors.As(err, &few) || few.Have != 1 || few.Want != 3 {
		t.Errorf("lowered while it ran: %v", err)
	}
}

// A cluster of two has one copy, with which no files are kept unless that was asked for.
func TestSmallCluster(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 2)
	q := c.open(queue.Options{})
	_, _, err := q.Objects(t.Context())
	if err == nil || !strings.Contains(err.Error(), "say --nats-replicas 1") {
		t.Errorf("files on one server of two: %v", err)
	}
	q.Close()
	o := queue.Options{URL: c.URLs(), Replicas: 3}
	if _, err := queue.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(),
		"--nats-replicas") {
		t.Errorf("three copies on two servers: %v", err)
	}
	q = c.open(queue.Options{Replicas: 1})
	defer q.Close()
	b := c.blobs(q)
	allThere(t, "one copy", b, upload(t, b, 1))
}
