package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web"
	"countersign/internal/work"
	samples "countersign/testdata"
)

// demoCommand serves a made-up association, for looking around.
type demoCommand struct {
	Listen string  `default:"localhost:8080" placeholder:"HOST:PORT" help:"Where it is served. Default: ${default}."`
	Data   string  `placeholder:"DIR" help:"Folder to keep it in, to go on with it later. Default: one that is removed at the end."`
	Log    logging `embed:"" prefix:"log-" group:"Log:"`
}

// The people of the demonstration; all have the same password.
const demoPassword = "countersign demo"

var demoPeople = []store.Account{
	{ID: "demo-staff", Email: "staff@example.org", Name: "Sam Staff", Roles: []store.Role{store.Staff}},
	{ID: "demo-verifier", Email: "verifier@example.org", Name: "Vera Verifier", Roles: []store.Role{store.Verifier}},
	{ID: "demo-second", Email: "verifier2@example.org", Name: "Vic Verifier", Roles: []store.Role{store.Verifier}},
	{ID: "demo-chair", Email: "chair@example.org", Name: "Chris Chair", Roles: []store.Role{store.Chair}},
	{ID: "demo-admin", Email: "admin@example.org", Name: "Ada Admin", Roles: []store.Role{store.Admin}},
}

// Run serves three petitions at different points of their life.
func (c demoCommand) Run(ctx context.Context, s *streams) error {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "countersign-demo-")
		if err != nil {
			return fmt.Errorf("make a folder for the demonstration: %w", err)
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("serve at %s: %w: name another address with --listen", c.Listen, err)
	}
	defer listener.Close()
	log := c.Log.logger(s.err)
	service, err := work.Open(ctx, work.Options{Data: c.Data, Log: log})
	if err != nil {
		return err
	}
	defer service.Close()
	url := "http://" + reachable(listener.Addr())
	d := &demo{service: service, office: officeOf(service, url), now: time.Now()}
	d.site, err = web.New(web.Options{
		Store: service.Store, Blobs: service.Blobs, Bell: service.Queue, Office: d.office,
		Uploads: filepath.Join(c.Data, "uploads"), URL: url, Program: programName(), Log: log,
	})
	if err != nil {
		return err
	}
	fresh, err := d.begin(ctx)
	if err != nil {
		return fmt.Errorf("make the demonstration: %w", err)
	}
	d.greet(s.out, url)
	all, ctx := errgroup.WithContext(ctx)
	go d.site.Run(ctx)
	all.Go(func() error { return serve(ctx, service, newDoor(listener, false), d.site) })
	if fresh {
		all.Go(func() error {
			if err := d.goOn(ctx); err != nil && ctx.Err() == nil {
				return fmt.Errorf("go on with the demonstration: %w", err)
			}
			return nil
		})
	}
	return all.Wait()
}

// demo makes what there is to see.
type demo struct {
	service *work.Service
	office  *office.Office
	site    *web.Server
	now     time.Time
}

// Petitions of the demonstration.
const (
	demoReview = "demo-review" // scanned sheets, waiting for verifiers
	demoGroup  = "demo-group"  // typed online, counted and approved
	demoDraft  = "demo-draft"  // nothing handed in yet
)

func (d *demo) greet(w io.Writer, url string) {
	fmt.Fprintln(w, "Countersign is at", url)
	fmt.Fprintf(w, "Sign in as one of these people, with the password %q:\n", demoPassword)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, p := range demoPeople {
		fmt.Fprintf(t, "  %s\t%s\n", p.Email, p.Name)
	}
	t.Flush()
}

// begin adds people, members and petitions, unless the folder has them already.
func (d *demo) begin(ctx context.Context) (fresh bool, err error) {
	if _, err := d.service.Store.Account(ctx, demoPeople[0].ID); err == nil {
		return false, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	for _, p := range demoPeople {
		if _, err := d.site.AddPerson(ctx, p, demoPassword); err != nil {
			return false, err
		}
	}
	blob, _, err := d.service.Blobs.Put(ctx, bytes.NewReader(samples.Members))
	if err != nil {
		return false, err
	}
	snapshot, err := d.office.Import(ctx, blob, "members.csv", office.ImportOptions{AsOf: d.day(-30)}, "demo-staff")
	if err != nil {
		return false, err
	}
	year := d.now.Year() + 1
	for key, value := range map[string]string{
		"conferences": fmt.Sprintf(`[{"name":"Annual Conference %d","from":"%d-06-24T00:00:00Z","to":"%d-06-29T00:00:00Z","place":"Chicago"}]`, year, year, year),
		"offices": `[{"key":"association","from":"2000-01-01T00:00:00Z","name":"American Library Association"},{"key":"chair","from":"2020-07-01T00:00:00Z","name":"Chris Chair","email":"chair@example.org"},
			{"key":"conference","from":"2020-01-01T00:00:00Z","name":"Conference Services","email":"conference@example.org"},{"key":"director","from":"2020-01-01T00:00:00Z","name":"Executive Director","email":"director@example.org"},
			{"key":"programs","from":"2020-01-01T00:00:00Z","name":"Member Programs and Services","email":"programs@example.org"}]`,
	} {
		if err := d.service.Store.SetSetting(ctx, key, value, "demo-admin"); err != nil {
			return false, err
		}
	}
	for _, p := range []struct {
		store.Petition
		file []byte
		name string
	}{
		{store.Petition{ID: demoReview, Title: "Prison and Reentry Library Service", Rules: "threshold: 32\n", ReceivedOn: d.day(-6)}, samples.Scanned, "sheets from Chicago.pdf"},
		{store.Petition{ID: demoGroup, Title: "Prison and Reentry Library Service (online)", Rules: "threshold: 90\n", ReceivedOn: d.day(-60)}, samples.Online, "online petition.pdf"},
		{store.Petition{ID: demoDraft, Title: "Seed Libraries", ReceivedOn: d.day(0)}, nil, ""},
	} {
		p.State, p.SnapshotID, p.By = "draft", snapshot.ID, "demo-staff"
		if _, err := d.service.Store.AddPetition(ctx, p.Petition); err != nil {
			return false, err
		}
		if p.file == nil {
			continue
		}
		sum, size, err := d.service.Blobs.Put(ctx, bytes.NewReader(p.file))
		if err != nil {
			return false, err
		}
		if _, err := d.service.Store.AddUpload(ctx, store.Upload{PetitionID: p.ID, SHA256: sum, Name: p.name, Size: size, By: "demo-staff", At: d.now}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// goOn waits for the sheets to be read, and takes the petition that was typed online to
// the committee's decision.
func (d *demo) goOn(ctx context.Context) error {
	if err := d.step(ctx, demoReview, "submit", -6); err != nil {
		return err
	}
	for {
		o, err := d.service.Store.Counts(ctx, demoGroup)
		if err != nil {
			return err
		}
		if o.Pages > 0 && o.Read == o.Pages && o.Matched == o.Lines && o.Lines > 0 {
			break
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := d.verify(ctx); err != nil {
		return err
	}
	c, err := d.office.Case(ctx, demoGroup)
	if err != nil {
		return err
	}
	counts, err := office.EncodeCertified(c.Count)
	if err != nil {
		return err
	}
	if _, err := d.service.Store.AddTally(ctx, store.Tally{PetitionID: demoGroup, Version: c.Version, Counts: counts, SnapshotID: c.SnapshotID, Program: programName(), By: "demo-chair", At: d.day(-40)}); err != nil {
		return err
	}
	for _, s := range []struct {
		kind  string
		days  int
		words []string
	}{
		{"submit", -60, nil},
		{"confirm", -59, []string{"item", "organizers", "note", "named in the letter that came with it"}},
		{"acknowledge", -58, []string{"copy", "Member Programs and Services"}},
		{"overlap-note", -50, []string{"units", "Reference and User Services Association", "note", "sees no overlap"}},
		{"certify", -40, nil},
		{"schedule", -39, []string{"meeting", "the committee's autumn meeting"}},
		{"approve", -20, []string{"vote", "7 to 0", "overlap", "Reference and User Services Association", "rationale", "The concern is no other unit's.", "name", "Prison and Reentry Library Service", "purpose", c.Purpose}},
	} {
		if err := d.step(ctx, demoGroup, s.kind, s.days, s.words...); err != nil {
			return err
		}
	}
	d.service.Queue.Tell(demoGroup)
	return nil
}

// verify settles what is undecided as verifiers would: the likeliest member where one
// counts, and else nobody.
func (d *demo) verify(ctx context.Context) error {
	for range 1000 {
		c, err := d.office.Case(ctx, demoGroup)
		if err != nil || len(c.Count.Next) == 0 {
			return err
		}
		l := *c.Line(c.Count.Next[0])
		f := store.Finding{PetitionID: demoGroup, LineID: l.ID, By: "demo-verifier", Kind: "nobody", Searches: 3}
		if len(l.Candidates) > 0 && l.Candidates[0].Probability >= 0.5 {
			f.Kind, f.MemberID = "accept", l.Candidates[0].Member.ID
		}
		if _, err := d.service.Store.AddFinding(ctx, f); err != nil {
			return err
		}
	}
	return errors.New("the lines of the petition never come to an end")
}

func (d *demo) step(ctx context.Context, petition, kind string, days int, words ...string) error {
	s := office.NewStep{Kind: kind, On: d.day(days), Words: map[string]string{}}
	for i := 0; i+1 < len(words); i += 2 {
		s.Words[words[i]] = words[i+1]
	}
	chair, err := d.service.Store.Account(ctx, "demo-chair")
	if err != nil {
		return err
	}
	return d.office.AddToLife(ctx, petition, s, chair)
}

// day is some days from today, without a time of day.
func (d *demo) day(from int) time.Time {
	t := d.now.UTC().AddDate(0, 0, from)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
