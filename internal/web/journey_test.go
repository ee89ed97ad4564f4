package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// breakable is a connection to the service that can break. It counts what goes up.
type breakable struct {
	net.Listener
	to string

	mu    sync.Mutex
	up    int64
	limit int64 // bytes after which it breaks; 0 for never
	down  bool
	conns map[net.Conn]bool
}

func newLine(t *testing.T, to string) *breakable {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check0(t, err)
	p := &breakable{Listener: l, to: strings.TrimPrefix(to, "http://"), conns: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); p.set(true, 0) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(c)
		}
	}()
	return p
}

func (p *breakable) url() string { return "http://" + p.Addr().String() }

// set breaks the line, or mends it until so many more bytes went up.
func (p *breakable) set(down bool, limit int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down, p.limit = down, 0
	if limit > 0 {
		p.limit = p.up + limit
	}
	if down {
		for c := range p.conns {
			c.Close()
		}
	}
}

func (p *breakable) sent() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up
}

func (p *breakable) carry(c net.Conn) {
	defer c.Close()
	s, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer s.Close()
	p.mu.Lock()
	if p.down {
		p.mu.Unlock()
		return
	}
	p.conns[c] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.conns, c)
		p.mu.Unlock()
	}()
	go func() {
		defer c.Close()
		buf := make([]byte, 32<<10)
		for {
			n, err := s.Read(buf)
			if _, err2 := c.Write(buf[:n]); err != nil || err2 != nil {
				return
			}
		}
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := c.Read(buf)
		p.mu.Lock()
		p.up += int64(n)
		broken := p.limit > 0 && p.up > p.limit
		p.mu.Unlock()
		if broken {
			p.set(true, 0)
		}
		if _, err2 := s.Write(buf[:n]); err != nil || err2 != nil {
			return
		}
	}
}

// From signing in to sheets that arrived, in a real browser, over a line that
// breaks twice: once the page goes on by itself, once it was closed and the
// file is dropped again. Nothing is sent twice, and the same file is recognised.
func TestJourney(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	way := newLine(t, sv.url)
	b := newTab(t, way.url(), "", "")
	b.open("/petitions")
	b.until("the way to sign in is there", `location.pathname === "/login"`)
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=email]"), "staff@example.org"),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), testPassword+kb.Enter))
	b.until("the petitions are there", `document.querySelector("h1")?.innerText === "Petitions"`)
	b.do(chromedp.Click(chromedp.CSS(`a[href="/petitions/new"]`)))
	b.until("the form is there", `document.querySelector("input[name=title]")`)
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=title]"), "Rural Broadband"),
		chromedp.Click(chromedp.CSS("form.card button.main")))
	b.until("the petition is there",
		`document.querySelector("h1")?.innerText === "Rural Broadband" && document.querySelector(".said")`)
	id := strings.TrimPrefix(eval[string](b, "location.pathname"), "/petitions/")

	dir := t.TempDir()
	file := func(name string, size int) (path, sum string) {
		data := make([]byte, size)
		rand.Read(data)
		path = filepath.Join(dir, name)
		check0(t, os.WriteFile(path, data, 0o600))
		h := sha256.Sum256(data)
		return path, hex.EncodeToString(h[:])
	}
	const size = 20 << 20
	choose := func(path string) {
		b.do(chromedp.SetUploadFiles(chromedp.CSS("#choose"), []string{path}))
	}
	arrived := func(sum string) bool {
		u, err := sv.Store.Upload(t.Context(), store.UploadID(id, sum))
		return err == nil && u.SHA256 == sum && u.Size == size
	}

	// The line breaks in the middle, and is mended.
	first, sum := file("first.pdf", size)
	way.set(false, 11<<20)
	before := way.sent()
	choose(first)
	b.until("the break is said",
		`document.querySelector(".arriving").innerText.includes("connection is broken")`)
	way.set(false, 0)
	b.until("the file is there", `document.querySelector("#files").innerText.includes("first.pdf")`)
	if !arrived(sum) {
		t.Error("first.pdf did not arrive as it was")
	}
	if sent := way.sent() - before; sent > size+2<<20 {
		t.Errorf("%d bytes were sent for a file of %d", sent, size)
	}

	// The line breaks, and the page is closed before it is mended.
	second, sum := file("second.pdf", size)
	way.set(false, 11<<20)
	before = way.sent()
	choose(second)
	b.until("the break is said",
		`document.querySelector(".arriving").innerText.includes("connection is broken")`)
	way.set(false, 0)
	b.open("/help")
	b.open("/petitions/" + id)
	b.until("what was interrupted is said",
		`document.querySelector(".arriving").innerText.match(/second\.pdf[\s\S]*interrupted at \d+ %/)`)
	choose(second)
	b.until("it goes on in its place", `!document.querySelector("[data-interrupted]")`)
	b.until("the file is there",
		`document.querySelector("#files").innerText.includes("second.pdf")`)
	if !arrived(sum) {
		t.Error("second.pdf did not arrive as it was")
	}
	if sent := way.sent() - before; sent > size+2<<20 {
		t.Errorf("%d bytes were sent for a file of %d", sent, size)
	}

	// Several at once, dropped anywhere; one of them is here already.
	check0(t, os.WriteFile(filepath.Join(dir, "small.txt"), []byte("small"), 0o600))
	b.do(chromedp.Evaluate[chromedp.Void](`(() => {
		const files = new DataTransfer();
		for (const [name, text] of [["a.png", "one"], ["b.png", "two"], ["c.png", "one"], ["empty.pdf", ""]]) files.items.add(new File([text], name));
		document.querySelector("h1").dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
	})()`))
	b.until("both are there",
		`document.querySelector("#files").innerText.match(/(a|c)\.png/) && document.querySelector("#files").innerText.includes("b.png")`)
	b.until("the same is said to be here",
		`document.querySelector(".arriving").innerText.match(/is here already, as (a|c)\.png/)`)
	b.until("the empty one is refused",
		`document.querySelector(".arriving").innerText.includes("empty.pdf is empty")`)
	if list, err := sv.Store.Uploads(t.Context(), id); err != nil || len(list) != 4 {
		t.Errorf("%d uploads, %v, want 4", len(list), err)
	}
	for _, found := range b.finds(everything) {
		t.Error(found)
	}

	// What the workers do shows up by itself.
	u := store.UploadID(id, sum)
	check0(t, sv.Store.OpenedUpload(t.Context(), u, []store.Page{{ID: store.PageID(u, 1),
		PetitionID: id, UploadID: u, Number: 1}}, ""))
	sv.Bell.Tell(site.Topic(id))
	b.until("the page waits", `document.getElementById("sheet-`+store.PageID(u, 1)+
		`")?.innerText.includes("Waiting to be read")`)
	check0(t, sv.Store.ReadPage(t.Context(), store.Page{ID: store.PageID(u, 1), PetitionID: id,
		UploadID: u, Number: 1, Kind: "signers", Width: 1275, Height: 1650,
		Picture: sv.picture(1275, 1650, 3)}, nil))
	sv.Bell.Tell(site.Topic(id))
	b.until("the picture is there", `document.querySelector("#sheet-`+store.PageID(u, 1)+
		` img")?.complete`)
	check0(t, sv.Store.Fail(t.Context(), store.Failure{PetitionID: id, UploadID: u,
		Stage: store.Ingest, Text: "It could not be opened."}))
	sv.Bell.Tell(site.Topic(id))
	b.until("the failure is there",
		`document.querySelector("#failures:not([hidden])")?.innerText.includes("It could not be opened.")`)
	b.do(chromedp.Click(chromedp.CSS("#failures button")))
	b.until("it is tried again",
		`document.querySelector(".said")?.innerText.includes("tried again")`)
	if left, err := sv.Store.Failures(t.Context(), id); err != nil || len(left) != 0 {
		t.Errorf("failures left: %v, %v", left, err)
	}
}

// An export is looked into before it counts: columns, problems, what changed.
func TestImportInBrowser(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	b := sv.tab("staff")
	path := filepath.Join(t.TempDir(), "roll.csv")
	check0(t, os.WriteFile(path, []byte(strings.Replace(membersCSV, "Last Name,", "Appellation,",
		1)), 0o600))
	b.open("/members")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{path}),
		chromedp.Click(chromedp.CSS("form[enctype] button")))
	b.until("the columns are there", `document.querySelector("h1")?.innerText === "roll.csv"`)
	b.until("it cannot be taken in yet",
		`document.body.innerText.includes("has no column for last names") && !document.querySelector("input[name=use]")`)
	b.do(chromedp.SetValue(chromedp.CSS("select[name=meaning2]"), "last"),
		chromedp.Click(chromedp.CSS("#mapping button")))
	b.until("it can be taken in", `document.querySelector("input[name=use]")`)
	for _, text := range []string{"(1 row, first line 6)", "since members.csv", "Lapsed",
		"1 row needs a look"} {
		if !eval[bool](b, fmt.Sprintf(`document.body.innerText.includes(%q)`, text)) {
			t.Errorf("the page does not say %q", text)
		}
	}
	if list, err := sv.Store.Snapshots(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("looking into it made a snapshot: %v, %v", list, err)
	}
	if eval[bool](b, `document.querySelector("input[name=use]").checked`) ||
		!eval[bool](b,
			`document.querySelector("#losses").innerText.includes("members of the export in use are not in this one")`) {
		t.Error("an export that lacks most members is taken in without a question")
	}
	b.do(chromedp.Click(chromedp.CSS("input[name=accept-losses]")),
		chromedp.Click(chromedp.CSS("input[name=use]")))
	b.do(chromedp.Click(chromedp.CSS(`form[method=post] button.main`)))
	b.until("it was taken in",
		`document.querySelector(".said")?.innerText.includes("1 petition is verified against it now")`)
	snap, err := sv.Store.CurrentSnapshot(t.Context())
	check0(t, err)
	if now, err := sv.Store.Petition(t.Context(), p.ID); err != nil || now.SnapshotID != snap.ID ||
		snap.Map["last"] != "Appellation" {
		t.Errorf("the petition is verified against %s, want %s with %v", now.SnapshotID, snap.ID,
			snap.Map)
	}

	// It was the wrong one: withdrawn, the petition is back where it was.
	b.do(chromedp.Click(chromedp.CSS(`a[href="/members/exports/` + snap.ID + `/withdraw"]`)))
	b.until("what goes back is said",
		`document.querySelector("h1")?.innerText === "Withdraw roll.csv" && document.body.innerText.includes("members.csv")`)
	b.do(chromedp.Click(chromedp.CSS("button.danger")))
	b.until("it is withdrawn",
		`document.querySelector(".said")?.innerText.includes("1 petition goes back")`)
	if now, err := sv.Store.Petition(t.Context(), p.ID); err != nil ||
		now.SnapshotID != p.SnapshotID {
		t.Errorf("the petition is verified against %s, %v", now.SnapshotID, err)
	}
}
