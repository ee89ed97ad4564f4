package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/fixtures"
)

// served runs the serve command in this process until the test ends, and returns where it
// is and what it says.
func served(t *testing.T, args ...string) (base string, said func() string) {
	t.Helper()
	base = fmt.Sprintf("http://localhost:%d", freePort(t))
	ctx, stop := context.WithCancel(t.Context())
	var out, errs fixtures.Buffer
	var all sync.WaitGroup
	all.Go(func() {
		args := append([]string{"serve", "--listen", "127.0.0.1:" + base[strings.LastIndex(base,
			":")+1:], "--workers", "1"}, args...)
		if code := run(ctx, args, &out, &errs); code != exitOK {
			t.Errorf("exit code %d; it said\n%s", code, errs.String())
		}
	})
	t.Cleanup(func() { stop(); all.Wait() })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get(base + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return base, out.String
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the service does not answer; it said\n%s", errs.String())
		}
	}
}

// A first start says where the service is and how the first administrator gets in; the link
// leads to a page.
func TestServeTellsTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	base, said := served(t, "--data", t.TempDir())
	link := regexp.MustCompile(`http://\S+/welcome/\S+`).FindString(said())
	if !strings.Contains(said(), "Countersign is at "+base) || !strings.HasPrefix(link, base) {
		t.Fatalf("it said %q", said())
	}
	answer, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the link is answered with %s", answer.Status)
	}
}

// Settings come from a file, from the environment over it, and from flags over both.
func TestServeSettings(t *testing.T) {
	dir := t.TempDir()
	file := fixtures.Write(t, "settings.json", []byte(`{"data": "`+filepath.Join(dir, "file")+
		`", "url": "http://petitions.example.org"}`))
	t.Setenv("COUNTERSIGN_DATA", filepath.Join(dir, "environment"))
	_, said := served(t, "--config", file)
	if !strings.Contains(said(), "Countersign is at http://petitions.example.org") {
		t.Errorf("it said %q", said())
	}
	if _, err := os.Stat(filepath.Join(dir, "environment", "countersign.db")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "file")); err == nil {
		t.Error("the file went over the environment")
	}
}

// Figures are for administrators, and at an address of their own for whoever reaches it.
func TestServeMetrics(t *testing.T) {
	t.Parallel()
	own := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	base, _ := served(t, "--data", t.TempDir(), "--metrics-listen", own)
	for url, want := range map[string]int{base + "/metrics": http.StatusUnauthorized, "http://" +
		own + "/metrics": http.StatusOK, "http://" + own + "/login": http.StatusNotFound} {
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != want {
			t.Errorf("%s: %s, %v", url, answer.Status, err)
		}
		if want == http.StatusOK && (!strings.Contains(string(text), "countersign_petitions 0") ||
			!strings.Contains(string(text), "go_goroutines")) {
			t.Errorf("%s says %s", url, text)
		}
	}
}

func TestServeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	taken := t.TempDir()
	base, _ := served(t, "--data", taken)
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no folder":       {nil, "--data"},
		"a folder in use": {[]string{"--data", taken}, "another countersign has the data folder"},
		"an address in use": {[]string{"--data", t.TempDir(), "--listen", strings.TrimPrefix(base,
			"http://")}, "name another address with --listen"},
		"metrics in use": {[]string{"--data", t.TempDir(), "--metrics-listen",
			strings.TrimPrefix(base, "http://")}, "name another address with --metrics-listen"},
		"no such database": {[]string{"--data", t.TempDir(), "--db", "mysql://x"},
			"the database must be"},
		"no such queue": {[]string{"--data", t.TempDir(), "--nats", "nats://127.0.0.1:1"},
			"connect to the queue"},
		"an open queue": {[]string{"--data", t.TempDir(), "--nats-listen", "127.0.0.1:0"},
			"set a token"},
		"no mail server": {[]string{"--data", t.TempDir(), "--smtp", "mail.example.org"},
			"smtp://user@host:587"},
		"no mail password": {[]string{"--data", t.TempDir(), "--smtp",
			"smtp://office@mail.example.org", "--mail-from", "office@example.org"},
			"--smtp-password-file"},
		"no mail sender": {[]string{"--data", t.TempDir(), "--smtp", "smtp://mail.example.org"},
			"--mail-from"},
		"no such password": {[]string{"--data", t.TempDir(), "--smtp",
			"smtp://office@mail.example.org", "--mail-from", "office@example.org",
			"--smtp-password-file", filepath.Join(taken, "none")},
			"read the password of the mail server"},
		"mail from nowhere": {[]string{"--data", t.TempDir(), "--mail-from", "office@example.org"},
			"name it with --smtp"},
		"no such blobs": {[]string{"--data", t.TempDir(), "--blobs", "tape"}, "--blobs"},
	} {
		t.Run(name, func(t *testing.T) {
			r := countersign(append([]string{"serve"}, tt.args...)...)
			if r.code != exitUnusable || !strings.Contains(r.stderr, tt.want) {
				t.Errorf("exit code %d; it said %q, want %q in it", r.code, r.stderr, tt.want)
			}
		})
	}
}

// The process that reads pages is nobody's command.
func TestReadPagesIsNotShown(t *testing.T) {
	t.Parallel()
	if r := countersign("help"); strings.Contains(r.stdout, "read-pages") ||
		!strings.Contains(r.stdout, "serve") {
		t.Errorf("help says %s", r.stdout)
	}
}
