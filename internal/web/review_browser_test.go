package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"countersign/extract"
	"countersign/internal/blob"
	"countersign/internal/fixtures"
	"countersign/internal/office"
	"countersign/internal/office/exports"
	"countersign/internal/queue"
	"countersign/internal/store"
	"countersign/internal/web/petition"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// reviewService is a running service with one petition to review, on the real
// store, queue and blobs.
type reviewService struct {
	*httptest.Server
	web      *Server
	store    *store.Store
	office   *office.Office
	petition store.Petition
	required int
	accounts map[string]store.Account // by name
	// what becomes of the script's exchanges: one of the states below
	line atomic.Int32
}

// States of the connection.
const (
	connected  = iota
	broken     // nothing arrives
	answerLost // what is asked arrives, the answer does not
)

// ServeHTTP is the service behind a connection that can break.
func (s *reviewService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state := s.line.Load()
	if state == answerLost {
		s.web.ServeHTTP(httptest.NewRecorder(), r)
	}
	if state == connected {
		s.web.ServeHTTP(w, r)
		return
	}
	panic(http.ErrAbortHandler) // cuts the connection
}

// newReviewService serves the sample petition, its lines repeated until there
// are as many as asked for, to Vera, Viktor and Vicky, verifiers, and Clara,
// the chair.
func newReviewService(t testing.TB, lines, required int) *reviewService {
	t.Helper()
	ctx := context.Background()
	ready, err := reviewFolders.of(t, lines)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(ready.dir)); err != nil {
		t.Fatal(err)
	}
	st, blobs := openFolder(t, dir)
	t.Cleanup(func() { st.Close() })
	bell, err := queue.Open(ctx, queue.Options{Dir: filepath.Join(dir, "queue"),
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bell.Close)
	s := &reviewService{store: st, petition: ready.petition, required: required,
		accounts: maps.Clone(ready.accounts)}
	s.office = office.New(office.Options{Store: st, Blobs: blobs, Bell: bell, Rolls: ready.rolls,
		Program: "test"})
	s.rules(t, "")
	s.web, err = New(site.Options{Store: st, Blobs: blobs, Bell: bell, Office: s.office,
		Uploads: filepath.Join(dir, "uploads"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func openFolder(t testing.TB, dir string) (*store.Store, *blob.Files) {
	t.Helper()
	st, err := store.Open(context.Background(), "sqlite://"+filepath.Join(dir, "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.OpenFiles(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return st, blobs
}

// reviewFolder is where a petition lies that is ready for review, in a store that is closed.
type reviewFolder struct {
	dir      string
	petition store.Petition
	accounts map[string]store.Account // by name
	rolls    *exports.Rolls           // holds the export, read
}

// reviewFolders are those that were made already, by the number of lines. To read the export,
// to match the lines and to cut their pictures takes a second of CPU; each test has a copy.
// They are removed with TestMain.
var reviewFolders = theFolders{made: map[int]*reviewFolder{}}

type theFolders struct {
	sync.Mutex
	made map[int]*reviewFolder
}

func (f *theFolders) of(t testing.TB, lines int) (*reviewFolder, error) {
	t.Helper()
	f.Lock()
	defer f.Unlock()
	if f.made[lines] != nil {
		return f.made[lines], nil
	}
	dir, err := os.MkdirTemp("", "countersign-review-")
	if err != nil {
		return nil, err
	}
	ready := &reviewFolder{dir: dir, accounts: map[string]store.Account{}}
	if err := ready.fill(t, lines); err != nil {
		return nil, err
	}
	f.made[lines] = ready
	return ready, nil
}

func (f *theFolders) remove() {
	for _, ready := range f.made {
		os.RemoveAll(ready.dir)
	}
}

// fill takes the sample's export and petition in.
func (f *reviewFolder) fill(t testing.TB, lines int) error {
	t.Helper()
	ctx := context.Background()
	st, blobs := openFolder(t, f.dir)
	defer st.Close()
	for name, role := range map[string]store.Role{"Vera Okafor": store.Verifier,
		"Viktor Lind": store.Verifier, "Vicky Alvarez": store.Verifier,
		"Clara Stone": store.Chair} {
		a, err := st.AddAccount(ctx, store.Account{Email: name[:5] + "@example.org", Name: name,
			Roles: []store.Role{role}})
		if err != nil {
			return err
		}
		f.accounts[name] = a
	}
	by := f.accounts["Clara Stone"].ID
	sum, _, err := blobs.Put(ctx, bytes.NewReader(fixtures.Read(t, fixtures.Members)))
	if err != nil {
		return err
	}
	f.rolls = exports.NewRolls(st, blobs, nil)
	o := office.New(office.Options{Store: st, Blobs: blobs, Rolls: f.rolls, Program: "test"})
	snapshot, err := o.Import(ctx, sum, "members.csv", office.ImportOptions{AsOf: time.Date(2026,
		11, 1, 0, 0, 0, 0, time.UTC)}, by)
	if err != nil {
		return err
	}
	if f.petition, err = st.AddPetition(ctx,
		store.Petition{Title: "Prison and Reentry Library Service", SnapshotID: snapshot.ID,
			By: by}); err != nil {
		return err
	}
	f.addSheets(t, st, blobs, lines)
	return nil
}

// addSheets stores the signer sheets of the sample with the pictures of pages
// and lines, as the workers would.
func (f *reviewFolder) addSheets(t testing.TB, st *store.Store, blobs *blob.Files, lines int) {
	t.Helper()
	ctx := context.Background()
	all := readSample(t)
	sheets := samplePages(t)[1:]
	put := func(data []byte) string {
		sum, _, err := blobs.Put(ctx, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	const perPage = 20
	var pictures [2]string
	var strips [2][perPage]string
	for i, sheet := range sheets {
		pictures[i] = put(encodeJPEG(t, petition.Smaller(sheet, 1275)))
		for j := range perPage {
			strips[i][j] = put(encodeJPEG(t, cut(sheet, all.Lines[i*perPage+j].Box)))
		}
	}
	count := (lines + perPage - 1) / perPage
	up, err := st.AddUpload(ctx, store.Upload{PetitionID: f.petition.ID,
		SHA256: put([]byte("the file")), Name: "petition.pdf", Size: 8, By: f.petition.By})
	if err != nil {
		t.Fatal(err)
	}
	var pages []store.Page
	for i := range count {
		pages = append(pages, store.Page{ID: store.PageID(up.ID, i+1), PetitionID: f.petition.ID,
			UploadID: up.ID, Number: i + 1})
	}
	if err := st.OpenedUpload(ctx, up.ID, pages, ""); err != nil {
		t.Fatal(err)
	}
	m, err := f.rolls.Matcher(ctx, f.petition.SnapshotID)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pages {
		p.Width, p.Height, p.Picture = 1275, 1650, pictures[i%2]
		sheet := extract.Sheet{Kind: extract.Signers, Source: "scan"}
		for j := range min(perPage, lines-i*perPage) {
			of := all.Lines[i%2*perPage+j]
			r := extract.Row{Number: j + 1, Box: of.Box, Signed: extract.Signed(of.Signed),
				Struck: of.Struck, Fields: map[extract.Field]extract.Reading{}}
			for _, f := range of.Fields {
				r.Fields[extract.Field(f.Key)] = extract.Reading{Text: f.Text,
					Confidence: f.Confidence}
			}
			sheet.Rows = append(sheet.Rows, r)
		}
		keepSheet(t, st, blobs, m, f.petition.SnapshotID, p, sheet, strips[i%2][:])
	}
}

// rules holds the petition to rules beside the number of signatures.
func (s *reviewService) rules(t testing.TB, more string) {
	t.Helper()
	s.petition.Rules = fmt.Sprintf("threshold: %d\n%s", s.required, more)
	if err := s.store.SetPetition(context.Background(), s.petition); err != nil {
		t.Fatal(err)
	}
}

// undecided makes all lines wait for a person: most of them one key away.
func (s *reviewService) undecided(t testing.TB) { s.rules(t, "error-bound: 1e-15\n") }

// lines are those of the petition as they stand.
func (s *reviewService) lines(t testing.TB) []office.Line {
	t.Helper()
	c, err := s.office.Case(context.Background(), s.petition.ID)
	if err != nil {
		t.Fatal(err)
	}
	return allLines(c)
}

func (s *reviewService) url() string { return s.URL + "/petitions/" + s.petition.ID + "/review" }

// findings are those that stand, by line, newest last.
func (s *reviewService) findings(t testing.TB) []store.Finding {
	t.Helper()
	all, err := s.store.Findings(context.Background(), s.petition.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// session is the cookie of an account that is signed in.
func (s *reviewService) session(t testing.TB, name string) string {
	t.Helper()
	secret := signin.NewSecret()
	now := time.Now()
	err := s.store.AddSession(context.Background(), store.Session{Hash: signin.HashSecret(secret),
		AccountID: s.accounts[name].ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// person is somebody at a browser of their own.
type person struct {
	t   testing.TB
	ctx context.Context
	s   *reviewService
}

// come opens the review as an account, in a window with cookies of its own.
func (s *reviewService) come(t testing.TB, name string) *person {
	t.Helper()
	p := s.signedIn(t, name)
	p.open(s.url())
	return p
}

func (s *reviewService) signedIn(t testing.TB, name string) *person {
	t.Helper()
	ctx, stop := context.WithTimeout(browser.Window(t), 2*time.Minute)
	t.Cleanup(stop)
	p := &person{t, ctx, s}
	p.run(chromedp.EmulateViewport(1280, 800))
	p.listen()
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "countersign",
		Value: s.session(t, name), URL: s.URL}); err != nil {
		t.Fatal(err)
	}
	return p
}

// listen fails the test where a script of the page throws.
func (p *person) listen() {
	thrown := chromedp.Events(p.ctx, runtime.ExceptionThrown)
	var mu sync.Mutex
	var complaints []string
	go func() {
		for e, err := range thrown {
			if err != nil {
				return // the window is closed
			}
			mu.Lock()
			d := e.ExceptionDetails
			complaint := fmt.Sprintf("%s:%d: %s", d.URL, d.LineNumber+1, d.Text)
			if d.Exception != nil {
				complaint += " " + d.Exception.Description
			}
			complaints = append(complaints, complaint)
			mu.Unlock()
		}
	}()
	p.t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range complaints {
			p.t.Errorf("a script of the page failed: %s", c)
		}
	})
}

func (p *person) run(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// open opens a page of the review and waits until the script has loaded what
// comes next.
func (p *person) open(url string) {
	p.t.Helper()
	p.run(chromedp.Navigate(url), chromedp.WaitReady("#review.rv-js"))
}

// leave goes elsewhere, and says whether the page asked back.
func (p *person) leave() (warned bool) {
	p.t.Helper()
	asked := make(chan struct{})
	dialogs := chromedp.Events(p.ctx, page.JavascriptDialogOpening)
	go func() {
		for _, err := range dialogs {
			if err == nil {
				_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog,
					page.HandleJavaScriptDialogParams{Accept: true})
				close(asked)
			}
			return
		}
	}()
	p.run(chromedp.Navigate("about:blank"))
	select {
	case <-asked:
		return true
	default:
		return false
	}
}

// press types keys, one after the other.
func (p *person) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.until("the line is painted",
			`!document.querySelector("#review.rv-js .rv-line") || document.getElementById("review").dataset.painted !== undefined`)
		p.run(chromedp.KeyEvent(k))
	}
}

const enter = kb.Enter

// ask evaluates an expression of the page.
func ask[T any](p *person, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// free leaves the search box, into which a line to search for puts the keys.
func (p *person) free() (search bool) {
	p.t.Helper()
	if search = ask[string](p,
		`document.querySelector(".rv-line")?.dataset.look || ""`) == "search"; search {
		p.press("\x1b")
	}
	return search
}

// line is the line that is shown, empty for none.
func (p *person) line() string {
	p.t.Helper()
	return ask[string](p, `document.querySelector("#rv-stage .rv-line")?.dataset.line ?? ""`)
}

func (p *person) text(selector string) string {
	p.t.Helper()
	return ask[string](p, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// until waits for an expression to become true. A page that is just being left cannot
// answer, and is asked again.
func (p *person) until(what, expression string) {
	p.t.Helper()
	// After some failures the page tries again only every 20 s.
	deadline := time.Now().Add(90 * time.Second)
	for ; ; time.Sleep(20 * time.Millisecond) {
		is, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err == nil && is {
			return
		}
		if time.Now().After(deadline) || p.ctx.Err() != nil {
			p.t.Fatalf("waited in vain until %s (%v); the page says: %s", what, err, p.text("main"))
		}
	}
}

// saved waits until the outbox is empty.
func (p *person) saved() {
	p.t.Helper()
	p.until("all is saved",
		`document.getElementById("rv-saved").dataset.state === "saved" && document.getElementById("rv-saved").dataset.waiting === "0"`)
}
