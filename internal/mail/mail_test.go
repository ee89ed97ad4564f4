package mail

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mailer "github.com/wneessen/go-mail"

	"countersign/internal/mail/mailtest"
)

// draft is a letter as the stage of reports writes it.
func draft(t testing.TB) []byte {
	t.Helper()
	m := mailer.NewMsg(mailer.WithNoDefaultUserAgent())
	var b bytes.Buffer
	for _, err := range []error{m.From("dana@example.org"), m.To("ana@example.org",
		"lee@example.net"), m.Cc("programs@example.org"), m.AttachReader("Réponse.pdf",
		strings.NewReader("%PDF-1.7"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.Subject("Approval of “Seed Libraries”, a Membership Initiative Group with a long name that " +
		"goes on")
	m.SetDateWithValue(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
	m.SetGenHeader("X-Unsent", "1")
	m.SetBodyString(mailer.TypeTextPlain, "Dear Ana Ruíz,\n\nit was approved.\n.\nDana Whitlock\n")
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB) Message {
	t.Helper()
	m, err := Read(draft(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// server is what settings make, told where the one of the test is.
func server(t testing.TB, url string, o Options) *Server {
	t.Helper()
	o.URL, o.From = url, "The Office <office@example.org>"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What is shown before it is sent is what the draft says, and the mark stands for it.
func TestRead(t *testing.T) {
	m := read(t)
	if m.From != "dana@example.org" ||
		m.Subject != "Approval of “Seed Libraries”, a Membership Initiative Group with a long "+
			"name that goes on" ||
		m.Text != "Dear Ana Ruíz,\n\nit was approved.\n.\nDana Whitlock\n" {
		t.Errorf("%+v", m)
	}
	if diff := cmp.Diff([][]string{{"ana@example.org", "lee@example.net"}, {"programs@example.org"},
		{"Réponse.pdf"}}, [][]string{m.To, m.Copies, m.Attached}); diff != "" {
		t.Error(diff)
	}
	again, other := read(t), read(t)
	other.To = other.To[:1]
	if m.Mark() != again.Mark() || m.Mark() == other.Mark() {
		t.Errorf("marks %s, %s, %s", m.Mark(), again.Mark(), other.Mark())
	}
	for name, bad := range map[string]string{"nothing": "", "no body": "From: a@example.org\r\n",
		"to nobody": "From: a@example.org\r\nContent-Type: text/plain\r\n\r\nx",
		"an address that is none": "From: a@example.org\r\nTo: secret name\r\nContent-Type: " +
			"text/plain\r\n\r\nx"} {
		if _, err := Read([]byte(bad)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A letter goes out once, to all, from the office; answers go to whom it is from, and it
// reads as the draft did.
func TestSend(t *testing.T) {
	box := mailtest.Start(t, mailtest.Options{User: "office@example.org", Password: "secret"})
	s := server(t, "smtp://office@example.org@"+box.Addr, Options{Password: "secret"})
	if err := s.Send(t.Context(), read(t), "01J"); err != nil {
		t.Fatal(err)
	}
	got := box.Messages()
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	if diff := cmp.Diff([]string{"ana@example.org", "lee@example.net", "programs@example.org"},
		got[0].To); diff != "" || got[0].From != "office@example.org" {
		t.Errorf("from %s to\n%s", got[0].From, diff)
	}
	sent, err := netmail.ReadMessage(strings.NewReader(got[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"From": `"The Office" <office@example.org>`,
		"Reply-To": "<dana@example.org>", "Message-Id": "<01J@example.org>", "X-Unsent": "",
		"To": "<ana@example.org>, <lee@example.net>", "Cc": "<programs@example.org>"} {
		if got := sent.Header.Get(field); got != want || len(sent.Header[field]) > 1 {
			t.Errorf("%s is %q, want %q", field, sent.Header[field], want)
		}
	}
	if at, err := sent.Header.Date(); err != nil || time.Since(at) > time.Hour {
		t.Errorf("dated %v, %v", at, err)
	}
	m, err := Read([]byte(got[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	if want := read(t); m.Text != want.Text || m.Subject != want.Subject || !cmp.Equal(m.Attached,
		want.Attached) {
		t.Errorf("%+v", m)
	}
}

// TLS is asked for of every server on another computer, from the first byte or by STARTTLS.
func TestSendOverTLS(t *testing.T) {
	certificate, roots := certificates(t)
	for name, tt := range map[string]struct {
		scheme string
		server mailtest.Options
	}{
		"from the first byte": {"smtps", mailtest.Options{TLS: certificate, Implicit: true}},
		"STARTTLS":            {"smtp", mailtest.Options{TLS: certificate}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.server.User, tt.server.Password = "office", "secret"
			box := mailtest.Start(t, tt.server)
			s := server(t, tt.scheme+"://office@"+box.Addr, Options{Password: "secret"})
			s.plain, s.roots = false, roots // as if it were elsewhere
			if err := s.Send(t.Context(), read(t), "a"); err != nil || len(box.Messages()) != 1 {
				t.Errorf("%v, %d messages", err, len(box.Messages()))
			}
			s.roots = x509.NewCertPool()
			wantFailure(t, s.Send(t.Context(), read(t), "b"), "There is no safe connection (TLS)")
			if len(box.Messages()) != 1 {
				t.Error("a letter went to a server that nobody vouches for")
			}
		})
	}
}

// certificates are those of a server on this computer, and who vouches for it.
func certificates(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	web := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	return &tls.Config{Certificates: web.TLS.Certificates}, roots
}

// What goes wrong is a sentence to the person and names nobody in the log; nobody gets a
// letter that another could not get.
func TestSendRefused(t *testing.T) {
	certificate, _ := certificates(t)
	for name, tt := range map[string]struct {
		server mailtest.Options
		user   string
		far    bool
		want   string
		doubt  bool
	}{
		"a recipient": {server: mailtest.Options{Refuses: "lee@example.net"},
			want: "refused the recipient lee@example.net; nothing was sent. It said: 550"},
		"a copy": {server: mailtest.Options{Refuses: "programs@example.org"},
			want: "refused the recipient programs@example.org"},
		"the login": {server: mailtest.Options{User: "office", Password: "other"},
			user: "office@",
			want: "refused the login of the service; nothing was sent. It said: 535"},
		"no login": {server: mailtest.Options{User: "office", Password: "other"},
			want: "refused the sender office@example.org"},
		"a login nobody asks of": {user: "office@", want: "offers no way to log in"},
		"no TLS":                 {far: true, want: "There is no safe connection (TLS)"},
		"TLS nobody vouches for": {server: mailtest.Options{TLS: certificate}, far: true,
			want: "There is no safe connection (TLS)"},
		"the letter": {server: mailtest.Options{Takes: func([]byte) error {
			return errors.New("too many images")
		}}, want: "refused the letter; nothing was sent. It said: 554 5.7.1 too many images"},
		"a broken connection": {server: mailtest.Options{HangsUp: true},
			want: "may have been sent, or not", doubt: true},
	} {
		t.Run(name, func(t *testing.T) {
			box := mailtest.Start(t, tt.server)
			s := server(t, "smtp://"+tt.user+box.Addr, Options{Password: "secret"})
			s.plain = !tt.far
			f := wantFailure(t, s.Send(t.Context(), read(t), "a"), tt.want)
			if f.Doubt != tt.doubt || !tt.doubt && (len(box.Messages()) > 0 ||
				!strings.Contains(f.Text, "nothing was sent")) {
				t.Errorf("%d messages; it is said: %s", len(box.Messages()), f.Text)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		wantFailure(t, server(t, "smtp://127.0.0.1:1", Options{}).Send(t.Context(), read(t), "a"),
			"could not be reached; nothing was sent")
	})
}

func wantFailure(t testing.TB, err error, want string) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("%v, want a failure", err)
	}
	if !strings.Contains(f.Text, want) {
		t.Errorf("it is said %q, want %q", f.Text, want)
	}
	if strings.Contains(f.Error(), "@") || strings.Contains(f.Error(), "secret") {
		t.Errorf("for the log: %s", f.Error())
	}
	return f
}

func TestNew(t *testing.T) {
	for name, tt := range map[string]struct {
		o    Options
		want string
	}{
		"no scheme": {Options{URL: "mail.example.org:587"}, "smtp://user@host:587"},
		"a web address": {Options{URL: "https://mail.example.org"},
			"smtp://user@host:587"},
		"a password in it": {Options{URL: "smtp://office:hidden@mail.example.org"},
			"put it into a file"},
		"a user without password": {Options{URL: "smtp://office@mail.example.org"},
			"there is no password"},
		"no sender": {Options{URL: "smtp://mail.example.org", From: "Office"},
			`sent from is "Office"`},
	} {
		if tt.o.From == "" {
			tt.o.From = "office@example.org"
		}
		if _, err := New(tt.o); err == nil || !strings.Contains(err.Error(), tt.want) ||
			strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for url, plain := range map[string]bool{"smtp://mail.example.org": false,
		"smtps://mail.example.org": false, "smtp://localhost": true, "smtp://[::1]:25": true,
		"smtp://127.0.0.1:25": true, "smtps://localhost": false} {
		if s := server(t, url, Options{}); s.plain != plain || s.port == "" {
			t.Errorf("%s: %+v", url, s)
		}
		if s := server(t, url, Options{Plain: true}); s.plain != !s.implicit {
			t.Errorf("%s, without TLS: %+v", url, s)
		}
	}
}
