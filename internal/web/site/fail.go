package site

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"countersign/internal/blob"
	"countersign/internal/office"
	"countersign/internal/store"
)

// Failure is an answer that is no success: a status and a sentence for the
// person who asked.
type Failure struct {
	Status int
	Text   string
}

func (f *Failure) Error() string { return f.Text }

// Problem is an error that tells whoever asked what is wrong.
func Problem(status int, text string) error { return &Failure{status, text} }

// ErrSignIn sends people to where they sign in.
var ErrSignIn = errors.New("not signed in")

// Told is what the person who asked is told of an error; nil for a fault of the service,
// which is nobody else's business.
func Told(err error) *Failure {
	var f *Failure
	var no *office.Refusal
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &no):
		return &Failure{StatusOf(no.Kind), no.Text}
	case errors.Is(err, store.ErrNotFound):
		return &Failure{http.StatusNotFound,
			"There is no such thing here; it may have been removed."}
	case errors.Is(err, store.ErrPurged):
		return &Failure{http.StatusConflict,
			"The time for which this data is kept is over, and it was purged: what was decided " +
				"stays as it is."}
	}
	return nil
}

// StatusOf is the status of an act that the office refused.
func StatusOf(k office.RefusalKind) int {
	switch k {
	case office.Conflict:
		return http.StatusConflict
	case office.Forbidden:
		return http.StatusForbidden
	case office.Missing:
		return http.StatusNotFound
	case office.Malformed:
		return http.StatusBadRequest
	}
	return http.StatusUnprocessableEntity
}

// Fail answers a request that could not be done. What is nobody's business is
// logged and not shown.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, err error) {
	machine := strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/tus/") ||
		r.URL.Path == "/metrics" || WantsJSON(r)
	f := Told(err)
	switch {
	case f != nil:
	case errors.Is(err, ErrSignIn):
		f = &Failure{http.StatusUnauthorized, "Please sign in, or send a token."}
		if !machine {
			target := "/login"
			switch {
			case r.Method != http.MethodGet:
				target += "?lost=1" // what was sent is not kept, and must not seem to be
				if back := s.before(r); back != "" {
					target += "&next=" + url.QueryEscape(back)
				}
			case r.URL.Path != "/":
				target += "?next=" + url.QueryEscape(r.URL.RequestURI())
			}
			http.Redirect(w, r, target, http.StatusSeeOther)
			return
		}
	case errors.Is(err, blob.ErrNotFound):
		f = &Failure{http.StatusServiceUnavailable,
			"A file that this needs is missing from the service's data folder. If it is the " +
				"membership export, take the same file in again under Members; else whoever runs " +
				"the service must bring it back from a backup."}
		s.Log.ErrorContext(r.Context(), "a file is missing from the data folder", "request",
			RequestID(r), "error", err)
	case errors.Is(err, blob.ErrDamaged):
		f = &Failure{http.StatusServiceUnavailable,
			"A file that this needs is damaged where the service keeps it. Hand the same file in " +
				"again, which mends it: a scan at its petition, a membership export under " +
				"Members. Else whoever runs the service must bring it back from a backup."}
		s.Log.ErrorContext(r.Context(), "a file is damaged", "request", RequestID(r), "error", err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), store.Full(err):
		f = &Failure{http.StatusInsufficientStorage,
			"The disk of the service is full, so this was not kept; what was there before is " +
				"safe. Tell whoever runs the service, and try again when there is room."}
		s.Log.ErrorContext(r.Context(), "the disk is full", "request", RequestID(r), "error", err)
	case store.Away(err):
		f = &Failure{http.StatusServiceUnavailable,
			"The database of the service does not answer at the moment, so this was not done. " +
				"Please try again in a minute; if that does not help, tell whoever runs the " +
				"service."}
		s.Log.ErrorContext(r.Context(), "the database is away", "request", RequestID(r), "error",
			err)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // who asked has gone
	default:
		f = &Failure{http.StatusInternalServerError,
			"This could not be done because of a fault of the service. It was logged under the " +
				"number " + RequestID(r) + "; please try again."}
		s.Log.ErrorContext(r.Context(), "request failed", "request", RequestID(r), "error", err)
	}
	if machine {
		w.Header().Set("Content-Type", "application/problem+json")
		if f.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		w.WriteHeader(f.Status)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": f.Status,
			"title": http.StatusText(f.Status), "detail": f.Text})
		return
	}
	s.Render(w, r, f.Status, "problem", struct{ Title, Text, Back string }{titleOf(f.Status),
		UpperFirst(f.Text), s.before(r)})
}

// before is the address of the page of this service from which somebody came, empty where
// that is not known or is this page itself.
func (s *Site) before(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host || from.Path == r.URL.Path || !strings.HasPrefix(from.Path,
		"/") || strings.HasPrefix(from.Path, "//") {
		return ""
	}
	return from.RequestURI()
}

// titleOf says over a page what kind of trouble it tells of, in words of no trade.
func titleOf(status int) string {
	switch status {
	case http.StatusNotFound, http.StatusGone:
		return "Not here"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "Not allowed"
	case http.StatusConflict:
		return "Not possible now"
	case http.StatusTooManyRequests:
		return "Please wait"
	}
	if status >= 500 {
		return "Something went wrong"
	}
	return "This was not accepted"
}

// WantsJSON says whether a script asks, which reads no page.
func WantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}
