// Package work is what happens to petitions without anybody asking: consumers of the queue take
// uploads through the stages (workers.go), an outbox sends what a crash left unsent and a
// sweeper finds what went stale (outbox.go), and printed sheets find their petition
// (filing.go). Service opens all that this stands on.
//
// Announcements of uploads enter; pages, lines and matches leave, into the store, from which
// internal/office answers.
package work

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"countersign/internal/blob"
	"countersign/internal/office/exports"
	"countersign/internal/queue"
	"countersign/internal/reader"
	"countersign/internal/store"
)

// Service is what serve, work and demo stand on: where things are kept, the bell, and
// the workers. Whoever opens one closes it.
type Service struct {
	Store   *store.Store
	Blobs   Blobs
	Queue   *queue.Queue
	Readers *reader.Pool
	Rolls   *exports.Rolls
	Log     *slog.Logger
	Heads   store.Anchors
	workers *workers
	files   owned // of Blobs
	adopt   bool

	undo []func() // what close does, last first
}

// Options say where a service keeps what; all but Data may be empty.
type Options struct {
	// folder of what follows where that is not said otherwise, and of what is temporary
	Data      string
	DB        string // URL; "" for SQLite in Data
	NATS      string // URL of a queue outside; "" for one inside, in Data
	Copies    int    // of all that is kept there; 0 for as many as are usual
	Leave     bool   // leave what is there with the copies that it has
	Join      bool   // a service that runs elsewhere: its tables, too, are left as they are
	Listen    string // host:port at which a queue inside lets others in; "" for none
	Token     string // what they must show
	BlobsNATS bool   // keep blobs in the queue, where all machines reach them, and not in Data
	Heads     string // file in which heads of the audit log are noted; "" for one in Data
	Files     string // folder of blobs; "" for one in Data
	Name      string // of the installation, where several share a queue outside
	Access    queue.Access
	Rebuild   bool // make the queue anew: see queue.Options
	Adopt     bool // take queue and files for this installation's, whatever mark they bear
	Readers   reader.Options
	Done      func(stage string, took time.Duration, err error) // told of each try; nil for nobody
	Log       *slog.Logger
}

// Open opens what is kept in one data folder or by URLs. Only one process at a
// time opens a folder.
func Open(ctx context.Context, o Options) (_ *Service, err error) {
	s := &Service{Log: o.Log, adopt: o.Adopt}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if o.Data, err = filepath.Abs(o.Data); err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	if err := s.claim(o.Data); err != nil {
		return nil, err
	}
	if o.DB == "" {
		o.DB = "sqlite://" + filepath.Join(o.Data, "countersign.db")
	}
	openStore := store.Open
	if o.Join {
		openStore = store.Join
	}
	if s.Store, err = openStore(ctx, o.DB); err != nil {
		return nil, err
	}
	s.undo = append(s.undo, func() { s.Store.Close() })
	if s.Queue, err = queue.Open(ctx, queue.Options{
		Dir: filepath.Join(o.Data, "queue"), URL: o.NATS, Replicas: o.Copies, Leave: o.Leave ||
			o.Join,
		Listen: o.Listen, Token: o.Token, Name: o.Name, Access: o.Access, Rebuild: o.Rebuild,
		Log: s.Log,
	}); err != nil {
		return nil, err
	}
	s.undo = append(s.undo, s.Queue.Close)
	if err := s.openBlobs(ctx, &o); err != nil {
		return nil, err
	}
	s.Heads = store.Anchors{Path: cmp.Or(o.Heads, filepath.Join(o.Data, "audit-heads"))}
	if err := s.belong(ctx, o); err != nil {
		return nil, err
	}
	if err := s.openReaders(o); err != nil {
		return nil, err
	}
	s.Rolls = exports.NewRolls(s.Store, s.Blobs, s.Readers)
	s.workers = &workers{store: s.Store, blobs: s.Blobs, queue: s.Queue, readers: s.Readers,
		rolls: s.Rolls, log: s.Log, done: o.Done}
	if s.Queue.Fresh() && !o.Join {
		return s, s.workers.announceStale(ctx, 0)
	}
	return s, nil
}

// claim makes the data folder and keeps other processes out of it.
func (s *Service) claim(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	s.undo = append(s.undo, func() { lock.Close() })
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return fmt.Errorf("another countersign has the data folder %s: stop it, or name another "+
			"with --data", dir)
	}
	return nil
}

func (s *Service) openBlobs(ctx context.Context, o *Options) error {
	if !o.BlobsNATS {
		dir := cmp.Or(o.Files, filepath.Join(o.Data, "blobs"))
		files, err := blob.OpenFiles(dir)
		s.Blobs = files
		s.files = owned{"files",
			func(context.Context) (string, error) { return files.Installation() },
			func(_ context.Context, id string) error { return files.SetInstallation(id) }}
		o.Readers.Read = append(o.Readers.Read, dir)
		return err
	}
	js, bucket, err := s.Queue.Objects(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(o.Data, "fetched") // where they are copied to be parsed
	objects, err := blob.OpenObjects(ctx, js, bucket, dir)
	if err != nil {
		return err
	}
	s.Blobs = objects
	s.files = owned{"files", s.Queue.ObjectsInstallation, s.Queue.SetObjectsInstallation}
	o.Readers.Read = append(o.Readers.Read, dir)
	return nil
}

func (s *Service) openReaders(o Options) (err error) {
	o.Readers.Temp, o.Readers.Log = filepath.Join(o.Data, "readers"), s.Log
	if o.Readers.Processes == 0 {
		o.Readers.Processes = runtime.NumCPU()
	}
	if err := os.RemoveAll(o.Readers.Temp); err != nil { // left by a crash
		return fmt.Errorf("clear the readers' folder: %w", err)
	}
	if s.Readers, err = reader.New(o.Readers); err != nil {
		return err
	}
	s.undo = append(s.undo, s.Readers.Close)
	return nil
}

// Work starts the readers, so that what is missing for them is said at once, and works
// until ctx ends and what is being done then is done.
func (s *Service) Work(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(s.Readers.Warm)
	all.Go(func() error { return s.workers.run(ctx) })
	if err := all.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Close closes all that was opened. No work may be under way.
func (s *Service) Close() {
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
	s.undo = nil
}
