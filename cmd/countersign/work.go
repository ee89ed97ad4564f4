package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"

	"countersign/internal/reader"
	"countersign/internal/work"
)

// workCommand is more hands for a service that runs elsewhere.
type workCommand struct {
	NATS    string  `name:"nats" required:"" placeholder:"URL" env:"COUNTERSIGN_NATS" help:"Queue of the service, such as nats://token@host:4222."`
	At      natsAt  `embed:""`
	Files   string  `placeholder:"DIR" env:"COUNTERSIGN_FILES" help:"Folder of the service's files, \"blobs\" in its data folder, where a shared disk brings it here. Default: they lie in NATS, as with \"serve --blobs nats\"."`
	DB      string  `name:"db" required:"" placeholder:"URL" env:"COUNTERSIGN_DB" help:"Database of the service: sqlite:///path/of/file.db or postgres://user@host/name."`
	Data    string  `placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Folder for what is temporary. Default: one of its own."`
	Listen  string  `name:"metrics-listen" placeholder:"HOST:PORT" env:"COUNTERSIGN_METRICS_LISTEN" help:"Where /healthz, /readyz and /metrics are served to whoever asks, such as 127.0.0.1:9465. Default: nowhere."`
	Reading reading `embed:"" group:"Reading pages:"`
	Log     logging `embed:"" prefix:"log-" group:"Log:"`
}

// Run works until ctx ends, and then ends what is under way.
func (c workCommand) Run(ctx context.Context, s *streams) error {
	log := c.Log.logger(s.err)
	if c.Data == "" {
		sweepTemporary(os.TempDir(), log)
		dir, err := os.MkdirTemp("", workFolder)
		if err != nil {
			return errors.New("a temporary folder cannot be made: name one with --data")
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	figures := prometheus.NewRegistry()
	service, err := work.Open(ctx, work.Options{
		Done: workFigures(figures),
		Data: c.Data, DB: c.DB, NATS: c.NATS, Name: c.At.Name, Access: c.At.access(), Join: true,
		BlobsNATS: c.Files == "", Files: c.Files, Readers: c.Reading.options(), Log: log,
	})
	if err != nil {
		return err
	}
	defer service.Close()
	if err := service.LookForProbe(ctx); err != nil {
		return err
	}
	if err := service.SameProgram(ctx, programName()); err != nil {
		return err
	}
	if c.Listen != "" {
		stop, err := serveMetrics(c.Listen, health(service.Ready, figures, log), log)
		if err != nil {
			return err
		}
		defer stop()
	}
	log.Info("working", "readers", service.Readers.Processes())
	return service.Work(ctx)
}

// workFolder begins the name of a worker's temporary folder.
const workFolder = "countersign-work-"

// sweepTemporary removes what workers that were killed left of scans and pages: they hold their
// folders locked while they live.
func sweepTemporary(dir string, log *slog.Logger) {
	left, err := filepath.Glob(filepath.Join(dir, workFolder+"*"))
	if err != nil {
		return // of a pattern, and this is none
	}
	for _, name := range left {
		if info, err := os.Stat(name); err != nil || time.Since(info.ModTime()) < time.Minute {
			continue // it may be about to be locked
		}
		lock, err := os.OpenFile(filepath.Join(name, "lock"), os.O_RDWR, 0)
		if err != nil {
			continue // another user's, or none of a worker
		}
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			if err := os.RemoveAll(name); err != nil {
				log.Warn("sweep what a worker left", "error", err)
			}
		}
		lock.Close()
	}
}

// readPagesCommand is a reader process.
type readPagesCommand struct {
	Settings string `arg:"" help:"What the process that starts it tells it."`
}

// Run answers until standard input ends.
func (c readPagesCommand) Run(s *streams) error { return reader.Serve(c.Settings, os.Stdin, s.out) }
