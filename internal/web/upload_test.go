package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/signin"
	"countersign/internal/web/upload"
)

// tusCreate begins an upload, and returns its address.
func (c *client) tusCreate(petition, name string, size int) string {
	c.t.Helper()
	enc := base64.StdEncoding.EncodeToString
	a := c.do("POST", "/tus/", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size),
		"Upload-Metadata", "filename "+enc([]byte(name))+",petition "+enc([]byte(petition)))
	a.want(c.t, 201)
	return strings.TrimPrefix(a.Header.Get("Location"), c.base)
}

func (c *client) tusSend(address string, offset int, piece []byte) answer {
	c.t.Helper()
	return c.do("PATCH", address, bytes.NewReader(piece), "Tus-Resumable", "1.0.0", "Upload-Offset",
		strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
}

func (c *client) tusHead(address string) answer {
	c.t.Helper()
	return c.do("HEAD", address, nil, "Tus-Resumable", "1.0.0")
}

// A file that arrives in pieces is there once; the same one again is said to
// be, under the name that it had.
func TestResumable(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p, err := sv.Store.AddPetition(t.Context(), store.Petition{Title: "Test", By: "account-staff"})
	check0(t, err)
	c := sv.client("staff")
	data := bytes.Repeat([]byte("sheet "), 5000)
	at := c.tusCreate(p.ID, "../Müller & Söhne.pdf", len(data))
	c.tusSend(at, 0, data[:10000]).want(t, 204)
	c.tusSend(at, 5000, data[5000:]).want(t, 409) // not where it stopped
	if got := c.tusHead(at).want(t, 200).Header.Get("Upload-Offset"); got != "10000" {
		t.Fatalf("it stopped at %s, want 10000", got)
	}
	sv.client("admin").tusHead(at).want(t, 404) // somebody else's
	a := c.tusSend(at, 10000, data[10000:]).want(t, 204)
	id := a.Header.Get("Countersign-Upload")
	u, err := sv.Store.Upload(t.Context(), id)
	if err != nil || u.Name != "Müller & Söhne.pdf" || u.Size != int64(len(data)) ||
		a.Header.Get("Countersign-Same") != "" {
		t.Fatalf("added %+v, %v, %q", u, err, a.Header.Get("Countersign-Same"))
	}
	// The answer got lost: asking how far it is tells what became of it.
	if a := c.tusHead(at).want(t, 200); a.Header.Get("Countersign-Upload") != id ||
		a.Header.Get("Upload-Offset") != fmt.Sprint(len(data)) {
		t.Errorf("asked again: %v", a.Header)
	}
	at = c.tusCreate(p.ID, "again.pdf", len(data))
	if a := c.tusSend(at, 0, data).want(t, 204); a.Header.Get("Countersign-Upload") != id ||
		a.Header.Get("Countersign-Same") != "M%C3%BCller%20%26%20S%C3%B6hne.pdf" {
		t.Errorf("the same file again: %v", a.Header)
	}
	if list, err := sv.Store.Uploads(t.Context(), p.ID); err != nil || len(list) != 1 {
		t.Errorf("%d uploads, %v, want 1", len(list), err)
	}
	if unsent, err := sv.Store.Unsent(t.Context(), 10); err != nil || len(unsent) != 1 ||
		unsent[0].Subject != id {
		t.Errorf("announced: %v, %v", unsent, err)
	}
	c.do("POST", "/tus/", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "0", "Upload-Metadata",
		"filename eA==,petition "+base64.StdEncoding.EncodeToString([]byte(p.ID))).want(t, 422)
	c.do("POST", "/tus/", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "5", "Upload-Metadata",
		"filename eA==,petition eA==").want(t, 404)
	if strings.Contains(sv.logs.String(), "Söhne") {
		t.Error("the log holds the name of a file")
	}
}

// A file that was excluded and comes again is said to count for nothing, with the way to include
// it.
func TestExcludedAgain(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p, err := sv.Store.AddPetition(t.Context(), store.Petition{Title: "Test", By: "account-staff"})
	check0(t, err)
	c := sv.client("staff")
	data := []byte("scan")
	at := c.tusCreate(p.ID, "scan.pdf", len(data))
	id := c.tusSend(at, 0, data).want(t, 204).Header.Get("Countersign-Upload")
	c.post("/uploads/"+id+"/exclude").want(t, 303)

	at = c.tusCreate(p.ID, "again.pdf", len(data))
	if a := c.tusSend(at, 0, data).want(t, 204); a.Header.Get("Countersign-Excluded") != "yes" ||
		a.Header.Get("Countersign-Same") != "scan.pdf" {
		t.Errorf("by the page: %v", a.Header)
	}
	if a := c.tusHead(at).want(t, 200); a.Header.Get("Countersign-Excluded") != "yes" {
		t.Errorf("asked again: %v", a.Header)
	}
	put := func() answer {
		return c.do("PUT", "/api/petitions/"+p.ID+"/files/again.pdf", bytes.NewReader(data),
			"Sec-Fetch-Site", "same-origin")
	}
	if a := put().want(t, 200); !strings.Contains(a.body, "here already, but excluded") ||
		!strings.Contains(a.body, `"excluded":true`) {
		t.Error("the API says", a.body)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("files", "again.pdf")
	check0(t, err)
	_, err = part.Write(data)
	check0(t, err)
	check0(t, form.Close())
	a := c.do("POST", "/petitions/"+p.ID+"/files", &body, "Content-Type",
		form.FormDataContentType(), "Sec-Fetch-Site", "same-origin").want(t, 303)
	if where := a.Header.Get("Location"); where != "/petitions/"+p.ID+"#file-"+id {
		t.Error("sent on to", where)
	}
	if page := c.get("/petitions/"+p.ID).want(t, 200); !strings.Contains(page.body,
		"Here already, but excluded") {
		t.Error("the page does not say that the file is excluded")
	}
	c.post("/uploads/"+id+"/include").want(t, 303)
	if a := put().want(t, 200); strings.Contains(a.body, "excluded, so") {
		t.Error("included again, it is", a.body)
	}
}

// What was complete when the service stopped is taken when it starts again.
func TestTidy(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p, err := sv.Store.AddPetition(t.Context(), store.Petition{Title: "Test", By: "account-staff"})
	check0(t, err)
	c := sv.client("staff")
	whole := c.tusCreate(p.ID, "whole.pdf", 5)
	part := c.tusCreate(p.ID, "part.pdf", 10)
	for _, at := range []string{whole, part} {
		// as the service leaves them when it dies before it takes a file
		check0(t, os.WriteFile(sv.Uploads+"/"+strings.TrimPrefix(at, "/tus/"), []byte("12345"),
			0o600))
	}
	check0(t, sv.uploads.Tidy(t.Context()))
	list, err := sv.Store.Uploads(t.Context(), p.ID)
	if err != nil || len(list) != 1 || list[0].Name != "whole.pdf" {
		t.Fatalf("taken: %v, %v", list, err)
	}
	c.tusHead(part).want(t, 200)
	sv.Now = func() time.Time { return time.Now().Add(8 * 24 * time.Hour) }
	check0(t, sv.uploads.Tidy(t.Context()))
	if left, err := os.ReadDir(sv.Uploads); err != nil || len(left) != 0 {
		t.Errorf("left after a week: %v, %v", left, err)
	}
}

// A script posts files by PUT and as a form; again, they are recognised.
func TestScript(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	secret := signin.NewSecret()
	_, err := sv.Store.AddToken(t.Context(), store.Token{AccountID: "account-staff",
		Name: "scanner", Hash: signin.HashSecret(secret)})
	check0(t, err)
	c := sv.client("")
	c.token = secret
	a := c.do("POST", "/api/petitions",
		strings.NewReader(`{"title":"Rural Broadband","rules":"threshold: 3"}`), "Content-Type",
		"application/json").want(t, 200)
	_, rest, _ := strings.Cut(a.body, `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	c.do("PUT", "/api/petitions/"+id+"/files/a%20b.pdf", strings.NewReader("one")).want(t, 201)
	if a := c.do("PUT", "/api/petitions/"+id+"/files/other.pdf", strings.NewReader("one")).want(t,
		200); !strings.Contains(a.body, `"same":true`) || !strings.Contains(a.body, `"a b.pdf"`) {
		t.Errorf("the same file again: %s", a.body)
	}
	c.do("PUT", "/api/petitions/"+id+"/files/empty.pdf", strings.NewReader("")).want(t, 422)
	c.do("PUT", "/api/petitions/nowhere/files/a.pdf", strings.NewReader("one")).want(t, 404)
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	for _, name := range []string{"x.tif", "y.tif"} {
		part, err := m.CreateFormFile("file", name)
		check0(t, err)
		fmt.Fprint(part, name)
	}
	m.Close()
	if a := c.do("POST", "/api/petitions/"+id+"/files", &form, "Content-Type",
		m.FormDataContentType()).want(t, 201); strings.Count(a.body, `"sha256"`) != 2 {
		t.Errorf("answered %s", a.body)
	}
	if a := c.get("/api/petitions/"+id+"/uploads").want(t, 200); strings.Count(a.body,
		`"sha256"`) != 3 {
		t.Errorf("listed %s", a.body)
	}
	if a := c.do("PATCH", "/api/petitions/"+id, strings.NewReader(`{"rules":"threshhold: 3"}`),
		"Content-Type", "application/json").want(t, 422); !strings.Contains(a.body, "Line 1") {
		t.Errorf("a wrong rule: %s", a.body)
	}
	c.do("PUT", "/api/snapshots/members.csv?as_of=2026-11-01", strings.NewReader(membersCSV)).want(
		t, 201)
	if a := c.get("/api/members?q=conrad").want(t, 200); !strings.Contains(a.body, "Esther") {
		t.Errorf("found %s", a.body)
	}
	c.get("/api/audit").want(t, 403)
	c.do("POST", "/api/petitions/"+id+"/findings", strings.NewReader("{}"), "Content-Type",
		"application/json").want(t, 403)

	// Reading what was found, and finding: as on the review page.
	p := sv.sample()
	c = sv.client("verifier")
	lines := c.get("/api/petitions/"+p.ID+"/lines?verdict=uncertain&limit=2").want(t, 200)
	if !strings.Contains(lines.body, `"total":6`) || strings.Count(lines.body, `"box"`) != 2 {
		t.Errorf("lines: %s", lines.body)
	}
	_, rest, _ = strings.Cut(lines.body, `"id":"`)
	line, _, _ := strings.Cut(rest, `"`)
	c.do("POST", "/api/petitions/"+p.ID+"/findings", strings.NewReader(`{"line":"`+line+
		`","kind":"illegible"}`), "Content-Type", "application/json").want(t, 204)
	if a := c.get("/api/petitions/"+p.ID+"/lines/"+line).want(t, 200); !strings.Contains(a.body,
		`"verdict":"invalid"`) || !strings.Contains(a.body, `"decided":"person"`) {
		t.Errorf("the line: %s", a.body)
	}
	c.get("/api/petitions/"+p.ID+"/findings").want(t, 200)
	c.get("/api/petitions/"+p.ID+"/pages").want(t, 200)
	c.get("/api/petitions/nowhere/lines").want(t, 404)
}

// A file of 200 MB takes no more memory than one of 2.
func TestLargeFile(t *testing.T) {
	const size = 200 << 20
	sv := newService(t)
	p, err := sv.Store.AddPetition(t.Context(), store.Petition{Title: "Test", By: "account-staff"})
	check0(t, err)
	c := sv.client("staff")
	at := c.tusCreate(p.ID, "large.pdf", size)
	seed := make([]byte, 1<<20)
	rand.Read(seed)
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	most, stop, done := uint64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapInuse+now.StackInuse)
			}
		}
	}()
	const piece = 8 << 20 // as the page sends them
	for offset := 0; offset < size; offset += piece {
		r := &repeated{seed: seed, left: min(piece, size-offset)}
		a := c.do("PATCH", at, r, "Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(offset),
			"Content-Type", "application/offset+octet-stream").want(t, 204)
		if offset+piece >= size && a.Header.Get("Countersign-Upload") == "" {
			t.Error("the last piece did not finish the file")
		}
	}
	close(stop)
	<-done
	grown := int64(most) - int64(before.HeapInuse+before.StackInuse)
	t.Logf("memory grew by %.1f MB at most", float64(grown)/1e6)
	if grown > 64<<20 {
		t.Errorf("memory grew by %d bytes, want at most 64 MiB", grown)
	}
}

// repeated is so many bytes of a seed over and over.
type repeated struct {
	seed []byte
	left int
}

func (r *repeated) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), r.left, len(r.seed))
	copy(b, r.seed[:n])
	r.left -= n
	return n, nil
}

// The stream of a petition tells what changed, and only that.
func TestEvents(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	c := sv.client("verifier")
	page := c.get("/petitions/"+p.ID).want(t, 200).body
	_, rest, _ := strings.Cut(page, `data-live="`)
	address, _, _ := strings.Cut(rest, `"`)
	r, err := http.NewRequestWithContext(t.Context(), "GET", sv.url+address, nil)
	check0(t, err)
	resp, err := c.http.Do(r)
	check0(t, err)
	defer resp.Body.Close()
	heard := make(chan string, 100)
	go func() {
		buf := make([]byte, 1<<20)
		for {
			n, err := resp.Body.Read(buf)
			if n > 0 {
				heard <- string(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	if first := <-heard; strings.Contains(first, "event:") {
		t.Errorf("what the page shows already was sent: %s", first[:min(len(first), 300)])
	}
	sv.client("staff").do("PUT", "/api/petitions/"+p.ID+"/files/new.pdf",
		strings.NewReader("new")).want(t, 201)
	var all string
	for deadline := time.After(20 * time.Second); !strings.Contains(all, "new.pdf"); {
		select {
		case text := <-heard:
			all += text
		case <-deadline:
			t.Fatalf("the new file was not told: %s", all)
		}
	}
	if strings.Contains(all, "sheet-") && strings.Contains(all, "thumb") {
		t.Error("pages that did not change were sent")
	}
}

// An upload that broke off at one service goes on at another that shares the folder of pieces, and
// only one of them writes to it at a time.
func TestResumableElsewhere(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p, err := sv.Store.AddPetition(t.Context(), store.Petition{Title: "Test", By: "account-staff"})
	check0(t, err)
	o := sv.Options
	o.Metrics = nil
	other, err := New(o)
	check0(t, err)
	front := httptest.NewServer(other)
	defer front.Close()
	c := sv.client("staff")
	data := bytes.Repeat([]byte("page "), 5000)
	at := c.tusCreate(p.ID, "a.pdf", len(data))
	c.tusSend(at, 0, data[:10000]).want(t, 204)

	there := sv.client("staff")
	there.base = front.URL
	u, err := url.Parse(front.URL)
	check0(t, err)
	there.http.Jar.SetCookies(u, []*http.Cookie{{Name: sv.SignIn.CookieName(),
		Value: sv.session("staff"), Path: "/"}})
	if got := there.tusHead(at).want(t, 200).Header.Get("Upload-Offset"); got != "10000" {
		t.Fatalf("there it stopped at %s", got)
	}
	id := filepath.Base(at)
	lock, err := upload.Locker(sv.Uploads).NewLock(id)
	check0(t, err)
	check0(t, lock.Lock(t.Context(), func() {}))
	second, err := upload.Locker(sv.Uploads).NewLock(id)
	check0(t, err)
	limited, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	if err := second.Lock(limited, func() {}); err == nil {
		t.Error("two services hold one upload")
	}
	check0(t, lock.Unlock())
	a := there.tusSend(at, 10000, data[10000:]).want(t, 204)
	if u, err := sv.Store.Upload(t.Context(), a.Header.Get("Countersign-Upload")); err != nil ||
		u.Size != int64(len(data)) {
		t.Errorf("added %+v, %v", u, err)
	}
	if again := c.tusHead(at).want(t, 200); again.Header.Get("Countersign-Upload") != a.Header.Get(
		"Countersign-Upload") {
		t.Errorf("the first does not know what became of it: %v", again.Header)
	}
}
