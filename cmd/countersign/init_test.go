package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"countersign/internal/fixtures"
	"countersign/internal/fixtures/natstest"
	"countersign/internal/fixtures/postgrestest"
	"countersign/internal/store"
	"countersign/internal/work"
)

// composed is what tests look at of a file for Docker Compose.
type composed struct {
	Services map[string]struct {
		Image       string
		Command     []string
		Environment map[string]string
	}
	Configs map[string]struct{ Content string }
}

// manifest is what they look at of one for Kubernetes.
type manifest struct {
	Kind string
	Data map[string]string
	Spec struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Image string
					Args  []string
					Env   []struct{ Name, Value string }
				}
			}
		}
	}
}

func initPrints(t *testing.T, args ...string) string {
	t.Helper()
	r := countersign(append([]string{"init"}, args...)...)
	if r.code != exitOK || r.stdout == "" {
		t.Fatalf("exit code %d, %s", r.code, r.stderr)
	}
	return r.stdout
}

// understood says whether the program takes a command line.
func understood(t *testing.T, args []string, env map[string]string) {
	t.Helper()
	for k, v := range env {
		t.Setenv(k, v)
	}
	var c commands
	parser, err := kong.New(&c, kong.Vars{"meanings": "", "columns": ""}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%v: %v", args, err)
	}
}

// Each file that init prints is one of its kind, and its command lines are those of this program.
func TestInit(t *testing.T) {
	env := map[string]string{"COUNTERSIGN_NATS": "nats://a", "COUNTERSIGN_DB": "postgres://a"}
	count := 0
	for _, scaled := range []bool{false, true} {
		var flag []string
		if scaled {
			flag = []string{"--scaled"}
		}
		var c composed
		if err := yaml.Unmarshal([]byte(initPrints(t, append([]string{"compose"}, flag...)...)),
			&c); err != nil {
			t.Fatal(err)
		}
		for _, s := range c.Services {
			if s.Image == "countersign" {
				understood(t, s.Command, env)
				count++
			}
		}
		d := yaml.NewDecoder(strings.NewReader(initPrints(t, append([]string{"kubernetes"},
			flag...)...)))
		for {
			var m manifest
			err := d.Decode(&m)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || m.Kind == "" {
				t.Fatalf("%+v, %v", m, err)
			}
			for _, container := range m.Spec.Template.Spec.Containers {
				if container.Image == "countersign" {
					understood(t, container.Args, env)
					count++
				}
			}
		}
		unit := initPrints(t, append([]string{"systemd"}, flag...)...)
		for _, section := range []string{"[Unit]", "[Service]", "[Install]"} {
			if !strings.Contains(unit, section) {
				t.Errorf("the unit has no %s", section)
			}
		}
		_, line, _ := strings.Cut(unit, "ExecStart=/usr/local/bin/countersign ")
		line, _, _ = strings.Cut(line, "\n")
		understood(t, strings.Fields(line), env)
		count++
	}
	if count != 2*1+1+3+2+1 {
		t.Errorf("%d command lines were tried", count)
	}
}

// The scaled set-up of Docker Compose, started from this program with the configuration that it
// prints: NATS keeps three copies, the services know each other's files, and workers read.
func TestInitScaledRuns(t *testing.T) {
	var c composed
	if err := yaml.Unmarshal([]byte(initPrints(t, "compose", "--scaled")), &c); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NATS_TOKEN", "word")
	nats := strings.Split(natstest.Configured(t, strings.ReplaceAll(c.Configs["nats"].Content, "$$",
		"$"), []string{"nats-1", "nats-2", "nats-3"}), ",")
	db := postgrestest.Start(t).Create(t, "composed")
	start := func(service string, replace ...string) {
		env := os.Environ()
		for k, v := range c.Services[service].Environment {
			v = strings.ReplaceAll(v, "${NATS_TOKEN:?}", "word")
			for i, at := range nats {
				v = strings.ReplaceAll(v, []string{"nats-1:4222", "nats-2:4222", "nats-3:4222"}[i],
					at)
			}
			if k == "COUNTERSIGN_DB" {
				v = db
			}
			env = append(env, k+"="+v)
		}
		args := slices.Clone(c.Services[service].Command)
		for i := 0; i+1 < len(replace); i += 2 {
			at := slices.Index(args, replace[i])
			if at < 0 {
				t.Fatalf("%s has no %s", service, replace[i])
			}
			args[at+1] = replace[i+1]
		}
		supervised(t, args, env)
	}
	address := func() string { return fmt.Sprintf("127.0.0.1:%d", freePort(t)) }
	var bases []string
	for _, service := range []string{"serve-1", "serve-2"} {
		at := address()
		start(service, "--data", t.TempDir(), "--listen", at, "--metrics-listen", address())
		bases = append(bases, "http://"+at)
		awaitReady(t, "http://"+at) // the first makes the tables
	}
	own := address()
	start("work", "--metrics-listen", own)
	awaitReady(t, "http://"+own)

	st, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	fixtures.AddPetition(t, st, "p1", "")
	d := &daemon{t: t, base: bases[1], db: st, taken: map[int]bool{},
		files: []namedFile{typedCopy(t, 0)}}
	d.addAccount()
	d.upload(t.Context(), 0)
	fixtures.Settled(t, st, "p1")
	uploads, pages, _ := fixtures.Contents(t, st, "p1")
	if len(uploads) != 1 || len(pages) != 1 || pages[0].Error != "" || pages[0].ReadAt.IsZero() {
		t.Errorf("%+v, %+v", uploads, pages)
	}
	for _, base := range bases { // each reaches what the other took in
		d.base = base
		if status, text := d.ask(t.Context(), "GET", "/uploads/"+uploads[0].ID+"/file", "",
			nil); status != http.StatusOK || text != string(d.files[0].data) {
			t.Errorf("%s answers %d with %d bytes", base, status, len(text))
		}
	}
}

// supervised runs a process of the program, and starts it again where it ends, as whoever runs it
// does: a cluster that has no leader yet takes none.
func supervised(t *testing.T, args, env []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		for ctx.Err() == nil {
			var said fixtures.Buffer
			cmd := exec.CommandContext(ctx, self, args...)
			cmd.Env, cmd.Stderr = env, &said
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			if err := cmd.Run(); ctx.Err() == nil {
				t.Logf("%s ended with %v and is started again; it said\n%s", args[0], err,
					said.String())
			}
			work.Pause(ctx, 500*time.Millisecond)
		}
	})
	t.Cleanup(func() { stop(); all.Wait() })
}

// awaitReady waits until a process of the program is ready.
func awaitReady(t *testing.T, base string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(
		50 * time.Millisecond) {
		answer, err := http.Get(base + "/readyz")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("%s is not ready", base)
}
