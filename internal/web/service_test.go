package web

import (
	"bytes"
	"context"
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
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/extract"
	"countersign/internal/blob"
	"countersign/internal/fixtures"
	"countersign/internal/office"
	"countersign/internal/office/exports"
	"countersign/internal/office/kept"
	"countersign/internal/queue"
	"countersign/internal/store"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
	"countersign/verify"
)

// service is the pages on a real office, store, queue and blobs.
type service struct {
	*Server
	t     testing.TB
	url   string
	logs  *fixtures.Buffer
	queue *queue.Queue
	files *blob.Files
	dir   string
}

const testPassword = "correct horse battery"

// testHash is made once: to make one takes time, as it should.
var testHash = sync.OnceValues(func() (string, error) {
	return signin.New(&site.Site{}).HashPassword(context.Background(), testPassword)
})

// newService starts a service with an account of each role, such as
// staff@example.org, all with the same password.
func newService(t testing.TB) *service {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	st, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "countersign.db"))
	check0(t, err)
	t.Cleanup(func() { st.Close() })
	blobs, err := blob.OpenFiles(filepath.Join(dir, "blobs"))
	check0(t, err)
	logs := &fixtures.Buffer{}
	log := slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	q, err := queue.Open(ctx, queue.Options{Dir: filepath.Join(dir, "queue"), Log: log})
	check0(t, err)
	t.Cleanup(q.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check0(t, err)
	o := office.New(office.Options{Store: st, Blobs: blobs, Bell: q, Program: "test"})
	s, err := New(site.Options{Store: st, Blobs: blobs, Bell: q, Office: o,
		Uploads: filepath.Join(dir, "uploads"),
		URL:     "http://" + l.Addr().String(), Log: log, Program: "test"})
	check0(t, err)
	// Streams of pages end with the service, not only with who reads them.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: s,
		BaseContext: func(net.Listener) context.Context { return base }}}
	srv.Start()
	t.Cleanup(func() { cancel(); srv.Close() })
	sv := &service{Server: s, t: t, url: srv.URL, logs: logs, queue: q, files: blobs, dir: dir}
	hash, err := testHash()
	check0(t, err)
	for _, role := range []store.Role{store.Staff, store.Verifier, store.Chair, store.Admin} {
		_, err := st.AddAccount(ctx, store.Account{ID: "account-" + string(role),
			Email: string(role) + "@example.org", Name: "Terry " + site.UpperFirst(string(role)),
			Roles: []store.Role{role}, PasswordHash: hash})
		check0(t, err)
	}
	return sv
}

func check0(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// client is one browser, or one script with a token.
type client struct {
	t     testing.TB
	http  *http.Client
	base  string
	token string
}

// client is signed in as a role; "" is nobody.
func (sv *service) client(role string) *client {
	sv.t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &client{t: sv.t, base: sv.url, http: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}}
	if role != "" {
		secret := sv.session(role)
		u, _ := url.Parse(sv.url)
		jar.SetCookies(u, []*http.Cookie{{Name: sv.SignIn.CookieName(), Value: secret, Path: "/"}})
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
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return answer{resp, unbroken(data)}
	}
	return answer{resp, string(data)}
}

var brokenLine = regexp.MustCompile(`\n[ \t]+`)

// unbroken is a page without the line breaks of its template, which browsers show as spaces.
func unbroken(page []byte) string { return string(brokenLine.ReplaceAll(page, []byte(" "))) }

func (c *client) get(path string) answer { c.t.Helper(); return c.do("GET", path, nil) }

func (c *client) post(path string, pairs ...string) answer {
	c.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return c.do("POST", path, strings.NewReader(v.Encode()), "Content-Type",
		"application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// want fails where an answer has another status, and says what it was.
func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: %s, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.Status, status,
			a.body[:min(len(a.body), 1500)])
	}
	return a
}

// signers of the sample, by their place on the sheets: 14 are members in good standing, 4 are
// lapsed, and 6 have a namesake and wrote no number.
var signers = []string{
	"Esther Conrad", "Pam Diaz", "Herman Lewis", "Linda Freeman", "Teresa Brown", "Joann Adams",
	"Deborah Kim", "Ruth Okafor",
	"Walter Nkemelu", "Ines Caballero", "Martha Lindqvist", "Otis Vandermeer", "Priya Raman",
	"Gustav Ahlgren", "Hannah Weiss", "Cora Whitfield",
	"Silas Thornton", "Beatrix Ullmann", "Leon Castellano", "Naomi Fairbanks", "Edwin Prescott",
	"Yvette Moreau", "Abel Kowalczyk", "Dora Steinbeck",
}

func namesake(i int) bool { return i%4 == 2 }
func lapsed(i int) bool   { return i%6 == 5 && !namesake(i) }

// sampleRoll is the membership export of the sample.
func sampleRoll() []byte {
	var b bytes.Buffer
	b.WriteString("ID,First Name,Last Name,City,State,Email,Status\n")
	for i, name := range signers {
		given, family, _ := strings.Cut(name, " ")
		status := "Active"
		if lapsed(i) {
			status = "Lapsed"
		}
		fmt.Fprintf(&b, "04%05d,%s,%s,Durham,NC,%s@example.org,%s\n", i*37, given, family,
			strings.ToLower(given), status)
		if namesake(i) {
			fmt.Fprintf(&b, "05%05d,%s,%s,Dublin,OH,%s2@example.org,Active\n", i*37, given, family,
				strings.ToLower(given))
		}
	}
	return b.Bytes()
}

// export takes in a membership export.
func (sv *service) export(data []byte) store.Snapshot {
	sv.t.Helper()
	sum, _, err := sv.Blobs.Put(sv.t.Context(), bytes.NewReader(data))
	check0(sv.t, err)
	snap, err := sv.Office.Import(sv.t.Context(), sum, "members.csv",
		office.ImportOptions{AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
			AcceptLosses: true}, "account-staff")
	check0(sv.t, err)
	return snap
}

// sample adds a petition with two files, three pages and 24 lines: 14 valid,
// 6 uncertain, 4 invalid.
func (sv *service) sample() store.Petition {
	sv.t.Helper()
	ctx, t := sv.t.Context(), sv.t
	snap := sv.export(sampleRoll())
	p, err := sv.Store.AddPetition(ctx, store.Petition{Title: "Libraries for Rural Broadband",
		State: "draft", Rules: "threshold: 20", SnapshotID: snap.ID, ReceivedOn: time.Date(2026, 11,
			2, 0, 0, 0, 0, time.UTC), By: "account-staff"})
	check0(t, err)
	cover := extract.Cover{Group: "Rural Broadband",
		Purpose: "To share what works in connecting rural libraries.",
		Organizers: []extract.Organizer{
			{Name: "Esther Conrad", Address: "8859 Madison Pl, San Antonio",
				Signed: extract.SignedYes},
			{Name: "Herman Lewis", Address: "3339 Walnut Dr, Chicago",
				Signed: extract.SignedUnsure}}}
	matcher, err := exports.NewRolls(sv.Store, sv.Blobs, nil).Matcher(ctx, snap.ID)
	check0(t, err)
	line := 0
	for f, name := range []string{"Detroit sheets.pdf", "Mailed in.tif"} {
		data := []byte(fmt.Sprintf("file %d of the sample", f))
		sum, size, err := sv.Blobs.Put(ctx, bytes.NewReader(data))
		check0(t, err)
		u, err := sv.Store.AddUpload(ctx, store.Upload{PetitionID: p.ID, SHA256: sum, Name: name,
			Size: size, By: "account-staff", At: time.Now()})
		check0(t, err)
		var pages []store.Page
		for n := range 2 - f {
			pages = append(pages, store.Page{ID: store.PageID(u.ID, n+1), PetitionID: p.ID,
				UploadID: u.ID, Number: n + 1})
		}
		check0(t, sv.Store.OpenedUpload(ctx, u.ID, pages, ""))
		for i, pg := range pages {
			s := extract.Sheet{Kind: extract.Signers, Source: "scan"}
			if f == 0 && i == 0 {
				s.Cover = cover
			}
			for n := range 8 {
				top := .2 + float64(n)*.09
				r := extract.Row{Number: n + 1, Box: [4]float64{.07, top, .94, top + .08},
					Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
						extract.Name:     {Text: signers[line], Confidence: .93},
						extract.MemberID: {Text: fmt.Sprintf("04%05d", line*37), Confidence: .88}}}
				if namesake(line) {
					r.Fields[extract.MemberID] = extract.Reading{Confidence: .99}
				}
				s.Rows = append(s.Rows, r)
				line++
			}
			pg.Width, pg.Height, pg.Picture = 1275, 1650, sv.picture(1275, 1650, pg.Number+10*f)
			var strips []string
			for n := range s.Rows {
				strips = append(strips, sv.picture(870, 90, n))
			}
			keepSheet(t, sv.Store, sv.Blobs, matcher, snap.ID, pg, s, strips)
		}
	}
	return p
}

// leavesOpen is as if reading the first page had left a place open.
func (sv *service) leavesOpen(p store.Petition) {
	sv.t.Helper()
	ctx, t := sv.t.Context(), sv.t
	page := must(sv.Store.Pages(ctx, p.ID))[0]
	lines, err := sv.Store.LinesOf(ctx, page.ID)
	check0(t, err)
	packed, err := extract.EncodeSheet(extract.Sheet{Kind: extract.Signers,
		Notes: []string{"read anew"}})
	check0(t, err)
	page.Sheet, _, err = sv.Blobs.Put(ctx, bytes.NewReader(packed))
	check0(t, err)
	page.Open = []store.OpenPoint{{Kind: "writing-outside",
		Text: "Handwriting below the table was not filed as a line.", Box: [4]float64{.1, .93, .4,
			.96}}}
	check0(t, sv.Store.ReadPage(ctx, page, lines))
}

// keepSheet keeps what was read of a page as the workers do, matched against an export where
// one is named.
func keepSheet(t testing.TB, st *store.Store, blobs site.Blobs, m *verify.Matcher,
	snapshotID string, p store.Page, s extract.Sheet, strips []string) {
	t.Helper()
	ctx := t.Context()
	packed, err := extract.EncodeSheet(s)
	if err == nil {
		p.Sheet, _, err = blobs.Put(ctx, bytes.NewReader(packed))
	}
	if err != nil {
		t.Fatal(err)
	}
	p.Kind, p.Source, p.ReadAt = string(s.Kind), string(s.Source), time.Now()
	lines, matches := make([]store.Line, len(s.Rows)), map[string][]byte{}
	for i, r := range s.Rows {
		lines[i] = store.Line{Number: r.Number, Box: r.Box, Picture: strips[i]}
		if lines[i].Row, err = kept.EncodeRow(r); err == nil && m != nil {
			matches[store.LineID(p.ID, r.Number)], err = kept.EncodeMatch(
				m.Match(verify.Line{Row: r}))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err = st.ReadPage(ctx, p, lines); err == nil && m != nil {
		err = st.MatchLines(ctx, p.ID, snapshotID, matches)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// step writes a step of a petition's life down, as the chair.
func (sv *service) step(petition, kind string, words ...string) {
	sv.t.Helper()
	s := office.NewStep{Kind: kind, On: sv.Today(), Words: map[string]string{}}
	for i := 0; i+1 < len(words); i += 2 {
		s.Words[words[i]] = words[i+1]
	}
	check0(sv.t, sv.Office.AddToLife(sv.t.Context(), petition, s, sv.chair()))
}

func (sv *service) chair() store.Account {
	a, err := sv.Store.Account(sv.t.Context(), "account-chair")
	check0(sv.t, err)
	return a
}

// onAgenda takes the sample to the committee: with fewer signatures required, its count is
// certain.
func (sv *service) onAgenda() store.Petition {
	sv.t.Helper()
	p := sv.sample()
	p.Rules = "threshold: 10"
	check0(sv.t, sv.Store.SetPetition(sv.t.Context(), p))
	sv.step(p.ID, "submit")
	sv.step(p.ID, "confirm", "item", "organizers")
	sv.step(p.ID, "acknowledge", "copy", "Member Programs and Services")
	_, stays, err := sv.Office.Certify(sv.t.Context(), p.ID, office.Confirmation{}, sv.chair())
	if err != nil || stays != "" {
		sv.t.Fatalf("%q, %v", stays, err)
	}
	sv.step(p.ID, "schedule", "meeting", "the winter meeting")
	return p
}

// established is a group that the sample made; its id is the petition's.
func (sv *service) established() store.Petition {
	sv.t.Helper()
	p := sv.onAgenda()
	sv.step(p.ID, "approve", "vote", "7 to 0", "overlap", "none", "rationale", "None is like it.",
		"name", "Seed Libraries")
	return p
}

// picture keeps something like a sheet with writing on it.
func (sv *service) picture(width, height, seed int) string {
	sv.t.Helper()
	sum, _, err := sv.Blobs.Put(sv.t.Context(), bytes.NewReader(sketched(sv.t, sketch{width, height,
		seed})))
	check0(sv.t, err)
	return sum
}

// sketch says what a picture shows: a size in pixels, and which writing.
type sketch struct{ width, height, seed int }

// sketches are those that were drawn already, as JPEG: most tests ask for the same.
var sketches = struct {
	sync.Mutex
	drawn map[sketch][]byte
}{drawn: map[sketch][]byte{}}

func sketched(t testing.TB, s sketch) []byte {
	t.Helper()
	sketches.Lock()
	defer sketches.Unlock()
	if data, ok := sketches.drawn[s]; ok {
		return data
	}
	var b bytes.Buffer
	check0(t, jpeg.Encode(&b, s.draw(), nil))
	sketches.drawn[s] = b.Bytes()
	return b.Bytes()
}

func (s sketch) draw() image.Image {
	width, height := s.width, s.height
	rnd := rand.New(rand.NewPCG(uint64(s.seed), 7))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{252, 251, 247, 255}), image.Point{},
		draw.Src)
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
	return img
}

// allLines are all lines of a petition.
func allLines(c *office.Case) (out []office.Line) {
	for i := range c.Len() {
		out = append(out, *c.Line(i))
	}
	return out
}
