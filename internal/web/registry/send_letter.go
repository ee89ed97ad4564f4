package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/internal/mail"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// Letters are sent where the office has a mail server, and by a person who has seen to whom
// they go. What became of each is kept as events of the letter: sending, and then sent,
// refused or doubtful. The event before is named by whoever sends, so of two who send at once,
// or of two clicks, only the first does.

const ofLetter = "letter"

// A letter of which nothing more is known after this time is not being sent any more: the
// service was ended meanwhile.
const sendingTime = 5 * time.Minute

type sendView struct {
	Title   string // of the letter
	About   string // petition or group
	Back    string // its page
	To      string // where the form goes
	PDF     string
	Letter  mail.Message
	Mark    string
	Before  []sending // newest first
	Last    string    // event
	Cannot  string    // why it cannot be sent at all
	Problem string
	From    string
	Names   map[string]string
	Words   office.LetterWords // as edited; the zero value for what the template says
	Edit    string             // where it is edited
}

// sending is something that became of the letter before.
type sending struct {
	Said string
	At   time.Time
	By   string
}

var sendingWords = map[string]string{
	"sending":  "Began to be sent; nothing is known of how that ended",
	"sent":     "Sent",
	"refused":  "Refused by the mail server; nothing was sent",
	"doubtful": "The connection broke: it may have been sent, or not",
}

func (s *Pages) sendPetitionLetterPage(w http.ResponseWriter, r *http.Request) error {
	return s.sendLetterPage(w, r, "petition")
}

func (s *Pages) sendGroupLetterPage(w http.ResponseWriter, r *http.Request) error {
	return s.sendLetterPage(w, r, "group")
}

func (s *Pages) sendPetitionLetter(w http.ResponseWriter, r *http.Request) error {
	return s.sendLetter(w, r, "petition")
}

func (s *Pages) sendGroupLetter(w http.ResponseWriter, r *http.Request) error {
	return s.sendLetter(w, r, "group")
}

func (s *Pages) sendLetterPage(w http.ResponseWriter, r *http.Request, of string) error {
	v, err := s.letterToSend(r, of)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, "send", v)
}

// letterToSend is the letter as it would go out now, with what became of it before.
func (s *Pages) letterToSend(r *http.Request, of string) (v sendView, err error) {
	if s.Mail == nil {
		return v, site.Problem(http.StatusNotFound,
			"Letters are not sent from here, since no mail server is set. Download the e-mail "+
				"draft, and send it with your own mail program.")
	}
	ctx, id, kind := r.Context(), r.PathValue("id"), r.PathValue("kind")
	at := slices.IndexFunc(s.Office.Letters(), func(l office.LetterChoice) bool {
		return l.Kind == kind
	})
	if at < 0 {
		return v, site.Problem(http.StatusNotFound, "There is no such letter.")
	}
	v.Title, v.From = s.Office.Letters()[at].Title, s.Mail.From()
	if v.About, v.Back, err = s.subject(ctx, of, id); err != nil {
		return v, err
	}
	v.PDF, v.To = "/"+of+"s/"+id+"/letters/"+kind+".pdf", "/"+of+"s/"+id+"/letters/"+kind+"/send"
	if err := s.sent(ctx, &v, letterOf(of, id, kind)); err != nil {
		return v, err
	}
	var draft bytes.Buffer
	q := askedLetter(r, of, kind)
	v.Words, v.Edit = q.Words, "/"+of+"s/"+id+"/letters/"+kind
	d, err := s.Office.Draft(ctx, q, site.AccountOf(r))
	if err == nil {
		_, err = d.WriteAs("eml", &draft)
	}
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		v.Cannot = site.UpperFirst(why.Text)
		return v, nil
	}
	if err != nil {
		return v, fmt.Errorf("write a letter: %w", err)
	}
	if v.Letter, err = mail.Read(draft.Bytes()); err != nil {
		return v, fmt.Errorf("read the draft of a letter: %w", err)
	}
	v.Mark = v.Letter.Mark()
	return v, nil
}

func letterOf(of, id, kind string) string { return of + " " + id + " " + kind }

// subject is the name of what a letter is about, and its page.
func (s *Pages) subject(ctx context.Context, of, id string) (name, page string, err error) {
	if of == "group" {
		name, err = s.Office.GroupName(ctx, id)
		return name, "/groups/" + id, err
	}
	p, err := s.Store.Petition(ctx, id)
	return p.Title, "/petitions/" + id + "/life", err
}

// sent reads what became of a letter before.
func (s *Pages) sent(ctx context.Context, v *sendView, letter string) (err error) {
	events, err := s.Store.Events(ctx, ofLetter, letter)
	if err != nil {
		return fmt.Errorf("read what became of a letter: %w", err)
	}
	if v.Names, err = s.Names(ctx); err != nil {
		return err
	}
	v.Before = nil
	for i, e := range slices.Backward(events) {
		if last := i == len(events)-1; last {
			v.Last = e.ID
			if e.Kind == "sending" && s.Now().Sub(e.At) < sendingTime {
				v.Cannot = "It is being sent at this moment. Look again in a minute."
			}
		} else if e.Kind == "sending" && events[i+1].Kind != "sending" {
			continue // its end is told
		}
		v.Before = append(v.Before, sending{sendingWords[e.Kind], e.At, e.By})
	}
	return nil
}

// sendLetter sends what the page showed, or nothing.
func (s *Pages) sendLetter(w http.ResponseWriter, r *http.Request, of string) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	v, err := s.letterToSend(r, of)
	if err != nil {
		return err
	}
	if r.PostForm.Has("text") && !r.PostForm.Has("mark") { // from where it was edited
		return s.Render(w, r, http.StatusOK, "send", v)
	}
	refuse := func(status int, why string) error {
		v.Problem = why
		return s.Render(w, r, status, "send", v)
	}
	const twice = "It was sent meanwhile, or is being sent: nothing was sent again. What became " +
		"of it is said below."
	switch {
	case v.Last != r.PostFormValue("last"):
		return refuse(http.StatusConflict, twice)
	case v.Cannot != "":
		return refuse(http.StatusUnprocessableEntity, "Nothing was sent.")
	case v.Mark != r.PostFormValue("mark"):
		return refuse(http.StatusConflict,
			"The letter has changed since it was shown, and nothing was sent. Look at it once "+
				"more.")
	}
	id, kind := r.PathValue("id"), r.PathValue("kind")
	begun, err := s.Store.AddEvent(r.Context(), s.letterEvent(r, of, "sending"), v.Last)
	if errors.Is(err, store.ErrConflict) {
		if err := s.sent(r.Context(), &v, letterOf(of, id, kind)); err != nil {
			return err
		}
		return refuse(http.StatusConflict, twice)
	}
	if err != nil {
		return fmt.Errorf("note that a letter is sent: %w", err)
	}
	// Who goes away, such as by clicking twice, does not stop what has begun.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	err = s.Mail.Send(r.Context(), v.Letter, begun.ID)
	if f := (*mail.Failure)(nil); errors.As(err, &f) {
		s.Log.WarnContext(r.Context(), "a letter was not sent", "request", site.RequestID(r),
			"error", f)
		end := "refused"
		if f.Doubt {
			end = "doubtful"
		}
		if err := s.ended(r, of, end, begun); err != nil {
			return err
		}
		if err := s.sent(r.Context(), &v, letterOf(of, id, kind)); err != nil {
			return err
		}
		return refuse(http.StatusFailedDependency, f.Text)
	}
	if err != nil {
		return fmt.Errorf("send a letter: %w", err)
	}
	said := "The letter was sent to " + site.Plural(len(v.Letter.To)+len(v.Letter.Copies),
		"address", "addresses") + "."
	err = s.ended(r, of, "sent", begun)
	if err == nil {
		err = s.Office.Sent(r.Context(), of, id, kind, site.AccountOf(r))
	}
	if why := (*office.Refusal)(nil); errors.As(err, &why) {
		said += " That somebody was reminded could not be noted: " + why.Text
	} else if err != nil { // to say that it failed would have it sent again
		s.Log.ErrorContext(r.Context(), "a letter was sent, and that could not be written down",
			"request", site.RequestID(r), "error", err)
		said += " That could not be written down, because of a fault of the service, which was " +
			"logged: do not send it again."
	}
	return s.Done(w, r, v.Back, said)
}

func (s *Pages) letterEvent(r *http.Request, of, kind string) store.Event {
	return store.Event{Of: ofLetter, Subject: letterOf(of, r.PathValue("id"), r.PathValue("kind")),
		Kind: kind, On: s.Today(), At: s.Now(), By: site.AccountOf(r).ID}
}

// ended writes down how the sending of a letter ended.
func (s *Pages) ended(r *http.Request, of, end string, begun store.Event) error {
	write := func(tx store.Tx) error {
		_, err := tx.AddEvent(r.Context(), s.letterEvent(r, of, end), begun.ID)
		return err
	}
	var err error
	if end == "refused" { // nobody got anything
		err = s.Store.Do(r.Context(), write)
	} else {
		err = s.Act(r.Context(), "letter."+end, r.PathValue("id"),
			strings.ToLower(r.PathValue("kind")), write)
	}
	if err != nil {
		return fmt.Errorf("note what became of a letter: %w", err)
	}
	return nil
}
