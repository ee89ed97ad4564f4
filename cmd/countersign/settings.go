package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/queue"
	"countersign/internal/reader"
	"countersign/internal/work"
)

// Settings that several commands of the service share.

// keeping says where things are kept.
type keeping struct {
	DB     string `name:"db" placeholder:"URL" env:"COUNTERSIGN_DB" help:"Database: sqlite:///path/of/file.db or postgres://user@host/name. Default: SQLite in the data folder."`
	NATS   string `name:"nats" placeholder:"URL" env:"COUNTERSIGN_NATS" help:"NATS server with JetStream, such as nats://token@host:4222. Default: one inside."`
	NATSAt natsAt `embed:""`
	Copies int    `name:"nats-replicas" enum:"0,1,3,5" default:"0" placeholder:"N" env:"COUNTERSIGN_NATS_REPLICAS" help:"Copies of all that is kept in NATS, on different servers of a cluster: 1, 3 or 5; more than that stay. Default: 3 on a cluster of three servers or more, else 1, with which no files are kept on a cluster."`
	Blobs  string `enum:"files,nats" default:"files" env:"COUNTERSIGN_BLOBS" help:"Where files are kept: \"files\", in the data folder, or \"nats\", for workers on other computers to reach them."`
}

// natsAt says how a NATS server outside is reached, and as whom.
type natsAt struct {
	Name  string `placeholder:"NAME" env:"COUNTERSIGN_NAME" help:"Name of this installation where several share a NATS server: small letters, digits and hyphens. Default: none."`
	Creds string `name:"nats-creds" placeholder:"FILE" env:"COUNTERSIGN_NATS_CREDS" help:"Credentials for the NATS server, as nsc writes them."`
	CA    string `name:"nats-ca" placeholder:"FILE" env:"COUNTERSIGN_NATS_CA" help:"Certificates that the NATS server's must come from. Default: those of the system."`
	Cert  string `name:"nats-cert" placeholder:"FILE" env:"COUNTERSIGN_NATS_CERT" help:"Certificate to show to the NATS server."`
	Key   string `name:"nats-key" placeholder:"FILE" env:"COUNTERSIGN_NATS_KEY" help:"Its key."`
}

func (n natsAt) access() queue.Access {
	return queue.Access{Creds: n.Creds, CA: n.CA, Cert: n.Cert, Key: n.Key}
}

// options are those of the service that they say.
func (k keeping) options(data string) work.Options {
	return work.Options{
		Data: data, DB: k.DB, NATS: k.NATS, Copies: k.Copies, BlobsNATS: k.Blobs == "nats",
		Name: k.NATSAt.Name, Access: k.NATSAt.access(),
	}
}

// reading says how pages are read and what they may cost.
type reading struct {
	Workers     count  `placeholder:"N" env:"COUNTERSIGN_WORKERS" help:"Pages read side by side. Default: one for each processor."`
	PageSeconds amount `placeholder:"N" env:"COUNTERSIGN_PAGE_SECONDS" help:"Longest time for one page. Default: 300."`
	Memory      amount `name:"reader-memory-mb" placeholder:"N" env:"COUNTERSIGN_READER_MEMORY_MB" help:"Most memory of each process that reads pages. Default: 3072."`
	Limits      limits `embed:"" prefix:"max-"`
}

func (r reading) options() reader.Options {
	return reader.Options{
		Processes: int(r.Workers),
		PageTime:  time.Duration(r.PageSeconds) * time.Second,
		Memory:    int(r.Memory),
		Limits:    r.Limits.ingest(),
	}
}

type logging struct {
	Format string `enum:"text,json" default:"text" env:"COUNTERSIGN_LOG_FORMAT" help:"text or json."`
	Level  string `enum:"debug,info,warn,error" default:"info" env:"COUNTERSIGN_LOG_LEVEL" help:"debug, info, warn or error."`
}

// logger writes ids and durations, never a name or a number of a person.
func (l logging) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// settingsFile reads settings from a JSON file. What the environment says goes before
// them, as it does with other programs and not with kong by itself.
func settingsFile(r io.Reader) (kong.Resolver, error) {
	file, err := kong.JSON(r)
	if err != nil {
		return nil, fmt.Errorf("the settings file is no JSON object of flags and values: %w", err)
	}
	return kong.ResolverFunc(func(c *kong.Context, parent *kong.Path, flag *kong.Flag) (any,
		error) {
		for _, name := range flag.Envs {
			if os.Getenv(name) != "" {
				return nil, nil
			}
		}
		return file.Resolve(c, parent, flag)
	}), nil
}
