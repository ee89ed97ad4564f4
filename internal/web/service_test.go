package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/blob"
	"countersign/internal/office"
	"countersign/internal/queue"
	"countersign/internal/store"
)

// service is the pages on a real store, queue and blobs; only the desk is a
// small one of the tests.
type service struct {
	*Server
	t        *testing.T
	url      string
	logs     *lockedBuffer
	desk     *fakeDesk
	register *fakeRegister
	queue    *queue.Queue
}

const testPassword = "correct horse battery"

// newService starts a service with an account of each role, such as
// staff@example.org, all with the same password.
func newService(t *testing.T) *service {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	st, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "countersign.db"))
	check0(t, err)
	t.Cleanup(func() { st.Close() })
	blobs, err := blob.OpenFiles(filepath.Join(dir, "blobs"))
	check0(t, err)
	logs := &lockedBuffer{}
	log := slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	q, err := queue.Open(ctx, queue.Options{Dir: filepath.Join(dir, "queue"), Log: log})
	check0(t, err)
	t.Cleanup(q.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check0(t, err)
	desk := &fakeDesk{store: st, blobs: blobs}
	register := &fakeRegister{}
	s, err := New(Options{Store: st, Blobs: blobs, Bell: q, Desk: desk, Register: register, Uploads: filepath.Join(dir, "uploads"),
		URL: "http://" + l.Addr().String(), Log: log, Program: "test"})
	check0(t, err)
	// Streams of pages end with the service, not only with who reads them.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: s, BaseContext: func(net.Listener) context.Context { return base }}}
	srv.Start()
	t.Cleanup(func() { cancel(); srv.Close() })
	sv := &service{Server: s, t: t, url: srv.URL, logs: logs, desk: desk, register: register, queue: q}
	hash, err := s.hashPassword(ctx, testPassword)
	check0(t, err)
	for _, role := range []store.Role{store.Staff, store.Verifier, store.Chair, store.Admin} {
		_, err := st.AddAccount(ctx, store.Account{ID: "account-" + string(role), Email: string(role) + "@example.org", Name: "Terry " + upperFirst(string(role)), Roles: []store.Role{role}, PasswordHash: hash})
		check0(t, err)
	}
	return sv
}

func check0(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lockedBuffer is what was logged.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// client is one browser, or one script with a token.
type client struct {
	t     *testing.T
	http  *http.Client
	base  string
	token string
}

// client is signed in as a role; "" is nobody.
func (sv *service) client(role string) *client {
	sv.t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &client{t: sv.t, base: sv.url, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if role != "" {
		secret := sv.session(role)
		u, _ := url.Parse(sv.url)
		jar.SetCookies(u, []*http.Cookie{{Name: sv.cookieName(), Value: secret, Path: "/"}})
	}
	return c
}

type answer struct {
	*http.Response
	body string
}

func (c *client) do(method, path string, body io.Reader, header ...string) answer {
	c.t.Helper()
	r, err := http.NewRequest(method, c.base+path, body)
	check0(c.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(r)
	check0(c.t, err)
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") == "text/event-stream" {
		return answer{resp, ""} // it does not end
	}
	data, err := io.ReadAll(resp.Body)
	check0(c.t, err)
	return answer{resp, string(data)}
}

func (c *client) get(path string) answer { c.t.Helper(); return c.do("GET", path, nil) }

func (c *client) post(path string, pairs ...string) answer {
	c.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return c.do("POST", path, strings.NewReader(v.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// want fails where an answer has another status, and says what it was.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: %s, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.Status, status, a.body[:min(len(a.body), 1500)])
	}
	return a
}

// sample adds a petition with two files, three pages and 24 lines: 14 valid,
// 6 uncertain, 4 invalid.
func (sv *service) sample() store.Petition {
	sv.t.Helper()
	ctx, t := sv.t.Context(), sv.t
	snap, err := sv.Store.AddSnapshot(ctx, store.Snapshot{Name: "members.csv", SHA256: strings.Repeat("0", 64), AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Rows: 58000, Members: 57120, By: "account-staff"})
	check0(t, err)
	p, err := sv.Store.AddPetition(ctx, store.Petition{Title: "Libraries for Rural Broadband", State: "review", Rules: "threshold: 20", SnapshotID: snap.ID, ReceivedOn: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), By: "account-staff"})
	check0(t, err)
	names := []string{"Esther Conrad", "Pam Diaz", "Herman Lewis", "Linda Freeman", "Teresa Brown", "Joann Adams", "Deborah Kim", "Ruth Okafor"}
	line := 0
	for f, name := range []string{"Detroit sheets.pdf", "Mailed in.tif"} {
		data := []byte(fmt.Sprintf("file %d of the sample", f))
		sum, size, err := sv.Blobs.Put(ctx, bytes.NewReader(data))
		check0(t, err)
		u, err := sv.Store.AddUpload(ctx, store.Upload{PetitionID: p.ID, SHA256: sum, Name: name, Size: size, By: "account-staff", At: time.Now()})
		check0(t, err)
		var pages []store.Page
		for n := range 2 - f {
			pages = append(pages, store.Page{ID: store.PageID(u.ID, n+1), PetitionID: p.ID, UploadID: u.ID, Number: n + 1})
		}
		check0(t, sv.Store.OpenedUpload(ctx, u.ID, pages, ""))
		for _, pg := range pages {
			var lines []store.Line
			matches := map[string][]byte{}
			for n := range 8 {
				l := office.Line{Verdict: "valid", Reason: "member", ReasonWord: "member", Because: "The number and the name are those of a member in good standing.", Signed: "yes", Decided: "program", Probability: .998,
					Fields: []office.Field{{Key: "name", Label: "Name", Text: names[n], Confidence: .93}, {Key: "member_id", Label: "Member number", Text: fmt.Sprintf("04%05d", line*37), Confidence: .88}}}
				switch {
				case line%4 == 2:
					l.Verdict, l.Reason, l.ReasonWord, l.Because, l.Look, l.Probability = "uncertain", "ambiguous", "ambiguous", "Two members could have written this line.", "choose", .61
				case line%6 == 5:
					l.Verdict, l.Reason, l.ReasonWord, l.Because = "invalid", "lapsed", "lapsed", "The member's status is Lapsed."
				}
				row, err := json.Marshal(l)
				check0(t, err)
				id := store.LineID(pg.ID, n+1)
				top := .2 + float64(n)*.09
				lines = append(lines, store.Line{ID: id, PetitionID: p.ID, UploadID: u.ID, PageID: pg.ID, Page: pg.Number, Number: n + 1, Box: [4]float64{.07, top, .94, top + .08}, Row: row, Picture: sv.picture(870, 90, n)})
				matches[id] = []byte(`{}`)
				line++
			}
			pg.Kind, pg.Source, pg.Width, pg.Height, pg.ReadAt = "signers", "scan", 1275, 1650, time.Now()
			pg.Picture = sv.picture(1275, 1650, pg.Number+10*f)
			check0(t, sv.Store.ReadPage(ctx, pg, lines))
			check0(t, sv.Store.MatchLines(ctx, pg.ID, snap.ID, matches))
		}
	}
	return p
}

// leavesOpen is as if reading the first page had left a place open.
func (sv *service) leavesOpen(p store.Petition) {
	sv.t.Helper()
	pages, err := sv.Store.Pages(sv.t.Context(), p.ID)
	check0(sv.t, err)
	lines, err := sv.Store.LinesOf(sv.t.Context(), pages[0].ID)
	check0(sv.t, err)
	pages[0].Sheet = strings.Repeat("1", 64)
	pages[0].Open = []store.OpenPoint{{Kind: "writing-outside", Text: "Handwriting below the table was not filed as a line.", Box: [4]float64{.1, .93, .4, .96}}}
	check0(sv.t, sv.Store.ReadPage(sv.t.Context(), pages[0], lines))
}

// picture draws something like a sheet with writing on it, and keeps it.
func (sv *service) picture(width, height, seed int) string {
	sv.t.Helper()
	rnd := rand.New(rand.NewPCG(uint64(seed), 7))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{252, 251, 247, 255}), image.Point{}, draw.Src)
	row := height * 9 / 100
	if height < 200 {
		row = height
	}
	ink := color.RGBA{30, 40, uint8(70 + rnd.IntN(90)), 255}
	for y := height % row; y < height; y += row {
		for x := width * 7 / 100; x < width*94/100; x++ {
			img.Set(x, y, color.RGBA{150, 150, 150, 255})
		}
		for word := range 4 {
			x, base := width*(9+word*22)/100, y+row*6/10
			for i := range width * 16 / 100 {
				wave := int(float64(row) * .18 * (rnd.Float64() - .5))
				for d := range 3 {
					img.Set(x+i, base+wave+d, ink)
				}
			}
		}
	}
	var b bytes.Buffer
	check0(sv.t, jpeg.Encode(&b, img, nil))
	sum, _, err := sv.Blobs.Put(sv.t.Context(), &b)
	check0(sv.t, err)
	return sum
}
