// Package queue is the bell of the service: it says that there is work, on NATS
// JetStream. What the work is lies in the store; a message carries the id of an upload
// or a page and nothing else. Every message is delivered at least once, and may be
// delivered twice: who handles one writes what is the same if written again.
//
// The server is embedded, without a door to the network, unless a URL names one outside.
package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options of a queue; Dir or URL must be given, the zero values of the others stand for
// what is usual.
type Options struct {
	Dir string // of the embedded server's files; not looked at where URL is given
	URL string // of a server outside, such as nats://token@host:4222
	// host:port at which the embedded server lets other processes in; empty for none
	Listen string
	Token  string // what they must show there
	// of the installation, where several share a server outside; see CheckName
	Name   string
	Access Access // to the server outside
	// throw away what is announced: whoever knows what is to do announces it again
	Rebuild bool
	// copies of all that is kept there; 0 for 3 on a cluster of three servers or more, else 1
	Replicas int
	// leave what is there with the copies that it has: whoever serves says how many
	Leave    bool
	MaxBytes int64         // 64 MiB: announcements beyond it are refused, not others dropped
	AckWait  time.Duration // 5 s: how long after its last sign of life a worker is given up
	Deliver  int           // 5: how often work is tried
	// 2 s: before the second try; later ones wait four times longer each, up to a minute
	Delay time.Duration
	Grace time.Duration // 20 s: what is left to running work when Work is told to stop
	Log   *slog.Logger  // slog.Default()
}

// Queue is a connection to the bell. It is safe for use by several goroutines.
type Queue struct {
	options  Options
	embedded *server.Server // nil where the server is outside
	conn     *nats.Conn
	js       jetstream.JetStream
	stream   jetstream.Stream
	names    names
	fresh    bool // its stream was not there before

	mu     sync.Mutex
	copies map[string]int // at least, of each stream that was opened
}

// Stages are those that work is announced for.
func Stages() []string { return []string{"ingest", "extract", "verify"} }

// pingEvery is how often a server is asked whether it is there; after two questions without an
// answer another is connected to.
const pingEvery = 4 * time.Second

// tooLittleRoom is the server's code for a stream that its disk could not hold; the client names
// no constant for it.
const tooLittleRoom jetstream.ErrorCode = 10047

// names are what an installation calls its things on a server that it may share.
type names struct {
	stream string
	work   string // subjects begin so, and the stage follows
	tell   string // and the topic follows
	bucket string
}

// namesOf gives an installation without a name those that all had before there were names.
func namesOf(name string) names {
	if name == "" {
		return names{"COUNTERSIGN", "countersign.work.", "countersign.tell.", "countersign-blobs"}
	}
	base := "countersign-" + name
	return names{"COUNTERSIGN-" + name, base + ".work.", base + ".tell.", base + "-blobs"}
}

// Open starts the embedded server or connects to one outside, and makes what the
// queue needs there.
func Open(ctx context.Context, o Options) (*Queue, error) {
	o.MaxBytes = cmp.Or(o.MaxBytes, 64<<20)
	o.AckWait = cmp.Or(o.AckWait, 5*time.Second)
	o.Deliver = cmp.Or(o.Deliver, 5)
	o.Delay = cmp.Or(o.Delay, 2*time.Second)
	o.Grace = cmp.Or(o.Grace, 20*time.Second)
	o.Log = cmp.Or(o.Log, slog.Default())
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	q := &Queue{options: o, names: namesOf(o.Name), copies: map[string]int{}}
	if err := q.connect(ctx); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

func (q *Queue) connect(ctx context.Context) (err error) {
	url, opts := q.options.URL, []nats.Option{
		nats.Name("countersign"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(500 * time.Millisecond),
		// A server that is cut off says nothing, and the others are there: left to itself the
		// client waits for it four minutes.
		nats.PingInterval(pingEvery),
		nats.MaxPingsOutstanding(2),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			q.options.Log.Warn("queue connection", "error", err)
		}),
	}
	if url == "" {
		if err := q.clear(); err != nil {
			return err
		}
		if q.embedded, err = embed(q.options); err != nil {
			return fmt.Errorf("%w (%s)", err, heal)
		}
		opts = append(opts, nats.InProcessServer(q.embedded), nats.Token(q.options.Token))
	} else if opts, err = q.options.Access.add(opts); err != nil {
		return err
	}
	if q.conn, err = nats.Connect(url, opts...); err != nil {
		return fmt.Errorf("connect to the queue: %w", err)
	}
	if q.js, err = jetstream.New(q.conn); err != nil {
		return fmt.Errorf("connect to the queue: %w", err)
	}
	if q.options.Rebuild && q.embedded == nil {
		if err := q.js.DeleteStream(ctx, q.names.stream); err != nil &&
			!errors.Is(err, jetstream.ErrStreamNotFound) {
			return fmt.Errorf("throw away the queue's stream: %w", err)
		}
	}
	return q.make(ctx)
}

// heal is what to do about a queue that does not open.
const heal = "if it is damaged, start once with --rebuild-queue: what is to do stands in the " +
	"database and is announced again"

// clear takes the stream out of the folder of the embedded server where it is to be made anew.
// What else lies there, such as blobs, stays. That is done before the server starts: it may not
// start with a damaged one.
func (q *Queue) clear() error {
	if !q.options.Rebuild || q.options.Dir == "" {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(q.options.Dir, "jetstream", "$G", "streams",
		q.names.stream)); err != nil {
		return fmt.Errorf("throw away the queue's stream: %w", err)
	}
	return nil
}

// make makes the stream and its consumers, or finds them.
func (q *Queue) make(ctx context.Context) (err error) {
	q.stream, err = q.keep(ctx, jetstream.StreamConfig{
		Name:       q.names.stream,
		Subjects:   []string{q.names.work + "*"},
		Retention:  jetstream.WorkQueuePolicy,
		Discard:    jetstream.DiscardNew,
		MaxBytes:   q.options.MaxBytes,
		MaxMsgSize: 1024,
		Storage:    jetstream.FileStorage,
		Duplicates: 10 * time.Minute,
	})
	if full := (*jetstream.APIError)(nil); errors.As(err, &full) &&
		full.ErrorCode == tooLittleRoom {
		return fmt.Errorf("make the queue: the disk of %s has no room for %d MiB: free some, or "+
			"keep the data elsewhere (%w)", cmp.Or(q.options.Dir, "the queue's server"),
			q.options.MaxBytes>>20, err)
	}
	if err != nil {
		return fmt.Errorf("make the queue's stream: %w (%s)", err, heal)
	}
	for _, stage := range Stages() {
		if _, err := q.consumer(ctx, stage); err != nil {
			return err
		}
	}
	return nil
}

// Fresh says whether the queue was made just now: whatever was announced before is not in it.
func (q *Queue) Fresh() bool { return q.fresh }

// Close ends the connection and the embedded server. Work must have returned.
func (q *Queue) Close() {
	if q.conn != nil {
		q.conn.Close()
	}
	if q.embedded != nil {
		q.embedded.Shutdown()
		q.embedded.WaitForShutdown()
	}
}

// Announce says that there is work for a stage on an upload or a page. Of
// announcements with the same id within ten minutes only the first counts. Once it
// returns nil the announcement is on disk; an error may be a full disk or a full
// queue, and the announcement must be made again.
func (q *Queue) Announce(ctx context.Context, stage, subject, id string) error {
	_, err := q.js.Publish(ctx, q.names.work+stage, []byte(subject), jetstream.WithMsgID(id))
	if err != nil {
		return fmt.Errorf("announce %s of %s: %w", stage, subject, err)
	}
	return nil
}

// Check tries whether the queue answers, and whether what it keeps has its copies.
func (q *Queue) Check(ctx context.Context) error {
	q.mu.Lock()
	copies := maps.Clone(q.copies)
	q.mu.Unlock()
	for name, least := range copies {
		stream, err := q.js.Stream(ctx, name)
		if err != nil {
			return fmt.Errorf("ask the queue how it is: %w", err)
		}
		if have := stream.CachedInfo().Config.Replicas; have < least {
			return &TooFewCopies{Of: name, Have: have, Want: least}
		}
	}
	return nil
}

// Depth is how many announcements of each stage wait or are worked on.
func (q *Queue) Depth(ctx context.Context) (map[string]int, error) {
	depth := map[string]int{}
	for _, stage := range Stages() {
		c, err := q.stream.Consumer(ctx, stage)
		if err != nil {
			return nil, fmt.Errorf("count what waits for %s: %w", stage, err)
		}
		info := c.CachedInfo() // fetched just now
		depth[stage] = int(info.NumPending) + info.NumAckPending
	}
	return depth, nil
}
