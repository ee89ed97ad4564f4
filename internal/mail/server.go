package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Server is the mail server through which an office sends. New makes one.
type Server struct {
	host, port     string
	user, password string
	from           mail.Address
	implicit       bool // TLS from the first byte
	plain          bool // no TLS
	roots          *x509.CertPool
	now            func() time.Time
}

// Options say where letters are sent through, and as whom.
type Options struct {
	// smtp://user@host:587, or smtps://user@host:465 for TLS from the first byte; the ports may be
	// left out
	URL      string
	Password string
	From     string // address of the office, such as Office <office@example.org>
	Plain    bool   // send without TLS to another computer, too
}

// Failure is why a message did not go out. As an error it is for logs and names nobody.
type Failure struct {
	Text  string // a sentence or two for the person who sends, which may name addresses
	Doubt bool   // it may have gone out nevertheless
	what  string
	code  int // of the server's answer; 0 for none
}

func (f *Failure) Error() string {
	if f.code != 0 {
		return fmt.Sprintf("%s: the mail server answered %d", f.what, f.code)
	}
	return f.what
}

// New reads the settings of a mail server. Nothing is asked of it yet: it may be down
// when the service starts.
func New(o Options) (*Server, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" ||
		u.Path != "" && u.Path != "/" {
		// the text may hold a password
		return nil,
			errors.New("the mail server is not written as smtp://user@host:587 or " +
				"smtps://user@host:465")
	}
	if _, ok := u.User.Password(); ok {
		return nil,
			errors.New("the address of the mail server holds a password: put it into a file or " +
				"the environment")
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil,
			fmt.Errorf("the address that letters are sent from is %q: write one such as Office "+
				"<office@example.org>", o.From)
	}
	s := &Server{host: u.Hostname(), port: u.Port(), user: u.User.Username(), password: o.Password,
		from: *from, implicit: u.Scheme == "smtps", now: time.Now}
	if s.port == "" {
		s.port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	s.plain = !s.implicit && (o.Plain || local(s.host))
	if s.user != "" && s.password == "" {
		return nil, fmt.Errorf("the mail server %s is to be logged in to, and there is no password",
			s.host)
	}
	return s, nil
}

// Host is the name of the server.
func (s *Server) Host() string { return s.host }

// From is the address that messages come from.
func (s *Server) From() string { return s.from.Address }

// local says whether a host is this computer, to which nobody listens in.
func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// longest is how long a message may take. A server that checks for spam while it is spoken to
// takes its time.
const longest = 2 * time.Minute

// Send sends a message to all its recipients, or to nobody. An error is a *Failure. The id
// is for its Message-ID: the same one marks the same message.
func (s *Server) Send(ctx context.Context, m Message, id string) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return &Failure{what: "connect to the mail server: " + err.Error(),
			Text: fmt.Sprintf("The mail server %s could not be reached; nothing was sent. Ask "+
				"whoever runs the service, or try again later.", s.host)}
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	client, err := s.greet(conn)
	if err != nil {
		return err
	}
	if err := s.login(client); err != nil {
		return err
	}
	if err := s.hand(client, m, id); err != nil {
		return err
	}
	_ = client.Quit() // it has the message
	return nil
}

// greet begins to speak to the server, and with TLS wherever that is asked for.
func (s *Server) greet(conn net.Conn) (*smtp.Client, error) {
	secure := &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
	if s.implicit {
		safe := tls.Client(conn, secure)
		if err := safe.Handshake(); err != nil {
			return nil, s.unsafe(err)
		}
		conn = safe
	}
	client, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return nil, s.refused("greet the mail server", "did not let the service in", err)
	}
	if err := client.Hello(own()); err != nil {
		return nil, s.refused("greet the mail server", "did not let the service in", err)
	}
	if s.implicit || s.plain {
		return client, nil
	}
	if ok, _ := client.Extension("STARTTLS"); !ok {
		return nil, s.unsafe(errors.New("it does not offer STARTTLS"))
	}
	if err := client.StartTLS(secure); err != nil {
		return nil, s.unsafe(err)
	}
	return client, nil
}

// own is the name by which a server is greeted.
func own() string {
	if name, err := os.Hostname(); err == nil && !strings.ContainsAny(name, " \r\n") {
		return name
	}
	return "localhost"
}

func (s *Server) unsafe(err error) error {
	return &Failure{what: "speak to the mail server over TLS: " + err.Error(),
		Text: fmt.Sprintf("There is no safe connection (TLS) to the mail server %s; nothing was "+
			"sent. Ask whoever runs the service.", s.host)}
}

// login shows who the service is, in the best way that the server knows.
func (s *Server) login(client *smtp.Client) error {
	if s.user == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(offered)
	var auth smtp.Auth
	switch {
	case slices.Contains(ways, "SCRAM-SHA-256"):
		auth = smtp.ScramSHA256Auth(s.user, s.password)
	case slices.Contains(ways, "PLAIN"):
		auth = smtp.PlainAuth("", s.user, s.password, s.host, s.plain)
	case slices.Contains(ways, "LOGIN"):
		auth = smtp.LoginAuth(s.user, s.password, s.host, s.plain)
	case slices.Contains(ways, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(s.user, s.password)
	default:
		return s.refused("log in to the mail server",
			"offers no way to log in that the service knows", nil)
	}
	if err := client.Auth(auth); err != nil {
		return s.refused("log in to the mail server", "refused the login of the service", err)
	}
	return nil
}

// hand gives the message over. The server is told all recipients before it is given anything
// to send, so one whom it refuses stops the whole.
func (s *Server) hand(client *smtp.Client, m Message, id string) error {
	to := slices.Concat(m.To, m.Copies)
	client.SkipSMTPUTF8(!slices.ContainsFunc(append(to, s.from.Address), func(a string) bool {
		return strings.ContainsFunc(a, func(r rune) bool { return r > 127 })
	})) // servers further on may not know it, and would refuse what does not need it
	if err := client.Mail("<" + s.from.Address + ">"); err != nil {
		return s.refused("name the sender to the mail server", "refused the sender "+s.from.Address,
			err)
	}
	for _, a := range to {
		if err := client.Rcpt("<" + a + ">"); err != nil {
			return s.refused("name a recipient to the mail server", "refused the recipient "+a, err)
		}
	}
	w, err := client.Data()
	if err == nil {
		_, err = w.Write(m.outgoing(s.from, id, s.now()))
	}
	if err != nil {
		return s.refused("hand a message to the mail server", "did not take the letter", err)
	}
	// From here on the server may have it.
	if err = w.Close(); err == nil {
		return nil
	}
	if answer := (*textproto.Error)(nil); errors.As(err, &answer) {
		return s.refused("hand a message to the mail server", "refused the letter", err)
	}
	return &Failure{what: "wait for the mail server to take a message: " + err.Error(), Doubt: true,
		Text: fmt.Sprintf("The connection to the mail server %s broke before it said that it has "+
			"the letter: it may have been sent, or not. Ask one of the recipients before you "+
			"send it again.", s.host)}
}

// refused says what the server did, and what it said.
func (s *Server) refused(what, did string, err error) error {
	f := &Failure{what: what, Text: fmt.Sprintf("The mail server %s %s; nothing was sent.", s.host,
		did)}
	if answer := (*textproto.Error)(nil); errors.As(err, &answer) {
		f.code = answer.Code
		f.Text += fmt.Sprintf(" It said: %d %s", answer.Code, strings.TrimSpace(answer.Msg))
	}
	return f
}
