// Package mailtest is a mail server for tests. It speaks SMTP on a port of this computer and
// keeps what it is sent.
package mailtest

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options say how the server behaves.
type Options struct {
	TLS            *tls.Config // offers STARTTLS, or begins with TLS where Implicit is set
	Implicit       bool
	User, Password string               // whom it lets in; empty for everybody
	Refuses        string               // a recipient whom it does not know
	Takes          func([]byte) error   // what it says of a message; nil for taking all
	HangsUp        bool                 // when it has a message, without a word
	Waits          func(message []byte) // before it answers
}

// Server is a mail server that runs until the test ends.
type Server struct {
	Addr string // host:port

	options Options
	mu      sync.Mutex
	got     []Message
}

// Message is what was handed in.
type Message struct {
	From string
	To   []string
	Data string
}

// Start runs a server.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: listener.Addr().String(), options: o}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c, in: o.User == ""}, nil
	}))
	server.Domain, server.TLSConfig, server.AllowInsecureAuth, server.ErrorLog = "mail.example.org",
		o.TLS, o.TLS == nil, log.New(io.Discard, "", 0)
	if o.Implicit {
		listener = tls.NewListener(listener, o.TLS)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return s
}

// Messages are those that were taken.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// session is one conversation.
type session struct {
	server *Server
	conn   *smtp.Conn
	in     bool
	m      Message
}

func (s *session) AuthMechanisms() []string {
	if s.server.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.options.User || password != s.server.options.Password {
			return smtp.ErrAuthFailed
		}
		s.in = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	s.m.From = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == s.server.options.Refuses {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1},
			Message: "There is nobody of that name"}
	}
	s.m.To = append(s.m.To, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	o := s.server.options
	if o.Takes != nil {
		if err := o.Takes(data); err != nil {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1},
				Message: err.Error()}
		}
	}
	s.m.Data = string(data)
	s.server.mu.Lock()
	s.server.got = append(s.server.got, s.m)
	s.server.mu.Unlock()
	if o.Waits != nil {
		o.Waits(data)
	}
	if o.HangsUp {
		s.conn.Conn().Close()
	}
	return nil
}

func (s *session) Reset() { s.m = Message{} }

func (s *session) Logout() error { return nil }
