package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/fixtures"
	"countersign/internal/store"
	"countersign/internal/work"
)

// crashRounds is the environment variable that says how often TestCrashes kills the
// service; few times unless somebody asks for more ("make crash" does).
const crashRounds = "CRASH_ROUNDS"

// Whatever moment the service is killed at, while files arrive, pages are read and
// people review: once it has been let alone for a while, nothing that was said to be
// taken is lost, nothing is there twice, and nothing is stuck.
func TestCrashes(t *testing.T) {
	t.Parallel()
	rounds, err := strconv.Atoi(os.Getenv(crashRounds))
	if err != nil {
		rounds = 2
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("%d rounds, seed %d", rounds, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	d := newDaemon(t, "--workers", "2")
	for i := range rounds { // five files arrive in each round, one of them new
		d.files = append(d.files, typedCopy(t, 4+i))
	}
	want := d.expected()
	found := &findings{}
	d.start() // one file is there before, so that there are lines to review from the beginning
	d.upload(t.Context(), 1)
	d.settled()
	d.stop()
	for round := range rounds {
		d.start()
		ctx, stop := context.WithCancel(t.Context())
		var people sync.WaitGroup
		for i := round; i < round+5; i++ {
			later := time.Duration(random.Int64N(int64(3 * time.Second)))
			people.Go(func() { work.Pause(ctx, later); d.upload(ctx, i) })
		}
		people.Go(func() { d.review(ctx, found) })
		time.Sleep(time.Duration(random.Int64N(int64(6 * time.Second))))
		d.kill()
		stop()
		people.Wait()
		t.Logf("round %d: %d files taken, %d findings", round+1, d.takenFiles(), len(found.all()))
	}
	began := time.Now()
	d.start()
	for i := range d.files {
		d.upload(t.Context(), i)
	}
	d.settled()
	t.Logf("settled after %v", time.Since(began).Round(time.Millisecond))
	d.stop()
	d.compare(want, found)
}

// A service that is told to stop ends what it has begun and leaves nothing for dead.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.start()
	d.upload(t.Context(), 0)
	time.Sleep(500 * time.Millisecond)
	d.stop()
	left, err := os.ReadDir(filepath.Join(d.dir, "readers"))
	if err != nil || len(left) > 0 {
		t.Errorf("of readers there is left %v, %v", left, err)
	}
	d.start()
	for i := range d.files {
		d.upload(t.Context(), i)
	}
	d.settled()
	d.stop()
	d.compare(d.expected(), &findings{})
}

// More workers in another process share the work, the database and the files.
func TestWorkElsewhere(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, "--blobs", "nats", "--nats-listen", "127.0.0.1:"+
		strconv.Itoa(freePort(t)), "--nats-token", "secret")
	d.start()
	d.ready()
	own := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	at := d.args[slices.Index(d.args, "--nats-listen")+1]
	cmd := exec.Command(d.self, "work", "--nats", "nats://secret@"+at, "--db", "sqlite://"+
		filepath.Join(d.dir, "countersign.db"), "--workers", "1", "--log-level", "debug",
		"--metrics-listen", own)
	var said fixtures.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); !strings.Contains(said.String(),
		"msg=working"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the worker does not begin; it said\n%s", said.String())
		}
	}
	for i := range d.files {
		d.upload(t.Context(), i)
	}
	d.settled()
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok",
		"/metrics": `countersign_work_seconds_count{result="done",stage=`} {
		if status, text := asked(t, "http://"+own+path); status != http.StatusOK ||
			!strings.Contains(text, want) {
			t.Errorf("the worker's %s: %d %s", path, status, text)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the worker ended with %v and said\n%s", err, said.String())
	}
	if !strings.Contains(said.String(), "msg=done") {
		t.Errorf("the worker did nothing; it said\n%s", said.String())
	}
	d.stop()
	d.compare(d.expected(), &findings{})
}

// daemon is a real service in a process of its own, and what is handed in to it.
type daemon struct {
	t       testing.TB
	self    string
	dir     string
	account string // of whoever hands in and reviews
	base    string
	args    []string
	files   []namedFile
	cmd     *exec.Cmd
	said    *bytes.Buffer
	db      *store.Store

	mu    sync.Mutex
	taken map[int]bool // files that the service said it has
}

type namedFile struct {
	name string
	data []byte
}

const testToken = "a token that only tests know"

func newDaemon(t testing.TB, args ...string) *daemon {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{t: t, self: self, dir: t.TempDir(), taken: map[int]bool{}}
	address := "127.0.0.1:" + strconv.Itoa(freePort(t))
	d.base = "http://" + address
	d.args = append([]string{"serve", "--data", d.dir, "--listen", address, "--workers", "1"},
		args...)
	few := fixtures.FewLines(t)
	d.files = append(d.files, namedFile{"scanned.pdf", fixtures.PDF(1, few.JPEG, few.Width,
		few.Height)})
	for i := range 4 {
		d.files = append(d.files, typedCopy(t, i))
	}
	d.prepare()
	t.Cleanup(func() {
		if d.cmd != nil {
			d.kill()
		}
		d.db.Close()
	})
	return d
}

// checked is what check makes of a file. Every story hands in the same ones.
func (f namedFile) checked(t testing.TB) result {
	t.Helper()
	sum := sha256.Sum256(f.data)
	r, done := checkedFiles[sum]
	if !done {
		r = decode(t, alone(fixtures.Write(t, f.name, f.data)).stdout)
		checkedFiles[sum] = r
	}
	return r
}

var checkedFiles = map[[sha256.Size]byte]result{}

// typedCopy is a petition with a text layer, another file by its number.
func typedCopy(t testing.TB, i int) namedFile {
	t.Helper()
	return namedFile{fmt.Sprintf("typed %d.pdf", i), fixtures.Typed(t, 1, 4, i)}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// prepare writes what must be there before: members, a petition, and an account whose token
// the test has. What the service keeps it reads through the same store.
func (d *daemon) prepare() {
	t := d.t
	nats := slices.Contains(d.args, "nats")
	s, err := work.Open(t.Context(), work.Options{Data: d.dir, BlobsNATS: nats,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, members))
	fixtures.AddPetition(t, s.Store, "p1", "s1")
	s.Close()
	if d.db, err = store.Open(t.Context(), "sqlite://"+filepath.Join(d.dir,
		"countersign.db")); err != nil {
		t.Fatal(err)
	}
	d.addAccount()
}

// addAccount adds whoever hands in and reviews, with a token that the test has.
func (d *daemon) addAccount() {
	t := d.t
	a, err := d.db.AddAccount(t.Context(), store.Account{Email: "chair@example.org", Name: "Chair",
		Roles: []store.Role{"staff", "chair", "verifier"}, PasswordHash: "none"})
	if err != nil {
		t.Fatal(err)
	}
	d.account = a.ID
	sum := sha256.Sum256([]byte(testToken))
	if _, err := d.db.AddToken(t.Context(), store.Token{AccountID: a.ID, Name: "test",
		Hash: hex.EncodeToString(sum[:])}); err != nil {
		t.Fatal(err)
	}
}

// start starts the service; it may be killed before it answers.
func (d *daemon) start() {
	d.cmd = exec.Command(d.self, d.args...)
	d.said = &bytes.Buffer{}
	d.cmd.Stderr = d.said
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
}

// ready waits until the service answers.
func (d *daemon) ready() {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get(d.base + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("the service does not answer; it said\n%s", d.said.String())
		}
	}
}

// kill ends the service as a power failure would, and waits until its readers have
// noticed.
func (d *daemon) kill() {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", d.cmd.Process.Pid))
	if err != nil {
		d.t.Log("its children cannot be seen:", err)
	}
	_ = d.cmd.Process.Kill() // may have ended
	_ = d.cmd.Wait()
	d.cmd = nil
	for _, pid := range strings.Fields(string(children)) {
		for deadline := time.Now().Add(20 * time.Second); alive(pid); time.Sleep(
			10 * time.Millisecond) {
			if time.Now().After(deadline) {
				d.t.Fatalf("reader %s outlives its service", pid)
			}
		}
	}
}

func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// stop asks the service to end.
func (d *daemon) stop() {
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	if err := d.cmd.Wait(); err != nil {
		d.t.Errorf("the service ended with %v and said\n%s", err, d.said.String())
	}
	d.cmd = nil
}

// upload hands in a file again and again until the service has it.
func (d *daemon) upload(ctx context.Context, i int) {
	for ctx.Err() == nil {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("file", d.files[i].name)
		if err != nil {
			d.t.Error(err)
			return
		}
		part.Write(d.files[i].data)
		form.Close()
		status, _ := d.post(ctx, "/petitions/p1/files", form.FormDataContentType(), &body)
		if status/100 == 2 || status == http.StatusSeeOther {
			d.mu.Lock()
			d.taken[i] = true
			d.mu.Unlock()
			return
		}
		work.Pause(ctx, 50*time.Millisecond)
	}
}

func (d *daemon) takenFiles() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.taken)
}

// post returns the status of the answer, 0 for none, and its text.
func (d *daemon) post(ctx context.Context, path, kind string, body io.Reader) (status int,
	text string) {
	return d.ask(ctx, "POST", path, kind, body)
}

func (d *daemon) ask(ctx context.Context, method, path, kind string, body io.Reader) (status int,
	text string) {
	r, err := http.NewRequestWithContext(ctx, method, d.base+path, body)
	if err != nil {
		d.t.Error(err)
		return 0, ""
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+testToken)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	answer, err := client.Do(r)
	if err != nil {
		return 0, "" // killed, or not yet there
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, ""
	}
	return answer.StatusCode, string(data)
}

// findings are those that were sent to the service, true for those that it said it has.
type findings struct {
	mu  sync.Mutex
	ids map[string]bool
}

// send notes that a finding is on its way. What is killed before it answers may
// have it or not.
func (f *findings) send(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ids == nil {
		f.ids = map[string]bool{}
	}
	if _, sent := f.ids[id]; !sent {
		f.ids[id] = false
	}
}

// expected is what the service must have, where it has all these: those that it said
// it has, and of the others those that it does have.
func (f *findings) expected(has []string) (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, said := range f.ids {
		if said || slices.Contains(has, id) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (f *findings) add(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids[id] = true
}

func (f *findings) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for id, said := range f.ids {
		if said {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// review finds of every line once it is matched that it cannot be read, until ctx ends.
func (d *daemon) review(ctx context.Context, found *findings) {
	for ; ctx.Err() == nil; work.Pause(ctx, 50*time.Millisecond) {
		lines, err := d.db.Lines(ctx, "p1")
		if err != nil && !errors.Is(err, context.Canceled) {
			d.t.Error(err)
		}
		for _, l := range lines {
			id := d.account + "." + l.ID
			if l.SnapshotID == "" || ctx.Err() != nil || slices.Contains(found.all(), id) {
				continue
			}
			found.send(id)
			values := url.Values{"id": {id}, "line": {l.ID}, "do": {"illegible"}}
			status, text := d.post(ctx, "/petitions/p1/review", "application/x-www-form-urlencoded",
				strings.NewReader(values.Encode()))
			if status == http.StatusSeeOther {
				found.add(id)
			} else if status != 0 && ctx.Err() == nil {
				d.t.Errorf("a finding of %s was answered with %d: %s", l.ID, status, text)
				return
			}
		}
	}
}

// settled waits until there is nothing left to do.
func (d *daemon) settled() { fixtures.Settled(d.t, d.db, "p1") }

// expected is what must be there of the files once they went through: what check makes
// of them, under the ids that follow from their bytes.
func (d *daemon) expected() (out []string) {
	var checked []result // the scan and one of the typed, which have the same lines
	for _, f := range d.files[:2] {
		checked = append(checked, f.checked(d.t))
	}
	for i, f := range d.files {
		pages := checked[min(i, 1)].Files[0].Pages
		sum := sha256.Sum256(f.data)
		id := store.UploadID("p1", hex.EncodeToString(sum[:]))
		out = append(out, fmt.Sprintf("upload %s of %d pages, %q", id, len(pages), ""))
		for _, p := range pages {
			page := store.PageID(id, p.Page)
			out = append(out, fmt.Sprintf("page %s, %s, %q", page, p.Kind, ""))
			for _, r := range p.Rows {
				out = append(out, fmt.Sprintf("line %s against s1", store.LineID(page, r.Row)))
			}
		}
	}
	slices.Sort(out)
	return out
}

// inventory names all that is there of the petition: pages by upload, lines with their
// signers.
func inventory(t testing.TB, db *store.Store) (out []string) {
	t.Helper()
	uploads, pages, lines := fixtures.Contents(t, db, "p1")
	for _, u := range uploads {
		out = append(out, fmt.Sprintf("upload %s of %d pages, %q", u.ID, u.Pages, u.Error))
	}
	for _, p := range pages {
		out = append(out, fmt.Sprintf("page %s, %s, %q", p.ID, p.Kind, p.Error))
	}
	for _, l := range lines {
		out = append(out, fmt.Sprintf("line %s against %s", l.ID, l.SnapshotID))
	}
	slices.Sort(out)
	return out
}

// compare says what was lost, doubled, or given up.
func (d *daemon) compare(want []string, found *findings) {
	d.t.Helper()
	if diff := cmp.Diff(want, inventory(d.t, d.db)); diff != "" {
		d.t.Errorf("lost (-) or doubled (+):\n%s", diff)
	}
	failures, err := d.db.Failures(d.t.Context(), "p1")
	if err != nil || len(failures) > 0 {
		d.t.Errorf("given up: %+v, %v", failures, err)
	}
	all, err := d.db.Findings(d.t.Context(), "p1")
	if err != nil {
		d.t.Fatal(err)
	}
	var ids []string
	for _, f := range all {
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	if diff := cmp.Diff(found.expected(ids), ids); diff != "" {
		d.t.Errorf("findings lost (-) or doubled (+):\n%s", diff)
	}
	if n, err := d.db.VerifyAudit(d.t.Context()); err != nil {
		d.t.Errorf("after %d entries the log is broken: %v", n, err)
	}
	d.complete(ids)
}

// complete says which changes the log never saw, and which it saw that are not there.
func (d *daemon) complete(findings []string) {
	d.t.Helper()
	uploads, err := d.db.Uploads(d.t.Context(), "p1")
	if err != nil {
		d.t.Fatal(err)
	}
	var want, got []string
	for _, u := range uploads {
		want = append(want, "upload.added upload "+u.ID)
	}
	for _, id := range findings {
		want = append(want, "finding "+id)
	}
	for after := int64(0); ; {
		const many = 1000
		list, err := d.db.Audit(d.t.Context(), after, many)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, e := range list {
			after = e.Seq
			switch {
			case e.Action == "upload.added":
				got = append(got, e.Action+" "+e.Detail)
			case strings.HasPrefix(e.Action, "finding."):
				got = append(got, "finding "+e.Detail)
			}
		}
		if len(list) < many {
			break
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Errorf("changes that are not in the log (-), entries of what is not there or twice "+
			"(+):\n%s", diff)
	}
}
