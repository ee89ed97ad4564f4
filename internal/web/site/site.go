// Package site is what the pages and the API stand on: who asks and what they may (route, asking),
// templates and what goes with them (render, words, static files), how something is refused or
// fails (fail), streams and files that are sent. It knows no page.
package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"countersign/internal/mail"
	"countersign/internal/office"
	"countersign/internal/store"
)

// Options are what the pages stand on. All fields without a remark are needed.
type Options struct {
	Store  *store.Store
	Blobs  Blobs
	Bell   Bell
	Office *office.Office
	Mail   *mail.Server // sends letters; nil where the office sends them itself

	// of the audit log, noted outside of the database; the zero value for none
	Heads   store.Anchors
	Uploads string // folder for uploads that are not complete yet

	Guests []Guest // who are offered where people sign in, for a demonstration; nil for nobody

	// where people reach the service; "" for http://localhost:8080. With https cookies are marked
	// secure
	URL        string
	TrustProxy bool   // take the client's address from X-Forwarded-For
	MaxUpload  int64  // bytes of one file; 0 for 4 GiB
	Program    string // version, for the description of the API
	Log        *slog.Logger
	Metrics    *prometheus.Registry // nil for one of its own
	Now        func() time.Time     // nil for the clock
}

type (
	// Blobs keeps files under their hash.
	Blobs interface {
		Put(ctx context.Context, r io.Reader) (sum string, size int64, err error)
		Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
		Path(ctx context.Context, sum string) (path string, done func(), err error)
		Check(ctx context.Context) error
	}

	// Bell tells and hears that something changed, and knows what waits.
	Bell interface {
		Tell(topic string)
		Listen(ctx context.Context, topic string) (<-chan struct{}, func())
		Check(ctx context.Context) error
		Depth(ctx context.Context) (map[string]int, error) // by stage
	}
)

// Site is what pages and the API stand on, beside what each of them needs for itself.
type Site struct {
	Options
	Base  *url.URL                   // where people reach the service
	Still func(r *http.Request) bool // whether whoever asked would be let in now as then

	pages pages
}

// New opens the templates. The folder for uploads is made where it is missing.
func New(o Options) (*Site, error) {
	if o.URL == "" {
		o.URL = "http://localhost:8080"
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = 4 << 30
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = prometheus.NewRegistry()
	}
	base, err := address(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Uploads == "" {
		return nil, errors.New("the folder for uploads is not named")
	}
	if err := os.MkdirAll(o.Uploads, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for uploads: %w", err)
	}
	all, err := loadPages()
	return &Site{Options: o, Base: base, pages: all}, err
}

// address is where people reach the service: all of its pages lie at the root of a host.
func address(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil || base.Hostname() == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("the address of the service is %q: "+
			"write one such as https://petitions.example.org", text)
	case base.User != nil:
		return nil,
			errors.New("the address of the service holds a user: leave out what ends with @")
	case strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.ForceQuery ||
		base.Fragment != "":
		return nil,
			fmt.Errorf("the address of the service is %q: its pages lie at the root of a host, "+
				"so write %s alone, and give the service a host name of its own where another is "+
				"at "+
				"the root",
				text, Origin(base))
	}
	base.Path, base.RawPath = "", ""
	return base, nil
}

// Origin is an address as browsers write it of a page that sends something.
func Origin(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

func (s *Site) Secure() bool { return s.Base.Scheme == "https" }

// Topic is what the bell is told, and listened to, for a petition.
func Topic(petitionID string) string { return petitionID }

// Today is the day that it is, without a time of day.
func (s *Site) Today() time.Time {
	now := s.Now().UTC()
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}

// Act runs what an account does to itself, to others or to the settings: the change and its
// entry in the audit log are written together.
func (s *Site) Act(ctx context.Context, action, subject, detail string,
	do func(tx store.Tx) error) error {
	return s.Store.Do(ctx, func(tx store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return s.Entry(ctx, tx, action, subject, detail)
	})
}

// Entry writes into the audit log, in the transaction of an act of the account that asks.
func (s *Site) Entry(ctx context.Context, tx store.Tx, action, subject, detail string) error {
	_, err := tx.Record(ctx, store.AuditEntry{At: s.Now(), Actor: AccountIn(ctx).ID, Action: action,
		Subject: subject, Detail: detail})
	return err
}

// Record writes into the audit log what changes nothing, such as a download, under the account that
// asks. Subjects and details are ids and counts, never what belongs to a person.
func (s *Site) Record(r *http.Request, action, subject, detail string) error {
	return s.note(r.Context(), action, subject, detail)
}

func (s *Site) note(ctx context.Context, action, subject, detail string) error {
	_, err := s.Store.Record(ctx, store.AuditEntry{At: s.Now(), Actor: AccountIn(ctx).ID,
		Action: action, Subject: subject, Detail: detail})
	if err != nil {
		return fmt.Errorf("record %s of %s: %w", action, subject, err)
	}
	return nil
}

// Names are those of accounts by their ids.
func (s *Site) Names(ctx context.Context) (map[string]string, error) {
	list, err := s.Store.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	out := map[string]string{}
	for _, a := range list {
		out[a.ID] = a.Name
	}
	return out, nil
}

// Settings are what was set, by key.
func (s *Site) Settings(ctx context.Context) (map[string]string, error) {
	list, err := s.Store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	out := map[string]string{}
	for _, set := range list {
		out[set.Key] = set.Value
	}
	return out, nil
}

// Guest is somebody as whom anybody may sign in, at a service that shows itself.
type Guest struct {
	Name, Email, Password string
	Does                  string // what there is to see as that person
}
