package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/internal/store"
	"countersign/internal/web"
	"countersign/internal/work"
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
	{ID: "demo-staff", Email: "staff@example.org", Name: "Sam Staff",
		Roles: []store.Role{store.Staff}},
	{ID: "demo-verifier", Email: "verifier@example.org", Name: "Vera Verifier",
		Roles: []store.Role{store.Verifier}},
	{ID: "demo-second", Email: "verifier2@example.org", Name: "Vic Verifier",
		Roles: []store.Role{store.Verifier}},
	{ID: "demo-chair", Email: "chair@example.org", Name: "Chris Chair",
		Roles: []store.Role{store.Chair}},
	{ID: "demo-admin", Email: "admin@example.org", Name: "Ada Admin",
		Roles: []store.Role{store.Admin}},
}

// demoGuests are the people as whom visitors may sign in.
func demoGuests() []web.Guest {
	does := map[string]string{
		"demo-staff":    "adds petitions and sheets, puts right what was read, writes letters",
		"demo-verifier": "looks at the lines that the program is not sure of",
		"demo-second":   "the same, where two must agree",
		"demo-chair":    "certifies counts and writes down what the committee decides",
		"demo-admin":    "all of it, and people and settings",
	}
	var out []web.Guest
	for _, p := range demoPeople {
		out = append(out, web.Guest{Name: p.Name, Email: p.Email, Password: demoPassword,
			Does: does[p.ID]})
	}
	return out
}

// Run serves petitions at different points of their life.
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
		Guests: demoGuests(), Uploads: filepath.Join(c.Data, "uploads"), URL: url,
		Program: programName(), Log: log,
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

func (d *demo) greet(w io.Writer, url string) {
	fmt.Fprintln(w, "Countersign is at", url)
	fmt.Fprintf(w, "Sign in as one of these people, with the password %q:\n", demoPassword)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, p := range demoPeople {
		fmt.Fprintf(t, "  %s\t%s\n", p.Email, p.Name)
	}
	t.Flush()
}
