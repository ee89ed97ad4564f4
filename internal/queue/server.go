package queue

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// embed starts a server inside this process. Every write is on disk before it is
// acknowledged: without SyncAlways a power failure takes back what was promised.
func embed(o Options) (*server.Server, error) {
	if o.Dir == "" {
		return nil, errors.New("start the queue: no folder is named for its files")
	}
	opts := &server.Options{
		ServerName: "countersign",
		DontListen: o.Listen == "",
		JetStream:  true,
		StoreDir:   o.Dir,
		SyncAlways: true,
		NoSigs:     true, // signals are main's
		NoLog:      true,
	}
	if o.Listen != "" {
		if err := listen(opts, o); err != nil {
			return nil, err
		}
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start the queue in %s: %w", o.Dir, err)
	}
	s.SetLogger(journal{o.Log}, false, false)
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		s.Shutdown()
		s.WaitForShutdown()
		return nil,
			fmt.Errorf("start the queue in %s: it did not get ready; is another countersign "+
				"using that folder?", o.Dir)
	}
	return s, nil
}

// listen opens a door for other processes, which must show the token.
func listen(opts *server.Options, o Options) error {
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return fmt.Errorf("let others in to the queue at %q: %w", o.Listen, err)
	}
	if opts.Port, err = strconv.Atoi(port); err != nil {
		return fmt.Errorf("let others in to the queue at %q: the port is no number", o.Listen)
	}
	if o.Token == "" {
		return fmt.Errorf("let others in to the queue at %s: set a token that they must show",
			o.Listen)
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.Host, opts.Authorization = host, o.Token
	return nil
}

// Address is where the embedded server lets other processes in; empty where it does not.
func (q *Queue) Address() string {
	if q.embedded == nil || q.options.Listen == "" {
		return ""
	}
	return q.embedded.Addr().String()
}

// journal writes down what the server has to say where it is trouble.
type journal struct{ log *slog.Logger }

func (j journal) Warnf(format string, v ...any) {
	j.log.Warn("queue: " + fmt.Sprintf(format, v...))
}
func (j journal) Errorf(format string, v ...any) {
	j.log.Error("queue: " + fmt.Sprintf(format, v...))
}
func (j journal) Fatalf(format string, v ...any) {
	j.log.Error("queue: " + fmt.Sprintf(format, v...))
}
func (journal) Noticef(string, ...any) {}
func (journal) Debugf(string, ...any)  {}
func (journal) Tracef(string, ...any)  {}
