package queue_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"countersign/internal/blob"
	"countersign/internal/queue"
)

// cluster is NATS servers in this process, each with a disk of its own.
type cluster struct {
	t     *testing.T
	dir   string
	ports []int // of the routes between them
	nodes []*server.Server
}

// starting keeps the ports of one cluster from being given to another before it has them.
var starting sync.Mutex

func newCluster(t *testing.T, servers int) *cluster {
	starting.Lock()
	defer starting.Unlock()
	c := &cluster{t: t, dir: t.TempDir(), nodes: make([]*server.Server, servers)}
	var held []net.Listener // together, so that no port is given twice
	for range servers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
		c.ports = append(c.ports, l.Addr().(*net.TCPAddr).Port)
	}
	for _, l := range held {
		l.Close()
	}
	for i := range servers {
		c.start(i)
	}
	t.Cleanup(func() {
		for _, n := range c.nodes {
			n.Shutdown()
			n.WaitForShutdown()
		}
	})
	return c
}

func (c *cluster) disk(i int) string { return filepath.Join(c.dir, fmt.Sprint("node", i)) }

func (c *cluster) start(i int) {
	var routes []string
	for _, port := range c.ports {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", port))
	}
	n, err := server.NewServer(&server.Options{
		ServerName: fmt.Sprint("node", i), Host: "127.0.0.1", Port: server.RANDOM_PORT,
		JetStream: true, StoreDir: c.disk(i), NoSigs: true, NoLog: true,
		Cluster: server.ClusterOpts{Name: "several", Host: "127.0.0.1", Port: c.ports[i]},
		Routes:  server.RoutesFromStr(strings.Join(routes, ",")),
	})
	if err != nil {
		c.t.Error(err)
		return
	}
	c.nodes[i] = n
	n.Start()
}

// lose ends a server and everything on its disk.
func (c *cluster) lose(i int) {
	c.nodes[i].Shutdown()
	c.nodes[i].WaitForShutdown()
	if err := os.RemoveAll(c.disk(i)); err != nil {
		c.t.Error(err)
	}
}

func (c *cluster) urls() string {
	var urls []string
	for _, n := range c.nodes {
		urls = append(urls, n.ClientURL())
	}
	return strings.Join(urls, ",")
}

// most is how long a cluster may take to agree on something on a busy machine.
const most = 2 * time.Minute

// eventually tries until it works: a cluster is not ready while it looks for a leader.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

func (c *cluster) open(o queue.Options) (q *queue.Queue) {
	o.URL = c.urls()
	eventually(c.t, "open the queue", func() (err error) {
		q, err = queue.Open(c.t.Context(), o)
		return err
	})
	return q
}

func (c *cluster) blobs(q *queue.Queue) (b *blob.Objects) {
	eventually(c.t, "open the blobs", func() error {
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
	conn, err := nats.Connect(c.urls())
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
		eventually(c.t, "look at "+name, func() error {
			stream, err := js.Stream(c.t.Context(), name)
			if err == nil {
				out[name] = stream.CachedInfo().Config.Replicas
			}
			return err
		})
	}
	return out
}

// agreed says which server does not know yet what the cluster decided. One that lost its disk
// has nothing to vote by until then, and with it no other may be lost.
func (c *cluster) agreed() error {
	for _, n := range c.nodes {
		if !n.JetStreamIsLeader() {
			continue
		}
		info, err := n.Jsz(nil)
		if err != nil {
			return err
		}
		if info.Meta == nil || len(info.Meta.Replicas) != len(c.nodes)-1 {
			return fmt.Errorf("%s does not know all the others", n.Name())
		}
		for _, r := range info.Meta.Replicas {
			if !r.Current || r.Offline || r.Lag > 0 {
				return fmt.Errorf("%s is behind the others", r.Name)
			}
		}
		return nil
	}
	return errors.New("the cluster has no leader")
}

// whole waits until each server knows what the cluster decided, and each copy of each stream
// is there and has all.
func (c *cluster) whole(js jetstream.JetStream) {
	c.t.Helper()
	eventually(c.t, "wait for the copies", func() error {
		if err := c.agreed(); err != nil {
			return err
		}
		list := js.ListStreams(c.t.Context())
		for info := range list.Info() {
			if info.Cluster == nil || len(info.Cluster.Replicas) != info.Config.Replicas-1 {
				return fmt.Errorf("%s has not all of its copies", info.Config.Name)
			}
			for _, copied := range info.Cluster.Replicas {
				if !copied.Current || copied.Offline {
					return fmt.Errorf("%s is not whole on %s", info.Config.Name, copied.Name)
				}
			}
		}
		return list.Err()
	})
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
		eventually(t, when, func() error {
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
	for i := range c.nodes {
		c.whole(js)
		c.lose(i)
		c.start(i) // with an empty disk, as whatever watches over servers does
		allThere(t, fmt.Sprint("after the loss of server ", i), b, files)
		eventually(t, "look at the queue", func() error {
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
	c.whole(js)
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
	o := queue.Options{URL: c.urls(), Replicas: 3}
	if _, err := queue.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--nats-replicas") {
		t.Errorf("three copies on two servers: %v", err)
	}
	q = c.open(queue.Options{Replicas: 1})
	defer q.Close()
	b := c.blobs(q)
	allThere(t, "one copy", b, upload(t, b, 1))
}
