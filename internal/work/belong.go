package work

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/internal/blob"
	"countersign/internal/store"
)

// owned is a place that keeps something for one installation and says for which.
type owned struct {
	what string // in a sentence
	is   func(context.Context) (string, error)
	set  func(context.Context, string) error
}

// belong sees that database, queue and files are of one installation before anything is done to
// them: with the queue of another it would take that one's work, and with the files of another a
// purge would look for what is not there. Places that have no mark yet get one.
func (s *Service) belong(ctx context.Context, o Options) error {
	name := s.Store.NameInstallation
	if o.Join {
		name = s.Store.Installation
	}
	id, err := name(ctx)
	if err != nil {
		return err
	}
	for _, p := range []owned{{"queue", s.Queue.Installation, s.Queue.SetInstallation}, s.files} {
		has, err := p.is(ctx)
		switch {
		case err != nil:
			return err
		case has == id:
		case o.Join && id == "":
			return fmt.Errorf("the database belongs to no installation yet, and the %s to "+
				"another one: "+
				"start the service on both, or look whether --db names its database", p.what)
		case o.Join && has == "" && p.what == "files":
			return errOutOfReach
		case o.Join:
			return fmt.Errorf("the %s of another installation than the database's is named: "+
				"look whether --db, --nats, --name and --files are those of the service", p.what)
		case has == "" || o.Adopt:
			if err := p.set(ctx, id); err != nil {
				return err
			}
		default:
			return fmt.Errorf("the database belongs to installation %s, and the %s to "+
				"installation %s: "+
				"look whether --data, --db, --nats and --name name what belongs together; where "+
				"two installations share a NATS server, "+
				"give each a --name; if the other one is given up for good, start once with "+
				"--adopt", id, p.what, has)
		}
	}
	return nil
}

// probeSetting holds the sum of a small file that the service keeps beside the others, by which
// whoever joins it from elsewhere sees whether the files are within reach.
const probeSetting = "blobs-probe"

// errOutOfReach is said to workers for which each page would be tried in vain and given up.
var errOutOfReach = errors.New(
	"the service keeps its files where this computer does not reach them: " +
		"start it with --blobs nats and the same --nats, so that workers find them there, or " +
		"name " +
		"the folder of its files, " +
		"on a disk that both share, with --files")

// LayProbe keeps the probe, if there is none yet, and refuses to serve where the files of the
// service are not: another serve on the same database, for one, that was given a folder of its own.
func (s *Service) LayProbe(ctx context.Context) error {
	sum, err := s.Store.Setting(ctx, probeSetting)
	if err != nil {
		return err
	}
	if sum != "" {
		err := s.Blobs.Verify(ctx, sum)
		if !errors.Is(err, blob.ErrNotFound) && !errors.Is(err, blob.ErrDamaged) {
			return err
		}
		if some, err := s.someFile(ctx); err != nil || !some && !s.adopt {
			return errors.Join(err, errElsewhere)
		}
	}
	laid, _, err := s.Blobs.Put(ctx, strings.NewReader("Countersign keeps its files here.\n"+
		store.NewID()+"\n"))
	if err != nil {
		return err
	}
	if sum != "" {
		return s.Store.SetSetting(ctx, probeSetting, laid, "")
	}
	first, err := s.Store.SetFirst(ctx, probeSetting, laid)
	if err == nil && first != laid && s.Blobs.Verify(ctx, first) != nil {
		return errElsewhere
	}
	return err
}

var errElsewhere = errors.New(
	"the files of the service are not where this one looks for them: several that serve one " +
		"database " +
		"need --blobs nats, or one folder that they share; if the files are lost for good, start " +
		"once with --adopt")

// LookForProbe refuses to work for a service whose files are out of reach.
func (s *Service) LookForProbe(ctx context.Context) error {
	sum, err := s.Store.Setting(ctx, probeSetting)
	if err != nil || sum == "" { // a service that has not started yet
		return err
	}
	err = s.Blobs.Verify(ctx, sum)
	if errors.Is(err, blob.ErrNotFound) {
		return errOutOfReach
	}
	if err != nil {
		return fmt.Errorf("reach the files of the service: %w", err)
	}
	return nil
}

// someFile says whether one of the files that the database names is here, as in a backup that was
// made before there were probes.
func (s *Service) someFile(ctx context.Context) (bool, error) {
	kept, err := s.Store.Kept(ctx)
	if err != nil {
		return false, err
	}
	const enough = 20
	for _, k := range kept[:min(enough, len(kept))] {
		if s.Blobs.Verify(ctx, k.SHA256) == nil {
			return true, nil
		}
	}
	return false, nil
}
