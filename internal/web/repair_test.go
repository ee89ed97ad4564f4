package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"countersign/extract"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/api"
)

// What people put right on a page, in a browser: a line drawn on the scan, one split, two merged,
// one taken out, a misread one corrected, the columns named, the page turned, moved and excluded,
// purpose and organizers; each undone again.
func TestRepairInBrowser(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	other := must(sv.Store.AddPetition(t.Context(), store.Petition{Title: "Graphic Memoirs",
		State: "draft", By: "account-staff"}))
	page := must(sv.Store.Pages(t.Context(), p.ID))[0]
	b := sv.tab("staff")
	open := func() {
		t.Helper()
		b.open("/pages/" + page.ID)
	}
	rows := func() int { return must(sv.Office.Case(t.Context(), p.ID)).Count.Rows }
	said := func(what string) {
		t.Helper()
		b.until("it is said: "+what,
			fmt.Sprintf(`document.querySelector(".said")?.innerText.includes(%q)`, what))
	}
	undo := func() {
		t.Helper()
		b.do(chromedp.Click(chromedp.CSS(`form[action^="/repairs/"] button`)))
		said("Undone.")
		if n := rows(); n != 24 {
			t.Errorf("undone, there are %d lines", n)
		}
	}
	mend := func(line int) string {
		t.Helper()
		b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("#line-%d .mend summary", line))))
		return fmt.Sprintf("#line-%d ", line)
	}

	open()
	b.do(chromedp.Click(chromedp.CSS("[data-draw]")))
	b.do(chromedp.Evaluate[chromedp.Void](`(() => {
		const paper = document.querySelector(".paper"), box = paper.querySelector(".sheetbox").getBoundingClientRect();
		const at = (type, x, y) => paper.dispatchEvent(new PointerEvent(type, {bubbles: true, cancelable: true, button: 0, pointerId: 1, pointerType: "mouse", clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
		paper.setPointerCapture = () => {};
		at("pointerdown", .1, .92); at("pointermove", .9, .97); at("pointerup", .9, .97);
	})()`))
	if got := eval[string](b,
		`["left","top","right","bottom"].map((n) => Math.round(document.querySelector("#add-line form").elements[n].value)).join(" ")`); got != "10 92 90 97" {
		t.Errorf("drawn was %s", got)
	}
	b.do(chromedp.Click(chromedp.CSS("#add-line form button")))
	said("Line 9 was added")
	if n := rows(); n != 25 {
		t.Errorf("%d lines", n)
	}
	undo()

	b.do(chromedp.Click(chromedp.CSS(mend(2) + "[formaction$='/split']")))
	said("There are two lines now")
	undo()

	one, two := mend(3), mend(4)
	b.do(chromedp.Click(chromedp.CSS(one+"input[name=line]")),
		chromedp.Click(chromedp.CSS(two+"input[name=line]")),
		chromedp.Click(chromedp.CSS("#merge button")))
	said("They are one line now")
	if n := rows(); n != 23 {
		t.Errorf("merged, %d lines", n)
	}
	undo()

	at := mend(5)
	b.do(chromedp.SendKeys(chromedp.CSS(at+"input[name=note]"), "a printed example"),
		chromedp.Click(chromedp.CSS(at+"button.danger")))
	said("Line 5 was taken out")
	undo()

	at = mend(1)
	b.do(chromedp.SetValue(chromedp.CSS(at+"input[name=field-name]"), "Somebody Else"),
		chromedp.SetValue(chromedp.CSS(at+"input[name=field-member_id]"), "9999999"),
		chromedp.Click(chromedp.CSS(at+"button.main")))
	said("Line 1 was corrected")
	if l := *must(sv.Office.Case(t.Context(), p.ID)).Line(0); l.Verdict == "valid" ||
		!strings.Contains(eval[string](b, `document.querySelector("#line-1").innerText`),
			"Somebody Else") {
		t.Errorf("corrected, the line is %s", l.Verdict)
	}
	b.do(chromedp.Click(chromedp.CSS(`#line-1 form[action$="/correct/undo"] button`)))
	said("Line 1: the correction was undone")
	if l := *must(sv.Office.Case(t.Context(), p.ID)).Line(0); l.Verdict != "valid" ||
		eval[bool](b, `!!document.querySelector('form[action$="/correct/undo"]')`) {
		t.Errorf("undone, the line is %s", l.Verdict)
	}

	details := func(action string) {
		t.Helper()
		b.do(chromedp.Click(chromedp.CSS(`details:has(> form[action$="` + action +
			`"]) > summary`)))
	}
	details("/move")
	b.do(chromedp.SetValue(chromedp.CSS("select[name=to]"), other.ID),
		chromedp.Click(chromedp.CSS(`form[action$="/move"] button`)))
	said("1 page was moved")
	if there := must(sv.Store.Pages(t.Context(), other.ID)); len(there) != 1 || rows() != 16 {
		t.Errorf("%d pages there, %d lines here", len(there), rows())
	}
	undo()
	details("/exclude")
	b.do(chromedp.SendKeys(chromedp.CSS(`form[action$="/exclude"] input[name=note]`), "a copy"),
		chromedp.Click(chromedp.CSS(`form[action$="/exclude"] button`)))
	said("The page is excluded")
	undo()
	details("/turn")
	b.do(chromedp.SetValue(chromedp.CSS("select[name=degrees]"), "180"),
		chromedp.Click(chromedp.CSS(`form[action$="/turn"] button`)))
	said("read again this way up")
	if now := must(sv.Store.Page(t.Context(), page.ID)); !now.ReadAt.IsZero() ||
		!strings.Contains(now.Told, "180") {
		t.Errorf("turned, the page is %+v", now)
	}

	b.open("/petitions/" + p.ID + "/cover")
	b.do(chromedp.SetValue(chromedp.CSS("textarea[name=address0]"), "615 Elm St, Reston, VA 22021"),
		chromedp.Click(chromedp.CSS("form.card button.main")))
	said("Purpose and organizers were corrected")
	if c := must(sv.Office.Case(t.Context(),
		p.ID)); c.Organizers[0].Address != "615 Elm St, Reston, VA 22021" ||
		len(c.Organizers) != 2 {
		t.Errorf("%+v", c.Organizers)
	}
	if repairs := must(sv.Store.Repairs(t.Context(), p.ID)); len(repairs) != 8 ||
		!slices.ContainsFunc(repairs, func(r store.Repair) bool {
			return r.Kind == office.RepairCover
		}) {
		t.Errorf("%d repairs are kept", len(repairs))
	}
	for _, found := range b.finds(everything) {
		t.Error(found)
	}

	// Two headings were taken for each other.
	swapped := must(sv.Store.Pages(t.Context(), p.ID))[1]
	packed, err := extract.EncodeSheet(extract.Sheet{Kind: extract.Signers,
		Columns: []extract.Column{
			{Heading: "Print name", Fields: []extract.Field{extract.MemberID}},
			{Heading: "Member No.", Fields: []extract.Field{extract.Name}}}})
	check0(t, err)
	swapped.Sheet, _, err = sv.Blobs.Put(t.Context(), bytes.NewReader(packed))
	check0(t, err)
	check0(t, sv.Store.ReadPage(t.Context(), swapped, must(sv.Store.LinesOf(t.Context(),
		swapped.ID))))
	b.open("/pages/" + swapped.ID)
	details("/columns")
	b.do(chromedp.SetValue(chromedp.CSS("select[name=column0]"), "name"),
		chromedp.SetValue(chromedp.CSS("select[name=column1]"), "member_id"),
		chromedp.Click(chromedp.CSS(`form[action$="/columns"] button`)))
	said("read again with these columns")
	told, err := office.DecodeTold(must(sv.Store.Page(t.Context(), swapped.ID)).Told)
	check0(t, err)
	if len(told.Columns) != 2 || told.Columns[0][0] != extract.Name ||
		told.Columns[1][0] != extract.MemberID {
		t.Errorf("the page is read with %v", told.Columns)
	}

	// So that nobody says it again, the form is kept, and goes to another office.
	b.open("/pages/" + swapped.ID)
	details("/form")
	b.do(chromedp.SetValue(chromedp.CSS(`form[action$="/form"] input[name=name]`), "Sign-up list"),
		chromedp.Click(chromedp.CSS(`form[action$="/form"] button`)))
	said("The form was kept")
	got := eval[string](b, `document.querySelector("section.card table").innerText`)
	if !strings.Contains(got, "Print name\tName") ||
		!strings.Contains(got, "Member No.\tMember number") {
		t.Errorf("the form is shown as %q", got)
	}
	c := sv.client("staff")
	file := c.get("/forms.json").want(t, 200)
	if !strings.Contains(file.Header.Get("Content-Disposition"), "forms.json") {
		t.Error("the forms are no file to download")
	}
	form := must(sv.Office.Forms(t.Context()))[0].ID
	c.get("/forms/"+form+"/picture").want(t, 404) // the sheet does not say where its headings are
	c.post("/forms/"+form+"/name", "name", "").want(t, 422)
	c.post("/forms/"+form+"/name", "name", "Sign-in list").want(t, 303)
	send := func(file string) answer {
		t.Helper()
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		_, err := must(m.CreateFormFile("file", "forms.json")).Write([]byte(file))
		check0(t, err)
		check0(t, m.Close())
		return c.do("POST", "/forms", &body, "Content-Type", m.FormDataContentType())
	}
	send(file.body).want(t, 303)
	if a := send("ID,Name").want(t, 422); !strings.Contains(a.body, "no file of forms") {
		t.Error("it is not said why a file is no file of forms")
	}
	large := send(strings.Repeat(" ", extract.MaxFormsFile+1)).want(t, 413)
	if !strings.Contains(large.body, "larger than 32 MB") {
		t.Error("it is not said that a file is too large")
	}
	c.post("/forms/"+form+"/remove").want(t, 303)
	here := "/api/pages/" + swapped.ID + "/form"
	var list []api.Form
	check0(t, json.Unmarshal([]byte(c.get("/api/forms").want(t, 200).body), &list))
	if len(list) != 1 || list[0].Columns[1].Field != "member_id" {
		t.Errorf("over the API they are %+v", list)
	}
	keep := func(name string) answer {
		return c.do("POST", here, strings.NewReader(`{"name":"`+name+`"}`), "Content-Type",
			"application/json")
	}
	keep("Sign-up list").want(t, 409)
	keep("Another").want(t, 204)
	check0(t, json.Unmarshal([]byte(c.get("/api/forms").want(t, 200).body), &list))
	c.do("DELETE", "/api/forms/"+list[0].ID, nil).want(t, 204)
	forms := must(sv.Office.Forms(t.Context()))
	if len(forms) != 1 || forms[0].Name != "Sign-up list" {
		t.Errorf("%+v are left", forms)
	}
	sv.client("verifier").get("/forms").want(t, 403)
}
