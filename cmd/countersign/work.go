package main

import (
	"context"
	"errors"
	"os"

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
	Reading reading `embed:"" group:"Reading pages:"`
	Log     logging `embed:"" prefix:"log-" group:"Log:"`
}

// Run works until ctx ends, and then ends what is under way.
func (c workCommand) Run(ctx context.Context, s *streams) error {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "countersign-work-")
		if err != nil {
			return errors.New("a temporary folder cannot be made: name one with --data")
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	log := c.Log.logger(s.err)
	service, err := work.Open(ctx, work.Options{
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
	log.Info("working", "readers", service.Readers.Processes())
	return service.Work(ctx)
}

// readPagesCommand is a reader process.
type readPagesCommand struct {
	Settings string `arg:"" help:"What the process that starts it tells it."`
}

// Run answers until standard input ends.
func (c readPagesCommand) Run(s *streams) error { return reader.Serve(c.Settings, os.Stdin, s.out) }
