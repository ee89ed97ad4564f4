package web

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"countersign/extract"
	"countersign/internal/fixtures/browsertest"
	"countersign/internal/mail/mailtest"
	"countersign/internal/store"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// axe is the accessibility checker, axe-core 4.14.1 (MPL 2.0, see testdata/axe.LICENSE).
//
//go:embed testdata/axe.min.js
var axe string

// tab is a window of a real browser, with cookies of its own.
type tab struct {
	t   testing.TB
	ctx context.Context
	url string
}

// browser is that of all tests of the package.
var browser browsertest.Browser

func TestMain(m *testing.M) {
	code := m.Run()
	browser.End()
	reviewFolders.remove()
	os.Exit(code)
}

// newTab opens a window for one test at a service; a cookie signs it in.
func newTab(t testing.TB, url, cookie, secret string) *tab {
	t.Helper()
	return newWindow(t, url, cookie, secret).during(t)
}

// newWindow opens a window that several tests look through, one after the other.
func newWindow(t testing.TB, url, cookie, secret string) *tab {
	t.Helper()
	b := &tab{t, browser.Window(t), url}
	b.do(chromedp.EmulateViewport(1280, 900), func(ctx context.Context, target *chromedp.Target) (
		chromedp.Void, error) {
		if secret == "" {
			return chromedp.Void{}, nil
		}
		yes := true
		_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: cookie,
			Value: secret, URL: url, HTTPOnly: &yes})
		return chromedp.Void{}, err
	})
	browsertest.AnswerYes(b.ctx)
	return b
}

// during is the window as a test sees it, which must be done with it in time.
func (b *tab) during(t testing.TB) *tab {
	ctx, stop := context.WithTimeout(b.ctx, 3*time.Minute)
	t.Cleanup(stop)
	return &tab{t, ctx, b.url}
}

// tab opens a window that is signed in as a role; "" is nobody.
func (sv *service) tab(role string) *tab {
	sv.t.Helper()
	return sv.window(role).during(sv.t)
}

func (sv *service) window(role string) *tab {
	sv.t.Helper()
	secret := ""
	if role != "" {
		secret = sv.session(role)
	}
	return newWindow(sv.t, sv.url, sv.SignIn.CookieName(), secret)
}

// session starts one for an account of a role, and returns its cookie.
func (sv *service) session(role string) string {
	sv.t.Helper()
	// Straight into the store: signing in has tests of its own, and argon2id takes its time.
	secret, now := signin.NewSecret(), time.Now()
	check0(sv.t, sv.Store.AddSession(context.Background(),
		store.Session{Hash: signin.HashSecret(secret), AccountID: "account-" + role, CreatedAt: now,
			SeenAt: now, ExpiresAt: now.Add(time.Hour)}))
	return secret
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// eval evaluates an expression of the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression[:min(len(expression), 200)], err)
	}
	return v
}

// until waits for an expression to become true. A page that is just being left cannot
// answer, and is asked again.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for ; ; time.Sleep(30 * time.Millisecond) {
		// What stands at the top of a page can be seen before the rest has arrived.
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](
			`document.readyState !== "loading" && Boolean(`+expression+")"))
		if err == nil && is {
			return
		}
		if time.Now().After(deadline) || b.ctx.Err() != nil {
			b.t.Fatalf("waited in vain until %s (%v); the page says:\n%s", what, err,
				eval[string](b, `document.body.innerText`))
		}
	}
}

// What axe-core looks at: everything; in the dark colours, since nothing else can be wrong that is
// right in the light; and in a narrow window what its width can change.
const (
	everything = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	inTheDark  = `["color-contrast"]`
	narrow     = `["scrollable-region-focusable", "target-size", "heading-order", "region", "meta-viewport"]`
)

// finds are the serious things that axe-core finds wrong with a page.
func (b *tab) finds(rules string) []string {
	b.t.Helper()
	if !eval[bool](b, `"axe" in window`) {
		b.do(chromedp.Evaluate[chromedp.Void](axe))
	}
	return eval[[]string](b, `axe.run(document, {resultTypes: ["violations"], runOnly: `+rules+
		`}).then((r) => r.violations
		.filter((v) => v.impact === "serious" || v.impact === "critical")
		.map((v) => v.impact + " " + v.id + ": " + v.help + " at " + v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " (" + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? "") + ")").join("; ")))`)
}

// picture writes what the page looks like into the folder that
// COUNTERSIGN_PICTURES names, if it names one.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("COUNTERSIGN_PICTURES")
	if dir == "" {
		return
	}
	data, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Every page is usable without a mouse, without perfect eyes, in the dark and on a phone:
// axe-core finds nothing serious, and nothing is wider than the window.
func TestAccessible(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	sv.fails(p)
	sv.leavesOpen(p)
	group := sv.established()
	sv.tellsCouncil()
	sv.mails(p, mailtest.Options{})
	check0(t, sv.began(p))
	upload := must(sv.Store.Uploads(t.Context(), p.ID))[0]
	first := must(sv.Store.Pages(t.Context(), p.ID))[0]
	link, err := sv.SignIn.Invite(t.Context(), sv.Store, "new@example.org", "New Person",
		[]store.Role{store.Verifier})
	check0(t, err)
	export, _, err := sv.Blobs.Put(t.Context(), strings.NewReader(membersCSV))
	check0(t, err)
	_, err = sv.Store.AddSnapshot(t.Context(), store.Snapshot{Name: "members.csv", SHA256: export,
		AsOf: time.Now(), Rows: 5, Members: 4, By: "account-staff",
		Remarks: []string{"row 6 has 2 columns instead of 4"}})
	check0(t, err)
	_, err = sv.Store.Record(t.Context(), store.AuditEntry{At: time.Now(), Actor: "account-staff",
		Action: "petition.added", Subject: p.ID})
	check0(t, err)
	sv.Guests = []site.Guest{{Name: "Terry Staff", Email: "staff@example.org",
		Password: testPassword, Does: "adds sheets"}}
	var heads bytes.Buffer
	check0(t, jpeg.Encode(&heads, image.NewGray(image.Rect(0, 0, 900, 60)), nil))
	forms, err := extract.EncodeForms([]extract.KnownForm{{Name: "Nomination paper",
		Picture: heads.Bytes(), Columns: []extract.Column{
			{Heading: "Printed name of elector", Fields: []extract.Field{extract.Name}},
			{Heading: "Ward"},
			{Heading: "Signature", Fields: []extract.Field{extract.Signature}}}}})
	check0(t, err)
	_, _, err = sv.Office.ImportForms(t.Context(), forms, store.Account{ID: "account-staff"})
	check0(t, err)
	windows := map[string]*tab{} // by role
	visit := func(role, name, path string) {
		if windows[role] == nil {
			windows[role] = sv.window(role)
		}
		t.Run(name, func(t *testing.T) { windows[role].during(t).accessible(name, path) })
	}
	visit("", "login", "/login")
	visit("", "welcome", strings.TrimPrefix(link, sv.url))
	visit("staff", "open", "/petitions/"+p.ID+"/open")
	visit("staff", "lines", "/petitions/"+p.ID+"/lines?preset=automatic-invalid")
	visit("staff", "search", "/lines")
	visit("staff", "cover", "/petitions/"+p.ID+"/cover")
	visit("verifier", "contact", "/petitions/"+p.ID+"/contact")
	visit("verifier", "walk", "/petitions/"+p.ID+"/walk")
	visit("chair", "certify", "/petitions/"+p.ID+"/certify")
	visit("staff", "withdraw", "/members/exports/"+p.SnapshotID+"/withdraw")
	visit("staff", "petitions", "/petitions")
	visit("staff", "petition", "/petitions/"+p.ID)
	visit("staff", "new", "/petitions/new")
	visit("staff", "upload", "/uploads/"+upload.ID)
	visit("staff", "page", "/pages/"+first.ID)
	visit("staff", "missing", "/nowhere")
	visit("staff", "members", "/members?q=an")
	visit("staff", "import", "/members/import/"+export+"?name=members.csv&as-of=2026-11-20")
	visit("staff", "forms", "/forms")
	visit("chair", "reports", "/reports")
	visit("chair", "life", "/petitions/"+p.ID+"/life")
	visit("staff", "sheets", "/petitions/"+p.ID+"/sheets")
	visit("chair", "letter", "/petitions/"+p.ID+"/letters/receipt")
	visit("chair", "send", "/petitions/"+p.ID+"/letters/receipt/send")
	visit("chair", "send-nobody", "/petitions/"+group.ID+"/letters/receipt/send")
	visit("staff", "groups", "/groups")
	visit("chair", "group", "/groups/"+group.ID)
	visit("", "public", "/public/groups")
	visit("staff", "worklist", "/worklist")
	visit("admin", "calendar", "/settings/calendar")
	visit("admin", "letters", "/settings/letters")
	visit("admin", "settings", "/settings")
	visit("chair", "settings-read", "/settings")
	visit("admin", "people", "/settings/people")
	visit("admin", "audit", "/audit")
	visit("verifier", "account", "/account")
	visit("verifier", "help", "/help")
	visit("verifier", "api", "/api/docs")
}

// accessible opens a page, looks at it in the light and in the dark, and sees that no window is
// too narrow for it: not on a desk, on a tablet held upright, or on a phone.
func (b *tab) accessible(name, path string) {
	b.t.Helper()
	b.open(path)
	b.until("pictures are there",
		`[...document.images].every((i) => i.complete || i.getBoundingClientRect().top > innerHeight)`)
	for _, found := range b.finds(everything) {
		b.t.Error(found)
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"light", 1280, 900}, {"tablet", 768, 1024}, {"twice", 640, 450}, {"phone", 390, 844}} {
		b.do(chromedp.EmulateViewport(size.width, size.height))
		if over := eval[int](b,
			`document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			b.t.Errorf("the page is %d px wider than a window of %d px", over, size.width)
		}
		if size.width <= 640 {
			for _, found := range b.finds(narrow) {
				b.t.Errorf("at %d px: %s", size.width, found)
			}
		}
		b.picture(name + "-" + size.name)
	}
	b.do(chromedp.EmulateViewport(1280, 900), colours("dark"))
	for _, found := range b.finds(inTheDark) {
		b.t.Errorf("in the dark: %s", found)
	}
	b.picture(name + "-dark")
	b.do(colours("light"))
}

// colours has pages shown in the colours of a scheme, light or dark.
func colours(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// membersCSV is a membership export with one row that is cut off.
const membersCSV = "ID,First Name,Last Name,Status\n0106480,Esther,Conrad,Active\n" +
	"0119627,Pam,Diaz,Lapsed\n0155307,Herman,Lewis,Active\n0158428,Linda,Freeman,Lapsed\n" +
	"0175145,Teresa\n"

// tellsCouncil issues a report to Council, and corrects it.
func (sv *service) tellsCouncil() {
	sv.t.Helper()
	soon := time.Now().AddDate(0, 1, 0)
	check0(sv.t, sv.Store.SetSetting(sv.t.Context(), "conferences",
		fmt.Sprintf(
			`[{"name":"Annual Conference","from":%q,"to":%q,"place":"Chicago"},{"name":"Council online","from":%q,"to":%q}]`,
			soon.Format(time.RFC3339), soon.Format(time.RFC3339), soon.AddDate(0, 3,
				0).Format(time.RFC3339), soon.AddDate(0, 3, 0).Format(time.RFC3339)),
		"account-admin"))
	chair := sv.client("chair")
	chair.post("/reports/council", "conference", "Annual Conference", "document",
		"CD#27").want(sv.t, 303)
	chair.post("/reports/council/corrections", "report", "Annual Conference", "text",
		"The vote was 7 to 1.").want(sv.t, 303)
	if refused := chair.post("/reports/council", "conference", "Annual Conference", "document",
		"CD#28").want(sv.t, 422); !strings.Contains(refused.body, `value="CD#28"`) {
		sv.t.Error("what was refused is lost")
	}
}

// fails lets one file of a petition be unreadable.
func (sv *service) fails(p store.Petition) {
	sv.t.Helper()
	ctx := sv.t.Context()
	u, err := sv.Store.AddUpload(ctx, store.Upload{PetitionID: p.ID, SHA256: strings.Repeat("a",
		64), Name: "Broken scan.pdf", Size: 51234, By: "account-staff", At: time.Now()})
	check0(sv.t, err)
	check0(sv.t, sv.Store.Fail(ctx, store.Failure{PetitionID: p.ID, UploadID: u.ID,
		Stage: store.Ingest,
		Text: "Broken scan.pdf ends in the middle: the scanner may have stopped while it was " +
			"written. Scan it again, or ask for the file once more.", At: time.Now()}))
}
