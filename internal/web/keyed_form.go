package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// holdsSecret are the forms that nothing is remembered of, since they hold passwords. Sent twice
// they change nothing more.
var holdsSecret = map[string]bool{"POST /login": true, "POST /welcome/{token}": true,
	"POST /account/password": true, "POST /settings": true}

// onceForm does what a form asks one time: a second click, and a page that is sent again, come to
// where the first came. What was filled in otherwise is another form.
func (s *Server) onceForm(rt site.Route, w *recorder, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	mark := r.PostForm.Get(site.OnceField)
	r.PostForm.Del(site.OnceField)
	r.Form.Del(site.OnceField)
	if !site.FormID.MatchString(mark) {
		return rt.Handle(w, r)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s", r.URL.RequestURI(), r.PostForm.Encode()))
	mine := store.Answer{AccountID: site.AccountOf(r).ID, Key: "form " + mark + " " +
		hex.EncodeToString(sum[:16]), Asked: hex.EncodeToString(sum[:])}
	there, begun, err := s.beginForm(r.Context(), mine)
	switch {
	case err != nil:
		return err
	case !begun && len(there.Body) > 0:
		return s.Done(w, r, string(there.Body), "It was sent twice, and done once.")
	case !begun: // what it showed may be a secret, and is not kept
		return site.Problem(http.StatusConflict,
			"This was sent twice, and done once. What it showed is not shown again.")
	}
	err = rt.Handle(w, r)
	if err == nil && (w.status == http.StatusSeeOther || w.status < 300) {
		mine.Status, mine.Kind, mine.Body = http.StatusSeeOther, "form",
			[]byte(w.Header().Get("Location"))
	}
	// it is done, though the browser may have asked again already
	kept := context.WithoutCancel(r.Context())
	if ended := s.Store.EndAnswer(kept, mine); ended != nil {
		s.Log.WarnContext(kept, "an answer is not remembered", "request", site.RequestID(r),
			"error", ended)
	}
	return err
}

// beginForm begins what a form asks, or waits for whoever does it already: a browser shows the
// answer to the second click.
func (s *Server) beginForm(ctx context.Context, mine store.Answer) (there store.Answer, begun bool,
	err error) {
	const patience, often = 15 * time.Second, 50 * time.Millisecond
	for end := time.Now().Add(patience); ; {
		there, begun, err = s.Store.BeginAnswer(ctx, mine)
		switch {
		case begun || err == nil && there.Status != 0, err != nil &&
			!errors.Is(err, store.ErrConflict):
			return there, begun, err
		case time.Now().After(end):
			return there, false, site.Problem(http.StatusConflict,
				"This is being done at the moment. Look again in a minute.")
		}
		select {
		case <-ctx.Done():
			return there, false, ctx.Err()
		case <-time.After(often):
		}
	}
}
