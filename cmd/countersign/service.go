package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"countersign/internal/blob"
	"countersign/internal/queue"
	"countersign/internal/reader"
	"countersign/internal/store"
)

// service is what serve, work and demo stand on: where things are kept, the bell, and
// the workers. Whoever opens one closes it.
type service struct {
	store   *store.Store
	blobs   blobs
	queue   *queue.Queue
	readers *reader.Pool
	rolls   *rolls
	workers *workers
	log     *slog.Logger

	undo []func() // what close does, last first
}

// serviceOptions say where a service keeps what; all but Data may be empty.
type serviceOptions struct {
	Data      string // folder of what follows where that is not said otherwise, and of what is temporary
	DB        string // URL; "" for SQLite in Data
	NATS      string // URL of a queue outside; "" for one inside, in Data
	Copies    int    // of all that is kept there; 0 for as many as are usual
	Leave     bool   // leave what is there with the copies that it has
	Listen    string // host:port at which a queue inside lets others in; "" for none
	Token     string // what they must show
	BlobsNATS bool   // keep blobs in the queue, where all machines reach them, and not in Data
	Readers   reader.Options
	Log       *slog.Logger
}

// openService opens what is kept in one data folder or by URLs. Only one process at a
// time opens a folder.
func openService(ctx context.Context, o serviceOptions) (_ *service, err error) {
	s := &service{log: o.Log}
	if s.log == nil {
		s.log = slog.Default()
	}
	defer func() {
		if err != nil {
			s.close()
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
	if s.store, err = store.Open(ctx, o.DB); err != nil {
		return nil, err
	}
	s.undo = append(s.undo, func() { s.store.Close() })
	if s.queue, err = queue.Open(ctx, queue.Options{
		Dir: filepath.Join(o.Data, "queue"), URL: o.NATS, Replicas: o.Copies, Leave: o.Leave,
		Listen: o.Listen, Token: o.Token, Log: s.log,
	}); err != nil {
		return nil, err
	}
	s.undo = append(s.undo, s.queue.Close)
	if err := s.openBlobs(ctx, &o); err != nil {
		return nil, err
	}
	if err := s.openReaders(o); err != nil {
		return nil, err
	}
	s.rolls = &rolls{snapshots: s.store, blobs: s.blobs}
	s.workers = &workers{store: s.store, blobs: s.blobs, queue: s.queue, readers: s.readers, rolls: s.rolls, log: s.log}
	return s, nil
}

// claim makes the data folder and keeps other processes out of it.
func (s *service) claim(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	s.undo = append(s.undo, func() { lock.Close() })
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return fmt.Errorf("another countersign has the data folder %s: stop it, or name another with --data", dir)
	}
	return nil
}

func (s *service) openBlobs(ctx context.Context, o *serviceOptions) error {
	if !o.BlobsNATS {
		dir := filepath.Join(o.Data, "blobs")
		files, err := blob.OpenFiles(dir)
		s.blobs = files
		o.Readers.Read = append(o.Readers.Read, dir)
		return err
	}
	js, bucket, err := s.queue.Objects(ctx)
	if err != nil {
		return err
	}
	objects, err := blob.OpenObjects(ctx, js, bucket)
	if err != nil {
		return err
	}
	s.blobs = objects
	o.Readers.Read = append(o.Readers.Read, os.TempDir()) // where they are copied to be parsed
	return nil
}

func (s *service) openReaders(o serviceOptions) (err error) {
	o.Readers.Temp, o.Readers.Log = filepath.Join(o.Data, "readers"), s.log
	if o.Readers.Processes == 0 {
		o.Readers.Processes = runtime.NumCPU()
	}
	if err := os.RemoveAll(o.Readers.Temp); err != nil { // left by a crash
		return fmt.Errorf("clear the readers' folder: %w", err)
	}
	if s.readers, err = reader.New(o.Readers); err != nil {
		return err
	}
	s.undo = append(s.undo, s.readers.Close)
	return nil
}

// work starts the readers, so that what is missing for them is said at once, and works
// until ctx ends and what is being done then is done.
func (s *service) work(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(s.readers.Warm)
	all.Go(func() error { return s.workers.run(ctx) })
	if err := all.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// close closes all that was opened. No work may be under way.
func (s *service) close() {
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
	s.undo = nil
}
