package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"countersign/internal/store"
)

// onceField is the field by which a form that is sent twice is known: each page that is shown has another value
// in each of its forms.
const onceField = "once"

// holdsSecret are the forms that nothing is remembered of, since they hold passwords. Sent twice they change
// nothing more.
var holdsSecret = map[string]bool{"POST /login": true, "POST /welcome/{token}": true, "POST /account/password": true, "POST /settings": true}

var postForm = regexp.MustCompile(`<form\b[^>]*\bmethod="post"[^>]*>`)

// marked gives each form of a page that changes something a field of its own. Pieces of pages that
// are drawn anew have none: they would differ each time.
func marked(page []byte) []byte {
	return postForm.ReplaceAllFunc(page, func(tag []byte) []byte {
		return fmt.Appendf(slices.Clip(tag), `<input type="hidden" name="%s" value="%s">`, onceField, newID())
	})
}

// onceForm does what a form asks one time: a second click, and a page that is sent again, come to
// where the first came. What was filled in otherwise is another form.
func (s *Server) onceForm(rt route, w *recorder, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	mark := r.PostForm.Get(onceField)
	r.PostForm.Del(onceField)
	r.Form.Del(onceField)
	if !formID.MatchString(mark) {
		return rt.handle(w, r)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s", r.URL.RequestURI(), r.PostForm.Encode()))
	mine := store.Answer{AccountID: accountOf(r).ID, Key: "form " + mark + " " + hex.EncodeToString(sum[:16]), Asked: hex.EncodeToString(sum[:])}
	there, begun, err := s.beginForm(r.Context(), mine)
	switch {
	case err != nil:
		return err
	case !begun && len(there.Body) > 0:
		return s.done(w, r, string(there.Body), "It was sent twice, and done once.")
	case !begun: // what it showed may be a secret, and is not kept
		return problem(http.StatusConflict, "This was sent twice, and done once. What it showed is not shown again.")
	}
	err = rt.handle(w, r)
	if err == nil && (w.status == http.StatusSeeOther || w.status < 300) {
		mine.Status, mine.Kind, mine.Body = http.StatusSeeOther, "form", []byte(w.Header().Get("Location"))
	}
	kept := context.WithoutCancel(r.Context()) // it is done, though the browser may have asked again already
	if ended := s.Store.EndAnswer(kept, mine); ended != nil {
		s.Log.WarnContext(kept, "an answer is not remembered", "request", requestID(r), "error", ended)
	}
	return err
}

// beginForm begins what a form asks, or waits for whoever does it already: a browser shows the answer to the
// second click.
func (s *Server) beginForm(ctx context.Context, mine store.Answer) (there store.Answer, begun bool, err error) {
	const patience, often = 15 * time.Second, 50 * time.Millisecond
	for end := time.Now().Add(patience); ; {
		there, begun, err = s.Store.BeginAnswer(ctx, mine)
		switch {
		case begun || err == nil && there.Status != 0, err != nil && !errors.Is(err, store.ErrConflict):
			return there, begun, err
		case time.Now().After(end):
			return there, false, problem(http.StatusConflict, "This is being done at the moment. Look again in a minute.")
		}
		select {
		case <-ctx.Done():
			return there, false, ctx.Err()
		case <-time.After(often):
		}
	}
}
