package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/xuri/excelize/v2"

	"countersign/internal/fixtures"
	"countersign/internal/fixtures/browsertest"
	"countersign/internal/store"
)

// From the link that a first start tells to a group in the public list: every step by the
// person whose step it is, in a real browser, against the service as it is run.
func TestJourney(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	link := regexp.MustCompile(`http://\S+/welcome/\S+`).FindString(j.out.String())
	admin := j.person("Ada Admin")
	admin.join(link, "ada@example.org")
	staff, verifier, chair := j.person("Sam Staff"), j.person("Vera Verifier"),
		j.person("Chris Chair")
	for p, role := range map[*visitor]string{staff: "staff", verifier: "verifier", chair: "chair"} {
		p.join(admin.invite(p.name, role), "")
	}
	if status := j.person("").open(strings.TrimPrefix(link, j.url)); status != http.StatusGone {
		t.Errorf("the administrator's link, once more, is answered with %d", status)
	}

	staff.takesMembersIn()
	petition := staff.addsPetition()
	staff.uploads(petition)
	verifier.refused("/members", "/petitions/new", "/reports", "/settings/people",
		petition+"/reports/coo", petition+"/life", "/audit")
	staff.refused("/settings/people", "/audit", petition+"/review")
	chair.refused("/petitions/new", petition+"/edit")

	decided := verifier.settles(petition)
	staff.writesDown(petition, "submit", nil)
	chair.writesDown(petition, "acknowledge", nil)
	chair.certifies(petition)
	chair.writesDown(petition, "schedule", map[string]string{"meeting": "the autumn meeting"})
	chair.writesDown(petition, "approve", map[string]string{"vote": "7 to 0",
		"overlap": "no other unit", "rationale": "Nobody else does it."})
	j.readsWorkbook(chair.downloads("/reports", petition+"/reports/coo"), petition, decided)

	public := j.person("")
	public.open("/public/groups")
	public.until("the group stands in the public list",
		`document.body.innerText.includes("Prison and Reentry Library Service")`)
	j.stop()
	j.keepsQuiet()
}

// takesMembersIn imports the sample's export, after a look into it.
func (v *visitor) takesMembersIn() {
	v.t.Helper()
	v.open("/members")
	v.set("input[name=as-of]", "2026-11-01")
	v.choose("input[name=file]", members)
	v.click(`form[action="/members/import"] button`)
	v.until("the export is looked into",
		`document.querySelector("h1")?.innerText === "members.csv" && document.body.innerText.includes("Nothing counts until you take it in")`)
	v.click(`form[method=post][action^="/members/import/"] button.main`)
	v.until("it was taken in",
		`location.pathname === "/members" && document.querySelector(".said")`)
}

// addsPetition fills the form in, and returns where the petition is.
func (v *visitor) addsPetition() string {
	v.t.Helper()
	v.open("/petitions/new")
	v.types("input[name=title]", "Prison and Reentry Library Service")
	v.set("input[name=received]", "2026-11-02")
	v.click("form.card summary")
	v.set("input[name=rule-threshold]", "20")
	v.click("form.card button.main")
	v.until("the petition is there",
		`document.querySelector(".said") && location.pathname.match(/^\/petitions\/[^/]+$/)`)
	return ask[string](v, "location.pathname")
}

// uploads hands the sample in over a connection that breaks once, and sees it being read
// without loading the page again.
func (v *visitor) uploads(petition string) {
	v.t.Helper()
	v.open(petition)
	v.do(chromedp.Evaluate[chromedp.Void](`window.theSame = true`))
	v.j.breaks.Store(true)
	v.choose("#choose", sample)
	v.until("the file is there",
		`document.querySelector("#files")?.innerText.includes("petition.pdf")`)
	v.until("all is read",
		`document.getElementById("progress")?.innerText.startsWith("3 pages read, 40 lines")`)
	v.until("the pages are shown",
		`document.querySelectorAll("#files .sheet img").length === 3 && document.querySelector("#count .big").innerText.includes("of 20 required")`)
	if !ask[bool](v, "window.theSame") {
		v.t.Error("the page was loaded again")
	}
	// A piece that begins behind the first byte went on where the one that broke ended.
	if at := v.j.offsets(); len(at) < 2 || at[0] != 0 || at[len(at)-1] == 0 {
		v.t.Errorf("pieces of the file were sent from %v", at)
	}
}

// settles decides all lines that are left to people as somebody would who can read them,
// with keys alone. It returns how many.
func (v *visitor) settles(petition string) int {
	v.t.Helper()
	v.open(petition)
	v.click(`a[href="` + petition + `/review"]`)
	v.until("the review began", `document.querySelector("#review.rv-js")`)
	truth := readSigners(v.t)
	decided := map[string]bool{}
	for tries := 0; ; tries++ {
		if tries > 200 {
			v.t.Fatalf("the review never ends: %d lines are decided", len(decided))
		}
		done, _ := json.Marshal(keysOf(decided))
		v.until("the next line is there", fmt.Sprintf(`(() => {
			const line = document.querySelector("#rv-stage .rv-line");
			return line ? !%s.includes(line.dataset.line) : document.querySelector("#rv-stage .rv-rest") && document.getElementById("rv-saved").dataset.waiting === "0";
		})()`, done))
		if ask[bool](v, `document.getElementById("rv-certain").open`) {
			v.press("g")
			v.until("the box is closed", `!document.getElementById("rv-certain").open`)
		}
		line := ask[string](v, `document.querySelector("#rv-stage .rv-line")?.dataset.line ?? ""`)
		if line == "" {
			break
		}
		v.settle(truth[ask[string](v,
			`document.querySelector("#rv-stage .rv-line").dataset.place`)])
		decided[line] = true
	}
	v.until("every line is decided",
		`document.querySelector(".rv-rest h2").innerText === "Every line is decided"`)
	return len(decided)
}

// settle presses the keys for the line that is shown.
func (v *visitor) settle(l signer) {
	v.t.Helper()
	// before, it takes no answer
	v.until("the line is painted",
		`document.getElementById("review").dataset.painted !== undefined`)
	if slices.Contains(l.flags, "unsigned") {
		v.press("s")
		return
	}
	if at := ask[int](v,
		fmt.Sprintf(
			`[...document.querySelectorAll("#rv-stage .rv-likely [data-member]")].findIndex((e) => e.dataset.member === %q)`, l.member)); at >= 0 && at < 9 {
		v.press(strconv.Itoa(at + 1))
		return
	}
	v.press("/")
	v.until("the search box has the focus", `document.activeElement.id === "rv-q"`)
	v.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`))
	v.press(l.name + kb.Enter)
	v.until("the roll was searched", `document.activeElement.id === "rv-results"`)
	at := ask[int](v,
		fmt.Sprintf(
			`[...document.querySelectorAll("#rv-results [data-member]")].findIndex((e) => e.dataset.member === %q)`, l.member))
	if at < 0 || at > 8 {
		v.press("n")
		return
	}
	v.press(strconv.Itoa(at + 1))
}

// writesDown adds a step to a petition's life.
func (v *visitor) writesDown(petition, kind string, words map[string]string) {
	v.t.Helper()
	v.open(petition + "/life")
	step := `.steps details:has(> form input[value="` + kind + `"])`
	// what comes next is so already
	v.do(chromedp.Evaluate[chromedp.Void](
		fmt.Sprintf(
			`for (let d = document.querySelector(%q); d; d = d.parentElement.closest("details")) d.open = true`, step)))
	for key, text := range words {
		v.types(step+` [name="word-`+key+`"]`, text)
	}
	v.click(step + " button")
	v.until("it was written down",
		`document.querySelector(".said")?.innerText.includes("written down")`)
}

func (v *visitor) certifies(petition string) {
	v.t.Helper()
	v.open(petition)
	v.click("#tally a.main")
	v.until("what is certified is shown",
		`document.querySelector("form[action$='/tallies'] button")`)
	v.click("form[action$='/tallies'] button")
	v.until("the count is certified",
		`document.querySelector("#tally")?.innerText.includes("Certified by Chris Chair")`)
}

// downloads clicks a link on a page, and returns where the file came to lie.
func (v *visitor) downloads(page, link string) string {
	v.t.Helper()
	dir := v.t.TempDir()
	v.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		return chromedp.Void{}, err
	})
	v.open(page)
	v.click(`a[href="` + link + `"]`)
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if got, _ := filepath.Glob(filepath.Join(dir, "*.xlsx")); len(got) > 0 {
			return got[0]
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("%s never arrived", link)
		}
	}
}

// readsWorkbook holds the workbook against the certificate.
func (j *journey) readsWorkbook(path, petition string, decided int) {
	j.t.Helper()
	db, err := store.Open(j.t.Context(), "sqlite://"+filepath.Join(j.dir, "countersign.db"))
	if err != nil {
		j.t.Fatal(err)
	}
	defer db.Close()
	tallies, err := db.Tallies(j.t.Context(), strings.TrimPrefix(petition, "/petitions/"))
	if err != nil || len(tallies) != 1 {
		j.t.Fatalf("%d certificates, %v", len(tallies), err)
	}
	var certified struct{ Rows, Valid, Invalid, Uncertain int }
	if err := json.Unmarshal(tallies[0].Counts, &certified); err != nil {
		j.t.Fatal(err)
	}
	if certified.Rows != 40 || certified.Valid < 20 || certified.Uncertain != 0 {
		j.t.Errorf("certified was %+v", certified)
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		j.t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Signatures", excelize.Options{RawCellValue: true})
	if err != nil {
		j.t.Fatal(err)
	}
	head := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, "Verdict") })
	if head < 0 {
		j.t.Fatalf("the signatures have no verdicts: %d rows", len(rows))
	}
	verdict := slices.Index(rows[head], "Verdict")
	who := slices.IndexFunc(rows[head], func(h string) bool {
		return strings.HasPrefix(h, "By whom")
	})
	lines, valid, named := 0, 0, 0
	for _, r := range rows[head+1:] {
		if len(r) <= max(verdict, who) || r[verdict] == "" {
			continue
		}
		lines++
		if r[verdict] == "valid" {
			valid++
		}
		if strings.Contains(r[who], "Vera Verifier") {
			named++
		}
	}
	if lines != certified.Rows || valid != certified.Valid {
		j.t.Errorf("the workbook has %d lines and counts %d; certified are %+v", lines, valid,
			certified)
	}
	if named != decided || decided == 0 {
		j.t.Errorf("the workbook names who decided on %d lines; she did on %d", named, decided)
	}
}

// keepsQuiet looks into the log for what is written of people on the sheets and in the
// roll. Numbers count as whole words only: a hash may hold their digits.
func (j *journey) keepsQuiet() {
	j.t.Helper()
	log := strings.ToLower(j.log.String())
	if !strings.Contains(log, "post /petitions/{petition}/review/sync") {
		j.t.Fatalf("the log does not tell of requests: %.500s", log)
	}
	for _, spaced := range []string{"+", "%20", "_", ","} {
		log = strings.ReplaceAll(log, spaced, " ")
	}
	words := map[string]bool{}
	for _, w := range regexp.MustCompile(`[a-z0-9]+`).FindAllString(log, -1) {
		words[w] = true
	}
	roll, err := csv.NewReader(strings.NewReader(string(fixtures.Read(j.t, members)))).ReadAll()
	if err != nil {
		j.t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(roll[0], name) }
	for _, m := range roll[1:] {
		first, last, email := strings.ToLower(m[column("First Name")]),
			strings.ToLower(m[column("Last Name")]), strings.ToLower(m[column("Email")])
		if words[m[column("ID")]] || strings.Contains(log, first+" "+last) || strings.Contains(log,
			last+" "+first) || email != "" && strings.Contains(log, email) {
			j.t.Errorf("the log names member %s", m[column("ID")])
		}
	}
	for place, s := range readSigners(j.t) {
		for _, text := range []string{s.name, s.written} {
			if strings.Contains(log, strings.ToLower(text)) {
				j.t.Errorf("the log holds the name on %s", place)
			}
		}
	}
}

// signer is what somebody sees who can read a line of the sample and knows the people.
type signer struct {
	member  string // number, empty for somebody who is no member
	name    string // as the roll has it, else as written
	written string
	flags   []string
}

// readSigners gives the signers of the sample by place.
func readSigners(t testing.TB) map[string]signer {
	t.Helper()
	var truth struct {
		Pages []struct {
			Page int
			Rows []struct {
				Row    int
				Person string
				Flags  []string
				Fields map[string]string
			}
		}
	}
	if err := json.Unmarshal(fixtures.Read(t, testdata+"sample/truth.json"), &truth); err != nil {
		t.Fatal(err)
	}
	roll, err := csv.NewReader(strings.NewReader(string(fixtures.Read(t, members)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, m := range roll[1:] {
		names[m[0]] = m[2] + " " + m[4]
	}
	out := map[string]signer{}
	for _, p := range truth.Pages {
		for _, r := range p.Rows {
			s := signer{r.Person, names[r.Person], r.Fields["name"], r.Flags}
			if s.name == "" {
				s.name = s.written
			}
			out[fmt.Sprintf("page %d, line %d", p.Page, r.Row+1)] = s
		}
	}
	return out
}

// windows are those of the browser of all stories.
var windows browsertest.Browser

// journey is a service in a process of its own, behind a connection that can break.
type journey struct {
	t        testing.TB
	dir      string
	url      string // as people know it
	cmd      *exec.Cmd
	out, log fixtures.Buffer
	breaks   atomic.Bool // in the middle of the next piece of a file

	mu     sync.Mutex
	pieces []int // at what byte of the file each began
}

// patience is how long something may take on a computer that does much else.
const patience = 4 * time.Minute

func newJourney(t *testing.T) *journey {
	t.Helper()
	j := &journey{t: t, dir: t.TempDir()}
	at := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(freePort(t))}
	way := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(at); r.Out.Host = r.In.Host },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler)
		},
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			j.piece(r)
		}
		way.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	j.url = front.URL
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	j.cmd = exec.Command(self, "serve", "--data", j.dir, "--listen", at.Host, "--url", j.url,
		"--workers", "2", "--log-level", "debug")
	j.cmd.Stdout, j.cmd.Stderr = &j.out, &j.log
	if err := j.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.stop)
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if answer, err := http.Get(j.url + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the service does not answer; it said\n%s", j.log.String())
		}
	}
	return j
}

// stop asks the service to end, once.
func (j *journey) stop() {
	if j.cmd == nil {
		return
	}
	if err := j.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		j.t.Error(err)
	}
	if err := j.cmd.Wait(); err != nil {
		j.t.Errorf("the service ended with %v and said\n%s", err, j.log.String())
	}
	j.cmd = nil
}

// piece notes a piece of a file, and breaks it off in the middle if it is time.
func (j *journey) piece(r *http.Request) {
	at, _ := strconv.Atoi(r.Header.Get("Upload-Offset"))
	j.mu.Lock()
	j.pieces = append(j.pieces, at)
	j.mu.Unlock()
	if j.breaks.CompareAndSwap(true, false) {
		half := io.LimitReader(r.Body, r.ContentLength/2)
		r.Body = io.NopCloser(io.MultiReader(half,
			iotest.ErrReader(errors.New("the connection broke"))))
	}
}

func (j *journey) offsets() []int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.pieces)
}

// visitor is somebody at a browser window with cookies of its own.
type visitor struct {
	t    testing.TB
	j    *journey
	name string
	ctx  context.Context
}

func (j *journey) person(name string) *visitor {
	j.t.Helper()
	v := &visitor{j.t, j, name, windows.Window(j.t)}
	v.do(chromedp.EmulateViewport(1280, 900))
	return v
}

const journeyPassword = "correct horse battery staple"

// join follows a link and makes the account; an invitation knows the address.
func (v *visitor) join(link, email string) {
	v.t.Helper()
	if status := v.open(strings.TrimPrefix(link, v.j.url)); status != http.StatusOK {
		v.t.Fatalf("the link of %s is answered with %d", v.name, status)
	}
	if email != "" {
		v.types("input[name=email]", email)
		v.types("input[name=name]", v.name)
	}
	v.types("input[name=password]", journeyPassword)
	v.types("input[name=again]", journeyPassword+kb.Enter)
	v.until("the account is there",
		fmt.Sprintf(`document.querySelector(".said")?.innerText.includes(%q)`, "Welcome, "+v.name))
}

// invite makes an account for somebody, and returns the link to send.
func (v *visitor) invite(name, role string) string {
	v.t.Helper()
	v.open("/settings/people")
	form := `form[action="/settings/people"] `
	v.types(form+"input[name=name]", name)
	v.types(form+"input[name=email]", role+"@example.org")
	v.click(form + `input[value="` + role + `"]`)
	v.click(form + "button.main")
	v.until("the link is there", `document.querySelector(".secret code")`)
	return ask[string](v, `document.querySelector(".secret code").innerText`)
}

// refused finds that pages are not for them: the service says so, and who may.
func (v *visitor) refused(paths ...string) {
	v.t.Helper()
	for _, path := range paths {
		if status := v.open(path); status != http.StatusForbidden {
			v.t.Errorf("%s is answered with %d to %s", path, status, v.name)
		}
		v.until("the reason is said", `document.body.innerText.includes("It takes the role")`)
	}
}

// open goes to a page, and returns the status with which it came. The page says itself when
// it is there: the browser's events do not tell it from one that was just being left.
func (v *visitor) open(path string) int {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`window.left = true; location.href = %q`,
		v.j.url+path)))
	v.until("the page "+path+" is there",
		`!window.left && document.readyState === "complete" && location.protocol === "http:"`)
	return ask[int](v, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// do takes a step. Where the page changes between finding an element and using it, nothing was
// done to it yet, and it is found again.
func (v *visitor) do(step chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, step)
	for err != nil && strings.Contains(err.Error(), "No node with given id") {
		err = chromedp.Do(ctx, step)
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) click(selector string) {
	v.t.Helper()
	v.do(chromedp.Click(chromedp.CSS(selector)))
}

func (v *visitor) types(selector, text string) {
	v.t.Helper()
	v.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (v *visitor) set(selector, value string) {
	v.t.Helper()
	v.do(chromedp.SetValue(chromedp.CSS(selector), value))
}

func (v *visitor) choose(selector, path string) {
	v.t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		v.t.Fatal(err)
	}
	v.do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

func (v *visitor) press(keys string) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(keys))
}

// ask evaluates an expression of the page.
func ask[T any](v *visitor, expression string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		v.t.Fatalf("%.200s: %v", expression, err)
	}
	return got
}

// until waits for an expression to become true. A page that is just being left has no
// answer, and the next one will.
func (v *visitor) until(what, expression string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	for ; ; time.Sleep(30 * time.Millisecond) {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err == nil && got {
			return
		}
		if ctx.Err() != nil {
			v.t.Fatalf("%s waited in vain until %s (%v); the page says:\n%s", v.name, what, err,
				ask[string](v, `document.body.innerText`))
		}
	}
}

func keysOf(m map[string]bool) []string {
	out := []string{}
	for k := range m {
		out = append(out, k)
	}
	return out
}
