package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/store"
	"countersign/internal/work"
)

// How much the benchmarks put on the service is in environment variables, as a short run is
// what most want: LOAD_UPLOADS files at once (50 for the figures that count), LOAD_REVIEWERS
// people at their pages (20), LOAD_LARGE megabytes of one file.
func loadOf(b *testing.B, name string, usual int) int {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s is %q: write a number above 0", name, text)
	}
	return n
}

// thinking is how long a reviewer looks at a line.
const thinking = time.Second

// BenchmarkLoad hands many files in at once while people review and workers read, until all
// is read and matched. A page counts from the request to the last byte; errors are answers
// that nobody should see.
func BenchmarkLoad(b *testing.B) {
	uploads, reviewers := loadOf(b, "LOAD_UPLOADS", 12), loadOf(b, "LOAD_REVIEWERS", 20)
	for range b.N {
		b.StopTimer()
		l := newLoad(b)
		d := l.daemon
		for i := range 2 { // what there is to review
			d.upload(b.Context(), i)
		}
		d.settled()
		people := make([]*client, reviewers)
		for i := range people {
			people[i] = l.client(fmt.Sprint("reviewer", i), store.Verifier, store.Chair)
		}
		staff := l.client("staff", store.Staff)
		b.StartTimer()

		ctx, stop := context.WithCancel(b.Context())
		var reviewing, sending sync.WaitGroup
		for _, c := range people {
			reviewing.Go(func() { c.review(ctx) })
		}
		began := time.Now()
		for i := range uploads {
			sending.Go(func() {
				data := fixtures.Read(b, online)
				if i%5 == 0 { // one in five was scanned and takes the workers longer
					data = fixtures.Read(b, sample)
				}
				staff.send("p2", fmt.Sprintf("sheets %d.pdf", i), bytes.NewReader(fmt.Appendf(nil,
					"%s\n%% copy %d\n", data, i)))
			})
		}
		sending.Wait()
		sent := time.Since(began)
		fixtures.Settled(b, d.db, "p2")
		took := time.Since(began)
		stop()
		reviewing.Wait()
		b.StopTimer()
		o, err := d.db.Counts(b.Context(), "p2")
		if err != nil || o.Uploads != uploads || o.Failures > 0 {
			b.Errorf("%d of %d files arrived, %d failures, %v", o.Uploads, uploads, o.Failures, err)
		}
		found, err := d.db.Findings(b.Context(), "p1")
		if err != nil {
			b.Fatal(err)
		}
		d.stop()
		l.report(b)
		b.ReportMetric(sent.Seconds(), "upload-s")
		b.ReportMetric(took.Seconds(), "all-read-s")
		b.ReportMetric(float64(o.Pages)/took.Seconds(), "pages/s")
		b.ReportMetric(float64(len(found)), "findings")
		b.ReportMetric(0, "ns/op") // all together says nothing
	}
}

// BenchmarkLargeUpload sends one large file in pieces, as the page does, and says how much
// memory the service took for it at most.
func BenchmarkLargeUpload(b *testing.B) {
	size := loadOf(b, "LOAD_LARGE", 200) * 1_000_000
	for range b.N {
		b.StopTimer()
		l := newLoad(b)
		staff := l.client("staff", store.Staff)
		// what all uploads need once
		staff.send("p2", "first.pdf", strings.NewReader("%PDF-1.4 and no more"))
		pid := strconv.Itoa(l.daemon.cmd.Process.Pid)
		before := memory(b, pid, "VmRSS")
		// From here the kernel notes the most anew.
		if err := os.WriteFile("/proc/"+pid+"/clear_refs", []byte("5"), 0); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		began := time.Now()
		seed := make([]byte, 1<<20)
		rand.Read(seed)
		staff.send("p2", "large.pdf", io.NewSectionReader(repeated{seed}, 0, int64(size)))
		took := time.Since(began)
		fixtures.Settled(b, l.daemon.db, "p2")
		b.StopTimer()
		most := memory(b, pid, "VmHWM")
		l.daemon.stop()
		arrived, err := l.daemon.db.Uploads(b.Context(), "p2")
		if err != nil || !slices.ContainsFunc(arrived, func(u store.Upload) bool {
			return u.Size == int64(size)
		}) {
			b.Errorf("the file is not among %d uploads, %v", len(arrived), err)
		}
		if len(l.errors) > 0 {
			b.Errorf("%d errors, such as %s", len(l.errors), l.errors[0])
		}
		b.ReportMetric(float64(most-before)/1e6, "MB-added")
		b.ReportMetric(float64(size)/1e6/took.Seconds(), "MB/s")
		b.ReportMetric(0, "ns/op")
	}
}

// memory is a figure of a process, in bytes.
func memory(b *testing.B, pid, name string) int {
	b.Helper()
	for line := range strings.Lines(string(fixtures.Read(b, "/proc/"+pid+"/status"))) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				b.Fatal(err)
			}
			return kb * 1024
		}
	}
	b.Fatalf("process %s has no %s", pid, name)
	return 0
}

// repeated is a seed over and over.
type repeated struct{ seed []byte }

func (r repeated) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], r.seed[(at+int64(n))%int64(len(r.seed)):])
	}
	return n, nil
}

// load is a running service with a petition p1 whose lines wait for people and one, p2, to
// which files come, and what became of all that was asked of it.
type load struct {
	daemon *daemon

	mu     sync.Mutex
	took   map[string][]time.Duration // by what was asked
	errors []string
}

func newLoad(b *testing.B) *load {
	b.Helper()
	d := newDaemon(b, "--workers", "2")
	l := &load{daemon: d, took: map[string][]time.Duration{}}
	// So strict a rule leaves all lines to people, or they would soon run out.
	p, err := d.db.Petition(b.Context(), "p1")
	if err != nil {
		b.Fatal(err)
	}
	p.Rules = "threshold: 100\nerror-bound: 0.00000001\n"
	if err := d.db.SetPetition(b.Context(), p); err != nil {
		b.Fatal(err)
	}
	if _, err := d.db.AddPetition(b.Context(), store.Petition{ID: "p2", Title: "p2",
		SnapshotID: p.SnapshotID}); err != nil {
		b.Fatal(err)
	}
	d.start()
	d.ready()
	return l
}

// done notes how long something took, or that it went wrong.
func (l *load) done(what string, began time.Time, wrong string) {
	took := time.Since(began)
	l.mu.Lock()
	defer l.mu.Unlock()
	if wrong != "" {
		l.errors = append(l.errors, what+": "+wrong)
		return
	}
	l.took[what] = append(l.took[what], took)
}

func (l *load) report(b *testing.B) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.ReportMetric(float64(len(l.errors)), "errors")
	if len(l.errors) > 0 {
		b.Logf("such as %s", l.errors[0])
	}
	for _, what := range []string{"page", "save"} {
		all := slices.Sorted(slices.Values(l.took[what]))
		if len(all) == 0 {
			b.Fatalf("nobody saw a %s", what)
		}
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-"+what+"-ms")
		b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-"+what+"-ms")
		b.ReportMetric(float64(len(all)), what+"s")
	}
}

// client is somebody who is signed in.
type client struct {
	*load
	id, secret string
}

func (l *load) client(id string, roles ...store.Role) *client {
	t := l.daemon.t
	t.Helper()
	ctx, now := t.Context(), time.Now()
	if _, err := l.daemon.db.AddAccount(ctx, store.Account{ID: id, Email: id + "@example.org",
		Name: id, Roles: roles, PasswordHash: "none"}); err != nil {
		t.Fatal(err)
	}
	// Straight into the store: signing in is meant to be slow.
	sum := sha256.Sum256([]byte(id))
	if err := l.daemon.db.AddSession(ctx, store.Session{Hash: hex.EncodeToString(sum[:]),
		AccountID: id, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	return &client{l, id, id}
}

// ask asks the service, and returns its answer; nil where it is not one of success.
func (c *client) ask(ctx context.Context, what, method, path string, body io.Reader,
	headers ...string) (http.Header, []byte) {
	r, err := http.NewRequestWithContext(ctx, method, c.daemon.base+path, body)
	if err != nil {
		c.done(what, time.Now(), err.Error())
		return nil, nil
	}
	r.AddCookie(&http.Cookie{Name: "countersign", Value: c.secret})
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	began := time.Now()
	answer, err := crowd.Do(r)
	if err == nil {
		defer answer.Body.Close()
		body, err2 := io.ReadAll(answer.Body)
		if err2 == nil && answer.StatusCode/100 == 2 {
			c.done(what, began, "")
			return answer.Header, body
		}
		if err = err2; err == nil {
			err = fmt.Errorf("%s %s: %s: %.200s", method, path, answer.Status, body)
		}
	}
	if ctx.Err() == nil { // what is cut off at the end is no error
		c.done(what, began, err.Error())
	}
	return nil, nil
}

// crowd keeps a connection for each of many people, as their browsers do.
var crowd = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}

// review looks at a line, decides it, thinks better of it, and begins again.
func (c *client) review(ctx context.Context) {
	const page = "/petitions/p1/review"
	for n := 0; ctx.Err() == nil; n++ {
		if _, body := c.ask(ctx, "page", "GET", page, nil); body == nil {
			work.Pause(ctx, thinking)
			continue
		}
		line := c.sync(ctx, nil)
		if line == "" { // others hold them all
			work.Pause(ctx, thinking)
			continue
		}
		c.ask(ctx, "picture", "GET", "/lines/"+line+"/picture", nil)
		work.Pause(ctx, thinking)
		id := fmt.Sprintf("%s.finding-%08d", c.id, n)
		c.sync(ctx, map[string]string{"id": id, "line": line, "kind": "illegible"})
		c.ask(ctx, "page", "GET", "/petitions/p2", nil)
		work.Pause(ctx, thinking)
		c.sync(ctx, map[string]string{"id": id + "-undo", "line": line, "kind": "undo",
			"undoes": id})
	}
}

// sync is the exchange of the review page: it hands a finding over, and returns a line to
// look at next.
func (c *client) sync(ctx context.Context, finding map[string]string) string {
	findings := []map[string]string{}
	if finding != nil {
		findings = append(findings, finding)
	}
	request, err := json.Marshal(map[string]any{"findings": findings, "have": []string{},
		"want": 2})
	if err != nil {
		c.done("save", time.Now(), err.Error())
		return ""
	}
	_, body := c.ask(ctx, "save", "POST", "/petitions/p1/review/sync", bytes.NewReader(request),
		"Content-Type", "application/json")
	if body == nil {
		return ""
	}
	var answer struct {
		Refused []struct{ Text string }
		Lines   []struct{ ID string }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		c.done("save", time.Now(), err.Error())
		return ""
	}
	for _, r := range answer.Refused {
		c.done("save", time.Now(), "refused: "+r.Text)
	}
	if len(answer.Lines) == 0 {
		return ""
	}
	return answer.Lines[0].ID
}

// send hands a file in by the tus protocol, in pieces as the page sends them.
func (c *client) send(petition, name string, data io.ReaderAt) {
	ctx := context.Background()
	sized, ok := data.(interface{ Size() int64 })
	if !ok {
		c.done("upload", time.Now(), "the file has no size")
		return
	}
	size := sized.Size()
	word := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	head, body := c.ask(ctx, "upload", "POST", "/tus/", nil, "Tus-Resumable", "1.0.0",
		"Upload-Length", fmt.Sprint(size), "Upload-Metadata", "filename "+word(name)+",petition "+
			word(petition))
	if body == nil {
		return
	}
	at := strings.TrimPrefix(head.Get("Location"), c.daemon.base)
	const piece = 8 << 20
	for offset := int64(0); offset < size; offset += piece {
		if _, body := c.ask(ctx, "piece", "PATCH", at, io.NewSectionReader(data, offset,
			min(piece, size-offset)),
			"Tus-Resumable", "1.0.0", "Upload-Offset", fmt.Sprint(offset), "Content-Type",
			"application/offset+octet-stream"); body == nil {
			return
		}
	}
}
