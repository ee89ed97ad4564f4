package web

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"countersign/internal/mail/mailtest"
)

// A letter is looked at and edited before it goes out, as a file and by mail. What was edited is
// of that letter alone, and the log says that it was.
func TestEditedLetter(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	box := sv.mails(p, mailtest.Options{})
	staff, at := sv.client("staff"), "/petitions/"+p.ID+"/letters/receipt"
	page := staff.get(at).want(t, 200).body
	for _, want := range []string{"Dana Whitlock", "Dear organizers, it was received.",
		`name="subject" value="Of ` + p.Title + `"`, "ana@example.org"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if page := staff.post(at, "do", "look", "subject", "Received", "text",
		"We have <it>.\r\n\r\n- one\r\n- two").want(t, 200).body; !strings.Contains(page,
		"<p>We have &lt;it&gt;.</p><ul><li>one</li><li>two</li></ul>") || !strings.Contains(page,
		"edited for this time") {
		t.Errorf("the page shows\n%s", page)
	}
	docx := staff.post(at, "do", "docx", "subject", "Received", "text",
		"We have it, thank you.").want(t, 200).body
	z, err := zip.NewReader(strings.NewReader(docx), int64(len(docx)))
	check0(t, err)
	f, err := z.Open("word/document.xml")
	check0(t, err)
	if words, err := io.ReadAll(f); err != nil || !bytes.Contains(words,
		[]byte("We have it, thank you.")) || bytes.Contains(words, []byte("it was received.")) {
		t.Errorf("the document says\n%s", words)
	}
	entries, err := sv.Store.AuditOf(t.Context(), p.ID, 1)
	if err != nil || len(entries) != 1 || entries[0].Detail != "receipt docx, edited" {
		t.Errorf("%+v, %v", entries, err)
	}
	sending := staff.post(at+"/send", "subject", "Received", "text", "We have it, thank you.").want(
		t, 200).body
	if len(box.Messages()) > 0 || !strings.Contains(sending, "We have it, thank you.") {
		t.Fatalf("the page for sending says\n%s", sending)
	}
	// not what was shown
	staff.post(at+"/send", append(shown(t, sending), "subject", "Received", "text",
		"Other words.")...).want(t, 409)
	staff.post(at+"/send", append(shown(t, sending), "subject", "Received", "text",
		"We have it, thank you.")...).want(t, 303)
	if got := box.Messages(); len(got) != 1 || !strings.Contains(got[0].Data,
		"We have it, thank you.") || !strings.Contains(got[0].Data, "Subject: Received") {
		t.Errorf("%+v", got)
	}
	if page := staff.get(at).want(t, 200).body; !strings.Contains(page, "it was received.") {
		t.Error("what was edited once stays")
	}
	for _, text := range []string{"", " \n "} {
		if a := staff.post(at, "do", "pdf", "subject", "Received", "text", text).want(t,
			422); !strings.Contains(a.body, "The letter has no text") {
			t.Errorf("%s", a.body)
		}
	}
	staff.post(at, "do", "exe", "subject", "a", "text", "b").want(t, 404)
	sv.client("verifier").post(at, "do", "pdf", "subject", "a", "text", "b").want(t, 403)
}

// No letter goes out with a blank in it: it is said what is to be filled in, and once a person
// has filled it in the letter may go.
func TestLetterWithBlank(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	check0(t, sv.Store.SetSetting(t.Context(), "letter-receipt",
		"Received\n\nOn {{day .Decided}}, with the vote {{.Vote}}. {{if .Units}}{{.Units}}{{end}}",
		"account-admin"))
	staff, at := sv.client("staff"), "/petitions/"+p.ID+"/letters/receipt"
	if page := staff.get("/petitions/"+p.ID+"/life").want(t, 200).body; strings.Contains(page,
		at+".pdf") || !strings.Contains(page,
		"to be filled in: the day of the decision, the vote") {
		t.Error("a letter with a blank is offered")
	}
	for _, format := range []string{"pdf", "docx", "eml"} {
		if a := staff.get(at+"."+format).want(t, 422); !strings.Contains(a.body,
			"the day of the decision, the vote") {
			t.Errorf("as %s: %s", format, a.body)
		}
	}
	if page := staff.get(at).want(t, 200).body; !strings.Contains(page, "<mark>[the vote]</mark>") {
		t.Error("the blank is not marked")
	}
	if a := staff.post(at, "do", "pdf", "subject", "Received", "text",
		"On Monday, with the vote [the vote].").want(t, 422); !strings.Contains(a.body,
		"Fill in what stands in brackets first: the vote.") || !strings.Contains(a.body,
		"On Monday") {
		t.Errorf("%s", a.body)
	}
	if pdf := staff.post(at, "do", "pdf", "subject", "Received", "text",
		"On Monday, with the vote 7 to 0 [sic].").want(t, 200).body; !strings.HasPrefix(pdf,
		"%PDF-") {
		t.Error("the letter that was filled in is no PDF")
	}
	if a := staff.post(at, "do", "eml", "subject", "Received", "text", "On Monday.").want(t,
		422); !strings.Contains(a.body, "has an e-mail address") || !strings.Contains(a.body,
		">On Monday.</textarea>") {
		t.Error("a draft to nobody loses what was edited")
	}
}

// "What is missing" is only offered where something is.
func TestNothingIsMissing(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.onAgenda()
	page := sv.client("chair").get("/petitions/"+p.ID+"/life").want(t, 200).body
	missing := strings.Contains(page, `<li class="no">`)
	if offered := strings.Contains(page, "/letters/deficiency"); offered != missing {
		t.Errorf("offered: %v, missing: %v", offered, missing)
	}
}
