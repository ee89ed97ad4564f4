package web

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/mail"
	"countersign/internal/mail/mailtest"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/report/register"
)

// mails gives the service a mail server that runs in the test, and a petition organizers who
// can be written to.
func (sv *service) mails(p store.Petition, o mailtest.Options) *mailtest.Server {
	sv.t.Helper()
	box := mailtest.Start(sv.t, o)
	s, err := mail.New(mail.Options{URL: "smtp://" + box.Addr, From: "Office <office@example.org>"})
	check0(sv.t, err)
	sv.Mail = s
	sv.letter("it was received.")
	ctx := sv.t.Context()
	check0(sv.t, sv.Store.SetSetting(ctx, "offices",
		`[{"key":"chair","from":"2020-07-01T00:00:00Z","name":"Dana Whitlock","email":"dana@example.org"}]`, "account-admin"))
	sv.step(p.ID, "emails", "emails", "ana@example.org\nprograms@example.org")
	return box
}

// letter makes the text of a receipt, with the name of the petition before it.
func (sv *service) letter(text string) {
	sv.t.Helper()
	check0(sv.t, sv.Store.SetSetting(sv.t.Context(), "letter-receipt",
		"Of {{.Petition}}\n\nDear organizers, "+text, "account-admin"))
}

// began leaves a letter as a service does that is killed while it sends.
func (sv *service) began(p store.Petition) error {
	_, err := sv.Store.AddEvent(sv.t.Context(), store.Event{Of: "letter", Subject: "petition " +
		p.ID + " receipt", Kind: "sending", On: sv.Today(), At: sv.Now().Add(-5 * time.Minute),
		By: "account-staff"}, "")
	return err
}

// shown are the fields of the form that a page has for sending.
func shown(t *testing.T, page string) []string {
	t.Helper()
	out := []string{}
	for _, name := range []string{"last", "mark"} {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the page has no field %s:\n%s", name, page)
		}
		out = append(out, name, m[1])
	}
	return out
}

// Without a mail server nothing is offered and nothing is sent.
func TestSendingIsOff(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	chair := sv.client("chair")
	if page := chair.get("/petitions/"+p.ID+"/life").want(t, 200).body; strings.Contains(page,
		"/send") {
		t.Error("the page offers to send")
	}
	for _, to := range []string{"/petitions/" + p.ID, "/groups/" + p.ID} {
		if a := chair.get(to+"/letters/receipt/send").want(t, 404); !strings.Contains(a.body,
			"no mail server is set") {
			t.Errorf("it is said %s", a.body)
		}
		chair.post(to+"/letters/receipt/send").want(t, 404)
	}
}

// A person sees to whom a letter goes, sends it, and it is written down, without an
// address.
func TestSendLetter(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	box := sv.mails(p, mailtest.Options{})
	staff, to := sv.client("staff"), "/petitions/"+p.ID+"/letters/receipt/send"
	if page := staff.get("/petitions/"+p.ID+"/life").want(t, 200).body; !strings.Contains(page,
		`href="`+to+`"`) {
		t.Error("the page does not offer to send")
	}
	page := staff.get(to).want(t, 200).body
	for _, want := range []string{"ana@example.org", "programs@example.org", "Of " + p.Title,
		"Dear organizers,", "it was received.", "office@example.org", "dana@example.org",
		"Send to 2 addresses"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if len(box.Messages()) > 0 {
		t.Fatal("it was sent by looking at it")
	}
	a := staff.post(to, shown(t, page)...).want(t, 303)
	if got := a.Header.Get("Location"); got != "/petitions/"+p.ID+"/life" {
		t.Errorf("on to %s", got)
	}
	if got := box.Messages(); len(got) != 1 || len(got[0].To) != 2 || !strings.Contains(got[0].Data,
		"it was received.") || strings.Contains(got[0].Data, "X-Unsent") {
		t.Fatalf("%+v", got)
	}
	entries, err := sv.Store.AuditOf(t.Context(), p.ID, 10)
	check0(t, err)
	if len(entries) == 0 || entries[0].Action != "letter.sent" || entries[0].Detail != "receipt" ||
		entries[0].Actor != "account-staff" {
		t.Errorf("%+v", entries)
	}
	again := staff.get(to).want(t, 200).body
	if !strings.Contains(again, "Terry Staff") || strings.Contains(again, "Began to be sent") {
		t.Error("that it was sent is not on the page")
	}
	if logs := sv.logs.String(); strings.Contains(logs, "ana@") || strings.Contains(logs,
		"programs@") {
		t.Error("an address is in the log")
	}
	// What it says is what was shown.
	fields := shown(t, again)
	sv.letter("it was lost.")
	if a := staff.post(to, fields...).want(t, 409); !strings.Contains(a.body,
		"has changed since it was shown") || !strings.Contains(a.body, "it was lost.") {
		t.Errorf("it is said %s", a.body)
	}
	if len(box.Messages()) != 1 {
		t.Error("a letter was sent that nobody saw")
	}
	sv.client("verifier").get(to).want(t, 403)
	staff.get("/petitions/"+p.ID+"/letters/nothing/send").want(t, 404)
	staff.get("/petitions/none/letters/receipt/send").want(t, 404)
}

// A reminder that was sent is noted of its group.
func TestSendReminder(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.established()
	box := sv.mails(p, mailtest.Options{})
	asked := office.NewStep{Kind: "ask-report", On: sv.Today(), Words: map[string]string{
		"due": sv.Today().AddDate(0, 1, 0).Format(time.DateOnly)}}
	check0(t, sv.Office.AddToGroup(t.Context(), p.ID, asked, sv.chair()))
	staff, to := sv.client("staff"), "/groups/"+p.ID+"/letters/report-reminder/send"
	staff.post(to, shown(t, staff.get(to).want(t, 200).body)...).want(t, 303)
	g := must(sv.Office.Group(t.Context(), p.ID, nil, register.AsOf{}))
	if len(box.Messages()) != 1 || len(g.Happened) != 2 || g.Happened[1].Kind != "reminder" {
		t.Errorf("%d messages; what happened to the group: %+v", len(box.Messages()), g.Happened)
	}
}

// A double click, a form that was sent again and two people at once send one letter.
func TestSendLetterOnce(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	here, goOn := make(chan bool, 10), make(chan bool)
	p := sv.sample()
	box := sv.mails(p, mailtest.Options{Waits: func([]byte) { here <- true; <-goOn }})
	to := "/petitions/" + p.ID + "/letters/receipt/send"
	staff, chair := sv.client("staff"), sv.client("chair")
	fields := shown(t, staff.get(to).want(t, 200).body)
	var first answer
	var all sync.WaitGroup
	all.Go(func() { first = staff.post(to, fields...) })
	<-here // the mail server has it, and has not answered
	for _, c := range []*client{staff, chair} {
		if a := c.post(to, fields...).want(t, 409); !strings.Contains(a.body,
			"nothing was sent again") {
			t.Errorf("it is said %s", a.body)
		}
		if a := c.get(to).want(t, 200); !strings.Contains(a.body, "being sent at this moment") ||
			strings.Contains(a.body, `name="mark"`) {
			t.Error("it is offered to be sent while it is sent")
		}
	}
	close(goOn)
	all.Wait()
	first.want(t, 303)
	chair.post(to, fields...).want(t, 409)
	if n := len(box.Messages()); n != 1 {
		t.Errorf("%d letters were sent", n)
	}
	// At the very same time.
	fields = shown(t, staff.get(to).want(t, 200).body)
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 6 {
		c := sv.client("staff")
		all.Go(func() {
			a := c.post(to, fields...)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.StatusCode]++
		})
	}
	all.Wait()
	if n := len(box.Messages()); n != 2 || statuses[303] != 1 || statuses[409] != 5 {
		t.Errorf("%d letters were sent in all; answers %v", n, statuses)
	}
}

// What the mail server says is told to the person, and to nobody else.
func TestSendLetterRefused(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	box := sv.mails(p, mailtest.Options{Refuses: "programs@example.org"})
	chair, to := sv.client("chair"), "/petitions/"+p.ID+"/letters/receipt/send"
	a := chair.post(to, shown(t, chair.get(to).body)...).want(t, 424)
	for _, want := range []string{"refused the recipient programs@example.org; nothing was sent",
		"There is nobody of that name", "Refused by the mail server"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if len(box.Messages()) > 0 {
		t.Errorf("%d letters were sent", len(box.Messages()))
	}
	entries, err := sv.Store.AuditOf(t.Context(), p.ID, 10)
	check0(t, err)
	if strings.Contains(fmt.Sprint(entries), "letter.") {
		t.Errorf("%+v", entries)
	}
	if logs := sv.logs.String(); !strings.Contains(logs, "the mail server answered 550") ||
		strings.Contains(logs, "programs@") {
		t.Errorf("the log says %s", logs)
	}
	box = sv.mails(p, mailtest.Options{}) // it is mended, and the page that was shown sends
	chair.post(to, shown(t, a.body)...).want(t, 303)
	if len(box.Messages()) != 1 {
		t.Errorf("%d letters were sent", len(box.Messages()))
	}
	sv.mails(p, mailtest.Options{HangsUp: true})
	a = chair.post(to, shown(t, chair.get(to).body)...).want(t, 424)
	if !strings.Contains(a.body, "may have been sent, or not") {
		t.Errorf("it is said %s", a.body)
	}
	if entries, err = sv.Store.AuditOf(t.Context(), p.ID, 1); err != nil ||
		entries[0].Action != "letter.doubtful" {
		t.Errorf("%+v, %v", entries, err)
	}
	// A letter to nobody is not offered to be sent.
	to = "/petitions/" + sv.sample().ID + "/letters/receipt/send"
	if page := chair.get(to).want(t, 200).body; !strings.Contains(page,
		"Nobody the letter goes to has an e-mail address") || strings.Contains(page,
		`name="mark"`) {
		t.Error("a letter to nobody is offered to be sent")
	}
	chair.post(to, "last", "", "mark", "").want(t, 422)
}

// A service that was ended while it sent does not know what became of the letter, and says so.
func TestSendLetterInterrupted(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	box := sv.mails(p, mailtest.Options{})
	check0(t, sv.began(p))
	chair, to := sv.client("chair"), "/petitions/"+p.ID+"/letters/receipt/send"
	page := chair.get(to).want(t, 200).body
	if !strings.Contains(page, "nothing is known of how that ended") {
		t.Error("that it began to be sent is not on the page")
	}
	chair.post(to, shown(t, page)...).want(t, 303)
	if len(box.Messages()) != 1 {
		t.Errorf("%d letters were sent", len(box.Messages()))
	}
}
