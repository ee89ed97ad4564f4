package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"countersign/internal/office"
	"countersign/internal/web"
	"countersign/internal/work"
)

type serveCommand struct {
	Config kong.ConfigFlag `placeholder:"FILE" env:"COUNTERSIGN_CONFIG" help:"JSON file of these settings by the names of their flags, such as {\"listen\": \":80\"}."`

	Data       string  `required:"" placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Folder in which everything is kept."`
	Listen     string  `default:":8080" placeholder:"HOST:PORT" env:"COUNTERSIGN_LISTEN" help:"Where people are served. Default: ${default}."`
	URL        string  `placeholder:"URL" env:"COUNTERSIGN_URL" help:"Address at which people reach the service, such as https://petitions.example.org. Default: this computer."`
	TrustProxy bool    `env:"COUNTERSIGN_TRUST_PROXY" help:"A proxy stands in front of the service: take people's addresses from what it says."`
	MaxUpload  amount  `name:"max-upload-mb" placeholder:"N" env:"COUNTERSIGN_MAX_UPLOAD_MB" help:"Largest file taken in, in megabytes. Default: 4096."`
	Uploads    string  `placeholder:"DIR" env:"COUNTERSIGN_UPLOADS" help:"Folder of uploads that are not complete yet: one on a disk that several services share lets an upload go on at another. Default: in the data folder."`
	MetricsAt  string  `name:"metrics-listen" placeholder:"HOST:PORT" env:"COUNTERSIGN_METRICS_LISTEN" help:"Where /metrics is served to whoever asks, such as 127.0.0.1:9464. Default: nowhere; at the service's own address it takes an administrator or a token of one."`
	Keep       keeping `embed:""`
	Heads      string  `name:"audit-heads" placeholder:"FILE" env:"COUNTERSIGN_AUDIT_HEADS" help:"Where heads of the log are noted, best on another disk, so that a lost or exchanged end of it is seen. Default: audit-heads in the data folder."`
	QueueAt    string  `name:"nats-listen" placeholder:"HOST:PORT" env:"COUNTERSIGN_NATS_LISTEN" help:"Where the queue inside lets \"countersign work\" in. Default: nowhere."`
	QueueToken string  `name:"nats-token" placeholder:"WORD" env:"COUNTERSIGN_NATS_TOKEN" help:"What they must show there."`
	Rebuild    bool    `name:"rebuild-queue" help:"Throw away what waits in the queue, where that is damaged, and announce anew what is still to do, as the database says. For one start."`
	Adopt      bool    `help:"Take queue and files for this installation's though they bear the mark of another, or though its files are lost. For one start."`
	Reading    reading `embed:"" group:"Reading pages:"`
	Mail       mailing `embed:"" group:"Sending letters:"`
	Log        logging `embed:"" prefix:"log-" group:"Log:"`
}

// Run serves until ctx ends, and then ends what is under way.
func (c serveCommand) Run(ctx context.Context, s *streams) error {
	log := c.Log.logger(s.err)
	mail, err := c.Mail.server()
	if err != nil {
		return err
	}
	o := c.Keep.options(c.Data)
	o.Heads = c.Heads
	o.Listen, o.Token, o.Rebuild, o.Adopt = c.QueueAt, c.QueueToken, c.Rebuild, c.Adopt
	o.Readers, o.Log = c.Reading.options(), log
	figures := prometheus.NewRegistry()
	o.Done = workFigures(figures)
	service, err := work.Open(ctx, o)
	if err != nil {
		return err
	}
	defer service.Close()
	if err := service.LayProbe(ctx); err != nil {
		return err
	}
	if err := service.NameProgram(ctx, programName()); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("serve at %s: %w: name another address with --listen", c.Listen, err)
	}
	if c.URL == "" {
		c.URL = "http://" + reachable(listener.Addr())
	}
	site, err := web.New(web.Options{
		Store: service.Store, Blobs: service.Blobs, Bell: service.Queue, Office: officeOf(service,
			c.URL),
		Mail: mail, Heads: service.Heads, Metrics: figures,
		Uploads: cmp.Or(c.Uploads, filepath.Join(c.Data, "uploads")), URL: c.URL,
		TrustProxy: c.TrustProxy, MaxUpload: int64(c.MaxUpload) * 1_000_000,
		Program: programName(), Log: log,
	})
	if err != nil {
		listener.Close()
		return err
	}
	if c.MetricsAt != "" {
		stop, err := serveMetrics(c.MetricsAt, site.MetricsHandler(), log)
		if err != nil {
			listener.Close()
			return err
		}
		defer stop()
	}
	link, err := site.SignIn.FirstAdmin(ctx)
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintln(s.out, "Countersign is at", c.URL)
	if link != "" {
		fmt.Fprintln(s.out, "The first administrator makes an account at", link)
	}
	go site.Run(ctx) // takes uploads that a crash left complete, sweeps what is old
	return serve(ctx, service, newDoor(listener, c.TrustProxy), site)
}

// officeOf is the office of a service.
func officeOf(s *work.Service, url string) *office.Office {
	return office.New(office.Options{Store: s.Store, Blobs: s.Blobs, Bell: s.Queue, Rolls: s.Rolls,
		Exports: s.Readers, URL: url, Program: programName()})
}

// reachable is the address of a listener as people on this computer write it.
func reachable(at net.Addr) string {
	tcp, ok := at.(*net.TCPAddr)
	if !ok {
		return at.String()
	}
	if tcp.IP.IsUnspecified() || tcp.IP.IsLoopback() {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return tcp.String()
}

// How long requests under way have to end once the service is told to stop. Uploads are
// taken up again where they broke off.
const lastRequests = 3 * time.Second

// serve answers requests and works, until ctx ends and what is under way has ended.
func serve(ctx context.Context, s *work.Service, listener *door, site http.Handler) error {
	all, ctx := errgroup.WithContext(ctx)
	// pages listen for changes for as long as they are open
	streams, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	server := &http.Server{
		Handler:           site,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ConnState:         listener.note,
		// what clients do wrong
		ErrorLog:    slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return streams },
	}
	server.RegisterOnShutdown(func() { time.AfterFunc(lastRequests/2, hangUp) })
	all.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	all.Go(func() error {
		<-ctx.Done()
		s.Log.Info("stopping")
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRequests)
		defer cancel()
		if err := server.Shutdown(limited); err != nil {
			return server.Close()
		}
		return nil
	})
	all.Go(func() error { return s.Work(ctx) })
	all.Go(func() error { s.NoteHeads(ctx); return nil })
	all.Go(func() error { purger(s).Daily(ctx, work.Pause); return nil })
	err := all.Wait()
	s.Log.Info("stopped")
	return err
}
