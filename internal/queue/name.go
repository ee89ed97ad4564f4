package queue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"

	"github.com/nats-io/nats.go"
)

var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// CheckName says whether an installation may be called so: it becomes part of subjects and of
// names of streams. No name is a name, too: that of the only one on its server.
func CheckName(name string) error {
	if name == "" || nameForm.MatchString(name) {
		return nil
	}
	return fmt.Errorf("--name %q names no installation: write up to 32 small letters, digits and "+
		"hyphens, such as ala-2026", name)
}

// Access is how a server outside is reached that does not let everybody in.
type Access struct {
	Creds string // file of credentials, as nsc writes it
	// file of certificates that the server's must come from; "" for those of the system
	CA        string
	Cert, Key string // files of the certificate that is shown to the server
}

func (a Access) add(opts []nats.Option) ([]nats.Option, error) {
	if a.Creds != "" {
		opts = append(opts, nats.UserCredentials(a.Creds))
	}
	if a.CA != "" {
		opts = append(opts, nats.RootCAs(a.CA))
	}
	if (a.Cert == "") != (a.Key == "") {
		return nil,
			errors.New("a certificate is shown to the queue's server together with its key: name " +
				"both, --nats-cert and --nats-key")
	}
	if a.Cert != "" {
		opts = append(opts, nats.ClientCert(a.Cert, a.Key))
	}
	return opts, nil
}

// installationKey is under which a stream says whose it is.
const installationKey = "countersign-installation"

// Installation is the id of the installation that the queue belongs to, empty where none has
// said so yet.
func (q *Queue) Installation(ctx context.Context) (string, error) {
	return q.belongs(ctx, q.names.stream)
}

// SetInstallation says to which installation the queue belongs.
func (q *Queue) SetInstallation(ctx context.Context, id string) error {
	return q.claim(ctx, q.names.stream, id)
}

// ObjectsInstallation is the same for the blobs in it; see Objects.
func (q *Queue) ObjectsInstallation(ctx context.Context) (string, error) {
	return q.belongs(ctx, "OBJ_"+q.names.bucket)
}

// SetObjectsInstallation says to which installation the blobs belong.
func (q *Queue) SetObjectsInstallation(ctx context.Context, id string) error {
	return q.claim(ctx, "OBJ_"+q.names.bucket, id)
}

func (q *Queue) belongs(ctx context.Context, stream string) (string, error) {
	s, err := q.js.Stream(ctx, stream)
	if err != nil {
		return "", fmt.Errorf("ask whose the queue is: %w", err)
	}
	return s.CachedInfo().Config.Metadata[installationKey], nil
}

func (q *Queue) claim(ctx context.Context, stream, id string) error {
	s, err := q.js.Stream(ctx, stream)
	if err != nil {
		return fmt.Errorf("ask whose the queue is: %w", err)
	}
	next := s.CachedInfo().Config
	next.Metadata = maps.Clone(next.Metadata)
	if next.Metadata == nil {
		next.Metadata = map[string]string{}
	}
	next.Metadata[installationKey] = id
	if _, err := q.js.UpdateStream(ctx, next); err != nil {
		return fmt.Errorf("note whose the queue is: %w", err)
	}
	return nil
}
